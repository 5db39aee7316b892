//! What roles and many users at once may execute, and which of it makes administrators.

use super::{EXECUTE, PROTECTED, decide, is_below, is_blank, is_closed, one_allows, shortened, trimmed};
use crate::domain::{Error, TenantId, UserId, role};
use crate::store::grant::GrantRow;
use crate::store::{self, Tx};
use std::collections::{HashMap, HashSet};

/// Whoever may execute one of these is an administrator.
pub const ADMINISTRATOR: [&str; 2] = ["/permission", "/permission/admin"];

/// What a role holds, to be asked for many permissions.
#[derive(Debug)]
pub struct HeldByRole(Vec<GrantRow>);

impl HeldByRole {
    /// Reads it by the name that was typed; a role that does not exist holds nothing.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn read(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<Self, Error> {
        Ok(Self(match role::find(tx, tenant, name)? {
            Some(id) => store::grant::of_role(tx, id, EXECUTE)?,
            None => Vec::new(),
        }))
    }

    /// Whether the role may execute a permission.
    #[must_use]
    pub fn covers(&self, permission: &str) -> bool {
        one_allows(&self.0, &permission.to_lowercase())
    }

    /// The entries that stay when the role is to hold `ticked` of the `shown` permissions and no other of them: what is
    /// denied or allowed elsewhere, and does not cover one of the others.
    #[must_use]
    pub fn beside(self, shown: &[String], ticked: &[String]) -> Vec<GrantRow> {
        let plain = |paths: &[String]| -> HashSet<String> {
            paths.iter().map(|path| trimmed(path).to_lowercase()).collect()
        };
        let ticked = plain(ticked);
        let mut others = plain(shown);
        others.retain(|path| !ticked.contains(path));
        let mut entries = self.0;
        entries.retain(|entry| {
            let resource = trimmed(&entry.resource);
            let gives = || entry.allowed && others.iter().any(|other| is_below(other, resource));
            !ticked.contains(resource) && !gives()
        });
        entries
    }

    /// Whether its members are administrators.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        ADMINISTRATOR.iter().any(|permission| self.covers(permission))
    }
}

/// The roles of a tenant that may execute a permission, by key.
///
/// # Errors
/// Failures of the database.
pub fn roles_authorized(tx: &mut Tx<'_>, tenant: TenantId, permission: &str) -> Result<HashSet<i64>, Error> {
    let permission = permission.to_lowercase();
    let grants = store::grant::to_roles(tx, tenant.0, EXECUTE)?;
    let allows = |own: &&[store::grant::NamedRow]| {
        let entries = own.iter().map(|grant| (grant.resource.as_str(), grant.allowed));
        decide(entries, &permission) == Some(true)
    };
    let by_role = grants.chunk_by(|one, next| one.holder == next.holder);
    Ok(by_role.filter(allows).filter_map(<[_]>::first).map(|grant| grant.holder).collect())
}

/// Those of these users who may execute a permission.
///
/// # Errors
/// Failures of the database.
pub fn users_authorized(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    users: &[UserId],
    permission: &str,
) -> Result<HashSet<UserId>, Error> {
    let permission = permission.to_lowercase();
    if users.is_empty() || is_closed(tenant, &permission) {
        return Ok(HashSet::new());
    }
    // Nobody has this key; what reaches him reaches everyone.
    let of_everyone = store::grant::of_user(tx, tenant.0, 0, EXECUTE)?;
    if one_allows(&of_everyone, &permission) {
        return Ok(users.iter().copied().collect());
    }
    let ids: Vec<i64> = users.iter().map(|user| user.0).collect();
    let mut by_user: HashMap<UserId, Vec<GrantRow>> = HashMap::new();
    for (user, grant) in store::grant::of_users(tx, &ids, EXECUTE)? {
        by_user.entry(UserId(user)).or_default().push(grant);
    }
    by_user.retain(|_, grants| one_allows(grants, &permission));
    Ok(by_user.into_keys().collect())
}

/// Whether who is granted this becomes an administrator, or gets at what only the super tenant has; however it is written.
#[must_use]
pub fn is_reserved(granted: &str) -> bool {
    let granted = granted.to_lowercase();
    let covers = |permission: &str| decide([(granted.as_str(), true)].into_iter(), permission) == Some(true);
    ADMINISTRATOR.into_iter().chain([PROTECTED]).any(covers)
}

/// A list of permissions without repetitions and without those that another one covers, or that name nothing.
#[must_use]
pub fn condensed(mut permissions: Vec<String>) -> Vec<String> {
    permissions.retain(|permission| !is_blank(permission));
    permissions.sort_unstable();
    permissions.dedup();
    shortened(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_what_is_ticked_stays_what_gives_no_other_permission_of_those_that_were_shown() {
        let entries = [
            ("/permission", true),
            ("/permission/admin/", true),
            ("/permission/admin/a", true),
            ("/permission/admin/b", false),
            ("/permission/admin/c", false),
            ("/permission/admin/a/own", true),
            ("/permission/elsewhere", true),
        ];
        let grant =
            |(resource, allowed): (&str, bool)| GrantRow { role: None, resource: resource.into(), allowed };
        let shown =
            ["/permission/admin/", "/permission/admin/a", "/permission/admin/B", "/permission/admin/c"];
        let shown = shown.map(str::to_owned);
        let staying = |ticked: &[&str]| {
            let ticked: Vec<String> = ticked.iter().map(|path| (*path).to_owned()).collect();
            let staying = HeldByRole(entries.map(grant).to_vec()).beside(&shown, &ticked);
            staying.into_iter().map(|entry| (entry.resource, entry.allowed)).collect::<Vec<_>>()
        };
        let texts = |some: &[(&str, bool)]| {
            some.iter().map(|(text, on)| ((*text).to_owned(), *on)).collect::<Vec<_>>()
        };
        let [root, _, _, b, c, own, elsewhere] = entries;
        assert_eq!(staying(&["/permission/admin/a"]), texts(&[b, c, own, elsewhere]));
        assert_eq!(
            staying(&["/permission/admin/B"]),
            texts(&[c, own, elsewhere]),
            "what is ticked is not denied"
        );
        let all: Vec<&str> = shown.iter().map(String::as_str).collect();
        assert_eq!(staying(&all), texts(&[root, own, elsewhere]));
        assert_eq!(staying(&[]), texts(&[b, c, own, elsewhere]));
    }
}
