//! Every argument of every operation, one at a time, in every way it can be wrong.
//!
//! Nobody has to add an operation here: they come from what is published, their arguments from the contracts. Three
//! things are shown for each call. It is answered, and a refusal is a fault that says something. Nothing failed inside:
//! no panic, no error in the log. And a call that was refused has changed nothing but what counts refusals.
#![expect(clippy::unwrap_used, reason = "a test stops at what is wrong")]

mod support;

use rusqlite::Connection;
use soapstone::services::PUBLISHED;
use soapstone::soap::contract::{Field, Kind, Operation, Service, Type};
use std::collections::BTreeMap;
use std::sync::Mutex;
use support::arguments::{Names, Round, value};
use support::caller::{Fault, GIVEN_NAME, LOGIN, MAIL, escaped};
use support::world::World;
use tracing_subscriber::layer::SubscriberExt as _;

const NAMES: Names = Names {
    user: "bellamy",
    role: "betaguard",
    dialect: "http://beta.example/claims",
    claim: "http://wso2.org/claims/givenname",
    provider: "BetaProvider",
    template: "BetaNotice",
    user_store: "BETASTORE",
    tenant: "alpha.example",
    question: "Whose beta is it ?",
    question_set: "http://wso2.org/claims/betaQuestion",
    resource: "/permission/admin/beta",
    mail: "bella@post.example",
    code: ['Z'; 6],
    id: 79_077,
};

/// What is wrong with an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Odd {
    Missing,
    Nil,
    Empty,
    Blank,
    TooLong,
    Wild,
    Markup,
    OfAnotherType,
    Negative,
    OfNoStore,
    OfAnotherTenant,
}

const ODDITIES: [Odd; 11] = [
    Odd::Missing,
    Odd::Nil,
    Odd::Empty,
    Odd::Blank,
    Odd::TooLong,
    Odd::Wild,
    Odd::Markup,
    Odd::OfAnotherType,
    Odd::Negative,
    Odd::OfNoStore,
    Odd::OfAnotherTenant,
];

impl Odd {
    fn text(self) -> String {
        match self {
            Self::Missing | Self::Nil | Self::Empty => String::new(),
            Self::Blank => "  ".to_owned(),
            Self::TooLong => "x".repeat(70_000),
            Self::Wild => ["*", &"a".repeat(60_000), "*"].concat(),
            Self::Markup => "<b>&\"'\u{202e}ä%_*\\</b>".to_owned(),
            Self::OfAnotherType => "no such thing".to_owned(),
            Self::Negative => "-2147483648".to_owned(),
            Self::OfNoStore => format!("NOSUCH/{}", NAMES.user),
            Self::OfAnotherTenant => format!("{}@{}", NAMES.user, NAMES.tenant),
        }
    }
}

/// Beans inside beans are filled so deep.
const DEPTH: usize = 2;
/// Arguments of one operation that are tried; the beans of a few have very many.
const MOST: usize = 40;

/// A request in the making: the element that is counted as `at` is odd, all others fit.
struct Request {
    out: String,
    at: usize,
    odd: Odd,
    seen: usize,
    /// The odd element.
    named: String,
}

impl Request {
    fn of(service: &Service, operation: &Operation, at: usize, odd: Odd) -> Self {
        let out = format!(
            "<x:{} xmlns:x=\"{}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">",
            operation.name, service.schema_namespace
        );
        let mut request = Self { out, at, odd, seen: 0, named: String::new() };
        for parameter in operation.parameters {
            request.write(parameter, "x:", DEPTH);
        }
        request.out += &format!("</x:{}>", operation.name);
        request
    }

    fn write(&mut self, field: &Field, prefix: &str, depth: usize) {
        let kind = (field.shape)().kind;
        let name = [prefix, field.name].concat();
        let is_odd = self.seen == self.at;
        self.seen += 1;
        if is_odd {
            self.named.push_str(field.name);
            match self.odd {
                Odd::Missing => {}
                Odd::Nil => self.out += &format!("<{name} xsi:nil=\"true\"/>"),
                odd => self.out += &format!("<{name}>{}</{name}>", escaped(&odd.text())),
            }
            return;
        }
        match kind {
            Kind::Bean(_) if depth == 0 => {}
            Kind::Bean(bean) => {
                self.out += &format!("<{name}>");
                self.properties(bean, depth - 1);
                self.out += &format!("</{name}>");
            }
            Kind::Simple(simple) => {
                if let Some(text) = value(simple, field.name, &NAMES, Round::Fitting) {
                    self.out += &format!("<{name}>{}</{name}>", escaped(&text));
                }
            }
        }
    }

