use super::*;
use crate::domain::fixture::*;
use crate::domain::{Secret, account, claim_metadata, permission, role, tenant};

const NOT_AUTHORIZED: &str = "You are not authorized to perform this action.";

/// A user of the super tenant as one who acts, with the permissions of a role of his own.
fn actor(world: &World, name: &str, permissions: &[&'static str]) -> Actor {
    let user = world.find(name);
    let grants: Vec<role::Grant> = permissions
        .iter()
        .map(|path| role::Grant { resource: (*path).to_owned(), action: permission::EXECUTE.to_owned() })
        .collect();
    if !grants.is_empty() {
        let members = [user.name.clone()];
        let typed = format!("of {name}");
        as_admin(world, SUPER, move |tx, now, realm, actor| {
            role::add(tx, now, realm, actor, &typed, &members, &grants)
        })
        .unwrap();
    }
    world.read(|tx| Ok(Actor::of(&tenant::by_id(tx, SUPER)?.unwrap(), &user, name)))
}

fn gets(world: &World, actor: &Actor, typed: &str, profile: &str) -> Result<Option<Profile>, String> {
    let read = world.store.read(|tx| get(tx, &world.realm, actor, typed, profile, |profile| profile));
    read.map_err(|error| error.to_string())
}

fn sets(world: &World, actor: &Actor, typed: &'static str, claims: &[(&str, &str)]) -> Result<(), String> {
    let mut changes = Changes::default();
    for (uri, value) in claims {
        changes.set(*uri, Some((*value).to_owned()));
    }
    let (actor, realm, now) = (actor.clone(), world.realm.clone(), world.now());
    let done = world.store.write_blocking(move |tx| set(tx, now, &realm, &actor, typed, "default", changes));
    done.map_err(|error: Error| error.to_string())
}

fn value<'a>(profile: &'a Profile, uri: &str) -> Option<&'a str> {
    profile.fields.iter().find(|field| *field.uri == *uri).and_then(|field| field.value.as_deref())
}

#[test]
fn who_signed_in_without_prefix_is_himself_and_not_his_namesake_in_the_primary_store() {
    let world = World::new();
    world.write(|tx| Ok(crate::store::user::add_store(tx, SUPER.0, "EMP")?));
    let namesake = world.user_in(SUPER, "EMP", "tom");
    let without_prefix =
        world.read(|tx| Ok(Actor::of(&tenant::by_id(tx, SUPER)?.unwrap(), &namesake, "tom")));
    sets(&world, &without_prefix, "tom", &[(GIVEN_NAME, "Employee")]).unwrap();
    assert_eq!(world.claim(&world.find("tom"), GIVEN_NAME), None);
    assert_eq!(world.claim(&namesake, GIVEN_NAME).as_deref(), Some("Employee"));
    let seen = gets(&world, &without_prefix, "tom", "default").unwrap().unwrap();
    assert_eq!(value(&seen, GIVEN_NAME), Some("Employee"));
    // Under any other spelling the primary one is meant, who is somebody else.
    for typed in ["PRIMARY/tom", "Tom"] {
        assert_eq!(gets(&world, &without_prefix, typed, "default").unwrap_err(), NOT_AUTHORIZED);
    }
}

#[test]
fn a_profile_shows_what_is_supported_by_default_with_and_without_value() {
    let world = World::new();
    let tom = actor(&world, "tom", &[]);
    let profile = gets(&world, &tom, "tom", "default").unwrap().unwrap();
    assert_eq!((profile.name.as_str(), profile.configuration.as_str()), ("default", "default"));
    assert_eq!(value(&profile, MAIL), Some("tom@example.org"));
    assert_eq!(value(&profile, ROLE), Some("Internal/everyone"));
    assert!(profile.fields.iter().any(|field| *field.uri == *GIVEN_NAME && field.value.is_none()));
    assert!(
        profile.fields.iter().all(|field| *field.uri != *PUBLISHED),
        "what is not supported by default is not shown"
    );
    let mail = profile.fields.iter().find(|field| *field.uri == *MAIL).unwrap();
    assert_eq!((&*mail.display_name, mail.display_order, mail.required), ("Email", 6, true));
    assert!(mail.pattern.is_some() && !mail.read_only);
    let empty = world.read(|tx| fields(tx, &world.realm, SUPER));
    assert!(empty.iter().all(|field| field.value.is_none()));
    assert_eq!(
        empty.iter().map(|field| &field.uri).collect::<Vec<_>>(),
        profile.fields.iter().map(|field| &field.uri).collect::<Vec<_>>()
    );
}

#[test]
fn the_default_profile_is_the_only_one() {
    let world = World::new();
    let tom = actor(&world, "tom", &[]);
    assert_eq!(gets(&world, &tom, "tom", "home"), Ok(None));
    assert_eq!(gets(&world, &tom, "tom", "Default"), Ok(None));
    let all = world.read(|tx| all(tx, &world.realm, &tom, "tom"));
    assert_eq!(all, [gets(&world, &tom, "tom", "default").unwrap().unwrap()]);
}

