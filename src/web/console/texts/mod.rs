//! Every text of the console, in one place for translation: a file for each part, `key` and English text. Templates
//! write `{{ t.key }}`. Labels and messages that the original's console has are worded as there.

mod claims;
mod frame;
mod mail;
mod operations;
mod people;
mod providers;
mod resets;
mod service_providers;
mod tenants;

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The parts.
const PARTS: &[&[(&str, &str)]] = &[
    frame::TEXTS,
    people::TEXTS,
    operations::TEXTS,
    providers::TEXTS,
    service_providers::TEXTS,
    mail::TEXTS,
    claims::TEXTS,
    tenants::TEXTS,
    resets::TEXTS,
];

static ALL: LazyLock<BTreeMap<&'static str, &'static str>> =
    LazyLock::new(|| PARTS.iter().flat_map(|part| part.iter().copied()).collect());

/// All of them, for templates.
pub fn all() -> &'static BTreeMap<&'static str, &'static str> {
    &ALL
}

/// One of them; an unknown key is its own text, and a test finds it.
pub fn text(key: &'static str) -> &'static str {
    ALL.get(key).copied().unwrap_or(key)
}

/// One of them with `{0}`, `{1}` … filled in. What is filled in is not looked at again.
pub fn filled(key: &'static str, values: &[&str]) -> String {
    let mut rest = text(key);
    let mut done = String::new();
    while let Some(at) = rest.find('{') {
        let (before, place) = rest.split_at(at);
        done.push_str(before);
        let number = place.get(1..2).and_then(|digit| digit.parse::<usize>().ok());
        match number.and_then(|number| values.get(number)).filter(|_| place.get(2..3) == Some("}")) {
            Some(value) => {
                done.push_str(value);
                rest = place.get(3..).unwrap_or_default();
            }
            None => {
                done.push('{');
                rest = place.get(1..).unwrap_or_default();
            }
        }
    }
    done.push_str(rest);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The words behind a mark, up to what cannot be part of a key.
    fn after<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
        let key = |rest: &'t str| {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_');
            rest.split_at(end.unwrap_or(rest.len())).0
        };
        text.split(mark).skip(1).map(key).collect()
    }

    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("texts") {
                sources(&path, found);
            } else if path.is_file() {
                found.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_text_that_is_named_is_there_and_every_one_is_named() {
        let mut code = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/console"), &mut code);
        let mut named: BTreeSet<&str> = after(&code, "texts::text(\"").into_iter().collect();
        named.extend(after(&code, "texts::filled(\""));
        for (_, template) in crate::web::console::TEMPLATES {
            named.extend(after(template, " t.").into_iter().chain(after(template, "={t.")));
        }
        let missing: Vec<_> = named.iter().filter(|key| !ALL.contains_key(**key)).collect();
        assert!(missing.is_empty(), "no text for {missing:?}");
        let quoted = |key: &str| code.contains(&format!("\"{key}\""));
        let unused: Vec<_> = ALL.keys().filter(|key| !named.contains(**key) && !quoted(key)).collect();
        assert!(unused.is_empty(), "nobody shows {unused:?}");
        let count: usize = PARTS.iter().map(|part| part.len()).sum();
        assert_eq!(count, ALL.len(), "a key is there twice");
    }

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        assert_eq!(filled("{0} and {1}, {2} {x}", &["{1}", "b"]), "{1} and b, {2} {x}");
    }
}
