//! C. The recovery-mail option.

use crate::support::caller::{TRIGGER, set_user_profile};
use crate::support::visitor::{Page, encoded, parameter, piece};
use crate::support::world::{LINK, Link, NEW, OLD, TOM, World};

/// A world in which tom has been sent a link.
fn sent() -> (World, Link) {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    (world, link)
}

// C33
#[test]
fn the_old_password_is_refused_with_the_words_of_any_failed_login() {
    let (world, _) = sent();
    world.assert_refused(TOM, OLD);
}

// C34
#[test]
fn with_reasons_shown_the_login_page_says_that_a_reset_is_required() {
    let world = World::configured(&[LINK], |settings| settings.show_auth_failure_reason = true);
    world.admin().trigger(TOM);
    let mut browser = world.browser();
    let answer = browser.log_in(TOM, OLD);
    let address = answer.location();
    assert_eq!(piece(address, "errorCode"), Some("17006"), "{address}");
    assert_eq!(piece(address, "failedUsername"), Some(TOM));
    assert_eq!(piece(address, "authFailureMsg"), Some("password.reset.pending"));
    let page = browser.follow(&answer);
    assert!(page.text().contains("Password reset is required."), "{}", page.text());
}

// C35
#[test]
fn the_mail_holds_one_link_to_the_configured_address() {
    let world = World::configured(&[LINK], |settings| {
        settings.public_url = Some("https://is.example.org:8443".into());
    });
    // A trigger under a forged Host header must not change where the link leads.
    let payload = set_user_profile(TOM, &[(TRIGGER, "true")]);
    let forged = [("Host", "evil.example:1234")];
    let answer = world.admin().call_with("UserProfileMgtService", "setUserProfile", &payload, &forged);
    assert_eq!(answer.status, 202);
    let mail = world.mail();
    let body = mail.body();
    assert_eq!(body.matches("https://").count(), 1, "{body}");
    let link = Link::of(&mail);
    assert!(
        link.address.starts_with(
            "https://is.example.org:8443/accountrecoveryendpoint/confirmrecovery.do?confirmation="
        ),
        "{}",
        link.address
    );
    assert!(uuid::Uuid::parse_str(&link.code).is_ok() && link.code.len() == 36);
    assert_eq!(link.code, link.code.to_lowercase());
    let of = |name| parameter(&link.address, name);
    assert_eq!(of("userstoredomain").as_deref(), Some("PRIMARY"));
    assert_eq!(of("username").as_deref(), Some(TOM));
    assert_eq!(of("tenantdomain").as_deref(), Some("carbon.super"));
}

// C36, C37, C39
#[test]
fn the_link_leads_to_a_form_that_sets_the_password_once() {
    let (world, link) = sent();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert_eq!(page.answer.status, 200);
    assert!(page.text().contains("Enter New Password"), "{}", page.text());
    let form = page.form("passwordResetForm");
    assert!(form.action.ends_with("completepasswordreset.do"), "{}", form.action);
    for field in ["reset-password", "reset-password2"] {
        assert!(form.fields.iter().any(|(name, _)| name == field));
    }
    let answer = browser.choose(&page, NEW);
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("Updated the password successfully"), "{}", answer.text());
    assert!(world.lets_in(TOM, NEW));
    world.assert_refused(TOM, OLD);

    let again = browser.choose(&page, "Third@1234");
    assert_eq!(again.status, 200);
    assert!(again.text().contains("18001"), "{}", again.text());
    assert!(world.lets_in(TOM, NEW));
    world.assert_refused(TOM, "Third@1234");
}

// C38
#[test]
fn a_link_opened_twice_shows_the_form_twice_and_the_first_post_wins() {
    let (world, link) = sent();
    let (mut first, mut second) = (world.browser(), world.browser());
    let (one, two) = (first.visit(&link.address), second.visit(&link.address));
    assert!(second.choose(&two, "Second@123").text().contains("Updated the password successfully"));
    assert!(first.choose(&one, "First@1234").text().contains("18001"));
    assert!(world.lets_in(TOM, "Second@123"));
    world.assert_refused(TOM, "First@1234");
}

