use super::*;
use crate::domain::catalogue::Catalogue;
use crate::domain::claim;
use crate::domain::fixture::*;
use crate::domain::{TenantId, User};
use std::sync::Arc;

const SCIM: &str = "urn:scim:schemas:core:1.0";
const COUNTRY: &str = "http://wso2.org/claims/country";

/// One change by the administrator of a tenant.
fn change_in(
    world: &World,
    tenant: TenantId,
    work: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<(), Error> + Send + 'static,
) -> Result<(), String> {
    world
        .store
        .write_blocking(move |tx| {
            let admin = admin(tx, tenant)?;
            work(tx, &admin)
        })
        .map_err(|error: Error| error.to_string())
}

fn change(
    world: &World,
    work: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<(), Error> + Send + 'static,
) -> Result<(), String> {
    change_in(world, SUPER, work)
}

fn catalogue(world: &World) -> Arc<Catalogue> {
    world.read(|tx| world.realm.catalogues.of(tx, SUPER))
}

fn local(uri: &str, attributes: &[(&str, &str)], properties: &[(&str, &str)]) -> LocalClaim {
    LocalClaim {
        uri: uri.into(),
        attributes: attributes
            .iter()
            .map(|(domain, name)| ((*domain).into(), Some((*name).into())))
            .collect(),
        properties: properties
            .iter()
            .map(|(name, value)| (Some((*name).into()), Some((*value).into())))
            .collect(),
    }
}

fn add(world: &World, claim: LocalClaim) -> Result<(), String> {
    change(world, move |tx, admin| add_local(tx, START, admin, &claim))
}

fn update(world: &World, claim: LocalClaim) -> Result<(), String> {
    change(world, move |tx, admin| update_local(tx, START, admin, &claim))
}

fn external(dialect: &str, uri: &str, local: &str) -> ExternalClaim {
    ExternalClaim { dialect: dialect.into(), uri: uri.into(), local: local.into() }
}

fn add_to(world: &World, claim: ExternalClaim) -> Result<(), String> {
    change(world, move |tx, admin| add_external(tx, START, admin, &claim))
}

/// What a claim of tom's reads as, by the name of any dialect.
fn value(world: &World, tom: &User, uri: &str) -> Option<String> {
    world.read(|tx| claim::single(tx, &world.realm, tom, uri))
}

#[test]
fn a_tenant_starts_with_the_dialects_of_the_original() {
    let world = World::new();
    let catalogue = catalogue(&world);
    let dialects: Vec<&str> = catalogue.dialects().collect();
    assert_eq!(
        dialects,
        [
            LOCAL_DIALECT,
            "http://schemas.xmlsoap.org/ws/2005/05/identity",
            SCIM,
            "http://wso2.org/oidc/claim",
            "http://schema.openid.net/2007/05/claims",
            "http://axschema.org"
        ]
    );
    let counts: Vec<usize> = dialects.iter().map(|dialect| catalogue.external(dialect).count()).collect();
    assert_eq!(counts, [0, 15, 49, 26, 5, 9]);
    assert_eq!(catalogue.local().len(), 75);
    let (_, stands_for) =
        catalogue.external(SCIM).find(|(uri, _)| uri.ends_with(":name.familyName")).unwrap();
    assert_eq!(stands_for.uri, "http://wso2.org/claims/lastname");
}

#[test]
fn a_shipped_claim_has_just_the_properties_that_its_file_gave_it() {
    let world = World::new();
    let catalogue = catalogue(&world);
    let properties = |uri: &str| {
        let claim = catalogue.find_local(uri).unwrap();
        claim.properties.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(
        properties(COUNTRY),
        ["Description=Country", "DisplayName=Country", "DisplayOrder=5", "SupportedByDefault=true"]
    );
    assert_eq!(
        properties("http://wso2.org/claims/oneTimePassword"),
        ["Description=One Time Password", "DisplayName=One Time Password"]
    );
}

#[test]
fn an_external_name_reads_and_writes_the_claim_it_stands_for() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[("urn:scim:schemas:core:1.0:name.familyName", Some("Sawyer"))]).unwrap();
    assert_eq!(value(&world, &tom, "http://wso2.org/claims/lastname").as_deref(), Some("Sawyer"));
    assert_eq!(value(&world, &tom, "family_name").as_deref(), Some("Sawyer"));
}

