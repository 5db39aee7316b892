use super::*;
use crate::domain::application;
use crate::domain::fixture::*;
use crate::domain::service_provider;
use crate::domain::session::{self, Kind};
use crate::domain::tenant;
use crate::domain::{Actor, Secret, TenantId};

fn app(issuer: &str) -> ServiceProvider {
    ServiceProvider {
        issuer: issuer.into(),
        consumer_urls: vec!["https://app.example/acs".into()],
        ..ServiceProvider::default()
    }
}

/// A world with service providers of these names, and they.
fn with(issuers: &[&str]) -> (World, Vec<ServiceProvider>) {
    let world = World::new();
    let all: Vec<_> = issuers.iter().map(|issuer| app(issuer)).collect();
    world.write(move |tx| service_provider::settle(tx, &all));
    let known = issuers.iter().map(|issuer| {
        world.read(|tx| service_provider::find(tx, None, issuer)).expect("it was registered").1
    });
    let known = known.collect();
    (world, known)
}

fn opened(world: &World, name: &str) -> String {
    let (user, now) = (world.find(name), world.now());
    let id: Secret = world.write(move |tx| {
        let tenant = tenant::by_id(tx, SUPER)?.unwrap();
        session::open(tx, now, Kind::Browser, &Actor::of(&tenant, &user, &user.name), 15)
    });
    id.reveal().to_owned()
}

fn joined(world: &World, session: &str, provider: &ServiceProvider, name: &str) -> String {
    let (session, provider, name) = (session.to_owned(), provider.clone(), name.to_owned());
    world.write(move |tx| join(tx, &session, &provider, &name))
}

fn is_open(world: &World, session: &str) -> bool {
    world.read(|tx| session::find(tx, world.now(), Kind::Browser, session)).is_some()
}

/// Who is to be told of which session, in the order of the keys.
fn to_be_told(world: &World) -> Vec<(i64, String, String)> {
    let due = world.read(|tx| due_notices(tx, world.now()));
    due.into_iter().map(|one| (one.provider, one.name_id, one.session_index)).collect()
}

fn ended(world: &World, provider: &ServiceProvider, indexes: &[&str], name: &str) -> bool {
    let indexes: Vec<String> = indexes.iter().map(|one| (*one).to_owned()).collect();
    let (provider, name) = (provider.clone(), name.to_owned());
    world.write(move |tx| end(tx, &provider, &indexes, &name)).is_some()
}

fn claimed(world: &World, sender: &'static str, id: &'static str) -> bool {
    let now = world.now();
    world.write(move |tx| claim_message(tx, now, sender, id))
}

#[test]
fn a_message_is_good_for_an_hour_and_from_clocks_that_are_five_minutes_ahead() {
    let at = |offset: i64| is_timely(START, START.0 + offset);
    assert!(at(0) && at(-PATIENCE) && at(SKEW));
    assert!(!at(-PATIENCE - 1) && !at(SKEW + 1));
    assert!(!is_timely(START, i64::MIN) && !is_timely(START, i64::MAX), "no moment overflows");
}

#[test]
fn a_message_counts_once_and_the_same_name_of_another_sender_is_another_message() {
    let world = World::new();
    assert!(claimed(&world, "sign on 1", "_a"));
    assert!(!claimed(&world, "sign on 1", "_a"));
    assert!(claimed(&world, "sign on 2", "_a"));
    assert!(claimed(&world, "sign out 1", "_a"));
    assert!(claimed(&world, "sign on 1", "_A"), "names are compared as they stand");
}

#[test]
fn a_message_is_forgotten_only_when_it_is_too_old_to_count() {
    let world = World::new();
    // The clock of its sender is ahead, so that it is good for longer.
    let made_at = world.now().0 + SKEW;
    assert!(is_timely(world.now(), made_at) && claimed(&world, "sender", "_a"));
    let forget = |world: &World| {
        let now = world.now();
        world.write(move |tx| forget_messages(tx, now))
    };
    world.pass(PATIENCE + SKEW);
    assert!(is_timely(world.now(), made_at));
    assert_eq!(forget(&world), 0);
    assert!(!claimed(&world, "sender", "_a"), "a replay at the last moment");
    world.pass(1);
    assert!(!is_timely(world.now(), made_at));
    assert_eq!(forget(&world), 1);
}

