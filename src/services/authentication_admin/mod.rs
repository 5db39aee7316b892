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
use crate::domain::{Actor, permission, remember_me, session};
use crate::soap::Fault;
use contract::{AuthenticationException, Operations, RememberMeData};
use message_context::MessageContext;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// A user with the session that was opened for him.
struct Opened {
    actor: Actor,
}

impl Operations for Behaviour {
    async fn login(
        call: &Call,
        username: Option<String>,
        password: Option<String>,
        remoteAddress: Option<String>,
    ) -> Result<bool, Fault> {
        Ok(sign_in(call, username, password, remoteAddress).await?.is_some())
    }

    async fn loginWithRememberMeOption(
        call: &Call,
        username: Option<String>,
        password: Option<String>,
        remoteAddress: Option<String>,
    ) -> Result<Option<RememberMeData>, Fault> {
        let typed = username.clone().unwrap_or_default();
        let Some(opened) = sign_in(call, username, password, remoteAddress).await? else { return Ok(None) };
        let (now, actor) = (call.now(), opened.actor);
        let kept = call.app().store.write(move |tx| remember_me::keep(tx, now, &actor, &typed)).await;
        let token = kept.map_err(fault::of)?;
        Ok(Some(RememberMeData {
            authenticated: true,
            maxAge: remember_me::SECONDS,
            value: Some(token.reveal().to_owned()),
        }))
    }

    async fn loginWithRememberMeCookie(call: &Call, cookie: Option<String>) -> Result<bool, Fault> {
        let Some(cookie) = cookie else { return Ok(false) };
        let found = call.read(|tx, realm| remember_me::find(tx, call.now(), realm, &cookie))?;
        let Some(actor) = found else { return Ok(false) };
        call.open_session(actor).await?;
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

/// Signs a user in who may use the console; `None` when he may not, for whatever reason.
async fn sign_in(
    call: &Call,
    user_name: Option<String>,
    password: Option<String>,
    remote_address: Option<String>,
) -> Result<Option<Opened>, Fault> {
    let present = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (Some(user_name), Some(password)) = (present(user_name), present(password)) else { return Ok(None) };
    if let Some(address) = present(remote_address)
        && !is_host(&address)
    {
        return Err(declared(format!("Authentication Failed : Invalid remote address passed - {address}")));
    }
    let (app, now, client) = (call.app(), call.now(), call.client);
    let presented = Presented { user_name: user_name.clone(), password: password.into() };
    let refused = || {
        let at = now.to_audit_time();
        let who = login::named_in_log(&app.store, &app.realm, &user_name);
        tracing::warn!(
            target: "AUDIT_LOG",
            "Failed Administrator login attempt '{who}' at [{at}] from IP address {client}"
        );
    };
    let signed_in: SignedIn = match authenticate::attempt(app, now, presented).await {
        Ok(Outcome::In(signed_in)) => signed_in,
        Ok(Outcome::Refused(Refusal::UnknownTenant | Refusal::InactiveTenant)) => {
            return Err(declared("Invalid domain or unactivated tenant login".to_owned()));
        }
        Ok(_) => {
            refused();
            return Ok(None);
        }
        Err(error) => {
            tracing::error!(%error, "a login failed inside");
            return Ok(None);
        }
    };
    // A user of a secondary store is remembered with its domain.
    let actor = Actor::of(&signed_in.tenant, &signed_in.user, &signed_in.user.display_name());
    let may = call.read(|tx, _| actor.may(tx, &[permission::LOGIN]));
    if !matches!(may, Ok(true)) {
        refused();
        return Ok(None);
    }
    let who = format!("{}@{} [{}]", actor.name, actor.domain, actor.tenant.0);
    call.open_session(actor.clone()).await?;
    let at = now.to_audit_time();
    tracing::info!(target: "AUDIT_LOG", "'{who}' logged in at [{at}] from IP address {client}");
    Ok(Some(Opened { actor }))
}

/// An address, or what can be a host name. Whether it resolves is nobody's business.
fn is_host(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.parse::<std::net::IpAddr>().is_ok() || (text.len() <= 253 && text.chars().all(name))
}
