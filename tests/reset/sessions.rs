//! G. The reset and everything around it: passwords set by others, locks, sessions, mails.

use crate::support::caller::{Caller, LOCKED, MAIL, TRIGGER};
use crate::support::world::{BY_OTP, LINK, MINUTE, NEW, OLD, TOM, World};

const LOCKING: (&str, &str) = ("account.lock.handler.enable", "true");
const LOCKOUTS: &str = "http://wso2.org/claims/identity/failedLoginLockoutCount";
const FAILURES: &str = "http://wso2.org/claims/identity/failedLoginAttempts";

fn finish(world: &World, password: &str) {
    let link = world.mailed_link();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    let answer = browser.choose(&page, password);
    assert!(answer.text().contains("Updated the password successfully"), "{}", answer.text());
}

// G75
#[test]
fn a_password_set_by_an_administrator_ends_the_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.trigger(TOM);
    let link = world.mailed_link();
    admin.set_password(TOM, "ByAdmin@1");
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("false"));
    assert_eq!(world.pending(), "0");
    assert!(world.lets_in(TOM, "ByAdmin@1"));
    let answer = world.set_password_api(&link.code, NEW);
    assert!(answer.status == 400 && answer.text().contains("18001"), "{}", answer.text());
}

// G76; unlocking cancels, as decided
#[test]
fn unlocking_the_account_cancels_the_reset_and_leaves_a_mark_in_the_audit_trail() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.trigger(TOM);
    admin.set_claims(TOM, &[(LOCKED, "false")]);
    assert_eq!(world.pending(), "0");
    assert!(world.lets_in(TOM, OLD));
    let marks = world.stored("SELECT count(*) FROM audit WHERE action = 'Cancel Forced Password Reset'");
    assert_eq!(marks, "1");
}

// G77
#[test]
fn a_user_created_again_under_the_same_name_is_not_in_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.trigger(TOM);
    let link = world.mailed_link();
    admin.delete_user(TOM);
    admin.add_user(TOM, "Newborn@1", &[(MAIL, "other@example.org")]);
    admin.assign("test role", TOM);
    assert!(world.lets_in(TOM, "Newborn@1"));
    let answer = world.set_password_api(&link.code, NEW);
    assert!(answer.status == 400 && answer.text().contains("18001"), "{}", answer.text());
    assert!(world.lets_in(TOM, "Newborn@1"));
}

// G80
#[test]
fn a_user_locked_by_wrong_passwords_is_free_after_a_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.configure(&[LOCKING]);
    for _ in 0..5 {
        world.assert_refused(TOM, "Wrong@1234");
    }
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    world.assert_refused(TOM, OLD);
    admin.trigger(TOM);
    finish(&world, NEW);
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("false"));
    assert!(world.lets_in(TOM, NEW));
}

// G81
#[test]
fn the_second_lock_lasts_twice_as_long_and_a_success_forgets_both() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.configure(&[LOCKING]);
    for minutes in [5, 10] {
        for _ in 0..5 {
            world.assert_refused(TOM, "Wrong@1234");
        }
        world.clock.advance(minutes * MINUTE - 1);
        assert!(!world.lets_in(TOM, OLD), "still locked before {minutes} minutes have passed");
        world.clock.advance(2);
        if minutes == 5 {
            // Anything but a success, which would forget the first lock.
            assert_eq!(admin.claim(TOM, LOCKOUTS).as_deref(), Some("1"));
        }
    }
    assert!(world.lets_in(TOM, OLD));
    for counter in [FAILURES, LOCKOUTS] {
        assert_eq!(admin.claim(TOM, counter).as_deref(), Some("0"), "{counter}");
    }
}

// G82
#[test]
fn the_reset_mail_comes_alone_unless_lock_mails_are_switched_on() {
    for also in [false, true] {
        let world = World::configured(&[LINK], |settings| settings.send_lock_mails_on_reset = also);
        world.admin().configure(&[LOCKING]);
        world.admin().trigger(TOM);
        finish(&world, NEW);
        let made = world.stored("SELECT group_concat(template) FROM (SELECT lower(template) AS template FROM outbox ORDER BY template)");
        let expected = if also {
            "accountlock,accountunlock,adminforcedpasswordreset"
        } else {
            "adminforcedpasswordreset"
        };
        assert_eq!(made, expected);
    }
}

// G83
#[test]
fn without_locking_a_lock_set_by_hand_blocks_nothing() {
    let world = World::new(&[]);
    world.admin().set_claims(TOM, &[(LOCKED, "true")]);
    assert!(world.lets_in(TOM, OLD));
}

