use super::*;
use crate::domain::fixture::*;
use crate::domain::login::Refusal;
use crate::domain::recovery::{CodeProblem, Hint};
use crate::store::Store;

const DISABLED: &str = lockout::DISABLED;

/// A world with the named options on, and tom.
fn with(options: &[&str]) -> (World, User) {
    let world = World::new();
    for option in options {
        world.set(option, "true");
    }
    let tom = world.find("tom");
    (world, tom)
}

/// The codes of tom's reset: of the link in his mail, and of the claim.
fn link_code(world: &World, user: &User) -> Secret {
    world.mails(user).last().unwrap().code()
}

fn published(world: &World, user: &User) -> Option<Secret> {
    world.claim(user, PUBLISHED).filter(|code| !code.is_empty()).map(Secret::new)
}

fn is_otp(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

// A3, A4
#[test]
fn without_an_option_the_claim_is_only_stored_and_stays_without_effect() {
    let (world, tom) = with(&[]);
    world.trigger(&tom).unwrap();
    assert_eq!(world.claim(&tom, TRIGGER).as_deref(), Some("true"));
    assert!(world.row(&tom).is_none() && world.all_mails().is_empty());
    assert_ne!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
    world.set(LINK, "true");
    assert!(world.gets_in("tom", OLD));
}

// A6
#[test]
fn an_option_counts_as_it_is_when_the_claim_is_written() {
    let (world, tom) = with(&[OTP]);
    world.set(OTP, "false");
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    assert_eq!(world.mails(&tom)[0].template, "adminforcedpasswordreset");
}

// B12, D107
#[test]
fn a_link_locks_the_user_and_stores_one_row_without_the_code() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
    assert_eq!(world.claim(&tom, TRIGGER), None);
    assert_eq!(published(&world, &tom).map(|code| code.reveal().to_owned()), None);
    let row = world.row(&tom).unwrap();
    assert_eq!(
        (row.scenario.as_str(), row.step.as_str(), row.forced_by.as_deref()),
        ("ADMIN_FORCED_PASSWORD_RESET_VIA_EMAIL_LINK", "UPDATE_PASSWORD", Some("admin"))
    );
    assert!(row.link_hash.is_some() && row.otp_hash.is_none());
    let code = link_code(&world, &tom);
    assert!(code.reveal().len() == 36 && uuid::Uuid::parse_str(code.reveal()).is_ok());
    let dump = world.dump();
    let holds = |text: &str| dump.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("adminforcedpasswordreset") && !holds(code.reveal()), "the code is nowhere in clear");
}

// D47
#[test]
fn a_mailed_one_time_password_is_not_published() {
    let (world, tom) = with(&[OTP]);
    world.trigger(&tom).unwrap();
    let mails = world.mails(&tom);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].template, "adminforcedpasswordresetwithotp");
    let code = mails[0].code();
    assert!(is_otp(code.reveal()) && !mails[0].body.contains("://"), "{}", mails[0].body);
    assert!(published(&world, &tom).is_none());
    assert_eq!(world.row(&tom).unwrap().scenario, "ADMIN_FORCED_PASSWORD_RESET_VIA_OTP");
    assert!(world.redeems("tom", &code));
}

// B28, D48, D49, D56
#[test]
fn an_offline_code_is_published_until_it_was_used_and_needs_no_mail_address() {
    let (world, tom) = with(&[OFFLINE]);
    world.claims(&tom, &[(MAIL, None)]).unwrap();
    world.trigger(&tom).unwrap();
    assert!(world.all_mails().is_empty());
    let code = published(&world, &tom).unwrap();
    assert!(is_otp(code.reveal()));
    assert!(world.redeems("tom", &code));
    world.complete(&code, NEW).unwrap();
    assert!(published(&world, &tom).is_none());
    assert!(world.gets_in("tom", NEW));
}

