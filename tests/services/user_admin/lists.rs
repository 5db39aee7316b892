//! Lists of names: how they end, filters, and users found by a claim.

use super::*;

#[test]
fn every_list_of_names_ends_with_a_row_that_says_whether_there_is_more() {
    let world = world();
    let admin = world.admin();
    let rows = results(&admin, "listAllUsers", &[("filter", "*"), ("limit", "100")]);
    assert_eq!(names(&rows), ["admin", "hugo", "tom", "false"]);
    let (first, tail) = (rows.first().unwrap(), rows.last().unwrap());
    assert_eq!(first.value("itemDisplayName"), Some("admin"));
    assert_eq!((first.value("editable"), first.value("readOnly")), (Some("true"), Some("false")));
    for nil in ["dn", "domainName", "roleType"] {
        assert!(first.child(nil).unwrap().is_nil(), "{nil}");
    }
    assert_eq!(
        (tail.value("editable"), tail.child("itemDisplayName").unwrap().text.as_str()),
        (Some("false"), "")
    );
    assert_eq!(list(&admin, "listAllUsers", &[("filter", "nobody"), ("limit", "-1")]), ["false"]);
    assert_eq!(list(&admin, "listAllUsers", &[("filter", ""), ("limit", "1")]), ["admin", "false"]);
    assert_eq!(list(&admin, "listAllUsers", &[("filter", "TOM"), ("limit", "0")]), ["false"]);
    let roles = [("filter", "*"), ("limit", "0")];
    assert_eq!(
        list(&admin, "getAllRolesNames", &roles),
        ["Internal/everyone", "false"],
        "hybrid roles know no limit"
    );
    let roles = results(&admin, "getAllRolesNames", &[("filter", "*"), ("limit", "-1")]);
    assert_eq!(names(&roles), ["admin", "desk", "Internal/everyone", "test role", "false"]);
    let kinds: Vec<Option<&str>> = roles.iter().map(|row| row.value("roleType")).collect();
    assert_eq!(kinds[..3], [Some("External"), Some("External"), Some("Internal")]);
    assert!(roles.first().unwrap().child("itemDisplayName").unwrap().is_nil());
    assert_eq!(
        list(&admin, "getAllSharedRoleNames", &[("filter", "t*"), ("limit", "-1")]),
        ["test role", "false"]
    );
    let login = [("filter", "*"), ("permission", LOGIN), ("limit", "-1")];
    assert_eq!(list(&admin, "listAllUsersWithPermission", &login), ["admin", "hugo", "tom", "false"]);
    assert_eq!(list(&admin, "getAllPermittedRoleNames", &login), ["admin", "desk", "test role", "false"]);
    let usermgt = [("filter", "*"), ("permission", USERMGT), ("limit", "-1")];
    assert_eq!(list(&admin, "listAllUsersWithPermission", &usermgt), ["admin", "hugo", "false"]);
    assert_eq!(list(&admin, "getAllPermittedRoleNames", &usermgt), ["admin", "desk", "false"]);
}

#[test]
fn a_list_that_is_full_says_so() {
    let world = World::new(&[]);
    let lines: String = (0..100).map(|number| format!("user{number:03},{OLD}\n")).collect();
    let path = world.folder.path().join("many.csv");
    std::fs::write(&path, format!("UserName,Password\n{lines}")).unwrap();
    let said = world.command(&["user", "import", path.to_str().unwrap()], "");
    assert_eq!(said, "added 100 users, 0 were there already, 0 could not be added\n");
    let rows = list(&world.admin(), "listAllUsers", &[("filter", ""), ("limit", "1000")]);
    assert_eq!((rows.len(), rows.last().map(String::as_str)), (101, Some("true")));
}

