//! What becomes of a mail that does not go out at once.

use crate::smtp_sink::{Fault, Offer, SmtpSink};
use crate::{Bench, EXPIRY, MINUTE, START, plain};
use soapstone::domain::Clock;
use soapstone::mail::{Smtp, Transport};
use soapstone::store::{Error, Store, outbox};
use std::time::Duration;

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
    let settings = Smtp { patience: Duration::from_millis(200), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    let state = bench.state(id);
    assert_eq!(state.state, "queued");
    assert!(state.last_error.unwrap().contains("did not answer"));
}

/// Whoever hangs up on it sends the mail again, and it has it already.
#[tokio::test]
async fn a_server_that_is_slow_to_say_that_it_has_a_mail_is_waited_for() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    sink.fail(Fault::SlowAfterData(Duration::from_millis(600)));
    let id = bench.queue("tom@example.org", "s", "b").await;
    let settings = Smtp { timeout: Duration::from_millis(300), ..plain(sink.port()) };
    bench.worker(Transport::Smtp(settings)).send_due().await.unwrap();
    sink.next().await;
    assert_eq!((bench.state(id).state.as_str(), bench.state(id).attempts), ("sent", 1));
}

/// The machine's clock was ahead when the mail was postponed.
#[tokio::test]
async fn a_mail_does_not_wait_for_a_time_that_a_wrong_clock_had() {
    let bench = Bench::new().await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    let year = 365 * 24 * 60 * MINUTE;
    bench.clock.advance(year);
    sink.fail(Fault::Recipient("451 4.7.1 come back later"));
    let id = bench.queue("tom@example.org", "s", "b").await;
    let worker = bench.worker(Transport::Smtp(plain(sink.port())));
    worker.send_due().await.unwrap();
    assert_eq!(bench.state(id).state, "queued");
    bench.clock.advance(-year);
    worker.send_due().await.unwrap();
    assert_eq!(sink.next().await.to, ["tom@example.org"]);
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
