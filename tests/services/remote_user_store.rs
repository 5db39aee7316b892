//! `RemoteUserStoreManagerService`: what each operation does to users, claims and roles, and in which words it refuses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod claims;
mod roles;

use crate::support::caller::{Caller, GIVEN_NAME, LOCKED, LOGIN, MAIL, escaped};
use crate::support::tree::Element;
use crate::support::world::{LINK, NEW, OLD, TOM, TOMS_MAIL, World};

const SERVICE: &str = "RemoteUserStoreManagerService";
const LAST_NAME: &str = "http://wso2.org/claims/lastname";
const POLICY: &str = "Password length should be within 5 to 30 characters";

fn request(operation: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: String =
        arguments.iter().map(|(name, text)| format!("<ser:{name}>{}</ser:{name}>", escaped(text))).collect();
    format!("<ser:{operation}>{arguments}</ser:{operation}>")
}

/// A request whose last argument is a list of claims and values.
fn with_claims(operation: &str, user: &str, claims: &[(&str, &str)]) -> String {
    let claims: String = claims
        .iter()
        .map(|(uri, value)| {
            let value = escaped(value);
            format!(
                "<ser:claims><com:claimURI>{uri}</com:claimURI><com:value>{value}</com:value></ser:claims>"
            )
        })
        .collect();
    format!("<ser:{operation}><ser:userName>{}</ser:userName>{claims}</ser:{operation}>", escaped(user))
}

