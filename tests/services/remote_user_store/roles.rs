//! Roles and who has them.

use super::*;

fn roles_of(caller: &Caller, user: &str) -> Vec<String> {
    sorted(caller, "getRoleListOfUser", &[("userName", user)])
}

fn members(caller: &Caller, role: &str) -> Vec<String> {
    sorted(caller, "getUserListOfRole", &[("roleName", role)])
}

#[test]
fn roles_are_added_renamed_and_deleted() {
    let world = World::new(&[]);
    let admin = world.admin();
    let exists = |name: &str| one(&admin, "isExistingRole", &[("roleName", name)]).unwrap();
    admin.add_role("desk", &[TOM], &["/permission/admin/manage/identity/usermgt"]);
    admin.add_role("Internal/staff", &[TOM], &[]);
    for name in ["desk", "DESK", "PRIMARY/desk", "Internal/staff", "Internal/everyone"] {
        assert_eq!(exists(name), "true", "{name}");
    }
    for name in ["staff", "Internal/desk", "NOWHERE/desk", ""] {
        assert_eq!(exists(name), "false", "{name}");
    }
    assert_eq!(refused(&admin, "isExistingRole", &[]), "unknown");
    assert_eq!(
        sorted(&admin, "getRoleNames", &[]),
        ["Internal/everyone", "Internal/staff", "admin", "desk", "test role"]
    );
    assert_eq!(sorted(&admin, "getHybridRoles", &[]), ["Internal/everyone", "Internal/staff"]);
    for (arguments, text) in [
        (
            &[("roleName", "desk")][..],
            "RoleExisting Role name: desk in the system. Please pick another role name.",
        ),
        (&[("roleName", "Internal/staff")], "Role name: staff in the system. Please pick another role name."),
        (&[("roleName", "NOWHERE/desk")], "Invalid Domain Name"),
        (
            &[("roleName", "new"), ("userList", "nobody"), ("userList", TOM)],
            "'nobody' not in the user store.",
        ),
    ] {
        assert_eq!(refused_void(&admin, "addRole", arguments), text);
    }
    let bad = "InvalidRole Role name not valid. Role name must be a non null string with following format, ";
    for name in ["", "  ", "ab", &"x".repeat(31)] {
        assert!(refused_void(&admin, "addRole", &[("roleName", name)]).starts_with(bad), "{name}");
    }
    assert!(refused_void(&admin, "addRole", &[]).starts_with(bad));
    assert_eq!(exists("new"), "false", "refused, so not there");

    let rename = |from: &'static str, to: &'static str| [("roleName", from), ("newRoleName", to)];
    accepted(&admin, "updateRoleName", &rename("desk", "office"));
    assert_eq!((exists("desk").as_str(), exists("office").as_str()), ("false", "true"));
    assert_eq!(members(&admin, "office"), [TOM]);
    let allowed = "<ser:isUserAuthorized><ser:userName>tom</ser:userName>\
        <ser:resourceId>/permission/admin/manage/identity/usermgt/list</ser:resourceId>\
        <ser:action>ui.execute</ser:action></ser:isUserAuthorized>";
    let may =
        || admin.results("RemoteAuthorizationManagerService", "isUserAuthorized", allowed).remove(0).text;
    assert_eq!(may(), "true", "permissions follow");
    for (from, to, text) in [
        ("admin", "boss", "Cannot rename admin role"),
        ("office", "ADMIN", "Cannot rename admin role"),
        ("NOWHERE/office", "NOWHERE/desk", "Invalid Domain Name"),
        ("office", "NOWHERE/desk", "Invalid Domain Name"),
        ("office", "Internal/everyone", "Cannot rename everyone role"),
        ("office", "Internal/office", "The role cannot be renamed"),
        ("office", "test role", "Role name: test role in the system. Please pick another role name."),
        ("nothing", "something", "The role: nothing does not exist."),
    ] {
        assert_eq!(refused_void(&admin, "updateRoleName", &rename(from, to)), text);
    }
    assert_eq!(refused_void(&admin, "updateRoleName", &[("roleName", "office")]), "unknown");
    assert_eq!(refused_void(&admin, "updateRoleName", &[("newRoleName", "office")]), "unknown");

    accepted(&admin, "deleteRole", &[("roleName", "office")]);
    assert_eq!((exists("office").as_str(), may().as_str()), ("false", "false"));
    assert_eq!(roles_of(&admin, TOM), ["Internal/everyone", "Internal/staff", "test role"]);
    for (name, text) in [
        ("office", "Can not delete non exiting role"),
        ("NOWHERE/office", "Invalid Domain Name"),
        ("admin", "Cannot delete admin role"),
        ("Internal/everyone", "Cannot delete everyone role"),
    ] {
        assert_eq!(refused_void(&admin, "deleteRole", &[("roleName", name)]), text);
    }
    assert_eq!(refused_void(&admin, "deleteRole", &[]), "unknown");
    assert_eq!(
        sorted(&admin, "getRoleNames", &[]),
        ["Internal/everyone", "Internal/staff", "admin", "test role"]
    );
}

