//! The walkthrough, start to end, against the real binary: HTTPS, a mail server with STARTTLS and a login, the three
//! options, and a process that is killed in the middle.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is wrong")]

mod support;

use support::browser::{is_refused, location, log_in, parameter, path_of, reset, signed_in};
use support::client::Client;
use support::installation::Installation;
use support::smtp_sink::{Offer, Received, SmtpSink};
use support::soap::{
    LOCKED, MAIL, ONE_TIME_PASSWORD, add_login_role, add_user, choose, claim, claim_of_several, fault, force,
    set_profile,
};

const ACCOUNT: (&str, &str) = ("mailer", "mail secret & more");

/// The file as it ships, with the mail server of the test in it.
fn write_adapters(folder: &std::path::Path, port: u16) {
    let shipped = std::fs::read_to_string("fixtures/config/output-event-adapters.xml").unwrap();
    let own = shipped.replace(">127.0.0.1<", ">localhost<").replace(">2525<", &format!(">{port}<"));
    assert_ne!(own, shipped);
    std::fs::write(folder.join("output-event-adapters.xml"), own).unwrap();
}

fn link_in(mail: &Received) -> String {
    let start = mail.data.find("https://").unwrap();
    mail.data[start..].split_whitespace().next().unwrap().to_owned()
}

fn code_in(mail: &Received) -> String {
    let body = mail.data.split_once("\r\n\r\n").unwrap().1;
    let code = body
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.len() == 6 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    code.unwrap().to_owned()
}

