//! Who calls: the session of a cookie, or basic credentials, decided in the order of the original's authenticators.
//!
//! A session wins over credentials, whatever they are; an unknown scheme loses against everything. What clients can
//! tell apart is the original's; that a known user is locked, disabled or in reset is told to nobody: it reads like a
//! wrong password.

use super::app::App;
use super::credentials::Credentials;
use crate::domain::login::{self, Face, Outcome, Presented, Refusal};
use crate::domain::session::{self, Kind, Session};
use crate::domain::{Actor, Error, Now, Secret};
use crate::soap::Fault;
use std::sync::Arc;

/// Why a call goes no further.
#[derive(Debug)]
pub enum Denied {
    /// 401 with the challenge for basic credentials.
    Challenge,
    /// A fault.
    Fault(Fault),
}

/// A caller who is known.
#[derive(Debug)]
pub struct Known {
    /// Who acts.
    pub actor: Actor,
    /// The session to hand out, unless the request already brought it.
    pub hand_out: Option<Secret>,
}

/// The session that a cookie names, if it is open; its use is noted at most once a minute.
pub async fn session(app: &Arc<App>, now: Now, cookie: Option<&str>) -> Result<Option<Session>, Error> {
    let Some(id) = cookie.filter(|id| !id.is_empty() && id.len() <= 128) else { return Ok(None) };
    let found = app.store.read(|tx| session::find(tx, now, Kind::Admin, id))?;
    if let Some(session) = &found
        && session.wants_touch(now)
    {
        let id = Secret::from(id);
        app.store.write(move |tx| session::touch(tx, now, id.reveal())).await?;
    }
    Ok(found)
}

/// Decides who calls an operation that is not open.
pub async fn caller(
    app: &Arc<App>,
    now: Now,
    credentials: Credentials,
    session: Option<Session>,
) -> Result<Known, Denied> {
    let (user_name, password) = match (credentials, session) {
        // Nobody handles another scheme, not even for a session.
        (Credentials::Unsupported { bare_basic: false }, _) => {
            return Err(Denied::Fault(Fault::authentication_failure()));
        }
        (_, Some(session)) => return Ok(Known { actor: session.actor(), hand_out: None }),
        (Credentials::Unsupported { .. }, None) => {
            return Err(Denied::Fault(Fault::authentication_failure()));
        }
        (Credentials::None | Credentials::Unreadable, None) => return Err(Denied::Challenge),
        (Credentials::Basic { user, password }, None) => (user, password),
    };
    let presented = Presented { user_name, password };
    let signed_in = sign_in(app, now, presented).await?;
    match session_of(app, now, &signed_in).await.map_err(failed)? {
        Some(id) => Ok(Known { actor: signed_in.actor(), hand_out: Some(id) }),
        None => Err(Denied::Fault(Fault::invalid_credentials())),
    }
}

async fn sign_in(app: &Arc<App>, now: Now, presented: Presented) -> Result<login::SignedIn, Denied> {
    let recognised =
        app.store.read(|tx| login::recognise(tx, now, &app.realm, &presented)).map_err(failed)?;
    if let Some(signed_in) = recognised {
        return Ok(signed_in);
    }
    match attempt(app, now, presented).await.map_err(failed)? {
        Outcome::In(signed_in) => Ok(signed_in),
        Outcome::Refused(Refusal::UnknownTenant) => Err(Denied::Fault(Fault::authentication_error())),
        Outcome::Refused(Refusal::InactiveTenant) => Err(Denied::Fault(Fault::authentication_failure())),
        Outcome::Redeem(_) | Outcome::Refused(_) => Err(Denied::Fault(Fault::invalid_credentials())),
    }
}

/// A full login, with its hash, away from the threads that serve other requests.
pub async fn attempt(app: &Arc<App>, now: Now, presented: Presented) -> Result<Outcome, Error> {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || {
        login::attempt(&app.store, now, &app.realm, &presented, Face::Services)
    })
    .await
    .unwrap_or(Err(Error::Broken("a login panicked")))
}

/// The session of a login: opened once and handed out again while the login is remembered, so that clients that never
/// send a cookie back do not leave one behind with every call. `None` when the login no longer stands.
async fn session_of(app: &Arc<App>, now: Now, signed_in: &login::SignedIn) -> Result<Option<Secret>, Error> {
    if let Some(id) = app.realm.verified.session(now, signed_in.proof) {
        let open = app.store.read(|tx| session::find(tx, now, Kind::Admin, id.reveal()))?;
        if open.is_some() {
            return Ok(Some(id));
        }
    }
    let (realm, subject, idle) =
        (Arc::clone(&app.realm), signed_in.clone(), app.realm.policy.admin_idle_minutes);
    let id =
        app.store.write(move |tx| login::open_session(tx, now, &realm, &subject, Kind::Admin, idle)).await?;
    if let Some(id) = &id {
        app.realm.verified.keep_session(now, signed_in.proof, id.clone());
    }
    Ok(id)
}

fn failed(error: Error) -> Denied {
    tracing::error!(%error, "authentication failed inside");
    Denied::Fault(Fault::authentication_error())
}