#[test]
fn a_changed_claim_is_seen_by_the_next_read() {
    let world = World::new();
    let tom = world.find("tom");
    assert!(
        !catalogue(&world)
            .find_local("http://wso2.org/claims/oneTimePassword")
            .unwrap()
            .flag("SupportedByDefault")
    );
    update(
        &world,
        local(
            "http://wso2.org/claims/oneTimePassword",
            &[("PRIMARY", "oneTimePassword")],
            &[("DisplayName", "One Time Password"), ("SupportedByDefault", "true")],
        ),
    )
    .unwrap();
    assert!(
        catalogue(&world)
            .find_local("http://wso2.org/claims/oneTimePassword")
            .unwrap()
            .flag("SupportedByDefault")
    );
    // Another attribute is another value.
    world.claims(&tom, &[(COUNTRY, Some("US"))]).unwrap();
    update(&world, local(COUNTRY, &[("PRIMARY", "elsewhere")], &[])).unwrap();
    assert_eq!(value(&world, &tom, COUNTRY), None);
    let country = catalogue(&world).find_local(COUNTRY).unwrap().clone();
    assert!(country.properties.is_empty(), "properties that were not sent are gone");
}

#[test]
fn a_new_claim_stands_behind_the_others_and_maps_each_store_once() {
    let world = World::new();
    let mine = "http://wso2.org/claims/mine";
    add(
        &world,
        local(mine, &[("primary", "a"), ("Emp", "b")], &[("DisplayName", "Mine"), ("DisplayName", "Last")]),
    )
    .unwrap();
    let catalogue = catalogue(&world);
    let claim = catalogue.local().last().unwrap();
    assert_eq!(claim.uri, mine);
    assert_eq!(
        claim.attributes,
        [("PRIMARY".to_owned(), "a".to_owned()), ("EMP".to_owned(), "b".to_owned())]
    );
    assert_eq!(claim.property("DisplayName"), Some("Last"));
    assert_eq!((claim.attribute("EMP"), claim.attribute("OTHER")), (Some("b"), Some("a")));
    for (attributes, properties, refusal) in [
        (vec![("A".to_owned(), None)], Vec::new(), "Error while adding attribute mappings"),
        (
            vec![("A".to_owned(), Some("x".to_owned())), ("a".to_owned(), Some("y".to_owned()))],
            Vec::new(),
            "Error while adding attribute mappings",
        ),
        (Vec::new(), vec![(Some("name".to_owned()), None)], "Error while adding claim properties"),
        (Vec::new(), vec![(None, Some("value".to_owned()))], "Error while adding claim properties"),
        (
            Vec::new(),
            vec![(Some("name".to_owned()), Some("v".repeat(256)))],
            "Error while adding claim properties",
        ),
    ] {
        let claim = LocalClaim { uri: "http://wso2.org/claims/other".into(), attributes, properties };
        assert_eq!(add(&world, claim.clone()), Err(refusal.to_owned()));
        let replaced = LocalClaim { uri: mine.into(), ..claim };
        assert_eq!(update(&world, replaced), Err(refusal.to_owned()));
    }
    let catalogue = self::catalogue(&world);
    assert!(
        catalogue.find("http://wso2.org/claims/other").is_none(),
        "a refused claim leaves nothing behind"
    );
    assert_eq!(catalogue.find_local(mine).unwrap().property("DisplayName"), Some("Last"));
}

