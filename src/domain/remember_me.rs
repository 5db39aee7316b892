//! Remember-me tokens: a week in which a client is recognised without a password. `user-UUID` in the hands of the
//! client, a hash here. They end with the sessions of the user.

use super::session::{self, Kind, fingerprint};
use super::{Actor, Error, Now, Realm, Secret, User, tenant};
use crate::store::{self, Tx};

/// How long a token is good for, in seconds; the original's week.
pub const SECONDS: i32 = 604_800;

/// Makes a token for a user who has just signed in under `typed`.
///
/// # Errors
/// Failures of the database.
pub fn keep(tx: &mut Tx<'_>, now: Now, actor: &Actor, typed: &str) -> Result<Secret, Error> {
    let token = Secret::new(format!("{typed}-{}", uuid::Uuid::new_v4()));
    let until = now.plus_millis(i64::from(SECONDS) * 1000);
    store::session::remember(tx, &fingerprint(token.reveal()), actor.user.0, &actor.name, until.0)?;
    Ok(token)
}

/// The user of a token; nobody when it expired, or when the user may not sign in now.
///
/// # Errors
/// Failures of the database.
pub fn find(tx: &mut Tx<'_>, now: Now, realm: &Realm, token: &str) -> Result<Option<Actor>, Error> {
    let Some((user, name)) = store::session::remembered(tx, &fingerprint(token), now.0)? else {
        return Ok(None);
    };
    let Some(user) = User::by_id(tx, user)? else { return Ok(None) };
    let Some(tenant) = tenant::by_id(tx, user.tenant)?.filter(|tenant| tenant.active) else {
        return Ok(None);
    };
    if !super::login::is_open(tx, now, realm, &tenant, &user)? {
        return Ok(None);
    }
    Ok(Some(Actor::of(&tenant, &user, &name)))
}

/// Opens a session for the user of a token; for nobody when [`find`] finds nobody.
///
/// # Errors
/// Failures of the database.
pub fn sign_in(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    token: &str,
) -> Result<Option<(Actor, Secret)>, Error> {
    let Some(actor) = find(tx, now, realm, token)? else { return Ok(None) };
    let id = session::open(tx, now, Kind::Admin, &actor, realm.policy.admin_idle_minutes)?;
    Ok(Some((actor, id)))
}
