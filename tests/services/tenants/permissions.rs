//! Who may do what with tenants.

use super::*;
use crate::support::world::TOM;

#[test]
fn every_operation_wants_its_own_permission() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add(&admin, &[]);
    for (user, permission) in [("mia", MONITOR), ("leo", LIST), ("max", MODIFY), ("ann", "/permission/admin")]
    {
        admin.add_user(user, OLD, &[]);
        admin.add_role(user, &[user], &[permission]);
    }
    let may = |user: &str, operation: &str| {
        let content =
            if operation.starts_with("retrievePaginated") { "<t:pageNumber>0</t:pageNumber>" } else { "" };
        let answer = world.caller(user, OLD).call(SERVICE, operation, &request(operation, content));
        answer.status == 200 || Fault::of(&answer).local_code() != "50978"
    };
    for operation in SEARCHES {
        assert!(may("mia", operation) && !may("leo", operation) && !may("max", operation), "{operation}");
    }
    for operation in CHANGES {
        assert!(may("max", operation) && !may("mia", operation), "{operation}");
    }
    assert!(may("leo", "retrieveTenants") && may("mia", "retrieveTenants") && !may("max", "retrieveTenants"));
    for operation in SEARCHES.iter().chain(CHANGES).chain(&["retrieveTenants"]) {
        assert!(!may("ann", operation), "the whole of /permission/admin is not enough for {operation}");
    }
}

#[test]
fn nobody_of_another_tenant_may_even_ask() {
    let world = World::empty(|_| {});
    add(&world.admin(), &[]);
    add(&world.admin(), &[("tenantDomain", "other.example")]);
    let root = world.caller("admin@acme.example", PASSWORD);
    root.add_user(TOM, OLD, &[]);
    for caller in [root, world.caller("tom@acme.example", OLD)] {
        for operation in SEARCHES.iter().chain(CHANGES).chain(&["retrieveTenants"]) {
            let fault = fault(&caller, operation, &domain("other.example"));
            assert_eq!(
                (fault.local_code(), fault.text.as_str()),
                ("WSO2CarbonTenantAuthorizationFailure", "Denied accessing super tenant service."),
                "{operation}"
            );
        }
    }
    assert_eq!(get(&world.admin(), "other.example").value("active"), Some("true"));
}
