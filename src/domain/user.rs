//! Users of a tenant's stores: finding and listing.
//!
//! Names are compared without letter case everywhere. The texts of refusals are those of the kernel of IS 5.3.0.

use super::name::{PRIMARY, QualifiedName, folded, shown};
use super::{Error, Realm, TenantId, listing};
use crate::store::user::UserRow;
use crate::store::{self, Tx};

mod change;

pub use change::{
    CHANGED_BY_USER, NewUser, add, change_password, delete, set_password_by_admin, wrong_old_password,
};

/// Key of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Key.
    pub id: UserId,
    /// Tenant.
    pub tenant: TenantId,
    /// User store, upper case.
    pub domain: String,
    /// Name as it was created, without domain.
    pub name: String,
}

impl User {
    /// The name as clients see it: with the domain of a secondary store.
    #[must_use]
    pub fn display_name(&self) -> String {
        shown(&self.domain, &self.name)
    }

    /// The user with that key.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Self>, Error> {
        Ok(store::user::by_id(tx, id)?.map(Self::from))
    }
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self { id: UserId(row.id), tenant: TenantId(row.tenant), domain: row.domain, name: row.name }
    }
}

/// Refuses a prefix that names no user store of the tenant.
///
/// # Errors
/// [`Error::UnknownDomain`].
pub fn check_domain(tx: &mut Tx<'_>, tenant: TenantId, domain: &str) -> Result<(), Error> {
    if is_store(tx, tenant, domain)? { Ok(()) } else { Err(Error::UnknownDomain) }
}

/// Whether a user store of the tenant is called so, and in use.
///
/// # Errors
/// Failures of the database.
pub fn is_store(tx: &mut Tx<'_>, tenant: TenantId, domain: &str) -> Result<bool, Error> {
    Ok(domain == PRIMARY
        || store::user::secondary_stores(tx, tenant.0)?.iter().any(|(secondary, _)| secondary == domain))
}

/// Whether a user store takes no changes; one that does not exist is no such store.
///
/// # Errors
/// Failures of the database.
pub fn is_read_only(tx: &mut Tx<'_>, tenant: TenantId, domain: &str) -> Result<bool, Error> {
    let stores = store::user::secondary_stores(tx, tenant.0)?;
    Ok(stores.iter().any(|(known, read_only)| known == domain && *read_only))
}

/// Looks a typed name up: in the store it names, in the primary one otherwise.
///
/// # Errors
/// [`Error::UnknownDomain`].
pub fn look_up(tx: &mut Tx<'_>, tenant: TenantId, typed: &str) -> Result<Option<User>, Error> {
    let name = QualifiedName::parse(typed);
    if name.domain.is_some() {
        check_domain(tx, tenant, name.domain_or_primary())?;
    }
    let row = store::user::find(tx, tenant.0, name.domain_or_primary(), &folded(&name.name))?;
    Ok(row.map(User::from))
}

/// Finds a user who must be there.
///
/// # Errors
/// [`Error::NoSuchUser`], [`Error::UnknownDomain`].
pub fn find(tx: &mut Tx<'_>, tenant: TenantId, typed: &str) -> Result<User, Error> {
    look_up(tx, tenant, typed)?.ok_or_else(|| {
        let name = QualifiedName::parse(typed);
        Error::NoSuchUser { domain: name.domain_or_primary().to_owned(), name: name.name }
    })
}

/// Whether this is the primary administrator of the tenant.
#[must_use]
pub fn is_primary_admin(tenant: &super::Tenant, user: &User) -> bool {
    user.domain == PRIMARY && folded(&user.name) == folded(&tenant.admin_name)
}

/// A user store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserStore {
    /// Its name, upper case.
    pub domain: String,
    /// Whether it takes no changes.
    pub read_only: bool,
}

/// The stores in use, in the order in which they are asked: the primary one first.
///
/// # Errors
/// Failures of the database.
pub fn stores(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<UserStore>, Error> {
    let mut all = vec![UserStore { domain: PRIMARY.to_owned(), read_only: false }];
    let secondary = store::user::secondary_stores(tx, tenant.0)?;
    all.extend(secondary.into_iter().map(|(domain, read_only)| UserStore { domain, read_only }));
    Ok(all)
}

/// The stores that a filter names, and what is left of it: `DOM/x*` one, `/x*` the primary one, else all. An unknown
/// domain is no error; the text is taken as it stands.
///
/// # Errors
/// Failures of the database.
pub(super) fn stores_of_filter<'f>(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &'f str,
) -> Result<(Vec<UserStore>, &'f str), Error> {
    let mut all = stores(tx, tenant)?;
    let Some((domain, rest)) = filter.split_once('/') else { return Ok((all, filter)) };
    let domain = if domain.is_empty() { PRIMARY.to_owned() } else { domain.to_uppercase() };
    if !all.iter().any(|store| store.domain == domain) {
        return Ok((all, filter));
    }
    all.retain(|store| store.domain == domain);
    Ok((all, rest))
}

/// Names that match a filter (`*` stands for anything, an empty filter for everything), each store sorted. A limit
/// below zero or above the store's own is the store's.
///
/// # Errors
/// As [`listing::users`].
pub fn list(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    filter: &str,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let found = listing::users(tx, realm, tenant, filter, limit)?;
    Ok(found.rows.into_iter().map(|row| row.name).collect())
}

/// As [`list`], for the command line, which knows no store limit.
///
/// # Errors
/// Failures of the database.
pub fn list_up_to(tx: &mut Tx<'_>, tenant: TenantId, filter: &str, limit: i64) -> Result<Vec<String>, Error> {
    let found = listing::of_stores(tx, tenant, filter, limit, None)?;
    Ok(found.into_iter().map(|row| row.name).collect())
}

/// A filter as the part before its first wildcard and as a `LIKE` pattern, both folded.
pub(super) fn like(filter: &str) -> (String, String) {
    let folded = folded(filter);
    let prefix = folded.split('*').next().unwrap_or_default().to_owned();
    (prefix, store::listing::pattern(wildcards(&folded)))
}

/// A `LIKE` pattern for texts with a part that matches; the letters stay as they are.
pub(super) fn like_part(part: &str) -> String {
    store::listing::pattern(wildcards(&["*", part.trim(), "*"].concat()))
}

/// A text with `*` for anything as a `LIKE` pattern with `\` before what stands for itself.
fn wildcards(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 4);
    let mut after_wildcard = false;
    for character in text.chars() {
        match character {
            // Several in a row are one; each would cost the engine a search of its own.
            '*' if after_wildcard => {}
            '*' => pattern.push('%'),
            '%' | '_' | '\\' => {
                pattern.push('\\');
                pattern.push(character);
            }
            other => pattern.push(other),
        }
        after_wildcard = character == '*';
    }
    pattern
}
