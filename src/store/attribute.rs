//! Attributes of users on their way into the database.

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
    tx.execute_each(REMOVE, last_of_each().filter_map(Attribute::to_remove))
}
