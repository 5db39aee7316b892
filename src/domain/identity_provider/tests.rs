use super::*;
use crate::domain::Now;
use crate::domain::audit;
use crate::domain::fixture::*;
use std::sync::Arc;

mod secrets;

fn actor(world: &World, tenant: TenantId) -> Actor {
    world.read(|tx| admin(tx, tenant))
}

fn provider(name: &str) -> IdentityProvider {
    IdentityProvider {
        profile: Profile { name: name.into(), enabled: true, ..Profile::default() },
        ..IdentityProvider::default()
    }
}

fn property(name: &str, value: &str) -> Property {
    Property { name: name.into(), value: Some(value.into()), ..Property::default() }
}

fn authenticator(name: &str, enabled: bool) -> Authenticator {
    Authenticator { name: name.into(), enabled, ..Authenticator::default() }
}

fn connector(name: &str, properties: Vec<Property>) -> Connector {
    Connector { name: name.into(), enabled: true, properties, ..Connector::default() }
}

impl World {
    fn add_provider(&self, tenant: TenantId, new: IdentityProvider) -> Result<(), Error> {
        let (realm, actor) = (Arc::clone(&self.realm), actor(self, tenant));
        self.store.write_blocking(move |tx| add(tx, START, &realm, &actor, new))
    }

    fn update_provider(&self, tenant: TenantId, old: &str, new: IdentityProvider) -> Result<(), Error> {
        let (realm, actor, old) = (Arc::clone(&self.realm), actor(self, tenant), old.to_owned());
        self.store.write_blocking(move |tx| update(tx, START, &realm, &actor, &old, new))
    }

    fn delete_provider(&self, tenant: TenantId, name: &str) -> Result<(), Error> {
        let (actor, name) = (actor(self, tenant), name.to_owned());
        self.store.write_blocking(move |tx| delete(tx, START, &actor, &name))
    }

    /// As administrators see it.
    fn provider(&self, tenant: TenantId, name: &str) -> Option<IdentityProvider> {
        let actor = actor(self, tenant);
        self.read(|tx| by_name(tx, &self.realm, &actor, name))
    }

    /// As it is stored, secrets in clear.
    fn stored_provider(&self, name: &str) -> IdentityProvider {
        self.read(|tx| {
            let profile = store::idp::find(tx, SUPER.0, name)?.unwrap();
            read(tx, &self.realm, profile)
        })
    }

    /// Has an application use it.
    fn refer(&self, name: &str, kind: &'static str, part: &'static str) {
        let idp = self.stored_provider(name).profile.id;
        self.write(move |tx| {
            let application = store::application::insert(
                tx,
                &store::application::ApplicationRow {
                    tenant: SUPER.0,
                    name: ["travelocity of ", kind].concat(),
                    authentication: if kind == "federated" { kind.into() } else { "flow".into() },
                    ..Default::default()
                },
            )?;
            let (idp, part) = (Some(idp), part.to_owned());
            if kind == "provisioning" {
                let row = store::application::ConnectorRow { idp, connector: part, ..Default::default() };
                return Ok(store::application::insert_connector(tx, application, &row)?);
            }
            let row = store::application::StepRow { step: 1, idp, authenticator: part, ..Default::default() };
            Ok(store::application::insert_step(tx, application, &row)?)
        });
    }

    fn referred(&self, name: &str) -> Vec<String> {
        self.read(|tx| {
            let profile = store::idp::find(tx, SUPER.0, name)?.unwrap();
            let references = store::idp::references(tx, SUPER.0, profile.id)?;
            Ok(references.into_iter().map(|one| one.name).collect())
        })
    }
}

fn text(refusal: Result<(), Error>) -> String {
    refusal.unwrap_err().to_string()
}

fn value<'a>(provider: &'a IdentityProvider, name: &str) -> Option<&'a str> {
    let properties = provider.connectors.iter().flat_map(|connector| &connector.properties);
    properties.filter(|property| property.name == name).find_map(|property| property.value.as_deref())
}

