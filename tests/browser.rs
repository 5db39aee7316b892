//! The pages in a real browser: Chromium without scripts, from the keyboard, on a telephone, and before a foreign form.
//!
//! Needs Node.js, Chromium, and in `target/browser` the packages playwright-core and axe-core, as `.ci/run` installs them.
//! Pictures go to `target/screenshots`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is wrong"
)]

#[path = "browser/account.rs"]
mod account;
#[path = "browser/chapter.rs"]
mod chapter;
#[path = "browser/console.rs"]
mod console;
#[path = "browser/settings.rs"]
mod settings;
mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use support::client::Client;
use support::installation::Installation;
use support::smtp_sink::{Offer, SmtpSink};
use support::soap::{ONE_TIME_PASSWORD, add_login_role, add_user, choose, claim, force, set_profile};

const FAILED: &str = "Login failed! Please recheck the username and password and try again.";

/// Begins a login without the page that scripts press a button on.
const BEGIN: &str = "/commonauth?relyingParty=wso2.my.dashboard";

/// A browser; it closes when dropped.
struct Chromium {
    driver: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Chromium {
    /// Starts it; `None`, with the reason told, where an outside program is missing.
    fn start(certificate: &Path) -> Option<Self> {
        let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into());
        let missing = [
            chromium.as_str(),
            "target/browser/node_modules/playwright-core",
            "target/browser/node_modules/axe-core",
        ]
        .into_iter()
        .find(|path| !Path::new(path).exists());
        let node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
        if let Some(why) = missing.or((!node).then_some("node")) {
            let why = format!("needs {why}: see .ci/run");
            assert!(std::env::var_os("SOAPSTONE_TEST_ALL").is_none(), "{why}");
            eprintln!("skipped: {why}");
            return None;
        }
        std::fs::create_dir_all("target/screenshots").unwrap();
        let mut driver = Command::new("node")
            .args(["tests/browser/driver.mjs", "target/browser"])
            .arg(certificate)
            .arg("target/screenshots")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commands = driver.stdin.take().unwrap();
        let answers = BufReader::new(driver.stdout.take().unwrap()).lines();
        Some(Self { driver, commands, answers })
    }

    fn tell(&mut self, command: Value) -> Value {
        writeln!(self.commands, "{command}").unwrap();
        let line = self.answers.next().expect("the driver answers").unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        if let Some(error) = answer.get("error") {
            panic!("{error}");
        }
        answer.get("value").unwrap().clone()
    }

    fn ask(&mut self, command: &str) -> String {
        self.tell(json!({ "command": command })).as_str().unwrap().to_owned()
    }

    /// A fresh browser whose pages run no scripts.
    fn fresh(&mut self) {
        self.tell(json!({ "command": "start", "scripts": false }));
    }

    fn open(&mut self, address: &str) -> u64 {
        self.tell(json!({ "command": "open", "address": address })).as_u64().unwrap()
    }

    fn fill(&mut self, label: &str, value: &str) {
        self.tell(json!({ "command": "fill", "label": label, "value": value }));
    }

    fn follow(&mut self, link: &str) {
        self.tell(json!({ "command": "follow", "link": link }));
    }

    fn tick(&mut self, label: &str) {
        self.tell(json!({ "command": "check", "label": label }));
    }

    fn press(&mut self, button: &str) {
        self.tell(json!({ "command": "press", "button": button }));
    }

    fn picture(&mut self, name: &str) {
        self.tell(json!({ "command": "picture", "name": name }));
    }

    fn shows(&mut self, text: &str) {
        let page = self.ask("text");
        assert!(page.contains(text), "{text} is not on the page:\n{page}");
    }

    /// Fills the login form that is open.
    fn sign_in(&mut self, user: &str, password: &str) {
        self.fill("Username", user);
        self.fill("Password", password);
        self.press("Sign in");
    }

    /// Presses what a script would press while messages go between the dashboard and the identity provider.
    fn go_on(&mut self) {
        while self.ask("text").contains("If nothing happens, press Continue.") {
            self.press("Continue");
        }
    }

    /// Fills the reset form that is open.
    fn choose_password(&mut self, password: &str) {
        self.fill("Enter New Password", password);
        self.fill("Confirm Password", password);
        self.press("Submit");
    }

