//! `updateIdP`.

use super::*;
use crate::support::caller::{sent_back, sent_back_with};
use crate::support::world::World;

const FAILED: &str = "Error occurred while updating Identity Provider information  for tenant -1234";
const ENABLED: &str = "<mod:enable>true</mod:enable>";

#[test]
fn a_provider_that_was_read_can_be_renamed_switched_off_and_written_back() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let certificate = resident(&admin).value("certificate").unwrap().to_owned();
    let content = [
        field("certificate", &certificate),
        field("homeRealmId", "localhost"),
        authenticator("OpenIDAuthenticator", &property("RealmId", "realm")),
        connector(
            "scim",
            &[provisioning("scim-password", "admin"), provisioning("scim-username", "u")].concat(),
        ),
        setting("note", "kept"),
        claims(&["c"], &[("http://wso2.org/claims/givenname", "c")], ""),
    ]
    .concat();
    accepted(&admin, &adding("a", &content));
    let read = found(&admin, "a");
    let mut changed = sent_back_with(&read, &[("identityProviderName", "b"), ("enable", "false")]);
    changed = changed.replacen(
        "<mod:enabled>true</mod:enabled><mod:name>OpenIDAuthenticator",
        "<mod:enabled>false</mod:enabled><mod:name>OpenIDAuthenticator",
        1,
    );
    accepted(
        &admin,
        &format!(
            "<idp:updateIdP><idp:oldIdPName>a</idp:oldIdPName><idp:identityProvider>{changed}</idp:identityProvider>\
             </idp:updateIdP>"
        ),
    );
    assert_eq!(by_name(&admin, "a"), None);
    let b = found(&admin, "b");
    assert_eq!(b.value("enable"), Some("false"));
    let openid = part(&b, "federatedAuthenticatorConfigs", "OpenIDAuthenticator");
    assert_eq!((openid.value("enabled"), openid.value("valid")), (Some("false"), Some("true")));
    assert_eq!(values(openid, "properties"), [("RealmId", Some("realm"))]);
    for field in ["certificate", "homeRealmId"] {
        assert_eq!(b.value(field), read.value(field));
    }
    let mappings = |provider: &Element| {
        let mappings = provider.find("claimConfig").unwrap().all("claimMappings");
        mappings.into_iter().map(sent_back).collect::<Vec<_>>()
    };
    assert_eq!(mappings(&b), mappings(&read));
    assert_eq!(b.all("idpProperties").len(), 1);
    // The masked password is one still, and no masking has left a property of its own.
    let scim = values(part(&b, "provisioningConnectorConfigs", "scim"), "provisioningProperties");
    assert_eq!(
        scim.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["scim-password", "scim-username", "UniqueID"]
    );
}

#[test]
fn names_are_checked_in_the_originals_order() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for name in ["a", "b"] {
        accepted(&admin, &adding(name, &field("alias", name)));
    }
    assert_eq!(refused(&admin, &updating("x", "x", "")), "Identity Provider with name x does not exist");
    assert_eq!(
        refused(&admin, &updating("a", "SHARED_a", "")),
        "Cannot update Idp name to have 'SHARED_' as a prefix (previous name:a, New name: SHARED_a)"
    );
    assert_eq!(
        refused(&admin, &updating("a", "default", "")),
        "Identity provider with the same name exists in the file system."
    );
    for taken in ["b", "LOCAL"] {
        assert_eq!(refused(&admin, &updating("a", taken, "")), FAILED);
    }
    assert_eq!(refused(&admin, &updating("a", &"n".repeat(255), "")), FAILED);
    for name in ["a", "b"] {
        assert_eq!(found(&admin, name).value("alias"), Some(name));
        assert_eq!(found(&admin, name).value("enable"), Some("true"));
    }
    // The resident provider has an operation of its own.
    let before = resident(&admin);
    assert_eq!(
        refused(&admin, &updating("LOCAL", "LOCAL", "")),
        "Identity Provider with name LOCAL does not exist"
    );
    assert_eq!(resident(&admin), before);
}