#[test]
fn what_service_providers_use_cannot_be_switched_off() {
    let world = World::new();
    let saml = "SAMLSSOAuthenticator";
    let full = |name: &str| IdentityProvider {
        authenticators: vec![authenticator(saml, true)],
        connectors: vec![connector("scim", vec![])],
        ..provider(name)
    };
    let off = |mut new: IdentityProvider| {
        new.profile.enabled = false;
        new
    };
    world.add_provider(SUPER, full("a")).unwrap();
    world.refer("a", "step", saml);
    let in_use = "Error in disabling identity provider as it is referred by service providers.";
    assert_eq!(text(world.update_provider(SUPER, "a", off(full("a")))), in_use);
    // A new name is no way around it.
    assert_eq!(text(world.update_provider(SUPER, "a", off(full("b")))), in_use);
    let mut without = full("a");
    without.authenticators = vec![authenticator(saml, false)];
    assert_eq!(
        text(world.update_provider(SUPER, "a", without)),
        "SAMLSSOAuthenticator is referred by service providers."
    );
    world.refer("a", "provisioning", "scim");
    let mut without = full("a");
    without.connectors[0].enabled = false;
    assert_eq!(
        text(world.update_provider(SUPER, "a", without)),
        "scim outbound provisioning connector is referred by service providers."
    );
    world.update_provider(SUPER, "a", full("a")).unwrap();
}

#[test]
fn a_service_provider_follows_the_default_authenticator() {
    let world = World::new();
    let with_default = |name: &str, enabled: bool| {
        let mut new = provider("a");
        new.authenticators = vec![authenticator("A", true), authenticator("B", true)];
        new.profile.default_authenticator = Some(name.into());
        new.default_authenticator_enabled = enabled;
        new
    };
    world.add_provider(SUPER, with_default("A", true)).unwrap();
    world.refer("a", "federated", "A");
    assert_eq!(
        text(world.update_provider(SUPER, "a", with_default("A", false))),
        "Error in disabling default federated authenticator as it is referred by service providers."
    );
    world.update_provider(SUPER, "a", with_default("A", true)).unwrap();
    assert_eq!(world.referred("a"), ["A"]);
    // A refused change takes nobody along.
    let mut refused = with_default("B", false);
    refused.profile.certificate = Some("no certificate".into());
    assert!(world.update_provider(SUPER, "a", refused).is_err());
    assert_eq!(world.referred("a"), ["A"]);
    world.update_provider(SUPER, "a", with_default("B", false)).unwrap();
    assert_eq!(world.referred("a"), ["B"]);
}

#[test]
fn what_service_providers_use_cannot_be_deleted_under_any_name() {
    let world = World::new();
    for (name, kind, part) in [("a", "step", "A"), ("b", "provisioning", "scim")] {
        world.add_provider(SUPER, provider(name)).unwrap();
        world.refer(name, kind, part);
        assert_eq!(
            text(world.delete_provider(SUPER, name)),
            format!("Identitiy Provider '{name}' cannot be deleted as it is reffered by Service Providers.")
        );
        assert!(world.provider(SUPER, name).is_some());
        let renamed = format!("{name}2");
        world.update_provider(SUPER, name, provider(&renamed)).unwrap();
        assert_eq!(world.referred(&renamed), [part]);
        assert!(world.delete_provider(SUPER, &renamed).is_err());
    }
    world.write(|tx| Ok(tx.execute("DELETE FROM application", &[])?));
    world.delete_provider(SUPER, "a2").unwrap();
}

/// Shares a provider with all tenants, as a file of the server does.
fn share(world: &World, name: &str) {
    let name = name.to_owned();
    let realm = Arc::clone(&world.realm);
    world.write(move |tx| {
        let row = Profile { tenant: SUPER.0, local_dialect: true, ..provider(&name).profile };
        let id = store::idp::insert(tx, &row)?;
        store::idp::set_property(tx, id, "note", "shared")?;
        let whole = IdentityProvider {
            claim_mappings: vec![ClaimMapping { local: Some("l".into()), ..ClaimMapping::default() }],
            ..provider(&name)
        };
        replace_mappings(tx, id, &whole, &[])?;
        replace_connectors(tx, &realm.key, id, &[connector("scim", vec![property("scim-password", "p")])])
    });
}

