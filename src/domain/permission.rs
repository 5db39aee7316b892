//! Permissions: paths of a tree, allowed or denied to roles and, rarely, to users by name. An entry covers everything
//! below it; of the entries of one role the nearest above a path decides, and a path without one is not allowed
//! (IS 5.3.0, JDBCAuthorizationManager). One role that allows is enough, whatever another denies, and a denial to the
//! user by name takes nothing away that a role allows.

use super::name::{PRIMARY, SYSTEM_USER, lowered};
use super::{Error, TenantId, UserId, role, user};
use crate::store::grant::{GrantRow, NamedRow};
use crate::store::{self, Tx};
use std::sync::Arc;

mod grant;
mod held;

pub use grant::{Holder, clear_all, clear_everywhere, clear_one, clear_resource, hand_over, set};
pub use held::{ADMINISTRATOR, HeldByRole, condensed, is_reserved, roles_authorized, users_authorized};

/// The action that the admin services check.
pub const EXECUTE: &str = "ui.execute";
/// What every signed-in user of the console and the dashboard holds.
pub const LOGIN: &str = "/permission/admin/login";
/// Below this nobody of another tenant than the super tenant may do anything.
const PROTECTED: &str = "/permission/protected";

/// Actions by every name that the original takes for them; the first is the one that is kept.
const ACTIONS: &[&[&str]] = &[
    &[EXECUTE],
    &["get", "read", "http://www.wso2.org/projects/registry/actions/get"],
    &["add", "write", "http://www.wso2.org/projects/registry/actions/add"],
    &["delete", "http://www.wso2.org/projects/registry/actions/delete"],
    &["edit"],
    &["login"],
    &["manage-configuration"],
    &["manage-lc-configuration"],
    &["manage-security"],
    &["upload-services"],
    &["manage-services"],
    &["manage-mediation"],
    &["monitor-system"],
    &["authorize"],
    &["delegate-identity"],
    &["invoke-service"],
    &["subscribe"],
    &["publish"],
    &["browse"],
    &["consume"],
    &["changepermission"],
    &["sendmessage"],
    &["receivemessage"],
    &["deletemessage"],
    &["changemessagevisibility"],
    &["getqueueattributes"],
];

/// The name under which an action is kept; none for what is no action.
#[must_use]
pub fn action(typed: &str) -> Option<&'static str> {
    let known = |names: &&&[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(typed));
    ACTIONS.iter().find(known).and_then(|names| names.first().copied())
}

/// Whether a user may execute any of these permissions. Only the super tenant has `/permission/protected`.
///
/// # Errors
/// Failures of the database.
pub fn authorized(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    user: UserId,
    permissions: &[&str],
) -> Result<bool, Error> {
    let grants = store::grant::of_user(tx, tenant.0, user.0, EXECUTE)?;
    Ok(permissions.iter().any(|permission| {
        let permission = lowered(permission);
        !is_closed(tenant, &permission) && one_allows(&grants, &permission)
    }))
}

/// Whether a user, by the name that was typed, may do something with a resource. Somebody who does not exist is still
/// one of everyone.
///
/// # Errors
/// Failures of the database.
pub fn user_authorized(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    name: &str,
    resource: &str,
    action: &str,
) -> Result<bool, Error> {
    if name == SYSTEM_USER {
        return Ok(true);
    }
    let resource = resource.to_lowercase();
    Ok(!is_closed(tenant, &resource) && one_allows(&reaching(tx, tenant, name, action)?, &resource))
}

/// What reaches a user by the name that was typed.
fn reaching(tx: &mut Tx<'_>, tenant: TenantId, name: &str, action: &str) -> Result<Arc<[GrantRow]>, Error> {
    let id = match user::look_up(tx, tenant, name) {
        Ok(user) => user.map_or(0, |user| user.id.0),
        Err(Error::UnknownDomain) => 0,
        Err(error) => return Err(error),
    };
    Ok(store::grant::of_user(tx, tenant.0, id, action)?)
}

/// Whether a role, by the name that was typed, may do something with a resource. One that does not exist may nothing.
///
/// # Errors
/// Failures of the database.
pub fn role_authorized(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    name: &str,
    resource: &str,
    action: &str,
) -> Result<bool, Error> {
    let Some(id) = role::find(tx, tenant, name)? else { return Ok(false) };
    Ok(one_allows(&store::grant::of_role(tx, id, action)?, &resource.to_lowercase()))
}

