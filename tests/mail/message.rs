//! What arrives.

use crate::smtp_sink::{Offer, SmtpSink};
use crate::{Bench, plain};
use soapstone::mail::{Settings, Transport, Worker};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

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
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&files[0]), mode(&folder)), (0o600, 0o700));
    assert_eq!(bench.state(id).state, "sent");
}
