//! `UserAdmin`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod importing;
mod lists;
mod passwords;
mod roles;

use crate::support::caller::{Caller, Fault, GIVEN_NAME, LOGIN, escaped};
use crate::support::tree::Element;
use crate::support::world::{LINK, NEW, OLD, TOM, World};

const SERVICE: &str = "UserAdmin";
const USERMGT: &str = "/permission/admin/manage/identity/usermgt";
const HUGO: &str = "hugo";

/// tom, and hugo who may manage users without being an administrator.
fn world() -> World {
    let world = World::new(&[]);
    world.admin().add_user(HUGO, OLD, &[]);
    world.admin().add_role("desk", &[HUGO], &[LOGIN, USERMGT]);
    world
}

fn texts(arguments: &[(&str, &str)]) -> String {
    arguments.iter().map(|(name, text)| format!("<ax:{name}>{}</ax:{name}>", escaped(text))).collect()
}

fn request(operation: &str, content: &str) -> String {
    format!(
        "<ax:{operation} xmlns:ax=\"http://org.apache.axis2/xsd\" \
         xmlns:c=\"http://common.mgt.user.carbon.wso2.org/xsd\">{content}</ax:{operation}>"
    )
}

/// Calls an operation that answers 202.
fn accepted(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) {
    let answer = caller.done(SERVICE, operation, &request(operation, &texts(arguments)));
    assert!(answer.is_none(), "{operation} has no output");
}

/// Calls an operation that answers 200 and nil.
fn done(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) {
    let answers = results(caller, operation, arguments);
    assert!(answers.len() == 1 && answers.iter().all(Element::is_nil), "{operation}: {answers:?}");
}

