//! Failures that are counted, and the locks they lead to.

use super::*;

fn counters(world: &World, user: &User) -> [Option<String>; 4] {
    [LOCKED, UNLOCK_TIME, ATTEMPTS, LOCKOUTS].map(|uri| world.claim(user, uri))
}

// decision 18
#[test]
fn wrong_codes_count_towards_locking() {
    let (world, tom) = locking();
    world.set(OFFLINE, "true");
    world.trigger(&tom).unwrap();
    for _ in 0..2 {
        world.login("tom", "AAAAAA");
    }
    assert_eq!(world.claim(&tom, ATTEMPTS).as_deref(), Some("2"));
}

// G81, B32
#[test]
fn failures_lock_for_longer_and_longer_until_a_success() {
    let (world, tom) = locking();
    for minutes in [5, 10, 20] {
        for failed in 1..5 {
            assert_eq!(world.refusal("tom", "wrong"), counted(failed, 5));
        }
        assert_eq!(world.refusal("tom", "wrong"), Some(Refusal::Locked));
        let unlock_time: i64 = world.claim(&tom, UNLOCK_TIME).unwrap().parse().unwrap();
        assert_eq!(unlock_time, world.now().0 + minutes * MINUTE);
        assert_eq!(world.claim(&tom, ATTEMPTS).as_deref(), Some("0"));
        world.pass(minutes * MINUTE - 1);
        assert_eq!(world.refusal("tom", OLD), Some(Refusal::Locked), "the right password does not help");
        world.pass(1);
    }
    assert!(world.gets_in("tom", OLD));
    assert_eq!(counters(&world, &tom), ["false", "0", "0", "0"].map(|value| Some(value.to_owned())));
}

#[test]
fn a_failure_after_the_lock_has_passed_counts_from_one_and_keeps_the_number_of_locks() {
    let (world, tom) = locking();
    for _ in 0..5 {
        world.login("tom", "wrong");
    }
    world.pass_minutes(5);
    assert_eq!(world.refusal("tom", "wrong"), counted(1, 5));
    assert_eq!(counters(&world, &tom), ["false", "0", "1", "1"].map(|value| Some(value.to_owned())));
}

#[test]
fn a_lock_that_has_passed_takes_the_failures_before_it_along() {
    let (world, tom) = locking();
    let past = (world.now().0 - 1).to_string();
    world.claims(&tom, &[(LOCKED, Some("true")), (UNLOCK_TIME, Some(&past)), (ATTEMPTS, Some("3"))]).unwrap();
    assert_eq!(world.refusal("tom", "wrong"), counted(1, 5));
}

#[test]
fn a_lock_factor_that_is_no_positive_number_means_one() {
    let (world, tom) = locking();
    world.set("account.lock.handler.login.fail.timeout.ratio", "none");
    for _ in 0..2 {
        for _ in 0..5 {
            world.login("tom", "wrong");
        }
        let unlock_time: i64 = world.claim(&tom, UNLOCK_TIME).unwrap().parse().unwrap();
        assert_eq!(unlock_time, world.now().0 + 5 * MINUTE);
        world.pass_minutes(5);
    }
}

#[test]
fn an_administrators_lock_has_no_end() {
    let (world, tom) = locking();
    world.claims(&tom, &[(LOCKED, Some("TRUE"))]).unwrap();
    world.pass_minutes(1_000_000);
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::Locked));
    world.claims(&tom, &[(LOCKED, Some("false"))]).unwrap();
    assert!(world.gets_in("tom", OLD));
}

// G83
#[test]
fn without_the_feature_a_lock_set_by_hand_blocks_nothing_and_nothing_is_counted() {
    let world = World::new();
    let tom = world.find("tom");
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    assert!(world.gets_in("tom", OLD));
    for _ in 0..10 {
        assert_eq!(world.refusal("tom", "wrong"), Some(Refusal::WrongPassword { counted: None }));
    }
    assert_eq!(world.claim(&tom, ATTEMPTS), None);
}

#[test]
fn parallel_failures_are_all_counted() {
    let (world, tom) = locking();
    world.set("account.lock.handler.On.Failure.Max.Attempts", "100");
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| world.login("tom", "wrong"));
        }
    });
    assert_eq!(world.claim(&tom, ATTEMPTS).as_deref(), Some("8"));
}

#[test]
fn lock_mails_go_out_when_a_lock_falls_and_when_it_ends() {
    let (world, tom) = locking();
    for _ in 0..5 {
        world.login("tom", "wrong");
    }
    world.pass_minutes(5);
    assert!(world.gets_in("tom", OLD));
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    world.claims(&tom, &[(LOCKED, Some("false"))]).unwrap();
    let templates: Vec<String> = world.mails(&tom).into_iter().map(|mail| mail.template).collect();
    assert_eq!(templates, ["accountlock", "accountunlock", "accountlock", "accountunlock"]);
}
