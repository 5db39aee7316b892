//! The outbox worker against a mail server that keeps what it gets and misbehaves on request.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/smtp_sink.rs"]
mod smtp_sink;

use smtp_sink::{Fault, Offer, Received, SmtpSink};
use soapstone::domain::clock::ManualClock;
use soapstone::domain::{Clock, Now, Secret, SecretKey};
use soapstone::mail::{Encryption, Login, Settings, SettingsError, Smtp, Transport, Trust, Worker};
use soapstone::store::outbox::{self, Listed, NewMail};
use soapstone::store::{Error, Store};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const START: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
const EXPIRY: i64 = 1_440 * MINUTE;

/// A data directory with one tenant, a clock that stands still, and a key.
struct Bench {
    directory: PathBuf,
    store: Store,
    clock: Arc<ManualClock>,
    key: Arc<SecretKey>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Bench {
    async fn new() -> Self {
        let directory = std::env::temp_dir().join(format!("soapstone-mail-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&directory).unwrap();
        let store = Store::open(&directory).unwrap();
        store
            .write::<_, Error>(|tx| {
                tx.execute(
                    "INSERT INTO tenant (id, domain, active, created_at, admin_name) \
                     VALUES (-1234, 'carbon.super', 1, 0, 'admin')",
                    &[],
                )
            })
            .await
            .unwrap();
        Self {
            directory,
            store,
            clock: Arc::new(ManualClock::at(Now(START))),
            key: Arc::new(SecretKey::new(&[7; 32]).unwrap()),
        }
    }

    /// Queues a mail as the domain does.
    async fn queue(&self, recipient: &str, subject: &str, body: &str) -> i64 {
        let message_id = format!("{}@soapstone.example", uuid::Uuid::new_v4());
        let subject = self.key.seal(&message_id, subject).unwrap();
        let body = self.key.seal(&message_id, body).unwrap();
        let recipient = recipient.to_owned();
        let created_at = self.clock.now().0;
        self.store
            .write::<_, Error>(move |tx| {
                outbox::insert(
                    tx,
                    &NewMail {
                        tenant: -1234,
                        created_at,
                        expires_at: created_at + EXPIRY,
                        template: "adminforcedpasswordreset",
                        recipient: &recipient,
                        subject: &subject,
                        body: &body,
                        content_type: "text/plain",
                        message_id: &message_id,
                        recovery: None,
                    },
                )
            })
            .await
            .unwrap()
    }

    fn worker(&self, transport: Transport) -> Worker {
        let settings = Settings { from: "Soapstone <noreply@example.org>".into(), transport, concurrency: 4 };
        Worker::new(self.store.clone(), self.clock.clone(), self.key.clone(), settings).unwrap()
    }

    fn state(&self, id: i64) -> Listed {
        let listed = self.store.read(|tx| outbox::list(tx, None, 100)).unwrap();
        listed.into_iter().find(|mail| mail.id == id).unwrap()
    }

    /// What the database still holds of the text.
    fn text(&self, id: i64) -> String {
        self.store
            .read::<_, Error>(|tx| {
                tx.one("SELECT subject || body FROM outbox WHERE id = $1", &[id.into()], "mail", |row| {
                    row.text(0)
                })
            })
            .unwrap()
    }
}

fn plain(port: u16) -> Smtp {
    Smtp {
        host: "localhost".into(),
        port,
        login: None,
        encryption: Encryption::Opportunistic,
        trust: Trust::Authorities(Vec::new()),
        hello_name: Some("client.example".into()),
        timeout: Duration::from_secs(20),
    }
}

fn trusting(sink: &SmtpSink) -> Smtp {
    Smtp { trust: Trust::Authorities(vec![sink.certificate()]), ..plain(sink.port()) }
}

fn login(user: &str, password: &str) -> Option<Login> {
    Some(Login { user: user.into(), password: Secret::from(password) })
}

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

#[tokio::test]
async fn temporary_failures_are_retried_after_one_two_and_four_minutes() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    sink.fail(Fault::Greeting("421 4.3.2 too busy"));
    sink.fail(Fault::Recipient("450 4.2.0 greylisted"));
    sink.fail(Fault::Message("451 4.3.0 try again"));
    let id = bench.queue("tom@example.org", "s", "b").await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    for (attempt, minutes, error) in [(1, 1, "421"), (2, 2, "450"), (3, 4, "451")] {
        worker.send_due().await.unwrap();
        let state = bench.state(id);
        let pause = state.due_at - bench.clock.now().0;
        assert_eq!((state.state.as_str(), state.attempts), ("queued", attempt));
        assert!((minutes * MINUTE..=minutes * MINUTE * 5 / 4).contains(&pause), "{pause}");
        assert!(state.last_error.unwrap().contains(error));
        worker.send_due().await.unwrap();
        assert_eq!(bench.state(id).attempts, attempt, "nothing happens before its time");
        bench.clock.advance(pause);
    }
    assert!(sink.waiting().is_empty());
    worker.send_due().await.unwrap();
    sink.next().await;
    assert_eq!(bench.state(id).state, "sent");
}

#[tokio::test]
async fn a_refused_recipient_is_final_and_a_refused_relay_is_not() {
    let bench = Bench::new().await;
    let sink = SmtpSink::start(Offer::default()).await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    let unknown = bench.queue("nobody@example.org", "s", "code 4711").await;
    sink.fail(Fault::Recipient("550 5.1.1 no such user"));
    worker.send_due().await.unwrap();
    let state = bench.state(unknown);
    assert_eq!((state.state.as_str(), state.finished_at), ("failed", Some(START)));
    assert!(state.last_error.unwrap().contains("550"));
    assert!(state.kept && !bench.text(unknown).contains("4711"), "the text is kept, sealed");

    let relayed = bench.queue("tom@example.org", "s", "b").await;
    sink.fail(Fault::Recipient("554 5.7.1 relay access denied"));
    worker.send_due().await.unwrap();
    assert_eq!(bench.state(relayed).state, "queued");
    sink.fail(Fault::Sender("550 5.1.8 sender refused"));
    bench.clock.advance(2 * MINUTE);
    worker.send_due().await.unwrap();
    assert_eq!(bench.state(relayed).state, "queued", "the sender is configuration");
}

#[tokio::test]
async fn a_connection_lost_after_the_text_sends_the_same_message_again() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    sink.fail(Fault::DropAfterData);
    let id = bench.queue("tom@example.org", "s", "b").await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    worker.send_due().await.unwrap();
    assert_eq!(bench.state(id).state, "queued");
    bench.clock.advance(2 * MINUTE);
    worker.send_due().await.unwrap();
    let (first, second) = (sink.next().await, sink.next().await);
    assert!(first.header("Message-ID").is_some_and(|id| id.ends_with("@soapstone.example>")));
    assert_eq!(first.data, second.data);
    assert_eq!(bench.state(id).state, "sent");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_after_the_timeout() {
    let bench = Bench::new().await;
    let sink = SmtpSink::start(Offer::default()).await;
    sink.fail(Fault::SilentAfterData);
    let id = bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { timeout: Duration::from_millis(200), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    let state = bench.state(id);
    assert_eq!(state.state, "queued");
    assert!(state.last_error.unwrap().contains("did not answer"));
}

// B30, B31
#[tokio::test]
async fn a_mail_queued_while_the_server_was_away_is_sent_after_a_restart() {
    let mut bench = Bench::new().await;
    let port = SmtpSink::unused_port().await;
    let id = bench.queue("tom@example.org", "Reset", "code").await;
    bench.worker(Transport::Smtp(plain(port))).send_due().await.unwrap();
    let state = bench.state(id);
    assert_eq!(state.state, "queued");
    assert!(
        state.last_error.unwrap().contains(&format!("localhost:{port}")),
        "the operator sees which server"
    );

    bench.store.close();
    bench.store = Store::open(&bench.directory).unwrap();
    let mut sink = SmtpSink::start_on(port, Offer::default()).await;
    bench.clock.advance(2 * MINUTE);
    bench.worker(Transport::Smtp(plain(port))).send_due().await.unwrap();
    assert_eq!(sink.next().await.subject(), "Reset");
    assert_eq!(bench.state(id).state, "sent");
}

#[tokio::test]
async fn a_refused_mail_is_sent_when_its_cause_is_mended_and_somebody_tries_again() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    let id = bench.queue("tom@example.org", "Reset", "code 4711").await;
    sink.fail(Fault::Recipient("550 5.1.1 no such user"));
    worker.send_due().await.unwrap();
    assert_eq!(bench.state(id).state, "failed");
    // By itself nothing happens, however long it takes.
    bench.clock.advance(60 * MINUTE);
    worker.send_due().await.unwrap();
    assert!(sink.waiting().is_empty());
    let again = |id: i64| {
        let (store, now) = (bench.store.clone(), bench.clock.now().0);
        async move { store.write::<_, Error>(move |tx| outbox::make_due(tx, id, now)).await.unwrap() }
    };
    assert!(again(id).await);
    let waiting = bench.state(id);
    assert_eq!((waiting.state.as_str(), waiting.finished_at, waiting.attempts), ("queued", None, 1));
    // Refused once more, and mended at last.
    sink.fail(Fault::Recipient("550 5.1.1 no such user"));
    worker.send_due().await.unwrap();
    assert!(again(id).await);
    worker.send_due().await.unwrap();
    let mail = sink.next().await;
    assert_eq!(mail.subject(), "Reset");
    assert!(mail.data.contains("code 4711"));
    let sent = bench.state(id);
    assert_eq!((sent.state.as_str(), sent.attempts, sent.kept), ("sent", 3, false));
    assert_eq!(bench.text(id), "");
    assert!(!again(id).await, "nothing is sent twice");
}

#[tokio::test]
async fn a_refused_mail_is_blanked_when_its_code_expires_or_it_is_dropped() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    let (old, dropped) =
        (bench.queue("a@example.org", "s", "b").await, bench.queue("b@example.org", "s", "b").await);
    for _ in 0..2 {
        sink.fail(Fault::Recipient("550 5.1.1 no such user"));
    }
    worker.send_due().await.unwrap();
    assert!(bench.state(old).kept && bench.state(dropped).kept);
    let drop = |id: i64| bench.store.write::<_, Error>(move |tx| outbox::drop(tx, id, START));
    assert!(drop(dropped).await.unwrap() && !drop(dropped).await.unwrap());
    let gone = bench.state(dropped);
    assert_eq!((gone.state.as_str(), gone.kept), ("dropped", false));
    bench.clock.advance(EXPIRY);
    worker.send_due().await.unwrap();
    assert!(bench.state(old).kept, "its last minute");
    bench.clock.advance(1);
    let now = START + EXPIRY + 1;
    let due = bench.store.write::<_, Error>(move |tx| outbox::make_due(tx, old, now)).await.unwrap();
    assert!(!due, "also before anybody has tidied up");
    worker.send_due().await.unwrap();
    let over = bench.state(old);
    assert_eq!((over.state.as_str(), over.kept, bench.text(old).as_str()), ("failed", false, ""));
    assert!(over.last_error.unwrap().contains("550"), "why it failed is still known");
    assert!(sink.waiting().is_empty());
}

#[tokio::test]
async fn a_mail_whose_sender_died_in_the_middle_comes_up_again() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let id = bench.queue("tom@example.org", "s", "b").await;
    // The process that took it never says what became of it.
    let hidden_until = START + 80_000;
    bench.store.write(move |tx| outbox::take_due(tx, START, hidden_until, 1)).await.unwrap();
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    worker.send_due().await.unwrap();
    assert!(sink.waiting().is_empty(), "it may still be on its way");
    bench.clock.advance(80_000);
    worker.send_due().await.unwrap();
    sink.next().await;
    assert_eq!((bench.state(id).state.as_str(), bench.state(id).attempts), ("sent", 2));
}

