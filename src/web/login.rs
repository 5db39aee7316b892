//! The login form and what becomes of it (`/authenticationendpoint/login.do`, `/commonauth`).
//!
//! Unless the operator wants reasons shown, every refused login leads to the same address and the same page.

use super::forgotten::{self, Offered};
use super::form::{Parameters, Peer, Source, cookie, encoded};
use super::texts::account::text;
use super::{Site, dashboard, forward_auth, page, texts};
use crate::domain::login::{self, Face, Outcome, Presented, Refusal, RightCode, SignedIn};
use crate::domain::session::{self, Kind, fingerprint};
use crate::domain::{Error, Secret, TenantId, governance, permission};
use crate::store;
use crate::store::login_context::LoginContext;
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tera::Context;

/// The application behind `/dashboard`, under the original's name.
const DASHBOARD: &str = "wso2.my.dashboard";
/// The cookie of a browser session.
pub const COOKIE: &str = "commonAuthId";
/// The cookie that tells browsers apart while they log in.
const BROWSER: &str = "loginBrowser";
/// Names the authenticators of the login page.
const AUTHENTICATORS: &str = "authenticators=BasicAuthenticator:LOCAL";
/// What every refusal adds to the address of the login page.
const FAILED: &str = "authFailure=true&authFailureMsg=login.fail.message";

/// The part of the addresses that names the conversation, in the original's order.
fn query(key: &str) -> String {
    format!(
        "commonAuthCallerPath=%2Fdashboard&forceAuth=false&passiveAuth=false&tenantDomain=carbon.super&\
         sessionDataKey={key}&relyingParty={DASHBOARD}&type=dashboard&sp=wso2_sp_dashboard&isSaaSApp=true"
    )
}

/// What is kept of a conversation.
#[derive(Serialize, Deserialize)]
struct State {
    /// Fingerprint of the browser's cookie.
    browser: String,
    /// Address of an application to go back to; the dashboard without one.
    #[serde(default)]
    back: Option<String>,
}

