//! A forced reset from the claim to the new password, with the mail travelling over SMTP.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "support/smtp_sink.rs"]
mod smtp_sink;

use smtp_sink::{Offer, SmtpSink};
use soapstone::domain::claim::{self, Changes};
use soapstone::domain::clock::ManualClock;
use soapstone::domain::credential::Credential;
use soapstone::domain::identity_provider::Setting;
use soapstone::domain::login::{self, Face, Outcome, Presented};
use soapstone::domain::recovery::{self, Hint, Presenter};
use soapstone::domain::{
    Actor, Clock, Error, Now, Policy, Realm, Secret, SecretKey, TenantId, User, forced_reset, governance,
    seed, tenant, user,
};
use soapstone::mail::{Encryption, Settings, Smtp, Transport, Trust, Worker};
use soapstone::store::{Store, aside, outbox};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

const OLD: &str = "admin";
const NEW: &str = "AbNew@123";

/// An installation whose only user is admin, who has a mail address.
struct Installation {
    directory: PathBuf,
    store: Store,
    clock: Arc<ManualClock>,
    realm: Arc<Realm>,
    admin: User,
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

impl Installation {
    async fn new(option: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("soapstone-reset-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&directory).unwrap();
        let store = Store::open(&directory).unwrap();
        let clock = Arc::new(ManualClock::at(Now(1_700_000_000_000)));
        let key = Arc::new(SecretKey::new(&SecretKey::generate().unwrap()).unwrap());
        let realm = Arc::new(Realm::new(Policy::default(), key));
        let credential = Credential::hash(&OLD.into()).unwrap();
        let (kept, now, option) = (Arc::clone(&realm), clock.now(), option.to_owned());
        let admin = store
            .write::<_, Error>(move |tx| {
                seed::first_start(tx, now, &kept, &seed::Administrator { name: "admin".into(), credential })?;
                let system = Actor::system(&tenant::by_id(tx, TenantId::SUPER)?.unwrap());
                let on = Setting { name: option, value: Some("true".into()), display_name: None };
                governance::update(tx, now, &system, &[on])?;
                user::find(tx, TenantId::SUPER, "admin")
            })
            .await
            .unwrap();
        let world = Self { directory, store, clock, realm, admin };
        world.write_claim("http://wso2.org/claims/emailaddress", "zoe@example.org").await;
        world.write_claim("http://wso2.org/claims/givenname", "Zoë").await;
        world
    }

    async fn write_claim(&self, uri: &str, value: &str) {
        let (realm, admin, now) = (Arc::clone(&self.realm), self.admin.clone(), self.clock.now());
        let mut changes = Changes::default();
        changes.set(uri, Some(value.to_owned()));
        self.store
            .write::<_, Error>(move |tx| {
                let actor = Actor::of(&tenant::by_id(tx, admin.tenant)?.unwrap(), &admin, "admin");
                claim::write(tx, now, &realm, &actor, &admin, "default", changes)
            })
            .await
            .unwrap();
    }

    fn worker(&self, port: u16) -> Worker {
        let smtp = Smtp {
            host: "localhost".into(),
            port,
            login: None,
            encryption: Encryption::Never,
            trust: Trust::Authorities(Vec::new()),
            hello_name: None,
            timeout: Duration::from_secs(20),
            patience: Duration::from_secs(20),
        };
        let settings =
            Settings { from: "noreply@example.org".into(), transport: Transport::Smtp(smtp), concurrency: 2 };
        Worker::new(self.store.clone(), self.clock.clone(), self.realm.key.clone(), settings).unwrap()
    }

    async fn login(&self, password: &str) -> Outcome {
        let (store, now, realm) = (self.store.clone(), self.clock.now(), Arc::clone(&self.realm));
        let presented = Presented { user_name: "admin".into(), password: password.into() };
        aside(move || login::attempt(&store, now, &realm, &presented, Face::Browser)).await.unwrap().unwrap()
    }

    async fn set_password(&self, code: Secret, hint: Hint) -> Result<(), u32> {
        let (store, now, realm) = (self.store.clone(), self.clock.now(), Arc::clone(&self.realm));
        aside(move || {
            recovery::set_password(&store, now, &realm, &code, &hint, &NEW.into(), &Presenter::default())
        })
        .await
        .unwrap()
        .map(|_| ())
        .map_err(|refusal| refusal.code())
    }
}

// C33 to C39, E58
#[tokio::test]
async fn the_link_in_the_mail_sets_the_new_password() {
    let world = Installation::new("Recovery.AdminPasswordReset.RecoveryLink").await;
    let mut sink = SmtpSink::start(Offer::default()).await;
    world.write_claim(forced_reset::TRIGGER, "true").await;
    assert!(matches!(world.login(OLD).await, Outcome::Refused(refusal) if refusal.code() == Some(17006)));
    world.worker(sink.port()).send_due().await.unwrap();

    let mail = sink.next().await;
    assert_eq!(mail.to, ["zoe@example.org"]);
    let body = mail.body();
    assert!(body.starts_with("Hello Zoë,\n"), "{body}");
    let link = body.lines().find(|line| line.contains("confirmrecovery.do")).unwrap();
    assert!(
        link.starts_with("https://localhost:9443/accountrecoveryendpoint/confirmrecovery.do?confirmation=")
    );
    let code = link.split_once("confirmation=").unwrap().1.split('&').next().unwrap().to_owned();
    assert_eq!(world.set_password(Secret::new(code.clone()), Hint::default()).await, Ok(()));
    assert_eq!(world.set_password(Secret::new(code), Hint::default()).await, Err(18001));
    assert!(matches!(world.login(NEW).await, Outcome::In(_)));
    assert!(matches!(world.login(OLD).await, Outcome::Refused(_)));
}

// B30, B31, D47, D48, D53
#[tokio::test]
async fn a_one_time_password_mailed_after_an_outage_leads_through_the_login_to_the_new_password() {
    let world = Installation::new("Recovery.AdminPasswordReset.OTP").await;
    let port = SmtpSink::unused_port().await;
    world.write_claim(forced_reset::TRIGGER, "true").await;
    world.worker(port).send_due().await.unwrap();
    let waiting = world.store.read(|tx| outbox::list(tx, Some("queued"), 10)).unwrap();
    assert_eq!(waiting.len(), 1, "the operator sees the mail that waits");

    let mut sink = SmtpSink::start_on(port, Offer::default()).await;
    world.clock.advance(2 * 60_000);
    world.worker(port).send_due().await.unwrap();
    let body = sink.next().await.body();
    let typed = body.split_once("One-time password: ").unwrap().1.lines().next().unwrap().trim().to_owned();
    let Outcome::Redeem(right) = world.login(&typed).await else { panic!("refused") };
    let hint = Hint {
        user_name: Some(right.user.name.clone()),
        store: Some(right.user.domain.clone()),
        tenant: Some(right.tenant.domain.clone()),
    };
    assert_eq!(world.set_password(right.code, hint).await, Ok(()));
    assert!(matches!(world.login(NEW).await, Outcome::In(_)));
}

// F66
#[tokio::test]
async fn a_second_trigger_during_an_outage_sends_the_newer_code_only() {
    let world = Installation::new("Recovery.AdminPasswordReset.RecoveryLink").await;
    let port = SmtpSink::unused_port().await;
    for _ in 0..3 {
        world.write_claim(forced_reset::TRIGGER, "true").await;
        world.worker(port).send_due().await.unwrap();
    }
    let mut sink = SmtpSink::start_on(port, Offer::default()).await;
    world.clock.advance(2 * 60_000);
    world.worker(port).send_due().await.unwrap();
    let body = sink.next().await.body();
    assert!(sink.waiting().is_empty());
    let code: String = body.split_once("confirmation=").unwrap().1.chars().take(36).collect();
    assert_eq!(world.set_password(Secret::new(code), Hint::default()).await, Ok(()));
}
