//! Whole conversations of a browser with the pages, over a store of their own and a clock that obeys.

use super::{Signers, Site, answer};
use crate::domain::clock::{Clock, ManualClock};
use crate::domain::fixture::*;
use crate::domain::service_provider::{self, ServiceProvider};
use crate::domain::{Policy, Secret, User, permission, role};
use crate::saml::scratch::own_key as signer;
use hyper::body::Bytes;
use hyper::{Request, Response};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

const PUBLIC: &str = "https://localhost:9443";
const FAILED: &str = "&isSaaSApp=true&authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg=login.fail.message";
const FAILED_TEXT: &str = "Login failed! Please recheck the username and password and try again.";
/// Begins a login without a SAML message.
const BEGIN: &str = "/commonauth?relyingParty=wso2.my.dashboard";
const CONFIRM: &str = "/accountrecoveryendpoint/confirmrecovery.do";
const COMPLETE: &str = "/accountrecoveryendpoint/completepasswordreset.do";

/// A world with pages. tom may sign in to the dashboard.
struct Pages {
    world: World,
    site: Arc<Site>,
    clock: Arc<ManualClock>,
    runtime: tokio::runtime::Runtime,
    /// Cookies are kept as browsers do.
    cookies: RefCell<BTreeMap<String, String>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Where a redirect leads, below the public address.
    fn location(&self) -> &str {
        assert_eq!(self.status, 302, "{}", self.body);
        self.header("location").strip_prefix(PUBLIC).expect("an absolute address of ours")
    }

    fn parameter(&self, name: &str) -> String {
        let query = self.location().split_once('?').expect("a query").1;
        let found = form_urlencoded::parse(query.as_bytes()).find(|(known, _)| known == name);
        found.unwrap_or_else(|| panic!("{name} in {query}")).1.into_owned()
    }

    /// The value of a field of a form.
    fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self.body.split_once(&mark).unwrap_or_else(|| panic!("{name} in {}", self.body)).1;
        rest.split('"').next().unwrap().to_owned()
    }

    /// The page without what differs from one conversation to the next.
    fn shape(mut self, secrets: &[&str]) -> Self {
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            self.body = self.body.replace(secret, "…");
            for value in self.headers.values_mut() {
                *value = value.replace(secret, "…");
            }
        }
        self
    }
}

impl Pages {
    fn new() -> Self {
        Self::with(|_| {}, false, 1_000_000)
    }

    fn with(change: impl FnOnce(&mut Policy), show_reason: bool, attempts: u32) -> Self {
        let world = World::with(change);
        let clock = Arc::new(ManualClock::at(START));
        let site = Site::new(
            world.store.clone(),
            Arc::clone(&world.realm),
            Arc::clone(&clock) as Arc<dyn Clock>,
            Arc::new(Signers::new(
                signer(),
                world.store.clone(),
                Arc::clone(&world.realm),
                Arc::clone(&clock) as Arc<dyn Clock>,
            )),
            show_reason,
            attempts,
            Path::new("/nonexistent"),
        );
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let pages =
            Self { world, site: Arc::new(site.unwrap()), clock, runtime, cookies: RefCell::default() };
        pages.world.write(|tx| service_provider::settle(tx, &[ServiceProvider::dashboard(PUBLIC)]));
        pages.allow(&["tom"]);
        pages
    }

    /// Gives users the permission to log in.
    fn allow(&self, users: &[&str]) {
        let users: Vec<String> = users.iter().map(|user| (*user).to_owned()).collect();
        let (realm, name) = (Arc::clone(&self.world.realm), format!("signers {}", self.next_role()));
        self.world.write(move |tx| {
            let grant =
                role::Grant { resource: permission::LOGIN.into(), action: permission::EXECUTE.into() };
            let actor = admin(tx, SUPER)?;
            role::add(tx, START, &realm, &actor, &name, &users, &[grant])
        });
    }

