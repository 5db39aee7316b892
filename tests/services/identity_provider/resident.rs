//! The resident provider.

use super::*;
use crate::support::caller::{GOV, sent_back};
use crate::support::world::World;

#[test]
fn a_fresh_server_shows_what_the_original_shows() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let local = resident(&admin);
    for (name, value) in [
        ("identityProviderName", "LOCAL"),
        ("homeRealmId", "localhost"),
        ("enable", "true"),
        ("primary", "true"),
        ("federationHub", "false"),
    ] {
        assert_eq!(local.value(name), Some(value));
    }
    for nil in [
        "alias",
        "displayName",
        "identityProviderDescription",
        "provisioningRole",
        "defaultAuthenticatorConfig",
    ] {
        assert!(local.child(nil).unwrap().is_nil(), "{nil}");
    }
    let authenticators: Vec<&str> =
        local.all("federatedAuthenticatorConfigs").iter().map(|one| one.value("name").unwrap()).collect();
    assert_eq!(
        authenticators,
        ["openid", "samlsso", "oauth10a", "openidconnect", "passivests", "wstrust", "IDPProperties"]
    );
    let at = |path: &str| Some(format!("{}{path}", world.public_url()));
    for (authenticator, name, value) in [
        ("openid", "OpenIdUrl", at("/openidserver")),
        ("samlsso", "IdPEntityId", Some("localhost".to_owned())),
        ("samlsso", "LogoutReqUrl", at("/samlsso")),
        ("openidconnect", "OIDCLogoutEPUrl", at("/oidc/logout")),
        ("passivests", "IdPEntityId", Some("localhost".to_owned())),
        ("wstrust", "IDENTITY_PROVIDER_URL", at("/services/wso2carbon-sts")),
        ("IDPProperties", "CleanUpPeriod", Some("1140".to_owned())),
    ] {
        assert_eq!(of_authenticator(&local, authenticator, name), value, "{authenticator} {name}");
    }
    let connectors = local.all("provisioningConnectorConfigs");
    assert_eq!(connectors.len(), 1);
    assert_eq!(values(connectors[0], "provisioningProperties").len(), 2);
    let properties = values(&local, "idpProperties");
    assert_eq!(properties[..2], [("RememberMeTimeout", Some("20160")), ("SessionIdleTimeout", Some("15"))]);
    let markers = properties.iter().filter(|(name, _)| name.ends_with(".AlreadyWritten"));
    assert_eq!((markers.count(), properties.len()), (9, 47));
    // By its name the stored form comes: nothing computed, masked like any other.
    let by_name = found(&admin, "LOCAL");
    assert_eq!(by_name.child("certificate").unwrap().text, "");
    assert_eq!(by_name.all("federatedAuthenticatorConfigs").len(), 4);
    assert_eq!(values(&by_name, "idpProperties"), properties);
}

#[test]
fn properties_are_merged_and_fields_are_replaced() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = resident(&admin);
    let saml = authenticator("samlsso", &property("IdPEntityId", "samlssoIdp"));
    accepted(
        &admin,
        &updating_resident(&[saml, field("alias", "me")].concat()).replace(">localhost<", ">testHomeRealm<"),
    );
    let local = resident(&admin);
    assert_eq!((local.value("homeRealmId"), local.value("alias")), (Some("testHomeRealm"), Some("me")));
    assert_eq!(of_authenticator(&local, "samlsso", "IdPEntityId").as_deref(), Some("samlssoIdp"));
    assert_eq!(values(&local, "idpProperties"), values(&before, "idpProperties"));
    let option = "Recovery.AdminPasswordReset.OTP";
    accepted(&admin, &updating_resident(&[setting(option, "true"), setting("my.own.key", "v")].concat()));
    accepted(&admin, &updating_resident(&setting("Recovery.Notification.Password.Enable", "maybe")));
    let local = resident(&admin);
    assert!(local.child("alias").unwrap().is_nil());
    let stored = |name: &str| {
        values(&local, "idpProperties")
            .into_iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| value)
    };
    assert_eq!(stored(option), Some("true"));
    assert_eq!(stored("my.own.key"), Some("v"));
    assert_eq!(stored("Recovery.Notification.Password.Enable"), Some("maybe"));
    assert_eq!(values(&local, "idpProperties").len(), 48);
    let connectors = admin.results(
        "IdentityGovernanceAdminService",
        "getConnectorList",
        &format!("<g:getConnectorList xmlns:g=\"{GOV}\"/>"),
    );
    let shown =
        connectors.iter().flat_map(|one| one.all("properties")).find(|one| one.value("name") == Some(option));
    assert_eq!(shown.unwrap().value("value"), Some("true"));
}

