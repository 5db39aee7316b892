//! Sessions: what makes the next request of a signed-in client known. Kept in the store, so that they end everywhere
//! when the user's password, lock or reset changes; ids are stored hashed.

use super::{Actor, Error, Now, Secret, Tenant, TenantId, User, UserId};
use crate::store::{self, Tx};

mod own;

pub use own::{Own, came_from, close_one, close_others, of_user};

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The `JSESSIONID` of the admin services: 32 upper-case hexadecimal digits.
    Admin,
    /// The `commonAuthId` of a browser: a UUID.
    Browser,
    /// The management console: a UUID.
    Console,
}

impl Kind {
    fn stored(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Browser => "browser",
            Self::Console => "console",
        }
    }

    fn of(stored: &str) -> Option<Self> {
        [Self::Admin, Self::Browser, Self::Console].into_iter().find(|kind| kind.stored() == stored)
    }

    /// A new id, from the system's random numbers.
    #[must_use]
    pub fn new_id(self) -> Secret {
        let id = uuid::Uuid::new_v4();
        Secret::new(match self {
            // A version 4 UUID has six fixed bits; the other 122 are what a session id needs.
            Self::Admin => id.simple().to_string().to_uppercase(),
            Self::Browser | Self::Console => id.to_string(),
        })
    }
}

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The user's tenant.
    pub tenant: Tenant,
    /// The user.
    pub user: User,
    /// The name the session shows.
    pub name: String,
    used_at: i64,
}

impl Session {
    /// The user as the one who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::of(&self.tenant, &self.user, &self.name)
    }

    /// Whether its last use is old enough to be worth a write: at most one a minute.
    #[must_use]
    pub fn wants_touch(&self, now: Now) -> bool {
        now.0.saturating_sub(self.used_at) >= 60_000
    }
}

/// What the store keeps of a session id or token.
#[must_use]
pub fn fingerprint(id: &str) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(id.as_bytes()).into()
}

/// Opens a session for a signed-in user and returns its id.
///
/// # Errors
/// Failures of the database.
pub fn open(
    tx: &mut Tx<'_>,
    now: Now,
    kind: Kind,
    actor: &Actor,
    idle_minutes: i64,
) -> Result<Secret, Error> {
    let id = kind.new_id();
    store::session::insert(
        tx,
        &fingerprint(id.reveal()),
        kind.stored(),
        actor.tenant.0,
        actor.user.0,
        &actor.name,
        now.0,
        idle_minutes.saturating_mul(60_000),
    )?;
    Ok(id)
}

/// The open session of that id; sessions of a deactivated tenant do not count.
///
/// # Errors
/// Failures of the database.
pub fn find(tx: &mut Tx<'_>, now: Now, kind: Kind, id: &str) -> Result<Option<Session>, Error> {
    let row = store::session::find(tx, &fingerprint(id), kind.stored(), now.0)?;
    Ok(row.filter(|row| row.tenant_active).map(|row| Session {
        tenant: Tenant {
            id: TenantId(row.tenant),
            domain: row.tenant_domain.clone(),
            active: row.tenant_active,
            admin_name: String::new(),
        },
        user: User {
            id: UserId(row.user),
            tenant: TenantId(row.tenant),
            domain: row.domain.clone(),
            name: row.name.clone(),
        },
        name: row.user_name.clone(),
        used_at: row.used_at,
    }))
}

/// Notes that a session was used.
///
/// # Errors
/// Failures of the database.
pub fn touch(tx: &mut Tx<'_>, now: Now, id: &str) -> Result<(), Error> {
    store::session::touch(tx, &fingerprint(id), now.0)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// Failures of the database.
pub fn close(tx: &mut Tx<'_>, id: &str) -> Result<(), Error> {
    store::session::delete(tx, &fingerprint(id))?;
    Ok(())
}

/// Ends every session of a user.
///
/// # Errors
/// Failures of the database.
pub fn close_all(tx: &mut Tx<'_>, user: UserId) -> Result<(), Error> {
    store::session::delete_of_user(tx, user.0)?;
    Ok(())
}

/// Ends every session of the users of a store.
///
/// # Errors
/// Failures of the database.
pub fn close_of_store(tx: &mut Tx<'_>, tenant: TenantId, domain: &str) -> Result<(), Error> {
    store::session::delete_of_store(tx, tenant.0, domain)?;
    Ok(())
}

/// Ends every session of the users of a tenant.
///
/// # Errors
/// Failures of the database.
pub fn close_of_tenant(tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Error> {
    store::session::delete_of_tenant(tx, tenant.0)?;
    Ok(())
}

/// Gives the open sessions of a tenant's browsers other limits, in minutes: first those of plain sessions, then those of
/// remembered ones. Which of the two a session is shows in the limit it has.
///
/// # Errors
/// Failures of the database.
pub fn change_limits(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    before: [i64; 2],
    now: [i64; 2],
) -> Result<(), Error> {
    let millis = |limits: [i64; 2]| limits.map(|minutes| minutes.saturating_mul(60_000));
    let kind = Kind::Browser.stored();
    store::session::change_limits(tx, tenant.0, kind, millis(before), millis(now))?;
    Ok(())
}

/// Forgets what has been idle for too long.
///
/// # Errors
/// Failures of the database.
pub fn forget_idle(tx: &mut Tx<'_>, now: Now) -> Result<usize, Error> {
    Ok(store::session::delete_idle(tx, now.0)?)
}

#[cfg(test)]
mod tests;
