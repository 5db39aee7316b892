//! Tenants as they come to be.

use super::*;
use crate::support::caller::{GIVEN_NAME, LOGIN, TRIGGER};
use crate::support::visitor::parameter;
use crate::support::world::{LINK, START, TOM};

#[test]
fn a_tenant_is_added_and_found_again_with_everything_that_was_said_of_it() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[("tenantDomain", "Acme.Example")]);
    let found = get(&admin, "ACME.example");
    let names: Vec<&str> = found.children.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "active",
            "admin",
            "adminPassword",
            "createdDate",
            "email",
            "firstname",
            "lastname",
            "originatedService",
            "successKey",
            "tenantDomain",
            "tenantId",
            "usagePlan"
        ]
    );
    for (name, value) in [
        ("active", Some("true")),
        ("admin", Some("admin")),
        ("adminPassword", None),
        ("createdDate", Some("2017-01-16T03:00:00.250+00:00")),
        ("email", Some("root@acme.example")),
        ("firstname", Some("Ada")),
        ("lastname", Some("Root")),
        ("originatedService", None),
        ("successKey", None),
        ("tenantDomain", Some("acme.example")),
        ("tenantId", Some("1")),
        ("usagePlan", Some("")),
    ] {
        assert_eq!(found.value(name), value, "{name}");
    }
    assert_eq!(
        world.stored("SELECT action || ' ' || target || ' ' || data FROM audit WHERE action = 'Add Tenant'"),
        "Add Tenant acme.example Admin : admin"
    );
}

#[test]
fn the_administrator_of_a_new_tenant_is_let_in_everywhere() {
    let world = World::empty(|_| {});
    add(&world.admin(), &[("admin", "root"), ("active", "false")]);
    let root = world.caller("root@acme.example", PASSWORD);
    assert!(root.is_known());
    assert!(world.caller("root@ACME.example", PASSWORD).is_known());
    assert!(!world.caller("root@acme.example", "Wrong@123").is_known());
    assert!(!world.caller("root", PASSWORD).is_known());
    assert!(!world.caller("admin@acme.example", PASSWORD).is_known());
    // AuthenticationAdmin, and then the session it opened.
    let login = "<aut:login><aut:username>root@acme.example</aut:username>\
                 <aut:password>Acme@1234</aut:password><aut:remoteAddress>127.0.0.1</aut:remoteAddress></aut:login>";
    let answer = Caller::anonymous(&world.client()).call("AuthenticationAdmin", "login", login);
    assert!(answer.text().contains("<ns:return>true</ns:return>"), "{}", answer.text());
    assert!(Caller::session(&world.client(), &answer.cookie("JSESSIONID").unwrap()).is_known());
    assert!(world.lets_in("root@acme.example", PASSWORD));
    assert!(!world.lets_in("root@acme.example", "Wrong@123"));
}

#[test]
fn a_new_tenant_has_what_the_super_tenant_had() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    let root = world.caller("admin@acme.example", PASSWORD);
    assert_eq!(root.claim("admin", GIVEN_NAME).as_deref(), Some("Ada"));
    assert_eq!(root.claim("admin", LAST_NAME).as_deref(), Some("Root"));
    assert_eq!(root.claim("admin", MAIL).as_deref(), Some("root@acme.example"));
    let roles = root.results("RemoteUserStoreManagerService", "getRoleNames", "<ser:getRoleNames/>");
    let roles: Vec<&str> = roles.iter().map(|role| role.text.as_str()).collect();
    assert_eq!(roles, ["admin", "Internal/everyone"]);
    for (service, operation, payload) in [
        ("IdentityGovernanceAdminService", "getConnectorList", "<gov:getConnectorList/>"),
        ("IdentityProviderMgtService", "getResidentIdP", "<idp:getResidentIdP/>"),
    ] {
        let (ours, theirs) = (
            admin.done(service, operation, payload).unwrap(),
            root.done(service, operation, payload).unwrap(),
        );
        let names =
            |root: &Element| root.all("name").iter().map(|name| name.text.clone()).collect::<Vec<_>>();
        assert!(names(&ours).len() > 5);
        assert_eq!(names(&ours), names(&theirs), "{operation}");
    }
    let counted = |table: &str, tenant: i64| {
        world.stored(&format!("SELECT count(*) FROM {table} WHERE tenant_id = {tenant}"))
    };
    for table in ["claim_dialect", "email_template", "identity_provider"] {
        assert_ne!(counted(table, 1), "0", "{table}");
        assert_eq!(counted(table, 1), counted(table, -1234), "{table}");
    }
    // And all of it works: a reset in the tenant, from the trigger to the new password.
    root.add_user(TOM, OLD, &[(MAIL, "tom@acme.example")]);
    root.add_role("staff", &[TOM], &[LOGIN]);
    root.configure(&[(LINK, "true")]);
    root.trigger(TOM);
    let link = world.mailed_link();
    assert_eq!(parameter(&link.address, "tenantdomain").as_deref(), Some("acme.example"));
    assert_eq!(world.set_password_api(&link.code, NEW).status, 200);
    assert!(world.lets_in("tom@acme.example", NEW));
}

