//! The tree of permissions that the console shows for ticking (IS 5.3.0, UserRealmProxy). Which permissions there are is
//! shipped data; granting does not ask this tree. Applications add theirs.
//!
//! A tenant of its own sees the part below `/permission/admin`, and that of applications once one of them brought
//! permissions along.

use super::{Error, TenantId, application, permission};
use crate::store::Tx;
use std::collections::HashSet;
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
///
/// # Errors
/// Failures of the database.
pub fn all(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Node, Error> {
    Ok(tree(tenant, &entries(tx, tenant)?, &|_| false))
}

/// What is ticked below a root that a role holds, where something there is denied to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BelowRoot {
    /// Everything (IS 5.3.0).
    Everything,
    /// What the role may execute: whoever changes ticks has to see what holds.
    OnlyHeld,
}

/// The tree with what a role may execute ticked. A role that does not exist holds nothing.
///
/// # Errors
/// Failures of the database.
pub fn of_role(tx: &mut Tx<'_>, tenant: TenantId, role: &str, below: BelowRoot) -> Result<Node, Error> {
    let held = permission::HeldByRole::read(tx, tenant, role)?;
    let root = if tenant == TenantId::SUPER { SUPER_ROOT } else { ROOT };
    let is_whole = below == BelowRoot::Everything && held.covers(root);
    Ok(tree(tenant, &entries(tx, tenant)?, &|path| {
        held.covers(path) || (is_whole && permission::is_below(path, root))
    }))
}

/// What is shipped, and what applications of the tenant add.
fn entries(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<(String, String)>, Error> {
    let shipped = ENTRIES.iter().map(|(path, name)| ((*path).to_owned(), (*name).to_owned()));
    Ok(shipped.chain(application::permissions_of_tenant(tx, tenant)?).collect())
}

/// Whether a path is ticked.
type IsTicked<'t> = &'t dyn Fn(&str) -> bool;

const SUPER_ROOT: &str = "/permission";
const ROOT: &str = "/permission/admin";

fn tree(tenant: TenantId, entries: &[(String, String)], is_ticked: IsTicked<'_>) -> Node {
    let named = |path: &str| node(entries, path, name_of(entries, path), is_ticked);
    if tenant == TenantId::SUPER {
        let root = named(SUPER_ROOT);
        return Node { path: [SUPER_ROOT, "/"].concat(), ..root };
    }
    let path = [ROOT, "/"].concat();
    let has_applications = entries.iter().any(|(path, _)| is_child(application::PERMISSIONS, path));
    if !has_applications {
        return Node { path, ..named(ROOT) };
    }
    // IS 5.3.0 calls the root that holds both like the first of them.
    let children: Vec<Node> = [ROOT, application::PERMISSIONS].into_iter().map(named).collect();
    let selected = children.iter().all(|child| child.selected);
    Node { name: name_of(entries, SUPER_ROOT).to_owned(), path, selected, children }
}

fn name_of<'e>(entries: &'e [(String, String)], path: &str) -> &'e str {
    entries.iter().find(|(known, _)| known == path).map_or("", |(_, name)| name)
}

fn is_child(path: &str, other: &str) -> bool {
    let rest = other.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| !rest.contains('/'))
}

fn node(entries: &[(String, String)], path: &str, name: &str, is_ticked: IsTicked<'_>) -> Node {
    let children = entries
        .iter()
        .filter(|(other, _)| is_child(path, other))
        .map(|(path, name)| node(entries, path, name, is_ticked))
        .collect();
    Node { name: name.to_owned(), path: path.to_owned(), selected: is_ticked(path), children }
}

impl Node {
    /// The paths that ticks on a form without scripts mean, given the tree that the form showed. There, a tick does not
    /// spread by itself: a node that is newly ticked stands for everything below it; one whose tick was taken away takes
    /// everything below along, unless something was changed there; and one that keeps its tick is only full while
    /// nothing below it lost its own (IS 5.3.0 sends full nodes, parents included). What had no tick below one that stays
    /// gets none.
    #[must_use]
    pub fn chosen(&self, ticked: &HashSet<&str>) -> Vec<String> {
        let mut paths = Vec::new();
        self.collect(ticked, &mut paths);
        paths
    }

