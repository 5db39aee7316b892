//! `RemoteAuthorizationManagerService`. The first tests are what the original's own tests assert.

use crate::support::caller::{Caller, Fault, LOGIN, SER, escaped};
use crate::support::world::{OLD, TOM, World};

const SERVICE: &str = "RemoteAuthorizationManagerService";
const UI: &str = "ui.execute";
const MANAGE: &str = "/permission/admin/manage";
const MONITOR: &str = "/permission/admin/monitor";
const UNFORESEEN: &str = "Error occurred while accessing Java Security Manager Privilege Block";

/// Every operation with its parameters.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("authorizeUser", &["userName", "resourceId", "action"]),
    ("denyUser", &["userName", "resourceId", "action"]),
    ("clearUserAuthorization", &["userName", "resourceId", "action"]),
    ("clearAllUserAuthorization", &["userName"]),
    ("authorizeRole", &["roleName", "resourceId", "action"]),
    ("denyRole", &["roleName", "resourceId", "action"]),
    ("clearRoleAuthorization", &["roleName", "resourceId", "action"]),
    ("clearAllRoleAuthorization", &["roleName"]),
    ("clearRoleActionOnAllResources", &["roleName", "action"]),
    ("clearResourceAuthorizations", &["resourceId"]),
    ("resetPermissionOnUpdateRole", &["roleName", "newRoleName"]),
    ("isUserAuthorized", &["userName", "resourceId", "action"]),
    ("isRoleAuthorized", &["roleName", "resourceId", "action"]),
    ("getAllowedRolesForResource", &["resourceId", "action"]),
    ("getDeniedRolesForResource", &["resourceId", "action"]),
    ("getExplicitlyAllowedUsersForResource", &["resourceId", "action"]),
    ("getExplicitlyDeniedUsersForResource", &["resourceId", "action"]),
    ("getAllowedUIResourcesForUser", &["userName", "permissionRootPath"]),
];

/// The request element; an argument `-` is left out.
fn request(operation: &str, arguments: &[&str]) -> String {
    let known = OPERATIONS.iter().find(|(name, _)| *name == operation);
    let names = known.map_or(&[][..], |(_, names)| names);
    let arguments: String = names
        .iter()
        .zip(arguments)
        .filter(|(_, text)| **text != "-")
        .map(|(name, text)| format!("<s:{name}>{}</s:{name}>", escaped(text)))
        .collect();
    format!("<s:{operation} xmlns:s=\"{SER}\">{arguments}</s:{operation}>")
}

/// A void operation, which answers 202 without a body.
fn done(caller: &Caller, operation: &str, arguments: &[&str]) {
    assert!(caller.done(SERVICE, operation, &request(operation, arguments)).is_none(), "{operation}");
}

fn list(caller: &Caller, operation: &str, arguments: &[&str]) -> Vec<String> {
    let found = caller.results(SERVICE, operation, &request(operation, arguments));
    found.into_iter().map(|entry| entry.text).collect()
}

fn may(caller: &Caller, operation: &str, arguments: &[&str]) -> bool {
    list(caller, operation, arguments) == ["true"]
}

fn fault(caller: &Caller, operation: &str, arguments: &[&str]) -> Fault {
    caller.fault(SERVICE, operation, &request(operation, arguments))
}

/// Users `user1` to `user4` and roles `role1` to `role6`.
fn world() -> World {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for number in 1..=4 {
        admin.add_user(&format!("user{number}"), OLD, &[]);
    }
    for number in 1..=6 {
        admin.add_role(&format!("role{number}"), &[], &[]);
    }
    world
}

