//! F. Triggered again, used twice, at the same time.

use crate::support::caller::{Caller, LOCKED, OTP};
use crate::support::visitor::encoded;
use crate::support::world::{LINK, Link, NEW, OFFLINE, OLD, TOM, World};
use std::sync::Barrier;
use std::thread;

const COMPLETE: &str = "/accountrecoveryendpoint/completepasswordreset.do";

/// Posts a new password with a code, without a page before it; the page that answers.
fn post(world: &World, code: &str, password: &str) -> String {
    let body = encoded(&[
        ("confirmation", code),
        ("username", TOM),
        ("tenantdomain", "carbon.super"),
        ("reset-password", password),
        ("reset-password2", password),
    ]);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = world.client().send("POST", COMPLETE, &form, body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

fn succeeded(page: &str) -> bool {
    page.contains("Updated the password successfully")
}

// F66
#[test]
fn a_second_trigger_replaces_the_link() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let old = world.mailed_link();
    world.admin().trigger(TOM);
    let new = world.mailed_link();
    assert_ne!(old.code, new.code);
    assert_eq!(world.pending(), "1");
    assert!(post(&world, &old.code, NEW).contains("18001"));
    assert!(succeeded(&post(&world, &new.code, NEW)));
}

// F67
#[test]
fn a_second_trigger_replaces_the_published_code() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    admin.trigger(TOM);
    let old = admin.single_claim(TOM, OTP).unwrap();
    admin.trigger(TOM);
    let new = admin.single_claim(TOM, OTP).unwrap();
    assert_ne!(old, new);
    world.assert_refused(TOM, &old);
    world.redeem(&mut world.browser(), TOM, &new).form("passwordResetForm");
}

/// Forces tom's reset twice at the same instant.
fn trigger_twice(admin: &Caller) {
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                barrier.wait();
                admin.trigger(TOM);
            });
        }
    });
}

// F68
#[test]
fn two_triggers_at_the_same_instant_leave_one_row_and_one_good_code() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    for round in 0..60 {
        trigger_twice(&admin);
        assert_eq!(world.pending(), "1", "round {round}");
        let code = admin.single_claim(TOM, OTP).unwrap();
        let query = encoded(&[("confirmation", &code), ("username", TOM), ("tenantdomain", "carbon.super")]);
        let page = world.browser().visit(&format!("/accountrecoveryendpoint/confirmrecovery.do?{query}"));
        assert!(page.try_form("passwordResetForm").is_some(), "round {round}: {}", page.text());
    }
}

// F68, with mails: the newest that was sent is the one that works
#[test]
fn of_two_mails_at_the_same_instant_the_newer_works() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    for _ in 0..10 {
        trigger_twice(&admin);
        // The mail of the older trigger was either sent before the newer one came, or dropped.
        let mut good = 0;
        loop {
            let link = Link::of(&world.mail());
            if world.browser().visit(&link.address).try_form("passwordResetForm").is_some() {
                good += 1;
                break;
            }
        }
        assert_eq!(good, 1);
        assert_eq!(world.pending(), "1");
    }
}

// F69
#[test]
fn of_twenty_posts_with_one_code_exactly_one_succeeds() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let code = world.mailed_link().code;
    let barrier = Barrier::new(20);
    let pages: Vec<(String, String)> = thread::scope(|scope| {
        let posts: Vec<_> = (0..20)
            .map(|number| {
                let (world, code, barrier) = (&world, &code, &barrier);
                scope.spawn(move || {
                    let password = format!("Number@{number:03}");
                    barrier.wait();
                    let page = post(world, code, &password);
                    (password, page)
                })
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = pages.into_iter().partition(|(_, page)| succeeded(page));
    assert_eq!(won.len(), 1);
    assert!(lost.iter().all(|(_, page)| page.contains("18001")));
    assert!(world.lets_in(TOM, &won[0].0));
    world.assert_refused(TOM, &lost[0].0);
}

// F70
#[test]
fn a_new_trigger_and_a_new_password_never_leave_the_user_out_of_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    for round in 0..8 {
        admin.trigger(TOM);
        let code = world.mailed_link().code;
        let password = format!("Round@{round:03}");
        let barrier = Barrier::new(2);
        let page = thread::scope(|scope| {
            let triggering = scope.spawn(|| {
                barrier.wait();
                admin.trigger(TOM);
            });
            barrier.wait();
            let page = post(&world, &code, &password);
            triggering.join().unwrap();
            page
        });
        assert!(succeeded(&page) || page.contains("18001"), "round {round}: {page}");
        // Whichever came first, the trigger came too: tom is in reset, and the code in the mail is good.
        assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("true"), "round {round}");
        let link = world.mailed_link();
        assert!(world.browser().visit(&link.address).try_form("passwordResetForm").is_some());
    }
}

// F71
#[test]
fn two_browsers_with_the_right_code_both_see_the_form_and_one_succeeds() {
    let world = World::new(&[OFFLINE]);
    world.admin().trigger(TOM);
    let code = world.admin().single_claim(TOM, OTP).unwrap();
    let (mut one, mut other) = (world.browser(), world.browser());
    let (first, second) = (world.redeem(&mut one, TOM, &code), world.redeem(&mut other, TOM, &code));
    assert!(succeeded(&one.choose(&first, NEW).text()));
    assert!(other.choose(&second, "Other@1234").text().contains("18001"));
    assert!(world.lets_in(TOM, NEW));
    world.assert_refused(TOM, OLD);
}

// F74
#[test]
fn hundreds_of_triggers_in_a_row_leave_one_row() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    for _ in 0..300 {
        admin.trigger(TOM);
    }
    assert_eq!(world.pending(), "1");
    let code = admin.single_claim(TOM, OTP).unwrap();
    world.redeem(&mut world.browser(), TOM, &code).form("passwordResetForm");
}