#[test]
fn a_shared_provider_is_seen_by_every_tenant_and_changed_by_none() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    share(&world, "SHARED_s");
    world.add_provider(SUPER, provider("SHAREDxA")).unwrap();
    let seen = world.provider(acme, "SHARED_s").unwrap();
    // What belongs to the sharing tenant alone is left out.
    assert_eq!(
        (seen.connectors.len(), seen.connectors[0].properties.len(), seen.claim_mappings.len()),
        (1, 0, 0)
    );
    let own = world.provider(SUPER, "SHARED_s").unwrap();
    assert_eq!((own.connectors[0].properties.len(), own.claim_mappings.len()), (2, 1));
    // The underscore is one, not any letter.
    assert!(world.provider(acme, "SHAREDxA").is_none());
    assert_eq!(
        text(world.update_provider(acme, "SHARED_s", provider("SHARED_s"))),
        format!("Trying to update non-existent Identity Provider for tenant {}", acme.0)
    );
    world.delete_provider(acme, "SHARED_s").unwrap();
    assert!(world.provider(SUPER, "SHARED_s").is_some());
    let names = |listed: Vec<Listed>| listed.into_iter().map(|one| one.profile.name).collect::<Vec<_>>();
    world.add_provider(acme, provider("mine")).unwrap();
    assert_eq!(names(world.read(|tx| list(tx, acme))), ["mine"]);
    let enabled = world.read(|tx| list_enabled(tx, acme));
    assert_eq!(enabled[1].properties[0].value.as_deref(), Some("shared"));
    assert_eq!(names(enabled), ["mine", "SHARED_s"]);
    assert_eq!(names(world.read(|tx| list(tx, SUPER))), ["SHAREDxA"]);
    assert_eq!(names(world.read(|tx| list_enabled(tx, SUPER))), ["SHARED_s", "SHAREDxA"]);
    world.delete_provider(SUPER, "SHARED_s").unwrap();
    assert!(world.provider(acme, "SHARED_s").is_none());
}

#[test]
fn a_file_of_the_server_keeps_its_name() {
    let world = World::with(|policy| policy.file_providers = vec!["file".into(), "SHARED_f".into()]);
    share(&world, "SHARED_f");
    world.add_provider(SUPER, provider("default")).unwrap();
    assert_eq!(
        text(world.add_provider(SUPER, provider("file"))),
        "Identity provider with the namefileexists in the file system."
    );
    assert_eq!(
        text(world.update_provider(SUPER, "SHARED_f", provider("SHARED_f"))),
        "Identity provider with the same name exists in the file system."
    );
    let acme = world.tenant("acme.com");
    assert_eq!(
        text(world.update_provider(acme, "SHARED_f", provider("SHARED_f"))),
        format!("Trying to update non-existent Identity Provider for tenant {}", acme.0)
    );
}

#[test]
fn a_thousand_providers_are_listed_with_two_statements() {
    let world = World::new();
    world.write(|tx| {
        for number in 0..1000 {
            let row = Profile { tenant: SUPER.0, ..provider(&format!("p{number}")).profile };
            let id = store::idp::insert(tx, &row)?;
            store::idp::set_property(tx, id, "number", &number.to_string())?;
        }
        Ok(())
    });
    world.read(|tx| {
        let listed = list(tx, SUPER)?;
        assert_eq!(tx.statements, 2);
        let number = |one: &Listed| one.properties[0].value.clone().unwrap();
        assert!(listed.iter().enumerate().all(|(index, one)| number(one) == index.to_string()));
        assert_eq!(listed.len(), 1000);
        list_enabled(tx, SUPER)?;
        assert_eq!(tx.statements, 4);
        Ok::<_, Error>(())
    });
}

#[test]
fn one_provider_is_read_with_as_many_statements_whatever_it_holds() {
    let world = World::new();
    let statements = |name: &str| {
        let actor = actor(&world, SUPER);
        world.read(|tx| {
            by_name(tx, &world.realm, &actor, name)?;
            Ok(tx.statements)
        })
    };
    world.add_provider(SUPER, provider("small")).unwrap();
    let many =
        |count: usize| (0..count).map(|number| property(&format!("p{number}"), "v")).collect::<Vec<_>>();
    let large = IdentityProvider {
        authenticators: (0..9)
            .map(|number| Authenticator { properties: many(9), ..authenticator(&format!("A{number}"), true) })
            .collect(),
        connectors: (0..9).map(|number| connector(&format!("C{number}"), many(9))).collect(),
        roles: (0..9).map(|number| format!("r{number}")).collect(),
        ..provider("large")
    };
    world.add_provider(SUPER, large).unwrap();
    assert_eq!(statements("small"), statements("large"));
}