// A8
#[test]
fn with_every_option_on_one_mail_goes_out_and_it_is_the_link() {
    let (world, tom) = with(&[LINK, OTP, OFFLINE]);
    world.trigger(&tom).unwrap();
    let mails = world.all_mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].template, "adminforcedpasswordreset");
}

// A9
#[test]
fn with_link_and_offline_both_codes_work_and_each_use_consumes_both() {
    for use_link in [true, false] {
        let (world, tom) = with(&[LINK, OFFLINE]);
        world.trigger(&tom).unwrap();
        let (link, typed) = (link_code(&world, &tom), published(&world, &tom).unwrap());
        assert!(world.redeems("tom", &typed));
        let (used, other) = if use_link { (link, typed) } else { (typed, link) };
        world.complete(&used, NEW).unwrap();
        assert_eq!(world.problem(&other, "Other@123"), Some(18001));
        assert_eq!(world.problem(&used, "Other@123"), Some(18001));
        assert!(world.gets_in("tom", NEW) && published(&world, &tom).is_none());
    }
}

// D57
#[test]
fn the_published_code_does_not_become_the_password_when_the_link_is_used() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.trigger(&tom).unwrap();
    let typed = published(&world, &tom).unwrap();
    assert_eq!(world.problem(&link_code(&world, &tom), typed.reveal()), Some(20035));
}

#[test]
fn with_link_and_otp_the_link_alone_is_good() {
    let (world, tom) = with(&[LINK, OTP]);
    world.trigger(&tom).unwrap();
    assert!(world.row(&tom).unwrap().otp_hash.is_none());
}

// A10
#[test]
fn with_otp_and_offline_the_mailed_and_the_published_code_are_the_same() {
    let (world, tom) = with(&[OTP, OFFLINE]);
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    assert_eq!(link_code(&world, &tom).reveal(), code.reveal());
    assert!(world.redeems("tom", &code));
}

// A11
#[test]
fn changing_the_options_does_not_touch_a_pending_reset() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    world.set(LINK, "false");
    world.set(OTP, "true");
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::ResetByLink));
    world.complete(&link_code(&world, &tom), NEW).unwrap();
}

// B13, B14
#[test]
fn only_true_in_any_letter_case_forces_a_reset() {
    for (value, forces) in [
        ("TRUE", true),
        ("True", true),
        ("1", false),
        ("yes", false),
        ("", false),
        (" true ", false),
        ("false", false),
    ] {
        let (world, tom) = with(&[LINK]);
        world.claims(&tom, &[(TRIGGER, Some(value))]).unwrap();
        assert_eq!(world.row(&tom).is_some(), forces, "{value:?}");
        if !forces {
            assert_eq!(world.claim(&tom, TRIGGER).as_deref(), Some(value), "stored as it was written");
            assert!(world.gets_in("tom", OLD));
        }
    }
}

// B15
#[test]
fn the_value_false_cancels_a_pending_reset() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.trigger(&tom).unwrap();
    let (link, typed) = (link_code(&world, &tom), published(&world, &tom).unwrap());
    world.claims(&tom, &[(TRIGGER, Some("False"))]).unwrap();
    assert_eq!(world.problem(&link, NEW), Some(18001));
    assert_eq!(world.problem(&typed, NEW), Some(18001));
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
    assert!(published(&world, &tom).is_none());
    assert!(world.all_mails().is_empty(), "the mail that had not been sent yet is dropped");
    assert!(world.gets_in("tom", OLD));
    assert!(world.audited(&tom).contains(&"Cancel Forced Password Reset".to_owned()));
}

// G76, as decision 19 amends it
#[test]
fn unlocking_the_account_cancels_a_pending_reset() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let link = link_code(&world, &tom);
    world.claims(&tom, &[(LOCKED, Some("false"))]).unwrap();
    assert_eq!(world.problem(&link, NEW), Some(18001));
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
    assert!(world.gets_in("tom", OLD));
}

