//! The outbox worker against a mail server that keeps what it gets and misbehaves on request.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod attempts;
mod connection;
mod message;
#[path = "../support/smtp_sink.rs"]
mod smtp_sink;
mod worker;

use smtp_sink::SmtpSink;
use soapstone::domain::clock::ManualClock;
use soapstone::domain::{Clock, Now, Secret, SecretKey};
use soapstone::mail::{Encryption, Login, Settings, Smtp, Transport, Trust, Worker};
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
        patience: Duration::from_secs(20),
    }
}

fn trusting(sink: &SmtpSink) -> Smtp {
    Smtp { trust: Trust::Authorities(vec![sink.certificate()]), ..plain(sink.port()) }
}

fn login(user: &str, password: &str) -> Option<Login> {
    Some(Login { user: user.into(), password: Secret::from(password) })
}
