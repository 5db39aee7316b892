//! Roles: their names, members and permissions.

use super::*;

#[test]
fn roles_are_added_renamed_and_deleted() {
    let world = world();
    let admin = world.admin();
    let role = [
        ("roleName", "umRole7_1"),
        ("userList", TOM),
        ("permissions", "login"),
        ("permissions", LOGIN),
        ("isSharedRole", "false"),
    ];
    accepted(&admin, "addRole", &role);
    assert_eq!(
        refused_robust(&admin, "addRole", &role),
        "RoleExisting Role name: umRole7_1 in the system. Please pick another role name."
    );
    accepted(&admin, "addInternalRole", &[("roleName", "manager_1"), ("userList", TOM)]);
    accepted(&admin, "addInternalRole", &[("roleName", "Application/shop")]);
    assert_eq!(
        refused_robust(&admin, "addInternalRole", &[("roleName", "manager_1")]),
        "Role name: manager_1 in the system. Please pick another role name."
    );
    let held = list(&admin, "getRolesOfUser", &[("userName", TOM), ("filter", "*"), ("limit", "0")]);
    for name in ["umRole7_1", "Internal/manager_1", "Internal/everyone"] {
        assert!(held.iter().any(|role| role == name), "{name} in {held:?}");
    }
    accepted(&admin, "updateRoleName", &[("roleName", "umRole7_1"), ("newRoleName", "umRole8")]);
    assert_eq!(list(&admin, "getAllRolesNames", &[("filter", "um*"), ("limit", "-1")]), ["umRole8", "false"]);
    for name in ["umRole8", "Internal/manager_1", "Application/shop"] {
        accepted(&admin, "deleteRole", &[("roleName", name)]);
        assert_eq!(
            refused_robust(&admin, "deleteRole", &[("roleName", name)]),
            "Can not delete non exiting role"
        );
    }
    assert_eq!(refused_robust(&admin, "deleteRole", &[("roleName", "admin")]), "Cannot delete admin role");
    assert_eq!(
        refused_robust(&admin, "deleteRole", &[("roleName", "Internal/everyone")]),
        "Cannot delete everyone role"
    );
    assert_eq!(refused_robust(&admin, "deleteRole", &[]), "unknown");
    let reserved = [("isSharedRole", "false")];
    assert_eq!(refused_robust(&admin, "addRole", &reserved), "Role name is reserved by the system");
    assert_eq!(refused_robust(&admin, "addInternalRole", &[]), "Role name is reserved by the system");
    let unknown = [("roleName", "NOWHERE/x"), ("isSharedRole", "false")];
    assert_eq!(refused_robust(&admin, "addRole", &unknown), "Invalid Domain");
    assert_eq!(
        refused_robust(
            &admin,
            "addRole",
            &[("roleName", "role5"), ("userList", "nobody"), ("isSharedRole", "false")]
        ),
        "'nobody' not in the user store."
    );
    let missing = refused_robust(&admin, "addRole", &[("roleName", "role5")]);
    assert_eq!(missing, "Exception occurred while trying to invoke service method addRole");
}

