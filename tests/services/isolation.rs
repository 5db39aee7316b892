//! Tenants do not see each other: every operation of every published service is called by a tenant's administrator with
//! the names that another tenant has.
//!
//! Nobody has to add a service here: the operations come from what is published, their arguments from the contracts,
//! the other tenant's rows from the schema. Three things are shown for each call. Nothing in the answer stands in the
//! other tenant's rows only. The answer is, but for the names, the one that the administrator of a twin tenant gets to
//! names that nobody has. And no row of the other tenant, nor of the super tenant, has changed.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what is wrong"
)]

mod rows;

use crate::support::arguments::{Names, Round, request};
use crate::support::caller::{Caller, GIVEN_NAME, LOGIN, MAIL, OTP};
use crate::support::world::{OFFLINE, OLD, World};
use rows::{FILLED, Tables};
use rusqlite::Connection;
use soapstone::services::PUBLISHED;
use soapstone::soap::contract::{Operation, Service};
use std::collections::BTreeSet;

/// The tenant whose administrator calls, the twin he is compared with, and the one that is not to be seen.
const ALPHA: &str = "alpha.example";
const GAMMA: &str = "gamma.example";
const BETA: &str = "beta.example";
const PASSWORD: &str = "Tenant@123";

const REAL: Names = Names {
    user: "bellamy",
    role: "betaguard",
    dialect: "http://beta.example/claims",
    claim: "http://wso2.org/claims/beta",
    provider: "BetaProvider",
    template: "BetaNotice",
    user_store: "BETASTORE",
    tenant: BETA,
    question: "Whose beta is it ?",
    question_set: "http://wso2.org/claims/betaQuestion",
    resource: "/permission/admin/beta",
    mail: "mail-of-bella@post.example",
    code: ['0'; 6],
    id: 0,
};
/// Nobody has these.
const MADE_UP: Names = Names {
    user: "bellazy",
    role: "betaguars",
    dialect: "http://betz.example/claims",
    claim: "http://wso2.org/claims/betz",
    provider: "BetzProvider",
    template: "BetzNotice",
    user_store: "BETZSTORE",
    // Which tenants there are is no secret: the login page tells it.
    tenant: BETA,
    question: "Whose betz is it ?",
    question_set: "http://wso2.org/claims/betzQuestion",
    resource: "/permission/admin/betz",
    mail: "mail-of-bellz@post.example",
    code: ['Z'; 6],
    id: 79_077,
};

/// Text that stands in the claims of beta's users and nowhere else.
const SECRET: &str = "beta-secret";

struct Tenants {
    world: World,
    database: Connection,
    tables: Tables,
    real: Names,
    made_up: Names,
    alpha: (Caller, i64),
    gamma: (Caller, i64),
}

impl Tenants {
    fn new() -> Self {
        let world = World::empty(|_| {});
        let tenant = |domain: &str, id: i64| {
            let bean = format!(
                "<x:addTenant xmlns:x=\"http://services.mgt.tenant.carbon.wso2.org\"><x:tenantInfoBean>\
                 <admin>admin</admin><adminPassword>{PASSWORD}</adminPassword><email>root@{domain}</email>\
                 <firstname>Ada</firstname><lastname>Root</lastname><tenantDomain>{domain}</tenantDomain>\
                 <tenantId>{id}</tenantId></x:tenantInfoBean></x:addTenant>"
            );
            world.admin().done("TenantMgtAdminService", "addTenant", &bean);
            (world.caller(&format!("admin@{domain}"), PASSWORD), id)
        };
        // Keys that are no number that says anything else.
        let (alpha, gamma, beta) = (tenant(ALPHA, 71_077), tenant(GAMMA, 72_077), tenant(BETA, 73_077));
        let code = populate(&beta.0);
        let code: Vec<char> = code.chars().collect();
        let real = Names { code: code.try_into().unwrap(), id: beta.1, ..REAL };
        // Another code that sorts the same.
        let mut code = real.code;
        code[5] = if code[5] == '7' { '8' } else { '7' };
        let made_up = Names { code, ..MADE_UP };
        let database = Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
        database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        let tables = Tables::of(&database);
        name_the_rest(&database, beta.1);
        tables.fill(&database, beta.1);
        Self { world, database, tables, real, made_up, alpha, gamma }
    }

    /// The texts that only beta's rows hold. Its names are not among them: alpha may come to have them of its own, and
    /// what they tell is what the comparison with the twin is for.
    fn betas_own(&self) -> BTreeSet<String> {
        let known = |tenant| self.tables.texts(&self.database, tenant);
        let mut others: BTreeSet<String> =
            [-1234, self.alpha.1, self.gamma.1].into_iter().flat_map(known).collect();
        others.extend(self.real.all().into_iter().flat_map(|name| [name.to_lowercase(), name]));
        // Words that everybody uses tell nothing; what was made for beta says so, or is random.
        let tells = |text: &String| {
            let text = text.to_lowercase();
            text.contains("beta") || text.starts_with("$argon2") || uuid::Uuid::try_parse(&text).is_ok()
        };
        known(self.real.id).into_iter().filter(|text| tells(text) && !others.contains(text)).collect()
    }