#[test]
fn a_list_is_the_same_in_pages_of_any_size_and_searched_by_name_and_description() {
    let world = World::new();
    let described = |text: &str| Profile { description: Some(text.into()), ..provider("b").profile };
    world
        .add_provider(SUPER, IdentityProvider { profile: described("Where partners_live"), ..provider("b") })
        .unwrap();
    for name in ["d", "c", "A%"] {
        world.add_provider(SUPER, provider(name)).unwrap();
    }
    let acme = world.tenant("acme.example");
    world.add_provider(acme, provider("acme's")).unwrap();
    let paged = |part: &str, size: usize| {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let found = world.read(|tx| page(tx, SUPER, part, &after, size));
            let Some(last) = found.last() else { return all };
            last.name.clone_into(&mut after);
            all.extend(found.into_iter().map(|one| one.name));
        }
    };
    for size in 1..=5 {
        assert_eq!(paged("", size), ["A%", "b", "c", "d"], "neither the resident one nor another tenant's");
    }
    for (part, found) in
        [("a%", vec!["A%"]), ("PARTNERS", vec!["b"]), ("s_l", vec!["b"]), ("e_p", vec![]), ("w*e", vec!["b"])]
    {
        assert_eq!(paged(part, 3), found, "{part}");
    }
}

#[test]
fn look_ups_and_lists_use_an_index() {
    let world = World::new();
    let plan = |sql: &str, parameters: &[crate::store::Value<'_>]| {
        world.read(|tx| {
            let steps = tx.query(&format!("EXPLAIN QUERY PLAN {sql}"), parameters, |row| row.text(3))?;
            Ok(steps.join("; "))
        })
    };
    for (sql, parameters) in [
        (
            "SELECT id FROM identity_provider WHERE tenant_id = $1 AND name <> 'LOCAL' ORDER BY id",
            vec![1.into()],
        ),
        (
            "SELECT id FROM identity_provider WHERE tenant_id = $1 AND name >= 'SHARED_' AND name < 'SHARED`' ORDER BY id",
            vec![1.into()],
        ),
        (
            "SELECT p.idp_id FROM identity_provider i JOIN idp_property p ON p.idp_id = i.id WHERE i.tenant_id = $1 \
             AND i.name <> 'LOCAL' ORDER BY p.idp_id",
            vec![1.into()],
        ),
        (
            "SELECT name FROM identity_provider WHERE tenant_id = $1 AND name > $2 AND name <> 'LOCAL' ORDER BY name LIMIT 9",
            vec![1.into(), "a".into()],
        ),
        (
            "SELECT p.id FROM idp_authenticator_property p JOIN idp_authenticator a ON a.id = p.authenticator_id \
             JOIN identity_provider i ON i.id = a.idp_id WHERE p.name = 'IdPEntityId' AND p.value = $1 AND a.name = $2 \
             AND i.tenant_id = $3 LIMIT 1",
            vec!["urn:a".into(), "A".into(), 1.into()],
        ),
        ("DELETE FROM idp_role_mapping WHERE role_id = $1", vec![1.into()]),
    ] {
        let steps = plan(sql, &parameters);
        assert!(steps.contains("SEARCH") && !steps.contains("SCAN"), "{sql}: {steps}");
    }
}

#[test]
fn a_change_that_fails_half_way_leaves_nothing() {
    let world = World::new();
    let (realm, actor) = (Arc::clone(&world.realm), actor(&world, SUPER));
    let undone: Result<(), Error> = world.store.write_blocking(move |tx| {
        let new = IdentityProvider { authenticators: vec![authenticator("A", true)], ..provider("a") };
        add(tx, START, &realm, &actor, new)?;
        audit::record(tx, Now(0), &actor, "never", "a", "")?;
        Err(Error::Broken("on purpose"))
    });
    assert!(undone.is_err());
    assert!(world.provider(SUPER, "a").is_none());
    let rows = world
        .read(|tx| Ok(tx.one("SELECT count(*) FROM idp_authenticator", &[], "count", |row| row.int(0))?));
    assert_eq!(rows, 0);
}