#[test]
fn names_that_are_taken_unknown_blank_or_too_long_are_refused() {
    let world = World::new();
    let long = "u".repeat(256);
    for (claim, refusal) in [
        (COUNTRY, format!("Error while adding claim {COUNTRY} to dialect {LOCAL_DIALECT}")),
        (long.as_str(), format!("Error while adding claim {long} to dialect {LOCAL_DIALECT}")),
        (" ", "Local claim URI cannot be empty".to_owned()),
    ] {
        assert_eq!(add(&world, local(claim, &[], &[])), Err(refusal));
    }
    assert_eq!(
        update(&world, local("urn:nosuch", &[], &[])),
        Err(format!("Invalid Claim URI : urn:nosuch for Claim Dialect : {LOCAL_DIALECT}"))
    );
    let taken = "urn:scim:schemas:core:1.0:userName";
    for (claim, refusal) in [
        (external(SCIM, taken, COUNTRY), format!("Error while adding claim {taken} to dialect {SCIM}")),
        (external("urn:nosuch", "x", COUNTRY), "Error while adding claim x to dialect urn:nosuch".to_owned()),
        (
            external(SCIM, "x", "urn:no"),
            format!("Invalid Claim URI : urn:no for Claim Dialect : {LOCAL_DIALECT}"),
        ),
        (external(SCIM, "", COUNTRY), "External claim URI cannot be empty".to_owned()),
        (external("", "x", COUNTRY), "External dialect URI cannot be empty".to_owned()),
        (external(SCIM, "x", ""), "Mapped local claim URI cannot be empty".to_owned()),
        (
            external("HTTP://wso2.org/claims", "x", COUNTRY),
            format!("Invalid external claim dialect {LOCAL_DIALECT}"),
        ),
    ] {
        assert_eq!(add_to(&world, claim), Err(refusal));
    }
    assert!(catalogue(&world).external(SCIM).all(|(uri, _)| uri != "x"));
}

#[test]
fn a_local_claim_that_others_stand_for_stays() {
    let world = World::new();
    let remove = |uri: &'static str| change(&world, move |tx, admin| remove_local(tx, START, admin, uri));
    assert_eq!(
        remove(COUNTRY),
        Err(format!("Cannot remove local claim {COUNTRY} while having associations with external claims."))
    );
    let gone = "http://wso2.org/claims/oneTimePassword";
    remove(gone).unwrap();
    assert!(catalogue(&world).find(gone).is_none());
    remove(gone).unwrap();
    assert_eq!(remove(""), Err("Local claim URI cannot be empty".to_owned()));
}

#[test]
fn dialects_come_change_their_name_and_go_with_their_claims() {
    let world = World::new();
    let add = |uri: &'static str| change(&world, move |tx, admin| add_dialect(tx, START, admin, uri));
    let rename = |from: &'static str, to: &'static str| {
        change(&world, move |tx, admin| rename_dialect(tx, START, admin, from, to))
    };
    let remove = |uri: &'static str| change(&world, move |tx, admin| remove_dialect(tx, START, admin, uri));
    add("urn:mine").unwrap();
    assert_eq!(add("urn:mine"), Err("Error while adding claim dialect urn:mine".to_owned()));
    assert_eq!(add(" "), Err("Claim dialect cannot be empty".to_owned()));
    add_to(&world, external("urn:mine", "land", COUNTRY)).unwrap();
    rename("urn:mine", "urn:ours").unwrap();
    let names: Vec<String> =
        catalogue(&world).external("urn:ours").map(|(uri, claim)| format!("{uri}={}", claim.uri)).collect();
    assert_eq!(names, [format!("land={COUNTRY}")]);
    rename("urn:ours", "urn:ours").unwrap();
    rename("urn:nosuch", "urn:other").unwrap();
    assert_eq!(rename("urn:ours", SCIM), Err("Error while renaming claim dialect urn:ours".to_owned()));
    assert_eq!(rename("urn:ours", ""), Err("Claim dialect cannot be empty".to_owned()));
    remove("urn:ours").unwrap();
    remove("urn:ours").unwrap();
    assert_eq!(remove(""), Err("Claim dialect URI cannot be empty".to_owned()));
    assert!(catalogue(&world).find("land").is_none());
    let refused = Err(format!("Invalid external claim dialect {LOCAL_DIALECT}"));
    assert_eq!(remove(LOCAL_DIALECT), refused);
    assert_eq!(rename(LOCAL_DIALECT, "urn:mine"), refused);
    assert_eq!(catalogue(&world).local().len(), 75);
}

