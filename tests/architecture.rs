//! The rules of the code base that no compiler checks: who may import whom, and how sources are written.
//!
//! `ARCHITECTURE.md` explains the arrows; this file is what keeps them straight.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who may import whom. Files directly below `src` put the parts together and may import everything.
const ARROWS: &[(&str, &[&str])] = &[
    ("config", &[]),
    ("saml", &[]),
    ("soap", &[]),
    ("store", &[]),
    ("domain", &["store"]),
    ("mail", &["store", "domain"]),
    ("ops", &["domain", "store", "config"]),
    ("services", &["saml", "soap", "domain", "store"]),
    ("web", &["saml", "domain", "store"]),
    ("transport", &["services", "web", "ops", "saml", "soap", "config", "store", "domain", "mail"]),
];

/// Nobody reads a file longer than this: half as much again as a file of one idea should have, and more where a test tells
/// a long story.
const LONGEST_SOURCE: usize = 550;
const LONGEST_TEST: usize = 650;

/// One source file.
struct Source {
    /// Below the crate's folder, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// The code without comments, line by line, with line numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, without_comment(line)))
    }

    /// The part of the architecture it belongs to; `None` for files directly below `src`.
    fn part(&self) -> Option<&str> {
        let (part, rest) = self.path.strip_prefix("src/")?.split_once('/')?;
        (!rest.is_empty()).then_some(part)
    }

    /// Complains about every line of code for which `is_wrong` holds.
    fn complaints(&self, is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
        let wrong = self.code().filter(|(_, line)| is_wrong(line));
        wrong.map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim())).collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with one of those endings.
fn files(folder: &str, endings: &[&str]) -> Vec<Source> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<Source>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, endings, found);
            } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e)) {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), endings, &mut found);
    assert!(!found.is_empty(), "{folder} holds no {endings:?} files");
    found
}

fn rust() -> Vec<Source> {
    files("src", &["rs"])
}

/// A line up to its comment. Addresses inside texts hold `//` too, so only one after a blank or at the start counts.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") {
        return "";
    }
    line.find(" // ").map_or(line, |at| &line[..at])
}

/// The parts of our crate that some code names: `crate::part::…` and `crate::{part, other::Thing}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = code;
    while let Some(at) = rest.find("crate::") {
        // `$crate` in a macro of our own means the same; `my_crate::` does not.
        let whole = rest[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        rest = &rest[at + "crate::".len()..];
        if !whole {
            continue;
        }
        if let Some(group) = rest.strip_prefix('{') {
            found.extend(top_level_names(group));
        } else {
            found.extend(name(rest));
        }
    }
    found
}

fn name(code: &str) -> Option<String> {
    let end = code.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(code.len());
    (end > 0).then(|| code[..end].to_owned())
}

/// The first names in `a::B, c::{D, E}} …` up to the brace that closes the group.
fn top_level_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut at_start) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if c.is_whitespace() => {}
            _ if at_start => {
                names.extend(name(&group[at..]));
                at_start = false;
            }
            _ => {}
        }
    }
    names
}

fn assert_none(complaints: Vec<String>, rule: &str) {
    assert!(complaints.is_empty(), "{rule}\n{}", complaints.join("\n"));
}

#[test]
fn imports_are_found_in_every_way_of_writing_them() {
    let of = |code: &str| imports(code).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(of("use crate::store::Tx;"), "store");
    assert_eq!(of("use crate::{store::{self, Tx}, web::Site};\nuse crate::mail;"), "mail store web");
    assert_eq!(of("let x = crate::domain::claim::write(crate::soap::Fault);"), "domain soap");
    assert_eq!(of("$crate::soap::xml my_crate::web"), "soap");
    assert_eq!(without_comment("    // use crate::web;"), "");
    assert_eq!(without_comment("use crate::web; // why"), "use crate::web;");
}

#[test]
fn every_part_imports_only_what_lies_below_it() {
    let mut complaints = Vec::new();
    for source in rust() {
        let Some(part) = source.part() else { continue };
        let Some((_, below)) = ARROWS.iter().find(|(known, _)| *known == part) else {
            complaints.push(format!("{}: {part} is no part of the architecture", source.path));
            continue;
        };
        let code: Vec<&str> = source.code().map(|(_, line)| line).collect();
        for import in imports(&code.join("\n")) {
            let is_part = ARROWS.iter().any(|(known, _)| *known == import);
            if is_part && import != part && !below.contains(&import.as_str()) {
                complaints.push(format!("{}: {part} must not import {import}", source.path));
            }
        }
    }
    assert_none(complaints, "An arrow points the wrong way:");
}

/// The outbox worker knows what a clock or a secret is, and no rule of the domain.
#[test]
fn the_mail_worker_uses_types_of_the_domain_and_no_rules() {
    let mut complaints = Vec::new();
    for source in rust().into_iter().filter(|source| source.part() == Some("mail")) {
        complaints.extend(source.complaints(|line| {
            line.split("crate::domain::").skip(1).any(|rest| {
                let rest = rest.trim_start_matches('{');
                let path: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
                !path.split("::").any(|step| step.starts_with(char::is_uppercase))
            })
        }));
    }
    assert_none(complaints, "Mail may use types of the domain only:");
}

#[test]
fn domain_store_and_codec_know_no_http_library() {
    let mut complaints = Vec::new();
    for source in rust() {
        if matches!(source.part(), Some("domain" | "store" | "soap")) {
            complaints.extend(source.complaints(|line| line.contains("hyper")));
        }
    }
    assert_none(complaints, "hyper belongs to the faces and to transport:");
}