#[test]
fn roles_are_allowed_denied_and_forgotten() {
    let world = world();
    let admin = world.admin();
    let allowed = |resource: &str| list(&admin, "getAllowedRolesForResource", &[resource, UI]);
    let denied = |resource: &str| list(&admin, "getDeniedRolesForResource", &[resource, UI]);
    done(&admin, "authorizeRole", &["role1", LOGIN, UI]);
    assert_eq!(allowed(LOGIN), ["admin", "role1"]);
    assert!(may(&admin, "isRoleAuthorized", &["role1", LOGIN, UI]));
    assert!(may(&admin, "isRoleAuthorized", &["ROLE1", "permission/admin/login/deeper", "UI.EXECUTE"]));
    assert!(!may(&admin, "isRoleAuthorized", &["role1", MANAGE, UI]));

    done(&admin, "authorizeRole", &["role2", "/testpermission/login", UI]);
    assert_eq!(allowed("/testpermission/login"), ["role2"]);
    done(&admin, "clearResourceAuthorizations", &["/testpermission/login"]);
    assert!(allowed("/testpermission/login").is_empty());

    done(&admin, "authorizeRole", &["role3", "/testpermission/manage", UI]);
    done(&admin, "clearRoleActionOnAllResources", &["role3", UI]);
    assert!(allowed("/testpermission/manage").is_empty());

    done(&admin, "authorizeRole", &["role4", "/testpermission/monitor", UI]);
    done(&admin, "authorizeRole", &["role4", "/testpermission/kept", UI]);
    done(&admin, "clearRoleAuthorization", &["role4", "/testpermission/monitor", UI]);
    assert!(allowed("/testpermission/monitor").is_empty());
    assert_eq!(allowed("/testpermission/kept"), ["role4"]);
    done(&admin, "clearAllRoleAuthorization", &["role4"]);
    assert!(allowed("/testpermission/kept").is_empty());

    done(&admin, "authorizeRole", &["role6", LOGIN, UI]);
    done(&admin, "denyRole", &["role6", LOGIN, UI]);
    assert_eq!(denied(LOGIN), ["role6"]);
    assert_eq!(allowed(LOGIN), ["admin", "role1"]);
    assert!(!may(&admin, "isRoleAuthorized", &["role6", LOGIN, UI]));

    for resource in [LOGIN, MANAGE, MONITOR] {
        done(&admin, "authorizeRole", &["role2", resource, UI]);
    }
    done(&admin, "resetPermissionOnUpdateRole", &["role2", "role3"]);
    assert_eq!(allowed(LOGIN), ["admin", "role1", "role3"]);
    assert_eq!(allowed(MONITOR), ["admin", "role3"]);
}

#[test]
fn users_are_allowed_denied_and_forgotten_by_name() {
    let world = world();
    let admin = world.admin();
    let resources = |user: &str| list(&admin, "getAllowedUIResourcesForUser", &[user, "-"]);
    for resource in [LOGIN, MANAGE, MONITOR] {
        done(&admin, "authorizeUser", &["user1", resource, UI]);
    }
    assert_eq!(resources("user1"), [LOGIN, MANAGE, MONITOR]);
    assert!(may(&admin, "isUserAuthorized", &["user1", LOGIN, UI]));
    assert!(world.caller("user1", OLD).is_known());
    for (root, found) in [
        ("permission/admin/mo", &[MONITOR][..]),
        ("/permission", &[LOGIN, MANAGE, MONITOR]),
        ("/nothing", &[]),
    ] {
        assert_eq!(list(&admin, "getAllowedUIResourcesForUser", &["user1", root]), found, "{root}");
    }

    done(&admin, "authorizeUser", &["user2", LOGIN, UI]);
    done(&admin, "clearUserAuthorization", &["user2", LOGIN, UI]);
    assert!(resources("user2").is_empty());
    done(&admin, "authorizeUser", &["user3", LOGIN, UI]);
    done(&admin, "clearAllUserAuthorization", &["user3"]);
    let empty = request("getAllowedUIResourcesForUser", &["user3", "-"]);
    let answer = admin.call(SERVICE, "getAllowedUIResourcesForUser", &empty).text();
    assert!(!answer.contains("return"), "nothing reads as null to stubs: {answer}");

    done(&admin, "authorizeUser", &["user4", LOGIN, UI]);
    done(&admin, "denyUser", &["USER4", LOGIN, UI]);
    assert_eq!(list(&admin, "getExplicitlyDeniedUsersForResource", &[LOGIN, UI]), ["user4"]);
    assert_eq!(list(&admin, "getExplicitlyAllowedUsersForResource", &[LOGIN, UI]), ["user1"]);
    assert_eq!(
        list(&admin, "getExplicitlyAllowedUsersForResource", &["/permission/admin/manage/identity", UI]),
        ["user1"]
    );
}

#[test]
fn what_is_granted_opens_the_services_on_the_very_next_call() {
    let world = World::new(&[]);
    let admin = world.admin();
    let tom = world.caller(TOM, OLD);
    let call =
        || tom.call(SERVICE, "isUserAuthorized", &request("isUserAuthorized", &[TOM, LOGIN, UI])).status;
    assert_eq!(call(), 500);
    done(&admin, "authorizeRole", &["test role", "/permission/admin/manage/identity", UI]);
    assert_eq!(call(), 200);
    done(&admin, "denyRole", &["test role", "/permission/admin/manage/identity", UI]);
    assert_eq!(call(), 500);
    done(&admin, "authorizeUser", &[TOM, MANAGE, UI]);
    assert_eq!(call(), 200);
    done(&admin, "clearAllUserAuthorization", &[TOM]);
    assert_eq!(call(), 500);
    done(&admin, "authorizeRole", &["Internal/everyone", "/permission/admin/manage", UI]);
    assert_eq!(call(), 200, "one role that allows is enough, whatever another denies");
}

