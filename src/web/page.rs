//! Answers for browsers: rendered pages, redirects, and the headers that all of them carry.

use super::Site;
use super::once;
use super::texts::{self, LABELS};
use crate::domain::service_provider::is_web;
use crate::domain::session::fingerprint;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    SET_COOKIE,
};
use hyper::{Response, StatusCode};
use std::path::Path;
use std::sync::OnceLock;
use tera::{Context, Tera};

/// Nothing but our own style sheet and our own forms.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    frame-ancestors 'none'; base-uri 'none'";

/// The pages, with the file each can be overridden by; those of dashboard and console are with
/// their screens.
pub(super) const TEMPLATES: [(&str, &str); 7] = [
    ("confirm.html", include_str!("templates/confirm.html")),
    ("continue.html", include_str!("templates/continue.html")),
    ("late.html", include_str!("templates/late.html")),
    ("layout.html", include_str!("templates/layout.html")),
    ("login.html", include_str!("templates/login.html")),
    ("message.html", include_str!("templates/message.html")),
    ("reset.html", include_str!("templates/reset.html")),
];

/// The style sheets, which can be overridden like a page.
const STYLE: (&str, &str) = ("style.css", include_str!("templates/style.css"));
const CONSOLE_STYLE: (&str, &str) = ("console/style.css", include_str!("templates/console/style.css"));

/// How the pages look: ours, with the operator's own files in place of ours.
#[derive(Debug)]
pub struct Look {
    pages: Tera,
    /// The larger part, which many a server never shows: read with its first page, unless there are files of the
    /// operator's, whose mistakes stop the start.
    console: OnceLock<Tera>,
    /// Of the pages that everybody sees.
    pub style: Sheet,
    /// Of the console.
    pub console_style: Sheet,
}

/// A style sheet.
#[derive(Debug)]
pub struct Sheet {
    text: String,
    /// Part of the sheet's address: a changed sheet has another one, so it can be kept for good.
    version: String,
}

impl Sheet {
    fn of(folder: &Path, (name, shipped): (&str, &str)) -> Result<Self, String> {
        let text = own_or(folder, name, shipped)?;
        let version = fingerprint(&text).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { text, version })
    }

    /// Its address, given where it is.
    pub fn address(&self, path: &str) -> String {
        [path, "?v=", &self.version].concat()
    }

    /// The sheet; for good when it is asked for by its version.
    pub fn answer(&self, query: Option<&str>) -> Response<Vec<u8>> {
        let mut response = Response::new(self.text.clone().into_bytes());
        set(&mut response, CONTENT_TYPE, "text/css; charset=UTF-8");
        let is_this = query.and_then(|query| query.strip_prefix("v=")) == Some(self.version.as_str());
        let caching = if is_this { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
        set(&mut response, CACHE_CONTROL, caching);
        response
    }
}

impl Look {
    /// Reads the files that are in the folder.
    ///
    /// # Errors
    /// Names the file that cannot be read or understood.
    pub fn of(folder: &Path) -> Result<Self, String> {
        let pages =
            TEMPLATES.iter().chain(super::dashboard::TEMPLATES).chain(super::forgotten::TEMPLATES).copied();
        let look = Self {
            pages: read(folder, pages)?,
            console: OnceLock::new(),
            style: Sheet::of(folder, STYLE)?,
            console_style: Sheet::of(folder, CONSOLE_STYLE)?,
        };
        if folder.join("console").exists() {
            let _ = look.console.set(read(folder, super::console::TEMPLATES.iter().copied())?);
        }
        Ok(look)
    }

    /// The templates that a page is among.
    fn templates(&self, name: &str) -> &Tera {
        if !name.starts_with("console/") {
            return &self.pages;
        }
        self.console.get_or_init(|| {
            parsed(super::console::TEMPLATES.to_vec()).unwrap_or_else(|error| {
                tracing::error!(error, "the console's own pages cannot be read");
                Tera::default()
            })
        })
    }
}

/// Ours, with the operator's files in place of ours.
fn read(
    folder: &Path,
    templates: impl Iterator<Item = (&'static str, &'static str)>,
) -> Result<Tera, String> {
    let own = templates.map(|(name, shipped)| Ok((name, own_or(folder, name, shipped)?)));
    let texts = own.collect::<Result<Vec<_>, String>>()?;
    parsed(texts).map_err(|error| format!("{}: {error}", folder.display()))
}

fn parsed<T: AsRef<str>>(texts: Vec<(&str, T)>) -> Result<Tera, String> {
    let mut tera = Tera::default();
    tera.add_raw_templates(texts).map_err(|error| explained(&error))?;
    Ok(tera)
}