#[tokio::test]
async fn a_mail_is_given_up_and_blanked_when_its_code_expires() {
    let bench = Bench::new().await;
    let port = SmtpSink::unused_port().await;
    let id = bench.queue("tom@example.org", "s", "code").await;
    let worker = bench.worker(Transport::Smtp(plain(port)));
    worker.send_due().await.unwrap();
    bench.clock.advance(EXPIRY);
    worker.send_due().await.unwrap();
    assert_eq!(bench.state(id).state, "queued", "the code is good for its last minute");
    bench.clock.advance(1);
    worker.send_due().await.unwrap();
    let state = bench.state(id);
    assert_eq!(state.state, "failed");
    assert!(state.last_error.unwrap().starts_with("gave up when its code expired; last attempt: localhost:"));
    assert_eq!(bench.text(id), "");
}

// K115
#[tokio::test]
async fn mails_to_two_addresses_share_a_connection_when_one_lane_does() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    for recipient in ["a@x.org", "b@x.org"] {
        bench.queue(recipient, "s", "b").await;
    }
    let settings = Settings {
        from: "noreply@example.org".into(),
        transport: Transport::Smtp(plain(sink.port())),
        concurrency: 1,
    };
    let worker = Worker::new(bench.store.clone(), bench.clock.clone(), bench.key.clone(), settings).unwrap();
    worker.send_due().await.unwrap();
    let mut recipients: Vec<String> = sink.waiting().into_iter().flat_map(|mail: Received| mail.to).collect();
    recipients.sort();
    assert_eq!(recipients, ["a@x.org", "b@x.org"]);
    assert_eq!(sink.connections(), 1);
}

