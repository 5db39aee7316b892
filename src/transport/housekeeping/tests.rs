use super::*;
use crate::domain::clock::{ManualClock, SystemClock};
use crate::domain::fixture::*;
use crate::domain::{Actor, bulk_reset::Source, remember_me, tenant};
use crate::saml::scratch::own_key;
use crate::store::login_context::{self, LoginContext};
use crate::store::question_recovery::{self as questions, QuestionRow};
use crate::web::{self, Signers};
use hyper::{Request, body::Bytes};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A house over a world.
fn house(world: &World) -> House {
    let (store, realm) = (world.store.clone(), Arc::clone(&world.realm));
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START));
    let signers = Arc::new(Signers::new(own_key(), store.clone(), Arc::clone(&realm), Arc::clone(&clock)));
    let site = Site::new(
        store.clone(),
        Arc::clone(&realm),
        clock,
        signers,
        false,
        1_000_000,
        Path::new("/nonexistent"),
    );
    House { store, realm, site: Arc::new(site.unwrap()) }
}

/// The store of a world blocks, which nobody may do inside of a runtime.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// How many rows of everything that a round deals with there are, and accounts that were shut.
fn rows(world: &World) -> Vec<(&'static str, i64)> {
    let counts = [
        ("session", "SELECT count(*) FROM session"),
        ("remember_me", "SELECT count(*) FROM remember_me"),
        ("reset_job", "SELECT count(*) FROM reset_job"),
        ("saml_message", "SELECT count(*) FROM saml_message"),
        ("login_context", "SELECT count(*) FROM login_context"),
        ("question_recovery", "SELECT count(*) FROM question_recovery"),
        ("tenant_key", "SELECT count(*) FROM tenant_key"),
    ];
    counts.map(|(name, sql)| (name, world.read(|tx| Ok(tx.one(sql, &[], name, |row| row.int(0))?)))).to_vec()
}

/// One of everything that expires, begun at [`START`].
fn filled(world: &World) {
    let tom = world.find("tom");
    world.open_session(&tom);
    world.write(move |tx| {
        let tenant = tenant::by_id(tx, tom.tenant)?.unwrap();
        let actor = Actor::of(&tenant, &tom, "tom");
        remember_me::keep(tx, START, &actor, "tom")?;
        bulk_reset::draft(tx, START, &actor, &Source::Names(vec!["tom".into()]), "a list")?;
        single_sign_on::claim_message(tx, START, "sp", "_1")?;
        let context = LoginContext {
            relying_party: "wso2.my.dashboard".into(),
            kind: String::new(),
            state: "{}".into(),
            created_at: START.0,
        };
        login_context::insert(tx, b"key", &context)?;
        let asked = QuestionRow {
            owner: b"owner".to_vec(),
            key_hash: b"key".to_vec(),
            user: None,
            tenant: SUPER.0,
            asked: "[]".into(),
            remaining: "[]".into(),
            issued_at: START.0,
            wrong_answers: 0,
            counted_from: START.0,
        };
        questions::put(tx, &asked)?;
        Ok(())
    });
}

#[test]
fn a_round_forgets_each_thing_when_its_time_is_over_and_nothing_before() {
    let (world, runtime) = (World::new(), runtime());
    filled(&world);
    let house = house(&world);
    let mut gone = Vec::new();
    let mut before = rows(&world);
    assert_eq!(before.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 1, 0]);
    for after in [
        0,
        15 * MINUTE,
        16 * MINUTE,
        HOUR,
        HOUR + MINUTE,
        HOUR + 6 * MINUTE,
        DAY + MINUTE,
        2 * DAY + MINUTE,
        15 * DAY,
    ] {
        runtime.block_on(house.round(Now(START.0 + after)));
        let now = rows(&world);
        for ((name, earlier), (_, left)) in before.iter().zip(&now) {
            if earlier != left {
                gone.push((*name, after / MINUTE));
            }
        }
        before = now;
    }
    let expected = [
        ("session", 16),
        ("login_context", 61),
        ("saml_message", 66),
        ("reset_job", 1_441),
        ("question_recovery", 2_881),
        ("remember_me", 21_600),
    ];
    assert_eq!(gone, expected);
}

