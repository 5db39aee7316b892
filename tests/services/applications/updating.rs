//! Changing.

use super::*;
use crate::support::world::World;

const FAILED: &str = "Error occurred while updating the application: ";

/// Everything that can be said of an application, in the order of its beans.
fn everything() -> [(&'static str, String); 9] {
    let uri = |name: &str, uri: &str| format!("<mod:{name}>{}</mod:{name}>", field("claimUri", uri));
    let named = |name: &str| field("name", name);
    [
        (
            "claimConfig",
            format!(
                "<mod:alwaysSendMappedLocalSubjectId>true</mod:alwaysSendMappedLocalSubjectId><mod:claimMappings>{}{}\
                 <mod:mandatory>true</mod:mandatory>{}<mod:requested>true</mod:requested></mod:claimMappings>\
                 <mod:localClaimDialect>false</mod:localClaimDialect>{}",
                field("defaultValue", "none"),
                uri("localClaim", "idpClaim_1"),
                uri("remoteClaim", "spClaim_1"),
                field("roleClaimURI", "roleClaim"),
            ),
        ),
        (
            "inboundAuthenticationConfig",
            format!(
                "<mod:inboundAuthenticationRequestConfigs>{}{}<mod:properties>{}{}</mod:properties>\
                 <mod:properties>{}{}</mod:properties></mod:inboundAuthenticationRequestConfigs>\
                 <mod:inboundAuthenticationRequestConfigs>{}</mod:inboundAuthenticationRequestConfigs>",
                field("inboundAuthKey", "samlIssuer"),
                field("inboundAuthType", "samlsso"),
                named("attrConsumServiceIndex"),
                field("value", "attrConsumServiceIndexValue"),
                named("second"),
                field("value", "2 <&> ü"),
                field("inboundAuthType", "openid"),
            ),
        ),
        (
            "inboundProvisioningConfig",
            format!(
                "<mod:dumbMode>true</mod:dumbMode>{}",
                field("provisioningUserStore", "scim-inbound-userstore")
            ),
        ),
        (
            "localAndOutBoundAuthenticationConfig",
            format!(
                "<mod:alwaysSendBackAuthenticatedListOfIdPs>true</mod:alwaysSendBackAuthenticatedListOfIdPs>\
                 <mod:authenticationSteps><mod:attributeStep>true</mod:attributeStep>\
                 <mod:federatedIdentityProviders><mod:federatedAuthenticatorConfigs>{}\
                 </mod:federatedAuthenticatorConfigs>{}</mod:federatedIdentityProviders>\
                 <mod:stepOrder>2</mod:stepOrder></mod:authenticationSteps><mod:authenticationSteps>\
                 <mod:localAuthenticatorConfigs>{}{}</mod:localAuthenticatorConfigs>\
                 <mod:subjectStep>true</mod:subjectStep></mod:authenticationSteps>{}\
                 <mod:enableAuthorization>true</mod:enableAuthorization>{}\
                 <mod:useTenantDomainInLocalSubjectIdentifier>true</mod:useTenantDomainInLocalSubjectIdentifier>\
                 <mod:useUserstoreDomainInLocalSubjectIdentifier>true</mod:useUserstoreDomainInLocalSubjectIdentifier>",
                named("test_auth"),
                field("identityProviderName", "fed_idp"),
                field("displayName", "basic"),
                named("BasicAuthenticator"),
                field("authenticationType", "flow"),
                field("subjectClaimUri", "subject_claim_uri"),
            ),
        ),
        (
            "outboundProvisioningConfig",
            format!(
                "<mod:provisioningIdentityProviders><mod:defaultProvisioningConnectorConfig>\
                 <mod:blocking>true</mod:blocking>{}<mod:rulesEnabled>true</mod:rulesEnabled>\
                 </mod:defaultProvisioningConnectorConfig>{}<mod:justInTimeProvisioningConfig>\
                 <mod:provisioningEnabled>true</mod:provisioningEnabled></mod:justInTimeProvisioningConfig>\
                 </mod:provisioningIdentityProviders>",
                named("provisioning_con_idp_test"),
                field("identityProviderName", "idp_test"),
            ),
        ),
        (
            "permissionAndRoleConfig",
            format!(
                "<mod:permissions>{}</mod:permissions><mod:roleMappings><mod:localRole>{}</mod:localRole>{}\
                 </mod:roleMappings>",
                field("value", "app_permission"),
                field("localRoleName", "idpRole_1"),
                field("remoteRole", "spRole_1"),
            ),
        ),
        ("requestPathAuthenticatorConfigs", named("test")),
        ("saasApp", "true".to_owned()),
        ("spProperties", [field("displayName", "Colour"), named("colour"), field("value", "blue")].concat()),
    ]
}

/// `fed_idp`, with `test_auth` as its default authenticator.
fn add_provider(admin: &Caller) {
    let authenticator = "<mod:enabled>true</mod:enabled><mod:name>test_auth</mod:name>";
    let payload = format!(
        "<idp:addIdP><idp:identityProvider><mod:defaultAuthenticatorConfig>{authenticator}\
         </mod:defaultAuthenticatorConfig><mod:federatedAuthenticatorConfigs>{authenticator}<mod:properties>\
         <mod:name>ClientSecret</mod:name><mod:value>quiet</mod:value></mod:properties>\
         </mod:federatedAuthenticatorConfigs><mod:identityProviderName>fed_idp</mod:identityProviderName>\
         </idp:identityProvider></idp:addIdP>"
    );
    admin.done("IdentityProviderMgtService", "addIdP", &payload);
}

#[test]
fn everything_that_is_said_of_an_application_is_given_back_however_often_it_goes_to_and_fro() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add_provider(&admin);
    accepted(&admin, &creating("shop", "all of it"));
    let everything = everything();
    let changes: Vec<(&str, &str)> =
        everything.iter().map(|(name, content)| (*name, content.as_str())).collect();
    let shop = changed(&admin, "shop", &changes);
    for (name, expected) in [
        ("description", vec!["all of it"]),
        ("claimUri", vec!["idpClaim_1", "spClaim_1"]),
        ("defaultValue", vec!["none"]),
        ("mandatory", vec!["true"]),
        ("requested", vec!["true"]),
        ("localClaimDialect", vec!["false"]),
        ("alwaysSendMappedLocalSubjectId", vec!["true"]),
        ("roleClaimURI", vec!["roleClaim"]),
        ("inboundAuthKey", vec!["samlIssuer", "shop"]),
        ("inboundAuthType", vec!["samlsso", "openid"]),
        ("inboundConfigType", vec!["standardAPP", "standardAPP"]),
        ("dumbMode", vec!["true", "false"]),
        ("provisioningUserStore", vec!["scim-inbound-userstore"]),
        ("alwaysSendBackAuthenticatedListOfIdPs", vec!["true"]),
        ("stepOrder", vec!["1", "2"]),
        ("subjectStep", vec!["true", "false"]),
        ("attributeStep", vec!["false", "true"]),
        ("authenticationType", vec!["flow"]),
        ("enableAuthorization", vec!["true"]),
        ("subjectClaimUri", vec!["subject_claim_uri"]),
        ("useTenantDomainInLocalSubjectIdentifier", vec!["true"]),
        ("useUserstoreDomainInLocalSubjectIdentifier", vec!["true"]),
        ("identityProviderName", vec!["fed_idp", "idp_test"]),
        ("blocking", vec!["true"]),
        ("rulesEnabled", vec!["true"]),
        ("provisioningEnabled", vec!["false", "true"]),
        ("localRoleName", vec!["idpRole_1"]),
        ("remoteRole", vec!["spRole_1"]),
        ("saasApp", vec!["true"]),
    ] {
        let mut texts = texts(&shop, name);
        // A provider in a step says nothing of claims and the like.
        texts.retain(|text| !text.is_empty());
        assert_eq!(texts, expected, "{name}");
    }
    let inbound = shop.find("inboundAuthenticationRequestConfigs").unwrap();
    assert_eq!(texts(inbound, "name"), ["attrConsumServiceIndex", "second"]);
    assert_eq!(texts(inbound, "value"), ["attrConsumServiceIndexValue", "2 <&> ü"]);
    let federated = shop.find("federatedIdentityProviders").unwrap();
    let default = federated.find("defaultAuthenticatorConfig").unwrap();
    assert_eq!(default.value("name"), Some("test_auth"));
    let local = shop.find("localAuthenticatorConfigs").unwrap();
    assert_eq!(
        (local.value("name"), local.value("displayName")),
        (Some("BasicAuthenticator"), Some("basic"))
    );
    assert_eq!(shop.find("requestPathAuthenticatorConfigs").unwrap().value("name"), Some("test"));
    assert_eq!(texts(shop.find("permissions").unwrap(), "value"), ["app_permission"]);
    assert_eq!(texts(shop.find("spProperties").unwrap(), "value"), ["blue"]);
    for _ in 0..2 {
        assert_eq!(changed(&admin, "shop", &[]), shop);
    }
}

