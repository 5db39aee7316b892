//! `addIdP`.

use super::*;
use crate::support::world::World;

const FAILED: &str = "Error occurred while adding Identity Provider for tenant -1234";

#[test]
fn a_name_is_enough() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    accepted(&admin, &adding("partner", "<mod:enable>false</mod:enable>"));
    let partner = found(&admin, "partner");
    // A new provider is enabled, whatever the request says.
    assert_eq!(partner.value("enable"), Some("true"));
    assert_eq!(partner.value("primary"), Some("false"));
    assert_eq!(
        partner.child("justInTimeProvisioningConfig").unwrap().value("provisioningEnabled"),
        Some("false")
    );
    for nil in ["alias", "displayName", "homeRealmId", "defaultAuthenticatorConfig", "provisioningRole"] {
        assert!(partner.child(nil).unwrap().is_nil(), "{nil}");
    }
    for absent in ["federatedAuthenticatorConfigs", "provisioningConnectorConfigs", "idpProperties"] {
        assert!(partner.child(absent).is_none(), "{absent}");
    }
    assert_eq!(partner.child("certificate").unwrap().text, "");
    assert!(!partner.child("certificate").unwrap().is_nil());
}

#[test]
fn everything_that_the_original_keeps_comes_back() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let content = [
        field("homeRealmId", "localhost"),
        field("alias", "me"),
        field("displayName", "Partner <& co>"),
        field("identityProviderDescription", "our partner"),
        field("provisioningRole", "a,b"),
        "<mod:federationHub>true</mod:federationHub>".to_owned(),
        "<mod:defaultAuthenticatorConfig><mod:name>OpenIDAuthenticator</mod:name></mod:defaultAuthenticatorConfig>"
            .to_owned(),
        "<mod:defaultProvisioningConnectorConfig><mod:name>scim</mod:name></mod:defaultProvisioningConnectorConfig>"
            .to_owned(),
        authenticator(
            "OpenIDAuthenticator",
            &["<mod:displayName>openid</mod:displayName>", &property("OpenIdUrl", "https://test.com"),
              &property("IsUserIdInClaims", "false"), &property("RealmId", "")].concat(),
        ),
        "<mod:justInTimeProvisioningConfig><mod:provisioningEnabled>true</mod:provisioningEnabled>\
         <mod:provisioningUserStore>PRIMARY</mod:provisioningUserStore></mod:justInTimeProvisioningConfig>"
            .to_owned(),
        connector(
            "scim",
            &[provisioning("scim-user-ep", "https://test.com"), provisioning("scim-username", "admin"),
              provisioning("scim-password", "s3cret")].concat(),
        ),
        setting("note", "kept"),
        claims(&["mail", "first"], &[("http://wso2.org/claims/emailaddress", "mail")],
            "<mod:roleClaimURI>groups</mod:roleClaimURI><mod:userClaimURI>mail</mod:userClaimURI>"),
    ]
    .concat();
    accepted(&admin, &adding("TestIDPProvider", &content));
    let provider = found(&admin, "TestIDPProvider");
    for (name, value) in [
        ("homeRealmId", "localhost"),
        ("alias", "me"),
        ("displayName", "Partner <& co>"),
        ("identityProviderDescription", "our partner"),
        ("provisioningRole", "a,b"),
        ("federationHub", "true"),
        ("enable", "true"),
        ("primary", "false"),
    ] {
        assert_eq!(provider.value(name), Some(value), "{name}");
    }
    let openid = part(&provider, "federatedAuthenticatorConfigs", "OpenIDAuthenticator");
    assert_eq!(openid.value("displayName"), Some("openid"));
    assert_eq!((openid.value("enabled"), openid.value("valid")), (Some("true"), Some("true")));
    assert_eq!(
        values(openid, "properties"),
        [("OpenIdUrl", Some("https://test.com")), ("IsUserIdInClaims", Some("false")), ("RealmId", Some(""))]
    );
    // The default is the stored authenticator, with all it has.
    let default = provider.child("defaultAuthenticatorConfig").unwrap();
    assert_eq!(values(default, "properties"), values(openid, "properties"));
    assert_eq!(provider.child("defaultProvisioningConnectorConfig").unwrap().value("name"), Some("scim"));
    let scim = part(&provider, "provisioningConnectorConfigs", "scim");
    assert_eq!((scim.value("enabled"), scim.value("valid")), (Some("true"), Some("false")));
    assert_eq!(values(scim, "provisioningProperties").len(), 4);
    let jit = provider.child("justInTimeProvisioningConfig").unwrap();
    assert_eq!(jit.value("provisioningEnabled"), Some("true"));
    assert_eq!(jit.value("provisioningUserStore"), Some("PRIMARY"));
    assert_eq!(values(&provider, "idpProperties"), [("note", Some("kept"))]);
    let claims = provider.child("claimConfig").unwrap();
    assert_eq!((claims.value("roleClaimURI"), claims.value("userClaimURI")), (Some("groups"), Some("mail")));
    let own: Vec<_> = claims.children.iter().filter(|child| child.name == "idpClaims").collect();
    assert_eq!(
        own.iter().map(|claim| claim.value("claimUri").unwrap()).collect::<Vec<_>>(),
        ["mail", "first"]
    );
    assert!(own.iter().all(|claim| claim.value("claimId") != Some("0")));
    let mapping = claims.child("claimMappings").unwrap();
    assert_eq!(mapping.value("defaultValue"), Some("of http://wso2.org/claims/emailaddress"));
    assert_eq!(mapping.value("requested"), Some("true"));
    assert_eq!(mapping.child("remoteClaim").unwrap().value("claimUri"), Some("mail"));
    assert_eq!(mapping.child("remoteClaim").unwrap().value("claimId"), Some("0"));
}