    /// Everything the browser complained about so far, such as violations of the content security policy.
    fn complaints(&mut self) -> Vec<String> {
        serde_json::from_value(self.tell(json!({ "command": "problems" }))).unwrap()
    }

    fn barriers(&mut self) -> Vec<String> {
        serde_json::from_value(self.tell(json!({ "command": "barriers" }))).unwrap()
    }

    fn is_wide(&mut self) -> bool {
        self.tell(json!({ "command": "wide" })).as_bool().unwrap()
    }
}

/// An installation with tom, whose mails arrive here.
struct House {
    server: Installation,
    mails: SmtpSink,
    chromium: Chromium,
}

impl Drop for House {
    /// What the server saw of a test that failed.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.server.log();
            let from = log.lines().count().saturating_sub(30);
            let last: Vec<&str> = log.lines().skip(from).collect();
            eprintln!(
                "the server, {}:\n{}",
                if self.server.is_up() { "up" } else { "down" },
                last.join("\n")
            );
        }
    }
}

impl House {
    async fn open() -> Option<Self> {
        let house = Self::bare().await?;
        assert_eq!(add_user(house.server.client(), "tom", "Old@1234", Some("tom@example.org")).status, 202);
        assert_eq!(add_login_role(house.server.client(), "test role", "tom").status, 202);
        Some(house)
    }

    /// With nobody but the administrator.
    async fn bare() -> Option<Self> {
        let mails = SmtpSink::start(Offer::default()).await;
        let mut server = Installation::new(&["--config", "soapstone.toml"]);
        let settings = format!("[mail]\nhost = \"localhost\"\nport = {}\n", mails.port());
        std::fs::write(server.folder().join("soapstone.toml"), settings).unwrap();
        server.run();
        let chromium = Chromium::start(&server.data().join("tls-cert.pem"))?;
        Some(Self { server, mails, chromium })
    }

    fn client(&self) -> Client {
        self.server.client().clone()
    }

