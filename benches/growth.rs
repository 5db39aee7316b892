//! `cargo bench --bench growth`: what lists and imports cost as an installation grows, as ratios.
//!
//! Two installations are filled through the rules that every addition goes through: a small one with 1,000 users and 10
//! identity providers, and a large one with 100,000 and 1,000. Every user has a profile, is one of `Internal/staff`, and
//! one of a team of a hundred. Then both are asked the same questions over TLS with basic authentication, alternately.
//! A question whose answer has the same size in both should take the same time in both; one whose answer grows with the
//! installation should take the same time for each kilobyte of it. Printed is the ratio of the two.
//!
//! Lists are as long as they can be (`user_list_limit`), or as long as the question says.
//!
//! `cargo bench --bench growth -- 10000 20000 40000` says how many users the files of the imports have. Two thirds of
//! the time of an import is what the processors need to hash its passwords. `cargo test` tries it all with a few users.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement stops at what is wrong")]

#[path = "../tests/support/mod.rs"]
mod support;

use soapstone::domain::claim::{Changes, DEFAULT_PROFILE};
use soapstone::domain::identity_provider::{
    self, Authenticator, IdentityProvider, Profile, Property, Setting,
};
use soapstone::domain::password::NewPassword;
use soapstone::domain::user::{self, NewUser};
use soapstone::domain::{Actor, Error, Now, Policy, Realm, Secret, TenantId, role, tenant};
use soapstone::ops::installation::open;
use soapstone::ops::progress::Progress;
use soapstone::store::Store;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::client::{Client, Stream, basic, envelope, read_answer};
use support::installation::Installation;
use support::measurement::{Wanted, wanted};
use support::visitor::Browser;

const NOW: Now = Now(1_700_000_000_000);
const EVERYBODY: &str = "Internal/staff";

/// How much there is of everything.
struct Scale {
    /// Users and identity providers of the small installation.
    small: [usize; 2],
    /// Those of the large one.
    large: [usize; 2],
    /// Users that are added in one transaction.
    at_once: usize,
    /// Users in the files of the imports.
    imported: Vec<usize>,
    /// Times that each question is asked of each installation; the median counts.
    rounds: usize,
}

/// An installation and how much is in it.
struct Filled {
    users: usize,
    server: Installation,
}

/// The two that are compared.
struct Compared {
    small: Filled,
    large: Filled,
    rounds: usize,
}

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let imported = if sizes.is_empty() { vec![1000, 2000, 4000] } else { sizes };
    let scale = match wanted("growth") {
        Wanted::Figures => {
            Scale { small: [1_000, 10], large: [100_000, 1_000], at_once: 250, imported, rounds: 15 }
        }
        // As many as the questions name.
        Wanted::Trial => {
            Scale { small: [60, 2], large: [120, 4], at_once: 20, imported: vec![4, 8], rounds: 1 }
        }
        Wanted::Nothing => return,
    };
    let Scale { small, large, at_once, imported, rounds } = scale;
    println!("adding users through the rules, without hashing");
    let [mut small, mut large] =
        [small, large].map(|[users, providers]| Filled::new(users, providers, at_once));
    println!("\nimporting files of users with `soapstone user import`, passwords hashed");
    import(&small, &imported[..1], "into the small installation");
    import(&large, &imported, "into the large installation");
    for one in [&mut small, &mut large] {
        one.server.run();
    }
    let compared = Compared { small, large, rounds };
    println!("\nquestions over the wire: median of {rounds}");
    println!("{:<44} {:>22} {:>22} {:>24}", "", "small", "large", "large against small");
    for (name, service, payload, answers) in questions() {
        compared.ask(name, service, &payload, answers);
    }
    println!("\npages of the console: median of {rounds}");
    for (name, path) in pages() {
        compared.look(name, path);
    }
}

