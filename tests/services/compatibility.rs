//! The README's table of services, held against what is declared and what is answered.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::arguments::{Names, Round, request};
use crate::support::client::Answer;
use crate::support::tree::Element;
use crate::support::world::{OLD, TOM, World};
use soapstone::services::PUBLISHED;
use std::collections::BTreeMap;

const NAMES: Names = Names {
    user: TOM,
    role: "test role",
    dialect: "http://dialect.example",
    claim: "http://wso2.org/claims/givenname",
    provider: "partner",
    template: "Notice",
    user_store: "ANNEX",
    tenant: "acme.example",
    question: "Which one ?",
    question_set: "http://wso2.org/claims/question",
    resource: "/permission/admin/other",
    mail: "tom@post.example",
    code: ['Z'; 6],
    id: 1,
};

/// A line of the table: how many operations there are, and which of them are refused.
struct Line {
    operations: usize,
    refused: Vec<String>,
}

/// What stands between back quotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn table() -> BTreeMap<String, Line> {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let lines = readme.lines().skip_while(|line| !line.starts_with("| Service | Operations | Refused |"));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    let mut table = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let service = quoted(cells[1]).remove(0);
        assert!(!cells[4].is_empty(), "{service} is said nothing of");
        let line = Line { operations: cells[2].parse().unwrap(), refused: quoted(cells[3]) };
        assert!(table.insert(service, line).is_none(), "twice: {row}");
    }
    table
}

#[test]
fn the_readme_lists_exactly_the_services_and_operations_that_are_declared() {
    let table = table();
    let declared: BTreeMap<&str, usize> = PUBLISHED
        .iter()
        .map(|published| (published.contract.name, published.contract.operations.len()))
        .collect();
    let listed: BTreeMap<&str, usize> =
        table.iter().map(|(service, line)| (service.as_str(), line.operations)).collect();
    assert_eq!(listed, declared);
    let readme = std::fs::read_to_string("README.md").unwrap();
    assert!(readme.contains(&format!("of the {} services below", declared.len())));
}

/// A refusal is a fault, or the answer `false` where the contract has a truth value.
fn is_refused(answer: &Answer) -> bool {
    answer.status == 500
        || (answer.status == 200
            && Element::parse(&answer.text()).unwrap().find("return").unwrap().text == "false")
}

#[test]
fn what_the_readme_says_to_be_refused_is_refused_to_the_administrator_and_changes_nothing() {
    let world = World::new(&[]);
    world.command(&["store", "add", NAMES.user_store], "");
    world.tenant_with_tom(NAMES.tenant, &[]);
    let admin = world.admin();
    let counted =
        || world.stored("SELECT (SELECT count(*) FROM audit) || ' ' || (SELECT count(*) FROM user_store)");
    let before = counted();
    let mut called = 0;
    for (name, line) in table() {
        let service = PUBLISHED.iter().find(|published| published.contract.name == name).unwrap().contract;
        for refused in &line.refused {
            let operation = service.operations.iter().find(|operation| operation.name == refused);
            let operation = operation.unwrap_or_else(|| panic!("{name} declares no {refused}"));
            let payload = request(service, operation, &NAMES, Round::Fitting);
            let answer = admin.call(service.name, operation.name, &payload);
            assert!(is_refused(&answer), "{name}.{refused}: {} {}", answer.status, answer.text());
            called += 1;
        }
    }
    assert!(called > 15, "{called}");
    assert_eq!(counted(), before);
    assert!(world.caller(&format!("tom@{}", NAMES.tenant), OLD).is_known());
}
