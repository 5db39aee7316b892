use super::*;
use crate::domain::fixture::*;
use crate::domain::identity_provider::{self, Authenticator, IdentityProvider, Property};
use crate::domain::service_provider::{self, ServiceProvider};
use crate::domain::{UserId, permission};

fn make(world: &World, name: &str, permissions: &[&str]) -> Result<(), String> {
    let permissions = permissions.iter().map(|one| (*one).to_owned()).collect();
    let new = New { name: name.into(), permissions, ..New::default() };
    as_admin(world, SUPER, move |tx, now, realm, actor| create(tx, now, realm, actor, &new))
}

fn shown(world: &World, name: &str) -> Application {
    world.read(|tx| {
        let actor = admin(tx, SUPER)?;
        get(tx, &world.realm, &actor, name)
    })
}

fn sent(application: Application) -> Sent {
    Sent { application, says_authentication: true, says_claims: true, is_complete: true }
}

fn send(world: &World, application: Application) -> Result<(), String> {
    let sent = sent(application);
    as_admin(world, SUPER, move |tx, now, realm, actor| update(tx, now, realm, actor, sent))
}

/// Changes an application as a client does that read it.
fn edit(world: &World, name: &str, change: impl FnOnce(&mut Application)) -> Result<(), String> {
    let mut application = shown(world, name);
    change(&mut application);
    send(world, application)
}

fn saml(key: &str) -> Inbound {
    Inbound { kind: SAML.into(), key: key.into(), config: STANDARD.into(), properties: Vec::new() }
}

fn register(world: &World, issuer: &'static str) {
    as_admin(world, SUPER, move |tx, now, _, actor| {
        let new = ServiceProvider {
            issuer: issuer.into(),
            consumer_urls: vec!["https://app.example/acs".into()],
            ..ServiceProvider::default()
        };
        assert!(service_provider::add(tx, now, actor, &new)?);
        Ok(())
    })
    .unwrap();
}

fn registered(world: &World, issuer: &str) -> Option<ServiceProvider> {
    world.read(|tx| service_provider::visible(tx, SUPER, issuer))
}

fn listed(world: &World) -> Vec<String> {
    let listed = world.read(|tx| {
        let actor = admin(tx, SUPER)?;
        list(tx, &actor)
    });
    listed.into_iter().map(|(name, _)| name).collect()
}

fn holds(world: &World, role: &str, resource: &str) -> bool {
    world.read(|tx| permission::role_authorized(tx, SUPER, role, resource, permission::EXECUTE))
}

fn grant(world: &World, role: &'static str, resource: &'static str) {
    as_admin(world, SUPER, move |tx, now, realm, actor| {
        let grant = role::Grant { resource: resource.into(), action: permission::EXECUTE.into() };
        role::add(tx, now, realm, actor, role, &[], &[grant])
    })
    .unwrap();
}

const FAILED: &str = "Error occurred while updating the application: ";

#[test]
fn what_both_say_is_the_same_whichever_was_there_first_and_whichever_is_changed() {
    let world = World::new();
    make(&world, "before", &[]).unwrap();
    edit(&world, "before", |one| {
        one.inbound = vec![saml("first")];
        (one.profile.is_saas, one.profile.tenant_in_subject) = (true, true);
    })
    .unwrap();
    register(&world, "first");
    let provider = registered(&world, "first").unwrap();
    assert_eq!(
        (provider.name.as_str(), provider.is_saas, provider.tenant_in_subject),
        ("before", true, true)
    );

    register(&world, "second");
    make(&world, "after", &[]).unwrap();
    edit(&world, "after", |one| {
        one.inbound = vec![saml("second")];
        one.profile.store_in_subject = true;
    })
    .unwrap();
    let provider = registered(&world, "second").unwrap();
    assert_eq!((provider.name.as_str(), provider.is_saas, provider.store_in_subject), ("after", false, true));

    as_admin(&world, SUPER, |tx, now, _, actor| {
        service_provider::edit(tx, now, actor, "second", |_, one| {
            (one.is_saas, one.store_in_subject) = (true, false);
            Ok(())
        })
    })
    .unwrap();
    let profile = shown(&world, "after").profile;
    assert_eq!((profile.is_saas, profile.store_in_subject), (true, false));
}