// the same lock with locking on
#[test]
fn with_locking_a_lock_set_by_hand_blocks_until_it_is_taken_back() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.configure(&[LOCKING]);
    admin.set_claims(TOM, &[(LOCKED, "true")]);
    world.assert_refused(TOM, OLD);
    assert!(!world.caller(TOM, OLD).is_known());
    admin.set_claims(TOM, &[(LOCKED, "false")]);
    assert!(world.lets_in(TOM, OLD));
}

/// A session over SOAP, opened by `AuthenticationAdmin.login`.
fn soap_session(world: &World, user: &str, password: &str) -> Caller {
    let payload = format!(
        "<aut:login><aut:username>{user}</aut:username><aut:password>{password}</aut:password>\
         <aut:remoteAddress>127.0.0.1</aut:remoteAddress></aut:login>"
    );
    let client = world.client();
    let answer = Caller::anonymous(&client).call("AuthenticationAdmin", "login", &payload);
    assert!(answer.text().contains(">true<"), "{}", answer.text());
    Caller::session(&client, &answer.cookie("JSESSIONID").unwrap())
}

// G84
#[test]
fn the_trigger_ends_every_session_of_the_user() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.add_user("zoe", "Zoe@1234", &[]);
    admin.assign("test role", "zoe");
    let (mut one, mut other, mut zoe) = (world.browser(), world.browser(), world.browser());
    one.enter(TOM, OLD);
    other.enter(TOM, OLD);
    zoe.enter("zoe", "Zoe@1234");
    let session = soap_session(&world, TOM, OLD);
    let basic = world.caller(TOM, OLD);
    assert!(one.is_signed_in() && other.is_signed_in() && session.is_known() && basic.is_known());
    admin.trigger(TOM);
    assert!(!one.is_signed_in() && !other.is_signed_in());
    assert!(!session.is_known());
    assert!(!basic.is_known(), "credentials that were right a moment ago are refused on the next call");
    assert!(zoe.is_signed_in());
}

// G85
#[test]
fn a_completed_reset_ends_the_sessions_before_it() {
    let world = World::new(&[]);
    world.admin().configure(&[("Recovery.Notification.Password.Enable", "true")]);
    let mut before = world.browser();
    before.enter(TOM, OLD);
    let session = soap_session(&world, TOM, OLD);
    // A forced reset ends them when it begins; one that the user asks for himself when it is completed.
    assert_eq!(world.forget_password(TOM).status, 202);
    let link = world.mailed_link();
    assert!(before.is_signed_in() && session.is_known());
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    browser.choose(&page, NEW);
    assert!(!before.is_signed_in() && !browser.is_signed_in() && !session.is_known());
    before.enter(TOM, NEW);
    assert!(before.is_signed_in());
}

// G86
#[test]
fn the_success_mail_is_sent_when_the_policy_says_so() {
    for notify in ["true", "false"] {
        let world = World::new(&[LINK]);
        world.admin().configure(&[("Recovery.NotifySuccess", notify)]);
        world.admin().trigger(TOM);
        finish(&world, NEW);
        let made = world.stored("SELECT count(*) FROM outbox WHERE lower(template) = 'passwordresetsucess'");
        assert_eq!(made, if notify == "true" { "1" } else { "0" });
        if notify == "true" {
            assert_eq!(world.mail().to, ["tom@example.org"]);
        }
        world.assert_no_mail();
    }
}

// G87
#[test]
fn an_administrator_who_forces_himself_is_out_until_another_helps() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.set_claims("admin", &[(MAIL, "admin@example.org")]);
    admin.add_user("second", "Second@1", &[]);
    admin.assign("admin", "second");
    let second = world.caller("second", "Second@1");
    admin.trigger("admin");
    assert_eq!(world.mail().to, ["admin@example.org"]);
    assert!(!admin.is_known());
    second.set_claims("admin", &[(TRIGGER, "false")]);
    assert!(admin.is_known());
}

// 3.1: the states come in the original's order
#[test]
fn with_reasons_shown_every_state_has_its_code() {
    let world = World::configured(&[BY_OTP], |settings| settings.show_auth_failure_reason = true);
    let admin = world.admin();
    admin.configure(&[LOCKING]);
    let code = |user: &str, password: &str| {
        let answer = world.browser().log_in(user, password);
        crate::support::visitor::parameter(answer.location(), "errorCode").unwrap_or_default()
    };
    assert_eq!(code("nobody", "Wrong@1234"), "17001");
    assert_eq!(code(TOM, "Wrong@1234"), "17002");
    admin.trigger(TOM);
    assert_eq!(code(TOM, OLD), "17008");
    admin.set_claims(TOM, &[(crate::support::caller::DISABLED, "true")]);
    assert_eq!(code(TOM, OLD), "17004", "disabled comes before everything else");
    admin.add_user("zoe", "Zoe@1234", &[]);
    admin.set_claims("zoe", &[(LOCKED, "true")]);
    assert_eq!(code("zoe", "Zoe@1234"), "17003");
}
