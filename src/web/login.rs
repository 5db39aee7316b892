//! The login form and what becomes of it (`/authenticationendpoint/login.do`; `/samlsso` and `/commonauth`, which take it).
//!
//! Unless the operator wants reasons shown, every refused login leads to the same address and the same page.

mod conversation;

pub use conversation::{begin_again, begin_back, begin_for, hold_back};

use super::forgotten::{self, Offered};
use super::form::{Parameters, Peer, Source, cookie, encoded};
use super::sso::{self, Asked, Barred, Ready};
use super::texts::account::text;
use super::{CONFIRM, Site, dashboard, forward_auth, page, texts};
use crate::domain::login::{self, Face, Outcome, Presented, Refusal, RightCode, SignedIn};
use crate::domain::session::{self, Kind, fingerprint};
use crate::domain::{Error, Now, Realm, Secret, TenantId, governance, permission, single_sign_on};
use crate::store::{self, Tx, aside};
use conversation::Conversation;
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use std::sync::Arc;
use tera::Context;

/// The application behind `/dashboard`, under the original's name.
const DASHBOARD: &str = "wso2.my.dashboard";
/// The cookie of a browser session.
pub const COOKIE: &str = "commonAuthId";
/// Names the authenticators of the login page.
const AUTHENTICATORS: &str = "authenticators=BasicAuthenticator:LOCAL";
/// What every refusal adds to the address of the login page.
const FAILED: &str = "authFailure=true&authFailureMsg=login.fail.message";

/// What `type` says of a conversation that SAML began.
const SAML: &str = "samlsso";

/// Goes on with a conversation: to the service provider if the browser is signed in by now, else to the form. Who chose a
/// new password may follow the link long after the conversation is over; he did nothing wrong and signs in anew.
pub async fn resume(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    source: Source,
    key: &str,
) -> Response<Vec<u8>> {
    let conversation = match Conversation::find(site, request, source, key) {
        Ok(Some(conversation)) => conversation,
        Ok(None) => return page::redirect(site, "/dashboard"),
        Err(error) => return failed(site, &error),
    };
    match signed_in_already(site, request, &conversation).await {
        Ok(Some(response)) => response,
        Ok(None) => page::redirect(site, &conversation.form(AUTHENTICATORS)),
        Err(error) => failed(site, &error),
    }
}

/// The answer for a browser that has a session. A request that came from another site's form brought no cookie with it;
/// the form's own address does.
async fn signed_in_already(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    conversation: &Conversation,
) -> Result<Option<Response<Vec<u8>>>, Error> {
    let Some(asked) = conversation.state.asked.as_ref().filter(|asked| !asked.force) else { return Ok(None) };
    let Some((id, session)) = dashboard::session_of(site, request).await? else { return Ok(None) };
    let Some(response) = sso::with_session(site, asked, &id, &session).await? else { return Ok(None) };
    let hash = fingerprint(&conversation.key);
    site.store.write(move |tx| store::login_context::delete(tx, &hash)).await?;
    Ok(Some(response))
}

