//! K. What stands in the mails.

use crate::support::caller::{GIVEN_NAME, MAIL};
use crate::support::visitor::parameter;
use crate::support::world::{BY_OTP, LINK, Link, TOM, World};
use soapstone::config::Template;

fn template(locale: &str, content_type: &str, subject: &str, body: &str) -> Template {
    Template {
        display: "AdminForcedPasswordReset".into(),
        locale: locale.into(),
        content_type: content_type.into(),
        subject: subject.into(),
        body: body.into(),
        footer: "-- the footer".into(),
    }
}

// K108
#[test]
fn a_missing_name_leaves_no_placeholder_behind() {
    for option in [LINK, BY_OTP] {
        let world = World::new(&[option]);
        world.admin().trigger(TOM);
        let mail = world.mail();
        let text = mail.subject() + &mail.body();
        assert!(!text.contains("{{") && !text.contains("}}"), "{text}");
        assert!(text.contains("Hello,"), "{text}");
    }
}

// K109
#[test]
fn characters_that_mean_something_to_others_mean_nothing_in_a_mail() {
    let world = World::configured(&[LINK], |settings| settings.username_pattern = r"^[\S]{3,30}$".into());
    let admin = world.admin();
    admin.add_user(
        r"a$b\c&d",
        "Odd@1234",
        &[(MAIL, "odd@example.org"), (GIVEN_NAME, r"$1 \0 {{user-name}}")],
    );
    admin.trigger(r"a$b\c&d");
    let mail = world.mail();
    assert!(mail.body().contains(r"Hello $1 \0 {{user-name}},"), "{}", mail.body());
    let link = Link::of(&mail);
    assert!(link.address.contains("username=a%24b%5Cc%26d"), "{}", link.address);
    assert_eq!(parameter(&link.address, "username").as_deref(), Some(r"a$b\c&d"));
    world.browser().visit(&link.address).form("passwordResetForm");
}

// K110
#[test]
fn a_place_is_no_locale_and_a_locale_chooses_the_language() {
    let world = World::configured(&[LINK], |settings| {
        settings.templates = vec![template(
            "fr_FR",
            "text/plain",
            "Mot de passe",
            "Bonjour {{user-name}} {{carbon.product-url}}",
        )];
    });
    let admin = world.admin();
    let locality = "http://wso2.org/claims/locality";
    for (value, french) in
        [("Colombo, LK", false), ("fr_FR", true), ("FR_fr", true), ("de_DE", false), ("<b>", false)]
    {
        admin.set_claims(TOM, &[(locality, value)]);
        admin.trigger(TOM);
        let mail = world.mail();
        assert_eq!(mail.subject() == "Mot de passe", french, "{value}: {}", mail.subject());
        if french {
            assert!(
                mail.body().starts_with(&format!("Bonjour {TOM} {}", world.public_url())),
                "{}",
                mail.body()
            );
        }
    }
}

// K111
#[test]
fn values_are_escaped_in_html_and_only_there() {
    for (content_type, expected) in [("text/html", "&lt;b&gt;x&lt;/b&gt;"), ("text/plain", "<b>x</b>")] {
        let world = World::configured(&[LINK], |settings| {
            settings.templates =
                vec![template("en_US", content_type, "Subject", "<p>{{user.claim.givenname}}</p>\n")];
        });
        world.admin().set_claims(TOM, &[(GIVEN_NAME, "<b>x</b>")]);
        world.admin().trigger(TOM);
        let mail = world.mail();
        assert!(mail.header("Content-Type").unwrap().starts_with(content_type));
        assert!(mail.body().contains(&format!("<p>{expected}</p>")), "{}", mail.body());
        assert!(mail.body().trim_end().ends_with("-- the footer"), "{}", mail.body());
    }
}

// K114
#[test]
fn names_of_any_language_arrive_as_they_are() {
    let world = World::configured(&[LINK], |settings| {
        settings.templates = vec![template(
            "en_US",
            "text/plain",
            "Für {{user.claim.givenname}}",
            "Grüße, {{user.claim.givenname}} 李雷 😀",
        )];
    });
    world.admin().set_claims(TOM, &[(GIVEN_NAME, "Зоя Ünal")]);
    world.admin().trigger(TOM);
    let mail = world.mail();
    assert_eq!(mail.subject(), "Für Зоя Ünal");
    assert!(mail.body().contains("Grüße, Зоя Ünal 李雷 😀"), "{}", mail.body());
    assert!(mail.header("Content-Type").unwrap().to_lowercase().contains("utf-8"));
    assert!(mail.data.is_ascii(), "the mail travels over servers that know ASCII only");
}

// K114: a header cannot be smuggled in
#[test]
fn a_line_break_in_a_name_adds_no_header() {
    let world = World::configured(&[LINK], |settings| {
        settings.templates = vec![template("en_US", "text/plain", "For {{user.claim.givenname}}", "x")];
    });
    world.admin().set_claims(TOM, &[(GIVEN_NAME, "Tom\r\nBcc: evil@example.org\r\n\r\nbody")]);
    world.admin().trigger(TOM);
    let mail = world.mail();
    assert_eq!(mail.header("Bcc"), None);
    assert_eq!(mail.to, ["tom@example.org"]);
    assert!(mail.subject().starts_with("For Tom"), "{}", mail.subject());
}

// K115
#[test]
fn every_address_of_the_claim_gets_one_mail() {
    let world = World::new(&[LINK]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(MAIL, "a@x.example, b@x.example")]);
    admin.trigger(TOM);
    let (one, other) = (world.mail(), world.mail());
    let mut to = [one.to.concat(), other.to.concat()];
    to.sort();
    assert_eq!(to, ["a@x.example", "b@x.example"]);
    assert_eq!(Link::of(&one).code, Link::of(&other).code);
    world.assert_no_mail();
}
