//! K. What stands in the mails.

use crate::support::caller::{GIVEN_NAME, MAIL};
use crate::support::smtp_sink::Fault;
use crate::support::visitor::parameter;
use crate::support::visitor::{Browser, Page};
use crate::support::world::{BY_OTP, LINK, Link, NEW, OLD, TOM, World};
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

/// The administrator's browser at the mail queue of the console.
fn mail_queue(world: &World) -> (Browser, Page) {
    let mut browser = world.browser();
    let login = browser.visit("/carbon/mails");
    let sent =
        browser.submit(&login, &login.form("loginForm"), &[("username", "admin"), ("password", "admin")]);
    let page = browser.follow(&sent);
    assert!(page.address.ends_with("/carbon/mails"), "{}", page.address);
    (browser, page)
}

/// Presses "Send now" of the newest mail; what the console says to it.
fn send_now(browser: &mut Browser, queue: &Page, id: &str) -> Page {
    let token = queue.form("signOut").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let sent = browser.post("/carbon/mails/retry", &[("csrf", &token), ("id", id)]);
    browser.follow(&sent)
}

/// Waits until the mail server has refused the newest mail.
fn refused(world: &World) -> String {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let newest = world.stored("SELECT state || ' ' || id FROM outbox ORDER BY id DESC LIMIT 1");
        if let Some(id) = newest.strip_prefix("failed ") {
            return id.to_owned();
        }
        assert!(std::time::Instant::now() < until, "{newest}");
        std::thread::yield_now();
    }
}

#[test]
fn a_mail_that_the_mail_server_refused_is_sent_from_the_console_when_that_is_mended() {
    let world = World::new(&[LINK]);
    world.sink().fail(Fault::Recipient("550 5.1.1 mailbox unavailable"));
    world.admin().trigger(TOM);
    let id = refused(&world);
    let (mut browser, queue) = mail_queue(&world);
    let text = queue.text();
    assert!(text.contains("550") && text.contains("Send now"), "{text}");
    // Mended; the code of that very mail sets the password.
    let said = send_now(&mut browser, &queue, &id).text();
    assert!(said.contains("The mail is sent now."), "{said}");
    let link = Link::of(&world.mail());
    let page = world.browser().visit(&link.address);
    assert!(world.browser().choose(&page, NEW).text().contains("Updated the password successfully"));
    assert!(world.lets_in(TOM, NEW));
    // It has been sent, and its text is gone.
    let said = send_now(&mut browser, &queue, &id).text();
    assert!(said.contains("cannot be sent any more"), "{said}");
    world.assert_no_mail();
}

#[test]
fn a_refused_mail_whose_reset_was_begun_again_is_not_sent_any_more() {
    let world = World::new(&[BY_OTP]);
    world.sink().fail(Fault::Recipient("550 5.1.1 mailbox unavailable"));
    world.admin().trigger(TOM);
    let id = refused(&world);
    assert_ne!(world.stored("SELECT body FROM outbox"), "");
    world.admin().trigger(TOM);
    let code = world.mailed_otp();
    assert_eq!(world.stored(&format!("SELECT subject || body FROM outbox WHERE id = {id}")), "");
    let (mut browser, queue) = mail_queue(&world);
    let said = send_now(&mut browser, &queue, &id).text();
    assert!(said.contains("cannot be sent any more"), "{said}");
    world.assert_no_mail();
    world.assert_refused(TOM, OLD);
    world.redeem(&mut world.browser(), TOM, &code);
}
