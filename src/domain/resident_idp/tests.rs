use super::*;
use crate::domain::TenantId;
use crate::domain::fixture::*;

fn shown(world: &World, tenant: TenantId) -> IdentityProvider {
    world.read(|tx| {
        let actor = admin(tx, tenant)?;
        get(tx, &world.realm, &actor)
    })
}

fn updates(world: &World, change: impl FnOnce(&mut IdentityProvider)) -> Option<String> {
    let mut new = shown(world, SUPER);
    change(&mut new);
    as_admin(world, SUPER, move |tx, now, realm, actor| update(tx, now, realm, actor, new)).err()
}

fn value(resident: &IdentityProvider, authenticator: &str, name: &str) -> Option<String> {
    let found = resident.authenticators.iter().find(|known| known.name == authenticator)?;
    found.properties.iter().find(|known| known.name == name)?.value.clone()
}

/// The value of one property of one authenticator, replaced in what is sent.
fn replace(resident: &mut IdentityProvider, authenticator: &str, name: &str, value: &str) {
    let found = resident.authenticators.iter_mut().find(|known| known.name == authenticator).unwrap();
    let property = found.properties.iter_mut().find(|known| known.name == name).unwrap();
    property.value = Some(value.to_owned());
}

/// The same installation under another address.
fn moved(mut world: World) -> World {
    let mut policy = world.realm.policy.clone();
    policy.public_url = "https://new.example".into();
    let realm = Realm::new(policy, std::sync::Arc::clone(&world.realm.key));
    world.realm = std::sync::Arc::new(realm);
    world
}

#[test]
fn addresses_are_those_of_the_server_and_of_the_tenant() {
    let world = World::with(|policy| policy.public_url = "https://is.example.org".into());
    let other = world.tenant("acme.example");
    let resident = shown(&world, SUPER);
    assert_eq!(value(&resident, "samlsso", "SSOUrl").as_deref(), Some("https://is.example.org/samlsso"));
    let token = value(&resident, "openidconnect", "OAuth2TokenEPUrl");
    assert_eq!(token.as_deref(), Some("https://is.example.org/oauth2/token"));
    let sts = |tenant| value(&shown(&world, tenant), "wstrust", "IDENTITY_PROVIDER_URL").unwrap();
    assert_eq!(sts(SUPER), "https://is.example.org/services/wso2carbon-sts");
    assert_eq!(sts(other), "https://is.example.org/services/t/acme.example/wso2carbon-sts");
    let names: Vec<&str> = resident.connectors.iter().map(|known| known.name.as_str()).collect();
    assert_eq!(names, ["scim"]);
}

#[test]
fn what_is_sent_back_unchanged_is_not_kept_so_that_a_new_address_shows() {
    let world = World::new();
    assert_eq!(updates(&world, |_| {}), None);
    let resident = shown(&moved(world), SUPER);
    assert_eq!(value(&resident, "samlsso", "SSOUrl").as_deref(), Some("https://new.example/samlsso"));
}

#[test]
fn what_an_administrator_set_wins_over_what_is_computed_until_he_sends_that_again() {
    let world = World::new();
    let computed = value(&shown(&world, SUPER), "samlsso", "SSOUrl").unwrap();
    assert_eq!(updates(&world, |new| replace(new, "samlsso", "SSOUrl", "https://proxy.example/sso")), None);
    assert_eq!(
        value(&shown(&world, SUPER), "samlsso", "SSOUrl").as_deref(),
        Some("https://proxy.example/sso")
    );
    assert_eq!(updates(&world, |new| replace(new, "samlsso", "SSOUrl", &computed)), None);
    let resident = shown(&moved(world), SUPER);
    assert_eq!(value(&resident, "samlsso", "SSOUrl").as_deref(), Some("https://new.example/samlsso"));
}

#[test]
fn a_blank_name_or_address_means_the_computed_one_so_that_sign_on_goes_on() {
    let world = World::new();
    let saml = |world: &World| {
        world.read(|tx| {
            let tenant = crate::domain::tenant::by_id(tx, SUPER)?.unwrap();
            saml(tx, &world.realm, &tenant)
        })
    };
    let computed = saml(&world);
    assert_eq!(updates(&world, |new| replace(new, "samlsso", "IdPEntityId", "urn:ours")), None);
    assert_eq!(saml(&world).entity_id, "urn:ours");
    let blank = |value: Option<&str>| {
        let value = value.map(str::to_owned);
        updates(&world, |new| {
            let own = new.authenticators.iter_mut().find(|one| one.name == "samlsso").unwrap();
            own.properties.retain(|known| known.name != "DestinationURI.1");
            own.properties.iter_mut().for_each(|known| known.value.clone_from(&value));
            own.properties.push(Property { value, ..property("DestinationURI.1", "") });
        })
    };
    for value in [Some(""), None, Some("  ")] {
        assert_eq!(blank(value), None);
        assert_eq!(saml(&world), computed, "{value:?}");
    }
}

#[test]
fn scalars_are_replaced_properties_merged_and_the_name_stays() {
    let world = World::new();
    let before = shown(&world, SUPER).properties.len();
    let refusal = updates(&world, |new| {
        new.profile.name = "OTHER".into();
        new.profile.home_realm = Some("home.example".into());
        new.profile.description = Some("ours".into());
        new.properties.retain(|setting| setting.name == LINK);
        new.properties.iter_mut().for_each(|setting| setting.value = Some("true".into()));
    });
    assert_eq!(refusal, None);
    let resident = shown(&world, SUPER);
    assert_eq!(resident.profile.name, RESIDENT);
    assert_eq!(resident.profile.home_realm.as_deref(), Some("home.example"));
    assert_eq!(resident.profile.description.as_deref(), Some("ours"));
    assert_eq!(resident.properties.len(), before, "what was not sent stays");
    assert!(world.read(|tx| governance::flag(tx, SUPER, LINK)));
    assert_eq!(updates(&world, |new| new.profile.description = None), None);
    assert_eq!(
        shown(&world, SUPER).profile.description,
        None,
        "what is not sent of the scalars is taken away"
    );
}

#[test]
fn the_certificate_is_the_servers_whatever_is_sent() {
    let world = World::with(|policy| policy.certificate = "T1VSUw==".into());
    assert_eq!(updates(&world, |new| new.profile.certificate = None), None);
    assert_eq!(shown(&world, SUPER).profile.certificate.as_deref(), Some("T1VSUw=="));
    assert_eq!(shown(&World::new(), SUPER).profile.certificate, None);
}

#[test]
fn a_refused_update_changes_nothing() {
    let world = World::new();
    let no_home = "Invalid argument: Resident Identity Provider Home Realm Identifier value is empty";
    for home in [None, Some(String::new())] {
        let refusal = updates(&world, |new| {
            new.profile.home_realm = home;
            new.properties.iter_mut().for_each(|setting| {
                if setting.name == LINK {
                    setting.value = Some("true".into());
                }
            });
        });
        assert_eq!(refusal.as_deref(), Some(no_home));
    }
    let refusal = updates(&world, |new| {
        new.profile.description = Some("ours".into());
        new.properties.iter_mut().for_each(|setting| {
            if setting.name == governance::SESSION_IDLE_TIMEOUT {
                setting.value = Some("soon".into());
            }
        });
    });
    assert!(refusal.unwrap().starts_with("SessionIdleTimeout of ResidentIdP should be"));
    assert_eq!(shown(&world, SUPER).profile.description, None);
    assert!(!world.read(|tx| governance::flag(tx, SUPER, LINK)));
}