#[test]
fn adding_the_administrator_triggers_nothing() {
    let world = World::new(&[LINK]);
    add(&world.admin(), &[]);
    world.assert_no_mail();
    assert_eq!(world.pending(), "0");
    // The claim that forces a reset is no property of the bean, and none of its properties is that claim.
    assert_eq!(world.stored(&format!("SELECT count(*) FROM identity_claim WHERE uri = '{TRIGGER}'")), "0");
}

#[test]
fn a_new_tenant_is_refused_in_the_order_of_the_original() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let refuse = |changes: &[(&str, &str)]| refused(&admin, "addTenant", &new(changes));
    let mail = "Invalid email is provided.";
    for email in
        ["-", "", "  ", "root", "root@acme", "@acme.example", "a b@acme.e", "a<b@acme.example", "a@b@c.de"]
    {
        assert_eq!(refuse(&[("email", email), ("tenantDomain", "")]), mail, "{email}");
    }
    assert_eq!(refused(&admin, "addTenant", ""), mail);
    assert_eq!(refused(&admin, "addTenant", "<t:tenantInfoBean/>"), mail);
    for empty in ["", "-"] {
        assert_eq!(refuse(&[("tenantDomain", empty)]), "Provided domain name is empty.");
    }
    assert_eq!(refuse(&[("tenantDomain", ".acme.example")]), "Invalid domain, starting with '.'");
    for wrong in ["acme example", "acme/example", "a@b.example", "äcme.example"] {
        assert_eq!(
            refuse(&[("tenantDomain", wrong), ("admin", "-")]),
            format!(
                "The tenant domain ' {wrong} ' contains one or more illegal characters. the valid characters are \
                 letters, numbers, '.', '-' and '_'"
            )
        );
    }
    assert_eq!(
        refuse(&[("tenantDomain", "registry")]),
        "You can not use a registry reserved word:registry:as a tenant domain. Please choose a different one."
    );
    for (name, text) in [
        ("admin", "-"),
        ("admin", " "),
        ("admin", "wso2.system.user"),
        ("admin", "WSO2.Anonymous.User"),
        ("admin", &*"a".repeat(256)),
        ("adminPassword", "-"),
        ("adminPassword", ""),
        ("adminPassword", " "),
        ("email", &format!("{}@b.example", "a".repeat(250))),
        // The keys of all tenants after it would have more than 32 bits.
        ("tenantId", "2147483647"),
    ] {
        assert_eq!(refuse(&[(name, text)]), "Error in adding tenant with domain: acme.example", "{name}");
    }
    add(&admin, &[("tenantId", "7")]);
    for taken in ["acme.example", "ACME.Example", "carbon.super", "Carbon.Super"] {
        assert_eq!(refuse(&[("tenantDomain", taken)]), "Domain is not available to register", "{taken}");
    }
    assert_eq!(
        refuse(&[("tenantDomain", "other.example"), ("tenantId", "7")]),
        "Error in adding tenant with domain: other.example"
    );
    assert_eq!(world.stored("SELECT count(*) FROM tenant"), "2");
    // A key that is given is kept, and the next one is counted from there.
    add(&admin, &[("tenantDomain", "other.example"), ("createdDate", "-"), ("tenantId", "-")]);
    let other = get(&admin, "other.example");
    assert_eq!(other.value("tenantId"), Some("8"));
    assert_eq!(
        other.value("createdDate"),
        Some("2023-11-14T22:13:20.000+00:00"),
        "the clock stands at {START}"
    );
    // A domain needs no dot.
    add(&admin, &[("tenantDomain", "acme_2-x")]);
    assert!(world.caller("admin@acme_2-x", PASSWORD).is_known());
}

#[test]
fn what_soapui_leaves_in_the_date_is_refused_in_axis2s_words() {
    let world = World::empty(|_| {});
    let fault = fault(&world.admin(), "addTenant", &new(&[("createdDate", "?")]));
    assert_eq!(fault.text, "date string can not be less than 19 characters");
}
