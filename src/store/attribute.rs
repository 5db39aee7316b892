//! Attributes of users on their way into the database, and the terms by which they are found there.
//!
//! A search compares whole texts in lower case, as far as the engine knows it, along the index of values. What that does
//! not find has terms in a table of its own: each of several values, and texts with letters beyond ASCII.

use super::{Error, Tx, Value};

/// An attribute to set, or to remove where there is no value.
pub(super) struct Attribute {
    user: i64,
    profile: &'static str,
    name: Box<str>,
    value: Option<Box<str>>,
}

const SET: &str = "INSERT INTO user_attribute (user_id, profile, name, value) VALUES ($1, $2, $3, $4) \
    ON CONFLICT (user_id, profile, name) DO UPDATE SET value = excluded.value \
    WHERE user_attribute.value <> excluded.value";
const REMOVE: &str = "DELETE FROM user_attribute WHERE user_id = $1 AND profile = $2 AND name = $3";

const HAS_TERMS: &str = "SELECT 1 FROM user_attribute_term LIMIT 1";
const FORGET_TERMS: &str = "DELETE FROM user_attribute_term WHERE user_id = $1 AND name = $2";
const ADD_TERM: &str =
    "INSERT INTO user_attribute_term (user_id, name, term) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Whether an attribute has one value, whatever commas are in it: a directory knows one of these names for a person.
#[must_use]
pub fn is_single(name: &str) -> bool {
    matches!(name, "uid" | "sn")
}

/// The values of an attribute in its text: each trimmed, empty ones left out.
pub fn values_in<'v>(name: &str, text: &'v str) -> impl Iterator<Item = &'v str> {
    let separator = if is_single(name) { None } else { Some(',') };
    text.split(move |letter| Some(letter) == separator).map(str::trim).filter(|value| !value.is_empty())
}

/// Values of an attribute at most that it is found by one by one. Each is a row, which nobody else may wait for: users write
/// attributes of their own.
const MOST_TERMS: usize = 1_000;

/// What an attribute is found by beside its own text.
pub(super) fn terms(name: &str, text: &str) -> Vec<String> {
    if text.is_ascii() && (!text.contains(',') || is_single(name)) {
        return Vec::new();
    }
    values_in(name, text).take(MOST_TERMS).map(str::to_lowercase).collect()
}

impl std::fmt::Debug for Attribute {
    /// Without the value: it may be a one-time password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.name, self.user)
    }
}

impl Attribute {
    pub(super) fn new(user: i64, profile: &'static str, name: &str, value: Option<&str>) -> Self {
        Self { user, profile, name: name.into(), value: value.map(Into::into) }
    }

    pub(super) fn user(&self) -> i64 {
        self.user
    }

    fn place(&self) -> (i64, &str, &str) {
        (self.user, self.profile, &self.name)
    }

    fn terms(&self) -> Vec<String> {
        self.value.as_deref().map(|value| terms(&self.name, value)).unwrap_or_default()
    }

    fn to_set(&self) -> Option<[Value<'_>; 4]> {
        let value = self.value.as_deref()?;
        Some([self.user.into(), self.profile.into(), (&*self.name).into(), value.into()])
    }

    fn to_remove(&self) -> Option<[Value<'_>; 3]> {
        self.value.is_none().then(|| [self.user.into(), self.profile.into(), (&*self.name).into()])
    }
}

/// Writes an attribute on which remembered facts depend.
pub(super) fn write_now(tx: &mut Tx<'_>, attribute: Attribute) -> Result<(), Error> {
    tx.close_memory();
    tx.before_change()?;
    write(tx, vec![attribute])
}

/// Writes attributes, of those for the same place the last. They are written in the order of the table, whose neighbours
/// share pages.
pub(super) fn write(tx: &mut Tx<'_>, mut attributes: Vec<Attribute>) -> Result<(), Error> {
    // The sort is stable: later ones stay behind earlier ones.
    attributes.sort_by(|one, other| one.place().cmp(&other.place()));
    let last_of_each =
        || attributes.chunk_by(|one, other| one.place() == other.place()).filter_map(<[_]>::last);
    tx.execute_each(SET, last_of_each().filter_map(Attribute::to_set))?;
    tx.execute_each(REMOVE, last_of_each().filter_map(Attribute::to_remove))?;
    let terms: Vec<Vec<String>> = last_of_each().map(Attribute::terms).collect();
    // One look for all of them: in most installations nobody has terms.
    if terms.iter().all(Vec::is_empty) && !tx.finds(HAS_TERMS)? {
        return Ok(());
    }
    tx.execute_each(FORGET_TERMS, last_of_each().map(|one| [one.user.into(), (&*one.name).into()]))?;
    let each = last_of_each().zip(&terms).flat_map(|(one, terms)| {
        terms.iter().map(|term| [Value::from(one.user), (&*one.name).into(), term.into()])
    });
    tx.execute_each(ADD_TERM, each)
}