#[test]
fn an_issuer_belongs_to_the_oldest_application_that_names_it() {
    let world = World::new();
    register(&world, "app");
    for (name, saas) in [("old", true), ("new", false)] {
        make(&world, name, &[]).unwrap();
        edit(&world, name, |one| {
            one.inbound = vec![saml("app")];
            one.profile.is_saas = saas;
        })
        .unwrap();
    }
    let provider = registered(&world, "app").unwrap();
    assert_eq!((provider.name.as_str(), provider.is_saas), ("old", true));
    let done = |name: &'static str| {
        as_admin(&world, SUPER, move |tx, now, realm, actor| delete(tx, now, realm, actor, name))
    };
    done("new").unwrap();
    assert!(registered(&world, "app").is_some(), "it was not its own");
    done("old").unwrap();
    assert_eq!(registered(&world, "app"), None);
}

#[test]
fn a_service_provider_of_a_file_is_no_application_and_nobody_takes_its_name() {
    let world = World::new();
    world.write(|tx| service_provider::settle(tx, &[ServiceProvider::dashboard("https://localhost:9443")]));
    assert!(listed(&world).is_empty());
    let taken = "Application with the same name loaded from the file system.";
    for name in ["wso2_sp_dashboard", "default"] {
        assert_eq!(make(&world, name, &[]).unwrap_err(), taken);
    }
    make(&world, "mine", &[]).unwrap();
    let renamed = edit(&world, "mine", |one| one.profile.name = "wso2_sp_dashboard".into());
    assert_eq!(renamed.unwrap_err(), [FAILED, "wso2_sp_dashboard"].concat());
    edit(&world, "mine", |one| one.inbound = vec![saml(service_provider::DASHBOARD)]).unwrap();
    let dashboard = registered(&world, service_provider::DASHBOARD).unwrap();
    assert_eq!(dashboard.name, "wso2_sp_dashboard", "and nobody changes it");
    as_admin(&world, SUPER, |tx, now, realm, actor| delete(tx, now, realm, actor, "mine")).unwrap();
    assert!(registered(&world, service_provider::DASHBOARD).is_some());
}

#[test]
fn a_service_provider_without_an_application_counts_as_one_until_it_is_changed() {
    let world = World::new();
    register(&world, "https://app.example");
    assert_eq!(listed(&world), ["https://app.example"]);
    let alone = shown(&world, "https://app.example");
    assert!(alone.profile.id < 0);
    assert_eq!(alone.inbound, [saml("https://app.example")]);
    edit(&world, "https://app.example", |one| one.profile.name = "shop".into()).unwrap();
    assert_eq!(listed(&world), ["shop"]);
    let kept = shown(&world, "shop");
    assert!(kept.profile.id > 0);
    assert_eq!(kept.inbound, [saml("https://app.example")]);
    assert_eq!(registered(&world, "https://app.example").unwrap().name, "shop");
    assert!(world.read(|tx| role::exists(tx, SUPER, "Application/shop")));
    assert!(!world.read(|tx| role::exists(tx, SUPER, "Application/https://app.example")));

    register(&world, "other");
    make(&world, "other", &[]).unwrap();
    assert_eq!(listed(&world), ["shop", "other"], "the name means the application by now");
    register(&world, "third");
    as_admin(&world, SUPER, |tx, now, realm, actor| delete(tx, now, realm, actor, "third")).unwrap();
    assert_eq!(registered(&world, "third"), None);
}

