//! The tree of permissions that the console shows for ticking (IS 5.3.0, UserRealmProxy). Which permissions there are is
//! shipped data; granting does not ask this tree.
//!
//! A tenant of its own sees the part below `/permission/admin`. The original adds the branch of applications once one of
//! them brought permissions along, which nothing here does.

use super::{Error, TenantId, permission};
use crate::store::Tx;
use std::sync::LazyLock;

const SHIPPED: &str = include_str!("../../schemas/data/permissions.tsv");

/// A permission with those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Name for people.
    pub name: String,
    /// Its path; the root's ends with a slash.
    pub path: String,
    /// Whether the role that was asked about holds it.
    pub selected: bool,
    /// The permissions directly below.
    pub children: Vec<Node>,
}

/// Path and name of every permission, parents before children.
static ENTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    SHIPPED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .map(|(path, name)| (path, name.trim()))
        .collect()
});

/// The tree as a tenant sees it, nothing ticked.
#[must_use]
pub fn all(tenant: TenantId) -> Node {
    tree(tenant, &|_| false)
}

/// The tree with what a role holds ticked. Everything below a ticked permission is ticked; a role that does not exist
/// holds nothing.
///
/// # Errors
/// Failures of the database.
pub fn of_role(tx: &mut Tx<'_>, tenant: TenantId, role: &str) -> Result<Node, Error> {
    let held = permission::HeldByRole::read(tx, tenant, role)?;
    Ok(tree(tenant, &|path| held.covers(path)))
}

fn tree(tenant: TenantId, is_held: &dyn Fn(&str) -> bool) -> Node {
    let root = if tenant == TenantId::SUPER { "/permission" } else { "/permission/admin" };
    let name = ENTRIES.iter().find(|(path, _)| *path == root).map_or("", |(_, name)| name);
    let mut tree = node(root, name, is_held, false);
    tree.path.push('/');
    tree
}

fn node(path: &str, name: &str, is_held: &dyn Fn(&str) -> bool, above: bool) -> Node {
    let selected = above || is_held(path);
    let is_child = |other: &str| {
        let rest = other.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
        rest.is_some_and(|rest| !rest.contains('/'))
    };
    let children = ENTRIES
        .iter()
        .filter(|(other, _)| is_child(other))
        .map(|(path, name)| node(path, name, is_held, selected))
        .collect();
    Node { name: name.to_owned(), path: path.to_owned(), selected, children }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;
    use crate::domain::role;

    fn find<'n>(node: &'n Node, path: &str) -> &'n Node {
        fn search<'n>(node: &'n Node, path: &str) -> Option<&'n Node> {
            if node.path == path {
                return Some(node);
            }
            node.children.iter().find_map(|child| search(child, path))
        }
        search(node, path).unwrap_or_else(|| panic!("no {path}"))
    }

    fn count(node: &Node) -> usize {
        1 + node.children.iter().map(count).sum::<usize>()
    }

    #[test]
    fn every_shipped_permission_stands_in_the_tree_once_and_is_not_ticked() {
        let tree = all(SUPER);
        assert_eq!((tree.path.as_str(), tree.name.as_str()), ("/permission/", "All Permissions"));
        assert_eq!(count(&tree), ENTRIES.len());
        let children: Vec<&str> = tree.children.iter().map(|child| child.path.as_str()).collect();
        assert_eq!(children, ["/permission/admin", "/permission/applications", "/permission/protected"]);
        assert_eq!(find(&tree, "/permission/admin/login").name, "Login");
        assert!(!find(&tree, "/permission/admin/login").selected);
    }

    #[test]
    fn another_tenant_sees_the_branch_of_administrators_only() {
        let tree = all(TenantId(1));
        assert_eq!((tree.path.as_str(), tree.name.as_str()), ("/permission/admin/", "Admin Permissions"));
        assert!(tree.children.iter().any(|child| child.path == "/permission/admin/manage"));
    }

    #[test]
    fn what_a_role_holds_is_ticked_with_everything_below_it() {
        let world = World::new();
        let realm = std::sync::Arc::clone(&world.realm);
        world.write(move |tx| {
            let admin = admin(tx, SUPER)?;
            let grant = role::Grant {
                resource: "/permission/admin/manage/identity/usermgt".into(),
                action: permission::EXECUTE.into(),
            };
            role::add(tx, START, &realm, &admin, "helpers", &[], &[grant])
        });
        let tree = world.read(|tx| of_role(tx, SUPER, "helpers"));
        assert!(find(&tree, "/permission/admin/manage/identity/usermgt").selected);
        assert!(find(&tree, "/permission/admin/manage/identity/usermgt/list").selected);
        assert!(!find(&tree, "/permission/admin/manage/identity").selected);
        assert!(!tree.selected);
        let all = world.read(|tx| of_role(tx, SUPER, "admin"));
        assert!(all.selected && find(&all, "/permission/protected/server-admin/homepage").selected);
        let none = world.read(|tx| of_role(tx, SUPER, "nobody"));
        assert_eq!(none, super::all(SUPER));
    }
}