#[test]
fn an_external_claim_can_stand_for_another_local_one_and_go() {
    let world = World::new();
    let update =
        |claim: ExternalClaim| change(&world, move |tx, admin| update_external(tx, START, admin, &claim));
    let given = "given_name";
    let oidc = "http://wso2.org/oidc/claim";
    assert_eq!(catalogue(&world).find(given).unwrap().uri, "http://wso2.org/claims/fullname");
    update(external(oidc, given, GIVEN_NAME)).unwrap();
    assert_eq!(catalogue(&world).find(given).unwrap().uri, GIVEN_NAME);
    for (claim, refusal) in [
        (
            external(oidc, "nosuch", GIVEN_NAME),
            format!("Invalid Claim URI : nosuch for Claim Dialect : {oidc}"),
        ),
        (
            external("urn:no", given, GIVEN_NAME),
            format!("Invalid Claim URI : {given} for Claim Dialect : urn:no"),
        ),
        (
            external(oidc, given, "urn:no"),
            format!("Invalid Claim URI : urn:no for Claim Dialect : {LOCAL_DIALECT}"),
        ),
    ] {
        assert_eq!(update(claim), Err(refusal));
    }
    let remove = |dialect: &'static str, uri: &'static str| {
        change(&world, move |tx, admin| remove_external(tx, START, admin, dialect, uri))
    };
    remove(oidc, given).unwrap();
    remove(oidc, given).unwrap();
    remove("urn:no", given).unwrap();
    assert!(catalogue(&world).find(given).is_none());
    assert_eq!(remove("", given), Err("External claim dialect URI cannot be empty".to_owned()));
    assert_eq!(remove(oidc, ""), Err("External claim URI cannot be empty".to_owned()));
    assert_eq!(
        remove(LOCAL_DIALECT, COUNTRY),
        Err(format!("Invalid external claim dialect {LOCAL_DIALECT}"))
    );
}

#[test]
fn tenants_keep_their_own_claims() {
    let world = World::new();
    let other = world.tenant("a.example");
    change_in(&world, other, |tx, admin| remove_dialect(tx, START, admin, SCIM)).unwrap();
    change_in(&world, other, |tx, admin| {
        add_local(tx, START, admin, &local("urn:theirs", &[("PRIMARY", "x")], &[]))
    })
    .unwrap();
    let ours = catalogue(&world);
    assert!(ours.external(SCIM).count() == 49 && ours.find("urn:theirs").is_none());
    let theirs = world.read(|tx| world.realm.catalogues.of(tx, other));
    assert!(theirs.external(SCIM).count() == 0 && theirs.find("urn:theirs").is_some());
}

#[test]
fn a_claim_without_a_usable_attribute_falls_back_to_the_primary_store() {
    let world = World::new();
    add(&world, local("urn:blank", &[("EMP", " "), ("PRIMARY", "p")], &[])).unwrap();
    let catalogue = catalogue(&world);
    assert_eq!(catalogue.find("urn:blank").unwrap().attribute("EMP"), Some("p"));
}

#[test]
fn changes_are_in_the_audit_trail() {
    let world = World::new();
    add(&world, local("urn:mine", &[("PRIMARY", "x")], &[("DisplayName", "Mine")])).unwrap();
    let rows = world.read(|tx| {
        Ok(tx.query("SELECT initiator, action, data FROM audit WHERE target = 'urn:mine'", &[], |row| {
            Ok((row.text(0)?, row.text(1)?, row.text(2)?))
        })?)
    });
    let row = (
        "admin@carbon.super".to_owned(),
        "Add Local Claim".to_owned(),
        "Stores : PRIMARY Properties : DisplayName".to_owned(),
    );
    assert_eq!(rows, [row]);
}

#[test]
fn a_reset_goes_on_when_the_claim_of_its_code_was_taken_away() {
    let world = World::new();
    let tom = world.find("tom");
    change(&world, |tx, admin| remove_local(tx, START, admin, PUBLISHED)).unwrap();
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    world.complete(&code, NEW).unwrap();
    assert!(world.gets_in("tom", NEW));
    // A code that has nowhere to be published is refused, and nothing has happened.
    world.set(OFFLINE, "true");
    let fault = world.trigger(&tom).unwrap_err().to_string();
    assert_eq!(fault, "Error in obtaining claim mapping for user : tom");
    assert!(world.row(&tom).is_none() && world.gets_in("tom", NEW));
}

