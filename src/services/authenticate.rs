//! Who calls: the session of a cookie, or basic credentials, decided in the order of the original's authenticators.
//!
//! A session wins over credentials, whatever they are; an unknown scheme loses against everything. What clients can
//! tell apart is the original's; that a known user is locked, disabled or in reset is told to nobody: it reads like a
//! wrong password.

use super::app::App;
use super::credentials::{Credentials, decoded, session_set_cookie};
use crate::domain::credential::Proof;
use crate::domain::login::{self, Face, Outcome, Presented, Refusal};
use crate::domain::session::{self, Kind, Session};
use crate::domain::{Actor, Error, Now, Secret, permission, remember_me};
use crate::soap::Fault;
use crate::store::{Tx, aside};
use hyper::header::HeaderValue;
use std::net::IpAddr;
use std::sync::Arc;

/// Why a call goes no further.
#[derive(Debug)]
pub enum Denied {
    /// 401 with the challenge for basic credentials.
    Challenge,
    /// A fault.
    Fault(Fault),
    /// 429: too many logins were refused.
    TooMany,
}

/// A caller who is known.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who acts.
    pub actor: Arc<Actor>,
    /// Whether he holds one of the permissions that the operation takes.
    pub permitted: bool,
    /// The cookie of the session to hand out, unless the request already brought it.
    pub hand_out: Option<HeaderValue>,
}

/// Who calls, as far as it can be told at once.
#[derive(Debug)]
pub enum Caller {
    /// Somebody with a session, or who was let in a moment ago.
    Known(Known),
    /// Somebody else.
    Stranger(Stranger),
}

/// Somebody who has to sign in: see [`sign_in`].
#[derive(Debug)]
pub struct Stranger {
    now: Now,
    shows: Shown,
    permissions: &'static [&'static str],
}

/// What somebody shows to be let in.
#[derive(Debug)]
enum Shown {
    Password(Presented),
    /// A remember-me token.
    Token(Secret),
}

/// The first open session of those that cookies name, with its id; its use is noted at most once a minute.
pub fn session<'c>(
    app: &App,
    now: Now,
    cookies: impl Iterator<Item = &'c str>,
) -> Result<Option<(&'c str, Session)>, Error> {
    for id in cookies.filter(|id| !id.is_empty() && id.len() <= 128) {
        let Some(session) = app.store.read(|tx| session::find(tx, now, Kind::Admin, id))? else { continue };
        if session.wants_touch(now) {
            let id = Secret::from(id);
            app.store.write_later("the use of a session", move |tx| session::touch(tx, now, id.reveal()))?;
        }
        return Ok(Some((id, session)));
    }
    Ok(None)
}

/// Tells who calls an operation that is not open, and whether he may.
pub fn caller(
    app: &App,
    now: Now,
    credentials: Credentials<'_>,
    session: Option<Session>,
    permissions: &'static [&'static str],
) -> Result<Caller, Denied> {
    let stranger = |shows| Ok(Caller::Stranger(Stranger { now, shows, permissions }));
    let token = match (credentials, session) {
        // Nobody handles another scheme, not even for a session.
        (Credentials::Unsupported { bare_basic: false }, _) => {
            return Err(Denied::Fault(Fault::authentication_failure()));
        }
        (_, Some(session)) => return known(app, session.actor(), None, permissions).map(Caller::Known),
        (Credentials::Unsupported { .. }, None) => {
            return Err(Denied::Fault(Fault::authentication_failure()));
        }
        (Credentials::None, None) => return Err(Denied::Challenge),
        (Credentials::Token(token), None) => return stranger(Shown::Token(token.into())),
        (Credentials::Basic(token), None) => token,
    };
    match app.store.read(|tx| familiar(tx, app, now, token, permissions)).map_err(failed)? {
        Some(one) => Ok(Caller::Known(one.known.clone())),
        None => {
            let (user_name, password) = decoded(token).ok_or(Denied::Challenge)?;
            stranger(Shown::Password(Presented { user_name, password }))
        }
    }
}

/// Has somebody sign in, and tells whether he may.
pub async fn sign_in(app: &Arc<App>, peer: IpAddr, stranger: Stranger) -> Result<Known, Denied> {
    let Stranger { now, shows, permissions } = stranger;
    let presented = match shows {
        Shown::Password(presented) => presented,
        Shown::Token(token) => {
            let opened = sign_in_with_token(app, now, token).await.map_err(failed)?;
            let (actor, id) = opened.ok_or_else(|| Denied::Fault(Fault::invalid_credentials()))?;
            return known(app, actor, Some(&id), permissions);
        }
    };
    let recognised =
        app.store.read(|tx| login::recognise(tx, now, &app.realm, &presented)).map_err(failed)?;
    let signed_in = match recognised {
        Some(signed_in) => signed_in,
        None => let_in(app, now, peer, presented).await?,
    };
    match open_session(app, now, &signed_in).await.map_err(failed)? {
        Some(id) => known(app, signed_in.actor(), Some(&id), permissions),
        None => Err(Denied::Fault(Fault::invalid_credentials())),
    }
}

fn known(
    app: &App,
    actor: Actor,
    hand_out: Option<&Secret>,
    permissions: &[&'static str],
) -> Result<Known, Denied> {
    let permitted = app
        .store
        .read(|tx| permission::authorized(tx, actor.tenant, actor.user, permissions))
        .map_err(failed)?;
    Ok(Known { actor: Arc::new(actor), permitted, hand_out: hand_out.map(session_set_cookie) })
}

/// Somebody who was let in a moment ago.
#[derive(Debug)]
struct Familiar {
    known: Known,
    /// What he presented, and asked for.
    proof: Proof,
    permissions: &'static [&'static str],
    /// From when, and until when at most.
    since: Now,
    until: Now,
}

