//! The dashboard: what a signed-in user sees and changes of himself. Every change is a posted form with a token of the
//! session, followed by a redirect, so that a reload repeats nothing.

mod password;
mod profile;
mod questions;
mod saml;
mod sessions;

use super::form::{Parameters, cookie};
use super::late::{self, Next};
use super::{Site, login, page, texts};
use crate::domain::catalogue::EMAIL_ADDRESS;
use crate::domain::session::{self, Kind, Session};
use crate::domain::{Error, Secret, claim, permission};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use tera::Context;
use texts::account::text;

/// Where somebody changes his password: wrong ones are counted like logins.
pub(super) const PASSWORD: &str = "/dashboard/password";
const PROFILE: &str = "/dashboard/profile";
const SESSIONS: &str = "/dashboard/sessions";
const QUESTIONS: &str = "/dashboard/questions";

/// The pages, with the file each can be overridden by.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    ("account.html", include_str!("../templates/dashboard/account.html")),
    ("dashboard.html", include_str!("../templates/dashboard/dashboard.html")),
    ("dashboard/profile.html", include_str!("../templates/dashboard/profile.html")),
    ("dashboard/password.html", include_str!("../templates/dashboard/password.html")),
    ("dashboard/sessions.html", include_str!("../templates/dashboard/sessions.html")),
    ("dashboard/questions.html", include_str!("../templates/dashboard/questions.html")),
];

/// Where the dashboard is.
pub fn address(site: &Site) -> String {
    [&site.realm.policy.public_url, "/dashboard"].concat()
}

/// The session of a browser, if it is open; its use is noted.
pub(super) async fn session_of(
    site: &Arc<Site>,
    request: &Request<Bytes>,
) -> Result<Option<(String, Session)>, Error> {
    match cookie(request.headers(), login::COOKIE) {
        Some(id) => open_session(site, id).await,
        None => Ok(None),
    }
}

/// The session of an id, if it is open; its use is noted.
pub(super) async fn open_session(site: &Arc<Site>, id: &str) -> Result<Option<(String, Session)>, Error> {
    if id.len() > 128 {
        return Ok(None);
    }
    let (id, now) = (id.to_owned(), site.now());
    let found = site.store.read(|tx| session::find(tx, now, Kind::Browser, &id))?;
    let Some(session) = found else { return Ok(None) };
    if session.wants_touch(now) {
        let touched = id.clone();
        site.store.write(move |tx| session::touch(tx, now, &touched)).await?;
    }
    Ok(Some((id, session)))
}

/// Proves that a form is one of ours: bound to the session, useless elsewhere.
fn csrf(site: &Site, session_id: &str) -> String {
    let hash = site.realm.key.hash(&Secret::new(format!("form of {session_id}")));
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request of a signed-in user.
struct Visit<'a> {
    site: &'a Arc<Site>,
    /// The id of his session.
    id: String,
    session: Session,
    parameters: Parameters,
    path: &'a str,
    is_post: bool,
}

impl Visit<'_> {
    /// What every page shows: who it is for, the menu, and the outcome of the change that led here.
    fn context(&self) -> Context {
        let mut context = Context::new();
        context.insert("user_name", &self.session.name);
        context.insert("tenant", &self.session.tenant.domain);
        context.insert("csrf", &csrf(self.site, &self.id));
        context.insert("here", self.path);
        context.insert("t", texts::account::all());
        context.insert("message", &None::<&str>);
        let done = self.parameters.get("done").filter(|_| !self.is_post).and_then(texts::account::outcome);
        context.insert("done", &done);
        context
    }

    fn show(&self, template: &str, context: Context) -> Response<Vec<u8>> {
        page::render(self.site, StatusCode::OK, template, context)
    }

    /// The form again, with what was wrong.
    fn show_again(&self, template: &str, mut context: Context, message: &str) -> Response<Vec<u8>> {
        context.insert("message", &Some(message));
        self.show(template, context)
    }

    /// After a change: the page that says so.
    fn done(&self, path: &str, outcome: &str) -> Response<Vec<u8>> {
        page::redirect(self.site, &format!("{path}?done={outcome}"))
    }

    fn is_own_form(&self) -> bool {
        let sent = Secret::from(self.parameters.get("csrf").unwrap_or(""));
        sent.matches(&csrf(self.site, &self.id))
    }
}

