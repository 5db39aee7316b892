//! I. Tenants and user stores.

use crate::support::caller::{LOCKED, MAIL, OTP, TRIGGER};
use crate::support::visitor::parameter;
use crate::support::world::{BY_OTP, LINK, NEW, OFFLINE, OLD, TOM, World};

// I93
#[test]
fn a_tenants_reset_works_end_to_end_and_touches_nobody_else() {
    let world = World::new(&[]);
    let admin = world.tenant_with_tom("wso2.com", &[LINK]);
    admin.trigger(TOM);
    let link = world.mailed_link();
    assert_eq!(parameter(&link.address, "tenantdomain").as_deref(), Some("wso2.com"));
    assert_eq!(parameter(&link.address, "username").as_deref(), Some(TOM));
    assert!(world.lets_in(TOM, OLD), "tom of carbon.super goes on as before");
    world.assert_refused("tom@wso2.com", OLD);
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in("tom@wso2.com", NEW));
    assert!(world.lets_in(TOM, OLD));
    world.assert_refused(TOM, NEW);
}

// I94
#[test]
fn the_super_administrator_cannot_reach_into_a_tenant() {
    let world = World::new(&[LINK]);
    let admin = world.tenant_with_tom("wso2.com", &[LINK]);
    let fault = world.admin().refused_claims("tom@wso2.com", &[(TRIGGER, "true")]);
    assert_eq!(fault.text, "UserNotFound: User tom@wso2.comdoes not exist in: PRIMARY");
    assert_ne!(admin.claim(TOM, LOCKED).as_deref(), Some("true"));
    assert!(world.lets_in("tom@wso2.com", OLD));
}

// I95
#[test]
fn a_tenants_one_time_password_is_redeemed_under_the_tenants_name() {
    let world = World::new(&[]);
    let admin = world.tenant_with_tom("wso2.com", &[BY_OTP]);
    admin.trigger(TOM);
    let code = world.mailed_otp();
    let mut browser = world.browser();
    let page = world.redeem(&mut browser, "tom@wso2.com", &code);
    assert_eq!(parameter(&page.address, "tenantdomain").as_deref(), Some("wso2.com"));
    let answer = browser.choose(&page, NEW);
    assert!(answer.text().contains("Updated the password successfully"), "{}", answer.text());
    assert!(world.lets_in("tom@WSO2.com", NEW), "the domain is compared without letter case");
}

// I96
#[test]
fn a_new_tenant_has_its_templates_at_once() {
    let world = World::empty(|_| {});
    let admin = world.tenant_with_tom("fresh.example", &[LINK]);
    admin.trigger(TOM);
    let mail = world.mail();
    assert!(mail.body().contains("tenantdomain=fresh.example"));
    assert!(!mail.subject().is_empty());
}

// I97
#[test]
fn a_user_of_a_secondary_store_is_reset_under_his_own_store() {
    let world = World::new(&[LINK]);
    // The service that adds user stores is not published yet; this is the row it would write.
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    database
        .execute("INSERT INTO user_store (tenant_id, domain, position) VALUES (-1234, 'EMP', 1)", [])
        .unwrap();
    let admin = world.admin();
    admin.add_user("EMP/tom", "Emp@1234", &[(MAIL, "emp@example.org")]);
    admin.add_role("Internal/login", &["EMP/tom"], &[crate::support::caller::LOGIN]);
    assert!(world.lets_in("EMP/tom", "Emp@1234"));
    admin.trigger("EMP/tom");
    let mail = world.mail();
    assert_eq!(mail.to, ["emp@example.org"]);
    let link = crate::support::world::Link::of(&mail);
    assert_eq!(parameter(&link.address, "userstoredomain").as_deref(), Some("EMP"));
    world.assert_refused("EMP/tom", "Emp@1234");
    assert!(world.lets_in(TOM, OLD), "tom of the primary store goes on as before");
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in("emp/tom", NEW));
    assert!(world.lets_in(TOM, OLD));
}

// I98
#[test]
fn the_letter_case_of_a_user_name_makes_no_other_user() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    admin.trigger("TOM");
    world.assert_refused(TOM, OLD);
    assert_eq!(admin.claim("Tom", LOCKED).as_deref(), Some("true"));
    let code = admin.single_claim("tOm", OTP).unwrap();
    let mut browser = world.browser();
    let page = world.redeem(&mut browser, "toM", &code);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in(TOM, NEW));
}

// I99
#[test]
fn a_deactivated_tenant_keeps_its_pending_resets_until_it_is_active_again() {
    let world = World::new(&[]);
    let admin = world.tenant_with_tom("wso2.com", &[LINK]);
    admin.trigger(TOM);
    let link = world.mailed_link();
    world.command(&["tenant", "deactivate", "wso2.com"], "");
    world.assert_refused("tom@wso2.com", OLD);
    assert_ne!(world.set_password_api(&link.code, NEW).status, 200);
    world.command(&["tenant", "activate", "wso2.com"], "");
    world.assert_refused("tom@wso2.com", NEW);
    assert_eq!(world.set_password_api(&link.code, NEW).status, 200);
    assert!(world.lets_in("tom@wso2.com", NEW));
}