fn results(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<Element> {
    caller.results(SERVICE, operation, &request(operation, arguments))
}

/// The one result, `None` for nil.
fn one(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Option<String> {
    let mut found = results(caller, operation, arguments);
    assert_eq!(found.len(), 1, "{operation}");
    found.pop().filter(|result| !result.is_nil()).map(|result| result.text)
}

fn list(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<String> {
    let found = results(caller, operation, arguments);
    found.into_iter().filter(|result| !result.is_nil()).map(|result| result.text).collect()
}

/// A list whose order means nothing.
fn sorted(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<String> {
    let mut found = list(caller, operation, arguments);
    found.sort_unstable();
    found
}

fn accepted_as(caller: &Caller, operation: &str, payload: &str) {
    assert!(caller.done(SERVICE, operation, payload).is_none(), "{operation} answers 202");
}

fn accepted(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) {
    accepted_as(caller, operation, &request(operation, arguments));
}

/// A refusal of an operation with a result: the declared exception, which has no fields.
fn refused(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> String {
    let fault = caller.fault(SERVICE, operation, &request(operation, arguments));
    let detail: Vec<&str> = fault.detail.iter().map(|element| element.name.as_str()).collect();
    assert_eq!(detail, ["RemoteUserStoreManagerServiceUserStoreException"], "{operation}: {}", fault.text);
    fault.text
}

/// A refusal of an operation without result: no detail.
fn refused_void(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> String {
    let fault = caller.fault(SERVICE, operation, &request(operation, arguments));
    assert!(fault.detail.is_empty(), "{operation}: {:?}", fault.detail);
    fault.text
}

/// tom, and in the secondary store SALES sue.
fn world_with_sales() -> World {
    let world = World::new(&[]);
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    let add = "INSERT INTO user_store (tenant_id, domain, position) VALUES (-1234, 'SALES', 0)";
    assert_eq!(database.execute(add, []).unwrap(), 1);
    world.admin().add_user("SALES/sue", OLD, &[(GIVEN_NAME, "Susan")]);
    world
}

#[test]
fn a_password_is_checked_in_the_store_of_the_name_and_the_answer_is_a_truth_value() {
    let world = world_with_sales();
    let admin = world.admin();
    let check = |user: &str, password: &str| {
        one(&admin, "authenticate", &[("userName", user), ("credential", password)]).unwrap()
    };
    for user in [TOM, "TOM", "PRIMARY/tom", "SALES/sue", "sue"] {
        assert_eq!(check(user, OLD), "true", "{user}");
    }
    for (user, password) in [
        (TOM, NEW),
        (TOM, ""),
        ("", OLD),
        ("to*", OLD),
        ("nobody", OLD),
        ("SALES/tom", OLD),
        ("tom@x.com", OLD),
    ] {
        assert_eq!(check(user, password), "false", "{user} {password}");
    }
    for missing in [&[("userName", TOM)][..], &[("credential", OLD)], &[]] {
        assert_eq!(one(&admin, "authenticate", missing).as_deref(), Some("false"));
    }
    admin.configure(&[("account.lock.handler.enable", "true")]);
    admin.set_claims(TOM, &[(LOCKED, "true")]);
    assert_eq!(check(TOM, OLD), "false", "locked");
    admin.set_claims(TOM, &[(LOCKED, "false")]);
    assert_eq!(check(TOM, OLD), "true");
    world.options(&[LINK]);
    admin.trigger(TOM);
    assert_eq!(check(TOM, OLD), "false", "forced to set a new one");
}

#[test]
fn a_password_is_changed_with_the_old_one_and_by_an_administrator_without() {
    let world = World::new(&[]);
    let admin = world.admin();
    let change = |user: &'static str, new: &'static str, old: &'static str| {
        [("userName", user), ("newCredential", new), ("oldCredential", old)]
    };
    accepted(&admin, "updateCredential", &change(TOM, NEW, OLD));
    assert!(world.caller(TOM, NEW).is_known() && !world.caller(TOM, OLD).is_known());
    let wrong = "PasswordInvalid Old credential does not match with the existing credentials.";
    assert_eq!(refused_void(&admin, "updateCredential", &change(TOM, "Other@1234", OLD)), wrong);
    assert_eq!(refused_void(&admin, "updateCredential", &change("nobody", "Other@1234", OLD)), wrong);
    assert_eq!(refused_void(&admin, "updateCredential", &change(TOM, "four", NEW)), POLICY);
    for missing in ["userName", "newCredential", "oldCredential"] {
        let mut arguments = change(TOM, "Other@1234", NEW).to_vec();
        arguments.retain(|(name, _)| *name != missing);
        assert_eq!(refused_void(&admin, "updateCredential", &arguments), "unknown", "{missing}");
    }
    assert!(world.caller(TOM, NEW).is_known(), "refused, so unchanged");
    let set = |user: &'static str, new: &'static str| [("userName", user), ("newCredential", new)];
    accepted(&admin, "updateCredentialByAdmin", &set(TOM, OLD));
    assert!(world.caller(TOM, OLD).is_known() && !world.caller(TOM, NEW).is_known());
    assert_eq!(refused_void(&admin, "updateCredentialByAdmin", &set(TOM, "four")), POLICY);
    assert_eq!(
        refused_void(&admin, "updateCredentialByAdmin", &set("nobody", NEW)),
        "User nobody does not exisit in the user store"
    );
    assert_eq!(
        refused_void(&admin, "updateCredentialByAdmin", &set("NOWHERE/tom", NEW)),
        "Invalid Domain Name"
    );
    assert_eq!(refused_void(&admin, "updateCredentialByAdmin", &[("userName", TOM)]), "unknown");
    assert!(world.caller(TOM, OLD).is_known(), "refused, so unchanged");
    // One's own, without the old one: this service has none of the console's protections.
    accepted(&admin, "updateCredentialByAdmin", &set("admin", NEW));
    assert!(world.caller("admin", NEW).is_known() && !world.admin().is_known());
}

#[test]
fn users_are_added_found_and_deleted() {
    let world = world_with_sales();
    let admin = world.admin();
    let add = |further: &[(&'static str, &'static str)]| {
        let mut arguments = vec![("userName", "ann"), ("credential", OLD)];
        arguments.extend(further);
        arguments.push(("requirePasswordChange", "False"));
        arguments
    };
    let exists = |name: &str| one(&admin, "isExistingUser", &[("userName", name)]).unwrap();
    assert_eq!(exists("ann"), "false");
    assert_eq!(
        refused_void(&admin, "addUser", &add(&[("roleList", "none")])),
        "External role is not exist : none"
    );
    assert_eq!(
        refused_void(&admin, "addUser", &add(&[("roleList", "Internal/none")])),
        "Internal role is not exist : none"
    );
    let unknown = with_claims("addUser", "ann", &[("http://none", "x")])
        .replace("</ser:userName>", "</ser:userName><ser:credential>Old@1234</ser:credential>")
        .replace(
            "</ser:addUser>",
            "<ser:requirePasswordChange>false</ser:requirePasswordChange></ser:addUser>",
        );
    assert_eq!(
        admin.fault(SERVICE, "addUser", &unknown).text,
        "Invalid claim uri has been provided: http://none"
    );
    let format = "User name must be a non null string with following format, [a-zA-Z0-9._-|//]{3,30}$";
    let nameless = [("userName", "SALES/ab"), ("credential", OLD), ("requirePasswordChange", "false")];
    assert_eq!(refused_void(&admin, "addUser", &nameless), format!("Username ab is not valid. {format}"));
    // Whether the password must be changed has no value that could stand for none.
    assert_eq!(
        refused_void(&admin, "addUser", &[("userName", "ann"), ("credential", OLD)]),
        "Exception occurred while trying to invoke service method addUser"
    );
    assert_eq!(exists("ann"), "false", "refused, so not there");
    accepted(&admin, "addUser", &add(&[("roleList", "test role"), ("profileName", "default")]));
    for name in ["ann", "ANN", "PRIMARY/ann", "primary/ann"] {
        assert_eq!(exists(name), "true", "{name}");
    }
    assert_eq!(exists("SALES/ann"), "false");
    assert_eq!(refused(&admin, "isExistingUser", &[("userName", "NOWHERE/ann")]), "Invalid Domain Name");
    assert_eq!(refused(&admin, "isExistingUser", &[]), "unknown");
    assert_eq!(
        sorted(&admin, "getRoleListOfUser", &[("userName", "ann")]),
        ["Internal/everyone", "test role"]
    );
    assert_eq!(
        refused_void(&admin, "addUser", &add(&[])),
        "UserAlreadyExistingUsername 'ann' already exists in the system. Please pick another username."
    );
    let users =
        |filter: &str, limit: &str| list(&admin, "listUsers", &[("filter", filter), ("maxItemLimit", limit)]);
    assert_eq!(users("*", "-1"), ["admin", "ann", TOM, "SALES/sue"]);
    assert_eq!(users("a*", "1"), ["admin"]);
    assert_eq!(users("SALES/*", "10"), ["SALES/sue"]);
    assert_eq!(users("NOWHERE/*", "10"), [""; 0]);
    assert_eq!(users("*", "0"), [""; 0]);
    assert_eq!(
        refused(&admin, "listUsers", &[("maxItemLimit", "1")]),
        "Error occurred while accessing Java Security Manager Privilege Block"
    );
    accepted(&admin, "deleteUser", &[("userName", "ann")]);
    assert_eq!(exists("ann"), "false");
    assert!(!world.caller("ann", OLD).is_known());
    for (name, text) in [
        ("ann", "Cannot delete user who is not exist"),
        ("NOWHERE/ann", "Invalid Domain Name"),
        ("admin", "LoggedInUser Cannot delete logged in user"),
        ("wso2.anonymous.user", "AnonymousUserCannot delete anonymous user"),
    ] {
        assert_eq!(refused_void(&admin, "deleteUser", &[("userName", name)]), text);
    }
    assert_eq!(refused_void(&admin, "deleteUser", &[]), "unknown");
    admin.add_user("second", OLD, &[]);
    admin.assign("admin", "second");
    let second = world.caller("second", OLD);
    assert_eq!(
        refused_void(&second, "deleteUser", &[("userName", "second")]),
        "LoggedInUser Cannot delete logged in user"
    );
    assert_eq!(
        refused_void(&second, "deleteUser", &[("userName", "admin")]),
        "AdminUserCannot delete admin user"
    );
    assert_eq!(users("*", "-1"), ["admin", "second", TOM, "SALES/sue"]);
}

#[test]
fn what_the_default_store_does_not_have_is_said_as_the_original_says_it() {
    let world = World::new(&[]);
    let admin = world.admin();
    let acme = world.tenant_with_tom("acme.com", &[]);
    let of_tom = [("username", TOM)];
    for caller in [&admin, &acme] {
        assert_eq!(one(caller, "isReadOnly", &[]).as_deref(), Some("false"));
        assert_eq!(list(caller, "getAllProfileNames", &[]), ["default"]);
        assert_eq!(list(caller, "getProfileNames", &[("userName", TOM)]), ["default"]);
        assert_eq!(one(caller, "getPasswordExpirationTime", &of_tom).as_deref(), Some("-1"));
        assert_eq!(refused(caller, "getUserId", &of_tom), "Invalid operation");
    }
    assert_eq!(
        refused(&admin, "getProfileNames", &[("userName", "nobody")]),
        "UserNotFound: User nobodydoes not exist in: PRIMARY"
    );
    assert_eq!(one(&admin, "getTenantId", &[]).as_deref(), Some("-1234"));
    let id = world.stored("SELECT id FROM tenant WHERE domain = 'acme.com'");
    assert_eq!(one(&acme, "getTenantId", &[]), Some(id));
    assert_eq!(list(&admin, "getProperties", &[]), [""; 0]);
    assert_eq!(refused(&acme, "getProperties", &[]), "Access Denied");
    assert_eq!(refused(&admin, "getTenantIdofUser", &of_tom), "Invalid operation");
    assert_eq!(refused(&acme, "getTenantIdofUser", &of_tom), "Access Denied");
}

#[test]
fn nothing_of_it_is_for_somebody_who_may_only_log_in() {
    let world = World::new(&[]);
    let tom = world.caller(TOM, OLD);
    for (operation, arguments) in [
        ("authenticate", &[("userName", "admin"), ("credential", "admin")][..]),
        ("isReadOnly", &[]),
        ("getUserClaimValues", &[("userName", TOM)]),
        ("updateCredentialByAdmin", &[("userName", TOM), ("newCredential", NEW)]),
        ("deleteRole", &[("roleName", "test role")]),
    ] {
        let fault = tom.fault(SERVICE, operation, &request(operation, arguments));
        assert_eq!((fault.local_code(), fault.text.as_str()), ("50978", "Access Denied."), "{operation}");
    }
    assert!(tom.is_known());
    let admin = world.admin();
    assert_eq!(one(&admin, "isExistingRole", &[("roleName", "test role")]).as_deref(), Some("true"));
    admin.add_role("keepers", &[TOM], &[LOGIN, "/permission/admin/manage/identity"]);
    assert_eq!(one(&tom, "isReadOnly", &[]).as_deref(), Some("false"));
    assert_eq!(admin.claim(TOM, MAIL).as_deref(), Some(TOMS_MAIL));
}
