//! New users who finish their accounts themselves: not forced, but by the same codes and pages.

use crate::support::visitor::piece;
use crate::support::world::{Link, NEW, World};

const ENABLE: &str = "EmailVerification.Enable";
const LOCKING: &str = "account.lock.handler.enable";
const MAIL: (&str, &str) = ("http://wso2.org/claims/emailaddress", "ann@example.org");
const ASK: &str = "http://wso2.org/claims/identity/askPassword";
const VERIFY: &str = "http://wso2.org/claims/identity/verifyEmail";
/// What the script that adds ann knows.
const FIRST: &str = "First@1234";

/// A world that takes the administrator's word for what new users do.
fn world() -> World {
    let world = World::new(&[]);
    world.admin().configure(&[(ENABLE, "true"), (LOCKING, "true")]);
    world
}

/// Adds ann, who may sign in, with a claim that asks something of her.
fn add(world: &World, claim: &str) {
    world.admin().add_user("ann", FIRST, &[MAIL, (claim, "true")]);
    world.admin().add_role("guests", &["ann"], &["/permission/admin/login"]);
}

#[test]
fn a_user_who_was_added_over_soap_chooses_his_password_by_the_mailed_link() {
    let world = world();
    add(&world, ASK);
    world.assert_refused("ann", FIRST);
    let mail = world.mail();
    assert_eq!(mail.to, ["ann@example.org"]);
    let link = Link::of(&mail);
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    assert!(browser.choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in("ann", NEW));
    world.assert_refused("ann", FIRST);
    assert!(browser.visit(&link.address).text().contains("This link is no longer valid."));
}

#[test]
fn a_user_who_confirms_his_address_presses_a_button_and_has_his_password_already() {
    let world = world();
    add(&world, VERIFY);
    world.assert_refused("ann", FIRST);
    let body = world.mail().body();
    let address = body.split_whitespace().find(|word| word.contains("/confirmregistration.do?")).unwrap();
    assert!(address.starts_with(world.public_url()), "{address}");
    let mut browser = world.browser();
    let page = browser.visit(address);
    assert!(page.text().contains("Confirm your account") && page.text().contains("ann"), "{}", page.text());
    // Whoever only looks at the link, a program that reads mails first, has confirmed nothing.
    world.assert_refused("ann", FIRST);
    let done = browser.submit(&page, &page.form("confirmForm"), &[]);
    assert!(done.text().contains("Your account is confirmed."), "{}", done.text());
    assert!(world.lets_in("ann", FIRST));
    let verified = "http://wso2.org/claims/identity/emailVerified";
    assert_eq!(world.admin().claim("ann", verified).as_deref(), Some("true"));
    for address in [address, "/accountrecoveryendpoint/confirmregistration.do?confirmation=x"] {
        assert!(world.browser().visit(address).text().contains("This link is no longer valid."));
    }
    let bare = world.browser().visit("/accountrecoveryendpoint/confirmregistration.do");
    assert!(bare.text().contains("confirmation code is missing"), "{}", bare.text());
    let code = piece(address, "confirmation").unwrap();
    assert!(world.set_password_api(code, NEW).text().contains("18001"), "the code sets no password");
}