#[test]
fn the_one_request_of_the_originals_console_is_answered_and_changes_what_was_ticked() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = resident(&admin);
    let link = "Recovery.AdminPasswordReset.RecoveryLink";
    // Every policy as a field of its form, then the timeouts; the markers are no fields.
    let policies = values(&before, "idpProperties");
    let fields = policies.iter().filter(|(name, _)| {
        !name.ends_with(".AlreadyWritten") && !["RememberMeTimeout", "SessionIdleTimeout"].contains(name)
    });
    let mut content: String = fields
        .map(|(name, value)| setting(name, if *name == link { "true" } else { value.unwrap_or_default() }))
        .collect();
    assert_eq!(content.matches("<mod:idpProperties>").count(), 36);
    content += &[setting("SessionIdleTimeout", "15"), setting("RememberMeTimeout", "20160")].concat();
    let at = of_authenticator(&before, "samlsso", "SSOUrl").unwrap();
    for (name, properties) in [
        ("samlsso", [property("IdPEntityId", "localhost"), property("DestinationURI.1", &at)].concat()),
        ("passivests", property("IdPEntityId", "localhost")),
        (
            "openidconnect",
            property("IdPEntityId", &of_authenticator(&before, "openidconnect", "IdPEntityId").unwrap()),
        ),
    ] {
        content += &authenticator(name, &properties);
    }
    let payload = updating_resident(&content);
    let answer = admin.call(SERVICE, "updateResidentIdP", &payload);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("updateResidentIdPResponse") && !answer.text().contains("Fault"));
    let after = resident(&admin);
    let expected: Vec<_> = policies
        .iter()
        .map(|(name, value)| (*name, if *name == link { Some("true") } else { *value }))
        .collect();
    assert_eq!(values(&after, "idpProperties"), expected);
    assert_eq!(of_authenticator(&after, "samlsso", "DestinationURI.1"), Some(at));
    for kept in ["homeRealmId", "enable", "primary", "identityProviderName"] {
        assert_eq!(after.value(kept), before.value(kept), "{kept}");
    }
    // The next reset goes by mail, and no policy stands in its way.
    let shown = admin.results(
        "IdentityGovernanceAdminService",
        "getConnectorList",
        &format!("<g:getConnectorList xmlns:g=\"{GOV}\"/>"),
    );
    let on: Vec<_> = shown
        .iter()
        .flat_map(|connector| connector.all("properties"))
        .filter(|one| one.value("name").is_some_and(|name| name.starts_with("Recovery.AdminPasswordReset.")))
        .map(|one| one.value("value").unwrap().to_owned())
        .collect();
    assert_eq!(on, ["true", "false", "false"]);
}

#[test]
fn timeouts_come_first_then_the_home_realm_then_the_rest() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = resident(&admin);
    let text = |name: &str| format!("{name} of ResidentIdP should be a numeric value greater than 0 ");
    for value in ["0", "-1", "abc", "", " 15", "+5", "1.5"] {
        for name in ["SessionIdleTimeout", "RememberMeTimeout"] {
            let payload = updating_resident(&setting(name, value));
            assert_eq!(refused(&admin, &payload), text(name), "{value}");
            // Without a home realm besides.
            assert_eq!(refused(&admin, &payload.replace(">localhost<", "><")), text(name));
        }
    }
    let no_realm = "Invalid argument: Resident Identity Provider Home Realm Identifier value is empty";
    let payload = updating_resident("");
    assert_eq!(senseless(&admin, &payload.replace(">localhost<", "><")), no_realm);
    assert_eq!(
        senseless(&admin, &payload.replace("<mod:homeRealmId>localhost</mod:homeRealmId>", "")),
        no_realm
    );
    let failed = "Error occurred while updating Identity Provider information  for tenant -1234";
    let nil = "<mod:idpProperties><mod:name>my.own.key</mod:name></mod:idpProperties>".to_owned();
    for content in [
        setting("my.own.key", &"v".repeat(256)),
        nil,
        field("alias", &"a".repeat(255)),
        setting(&"n".repeat(256), "v"),
    ] {
        assert_eq!(refused(&admin, &updating_resident(&[setting("other", "1"), content].concat())), failed);
    }
    assert_eq!(resident(&admin), before);
    // A property may be sent twice; the later value counts.
    accepted(&admin, &updating_resident(&[setting("twice", "1"), setting("twice", "2")].concat()));
    assert!(values(&resident(&admin), "idpProperties").contains(&("twice", Some("2"))));
}

