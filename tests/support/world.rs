//! A server inside the test, with a clock that the test moves and a mail server that keeps everything.

use super::caller::{Caller, LOGIN, MAIL};
use super::client::{Answer, Client, basic};
use super::smtp_sink::{Offer, Received, SmtpSink};
use super::visitor::{Browser, Page, piece};
use soapstone::config::{MailTransport, Settings};
use soapstone::domain::Now;
use soapstone::domain::clock::ManualClock;
use soapstone::transport::Server;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::runtime::Runtime;

/// A mail that has not come by then will not come.
const PATIENCE: Duration = Duration::from_secs(30);
/// When the clocks of these tests begin.
pub const START: i64 = 1_700_000_000_000;
pub const MINUTE: i64 = 60_000;

/// The three ways to force a reset.
pub const LINK: &str = "Recovery.AdminPasswordReset.RecoveryLink";
pub const BY_OTP: &str = "Recovery.AdminPasswordReset.OTP";
pub const OFFLINE: &str = "Recovery.AdminPasswordReset.Offline";
/// How long a code lives, in minutes.
pub const EXPIRY: &str = "Recovery.ExpiryTime";

/// Where the recovery API sets passwords.
pub const SET_PASSWORD: &str = "/api/identity/recovery/v0.9/set-password";
const RECOVER_PASSWORD: &str = "/api/identity/recovery/v0.9/recover-password";

/// The user of these tests, his first password and his mail address.
pub const TOM: &str = "tom";
pub const OLD: &str = "Old@1234";
pub const NEW: &str = "AbNew@123";
pub const TOMS_MAIL: &str = "tom@example.org";

/// A running server and everything around it.
pub struct World {
    server: Option<Server>,
    pub clock: Arc<ManualClock>,
    sink: Mutex<SmtpSink>,
    /// Mails that a test has looked at.
    taken: AtomicUsize,
    pub settings: Settings,
    pub folder: Folder,
    /// Kept last: everything above lives in it.
    runtime: Runtime,
}

impl World {
    /// A server with tom, who may log in and has a mail address, and with those options on.
    pub fn new(options: &[&str]) -> Self {
        Self::configured(options, |_| {})
    }

    /// The same, with settings of its own.
    pub fn configured(options: &[&str], change: impl FnOnce(&mut Settings)) -> Self {
        let world = Self::empty(change);
        let admin = world.admin();
        admin.add_user(TOM, OLD, &[(MAIL, TOMS_MAIL)]);
        admin.add_role("test role", &[TOM], &[LOGIN]);
        world.options(options);
        world
    }

    /// A server with nobody but its administrator.
    pub fn empty(change: impl FnOnce(&mut Settings)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let sink = runtime.block_on(SmtpSink::start(Offer::default()));
        let folder = Folder::new();
        let (certificate, key) = certificate();
        let mut settings = Settings {
            data_dir: folder.path().join("data"),
            https_port: 0,
            http_port: 0,
            tls_certificate: Some(certificate.to_owned()),
            tls_key: Some(key.to_owned()),
            // Tests log in more often from one address than people do.
            attempts_per_minute: 1_000_000,
            ..Settings::default()
        };
        settings.mail.transport = MailTransport::Smtp;
        settings.mail.host = Some("localhost".into());
        settings.mail.port = sink.port();
        settings.mail.from = Some("noreply@example.org".into());
        change(&mut settings);
        let clock = Arc::new(ManualClock::at(Now(START)));
        let mut world = Self {
            server: None,
            clock,
            sink: Mutex::new(sink),
            taken: AtomicUsize::new(0),
            settings,
            folder,
            runtime,
        };
        world.start();
        world
    }

    fn start(&mut self) {
        let server = self.runtime.block_on(Server::start(&self.settings, self.clock.clone()));
        self.server = Some(server.unwrap_or_else(|error| panic!("{error}")));
    }

