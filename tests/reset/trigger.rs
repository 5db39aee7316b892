//! B. The trigger through SOAP.

use crate::support::caller::{
    DISABLED, Fault, GIVEN_NAME, LOCKED, LOGIN, MAIL, OTP, TRIGGER, set_user_profile,
};
use crate::support::world::{BY_OTP, LINK, MINUTE, NEW, OFFLINE, OLD, TOM, World};
use std::time::{Duration, Instant};

const PROFILE: &str = "UserProfileMgtService";
const STORE: &str = "RemoteUserStoreManagerService";

/// Asserts that nothing of a reset is there.
fn assert_untouched(world: &World) {
    assert_eq!(world.pending(), "0");
    assert_ne!(world.admin().claim(TOM, LOCKED).as_deref(), Some("true"));
    world.assert_no_mail();
    assert!(world.lets_in(TOM, OLD));
}

// B12
#[test]
fn the_documented_request_puts_the_user_into_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    let answer = admin.call(PROFILE, "setUserProfile", &set_user_profile(TOM, &[(TRIGGER, "true")]));
    assert_eq!(answer.status, 202);
    assert!(answer.body.is_empty());
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    assert_eq!(world.stored("SELECT scenario FROM recovery"), "ADMIN_FORCED_PASSWORD_RESET_VIA_EMAIL_LINK");
    assert_eq!(world.stored("SELECT step FROM recovery"), "UPDATE_PASSWORD");
    assert_eq!(world.pending(), "1");
    assert_eq!(admin.claim(TOM, TRIGGER).filter(|value| !value.is_empty()), None);
}

// B13, B14
#[test]
fn only_true_in_any_letter_case_triggers() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    for value in ["false", "1", "", "yes", " true "] {
        admin.set_claims(TOM, &[(TRIGGER, value)]);
        assert_eq!(world.pending(), "0", "{value:?}");
    }
    assert!(world.lets_in(TOM, OLD));
    for value in ["TRUE", "True"] {
        admin.set_claims(TOM, &[(TRIGGER, value)]);
        assert_eq!(world.pending(), "1", "{value}");
        admin.set_claims(TOM, &[(TRIGGER, "false")]);
    }
}

// B15
#[test]
fn the_value_false_cancels_a_pending_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.trigger(TOM);
    let link = world.mailed_link();
    admin.set_claims(TOM, &[(TRIGGER, "false")]);
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("false"));
    assert!(world.browser().visit(&link.address).try_form("passwordResetForm").is_none());
    assert_eq!(world.set_password_api(&link.code, NEW).status, 400);
    assert!(world.lets_in(TOM, OLD));
}

// B16
#[test]
fn other_claims_of_the_same_request_are_stored() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(TRIGGER, "true"), (GIVEN_NAME, "Thomas")]);
    assert_eq!(world.pending(), "1");
    assert_eq!(admin.claim(TOM, GIVEN_NAME).as_deref(), Some("Thomas"));
}

// B17
#[test]
fn a_mail_address_in_the_same_request_is_the_one_used() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(MAIL, "")]);
    admin.set_claims(TOM, &[(TRIGGER, "true"), (MAIL, "new@example.org")]);
    assert_eq!(world.mail().to, ["new@example.org"]);
}

// B18
#[test]
fn lock_and_code_sent_along_with_the_trigger_are_ignored() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(TRIGGER, "true"), (LOCKED, "false"), (OTP, "HACKED")]);
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    let code = admin.single_claim(TOM, OTP).unwrap();
    assert_ne!(code, "HACKED");
    assert!(code.len() == 6 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()), "{code}");
}

// B19
#[test]
fn a_read_only_field_does_not_trigger() {
    let world = World::new(&[LINK]);
    let payload = set_user_profile(TOM, &[(TRIGGER, "true")])
        .replace("</xsd:fieldValue>", "</xsd:fieldValue><xsd:readOnly>true</xsd:readOnly>");
    assert!(payload.contains("readOnly"));
    world.admin().done(PROFILE, "setUserProfile", &payload);
    assert_untouched(&world);
}

fn set_user_claim_values(user: &str, uri: &str, value: &str) -> String {
    format!(
        "<ser:setUserClaimValues><ser:userName>{user}</ser:userName><ser:claims><com:claimURI>{uri}</com:claimURI>\
         <com:value>{value}</com:value></ser:claims><ser:profileName>default</ser:profileName></ser:setUserClaimValues>"
    )
}

// B20
#[test]
fn the_user_store_service_triggers_in_the_same_way() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    let answer = admin.call(STORE, "setUserClaimValues", &set_user_claim_values(TOM, TRIGGER, "true"));
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    let link = world.mailed_link();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
}

// B21
#[test]
fn a_single_identity_claim_cannot_be_written() {
    let world = World::new(&[LINK]);
    let payload = format!(
        "<ser:setUserClaimValue><ser:userName>{TOM}</ser:userName><ser:claimURI>{TRIGGER}</ser:claimURI>\
         <ser:claimValue>true</ser:claimValue><ser:profileName>default</ser:profileName></ser:setUserClaimValue>"
    );
    let fault = world.admin().fault(STORE, "setUserClaimValue", &payload);
    assert_eq!(fault.text, "InvalidOperation This operation is not supported for Identity claims");
    assert_untouched(&world);
}

// B22
#[test]
fn a_user_created_with_the_claim_is_not_in_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.add_user("zoe", "Zoe@1234", &[(TRIGGER, "true"), (MAIL, "zoe@example.org")]);
    admin.assign("test role", "zoe");
    assert_eq!(world.pending(), "0");
    assert!(world.lets_in("zoe", "Zoe@1234"));
    world.assert_no_mail();
}