impl Filled {
    fn new(users: usize, providers: usize, at_once: usize) -> Self {
        let mut server = Installation::new(&[]);
        server.quiet();
        // The first start makes the data directory.
        server.run();
        assert!(server.stop());
        let limits = "user_list_limit = 1000000\nrole_list_limit = 1000000\n";
        std::fs::write(server.data().join("soapstone.toml"), limits).unwrap();
        let (store, realm) = open(&server.data()).unwrap().realm(Policy::default());
        let found = store.read(|tx| tenant::by_id(tx, TenantId::SUPER)).unwrap().unwrap();
        let actor = Actor::system(&found);
        let teams = users.div_ceil(100);
        write(&store, &realm, &actor, move |tx, realm, actor| {
            role::add(tx, NOW, realm, actor, EVERYBODY, &[], &[])?;
            (0..teams).try_for_each(|team| role::add(tx, NOW, realm, actor, &team_of(team * 100), &[], &[]))
        });
        add_users(&store, &realm, &actor, users, at_once);
        let mut progress = Progress::begin("identity providers", providers);
        for number in 0..providers {
            write(&store, &realm, &actor, move |tx, realm, actor| {
                identity_provider::add(tx, NOW, realm, actor, provider(number))
            });
            progress.show(number + 1);
        }
        store.close();
        Self { users, server }
    }

    fn client(&self) -> &Client {
        self.server.client()
    }
}

impl Compared {
    /// Asks both for a page, each in the browser of its administrator.
    fn look(&self, name: &str, path: &str) {
        let mut times = [Vec::new(), Vec::new()];
        let mut bytes = [0; 2];
        let mut browsers = [&self.small, &self.large].map(|one| {
            let mut browser = Browser::new(one.client());
            let login = browser.visit("/carbon/");
            let sent = browser.submit(
                &login,
                &login.form("loginForm"),
                &[("username", "admin"), ("password", "admin")],
            );
            assert_eq!(sent.status, 302);
            (browser, format!("/carbon/{}", path.replace("{middle}", &name_of(one.users / 2))))
        });
        for round in 0..=self.rounds {
            for (index, (browser, address)) in browsers.iter_mut().enumerate() {
                let began = Instant::now();
                let answer = browser.open(address);
                let took = began.elapsed();
                assert!(
                    answer.status == 200 && answer.text().contains("users/user?name="),
                    "{}",
                    answer.text()
                );
                bytes[index] = answer.body.len();
                // The first round warms caches.
                if round > 0 {
                    times[index].push(took);
                }
            }
        }
        show(name, times, bytes, Size::Fixed);
    }

    /// Asks both a question, over a connection that stays.
    fn ask(&self, name: &str, service: &str, payload: &str, size: Size) {
        let mut times = [Vec::new(), Vec::new()];
        let mut bytes = [0; 2];
        let mut connections = [&self.small, &self.large].map(|one| one.client().connect(true));
        for round in 0..=self.rounds {
            for (index, connection) in connections.iter_mut().enumerate() {
                let (took, length) = call(&mut **connection, service, payload);
                bytes[index] = length;
                // The first round warms caches.
                if round > 0 {
                    times[index].push(took);
                }
            }
        }
        show(name, times, bytes, size);
    }
}