fn is_dead(client: &Client, link: &str) {
    let page = client.get(path_of(link), &[]).text();
    assert!(page.contains("no longer valid") && !page.contains("passwordResetForm"), "{page}");
    let confirmation = parameter(link, "confirmation").unwrap();
    let fields = [("confirmation", confirmation.as_str()), ("reset-password", "Again@1234")];
    let answer = client.post_form("/accountrecoveryendpoint/completepasswordreset.do", &[], &fields).text();
    assert!(answer.contains("18001") && !answer.contains("Updated the password"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tom_comes_from_a_forced_reset_to_a_new_password_in_all_three_ways() {
    let mut mail_server =
        SmtpSink::start(Offer { starttls: true, account: Some(ACCOUNT), ..Offer::default() }).await;
    let mut server = Installation::new(&["--config-dir", "conf", "--config", "soapstone.toml"]);
    std::fs::create_dir(server.folder().join("conf")).unwrap();
    write_adapters(&server.folder().join("conf"), mail_server.port());
    std::fs::write(server.folder().join("smtp.pem"), mail_server.certificate()).unwrap();
    std::fs::write(server.folder().join("soapstone.toml"), "[mail]\ntrusted_certificates = \"smtp.pem\"\n")
        .unwrap();
    server.run();
    let client = server.client().clone();

    // Tom with a mail address and a role that may log in; he signs in.
    assert_eq!(add_user(&client, "tom", "Old@1234", Some("tom@example.org")).status, 202);
    assert_eq!(add_login_role(&client, "test role", "tom").status, 202);
    signed_in(&client, "tom", "Old@1234");

    // Recovery mail.
    choose(&client, true, false, false);
    force(&client, "tom");
    assert_eq!(claim_of_several(&client, "tom", LOCKED).as_deref(), Some("true"));
    assert!(is_refused(&client, "tom", "Old@1234"));
    let mail = mail_server.next().await;
    assert!(mail.encrypted && mail.user.as_deref() == Some(ACCOUNT.0));
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("noreply@example.org", &["tom@example.org".to_owned()][..])
    );
    let link = link_in(&mail);
    let public =
        format!("https://localhost:{}/accountrecoveryendpoint/confirmrecovery.do?", client.https.port());
    assert!(link.starts_with(&public), "{link}");
    for (name, value) in
        [("userstoredomain", "PRIMARY"), ("username", "tom"), ("tenantdomain", "carbon.super")]
    {
        assert_eq!(parameter(&link, name).as_deref(), Some(value), "{}", mail.data);
    }
    let done = reset(&client, &link, "Link@1234");
    assert_eq!(done.status, 200);
    assert!(done.text().contains("Updated the password successfully"), "{}", done.text());
    assert!(is_refused(&client, "tom", "Old@1234"));
    signed_in(&client, "tom", "Link@1234");
    is_dead(&client, &link);

    // One-time password by mail.
    choose(&client, false, true, false);
    force(&client, "tom");
    let code = code_in(&mail_server.next().await);
    assert_eq!(claim(&client, "tom", ONE_TIME_PASSWORD), None, "a mailed code is not published");
    assert!(is_refused(&client, "tom", "Link@1234"));
    assert!(is_refused(&client, "tom", &code.to_lowercase()) || code.to_lowercase() == code);
    let target = location(&log_in(&client, "tom", &code));
    assert!(target.starts_with(&public), "{target}");
    assert_eq!(parameter(&target, "confirmation").as_deref(), Some(code.as_str()));
    assert!(reset(&client, &target, "Mail@1234").text().contains("Updated the password successfully"));
    signed_in(&client, "tom", "Mail@1234");
    for old in ["Link@1234", code.as_str()] {
        assert!(is_refused(&client, "tom", old));
    }
    is_dead(&client, &target);

    // One-time password handed over; the server is killed as soon as it has answered.
    choose(&client, false, false, true);
    force(&client, "tom");
    server.kill();
    server.run();
    let client = server.client().clone();
    let code = claim(&client, "tom", ONE_TIME_PASSWORD).unwrap();
    assert!(is_refused(&client, "tom", "Mail@1234"));
    let target = location(&log_in(&client, "tom", &code));
    assert!(reset(&client, &target, "Hand@1234").text().contains("Updated the password successfully"));
    signed_in(&client, "tom", "Hand@1234");
    assert_eq!(claim(&client, "tom", ONE_TIME_PASSWORD), None);
    for old in ["Old@1234", "Link@1234", "Mail@1234", code.as_str()] {
        assert!(is_refused(&client, "tom", old));
    }
    assert!(mail_server.waiting().is_empty(), "nothing is mailed in the offline option");

    // A mail that waits survives a kill; one whose change was refused is never sent.
    choose(&client, true, false, false);
    let fault = fault(&set_profile(&client, "admin", &[(support::soap::FORCE, "true")]));
    assert_eq!(
        fault,
        "Email notification sending failed. Sending email address is not configured for the user."
    );
    let port = mail_server.port();
    mail_server.stop().await;
    force(&client, "tom");
    server.kill();
    let mut mail_server =
        SmtpSink::start_on(port, Offer { starttls: true, account: Some(ACCOUNT), ..Offer::default() }).await;
    std::fs::write(server.folder().join("smtp.pem"), mail_server.certificate()).unwrap();
    server.must(&["mail", "retry"], "");
    server.run();
    let link = link_in(&mail_server.next().await);
    let port = server.client().https.port();
    assert!(link.contains("confirmation="), "{link}");
    let here = format!("https://localhost:{port}{}", path_of(&link));
    assert!(reset(server.client(), &here, "Last@1234").text().contains("Updated the password successfully"));
    signed_in(server.client(), "tom", "Last@1234");

    // A change of address in the same request is the one that counts.
    set_profile(server.client(), "tom", &[(support::soap::FORCE, "true"), (MAIL, "tom@new.example")]);
    assert_eq!(mail_server.next().await.to, ["tom@new.example".to_owned()]);

    // Nothing of all this is in the log or, readable, in the database.
    let database = std::fs::read(server.data().join("soapstone.db")).unwrap();
    let log = [server.log().into_bytes(), database].concat();
    for secret in ["Old@1234", "Link@1234", "Mail@1234", "Hand@1234", "Last@1234", &code, ACCOUNT.1] {
        let found = log.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is in the log or the database");
    }
    assert!(server.stop());
}