#[test]
fn other_values_of_the_claim_leave_a_pending_reset_alone() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    for claim in [(TRIGGER, Some("no")), (TRIGGER, None), (LOCKED, Some("true")), (LOCKED, None)] {
        world.claims(&tom, &[claim]).unwrap();
        assert!(world.row(&tom).is_some(), "{claim:?}");
    }
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
}

// B16
#[test]
fn claims_in_the_same_request_are_written_too() {
    let (world, tom) = with(&[LINK]);
    world.claims(&tom, &[(TRIGGER, Some("true")), (GIVEN_NAME, Some("Thomas"))]).unwrap();
    assert!(world.row(&tom).is_some());
    assert_eq!(world.claim(&tom, GIVEN_NAME).as_deref(), Some("Thomas"));
    assert!(world.mails(&tom)[0].body.starts_with("Hello Thomas,"), "the mail knows the new name already");
}

// B17
#[test]
fn a_mail_address_in_the_same_request_is_the_one_used() {
    for before in [None, Some("old@example.org")] {
        let (world, tom) = with(&[LINK]);
        world.claims(&tom, &[(MAIL, before)]).unwrap();
        world.claims(&tom, &[(TRIGGER, Some("true")), (MAIL, Some("new@example.org"))]).unwrap();
        let recipients: Vec<String> = world.all_mails().into_iter().map(|mail| mail.recipient).collect();
        assert_eq!(recipients, ["new@example.org"]);
    }
}

#[test]
fn a_request_that_removes_the_address_is_refused() {
    let (world, tom) = with(&[LINK]);
    assert!(world.claims(&tom, &[(TRIGGER, Some("true")), (MAIL, None)]).is_err());
    assert!(world.row(&tom).is_none() && world.claim(&tom, MAIL).is_some());
}

// B18
#[test]
fn lock_and_code_of_the_caller_are_ignored_when_a_code_is_published() {
    let (world, tom) = with(&[OFFLINE]);
    let claims = [(TRIGGER, Some("true")), (LOCKED, Some("false")), (PUBLISHED, Some("HACKED"))];
    world.claims(&tom, &claims).unwrap();
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
    let code = published(&world, &tom).unwrap();
    assert!(is_otp(code.reveal()) && code.reveal() != "HACKED");
    assert_eq!(world.refusal("tom", "HACKED"), Some(Refusal::WrongCode));
}

#[test]
fn a_lock_sent_along_with_the_trigger_is_ignored() {
    let (world, tom) = with(&[LINK]);
    world.claims(&tom, &[(TRIGGER, Some("true")), (LOCKED, Some("true"))]).unwrap();
    world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
}

#[test]
fn without_the_offline_option_the_callers_one_time_password_is_an_ordinary_value() {
    let (world, tom) = with(&[LINK]);
    world.claims(&tom, &[(TRIGGER, Some("true")), (PUBLISHED, Some("abc"))]).unwrap();
    assert_eq!(world.claim(&tom, PUBLISHED).as_deref(), Some("abc"));
    assert_eq!(world.refusal("tom", "abc"), Some(Refusal::ResetByLink));
}

/// Everything a refused request must not have touched.
fn assert_untouched(world: &World, tom: &User) {
    assert!(world.row(tom).is_none() && world.all_mails().is_empty());
    assert_eq!(world.claim(tom, LOCKED), None);
    assert_eq!(world.claim(tom, GIVEN_NAME), None);
    assert!(published(world, tom).is_none() && world.audited(tom).is_empty());
    assert_eq!(world.sessions(tom), 1);
    assert!(world.gets_in("tom", OLD));
}

// B27
#[test]
fn without_a_mail_address_nothing_happens_but_the_fault() {
    for options in [&[LINK][..], &[OTP], &[LINK, OFFLINE], &[OTP, OFFLINE]] {
        let (world, tom) = with(options);
        world.claims(&tom, &[(MAIL, Some(" , "))]).unwrap();
        world.open_session(&tom);
        let fault = world.claims(&tom, &[(TRIGGER, Some("true")), (GIVEN_NAME, Some("Thomas"))]).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "Email notification sending failed. Sending email address is not configured for the user."
        );
        assert_untouched(&world, &tom);
    }
}