#[test]
fn a_round_takes_the_published_code_of_an_expired_reset_away() {
    let (world, runtime) = (World::new(), runtime());
    world.set(OFFLINE, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let house = house(&world);
    runtime.block_on(house.round(Now(START.0 + DAY)));
    assert!(world.claim(&tom, PUBLISHED).is_some(), "it is good for a day");
    runtime.block_on(house.round(Now(START.0 + DAY + 1)));
    assert_eq!(world.claim(&tom, PUBLISHED), None);
}

#[test]
fn a_round_looks_at_accounts_that_nobody_uses() {
    let (world, runtime) = (World::with(|policy| policy.idle_check_at = 0), runtime());
    world.set("suspension.notification.enable", "true");
    assert!(world.gets_in("tom", OLD));
    let tom = world.find("tom");
    let disabled = || world.claim(&tom, "http://wso2.org/claims/identity/accountDisabled");
    let reminders = || {
        let mails = world.mails(&tom);
        mails.iter().filter(|mail| mail.template.eq_ignore_ascii_case("idleaccountreminder")).count()
    };
    let house = house(&world);
    for (day, reminded, shut) in [(29, 0, false), (31, 1, false), (91, 1, true)] {
        runtime.block_on(house.round(Now(START.0 + day * DAY)));
        assert_eq!((reminders(), disabled().as_deref() == Some("true")), (reminded, shut), "day {day}");
    }
}

#[test]
fn a_round_makes_the_keys_of_tenants() {
    let (world, runtime) = (World::new(), runtime());
    world.tenant("acme.example");
    let house = house(&world);
    assert_eq!(rows(&world).last(), Some(&("tenant_key", 0)));
    runtime.block_on(house.round(SystemClock.now()));
    assert_eq!(rows(&world).last(), Some(&("tenant_key", 1)));
}

#[test]
fn a_round_forgets_addresses_that_have_been_quiet() {
    let (world, runtime) = (World::new(), runtime());
    let house = house(&world);
    let form = Request::builder().method("POST").uri("/commonauth").header("Host", "localhost:9443");
    let form = form.body(Bytes::from("username=tom&password=wrong")).unwrap();
    runtime.block_on(web::answer(&house.site, form, IpAddr::V4(Ipv4Addr::LOCALHOST)));
    assert_eq!(house.site.remembered_addresses(), 1);
    // A million attempts a minute: sixty microseconds later nothing is remembered that would count.
    let mut rounds = 0;
    while house.site.remembered_addresses() > 0 {
        rounds += 1;
        assert!(rounds < 1_000, "nobody is ever forgotten");
        runtime.block_on(house.round(START));
    }
}

#[test]
fn a_chore_that_fails_does_not_keep_the_others_from_being_done() {
    let (world, runtime) = (World::new(), runtime());
    world.tenant("acme.example");
    filled(&world);
    world.write(|tx| Ok(tx.execute("DROP TABLE question_recovery", &[])?));
    world.set("suspension.notification.enable", "true");
    let house = house(&world);
    runtime.block_on(house.round(Now(START.0 + DAY)));
    let count = |sql| world.read(|tx| Ok(tx.one(sql, &[], "count", |row| row.int(0))?));
    assert_eq!(count("SELECT count(*) FROM session"), 1, "all that expired is forgotten or nothing is");
    assert_eq!(count("SELECT count(*) FROM tenant_key"), 1);
    assert_eq!(count("SELECT count(*) FROM idle_check"), 1);
}

#[test]
fn the_house_is_kept_until_the_server_stops() {
    let (world, runtime) = (World::new(), runtime());
    let house = house(&world);
    let (stop, stopping) = watch::channel(false);
    stop.send(true).unwrap();
    runtime.block_on(house.keep(Arc::new(SystemClock), stopping));
}