fn results(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<Element> {
    caller.results(SERVICE, operation, &request(operation, &texts(arguments)))
}

fn fault(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Fault {
    caller.fault(SERVICE, operation, &request(operation, &texts(arguments)))
}

/// A refusal with the declared exception, which repeats the text.
fn refused(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> String {
    let fault = fault(caller, operation, arguments);
    let outer = fault.detail.first().unwrap_or_else(|| panic!("{operation}: no detail with {}", fault.text));
    assert_eq!(outer.name, "UserAdminUserAdminException");
    let message = outer.child("UserAdminException").unwrap().child("message").unwrap();
    if fault.text == "unknown" {
        assert!(message.is_nil(), "an exception without a text");
    } else {
        assert_eq!(message.text, fault.text);
    }
    fault.text
}

/// A refusal of an operation without output: its fault has no detail.
fn refused_robust(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> String {
    let fault = fault(caller, operation, arguments);
    assert!(fault.detail.is_empty(), "{operation}: {:?}", fault.detail);
    fault.text
}

fn names(rows: &[Element]) -> Vec<&str> {
    rows.iter().map(|row| row.value("itemName").unwrap_or_default()).collect()
}

fn ticked(rows: &[Element]) -> Vec<&str> {
    let ticked = rows.iter().filter(|row| row.value("selected") == Some("true"));
    ticked.map(|row| row.value("itemName").unwrap_or_default()).collect()
}

fn list(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<String> {
    names(&results(caller, operation, arguments)).into_iter().map(str::to_owned).collect()
}

#[test]
fn users_are_added_with_roles_and_claims_and_deleted_again() {
    let world = world();
    let admin = world.admin();
    let claims = format!(
        "<ax:claims><c:claimURI>{GIVEN_NAME}</c:claimURI><c:value>Ann</c:value></ax:claims>\
         <ax:profileName>default</ax:profileName>"
    );
    let user = texts(&[
        ("userName", "ann"),
        ("password", OLD),
        ("roles", "test role"),
        ("roles", "Internal/everyone"),
    ]);
    let answers = admin.results(SERVICE, "addUser", &request("addUser", &[user, claims].concat()));
    assert!(answers.iter().all(Element::is_nil) && answers.len() == 1);
    assert!(world.caller("ann", OLD).is_known());
    assert_eq!(admin.claim("ann", GIVEN_NAME).as_deref(), Some("Ann"));
    assert_eq!(
        admin.claim("ann", "http://wso2.org/claims/lastname").as_deref(),
        Some("ann"),
        "as a fresh entry of the directory"
    );
    assert_eq!(list(&admin, "listUsers", &[("filter", "ann"), ("limit", "-1")]), [""]);
    let users = results(&admin, "listUsers", &[("filter", "a*"), ("limit", "-1")]);
    assert_eq!(users.iter().map(|user| user.text.as_str()).collect::<Vec<_>>(), ["admin", "ann"]);
    done(&admin, "deleteUser", &[("userName", "ann")]);
    assert!(!world.caller("ann", OLD).is_known());
    assert_eq!(refused(&admin, "deleteUser", &[("userName", "ann")]), "Cannot delete user who is not exist");
    assert_eq!(refused(&admin, "deleteUser", &[]), "unknown");
}

#[test]
fn users_that_cannot_be_added_are_refused_in_the_kernels_order() {
    let world = world();
    let add = |caller: &Caller, arguments: &[(&str, &str)]| refused(caller, "addUser", arguments);
    let admin = world.admin();
    let name =
        "is not valid. User name must be a non null string with following format, [a-zA-Z0-9._-|//]{3,30}$";
    assert_eq!(add(&admin, &[]), format!("Username  {name}"));
    assert_eq!(add(&admin, &[("userName", "a b c"), ("password", "x")]), format!("Username a b c {name}"));
    assert_eq!(
        add(&admin, &[("userName", TOM), ("password", "x")]),
        "Credential not valid. Credential must be a non null string with following format, ^[\\S]{5,30}$"
    );
    assert_eq!(
        add(&admin, &[("userName", TOM), ("password", OLD)]),
        "UserAlreadyExistingUsername 'tom' already exists in the system. Please pick another username."
    );
    let ann = [("userName", "ann"), ("password", OLD)];
    assert_eq!(add(&admin, &[&ann[..], &[("roles", "none")]].concat()), "External role is not exist : none");
    assert_eq!(
        add(&admin, &[&ann[..], &[("roles", "Internal/none")]].concat()),
        "Internal role is not exist : none"
    );
    assert_eq!(
        add(&world.caller(HUGO, OLD), &[&ann[..], &[("roles", "admin")]].concat()),
        "You have not privilege to assign user to Admin permission role"
    );
    let claim = "<ax:claims><c:claimURI>http://none</c:claimURI><c:value>x</c:value></ax:claims>";
    let fault = admin.fault(SERVICE, "addUser", &request("addUser", &[&texts(&ann), claim].concat()));
    assert_eq!(fault.text, "Invalid claim uri has been provided: http://none");
    let claim = "<ax:claims><c:value>x</c:value></ax:claims>";
    let fault = admin.fault(SERVICE, "addUser", &request("addUser", &[&texts(&ann), claim].concat()));
    assert_eq!(fault.text, "unknown", "a claim without a name");
}

#[test]
fn the_realm_is_described_to_everybody_and_its_administrators_to_those_who_manage_users() {
    let world = world();
    let info = |caller: &Caller| results(caller, "getUserRealmInfo", &[]).remove(0);
    let list = |info: &Element, name: &str| {
        info.all(name).iter().filter(|one| !one.is_nil()).map(|one| one.text.clone()).collect::<Vec<_>>()
    };
    for caller in [world.admin(), world.caller(HUGO, OLD)] {
        let info = info(&caller);
        for (name, value) in [
            ("adminRole", "admin"),
            ("adminUser", "admin"),
            ("everyOneRole", "Internal/everyone"),
            ("bulkImportSupported", "false"),
            ("enableUIPageCache", "true"),
            ("maxItemsPerUIPage", "15"),
            ("maxUIPagesInCache", "6"),
            ("multipleUserStore", "false"),
        ] {
            assert_eq!(info.value(name), Some(value), "{name}");
        }
        let required =
            ["emailaddress", "givenname", "lastname"].map(|name| format!("http://wso2.org/claims/{name}"));
        assert_eq!(list(&info, "requiredUserClaims"), required);
        assert_eq!(list(&info, "defaultUserClaims").len(), 10);
        let all = list(&info, "userClaims");
        assert!(all.len() == 75 && all.is_sorted(), "{}", all.len());
        assert_eq!(list(&info, "domainNames"), ["PRIMARY"]);
        let store = info.child("primaryUserStoreInfo").unwrap();
        for (name, value) in [
            ("domainName", "PRIMARY"),
            ("userNameRegEx", "^[\\S]{3,30}$"),
            ("roleNameRegEx", "^[\\S]{3,30}$"),
            ("passwordRegEx", "^[\\S]{5,30}$"),
            ("passwordRegExViolationErrorMsg", "Password length should be within 5 to 30 characters"),
            ("usernameRegExViolationErrorMsg", "Username pattern policy violated"),
            ("caseSensitiveUsername", "true"),
            ("readGroupsEnabled", "true"),
            ("writeGroupsEnabled", "true"),
            ("readOnly", "false"),
            ("maxUserLimit", "0"),
        ] {
            assert_eq!(store.value(name), Some(value), "{name}");
        }
        assert_eq!(info.all("userStoresInfo").len(), 1);
    }
    let tom = info(&world.caller(TOM, OLD));
    for nil in
        ["adminUser", "adminRole", "everyOneRole", "userClaims", "requiredUserClaims", "defaultUserClaims"]
    {
        assert!(tom.child(nil).unwrap().is_nil(), "{nil}");
    }
    assert_eq!(tom.value("maxItemsPerUIPage"), Some("15"));
    let single = |operation: &str| results(&world.admin(), operation, &[]).remove(0).text;
    assert_eq!(
        (single("hasMultipleUserStores"), single("isSharedRolesEnabled")),
        ("false".into(), "false".into())
    );
}

#[test]
fn each_operation_asks_for_its_permission() {
    let world = world();
    let tom = world.caller(TOM, OLD);
    let admin = world.admin();
    let all = [
        ("addUser", "create"),
        ("changePassword", "update"),
        ("deleteUser", "delete"),
        ("getUsersOfRole", "view"),
        ("listUsers", "list"),
        ("listAllUsers", "list"),
    ];
    for (operation, _) in all {
        assert_eq!(fault(&tom, operation, &[]).local_code(), "50978", "{operation}");
    }
    for operation in [
        "addRole",
        "addInternalRole",
        "deleteRole",
        "updateRoleName",
        "updateRolesOfUser",
        "setRoleUIPermission",
        "addRemoveRolesOfUser",
        "addRemoveUsersOfRole",
        "bulkImportUsers",
        "getAllPermittedRoleNames",
        "getAllSharedRoleNames",
        "getAllUIPermissions",
        "getRolePermissions",
        "getRolesOfUser",
        "isSharedRolesEnabled",
        "listAllUsersWithPermission",
        "listUserByClaim",
        "listUserByClaimWithPermission",
        "updateUsersOfRole",
        "getAllRolesNames",
    ] {
        assert_eq!(fault(&tom, operation, &[]).local_code(), "50978", "{operation}");
    }
    for operation in ["getUserRealmInfo", "getRolesOfCurrentUser", "hasMultipleUserStores"] {
        assert!(!results(&tom, operation, &[]).is_empty(), "{operation}");
    }
    for (operation, leaf) in all {
        let permission = format!("{USERMGT}/{leaf}");
        accepted(
            &admin,
            "setRoleUIPermission",
            &[("roleName", "test role"), ("rawResources", &permission), ("rawResources", LOGIN)],
        );
        let answer = fault(&tom, operation, &[]);
        assert_ne!(answer.local_code(), "50978", "{operation} needs {permission} only: {}", answer.text);
    }
    for (operation, leaf) in [("getAllRolesNames", "view"), ("updateUsersOfRole", "update")] {
        let permission = format!("/permission/admin/manage/identity/rolemgt/{leaf}");
        accepted(
            &admin,
            "setRoleUIPermission",
            &[("roleName", "test role"), ("rawResources", &permission), ("rawResources", LOGIN)],
        );
        assert_ne!(fault(&tom, operation, &[]).local_code(), "50978", "{operation}");
    }
    let anybody = Caller::anonymous(&world.client());
    assert_eq!(anybody.call(SERVICE, "listUsers", &request("listUsers", "")).status, 401);
}

/// SoapUI, PHP and forms send an empty element where they mean nothing.
#[test]
fn a_permission_that_names_nothing_gives_nothing() {
    let world = world();
    let (admin, tom) = (world.admin(), world.caller(TOM, OLD));
    for nothing in ["", " "] {
        accepted(
            &admin,
            "setRoleUIPermission",
            &[("roleName", "test role"), ("rawResources", nothing), ("rawResources", LOGIN)],
        );
        assert_eq!(fault(&tom, "listUsers", &[]).local_code(), "50978", "{nothing:?}");
    }
}

#[test]
fn a_tenant_sees_and_changes_its_own_users_and_roles_only() {
    let world = world();
    let acme = world.tenant_with_tom("acme.example", &[]);
    acme.add_user("amy", OLD, &[]);
    assert_eq!(
        list(&acme, "listAllUsers", &[("filter", "*"), ("limit", "-1")]),
        ["admin", "amy", "tom", "false"]
    );
    assert_eq!(list(&world.admin(), "listAllUsers", &[("filter", "amy"), ("limit", "-1")]), ["false"]);
    assert_eq!(refused(&acme, "deleteUser", &[("userName", HUGO)]), "Cannot delete user who is not exist");
    assert_eq!(
        refused_robust(&acme, "deleteRole", &[("roleName", "desk")]),
        "Can not delete non exiting role"
    );
    let tree = results(&acme, "getAllUIPermissions", &[]).remove(0);
    assert_eq!(
        (tree.value("resourcePath"), tree.value("displayName")),
        (Some("/permission/admin/"), Some("Admin Permissions"))
    );
    done(&acme, "changePassword", &[("userName", TOM), ("newPassword", NEW)]);
    assert!(world.caller(TOM, OLD).is_known() && world.caller("tom@acme.example", NEW).is_known());
    accepted(&acme, "updateRolesOfUser", &[("userName", TOM)]);
    let held = list(&world.admin(), "getRolesOfUser", &[("userName", TOM), ("filter", "*"), ("limit", "0")]);
    assert!(held.contains(&"test role".to_owned()), "{held:?}");
}