/// The operator's file of that name, or ours.
fn own_or(folder: &Path, name: &str, shipped: &str) -> Result<String, String> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(shipped.to_owned()),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// An error with what caused it, which is where the line is.
fn explained(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// A page.
pub fn render(site: &Site, status: StatusCode, name: &str, mut context: Context) -> Response<Vec<u8>> {
    context.insert("texts", &LABELS);
    context.insert(once::ONCE, &once::number());
    context.insert("style", &site.look.style.address("/authenticationendpoint/style.css"));
    match site.look.templates(name).render(name, &context) {
        Ok(text) => html(status, text),
        Err(error) => {
            tracing::error!(error = explained(&error), template = name, "a page could not be rendered");
            html(StatusCode::INTERNAL_SERVER_ERROR, texts::INTERNAL.to_owned())
        }
    }
}

/// The page that carries the answer to a service provider: a form with one button, which a script of ours presses where
/// scripts run. The registered address is the only other place the form may go.
pub fn carry_answer(
    site: &Site,
    destination: &str,
    message: &str,
    relay_state: Option<&str>,
) -> Response<Vec<u8>> {
    let mut fields = vec![("SAMLResponse", message)];
    fields.extend(relay_state.map(|state| ("RelayState", state)));
    carry(site, destination, &fields, true)
}

/// The page that carries a request of the dashboard to this very server.
pub fn carry_request(site: &Site, destination: &str, fields: &[(&str, &str)]) -> Response<Vec<u8>> {
    carry(site, destination, fields, false)
}

/// A hidden field.
#[derive(serde::Serialize)]
struct Field<'a> {
    name: &'a str,
    value: &'a str,
}

fn carry(site: &Site, destination: &str, fields: &[(&str, &str)], is_answer: bool) -> Response<Vec<u8>> {
    let Some(policy) = form_policy(destination).filter(|_| is_web(destination)) else {
        tracing::error!(destination, "the registered address cannot be used");
        return refusal(site, StatusCode::INTERNAL_SERVER_ERROR, texts::INTERNAL);
    };
    let mut context = Context::new();
    context.insert("action", destination);
    let fields: Vec<Field<'_>> = fields.iter().map(|(name, value)| Field { name, value }).collect();
    context.insert("fields", &fields);
    context.insert("is_answer", &is_answer);
    let mut response = render(site, StatusCode::OK, "continue.html", context);
    set(&mut response, CONTENT_SECURITY_POLICY, &policy);
    response
}

/// The policy of a page whose form goes to that address.
fn form_policy(destination: &str) -> Option<String> {
    let address = destination.split(['?', '#']).next().unwrap_or("").replace(';', "%3B").replace(',', "%2C");
    let is_address = address.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'"'));
    is_address.then(|| {
        POLICY.replace("form-action 'self'", &format!("script-src 'self'; form-action 'self' {address}"))
    })
}

/// The script of the page with one button.
pub fn script() -> Response<Vec<u8>> {
    let mut response = Response::new(include_bytes!("templates/continue.js").to_vec());
    set(&mut response, CONTENT_TYPE, "text/javascript; charset=UTF-8");
    set(&mut response, CACHE_CONTROL, "public, max-age=86400");
    response
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
    // The original's heading is that of a login that went wrong.
    let heading = if text == texts::RETRY { texts::RETRY_HEADING } else { texts::REFUSED_HEADING };
    message(
        site,
        status,
        Message {
            title: texts::TITLE,
            heading,
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

/// Hands out a cookie for everything. Without an age it lives as long as the browser does.
pub fn set_cookie(response: &mut Response<Vec<u8>>, name: &str, value: &str, seconds: Option<i64>) {
    set_cookie_below(response, "/", name, value, seconds);
}

/// The cookie that applications of the operator's domain are sent. It tells proxies who the visitor is and is good for
/// nothing else: an application that keeps it is nobody here with it. At another application of the domain it may pass for
/// its visitor; one cookie for all of them can tell no more.
pub const TOLD: &str = "forwardAuth";

/// Hands out the cookie of a browser session, which is for this host alone, or takes it away; and where applications behind
/// a proxy are on other hosts of the domain that the operator named, the [one](TOLD) for them.
pub fn set_session_cookie(site: &Site, response: &mut Response<Vec<u8>>, id: &str, seconds: Option<i64>) {
    let name = super::login::COOKIE;
    if let Some(domain) = site.realm.policy.session_cookie_domain.as_deref() {
        let below = |name: &str, value: &str, age: Option<i64>| {
            cookie(name, value, &format!("/; Domain={domain}"), age)
        };
        // Once it was this one that the domain had. Browsers that still have it would send it first.
        append_cookie(response, &below(name, "", Some(0)));
        let sealed = if id.is_empty() { Ok(String::new()) } else { site.realm.key.seal(TOLD, id) };
        match sealed {
            Ok(sealed) => append_cookie(response, &below(TOLD, &sealed, seconds)),
            Err(error) => tracing::error!(%error, "applications cannot be told of a session"),
        }
    }
    set_cookie(response, name, id, seconds);
}

/// Lets the forms of a page end at another origin.
pub fn allow_form_target(response: &mut Response<Vec<u8>>, origin: &str) {
    let policy = POLICY.replace("form-action 'self'", &format!("form-action 'self' {origin}"));
    set(response, CONTENT_SECURITY_POLICY, &policy);
}

/// Hands out a cookie for what is below a path.
pub fn set_cookie_below(
    response: &mut Response<Vec<u8>>,
    path: &str,
    name: &str,
    value: &str,
    seconds: Option<i64>,
) {
    append_cookie(response, &cookie(name, value, path, seconds));
}

fn cookie(name: &str, value: &str, path: &str, seconds: Option<i64>) -> String {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{name}={value}; Path={path}; Secure; HttpOnly; SameSite=Lax{age}")
}

fn append_cookie(response: &mut Response<Vec<u8>>, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
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

/// A picture that is shown once: nobody keeps it.
pub fn picture(png: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(png);
    set(&mut response, CONTENT_TYPE, "image/png");
    set(&mut response, CACHE_CONTROL, "no-store");
    response
}
