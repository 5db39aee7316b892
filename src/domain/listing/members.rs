//! Lists of the users of a role.

use super::{Listing, Row, like_filter, users_ticked};
use crate::domain::name::{PRIMARY, shown};
use crate::domain::user;
use crate::domain::{Error, Realm, TenantId, role};
use crate::store::Tx;
use crate::store::listing::{self as rows, Search};

/// Members and names up to which it is worth counting what is fewer.
const WORTH_COUNTING: i64 = 10_000;

/// Domains and names of the members of a role whose shown names match a filter: found among the members, or among the
/// users whose names begin as the filter does, whichever are fewer.
pub(super) fn members(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    role: i64,
    filter: &str,
) -> Result<Vec<(String, String)>, Error> {
    let (prefix, pattern) = like_filter(filter);
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

/// The members of a role, ticked. A role that does not exist has none.
fn ticked_members(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    role: Option<i64>,
    filter: &str,
    domain: &str,
) -> Result<Vec<Row>, Error> {
    let read_only = user::is_read_only(tx, tenant, &domain.to_uppercase())?;
    let members = match role {
        Some(role) => members(tx, tenant, role, filter)?,
        None => Vec::new(),
    };
    let row = |(domain, name): (String, String)| Row {
        name: shown(&domain, &name),
        selected: true,
        editable: !read_only,
        ..Row::default()
    };
    Ok(members.into_iter().map(row).collect())
}

/// The filter as it is meant for a role of a store: where everybody who could be in it is asked for, a bare one means the
/// primary store, and one without the store of the role means that. `domain` is the store, if one was typed.
fn meant(filter: Option<&str>, domain: Option<&str>, hybrid: bool, limit: i64) -> Result<String, Error> {
    match (filter, domain) {
        (None, None) if limit != 0 => Ok("/*".to_owned()),
        (None, _) => Err(Error::unforeseen()),
        (Some(filter), None) if limit != 0 => Ok(["/", filter].concat()),
        (Some(filter), Some(domain))
            if !hybrid && !filter.to_lowercase().starts_with(&domain.to_lowercase()) =>
        {
            Ok([domain, "/", filter].concat())
        }
        (Some(filter), _) => Ok(filter.to_owned()),
    }
}

/// The users of a role. Without a limit of zero those who could be in it, its members ticked; with it only the members.
///
/// # Errors
/// As [`super::users`]; and of a missing filter, as the original fails.
pub fn users_of_role(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    typed: &str,
    filter: Option<&str>,
    limit: i64,
) -> Result<Listing, Error> {
    let domain = typed.split_once('/').map(|(domain, _)| domain).filter(|domain| !domain.is_empty());
    let hybrid = domain.is_some_and(|domain| role::is_hybrid(&domain.to_uppercase()));
    let everyone = role::is_everyone(typed);
    let role = role::find(tx, tenant, typed)?;
    let counted_for = domain.unwrap_or(PRIMARY);
    let filter = meant(filter, domain, hybrid, limit)?;
    let mut found = if limit == 0 && !everyone {
        ticked_members(tx, tenant, role, &filter, counted_for)?
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
    Ok(Listing::counted(realm.policy.list_limit, found, |_| (!hybrid).then(|| counted_for.to_owned())))
}