// C40
#[test]
fn a_link_without_a_code_is_told_so() {
    let (world, _) = sent();
    let page = world.browser().visit("/accountrecoveryendpoint/confirmrecovery.do");
    assert_eq!(page.answer.status, 200);
    assert!(page.text().contains("18001"), "{}", page.text());
    assert!(
        page.text()
            .contains("Cannot process the email notification confirmation. confirmation code is missing."),
        "{}",
        page.text()
    );
}

// C41, E60
#[test]
fn a_made_up_code_and_an_expired_one_show_the_same_page() {
    let (world, link) = sent();
    let path = "/accountrecoveryendpoint/confirmrecovery.do?confirmation=";
    let made_up = world.browser().visit(&format!("{path}{}", uuid::Uuid::new_v4()));
    let short = world.browser().visit(&format!("{path}ABC123&username=tom&tenantdomain=carbon.super"));
    world.clock.advance(1_440 * 60_000 + 1);
    let expired = world.browser().visit(&link.address);
    for page in [&made_up, &short, &expired] {
        assert_eq!(page.answer.status, 200);
        assert!(page.try_form("passwordResetForm").is_none(), "{}", page.text());
        assert!(page.text().contains("no longer valid"), "{}", page.text());
        assert!(!page.text().contains(TOM));
    }
    assert_eq!(made_up.text(), expired.text());
    assert_eq!(made_up.text(), short.text());
}

// C42
#[test]
fn the_code_works_without_cookies_from_the_query_or_the_body() {
    for in_query in [true, false] {
        let (world, link) = sent();
        let passwords = format!("reset-password={}&reset-password2={}", "AbNew%40123", "AbNew%40123");
        let path = "/accountrecoveryendpoint/completepasswordreset.do";
        let (path, body) = if in_query {
            (format!("{path}?confirmation={}", link.code), passwords)
        } else {
            (path.to_owned(), format!("confirmation={}&{passwords}", link.code))
        };
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = world.client().send("POST", &path, &form, body.as_bytes());
        assert_eq!(answer.status, 200);
        assert!(answer.text().contains("Updated the password successfully"), "{}", answer.text());
        assert!(world.lets_in(TOM, NEW));
    }
}

// C43, C44
#[test]
fn different_and_blank_passwords_bring_the_form_back_and_cost_nothing() {
    let (world, link) = sent();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    let form = page.form("passwordResetForm");
    let tries = [
        ("AbNew@123", "AbNew@124", "Passwords did not match. Please try again."),
        ("", "", "Password cannot be empty."),
        ("   ", "   ", "Password cannot be empty."),
    ];
    for (one, two, text) in tries {
        let answer = browser.submit(&page, &form, &[("reset-password", one), ("reset-password2", two)]);
        let again = Page { address: page.address.clone(), answer };
        assert_eq!(again.answer.status, 200);
        assert!(again.text().contains(text), "{}", again.text());
        again.form("passwordResetForm");
    }
    world.assert_refused(TOM, OLD);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
}

// C45
#[test]
fn a_foreign_callback_is_never_linked_to() {
    let (world, link) = sent();
    let callbacks = [
        "https://evil.example/",
        "javascript:alert(1)",
        "//evil.example/",
        "https://localhost:9443.evil.example/",
        "\"><script>alert(1)</script>",
    ];
    let mut browser = world.browser();
    for callback in callbacks {
        let encoded = encoded(&[("callback", callback)]);
        let page = browser.visit(&format!("{}&{encoded}", link.address));
        let text = page.text();
        assert!(!text.contains("evil.example") && !text.contains("<script"), "{callback}: {text}");
        assert!(!text.contains("javascript:"), "{callback}: {text}");
        page.form("passwordResetForm");
    }
    let encoded = encoded(&[("callback", "https://evil.example/")]);
    let page = browser.visit(&format!("{}&{encoded}", link.address));
    let answer = browser.choose(&page, NEW);
    assert!(answer.text().contains("Updated the password successfully"));
    assert!(!answer.text().contains("evil.example"), "{}", answer.text());
}

// C46
#[test]
fn without_a_callback_the_last_page_leads_to_the_dashboard() {
    let (world, link) = sent();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    let answer = browser.choose(&page, NEW);
    let dashboard = format!("{}/dashboard", world.public_url());
    let text = answer.text().replace("&#x2F;", "/");
    assert!(text.contains(&format!("href=\"{dashboard}\"")), "{text}");
}
