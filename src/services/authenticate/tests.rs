//! Callers who are familiar, and until when.

use super::*;
use crate::domain::clock::ManualClock;
use crate::domain::fixture::{LINK, LOCKED, NEW, OLD, World};
use crate::domain::permission::{EXECUTE, Holder, set};
use crate::domain::{Clock, TenantId, tenant};
use crate::services::{Doors, Machine, OnHttp, Process, Publication, WAITING_LOGINS};
use crate::soap::BeanPrefixes;
use base64::Engine as _;
use tokio::sync::Semaphore;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 1));
const NEEDED: &[&str] = &["/permission/admin/manage"];
/// Of another operation.
const EITHER: &[&str] = &["/permission/admin/manage", "/permission/admin/configure"];

fn app(world: &World) -> Arc<App> {
    let publication = Publication {
        realm_name: String::new(),
        hide_wsdls: false,
        on_http: OnHttp::None,
        without_envelope: true,
        original_permissions: false,
        bean_prefixes: BeanPrefixes::default(),
        host_name: None,
        https_port: 9443,
        body_limit: 1,
    };
    let process = Process {
        started_at: world.now(),
        ready_at: world.now(),
        draining: tokio::sync::watch::channel(false).1,
        data_dir: String::new(),
        machine: Machine::default(),
    };
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(world.now()));
    Arc::new(App {
        store: world.store.clone(),
        realm: Arc::clone(&world.realm),
        clock,
        publication,
        process,
        logins: Semaphore::new(WAITING_LOGINS),
        doors: Doors::new(6, Arc::clone(&world.realm.key)),
    })
}

fn token(password: &str) -> String {
    base64::prelude::BASE64_STANDARD.encode(format!("tom:{password}"))
}

/// Who calls now, as far as it is told at once.
fn at_once(world: &World, app: &App, password: &str) -> Option<Known> {
    at_once_for(world, app, password, NEEDED)
}

fn at_once_for(
    world: &World,
    app: &App,
    password: &str,
    permissions: &'static [&'static str],
) -> Option<Known> {
    match caller(app, world.now(), Credentials::Basic(&token(password)), None, permissions) {
        Ok(Caller::Known(known)) => Some(known),
        Ok(Caller::Stranger(_)) => None,
        Err(denied) => panic!("{denied:?}"),
    }
}

/// Lets tom in as a first call does.
fn let_tom_in(world: &World, app: &Arc<App>, password: &str) -> Known {
    let presented = Presented { user_name: "tom".to_owned(), password: password.into() };
    let stranger = Stranger { now: world.now(), shows: Shown::Password(presented), permissions: NEEDED };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(sign_in(app, HERE, stranger)).unwrap()
}

fn allow(world: &World, permission: &'static str, allowed: bool) {
    let now = world.now();
    world.write(move |tx| {
        let tenant = tenant::by_id(tx, TenantId::SUPER)?.ok_or(Error::Broken("no tenant"))?;
        let holder = Holder::User("tom".to_owned());
        set(tx, now, &Actor::system(&tenant), &holder, permission, EXECUTE, allowed)
    });
}

#[test]
fn who_was_let_in_a_moment_ago_is_known_at_once_and_without_a_statement() {
    let world = World::new();
    let app = app(&world);
    assert!(at_once(&world, &app, OLD).is_none(), "a stranger at first");
    let first = let_tom_in(&world, &app, OLD);
    for _ in 0..2 {
        let known = at_once(&world, &app, OLD).unwrap();
        assert_eq!((&known.actor, known.permitted), (&first.actor, false));
        assert_eq!(known.hand_out, first.hand_out);
    }
    assert!(at_once(&world, &app, NEW).is_none());
    let again = token(OLD);
    let statements = world.read(|tx| {
        assert!(familiar(tx, &app, world.now(), &again, NEEDED)?.is_some());
        Ok(tx.statements)
    });
    assert_eq!(statements, 0);
}

#[test]
fn what_changes_about_him_counts_at_the_very_next_call() {
    let world = World::new();
    let app = app(&world);
    let tom = world.find("tom");
    world.set("account.lock.handler.enable", "true");
    let permitted = |password| at_once(&world, &app, password).map(|known| known.permitted);
    let_tom_in(&world, &app, OLD);
    assert_eq!(permitted(OLD), Some(false));
    allow(&world, NEEDED[0], true);
    assert_eq!(permitted(OLD), Some(true));
    allow(&world, NEEDED[0], false);
    assert_eq!(permitted(OLD), Some(false));
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    assert_eq!(permitted(OLD), None);
    world.claims(&tom, &[(LOCKED, Some("false"))]).unwrap();
    let_tom_in(&world, &app, OLD);
    assert_eq!(permitted(OLD), Some(false));
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    assert_eq!(permitted(OLD), None, "a reset was forced");
    world.complete(&world.mails(&tom).last().unwrap().code(), NEW).unwrap();
    let_tom_in(&world, &app, NEW);
    assert_eq!((permitted(OLD), permitted(NEW)), (None, Some(false)));
}

#[test]
fn he_may_what_the_operation_takes_that_he_calls() {
    let world = World::new();
    let app = app(&world);
    allow(&world, EITHER[1], true);
    let_tom_in(&world, &app, OLD);
    for _ in 0..2 {
        for (permissions, expected) in [(NEEDED, false), (EITHER, true)] {
            assert_eq!(at_once_for(&world, &app, OLD, permissions).unwrap().permitted, expected);
        }
    }
}

// decision 15
#[test]
fn nobody_is_familiar_for_longer_than_a_login_is_remembered() {
    let world = World::new();
    let app = app(&world);
    let_tom_in(&world, &app, OLD);
    world.pass(59_500);
    assert!(at_once(&world, &app, OLD).is_some());
    world.pass(500);
    assert!(at_once(&world, &app, OLD).is_some());
    world.pass(1);
    assert!(at_once(&world, &app, OLD).is_none(), "a stranger again");
}

