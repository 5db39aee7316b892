//! What is refused, and what refusals give away.

use super::*;
use crate::domain::lockout::LOCKED;

const DISABLED: &str = "http://wso2.org/claims/identity/accountDisabled";

/// Users in every state that refuses a login.
fn with_users_in_every_state(show_reason: bool) -> (Pages, Vec<(&'static str, &'static str)>) {
    let pages = Pages::with(|_| {}, show_reason, 1_000_000);
    let world = &pages.world;
    world.set("account.lock.handler.enable", "true");
    let users = ["wrong", "locked", "disabled", "linked", "coded"].map(|name| world.user(name));
    let [_, locked, disabled, linked, coded] = users;
    world.claims(&locked, &[(LOCKED, Some("true"))]).unwrap();
    world.claims(&disabled, &[(DISABLED, Some("true"))]).unwrap();
    world.set(LINK, "true");
    world.trigger(&linked).unwrap();
    world.set(LINK, "false");
    world.set(OTP, "true");
    world.trigger(&coded).unwrap();
    let tries = vec![
        ("nobody", OLD),
        ("wrong", "Wrong@123"),
        ("locked", OLD),
        ("disabled", OLD),
        ("linked", OLD),
        ("coded", OLD),
        ("nobody@nowhere", OLD),
    ];
    (pages, tries)
}

// J100
#[test]
fn refused_logins_cannot_be_told_apart() {
    let (pages, tries) = with_users_in_every_state(false);
    let mut shapes = tries.into_iter().map(|(name, password)| {
        pages.forget_cookies();
        let key = pages.begin();
        let answer = pages.sign_in_with(&key, name, password);
        assert!(is_generic_failure(&answer), "{name}: {answer:?}");
        let page = pages.get(answer.location());
        // Every page has a number of its own.
        let number =
            page.body.split("name=\"once\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let page = page.shape(&[&key, &number]);
        assert!(page.body.contains(FAILED_TEXT));
        (answer.shape(&[&key]), page)
    });
    let first = shapes.next().unwrap();
    shapes.for_each(|shape| assert_eq!(shape, first));
}

// C34 and the table of the original's redirects
#[test]
fn with_reasons_shown_the_address_carries_the_original_codes() {
    let (pages, _) = with_users_in_every_state(true);
    let login = "/authenticationendpoint/login.do?";
    let plain = "authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg=login.fail.message";
    for (name, password, page, end) in [
        ("nobody", OLD, login, format!("isSaaSApp=true&{plain}&errorCode=17001&failedUsername=nobody")),
        ("wrong", "Wrong@123", login, format!("isSaaSApp=true&{plain}&errorCode=17002&failedUsername=wrong&remainingAttempts=4")),
        ("locked", OLD, "/authenticationendpoint/retry.do?", "isSaaSApp=true&errorCode=17003&failedUsername=locked&remainingAttempts=0".into()),
        ("disabled", OLD, login, format!("isSaaSApp=true&{plain}&errorCode=17004&failedUsername=disabled")),
        ("linked", OLD, login, "isSaaSApp=true&failedUsername=linked&errorCode=17006&authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg=password.reset.pending".into()),
        ("coded", OLD, login, format!("isSaaSApp=true&failedUsername=coded&errorCode=17008&{plain}")),
        ("a&b=<c>", OLD, login, format!("isSaaSApp=true&{plain}&errorCode=17001&failedUsername=a%26b%3D%3Cc%3E")),
        ("tom@nowhere", OLD, login, format!("isSaaSApp=true&{plain}")),
    ] {
        let answer = pages.sign_in(name, password);
        assert!(answer.location().starts_with(page) && answer.location().ends_with(&end), "{name}: {answer:?}");
        let shown = pages.get(answer.location());
        assert_eq!(shown.status, 200);
        if name == "linked" {
            assert!(shown.body.contains("A password reset link has been sent to your registered email address"));
        }
    }
}

// D51, D52
#[test]
fn a_one_time_password_counts_letter_case_and_never_helps_the_old_password() {
    let pages = Pages::new();
    let tom = pages.force(&[OTP]);
    let code = loop {
        let code = pages.world.mails(&tom).pop().unwrap().code();
        if code.reveal().chars().any(|letter| letter.is_ascii_uppercase()) {
            break code;
        }
        pages.world.trigger(&tom).unwrap();
    };
    assert!(is_generic_failure(&pages.sign_in("tom", OLD)));
    assert!(is_generic_failure(&pages.sign_in("tom", &code.reveal().to_lowercase())));
    assert!(pages.sign_in("tom", code.reveal()).location().starts_with(CONFIRM));
}

// J101
#[test]
fn wrong_codes_at_the_form_void_the_right_one() {
    let pages = Pages::new();
    let tom = pages.force(&[OTP]);
    let code = pages.world.mails(&tom)[0].code();
    let key = pages.begin();
    for _ in 0..5 {
        assert!(is_generic_failure(&pages.sign_in_with(&key, "tom", "WRONG1")));
    }
    assert!(is_generic_failure(&pages.sign_in_with(&key, "tom", code.reveal())));
    let reset = pages.reset(code.reveal(), NEW, NEW);
    assert!(reset.body.contains("Code    : 18001"));
}

#[test]
fn wrong_codes_at_the_reset_page_void_the_right_one() {
    let pages = Pages::new();
    let tom = pages.force(&[OFFLINE]);
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    let opens = |code: &str, name: &str| {
        let query = encoded(&[("confirmation", code), ("username", name)]);
        pages.forget_cookies();
        pages.get(&format!("{CONFIRM}?{query}")).body.contains("Enter New Password")
    };
    assert!(opens(&code, "") && !opens(&code, "ann"), "it says by itself whose it is");
    // An old link is no guess.
    for _ in 0..6 {
        assert!(!opens("5b0e9c52-1c3a-4f0b-9a60-0d6c6f4f6f11", "tom"));
    }
    for number in 0..4 {
        assert!(!opens(&format!("WRONG{number}"), "tom"));
    }
    assert!(opens(&code, "tom"), "four do no harm");
    let wrong = [("confirmation", "WRONG5"), ("username", "TOM@carbon.super"), ("reset-password", NEW)];
    assert!(pages.post(COMPLETE, &wrong).body.contains("Code    : 18001"));
    assert!(!opens(&code, "tom"), "the fifth voids it");
}

/// Wrong codes count against nobody when nobody is named.
#[test]
fn codes_that_do_not_say_whose_they_are_are_looked_at_a_few_times_only() {
    let pages = Pages::new();
    let tom = pages.force(&[OFFLINE]);
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    let opens = |query: &str| {
        pages.forget_cookies();
        pages.get(&format!("{CONFIRM}?confirmation={query}")).body.contains("Enter New Password")
    };
    for number in 0..30 {
        assert!(!opens(&format!("WRONG{number}")));
    }
    assert!(!opens(&code), "nor the right one");
    assert!(opens(&format!("{code}&username=tom")));
}

// C41, E60
#[test]
fn an_expired_link_and_a_made_up_one_show_the_same_page_without_a_form() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let link = pages.link(&tom);
    pages.pass_minutes(1440);
    assert!(pages.get(&link).body.contains("Enter New Password"));
    pages.pass_minutes(1);
    let expired = pages.get(&link);
    let made_up = pages.get(&format!("{CONFIRM}?confirmation=12345678-1234-4234-8234-123456789012"));
    assert_eq!(expired, made_up);
    assert_eq!(expired.status, 200);
    assert!(expired.body.contains("no longer valid") && !expired.body.contains("<form"));
    let code = pages.world.mails(&tom)[0].code();
    let late = pages.reset(code.reveal(), NEW, NEW).body;
    assert!(late.contains("Code    : 18002") && late.contains("Expired Code"), "{late}");
    // A form that is sent again with its mistake says no more.
    assert_eq!(pages.reset(code.reveal(), "", ""), expired);
}

