//! `AuthenticationAdmin`: signing in and out over SOAP. Open to everybody; what it opens is the `JSESSIONID` session.
//!
//! A refused login is the answer `false`, whatever the reason; only an unknown or inactive tenant and a remote address
//! that is none are faults (IS 5.3.0, AuthenticationAdmin).
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;
mod message_context;

use super::Call;
use super::authenticate;
use super::fault;
use crate::domain::login::{self, Outcome, Presented, Refusal, SignedIn};
use crate::domain::session::{self, Kind};
use crate::domain::{Secret, permission, remember_me};
use crate::soap::Fault;
use crate::store::Tx;
use contract::{AuthenticationException, Operations, RememberMeData};
use message_context::MessageContext;
use std::sync::Arc;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// What a login leaves behind beside its session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Nothing,
    /// A remember-me token.
    Token,
}

/// A session that was opened.
struct Opened {
    id: Secret,
    token: Option<Secret>,
    who: String,
}

impl Operations for Behaviour {
    async fn login(
        call: &Call,
        username: Option<String>,
        password: Option<String>,
        remoteAddress: Option<String>,
    ) -> Result<bool, Fault> {
        Ok(sign_in(call, username, password, remoteAddress, Keep::Nothing).await?.is_some())
    }

    async fn loginWithRememberMeOption(
        call: &Call,
        username: Option<String>,
        password: Option<String>,
        remoteAddress: Option<String>,
    ) -> Result<Option<RememberMeData>, Fault> {
        let opened = sign_in(call, username, password, remoteAddress, Keep::Token).await?;
        Ok(opened.and_then(|opened| opened.token).map(|token| RememberMeData {
            authenticated: true,
            maxAge: remember_me::SECONDS,
            value: Some(token.reveal().to_owned()),
        }))
    }

    async fn loginWithRememberMeCookie(call: &Call, cookie: Option<String>) -> Result<bool, Fault> {
        let Some(cookie) = cookie else { return Ok(false) };
        let opened = authenticate::sign_in_with_token(call.app(), call.now(), cookie.into()).await;
        let Some((_, id)) = opened.map_err(fault::of)? else { return Ok(false) };
        call.hand_out(id);
        Ok(true)
    }

    /// Its parameter is an object of the framework, which no message can carry.
    async fn authenticateWithRememberMe(_: &Call, _: Option<MessageContext>) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn logout(call: &Call) -> Result<(), Fault> {
        let (Some(id), Ok(actor)) = (call.session.clone(), call.actor()) else { return Ok(()) };
        let who = format!("{}@{} [{}]", actor.name, actor.domain, actor.tenant.0);
        call.app().store.write(move |tx| session::close(tx, id.reveal())).await.map_err(fault::of)?;
        tracing::info!(target: "AUDIT_LOG", "'{who}' logged out at [{}]", call.now().to_audit_time());
        Ok(())
    }

    async fn getAuthenticatorName(_: &Call) -> Result<Option<String>, Fault> {
        Ok(Some("DefaultCarbonAuthenticator".to_owned()))
    }

    async fn getPriority(_: &Call) -> Result<i32, Fault> {
        Ok(5)
    }

    async fn isDisabled(_: &Call) -> Result<bool, Fault> {
        Ok(false)
    }
}

fn declared(text: String) -> Fault {
    Fault::declared(text, AuthenticationException::default())
}

/// Signs a user in who may use the console; `None` when he may not, for whatever reason. Then the session that the request
/// came with is over, too.
async fn sign_in(
    call: &Call,
    user_name: Option<String>,
    password: Option<String>,
    remote_address: Option<String>,
    keep: Keep,
) -> Result<Option<Opened>, Fault> {
    let present = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (Some(user_name), Some(password)) = (present(user_name), present(password)) else { return Ok(None) };
    let passed = present(remote_address);
    if let Some(address) = &passed
        && !is_host(address)
    {
        return Err(declared(format!("Authentication Failed : Invalid remote address passed - {address}")));
    }
    let said = || call.said_origin.as_deref().filter(|said| is_host(said)).map(str::to_owned);
    let client = passed.or_else(said).unwrap_or_else(|| call.peer.to_string());
    let (app, now) = (call.app(), call.now());
    let at = now.to_audit_time();
    let presented = Presented { user_name: user_name.clone(), password: password.into() };
    let opened = match authenticate::attempt(app, now, call.peer, presented).await {
        Ok(Outcome::In(signed_in)) => open(call, signed_in, &user_name, keep).await,
        Ok(Outcome::Refused(Refusal::UnknownTenant | Refusal::InactiveTenant)) => {
            return Err(declared("Invalid domain or unactivated tenant login".to_owned()));
        }
        Ok(_) => Ok(None),
        Err(error) => Err(error),
    };
    match opened {
        Ok(Some(opened)) => {
            call.hand_out(opened.id.clone());
            let who = &opened.who;
            tracing::info!(target: "AUDIT_LOG", "'{who}' logged in at [{at}] from IP address {client}");
            return Ok(Some(opened));
        }
        Ok(None) => {
            let who = login::named_in_log(&app.store, &app.realm, &user_name);
            tracing::warn!(
                target: "AUDIT_LOG",
                "Failed Administrator login attempt '{who}' at [{at}] from IP address {client}"
            );
        }
        Err(error) => tracing::error!(%error, "a login failed inside"),
    }
    if let Some(old) = call.session.clone() {
        app.store.write(move |tx| session::close(tx, old.reveal())).await.map_err(fault::of)?;
    }
    Ok(None)
}

/// Opens a session, and makes a token, for somebody whose password is right: all at once, so that neither outlives a reset
/// or a new password that comes in between.
async fn open(
    call: &Call,
    signed_in: SignedIn,
    typed: &str,
    keep: Keep,
) -> Result<Option<Opened>, crate::domain::Error> {
    let (realm, now, typed) = (Arc::clone(&call.app().realm), call.now(), typed.to_owned());
    // A user of a secondary store is remembered with its domain.
    let signed_in = signed_in.with_store_in_name();
    let work = move |tx: &mut Tx<'_>| {
        let (actor, minutes) = (signed_in.actor(), realm.policy.admin_idle_minutes);
        if !actor.may(tx, &[permission::LOGIN])? {
            return Ok(None);
        }
        let Some(id) = login::open_session(tx, now, &realm, &signed_in, Kind::Admin, minutes)? else {
            return Ok(None);
        };
        let token = match keep {
            Keep::Token => Some(remember_me::keep(tx, now, &actor, &typed)?),
            Keep::Nothing => None,
        };
        let who = format!("{}@{} [{}]", actor.name, actor.domain, actor.tenant.0);
        Ok(Some(Opened { id, token, who }))
    };
    call.app().store.write(work).await
}

/// An address, or what can be a host name. Whether it resolves is nobody's business.
fn is_host(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.parse::<std::net::IpAddr>().is_ok() || (text.len() <= 253 && text.chars().all(name))
}