#[test]
fn permissions_follow_the_name_and_go_with_the_application() {
    let world = World::new();
    make(&world, "Shop", &["/orders/read", "report"]).unwrap();
    grant(&world, "clerks", "/permission/applications/shop/orders");
    grant(&world, "readers", "/permission/applications/shop/report");
    edit(&world, "Shop", |one| one.profile.name = "Store".into()).unwrap();
    assert_eq!(shown(&world, "Store").permissions, ["orders/read", "report"]);
    assert!(holds(&world, "clerks", "/permission/applications/Store/orders/read"));
    assert!(!holds(&world, "clerks", "/permission/applications/Shop/orders/read"));

    edit(&world, "Store", |one| one.permissions = vec!["orders/read".into()]).unwrap();
    assert!(holds(&world, "clerks", "/permission/applications/Store/orders/read"));
    make(&world, "again", &[]).unwrap();
    edit(&world, "Store", |one| one.permissions.push("report".into())).unwrap();
    assert!(!holds(&world, "readers", "/permission/applications/Store/report"), "it was taken");

    edit(&world, "Store", |one| one.permissions.clear()).unwrap();
    assert_eq!(shown(&world, "Store").permissions, ["orders/read", "report"], "none leaves them there");
    assert!(!holds(&world, "clerks", "/permission/applications/Store/orders/read"), "in nobody's hands");
    grant(&world, "bosses", "/permission/applications/store");
    as_admin(&world, SUPER, |tx, now, realm, actor| delete(tx, now, realm, actor, "Store")).unwrap();
    assert!(!holds(&world, "bosses", "/permission/applications/Store"));
}