// E61, E62
#[test]
fn an_expired_one_time_password_is_a_failure_like_any_other_and_blocks_on() {
    let pages = Pages::new();
    let tom = pages.force(&[OTP]);
    let code = pages.world.mails(&tom)[0].code();
    pages.pass_minutes(1441);
    assert!(is_generic_failure(&pages.sign_in("tom", code.reveal())));
    assert!(is_generic_failure(&pages.sign_in("tom", OLD)));
    pages.world.trigger(&tom).unwrap();
    let fresh: Secret = pages.world.mails(&tom).pop().unwrap().code();
    assert!(pages.sign_in("tom", fresh.reveal()).location().starts_with(CONFIRM));
}

// C40
#[test]
fn a_link_without_its_code_says_so() {
    let pages = Pages::new();
    for address in [
        CONFIRM.to_owned(),
        format!("{CONFIRM}?confirmation="),
        format!("{CONFIRM}?confirmation=+&username=tom"),
    ] {
        let page = pages.get(&address);
        assert!(page.body.contains("Code    : 18001"), "{}", page.body);
        assert!(
            page.body.contains(
                "Cannot process the email notification confirmation. confirmation code is missing."
            )
        );
    }
    let reset = pages.reset("", NEW, NEW);
    assert!(reset.body.contains("Invalid Code &#39;%s.&#39;"), "{}", reset.body);
}

// G77, F66
#[test]
fn a_replaced_link_is_no_longer_valid() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let first = pages.link(&tom);
    pages.world.trigger(&tom).unwrap();
    let second = pages.link(&tom);
    assert!(pages.get(&first).body.contains("no longer valid"));
    assert!(pages.get(&second).body.contains("Enter New Password"));
}

#[test]
fn a_user_without_the_login_permission_is_told_so_and_gets_no_session() {
    let pages = Pages::new();
    pages.world.user("guest");
    let answer = pages.sign_in("guest", OLD);
    assert!(answer.location().ends_with("&authz_failure=true"), "{answer:?}");
    assert!(pages.get(answer.location()).body.contains("You are not authorized to login"));
    assert!(!pages.cookies.borrow().contains_key("commonAuthId"));
    assert!(is_generic_failure(&pages.sign_in("guest", "Wrong@123")));
}