#[test]
fn what_the_time_alone_takes_from_him_counts_within_a_moment() {
    // His session is over as soon as it is not used.
    let world = World::with(|policy| policy.admin_idle_minutes = 0);
    let app = app(&world);
    let_tom_in(&world, &app, OLD);
    let known = || at_once(&world, &app, OLD).is_some();
    assert!(known());
    world.pass(FAMILIAR);
    assert!(known());
    world.pass(1);
    assert!(!known());
}

#[test]
fn what_cannot_be_read_is_challenged() {
    let world = World::new();
    let app = app(&world);
    for unreadable in ["!!!", "dG9t", "OmFkbWlu"] {
        let outcome = caller(&app, world.now(), Credentials::Basic(unreadable), None, NEEDED);
        assert!(matches!(outcome, Err(Denied::Challenge)), "{unreadable}");
    }
}

#[test]
fn the_line_of_logins_has_an_end_and_nobody_waits_in_it_with_more_than_a_name_and_a_password() {
    let world = World::new();
    let app = app(&world);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let try_in = |user_name: &str, password: &str| {
        let presented = Presented { user_name: user_name.to_owned(), password: password.into() };
        runtime.block_on(attempt(&app, world.now(), HERE, presented))
    };
    let everybody = app.logins.try_acquire_many(u32::try_from(WAITING_LOGINS).unwrap()).unwrap();
    assert!(matches!(try_in("tom", OLD), Err(Error::Broken(_))));
    for (user_name, password) in [(&*"a".repeat(1025), OLD), ("tom", &*"a".repeat(1025))] {
        assert!(matches!(try_in(user_name, password), Ok(Outcome::Refused(Refusal::UnknownUser))));
    }
    drop(everybody);
    assert!(matches!(try_in("tom", OLD), Ok(Outcome::In(_))));
    assert_eq!(app.logins.available_permits(), WAITING_LOGINS, "whoever is through leaves the line");
}

#[test]
fn whoever_guesses_is_not_tried_any_more_and_who_knows_his_password_never_notices() {
    let world = World::new();
    let app = app(&world);
    world.user("ann");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let call = |peer: IpAddr, user_name: &str, password: &str| {
        let presented = Presented { user_name: user_name.to_owned(), password: password.into() };
        let stranger = Stranger { now: world.now(), shows: Shown::Password(presented), permissions: NEEDED };
        runtime.block_on(sign_in(&app, peer, stranger)).map(drop)
    };
    let there = IpAddr::from([203, 0, 113, 2]);
    // How many of seven guesses are looked at.
    let looked_at = || {
        let answers = (0..7).map(|number| call(HERE, "tom", &format!("Wrong@{number}")).unwrap_err());
        answers.filter(|denied| !matches!(denied, Denied::TooMany)).count()
    };
    assert_eq!(looked_at(), 6);
    assert!(matches!(call(HERE, "tom", OLD), Err(Denied::TooMany)), "nobody was let in from there yet");
    call(there, "tom", OLD).unwrap();
    call(HERE, "ann", OLD).unwrap();
    world.pass_minutes(2);
    call(HERE, "tom", OLD).unwrap();
    for _ in 0..3 {
        // It is not remembered any more, and looked at all the same.
        world.pass(60_001);
        assert_eq!(looked_at(), 6);
        call(HERE, "tom", OLD).unwrap();
    }
    let spelled = Presented { user_name: "TOM".into(), password: "Wrong@123".into() };
    let answer = runtime.block_on(attempt(&app, world.now(), HERE, spelled));
    assert!(matches!(answer, Ok(Outcome::Refused(Refusal::TooMany))));
}

/// Browsers attach credentials that they know to whatever a page has them send, and any page can have them send a query, a
/// form or a plain text.
#[test]
fn a_page_of_another_site_has_nothing_done() {
    let world = World::new();
    let app = app(&world);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let connection = crate::services::Connection { peer: std::net::Ipv4Addr::LOCALHOST.into(), secure: true };
    let status = |kind: Option<&str>, from: &[(&str, &str)]| {
        let method = if kind.is_some() { "POST" } else { "GET" };
        let mut request = hyper::Request::builder()
            .method(method)
            .uri("/services/AuthenticationAdmin/isDisabled")
            .header("Host", "login.example.org");
        for (name, value) in kind.iter().map(|kind| ("Content-Type", *kind)).chain(from.iter().copied()) {
            request = request.header(name, value);
        }
        let request = request.body(hyper::body::Bytes::new()).unwrap();
        runtime.block_on(crate::services::begin(&app, request, connection)).response.status().as_u16()
    };
    let form = "application/x-www-form-urlencoded";
    let simple = [None, Some(form), Some("text/plain"), Some("multipart/form-data; boundary=x")];
    for kind in simple {
        for from in [
            [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
            [("Origin", "https://evil.example")],
            [("Origin", "null")],
        ] {
            assert_eq!(status(kind, &from), 403, "{kind:?} {from:?}");
        }
    }
    for from in [
        &[][..],
        &[("Sec-Fetch-Site", "none")],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://login.example.org")],
        &[("Origin", "https://login.example.org")],
    ] {
        assert_eq!(status(None, from), 200, "{from:?}");
        assert_eq!(status(Some(form), from), 200, "{from:?}");
    }
    // For these a browser asks first, and is told no unless the operator wants it otherwise.
    for kind in ["application/json", "text/xml", "application/soap+xml"] {
        assert_ne!(status(Some(kind), &[("Sec-Fetch-Site", "cross-site")]), 403, "{kind}");
    }
}
