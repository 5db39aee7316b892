//! Answers for browsers: rendered pages, redirects, and the headers that all of them carry.

use super::Site;
use super::texts::{self, LABELS};
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    SET_COOKIE,
};
use hyper::{Response, StatusCode};
use tera::{Context, Tera};

/// Nothing but our own style sheet and our own forms.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// The pages, with the file each can be overridden by.
pub(super) const TEMPLATES: [(&str, &str); 5] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("login.html", include_str!("templates/login.html")),
    ("message.html", include_str!("templates/message.html")),
    ("reset.html", include_str!("templates/reset.html")),
    ("dashboard.html", include_str!("templates/dashboard.html")),
];

/// The style sheet.
pub const STYLE: &str = include_str!("templates/style.css");

/// The templates, the operator's own files in place of ours.
pub fn templates(folder: &std::path::Path) -> Result<Tera, String> {
    let mut own = Vec::new();
    for (name, shipped) in TEMPLATES {
        let path = folder.join(name);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => shipped.to_owned(),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        own.push((name, text));
    }
    let mut tera = Tera::default();
    tera.add_raw_templates(own).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(tera)
}

/// A page.
pub fn render(site: &Site, status: StatusCode, name: &str, mut context: Context) -> Response<Vec<u8>> {
    context.insert("texts", &LABELS);
    match site.templates.render(name, &context) {
        Ok(text) => html(status, text),
        Err(error) => {
            tracing::error!(%error, template = name, "a page could not be rendered");
            html(StatusCode::INTERNAL_SERVER_ERROR, texts::INTERNAL.to_owned())
        }
    }
}

/// A page that only says something.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Title of the window.
    pub title: &'a str,
    /// Heading of the page.
    pub heading: &'a str,
    /// `id` of the box.
    pub id: &'a str,
    /// Whether it is bad news.
    pub is_error: bool,
    /// The lines.
    pub lines: &'a [&'a str],
    /// Where to go next.
    pub link: Option<(&'a str, &'a str)>,
}

/// Shows a message.
pub fn message(site: &Site, status: StatusCode, message: Message<'_>) -> Response<Vec<u8>> {
    let mut context = Context::new();
    context.insert("title", message.title);
    context.insert("heading", message.heading);
    context.insert("id", message.id);
    context.insert("is_error", &message.is_error);
    context.insert("lines", message.lines);
    context.insert("link", &message.link.map(|(link, _)| link));
    context.insert("link_text", &message.link.map(|(_, text)| text));
    render(site, status, "message.html", context)
}

/// A refusal with a way on.
pub fn refusal(site: &Site, status: StatusCode, text: &str) -> Response<Vec<u8>> {
    let link = [&site.realm.policy.public_url, "/dashboard"].concat();
    message(
        site,
        status,
        Message {
            title: texts::TITLE,
            heading: texts::RETRY_HEADING,
            id: "error-msg",
            is_error: true,
            lines: &[text],
            link: Some((&link, texts::TO_LOGIN)),
        },
    )
}

fn html(status: StatusCode, text: String) -> Response<Vec<u8>> {
    let mut response = Response::new(text.into_bytes());
    *response.status_mut() = status;
    set(&mut response, CONTENT_TYPE, "text/html; charset=UTF-8");
    guard(&mut response);
    response
}

/// Headers of everything that is shown to one person only.
pub fn guard(response: &mut Response<Vec<u8>>) {
    set(response, CACHE_CONTROL, "no-store");
    set(response, REFERRER_POLICY, "no-referrer");
    set(response, CONTENT_SECURITY_POLICY, POLICY);
}

/// Sends the browser to a path of the configured public address, or to an absolute address made of it.
pub fn redirect(site: &Site, path: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::FOUND;
    let address =
        if path.starts_with('/') { [&site.realm.policy.public_url, path].concat() } else { path.to_owned() };
    set(&mut response, LOCATION, &address);
    guard(&mut response);
    response
}

/// Sets a header whose value may come from outside; one that cannot be a header is left out.
pub fn set(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Hands out a cookie. Without an age it lives as long as the browser does.
pub fn set_cookie(response: &mut Response<Vec<u8>>, name: &str, value: &str, seconds: Option<i64>) {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// The picture on the tab, which every browser asks for.
pub fn icon() -> Response<Vec<u8>> {
    let mut response = Response::new(include_bytes!("templates/icon.svg").to_vec());
    set(&mut response, CONTENT_TYPE, "image/svg+xml");
    set(&mut response, CACHE_CONTROL, "public, max-age=86400");
    response
}
