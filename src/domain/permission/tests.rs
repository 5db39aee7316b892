use super::*;
use crate::domain::fixture::World;
use crate::domain::{Actor, tenant};

fn entries<'a>(entries: &'a [(&'a str, bool)]) -> impl Iterator<Item = (&'a str, bool)> {
    entries.iter().copied()
}

#[test]
fn a_grant_covers_what_is_below_and_nothing_beside() {
    let held = [("/permission/admin/manage", true)];
    for (path, allowed) in [
        ("/permission/admin/manage/identity/usermgt", Some(true)),
        ("/permission/admin/manage", Some(true)),
        ("/permission/admin/manage/", Some(true)),
        ("permission/admin/manage", Some(true)),
        ("/permission/admin/managers", None),
        ("/permission/admin/login", None),
    ] {
        assert_eq!(decide(entries(&held), path), allowed, "{path}");
    }
    assert_eq!(decide(entries(&[]), "/permission"), None);
    assert_eq!(decide(entries(&[("/", true)]), "/permission/admin"), Some(true));
    for nothing in ["", " ", "\n"] {
        assert_eq!(decide(entries(&[(nothing, true)]), "/permission/admin"), None, "{nothing:?}");
        assert!(!is_reserved(nothing));
    }
    let list = |some: &[&str]| condensed(some.iter().map(|one| (*one).to_owned()).collect());
    assert_eq!(list(&["", "/permission", "/permission/admin", " "]), ["/permission"]);
}

#[test]
fn the_nearest_entry_of_a_role_decides_and_a_denial_wins_there() {
    let held = [("/permission/", true), ("/permission/admin/manage", false)];
    assert_eq!(decide(entries(&held), "/permission/admin/login"), Some(true));
    assert_eq!(decide(entries(&held), "/permission/admin/manage/identity"), Some(false));
    let both = [("/permission/admin", true), ("/permission/admin/", false)];
    assert_eq!(decide(entries(&both), "/permission/admin/login"), Some(false));
    let other_way = [("/permission/admin", false), ("/permission/admin/", true)];
    assert_eq!(decide(entries(&other_way), "/permission/admin/login"), Some(false));
}

#[test]
fn an_action_goes_by_several_names_in_any_letter_case() {
    assert_eq!(action("UI.Execute"), Some("ui.execute"));
    assert_eq!(action("write"), Some("add"));
    assert_eq!(action("http://www.wso2.org/projects/registry/actions/get"), Some("get"));
    assert_eq!(action("changePermission"), Some("changepermission"));
    assert_eq!(action("fly"), None);
    assert_eq!(action(""), None);
}

#[test]
fn only_a_direct_child_is_hidden_behind_the_entry_before_it() {
    let list = |paths: &[&str]| shortened(paths.iter().map(|path| (*path).to_owned()).collect());
    assert_eq!(list(&["/a", "/a/b", "/a/c", "/d"]), ["/a", "/d"]);
    assert_eq!(list(&["/a", "/a/b", "/a/b/c"]), ["/a", "/a/b/c"]);
    assert_eq!(list(&["login", "manage"]), ["login", "manage"]);
}

/// The super tenant's server, somebody with roles, and what to grant them.
struct Grants {
    world: World,
    actor: Actor,
}

impl Grants {
    fn new() -> Self {
        let world = World::new();
        let actor = world.read(|tx| Ok(Actor::system(&tenant::by_id(tx, TenantId::SUPER)?.unwrap())));
        let grants = Self { world, actor };
        for role in ["clerks", "guests"] {
            let (realm, actor) = (grants.world.realm.clone(), grants.actor.clone());
            let now = grants.world.now();
            grants.world.write(move |tx| role::add(tx, now, &realm, &actor, role, &["tom".to_owned()], &[]));
        }
        grants
    }

    fn set(&self, holder: Holder, resource: &'static str, allowed: bool) {
        let (actor, now) = (self.actor.clone(), self.world.now());
        self.world.write(move |tx| set(tx, now, &actor, &holder, resource, EXECUTE, allowed));
    }

    fn tom_may(&self, resource: &str) -> bool {
        self.world.read(|tx| user_authorized(tx, TenantId::SUPER, "tom", resource, EXECUTE))
    }

    fn resources(&self, user: &str, root: Option<&str>) -> Vec<String> {
        self.world.read(|tx| resources_of_user(tx, TenantId::SUPER, user, root))
    }
}

fn role(name: &str) -> Holder {
    Holder::Role(name.to_owned())
}

fn user(name: &str) -> Holder {
    Holder::User(name.to_owned())
}

#[test]
fn one_role_that_allows_is_enough() {
    let grants = Grants::new();
    grants.set(role("clerks"), "/permission/admin", true);
    grants.set(role("guests"), "/permission/admin/manage", false);
    assert!(grants.tom_may("/permission/admin/manage/identity"));
    grants.set(role("clerks"), "/permission/admin/manage", false);
    assert!(!grants.tom_may("/permission/admin/manage/identity"));
    assert!(grants.tom_may("/permission/admin/login"));
}

#[test]
fn a_denial_by_name_takes_nothing_away_that_a_role_allows() {
    let grants = Grants::new();
    grants.set(user("tom"), "/permission/admin/login", true);
    assert!(grants.tom_may("/permission/admin/login"));
    grants.set(user("tom"), "/permission/admin/login", false);
    assert!(!grants.tom_may("/permission/admin/login"));
    grants.set(role("clerks"), "/permission/admin", true);
    assert!(grants.tom_may("/permission/admin/login"));
}

#[test]
fn somebody_who_does_not_exist_is_one_of_everyone() {
    let grants = Grants::new();
    let may = |name: &str| {
        grants.world.read(|tx| user_authorized(tx, TenantId::SUPER, name, "/shop/window", EXECUTE))
    };
    assert!(!may("nobody") && !may("NOWHERE/nobody"));
    grants.set(role("Internal/everyone"), "/shop", true);
    assert!(may("nobody") && may("NOWHERE/nobody") && may("tom"));
    assert!(may(SYSTEM_USER));
    assert_eq!(
        grants.world.read(|tx| roles_for(tx, TenantId::SUPER, "/shop/window", EXECUTE, true)),
        ["INTERNAL/everyone"]
    );
}

#[test]
fn the_resources_of_a_user_are_those_that_somebody_was_granted() {
    let grants = Grants::new();
    grants.set(role("clerks"), "/permission/admin/login", true);
    grants.set(role("guests"), "/permission/admin/login/extra", true);
    grants.set(user("tom"), "/permission/admin/monitor", true);
    assert_eq!(grants.resources("tom", None), ["/permission/admin/login", "/permission/admin/monitor"]);
    assert_eq!(grants.resources("tom", Some("monitor")), ["/permission/admin/monitor"]);
    assert_eq!(grants.resources("nobody", None), [""; 0]);
    assert_eq!(
        grants.resources("admin", Some("/permission")),
        ["/permission", "/permission/admin/login", "/permission/admin/monitor"]
    );
}

#[test]
fn another_tenant_may_nothing_that_is_protected_even_when_it_was_granted() {
    let grants = Grants::new();
    let acme = grants.world.tenant("acme.example");
    let actor = grants.world.read(|tx| Ok(Actor::system(&tenant::by_id(tx, acme)?.unwrap())));
    let now = grants.world.now();
    grants.world.write(move |tx| set(tx, now, &actor, &role("admin"), "/permission", EXECUTE, true));
    let may = |resource: &str| grants.world.read(|tx| user_authorized(tx, acme, "admin", resource, EXECUTE));
    assert!(may("/permission/admin/manage"));
    for closed in ["/permission/protected", "permission/protected/server-admin", "/Permission/Protected/x"] {
        assert!(!may(closed), "{closed}");
    }
    assert!(
        grants.world.read(|tx| { role_authorized(tx, acme, "admin", "/permission/admin/login", EXECUTE) })
    );
    assert!(!grants.world.read(|tx| role_authorized(tx, acme, "nobody", "/permission", EXECUTE)));
}

#[test]
fn grants_are_handed_over_and_forgotten() {
    let grants = Grants::new();
    grants.set(role("clerks"), "/permission/admin/login", true);
    grants.set(role("clerks"), "/x", true);
    grants.set(role("guests"), "/x", false);
    let (actor, now) = (grants.actor.clone(), grants.world.now());
    grants.world.write(move |tx| hand_over(tx, now, &actor, "clerks", "guests"));
    let roles = |resource: &str, allowed| {
        grants.world.read(|tx| roles_for(tx, TenantId::SUPER, resource, EXECUTE, allowed))
    };
    assert_eq!(roles("/permission/admin/login", true), ["admin", "guests"]);
    assert_eq!(roles("/x", true), ["guests"]);
    assert_eq!(roles("/x", false), [""; 0]);
    let actor = grants.actor.clone();
    grants.world.write(move |tx| clear_everywhere(tx, now, &actor, "guests", "UI.EXECUTE"));
    assert_eq!(roles("/x", true), [""; 0]);
    assert!(!grants.tom_may("/permission/admin/login"));
}