/// Shows the form.
pub async fn show(site: &Arc<Site>, request: &Request<Bytes>, source: Source) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let is_saml = parameters.get("type") == Some(SAML);
    let is_first = parameters.get("authFailure").or(parameters.get("authz_failure")).is_none();
    let key = parameters.get("sessionDataKey").filter(|_| is_saml && is_first);
    if let Some(key) = key
        && cookie(request.headers(), COOKIE).is_some()
    {
        let known = match Conversation::find(site, request, source, key) {
            Ok(Some(conversation)) => signed_in_already(site, request, &conversation).await,
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match known {
            Ok(Some(response)) => return response,
            Ok(None) => {}
            Err(error) => return failed(site, &error),
        }
    }
    let message = if parameters.get("authz_failure") == Some("true") {
        Some(texts::NOT_AUTHORIZED)
    } else if parameters.get("authFailure") == Some("true") {
        Some(texts::login_message(parameters.get("authFailureMsg")))
    } else {
        None
    };
    let mut context = Context::new();
    context.insert("message", &message);
    context.insert("action", if is_saml { "/samlsso" } else { "/commonauth" });
    context.insert("is_saml", &is_saml);
    context.insert("session_data_key", parameters.get("sessionDataKey").unwrap_or(""));
    let found = Conversation::find(site, request, source, parameters.get("sessionDataKey").unwrap_or(""));
    let (leads_to, after_reset) = match found {
        Ok(Some(found)) => (found.leads_to(site), found.after_reset(site)),
        Ok(None) => (dashboard::address(site), dashboard::address(site)),
        Err(error) => return failed(site, &error),
    };
    context.insert("offers", &offers(site, &after_reset));
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
fn offers(site: &Site, after_reset: &str) -> Vec<Offer> {
    let offered = Offered::of(site, TenantId::SUPER).unwrap_or_else(|error| {
        tracing::error!(%error, "what the login page offers could not be read");
        Offered::default()
    });
    let query = encoded(&[("callback", after_reset)]);
    let offer = |id, key, path| Offer { id, text: text(key), address: format!("{path}?{query}") };
    let password =
        offered.password().then(|| offer("passwordRecoverLink", "forgot_password", forgotten::PASSWORD));
    let name = offered.name.then(|| offer("usernameRecoverLink", "forgot_username", forgotten::USERNAME));
    password.into_iter().chain(name).collect()
}

/// Whether no form was sent but a login for the dashboard is to begin.
pub fn only_begins(parameters: &Parameters) -> bool {
    parameters.get("sessionDataKey").is_none() && parameters.get("relyingParty") == Some(DASHBOARD)
}

/// Takes the form: name, password and the key of the conversation. Without a key, a script begins here what a browser
/// begins with a SAML message.
pub async fn attempt(site: &Arc<Site>, request: &Request<Bytes>, source: Source) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let key = parameters.get("sessionDataKey").unwrap_or("");
    if only_begins(&parameters) {
        return begin_back(site, request, None).await;
    }
    let conversation = match Conversation::find(site, request, source, key) {
        Ok(Some(conversation)) => conversation,
        Ok(None) => return page::redirect(site, "/authenticationendpoint/retry.do"),
        Err(error) => return failed(site, &error),
    };
    // Without a name and a password there is nothing to decide: the form again. A link is no form: whoever made it would
    // sign in who follows it, as whom he likes.
    let is_form = request.method() == Method::POST;
    if !is_form || parameters.get("username").is_none() || parameters.get("password").is_none() {
        return page::redirect(site, &conversation.form(AUTHENTICATORS));
    }
    let user_name = parameters.get("username").unwrap_or("").trim().to_owned();
    let presented = Presented {
        user_name: user_name.clone(),
        password: Secret::from(parameters.get("password").unwrap_or("")),
    };
    let (work, now) = (Arc::clone(site), site.now());
    let decided = aside(move || login::attempt(&work.store, now, &work.realm, &presented, Face::Browser));
    match decided.await.unwrap_or(Err(Error::Broken("a login panicked"))) {
        Ok(Outcome::In(signed_in)) => {
            let remember = parameters.get("chkRemember").is_some();
            enter(site, request, conversation, signed_in, remember).await
        }
        Ok(Outcome::Redeem(right)) => redeem(site, &conversation, &right),
        Ok(Outcome::Refused(refusal)) => {
            login::say_refused(&site.store, &site.realm, &user_name, refusal);
            refuse(site, &conversation, &user_name, refusal)
        }
        Err(error) => failed(site, &error),
    }
}

/// Somebody who is in, on his way to where he wanted to be.
struct Arrival {
    signed_in: SignedIn,
    /// The key of the conversation, which is over, as the store keeps it.
    conversation: [u8; 32],
    /// The service provider that he comes from.
    asked: Option<Asked>,
    /// The session that his browser had.
    old: Option<String>,
    peer: Option<Peer>,
    remember: bool,
}

impl Arrival {
    /// Opens the session, unless something bars the way.
    fn let_in(&self, tx: &mut Tx<'_>, now: Now, realm: &Realm) -> Result<Entry, Error> {
        let (tenant, user) = (&self.signed_in.tenant, &self.signed_in.user);
        let barred = match &self.asked {
            Some(asked) => sso::barred(tx, asked, tenant, user)?,
            None if permission::authorized(tx, tenant.id, user.id, &[permission::LOGIN])? => None,
            None => Some(Barred::Permission),
        };
        if let Some(barred) = barred {
            return Ok(Entry::Barred(barred));
        }
        let minutes = self.minutes(tx, realm)?;
        store::login_context::delete(tx, &self.conversation)?;
        let opened = login::open_session(tx, now, realm, &self.signed_in, Kind::Browser, minutes)?;
        let Some(id) = opened else { return Ok(Entry::Refused) };
        if let Some(Peer(address)) = self.peer {
            session::came_from(tx, id.reveal(), &address.to_canonical().to_string())?;
        }
        // Whoever proves himself again goes on with the same sign-ons.
        if let Some(old) = &self.old
            && let Some(before) = session::find(tx, now, Kind::Browser, old)?
            && before.user.id == user.id
        {
            single_sign_on::replace(tx, old, id.reveal())?;
        }
        let ready = match &self.asked {
            Some(asked) => match sso::prepare(tx, realm, asked, (tenant, user), id.reveal())? {
                Ok(ready) => Some(Box::new(ready)),
                Err(barred) => return Ok(Entry::Barred(barred)),
            },
            None => None,
        };
        Ok(Entry::Open(id, self.remember.then_some(minutes * 60), ready))
    }

