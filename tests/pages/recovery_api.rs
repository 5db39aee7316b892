//! The recovery API's call that sets a password.

use super::server::{Answer, add_role, add_user, force_offline, govern};
use super::{NEW, authorization, basic, set_password, tom_in_reset, tom_is_in};

fn json(answer: &Answer) -> serde_json::Value {
    assert_eq!(answer.header("Content-Type"), Some("application/json"), "{}", answer.head);
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn the_api_lets_in_who_may_manage_and_the_client_of_this_installation() {
    let (running, code) = tom_in_reset(|_| {}).await;
    add_user(&running, "viewer").await;
    add_role(&running, "viewers", "viewer", "/permission/admin/login").await;
    let wrong = r#"{"key":"ZZZZZZ","password":"AbNew@123"}"#;
    for (headers, status, challenge) in [
        (String::new(), 401, Some("realm user=\"\"")),
        (basic("admin", "wrong"), 401, Some("realm user=\"admin\"")),
        (basic("no\"body", "x"), 401, Some("realm user=\"nobody\"")),
        (authorization("Client", "dashboard:dashboard"), 401, Some("realm user=\"\"")),
        (authorization("Bearer", "admin:admin"), 401, Some("realm user=\"\"")),
        ("Authorization: Basic !!!\r\n".into(), 401, Some("realm user=\"\"")),
        ("Authorization: Basic\r\n".into(), 400, None),
        ("Authorization: Basic a b\r\n".into(), 400, None),
        (basic("viewer", "Old@1234"), 403, None),
        (basic("tom", &code), 401, Some("realm user=\"tom\"")),
        (basic("admin", "admin"), 400, None),
    ] {
        let answer = set_password(&running, "", wrong, &headers).await;
        assert_eq!((answer.status, answer.header("Www-Authenticate")), (status, challenge), "{headers}");
    }
    // A tenant's API is for that tenant's users.
    assert_eq!(set_password(&running, "/t/acme.example", wrong, &basic("admin", "admin")).await.status, 403);
    assert_eq!(set_password(&running, "/t/carbon.super", wrong, &basic("admin", "admin")).await.status, 400);
    // The code is still good: being refused at the door costs nothing.
    let credentials = std::fs::read_to_string(running.folder.0.join("recovery-api-client")).unwrap();
    let body = format!(r#"{{"key":"{code}","password":"{NEW}","properties":[{{"key":"a","value":"b"}}]}}"#);
    let done = set_password(&running, "", &body, &authorization("Client", &credentials)).await;
    assert_eq!((done.status, done.body.as_str()), (200, ""));
    assert!(tom_is_in(&running, NEW).await);
}

#[tokio::test]
async fn the_api_answers_mistakes_in_the_words_of_the_original() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let admin = basic("admin", "admin");
    let error = async |body: &str| {
        let answer = set_password(&running, "", body, &admin).await;
        (answer.status, json(&answer))
    };
    let problem = |code: &str, description: &str| serde_json::json!({"code": code, "message": "Bad Request", "description": description});
    for (body, expected) in [
        (r#"{"key":"","password":"AbNew@123"}"#, problem("18001", "Invalid Code '%s.'")),
        (r#"{"password":"AbNew@123"}"#, problem("18001", "Invalid Code '%s.'")),
        (r#"{"key":null,"password":"AbNew@123","properties":null}"#, problem("18001", "Invalid Code '%s.'")),
        (r#"{"key":"ZZZZZZ","password":"AbNew@123"}"#, problem("18001", "Invalid Code 'ZZZZZZ.'")),
    ] {
        assert_eq!(error(body).await, (400, expected), "{body}");
    }
    let long = format!(r#"{{"key":"{code}","password":"{}"}}"#, "x".repeat(10_000));
    for body in [&format!(r#"{{"key":"{code}"}}"#), &format!(r#"{{"key":"{code}","password":""}}"#), &long] {
        let (status, problem) = error(body).await;
        assert_eq!((status, problem["code"].as_str()), (400, Some("20035")));
    }
    for body in ["", "[]", "{", "\"x\"", r#"{"key":1}"#] {
        assert_eq!(error(body).await.0, 400, "{body}");
    }
    // The policy speaks for itself.
    govern(&running, &[("passwordPolicy.enable", "true")]).await;
    let with = |password: &str| format!(r#"{{"key":"{code}","password":"{password}"}}"#);
    let (status, short) = error(&with("Ab@1x")).await;
    assert_eq!((status, short), (400, problem("20035", "Password at least should have 6 characters")));
    govern(&running, &[("passwordPolicy.enable", "false")]).await;
    // Forms cannot be sent here by any page.
    let form = format!("{admin}Content-Type: text/plain\r\n");
    let request = format!(
        "POST /api/identity/recovery/v0.9/set-password HTTP/1.1\r\nHost: localhost\r\n{form}Content-Length: 2\r\n\r\n{{}}"
    );
    assert_eq!(running.ask(&request).await.status, 415);

    running.clock.advance(1440 * 60_000 + 1);
    let expired = error(&with(NEW)).await;
    assert_eq!(expired, (400, problem("18002", &format!("Expired Code '{code}.'"))));
}

#[tokio::test]
async fn the_api_refuses_a_password_of_the_history_with_the_key_it_was_given() {
    let (running, _) = tom_in_reset(|_| {}).await;
    govern(&running, &[("passwordHistory.enable", "true")]).await;
    let admin = basic("admin", "admin");
    let body = |code: &str, password: &str| format!(r#"{{"key":"{code}","password":"{password}"}}"#);
    for password in ["First@123", "Second@123"] {
        let code = force_offline(&running, "tom").await;
        assert_eq!(set_password(&running, "", &body(&code, password), &admin).await.status, 200);
    }
    let code = force_offline(&running, "tom").await;
    let answer = set_password(&running, "", &body(&code, "First@123"), &admin).await;
    assert_eq!(answer.status, 412);
    let problem = json(&answer);
    assert_eq!(problem["code"], "22001");
    assert_eq!(problem["key"], code.as_str());
    for entry in ["message", "description"] {
        assert_eq!(
            problem[entry],
            "This password has been used in recent history. Please choose a different password"
        );
    }
    assert_eq!(set_password(&running, "", &body(&code, "Third@123"), &admin).await.status, 200);
}