// B23, B24
#[test]
fn a_user_or_store_that_does_not_exist_is_named_in_the_fault() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    let of = |user: &str| admin.refused_claims(user, &[(TRIGGER, "true")]);
    assert_eq!(of("nobody").text, "UserNotFound: User nobodydoes not exist in: PRIMARY");
    assert_eq!(of("NOSUCH/tom").text, "Invalid Domain Name");
}

// B25
#[test]
fn a_caller_who_may_only_log_in_cannot_force_others() {
    let world = World::new(&[LINK]);
    world.admin().add_user("eve", "Eve@1234", &[]);
    world.admin().add_role("plain", &["eve"], &[LOGIN]);
    let eve = world.caller("eve", "Eve@1234");
    let fault = eve.refused_claims(TOM, &[(TRIGGER, "true")]);
    assert_eq!(fault.text, "You are not authorized to perform this action.");
    assert_eq!(fault.local_code(), "Server");
    assert!(fault.detail.is_empty());
    assert_untouched(&world);
}

// B26
#[test]
fn a_user_cannot_write_identity_claims_of_her_own_and_can_write_her_name() {
    let world = World::new(&[LINK]);
    let tom = world.caller(TOM, OLD);
    for (uri, value) in [(TRIGGER, "true"), (LOCKED, "true"), (DISABLED, "true"), (OTP, "ABC123")] {
        let fault = tom.refused_claims(TOM, &[(uri, value)]);
        assert_eq!(fault.text, "You are not authorized to perform this action.", "{uri}");
    }
    tom.set_claims(TOM, &[(GIVEN_NAME, "Tommy")]);
    assert_eq!(world.admin().claim(TOM, GIVEN_NAME).as_deref(), Some("Tommy"));
    assert_untouched(&world);
}

// B27
#[test]
fn without_a_mail_address_the_call_is_refused_and_nothing_has_happened() {
    for options in [&[LINK][..], &[BY_OTP], &[LINK, OFFLINE]] {
        let world = World::new(options);
        let admin = world.admin();
        admin.set_claims(TOM, &[(MAIL, "")]);
        let fault = admin.refused_claims(TOM, &[(TRIGGER, "true"), (GIVEN_NAME, "Thomas")]);
        assert_eq!(
            fault.text,
            "Email notification sending failed. Sending email address is not configured for the user."
        );
        assert_ne!(admin.claim(TOM, GIVEN_NAME).as_deref(), Some("Thomas"));
        assert_eq!(admin.single_claim(TOM, OTP).filter(|code| !code.is_empty()), None);
        assert_untouched(&world);
    }
}

// B28
#[test]
fn offline_needs_no_mail_address() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(MAIL, "")]);
    admin.trigger(TOM);
    let code = admin.single_claim(TOM, OTP).unwrap();
    let mut browser = world.browser();
    world.redeem(&mut browser, TOM, &code).form("passwordResetForm");
    world.assert_no_mail();
}

// B29
#[test]
fn without_a_template_the_call_is_refused_and_nothing_has_happened() {
    let world = World::new(&[LINK]);
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    database
        .execute("UPDATE email_template SET deleted = 1 WHERE key = 'adminforcedpasswordreset'", [])
        .unwrap();
    let fault = world.admin().refused_claims(TOM, &[(TRIGGER, "true")]);
    assert_eq!(
        fault.text,
        "org.wso2.carbon.email.mgt.exceptions.I18nEmailMgtServerException: Cannot find \
         'adminforcedpasswordreset' template in the default 'en_US' locale for 'carbon.super' tenant."
    );
    assert_untouched(&world);
}

// B30, B31
#[test]
fn an_unreachable_mail_server_delays_the_mail_and_nothing_else() {
    let world = World::new(&[LINK]);
    let (port, nobody) = (world.settings.mail.port, Instant::now());
    // Nobody listens there any more.
    world.replace_sink(0);
    world.admin().trigger(TOM);
    assert!(nobody.elapsed() < Duration::from_secs(10), "the caller waited for the mail server");
    world.assert_refused(TOM, OLD);
    assert_eq!(world.stored("SELECT state FROM outbox"), "queued");

    world.replace_sink(port);
    let list = std::process::Command::new(env!("CARGO_BIN_EXE_soapstone"))
        .args(["--data-dir", world.settings.data_dir.to_str().unwrap(), "mail", "list"])
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(
        list.contains("queued") && list.contains("tom@example.org"),
        "the operator sees the mail: {list}"
    );
    // Hours pass; no pause between two attempts is longer than that.
    world.clock.advance(180 * MINUTE);
    world.admin().add_user("zoe", "Zoe@1234", &[(MAIL, "zoe@example.org")]);
    world.admin().trigger("zoe");
    let mut come = vec![world.mail().to.concat(), world.mail().to.concat()];
    come.sort();
    assert_eq!(come, ["tom@example.org", "zoe@example.org"]);
}

// B32
#[test]
fn a_disabled_user_stays_disabled_through_a_reset() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(DISABLED, "true")]);
    admin.trigger(TOM);
    let link = world.mailed_link();
    world.assert_refused(TOM, OLD);
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    world.assert_refused(TOM, NEW);
    admin.set_claims(TOM, &[(DISABLED, "false")]);
    assert!(world.lets_in(TOM, NEW));
}

// the fault of a robust operation has no detail; IS 5.3.0 drops it
#[test]
fn a_refused_trigger_is_a_plain_server_fault() {
    let world = World::new(&[LINK]);
    let answer =
        world.admin().call(PROFILE, "setUserProfile", &set_user_profile("nobody", &[(TRIGGER, "true")]));
    assert_eq!(answer.status, 500);
    let fault = Fault::of(&answer);
    assert_eq!((fault.local_code(), fault.detail.len()), ("Server", 0));
}