#[test]
fn what_is_left_out_is_kept_or_gone_as_in_the_original() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add_provider(&admin);
    accepted(&admin, &creating("shop", "first"));
    let everything = everything();
    let changes: Vec<(&str, &str)> =
        everything.iter().map(|(name, content)| (*name, content.as_str())).collect();
    let shop = changed(&admin, "shop", &changes);
    let id = shop.value("applicationID").unwrap();
    let minimal = [field("applicationID", id), field("applicationName", "shop")].concat();
    let parts = ["inboundProvisioningConfig", "outboundProvisioningConfig", "permissionAndRoleConfig"];
    // Without any of these three it gives up.
    for missing in parts {
        let rest: String =
            parts.iter().filter(|part| **part != missing).map(|part| field(part, "")).collect();
        assert_eq!(refused(&admin, &updating(&[&minimal, &*rest].concat())), [FAILED, "shop"].concat());
    }
    assert_eq!(found(&admin, "shop"), shop);
    let least: String = parts.iter().map(|part| field(part, "")).collect();
    accepted(&admin, &updating(&[&minimal, &*least].concat()));
    let left = found(&admin, "shop");
    for (name, expected) in [
        ("description", vec![""]),
        ("saasApp", vec!["false"]),
        ("claimMappings", vec![]),
        ("inboundAuthKey", vec![]),
        ("stepOrder", vec![]),
        ("localRoleName", vec![]),
        ("dumbMode", vec!["false"]),
        ("authenticationType", vec!["flow"]),
        ("subjectClaimUri", vec!["subject_claim_uri"]),
        ("localClaimDialect", vec!["false"]),
        ("roleClaimURI", vec!["roleClaim"]),
    ] {
        assert_eq!(texts(&left, name), expected, "{name}");
    }
    assert_eq!(texts(left.find("permissions").unwrap(), "value"), ["app_permission"]);
    assert_eq!(left.find("owner").unwrap(), shop.find("owner").unwrap());
}