fn write(
    store: &Store,
    realm: &Arc<Realm>,
    actor: &Actor,
    work: impl FnOnce(&mut soapstone::store::Tx<'_>, &Realm, &Actor) -> Result<(), Error> + Send + 'static,
) {
    let (realm, actor) = (Arc::clone(realm), actor.clone());
    store.write_blocking(move |tx| work(tx, &realm, &actor)).unwrap();
}

fn name_of(number: usize) -> String {
    format!("user{number:06}")
}

fn team_of(number: usize) -> String {
    format!("team{:04}", number / 100)
}

/// Adds users and says what each cost in the first tenth, in the middle and in the last tenth.
fn add_users(store: &Store, realm: &Arc<Realm>, actor: &Actor, count: usize, at_once: usize) {
    let password = Arc::new(NewPassword::first(Secret::from("Growth@1234")).unwrap());
    let mut progress = Progress::begin("users", count);
    let mut tenths = Vec::new();
    let mut began = Instant::now();
    for first in (0..count).step_by(at_once) {
        let end = (first + at_once).min(count);
        let password = Arc::clone(&password);
        write(store, realm, actor, move |tx, realm, actor| {
            for number in first..end {
                let mut claims = Changes::default();
                for (claim, value) in [
                    ("givenname", format!("Given {number}")),
                    ("lastname", format!("Family {}", number % 1000)),
                    ("emailaddress", format!("{}@example.org", name_of(number))),
                    ("organization", "Example".to_owned()),
                ] {
                    claims.set(["http://wso2.org/claims/", claim].concat(), Some(value));
                }
                let new = NewUser {
                    name: &name_of(number),
                    password: &password,
                    roles: &[EVERYBODY.to_owned(), team_of(number)],
                    claims: &claims,
                    profile: DEFAULT_PROFILE,
                    require_change: false,
                };
                user::add(tx, NOW, realm, actor, &new)?;
            }
            Ok(())
        });
        progress.show(end);
        if end.is_multiple_of((count / 10).max(at_once)) {
            tenths.push(began.elapsed());
            began = Instant::now();
        }
    }
    let each = |tenth: &Duration| tenth.as_secs_f64() * 1e6 / (count / tenths.len()) as f64;
    let first = each(&tenths[0]);
    for (place, tenth) in tenths.iter().enumerate().filter(|(place, _)| [0, 4, 9].contains(place)) {
        let so_far = (place + 1) * count / tenths.len();
        println!(
            "up to {so_far} users: {:.0} µs each, {:.2} times those of the first tenth",
            each(tenth),
            each(tenth) / first
        );
    }
}

/// A partner as organisations have them: certificate left out, a way to sign in, claims, free properties.
fn provider(number: usize) -> IdentityProvider {
    let property = |(name, value): (&str, String)| Property {
        name: name.to_owned(),
        value: Some(value),
        ..Property::default()
    };
    let properties = [
        ("SPEntityId", "soapstone".to_owned()),
        ("IdPEntityId", format!("urn:partner:{number}")),
        ("SSOUrl", format!("https://partner{number}.example.org/sso")),
    ];
    let setting = |name: &str| Setting {
        name: name.to_owned(),
        value: Some(format!("value {number}")),
        display_name: None,
    };
    IdentityProvider {
        profile: Profile {
            name: format!("partner{number:04}"),
            description: Some(format!("Partner number {number}")),
            home_realm: Some(format!("realm{number}")),
            ..Profile::default()
        },
        authenticators: vec![Authenticator {
            name: "SAMLSSOAuthenticator".to_owned(),
            enabled: true,
            properties: properties.into_iter().map(property).collect(),
            ..Authenticator::default()
        }],
        properties: vec![setting("contact"), setting("contract")],
        ..IdentityProvider::default()
    }
}

/// Imports files of these sizes and says what a user of each cost.
fn import(into: &Filled, sizes: &[usize], place: &str) {
    let hash = hashing();
    let mut least = None;
    for (turn, size) in sizes.iter().enumerate() {
        let path = into.server.folder().join("users.csv");
        let mut text = String::from("name,password,claims\n");
        for number in 0..*size {
            let line = format!(
                "new{turn}.{number},Growth@1234,http://wso2.org/claims/givenname=New,role={}\n",
                team_of(number % into.users)
            );
            text.push_str(&line);
        }
        std::fs::write(&path, text).unwrap();
        let began = Instant::now();
        // Its progress is shown; the installation's own way to run commands ends those that take long.
        let status = into.server.command().args(["user", "import"]).arg(&path).status().unwrap();
        assert!(status.success());
        let each = began.elapsed().as_secs_f64() / *size as f64;
        let first = *least.get_or_insert(each);
        println!(
            "{size} users {place}: {:.2} ms each, {:.2} times those of the smallest file, {:.2} times the hash alone",
            each * 1e3,
            each / first,
            each / hash,
        );
    }
}

/// Seconds that a processor needs to hash a password, shared by all processors.
fn hashing() -> f64 {
    let began = Instant::now();
    for _ in 0..20 {
        NewPassword::first(Secret::from("Growth@1234")).unwrap();
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    began.elapsed().as_secs_f64() / 20.0 / processors as f64
}

/// What an answer's size depends on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    /// On the question alone.
    Fixed,
    /// On how much the installation holds.
    Grows,
}

type Question = (&'static str, &'static str, String, Size);

fn questions() -> Vec<Question> {
    let of_store = |name, filter: &str, limit: i64, size| {
        let payload = format!(
            "<m:listUsers xmlns:m=\"http://service.ws.um.carbon.wso2.org\"><m:filter>{filter}</m:filter>\
             <m:maxItemLimit>{limit}</m:maxItemLimit></m:listUsers>"
        );
        (name, "RemoteUserStoreManagerService", payload, size)
    };
    let of_admin = |name, payload: &str, size| (name, "UserAdmin", payload.to_owned(), size);
    let members = |role: &str, filter: &str, limit: i64| {
        format!(
            "<m:getUsersOfRole xmlns:m=\"http://org.apache.axis2/xsd\"><m:roleName>{role}</m:roleName><m:filter>{filter}</m:filter>\
             <m:limit>{limit}</m:limit></m:getUsersOfRole>"
        )
    };
    let roles = |limit: i64| {
        format!(
            "<m:getRolesOfUser xmlns:m=\"http://org.apache.axis2/xsd\"><m:userName>user000042</m:userName><m:filter>*</m:filter>\
             <m:limit>{limit}</m:limit></m:getRolesOfUser>"
        )
    };
    let providers = "<m:getAllIdPs xmlns:m=\"http://mgt.idp.carbon.wso2.org\"/>".to_owned();
    vec![
        of_store("listUsers(\"*\", all)", "*", -1, Size::Grows),
        of_store("listUsers(\"*\", 100)", "*", 100, Size::Fixed),
        of_store("listUsers(\"user0000*\", all): 100 of them", "user0000*", -1, Size::Fixed),
        of_store("listUsers(\"*r00004*\", 10): 10 early ones", "*r00004*", 10, Size::Fixed),
        of_store("listUsers(\"*0999*\", all): walks the index", "*0999*", -1, Size::Grows),
        of_admin("getRolesOfUser(own)", &roles(0), Size::Fixed),
        of_admin("getRolesOfUser(all, his ticked)", &roles(-1), Size::Grows),
        of_admin("getUsersOfRole(team of 100)", &members("team0000", "*", 0), Size::Fixed),
        of_admin("getUsersOfRole(team, \"user00001*\")", &members("team0000", "user00001*", 0), Size::Fixed),
        of_admin("getUsersOfRole(everybody)", &members(EVERYBODY, "*", 0), Size::Grows),
        of_admin(
            "getUsersOfRole(everybody, \"user0000*\")",
            &members(EVERYBODY, "user0000*", 0),
            Size::Fixed,
        ),
        of_admin("getUsersOfRole(everybody, 100 of all)", &members(EVERYBODY, "*", 100), Size::Fixed),
        ("getAllIdPs", "IdentityProviderMgtService", providers, Size::Grows),
    ]
}

/// Pages of the console that show as many rows however many there are. `{middle}` is a name in the middle of all.
fn pages() -> [(&'static str, &'static str); 8] {
    [
        ("users, first page", "users"),
        ("users, a page in the middle", "users?after=PRIMARY%2F{middle}"),
        ("users, named user00004*", "users?pattern=user00004*"),
        ("users, named *0042", "users?pattern=*0042"),
        (
            "users with any mail address",
            "users?claim=http%3A%2F%2Fwso2.org%2Fclaims%2Femailaddress&pattern=*",
        ),
        (
            "… a page in the middle",
            "users?claim=http%3A%2F%2Fwso2.org%2Fclaims%2Femailaddress&pattern=*&after=PRIMARY%2F{middle}",
        ),
        (
            "users of one organization, all of them",
            "users?claim=http%3A%2F%2Fwso2.org%2Fclaims%2Forganization&pattern=Example",
        ),
        (
            "users with one mail address",
            "users?claim=http%3A%2F%2Fwso2.org%2Fclaims%2Femailaddress&pattern=user000042@example.org",
        ),
    ]
}

fn show(name: &str, times: [Vec<Duration>; 2], bytes: [usize; 2], size: Size) {
    let [few, many] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    });
    let shown =
        |seconds: f64, bytes: usize| format!("{:.2} ms, {:.1} KiB", seconds * 1e3, bytes as f64 / 1024.0);
    let (per, against) = match size {
        Size::Fixed => ("in all", many / few),
        Size::Grows => ("a KiB", (many / bytes[1] as f64) / (few / bytes[0] as f64)),
    };
    println!(
        "{name:<44} {:>22} {:>22} {:>17}",
        shown(few, bytes[0]),
        shown(many, bytes[1]),
        format!("{against:.2} {per}")
    );
}

fn call(connection: &mut dyn Stream, service: &str, payload: &str) -> (Duration, usize) {
    let body = envelope(payload);
    let request = format!(
        "POST /services/{service} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml;charset=UTF-8\r\nSOAPAction: \"\"\r\n\
         Authorization: {}\r\nContent-Length: {}\r\n\r\n{body}",
        basic("admin", "admin"),
        body.len()
    );
    let began = Instant::now();
    connection.write_all(request.as_bytes()).unwrap();
    connection.flush().unwrap();
    let answer = read_answer(connection);
    let took = began.elapsed();
    assert_eq!(answer.status, 200, "{}", answer.text());
    (took, answer.body.len())
}