// B29
#[test]
fn without_a_template_nothing_happens_but_the_fault() {
    for (option, display, key) in [
        (LINK, "AdminForcedPasswordReset", "adminforcedpasswordreset"),
        (OTP, "AdminForcedPasswordResetWithOTP", "adminforcedpasswordresetwithotp"),
    ] {
        let (world, tom) = with(&[option, OFFLINE]);
        world.open_session(&tom);
        world.write(move |tx| {
            let admin = admin(tx, SUPER)?;
            crate::domain::template::delete(tx, START, &admin, display, "en_US").unwrap();
            Ok(())
        });
        let fault = world.trigger(&tom).unwrap_err();
        assert_eq!(
            fault.to_string(),
            format!(
                "org.wso2.carbon.email.mgt.exceptions.I18nEmailMgtServerException: Cannot find '{key}' template in the \
                 default 'en_US' locale for 'carbon.super' tenant."
            )
        );
        assert_untouched(&world, &tom);
    }
}

// B32
#[test]
fn a_disabled_user_can_be_reset_and_stays_disabled() {
    let (world, tom) = with(&[OTP]);
    world.claims(&tom, &[(DISABLED, Some("true"))]).unwrap();
    world.trigger(&tom).unwrap();
    let code = link_code(&world, &tom);
    assert_eq!(world.refusal("tom", code.reveal()), Some(Refusal::Disabled));
    world.complete(&code, NEW).unwrap();
    assert_eq!(world.refusal("tom", NEW), Some(Refusal::Disabled));
    world.claims(&tom, &[(DISABLED, Some("false"))]).unwrap();
    assert!(world.gets_in("tom", NEW));
}

// F66
#[test]
fn forcing_again_replaces_the_link_and_drops_the_mail_that_still_waits() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let first = link_code(&world, &tom);
    world.trigger(&tom).unwrap();
    let mails = world.mails(&tom);
    assert_eq!(mails.len(), 1, "one mail waits, the newer one");
    let second = mails[0].code();
    assert_eq!(world.problem(&first, NEW), Some(18001));
    world.complete(&second, NEW).unwrap();
}

// F67
#[test]
fn forcing_again_replaces_the_published_code() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let first = published(&world, &tom).unwrap();
    world.trigger(&tom).unwrap();
    let second = published(&world, &tom).unwrap();
    assert_ne!(first.reveal(), second.reveal());
    assert_eq!(world.refusal("tom", first.reveal()), Some(Refusal::WrongCode));
    assert!(world.redeems("tom", &second));
}

#[test]
fn forcing_again_without_the_offline_option_takes_the_published_code_away() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    world.set(OFFLINE, "false");
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    assert!(published(&world, &tom).is_none());
    assert_eq!(world.problem(&code, NEW), Some(18001));
}

// F68
#[test]
fn two_triggers_at_the_same_instant_leave_one_row_and_one_good_code() {
    let (world, tom) = with(&[LINK]);
    for _ in 0..50 {
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| world.trigger(&tom).unwrap());
            }
        });
        let mails = world.mails(&tom);
        assert_eq!(mails.len(), 1);
        let good = world.read(|tx| {
            Ok(recovery::check(tx, world.now(), &world.realm, &mails[0].code(), &Hint::default()).is_ok())
        });
        assert!(good);
    }
}

// F74
#[test]
fn a_thousand_triggers_in_a_row_leave_one_row() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    for _ in 0..1_000 {
        world.trigger(&tom).unwrap();
    }
    let rows = world.read(|tx| Ok(tx.one("SELECT COUNT(*) FROM recovery", &[], "n", |row| row.int(0))?));
    assert_eq!((rows, world.all_mails().len()), (1, 1));
    assert!(world.redeems("tom", &published(&world, &tom).unwrap()));
}

