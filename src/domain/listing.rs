//! Lists of users and roles as the management console pages through them: rows with a tick, and a last word on whether
//! more would have fitted (IS 5.3.0, UserRealmProxy). One statement a store, whatever the number of users.

use super::claim;
use super::name::{APPLICATION, INTERNAL, PRIMARY, folded, shown};
use super::user::{self, UserStore, like, stores_of_filter};
use super::{Error, Realm, TenantId, UserId, permission, role};
use crate::store::Tx;
use crate::store::listing::{self as rows, Search};

pub mod page;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Key.
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

/// The users of every store that a filter names, ticked when they are members of `role`.
pub(super) fn of_stores(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &str,
    limit: i64,
    role: Option<i64>,
) -> Result<Vec<Row>, Error> {
    let (stores, filter) = stores_of_filter(tx, tenant, filter)?;
    let (prefix, pattern) = like(if filter.is_empty() { "*" } else { filter });
    let mut found = Vec::new();
    for UserStore { domain, read_only } in stores {
        let search = Search { tenant: tenant.0, domain: &domain, prefix: &prefix, pattern: &pattern, limit };
        let mut users = rows::users(tx, search, role)?;
        // Each store answers in the order of Java's strings: capitals first.
        users.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        found.extend(users.into_iter().map(|user| Row {
            id: user.id,
            name: shown(&domain, &user.name),
            display_name: None,
            domain: None,
            kind: None,
            selected: user.member,
            editable: !read_only,
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
    if filter.contains('?') || filter.contains("**") {
        return Err(Error::refused(
            "Invalid character sequence entered for user serch. Please enter valid sequence.",
        ));
    }
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
            domain: None,
            kind: None,
            selected: false,
            editable: !user.store.read_only,
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

/// Roles of the user stores that match a filter, each store sorted.
fn external_roles(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    filter: &str,
    limit: i64,
    user: Option<UserId>,
) -> Result<Vec<Row>, Error> {
    let limit = limited(realm.policy.role_list_limit, limit);
    let (stores, filter) = stores_of_filter(tx, tenant, filter)?;
    let (prefix, pattern) = like(if filter.is_empty() { "*" } else { filter });
    let mut found = Vec::new();
    for UserStore { domain, read_only } in stores {
        let search = Search { tenant: tenant.0, domain: &domain, prefix: &prefix, pattern: &pattern, limit };
        let mut roles = rows::roles(tx, search, "", user.map(|user| user.0))?;
        roles.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        found.extend(roles.into_iter().map(|role| Row {
            id: role.id,
            name: shown(&domain, &role.name),
            display_name: None,
            domain: None,
            kind: Some(Kind::External),
            selected: role.member,
            editable: !read_only,
        }));
    }
    Ok(found)
}

/// Hybrid roles that match a pattern: it is held against the bare name of internal ones and against the whole name of
/// those of applications, which is how both are kept (IS 5.3.0, HybridRoleManager). Everybody has the role of everyone.
fn hybrid_roles(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &str,
    user: Option<UserId>,
) -> Result<Vec<Row>, Error> {
    let (prefix, pattern) = like(if filter.is_empty() { "*" } else { filter });
    let mut found = Vec::new();
    let internal = ("", prefix.as_str(), INTERNAL, Kind::Internal);
    for (shown_before, prefix, domain, kind) in
        [internal, ("application/", "", APPLICATION, Kind::Application)]
    {
        let search = Search { tenant: tenant.0, domain, prefix, pattern: &pattern, limit: i64::MAX };
        let roles = rows::roles(tx, search, shown_before, user.map(|user| user.0))?;
        found.extend(roles.into_iter().map(|role| {
            let name = shown(domain, &role.name);
            Row {
                id: role.id,
                selected: role.member || name == role::EVERYONE,
                name,
                display_name: None,
                domain: None,
                kind: Some(kind),
                editable: true,
            }
        }));
    }
    Ok(found)
}

/// All roles that match a filter, sorted whatever the letter case. A limit holds for those of the stores only.
///
/// # Errors
/// Failures of the database.
pub fn roles(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    filter: &str,
    limit: i64,
) -> Result<Listing, Error> {
    let external = external_roles(tx, realm, tenant, filter, limit, None)?;
    let domain = filter.split_once('/').map(|(domain, _)| domain);
    let rest = filter.strip_prefix("Internal/").unwrap_or(filter);
    let mut hybrid = hybrid_roles(tx, tenant, rest, None)?;
    // No user is asked about, so there is nothing to tick.
    hybrid.iter_mut().for_each(|role| role.selected = false);
    hybrid.retain(|role| domain.is_none_or(|domain| role.name.starts_with(domain)));
    let mut found = Listing::counted(realm.policy.role_list_limit, external, domain_of);
    found.rows.append(&mut hybrid);
    found.rows.sort_by_cached_key(|row| row.name.to_lowercase());
    Ok(found)
}

/// The roles of a user. Without a limit of zero all that he could have, his own ticked; with it only his own. Somebody
/// who does not exist has the role of everyone.
///
/// # Errors
/// [`Error::UnknownDomain`].
pub fn roles_of_user(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    typed: &str,
    filter: &str,
    limit: i64,
) -> Result<Listing, Error> {
    let domain = typed.split_once('/').map(|(domain, _)| domain).filter(|domain| !domain.is_empty());
    let counted_for = domain.unwrap_or(PRIMARY).to_owned();
    let user = user::look_up(tx, tenant, typed)?;
    if limit == 0 {
        let names = match &user {
            Some(user) => role::of_user(tx, user)?,
            None => vec![role::EVERYONE.to_owned()],
        };
        let read_only = user::is_read_only(tx, tenant, &counted_for.to_uppercase())?;
        let own = |name: String| Row {
            id: 0,
            editable: !read_only || is_hybrid(&name),
            name,
            display_name: None,
            domain: None,
            kind: None,
            selected: true,
        };
        let rows = names.into_iter().filter(|name| is_asked_for(name, filter)).map(own).collect();
        return Ok(Listing::counted(realm.policy.role_list_limit, rows, |_| Some(counted_for.clone())));
    }
    let id = user.map(|user| user.id);
    let lower = filter.to_lowercase();
    let (external, hybrid) = if lower.starts_with("internal") {
        (None, Some(filter.split_once('/').map_or(filter, |(_, rest)| rest)))
    } else if domain.is_some_and(|domain| lower.starts_with(&[&domain.to_lowercase(), "/"].concat())) {
        (Some(filter.to_owned()), None)
    } else {
        (Some([domain.unwrap_or_default(), "/", filter].concat()), Some(filter))
    };
    let mut external = match external {
        Some(filter) => external_roles(tx, realm, tenant, &filter, limit, id)?,
        None => Vec::new(),
    };
    for row in &mut external {
        row.domain = domain.map(str::to_owned);
        row.kind = None;
    }
    let mut found = Listing::counted(realm.policy.role_list_limit, external, |_| Some(counted_for.clone()));
    if let Some(filter) = hybrid {
        found.rows.extend(hybrid_roles(tx, tenant, filter, id)?.into_iter().map(|row| Row {
            domain: Some("Internal".to_owned()),
            kind: None,
            ..row
        }));
    }
    Ok(found)
}

fn is_hybrid(name: &str) -> bool {
    name.starts_with("Internal/") || name.starts_with("Application/")
}

/// Whether a role of a user is among those asked for: the part behind its domain matches, and so does the domain when the
/// filter has one.
fn is_asked_for(name: &str, filter: &str) -> bool {
    let (domain, bare) = match name.split_once('/') {
        Some((domain, bare)) => (Some(domain), bare),
        None => (None, name),
    };
    let (wants_domain, pattern) = match filter.split_once('/') {
        Some((_, pattern)) => (true, pattern),
        None => (false, filter),
    };
    let in_domain = domain.is_none_or(|domain| {
        !wants_domain || filter.to_lowercase().starts_with(&[&domain.to_lowercase(), "/"].concat())
    });
    in_domain && matches(&folded(pattern), &folded(bare))
}

/// Whether a whole text matches a pattern in which `*` stands for anything. An empty pattern takes everything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern.is_empty() || pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// Members and names up to which it is worth counting what is fewer.
const WORTH_COUNTING: i64 = 10_000;

/// Domains and names of the members of a role whose shown names match a filter: found among the members, or among the
/// users whose names begin as the filter does, whichever are fewer.
fn members(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    role: i64,
    filter: &str,
) -> Result<Vec<(String, String)>, Error> {
    let (prefix, pattern) = like(filter);
    // Names that can match, a store in use each; those of secondary stores are shown behind its domain.
    let stores = user::stores(tx, tenant)?;
    let mut ranges = vec![(PRIMARY.to_owned(), String::new(), prefix.as_str())];
    for domain in stores.iter().skip(1).map(|store| store.domain.clone()) {
        let before = [&domain.to_lowercase(), "/"].concat();
        if let Some(rest) = prefix.strip_prefix(&before) {
            ranges.push((domain, before, rest));
        } else if before.starts_with(&prefix) {
            ranges.push((domain, before, ""));
        }
    }
    let in_role = rows::count_members(tx, role, WORTH_COUNTING)?;
    let mut in_ranges = 0;
    for (domain, _, prefix) in &ranges {
        let limit = in_role - in_ranges;
        let search = Search { tenant: tenant.0, domain, prefix, pattern: &pattern, limit };
        in_ranges += rows::count_prefixed(tx, search)?;
    }
    if in_ranges >= in_role {
        let mut found = rows::members(tx, role, &pattern)?;
        found.retain(|(domain, _)| stores.iter().any(|store| store.domain == *domain));
        return Ok(found);
    }
    let mut found = Vec::new();
    for (domain, before, prefix) in &ranges {
        let search = Search { tenant: tenant.0, domain, prefix, pattern: &pattern, limit: i64::MAX };
        found.extend(rows::members_of_store(tx, search, before, role)?);
    }
    Ok(found)
}

/// The users of a role. Without a limit of zero those who could be in it, its members ticked; with it only the members.
///
/// # Errors
/// As [`users`]; and of a missing filter, as the original fails.
pub fn users_of_role(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    typed: &str,
    filter: Option<&str>,
    limit: i64,
) -> Result<Listing, Error> {
    let domain = typed.split_once('/').map(|(domain, _)| domain).filter(|domain| !domain.is_empty());
    let hybrid = domain.is_some_and(|domain| {
        domain.eq_ignore_ascii_case(INTERNAL) || domain.eq_ignore_ascii_case(APPLICATION)
    });
    let everyone = role::is_everyone(typed);
    let role = role::find(tx, tenant, typed)?;
    let counted_for = domain.unwrap_or(PRIMARY).to_owned();
    let filter = match (filter, domain) {
        (None, None) if limit != 0 => "/*".to_owned(),
        (None, _) => {
            return Err(Error::refused(
                "Error occurred while accessing Java Security Manager Privilege Block",
            ));
        }
        (Some(filter), None) if limit != 0 => ["/", filter].concat(),
        (Some(filter), Some(domain))
            if !hybrid && !filter.to_lowercase().starts_with(&domain.to_lowercase()) =>
        {
            [domain, "/", filter].concat()
        }
        (Some(filter), _) => filter.to_owned(),
    };
    let mut found = if limit == 0 && !everyone {
        let read_only = user::is_read_only(tx, tenant, &counted_for.to_uppercase())?;
        let members = match role {
            Some(role) => members(tx, tenant, role, if filter.is_empty() { "*" } else { &filter })?,
            None => Vec::new(),
        };
        let row = |(domain, name): (String, String)| Row {
            id: 0,
            name: shown(&domain, &name),
            display_name: None,
            domain: None,
            kind: None,
            selected: true,
            editable: !read_only,
        };
        members.into_iter().map(row).collect()
    } else {
        let limit = if limit == 0 { -1 } else { limit };
        users_ticked(tx, realm, tenant, &filter, limit, role)?.rows
    };
    for row in &mut found {
        row.selected |= everyone;
        if limit == 0 {
            row.display_name = Some(row.name.clone());
        }
    }
    if limit == 0 {
        found.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    }
    // Only stores can have more; the roles beside them are none (IS 5.3.0 finds no limit for `Internal`).
    Ok(Listing::counted(realm.policy.list_limit, found, |_| (!hybrid).then(|| counted_for.clone())))
}

#[cfg(test)]
mod tests;
