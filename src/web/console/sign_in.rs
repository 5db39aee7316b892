//! Signing in to the console and out of it, at the addresses of the original (`/carbon/admin/login.jsp`).
//!
//! The decision is the one of every login form: who is in reset, locked or disabled is refused, and so is who does not hold
//! the login permission. All of it reads alike. Only the right one-time password of who is in reset leads on, to the reset
//! page and from there back here. The console has a session of its own; the one of the dashboard opens nothing here.

use super::screens::SCREENS;
use super::{LOGIN, SIGN_OUT, common, texts};
use crate::domain::login::{self, Face, Outcome, Presented, SignedIn};
use crate::domain::session::{self, Kind, Session};
use crate::domain::{Actor, Error, Now, Secret, permission};
use crate::store::aside;
use crate::web::form::{Parameters, Source, cookie, encoded};
use crate::web::late::{self, Next};
use crate::web::{CONFIRM, Site, login as pages, page};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use std::net::IpAddr;
use std::sync::Arc;
use tera::Context;

/// The cookie of a session; it is sent to the console only.
const COOKIE: &str = "carbonSession";
/// The cookie that a login form belongs to.
const BROWSER: &str = "carbonLogin";
/// What the login page is told when the form was not its own: no cookies, or too old.
const UNKNOWN: &str = "cookies";
/// What it is told when a form came after its session had ended.
const ENDED: &str = "ended";
/// Where a form was opened; every form of the console carries it.
pub const HERE: &str = "here";

/// A session and its id.
pub struct Signed {
    pub id: Secret,
    pub session: Session,
}

/// The session of a browser, if it is open; its use is noted.
pub async fn session_of(site: &Arc<Site>, request: &Request<Bytes>) -> Result<Option<Signed>, Error> {
    let Some(id) = cookie(request.headers(), COOKIE).filter(|id| id.len() <= 128) else { return Ok(None) };
    let (id, now) = (Secret::from(id), site.now());
    let found = site.store.read(|tx| session::find(tx, now, Kind::Console, id.reveal()))?;
    let Some(session) = found else { return Ok(None) };
    if session.wants_touch(now) {
        let touched = id.clone();
        site.store.write(move |tx| session::touch(tx, now, touched.reveal())).await?;
    }
    Ok(Some(Signed { id, session }))
}

/// Whether the console is something for who asks: for everybody whom we do not know as a user of the dashboard only.
pub fn concerns(site: &Arc<Site>, request: &Request<Bytes>) -> Result<bool, Error> {
    let Some(id) = cookie(request.headers(), pages::COOKIE).filter(|id| id.len() <= 128) else {
        return Ok(true);
    };
    site.store.read(|tx| match session::find(tx, site.now(), Kind::Browser, id)? {
        Some(session) => {
            let works = SCREENS.iter().filter(|screen| screen.menu.is_some());
            let sees = works.flat_map(|screen| screen.sees.iter().copied());
            let permissions: Vec<&str> = sees.chain(permission::ADMINISTRATOR).collect();
            permission::authorized(tx, session.tenant.id, session.user.id, &permissions)
        }
        None => Ok(true),
    })
}

