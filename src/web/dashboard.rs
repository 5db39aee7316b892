//! The dashboard: a small page of a signed-in user.

use super::form::{Parameters, cookie};
use super::{Site, login, page, texts};
use crate::domain::session::{self, Kind, Session};
use crate::domain::{Error, Secret, claim};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use tera::Context;

const MAIL: &str = "http://wso2.org/claims/emailaddress";

/// Where the dashboard is.
pub fn address(site: &Site) -> String {
    [&site.realm.policy.public_url, "/dashboard"].concat()
}

/// The session of a browser, if it is open; its use is noted.
async fn session_of(site: &Arc<Site>, request: &Request<Bytes>) -> Result<Option<(String, Session)>, Error> {
    let Some(id) = cookie(request.headers(), login::COOKIE).filter(|id| id.len() <= 128) else {
        return Ok(None);
    };
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

/// Shows the page, or begins a login.
pub async fn show(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let (id, session) = match session_of(site, request).await {
        Ok(Some(found)) => found,
        Ok(None) => return login::begin(site, request).await,
        Err(error) => return login::failed(site, &error),
    };
    let mail = match site.store.read(|tx| claim::values(tx, &site.realm, &session.user, &[MAIL])) {
        Ok(values) => values.into_iter().next().map(|(_, value)| value),
        Err(error) => return login::failed(site, &error),
    };
    let mut context = Context::new();
    context.insert("user_name", &session.name);
    context.insert("mail", &mail);
    context.insert("tenant", &session.tenant.domain);
    context.insert("csrf", &csrf(site, &id));
    page::render(site, StatusCode::OK, "dashboard.html", context)
}

/// Ends the session. A posted form must be ours; following the address is enough, as in the original, but not for a page of
/// another site.
pub async fn sign_out(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
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
    page::set_cookie(&mut response, login::COOKIE, "", Some(0));
    response
}