// F72
#[test]
fn a_transaction_that_fails_at_its_end_leaves_nothing_of_the_reset() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.open_session(&tom);
    let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
    let failed: Result<(), Error> = world.store.write_blocking(move |tx| {
        let actor = admin(tx, user.tenant)?;
        let mut changes = Changes::default();
        changes.set(TRIGGER, Some("true".to_owned()));
        claim::write(tx, now, &realm, &actor, &user, "default", changes)?;
        assert!(is_pending(tx, user.id.0)?);
        Err(Error::Broken("power failure"))
    });
    assert!(failed.is_err());
    assert_untouched(&world, &tom);
}

// G75
#[test]
fn a_cancelled_reset_leaves_no_lock_and_no_code() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let link = link_code(&world, &tom);
    let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
    let cancelled = world.write(move |tx| {
        let actor = admin(tx, user.tenant)?;
        Ok((cancel(tx, now, &realm, &actor, &user)?, cancel(tx, now, &realm, &actor, &user)?))
    });
    assert_eq!(cancelled, (true, false));
    assert_eq!(world.problem(&link, NEW), Some(18001));
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
}

#[test]
fn a_lock_after_failed_logins_outlives_a_cancelled_reset() {
    let (world, tom) = with(&[LINK]);
    world.set("account.lock.handler.enable", "true");
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    world.trigger(&tom).unwrap();
    world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::Locked));
}

// G78
#[test]
fn a_forgotten_password_link_is_replaced_by_a_forced_reset() {
    let (world, tom) = with(&[LINK]);
    let code = otp::link_code();
    let (realm, user, now, kept) = (world.realm.clone(), tom.clone(), world.now(), code.clone());
    world.write(move |tx| {
        let codes = Codes { link: Some(&kept), otp: None };
        recovery::begin(tx, now, &realm, &user, Scenario::Forgotten, codes, None)
    });
    assert!(world.gets_in("tom", OLD), "a forgotten password does not block logins");
    world.trigger(&tom).unwrap();
    assert_eq!(world.problem(&code, NEW), Some(18001));
}

// G82
#[test]
fn the_reset_mail_is_the_only_one_unless_lock_mails_are_switched_on() {
    for (show, expected) in [
        (false, &["adminforcedpasswordreset"][..]),
        (true, &["adminforcedpasswordreset", "accountlock", "accountunlock"]),
    ] {
        let world = World::with(|policy| policy.show_lock_mails = show);
        let tom = world.find("tom");
        world.set(LINK, "true");
        world.set("account.lock.handler.enable", "true");
        world.trigger(&tom).unwrap();
        let mut templates: Vec<String> = world.mails(&tom).into_iter().map(|mail| mail.template).collect();
        world.complete(&link_code_of(&world, &tom), NEW).unwrap();
        templates.extend(
            world.mails(&tom).into_iter().map(|mail| mail.template).filter(|it| it == "accountunlock"),
        );
        assert_eq!(templates, expected);
    }
}

fn link_code_of(world: &World, user: &User) -> Secret {
    world.mails(user).iter().find(|mail| mail.template == "adminforcedpasswordreset").unwrap().code()
}

// G84
#[test]
fn forcing_a_reset_ends_every_session_of_the_user_and_no_other() {
    let (world, tom) = with(&[OFFLINE]);
    let admin = world.find("admin");
    for user in [&tom, &tom, &tom, &admin] {
        world.open_session(user);
    }
    world.trigger(&tom).unwrap();
    assert_eq!((world.sessions(&tom), world.sessions(&admin)), (0, 1));
}

// G87
#[test]
fn an_administrator_who_forces_himself_is_out_until_another_helps() {
    let (world, _) = with(&[LINK]);
    let admin = world.find("admin");
    world.trigger(&admin).unwrap();
    assert_eq!(world.refusal("admin", OLD), Some(Refusal::ResetByLink));
    world.claims(&admin, &[(TRIGGER, Some("false"))]).unwrap();
    assert!(world.gets_in("admin", OLD));
}