#[test]
fn a_user_gets_and_loses_roles_in_one_request() {
    let world = World::new(&[]);
    let admin = world.admin();
    for role in ["desk", "Internal/staff"] {
        admin.add_role(role, &[], &[]);
    }
    let update = |user: &'static str, deleted: &[&'static str], new: &[&'static str]| {
        let mut arguments = vec![("userName", user)];
        arguments.extend(deleted.iter().map(|role| ("deletedRoles", *role)));
        arguments.extend(new.iter().map(|role| ("newRoles", *role)));
        arguments
    };
    accepted(&admin, "updateRoleListOfUser", &update(TOM, &["test role"], &["desk", "Internal/staff"]));
    let after = ["Internal/everyone", "Internal/staff", "desk"];
    assert_eq!(roles_of(&admin, TOM), after);
    for (arguments, text) in [
        (update(TOM, &["desk"], &["Internal/everyone"]), "Everyone role cannot be updated"),
        (update(TOM, &["Internal/everyone"], &[]), "Everyone role cannot be updated"),
        (update(TOM, &["desk"], &["none"]), "The role: none does not exist."),
        (update(TOM, &["Internal/staff"], &["desk"]), "User: tom already belongs to role: cn=desk"),
        (
            update("nobody", &[], &["Internal/everyone"]),
            "UserNotFound: User nobodydoes not exist in: PRIMARY",
        ),
        (update("admin", &["admin"], &[]), "Cannot remove Admin user from Admin role"),
        (update(TOM, &[], &[])[1..].to_vec(), "unknown"),
    ] {
        assert_eq!(refused_void(&admin, "updateRoleListOfUser", &arguments), text);
    }
    assert_eq!(roles_of(&admin, TOM), after, "a refused request changes nothing");
    for nothing in [update(TOM, &[], &[]), update(TOM, &[""], &[" ", ""])] {
        accepted(&admin, "updateRoleListOfUser", &nothing);
        assert_eq!(roles_of(&admin, TOM), after);
    }
    let twice = update(TOM, &["desk", "desk", ""], &["test role", "", "TEST ROLE", "PRIMARY/test role"]);
    accepted(&admin, "updateRoleListOfUser", &twice);
    assert_eq!(roles_of(&admin, TOM), ["Internal/everyone", "Internal/staff", "test role"]);
    assert_eq!(roles_of(&admin, "nobody"), ["Internal/everyone"], "so says the original of anybody");
    assert_eq!(refused(&admin, "getRoleListOfUser", &[]), "unknown");
}

#[test]
fn a_role_gets_and_loses_members_in_one_request() {
    let world = world_with_sales();
    let admin = world.admin();
    admin.add_user("ann", OLD, &[]);
    admin.add_role("Internal/staff", &[], &[]);
    let update = |role: &'static str, deleted: &[&'static str], new: &[&'static str]| {
        let mut arguments = vec![("roleName", role)];
        arguments.extend(deleted.iter().map(|user| ("deletedUsers", *user)));
        arguments.extend(new.iter().map(|user| ("newUsers", *user)));
        arguments
    };
    accepted(&admin, "updateUserListOfRole", &update("Internal/staff", &[], &[TOM, "SALES/sue"]));
    assert_eq!(members(&admin, "Internal/staff"), ["SALES/sue", TOM]);
    accepted(&admin, "updateUserListOfRole", &update("Internal/staff", &[TOM], &["ann"]));
    let after = ["SALES/sue", "ann"];
    assert_eq!(members(&admin, "Internal/staff"), after);
    for (arguments, text) in [
        (update("Internal/staff", &["ann"], &["nobody", "none"]), "'nobody none' not in the user store."),
        (update("none", &[], &[TOM]), "The role: none does not exist."),
        (update("Internal/everyone", &[], &[TOM]), "Cannot update everyone role"),
        (update("admin", &["admin"], &[]), "RemoveAdminUser Cannot remove Admin user from Admin role"),
        (update("Internal/staff", &[], &["NOWHERE/tom"]), "Invalid Domain Name"),
        (update("NOWHERE/staff", &[], &[TOM]), "Invalid Domain Name"),
        (vec![("newUsers", TOM)], "unknown"),
    ] {
        assert_eq!(refused_void(&admin, "updateUserListOfRole", &arguments), text);
    }
    assert_eq!(members(&admin, "Internal/staff"), after, "a refused request changes nothing");
    assert_eq!(members(&admin, "admin"), ["admin"]);
    assert_eq!(members(&admin, "Internal/everyone"), ["SALES/sue", "admin", "ann", TOM]);
    assert_eq!(members(&admin, "none"), [""; 0]);
    assert_eq!(refused(&admin, "getUserListOfRole", &[("roleName", "NOWHERE/none")]), "Invalid Domain Name");
    assert_eq!(refused(&admin, "getUserListOfRole", &[]), "unknown");
}
