//! The calls of the recovery API that lead to a code: by mail, by questions, and a forgotten user name.

use super::dashboard::Account;
use super::server::{ADMIN, Answer, Running, add_role, add_user, force, govern, set_claim};
use super::smtp_sink::{Offer, SmtpSink};
use super::{basic, set_password, tom_is_in};
use soapstone::config::Settings;

const MAIL: &str = "http://wso2.org/claims/emailaddress";
const PASSWORD: (&str, &str) = ("Recovery.Notification.Password.Enable", "true");
const USERNAME: (&str, &str) = ("Recovery.Notification.Username.Enable", "true");
const QUESTION: (&str, &str) = ("Recovery.Question.Password.Enable", "true");

pub async fn with_tom(original: bool) -> Running {
    with_tom_and(|settings| settings.original_recovery_answers = original).await
}

/// With tom, whose mails arrive here.
pub async fn with_toms_mails() -> (Running, SmtpSink) {
    let mails = SmtpSink::start(Offer::default()).await;
    let running = with_tom_and(|settings| {
        settings.mail.host = Some("127.0.0.1".into());
        settings.mail.port = mails.port();
    });
    (running.await, mails)
}

async fn with_tom_and(change: impl FnOnce(&mut Settings)) -> Running {
    let running = Running::with(|settings| {
        settings.attempts_per_minute = 1_000_000;
        change(settings);
    })
    .await;
    add_user(&running, "tom").await;
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    assert_eq!(running.ask(&set_claim("tom", MAIL, "tom@example.org", ADMIN)).await.status, 202);
    running
}

async fn call(running: &Running, method: &str, path: &str, body: &str) -> Answer {
    let headers = basic("admin", "admin");
    running
        .ask(&format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await
}

const API: &str = "/api/identity/recovery/v0.9";

async fn post(running: &Running, operation: &str, body: &str) -> Answer {
    call(running, "POST", &format!("{API}/{operation}"), body).await
}

async fn get(running: &Running, operation: &str) -> Answer {
    call(running, "GET", &format!("{API}/{operation}"), "").await
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_str(&answer.body)
        .unwrap_or_else(|error| panic!("{error}: {} {}", answer.head, answer.body))
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, json(answer).get("code").and_then(|code| code.as_str()).unwrap_or_default().to_owned())
}

/// Has tom choose security questions; the sets.
pub async fn tom_answers(running: &Running) {
    let tom = Account::of(running, "tom", "Old@1234").await;
    let page = tom.open("/dashboard/questions").await.body;
    let questions: Vec<String> = page
        .split("<select ")
        .skip(1)
        .map(|select| select.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap())
        .map(|text| text.replace("&#39;", "'").replace("&#x27;", "'"))
        .collect();
    let fields = [
        ("question1", questions.first().unwrap().as_str()),
        ("answer1", "Zürich"),
        ("question2", questions.get(1).unwrap().as_str()),
        ("answer2", "Rex"),
    ];
    tom.change("/dashboard/questions", &fields).await;
}

