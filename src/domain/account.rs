//! Locking and disabling accounts by name, and the claims of one's own account.
//!
//! IS 5.3.0 refuses to lock and disable here in its default configuration, because an older listener is switched off;
//! here it is done through the claims that everything else looks at.

mod own_password;

pub use own_password::{Unchanged, change_password};

use super::claim::{self, Changes};
use super::lockout::{self, DISABLED, LOCKED, UNLOCK_TIME, is_true};
use super::{Actor, Error, Now, Realm, User, audit, forced_reset, tenant, user};
use crate::store::{self, Tx};

/// Refuses to shut out the first administrator of a tenant, whom nobody could let in again, and oneself.
fn check_is_another(tx: &mut Tx<'_>, actor: &Actor, user: &User) -> Result<(), Error> {
    let tenant = tenant::by_id(tx, actor.tenant)?.ok_or(store::Error::Missing("tenant"))?;
    if user.id == actor.user {
        return Err(Error::refused("Nobody can shut himself out"));
    }
    if user::is_primary_admin(&tenant, user) {
        return Err(Error::refused("The first administrator cannot be shut out"));
    }
    Ok(())
}

/// Locks a user until an administrator unlocks him, or unlocks him, which also ends a forced reset.
///
/// # Errors
/// Unknown users. Locking is refused where locks count for nothing, and of [oneself and the first
/// administrator](check_is_another).
pub fn set_locked(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    locked: bool,
) -> Result<(), Error> {
    let user = user::find(tx, actor.tenant, typed)?;
    if locked {
        check_is_another(tx, actor, &user)?;
        if lockout::settings(tx, actor.tenant)?.is_none() {
            return Err(Error::refused(
                "Account locking is switched off, so that a lock keeps nobody out: see Account Locking among the policies",
            ));
        }
    }
    let mut changes = Changes::default();
    changes.set(LOCKED, Some(locked.to_string()));
    changes.set(UNLOCK_TIME, Some("0".to_owned()));
    claim::write(tx, now, realm, actor, &user, claim::DEFAULT_PROFILE, changes)?;
    let action = if locked { "Lock user account" } else { "Unlock user account" };
    audit::record(tx, now, actor, action, &user.display_name(), "")
}

/// Disables a user, or enables him again. `notification` is what the caller wants the user to be told by; the tenant's
/// templates decide what he is told.
///
/// # Errors
/// Unknown users; [oneself and the first administrator](check_is_another) are not disabled.
pub fn set_disabled(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    disabled: bool,
    notification: Option<&str>,
) -> Result<(), Error> {
    let user = user::find(tx, actor.tenant, typed)?;
    if disabled {
        check_is_another(tx, actor, &user)?;
    }
    let mut changes = Changes::default();
    changes.set(DISABLED, Some(disabled.to_string()));
    claim::write(tx, now, realm, actor, &user, claim::DEFAULT_PROFILE, changes)?;
    let action = if disabled { "Disable user account" } else { "Enable user account" };
    let data = format!("Notification type :{}", notification.unwrap_or("null"));
    audit::record(tx, now, actor, action, typed, &data)
}

/// Lets a user in whom a lock or an administrator keeps out; false when nothing did.
///
/// # Errors
/// Unknown users.
pub fn let_in(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, typed: &str) -> Result<bool, Error> {
    let user = user::find(tx, actor.tenant, typed)?;
    let State { locked, disabled, .. } = state(tx, user.id.0)?;
    if locked {
        set_locked(tx, now, realm, actor, typed, false)?;
    }
    if disabled {
        set_disabled(tx, now, realm, actor, typed, false, None)?;
    }
    Ok(locked || disabled)
}

/// The actor as a user.
///
/// # Errors
/// Failures of the database.
pub fn own(tx: &mut Tx<'_>, actor: &Actor) -> Result<User, Error> {
    User::by_id(tx, actor.user.0)?.ok_or_else(|| store::Error::Missing("user").into())
}

/// Writes claims of the actor's own account; those that the account itself rests on are not his to change.
///
/// # Errors
/// Identity claims, the published one-time password, unknown claims.
pub fn set_own_claims(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    changes: Changes,
) -> Result<(), Error> {
    let catalogue = realm.catalogues.of(tx, actor.tenant)?;
    if let Some((uri, _)) = changes.iter().find(|(uri, _)| claim::is_of_account(&catalogue, uri)) {
        return Err(Error::refused(format!("Updates to the claim {uri} are not allowed")));
    }
    let user = own(tx, actor)?;
    claim::write(tx, now, realm, actor, &user, claim::DEFAULT_PROFILE, changes)
}

/// What stands in the way of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
    /// Locked, by hand or after failed logins.
    pub locked: bool,
    /// Disabled by an administrator.
    pub disabled: bool,
    /// A forced reset is pending.
    pub reset_pending: bool,
}

/// The state of an account.
///
/// # Errors
/// Failures of the database.
pub fn state(tx: &mut Tx<'_>, user: i64) -> Result<State, Error> {
    let mut is = |uri| Ok::<_, Error>(is_true(store::login::identity_claim(tx, user, uri)?.as_deref()));
    let (locked, disabled) = (is(LOCKED)?, is(DISABLED)?);
    Ok(State { locked, disabled, reset_pending: forced_reset::is_pending(tx, user)? })
}
