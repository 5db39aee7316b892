//! H. What a new password must be like.

use crate::support::visitor::Page;
use crate::support::world::{LINK, NEW, TOM, World};

const POLICY: (&str, &str) = ("passwordPolicy.enable", "true");

/// The API's refusal and the page's, of the same password with the same code; the code stays good.
fn refused(world: &World, password: &str, status: u16, code: &str, text: &str) {
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let answer = world.set_password_api(&link.code, password);
    assert_eq!(answer.status, status, "{password}: {}", answer.text());
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((body["code"].as_str(), body["description"].as_str()), (Some(code), Some(text)));
    if status == 412 {
        assert_eq!(body["key"].as_str(), Some(link.code.as_str()));
    }
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    let again = Page { address: page.address.clone(), answer: browser.choose(&page, password) };
    assert_eq!(again.answer.status, 200);
    again.form("passwordResetForm");
    let shown = again.text().replace("&#39;", "'").replace("&amp;", "&");
    assert!(shown.contains(text), "{shown}");
    // The code was not used up, and the page that came back sends it again.
    let done = browser.choose(&again, NEW);
    assert!(done.text().contains("Updated the password successfully"), "{}", done.text());
}

// H88
#[test]
fn too_short_and_too_long_are_said_as_the_original_says_them() {
    let world = World::new(&[LINK]);
    world.admin().configure(&[POLICY]);
    refused(&world, "Ab@1", 400, "20035", "Password at least should have 6 characters");
    let world = World::new(&[LINK]);
    world.admin().configure(&[POLICY]);
    refused(&world, "Ab@1Ab@1Ab@1x", 400, "20035", "Password cannot have more than 12 characters");
}

// H89
#[test]
fn the_user_name_in_any_letter_case_is_no_password() {
    // A pattern of the store that lets three characters pass, or it would speak first.
    let world = World::configured(&[LINK], |settings| settings.password_pattern = r"^[\S]{3,30}$".into());
    world.admin().configure(&[POLICY, ("passwordPolicy.min.length", "2")]);
    refused(&world, "TOM", 400, "20035", "Cannot use the username as the password");
}

// H90
#[test]
fn the_pattern_answers_with_its_own_text() {
    let world = World::new(&[LINK]);
    let text = "'Password pattern policy violated. Password should contain a digit[0-9], a lower case letter[a-z], an \
                upper case letter[A-Z], one of !@#$%&* characters'";
    world.admin().configure(&[POLICY]);
    refused(&world, "NoDigits@", 400, "20035", text);
    let world = World::new(&[LINK]);
    world.admin().configure(&[POLICY, ("passwordPolicy.errorMsg", "Think <harder> & longer")]);
    refused_escaped(&world, "NoDigits@", "Think &lt;harder&gt; &amp; longer");
}

fn refused_escaped(world: &World, password: &str, shown: &str) {
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    let text = browser.choose(&page, password).text();
    assert!(text.contains(shown), "{text}");
}

// H91
#[test]
fn one_of_the_last_passwords_is_refused() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.configure(&[("passwordHistory.enable", "true"), ("passwordHistory.count", "5")]);
    for password in ["First@123", "Second@12", "Third@123"] {
        admin.set_password(TOM, password);
    }
    let text = "This password has been used in recent history. Please choose a different password";
    refused(&world, "First@123", 412, "22001", text);
}

// H91: only as many as the policy says
#[test]
fn a_password_older_than_the_history_is_good_again() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.configure(&[("passwordHistory.enable", "true"), ("passwordHistory.count", "2")]);
    for password in ["First@123", "Second@12", "Third@123"] {
        admin.set_password(TOM, password);
    }
    admin.trigger(TOM);
    let code = world.mailed_link().code;
    assert_eq!(world.set_password_api(&code, "First@123").status, 200);
    assert!(world.lets_in(TOM, "First@123"));
}

// H92
#[test]
fn the_stores_own_pattern_answers_with_its_configured_text() {
    let world = World::configured(&[LINK], |settings| {
        settings.password_message = "Between 5 and 30 characters, please".into();
    });
    refused(&world, "a b c d e", 400, "20035", "Between 5 and 30 characters, please");
}
