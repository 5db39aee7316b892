use super::*;
use crate::domain::fixture::*;

const GIVEN: &str = GIVEN_NAME;

/// Tom in reset by a link, after these claims were written; his mails.
fn mails_with(claims: &[(&str, Option<&str>)]) -> Vec<Mail> {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    world.claims(&tom, claims).unwrap();
    world.trigger(&tom).unwrap();
    world.all_mails()
}

/// A template of the forced reset, saved by an administrator.
fn save(world: &World, locale: &str, content_type: &str, subject: &str, body: &str) {
    let template = Template {
        display: "AdminForcedPasswordReset".into(),
        locale: locale.into(),
        content_type: content_type.into(),
        subject: subject.into(),
        body: body.into(),
        footer: "|footer".into(),
    };
    world.write(move |tx| {
        let admin = admin(tx, SUPER)?;
        template::save(tx, START, &admin, &template).unwrap();
        Ok(())
    });
}

// C35
#[test]
fn the_mail_holds_one_link_to_the_configured_address() {
    let world = World::with(|policy| policy.public_url = "https://id.example.org:8443/".into());
    let tom = world.find("tom");
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    let mail = &world.mails(&tom)[0];
    assert_eq!(mail.body.matches("://").count(), 1);
    let link = mail.body.lines().find(|line| line.contains("://")).unwrap();
    let code = mail.code();
    assert_eq!(
        link,
        format!(
            "https://id.example.org:8443/accountrecoveryendpoint/confirmrecovery.do?confirmation={}\
             &userstoredomain=PRIMARY&username=tom&tenantdomain=carbon.super",
            code.reveal()
        )
    );
    assert_eq!(mail.expires_at, START.plus_minutes(1_440).0, "no attempt after the code has expired");
}

// K108
#[test]
fn a_missing_given_name_leaves_a_neutral_greeting() {
    let mail = &mails_with(&[])[0];
    assert!(mail.body.starts_with("Hello,\n") && !mail.body.contains("{{") && !mail.subject.contains("{{"));
    assert!(mails_with(&[(GIVEN, Some("Thomas"))])[0].body.starts_with("Hello Thomas,\n"));
}

// K109
#[test]
fn a_user_name_with_special_characters_is_put_in_literally_and_encoded_in_the_link() {
    let world = World::new();
    let odd = world.user(r"a$b\c");
    world.set(LINK, "true");
    world.trigger(&odd).unwrap();
    let body = &world.all_mails()[0].body;
    assert!(body.contains(r"your account a$b\c.") && body.contains("&username=a%24b%5Cc&"), "{body}");
}

// K110
#[test]
fn the_locality_chooses_the_template_only_if_it_is_a_locale_that_has_one() {
    const LOCALITY_CLAIM: &str = LOCALITY;
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    save(&world, "fr_FR", "text/plain", "Nouveau mot de passe", "code {{confirmation-code}}");
    for (locality, french) in
        [("fr_FR", true), (" fr_FR ", true), ("Colombo, LK", false), ("de_DE", false), ("f|r<>", false)]
    {
        world.claims(&tom, &[(LOCALITY_CLAIM, Some(locality))]).unwrap();
        world.trigger(&tom).unwrap();
        assert_eq!(world.mails(&tom)[0].subject == "Nouveau mot de passe", french, "{locality}");
    }
}

// K111
#[test]
fn values_are_escaped_in_html_templates_and_never_in_the_subject() {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    save(&world, "en_US", "text/html", "For {{user.claim.givenname}}", "<p>{{user.claim.givenname}}</p>");
    world.claims(&tom, &[(GIVEN, Some("<b>x</b>"))]).unwrap();
    world.trigger(&tom).unwrap();
    let mail = &world.mails(&tom)[0];
    assert_eq!(
        (mail.subject.as_str(), mail.body.as_str(), mail.content_type.as_str()),
        ("For <b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>|footer", "text/html")
    );
}

#[test]
fn a_subject_stays_one_line() {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    save(&world, "en_US", "text/plain", "For {{user.claim.givenname}}", "b");
    world.claims(&tom, &[(GIVEN, Some("x\r\nBcc: all@example.org"))]).unwrap();
    world.trigger(&tom).unwrap();
    assert_eq!(world.mails(&tom)[0].subject, "For x  Bcc: all@example.org");
}

