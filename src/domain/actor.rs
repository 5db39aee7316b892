//! Who acts: the signed-in user behind a call, or the server itself.

use super::name::SYSTEM_USER;
use super::{Error, Tenant, TenantId, User, UserId, permission};
use crate::store::Tx;

/// The one on whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The actor's tenant; everything is done there.
    pub tenant: TenantId,
    /// Domain of the tenant.
    pub domain: String,
    /// The user; 0 for the server itself.
    pub user: UserId,
    /// The name the session shows: without tenant, with the store's prefix only if it was typed.
    pub name: String,
}

impl Actor {
    /// The server itself: the command line, expiry, limits.
    #[must_use]
    pub fn system(tenant: &Tenant) -> Self {
        Self { tenant: tenant.id, domain: tenant.domain.clone(), user: UserId(0), name: SYSTEM_USER.into() }
    }

    /// A user of a tenant under a session name.
    #[must_use]
    pub fn of(tenant: &Tenant, user: &User, session_name: &str) -> Self {
        Self {
            tenant: tenant.id,
            domain: tenant.domain.clone(),
            user: user.id,
            name: session_name.to_owned(),
        }
    }

    /// Whether this is the server itself.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.user == UserId(0)
    }

    /// Whether the actor holds one of these permissions; the server holds all.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn may(&self, tx: &mut Tx<'_>, permissions: &[&str]) -> Result<bool, Error> {
        if self.is_system() {
            return Ok(true);
        }
        permission::authorized(tx, self.tenant, self.user, permissions)
    }
}
