use super::*;
use crate::domain::fixture::*;

/// A session of tom's that lives a quarter of an hour.
fn opened(world: &World, kind: Kind) -> Secret {
    let (tom, now) = (world.find("tom"), world.now());
    world.write(move |tx| {
        let tenant = crate::domain::tenant::by_id(tx, SUPER)?.unwrap();
        open(tx, now, kind, &Actor::of(&tenant, &tom, "PRIMARY/tom"), 15)
    })
}

fn found(world: &World, kind: Kind, id: &Secret) -> Option<Session> {
    world.read(|tx| find(tx, world.now(), kind, id.reveal()))
}

fn touched(world: &World, id: &Secret) {
    let (id, now) = (id.reveal().to_owned(), world.now());
    world.write(move |tx| touch(tx, now, &id));
}

#[test]
fn ids_look_like_the_originals_and_never_repeat() {
    let admin = Kind::Admin.new_id();
    let hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F'));
    assert!(admin.reveal().len() == 32 && hex(admin.reveal()), "{}", admin.reveal());
    let browser = Kind::Browser.new_id();
    assert!(uuid::Uuid::parse_str(browser.reveal()).is_ok() && browser.reveal().len() == 36);
    assert_ne!(Kind::Admin.new_id().reveal(), admin.reveal());
}

#[test]
fn an_open_session_knows_its_user_under_the_name_that_was_typed() {
    let world = World::new();
    let id = opened(&world, Kind::Admin);
    let session = found(&world, Kind::Admin, &id).unwrap();
    assert_eq!(session.user, world.find("tom"));
    let actor = session.actor();
    assert_eq!((actor.name.as_str(), actor.domain.as_str()), ("PRIMARY/tom", "carbon.super"));
    assert_eq!((actor.tenant, actor.user), (SUPER, world.find("tom").id));
}

#[test]
fn a_session_of_one_kind_is_none_of_the_other_and_a_guessed_id_is_none_at_all() {
    let world = World::new();
    let id = opened(&world, Kind::Admin);
    assert_eq!(found(&world, Kind::Browser, &id), None);
    assert_eq!(found(&world, Kind::Admin, &Secret::new(id.reveal().to_lowercase())), None);
    assert_eq!(found(&world, Kind::Admin, &Secret::from("")), None);
}

#[test]
fn the_database_never_holds_an_id() {
    let world = World::new();
    let id = opened(&world, Kind::Browser);
    let dump = world.dump();
    assert!(!dump.windows(id.reveal().len()).any(|window| window == id.reveal().as_bytes()));
    assert!(dump.windows(32).any(|window| window == fingerprint(id.reveal())), "but its fingerprint");
}

#[test]
fn a_session_ends_after_its_idle_time_and_every_use_begins_it_anew() {
    let world = World::new();
    let id = opened(&world, Kind::Browser);
    world.pass_minutes(14);
    assert!(found(&world, Kind::Browser, &id).is_some());
    touched(&world, &id);
    world.pass_minutes(14);
    assert!(found(&world, Kind::Browser, &id).is_some(), "it was used in between");
    world.pass_minutes(2);
    assert_eq!(found(&world, Kind::Browser, &id), None);
}

#[test]
fn a_use_is_noted_once_a_minute_at_most() {
    let world = World::new();
    let id = opened(&world, Kind::Browser);
    let wants = |world: &World| found(world, Kind::Browser, &id).unwrap().wants_touch(world.now());
    assert!(!wants(&world));
    world.pass(59_999);
    assert!(!wants(&world));
    world.pass(1);
    assert!(wants(&world));
    touched(&world, &id);
    assert!(!wants(&world));
}

#[test]
fn one_session_is_closed_or_all_of_a_user_but_nobody_elses() {
    let world = World::new();
    let (one, two) = (opened(&world, Kind::Browser), opened(&world, Kind::Admin));
    let admin = world.find("admin");
    world.open_session(&admin);
    let closed = one.reveal().to_owned();
    world.write(move |tx| close(tx, &closed));
    assert_eq!(found(&world, Kind::Browser, &one), None);
    assert!(found(&world, Kind::Admin, &two).is_some());
    let tom = world.find("tom").id;
    world.write(move |tx| close_all(tx, tom));
    assert_eq!(found(&world, Kind::Admin, &two), None);
    assert_eq!(world.sessions(&admin), 1);
}

#[test]
fn only_what_has_been_idle_for_too_long_is_forgotten() {
    let world = World::new();
    opened(&world, Kind::Browser);
    world.pass_minutes(10);
    let kept = opened(&world, Kind::Browser);
    world.pass_minutes(6);
    let now = world.now();
    assert_eq!(world.write(move |tx| forget_idle(tx, now)), 1);
    assert_eq!(world.write(move |tx| forget_idle(tx, now)), 0);
    assert!(found(&world, Kind::Browser, &kept).is_some());
}

#[test]
fn a_session_does_not_count_while_its_tenant_is_not_active() {
    let world = World::new();
    let other = world.tenant("acme.example");
    let tom = world.user_in(other, "PRIMARY", "tom");
    let now = world.now();
    let id = world.write(move |tx| {
        let tenant = crate::domain::tenant::by_id(tx, other)?.unwrap();
        open(tx, now, Kind::Admin, &Actor::of(&tenant, &tom, "tom"), 15)
    });
    let activate = |active: i64| {
        world.write(move |tx| {
            Ok(tx.execute("UPDATE tenant SET active = $1 WHERE id = $2", &[active.into(), other.0.into()])?)
        });
    };
    assert_eq!(found(&world, Kind::Admin, &id).unwrap().tenant.domain, "acme.example");
    activate(0);
    assert_eq!(found(&world, Kind::Admin, &id), None);
    activate(1);
    assert!(found(&world, Kind::Admin, &id).is_some());
}
