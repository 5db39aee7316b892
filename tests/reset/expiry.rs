//! E. Codes grow old.

use crate::support::caller::OTP;
use crate::support::world::{BY_OTP, EXPIRY, LINK, MINUTE, NEW, OFFLINE, OLD, TOM, World};

/// Whether the address of a link shows the form.
fn is_good(world: &World, address: &str) -> bool {
    world.browser().visit(address).try_form("passwordResetForm").is_some()
}

// E58
#[test]
fn a_code_is_good_to_the_last_millisecond_and_no_longer() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    world.clock.advance(1_440 * MINUTE);
    assert!(is_good(&world, &link.address));
    world.clock.advance(1);
    assert!(!is_good(&world, &link.address));
    assert!(!browser.choose(&page, NEW).text().contains("Updated the password successfully"));

    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let page = browser.visit(&link.address);
    world.clock.advance(1_440 * MINUTE);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
}

// E59, F66, C39
#[test]
fn the_api_says_expired_and_invalid_as_the_original_does() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let first = world.mailed_link().code;
    world.admin().trigger(TOM);
    let second = world.mailed_link().code;
    world.clock.advance(1_440 * MINUTE + 1);
    for (code, number, word) in [(&second, "18002", "Expired"), (&first, "18001", "Invalid")] {
        let answer = world.set_password_api(code, NEW);
        assert_eq!(answer.status, 400);
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        let expected = serde_json::json!({
            "code": number, "message": "Bad Request", "description": format!("{word} Code '{code}.'"),
        });
        assert_eq!(body, expected);
    }
}

// E61, E62
#[test]
fn an_expired_one_time_password_is_refused_at_the_login_and_the_user_stays_blocked() {
    let world = World::new(&[BY_OTP]);
    world.admin().trigger(TOM);
    let code = world.mailed_otp();
    world.clock.advance(1_440 * MINUTE + 1);
    world.assert_refused(TOM, &code);
    world.assert_refused(TOM, OLD);
    world.admin().trigger(TOM);
    let code = world.mailed_otp();
    world.redeem(&mut world.browser(), TOM, &code).form("passwordResetForm");
}

// E63
#[test]
fn the_lifetime_is_the_one_in_force_when_the_code_is_used() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.trigger(TOM);
    let link = world.mailed_link();
    world.clock.advance(10 * MINUTE);
    admin.configure(&[(EXPIRY, "5")]);
    assert!(!is_good(&world, &link.address));
    admin.configure(&[(EXPIRY, "60")]);
    assert!(is_good(&world, &link.address));
}

// E64
#[test]
fn each_tenant_has_a_lifetime_of_its_own() {
    let world = World::new(&[LINK]);
    let short = world.tenant_with_tom("short.example", &[LINK]);
    let long = world.tenant_with_tom("long.example", &[LINK]);
    short.configure(&[(EXPIRY, "1")]);
    long.configure(&[(EXPIRY, "1440")]);
    short.trigger(TOM);
    let first = world.mailed_link();
    long.trigger(TOM);
    let second = world.mailed_link();
    world.clock.advance(2 * MINUTE);
    assert!(!is_good(&world, &first.address));
    assert!(is_good(&world, &second.address));
}

// E65
#[test]
fn a_lifetime_that_is_no_number_never_breaks_a_reset() {
    for nonsense in ["abc", "0", "-5", ""] {
        let world = World::new(&[LINK]);
        let admin = world.admin();
        let payload = crate::support::caller::Caller::configurations(&[(EXPIRY, nonsense)]);
        let answer = admin.call("IdentityGovernanceAdminService", "updateConfigurations", &payload);
        assert!(matches!(answer.status, 200 | 500), "{nonsense}: {}", answer.text());
        admin.trigger(TOM);
        let link = world.mailed_link();
        // The default is in force.
        world.clock.advance(1_440 * MINUTE);
        let mut browser = world.browser();
        let page = browser.visit(&link.address);
        let answer = browser.choose(&page, NEW);
        assert!(answer.text().contains("Updated the password successfully"), "{nonsense}: {}", answer.text());
    }
}

// decision 18
#[test]
fn an_expired_offline_code_does_not_open_the_reset_page() {
    let world = World::new(&[OFFLINE]);
    world.admin().trigger(TOM);
    let code = world.admin().single_claim(TOM, OTP).unwrap();
    world.clock.advance(1_440 * MINUTE + 1);
    world.assert_refused(TOM, &code);
    assert_eq!(world.set_password_api(&code, NEW).status, 400);
}