fn with_provider(world: &World, name: &'static str, authenticators: &'static [&'static str]) {
    as_admin(world, SUPER, move |tx, now, realm, actor| {
        let mut new = IdentityProvider::default();
        new.profile.name = name.into();
        new.profile.default_authenticator = authenticators.first().map(|one| (*one).to_owned());
        new.default_authenticator_enabled = true;
        let one =
            |name: &&str| Authenticator { name: (*name).into(), enabled: true, ..Authenticator::default() };
        new.authenticators = authenticators.iter().map(one).collect();
        identity_provider::add(tx, now, realm, actor, new)
    })
    .unwrap();
}

#[test]
fn who_may_only_log_in_sees_no_secret_of_a_provider() {
    let world = World::new();
    let secret = || Property {
        name: "token".into(),
        value: Some("s3cret".into()),
        confidential: true,
        ..Property::default()
    };
    let address =
        || Property { name: "url".into(), value: Some("https://there".into()), ..Property::default() };
    as_admin(&world, SUPER, move |tx, now, realm, actor| {
        let mut new = IdentityProvider::default();
        new.profile.name = "partner".into();
        let properties = vec![secret(), address()];
        let way = Authenticator { name: "A".into(), enabled: true, properties, ..Authenticator::default() };
        let properties = vec![secret(), address()];
        let connector = identity_provider::Connector {
            name: "googleapps".into(),
            enabled: true,
            properties,
            ..identity_provider::Connector::default()
        };
        (new.authenticators, new.connectors) = (vec![way], vec![connector]);
        identity_provider::add(tx, now, realm, actor, new)
    })
    .unwrap();
    let all = world.read(|tx| {
        let actor = admin(tx, SUPER)?;
        providers(tx, &world.realm, &actor)
    });
    let partner = all.into_iter().find(|one| one.profile.name == "partner").unwrap();
    for properties in [&partner.authenticators[0].properties, &partner.connectors[0].properties] {
        let value = |name: &str| properties.iter().find(|one| one.name == name).unwrap().value.as_deref();
        assert_eq!((value("token"), value("url")), (None, Some("https://there")));
    }
}

fn at(provider: &str, authenticators: &[&str]) -> Federated {
    let choice = |name: &&str| Choice { name: (*name).into(), display_name: None };
    let authenticators = authenticators.iter().map(choice).collect();
    Federated { name: provider.into(), federation_hub: false, authenticators }
}

fn local(name: &str) -> Choice {
    Choice { name: name.into(), display_name: Some("basic".into()) }
}

#[test]
fn a_provider_that_an_application_uses_stays_and_may_be_renamed() {
    let world = World::new();
    with_provider(&world, "partner", &["A", "B"]);
    make(&world, "shop", &[]).unwrap();
    edit(&world, "shop", |one| {
        one.profile.authentication = "federated".into();
        one.steps = vec![Step { order: 1, federated: vec![at("partner", &[])], ..Step::default() }];
    })
    .unwrap();
    assert_eq!(
        shown(&world, "shop").steps.first().unwrap().federated,
        [at("partner", &["A"])],
        "its default"
    );
    let gone =
        as_admin(&world, SUPER, |tx, now, _, actor| identity_provider::delete(tx, now, actor, "partner"));
    assert!(gone.unwrap_err().contains("cannot be deleted"));
    as_admin(&world, SUPER, |tx, now, realm, actor| {
        identity_provider::edit(tx, now, realm, actor, "partner", |mut one| {
            one.profile.name = "friend".into();
            one.profile.default_authenticator = Some("B".into());
            one.default_authenticator_enabled = true;
            Ok((one, Vec::new()))
        })
    })
    .unwrap();
    assert_eq!(shown(&world, "shop").steps.first().unwrap().federated, [at("friend", &["B"])]);
    edit(&world, "shop", |one| one.steps.clear()).unwrap();
    assert_eq!(shown(&world, "shop").profile.authentication, "default", "no step is the usual way");
    as_admin(&world, SUPER, |tx, now, _, actor| identity_provider::delete(tx, now, actor, "friend")).unwrap();
}

#[test]
fn steps_that_make_no_sense_are_refused_and_those_to_nowhere_are_left_out() {
    let world = World::new();
    with_provider(&world, "partner", &["A"]);
    make(&world, "shop", &[]).unwrap();
    let step = |order, locals: &[&str], federated: Vec<Federated>| Step {
        order,
        local: locals.iter().map(|name| local(name)).collect(),
        federated,
        ..Step::default()
    };
    let basic = || step(1, &["BasicAuthenticator"], Vec::new());
    let try_it = |kind: &str, steps: Vec<Step>| {
        edit(&world, "shop", |one| {
            one.profile.authentication = kind.into();
            one.steps = steps;
        })
    };
    for (kind, steps) in [
        ("local", vec![basic(), basic()]),
        ("local", vec![step(1, &["a", "b"], Vec::new())]),
        ("local", vec![step(1, &["a"], vec![at("partner", &["A"])])]),
        ("FEDERATED", vec![basic()]),
        ("federated", vec![step(1, &[], vec![at("partner", &["A"]), at("other", &[])])]),
        ("federated", vec![step(1, &[], vec![at("nobody", &[])])]),
        ("flow", vec![basic(), step(2, &[], Vec::new())]),
        ("flow", vec![step(1, &[], vec![at("wso2carbon-local-IDP", &["A"])])]),
    ] {
        assert_eq!(try_it(kind, steps).unwrap_err(), [FAILED, "shop"].concat(), "{kind}");
        assert_eq!(shown(&world, "shop").profile.authentication, "default", "nothing was changed");
    }
    let flow = vec![
        step(2, &[], vec![at("partner", &["A", "Unknown"]), at("nobody", &["A"])]),
        basic(),
        step(3, &[], vec![at("nobody", &["A"])]),
    ];
    try_it("flow", flow).unwrap();
    assert_eq!(shown(&world, "shop").steps, [basic(), step(2, &[], vec![at("partner", &["A"])])]);
}

#[test]
fn a_configuration_gets_the_key_that_counts_and_secrets_are_not_in_the_file() {
    let world = World::new();
    make(&world, "shop", &[]).unwrap();
    let inbound = |kind: &str, key: &str, properties: &[(&str, &str)]| Inbound {
        kind: kind.into(),
        key: key.into(),
        config: String::new(),
        properties: properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
    };
    edit(&world, "shop", |one| {
        one.profile.name = "store".into();
        one.inbound = vec![
            inbound("oauth2", "client", &[("oauthConsumerSecret", "quiet-please"), ("empty", " ")]),
            inbound("passivests", " ", &[]),
            inbound("homemade", "ignored", &[("a", "1")]),
        ];
    })
    .unwrap();
    let stored = shown(&world, "store").inbound;
    let told: Vec<(&str, &str, usize)> =
        stored.iter().map(|one| (one.kind.as_str(), one.key.as_str(), one.properties.len())).collect();
    assert_eq!(told, [("oauth2", "client", 1), ("passivests", "store", 0), ("homemade", "store", 1)]);
    let secret = stored.first().unwrap().properties.first().unwrap();
    assert_eq!(secret.1, "quiet-please");
    let file = world.dump();
    assert!(!file.windows(12).any(|bytes| bytes == b"quiet-please"));
}

#[test]
fn the_application_of_the_server_itself_is_for_nobody_to_take() {
    let world = World::new();
    as_admin(&world, SUPER, |tx, _, _, actor| ensure_resident(tx, actor.tenant)).unwrap();
    assert!(listed(&world).is_empty());
    assert_eq!(make(&world, RESIDENT, &[]).unwrap_err(), "Error while Creating Application");
    make(&world, "mine", &[]).unwrap();
    for (from, to) in [("mine", RESIDENT), (RESIDENT, "mine2")] {
        let renamed = edit(&world, from, |one| one.profile.name = to.into());
        assert_eq!(renamed.unwrap_err(), [FAILED, to].concat());
    }
    edit(&world, RESIDENT, |one| one.profile.provisioning_store = Some("PRIMARY".into())).unwrap();
    assert_eq!(shown(&world, RESIDENT).profile.provisioning_store.as_deref(), Some("PRIMARY"));
    let gone = as_admin(&world, SUPER, |tx, now, realm, actor| delete(tx, now, realm, actor, RESIDENT));
    assert_eq!(gone.unwrap_err(), "User not authorized");
    // Somebody who has the permission for the operation, and no role.
    let tom = world.find("tom");
    let (realm, own) = (std::sync::Arc::clone(&world.realm), shown(&world, "mine"));
    let done = world.store.write_blocking(move |tx| {
        let actor = Actor { user: UserId(tom.id.0), name: "tom".into(), ..admin(tx, SUPER)? };
        let mut disguised = own.clone();
        disguised.profile.name = RESIDENT.into();
        update(tx, START, &realm, &actor, sent(disguised))
    });
    assert_eq!(done.map_err(|error: Error| error.to_string()).unwrap_err(), "User not authorized");
}

#[test]
fn what_is_too_long_or_there_twice_is_refused_before_anything_is_written() {
    let world = World::new();
    let long = "x".repeat(256);
    assert_eq!(make(&world, &long, &[]).unwrap_err(), "Error while Creating Application");
    make(&world, "shop", &[]).unwrap();
    let twice = Setting { name: "a".into(), value: "b".into(), display_name: None };
    let changes: [fn(&mut Application, &str); 9] = [
        |one, _| one.roles.push(RoleMapping { local: "role".into(), remote: String::new() }),
        |one, _| one.properties.push(Setting::default()),
        |one, text| one.profile.subject_claim = Some(text.repeat(3)),
        |one, text| one.roles.push(RoleMapping { local: text.into(), remote: "r".into() }),
        |one, text| one.request_paths.push(text.into()),
        |one, text| one.inbound.push(saml(text)),
        |one, text| one.claims.push(ClaimMapping { local: text.repeat(3), ..ClaimMapping::default() }),
        |one, text| {
            one.connectors.push(Connector {
                connector: text.into(),
                idp_name: "p".into(),
                ..Connector::default()
            })
        },
        |one, text| one.permissions.push(text.into()),
    ];
    for change in changes {
        assert!(edit(&world, "shop", |one| change(one, &long)).is_err());
    }
    assert!(edit(&world, "shop", |one| one.properties = vec![twice.clone(), twice.clone()]).is_err());
    assert!(edit(&world, "shop", |one| one.permissions = vec!["/".into()]).is_err());
    let stored = shown(&world, "shop");
    assert_eq!(Application { profile: Profile::default(), ..stored }, Application::default());
}

#[test]
fn the_trail_says_who_made_changed_and_deleted_what() {
    let world = World::new();
    make(&world, "shop", &[]).unwrap();
    let id = shown(&world, "shop").profile.id.to_string();
    edit(&world, "shop", |one| one.profile.name = "store".into()).unwrap();
    as_admin(&world, SUPER, |tx, now, realm, actor| delete(tx, now, realm, actor, "store")).unwrap();
    let trail = world.read(|tx| {
        let sql = "SELECT action, target, data FROM audit WHERE action IN ('create', 'update', 'delete') ORDER BY id";
        Ok(tx.query(sql, &[], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)))?)
    });
    let line =
        |action: &str, target: &str, data: &str| (action.to_owned(), target.to_owned(), data.to_owned());
    let expected =
        [line("create", &id, "shop"), line("update", &id, "store"), line("delete", "store", "null")];
    assert_eq!(trail, expected);
}