/// Gives an issuer an application with a subject claim and two claims, only one of which it asks for.
fn with_application(world: &World, issuer: &'static str) {
    let made = as_admin(world, SUPER, move |tx, now, realm, actor| {
        let name = ["application of ", issuer].concat();
        let new = application::New { name: name.clone(), ..application::New::default() };
        application::create(tx, now, realm, actor, &new)?;
        let mut application = application::get(tx, realm, actor, &name)?;
        application.profile.subject_claim = Some("address".into());
        let claim = |local: &str, remote: &str, requested| application::ClaimMapping {
            local: local.into(),
            remote: remote.into(),
            requested,
            ..application::ClaimMapping::default()
        };
        application.claims = vec![claim(GIVEN_NAME, "first", true), claim(MAIL, "address", false)];
        application.inbound.push(application::Inbound {
            kind: application::SAML.into(),
            key: issuer.into(),
            ..application::Inbound::default()
        });
        let sent = application::Sent {
            application,
            says_authentication: true,
            says_claims: true,
            is_complete: true,
        };
        application::update(tx, now, realm, actor, sent)
    });
    made.unwrap();
}

/// The name and the claims that a service provider of the super tenant gets of tom.
fn told_of_tom(world: &World, issuer: &str) -> (String, Vec<(String, Vec<String>)>) {
    let tom = world.find("tom");
    world.read(|tx| {
        let (owner, provider) = service_provider::find(tx, None, issuer)?.expect("it was registered");
        let name = subject(tx, &world.realm, &owner, &provider, &owner, &tom)?;
        Ok((name, attributes(tx, &world.realm, &provider, &tom)?))
    })
}

#[test]
fn an_application_says_which_claims_its_service_provider_gets_and_by_which_names() {
    let world = World::new();
    let claims: Vec<String> = vec![MAIL.into()];
    as_admin(&world, SUPER, move |tx, now, _, actor| {
        for (issuer, send_attributes) in [("shop", true), ("quiet", false), ("plain", true)] {
            let claims = claims.clone();
            let new = ServiceProvider { send_attributes, claims, ..app(issuer) };
            assert!(service_provider::add(tx, now, actor, &new)?);
        }
        Ok(())
    })
    .unwrap();
    let from_file = ServiceProvider { send_attributes: true, ..app("file") };
    world.write(move |tx| service_provider::settle(tx, &[from_file]));
    world.claims(&world.find("tom"), &[(GIVEN_NAME, Some("Tom"))]).unwrap();
    for issuer in ["shop", "quiet", "file"] {
        with_application(&world, issuer);
    }
    let mail = "tom@example.org";
    let one = |name: &str, value: &str| vec![(name.to_owned(), vec![value.to_owned()])];
    assert_eq!(told_of_tom(&world, "shop"), (mail.to_owned(), one("first", "Tom")));
    assert_eq!(told_of_tom(&world, "quiet"), (mail.to_owned(), Vec::new()), "it gets no claims at all");
    assert_eq!(told_of_tom(&world, "plain"), ("tom".to_owned(), one(MAIL, mail)), "nobody speaks for it");
    assert_eq!(told_of_tom(&world, "file"), ("tom".to_owned(), Vec::new()), "what a file says holds");
}

/// What a service provider of the super tenant knows a user as.
fn named(world: &World, change: impl Fn(&mut ServiceProvider), tenant: TenantId, user: &User) -> String {
    let mut provider = app("app");
    change(&mut provider);
    world.read(|tx| {
        let (owner, own) = (tenant::by_id(tx, SUPER)?.unwrap(), tenant::by_id(tx, tenant)?.unwrap());
        subject(tx, &world.realm, &owner, &provider, &own, user)
    })
}

