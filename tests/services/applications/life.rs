//! Making, listing, reading and deleting, and who may.

use super::*;
use crate::support::caller::{LOGIN, sent_back};
use crate::support::world::{OLD, World};

/// A user with permissions of the service.
fn user(world: &World, name: &str, rights: &[&str]) -> Caller {
    let admin = world.admin();
    admin.add_user(name, OLD, &[]);
    let rights: Vec<String> = rights.iter().map(|right| format!("{MANAGE}/{right}")).collect();
    let rights: Vec<&str> = std::iter::once(LOGIN).chain(rights.iter().map(String::as_str)).collect();
    admin.add_role(&format!("role of {name}"), &[name], &rights);
    world.caller(name, OLD)
}

fn roles(caller: &Caller, name: &str) -> Vec<String> {
    let payload =
        format!("<ser:getRoleListOfUser><ser:userName>{name}</ser:userName></ser:getRoleListOfUser>");
    let roles = caller.results("RemoteUserStoreManagerService", "getRoleListOfUser", &payload);
    roles.into_iter().map(|role| role.text).collect()
}

#[test]
fn an_application_starts_with_its_name_and_a_role_and_ends_with_both() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert!(names(&admin).is_empty());
    accepted(&admin, &creating("TestServiceProvider", "This is a test Service Provider"));
    let listed = all(&admin, "getAllApplicationBasicInfo");
    let [info] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(info.value("applicationName"), Some("TestServiceProvider"));
    assert_eq!(info.value("description"), Some("This is a test Service Provider"));
    assert!(roles(&admin, "admin").contains(&"Application/TestServiceProvider".to_owned()));

    let made = found(&admin, "TestServiceProvider");
    assert!(made.value("applicationID").unwrap().parse::<i32>().unwrap() > 0);
    for (name, value) in [
        ("description", "This is a test Service Provider"),
        ("saasApp", "false"),
        ("userName", "admin"),
        ("userStoreDomain", "PRIMARY"),
        ("tenantDomain", "carbon.super"),
        ("authenticationType", "default"),
        ("localClaimDialect", "true"),
        ("useTenantDomainInLocalSubjectIdentifier", "false"),
        ("dumbMode", "false"),
    ] {
        assert_eq!(made.find(name).unwrap().text, value, "{name}");
    }
    for name in ["claimMappings", "inboundAuthenticationRequestConfigs", "roleMappings", "spProperties"] {
        assert!(made.all(name).iter().all(|one| one.is_nil()), "{name}");
    }
    // Nobody provisions by roles: there is no list of them, which is not an empty one.
    assert!(made.find("provisionByRoleList").unwrap().is_nil());
    accepted(&admin, &deleting("TestServiceProvider"));
    assert!(names(&admin).is_empty());
    assert!(!roles(&admin, "admin").contains(&"Application/TestServiceProvider".to_owned()));
    assert_eq!(refused(&admin, &getting("TestServiceProvider")), "User not authorized");
    accepted(&admin, &creating("TestServiceProvider", "again"));
}

#[test]
fn properties_and_permissions_may_come_with_a_new_application() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let bean = format!(
        "{}<mod:permissionAndRoleConfig><mod:permissions>{}</mod:permissions></mod:permissionAndRoleConfig>\
         <mod:saasApp>true</mod:saasApp><mod:spProperties>{}{}{}</mod:spProperties>",
        field("applicationName", "shop"),
        field("value", "/orders/read"),
        field("displayName", "Colour"),
        field("name", "colour"),
        field("value", "blue"),
    );
    accepted(
        &admin,
        &request("createApplication", &format!("<s:serviceProvider>{bean}</s:serviceProvider>")),
    );
    let made = found(&admin, "shop");
    assert_eq!(texts(made.find("permissions").unwrap(), "value"), ["orders/read"]);
    let property = made.find("spProperties").unwrap();
    let shown = ["name", "value", "displayName"].map(|name| property.value(name));
    assert_eq!(shown, [Some("colour"), Some("blue"), Some("Colour")]);
    assert_eq!(made.value("saasApp"), Some("false"), "only its first change says this");
    let tree = admin.results(
        "UserAdmin",
        "getAllUIPermissions",
        "<x:getAllUIPermissions xmlns:x=\"http://org.apache.axis2/xsd\"/>",
    );
    assert!(texts(&tree[0], "resourcePath").contains(&"/permission/applications/shop/orders/read"));
}