/// The roles that the entries above a resource allow it to, or deny it to. Names of other stores than the primary one
/// carry the domain in capitals here, `INTERNAL/everyone` among them.
///
/// # Errors
/// Failures of the database.
pub fn roles_for(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    resource: &str,
    action: &str,
    allowed: bool,
) -> Result<Vec<String>, Error> {
    Ok(holders(&store::grant::to_roles(tx, tenant.0, action)?, &resource.to_lowercase(), allowed))
}

/// The users that the entries above a resource allow it to by name, or deny it to.
///
/// # Errors
/// Failures of the database.
pub fn users_for(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    resource: &str,
    action: &str,
    allowed: bool,
) -> Result<Vec<String>, Error> {
    Ok(holders(&store::grant::to_users(tx, tenant.0, action)?, &resource.to_lowercase(), allowed))
}

/// Of the resources that anybody in the tenant was granted for execution, those a user may execute and whose path
/// contains `root`. A resource directly below the one listed before it is left out.
///
/// # Errors
/// Failures of the database.
pub fn resources_of_user(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    name: &str,
    root: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut resources: Vec<String> = store::grant::to_roles(tx, tenant.0, EXECUTE)?
        .into_iter()
        .chain(store::grant::to_users(tx, tenant.0, EXECUTE)?)
        .map(|grant| grant.resource)
        .filter(|resource| root.is_none_or(|root| resource.contains(root)) && !is_closed(tenant, resource))
        .collect();
    resources.sort_unstable();
    resources.dedup();
    if name != SYSTEM_USER {
        let grants = reaching(tx, tenant, name, EXECUTE)?;
        resources.retain(|resource| one_allows(&grants, resource));
    }
    Ok(shortened(resources))
}

/// Leaves out of a sorted list what lies directly below the entry kept last (IS 5.3.0, `optimizePermissions`).
fn shortened(sorted: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for resource in sorted {
        let parent = resource.rsplit_once('/').map(|(parent, _)| parent);
        if parent.is_none() || parent != kept.last().map(String::as_str) {
            kept.push(resource);
        }
    }
    kept
}

fn is_closed(tenant: TenantId, resource: &str) -> bool {
    tenant != TenantId::SUPER && is_below(trimmed(resource), trimmed(PROTECTED))
}

/// Whether one of the roles, or the user by name, is allowed.
fn one_allows(grants: &[GrantRow], resource: &str) -> bool {
    let mut holders: Vec<Option<i64>> = grants.iter().map(|grant| grant.role).collect();
    holders.sort_unstable();
    holders.dedup();
    holders.into_iter().any(|holder| {
        let own = grants.iter().filter(|grant| grant.role == holder);
        decide(own.map(|grant| (grant.resource.as_str(), grant.allowed)), resource) == Some(true)
    })
}

/// The names, each once and in the order they come, of those for whom the decision is `allowed`.
fn holders(grants: &[NamedRow], resource: &str, allowed: bool) -> Vec<String> {
    grants
        .chunk_by(|one, next| one.holder == next.holder)
        .filter(|own| {
            let entries = own.iter().map(|grant| (grant.resource.as_str(), grant.allowed));
            decide(entries, resource) == Some(allowed)
        })
        .filter_map(<[NamedRow]>::first)
        .map(|first| match first.domain.as_str() {
            PRIMARY => first.name.clone(),
            domain => [domain, "/", &first.name].concat(),
        })
        .collect()
}

/// The nearest node with an entry decides; a denial there beats an allowance. None without an entry.
fn decide<'a>(grants: impl Iterator<Item = (&'a str, bool)>, resource: &str) -> Option<bool> {
    let resource = trimmed(resource);
    let mut nearest: Option<(usize, bool)> = None;
    let named = grants.filter(|(granted, _)| !is_blank(granted));
    for (granted, allowed) in named.map(|(granted, allowed)| (trimmed(granted), allowed)) {
        if is_below(resource, granted) {
            nearest = match nearest {
                Some((depth, _)) if depth > granted.len() => nearest,
                Some((depth, other)) if depth == granted.len() => Some((depth, other && allowed)),
                _ => Some((granted.len(), allowed)),
            };
        }
    }
    nearest.map(|(_, allowed)| allowed)
}

/// Whether a path names nothing, not even the root, which is `/`. Scripts send an empty element where they mean no
/// permission.
pub(super) fn is_blank(resource: &str) -> bool {
    resource.trim().is_empty()
}

/// A path without the slash at its beginning and end: the tree does not know them.
fn trimmed(resource: &str) -> &str {
    let resource = resource.strip_prefix('/').unwrap_or(resource);
    resource.strip_suffix('/').unwrap_or(resource)
}

/// Whether a path is at or below another; everything is below the root, which is nothing.
pub(super) fn is_below(path: &str, ancestor: &str) -> bool {
    ancestor.is_empty()
        || path.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests;