#[test]
fn a_name_is_taken_once_and_letter_case_counts() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    accepted(&admin, &adding("partner", ""));
    for name in ["partner", "LOCAL"] {
        assert_eq!(
            refused(&admin, &adding(name, "")),
            format!(
                "An Identity Provider has already been registered with the name {name} for tenant carbon.super"
            )
        );
    }
    for name in ["Partner", "shared_x", " partner", "local"] {
        accepted(&admin, &adding(name, ""));
    }
    // The file that the original ships.
    assert_eq!(
        refused(&admin, &adding("default", "")),
        "Identity provider with the namedefaultexists in the file system."
    );
    assert_eq!(names(&all(&admin, "getAllIdPs")), ["partner", "Partner", "shared_x", " partner", "local"]);
}

#[test]
fn what_the_tables_of_the_original_cannot_hold_is_refused_and_leaves_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let long = "x".repeat(256);
    assert_eq!(refused(&admin, &adding(&"n".repeat(255), "")), FAILED);
    accepted(&admin, &adding(&"ü".repeat(254), ""));
    let twice = [property("Url", "a"), property("Url", "b")].concat();
    let without_value = "<mod:idpProperties><mod:name>x</mod:name></mod:idpProperties>".to_owned();
    let without_name = "<mod:idpProperties><mod:value>x</mod:value></mod:idpProperties>".to_owned();
    for content in [
        authenticator("A", &twice),
        without_value,
        without_name,
        [setting("x", "1"), setting("x", "2")].concat(),
        setting("x", &long),
        field("displayName", &long),
        field("alias", &long),
        field("provisioningRole", &"r".repeat(129)),
        field("identityProviderDescription", &"d".repeat(1025)),
        authenticator("A", &property("Url", &"u".repeat(2048))),
        connector("scim", &provisioning("x", &"v".repeat(2049))),
        [connector("scim", ""), connector("scim", &provisioning("x", "1"))].concat(),
        claims(&["c", "c"], &[("l", "c")], ""),
        claims(&["c"], &[("l", "c"), ("l", "c")], ""),
        roles(&["r", "r"], &[]),
    ] {
        assert_eq!(refused(&admin, &adding("x", &content)), FAILED, "{content}");
        assert_eq!(by_name(&admin, "x"), None);
    }
    assert_eq!(
        world.stored(
            "SELECT count(*) FROM idp_authenticator a JOIN identity_provider i ON i.id = a.idp_id \
        WHERE i.name <> 'LOCAL'"
        ),
        "0"
    );
}

#[test]
fn an_entity_id_belongs_to_one_authenticator_of_its_name() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let saml = |id: &str| authenticator("SAMLSSOAuthenticator", &property("IdPEntityId", id));
    accepted(&admin, &adding("a", &saml("urn:a")));
    assert_eq!(
        refused(&admin, &adding("b", &saml("urn:a"))),
        "An Identity Provider Entity Id has already been registered with the name 'urn:a' for tenant 'carbon.super'"
    );
    // Another case, another authenticator and the resident provider's own are free.
    accepted(&admin, &adding("b", &saml("urn:A")));
    accepted(&admin, &adding("c", &authenticator("samlsso", &property("IdPEntityId", "urn:a"))));
    accepted(&admin, &adding("d", &saml("localhost")));
}

