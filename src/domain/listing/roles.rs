//! Lists of roles: all, and those of a user.

use super::{Kind, Listing, Row, domain_of, like_filter, limited};
use crate::domain::name::{APPLICATION, INTERNAL, PRIMARY, QualifiedName, folded, shown};
use crate::domain::user::{self, UserStore, stores_of_filter};
use crate::domain::{Error, Realm, TenantId, User, UserId, role};
use crate::store::Tx;
use crate::store::listing::{self as rows, Search};

/// Roles of the user stores that match a filter, each store sorted.
fn external_roles(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: &str,
    limit: i64,
    user: Option<UserId>,
) -> Result<Vec<Row>, Error> {
    let (stores, filter) = stores_of_filter(tx, tenant, filter)?;
    let (prefix, pattern) = like_filter(filter);
    let mut found = Vec::new();
    for UserStore { domain, read_only } in stores {
        let search = Search { tenant: tenant.0, domain: &domain, prefix: &prefix, pattern: &pattern, limit };
        let mut roles = rows::roles(tx, search, "", user.map(|user| user.0))?;
        roles.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        found.extend(roles.into_iter().map(|role| Row {
            id: role.id,
            name: shown(&domain, &role.name),
            kind: Some(Kind::External),
            selected: role.member,
            editable: !read_only,
            ..Row::default()
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
    let (prefix, pattern) = like_filter(filter);
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
                kind: Some(kind),
                editable: true,
                ..Row::default()
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
    let limit = limited(realm.policy.role_list_limit, limit);
    let external = external_roles(tx, tenant, filter, limit, None)?;
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
    roles_of_user_up_to(tx, realm.policy.role_list_limit, tenant, typed, filter, limit)
}

/// As [`roles_of_user`], of a store as many roles as `most` says: whoever ticks roles has to see them.
///
/// # Errors
/// [`Error::UnknownDomain`].
pub fn roles_of_user_up_to(
    tx: &mut Tx<'_>,
    most: i64,
    tenant: TenantId,
    typed: &str,
    filter: &str,
    limit: i64,
) -> Result<Listing, Error> {
    let domain = typed.split_once('/').map(|(domain, _)| domain).filter(|domain| !domain.is_empty());
    let counted_for = domain.unwrap_or(PRIMARY);
    let user = user::look_up(tx, tenant, typed)?;
    let counted = |rows| Listing::counted(most, rows, |_| Some(counted_for.to_owned()));
    if limit == 0 {
        return Ok(counted(own_roles(tx, tenant, user.as_ref(), filter, counted_for)?));
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
        Some(filter) => external_roles(tx, tenant, &filter, limited(most, limit), id)?,
        None => Vec::new(),
    };
    for row in &mut external {
        row.domain = domain.map(str::to_owned);
        row.kind = None;
    }
    let mut found = counted(external);
    if let Some(filter) = hybrid {
        found.rows.extend(hybrid_roles(tx, tenant, filter, id)?.into_iter().map(|row| Row {
            domain: Some("Internal".to_owned()),
            kind: None,
            ..row
        }));
    }
    Ok(found)
}

/// The roles that a user of a store has, ticked.
fn own_roles(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    user: Option<&User>,
    filter: &str,
    domain: &str,
) -> Result<Vec<Row>, Error> {
    let names = match user {
        Some(user) => role::of_user(tx, user)?,
        None => vec![role::EVERYONE.to_owned()],
    };
    let read_only = user::is_read_only(tx, tenant, &domain.to_uppercase())?;
    let row = |name: String| Row {
        editable: !read_only || is_hybrid(&name),
        name,
        selected: true,
        ..Row::default()
    };
    Ok(names.into_iter().filter(|name| is_asked_for(name, filter)).map(row).collect())
}

fn is_hybrid(name: &str) -> bool {
    role::is_hybrid(QualifiedName::parse(name).domain_or_primary())
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
pub(super) fn matches(pattern: &str, text: &str) -> bool {
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