    /// Stops the server and starts it again.
    pub fn restart(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
        self.start();
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    /// A client that trusts its certificate.
    pub fn client(&self) -> Client {
        Client::new(self.server().https(), self.server().http(), certificate().0)
    }

    /// Where browsers and mails find it.
    pub fn public_url(&self) -> &str {
        self.server().public_url()
    }

    /// The first administrator.
    pub fn admin(&self) -> Caller {
        Caller::basic(&self.client(), "admin", "admin")
    }

    /// Somebody with a password.
    pub fn caller(&self, user: &str, password: &str) -> Caller {
        Caller::basic(&self.client(), user, password)
    }

    /// Switches exactly those of the three options on.
    pub fn options(&self, on: &[&str]) {
        let value = |option| if on.contains(&option) { "true" } else { "false" };
        let values: Vec<(&str, &str)> =
            [LINK, BY_OTP, OFFLINE].into_iter().map(|option| (option, value(option))).collect();
        self.admin().configure(&values);
    }

    /// Runs a command of the real program on the data directory, beside the running server.
    pub fn command(&self, arguments: &[&str], input: &str) -> String {
        let mut child = Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .arg("--data-dir")
            .arg(&self.settings.data_dir)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A tenant with a tom of its own who has the same password and address; its administrator.
    pub fn tenant_with_tom(&self, domain: &str, options: &[&str]) -> Caller {
        self.command(&["tenant", "add", domain, "--password-stdin"], "Tenant@123");
        let admin = self.caller(&format!("admin@{domain}"), "Tenant@123");
        admin.add_user(TOM, OLD, &[(MAIL, TOMS_MAIL)]);
        admin.add_role("test role", &[TOM], &[LOGIN]);
        let values: Vec<(&str, &str)> = options.iter().map(|option| (*option, "true")).collect();
        admin.configure(&values);
        admin
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.client())
    }

    /// Whether the dashboard lets somebody in.
    pub fn lets_in(&self, user: &str, password: &str) -> bool {
        let mut browser = self.browser();
        let answer = browser.log_in(user, password);
        let page = browser.follow(&answer);
        page.address.contains("/dashboard") && browser.is_signed_in()
    }

    /// Asserts the answer to a refused login, as everybody sees it who may know nothing.
    pub fn assert_refused(&self, user: &str, password: &str) {
        let mut browser = self.browser();
        let answer = browser.log_in(user, password);
        let address = answer.location();
        assert!(
            address.ends_with(
                "&authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg=login.fail.message"
            ),
            "{address}"
        );
        assert!(!address.contains("errorCode") && !address.contains("failedUsername"), "{address}");
        let page = browser.follow(&answer);
        assert_eq!(page.answer.status, 200);
        assert!(
            page.text().contains("Login failed! Please recheck the username and password and try again."),
            "{}",
            page.text()
        );
        page.form("loginForm");
    }

    /// Logs in with a one-time password; the page it leads to.
    pub fn redeem(&self, browser: &mut Browser, user: &str, code: &str) -> Page {
        let answer = browser.log_in(user, code);
        assert!(answer.location().contains("confirmrecovery.do"), "not redeemed: {}", answer.location());
        browser.follow(&answer)
    }

    /// The next mail; waits for it.
    pub fn mail(&self) -> Received {
        let mut sink = self.sink();
        let next = async { tokio::time::timeout(PATIENCE, sink.next()).await };
        let mail = self.runtime.block_on(next).expect("a mail comes");
        self.taken.fetch_add(1, Ordering::Relaxed);
        mail
    }

    /// Asserts that no mail was made but those that the test has looked at. A mail is a row before the call that causes
    /// it is answered, so there is nothing to wait for.
    pub fn assert_no_mail(&self) {
        let made = self.stored("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sent')");
        assert_eq!(made, self.taken.load(Ordering::Relaxed).to_string(), "mails made and looked at");
    }

    /// The mail server.
    pub fn sink(&self) -> std::sync::MutexGuard<'_, SmtpSink> {
        self.sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Stops the mail server and starts one on another port, for example the old one after an outage.
    pub fn replace_sink(&self, port: u16) {
        let new = self.runtime.block_on(SmtpSink::start_on(port, Offer::default()));
        let old = std::mem::replace(&mut *self.sink(), new);
        self.runtime.block_on(old.stop());
    }

    /// The link in the next mail that has one.
    pub fn mailed_link(&self) -> Link {
        loop {
            let mail = self.mail();
            if mail.body().contains("/confirmrecovery.do?") {
                return Link::of(&mail);
            }
        }
    }

    /// The one-time password in the next mail that has one.
    pub fn mailed_otp(&self) -> String {
        loop {
            let body = self.mail().body();
            if let Some(code) = body.lines().find_map(|line| line.strip_prefix("One-time password: ")) {
                return code.trim().to_owned();
            }
        }
    }

    /// One value of the database.
    pub fn stored(&self, sql: &str) -> String {
        let database = rusqlite::Connection::open(self.settings.data_dir.join("soapstone.db")).unwrap();
        let value = database.query_row(sql, [], |row| row.get::<_, rusqlite::types::Value>(0));
        match value {
            Ok(rusqlite::types::Value::Integer(number)) => number.to_string(),
            Ok(rusqlite::types::Value::Text(text)) => text,
            Ok(rusqlite::types::Value::Null) => String::new(),
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// Rows of pending resets.
    pub fn pending(&self) -> String {
        self.stored("SELECT count(*) FROM recovery")
    }

    /// Sets a password over the recovery API, as the reset pages of the original did.
    pub fn set_password_api(&self, code: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "key": code, "password": password, "properties": [] });
        self.recovery_api(SET_PASSWORD, &body)
    }

    /// Asks for a mail to a user who forgot his password.
    pub fn forget_password(&self, user: &str) -> Answer {
        let body = serde_json::json!({ "user": { "username": user }, "properties": [] });
        self.recovery_api(RECOVER_PASSWORD, &body)
    }

    fn recovery_api(&self, path: &str, body: &serde_json::Value) -> Answer {
        let authorization = basic("admin", "admin");
        let headers = [("Content-Type", "application/json"), ("Authorization", authorization.as_str())];
        self.client().send("POST", path, &headers, body.to_string().as_bytes())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            let stopping = async { tokio::time::timeout(Duration::from_secs(20), server.stop()).await };
            let _ = self.runtime.block_on(stopping);
        }
    }
}

/// A folder of a test's own below `target`, removed when the test ends.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes an empty one.
    pub fn new() -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(uuid::Uuid::new_v4().to_string());
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The link of a mail.
#[derive(Debug, Clone)]
pub struct Link {
    pub address: String,
    pub code: String,
}

impl Link {
    /// Finds it.
    pub fn of(mail: &Received) -> Self {
        let body = mail.body();
        let found = body.split_whitespace().find(|word| word.contains("/confirmrecovery.do?"));
        let address = found.unwrap_or_else(|| panic!("no link in {body}")).to_owned();
        let code = piece(&address, "confirmation").expect("the link has a code").to_owned();
        Self { address, code }
    }
}

/// A certificate for `localhost` that all servers of this test program share; making one takes time.
pub fn certificate() -> (&'static Path, &'static Path) {
    static MADE: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    let (certificate, key) = MADE.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let file = |name: &str| {
            let name = format!("{}-{name}.pem", std::process::id());
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
        };
        let (certificate, key) = (file("certificate"), file("key"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (certificate, key)
    });
    (certificate, key)
}