#[test]
fn its_name_and_certificate_are_its_own_whatever_is_sent() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let own = resident(&admin).value("certificate").unwrap().to_owned();
    accepted(&admin, &adding("partner", ""));
    let made = rcgen::generate_simple_self_signed(["other".to_owned()]).unwrap();
    let other = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(made.cert.der())
    };
    for name in ["<mod:identityProviderName>partner</mod:identityProviderName>", ""] {
        let payload = updating_resident(&[field("certificate", &other), field("alias", "x")].concat())
            .replace("<mod:identityProviderName>LOCAL</mod:identityProviderName>", name);
        accepted(&admin, &payload);
        let local = resident(&admin);
        assert_eq!(local.value("identityProviderName"), Some("LOCAL"));
        assert_eq!(local.value("certificate"), Some(own.as_str()));
        assert_eq!(local.value("alias"), Some("x"));
    }
}

#[test]
fn it_can_be_written_back_as_it_was_read() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let saml = [property("DestinationURI.1", "u1"), property("DestinationURI.2", "u2")].concat();
    let content = [
        authenticator("samlsso", &saml),
        connector("scim", &provisioning("own", "v")),
        connector("spml", &provisioning("spml-ep", "e")),
        claims(&["c"], &[("l", "c")], ""),
        roles(&["r"], &[]),
        "<mod:justInTimeProvisioningConfig><mod:provisioningEnabled>true</mod:provisioningEnabled>\
         <mod:provisioningUserStore>PRIMARY</mod:provisioningUserStore></mod:justInTimeProvisioningConfig>"
            .to_owned(),
    ]
    .concat();
    accepted(&admin, &updating_resident(&content));
    let read = resident(&admin);
    for (name, value) in [("DestinationURI.1", "u1"), ("DestinationURI.2", "u2")] {
        assert_eq!(of_authenticator(&read, "samlsso", name).as_deref(), Some(value));
    }
    assert!(of_authenticator(&read, "samlsso", "SSOUrl").is_some());
    // Another connector than scim is never shown.
    let connectors = read.all("provisioningConnectorConfigs");
    assert_eq!(connectors.len(), 1);
    let scim = values(connectors[0], "provisioningProperties");
    assert!(scim.contains(&("own", Some("v"))) && scim.iter().any(|(name, _)| *name == "scimUserEndpoint"));
    assert_eq!(read.find("provisioningUserStore").unwrap().text, "PRIMARY");
    let payload = format!(
        "<idp:updateResidentIdP><idp:identityProvider>{}</idp:identityProvider></idp:updateResidentIdP>",
        sent_back(&read)
    );
    accepted(&admin, &payload);
    let again = resident(&admin);
    // Keys of claims are given anew.
    let without_keys = |provider: &Element| {
        sent_back(provider)
            .split("<mod:claimId>")
            .map(|part| part.trim_start_matches(char::is_numeric).to_owned())
            .collect::<String>()
    };
    assert_eq!(without_keys(&again), without_keys(&read));
    // A computed value that is sent replaces what an administrator had set before.
    let url = of_authenticator(&read, "samlsso", "SSOUrl").unwrap();
    accepted(
        &admin,
        &updating_resident(&authenticator("samlsso", &property("SSOUrl", "https://elsewhere/"))),
    );
    assert_eq!(
        of_authenticator(&resident(&admin), "samlsso", "SSOUrl").as_deref(),
        Some("https://elsewhere/")
    );
    accepted(&admin, &updating_resident(&authenticator("samlsso", &property("SSOUrl", &url))));
    assert_eq!(of_authenticator(&resident(&admin), "samlsso", "SSOUrl"), Some(url));
}

#[test]
fn an_empty_list_of_properties_changes_nothing_and_nil_counts_as_empty() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = resident(&admin);
    let nil = "<mod:idpProperties xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>";
    accepted(&admin, &updating_resident(nil));
    accepted(&admin, &updating_resident(""));
    assert_eq!(resident(&admin), before);
}

#[test]
fn tenants_take_the_configured_entity_id_and_have_addresses_of_their_own() {
    let world = World::empty(|settings| settings.saml_entity_id = "this_is_a_test".into());
    let tenant = world.tenant_with_tom("friends.com", &[]);
    let local = resident(&tenant);
    assert_eq!(of_authenticator(&local, "samlsso", "IdPEntityId").as_deref(), Some("this_is_a_test"));
    assert_eq!(local.value("homeRealmId"), Some("localhost"));
    let sts = of_authenticator(&local, "wstrust", "IDENTITY_PROVIDER_URL").unwrap();
    assert!(sts.ends_with("/services/t/friends.com/wso2carbon-sts"), "{sts}");
}