// K114
#[tokio::test]
async fn names_beyond_ascii_arrive_as_they_were_written() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let subject = "Neues Passwort für Zoë Ωμέγα – bitte gleich setzen, es eilt sehr, 你好世界";
    let body = "Grüße, Zoë\n.\nein Punkt am Zeilenanfang: siehe oben\n你好\n";
    bench.queue("tom@example.org", subject, body).await;
    bench.worker(Transport::Smtp(plain(sink.port()))).send_due().await.unwrap();
    let mail = sink.next().await;
    assert_eq!(mail.subject(), subject);
    assert_eq!(mail.body().trim_end(), body.trim_end());
    assert_eq!(mail.header("Content-Type").unwrap(), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_domain_beyond_ascii_is_written_as_every_mail_server_knows_it() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    bench.queue("Tom@b\u{fc}cher.example", "s", "b").await;
    let abroad = bench.queue("j\u{f6}rg@b\u{fc}cher.example", "s", "b").await;
    let settings = Settings {
        from: "Hilfe <noreply@\u{e4}pfel.example>".into(),
        transport: Transport::Smtp(plain(sink.port())),
        concurrency: 1,
    };
    let worker = Worker::new(bench.store.clone(), bench.clock.clone(), bench.key.clone(), settings).unwrap();
    worker.send_due().await.unwrap();
    let mail = sink.next().await;
    assert_eq!(
        (mail.from.as_str(), mail.to),
        ("noreply@xn--pfel-koa.example", vec!["Tom@xn--bcher-kva.example".to_owned()])
    );
    // What stands before the @ has no other form.
    let state = bench.state(abroad);
    assert_eq!(state.state, "failed");
    assert!(state.last_error.unwrap().contains("SMTPUTF8") && sink.waiting().is_empty());
}