#[test]
fn others_are_read_with_the_permission_to_view_and_written_with_that_to_manage() {
    let world = World::new();
    world.user("zoe");
    let tom = actor(&world, "tom", &[]);
    assert_eq!(gets(&world, &tom, "zoe", "default").unwrap_err(), NOT_AUTHORIZED);
    assert_eq!(
        gets(&world, &tom, "nobody", "default").unwrap_err(),
        NOT_AUTHORIZED,
        "who exists is not told"
    );
    assert_eq!(
        world.store.read(|tx| all(tx, &world.realm, &tom, "zoe")).unwrap_err().to_string(),
        NOT_AUTHORIZED
    );
    assert_eq!(sets(&world, &tom, "zoe", &[(GIVEN_NAME, "Zoe")]).unwrap_err(), NOT_AUTHORIZED);

    let tom = actor(&world, "tom", &[VIEW]);
    assert!(gets(&world, &tom, "zoe", "default").unwrap().is_some());
    let refusal = gets(&world, &tom, "nobody", "default").unwrap_err();
    assert_eq!(refusal, "UserNotFound: User nobodydoes not exist in: PRIMARY");
    assert_eq!(sets(&world, &tom, "zoe", &[(GIVEN_NAME, "Zoe")]).unwrap_err(), NOT_AUTHORIZED);

    let admin = actor(&world, "admin", &[]);
    sets(&world, &admin, "zoe", &[(GIVEN_NAME, "Zoe")]).unwrap();
    assert_eq!(world.claim(&world.find("zoe"), GIVEN_NAME).as_deref(), Some("Zoe"));
}

#[test]
fn oneself_is_the_exact_name_of_the_session() {
    let world = World::new();
    let tom = actor(&world, "tom", &[]);
    for typed in ["TOM", "PRIMARY/tom"] {
        assert_eq!(gets(&world, &tom, typed, "default").unwrap_err(), NOT_AUTHORIZED, "{typed}");
    }
}

#[test]
fn who_posts_his_own_profile_back_changes_it_but_not_his_account() {
    let world = World::new();
    let user = world.find("tom");
    world.claims(&user, &[(LOCKED, Some("false")), (PUBLISHED, Some("AB12CD"))]).unwrap();
    let tom = actor(&world, "tom", &[]);
    let back = [(GIVEN_NAME, "Tom"), (LOCKED, "false"), (PUBLISHED, "AB12CD"), (TRIGGER, "")];
    sets(&world, &tom, "tom", &back).unwrap();
    assert_eq!(world.claim(&user, GIVEN_NAME).as_deref(), Some("Tom"));
    for forbidden in [(LOCKED, "true"), (LOCKED, ""), (TRIGGER, "true"), (PUBLISHED, "AAAAAA")] {
        let refusal = sets(&world, &tom, "tom", &[(GIVEN_NAME, "Thomas"), forbidden]).unwrap_err();
        assert_eq!(refusal, NOT_AUTHORIZED, "{forbidden:?}");
    }
    assert_eq!(world.claim(&user, GIVEN_NAME).as_deref(), Some("Tom"), "nothing of a refused write is done");
    assert_eq!(world.claim(&user, LOCKED).as_deref(), Some("false"));
}

// The original compares the names of identity claims letter by letter and takes any other for an attribute.
#[test]
fn an_identity_claim_in_another_letter_case_is_an_attribute_without_effect() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let admin = actor(&world, "admin", &[]);
    world.trigger(&world.find("tom")).unwrap();
    let code = world.claim(&world.find("tom"), PUBLISHED).unwrap();
    for (uri, value) in [(LOCKED, "false"), (TRIGGER, "false")] {
        sets(&world, &admin, "tom", &[(&uri.to_uppercase(), value)]).unwrap();
    }
    assert!(!world.gets_in("tom", OLD), "nobody is freed by it");
    assert_eq!(world.claim(&world.find("tom"), LOCKED).as_deref(), Some("true"));
    assert!(world.redeems("tom", &Secret::new(code)));
}

// Where the account has no value of its own, what such a name says is what everybody reads.
#[test]
fn a_user_writes_no_claim_of_his_account_whatever_he_calls_it() {
    const VERIFIED: &str = "http://wso2.org/claims/identity/emailVerified";
    let world = World::new();
    let user = world.find("tom");
    let tom = actor(&world, "tom", &[]);
    for (external, local) in [("urn:partner:verified", VERIFIED), ("urn:partner:code", PUBLISHED)] {
        as_admin(&world, SUPER, move |tx, now, _, admin| {
            let dialect = "urn:partner".to_owned();
            if local == VERIFIED {
                claim_metadata::add_dialect(tx, now, admin, &dialect)?;
            }
            let claim =
                claim_metadata::ExternalClaim { dialect, uri: external.to_owned(), local: local.to_owned() };
            claim_metadata::add_external(tx, now, admin, &claim)
        })
        .unwrap();
    }
    let in_capitals = [VERIFIED.replace("/identity", "/Identity"), PUBLISHED.to_uppercase()];
    let names = in_capitals.iter().map(String::as_str).chain(["urn:partner:verified", "URN:partner:Code"]);
    for name in names {
        let refusal = sets(&world, &tom, "tom", &[(GIVEN_NAME, "Tom"), (name, "true")]).unwrap_err();
        assert_eq!(refusal, NOT_AUTHORIZED, "{name}");
        // What is as it was may be posted back by any name.
        sets(&world, &tom, "tom", &[(name, "")]).unwrap();
        let mut changes = Changes::default();
        changes.set(name, Some("true".to_owned()));
        let (by, realm, now) = (tom.clone(), world.realm.clone(), world.now());
        let done =
            world.store.write_blocking(move |tx| account::set_own_claims(tx, now, &realm, &by, changes));
        assert_eq!(done.unwrap_err().to_string(), format!("Updates to the claim {name} are not allowed"));
    }
    for claim in [VERIFIED, PUBLISHED, GIVEN_NAME] {
        assert_eq!(world.claim(&user, claim), None, "{claim}");
    }
}