#[test]
fn members_of_roles_and_roles_of_users_are_read_and_changed() {
    let world = world();
    let admin = world.admin();
    let members = || {
        let rows =
            results(&admin, "getUsersOfRole", &[("roleName", "desk"), ("filter", "*"), ("limit", "-1")]);
        assert_eq!(names(&rows), ["admin", "hugo", "tom", "false"]);
        ticked(&rows).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(members(), ["hugo"]);
    accepted(
        &admin,
        "addRemoveUsersOfRole",
        &[("roleName", "desk"), ("newUsers", TOM), ("deletedUsers", HUGO)],
    );
    assert_eq!(members(), ["tom"]);
    let row = |name: &str, on: bool| {
        format!("<ax:userList><c:itemName>{name}</c:itemName><c:selected>{on}</c:selected></ax:userList>")
    };
    let rows = [texts(&[("roleName", "desk")]), row(HUGO, true), row(TOM, false)].concat();
    let answers = admin.results(SERVICE, "updateUsersOfRole", &request("updateUsersOfRole", &rows));
    assert!(answers.len() == 1 && answers[0].is_nil());
    assert_eq!(members(), ["hugo"]);
    let nameless = [texts(&[("roleName", "desk")]), "<ax:userList/>".to_owned()].concat();
    let fault = admin.fault(SERVICE, "updateUsersOfRole", &request("updateUsersOfRole", &nameless));
    assert_eq!(fault.text, "unknown");
    assert_eq!(refused(&admin, "updateUsersOfRole", &[("roleName", "Internal/everyone")]), "Invalid data");
    let ticked_of = |user: &str| {
        let rows = results(&admin, "getRolesOfUser", &[("userName", user), ("limit", "-1")]);
        ticked(&rows).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    accepted(
        &admin,
        "updateRolesOfUser",
        &[("userName", TOM), ("newRoleList", "desk"), ("newRoleList", "Internal/everyone")],
    );
    assert_eq!(ticked_of(TOM), ["desk", "Internal/everyone"]);
    accepted(
        &admin,
        "addRemoveRolesOfUser",
        &[("userName", TOM), ("newRoles", "test role"), ("deletedRoles", "desk")],
    );
    assert_eq!(ticked_of(TOM), ["test role", "Internal/everyone"]);
    for list in ["newRoles", "deletedRoles"] {
        accepted(&admin, "addRemoveRolesOfUser", &[("userName", TOM), (list, "")]);
    }
    accepted(
        &admin,
        "updateRolesOfUser",
        &[("userName", TOM), ("newRoleList", ""), ("newRoleList", "test role")],
    );
    assert_eq!(ticked_of(TOM), ["test role", "Internal/everyone"], "blank names are passed over");
    accepted(&admin, "updateRolesOfUser", &[("userName", TOM)]);
    assert_eq!(ticked_of(TOM), ["Internal/everyone"], "a request without roles takes all of them");
    assert_eq!(ticked_of("nobody"), ["Internal/everyone"]);
    let own = results(&world.caller(HUGO, OLD), "getRolesOfCurrentUser", &[]);
    assert_eq!(names(&own), ["admin", "desk", "test role", "Internal/everyone", "false"]);
    assert_eq!(ticked(&own), ["desk", "Internal/everyone"]);
}

#[test]
fn the_tree_of_permissions_shows_what_a_role_holds() {
    let world = world();
    let admin = world.admin();
    let tree = |operation: &str, arguments: &[(&str, &str)]| results(&admin, operation, arguments).remove(0);
    fn find<'t>(tree: &'t Element, path: &str) -> Option<&'t Element> {
        tree.all("nodeList").into_iter().find(|node| node.value("resourcePath") == Some(path))
    }
    let all = tree("getAllUIPermissions", &[]);
    assert_eq!(
        (all.value("resourcePath"), all.value("displayName")),
        (Some("/permission/"), Some("All Permissions"))
    );
    let login = find(&all, LOGIN).unwrap();
    assert_eq!((login.value("displayName"), login.value("selected")), (Some("Login"), Some("false")));
    assert!(login.child("nodeList").is_none(), "nothing is below it");
    accepted(&admin, "setRoleUIPermission", &[("roleName", "desk"), ("rawResources", LOGIN)]);
    let desk = tree("getRolePermissions", &[("roleName", "desk")]);
    assert_eq!(find(&desk, LOGIN).unwrap().value("selected"), Some("true"));
    assert_eq!(find(&desk, USERMGT).unwrap().value("selected"), Some("false"), "what it held before is gone");
    let chief = tree("getRolePermissions", &[("roleName", "admin")]);
    assert_eq!(chief.value("selected"), Some("true"));
    assert_eq!(find(&chief, "/permission/protected/server-admin").unwrap().value("selected"), Some("true"));
    for nobody in [
        tree("getRolePermissions", &[("roleName", "nobody")]),
        tree("getRolePermissions", &[("roleName", "")]),
    ] {
        assert_eq!(nobody.value("displayName"), Some("All Permissions"));
        assert_eq!(nobody.value("selected"), Some("false"));
    }
    accepted(&admin, "setRoleUIPermission", &[("roleName", "desk")]);
    assert!(
        !world.caller(HUGO, OLD).is_known()
            || fault(&world.caller(HUGO, OLD), "hasMultipleUserStores", &[]).local_code() == "50978"
    );
    assert_eq!(
        refused_robust(&admin, "setRoleUIPermission", &[("roleName", "admin")]),
        "UI permissions of Admin is not allowed to change"
    );
    assert_eq!(
        refused_robust(&admin, "setRoleUIPermission", &[("roleName", "none")]),
        "The role: none does not exist."
    );
}