    fn address(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.server.client().https.port())
    }

    /// The first word of the next mail that looks right.
    async fn mailed(&mut self, is_right: impl Fn(&str) -> bool) -> String {
        let body = self.mails.next().await.body();
        body.split_whitespace().find(|word| is_right(word)).unwrap_or_else(|| panic!("{body}")).to_owned()
    }

    async fn link(&mut self) -> String {
        self.mailed(|word| word.starts_with("https://")).await
    }

    async fn code(&mut self) -> String {
        self.mailed(|word| {
            word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tom_gets_in_again_by_link_by_mailed_code_and_by_code_from_the_administrator() {
    let Some(mut house) = House::open().await else { return };
    let (client, dashboard) = (house.client(), house.address("/dashboard"));
    house.chromium.fresh();
    house.chromium.open(&dashboard);
    house.chromium.press("Continue");
    house.chromium.picture("login");
    house.chromium.sign_in("tom", "Old@1234");
    house.chromium.press("Continue");
    assert_eq!(house.chromium.ask("address"), dashboard);
    house.chromium.shows("tom@example.org");
    house.chromium.picture("dashboard");

    // The recovery mail. The session that was open ends with it.
    choose(&client, true, false, false);
    force(&client, "tom");
    let link = house.link().await;
    let chromium = &mut house.chromium;
    chromium.open(&dashboard);
    chromium.press("Continue");
    chromium.sign_in("tom", "Old@1234");
    chromium.shows(FAILED);
    chromium.picture("login-refused");
    // The link is opened in the mail program's browser, which has never been here.
    chromium.fresh();
    assert_eq!(chromium.open(&link), 200);
    chromium.picture("reset");
    chromium.fill("Enter New Password", "Link@1234");
    chromium.fill("Confirm Password", "Lonk@1234");
    chromium.press("Submit");
    chromium.shows("Passwords did not match. Please try again.");
    chromium.picture("reset-refused");
    chromium.choose_password("Link@1234");
    chromium.shows("Updated the password successfully");
    chromium.picture("reset-done");
    chromium.tell(json!({ "command": "follow", "link": "Go to my account" }));
    chromium.press("Continue");
    chromium.sign_in("tom", "Old@1234");
    chromium.shows(FAILED);
    chromium.sign_in("tom", "Link@1234");
    chromium.press("Continue");
    assert_eq!(chromium.ask("address"), dashboard);
    chromium.open(&link);
    chromium.shows("This link is no longer valid.");
    chromium.picture("link-used");

    // The mailed code, typed into the login form, leads to the reset page.
    choose(&client, false, true, false);
    force(&client, "tom");
    let code = house.code().await;
    resets_with_a_code(&mut house.chromium, &dashboard, &code, "Link@1234", "Otp@12345");

    // The code that the administrator reads out.
    choose(&client, false, false, true);
    force(&client, "tom");
    let code = claim(&client, "tom", ONE_TIME_PASSWORD).unwrap();
    resets_with_a_code(&mut house.chromium, &dashboard, &code, "Otp@12345", "Hand@1234");
    assert_eq!(house.chromium.complaints(), Vec::<String>::new());
}

fn resets_with_a_code(chromium: &mut Chromium, dashboard: &str, code: &str, old: &str, new: &str) {
    chromium.fresh();
    chromium.open(dashboard);
    chromium.press("Continue");
    chromium.sign_in("tom", old);
    chromium.shows(FAILED);
    // The same form again, now with the code.
    chromium.sign_in("tom", code);
    let address = chromium.ask("address");
    assert!(address.contains("/accountrecoveryendpoint/confirmrecovery.do?"), "{address}");
    assert!(!address.contains("confirmation="), "the code does not stay there: {address}");
    chromium.choose_password(new);
    chromium.shows("Updated the password successfully");
    chromium.tell(json!({ "command": "follow", "link": "Go to my account" }));
    chromium.press("Continue");
    for refused in [old, code] {
        chromium.sign_in("tom", refused);
        chromium.shows(FAILED);
    }
    chromium.sign_in("tom", new);
    chromium.press("Continue");
    assert_eq!(chromium.ask("address"), dashboard);
    chromium.press("Sign out");
    chromium.open(dashboard);
    chromium.press("Continue");
    chromium.shows("Sign in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_on_the_pages_shuts_anybody_out() {
    let Some(mut house) = House::open().await else { return };
    choose(&house.client(), true, false, false);
    for (dark, suffix) in [(false, ""), (true, "-dark")] {
        assert_eq!(
            set_profile(
                &house.client(),
                "tom",
                &[("http://wso2.org/claims/identity/adminForcedPasswordReset", "false")]
            )
            .status,
            202
        );
        house.client().admin(
            "RemoteUserStoreManagerService",
            "updateCredentialByAdmin",
            "<s:updateCredentialByAdmin xmlns:s=\"http://service.ws.um.carbon.wso2.org\"><s:userName>tom</s:userName>\
             <s:newCredential>Old@1234</s:newCredential></s:updateCredentialByAdmin>",
        );
        let login = house.address(BEGIN);
        // The width of a small telephone.
        house.chromium.tell(json!({ "command": "start", "dark": dark, "width": 320, "height": 640 }));
        let check = |chromium: &mut Chromium, name: &str| {
            assert_eq!(chromium.barriers(), Vec::<String>::new(), "{name}{suffix}");
            assert!(!chromium.is_wide(), "{name} has to be scrolled sideways");
            assert!(!chromium.ask("title").is_empty());
            chromium.picture(&format!("{name}-telephone{suffix}"));
        };
        house.chromium.open(&login);
        check(&mut house.chromium, "login");
        house.chromium.sign_in("tom", "Wrong@123");
        check(&mut house.chromium, "login-refused");
        house.chromium.sign_in("tom", "Old@1234");
        check(&mut house.chromium, "dashboard");
        force(&house.client(), "tom");
        let link = house.link().await;
        house.chromium.open(&link);
        check(&mut house.chromium, "reset");
        house.chromium.choose_password("a");
        check(&mut house.chromium, "reset-refused");
        house.chromium.choose_password("New@1234");
        check(&mut house.chromium, "reset-done");
        house.chromium.open(&link);
        check(&mut house.chromium, "link-used");
        assert_eq!(house.chromium.complaints(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_forms_are_filled_from_the_keyboard_and_read_out_in_order() {
    let Some(mut house) = House::open().await else { return };
    choose(&house.client(), false, true, false);
    force(&house.client(), "tom");
    let (code, login) = (house.code().await, house.address(BEGIN));
    let chromium = &mut house.chromium;
    chromium.tell(json!({ "command": "start" }));
    chromium.open(&login);
    // The first field has the focus; nothing but typing, the tabulator and Enter.
    let types =
        |chromium: &mut Chromium, text: &str| drop(chromium.tell(json!({ "command": "type", "text": text })));
    let tab = |chromium: &mut Chromium| drop(chromium.tell(json!({ "command": "key", "name": "Tab" })));
    let enter = |chromium: &mut Chromium| {
        drop(chromium.tell(json!({ "command": "key", "name": "Enter", "loads": true })))
    };
    assert_eq!(chromium.ask("focus"), "username");
    types(chromium, "tom");
    tab(chromium);
    assert_eq!(chromium.ask("focus"), "password");
    types(chromium, "Old@1234");
    enter(chromium);
    let spoken = chromium.ask("spoken");
    assert!(spoken.contains("alert") && spoken.contains(FAILED), "{spoken}");
    chromium.fill("Username", "tom");
    tab(chromium);
    types(chromium, &code);
    enter(chromium);
    assert_eq!(chromium.ask("focus"), "reset-password");
    types(chromium, "Keys@1234");
    tab(chromium);
    types(chromium, "Keys@1234");
    enter(chromium);
    let spoken = chromium.ask("spoken");
    assert!(spoken.contains("status") && spoken.contains("Updated the password successfully"), "{spoken}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_on_another_site_signs_nobody_in_and_nobody_out() {
    let Some(mut house) = House::open().await else { return };
    let (dashboard, target) = (house.address("/dashboard"), house.address("/commonauth"));
    assert_eq!(add_user(house.server.client(), "mallory", "Evil@1234", None).status, 202);
    assert_eq!(add_login_role(house.server.client(), "evil role", "mallory").status, 202);
    let key = support::browser::login_key(&house.client());
    let form = format!(
        "<main><form method=\"post\" action=\"{target}\"><input name=\"username\" value=\"mallory\"><input name=\"password\" \
         value=\"Evil@1234\"><input name=\"sessionDataKey\" value=\"{key}\"><button>Win a prize</button></form></main>"
    );
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.tell(json!({ "command": "content", "html": form }));
    chromium.press("Win a prize");
    chromium.open(&dashboard);
    chromium.press("Continue");
    chromium.shows("Sign in");

    chromium.sign_in("tom", "Old@1234");
    chromium.press("Continue");
    let out = house.address("/dashboard/logout");
    let form =
        format!("<main><form method=\"post\" action=\"{out}\"><button>Win a prize</button></form></main>");
    let chromium = &mut house.chromium;
    chromium.tell(json!({ "command": "tab" }));
    chromium.tell(json!({ "command": "content", "html": form }));
    chromium.press("Win a prize");
    chromium.open(&dashboard);
    chromium.shows("tom@example.org");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_stay_in_the_browser_that_opened_them_and_end_with_it() {
    let Some(mut house) = House::open().await else { return };
    let dashboard = house.address("/dashboard");
    // By its number the server sends the browser on to its name, and the login works all the same.
    let by_number = format!("https://127.0.0.1:{}/dashboard", house.server.client().https.port());
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&by_number);
    chromium.press("Continue");
    chromium.sign_in("tom", "Old@1234");
    chromium.press("Continue");
    assert_eq!(chromium.ask("address"), dashboard);
    let cookies = chromium.tell(json!({ "command": "cookies" }));
    let session = cookies.as_array().unwrap().iter().find(|cookie| cookie["name"] == "commonAuthId").unwrap();
    assert_eq!((&session["secure"], &session["httpOnly"]), (&json!(true), &json!(true)), "{session}");
    // Without "remember me" it is gone when the browser is closed.
    assert_eq!(session["expires"], json!(-1), "{session}");
    // After signing out nobody sees the page by going back.
    chromium.press("Sign out");
    chromium.tell(json!({ "command": "back" }));
    let page = chromium.ask("text");
    assert!(!page.contains("tom@example.org"), "{page}");

    chromium.fresh();
    chromium.open(&dashboard);
    chromium.press("Continue");
    chromium.tell(json!({ "command": "check", "label": "Remember me on this computer" }));
    chromium.sign_in("tom", "Old@1234");
    chromium.press("Continue");
    let cookies = chromium.tell(json!({ "command": "cookies" }));
    let session = cookies.as_array().unwrap().iter().find(|cookie| cookie["name"] == "commonAuthId").unwrap();
    assert!(session["expires"].as_f64().unwrap() > 0.0, "{session}");
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}
