//! Permissions: paths of a tree, granted or denied to roles and users. A grant covers everything below it; the nearest
//! entry above a path decides, and a path without one is denied (IS 5.3.0, JDBCAuthorizationManager).

use super::{Error, TenantId, UserId};
use crate::store::{self, Tx};

/// The action that the admin services check.
pub const EXECUTE: &str = "ui.execute";
/// What every signed-in user of the console and the dashboard holds.
pub const LOGIN: &str = "/permission/admin/login";

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
    let grants = store::role::grants_of_user(tx, tenant.0, user.0, EXECUTE)?;
    Ok(permissions.iter().any(|permission| {
        let permission = permission.to_lowercase();
        let protected = is_below(&permission, "/permission/protected");
        (!protected || tenant == TenantId::SUPER) && decide(&grants, &permission)
    }))
}

/// The nearest node with an entry decides; a denial there beats an allowance.
fn decide(grants: &[(String, bool)], permission: &str) -> bool {
    let applying = grants.iter().filter(|(resource, _)| is_below(permission, trimmed(resource)));
    let Some(nearest) = applying.clone().map(|(resource, _)| trimmed(resource).len()).max() else {
        return false;
    };
    applying.filter(|(resource, _)| trimmed(resource).len() == nearest).all(|(_, allowed)| *allowed)
}

fn trimmed(resource: &str) -> &str {
    resource.strip_suffix('/').unwrap_or(resource)
}

fn is_below(path: &str, ancestor: &str) -> bool {
    path.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(entries: &[(&str, bool)]) -> Vec<(String, bool)> {
        entries.iter().map(|(resource, allowed)| ((*resource).to_owned(), *allowed)).collect()
    }

    #[test]
    fn a_grant_covers_what_is_below_and_nothing_beside() {
        let held = grants(&[("/permission/admin/manage", true)]);
        assert!(decide(&held, "/permission/admin/manage/identity/usermgt"));
        assert!(decide(&held, "/permission/admin/manage"));
        assert!(!decide(&held, "/permission/admin/managers"));
        assert!(!decide(&held, "/permission/admin/login"));
        assert!(!decide(&[], "/permission"));
    }

    #[test]
    fn the_nearest_entry_decides_and_a_denial_wins_there() {
        let held = grants(&[("/permission/", true), ("/permission/admin/manage", false)]);
        assert!(decide(&held, "/permission/admin/login"));
        assert!(!decide(&held, "/permission/admin/manage/identity"));
        let both = grants(&[("/permission/admin", true), ("/permission/admin", false)]);
        assert!(!decide(&both, "/permission/admin/login"));
    }
}