/// Where a conversation leads. An origin that is no longer the operator's leads to the dashboard.
fn destination(site: &Site, context: &LoginContext) -> String {
    let state = serde_json::from_str::<State>(&context.state).ok();
    let back = state.and_then(|state| state.back).and_then(|back| forward_auth::allowed(site, &back));
    back.unwrap_or_else(|| dashboard::address(site))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Begins a login for the dashboard: a conversation in the store, and the way to the form. It belongs to this browser:
/// nobody can make another one finish it, and so sign its user in as somebody else.
pub async fn begin(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    begin_for(site, request, None).await
}

/// The same for an application, whose checked address is gone back to.
pub async fn begin_for(site: &Arc<Site>, request: &Request<Bytes>, back: Option<&str>) -> Response<Vec<u8>> {
    let known = cookie(request.headers(), BROWSER).filter(|id| (1..=64).contains(&id.len()));
    let browser = known.map_or_else(|| Kind::Browser.new_id(), Secret::from);
    let key = Kind::Browser.new_id();
    let hash = fingerprint(key.reveal());
    let state = State { browser: hex(&fingerprint(browser.reveal())), back: back.map(str::to_owned) };
    let context = LoginContext {
        relying_party: DASHBOARD.to_owned(),
        kind: String::new(),
        state: serde_json::to_string(&state).unwrap_or_default(),
        created_at: site.now().0,
    };
    let kept = site.store.write(move |tx| store::login_context::insert(tx, &hash, &context)).await;
    match kept {
        Ok(()) => {
            let query = query(key.reveal());
            let mut response =
                page::redirect(site, &format!("/authenticationendpoint/login.do?{query}&{AUTHENTICATORS}"));
            if known.is_none() {
                page::set_cookie(&mut response, BROWSER, browser.reveal(), None);
            }
            response
        }
        Err(error) => failed(site, &error.into()),
    }
}

/// Whether a form belongs to the conversation it names. Scripts keep no cookies and say nothing; a browser does both.
fn belongs(context: &LoginContext, request: &Request<Bytes>, source: Source) -> bool {
    let Ok(state) = serde_json::from_str::<State>(&context.state) else { return false };
    match cookie(request.headers(), BROWSER) {
        Some(browser) => Secret::new(state.browser).matches(&hex(&fingerprint(browser))),
        None => matches!(source, Source::Here | Source::Unsaid),
    }
}

/// Shows the form.
pub fn show(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let message = if parameters.get("authz_failure") == Some("true") {
        Some(texts::NOT_AUTHORIZED)
    } else if parameters.get("authFailure") == Some("true") {
        Some(texts::login_message(parameters.get("authFailureMsg")))
    } else {
        None
    };
    let mut context = Context::new();
    context.insert("message", &message);
    context.insert("action", "/commonauth");
    context.insert("session_data_key", parameters.get("sessionDataKey").unwrap_or(""));
    let hash = fingerprint(parameters.get("sessionDataKey").unwrap_or(""));
    let conversation = match site.store.read(|tx| store::login_context::find(tx, &hash)) {
        Ok(conversation) => conversation,
        Err(error) => return failed(site, &error.into()),
    };
    let leads_to = conversation.map_or_else(|| dashboard::address(site), |found| destination(site, &found));
    context.insert("offers", &offers(site, &leads_to));
    let mut response = page::render(site, StatusCode::OK, "login.html", context);
    // Browsers hold the policy against where a form's answer sends them, too.
    if let Some(origin) = forward_auth::origin_of(site, &leads_to) {
        page::allow_form_target(&mut response, origin);
    }
    response
}

/// A way for somebody who cannot sign in.
#[derive(Serialize)]
struct Offer {
    id: &'static str,
    text: &'static str,
    address: String,
}

/// The ways that the super tenant offers: who signs in is not known yet. Without them the page still is one.
fn offers(site: &Site, leads_to: &str) -> Vec<Offer> {
    let offered = Offered::of(site, TenantId::SUPER).unwrap_or_else(|error| {
        tracing::error!(%error, "what the login page offers could not be read");
        Offered::default()
    });
    let query = encoded(&[("callback", leads_to)]);
    let offer = |id, key, path| Offer { id, text: text(key), address: format!("{path}?{query}") };
    let password =
        offered.password().then(|| offer("passwordRecoverLink", "forgot_password", forgotten::PASSWORD));
    let name = offered.name.then(|| offer("usernameRecoverLink", "forgot_username", forgotten::USERNAME));
    password.into_iter().chain(name).collect()
}

/// Takes the form: name, password and the key of the conversation.
pub async fn attempt(site: &Arc<Site>, request: &Request<Bytes>, source: Source) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let key = parameters.get("sessionDataKey").unwrap_or("");
    let hash = fingerprint(key);
    let leads_to = match site.store.read(|tx| store::login_context::find(tx, &hash)) {
        Ok(Some(context)) if belongs(&context, request, source) => destination(site, &context),
        Ok(_) => return page::redirect(site, "/authenticationendpoint/retry.do"),
        Err(error) => return failed(site, &error.into()),
    };
    // Without a name and a password there is nothing to decide: the form again.
    if parameters.get("username").is_none() || parameters.get("password").is_none() {
        return page::redirect(
            site,
            &format!("/authenticationendpoint/login.do?{}&{AUTHENTICATORS}", query(key)),
        );
    }
    let user_name = parameters.get("username").unwrap_or("").trim().to_owned();
    let presented = Presented {
        user_name: user_name.clone(),
        password: Secret::from(parameters.get("password").unwrap_or("")),
    };
    let (work, now) = (Arc::clone(site), site.now());
    let decided = tokio::task::spawn_blocking(move || {
        login::attempt(&work.store, now, &work.realm, &presented, Face::Browser)
    });
    match decided.await.unwrap_or(Err(Error::Broken("a login panicked"))) {
        Ok(Outcome::In(signed_in)) => {
            let remember = parameters.get("chkRemember").is_some();
            let peer = request.extensions().get::<Peer>().copied();
            enter(site, key, signed_in, remember, peer, &leads_to).await
        }
        Ok(Outcome::Redeem(right)) => redeem(site, key, &right, &leads_to),
        Ok(Outcome::Refused(refusal)) => {
            tracing::debug!(reason = refusal.name(), "a login was refused");
            refuse(site, key, &user_name, refusal)
        }
        Err(error) => failed(site, &error),
    }
}

