//! The worker as it runs: lanes, waking, stopping, settings.

use crate::smtp_sink::{Offer, Received, SmtpSink};
use crate::{Bench, MINUTE, START, plain};
use soapstone::mail::{Settings, SettingsError, Smtp, Transport, Trust, Worker};
use soapstone::store::{Error, Store, outbox};
use std::time::Duration;

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