#[tokio::test]
async fn a_mail_for_a_forgotten_password_comes_for_who_exists_and_the_answer_is_the_same_for_all() {
    let (running, mut mails) = with_toms_mails().await;
    let user = |name: &str| {
        format!(r#"{{"user":{{"username":"{name}","tenant-domain":"carbon.super"}},"properties":[]}}"#)
    };
    assert_eq!(code(&post(&running, "recover-password", &user("tom")).await), (400, "20017".into()));
    govern(&running, &[PASSWORD]).await;
    for name in ["nobody", "NOWHERE/tom", "", "<b>", "tom@no.where", "TOM"] {
        let answer = post(&running, "recover-password?type=email", &user(name)).await;
        assert_eq!((answer.status, answer.body.as_str()), (202, ""), "{name}");
    }
    let with_realm = r#"{"user":{"username":"nobody","realm":"PRIMARY"}}"#;
    assert_eq!(post(&running, "recover-password", with_realm).await.status, 202);
    let mail = mails.next().await;
    assert_eq!(mail.to, ["tom@example.org"]);
    let mail = mail.body();
    let link = mail.split("confirmation=").nth(1).unwrap();
    let key = link.split(['&', '\r', '\n', ' ']).next().unwrap();
    let body = format!(r#"{{"key":"{key}","password":"AbNew@123"}}"#);
    assert_eq!(set_password(&running, "", &body, &basic("admin", "admin")).await.status, 200);
    assert!(tom_is_in(&running, "AbNew@123").await);
    for body in ["", "[]", "{}", r#"{"user":null}"#, r#"{"user":{"username":1}}"#] {
        assert_eq!(post(&running, "recover-password", body).await.status, 400, "{body}");
    }
    let elsewhere = r#"{"user":{"username":"tom","tenant-domain":"no.where"}}"#;
    assert_eq!(code(&post(&running, "recover-password", elsewhere).await), (400, "18016".into()));
}

#[tokio::test]
async fn an_operator_can_have_the_answers_of_the_original() {
    let running = with_tom(true).await;
    govern(&running, &[PASSWORD, USERNAME, QUESTION]).await;
    let user = |name: &str| format!(r#"{{"user":{{"username":"{name}"}}}}"#);
    let recover = async |body: &str| code(&post(&running, "recover-password", body).await);
    assert_eq!(recover(&user("nobody")).await, (400, "20015".into()));
    assert_eq!(recover(r#"{"user":{"username":"nobody","realm":"PRIMARY"}}"#).await, (400, "18003".into()));
    assert_eq!(post(&running, "recover-password", &user("tom")).await.status, 202);
    assert_eq!(get(&running, "security-question?username=tom").await.status, 204);
    assert_eq!(code(&get(&running, "security-question?username=nobody").await), (400, "20015".into()));
    let in_store = "security-question?username=nobody&realm=PRIMARY";
    assert_eq!(code(&get(&running, in_store).await), (400, "18003".into()));
    let nobody = r#"[{"uri":"http://wso2.org/claims/emailaddress","value":"x@example.org"}]"#;
    assert_eq!(post(&running, "recover-username/", nobody).await.status, 204);
    // Nobody gets around an administrator.
    govern(&running, &[("Recovery.AdminPasswordReset.RecoveryLink", "true")]).await;
    force(&running, "tom").await;
    assert_eq!(recover(&user("tom")).await, (400, "17003".into()));
    assert_eq!(code(&get(&running, "security-question?username=tom").await), (400, "17003".into()));
    assert_eq!(running.ask(&set_claim("admin", MAIL, "", ADMIN)).await.status, 202);
    let answer = post(&running, "recover-password", &user("admin")).await;
    assert_eq!(code(&answer), (500, "20011".into()));
}

#[tokio::test]
async fn a_program_that_sends_its_own_mails_gets_the_code_and_the_name() {
    let running = with_tom(false).await;
    govern(&running, &[PASSWORD, USERNAME]).await;
    let answer = post(&running, "recover-password?notify=false", r#"{"user":{"username":"tom"}}"#).await;
    assert_eq!((answer.status, answer.body.len()), (202, 36), "{}", answer.body);
    let body = format!(r#"{{"key":"{}","password":"AbNew@123"}}"#, answer.body);
    assert_eq!(set_password(&running, "", &body, &basic("admin", "admin")).await.status, 200);
    let tom = r#"[{"uri":"http://wso2.org/claims/emailaddress","value":"tom@example.org"}]"#;
    let answer = post(&running, "recover-username/?notify=false", tom).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, "tom"));
    assert!(std::fs::read_dir(running.folder.0.join("mail")).map_or(0, Iterator::count) == 0, "no mail");
}

#[tokio::test]
async fn right_answers_lead_to_a_new_password_and_nobody_learns_who_has_questions() {
    let running = with_tom(false).await;
    assert_eq!(code(&get(&running, "security-question?username=tom").await), (400, "20018".into()));
    govern(&running, &[QUESTION]).await;
    tom_answers(&running).await;
    let (tom, nobody) = (
        json(&get(&running, "security-question?username=tom").await),
        json(&get(&running, "security-question?username=nobody").await),
    );
    let set =
        |question: &serde_json::Value| question["question"]["question-set-id"].as_str().unwrap().to_owned();
    assert_eq!(set(&tom), set(&nobody));
    assert_eq!(tom["link"], serde_json::json!({"rel": "validate-answer", "uri": API}));
    let answer = async |key: &serde_json::Value, set: &str, answer: &str| {
        let body = serde_json::json!({"key": key, "answers": [{"question-set-id": set, "answer": answer}]});
        post(&running, "validate-answer", &body.to_string()).await
    };
    for question in [&tom, &nobody] {
        let wrong = answer(&question["key"], &set(question), "no").await;
        assert_eq!(code(&wrong), (412, "20008".into()));
        assert_eq!(json(&wrong)["key"], question["key"]);
        assert_eq!(code(&answer(&question["key"], "http://other", "no").await), (400, "20012".into()));
    }
    assert_eq!(code(&answer(&"x".into(), "x", "x").await), (400, "18001".into()));
    let second = json(&answer(&tom["key"], &set(&tom), "zürich").await);
    let last = json(&answer(&second["key"], &set(&second), "Rex").await);
    assert_eq!(
        (last["link"]["rel"].as_str(), &last["question"]),
        (Some("set-password"), &serde_json::Value::Null)
    );
    let body = format!(r#"{{"key":{},"password":"AbNew@123"}}"#, last["key"]);
    assert_eq!(set_password(&running, "", &body, &basic("admin", "admin")).await.status, 200);
    assert!(tom_is_in(&running, "AbNew@123").await && !tom_is_in(&running, "Old@1234").await);
    // All at once.
    let all = json(&get(&running, "security-questions?username=tom&realm=PRIMARY").await);
    let given: Vec<serde_json::Value> = all["questions"]
        .as_array()
        .unwrap()
        .iter()
        .zip(["ZÜRICH", "rex"])
        .map(|(one, answer)| serde_json::json!({"question-set-id": one["question-set-id"], "answer": answer}))
        .collect();
    let body = serde_json::json!({"key": all["key"], "answers": given});
    let done = json(&post(&running, "validate-answer", &body.to_string()).await);
    assert_eq!(done["link"]["rel"], "set-password");
}

#[tokio::test]
async fn a_forgotten_name_is_mailed_to_who_is_described_and_the_answer_is_the_same_for_all() {
    let (running, mut mails) = with_toms_mails().await;
    let tom = r#"[{"uri":"http://wso2.org/claims/emailaddress","value":"tom@example.org"}]"#;
    assert_eq!(code(&post(&running, "recover-username/", tom).await), (400, "20031".into()));
    govern(&running, &[USERNAME]).await;
    let claim =
        |uri: &str, value: &str| format!(r#"[{{"uri":"http://wso2.org/claims/{uri}","value":"{value}"}}]"#);
    for body in [
        claim("emailaddress", "nobody@example.org"),
        claim("emailaddress", "*"),
        claim("nothing", "tom"),
        tom.to_owned(),
    ] {
        let answer = post(&running, "recover-username", &body).await;
        assert_eq!((answer.status, answer.body.as_str()), (202, ""), "{body}");
    }
    let mail = mails.next().await.body();
    assert!(mail.contains("PRIMARY/tom@carbon.super"), "{mail}");
    assert!(mails.waiting().is_empty());
    for body in ["[]", "{}", "x", r#"[{"uri":"http://wso2.org/claims/emailaddress","value":" "}]"#] {
        assert_eq!(code(&post(&running, "recover-username", body).await), (400, "20014".into()), "{body}");
    }
}

#[tokio::test]
async fn the_claims_of_a_tenant_are_listed_for_a_form() {
    let running = with_tom(false).await;
    let claims = json(&get(&running, "claims?tenant-domain=carbon.super").await);
    let mail = claims.as_array().unwrap().iter().find(|one| one["uri"] == MAIL).unwrap();
    let expected = serde_json::json!({
        "uri": MAIL, "value": null, "description": "Email Address", "display-name": "Email",
        "dialect": "http://wso2.org/claims", "required": true, "read-only": false,
    });
    assert_eq!(*mail, expected);
    let refused = get(&running, "claims?tenant-domain=no.where").await;
    assert_eq!(code(&refused), (400, "18016".into()));
    assert_eq!(json(&refused)["description"], "Invalid tenant domain :no.where");
    let wrong = post(&running, "claims", "{}").await;
    assert_eq!((wrong.status, wrong.header("Allow")), (405, Some("GET")));
    assert_eq!(get(&running, "set-password").await.header("Allow"), Some("POST"));
    let unsigned = running.ask(&format!("GET {API}/claims HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
    assert_eq!(unsigned.status, 401);
}