#[test]
fn the_primary_provider_stays_primary_until_another_one_is() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let primary = "<mod:primary>true</mod:primary>";
    accepted(&admin, &adding("a", primary));
    accepted(&admin, &adding("b", ""));
    for content in ["", "<mod:primary>false</mod:primary>"] {
        assert_eq!(
            refused(&admin, &updating("a", "a", content)),
            "Invalid argument: Cannot unset Identity Provider from primary. Alternatively set new Identity Provider to \
             primary"
        );
    }
    accepted(&admin, &updating("a", "a", primary));
    accepted(&admin, &updating("b", "b", primary));
    assert_eq!(found(&admin, "b").value("primary"), Some("true"));
    assert_eq!(found(&admin, "a").value("primary"), Some("false"));
}

#[test]
fn what_is_not_sent_is_cleared_but_authenticators_are_kept() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let certificate = resident(&admin).value("certificate").unwrap().to_owned();
    let content = [
        field("alias", "me"),
        field("certificate", &certificate),
        authenticator("A", &[property("p1", "1"), property("p2", "2")].concat()),
        authenticator("B", &property("q", "1")),
        connector("scim", &provisioning("x", "1")),
        connector("spml", &provisioning("x", "1")),
        claims(&["c"], &[("l", "c")], ""),
        roles(&["r"], &[]),
        setting("x", "1"),
    ]
    .concat();
    accepted(&admin, &adding("a", &content));
    accepted(
        &admin,
        &updating(
            "a",
            "a",
            &[
                ENABLED,
                &setting("y", "2"),
                &authenticator(
                    "A",
                    &["<mod:displayName>new</mod:displayName>", &property("p1", "new"), &property("p3", "3")]
                        .concat(),
                ),
            ]
            .concat(),
        ),
    );
    let a = found(&admin, "a");
    let first = part(&a, "federatedAuthenticatorConfigs", "A");
    assert_eq!(values(first, "properties"), [("p1", Some("new")), ("p2", Some("2")), ("p3", Some("3"))]);
    assert!(first.child("displayName").unwrap().is_nil(), "a name for people is only kept at creation");
    assert_eq!(values(part(&a, "federatedAuthenticatorConfigs", "B"), "properties"), [("q", Some("1"))]);
    assert_eq!(values(&a, "idpProperties"), [("y", Some("2"))]);
    assert!(a.child("alias").unwrap().is_nil());
    assert_eq!(a.child("certificate").unwrap().text, "");
    for gone in ["provisioningConnectorConfigs", "idpClaims", "claimMappings", "idpRoles"] {
        assert!(a.find(gone).is_none(), "{gone}");
    }
    assert_eq!(a.value("enable"), Some("true"));
    // A sparse update switches it off.
    accepted(&admin, &updating("a", "a", ""));
    let a = found(&admin, "a");
    assert_eq!(a.value("enable"), Some("false"));
    assert!(a.child("idpProperties").is_none());
    assert_eq!(a.all("federatedAuthenticatorConfigs").len(), 2);
}

#[test]
fn numbered_properties_are_replaced_together_and_only_at_their_authenticator() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let numbered = |last: usize| -> String {
        (1..=last).map(|number| property(&format!("DestinationURI.{number}"), "u")).collect()
    };
    for name in ["a", "b"] {
        accepted(&admin, &adding(name, &authenticator("SAMLSSOAuthenticator", &numbered(3))));
    }
    accepted(&admin, &updating_resident(&authenticator("samlsso", &numbered(2))));
    accepted(&admin, &updating("a", "a", &authenticator("SAMLSSOAuthenticator", &property("Other", "1"))));
    let kept = |name: &str| {
        let provider = found(&admin, name);
        let values =
            values(part(&provider, "federatedAuthenticatorConfigs", "SAMLSSOAuthenticator"), "properties")
                .into_iter()
                .map(|(name, _)| name.to_owned())
                .collect::<Vec<_>>();
        values.join(" ")
    };
    assert_eq!(kept("a"), "DestinationURI.1 DestinationURI.2 DestinationURI.3 Other");
    accepted(&admin, &updating("a", "a", &authenticator("SAMLSSOAuthenticator", &numbered(1))));
    assert_eq!(kept("a"), "Other DestinationURI.1");
    assert_eq!(kept("b"), "DestinationURI.1 DestinationURI.2 DestinationURI.3");
    assert!(of_authenticator(&resident(&admin), "samlsso", "DestinationURI.2").is_some());
    let twice = [property("DestinationURI.1", "u"), property("DestinationURI.1", "v")].concat();
    assert_eq!(refused(&admin, &updating("a", "a", &authenticator("SAMLSSOAuthenticator", &twice))), FAILED);
    assert_eq!(kept("a"), "Other DestinationURI.1");
}