#[test]
fn everyone_is_a_role_like_others_and_actions_have_several_names() {
    let world = world();
    let admin = world.admin();
    done(&admin, "authorizeRole", &["Internal/everyone", "/shop", "write"]);
    assert_eq!(list(&admin, "getAllowedRolesForResource", &["/shop/window", "ADD"]), ["INTERNAL/everyone"]);
    assert!(may(&admin, "isUserAuthorized", &["user1", "/shop", "add"]));
    assert!(may(&admin, "isUserAuthorized", &["nobody", "/shop", "add"]));
    assert!(!may(&admin, "isUserAuthorized", &["user1", "/shop", "get"]));
    assert!(may(&admin, "isUserAuthorized", &["wso2.system.user", "/anything", "get"]));
    assert!(!may(&admin, "isRoleAuthorized", &["nobody", "/shop", "add"]));
}

#[test]
fn every_change_is_in_the_audit_trail() {
    let world = world();
    let admin = world.admin();
    done(&admin, "authorizeRole", &["role1", LOGIN, UI]);
    done(&admin, "denyUser", &["user1", LOGIN, UI]);
    done(&admin, "clearResourceAuthorizations", &[LOGIN]);
    let trail = "SELECT group_concat(initiator || ' ' || action || ' ' || target || ' ' || data, '; ') FROM \
                 (SELECT * FROM audit WHERE action LIKE '%uthoriz%' OR action LIKE 'Deny%' ORDER BY id)";
    assert_eq!(
        world.stored(trail),
        "admin@carbon.super Authorize Role role1 Resource : /permission/admin/login Action : ui.execute; \
         admin@carbon.super Deny User user1 Resource : /permission/admin/login Action : ui.execute; \
         admin@carbon.super Clear Authorizations of Resource /permission/admin/login "
    );
}

#[test]
fn what_cannot_be_granted_is_refused() {
    let world = world();
    let admin = world.admin();
    for (operation, holder, verb, kind) in [
        ("authorizeRole", "role1", "authorizing", "role"),
        ("denyRole", "role1", "denying", "role"),
        ("authorizeUser", "user1", "authorizing", "user"),
        ("denyUser", "user1", "denying", "user"),
    ] {
        let text = |arguments: &[&str]| {
            let fault = fault(&admin, operation, arguments);
            assert_eq!((fault.local_code(), fault.detail.len()), ("Server", 0), "{operation}");
            fault.text
        };
        assert_eq!(
            text(&[holder, "/x", "fly"]),
            format!(
                "Error! Error while {verb} {kind}: {holder}in permission tree for resource id: /xfor action: fly"
            )
        );
        assert_eq!(text(&[holder, "/x", "-"]), "Invalid data provided");
        assert_eq!(text(&["-", "/x", UI]), "Error! null");
        let missing = if verb == "authorizing" { "unknown" } else { "Invalid data provided" };
        assert_eq!(text(&[holder, "-", UI]), missing);
        let nobody = match kind {
            "role" => "The role: nobody does not exist.",
            _ => "User nobody does not exisit in the user store",
        };
        assert_eq!(text(&["nobody", "/x", UI]), nobody);
    }
    assert_eq!(
        fault(&admin, "resetPermissionOnUpdateRole", &["role1", "nobody"]).text,
        "The role: nobody does not exist."
    );
    assert_eq!(world.stored("SELECT count(*) FROM role_grant WHERE resource = '/x'"), "0");
}

#[test]
fn what_is_missing_or_no_action_fails_in_one_way_elsewhere() {
    let world = world();
    let admin = world.admin();
    let setting = ["authorizeUser", "denyUser", "authorizeRole", "denyRole"];
    for (operation, names) in OPERATIONS.iter().filter(|(name, _)| !setting.contains(name)) {
        let robust = operation.starts_with("clear") || operation.starts_with("reset");
        for missing in 0..names.len() {
            let name = names[missing];
            let mut arguments = vec![UI; names.len()];
            arguments[missing] = "-";
            if name == "permissionRootPath" {
                continue;
            }
            let fault = fault(&admin, operation, &arguments);
            assert_eq!(fault.text, UNFORESEEN, "{operation} without {name}");
            assert_eq!(fault.detail.len(), usize::from(!robust), "{operation}");
            if name == "action" {
                arguments[missing] = "fly";
                assert_eq!(self::fault(&admin, operation, &arguments).text, UNFORESEEN, "{operation}");
            }
        }
    }
    let fault = fault(&admin, "isRoleAuthorized", &["role1", "/x", "fly"]);
    let inner = &fault.detail[0];
    assert_eq!(inner.name, "RemoteAuthorizationManagerServiceUserStoreException");
    assert_eq!(
        inner.children[0].kind.as_deref(),
        Some("{http://core.user.carbon.wso2.org/xsd}UserStoreException")
    );
    // Forgetting what nobody has is no error.
    for (operation, arguments) in [
        ("clearAllUserAuthorization", &["nobody"][..]),
        ("clearAllRoleAuthorization", &["nobody"]),
        ("clearUserAuthorization", &["NOWHERE/nobody", "/x", UI]),
        ("clearRoleAuthorization", &["role1", "/x", UI]),
        ("clearResourceAuthorizations", &["/x"]),
        ("resetPermissionOnUpdateRole", &["nobody", "role1"]),
    ] {
        done(&admin, operation, arguments);
    }
}