#[test]
fn a_service_provider_knows_a_user_by_the_name_it_is_registered_for() {
    let world = World::new();
    world.second_store("SALES");
    let (tom, eva) = (world.find("tom"), world.user_in(SUPER, "SALES", "eva"));
    assert_eq!(named(&world, |_| {}, SUPER, &tom), "tom");
    assert_eq!(named(&world, |_| {}, SUPER, &eva), "eva");
    assert_eq!(
        named(&world, |app| app.store_in_subject = true, SUPER, &tom),
        "tom",
        "the primary store is left out"
    );
    assert_eq!(named(&world, |app| app.store_in_subject = true, SUPER, &eva), "SALES/eva");
    let whole = |app: &mut ServiceProvider| (app.store_in_subject, app.tenant_in_subject) = (true, true);
    assert_eq!(named(&world, whole, SUPER, &eva), "SALES/eva@carbon.super");
}

#[test]
fn a_user_of_another_tenant_is_never_taken_for_one_of_the_same_name() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    let tom = world.user_in(acme, "PRIMARY", "tom");
    assert_eq!(named(&world, |_| {}, acme, &tom), "tom@acme.com", "whatever was registered");
}

#[test]
fn a_claim_is_the_name_where_it_was_asked_for_and_has_a_value() {
    let world = World::new();
    let tom = world.find("tom");
    let by = |uri: &str| named(&world, |app| app.name_id_claim = Some(uri.to_owned()), SUPER, &tom);
    assert_eq!(by(MAIL), "tom@example.org");
    assert_eq!(by(GIVEN_NAME), "tom", "without a value the user name is sent");
    // Of the account itself, which keeps blanks; the store's attributes have none.
    const VERIFIED: &str = "http://wso2.org/claims/identity/emailVerified";
    world.claims(&tom, &[(VERIFIED, Some("  "))]).unwrap();
    assert_eq!(by(VERIFIED), "tom", "blanks would be a name that anybody can have");
    assert_eq!(by("http://wso2.org/claims/nothing"), "tom");
}

#[test]
fn a_claim_of_a_user_of_another_tenant_says_whose_user_he_is() {
    let world = World::new();
    let acme = world.tenant("acme.com");
    let tom = world.user_in(acme, "PRIMARY", "tom");
    world.claims(&tom, &[(MAIL, Some("admin@example.org"))]).unwrap();
    let by_mail = |app: &mut ServiceProvider| app.name_id_claim = Some(MAIL.to_owned());
    assert_eq!(named(&world, by_mail, acme, &tom), "admin@example.org@acme.com");
}

#[test]
fn only_registered_claims_are_sent_and_only_where_they_are_wanted() {
    let world = World::new();
    let tom = world.find("tom");
    world
        .claims(&tom, &[(GIVEN_NAME, Some("Tom, Thomas ,,")), ("http://wso2.org/claims/lastname", Some("X"))])
        .unwrap();
    let sent = |on: bool, claims: &[&str]| {
        let claims = claims.iter().map(|uri| (*uri).to_owned()).collect();
        let provider = ServiceProvider { send_attributes: on, claims, ..app("app") };
        world.read(|tx| attributes(tx, &world.realm, &provider, &tom))
    };
    let both = [MAIL, GIVEN_NAME, "http://wso2.org/claims/country"];
    let mut all = sent(true, &both);
    all.sort();
    assert_eq!(
        all,
        [
            (MAIL.to_owned(), vec!["tom@example.org".to_owned()]),
            (GIVEN_NAME.to_owned(), vec!["Tom".to_owned(), "Thomas".to_owned()]),
        ],
        "several values are apart, and a claim without one is not sent"
    );
    assert_eq!(sent(false, &both), []);
    assert_eq!(sent(true, &[]), []);
}

