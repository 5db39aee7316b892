//! How the worker speaks to a mail server: encryption, certificates, logins.

use crate::smtp_sink::{Fault, Offer, SmtpSink};
use crate::{Bench, MINUTE, START, login, plain, trusting};
use soapstone::mail::{Encryption, Smtp, Transport, Trust};

#[tokio::test]
async fn a_mail_goes_out_over_starttls_with_a_login_and_its_text_is_blanked() {
    let bench = Bench::new().await;
    let offer = Offer { starttls: true, account: Some(("mailer", "s3cret")), ..Offer::default() };
    let mut sink = SmtpSink::start(offer).await;
    let id = bench.queue("tom@example.org", "Reset", "code 4711\n").await;
    assert!(!bench.text(id).contains("4711"), "the text is sealed while it waits");

    let settings =
        Smtp { encryption: Encryption::Required, login: login("mailer", "s3cret"), ..trusting(&sink) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();

    let mail = sink.next().await;
    assert!(mail.encrypted);
    assert_eq!(mail.user.as_deref(), Some("mailer"));
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("noreply@example.org", &["tom@example.org".to_owned()][..])
    );
    assert_eq!((mail.subject().as_str(), mail.body().trim_end()), ("Reset", "code 4711"));
    assert_eq!(mail.header("From").unwrap(), "Soapstone <noreply@example.org>");
    let state = bench.state(id);
    assert_eq!((state.state.as_str(), state.attempts, state.finished_at), ("sent", 1, Some(START)));
    assert_eq!(bench.text(id), "");
}

// K113
#[tokio::test]
async fn without_a_configured_user_there_is_no_login() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer { starttls: true, ..Offer::default() }).await;
    bench.queue("tom@example.org", "s", "b").await;
    bench.worker(Transport::Smtp(trusting(&sink))).send_due().await.unwrap();
    let mail = sink.next().await;
    assert!(mail.encrypted, "STARTTLS is used when it is offered");
    assert_eq!(mail.user, None);
    assert!(sink.logins().is_empty());
}

#[tokio::test]
async fn a_server_that_offers_no_login_is_not_asked_for_one() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { login: login("mailer", "s3cret"), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    let mail = sink.next().await;
    assert!(!mail.encrypted && mail.user.is_none());
}

#[tokio::test]
async fn a_login_that_the_server_does_not_offer_is_told_where_it_is_missed() {
    let bench = Bench::new().await;
    let offer = Offer { account: Some(("mailer", "s3cret")), login_of_others: true, ..Offer::default() };
    let mut sink = SmtpSink::start(offer).await;
    let id = bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { login: login("mailer", "s3cret"), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    assert!(sink.waiting().is_empty() && sink.logins().is_empty());
    let error = bench.state(id).last_error.unwrap();
    assert!(error.contains("530") && error.contains("offers neither PLAIN nor LOGIN"), "{error}");
}

#[tokio::test]
async fn a_server_with_the_old_login_only_is_served() {
    let bench = Bench::new().await;
    let offer = Offer { account: Some(("mailer", "s3cret")), login_only: true, ..Offer::default() };
    let mut sink = SmtpSink::start(offer).await;
    bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { login: login("mailer", "s3cret"), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    assert_eq!(sink.next().await.user.as_deref(), Some("mailer"));
}

#[tokio::test]
async fn implicit_tls_encrypts_from_the_first_byte() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer { implicit_tls: true, ..Offer::default() }).await;
    bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { encryption: Encryption::Implicit, ..trusting(&sink) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    assert!(sink.next().await.encrypted);
}

#[tokio::test]
async fn required_starttls_sends_nothing_to_a_server_without_it() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let id = bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { encryption: Encryption::Required, ..trusting(&sink) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    assert!(sink.waiting().is_empty());
    let state = bench.state(id);
    assert_eq!(state.state, "queued");
    assert!(state.last_error.unwrap().contains("STARTTLS"));
}

/// It would otherwise fill the memory until somebody ends the server.
#[tokio::test]
async fn a_server_that_never_ends_a_line_is_hung_up_on() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    sink.fail(Fault::EndlessGreeting);
    let id = bench.queue("tom@example.org", "s", "b").await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    worker.send_due().await.unwrap();
    let state = bench.state(id);
    assert_eq!(state.state, "queued");
    assert!(
        state.last_error.as_deref().unwrap().contains("an answer of more than 131072 bytes"),
        "{state:?}"
    );
    bench.clock.advance(2 * MINUTE);
    worker.send_due().await.unwrap();
    assert_eq!(sink.next().await.to, ["tom@example.org"]);
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused_unless_told_otherwise() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer { starttls: true, ..Offer::default() }).await;
    let id = bench.queue("tom@example.org", "s", "b").await;
    bench.worker(Transport::Smtp(plain(sink.port()))).send_due().await.unwrap();
    assert!(sink.waiting().is_empty());
    assert_eq!(bench.state(id).state, "queued");

    bench.clock.advance(2 * MINUTE);
    let settings = Smtp { trust: Trust::Anything, ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    assert!(sink.next().await.encrypted);
}