    /// What must not change.
    fn foreign_rows(&self) -> [std::collections::BTreeMap<String, Vec<String>>; 2] {
        [self.real.id, -1234].map(|tenant| self.tables.dump(&self.database, tenant))
    }
}

/// Gives a tenant a user, roles, claims and a reset with a code; the code.
fn populate(beta: &Caller) -> String {
    let secret = |what: &str| format!("{SECRET}-{what}");
    beta.add_user(REAL.user, OLD, &[(MAIL, REAL.mail), (GIVEN_NAME, &secret("given-name"))]);
    beta.add_user("bettina", OLD, &[(MAIL, "bettina@beta.example"), (GIVEN_NAME, &secret("bettina"))]);
    beta.add_role(REAL.role, &[REAL.user, "bettina"], &[LOGIN, REAL.resource]);
    beta.add_role("Internal/betaguild", &["bettina"], &[]);
    beta.configure(&[(OFFLINE, "true")]);
    beta.trigger("bettina");
    beta.claim("bettina", OTP).unwrap()
}

/// Names of what there is no common way to add.
fn name_the_rest(database: &Connection, tenant: i64) {
    for (sql, names) in [
        ("INSERT INTO user_store (tenant_id, domain, position) VALUES (?1, ?2, 1)", &[REAL.user_store][..]),
        ("INSERT INTO claim_dialect (tenant_id, uri) VALUES (?1, ?2)", &[REAL.dialect]),
        (
            "INSERT INTO claim (dialect_id, uri, position) SELECT id, ?2, 999 FROM claim_dialect WHERE tenant_id = ?1 \
             AND uri = 'http://wso2.org/claims'",
            &[REAL.claim],
        ),
        ("INSERT INTO identity_provider (tenant_id, name, enabled) VALUES (?1, ?2, 1)", &[REAL.provider]),
        (
            "INSERT INTO email_template_type (tenant_id, key, display) VALUES (?1, lower(?2), ?2)",
            &[REAL.template],
        ),
        (
            "INSERT INTO challenge_question (tenant_id, set_uri, set_name, question_id, locale, folded_locale, question) \
             VALUES (?1, ?2, 'betaQuestion', 'question1', 'en_US', 'en_us', ?3)",
            &[REAL.question_set, REAL.question],
        ),
    ] {
        let parameters = std::iter::once(rusqlite::types::Value::Integer(tenant))
            .chain(names.iter().map(|name| rusqlite::types::Value::Text((*name).to_owned())));
        let done = database.execute(sql, rusqlite::params_from_iter(parameters));
        assert_eq!(done.unwrap_or_else(|error| panic!("{sql}: {error}")), 1, "{sql}");
    }
    // What is kept in memory is read again.
    database.execute("UPDATE area_version SET version = version + 1 WHERE tenant_id = ?1", [tenant]).unwrap();
}

/// The rounds of an operation. Whoever may call without credentials is of no tenant: he names one by its domain.
fn rounds(operation: &Operation) -> Vec<Round> {
    if operation.parameters.is_empty() {
        return vec![Round::Fitting];
    }
    let all = [Round::Fitting, Round::Qualified, Round::User, Round::Role, Round::Code];
    all.into_iter().filter(|round| !(operation.open && *round == Round::Qualified)).collect()
}

/// Status and body of an answer.
fn told(
    caller: &Caller,
    service: &Service,
    operation: &Operation,
    names: &Names,
    round: Round,
) -> (u16, String) {
    let answer = caller.call(service.name, operation.name, &request(service, operation, names, round));
    (answer.status, answer.text())
}

/// A body with everything left out that has to differ: the names, the tenant's domain, key and certificate, random ids.
fn masked(text: &str, names: &Names, domain: &str, id: i64) -> String {
    let mut text = text.to_owned();
    for (place, name) in names.all().iter().enumerate() {
        for spelling in [name.clone(), name.to_lowercase(), name.to_uppercase()] {
            text = text.replace(&spelling, &format!("[{place}]"));
        }
    }
    text = text.replace(domain, "[domain]");
    for id in [id, names.id] {
        text = text.replace(&format!(">{id}<"), ">[tenant]<");
    }
    without_certificates(&without_uuids(&text))
}

