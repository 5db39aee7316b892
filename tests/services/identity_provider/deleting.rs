//! `deleteIdP`, and what the audit trail says of all changes.

use super::*;
use crate::support::world::World;

#[test]
fn nothing_remains_of_a_deleted_provider() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    admin.add_role("umRole1", &[], &[]);
    let content = [
        "<mod:primary>true</mod:primary>".to_owned(),
        authenticator("A", &property("p", "1")),
        connector("scim", &provisioning("x", "1")),
        claims(&["c"], &[("l", "c")], ""),
        roles(&["r"], &[(None, "umRole1", "r")]),
        setting("x", "1"),
    ]
    .concat();
    accepted(&admin, &adding("a", &content));
    accepted(&admin, &deleting("a"));
    assert_eq!(by_name(&admin, "a"), None);
    for table in [
        "idp_authenticator_property",
        "idp_connector",
        "idp_connector_property",
        "idp_claim",
        "idp_claim_mapping",
        "idp_role",
        "idp_role_mapping",
    ] {
        assert_eq!(world.stored(&format!("SELECT count(*) FROM {table}")), "0", "{table}");
    }
    // Nobody takes its place as the primary one.
    assert_eq!(world.stored("SELECT count(*) FROM identity_provider WHERE is_primary = 1"), "0");
    accepted(&admin, &adding("a", ""));
    assert!(found(&admin, "a").child("federatedAuthenticatorConfigs").is_none());
}

#[test]
fn the_resident_provider_and_unknown_ones_cannot_be_deleted() {
    let world = World::empty(|_| {});
    let tenant = world.tenant_with_tom("acme.com", &[]);
    let admin = world.admin();
    assert_eq!(
        refused(&admin, &deleting("LOCAL")),
        "Cannot delete Resident Identity Provider of Super Tenant"
    );
    assert_eq!(
        refused(&tenant, &deleting("LOCAL")),
        "Tenant user of acme.com cannot delete Resident Identity Provider of tenant acme.com"
    );
    assert_eq!(
        refused(&admin, &deleting("x")),
        "Trying to delete non-existent Identity Provider for tenant carbon.super"
    );
    assert_eq!(resident(&admin).value("identityProviderName"), Some("LOCAL"));
}

#[test]
fn every_change_leaves_one_line_and_a_refused_one_none() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let trail = || {
        world.stored(
            "SELECT group_concat(initiator || ' ' || action || ' ' || target || ' {' || data || '} ' || result, ';') \
             FROM (SELECT * FROM audit ORDER BY id)",
        )
    };
    let before = trail();
    accepted(&admin, &adding("a", &field("displayName", "Partner")));
    accepted(&admin, &updating("a", "b", ""));
    accepted(&admin, &deleting("b"));
    refused(&admin, &adding("LOCAL", ""));
    refused(&admin, &updating("x", "x", ""));
    refused(&admin, &deleting("x"));
    let lines = [
        "admin@carbon.super add Partner@carbon.super {a} Success",
        "admin@carbon.super update a {Undefined@carbon.super} Success",
        "admin@carbon.super delete b@carbon.super {null} Success",
    ]
    .join(";");
    assert_eq!(trail().trim_start_matches(&before).trim_start_matches(';'), lines);
}