/// `ARCHITECTURE.md` says where.
#[test]
fn the_engine_is_named_in_few_places() {
    const PLACES: [&str; 4] =
        ["src/store/sqlite", "src/store/tx", "src/store/migrate.rs", "src/store/error.rs"];
    let mut complaints = Vec::new();
    for source in rust() {
        let is_place = PLACES.iter().any(|place| source.path.starts_with(place));
        if !is_place && !source.path.contains("/tests") {
            complaints.extend(source.complaints(|line| line.contains("rusqlite")));
        }
    }
    assert_none(
        complaints,
        "The engine belongs to store/sqlite, store/tx, store/migrate.rs and store/error.rs:",
    );
}

#[test]
fn the_rules_are_told_the_time_and_never_ask_for_it() {
    let mut complaints = Vec::new();
    for source in rust() {
        let is_clock = source.path == "src/domain/clock.rs";
        // How long something took, or may be waited for, is no rule.
        let measures = matches!(source.part(), Some("transport" | "store"));
        complaints.extend(source.complaints(|line| {
            (line.contains("SystemTime::now") && !is_clock)
                || (line.contains("Instant::now") && !is_clock && !measures)
                || line.contains("OffsetDateTime::now")
        }));
    }
    assert_none(complaints, "Time is a parameter:");
}

#[test]
fn random_numbers_come_from_the_system() {
    let mut complaints = Vec::new();
    for source in rust() {
        complaints.extend(source.complaints(|line| {
            ["rand::", "thread_rng", "fastrand", "RandomState::new()"].iter().any(|word| line.contains(word))
                && !line.contains("aws_lc_rs::rand")
        }));
    }
    assert_none(complaints, "Codes, ids and keys are made by aws-lc-rs or uuid:");
}

#[test]
fn no_file_is_longer_than_anybody_reads() {
    let mut complaints = Vec::new();
    for (sources, longest) in [(rust(), LONGEST_SOURCE), (files("tests", &["rs"]), LONGEST_TEST)] {
        for source in sources {
            let lines = source.text.lines().count();
            if lines > longest {
                complaints.push(format!("{}: {lines} lines", source.path));
            }
        }
    }
    assert_none(complaints, "Split these files:");
}

#[test]
fn every_module_says_what_it_is() {
    let silent = rust().into_iter().filter(|source| !source.text.trim_start().starts_with("//!"));
    let silent = silent.filter(|source| !source.path.ends_with("/tests.rs")).map(|source| source.path);
    assert_none(silent.collect(), "These modules open without a word about themselves:");
}

#[test]
fn modules_are_nouns_of_the_trade() {
    const EMPTY_WORDS: &[&str] =
        &["util", "utils", "helper", "helpers", "common", "manager", "handler", "base", "misc"];
    let mut complaints = Vec::new();
    for source in rust() {
        let steps = source.path.trim_end_matches(".rs").split('/');
        if steps.into_iter().any(|step| EMPTY_WORDS.contains(&step)) {
            complaints.push(source.path);
        }
    }
    assert_none(complaints, "These names say nothing:");
}

/// The misspelt words of the contract are written once, where it is declared.
#[test]
fn spellings_of_the_wire_stay_in_the_contracts() {
    let mut complaints = Vec::new();
    for source in rust() {
        if !source.path.ends_with("/contract.rs") {
            complaints.extend(source.complaints(|line| line.contains("profileConifuration")));
        }
    }
    // The service writes the field of the declared struct; it may name it, nobody else may.
    complaints.retain(|complaint| !complaint.starts_with("src/services/"));
    assert_none(complaints, "Names of the wire belong to services/*/contract.rs:");
}

#[test]
fn nothing_is_left_to_do_and_no_lint_is_silenced_for_good() {
    // Put together here, or this file would complain about itself.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X:"].concat()];
    let silenced = ["#[al", "low("].concat();
    let silenced_everywhere = ["#![al", "low("].concat();
    let mut complaints = Vec::new();
    for source in rust().iter().chain(&files("tests", &["rs"])) {
        for (index, line) in source.text.lines().enumerate() {
            // What a macro silences is right in some of its uses only, where an expectation would go unfulfilled.
            let in_macro = source.path == "src/soap/declare.rs";
            let wrong = words.iter().any(|word| line.contains(word.as_str()))
                || (line.contains(&silenced) && !in_macro)
                || line.contains(&silenced_everywhere);
            if wrong {
                complaints.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    assert_none(complaints, "Finish these, and use #[expect] with a reason:");
}

/// Tera escapes what it prints unless told not to.
#[test]
fn pages_print_nothing_unescaped() {
    let mut complaints = Vec::new();
    for page in files("src/web/templates", &["html"]) {
        for (index, line) in page.text.lines().enumerate() {
            let compact: String = line.split_whitespace().collect();
            if compact.contains("|safe") || compact.contains("autoescape") {
                complaints.push(format!("{}:{}: {}", page.path, index + 1, line.trim()));
            }
        }
    }
    assert_none(complaints, "Pages must not switch escaping off:");
}

/// The content security policy forbids both; a page that has them would be broken.
#[test]
fn pages_need_no_script_and_no_style_of_their_own() {
    let mut complaints = Vec::new();
    for page in files("src/web/templates", &["html"]) {
        let text = page.text.to_lowercase();
        // The one page that goes on by itself where scripts run; everywhere else its button does.
        let text = match page.path.as_str() {
            "src/web/templates/continue.html" => {
                text.replace("<script src=\"/authenticationendpoint/continue.js\" defer></script>", "")
            }
            _ => text,
        };
        for forbidden in ["<script", "<style", " style=", "javascript:", " onclick=", " onload=", "http://"] {
            if text.contains(forbidden) {
                complaints.push(format!("{}: {forbidden}", page.path));
            }
        }
    }
    assert_none(complaints, "Pages work under a strict content security policy:");
}