#[test]
fn what_the_files_say_is_what_every_tenant_sees() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    let start = |files: Vec<IdentityProvider>| {
        let realm = Arc::clone(&world.realm);
        world.store.write_blocking(move |tx| change::share(tx, START, &realm, files)).unwrap();
    };
    let audited = || world.read(|tx| Ok(tx.one("SELECT count(*) FROM audit", &[], "n", |row| row.int(0))?));
    let file = |alias: &str, secret: &str| IdentityProvider {
        profile: Profile { alias: Some(alias.into()), ..provider("SHARED_f").profile },
        authenticators: vec![Authenticator {
            properties: vec![property("ClientSecret", secret)],
            ..authenticator("OpenIDConnectAuthenticator", true)
        }],
        ..IdentityProvider::default()
    };
    start(vec![file("one", "s"), provider("SHARED_g")]);
    assert_eq!(world.provider(acme, "SHARED_f").unwrap().profile.alias.as_deref(), Some("one"));
    let id = world.stored_provider("SHARED_f").profile.id;
    // Nothing is done, and nothing recorded, when the files say the same.
    let before = audited();
    start(vec![file("one", "s"), provider("SHARED_g")]);
    assert_eq!(audited(), before);
    start(vec![file("two", "t")]);
    let stored = world.stored_provider("SHARED_f");
    assert_eq!((stored.profile.id, stored.profile.alias.as_deref()), (id, Some("two")));
    assert_eq!(stored.authenticators[0].properties[0].value.as_deref(), Some("t"));
    assert!(world.provider(acme, "SHARED_g").is_none());
    // A file that makes no sense stops nothing, and changes nothing.
    let mut bad = file("three", "u");
    bad.profile.certificate = Some("none".into());
    start(vec![bad, provider("SHARED_h")]);
    assert_eq!(world.stored_provider("SHARED_f").profile.alias.as_deref(), Some("two"));
    assert!(world.provider(acme, "SHARED_h").is_some());
    // What a service provider uses stays, even without its file.
    world.refer("SHARED_h", "step", "A");
    start(Vec::new());
    assert!(world.provider(acme, "SHARED_h").is_some());
    assert!(world.provider(acme, "SHARED_f").is_none());
}

#[test]
fn an_edit_drops_what_it_says_and_leaves_what_it_does_not_change() {
    let world = World::new();
    let secret = Property { confidential: true, ..property("Key", "hidden") };
    let properties = vec![property("One", "1"), property("Two", "2"), secret];
    let saml = Authenticator { properties, ..authenticator("SAMLSSOAuthenticator", true) };
    world
        .add_provider(SUPER, IdentityProvider { authenticators: vec![saml], ..provider("partner") })
        .unwrap();
    let sealed = |world: &World| {
        let sql = "SELECT value FROM idp_authenticator_property WHERE name = 'Key'";
        world.read(|tx| Ok::<_, Error>(tx.query(sql, &[], |row| row.text(0))?))
    };
    let before = sealed(&world);
    let edit_provider = |name: &'static str, refuse: bool| {
        let (realm, actor) = (Arc::clone(&world.realm), actor(&world, SUPER));
        world.store.write_blocking(move |tx| {
            edit(tx, START, &realm, &actor, name, |mut shown| {
                if refuse {
                    return Err(Error::refused("not so"));
                }
                shown.profile.alias = Some("new".into());
                let drop = |property: &str| Dropped {
                    authenticator: "SAMLSSOAuthenticator".into(),
                    property: property.into(),
                };
                shown.authenticators[0].properties.retain(|one| one.name != "One");
                Ok((shown, vec![drop("One"), drop("Unknown")]))
            })
        })
    };
    assert_eq!(edit_provider("partner", true).unwrap_err().to_string(), "not so");
    assert_eq!(world.stored_provider("partner").profile.alias, None);
    edit_provider("partner", false).unwrap();
    let stored = world.stored_provider("partner");
    let names: Vec<&str> = stored.authenticators[0].properties.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((names, stored.profile.alias.as_deref()), (vec!["Two", "Key"], Some("new")));
    assert_eq!(sealed(&world), before, "a secret that stays is not sealed anew");
    for name in ["nobody", "LOCAL"] {
        let text = edit_provider(name, false).unwrap_err().to_string();
        assert_eq!(text, format!("Identity Provider with name {name} does not exist"));
    }
}