#[test]
fn all_service_providers_know_one_session_by_one_name_and_another_by_another() {
    let (world, apps) = with(&["one", "two"]);
    let [one, two] = &apps[..] else { unreachable!() };
    let (first, second) = (opened(&world, "tom"), opened(&world, "tom"));
    let index = joined(&world, &first, one, "tom");
    assert_eq!(joined(&world, &first, two, "tom@example.org"), index);
    assert_eq!(joined(&world, &first, one, "thomas"), index, "signing in there again");
    assert_ne!(joined(&world, &second, one, "tom"), index);
    let at = |session: &str, provider: &ServiceProvider| {
        let found = world.read(|tx| participant(tx, session, provider.id));
        found.map(|one| one.name_id)
    };
    assert_eq!(at(&first, one).as_deref(), Some("thomas"), "the last name counts");
    assert_eq!(at(&first, two).as_deref(), Some("tom@example.org"));
    assert_eq!(at(&second, two), None);
    assert_eq!(at("no session", one), None);
}

#[test]
fn nobody_is_signed_in_anywhere_without_a_session() {
    let (world, apps) = with(&["one"]);
    let provider = apps[0].clone();
    let refused = world.store.write_blocking(move |tx| join(tx, "no session", &provider, "tom"));
    assert!(refused.is_err());
}

#[test]
fn a_logout_needs_the_name_of_the_session_and_of_its_user_at_that_very_provider() {
    let (world, apps) = with(&["one", "two"]);
    let [one, two] = &apps[..] else { unreachable!() };
    let toms = opened(&world, "tom");
    let index = joined(&world, &toms, one, "tom");
    assert!(!ended(&world, one, &[], "tom"), "no session named");
    assert!(!ended(&world, one, &["guess", ""], "tom"));
    assert!(!ended(&world, one, &[&index], "admin"));
    assert!(!ended(&world, one, &[&index], "TOM"));
    assert!(!ended(&world, two, &[&index], "tom"), "the other one never saw him");
    assert!(is_open(&world, &toms));
    assert_eq!(to_be_told(&world), []);
    assert!(ended(&world, one, &["guess", &index], "tom"));
    assert!(!is_open(&world, &toms));
    assert!(!ended(&world, one, &[&index], "tom"), "it is over");
}

#[test]
fn whoever_signed_the_user_out_knows_and_all_others_are_told() {
    let (world, apps) = with(&["one", "two", "three"]);
    let [one, two, three] = &apps[..] else { unreachable!() };
    let (toms, admins) = (opened(&world, "tom"), opened(&world, "admin"));
    let index = joined(&world, &toms, one, "tom");
    joined(&world, &toms, two, "t@example.org");
    joined(&world, &admins, three, "admin");
    assert!(ended(&world, one, &[&index], "tom"));
    assert_eq!(to_be_told(&world), [(two.id, "t@example.org".to_owned(), index)]);
    assert!(is_open(&world, &admins));
}

#[test]
fn everybody_is_told_when_a_session_ends_in_any_other_way() {
    let (world, apps) = with(&["one", "two"]);
    let ends: [fn(&World, &str); 3] = [
        |world, id| {
            let id = id.to_owned();
            world.write(move |tx| session::close(tx, &id));
        },
        |world, _| {
            let tom = world.find("tom").id;
            world.write(move |tx| session::close_all(tx, tom));
        },
        |world, _| {
            world.set(OTP, "true");
            world.trigger(&world.find("tom")).unwrap();
        },
    ];
    for end in ends {
        let toms = opened(&world, "tom");
        let index = joined(&world, &toms, &apps[0], "tom");
        joined(&world, &toms, &apps[1], "tom");
        end(&world, &toms);
        let told = to_be_told(&world);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().all(|(_, name, known)| name == "tom" && *known == index));
        world.write(|tx| Ok(tx.execute("DELETE FROM logout_notice", &[])?));
    }
}