#[test]
fn roles_must_exist_on_both_sides() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    admin.add_role("umRole1", &[], &[]);
    // Without roles of its own the mapping is dropped, after the local role was looked at.
    accepted(&admin, &adding("a", &roles(&[], &[(Some("primary"), "umRole1", "role1")])));
    assert!(found(&admin, "a").find("roleMappings").is_none());
    for own in [&[][..], &["r1"]] {
        assert_eq!(
            refused(&admin, &adding("b", &roles(own, &[(Some("PRIMARY"), "ghost", "r1")]))),
            "Cannot find tenant role PRIMARY/ghost for tenant carbon.super"
        );
    }
    assert_eq!(
        refused(&admin, &adding("b", &roles(&["r1"], &[(None, "ghost", "r1")]))),
        "Cannot find tenant role ghost for tenant carbon.super"
    );
    assert_eq!(
        refused(&admin, &adding("b", &roles(&["r1"], &[(Some("PRIMARY"), "umRole1", "r2")]))),
        "Cannot find Identity Provider role r2 for tenant -1234"
    );
    assert_eq!(by_name(&admin, "b"), None);
    let mapped = roles(&["r1", "r2"], &[(None, "umRole1", "r1"), (Some("Internal"), "everyone", "r2")]);
    accepted(&admin, &adding("b", &mapped));
    let config = found(&admin, "b").child("permissionAndRoleConfig").unwrap().clone();
    let mappings = config.all("roleMappings");
    assert_eq!(mappings.len(), 2);
    assert_eq!(mappings[0].find("localRole").unwrap().value("localRoleName"), Some("umRole1"));
    assert!(mappings[0].find("userStoreId").unwrap().is_nil());
    assert_eq!(mappings[1].value("remoteRole"), Some("r2"));
    assert_eq!(mappings[1].find("localRole").unwrap().value("userStoreId"), Some("Internal"));
}

#[test]
fn claims_are_mapped_from_those_the_provider_has() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let local = "http://wso2.org/claims/givenname";
    assert_eq!(
        refused(&admin, &adding("a", &claims(&[], &[(local, "c1")], ""))),
        "No Identity Provider claim URIs defined for tenant -1234"
    );
    assert_eq!(
        refused(&admin, &adding("a", &claims(&["c1"], &[(local, "c2")], ""))),
        "Cannot find Identity Provider claim mapping for tenant -1234"
    );
    // Without a mapping the claims are lost, until an update brings them.
    accepted(&admin, &adding("a", &claims(&["c1"], &[], "")));
    assert!(found(&admin, "a").find("idpClaims").is_none());
    accepted(&admin, &updating("a", "a", &claims(&["c1"], &[], "")));
    assert_eq!(found(&admin, "a").find("idpClaims").unwrap().value("claimUri"), Some("c1"));
    // In the local dialect the remote side has no meaning.
    let dialect = "<mod:localClaimDialect>true</mod:localClaimDialect>";
    let other = "http://wso2.org/claims/country";
    accepted(&admin, &adding("b", &claims(&["c1"], &[(local, "c1"), (other, "nobody")], dialect)));
    let b = found(&admin, "b").child("claimConfig").unwrap().clone();
    assert_eq!(b.value("localClaimDialect"), Some("true"));
    assert!(b.find("idpClaims").is_none());
    let mappings = b.all("claimMappings");
    let locals: Vec<_> =
        mappings.iter().map(|one| one.child("localClaim").unwrap().value("claimUri").unwrap()).collect();
    assert_eq!(locals, [local, other]);
    assert!(mappings.iter().all(|one| one.child("remoteClaim").unwrap().child("claimUri").unwrap().is_nil()));
    assert!(mappings.iter().all(|one| one.value("requested") == Some("true")));
    assert_eq!(mappings[1].value("defaultValue"), Some(format!("of {other}").as_str()));
}

#[test]
fn the_primary_provider_is_the_last_one_that_said_so() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert_eq!(resident(&admin).value("primary"), Some("true"));
    accepted(&admin, &adding("a", "<mod:primary>true</mod:primary>"));
    assert_eq!(resident(&admin).value("primary"), Some("false"));
    accepted(&admin, &adding("b", "<mod:primary>true</mod:primary>"));
    assert_eq!(found(&admin, "a").value("primary"), Some("false"));
    assert_eq!(found(&admin, "b").value("primary"), Some("true"));
}