/// Proves that a form is one of ours: bound to the session, useless elsewhere.
pub fn token(site: &Site, id: &str) -> String {
    let hash = site.realm.key.hash(&Secret::new(["console form of ", id].concat()));
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends somebody to the form, who comes back to where he wanted to go, or to the page of the form that he sent.
pub fn begin(site: &Site, request: &Request<Bytes>) -> Response<Vec<u8>> {
    if request.method() == Method::POST && request.uri().path() != SIGN_OUT {
        if let Some(kept) = late::keep(site, request, Next::SignIn(LOGIN)) {
            return kept;
        }
        let parameters = Parameters::of(request);
        let back = destination(parameters.get(HERE));
        return page::redirect(site, &form_address(&[("loginStatus", ENDED), ("back", worth_it(back))]));
    }
    let is_asked = request.method() == Method::GET;
    let wanted = request.uri().path_and_query().filter(|_| is_asked).map_or("", |all| all.as_str());
    page::redirect(site, &form_address(&[("back", worth_it(wanted))]))
}

/// The beginning needs no mention.
fn worth_it(back: &str) -> &str {
    if back.len() > "/carbon/".len() { back } else { "" }
}

fn form_address(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<(&str, &str)> = pairs.iter().filter(|(_, value)| !value.is_empty()).copied().collect();
    if pairs.is_empty() { LOGIN.to_owned() } else { [LOGIN, "?", &encoded(&pairs)].concat() }
}

/// Where to go after signing in: a page of the console, whatever was asked for.
pub fn destination(back: Option<&str>) -> &str {
    let is_plain = |path: &&str| {
        path.starts_with("/carbon/")
            && !path.starts_with("/carbon/admin/")
            && path.len() <= 2000
            && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    back.filter(is_plain).unwrap_or("/carbon/")
}

/// Shows the form.
pub fn show(site: &Site, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let known = cookie(request.headers(), BROWSER).filter(|id| (1..=64).contains(&id.len()));
    let browser = known.map_or_else(|| Kind::Console.new_id(), Secret::from);
    let parameters = Parameters::of(request);
    let message = match parameters.get("loginStatus") {
        Some("false") => Some(texts::text("login_failed")),
        Some(ENDED) => Some(texts::text("login_after_end")),
        Some(UNKNOWN) => Some(texts::text("login_without_cookies")),
        _ => None,
    };
    let mut context = Context::new();
    common(site, &mut context);
    context.insert("title", texts::text("sign_in_title"));
    context.insert("message", &message);
    context.insert("csrf", &token(site, browser.reveal()));
    context.insert("back", destination(parameters.get("back")));
    context.insert(HERE, "");
    let mut response = page::render(site, StatusCode::OK, "console/login.html", context);
    if known.is_none() {
        page::set_cookie_below(&mut response, "/carbon", BROWSER, browser.reveal(), None);
    }
    response
}

/// Takes the form.
pub async fn attempt(site: &Arc<Site>, request: &Request<Bytes>, peer: IpAddr) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let back = destination(parameters.get("back"));
    let sent = Secret::from(parameters.get("csrf").unwrap_or(""));
    let is_own =
        cookie(request.headers(), BROWSER).is_some_and(|browser| sent.matches(&token(site, browser)));
    if request.method() != Method::POST || !is_own {
        return page::redirect(site, &form_address(&[("loginStatus", UNKNOWN), ("back", back)]));
    }
    let user_name = parameters.get("username").unwrap_or("").trim().to_owned();
    let presented = Presented {
        user_name: user_name.clone(),
        password: Secret::from(parameters.get("password").unwrap_or("")),
    };
    let (work, now) = (Arc::clone(site), site.now());
    let decided = aside(move || login::attempt(&work.store, now, &work.realm, &presented, Face::Browser));
    let signed_in = match decided.await.unwrap_or(Err(Error::Broken("a login panicked"))) {
        Ok(Outcome::In(signed_in)) => signed_in,
        Ok(Outcome::Redeem(right)) => {
            let leads_to = [&site.realm.policy.public_url, back].concat();
            let own = pages::to_reset(&right, &leads_to);
            return page::redirect(site, &format!("{CONFIRM}?{own}"));
        }
        Ok(Outcome::Refused(_)) => return refused(site, now, peer, &user_name, back),
        Err(error) => return pages::failed(site, &error),
    };
    let actor = signed_in.actor();
    match open(site, now, signed_in).await {
        Ok(Some(id)) => {
            let (who, at) = (who(&actor), now.to_audit_time());
            tracing::info!(target: "AUDIT_LOG", "'{who}' logged in at [{at}] from IP address {peer}");
            let mut response = page::redirect(site, back);
            page::set_cookie_below(&mut response, "/carbon", COOKIE, id.reveal(), None);
            // The form's cookie has done its work; the next one belongs to another form.
            page::set_cookie_below(&mut response, "/carbon", BROWSER, "", Some(0));
            response
        }
        Ok(None) => refused(site, now, peer, &user_name, back),
        Err(error) => pages::failed(site, &error),
    }
}

/// Opens a session for who may sign in to the console. A user of a secondary store is remembered with its domain.
async fn open(site: &Arc<Site>, now: Now, signed_in: SignedIn) -> Result<Option<Secret>, Error> {
    let realm = Arc::clone(&site.realm);
    let named = signed_in.with_store_in_name();
    site.store
        .write(move |tx| {
            if !permission::authorized(tx, named.tenant.id, named.user.id, &[permission::LOGIN])? {
                return Ok(None);
            }
            login::open_session(tx, now, &realm, &named, Kind::Console, realm.policy.admin_idle_minutes)
        })
        .await
}

fn refused(site: &Site, now: Now, peer: IpAddr, user_name: &str, back: &str) -> Response<Vec<u8>> {
    let at = now.to_audit_time();
    let who = login::named_in_log(&site.store, &site.realm, user_name);
    tracing::warn!(
        target: "AUDIT_LOG",
        "Failed Administrator login attempt '{who}' at [{at}] from IP address {peer}"
    );
    page::redirect(site, &form_address(&[("loginStatus", "false"), ("back", worth_it(back))]))
}

fn who(actor: &Actor) -> String {
    format!("{}@{} [{}]", actor.name, actor.domain, actor.tenant.0)
}

/// Ends the session. A posted form must be ours; following the address is enough, as in the original, but not for a page
/// of another site.
pub async fn sign_out(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    source: Source,
    signed: Signed,
) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let sent = Secret::from(parameters.get("csrf").unwrap_or(""));
    let is_own = request.method() != Method::POST || sent.matches(&token(site, signed.id.reveal()));
    if source == Source::Elsewhere || !is_own {
        return page::refusal(site, StatusCode::FORBIDDEN, texts::text("foreign_form"));
    }
    let actor = signed.session.actor();
    let id = signed.id;
    if let Err(error) = site.store.write(move |tx| session::close(tx, id.reveal())).await {
        return pages::failed(site, &error);
    }
    let at = site.now().to_audit_time();
    tracing::info!(target: "AUDIT_LOG", "'{}' logged out at [{at}]", who(&actor));
    let mut response = page::redirect(site, LOGIN);
    page::set_cookie_below(&mut response, "/carbon", COOKIE, "", Some(0));
    response
}
