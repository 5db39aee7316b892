//! The pages as a browser sees them: a server in this process, and requests with the headers that browsers add.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "tests/transport.rs uses the rest")]
#[path = "support/server.rs"]
mod server;

use server::{Answer, Running};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
/// What a browser adds to a form of a page with the policy `no-referrer`: the origin is kept back, the relation is not.
const SAME_SITE_FORM: &str = "Origin: null\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n";

/// The path and query of an address below the public one.
fn below(running: &Running, address: &str) -> String {
    let path = address.strip_prefix(running.server.public_url());
    path.unwrap_or_else(|| panic!("{address} is not below {}", running.server.public_url())).to_owned()
}

async fn get(running: &Running, path: &str, headers: &str) -> Answer {
    running.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")).await
}

async fn post(running: &Running, path: &str, fields: &[(&str, &str)], headers: &str) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let length = body.len();
    running
        .ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\n{FORM}{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await
}

/// A login that was begun.
struct Login {
    key: String,
    /// Address of the form, path and query.
    form: String,
    /// The cookie header of the browser that began it.
    cookie: String,
}

async fn begin(running: &Running) -> Login {
    let start = get(running, "/dashboard", "").await;
    assert_eq!(start.status, 302);
    let form = below(running, start.header("Location").unwrap());
    let key = form.split("sessionDataKey=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let cookie = start.header("Set-Cookie").unwrap().split(';').next().unwrap();
    Login { key, form, cookie: format!("Cookie: {cookie}\r\n") }
}

async fn send(running: &Running, key: &str, user: &str, password: &str, headers: &str) -> Answer {
    let fields = [("username", user), ("password", password), ("sessionDataKey", key)];
    post(running, "/commonauth", &fields, headers).await
}

fn is_in(answer: &Answer) -> bool {
    answer.status == 302
        && answer.header("Location").unwrap().ends_with("/dashboard")
        && answer.headers("Set-Cookie").iter().any(|cookie| cookie.starts_with("commonAuthId="))
}

// --- signing in ---------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_browser_that_keeps_its_origin_back_can_sign_in() {
    let running = Running::start().await;
    let login = begin(&running).await;
    assert!(get(&running, &login.form, &login.cookie).await.body.contains("id=\"loginForm\""));
    // With cookies, without, and one of the age before Sec-Fetch-Site.
    for headers in [
        format!("{SAME_SITE_FORM}{}", login.cookie),
        SAME_SITE_FORM.to_owned(),
        format!("Origin: null\r\n{}", login.cookie),
        format!("Origin: {}\r\n{}", running.server.public_url(), login.cookie),
        String::new(),
    ] {
        let login = Login { key: begin_for(&running, &login.cookie).await, ..begin(&running).await };
        let answer = send(&running, &login.key, "admin", "admin", &headers).await;
        assert!(is_in(&answer), "{headers:?}: {}", answer.head);
    }
}

/// Begins another login of a browser that has its cookie already.
async fn begin_for(running: &Running, cookie: &str) -> String {
    let start = get(running, "/dashboard", cookie).await;
    assert_eq!(start.header("Set-Cookie"), None, "the browser is known");
    let form = start.header("Location").unwrap().to_owned();
    form.split("sessionDataKey=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn two_tabs_of_one_browser_can_both_finish_their_logins() {
    let running = Running::start().await;
    let first = begin(&running).await;
    let second = begin_for(&running, &first.cookie).await;
    for key in [&first.key, &second] {
        let answer =
            send(&running, key, "admin", "admin", &format!("{SAME_SITE_FORM}{}", first.cookie)).await;
        assert!(is_in(&answer), "{}", answer.head);
    }
}

#[tokio::test]
async fn nobody_signs_a_browser_in_as_somebody_else() {
    let running = Running::start().await;
    let (own, others) = (begin(&running).await, begin(&running).await);
    let refused = |answer: &Answer| {
        !answer.headers("Set-Cookie").iter().any(|cookie| cookie.starts_with("commonAuthId="))
    };
    // A page of another site sends a form with its own key, in whatever way.
    for headers in [
        "Origin: null\r\nSec-Fetch-Site: cross-site\r\n",
        "Origin: https://evil.example\r\n",
        "Origin: https://sub.localhost\r\nSec-Fetch-Site: same-site\r\n",
    ] {
        let answer = send(&running, &own.key, "admin", "admin", &format!("{headers}{}", own.cookie)).await;
        assert!(answer.status == 403 && refused(&answer), "{headers:?}: {}", answer.head);
        let query = format!("/commonauth?username=admin&password=admin&sessionDataKey={}", own.key);
        assert_eq!(get(&running, &query, headers).await.status, 403);
    }
    // A browser too old to say where a form comes from keeps cookies all the same: the conversation is not its own.
    for headers in
        [format!("Origin: null\r\n{}", own.cookie), own.cookie.clone(), "Origin: null\r\n".to_owned()]
    {
        let answer = send(&running, &others.key, "admin", "admin", &headers).await;
        assert!(refused(&answer), "{headers:?}");
        assert!(
            answer.header("Location").unwrap().ends_with("/authenticationendpoint/retry.do"),
            "{}",
            answer.head
        );
    }
}
