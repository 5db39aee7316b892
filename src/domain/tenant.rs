//! Tenants: separate worlds of users, roles, claims and settings. The super tenant is always there.

use super::{Error, Realm};
use crate::store::tenant::TenantRow;
use crate::store::{self, Tx};

mod change;
mod register;

pub use change::{NewTenant, Update, activate, add, deactivate, delete, found, renew, update};
pub use register::{Described, Entry, Page, describe, matching, page};

/// Domain of the super tenant.
pub const SUPER_DOMAIN: &str = "carbon.super";

/// Key of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TenantId(pub i64);

impl TenantId {
    /// The super tenant.
    pub const SUPER: Self = Self(-1234);
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Key.
    pub id: TenantId,
    /// Domain, lower case.
    pub domain: String,
    /// Whether its users may sign in.
    pub active: bool,
    /// Its primary administrator.
    pub admin_name: String,
}

impl From<TenantRow> for Tenant {
    fn from(row: TenantRow) -> Self {
        Self { id: TenantId(row.id), domain: row.domain, active: row.active, admin_name: row.admin_name }
    }
}

/// The tenant of a domain.
///
/// # Errors
/// Failures of the database.
pub fn find(tx: &mut Tx<'_>, domain: &str) -> Result<Option<Tenant>, Error> {
    Ok(store::tenant::find(tx, domain)?.map(Tenant::from))
}

/// The tenant with that key.
///
/// # Errors
/// Failures of the database.
pub fn by_id(tx: &mut Tx<'_>, id: TenantId) -> Result<Option<Tenant>, Error> {
    Ok(store::tenant::by_id(tx, id.0)?.map(Tenant::from))
}

/// Every tenant, the super tenant first.
///
/// # Errors
/// Failures of the database.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Tenant>, Error> {
    Ok(store::tenant::all(tx)?.into_iter().map(Tenant::from).collect())
}

/// The domain of a tenant that exists.
///
/// # Errors
/// Failures of the database.
pub fn domain_of(tx: &mut Tx<'_>, id: TenantId) -> Result<String, Error> {
    let row = store::tenant::by_id(tx, id.0)?.ok_or(store::Error::Missing("tenant"))?;
    Ok(row.domain)
}

/// Refuses a text that is no tenant domain (IS 5.3.0, TenantMgtUtil).
///
/// # Errors
/// The original's texts: nothing, a dot in front, other characters, a word the registry kept for itself.
pub fn check_domain(domain: &str) -> Result<(), Error> {
    if domain.is_empty() {
        return Err(Error::refused("Provided domain name is empty."));
    }
    if domain.starts_with('.') {
        return Err(Error::refused("Invalid domain, starting with '.'"));
    }
    if !domain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
        return Err(Error::refused(format!(
            "The tenant domain ' {domain} ' contains one or more illegal characters. the valid characters are \
             letters, numbers, '.', '-' and '_'"
        )));
    }
    if matches!(domain, "atom" | "registry" | "resource") {
        return Err(Error::refused(format!(
            "You can not use a registry reserved word:{domain}:as a tenant domain. Please choose a different one."
        )));
    }
    Ok(())
}

/// Lets the users of a tenant sign in, or not.
///
/// # Errors
/// Failures of the database.
pub fn set_active(tx: &mut Tx<'_>, id: TenantId, active: bool) -> Result<(), Error> {
    store::tenant::set_active(tx, id.0, active)?;
    Ok(())
}

/// Splits a typed name into user and tenant domain: the text behind the last `@`, lower-cased. Where mail addresses are
/// user names, the first `@` belongs to the name.
#[must_use]
pub fn split_name(realm: &Realm, typed: &str) -> (String, String) {
    // The super tenant is named all the same: no mail address ends like that.
    let is_super =
        typed.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(SUPER_DOMAIN));
    let own = realm.policy.email_user_names && typed.matches('@').count() < 2 && !is_super;
    match typed.rsplit_once('@') {
        Some((name, domain)) if !own && !domain.is_empty() => (name.to_owned(), domain.to_lowercase()),
        _ => (typed.to_owned(), SUPER_DOMAIN.to_owned()),
    }
}

#[cfg(test)]
mod tests;