#[tokio::test]
async fn many_mails_all_arrive_once_and_no_more_connections_than_lanes_are_opened() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    for number in 0..60 {
        bench.queue(&format!("u{number}@example.org"), "s", "b").await;
    }
    bench.worker(Transport::Smtp(plain(sink.port()))).send_due().await.unwrap();
    let mut recipients: Vec<String> = sink.waiting().into_iter().flat_map(|mail| mail.to).collect();
    recipients.sort();
    recipients.dedup();
    assert_eq!(recipients.len(), 60);
    assert!(sink.connections() <= 4, "{} connections", sink.connections());
}

#[tokio::test]
async fn a_running_worker_is_woken_by_the_commit_and_stops_when_told() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    let running = tokio::spawn(worker.run(async move {
        let _ = stopped.await;
    }));
    for number in 0..3 {
        let id = bench.queue("tom@example.org", &format!("mail {number}"), "b").await;
        assert_eq!(sink.next().await.subject(), format!("mail {number}"));
        assert!(bench.state(id).attempts == 1);
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    let late = bench.queue("tom@example.org", "late", "b").await;
    assert_eq!(bench.state(late).attempts, 0);
}

#[tokio::test]
async fn a_running_worker_soon_sends_what_another_process_queued_or_made_due() {
    let bench = Bench::new().await;
    // The command line works on the same data and wakes nobody in the server.
    let other = Bench {
        directory: bench.directory.clone(),
        store: Store::open(&bench.directory).unwrap(),
        clock: bench.clock.clone(),
        key: bench.key.clone(),
    };
    let mut sink = SmtpSink::start(Offer::default()).await;
    let postponed = bench.queue("tom@example.org", "postponed", "b").await;
    let later = START + 10 * MINUTE;
    bench.store.write::<_, Error>(move |tx| outbox::postpone(tx, postponed, later, "away")).await.unwrap();
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(worker.run(async move {
        let _ = stopped.await;
    }));
    // The first one wakes it, so that it has begun to wait.
    bench.queue("tom@example.org", "first", "b").await;
    assert_eq!(sink.next().await.subject(), "first");
    let soon = Duration::from_secs(10);
    other.queue("zoe@example.org", "queued", "b").await;
    let mail = tokio::time::timeout(soon, sink.next()).await.expect("soon");
    assert_eq!(mail.subject(), "queued");
    let made_due = other.store.write::<_, Error>(move |tx| outbox::make_due(tx, postponed, START));
    assert!(made_due.await.unwrap());
    let mail = tokio::time::timeout(soon, sink.next()).await.expect("soon");
    assert_eq!(mail.subject(), "postponed");
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn retrying_by_hand_makes_a_postponed_mail_due_and_dropping_blanks_it() {
    let bench = Bench::new().await;
    let port = SmtpSink::unused_port().await;
    let retried = bench.queue("a@example.org", "s", "b").await;
    let dropped = bench.queue("b@example.org", "s", "b").await;
    bench.worker(Transport::Smtp(plain(port))).send_due().await.unwrap();
    let mut sink = SmtpSink::start_on(port, Offer::default()).await;
    bench
        .store
        .write::<_, Error>(move |tx| {
            assert!(outbox::make_due(tx, retried, START)?);
            assert!(outbox::drop(tx, dropped, START)?);
            assert!(!outbox::make_due(tx, dropped, START)?, "its text is gone");
            Ok(())
        })
        .await
        .unwrap();
    bench.worker(Transport::Smtp(plain(port))).send_due().await.unwrap();
    assert_eq!(sink.next().await.to, ["a@example.org"]);
    assert!(sink.waiting().is_empty());
    assert_eq!((bench.state(dropped).state.as_str(), bench.text(dropped).as_str()), ("dropped", ""));
}

#[tokio::test]
async fn the_directory_transport_writes_one_private_file_per_mail() {
    let bench = Bench::new().await;
    let folder = bench.directory.join("mails");
    let id = bench.queue("tom@example.org", "Reset", "code 4711").await;
    bench.worker(Transport::Directory(folder.clone())).send_due().await.unwrap();
    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].extension().unwrap(), "eml");
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.contains("To: tom@example.org\r\n") && text.contains("code 4711"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
    assert_eq!(bench.state(id).state, "sent");
}