/// Opens the session and goes on to where the conversation leads; a user without the login permission is told so.
async fn enter(
    site: &Arc<Site>,
    key: &str,
    signed_in: SignedIn,
    remember: bool,
    peer: Option<Peer>,
    leads_to: &str,
) -> Response<Vec<u8>> {
    let (hash, now, realm) = (fingerprint(key), site.now(), Arc::clone(&site.realm));
    let done = site
        .store
        .write(move |tx| {
            let tenant = signed_in.tenant.id;
            if !permission::authorized(tx, tenant, signed_in.user.id, &[permission::LOGIN])? {
                return Ok(Entry::NotAllowed);
            }
            let setting =
                if remember { governance::REMEMBER_ME_TIMEOUT } else { governance::SESSION_IDLE_TIMEOUT };
            let stored = governance::number(tx, tenant, setting)?;
            let policy = &realm.policy;
            let fallback = if remember { policy.remember_me_minutes } else { policy.session_idle_minutes };
            let minutes = if stored > 0 { stored } else { fallback };
            store::login_context::delete(tx, &hash)?;
            let id = login::open_session(tx, now, &realm, &signed_in, Kind::Browser, minutes)?;
            if let (Some(id), Some(Peer(address))) = (&id, peer) {
                session::came_from(tx, id.reveal(), &address.to_canonical().to_string())?;
            }
            Ok::<_, Error>(id.map_or(Entry::Refused, |id| Entry::Open(id, remember.then_some(minutes * 60))))
        })
        .await;
    match done {
        Ok(Entry::Open(id, age)) => {
            let mut response = page::redirect(site, leads_to);
            page::set_session_cookie(site, &mut response, id.reveal(), age);
            response
        }
        Ok(Entry::NotAllowed) => page::redirect(
            site,
            &format!("/authenticationendpoint/login.do?{}&{AUTHENTICATORS}&authz_failure=true", query(key)),
        ),
        Ok(Entry::Refused) => page::redirect(site, "/authenticationendpoint/retry.do"),
        Err(error) => failed(site, &error),
    }
}

/// How entering ended.
enum Entry {
    Open(Secret, Option<i64>),
    NotAllowed,
    Refused,
}

/// The right one-time password: on to the reset page, with an absolute address whose parameters are set apart.
fn redeem(site: &Arc<Site>, key: &str, right: &RightCode, leads_to: &str) -> Response<Vec<u8>> {
    let own = encoded(&[
        ("username", &right.user.name),
        ("userstoredomain", &right.user.domain),
        ("tenantdomain", &right.tenant.domain),
        ("confirmation", right.code.reveal()),
        ("callback", leads_to),
    ]);
    page::redirect(site, &format!("/accountrecoveryendpoint/confirmrecovery.do?{}&{own}", query(key)))
}

/// Back to the form. With `showAuthFailureReason` the original's codes are part of the address.
fn refuse(site: &Arc<Site>, key: &str, user_name: &str, refusal: Refusal) -> Response<Vec<u8>> {
    let query = query(key);
    let form = |rest: &str| format!("/authenticationendpoint/login.do?{query}&{rest}");
    let plain = form(&format!("{AUTHENTICATORS}&{FAILED}"));
    let (true, Some(code)) = (site.show_reason, refusal.code()) else { return page::redirect(site, &plain) };
    let user = encoded(&[("failedUsername", user_name)]);
    let address = match refusal {
        Refusal::Unconfirmed | Refusal::ResetByLink => {
            let text = if refusal == Refusal::ResetByLink {
                "password.reset.pending"
            } else {
                "account.confirmation.pending"
            };
            form(&format!("{user}&errorCode={code}&{AUTHENTICATORS}&authFailure=true&authFailureMsg={text}"))
        }
        Refusal::WrongCode | Refusal::ResetElsewhere => {
            form(&format!("{user}&errorCode={code}&{AUTHENTICATORS}&{FAILED}"))
        }
        Refusal::Locked => {
            format!("/authenticationendpoint/retry.do?{query}&errorCode={code}&{user}&remainingAttempts=0")
        }
        Refusal::WrongPassword { counted: Some(attempts) } => {
            let left = attempts.max.saturating_sub(attempts.failed);
            form(&format!("{AUTHENTICATORS}&{FAILED}&errorCode={code}&{user}&remainingAttempts={left}"))
        }
        _ => form(&format!("{AUTHENTICATORS}&{FAILED}&errorCode={code}&{user}")),
    };
    page::redirect(site, &address)
}

/// Something below the rules failed.
pub fn failed(site: &Site, error: &Error) -> Response<Vec<u8>> {
    tracing::error!(%error, "a page failed");
    page::refusal(site, StatusCode::INTERNAL_SERVER_ERROR, texts::INTERNAL)
}