#[test]
fn of_a_session_that_nobody_used_for_too_long_nobody_is_told() {
    let (world, apps) = with(&["one"]);
    let toms = opened(&world, "tom");
    joined(&world, &toms, &apps[0], "tom");
    world.pass_minutes(16);
    let now = world.now();
    assert_eq!(world.write(move |tx| session::forget_idle(tx, now)), 1);
    assert_eq!(to_be_told(&world), [], "service providers have idle limits of their own");
}

#[test]
fn whoever_proves_himself_again_stays_signed_in_everywhere_and_nobody_is_told() {
    let (world, apps) = with(&["one"]);
    let (old, new) = (opened(&world, "tom"), opened(&world, "tom"));
    let index = joined(&world, &old, &apps[0], "tom");
    let (from, to) = (old.clone(), new.clone());
    world.write(move |tx| replace(tx, &from, &to));
    assert!(!is_open(&world, &old) && is_open(&world, &new));
    assert_eq!(to_be_told(&world), []);
    assert!(ended(&world, &apps[0], &[&index], "tom"), "under the same name of the session");
    assert!(!is_open(&world, &new));
}

#[test]
fn a_notice_is_tried_again_after_ever_longer_pauses_and_given_up_after_the_fifth_attempt() {
    let (world, apps) = with(&["one"]);
    let toms = opened(&world, "tom");
    joined(&world, &toms, &apps[0], "tom");
    world.write(move |tx| session::close(tx, &toms));
    let due = |world: &World| world.read(|tx| due_notices(tx, world.now())).pop();
    for pause in [10_000, 20_000, 40_000, 80_000] {
        let (notice, now) = (due(&world).unwrap(), world.now());
        world.write(move |tx| conclude_notice(tx, now, &notice, false));
        world.pass(pause - 1);
        assert_eq!(due(&world), None, "not yet after {pause}");
        world.pass(1);
    }
    let (notice, now) = (due(&world).unwrap(), world.now());
    assert_eq!(notice.attempts, 4);
    world.write(move |tx| conclude_notice(tx, now, &notice, false));
    world.pass(i64::MAX / 4);
    assert_eq!(due(&world), None);
}

#[test]
fn a_notice_that_arrived_is_not_sent_again_and_a_crowd_is_told_by_and_by() {
    let (world, apps) = with(&["one"]);
    for _ in 0..25 {
        let id = opened(&world, "tom");
        joined(&world, &id, &apps[0], "tom");
        world.write(move |tx| session::close(tx, &id));
    }
    for expected in [20, 5, 0] {
        let (due, now) = (world.read(|tx| due_notices(tx, world.now())), world.now());
        assert_eq!(due.len(), expected);
        for notice in due {
            world.write(move |tx| conclude_notice(tx, now, &notice, true));
        }
    }
}

#[test]
fn a_service_provider_that_is_gone_takes_nobodys_session_with_it() {
    let (world, apps) = with(&["one"]);
    let toms = opened(&world, "tom");
    joined(&world, &toms, &apps[0], "tom");
    world.write(|tx| service_provider::settle(tx, &[]));
    assert!(is_open(&world, &toms));
    assert_eq!(world.read(|tx| participant(tx, &toms, apps[0].id)), None);
}

#[test]
fn a_role_with_a_comma_in_its_name_is_not_sent_as_two_others() {
    let (world, providers) = with(&["sp"]);
    let tom = world.find("tom");
    as_admin(&world, SUPER, |tx, now, realm, actor| {
        crate::domain::role::add(tx, now, realm, actor, "Internal/x,admin", &["tom".to_owned()], &[])
    })
    .unwrap();
    let provider =
        ServiceProvider { send_attributes: true, claims: vec![ROLE.into()], ..providers[0].clone() };
    let sent = world.read(|tx| attributes(tx, &world.realm, &provider, &tom));
    assert_eq!(
        sent,
        [(ROLE.to_owned(), vec!["Internal/x,admin".to_owned(), "Internal/everyone".to_owned()])]
    );
}
