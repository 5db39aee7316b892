use super::*;
use crate::domain::fixture::*;
use crate::domain::permission;

fn names(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn adds(world: &World, role: &'static str, members: &[&str], grants: &[&str]) -> Option<String> {
    let members = names(members);
    let grants: Vec<Grant> = grants
        .iter()
        .map(|path| Grant { resource: (*path).to_owned(), action: permission::EXECUTE.to_owned() })
        .collect();
    as_admin(world, SUPER, move |tx, now, realm, actor| add(tx, now, realm, actor, role, &members, &grants))
        .err()
}

fn deletes(world: &World, role: &'static str) -> Option<String> {
    as_admin(world, SUPER, move |tx, now, _, actor| delete(tx, now, actor, role)).err()
}

fn renames(world: &World, from: &'static str, to: &'static str) -> Option<String> {
    as_admin(world, SUPER, move |tx, now, realm, actor| rename(tx, now, realm, actor, from, to)).err()
}

fn sets_roles(world: &World, user: &'static str, deleted: &[&str], added: &[&str]) -> Option<String> {
    let (deleted, added) = (names(deleted), names(added));
    as_admin(world, SUPER, move |tx, now, _, actor| update_of_user(tx, now, actor, user, &deleted, &added))
        .err()
}

fn sets_members(world: &World, role: &'static str, deleted: &[&str], added: &[&str]) -> Option<String> {
    let (deleted, added) = (names(deleted), names(added));
    as_admin(world, SUPER, move |tx, now, _, actor| update_members(tx, now, actor, role, &deleted, &added))
        .err()
}

fn roles(world: &World, user: &str) -> Vec<String> {
    let user = world.find(user);
    world.read(|tx| of_user(tx, &user))
}

fn members_of(world: &World, role: &str) -> Vec<String> {
    world.read(|tx| members(tx, &world.realm, SUPER, role))
}

fn may(world: &World, user: &str, path: &str) -> bool {
    let user = world.find(user);
    world.read(|tx| permission::authorized(tx, SUPER, user.id, &[path]))
}

#[test]
fn a_new_role_gives_its_members_its_permissions() {
    let world = World::new();
    assert_eq!(adds(&world, "test role", &["tom", ""], &["/Permission/Admin/Login"]), None);
    assert_eq!(roles(&world, "tom"), ["test role", "Internal/everyone"]);
    assert_eq!(members_of(&world, "TEST ROLE"), ["tom"], "letter case does not count");
    assert!(may(&world, "tom", "/permission/admin/login"), "paths are kept in lower case");
    assert!(!may(&world, "tom", "/permission/admin/manage"));
}

#[test]
fn a_role_name_that_breaks_the_pattern_is_refused_with_the_pattern() {
    let world = World::new();
    for name in ["ab", "no#good", "", "   ", "PRIMARY/", "Internal/", "Internal/  "] {
        let refusal = adds(&world, name, &[], &[]).unwrap();
        assert!(
            refusal.starts_with("InvalidRole Role name not valid. ") && refusal.ends_with("{3,30}$"),
            "{refusal}"
        );
    }
    assert_eq!(adds(&world, "Internal/x", &[], &[]), None, "hybrid roles have no pattern");
}

#[test]
fn a_role_of_a_store_that_is_not_there_is_refused() {
    let world = World::new();
    assert_eq!(adds(&world, "NOWHERE/readers", &[], &[]).as_deref(), Some("Invalid Domain Name"));
    world.second_store("EMP");
    assert_eq!(adds(&world, "emp/readers", &[], &[]), None);
    assert!(world.read(|tx| exists(tx, SUPER, "EMP/Readers")));
    assert!(!world.read(|tx| exists(tx, SUPER, "readers")), "the same name elsewhere is another role");
}

#[test]
fn a_name_that_is_taken_is_refused_whatever_its_letter_case() {
    let world = World::new();
    adds(&world, "readers", &[], &[]);
    let taken = " in the system. Please pick another role name.";
    assert_eq!(adds(&world, "Readers", &[], &[]), Some(format!("RoleExisting Role name: Readers{taken}")));
    adds(&world, "Internal/readers", &[], &[]);
    assert_eq!(adds(&world, "internal/READERS", &[], &[]), Some(format!("Role name: READERS{taken}")));
}

#[test]
fn a_role_with_a_member_who_is_not_there_is_not_added() {
    let world = World::new();
    let refusal = adds(&world, "readers", &["tom", "nobody", "zoe"], &[]);
    assert_eq!(refusal.as_deref(), Some("'nobody zoe' not in the user store."));
    assert!(!world.read(|tx| exists(tx, SUPER, "readers")));
}

#[test]
fn a_deleted_role_takes_memberships_and_permissions_along() {
    let world = World::new();
    adds(&world, "readers", &["tom"], &["/permission/admin/login"]);
    assert_eq!(deletes(&world, "READERS"), None);
    assert_eq!(roles(&world, "tom"), ["Internal/everyone"]);
    assert!(!may(&world, "tom", "/permission/admin/login"));
    adds(&world, "readers", &[], &[]);
    assert!(members_of(&world, "readers").is_empty(), "a new role of the name starts empty");
}

#[test]
fn admin_and_everyone_stay_what_they_are() {
    let world = World::new();
    for typed in ["admin", "ADMIN", "primary/admin"] {
        assert_eq!(deletes(&world, typed).as_deref(), Some("Cannot delete admin role"));
        assert_eq!(renames(&world, typed, "chiefs").as_deref(), Some("Cannot rename admin role"));
    }
    assert_eq!(deletes(&world, "internal/everyone").as_deref(), Some("Cannot delete everyone role"));
    assert_eq!(renames(&world, EVERYONE, "all").as_deref(), Some("Cannot rename everyone role"));
    adds(&world, "readers", &[], &[]);
    assert_eq!(renames(&world, "readers", EVERYONE).as_deref(), Some("Cannot rename everyone role"));
    assert_eq!(sets_members(&world, EVERYONE, &[], &["tom"]).as_deref(), Some("Cannot update everyone role"));
    let refusal = Some("Everyone role cannot be updated");
    assert_eq!(sets_roles(&world, "tom", &[EVERYONE], &[]).as_deref(), refusal);
    assert_eq!(sets_roles(&world, "tom", &[], &["internal/EVERYONE"]).as_deref(), refusal);
}

#[test]
fn the_first_administrator_stays_in_the_admin_role_and_others_may_leave() {
    let world = World::new();
    sets_members(&world, "admin", &[], &["tom"]);
    for typed in ["admin", "PRIMARY/Admin"] {
        let by_role = sets_members(&world, typed, &["ADMIN"], &[]).unwrap();
        assert_eq!(by_role, "RemoveAdminUser Cannot remove Admin user from Admin role");
    }
    let by_user = sets_roles(&world, "admin", &["Admin"], &[]).unwrap();
    assert_eq!(by_user, "Cannot remove Admin user from Admin role");
    assert_eq!(members_of(&world, "admin"), ["admin", "tom"]);
    assert_eq!(sets_roles(&world, "tom", &["admin"], &[]), None);
    assert_eq!(members_of(&world, "admin"), ["admin"]);
}

#[test]
fn a_renamed_role_keeps_its_members_and_permissions() {
    let world = World::new();
    adds(&world, "readers", &["tom"], &["/permission/admin/login"]);
    assert_eq!(renames(&world, "readers", "Readers"), None, "another letter case is another name");
    assert_eq!(renames(&world, "Readers", "writers"), None);
    assert_eq!(roles(&world, "tom"), ["writers", "Internal/everyone"]);
    assert!(may(&world, "tom", "/permission/admin/login"));
    assert!(!world.read(|tx| exists(tx, SUPER, "readers")));
}

#[test]
fn a_role_is_renamed_only_within_its_domain_to_a_good_name_that_is_free() {
    let world = World::new();
    adds(&world, "readers", &[], &[]);
    adds(&world, "writers", &[], &[]);
    adds(&world, "Internal/hybrid", &[], &[]);
    adds(&world, "Internal/second", &[], &[]);
    for (from, to, refusal) in [
        ("readers", "WRITERS", "Role name: WRITERS in the system. Please pick another role name."),
        (
            "readers",
            "PRIMARY/writers",
            "Role name: PRIMARY/writers in the system. Please pick another role name.",
        ),
        (
            "Internal/hybrid",
            "internal/Second",
            "Role name: Second in the system. Please pick another role name.",
        ),
        ("readers", "Internal/readers", "The role cannot be renamed"),
        ("Internal/hybrid", "PRIMARY/hybrid", "The role cannot be renamed"),
        ("nothing", "something", "The role: nothing does not exist."),
        ("nothing", "writers", "Role name: writers in the system. Please pick another role name."),
    ] {
        assert_eq!(renames(&world, from, to).as_deref(), Some(refusal), "{from} to {to}");
    }
    for (from, to) in [("readers", "x"), ("Internal/hybrid", ""), ("Internal/hybrid", "Internal/")] {
        assert!(renames(&world, from, to).unwrap().starts_with("InvalidRole "), "{from} to {to}");
    }
    assert_eq!(renames(&world, "Internal/hybrid", "h"), None);
    assert!(world.read(|tx| exists(tx, SUPER, "Internal/h")));
}

#[test]
fn roles_of_a_user_are_taken_and_given_together_or_not_at_all() {
    let world = World::new();
    adds(&world, "readers", &["tom"], &[]);
    adds(&world, "writers", &[], &[]);
    assert_eq!(sets_roles(&world, "tom", &["readers"], &["writers", "admin"]), None);
    assert_eq!(roles(&world, "tom"), ["admin", "writers", "Internal/everyone"]);
    let refusal = sets_roles(&world, "tom", &["writers"], &["nothing"]);
    assert_eq!(refusal.as_deref(), Some("The role: nothing does not exist."));
    let refusal = sets_roles(&world, "TOM", &["writers"], &["admin"]);
    assert_eq!(refusal.as_deref(), Some("User: tom already belongs to role: cn=admin"));
    adds(&world, "Internal/staff", &["tom"], &[]);
    let refusal = sets_roles(&world, "tom", &["writers"], &["Internal/staff"]);
    assert_eq!(refusal.as_deref(), Some("Error occurred while updating hybrid role list of user : tom"));
    assert_eq!(sets_roles(&world, "tom", &["Internal/staff"], &[]), None);
    assert_eq!(roles(&world, "tom"), ["admin", "writers", "Internal/everyone"], "nothing of it was done");
    let refusal = sets_roles(&world, "nobody", &[], &["writers"]);
    assert_eq!(refusal.as_deref(), Some("UserNotFound: User nobodydoes not exist in: PRIMARY"));
}

#[test]
fn members_who_are_not_there_change_nothing() {
    let world = World::new();
    adds(&world, "readers", &["tom"], &[]);
    let refusal = sets_members(&world, "readers", &["tom"], &["nobody"]);
    assert_eq!(refusal.as_deref(), Some("'nobody' not in the user store."));
    assert_eq!(members_of(&world, "readers"), ["tom"]);
    let refusal = sets_members(&world, "nothing", &[], &["tom"]);
    assert_eq!(refusal.as_deref(), Some("The role: nothing does not exist."));
    assert_eq!(sets_members(&world, "readers", &[], &["tom"]), None, "who is in may be put in again");
    assert_eq!(sets_members(&world, "readers", &["tom"], &["admin"]), None);
    assert_eq!(members_of(&world, "readers"), ["admin"]);
}

#[test]
fn users_and_roles_go_together_in_one_store_and_with_hybrid_roles() {
    let world = World::new();
    world.second_store("EMP");
    let namesake = world.user_in(SUPER, "EMP", "tom");
    world.user_in(SUPER, "EMP", "eve");
    for role in ["readers", "EMP/readers", "Internal/staff"] {
        assert_eq!(adds(&world, role, &[], &[]), None);
    }
    // A bare name is one of the store of whom it goes together with.
    assert_eq!(sets_roles(&world, "EMP/tom", &[], &["readers", "Internal/staff"]), None);
    assert_eq!(world.read(|tx| of_user(tx, &namesake)), ["EMP/readers", "Internal/staff", EVERYONE]);
    assert_eq!(sets_members(&world, "EMP/readers", &["tom"], &["eve"]), None);
    assert_eq!(members_of(&world, "EMP/readers"), ["EMP/eve"]);
    assert_eq!(adds(&world, "EMP/writers", &["tom"], &[]), None);
    assert_eq!(members_of(&world, "EMP/writers"), ["EMP/tom"]);
    assert_eq!(sets_members(&world, "Internal/staff", &[], &["tom"]), None);
    assert_eq!(members_of(&world, "Internal/staff"), ["tom", "EMP/tom"], "one store after the other");
    // What is of another store is not there.
    for (user, role) in [("tom", "EMP/readers"), ("EMP/tom", "PRIMARY/readers"), ("EMP/tom", "admin")] {
        let refusal = sets_roles(&world, user, &[], &[role]);
        assert_eq!(refusal, Some(format!("The role: {role} does not exist.")), "{user}");
    }
    for (role, user) in [("readers", "EMP/eve"), ("EMP/readers", "PRIMARY/tom"), ("EMP/readers", "admin")] {
        let refusal = Some(format!("'{user}' not in the user store."));
        assert_eq!(sets_members(&world, role, &[], &[user]), refusal, "{role}");
    }
    let missing = |typed: &str| world.store.read(|tx| existing(tx, SUPER, "EMP", &names(&[typed])));
    assert_eq!(missing("readers").unwrap(), [world.read(|tx| find(tx, SUPER, "EMP/readers")).unwrap()]);
    assert_eq!(missing("admin").unwrap_err().to_string(), "External role is not exist : admin");
    // Who got such a role before can lose it.
    let id = namesake.id.0;
    world.write(move |tx| {
        let admin = find(tx, SUPER, "admin")?.unwrap();
        Ok(store::role::add_member(tx, admin, id)?)
    });
    assert_eq!(sets_roles(&world, "EMP/tom", &["admin"], &[]), None);
    assert_eq!(members_of(&world, "admin"), ["admin"]);
    let listed = world.read(|tx| list(tx, &world.realm, SUPER));
    let of_stores: Vec<_> = listed.iter().filter(|role| !role.starts_with("Internal")).collect();
    assert_eq!(of_stores, ["admin", "readers", "EMP/readers", "EMP/writers"], "one store after the other");
}

#[test]
fn everybody_is_one_of_everyone_up_to_the_stores_limit() {
    let world = World::with(|policy| policy.list_limit = 3);
    for name in ["amy", "bob"] {
        world.user(name);
    }
    assert_eq!(members_of(&world, "internal/everyone"), ["admin", "amy", "bob"]);
    assert!(members_of(&world, "nothing").is_empty(), "an unknown role has nobody");
    assert!(world.read(|tx| exists(tx, SUPER, EVERYONE)));
}

#[test]
fn lists_name_the_stores_roles_first_and_limit_only_those() {
    let world = World::with(|policy| policy.role_list_limit = 2);
    for role in ["readers", "writers", "Internal/one", "Internal/two", "Application/app"] {
        assert_eq!(adds(&world, role, &[], &[]), None);
    }
    let listed = world.read(|tx| list(tx, &world.realm, SUPER));
    let (stores, hybrids) = listed.split_at(2);
    assert_eq!(stores, ["admin", "readers"]);
    assert_eq!(hybrids, world.read(|tx| hybrid(tx, SUPER)));
    for role in ["Internal/everyone", "Internal/one", "Internal/two", "Application/app"] {
        assert!(hybrids.iter().any(|known| known == role), "{role} is not in {hybrids:?}");
    }
}

#[test]
fn of_a_list_of_roles_the_one_that_is_missing_is_named_with_its_kind() {
    let world = World::new();
    adds(&world, "readers", &[], &[]);
    let find_all = |roles: &[&str]| world.store.read(|tx| existing(tx, SUPER, PRIMARY, &names(roles)));
    assert_eq!(find_all(&["readers", "Internal/Everyone", "admin"]).unwrap().len(), 2, "everyone is no row");
    assert_eq!(find_all(&["", " "]).unwrap().len(), 0, "no role is meant by no name");
    for (role, refusal) in [
        ("nothing", "External role is not exist : nothing"),
        ("internal/nothing", "Internal role is not exist : nothing"),
        ("Application/nothing", "Internal role is not exist : Application/nothing"),
    ] {
        assert_eq!(find_all(&["readers", role]).unwrap_err().to_string(), refusal);
    }
}

#[test]
fn a_tenants_roles_are_its_own() {
    let world = World::new();
    let other = world.tenant("acme.example");
    adds(&world, "readers", &[], &[]);
    assert!(!world.read(|tx| exists(tx, other, "readers")));
    let refusal = as_admin(&world, other, |tx, now, _, actor| delete(tx, now, actor, "readers"));
    assert_eq!(refusal.unwrap_err(), "Can not delete non exiting role");
    assert!(world.read(|tx| exists(tx, SUPER, "readers")));
}
