//! Lists of users and roles as the management console pages through them: rows with a tick, and a last word on whether
//! more would have fitted (IS 5.3.0, UserRealmProxy). One statement a store, whatever the number of users.

use super::claim;
use super::name::{PRIMARY, shown};
use super::user::{UserStore, like, stores_of_filter};
use super::{Error, Realm, TenantId, UserId, permission};
use crate::store::Tx;
use crate::store::listing::{self as rows, Search};

mod members;
pub mod page;
mod roles;

pub use members::users_of_role;
pub use roles::{roles, roles_of_user, roles_of_user_up_to};

/// Where a role is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In a user store.
    External,
    /// Beside the stores, as `Internal/…`.
    Internal,
    /// Beside the stores, as `Application/…`.
    Application,
}

/// A user or role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Key; 0 in lists of those who are in a role, and of the roles that somebody is in.
    pub id: i64,
    /// The name as clients see it.
    pub name: String,
    /// What to show instead, where the original fills it in.
    pub display_name: Option<String>,
    /// The domain, where the original fills it in.
    pub domain: Option<String>,
    /// Where a role is kept, in lists of all roles.
    pub kind: Option<Kind>,
    /// Whether it belongs to what the list was asked about.
    pub selected: bool,
    /// Whether its store takes changes.
    pub editable: bool,
}

/// Rows, and which stores gave as many as they ever do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether the primary store did.
    pub primary_is_full: bool,
    /// The other stores that did, joined by colons.
    pub full_domains: String,
}

impl Listing {
    /// The rows with what is said about the stores they were counted for.
    fn counted(most: i64, rows: Vec<Row>, domain_of: impl Fn(&Row) -> Option<String>) -> Self {
        let mut counts: Vec<(String, i64)> = Vec::new();
        for domain in rows.iter().filter_map(domain_of) {
            match counts.iter_mut().find(|(known, _)| *known == domain) {
                Some((_, count)) => *count += 1,
                None => counts.push((domain, 1)),
            }
        }
        counts.retain(|(_, count)| *count == most);
        let full = |(domain, _): &(String, i64)| (domain != PRIMARY).then(|| domain.clone());
        Self {
            primary_is_full: counts.iter().any(|(domain, _)| domain == PRIMARY),
            full_domains: counts.iter().filter_map(full).collect::<Vec<_>>().join(":"),
            rows,
        }
    }
}

/// The domain in front of a shown name, the primary one when there is none.
fn domain_of(row: &Row) -> Option<String> {
    Some(row.name.split_once('/').map_or(PRIMARY, |(domain, _)| domain).to_owned())
}

/// A limit below zero or above the store's own is the store's.
fn limited(most: i64, limit: i64) -> i64 {
    if (0..=most).contains(&limit) { limit } else { most }
}

/// Whether a filter can be read: the directory stumbles over these.
///
/// # Errors
/// Its word on them.
pub fn check_filter(filter: &str) -> Result<(), Error> {
    if filter.contains('?') || filter.contains("**") {
        return Err(Error::refused(
            "Invalid character sequence entered for user serch. Please enter valid sequence.",
        ));
    }
    Ok(())
}

/// A filter as a prefix and a pattern; an empty one takes everything.
fn like_filter(filter: &str) -> (String, String) {
    like(if filter.is_empty() { "*" } else { filter })
}

/// The users of every store that a filter names, ticked when they are members of `role`.
pub(super) fn of_stores(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &str,
    limit: i64,
    role: Option<i64>,
) -> Result<Vec<Row>, Error> {
    let (stores, filter) = stores_of_filter(tx, tenant, filter)?;
    let (prefix, pattern) = like_filter(filter);
    let mut found = Vec::new();
    for UserStore { domain, read_only } in stores {
        let search = Search { tenant: tenant.0, domain: &domain, prefix: &prefix, pattern: &pattern, limit };
        let mut users = rows::users(tx, search, role)?;
        // Each store answers in the order of Java's strings: capitals first.
        users.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        found.extend(users.into_iter().map(|user| Row {
            id: user.id,
            name: shown(&domain, &user.name),
            selected: user.member,
            editable: !read_only,
            ..Row::default()
        }));
    }
    Ok(found)
}

/// Users that match a filter: `*` stands for anything, an empty filter for everything, `DOM/` in front for one store.
///
/// # Errors
/// The directory's word on `?` and `**`.
pub fn users(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    filter: &str,
    limit: i64,
) -> Result<Listing, Error> {
    users_ticked(tx, realm, tenant, filter, limit, None)
}

fn users_ticked(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    filter: &str,
    limit: i64,
    role: Option<i64>,
) -> Result<Listing, Error> {
    let limit = limited(realm.policy.list_limit, limit);
    if limit == 0 {
        return Ok(Listing::default());
    }
    check_filter(filter)?;
    Ok(Listing::counted(realm.policy.list_limit, of_stores(tx, tenant, filter, limit, role)?, domain_of))
}

/// As [`users`], for people: with names to show, sorted over all stores whatever the letter case.
///
/// # Errors
/// As [`users`].
pub fn all_users(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    filter: &str,
    limit: i64,
) -> Result<Listing, Error> {
    let mut found = users(tx, realm, tenant, filter, limit)?;
    for row in &mut found.rows {
        row.display_name = Some(row.name.clone());
    }
    found.rows.sort_by_cached_key(|row| row.name.to_lowercase());
    Ok(found)
}

/// Users whose claim has this value, sorted. Those of secondary stores are shown by their display name.
///
/// # Errors
/// As [`claim::find_users`].
pub fn users_by_claim(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    uri: &str,
    value: &str,
) -> Result<Vec<Row>, Error> {
    let found = claim::find_users(tx, realm, tenant, uri, value)?;
    let row = |user: claim::Found| {
        let display_name = if user.store.domain == PRIMARY {
            Some(user.name.clone())
        } else {
            user.display_name.map(|display| shown(&user.store.domain, &display))
        };
        Row {
            id: user.id.0,
            name: user.name,
            display_name,
            editable: !user.store.read_only,
            ..Row::default()
        }
    };
    Ok(found.into_iter().map(row).collect())
}

/// Keeps the users who may execute a permission.
///
/// # Errors
/// Failures of the database.
pub fn keep_permitted_users(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    rows: &mut Vec<Row>,
    permission: &str,
) -> Result<(), Error> {
    let ids: Vec<UserId> = rows.iter().map(|row| UserId(row.id)).collect();
    let permitted = permission::users_authorized(tx, tenant, &ids, permission)?;
    rows.retain(|row| permitted.contains(&UserId(row.id)));
    Ok(())
}

/// Keeps the roles that may execute a permission.
///
/// # Errors
/// Failures of the database.
pub fn keep_permitted_roles(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    rows: &mut Vec<Row>,
    permission: &str,
) -> Result<(), Error> {
    let permitted = permission::roles_authorized(tx, tenant, permission)?;
    rows.retain(|row| permitted.contains(&row.id));
    Ok(())
}

#[cfg(test)]
mod tests;
