//! The reading operations.

use super::*;
use crate::support::world::World;
use std::fmt::Write as _;

#[test]
fn an_unknown_name_is_nil_and_no_fault() {
    let world = World::empty(|_| {});
    assert_eq!(by_name(&world.admin(), "nobody"), None);
    // What is in a file of the server is not looked for.
    assert_eq!(by_name(&world.admin(), "default"), None);
}

#[test]
fn passwords_of_connectors_are_masked_and_secrets_of_authenticators_are_not() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let secret = format!(
        "<mod:properties><mod:confidential>true</mod:confidential>{}{}</mod:properties>",
        field("name", "ClientSecret"),
        field("value", "t0psecret")
    );
    let content = [
        authenticator("OpenIDConnectAuthenticator", &secret),
        connector(
            "scim",
            &[provisioning("scim-password", "adm1n"), provisioning("scim-default-pwd", "plain")].concat(),
        ),
        connector("spml", &provisioning("spml-ep", "https://partner")),
        connector("salesforce", ""),
    ]
    .concat();
    accepted(&admin, &adding("a", &content));
    let a = found(&admin, "a");
    let open =
        part(&a, "federatedAuthenticatorConfigs", "OpenIDConnectAuthenticator").child("properties").unwrap();
    assert_eq!((open.value("value"), open.value("confidential")), (Some("t0psecret"), Some("true")));
    let masked = values(part(&a, "provisioningConnectorConfigs", "scim"), "provisioningProperties");
    let (id_name, id) = masked[2];
    assert_eq!(id_name, "UniqueID");
    uuid::Uuid::parse_str(id.unwrap()).unwrap();
    let phrase = format!("random-password-generated!@#$%^&*(0)+_{}", id.unwrap());
    assert_eq!(masked[0], ("scim-password", Some(phrase.as_str())));
    assert_eq!(masked[1], ("scim-default-pwd", Some("plain")));
    // The extra property comes even when nothing was masked, but not to an empty list.
    let unmasked = values(part(&a, "provisioningConnectorConfigs", "spml"), "provisioningProperties");
    assert_eq!((unmasked.len(), unmasked[1].0), (2, "UniqueID"));
    assert!(
        values(part(&a, "provisioningConnectorConfigs", "salesforce"), "provisioningProperties").is_empty()
    );
    // None of the secrets is readable in the files of the database.
    for entry in std::fs::read_dir(&world.settings.data_dir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        for secret in ["t0psecret", "adm1n"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn lists_are_in_the_order_of_creation_and_show_a_part_of_each_provider() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert!(all(&admin, "getAllIdPs").is_empty());
    let certificate = resident(&admin).value("certificate").unwrap().to_owned();
    let content = [
        field("alias", "me"),
        field("certificate", &certificate),
        field("homeRealmId", "realm"),
        field("displayName", "Zed"),
        field("identityProviderDescription", "text"),
        "<mod:federationHub>true</mod:federationHub>".to_owned(),
        authenticator("A", &property("x", "1")),
        connector("scim", &provisioning("x", "1")),
        setting("b", "2"),
        setting("a", "1"),
        roles(&["r"], &[]),
        claims(&["c"], &[("l", "c")], ""),
    ]
    .concat();
    accepted(&admin, &adding("z", &content));
    accepted(
        &admin,
        &adding("a", &claims(&[], &[("l", "")], "<mod:localClaimDialect>true</mod:localClaimDialect>")),
    );
    accepted(&admin, &updating("a", "a", ""));
    accepted(
        &admin,
        &adding("m", &claims(&[], &[("l", "")], "<mod:localClaimDialect>true</mod:localClaimDialect>")),
    );
    let listed = all(&admin, "getAllIdPs");
    assert_eq!(names(&listed), ["z", "a", "m"]);
    let z = &listed[0];
    for (name, value) in [
        ("homeRealmId", "realm"),
        ("displayName", "Zed"),
        ("identityProviderDescription", "text"),
        ("enable", "true"),
        ("primary", "false"),
        ("federationHub", "true"),
    ] {
        assert_eq!(z.value(name), Some(value), "{name}");
    }
    assert_eq!(values(z, "idpProperties"), [("b", Some("2")), ("a", Some("1"))]);
    for nil in
        ["alias", "certificate", "claimConfig", "justInTimeProvisioningConfig", "permissionAndRoleConfig"]
    {
        assert!(z.child(nil).unwrap().is_nil(), "{nil}");
    }
    assert!(z.child("federatedAuthenticatorConfigs").is_none());
    assert!(z.child("provisioningConnectorConfigs").is_none());
    // The dialect is all that is shown of claims, and only when it is the local one.
    assert!(listed[1].child("claimConfig").unwrap().is_nil());
    let claims = listed[2].child("claimConfig").unwrap();
    assert_eq!(claims.value("localClaimDialect"), Some("true"));
    assert!(claims.child("claimMappings").is_none());
    // The update without `enable` switched it off.
    assert_eq!(listed[1].value("enable"), Some("false"));
    assert_eq!(names(&all(&admin, "getEnabledAllIdPs")), ["z", "m"]);
}

#[test]
fn local_claims_are_sorted_by_character_code() {
    let world = World::empty(|_| {});
    let claims = all(&world.admin(), "getAllLocalClaimUris");
    let uris: Vec<&str> = claims.iter().map(|claim| claim.text.as_str()).collect();
    assert!(uris.len() >= 28, "{}", uris.len());
    assert!(uris.is_sorted());
    assert!(uris.iter().all(|uri| uri.starts_with("http://wso2.org/claims/")));
    let place = |name: &str| uris.iter().position(|uri| uri.ends_with(&format!("/{name}")));
    assert!(place("oneTimePassword").is_some() && place("userid").is_some());
}

#[test]
fn the_authenticators_of_a_fresh_server_describe_their_properties() {
    let world = World::empty(|_| {});
    let mut text = String::new();
    for one in all(&world.admin(), "getAllFederatedAuthenticators") {
        let name = |element: &Element, name: &str| element.value(name).unwrap_or("-").to_owned();
        writeln!(text, "{} ({})", name(&one, "name"), name(&one, "displayName")).unwrap();
        assert_eq!((one.value("enabled"), one.value("valid")), (Some("false"), Some("true")));
        for property in one.all("properties") {
            let fields =
                ["name", "displayName", "displayOrder", "required", "confidential", "description", "value"];
            let fields: Vec<String> = fields.iter().map(|field| name(property, field)).collect();
            writeln!(text, "  {}", fields.join(" | ")).unwrap();
        }
    }
    assert_eq!(
        text,
        "SAMLSSOAuthenticator (samlsso)\n\
         OpenIDConnectAuthenticator (openidconnect)\n\
         PassiveSTSAuthenticator (passivests)\n\
         FacebookAuthenticator (facebook)\n\
         GoogleOIDCAuthenticator (Google)\n\
         \x20 ClientId | Client Id | 1 | true | false | Enter Google IDP client identifier value | -\n\
         \x20 ClientSecret | Client Secret | 2 | true | true | Enter Google IDP client secret value | -\n\
         \x20 callbackUrl | Callback Url | 3 | false | false | Enter value corresponding to callback url. | -\n\
         \x20 AdditionalQueryParameters | Additional Query Parameters | 4 | false | false | Additional query parameters. \
         e.g: paramName1=value1 | scope=openid email profile\n\
         MicrosoftWindowsLiveAuthenticator (Microsoft (Hotmail, MSN, Live))\n\
         \x20 callbackUrl | Callback Url | 3 | false | false | Enter value corresponding to callback url. | -\n\
         \x20 ClientId | Client Id | 1 | true | false | Enter Microsoft Live client identifier value | -\n\
         \x20 ClientSecret | Client Secret | 2 | true | true | Enter Microsoft Live client secret value | -\n\
         YahooOAuth2Authenticator (Yahoo)\n\
         \x20 ClientId | Client Id | 1 | true | false | Enter Yahoo IDP client identifier value | -\n\
         \x20 ClientSecret | Client Secret | 2 | true | true | Enter Yahoo IDP client secret value | -\n\
         \x20 callbackUrl | Callback URL | 3 | false | false | Enter value corresponding to callback url. | -\n\
         IWAKerberosAuthenticator (IWA Kerberos)\n\
         \x20 SPNName | Service Principal Name | 1 | true | false | - | -\n\
         \x20 SPNPassword | Service Principal Password | 2 | true | true | - | -\n\
         \x20 UserStoreDomains | User Store Domains | 3 | false | false | - | -\n"
    );
}

#[test]
fn the_provisioning_connectors_of_a_fresh_server_are_bare_names() {
    let world = World::empty(|_| {});
    let connectors = all(&world.admin(), "getAllProvisioningConnectors");
    let found: Vec<&str> = connectors.iter().map(|one| one.value("name").unwrap()).collect();
    assert_eq!(found, ["googleapps", "salesforce", "scim", "spml"]);
    for one in &connectors {
        assert!(one.child("provisioningProperties").is_none());
        for flag in ["blocking", "enabled", "rulesEnabled", "valid"] {
            assert_eq!(one.value(flag), Some("false"));
        }
    }
}

#[test]
fn the_metadata_of_the_resident_provider_is_what_other_parties_import() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let metadata = || Element::parse(&all(&admin, "getResidentIDPMetadata").pop().unwrap().text).unwrap();
    let document = metadata();
    assert_eq!(
        (document.name.as_str(), document.attribute("{}entityID")),
        ("EntityDescriptor", Some("localhost"))
    );
    assert_eq!(document.namespace, "urn:oasis:names:tc:SAML:2.0:metadata");
    let provider = document.child("IDPSSODescriptor").unwrap();
    assert_eq!(
        provider.attribute("{}protocolSupportEnumeration"),
        Some("urn:oasis:names:tc:SAML:2.0:protocol")
    );
    // One hour ahead of the clock of this world.
    assert_eq!(provider.attribute("{}validUntil"), Some("2023-11-14T23:13:20.000Z"));
    let order: Vec<&str> = provider.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(
        order,
        [
            "KeyDescriptor",
            "SingleLogoutService",
            "NameIDFormat",
            "SingleSignOnService",
            "SingleSignOnService"
        ]
    );
    let resident = resident(&admin);
    assert_eq!(provider.find("X509Certificate").unwrap().text, resident.value("certificate").unwrap());
    let url = of_authenticator(&resident, "samlsso", "SSOUrl").unwrap();
    for (service, binding) in [("SingleSignOnService", "HTTP-POST"), ("SingleLogoutService", "HTTP-Redirect")]
    {
        let endpoint = provider.child(service).unwrap();
        assert_eq!(endpoint.attribute("{}Location"), Some(url.as_str()));
        assert!(endpoint.attribute("{}Binding").unwrap().ends_with(binding));
    }
    accepted(
        &admin,
        &updating_resident(&authenticator("samlsso", &property("IdPEntityId", "urn:\"me\" & co"))),
    );
    assert_eq!(metadata().attribute("{}entityID"), Some("urn:\"me\" & co"));
}