    /// How long the session lives without use: as the tenant says, else as the server does.
    fn minutes(&self, tx: &mut Tx<'_>, realm: &Realm) -> Result<i64, Error> {
        let policy = &realm.policy;
        let (setting, fallback) = match self.remember {
            true => (governance::REMEMBER_ME_TIMEOUT, policy.remember_me_minutes),
            false => (governance::SESSION_IDLE_TIMEOUT, policy.session_idle_minutes),
        };
        let stored = governance::number(tx, self.signed_in.tenant.id, setting)?;
        Ok(if stored > 0 { stored } else { fallback })
    }
}

/// Opens the session and goes on to where the user wanted to be; who may not go there is told so.
async fn enter(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    conversation: Conversation,
    signed_in: SignedIn,
    remember: bool,
) -> Response<Vec<u8>> {
    let (now, realm) = (site.now(), Arc::clone(&site.realm));
    let arrival = Arrival {
        signed_in,
        conversation: fingerprint(&conversation.key),
        asked: conversation.state.asked.clone(),
        old: cookie(request.headers(), COOKIE).map(str::to_owned),
        peer: request.extensions().get::<Peer>().copied(),
        remember,
    };
    let done = site.store.write(move |tx| arrival.let_in(tx, now, &realm)).await;
    match done {
        Ok(Entry::Open(id, age, ready)) => {
            let mut response = match (&conversation.state.asked, ready) {
                (Some(asked), Some(ready)) => sso::finish(site, asked, &ready).await,
                _ => page::redirect(site, &conversation.leads_to(site)),
            };
            page::set_session_cookie(site, &mut response, id.reveal(), age);
            response
        }
        Ok(Entry::Barred(Barred::Permission)) => {
            page::redirect(site, &conversation.form(&format!("{AUTHENTICATORS}&authz_failure=true")))
        }
        Ok(Entry::Barred(Barred::Tenant)) => {
            let text = "authFailure=true&authFailureMsg=user.tenant.domain.mismatch.message";
            page::redirect(site, &conversation.form(&format!("{AUTHENTICATORS}&{text}")))
        }
        Ok(Entry::Barred(Barred::NoProvider) | Entry::Refused) => {
            page::redirect(site, "/authenticationendpoint/retry.do")
        }
        Err(error) => failed(site, &error),
    }
}

/// How entering ended.
enum Entry {
    Open(Secret, Option<i64>, Option<Box<Ready>>),
    Barred(Barred),
    Refused,
}

/// The right one-time password: on to the reset page.
fn redeem(site: &Arc<Site>, conversation: &Conversation, right: &RightCode) -> Response<Vec<u8>> {
    let own = to_reset(right, &conversation.after_reset(site));
    page::redirect(site, &format!("{CONFIRM}?{}&{own}", conversation.query()))
}

/// What the reset page has to know of a right one-time password, each parameter apart from the others, and where it leads
/// afterwards: an absolute address.
pub fn to_reset(right: &RightCode, leads_to: &str) -> String {
    encoded(&[
        ("username", &right.user.name),
        ("userstoredomain", &right.user.domain),
        ("tenantdomain", &right.tenant.domain),
        ("confirmation", right.code.reveal()),
        ("callback", leads_to),
    ])
}

/// Back to the form. With `showAuthFailureReason` the original's codes are part of the address.
fn refuse(
    site: &Arc<Site>,
    conversation: &Conversation,
    user_name: &str,
    refusal: Refusal,
) -> Response<Vec<u8>> {
    let query = conversation.query();
    let form = |rest: &str| conversation.form(rest);
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