// K112
#[test]
fn an_edited_template_is_used_for_the_next_mail() {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    save(
        &world,
        "en_US",
        "text/plain",
        "{{TEMPLATE_TYPE}}",
        "{{userstore-domain}}/{{user-name}}@{{tenant-domain}} {{user.claim.identity.accountLocked}} {{nothing}}",
    );
    world.trigger(&tom).unwrap();
    let mail = &world.mails(&tom)[0];
    assert_eq!(mail.subject, "adminforcedpasswordreset");
    assert_eq!(mail.body, "PRIMARY/tom@carbon.super |footer");
}

// K115
#[test]
fn every_address_of_the_claim_gets_one_mail() {
    let recipients = |claim: &str| {
        let mails = mails_with(&[(MAIL, Some(claim))]);
        mails.into_iter().map(|mail| mail.recipient).collect::<Vec<_>>()
    };
    assert_eq!(recipients("a@x.org,b@x.org"), ["a@x.org", "b@x.org"]);
    assert_eq!(recipients(" a@x.org , ,b@x.org,a@x.org,"), ["a@x.org", "b@x.org"]);
}

#[test]
fn message_ids_carry_the_public_host() {
    for (url, expected) in [
        ("https://id.example.org:9443", "id.example.org"),
        ("https://id.example.org/x", "id.example.org"),
        ("https://[::1]:9443", "[::1]"),
        ("", "localhost"),
    ] {
        assert_eq!(host(url), expected);
    }
}

#[test]
fn claims_are_named_by_what_follows_the_last_dot() {
    for (placeholder, uri) in [
        ("user.claim.givenname", Some("http://wso2.org/claims/givenname")),
        ("user.claim.a.b.lastname", Some("http://wso2.org/claims/lastname")),
        ("user.claim.identity.accountLocked", Some("http://wso2.org/claims/identity/accountLocked")),
        ("user-name", None),
    ] {
        assert_eq!(claim_of(placeholder).as_deref(), uri);
    }
}

fn draft(body: &str) -> Template {
    Template {
        display: "My Type".into(),
        locale: "en_US".into(),
        content_type: "text/html".into(),
        subject: "To {{user-name}}".into(),
        body: body.into(),
        footer: "|footer".into(),
    }
}

#[test]
fn a_preview_fills_in_the_viewers_own_values_and_a_code_that_is_good_for_nothing() {
    let world = World::new();
    let admin = world.find("admin");
    world.claims(&admin, &[(GIVEN, Some("<Ada>"))]).unwrap();
    let template = draft("<p>{{user.claim.givenname}} {{confirmation-code}} {{tenant-domain}}</p>");
    let shown = world.read(|tx| preview(tx, &world.realm, &admin, &template));
    assert_eq!(shown.subject, "To admin");
    assert_eq!(shown.body, "<p>&lt;Ada&gt; SAMPLE-CODE carbon.super</p>|footer");
    assert!(shown.is_html && world.all_mails().is_empty());
}

#[test]
fn a_trial_goes_to_who_asked_for_it_and_to_nobody_without_an_address() {
    let world = World::new();
    let try_it = |user: User| {
        let (realm, now) = (world.realm.clone(), world.now());
        world.store.write_blocking(move |tx| try_out(tx, now, &realm, &user, &draft("{{confirmation-code}}")))
    };
    assert_eq!(try_it(world.find("admin")).unwrap(), ["admin@example.org"]);
    let mail = &world.all_mails()[0];
    assert_eq!((mail.template.as_str(), mail.recipient.as_str()), ("mytype", "admin@example.org"));
    assert_eq!(mail.body, "SAMPLE-CODE|footer");
    let tom = world.find("tom");
    world.claims(&tom, &[(MAIL, Some(""))]).unwrap();
    assert!(try_it(tom).unwrap_err().to_string().contains("email address is not configured"));
    assert_eq!(world.all_mails().len(), 1);
}

#[test]
fn nobody_has_a_crowd_written_to() {
    let many: Vec<String> = (0..1_000).map(|number| format!("a{number}@example.org")).collect();
    let sent = mails_with(&[(EMAIL_ADDRESS, Some(&many.join(",")))]);
    let to: Vec<&str> = sent.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(to, many[..10]);
}