/// Each tenant signs with a key of its own; the text before and behind its certificate has to be the same.
fn without_certificates(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, certificate)) = rest.split_once(">MII") {
        out.push_str(before);
        out.push_str(">[certificate]");
        rest = certificate.trim_start_matches(|one: char| one.is_ascii_alphanumeric() || "+/=".contains(one));
    }
    out + rest
}

/// UUIDs are random and differ between any two calls.
fn without_uuids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if rest.get(..36).is_some_and(|piece| uuid::Uuid::try_parse(piece).is_ok()) {
            out.push_str("[uuid]");
            rest = &rest[36..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

/// Where two answers part.
fn difference(one: &(u16, String), other: &(u16, String)) -> String {
    let same = one.1.chars().zip(other.1.chars()).take_while(|(one, other)| one == other).count();
    let part = |text: &str| text.chars().skip(same.saturating_sub(80)).take(240).collect::<String>();
    format!("{} …{}\n  {} …{}", one.0, part(&one.1), other.0, part(&other.1))
}

fn operations() -> impl Iterator<Item = (&'static Service, &'static Operation)> {
    PUBLISHED.iter().flat_map(|published| {
        published.contract.operations.iter().map(move |operation| (published.contract, operation))
    })
}

#[test]
fn no_operation_finds_or_touches_anything_of_another_tenant() {
    let tenants = Tenants::new();
    let own = tenants.betas_own();
    for text in [SECRET, FILLED, "betaguild", "$argon2"] {
        assert!(own.iter().any(|known| known.contains(text)), "{text} is in {own:?}");
    }
    let before = tenants.foreign_rows();
    let mut wrong = Vec::new();
    let mut calls = 0;
    for (service, operation) in operations() {
        for round in rounds(operation) {
            calls += 1;
            let call = format!("{}.{} {round:?}", service.name, operation.name);
            let (alpha, gamma) = (&tenants.alpha, &tenants.gamma);
            let seen = told(&alpha.0, service, operation, &tenants.real, round);
            let twin = told(&gamma.0, service, operation, &tenants.made_up, round);
            let sent = request(service, operation, &tenants.real, round);
            let found =
                own.iter().find(|text| seen.1.contains(text.as_str()) && !sent.contains(text.as_str()));
            if let Some(text) = found {
                wrong.push(format!("{call} tells {text:?}: {}", seen.1));
            }
            let expected = (twin.0, masked(&twin.1, &tenants.made_up, GAMMA, gamma.1));
            let seen = (seen.0, masked(&seen.1, &tenants.real, ALPHA, alpha.1));
            if seen != expected {
                wrong.push(format!(
                    "{call} tells names that exist from others: {}",
                    difference(&seen, &expected)
                ));
            }
            assert!(alpha.0.is_known() && gamma.0.is_known(), "{call} has shut the callers out");
        }
        let after = tenants.foreign_rows();
        if after != before {
            for (before, after) in before.iter().zip(&after) {
                for (table, rows) in before.iter().filter(|(table, rows)| after[*table] != **rows) {
                    wrong.push(format!(
                        "{}.{} changed {table}: {rows:?} -> {:?}",
                        service.name, operation.name, after[table]
                    ));
                }
            }
            break;
        }
    }
    assert!(wrong.is_empty(), "{} of {calls} calls:\n{}", wrong.len(), wrong.join("\n"));
}

/// The same calls by beta's own administrator, who does find something: the names and the comparison are good.
#[test]
fn the_same_calls_find_plenty_in_the_own_tenant() {
    let tenants = Tenants::new();
    let beta = tenants.world.caller(&format!("admin@{BETA}"), PASSWORD);
    // What reads comes first: afterwards much is gone.
    let reads = |operation: &Operation| {
        let kinds = ["get", "is", "list", "has", "count", "authenticate", "retrieve", "search"];
        kinds.iter().any(|kind| operation.name.starts_with(kind))
    };
    let finds = |(service, operation): (&'static Service, &'static Operation)| {
        let seen = told(&beta, service, operation, &tenants.real, Round::Fitting);
        let twin = told(&beta, service, operation, &tenants.made_up, Round::Fitting);
        let masked =
            |answer: &(u16, String), names| (answer.0, masked(&answer.1, names, BETA, tenants.real.id));
        let found = masked(&seen, &tenants.real) != masked(&twin, &tenants.made_up);
        found.then(|| format!("{}.{}", service.name, operation.name))
    };
    let (read, changed): (Vec<_>, Vec<_>) = operations().partition(|(_, operation)| reads(operation));
    let read: Vec<String> = read.into_iter().filter_map(finds).collect();
    let changed: Vec<String> = changed.into_iter().filter_map(finds).collect();
    assert!(read.len() > 30 && changed.len() > 10, "{} {read:?}, {} {changed:?}", read.len(), changed.len());
}
