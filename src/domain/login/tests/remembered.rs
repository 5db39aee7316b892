//! Logins that are remembered for a minute, and sessions that are shared.

use super::*;

// decision 15
#[test]
fn a_login_is_recognised_for_a_minute_and_only_while_nothing_has_changed() {
    let world = World::new();
    world.set(LINK, "true");
    let tom = world.find("tom");
    assert!(recognised(&world, "tom", OLD).is_none(), "not before it succeeded once");
    assert!(world.gets_in("tom", OLD));
    assert_eq!(recognised(&world, "TOM@carbon.super", OLD).unwrap().session_name, "TOM");
    assert!(recognised(&world, "tom", "wrong").is_none());
    world.claims(&tom, &[(DISABLED, Some("true"))]).unwrap();
    assert!(recognised(&world, "tom", OLD).is_none());
    world.claims(&tom, &[(DISABLED, Some("false"))]).unwrap();
    assert!(recognised(&world, "tom", OLD).is_some());
    world.trigger(&tom).unwrap();
    assert!(recognised(&world, "tom", OLD).is_none(), "a forced reset takes effect on the very next call");
    world.complete(&world.mails(&tom).last().unwrap().code(), NEW).unwrap();
    assert!(recognised(&world, "tom", OLD).is_none());
    assert!(world.gets_in("tom", NEW));
    world.pass_minutes(1);
    assert!(recognised(&world, "tom", NEW).is_some());
    world.pass(1);
    assert!(recognised(&world, "tom", NEW).is_none());
}

#[test]
fn a_login_that_has_counters_to_reset_is_not_recognised_without_a_write() {
    let (world, tom) = locking();
    assert!(world.gets_in("tom", OLD));
    assert!(recognised(&world, "tom", OLD).is_some());
    world.login("tom", "wrong");
    assert!(recognised(&world, "tom", OLD).is_none());
    assert!(world.gets_in("tom", OLD));
    assert_eq!(world.claim(&tom, ATTEMPTS).as_deref(), Some("0"));
    assert!(recognised(&world, "tom", OLD).is_some());
}

#[test]
fn whoever_presents_what_was_verified_while_he_waited_is_spared_the_hash() {
    let world = World::new();
    let hashes = |password: &str| {
        let before = credential::COMPUTED.get();
        (world.gets_in("tom", password), credential::COMPUTED.get() - before)
    };
    assert_eq!(hashes(OLD), (true, 1));
    assert_eq!(hashes(OLD), (true, 0));
    assert_eq!(hashes("wrong"), (false, 1));
    world.pass_minutes(2);
    assert_eq!(hashes(OLD), (true, 1));
}

#[test]
fn first_calls_at_the_same_time_share_one_session_and_a_forced_reset_ends_it_for_all() {
    let world = World::new();
    world.set(LINK, "true");
    let tom = world.find("tom");
    let Outcome::In(signed_in) = world.login_at(Face::Services, "tom", OLD) else { panic!("tom is in") };
    let share = || {
        let (realm, now, signed_in) = (Arc::clone(&world.realm), world.now(), signed_in.clone());
        world.write(move |tx| share_session(tx, now, &realm, &signed_in, session::Kind::Admin, 30))
    };
    let first = share().unwrap();
    assert_eq!(share().unwrap().reveal(), first.reveal());
    world.trigger(&tom).unwrap();
    assert!(share().is_none());
}
