//! What the value of the claim, and whatever else is in the same request, does or does not do.

use super::*;

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

// B12
#[test]
fn who_writes_back_all_claims_that_he_read_neither_cancels_a_reset_nor_forces_it_again() {
    for earlier in ["false", "no"] {
        let (world, tom) = with(&[OFFLINE]);
        world.claims(&tom, &[(TRIGGER, Some(earlier))]).unwrap();
        world.trigger(&tom).unwrap();
        let code = world.claim(&tom, PUBLISHED);
        let realm = world.realm.clone();
        let read = world.read(|tx| claim::all_values(tx, &realm, &tom));
        assert!(read.iter().all(|(uri, _)| uri != TRIGGER), "{read:?}");
        let own = read.iter().filter(|(uri, _)| !uri.ends_with("/role"));
        let back: Vec<(&str, Option<&str>)> =
            own.map(|(uri, value)| (uri.as_str(), Some(value.as_str()))).collect();
        world.claims(&tom, &back).unwrap();
        assert!(!world.gets_in("tom", OLD), "still in reset");
        assert_eq!(world.claim(&tom, PUBLISHED), code);
    }
    // Whoever was added with the claim has it in an attribute.
    let (world, tom) = with(&[OFFLINE]);
    let id = tom.id.0;
    world.write(move |tx| {
        Ok(store::user::set_attribute(tx, id, claim::DEFAULT_PROFILE, "departmentNumber", Some("true"))?)
    });
    assert_eq!(world.claim(&tom, TRIGGER).as_deref(), Some("true"));
    world.trigger(&tom).unwrap();
    assert_eq!(world.claim(&tom, TRIGGER), None);
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

/// A mail that can never leave is none, and its user would be shut out.
#[test]
fn what_is_no_address_counts_as_none_and_an_address_is_found_as_people_write_it() {
    let (world, tom) = with(&[LINK]);
    for none in [
        "tom",
        "tom@",
        "@example.org",
        "tom@b@example.org",
        "<tom>",
        "tom <>",
        "a:b@example.org",
        "tom..x@example.org",
        "tom@example..org",
    ] {
        world.claims(&tom, &[(MAIL, Some(none))]).unwrap();
        assert!(world.trigger(&tom).is_err(), "{none}");
        assert!(world.row(&tom).is_none(), "{none}");
    }
    for some in ["Tom <tom@example.org>", "tom; tom@example.org", "tom@example.org;tom@example.org,"] {
        world.claims(&tom, &[(MAIL, Some(some))]).unwrap();
        world.trigger(&tom).unwrap();
        assert_eq!(world.mails(&tom).len(), 1, "{some}: one to tom@example.org");
        assert_eq!(world.all_mails().len(), 1, "{some}: and no other");
        world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
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
