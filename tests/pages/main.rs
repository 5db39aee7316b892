//! The pages as a browser sees them: a server in this process, and requests with the headers that browsers add.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "tests/transport uses the rest")]
#[path = "../support/server.rs"]
mod server;
#[path = "../support/smtp_sink.rs"]
mod smtp_sink;

mod console;
mod dashboard;
mod forgotten;
mod login;
mod look;
mod recovery_api;
mod recovery_steps;
mod reset;
mod twice;

use server::{Answer, Running, add_role, add_user, force_offline};

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
    let start = get(running, BEGIN, "").await;
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

/// Begins a login without a SAML message.
const BEGIN: &str = "/commonauth?relyingParty=wso2.my.dashboard";
const CONFIRM: &str = "/accountrecoveryendpoint/confirmrecovery.do";
const COMPLETE: &str = "/accountrecoveryendpoint/completepasswordreset.do";
const NEW: &str = "AbNew@123";

/// A server with tom, who is in reset, and his code.
async fn tom_in_reset(change: impl FnOnce(&mut soapstone::config::Settings)) -> (Running, String) {
    let running = Running::with(change).await;
    add_user(&running, "tom").await;
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    let code = force_offline(&running, "tom").await;
    (running, code)
}

/// Whether tom gets in with that password.
async fn tom_is_in(running: &Running, password: &str) -> bool {
    let login = begin(running).await;
    is_in(&send(running, &login.key, "tom", password, &login.cookie).await)
}

fn basic(user: &str, password: &str) -> String {
    authorization("Basic", &format!("{user}:{password}"))
}

fn authorization(scheme: &str, credentials: &str) -> String {
    use base64::Engine as _;
    let token = base64::engine::general_purpose::STANDARD.encode(credentials);
    format!("Authorization: {scheme} {token}\r\n")
}

async fn set_password(running: &Running, tenant: &str, body: &str, headers: &str) -> Answer {
    let length = body.len();
    let request = format!(
        "POST {tenant}/api/identity/recovery/v0.9/set-password HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    running.ask(&request).await
}