// G77
#[test]
fn a_deleted_user_takes_the_reset_along() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let link = link_code(&world, &tom);
    let id = tom.id.0;
    world.write(move |tx| Ok(tx.execute("DELETE FROM user WHERE id = $1", &[id.into()])?));
    let again = world.user("tom");
    assert_eq!(world.problem(&link, NEW), Some(18001));
    assert!(world.row(&again).is_none() && world.gets_in("tom", OLD));
}

// I93
#[test]
fn a_tenants_reset_is_its_own_affair() {
    let (world, tom) = with(&[]);
    let there = world.tenant("wso2.com");
    let other = world.user_in(there, "PRIMARY", "tom");
    world.set_in(there, LINK, "true");
    world.trigger(&tom).unwrap();
    assert!(world.row(&tom).is_none());
    world.trigger(&other).unwrap();
    let mail = &world.mails(&other)[0];
    assert!(
        mail.body.contains("&userstoredomain=PRIMARY&username=tom&tenantdomain=wso2.com\n"),
        "{}",
        mail.body
    );
    assert_eq!(world.refusal("tom@wso2.com", OLD), Some(Refusal::ResetByLink));
    assert!(world.gets_in("tom", OLD));
    world.complete(&mail.code(), NEW).unwrap();
    assert!(world.gets_in("tom@WSO2.com", NEW) && world.gets_in("tom", OLD));
}

// I97
#[test]
fn a_user_of_a_secondary_store_is_reset_under_his_own_store() {
    let (world, tom) = with(&[LINK]);
    world.write(|tx| {
        Ok(tx.execute("INSERT INTO user_store (tenant_id, domain, position) VALUES (-1234, 'EMP', 1)", &[])?)
    });
    let other = world.user_in(SUPER, "EMP", "tom");
    world.trigger(&other).unwrap();
    let mail = &world.mails(&other)[0];
    assert!(
        mail.body.contains("&userstoredomain=EMP&username=tom&tenantdomain=carbon.super"),
        "{}",
        mail.body
    );
    assert!(world.row(&tom).is_none() && world.gets_in("tom", OLD));
    assert_eq!(world.refusal("emp/tom", OLD), Some(Refusal::ResetByLink));
    world.complete(&mail.code(), NEW).unwrap();
    assert!(world.gets_in("EMP/tom", NEW));
}

// (c) of the life cycle
#[test]
fn an_expired_code_is_taken_out_of_the_claims_and_the_user_stays_in_reset() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let sweep = || {
        let (realm, now) = (world.realm.clone(), world.now());
        world.write(move |tx| clear_expired(tx, now, &realm))
    };
    world.pass_minutes(1_440);
    assert_eq!(sweep(), 0);
    assert!(published(&world, &tom).is_some());
    world.pass(1);
    assert_eq!(sweep(), 1);
    assert_eq!(sweep(), 0, "there is nothing more to clear");
    assert!(published(&world, &tom).is_none());
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::WrongCode));
    assert!(world.row(&tom).is_some());
}

#[test]
fn forcing_and_completing_a_reset_leave_their_marks_in_the_audit_trail_without_the_code() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    world.complete(&code, NEW).unwrap();
    assert_eq!(
        world.audited(&tom),
        ["Force Password Reset", "Change Password by Administrator", "Complete Forced Password Reset"]
    );
    let data: Vec<(String, String)> = world.read(|tx| {
        Ok(tx.query("SELECT initiator, data FROM audit ORDER BY id", &[], |row| {
            Ok((row.text(0)?, row.text(1)?))
        })?)
    });
    assert!(
        data[0].1 == "RecoveryLink, Offline" && data.iter().all(|(_, data)| !data.contains(code.reveal()))
    );
}

#[test]
fn check_changes_nothing() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let code = link_code(&world, &tom);
    for _ in 0..3 {
        let found: Result<_, CodeProblem> = Store::read(&world.store, |tx| {
            recovery::check(tx, world.now(), &world.realm, &code, &Hint::default())
        });
        assert_eq!(found.unwrap().user, tom);
    }
}