    fn properties(&mut self, bean: &Type, depth: usize) {
        if let Some(base) = bean.base {
            self.properties(base, depth);
        }
        for field in bean.fields {
            self.write(field, "", depth);
        }
    }
}

/// Tables that a refusal may write into: sessions of callers, what counts refusals, challenges that were answered.
const OF_REFUSALS: [&str; 4] = ["session", "login_tally", "change_count", "captcha"];

/// What is in the database, looked at again only when something was committed.
struct Rows {
    database: Connection,
    version: i64,
    rows: BTreeMap<String, Vec<String>>,
}

impl Rows {
    fn of(world: &World) -> Self {
        let database = Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        let mut rows = Self { database, version: 0, rows: BTreeMap::new() };
        rows.changed();
        rows
    }

    /// The tables that changed since the last look.
    fn changed(&mut self) -> Vec<String> {
        let version = self.database.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap();
        if std::mem::replace(&mut self.version, version) == version {
            return Vec::new();
        }
        let rows = self.dump();
        let before = std::mem::replace(&mut self.rows, rows);
        self.rows
            .iter()
            .filter(|(table, rows)| before.get(*table) != Some(rows))
            .map(|(table, _)| table.clone())
            .collect()
    }

    fn dump(&self) -> BTreeMap<String, Vec<String>> {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        let mut tables = self.database.prepare_cached(sql).unwrap();
        let names = tables.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        let kept = names.filter(|name| !OF_REFUSALS.contains(&name.as_str()));
        kept.map(|name| {
            // What is queued is the caller's doing; when it goes out is the worker's.
            let columns = if name == "outbox" { "id" } else { "*" };
            let select = format!("SELECT {columns} FROM {name}");
            let mut statement = self.database.prepare_cached(&select).unwrap();
            let columns = statement.column_count();
            let row = |row: &rusqlite::Row<'_>| {
                let values = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column).unwrap());
                Ok(format!("{:?}", values.collect::<Vec<_>>()))
            };
            let rows = statement.query_map([], row).unwrap().map(Result::unwrap).collect();
            (name, rows)
        })
        .collect()
    }
}

/// Errors of the log, of every thread.
static ERRORS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Errors;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Errors {
    fn on_event(&self, event: &tracing::Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        struct Text(String);
        impl tracing::field::Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0 += &format!("{field}={value:?} ");
            }
        }
        if *event.metadata().level() == tracing::Level::ERROR {
            let mut text = Text(String::new());
            event.record(&mut text);
            ERRORS.lock().unwrap().push(text.0);
        }
    }
}

/// Something of everything that arguments name.
fn populated() -> World {
    let world = World::empty(|_| {});
    let admin = world.admin();
    admin.add_user(NAMES.user, "Old@1234", &[(MAIL, NAMES.mail), (GIVEN_NAME, "Bella")]);
    admin.add_role(NAMES.role, &[NAMES.user], &[LOGIN]);
    world
}

#[test]
fn no_argument_makes_an_operation_fail_inside_or_do_half_of_its_work() {
    let installed = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Errors));
    assert!(installed.is_ok());
    let mut wrong = Vec::new();
    let mut calls = 0_usize;
    for published in &PUBLISHED {
        let service = published.contract;
        let world = populated();
        let admin = world.admin();
        let mut rows = Rows::of(&world);
        for operation in service.operations {
            let count = Request::of(service, operation, usize::MAX, Odd::Missing).seen.min(MOST);
            for (at, odd) in (0..count).flat_map(|at| ODDITIES.map(|odd| (at, odd))) {
                let request = Request::of(service, operation, at, odd);
                let call = format!("{}.{} with {} {odd:?}", service.name, operation.name, request.named);
                calls += 1;
                let answer = admin.call(service.name, operation.name, &request.out);
                let changed = rows.changed();
                for error in ERRORS.lock().unwrap().drain(..) {
                    wrong.push(format!("{call} fails inside: {error}"));
                }
                match answer.status {
                    200 | 202 => {}
                    500 if answer.body.is_empty() => wrong.push(format!("{call} is answered with nothing")),
                    500 => {
                        if Fault::of(&answer).text.is_empty() {
                            wrong.push(format!("{call} is refused without a word"));
                        }
                        if !changed.is_empty() {
                            wrong.push(format!(
                                "{call} is refused, yet changes {changed:?}: {}",
                                answer.text()
                            ));
                        }
                    }
                    status => wrong.push(format!("{call} is answered with {status}")),
                }
            }
        }
        assert!(world.admin().is_known(), "{} has shut its administrator out", service.name);
    }
    assert!(calls > 5_000, "{calls} calls");
    assert!(wrong.is_empty(), "{} of {calls} calls:\n{}", wrong.len(), wrong.join("\n"));
}