#[test]
fn own_roles_are_those_of_the_store_that_let_one_in() {
    let world = world();
    world.command(&["store", "add", "SALES"], "");
    let admin = world.admin();
    admin.add_user("twin", NEW, &[]);
    admin.add_user("SALES/twin", OLD, &[]);
    admin.add_role("primaries", &["twin"], &[LOGIN]);
    admin.add_role("SALES/sellers", &["SALES/twin"], &[LOGIN]);
    for (name, password, role) in [
        ("twin", OLD, "SALES/sellers"),
        ("SALES/twin", OLD, "SALES/sellers"),
        ("twin", NEW, "primaries"),
        ("PRIMARY/twin", NEW, "primaries"),
    ] {
        let own = results(&world.caller(name, password), "getRolesOfCurrentUser", &[]);
        assert_eq!(ticked(&own), [role, "Internal/everyone"], "{name}");
    }
}

#[test]
fn filters_that_are_missing_or_not_taken_are_refused() {
    let world = world();
    let admin = world.admin();
    let null = "Error occurred while accessing Java Security Manager Privilege Block";
    for operation in ["listUsers", "listAllUsers"] {
        assert_eq!(refused(&admin, operation, &[("limit", "1")]), null);
        assert_eq!(
            refused(&admin, operation, &[("filter", "a?"), ("limit", "1")]),
            "Invalid character sequence entered for user serch. Please enter valid sequence."
        );
        let missing = fault(&admin, operation, &[("filter", "*")]);
        assert_eq!((missing.text.as_str(), missing.detail.len()), ("unknown", 0), "a limit must be there");
    }
    assert_eq!(refused(&admin, "getAllRolesNames", &[("limit", "1")]), "unknown");
    assert_eq!(refused(&admin, "getUsersOfRole", &[("roleName", "desk"), ("limit", "0")]), "unknown");
    assert_eq!(refused(&admin, "getUsersOfRole", &[("roleName", "Internal/everyone"), ("limit", "1")]), null);
}

#[test]
fn users_are_found_by_a_claim() {
    let world = world();
    let admin = world.admin();
    admin.set_claims(TOM, &[(GIVEN_NAME, "Thomas")]);
    let claim = |value: &str| {
        format!(
            "<ax:claimValue><c:claimURI>{GIVEN_NAME}</c:claimURI><c:value>{value}</c:value></ax:claimValue>\
             <ax:filter>ignored</ax:filter><ax:maxLimit>0</ax:maxLimit>"
        )
    };
    let found =
        |value: &str| admin.results(SERVICE, "listUserByClaim", &request("listUserByClaim", &claim(value)));
    let rows = found("Tho*");
    assert_eq!(names(&rows), ["tom", "false"]);
    assert_eq!(rows[0].value("itemDisplayName"), Some("tom"));
    assert!(rows[1].child("itemDisplayName").unwrap().is_nil());
    assert_eq!(rows[1].child("domainName").unwrap().text, "");
    let none = found("Nobody");
    assert!(none.len() == 1 && none[0].is_nil(), "one nil element: {none:?}");
    let permitted = |permission: &str| {
        let content = claim("Thomas")
            .replace("<ax:maxLimit>", &format!("<ax:permission>{permission}</ax:permission><ax:maxLimit>"));
        let rows = admin.results(
            SERVICE,
            "listUserByClaimWithPermission",
            &request("listUserByClaimWithPermission", &content),
        );
        rows.iter()
            .filter(|row| !row.is_nil())
            .map(|row| row.value("itemName").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(permitted(LOGIN), ["tom"]);
    assert!(permitted(USERMGT).is_empty());
    assert_eq!(refused(&admin, "listUserByClaim", &[("maxLimit", "1")]), "unknown");
    let half = "<ax:claimValue><c:value>x</c:value></ax:claimValue><ax:maxLimit>1</ax:maxLimit>";
    let rows = admin.results(SERVICE, "listUserByClaim", &request("listUserByClaim", half));
    assert!(rows.iter().all(Element::is_nil), "a claim without a name finds nobody: {rows:?}");
}