#[test]
fn what_the_original_drops_is_dropped() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let content = [
        "<mod:justInTimeProvisioningConfig><mod:dumbMode>true</mod:dumbMode>\
         <mod:provisioningEnabled>false</mod:provisioningEnabled>\
         <mod:provisioningUserStore>PRIMARY</mod:provisioningUserStore>\
         <mod:userStoreClaimUri>u</mod:userStoreClaimUri></mod:justInTimeProvisioningConfig>",
        "<mod:permissionAndRoleConfig><mod:permissions><mod:value>p</mod:value></mod:permissions>\
         </mod:permissionAndRoleConfig>",
        "<mod:claimConfig><mod:alwaysSendMappedLocalSubjectId>true</mod:alwaysSendMappedLocalSubjectId>\
         <mod:claimMappings><mod:localClaim><mod:claimUri>l</mod:claimUri></mod:localClaim>\
         <mod:mandatory>true</mod:mandatory><mod:remoteClaim><mod:claimUri>c</mod:claimUri></mod:remoteClaim>\
         </mod:claimMappings><mod:idpClaims><mod:claimUri>c</mod:claimUri></mod:idpClaims></mod:claimConfig>",
        "<mod:provisioningConnectorConfigs><mod:name>googleapps</mod:name>\
         <mod:provisioningProperties><mod:name>key</mod:name><mod:type>BLOB</mod:type><mod:value>a\nb</mod:value>\
         </mod:provisioningProperties><mod:provisioningProperties><mod:name>other</mod:name><mod:type>odd</mod:type>\
         <mod:value>v</mod:value></mod:provisioningProperties><mod:rulesEnabled>true</mod:rulesEnabled>\
         </mod:provisioningConnectorConfigs>",
        "<mod:federatedAuthenticatorConfigs><mod:name>A</mod:name><mod:properties><mod:advanced>true</mod:advanced>\
         <mod:confidential>true</mod:confidential><mod:defaultValue>d</mod:defaultValue>\
         <mod:description>d</mod:description><mod:displayName>d</mod:displayName><mod:displayOrder>7</mod:displayOrder>\
         <mod:name>n</mod:name><mod:required>true</mod:required><mod:value>v</mod:value></mod:properties>\
         </mod:federatedAuthenticatorConfigs>",
        "<mod:federatedAuthenticatorConfigs><mod:enabled>true</mod:enabled><mod:name>A</mod:name>\
         </mod:federatedAuthenticatorConfigs>",
    ]
    .concat();
    accepted(&admin, &adding("a", &content));
    let a = found(&admin, "a");
    let jit = a.child("justInTimeProvisioningConfig").unwrap();
    assert_eq!(jit.value("dumbMode"), Some("false"));
    assert!(
        jit.child("provisioningUserStore").unwrap().is_nil()
            && jit.child("userStoreClaimUri").unwrap().is_nil()
    );
    assert!(a.find("permissions").is_none());
    assert_eq!(a.find("alwaysSendMappedLocalSubjectId").unwrap().text, "false");
    assert_eq!(a.find("mandatory").unwrap().text, "false");
    let google = part(&a, "provisioningConnectorConfigs", "googleapps");
    assert_eq!(google.value("rulesEnabled"), Some("false"));
    let properties: Vec<_> = google.all("provisioningProperties");
    assert_eq!((properties[0].value("type"), properties[0].value("value")), (Some("BLOB"), Some("ab")));
    assert_eq!((properties[1].value("type"), properties[1].value("value")), (Some("STRING"), Some("v")));
    // Of two authenticators with one name the first counts.
    assert_eq!(a.all("federatedAuthenticatorConfigs").len(), 1);
    let kept = part(&a, "federatedAuthenticatorConfigs", "A");
    assert_eq!(kept.value("enabled"), Some("false"));
    let property = kept.child("properties").unwrap();
    assert_eq!((property.value("name"), property.value("value")), (Some("n"), Some("v")));
    assert_eq!(property.value("confidential"), Some("true"));
    for (name, text) in [("advanced", "false"), ("displayOrder", "0"), ("required", "false")] {
        assert_eq!(property.value(name), Some(text));
    }
    for nil in ["defaultValue", "description", "displayName", "type"] {
        assert!(property.child(nil).unwrap().is_nil(), "{nil}");
    }
}
