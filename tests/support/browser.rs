//! Tom's browser, without a screen: follows the forms as a page would send them.

use super::client::{Answer, Client};

/// The part of an absolute address behind scheme and host.
pub fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..])
}

/// The value of a query parameter, decoded.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The value of a hidden field of a page, unescaped.
pub fn hidden(page: &str, name: &str) -> Option<String> {
    let field =
        page.split("<input type=\"hidden\" ").find(|part| part.starts_with(&format!("name=\"{name}\"")))?;
    let value = field.split("value=\"").nth(1)?.split('"').next()?;
    let unescape = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    Some(unescape.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to)))
}

/// Where an answer sends the browser.
pub fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{}", answer.text());
    let location = answer.headers.iter().find(|(name, _)| name == "Location").map(|(_, value)| value.clone());
    location.expect("a redirect names its target in a header spelled Location")
}

/// Opens the dashboard and takes the key of the login that it begins.
pub fn login_key(client: &Client) -> String {
    let form = location(&client.get("/commonauth?relyingParty=wso2.my.dashboard", &[]));
    assert!(path_of(&form).starts_with("/authenticationendpoint/login.do?"), "{form}");
    let page = client.get(path_of(&form), &[]);
    assert_eq!(page.status, 200);
    let key = hidden(&page.text(), "sessionDataKey").unwrap();
    assert_eq!(parameter(&form, "sessionDataKey").as_deref(), Some(key.as_str()));
    key
}

/// Sends the login form; what comes back is a redirect.
pub fn log_in(client: &Client, user: &str, password: &str) -> Answer {
    let key = login_key(client);
    let fields = [("username", user), ("password", password), ("sessionDataKey", key.as_str())];
    client.post_form("/commonauth", &[], &fields)
}

/// Signs in and returns the session cookie; the dashboard must show the name.
pub fn signed_in(client: &Client, user: &str, password: &str) -> String {
    let answer = log_in(client, user, password);
    let target = location(&answer);
    assert_eq!(path_of(&target), "/dashboard", "{target}");
    let cookie = answer.cookie("commonAuthId").unwrap();
    assert!(shows_dashboard(client, &cookie, user));
    cookie
}

/// Whether the dashboard shows somebody's page for that session.
pub fn shows_dashboard(client: &Client, cookie: &str, user: &str) -> bool {
    let page = client.get("/dashboard", &[("Cookie", &format!("commonAuthId={cookie}"))]);
    page.status == 200 && page.text().contains(&format!("<dd id=\"user-name\">{user}</dd>"))
}

/// Whether a login is refused in the way that tells nothing.
pub fn is_refused(client: &Client, user: &str, password: &str) -> bool {
    let target = location(&log_in(client, user, password));
    let generic = target.ends_with(
        "&authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg=login.fail.message",
    );
    let page = client.get(path_of(&target), &[]);
    generic
        && !target.contains("errorCode")
        && !target.contains("failedUsername")
        && page.text().contains("Login failed! Please recheck the username and password and try again.")
}

/// Opens the reset page at an address and sends its form with a new password.
pub fn reset(client: &Client, address: &str, password: &str) -> Answer {
    let page = client.get(path_of(address), &[]);
    assert_eq!(page.status, 200);
    let text = page.text();
    assert!(text.contains("Enter New Password"), "{text}");
    let names = ["confirmation", "username", "userstoredomain", "tenantdomain", "callback"];
    let values: Vec<String> = names.iter().map(|name| hidden(&text, name).unwrap()).collect();
    let mut fields: Vec<(&str, &str)> =
        names.iter().copied().zip(values.iter().map(String::as_str)).collect();
    fields.extend([("reset-password", password), ("reset-password2", password)]);
    client.post_form("/accountrecoveryendpoint/completepasswordreset.do", &[], &fields)
}