/// How long somebody is familiar at most, in milliseconds: what the time alone takes from a user counts no later.
const FAMILIAR: i64 = 1_000;

/// A remembered login and, while the session opened for it is there, all there is to know: what every call but the first
/// of a client takes. All of it together is remembered for a moment, until anything changes that it depends on: clients
/// call many times a second, and to find it out piece by piece costs as much as reading their requests.
fn familiar(
    tx: &mut Tx<'_>,
    app: &App,
    now: Now,
    token: &str,
    permissions: &'static [&'static str],
) -> Result<Option<Arc<Familiar>>, Error> {
    let proof = app.realm.verified.proof_of_token(token);
    let is_this = |one: &Arc<Familiar>| {
        one.proof == proof && one.permissions == permissions && (one.since..=one.until).contains(&now)
    };
    let name = permissions.first().copied().unwrap_or_default();
    tx.remembered_while("familiar caller", proof.short(), name, is_this, |tx| {
        let Some((user_name, password)) = decoded(token) else { return Ok(None) };
        let presented = Presented { user_name, password };
        let Some(signed_in) = login::recognise(tx, now, &app.realm, &presented)? else { return Ok(None) };
        let verified = &app.realm.verified;
        let Some(id) = verified.session(now, signed_in.proof, &signed_in.session_name) else {
            return Ok(None);
        };
        let Some(ends) = verified.ends(now, signed_in.proof) else { return Ok(None) };
        if session::find(tx, now, Kind::Admin, id.reveal())?.is_none() {
            return Ok(None);
        }
        let actor = Arc::new(signed_in.actor());
        let permitted = permission::authorized(tx, actor.tenant, actor.user, permissions)?;
        let known = Known { actor, permitted, hand_out: Some(session_set_cookie(&id)) };
        let until = ends.min(now.plus_millis(FAMILIAR));
        Ok(Some(Arc::new(Familiar { known, proof, permissions, since: now, until })))
    })
}

/// Opens a session for the user of a remember-me token. Whoever has none writes nothing.
pub async fn sign_in_with_token(
    app: &App,
    now: Now,
    token: Secret,
) -> Result<Option<(Actor, Secret)>, Error> {
    if app.store.read(|tx| remember_me::find(tx, now, &app.realm, token.reveal()))?.is_none() {
        return Ok(None);
    }
    let realm = Arc::clone(&app.realm);
    app.store.write(move |tx| remember_me::sign_in(tx, now, &realm, token.reveal())).await
}

async fn let_in(
    app: &Arc<App>,
    now: Now,
    peer: IpAddr,
    presented: Presented,
) -> Result<login::SignedIn, Denied> {
    match attempt(app, now, peer, presented).await.map_err(failed)? {
        Outcome::In(signed_in) => Ok(signed_in),
        Outcome::Refused(Refusal::TooMany) => Err(Denied::TooMany),
        Outcome::Refused(Refusal::UnknownTenant) => Err(Denied::Fault(Fault::authentication_error())),
        Outcome::Refused(Refusal::InactiveTenant) => Err(Denied::Fault(Fault::authentication_failure())),
        Outcome::Redeem(_) | Outcome::Refused(_) => Err(Denied::Fault(Fault::invalid_credentials())),
    }
}

/// Bytes of a name and of a password at most, so that those who wait in line take no room.
const LONGEST: usize = 1024;

/// A full login, with its hash, away from the threads that serve other requests.
pub async fn attempt(app: &Arc<App>, now: Now, peer: IpAddr, presented: Presented) -> Result<Outcome, Error> {
    if presented.user_name.len().max(presented.password.reveal().len()) > LONGEST {
        return Ok(Outcome::Refused(Refusal::UnknownUser));
    }
    let _place = app.logins.try_acquire().map_err(|_| Error::Broken("too many logins wait already"))?;
    if app.doors.are_closed(now, peer, &presented) {
        tracing::warn!(%peer, "too many logins were refused");
        return Ok(Outcome::Refused(Refusal::TooMany));
    }
    let (kept, given) = (Arc::clone(app), presented.clone());
    let decided = aside(move || login::attempt(&kept.store, now, &kept.realm, &given, Face::Services))
        .await
        .unwrap_or(Err(Error::Broken("a login panicked")));
    match &decided {
        Ok(Outcome::Refused(refusal)) => {
            app.doors.refused(now, peer, &presented);
            login::say_refused(&app.store, &app.realm, &presented.user_name, *refusal);
        }
        Ok(Outcome::In(_)) => app.doors.opened(now, peer, &presented),
        _ => {}
    }
    decided
}

/// Opens the session of a login, once: it is handed out again while the login is remembered, so that clients that never
/// send a cookie back do not leave one behind with every call. `None` when the login no longer stands.
async fn open_session(
    app: &Arc<App>,
    now: Now,
    signed_in: &login::SignedIn,
) -> Result<Option<Secret>, Error> {
    let (realm, subject, idle) =
        (Arc::clone(&app.realm), signed_in.clone(), app.realm.policy.admin_idle_minutes);
    app.store.write(move |tx| login::share_session(tx, now, &realm, &subject, Kind::Admin, idle)).await
}

fn failed(error: Error) -> Denied {
    tracing::error!(%error, "authentication failed inside");
    Denied::Fault(Fault::authentication_error())
}

#[cfg(test)]
mod tests;