#[test]
fn what_is_no_name_or_is_taken_is_refused_in_the_words_of_the_original() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for name in ["", "  "] {
        assert_eq!(refused(&admin, &creating(name, "")), "Application Name is required");
    }
    accepted(&admin, &creating("shop", "first"));
    for name in ["shop", "SHOP"] {
        assert_eq!(
            refused(&admin, &creating(name, "second")),
            format!("Error while creating application role: Application/{name} with user admin")
        );
    }
    assert_eq!(found(&admin, "shop").value("description"), Some("first"));
    for name in ["default", "wso2_sp_dashboard"] {
        assert_eq!(
            refused(&admin, &creating(name, "")),
            "Application with the same name loaded from the file system."
        );
    }
    // The role is gone, the application is not.
    admin.done(
        "RemoteUserStoreManagerService",
        "deleteRole",
        "<ser:deleteRole><ser:roleName>Application/shop</ser:roleName></ser:deleteRole>",
    );
    assert_eq!(refused(&admin, &creating("shop", "third")), "Error while Creating Application");
    assert!(!roles(&admin, "admin").contains(&"Application/shop".to_owned()), "nothing is left behind");
    accepted(&admin, &creating("sales/shop", "a blank or slash is part of the name"));
    assert_eq!(names(&admin), ["shop", "sales/shop"]);
    assert!(roles(&admin, "admin").contains(&"Application/sales/shop".to_owned()));
    for operation in ["createApplication", "updateApplication"] {
        let fault = admin.fault(SERVICE, operation, &request(operation, ""));
        assert!(fault.detail.is_empty());
        assert_eq!(
            fault.text,
            format!("Exception occurred while trying to invoke service method {operation}")
        );
    }
    for payload in [request("getApplication", ""), request("deleteApplication", ""), deleting("nobody's")] {
        assert_eq!(refused(&admin, &payload), "User not authorized");
    }
}

#[test]
fn an_application_is_for_the_members_of_its_role_and_for_administrators() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let [ann, bob] = ["ann", "bob"].map(|name| user(&world, name, &["create", "update", "delete", "view"]));
    accepted(&ann, &creating("anns", ""));
    accepted(&bob, &creating("bobs", ""));
    assert_eq!((names(&ann), names(&bob)), (vec!["anns".to_owned()], vec!["bobs".to_owned()]));
    assert_eq!(names(&admin), ["anns", "bobs"]);
    let anns = found(&ann, "anns");
    assert_eq!(anns.find("userName").unwrap().text, "ann");
    // The name of an own application does not help with the key of another's.
    let disguised = sent_back_with(&anns, &[("applicationName", "bobs")]);
    for payload in [getting("anns"), updating(&sent_back(&anns)), updating(&disguised), deleting("anns")] {
        assert_eq!(refused(&bob, &payload), "User not authorized");
    }
    admin.assign("Application/anns", "bob");
    assert_eq!(names(&bob), ["anns", "bobs"]);
    changed(&bob, "anns", &[("description", "by bob")]);
    assert_eq!(found(&ann, "anns").value("description"), Some("by bob"));
    assert_eq!(found(&ann, "anns").find("userName").unwrap().text, "ann");
    changed(&admin, "bobs", &[("description", "by the administrator")]);
    accepted(&bob, &deleting("anns"));
    assert_eq!(names(&admin), ["bobs"]);
}

#[test]
fn each_operation_has_a_permission_of_its_own() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    accepted(&admin, &creating("shop", ""));
    let shop = found(&admin, "shop");
    let rights = ["create", "update", "delete", "view"];
    let callers = rights.map(|right| user(&world, right, &[right]));
    for right in rights {
        admin.assign("Application/shop", right);
    }
    let plain = user(&world, "plain", &[]);
    for (right, payload) in [
        ("view", getting("shop")),
        ("view", request("getAllApplicationBasicInfo", "")),
        ("view", request("getAllLocalAuthenticators", "")),
        ("view", request("getAllRequestPathAuthenticators", "")),
        ("view", request("getAllLocalClaimUris", "")),
        ("view", request("getIdentityProvider", "<s:federatedIdPName>LOCAL</s:federatedIdPName>")),
        ("create", creating("other", "")),
        ("update", updating(&sent_back(&shop))),
        ("delete", deleting("shop")),
    ] {
        denied(&plain, &payload);
        for (caller, own) in callers.iter().zip(rights) {
            if own == right {
                caller.done(SERVICE, operation(&payload), &payload);
            } else {
                denied(caller, &payload);
            }
        }
    }
    assert!(all(&plain, "getAllIdentityProviders").iter().all(Element::is_nil));
}