#[test]
fn a_user_does_not_choose_the_id_that_applications_know_him_by() {
    const ID: &str = "http://wso2.org/claims/userid";
    let world = World::new();
    let tom = actor(&world, "tom", &[]);
    let own = world.claim(&world.find("tom"), ID).unwrap();
    for uri in [ID, "urn:scim:schemas:core:1.0:id"] {
        let refused = sets(&world, &tom, "tom", &[(GIVEN_NAME, "Tom"), (uri, "of somebody else")]);
        assert_eq!(refused.unwrap_err(), NOT_AUTHORIZED, "{uri}");
    }
    sets(&world, &tom, "tom", &[(GIVEN_NAME, "Tom"), (ID, &own)]).unwrap();
    assert_eq!(world.claim(&world.find("tom"), ID), Some(own));
}

#[test]
fn who_may_write_the_profiles_of_others_may_write_all_of_his_own() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let tom = actor(&world, "tom", &[WRITE]);
    sets(&world, &tom, "tom", &[(TRIGGER, "true")]).unwrap();
    assert!(world.row(&world.find("tom")).is_some());
}

#[test]
fn the_default_profile_cannot_be_deleted_and_another_is_not_there_to_delete() {
    let world = World::new();
    let deletes = |actor: &Actor, typed: &'static str, profile: &'static str| {
        let actor = actor.clone();
        let done = world.store.write_blocking(move |tx| delete(tx, &actor, typed, profile));
        done.map_err(|error: Error| error.to_string())
    };
    let tom = actor(&world, "tom", &[]);
    assert_eq!(deletes(&tom, "tom", "default").unwrap_err(), "Cannot delete default profile");
    assert_eq!(deletes(&tom, "admin", "home").unwrap_err(), NOT_AUTHORIZED);
    assert_eq!(deletes(&tom, "tom", "home"), Ok(()));
    let admin = actor(&world, "admin", &[]);
    assert!(deletes(&admin, "nobody", "home").unwrap_err().starts_with("UserNotFound"));
    assert_eq!(world.claim(&world.find("tom"), MAIL).as_deref(), Some("tom@example.org"));
}

#[test]
fn what_a_profile_shows_can_be_written_back() {
    const NOWHERE: &str = "http://wso2.org/claims/nowhere";
    const ELSEWHERE: &str = "http://wso2.org/claims/elsewhere";
    let world = World::new();
    world.write(|tx| Ok(crate::store::user::add_store(tx, SUPER.0, "EMP")?));
    let employee = world.user_in(SUPER, "EMP", "eve");
    for (uri, attributes) in
        [(NOWHERE, vec![]), (ELSEWHERE, vec![("EMP".to_owned(), Some("elsewhere".to_owned()))])]
    {
        as_admin(&world, SUPER, move |tx, now, _, admin| {
            let properties = [("DisplayName", "Elsewhere"), ("SupportedByDefault", "true")];
            let properties =
                properties.map(|(name, value)| (Some(name.to_owned()), Some(value.to_owned()))).to_vec();
            let claim = claim_metadata::LocalClaim { uri: uri.to_owned(), attributes, properties };
            claim_metadata::add_local(tx, now, admin, &claim)
        })
        .unwrap();
    }
    let admin = actor(&world, "admin", &[]);
    for (typed, shows) in [("tom", [false, false]), ("EMP/eve", [false, true])] {
        let seen = gets(&world, &admin, typed, "default").unwrap().unwrap();
        let has = |uri: &str| seen.fields.iter().any(|field| *field.uri == *uri);
        assert_eq!([NOWHERE, ELSEWHERE].map(has), shows, "{typed}");
        let all: Vec<(&str, &str)> = seen
            .fields
            .iter()
            .filter(|field| *field.uri != *ROLE)
            .map(|field| (&*field.uri, field.value.as_deref().unwrap_or("x")))
            .collect();
        sets(&world, &admin, typed, &all).unwrap();
    }
    assert_eq!(world.claim(&employee, ELSEWHERE).as_deref(), Some("x"));
}