#[tokio::test]
async fn without_a_mail_server_mails_wait_and_say_why() {
    let bench = Bench::new().await;
    let id = bench.queue("tom@example.org", "s", "b").await;
    bench.worker(Transport::Unconfigured).send_due().await.unwrap();
    let state = bench.state(id);
    assert_eq!(
        (state.state.as_str(), state.last_error.as_deref()),
        ("queued", Some("no mail server is configured"))
    );
}

#[tokio::test]
async fn settings_that_cannot_work_are_said_at_once() {
    let bench = Bench::new().await;
    let make = |from: &str, transport| {
        let settings = Settings { from: from.into(), transport, concurrency: 1 };
        Worker::new(bench.store.clone(), bench.clock.clone(), bench.key.clone(), settings).map(|_| ())
    };
    assert!(matches!(make("nobody", Transport::Unconfigured), Err(SettingsError::Sender(_))));
    let bad = Smtp { trust: Trust::Authorities(vec!["no certificate".into()]), ..plain(25) };
    assert!(matches!(make("a@b.c", Transport::Smtp(bad)), Err(SettingsError::Tls(_))));
    let file = bench.directory.join("soapstone.db");
    assert!(matches!(make("a@b.c", Transport::Directory(file)), Err(SettingsError::Directory { .. })));
}