#[test]
fn a_mail_address_counts_under_any_of_its_names() {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    let address = "urn:scim:schemas:core:1.0:emails";
    world.claims(&tom, &[(TRIGGER, Some("true")), (address, Some("new@example.org"))]).unwrap();
    assert_eq!(world.all_mails()[0].recipient, "new@example.org");
    assert_eq!(value(&world, &tom, MAIL).as_deref(), Some("new@example.org"));
}

#[test]
fn nobody_writes_his_own_code_by_another_name() {
    let world = World::new();
    let tom = world.find("tom");
    add_to(&world, external(SCIM, "urn:code", PUBLISHED)).unwrap();
    for name in ["urn:code", "HTTP://wso2.org/claims/ONETIMEPASSWORD"] {
        let (realm, user) = (Arc::clone(&world.realm), tom.clone());
        let written = world.store.write_blocking(move |tx| {
            let tenant = crate::domain::tenant::by_id(tx, SUPER)?.unwrap();
            let himself = Actor::of(&tenant, &user, "tom");
            let mut changes = claim::Changes::default();
            changes.set(name, Some("123456".into()));
            crate::domain::profile::set(tx, START, &realm, &himself, "tom", "default", changes)
        });
        assert!(matches!(written, Err(Error::NotAuthorized)), "{name}: {written:?}");
    }
    assert_eq!(value(&world, &tom, PUBLISHED), None);
}

#[test]
fn published_codes_follow_their_claim_to_another_attribute_and_leave_nothing_behind() {
    let world = World::new();
    world.second_store("EMP");
    let users = [world.find("tom"), world.user_in(SUPER, "EMP", "sue")];
    // Claims that show what is in the attributes.
    for attribute in ["oneTimePassword", "first", "second"] {
        add(&world, local(&["urn:", attribute].concat(), &[("PRIMARY", attribute)], &[])).unwrap();
    }
    let kept = |user: &User| {
        let is_kept = |attribute: &&str| value(&world, user, &["urn:", attribute].concat()).is_some();
        ["oneTimePassword", "first", "second"].into_iter().filter(is_kept).collect::<Vec<_>>()
    };
    world.set(OFFLINE, "true");
    let codes = users.each_ref().map(|user| {
        world.trigger(user).unwrap();
        value(&world, user, PUBLISHED).unwrap()
    });
    let shows = |expected: [&[&str]; 2]| {
        assert_eq!(users.each_ref().map(kept), expected.map(<[&str]>::to_vec));
        for (user, code) in users.iter().zip(&codes) {
            assert_eq!(value(&world, user, PUBLISHED).as_ref(), Some(code));
        }
    };
    shows([&["oneTimePassword"], &["oneTimePassword"]]);
    update(&world, local(PUBLISHED, &[("PRIMARY", "first")], &[])).unwrap();
    shows([&["first"], &["first"]]);
    update(&world, local(PUBLISHED, &[("PRIMARY", "first")], &[("DefaultAttribute", "second")])).unwrap();
    shows([&["first"], &["second"]]);
    update(&world, local(PUBLISHED, &[("EMP", "second"), ("PRIMARY", "first")], &[])).unwrap();
    shows([&["first"], &["second"]]);
    // A place that is taken stays whose it is; the code is published no longer.
    world.claims(&users[0], &[("urn:second", Some("mine"))]).unwrap();
    update(&world, local(PUBLISHED, &[("PRIMARY", "second")], &[])).unwrap();
    assert_eq!(value(&world, &users[0], "urn:second").as_deref(), Some("mine"));
    assert_eq!(users.each_ref().map(kept), [vec!["second"], vec!["second"]]);
    change(&world, |tx, admin| remove_local(tx, START, admin, PUBLISHED)).unwrap();
    assert_eq!(kept(&users[1]), [""; 0], "with the claim goes what it published");
    assert!(users.iter().all(|user| world.row(user).is_some()), "the resets go on");
}
