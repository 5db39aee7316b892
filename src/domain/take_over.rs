//! Users of an existing deployment, with the passwords they have: from the `UM_…` and `IDN_IDENTITY_USER_DATA` tables of
//! its databases, exported as CSV files, and from its directory, exported as LDIF. Hashes verify as they are, and the next
//! login of each user replaces his.
//!
//! What is here already is left as it is: neither the users nor the roles of that name change, except that a role gets
//! the members that were taken over. Keys of the tables only tie rows together and are not kept.

mod apply;
mod export;
mod ldif;
mod roles;
mod users;

pub use apply::{Report, check_store, run};
pub use export::{Export, Files, Meant};

use super::credential::{self, Credential};
use super::name::{QualifiedName, is_reserved};
use super::{Error, Now};
use std::collections::BTreeMap;

/// What was passed over, by what it is.
pub type PassedOver = BTreeMap<&'static str, usize>;

/// A user as the export describes him.
#[derive(Debug)]
struct OldUser {
    /// Where he stands.
    place: String,
    /// Name without domain.
    name: String,
    password: Stored,
    require_change: bool,
    changed_at: Option<Now>,
    attributes: Vec<(String, String)>,
}

/// A password as the export has it.
enum Stored {
    Database { salt: String, value: String },
    Directory(String),
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stored(***)")
    }
}

/// A role as the export describes it.
#[derive(Debug)]
struct OldRole {
    place: String,
    /// As clients type it.
    typed: String,
    /// Folded names of users of the store that is meant.
    members: Vec<String>,
    /// Resources that may be executed, or may not.
    grants: Vec<(String, bool)>,
}

/// An identity claim, in which there may be a code.
struct Fact {
    /// Folded name of a user of the store that is meant.
    user: String,
    uri: String,
    value: Option<String>,
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.uri, self.user)
    }
}

/// An export whose passwords are in the form in which they are kept.
#[derive(Debug)]
pub struct Prepared {
    export: Export,
    credentials: Vec<Credential>,
}

impl Export {
    /// How many users there are.
    #[must_use]
    pub fn users(&self) -> usize {
        self.users.len()
    }

    /// Brings the passwords into the form in which they are kept, and tells `done` of each. Those in clear are hashed: slow,
    /// and therefore no part of a write.
    ///
    /// # Errors
    /// A password that nobody could verify, with its place.
    pub fn prepare(self, done: impl Fn() + Sync) -> Result<Prepared, Error> {
        let credentials = credential::hash_all(&self.users, |user| {
            let credential = credential(&self.digest, user);
            done();
            credential
        })?;
        Ok(Prepared { credentials, export: self })
    }
}

/// Refuses a name by which nobody could sign in here. Patterns are for names that somebody makes up.
fn check_name(old: &OldUser) -> Result<(), Error> {
    let name = &old.name;
    let wrong = if is_reserved(name) {
        "stands for nobody who could sign in"
    } else if QualifiedName::parse(name).domain.is_some() {
        "has a slash in it, which no user name can have here"
    } else if name.trim() != name {
        "begins or ends with a blank, which no user name can here"
    } else {
        return Ok(());
    };
    Err(Error::refused(format!("{}: {name:?} {wrong}; take it out of the export", old.place)))
}

fn credential(digest: &str, user: &OldUser) -> Result<Credential, Error> {
    let (taken, hint) = match &user.password {
        Stored::Database { salt, value } => (
            Credential::import_jdbc(digest, salt, value),
            "; --digest is what PasswordDigest is in user-mgt.xml, PLAIN_TEXT if it is not there",
        ),
        Stored::Directory(value) => (Credential::import_ldap(value), ""),
    };
    taken.map_err(|error| error.reworded(|why| format!("{}: {why}{hint}", user.place)))
}
