//! Which codes a forced reset makes under which options, and what each is good for.

use super::*;

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
