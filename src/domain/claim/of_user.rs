//! Everything a user has, as one reading sees it.

use super::{DEFAULT_PROFILE, is_identity};
use crate::domain::catalogue::{Catalogue, Claim, ROLE};
use crate::domain::{Error, User, role};
use crate::store::{self, Tx};
use std::ops::Range;

/// A user's claims as one reading sees them.
#[derive(Debug)]
pub struct Values {
    /// All names and values, one after the other: a profile of thirty fields in one piece instead of sixty.
    text: String,
    /// Sorted by name.
    attributes: Vec<Entry>,
    identity: Vec<Entry>,
    roles: Option<String>,
    domain: String,
}

/// Where in the text they are.
#[derive(Debug)]
struct Entry {
    name: Range<usize>,
    value: Option<Range<usize>>,
}

impl Values {
    /// Reads everything a user has; roles only when they are wanted, since they cost another statement.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn read(tx: &mut Tx<'_>, user: &User, with_roles: bool) -> Result<Self, Error> {
        let mut values = Self {
            text: String::with_capacity(2048),
            attributes: Vec::with_capacity(32),
            identity: Vec::new(),
            roles: None,
            domain: user.domain.clone(),
        };
        store::user::all_values(tx, user.id.0, DEFAULT_PROFILE, |name, value, of_account| {
            let entry = Entry { name: values.hold(name), value: value.map(|value| values.hold(value)) };
            match of_account {
                true => values.identity.push(entry),
                false => values.attributes.push(entry),
            }
        })?;
        // They come so, as the key of the table has them; nothing promises it.
        let Self { text, attributes, .. } = &mut values;
        let name = |entry: &Entry| text.get(entry.name.clone()).unwrap_or_default();
        if !attributes.is_sorted_by(|one, next| name(one) <= name(next)) {
            attributes.sort_by(|one, other| name(one).cmp(name(other)));
        }
        if with_roles {
            values.roles = Some(role::of_user(tx, user)?.join(","));
        }
        Ok(values)
    }

    fn hold(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    fn at(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    fn value(&self, entry: &Entry) -> Option<&str> {
        entry.value.as_ref().map(|value| self.at(value))
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let place = self.attributes.binary_search_by(|entry| self.at(&entry.name).cmp(name)).ok()?;
        self.value(self.attributes.get(place)?)
    }

    /// The value of a claim by its URI.
    #[must_use]
    pub fn of<'v>(&'v self, catalogue: &Catalogue, uri: &str) -> Option<&'v str> {
        if let Some(value) = self.in_account(uri) {
            return value;
        }
        let claim = catalogue.find(uri)?;
        if claim.is(ROLE) { self.roles.as_deref() } else { self.of_attribute(claim) }
    }

    /// The value of a local claim: from the account when it holds one, even an empty one, from the store otherwise.
    #[must_use]
    pub fn of_claim(&self, claim: &Claim) -> Option<&str> {
        if claim.is(ROLE) {
            return self.roles.as_deref();
        }
        self.in_account(&claim.uri).unwrap_or_else(|| self.of_attribute(claim))
    }

    fn in_account(&self, uri: &str) -> Option<Option<&str>> {
        match self.identity.is_empty() || !is_identity(uri) {
            true => None,
            false => {
                let found = self.identity.iter().find(|entry| self.at(&entry.name) == uri)?;
                Some(self.value(found))
            }
        }
    }

    fn of_attribute(&self, claim: &Claim) -> Option<&str> {
        let attribute = claim.attribute(&self.domain)?;
        self.attribute(attribute).filter(|value| !value.chars().all(char::is_whitespace))
    }

    /// Identity claims that the account holds.
    pub fn identity(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.identity.iter().map(|entry| (self.at(&entry.name), self.value(entry)))
    }
}
