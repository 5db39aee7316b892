//! Many users from a file (IS 5.3.0, CSVUserBulkImport): a line each, with name, password, and any number of cells that
//! say `claim=value`, or `role=one:two`. The first line is a heading.
//!
//! The time grows with the number of lines and with nothing else: passwords are hashed on several threads, outside
//! transactions, and users are added some at a time, so that other writers get their turns.

use super::claim::{Changes, DEFAULT_PROFILE};
use super::name::{QualifiedName, shown};
use super::password::NewPassword;
use super::text_file::{self, NoText, TextFile};
use super::user::{self, NewUser};
use super::{Actor, Error, Now, Realm, Secret, console, credential};
use crate::store::{Store, Tx};
use csv::Line;
use std::sync::Arc;

mod csv;
mod spreadsheet;

/// Users that are hashed together and added in one transaction.
const AT_ONCE: usize = 64;

/// How every report of failures begins.
const PROBLEM: &str = "Error occurs while importing user names.";

/// What stands between columns where the comma is taken: semicolons, which Excel writes where it is the decimal sign, and
/// tabs, which it writes into text in UTF-16.
const OTHER_SEPARATORS: [char; 2] = [';', '\t'];

/// What is to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    lines: Vec<Line>,
    charset: &'static str,
    guessed: bool,
}

impl File {
    /// Reads a CSV file, with the fields between commas, in quotes where they need them.
    ///
    /// # Errors
    /// [`NoText`].
    pub fn csv(bytes: &[u8]) -> Result<Self, NoText> {
        let file = text_file::read(bytes)?;
        let (charset, guessed) = (file.charset, file.is_guessed());
        Ok(Self { lines: named(&file), charset, guessed })
    }

    /// What it was read as, if nothing in it says so.
    #[must_use]
    pub fn guessed(&self) -> Option<&'static str> {
        self.guessed.then_some(self.charset)
    }

    /// How many users it names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it names nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// The lines below the heading that name somebody.
fn named(file: &TextFile<'_>) -> Vec<Line> {
    let read = |separator| {
        let mut lines = csv::read(&file.text, separator).into_iter();
        let heading = lines.next();
        let is_named = |line: &Line| line.cells.first().is_some_and(|name| !name.trim().is_empty());
        (heading, lines.filter(is_named).collect::<Vec<_>>())
    };
    let (heading, lines) = read(',');
    // Only a heading that no comma divides says that another one does, and the first user must not speak against it.
    let other = OTHER_SEPARATORS.into_iter().find(|other| {
        heading
            .as_ref()
            .is_some_and(|heading| matches!(heading.cells.as_slice(), [one] if one.contains(*other)))
            && lines.first().and_then(|line| line.cells.first()).is_some_and(|name| name.contains(*other))
    });
    other.map_or(lines, |other| read(other).1)
}

/// How an import went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Users added.
    pub added: usize,
    /// Users who were there.
    pub duplicates: Vec<String>,
    /// Users who could not be added, or the lines of the file that name them, and why.
    pub failed: Vec<(String, String)>,
}

impl Report {
    /// Users that were looked at.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.added + self.duplicates.len() + self.failed.len()
    }

    /// What the original says when not everybody was added.
    ///
    /// # Errors
    /// That, with the counts and the last reason.
    pub fn into_result(self) -> Result<(), Error> {
        let duplicates = self.duplicates.len();
        let text = match self.failed.last() {
            Some((_, last)) if self.added > 0 => format!(
                "{PROBLEM} Success count: {}, Fail count: {}, Duplicate count: {duplicates}. Last error was : {last}",
                self.added,
                self.failed.len(),
            ),
            Some((_, last)) => {
                format!("{PROBLEM} All user names were not imported. Last error was : {last}")
            }
            None if duplicates > 0 => format!(
                "Detected {duplicates} duplicate user names. Failed to import duplicate users. Non-duplicate user \
                 names were successfully imported."
            ),
            None => return Ok(()),
        };
        Err(Error::refused(text))
    }
}

/// One line, understood.
struct Candidate {
    line: usize,
    name: String,
    /// Whether the name is one that may be told.
    is_name: bool,
    password: Secret,
    roles: Vec<String>,
    claims: Changes,
}

impl Candidate {
    /// A domain that the line gives is not the one that counts.
    fn name_of(line: &Line, domain: &str) -> String {
        let typed = line.cells.first().map_or("", String::as_str);
        let bare = QualifiedName::parse(typed).name;
        shown(domain, if typed.starts_with('/') { typed } else { &bare })
    }

    fn of(line: &Line, name: String) -> Result<Self, String> {
        let password = Secret::from(line.cells.get(1).map_or("", String::as_str));
        let (mut roles, mut claims) = (Vec::new(), Changes::default());
        for cell in line.cells.iter().skip(2).filter(|cell| !cell.is_empty()) {
            // Java's split forgets empty parts at the end, so that `claim=` has no value but `claim=value=` is fine.
            let parts: Vec<&str> = cell.trim_end_matches('=').split('=').collect();
            let [claim, value] = parts.as_slice() else {
                return Err("Claims and values are not in correct format".to_owned());
            };
            if claim.contains("role") {
                roles = value.split(':').filter(|role| !role.is_empty()).map(str::to_owned).collect();
            } else if !claim.is_empty() {
                claims.set(claim.trim(), Some((*value).to_owned()));
            }
        }
        Ok(Self { line: line.number, is_name: is_name(line), name, password, roles, claims })
    }

