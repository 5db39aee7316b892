//! Passwords and keys of a provider: masked where they are shown, sealed where they are kept.

use super::*;
use crate::domain::SecretKey;

#[test]
fn a_phrase_sent_back_stands_for_the_stored_password_however_old_it_is() {
    let world = World::new();
    let scim = vec![property("scim-password", "adm1n"), property("scim-username", "u")];
    world
        .add_provider(SUPER, IdentityProvider { connectors: vec![connector("scim", scim)], ..provider("a") })
        .unwrap();
    let shown = world.provider(SUPER, "a").unwrap();
    assert!(value(&shown, "scim-password").unwrap().starts_with("random-password-generated!@#$%^&*(0)+_"));
    world.update_provider(SUPER, "a", shown.clone()).unwrap();
    assert_eq!(value(&world.stored_provider("a"), "scim-password"), Some("adm1n"));
    // Nobody remembers that masking any more, and still the password is kept.
    world.update_provider(SUPER, "a", shown).unwrap();
    let stored = world.stored_provider("a");
    assert_eq!(value(&stored, "scim-password"), Some("adm1n"));
    assert_eq!(value(&stored, UNIQUE_ID), None);
    // A new one that is sent with the property of a masking is stored.
    let new = vec![property("scim-password", "new"), property(UNIQUE_ID, "x")];
    world
        .update_provider(
            SUPER,
            "a",
            IdentityProvider { connectors: vec![connector("scim", new)], ..provider("a") },
        )
        .unwrap();
    let stored = world.stored_provider("a");
    assert_eq!((value(&stored, "scim-password"), value(&stored, UNIQUE_ID)), (Some("new"), None));
    // A phrase that stands for nothing never becomes a password.
    let phrase = vec![property("spml-password", "random-password-generated!@#$%^&*(0)+_x")];
    let spml = IdentityProvider { connectors: vec![connector("spml", phrase)], ..provider("a") };
    world.update_provider(SUPER, "a", spml).unwrap();
    assert_eq!(value(&world.stored_provider("a"), "spml-password"), None);
}

#[test]
fn secrets_are_sealed_for_their_own_row() {
    let world = World::new();
    let confidential = Property { confidential: true, ..property("Extra", "t0p-extra") };
    let mut entity = property("IdPEntityId", "urn:visible");
    entity.confidential = true;
    let oidc = Authenticator {
        properties: vec![
            property("ClientSecret", "t0p-client"),
            confidential,
            entity,
            property("ClientId", "open"),
        ],
        ..authenticator("SAMLSSOAuthenticator", true)
    };
    let google = vec![Property { blob: true, ..property("google_prov_private_key", "t0p-key") }];
    let new = IdentityProvider {
        authenticators: vec![oidc],
        connectors: vec![connector("g", google)],
        ..provider("a")
    };
    assert!(!format!("{new:?}").contains("t0p"));
    world.add_provider(SUPER, new.clone()).unwrap();
    let dump = world.dump();
    assert!(!dump.windows(4).any(|window| window == b"t0p-"));
    assert!(dump.windows(11).any(|window| window == b"urn:visible"));
    let stored = world.stored_provider("a");
    assert_eq!(stored.authenticators[0].properties, new.authenticators[0].properties);
    assert_eq!(stored.connectors[0].properties, new.connectors[0].properties);
    // Neither another key nor another row opens it.
    let sealed =
        credential::sealed(&world.realm.key, credential::Place::Connector(1), &property("password", "p"))
            .unwrap();
    let open =
        |key: &SecretKey, id| credential::open(key, credential::Place::Connector(id), &mut [sealed.clone()]);
    assert!(open(&world.realm.key, 1).is_ok());
    assert!(open(&world.realm.key, 2).is_err());
    assert!(open(&SecretKey::new(&[8; 32]).unwrap(), 1).is_err());
}