#[test]
fn every_operation_takes_the_identity_permission() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.add_user("ann", OLD, &[]);
    admin.add_role("helpers", &["ann"], &["/permission/admin/manage/identity"]);
    for (operation, names) in OPERATIONS {
        let arguments = vec![UI; names.len()];
        let fault = fault(&world.caller(TOM, OLD), operation, &arguments);
        assert_eq!((fault.local_code(), fault.text.as_str()), ("50978", "Access Denied."), "{operation}");
        let answer = world.caller("ann", OLD).call(SERVICE, operation, &request(operation, &arguments));
        assert!(answer.status < 500 || Fault::of(&answer).local_code() == "Server", "{operation}");
    }
}

#[test]
fn a_tenant_grants_what_is_its_own_and_nothing_protected() {
    let world = World::new(&[]);
    let admin = world.admin();
    let acme = world.tenant_with_tom("acme.example", &[]);
    done(&admin, "authorizeRole", &["test role", "/shop", UI]);
    done(&admin, "authorizeUser", &[TOM, "/shop", UI]);
    assert!(!may(&acme, "isRoleAuthorized", &["test role", "/shop", UI]));
    assert!(!may(&acme, "isUserAuthorized", &[TOM, "/shop", UI]));
    assert!(list(&acme, "getAllowedRolesForResource", &["/shop", UI]).is_empty());
    assert!(list(&acme, "getExplicitlyAllowedUsersForResource", &["/shop", UI]).is_empty());
    done(&acme, "clearResourceAuthorizations", &["/shop"]);
    done(&acme, "clearAllRoleAuthorization", &["test role"]);
    done(&acme, "clearAllUserAuthorization", &[TOM]);
    assert!(may(&admin, "isRoleAuthorized", &["test role", "/shop", UI]));
    assert_eq!(list(&admin, "getExplicitlyAllowedUsersForResource", &["/shop", UI]), [TOM]);

    for resource in ["/permission/protected", "/permission/PROTECTED/server-admin", "/overprotected"] {
        for (operation, holder) in [("authorizeRole", "admin"), ("authorizeUser", "admin")] {
            assert_eq!(fault(&acme, operation, &[holder, resource, UI]).text, "Access Denied", "{resource}");
        }
    }
    done(&acme, "authorizeUser", &["admin", "/permission", UI]);
    assert!(!may(&acme, "isUserAuthorized", &["admin", "/permission/protected/server-admin", UI]));
    done(&admin, "authorizeRole", &["test role", "/permission/protected/server-admin", UI]);
    assert!(may(&admin, "isUserAuthorized", &[TOM, "/permission/protected/server-admin", UI]));
}

/// SoapUI, PHP and forms send an empty element where they mean nothing.
#[test]
fn a_permission_that_names_nothing_gives_nothing() {
    let world = World::new(&[]);
    let admin = world.admin();
    for (number, nothing) in ["", " "].into_iter().enumerate() {
        let role = format!("blank{number}");
        admin.add_role(&role, &[TOM], &[nothing, LOGIN]);
        done(&admin, "authorizeRole", &[&role, nothing, UI]);
        done(&admin, "authorizeUser", &[TOM, nothing, UI]);
        for resource in ["/permission/protected", "/permission/admin", MANAGE, "/"] {
            assert!(!may(&admin, "isRoleAuthorized", &[&role, resource, UI]), "{nothing:?}: {resource}");
            assert!(!may(&admin, "isUserAuthorized", &[TOM, resource, UI]), "{nothing:?}: {resource}");
        }
        assert!(may(&admin, "isRoleAuthorized", &[&role, LOGIN, UI]));
    }
    let tom = world.caller(TOM, OLD);
    let list = "<s:listUsers xmlns:s=\"http://mgt.user.carbon.wso2.org\"/>";
    assert_eq!(tom.fault("UserAdmin", "listUsers", list).local_code(), "50978");
}