#[test]
fn a_name_is_changed_with_its_role_and_not_to_one_that_is_taken() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for name in ["shop", "other"] {
        accepted(&admin, &creating(name, name));
    }
    let shop = found(&admin, "shop");
    let as_name = |name: &str| updating(&sent_back_with(&shop, &[("applicationName", name)]));
    for name in ["other", "OTHER", "default", "wso2carbon-local-sp"] {
        assert_eq!(refused(&admin, &as_name(name)), [FAILED, name].concat());
    }
    assert_eq!(refused(&admin, &as_name("")), [FAILED, "null"].concat());
    let id = shop.value("applicationID").unwrap();
    for id in ["0", "999", "-1"] {
        let unknown = updating(&sent_back_with(&shop, &[("applicationID", id)]));
        assert_eq!(refused(&admin, &unknown), [FAILED, "shop"].concat(), "{id}");
    }
    let nobody = updating(&sent_back_with(&shop, &[("applicationID", "999"), ("applicationName", "nobody")]));
    assert_eq!(refused(&admin, &nobody), "User not authorized");
    assert_eq!(found(&admin, "shop"), shop);
    let renamed = changed(&admin, "shop", &[("applicationName", "Shop two")]);
    assert_eq!(renamed.value("applicationID"), Some(id));
    assert_eq!(names(&admin), ["Shop two", "other"]);
    let payload =
        "<ser:getUserListOfRole><ser:roleName>Application/Shop two</ser:roleName></ser:getUserListOfRole>";
    let members = admin.results("RemoteUserStoreManagerService", "getUserListOfRole", payload);
    assert_eq!(members.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["admin"]);
    assert_eq!(refused(&admin, &getting("shop")), "User not authorized");
    accepted(&admin, &creating("shop", "the name is free"));
}

#[test]
fn what_applications_can_be_given_is_listed_without_secrets() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    add_provider(&admin);
    let offered = |operation: &str| {
        let all = all(&admin, operation);
        all.iter()
            .map(|one| ["name", "displayName"].map(|name| one.value(name).unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(offered("getAllLocalAuthenticators")[0], ["BasicAuthenticator", "basic"]);
    assert_eq!(
        offered("getAllRequestPathAuthenticators"),
        [
            ["BasicAuthRequestPathAuthenticator", "basic-auth"],
            ["OAuthRequestPathAuthenticator", "oauth-bearer"]
        ]
    );
    let claims = all(&admin, "getAllLocalClaimUris");
    let uris: Vec<&str> = claims.iter().map(|one| one.text.as_str()).collect();
    assert!(uris.is_sorted() && uris.contains(&"http://wso2.org/claims/emailaddress"));
    let named = |name: &str| {
        request("getIdentityProvider", &format!("<s:federatedIdPName>{name}</s:federatedIdPName>"))
    };
    let one = admin.results(SERVICE, "getIdentityProvider", &named("fed_idp")).pop().unwrap();
    let listed = all(&admin, "getAllIdentityProviders");
    assert_eq!(listed.as_slice(), std::slice::from_ref(&one));
    assert_eq!(one.value("identityProviderName"), Some("fed_idp"));
    assert_eq!(one.value("enable"), Some("true"));
    let property = one.find("properties").unwrap();
    assert_eq!((property.value("name"), property.value("value")), (Some("ClientSecret"), None));
    for name in ["nobody", ""] {
        assert_eq!(
            refused(&admin, &named(name)),
            format!("Error occurred while retrieving Identity Provider: {name}")
        );
    }
}