    fn collect(&self, ticked: &HashSet<&str>, paths: &mut Vec<String>) {
        let is_ticked = ticked.contains(self.path.as_str());
        match (self.selected, is_ticked) {
            (false, true) => self.everything(paths),
            (true, true) if !self.lost_below(ticked) => {
                paths.push(self.path.clone());
                self.children.iter().for_each(|child| child.collect(ticked, paths));
            }
            (true, false) if !self.children.is_empty() && !self.lost_below(ticked) => {}
            _ => self.children.iter().for_each(|child| child.collect(ticked, paths)),
        }
    }

    fn lost_below(&self, ticked: &HashSet<&str>) -> bool {
        self.children.iter().any(|child| {
            (child.selected && !ticked.contains(child.path.as_str())) || child.lost_below(ticked)
        })
    }

    fn everything(&self, paths: &mut Vec<String>) {
        paths.push(self.path.clone());
        self.children.iter().for_each(|child| child.everything(paths));
    }

    /// The paths of this node and all below it.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut paths = Vec::new();
        self.everything(&mut paths);
        paths
    }

    /// Whether a path is in the tree.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.path == path || self.children.iter().any(|child| child.has(path))
    }
}

#[cfg(test)]
mod tests {
    use super::BelowRoot::{Everything, OnlyHeld};
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
        let tree = World::new().read(|tx| all(tx, SUPER));
        assert_eq!((tree.path.as_str(), tree.name.as_str()), ("/permission/", "All Permissions"));
        assert_eq!(count(&tree), ENTRIES.len());
        let children: Vec<&str> = tree.children.iter().map(|child| child.path.as_str()).collect();
        assert_eq!(children, ["/permission/admin", "/permission/applications", "/permission/protected"]);
        assert_eq!(find(&tree, "/permission/admin/login").name, "Login");
        assert!(!find(&tree, "/permission/admin/login").selected);
    }

    #[test]
    fn another_tenant_sees_the_branch_of_administrators_only() {
        let world = World::new();
        let acme = world.tenant("acme.com");
        let tree = world.read(|tx| all(tx, acme));
        assert_eq!((tree.path.as_str(), tree.name.as_str()), ("/permission/admin/", "Admin Permissions"));
        assert!(tree.children.iter().any(|child| child.path == "/permission/admin/manage"));
    }

    #[test]
    fn what_applications_bring_along_stands_below_them_in_their_tenant() {
        let world = World::new();
        let acme = world.tenant("acme.com");
        let new = application::New {
            name: "https://shop.example".into(),
            permissions: vec!["orders/read".into(), "orders/write".into()],
            ..application::New::default()
        };
        let grant = role::Grant {
            resource: "/permission/applications/https://shop.example/orders".into(),
            action: permission::EXECUTE.into(),
        };
        as_admin(&world, acme, move |tx, now, realm, actor| {
            application::create(tx, now, realm, actor, &new)?;
            role::add(tx, now, realm, actor, "clerks", &[], &[grant])
        })
        .unwrap();
        let tree = world.read(|tx| of_role(tx, acme, "clerks", Everything));
        assert_eq!((tree.path.as_str(), tree.name.as_str()), ("/permission/admin/", "All Permissions"));
        let children: Vec<&str> = tree.children.iter().map(|child| child.path.as_str()).collect();
        assert_eq!(children, ["/permission/admin", "/permission/applications"]);
        let read = find(&tree, "/permission/applications/https://shop.example/orders/read");
        assert_eq!((read.name.as_str(), read.selected), ("read", true));
        assert!(!find(&tree, "/permission/applications").selected && !tree.selected);
        let others = world.read(|tx| all(tx, SUPER));
        assert!(find(&others, "/permission/applications").children.is_empty());
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
        let tree = world.read(|tx| of_role(tx, SUPER, "helpers", Everything));
        assert!(find(&tree, "/permission/admin/manage/identity/usermgt").selected);
        assert!(find(&tree, "/permission/admin/manage/identity/usermgt/list").selected);
        assert!(!find(&tree, "/permission/admin/manage/identity").selected);
        assert!(!tree.selected);
        let all = world.read(|tx| of_role(tx, SUPER, "admin", Everything));
        assert!(all.selected && find(&all, "/permission/protected/server-admin/homepage").selected);
        let none = world.read(|tx| of_role(tx, SUPER, "nobody", Everything));
        assert_eq!(none, world.read(|tx| super::all(tx, SUPER)));
    }

    #[test]
    fn what_is_denied_to_a_role_is_ticked_only_below_a_root_that_it_holds() {
        let world = World::new();
        let manage = "/permission/admin/manage";
        let denied = "/permission/admin/manage/identity";
        let made = as_admin(&world, SUPER, move |tx, now, realm, admin| {
            for (name, resource) in [("helpers", manage), ("rulers", "/permission")] {
                let grant = role::Grant { resource: resource.into(), action: permission::EXECUTE.into() };
                role::add(tx, now, realm, admin, name, &[], &[grant])?;
                let holder = permission::Holder::Role(name.into());
                permission::set(tx, now, admin, &holder, denied, permission::EXECUTE, false)?;
            }
            Ok(())
        });
        made.unwrap();
        let is_ticked = |tree: &Node, path: &str| find(tree, path).selected;
        let below = "/permission/admin/manage/identity/usermgt";
        let helpers = world.read(|tx| of_role(tx, SUPER, "helpers", Everything));
        assert!(is_ticked(&helpers, manage) && is_ticked(&helpers, "/permission/admin/manage/extensions"));
        assert!(!is_ticked(&helpers, denied) && !is_ticked(&helpers, below));
        let rulers = world.read(|tx| of_role(tx, SUPER, "rulers", Everything));
        assert!(is_ticked(&rulers, denied) && is_ticked(&rulers, below));
        let held = world.read(|tx| of_role(tx, SUPER, "rulers", OnlyHeld));
        assert!(is_ticked(&held, manage) && !is_ticked(&held, denied) && !is_ticked(&held, below));
    }

    #[test]
    fn ticks_mean_what_somebody_without_scripts_would_mean_by_them() {
        let leaf = |path: &str, selected| Node {
            name: String::new(),
            path: path.into(),
            selected,
            children: Vec::new(),
        };
        let tree = |all: bool, one: bool| Node {
            children: vec![leaf("/p/a", all || one), leaf("/p/b", all)],
            ..leaf("/p", all)
        };
        let chosen = |tree: &Node, ticks: &[&str]| tree.chosen(&ticks.iter().copied().collect()).join(" ");
        assert_eq!(chosen(&tree(false, false), &["/p"]), "/p /p/a /p/b", "a new tick spreads");
        assert_eq!(chosen(&tree(false, false), &["/p/a"]), "/p/a");
        assert_eq!(chosen(&tree(false, true), &["/p/a", "/p"]), "/p /p/a /p/b");
        assert_eq!(chosen(&tree(false, true), &[]), "");
        assert_eq!(chosen(&tree(true, false), &["/p", "/p/a", "/p/b"]), "/p /p/a /p/b", "nothing changed");
        assert_eq!(chosen(&tree(true, false), &["/p", "/p/b"]), "/p/b", "one below was taken away");
        assert_eq!(chosen(&tree(true, false), &["/p/a", "/p/b"]), "", "the whole branch was taken away");
        assert_eq!(chosen(&tree(true, false), &["/p/b"]), "/p/b");
        assert_eq!(chosen(&tree(true, false), &[]), "");
        assert_eq!(chosen(&leaf("/p", true), &[]), "");
        let mut denied = tree(true, true);
        denied.children[1].selected = false;
        assert_eq!(chosen(&denied, &["/p", "/p/a"]), "/p /p/a", "nothing changed, and nothing is given");
        assert_eq!(chosen(&denied, &["/p", "/p/a", "/p/b"]), "/p /p/a /p/b");
        assert_eq!(chosen(&denied, &["/p"]), "");
    }
}