/// Answers everything below `/dashboard`.
pub async fn answer(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let path = request.uri().path();
    match path {
        "/dashboard" | "/dashboard/" | "/dashboard/index.jag" | "/dashboard/login.jag" => {
            return show(site, request).await;
        }
        saml::START => return saml::start(site, request).await,
        saml::CONSUMER => return saml::consume(site, request).await,
        "/dashboard/logout" | "/dashboard/logout.jag" => return sign_out(site, request).await,
        PROFILE | PASSWORD | SESSIONS | QUESTIONS => {}
        _ => return page::refusal(site, StatusCode::NOT_FOUND, texts::NOT_FOUND),
    }
    let (id, session) = match session_of(site, request).await {
        Ok(Some(found)) => found,
        // A form is not sent again behind the user's back.
        Ok(None) => {
            let kept = is_worth_keeping(path).then(|| late::keep(site, request, Next::SignIn("/dashboard")));
            return kept.flatten().unwrap_or_else(|| saml::to_login(site, path));
        }
        Err(error) => return login::failed(site, &error),
    };
    if let Some(response) = stop(site, &session) {
        return response;
    }
    let is_post = request.method() == Method::POST;
    let visit = Visit { site, id, session, parameters: Parameters::of(request), path, is_post };
    if is_post && !visit.is_own_form() {
        tracing::warn!(path, "a form without the token of the session was refused");
        let token = csrf(site, &visit.id);
        let next = Next::Send { token: &token, who: &visit.session.name, leave: path };
        if let Some(kept) = late::keep(site, request, next).filter(|_| is_worth_keeping(path)) {
            return kept;
        }
        return page::refusal(site, StatusCode::FORBIDDEN, texts::FOREIGN_FORM);
    }
    let answered = match path {
        PROFILE => profile::answer(&visit).await,
        PASSWORD => password::answer(&visit).await,
        SESSIONS => sessions::answer(&visit).await,
        _ => questions::answer(&visit).await,
    };
    answered.unwrap_or_else(|error| match error.is_failure() {
        true => login::failed(site, &error),
        false => page::refusal(site, StatusCode::BAD_REQUEST, &error.to_string()),
    })
}

/// Whether a form of a page holds more than passwords and the names of sessions.
fn is_worth_keeping(path: &str) -> bool {
    matches!(path, PROFILE | QUESTIONS)
}

/// What somebody gets who signed in elsewhere and may not use the dashboard.
fn stop(site: &Site, session: &Session) -> Option<Response<Vec<u8>>> {
    let (tenant, user) = (session.tenant.id, session.user.id);
    match site.store.read(|tx| permission::authorized(tx, tenant, user, &[permission::LOGIN])) {
        Ok(true) => None,
        Ok(false) => Some(page::redirect(site, saml::NOT_ALLOWED)),
        Err(error) => Some(login::failed(site, &error)),
    }
}

/// Shows the page, or begins a login.
async fn show(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let (id, session) = match session_of(site, request).await {
        Ok(Some(found)) => found,
        Ok(None) => return saml::to_login(site, request.uri().path()),
        Err(error) => return login::failed(site, &error),
    };
    if let Some(response) = stop(site, &session) {
        return response;
    }
    let mail = match site.store.read(|tx| claim::values(tx, &site.realm, &session.user, &[EMAIL_ADDRESS])) {
        Ok(values) => values.into_iter().next().map(|(_, value)| value),
        Err(error) => return login::failed(site, &error),
    };
    let parameters = Parameters::of(request);
    let visit = Visit { site, id, session, parameters, path: "/dashboard", is_post: false };
    let mut context = visit.context();
    context.insert("mail", &mail);
    visit.show("dashboard.html", context)
}

/// Ends the session. A posted form must be ours; following the address is enough, as in the original, but not for a page of
/// another site.
async fn sign_out(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let (id, _) = match session_of(site, request).await {
        Ok(Some(found)) => found,
        Ok(None) => return page::redirect(site, "/dashboard"),
        Err(error) => return login::failed(site, &error),
    };
    let parameters = Parameters::of(request);
    let sent = Secret::from(parameters.get("csrf").unwrap_or(""));
    if request.method() == Method::POST && !sent.matches(&csrf(site, &id)) {
        return page::refusal(site, StatusCode::FORBIDDEN, texts::FOREIGN_FORM);
    }
    if let Err(error) = site.store.write(move |tx| session::close(tx, &id)).await {
        return login::failed(site, &error);
    }
    let mut response = page::redirect(site, "/dashboard");
    page::set_session_cookie(site, &mut response, "", Some(0));
    response
}