/// `openssl req -x509` makes the certificate of an authority, without the name that the server is reached by.
#[tokio::test]
async fn a_server_that_shows_the_very_certificate_that_was_named_is_trusted_whatever_is_in_it() {
    let bench = Bench::new().await;
    let account = Some(("mailer", "s3cret"));
    for (encryption, implicit_tls) in [(Encryption::Required, false), (Encryption::Implicit, true)] {
        let offer =
            Offer { starttls: !implicit_tls, implicit_tls, account, authority: true, ..Offer::default() };
        let mut sink = SmtpSink::start(offer).await;
        let settings = Smtp { encryption, login: login("mailer", "s3cret"), ..trusting(&sink) };
        let worker = bench.worker(Transport::Smtp(settings));
        for _ in 0..2 {
            bench.queue("tom@example.org", "s", "b").await;
            worker.send_due().await.unwrap();
            let mail = sink.next().await;
            assert!(mail.encrypted && mail.user.as_deref() == Some("mailer"), "{encryption:?}");
        }
        assert_eq!(sink.connections(), 3, "the second time it is known at once");
    }
}

/// Somebody who made one that looks the same.
#[tokio::test]
async fn no_other_certificate_is_and_nobody_else_learns_the_password() {
    let bench = Bench::new().await;
    let account = Some(("mailer", "s3cret"));
    for (encryption, implicit_tls) in [(Encryption::Required, false), (Encryption::Implicit, true)] {
        let offer =
            Offer { starttls: !implicit_tls, implicit_tls, account, authority: true, ..Offer::default() };
        let named = SmtpSink::start(offer).await;
        let mut other = SmtpSink::start(offer).await;
        let trust = Trust::Authorities(vec![named.certificate()]);
        let login = login("mailer", "s3cret");
        let settings = Smtp { encryption, login, trust, ..plain(other.port()) };
        let id = bench.queue("tom@example.org", "s", "b").await;
        bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
        assert!(other.waiting().is_empty() && other.logins().is_empty(), "{encryption:?}");
        let state = bench.state(id);
        assert_eq!(state.state, "queued");
        assert!(state.last_error.as_ref().unwrap().contains("certificate"), "{:?}", state.last_error);
    }
}

#[tokio::test]
async fn a_wrong_password_of_the_mail_account_keeps_the_mail() {
    let bench = Bench::new().await;
    let sink = SmtpSink::start(Offer { account: Some(("mailer", "s3cret")), ..Offer::default() }).await;
    let id = bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { login: login("mailer", "wrong-pw"), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    let state = bench.state(id);
    let error = state.last_error.unwrap();
    assert_eq!(state.state, "queued");
    assert!(error.contains("login") && error.contains("535") && !error.contains("wrong-pw"), "{error}");
}