#[test]
fn an_entity_id_may_be_kept_and_not_taken_from_another() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let saml = |id: &str| authenticator("SAMLSSOAuthenticator", &property("IdPEntityId", id));
    accepted(&admin, &adding("a", &saml("urn:a")));
    accepted(&admin, &adding("b", &saml("urn:b")));
    accepted(&admin, &updating("a", "a", &saml("urn:a")));
    assert_eq!(
        refused(&admin, &updating("a", "a", &saml("urn:b"))),
        "An Identity Provider Entity Id has already been registered with the name 'urn:b' for tenant 'carbon.super'"
    );
    accepted(&admin, &updating("a", "a", &saml("urn:c")));
    accepted(&admin, &updating("b", "b", &saml("urn:a")));
}

#[test]
fn mappings_need_both_sides() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    admin.add_role("umRole1", &[], &[]);
    accepted(&admin, &adding("a", ""));
    assert_eq!(
        refused(&admin, &updating("a", "a", &roles(&[], &[(Some("PRIMARY"), "umRole1", "r")]))),
        "No Identity Provider roles defined for tenant -1234"
    );
    assert_eq!(
        refused(&admin, &updating("a", "a", &roles(&["r"], &[(None, "umRole1", "s")]))),
        "Cannot find Identity Provider role s for tenant -1234"
    );
    assert_eq!(
        refused(&admin, &updating("a", "a", &roles(&["r"], &[(None, "ghost", "r")]))),
        "Cannot find tenant role ghost for tenant carbon.super"
    );
    assert_eq!(
        refused(&admin, &updating("a", "a", &claims(&["c"], &[("l", "d")], ""))),
        "Cannot find Identity Provider claim mapping for tenant -1234"
    );
    // Without claims of its own the mappings are dropped, unlike at the start.
    accepted(&admin, &updating("a", "a", &claims(&[], &[("l", "d")], "")));
    assert!(found(&admin, "a").find("claimMappings").is_none());
    accepted(&admin, &updating("a", "a", &roles(&["r"], &[(None, "umRole1", "r")])));
    assert_eq!(found(&admin, "a").find("localRoleName").unwrap().text, "umRole1");
}

#[test]
fn a_mapping_follows_its_role_and_goes_with_it_while_the_remote_role_stays() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for role in ["umRole1", "ops"] {
        admin.add_role(role, &[], &[]);
    }
    let mapped =
        roles(&["r1", "ops"], &[(Some("PRIMARY"), "umRole1", "r1"), (None, "PRIMARY/umRole1", "ops")]);
    accepted(&admin, &adding("a", &mapped));
    let rename = "<ser:updateRoleName><ser:roleName>umRole1</ser:roleName><ser:newRoleName>umRole2</ser:newRoleName>\
        </ser:updateRoleName>";
    admin.done("RemoteUserStoreManagerService", "updateRoleName", rename);
    let local = || {
        let a = found(&admin, "a");
        a.all("localRoleName").into_iter().map(|role| role.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(local(), ["umRole2", "PRIMARY/umRole2"]);
    let delete = |role: &str| {
        let payload = format!("<ser:deleteRole><ser:roleName>{role}</ser:roleName></ser:deleteRole>");
        admin.done("RemoteUserStoreManagerService", "deleteRole", &payload);
    };
    // A local role that only has the name of a remote one.
    delete("ops");
    assert_eq!(local().len(), 2);
    delete("umRole2");
    assert!(local().is_empty());
    let own: Vec<String> =
        found(&admin, "a").all("idpRoles").into_iter().map(|role| role.text.clone()).collect();
    assert_eq!(own, ["r1", "ops"]);
}