    /// Who could not be added and why, without what may be a password. Nothing behind a line break in a cell is told: that is
    /// another line of the file, which a quotation mark that is never closed has swallowed.
    fn refused(self, reason: &str) -> (String, String) {
        let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        if self.is_name {
            return (self.name, first(reason));
        }
        let (line, name) = (format!("line {}", self.line), QualifiedName::parse(self.name.trim()).name);
        let bare = reason.replacen(&format!("Username {name} "), &format!("Username of {line} "), 1);
        let bare = bare.replacen(&format!("Username '{name}' "), &format!("Username of {line} "), 1);
        (line, first(&bare))
    }
}

/// Whether the first cell of a line is surely a name: a line without a second cell, or with what divides cells inside the
/// first, was not taken apart as whoever wrote it meant, and the password may be part of it.
fn is_name(line: &Line) -> bool {
    let divides = |letter| matches!(letter, ',' | ';' | '\t' | '\n' | '\r');
    matches!(line.cells.as_slice(), [name, _, ..] if !name.contains(divides))
}

/// Imports a file into a user store; `progress` is told now and then how far it is. Blocks.
///
/// # Errors
/// [`Error::Refused`] for a store that does not exist, failures of the database. What is wrong with single users stands
/// in the report.
pub fn run(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    actor: &Actor,
    domain: &str,
    file: File,
    mut progress: impl FnMut(&Report),
) -> Result<Report, Error> {
    let domain = if domain.is_empty() { super::name::PRIMARY.to_owned() } else { domain.to_uppercase() };
    if !store.read(|tx| user::is_store(tx, actor.tenant, &domain))? {
        return Err(unreadable());
    }
    let mut report = Report::default();
    for lines in file.lines.chunks(AT_ONCE) {
        let candidates = candidates(store, actor, lines, &domain, &mut report)?;
        let passwords = credential::hash_all(&candidates, |one| NewPassword::first(one.password.clone()))?;
        let (kept, actor) = (Arc::clone(realm), actor.clone());
        let added = store.write_blocking(move |tx| add(tx, now, &kept, &actor, candidates, &passwords))?;
        for (one, result) in added {
            match result {
                Ok(true) => report.added += 1,
                Ok(false) => report.duplicates.push(one.name),
                Err(reason) => report.failed.push(one.refused(&reason)),
            }
        }
        progress(&report);
    }
    tracing::info!(
        charset = file.charset,
        added = report.added,
        failed = report.failed.len(),
        duplicates = report.duplicates.len(),
        "users were imported"
    );
    Ok(report)
}

/// Those of some lines who are not there yet. The report has the others, and the lines that say nothing.
fn candidates(
    store: &Store,
    actor: &Actor,
    lines: &[Line],
    domain: &str,
    report: &mut Report,
) -> Result<Vec<Candidate>, Error> {
    let (fresh, known) = store.read(|tx| {
        let (mut fresh, mut known) = (Vec::with_capacity(lines.len()), Vec::new());
        for line in lines {
            let name = Candidate::name_of(line, domain);
            match user::look_up(tx, actor.tenant, &name)? {
                Some(_) => known.push(name),
                None => fresh.push((line, name)),
            }
        }
        Ok::<_, Error>((fresh, known))
    })?;
    report.duplicates.extend(known);
    let mut candidates = Vec::with_capacity(fresh.len());
    for (line, name) in fresh {
        match Candidate::of(line, name.clone()) {
            Ok(candidate) => candidates.push(candidate),
            Err(reason) if is_name(line) => report.failed.push((name, reason)),
            Err(reason) => report.failed.push((format!("line {}", line.number), reason)),
        }
    }
    Ok(candidates)
}

/// Somebody, and whether there was nobody of his name yet, or why he cannot be added.
type Tried = (Candidate, Result<bool, String>);

/// Adds users and says what came of each.
fn add(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    candidates: Vec<Candidate>,
    passwords: &[NewPassword],
) -> Result<Vec<Tried>, Error> {
    let mut results = Vec::with_capacity(candidates.len());
    for (one, password) in candidates.into_iter().zip(passwords) {
        let new = NewUser {
            name: &one.name,
            password,
            roles: &one.roles,
            claims: &one.claims,
            profile: DEFAULT_PROFILE,
            require_change: true,
        };
        // A line may name somebody whom an earlier one has added. It makes administrators for nobody who could
        // not make one alone; the original asks only there, and so hands `admin` to all who manage users.
        let result = match user::look_up(tx, actor.tenant, &one.name)? {
            Some(_) => Ok(false),
            // What is refused when he is there already, a link that nobody can be mailed, leaves nothing of him.
            None => tx.attempt(|tx| console::add_user(tx, now, realm, actor, &new).map(|_| true)),
        };
        results.push((one, refusal_apart(result)?));
    }
    Ok(results)
}

/// The text of a refusal apart from failures, which end the import.
fn refusal_apart(result: Result<bool, Error>) -> Result<Result<bool, String>, Error> {
    match result {
        Ok(added) => Ok(Ok(added)),
        Err(error) if error.is_failure() => Err(error),
        Err(refusal) => Ok(Err(refusal.to_string())),
    }
}

/// What the original says of a file, or a store, that it cannot make sense of.
#[must_use]
fn unreadable() -> Error {
    Error::refused("Error occured while adding userlist")
}

/// What the original says of a file that is no text; where it is none is for the log.
#[must_use]
pub fn no_text(wrong: NoText) -> Error {
    tracing::warn!(%wrong, "a file of users cannot be read");
    unreadable()
}

/// What the original says of every spreadsheet: it takes names from them but no passwords, and the default user store
/// takes nobody without one.
#[must_use]
pub fn spreadsheet(realm: &Realm, bytes: &[u8]) -> Error {
    if !spreadsheet::is_one(bytes) {
        return unreadable();
    }
    Error::refused(format!(
        "{PROBLEM} All user names were not imported. Last error was : Credential not valid. Credential must be a non null \
         string with following format, {}",
        realm.policy.password_pattern
    ))
}

#[cfg(test)]
mod tests;