    /// A number that no role of ours has in its name yet.
    fn next_role(&self) -> i64 {
        let count = "SELECT COUNT(*) FROM role";
        self.world.read(|tx| Ok(tx.one(count, &[], "count", |row| row.int(0))?))
    }

    fn pass_minutes(&self, minutes: i64) {
        self.world.pass_minutes(minutes);
        self.clock.advance(minutes * 60_000);
    }

    fn send_from(&self, peer: u8, request: Request<Bytes>) -> Page {
        let peer = IpAddr::V4(Ipv4Addr::new(10, 0, 0, peer));
        let response: Response<Vec<u8>> = self.runtime.block_on(answer(&self.site, request, peer));
        let mut headers = BTreeMap::new();
        for (name, value) in response.headers() {
            let value = value.to_str().unwrap();
            if name == "set-cookie" {
                let (name, rest) = value.split_once('=').unwrap();
                let cookie = rest.split(';').next().unwrap().to_owned();
                self.cookies.borrow_mut().insert(name.to_owned(), cookie);
            }
            headers.insert(name.as_str().to_owned(), value.to_owned());
        }
        let status = response.status().as_u16();
        Page { status, headers, body: String::from_utf8(response.into_body()).unwrap() }
    }

    fn request(&self, method: &str, address: &str, body: String) -> Request<Bytes> {
        let path = address.strip_prefix(PUBLIC).unwrap_or(address);
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder().method(method).uri(path).header("Host", "localhost:9443");
        if !cookies.is_empty() {
            request = request.header("Cookie", cookies.join("; "));
        }
        request.body(Bytes::from(body)).unwrap()
    }

    fn get(&self, address: &str) -> Page {
        self.send_from(1, self.request("GET", address, String::new()))
    }

    fn post(&self, address: &str, fields: &[(&str, &str)]) -> Page {
        self.send_from(1, self.request("POST", address, encoded(fields)))
    }

    /// Does something and gives the browser back the cookies it had before: what ends with it ends for who kept them, too.
    fn keeping_cookies<T>(&self, work: impl FnOnce() -> T) -> T {
        let kept = self.cookies.borrow().clone();
        let done = work();
        *self.cookies.borrow_mut() = kept;
        done
    }

    fn forget_cookies(&self) {
        self.cookies.borrow_mut().clear();
    }

    /// Begins a login and returns its key.
    fn begin(&self) -> String {
        self.get(BEGIN).parameter("sessionDataKey")
    }

    fn sign_in(&self, name: &str, password: &str) -> Page {
        let key = self.begin();
        self.sign_in_with(&key, name, password)
    }

    fn sign_in_with(&self, key: &str, name: &str, password: &str) -> Page {
        self.post("/commonauth", &[("username", name), ("password", password), ("sessionDataKey", key)])
    }

    /// Whether a new browser gets to the dashboard as that user.
    fn gets_in(&self, name: &str, password: &str) -> bool {
        self.forget_cookies();
        let answer = self.sign_in(name, password);
        answer.location() == "/dashboard" && self.get("/dashboard").body.contains(name)
    }

    /// The address in the newest mail to a user.
    fn link(&self, user: &User) -> String {
        let mail = self.world.mails(user).pop().expect("a mail");
        let rest = mail.body.split_once(PUBLIC).expect("a link").1;
        [PUBLIC, rest.split_whitespace().next().unwrap()].concat()
    }

    /// Puts tom into reset with these options on.
    fn force(&self, options: &[&str]) -> User {
        for option in options {
            self.world.set(option, "true");
        }
        let tom = self.world.find("tom");
        self.world.trigger(&tom).unwrap();
        tom
    }

    fn reset(&self, code: &str, first: &str, second: &str) -> Page {
        self.post(COMPLETE, &[("confirmation", code), ("reset-password", first), ("reset-password2", second)])
    }
}

fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn is_generic_failure(answer: &Page) -> bool {
    answer.location().starts_with("/authenticationendpoint/login.do?") && answer.location().ends_with(FAILED)
}

mod console;
mod conversation;
mod refusal;
mod robustness;
mod saml;
