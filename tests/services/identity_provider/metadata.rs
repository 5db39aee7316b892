//! SAML metadata of a partner in place of properties.

use super::*;
use crate::support::world::World;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An authenticator with metadata in place of properties.
fn with_metadata(metadata: &str, own_id: &str) -> String {
    let properties = [property("meta_data_saml", metadata), property("SPEntityId", own_id)].concat();
    authenticator("SAMLSSOAuthenticator", &properties)
}

// 47
#[test]
fn saml_metadata_that_make_no_sense_are_refused_with_the_originals_text() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let published = all(&admin, "getResidentIDPMetadata").remove(0).text;
    for (metadata, own_id) in [("<EntityDescriptor/>", "us"), ("x", "us"), (published.as_str(), "")] {
        let content = with_metadata(metadata, own_id);
        assert_eq!(refused(&admin, &adding("a", &content)), "Error converting metadata");
    }
    let without_id = authenticator("SAMLSSOAuthenticator", &property("meta_data_saml", &published));
    assert_eq!(refused(&admin, &adding("a", &without_id)), "Error converting metadata");
    assert_eq!(by_name(&admin, "a"), None);
    accepted(&admin, &adding("a", &with_metadata("", "us")));
    assert_eq!(refused(&admin, &updating("a", "a", &with_metadata("x", "us"))), "Error converting metadata");
    assert_eq!(
        of_authenticator(&found(&admin, "a"), "SAMLSSOAuthenticator", "SPEntityId").as_deref(),
        Some("us")
    );
}

#[test]
fn saml_metadata_become_the_properties_and_the_certificate() {
    let world = World::empty(|settings| settings.saml_entity_id = "urn:them".into());
    let admin = world.admin();
    // What another server of this kind publishes is what administrators upload.
    let published = all(&admin, "getResidentIDPMetadata").remove(0).text;
    accepted(&admin, &adding("them", &with_metadata(&published, "us")));
    let them = found(&admin, "them");
    let saml = part(&them, "federatedAuthenticatorConfigs", "SAMLSSOAuthenticator");
    let properties = values(saml, "properties");
    assert_eq!(properties.len(), 24);
    let url = format!("{}/samlsso", world.public_url());
    for (name, value) in [
        ("IdPEntityId", "urn:them"),
        ("SPEntityId", "us"),
        ("SSOUrl", &url),
        ("LogoutReqUrl", &url),
        ("IsLogoutEnabled", "true"),
        ("ISAuthnReqSigned", "false"),
        ("isAssertionSigned", "true"),
        ("IsAssertionEncrypted", ""),
        ("RequestMethod", ""),
    ] {
        assert!(properties.contains(&(name, Some(value))), "{name}: {properties:?}");
    }
    let own = resident(&admin).value("certificate").unwrap().to_owned();
    let stored = STANDARD.decode(them.value("certificate").unwrap()).unwrap();
    let pem = String::from_utf8(stored).unwrap();
    assert_eq!(pem, format!("\n-----BEGIN CERTIFICATE-----\n{own}\n-----END CERTIFICATE-----\n"));
    // The entity id is the provider's as if it had been typed.
    assert_eq!(
        refused(&admin, &adding("again", &with_metadata(&published, "us"))),
        "An Identity Provider Entity Id has already been registered with the name 'urn:them' for tenant 'carbon.super'"
    );
    // A certificate that is none is refused, whether typed or found in metadata.
    let forged = published.replace(&own, "AAAA").replace("urn:them", "urn:forged");
    assert_eq!(
        refused(&admin, &adding("forged", &with_metadata(&forged, "us"))),
        "Malformed Public Certificate file has been provided."
    );
    let moved = published.replace("/samlsso", "/moved");
    accepted(&admin, &updating("them", "them", &with_metadata(&moved, "us")));
    let value = |name| of_authenticator(&found(&admin, "them"), "SAMLSSOAuthenticator", name);
    assert_eq!(value("SSOUrl"), Some(url.replace("/samlsso", "/moved")));
    assert_eq!(value("meta_data_saml"), None);
}
