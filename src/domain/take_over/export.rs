//! The files of an export, and what they say together.

use super::{Fact, OldRole, OldUser, PassedOver, check_name, ldif, roles, users};
use crate::domain::Error;
use crate::domain::exported::{Table, utf8};
use crate::domain::name::folded;
use std::collections::{HashMap, HashSet};

/// The tables that are read, and the columns they must have (IS 5.3.0, the scripts of its user and identity tables).
const TABLES: [(&str, &[&str]); 10] = [
    ("UM_USER", &["UM_ID", "UM_USER_NAME", "UM_USER_PASSWORD", "UM_SALT_VALUE", "UM_TENANT_ID"]),
    ("UM_USER_ATTRIBUTE", &["UM_ATTR_NAME", "UM_ATTR_VALUE", "UM_PROFILE_ID", "UM_USER_ID", "UM_TENANT_ID"]),
    ("UM_ROLE", &["UM_ID", "UM_ROLE_NAME", "UM_TENANT_ID"]),
    ("UM_USER_ROLE", &["UM_ROLE_ID", "UM_USER_ID", "UM_TENANT_ID"]),
    ("UM_DOMAIN", &["UM_DOMAIN_ID", "UM_DOMAIN_NAME", "UM_TENANT_ID"]),
    ("UM_HYBRID_ROLE", &["UM_ID", "UM_ROLE_NAME", "UM_TENANT_ID"]),
    ("UM_HYBRID_USER_ROLE", &["UM_USER_NAME", "UM_ROLE_ID", "UM_TENANT_ID", "UM_DOMAIN_ID"]),
    ("UM_PERMISSION", &["UM_ID", "UM_RESOURCE_ID", "UM_ACTION", "UM_TENANT_ID"]),
    (
        "UM_ROLE_PERMISSION",
        &["UM_PERMISSION_ID", "UM_ROLE_NAME", "UM_IS_ALLOWED", "UM_TENANT_ID", "UM_DOMAIN_ID"],
    ),
    ("IDN_IDENTITY_USER_DATA", &["TENANT_ID", "USER_NAME", "DATA_KEY", "DATA_VALUE"]),
];

/// Tables that say nothing without another.
const TOGETHER: [(&str, &str); 8] = [
    ("UM_USER_ATTRIBUTE", "UM_USER"),
    ("UM_USER_ROLE", "UM_USER"),
    ("UM_USER_ROLE", "UM_ROLE"),
    ("UM_HYBRID_USER_ROLE", "UM_HYBRID_ROLE"),
    // A bare name is somebody else in every store.
    ("UM_HYBRID_USER_ROLE", "UM_DOMAIN"),
    ("UM_ROLE_PERMISSION", "UM_PERMISSION"),
    ("UM_ROLE_PERMISSION", "UM_DOMAIN"),
    ("UM_PERMISSION", "UM_ROLE_PERMISSION"),
];

/// What is meant by an export.
#[derive(Debug, Clone)]
pub struct Meant {
    /// Number that the tenant has in the tables.
    pub tenant_id: i64,
    /// User store here, upper case; the rows of that of the same name are read.
    pub store: String,
    /// `PasswordDigest` of the user store.
    pub digest: String,
    /// Entries of a directory below which users and groups are; all are meant where none is said.
    pub bases: Vec<String>,
}

/// The files.
#[derive(Default)]
pub struct Files {
    pub(super) tables: HashMap<&'static str, Table>,
    ldif: Vec<(String, String)>,
    unread: Vec<String>,
}

impl std::fmt::Debug for Files {
    /// Without what they say: there are passwords in them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.tables.keys()).entries(self.ldif.iter().map(|(file, _)| file)).finish()
    }
}

/// What an export says, before anything is looked for here.
#[derive(Debug)]
pub struct Export {
    pub(super) store: String,
    pub(super) digest: String,
    pub(super) users: Vec<OldUser>,
    pub(super) roles: Vec<OldRole>,
    pub(super) facts: Vec<Fact>,
    pub(super) passed_over: PassedOver,
}

impl Files {
    /// Takes a file by its name; false for one that is not read.
    ///
    /// # Errors
    /// What is no table, with line and hint.
    pub fn take(&mut self, file: &str, content: &[u8]) -> Result<bool, Error> {
        let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        if ending.eq_ignore_ascii_case("ldif") {
            self.ldif.push((file.to_owned(), utf8(file, content)?.to_owned()));
            return Ok(true);
        }
        let known = TABLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(stem));
        let Some((name, columns)) = known.filter(|_| ending.eq_ignore_ascii_case("csv")) else {
            self.unread.push(file.to_owned());
            return Ok(false);
        };
        self.tables.insert(name, Table::read(file, content, columns)?);
        Ok(true)
    }

    /// What the files say of the users that are meant.
    ///
    /// # Errors
    /// Files that say nothing without another, rows that make no sense.
    pub fn read(&self, meant: &Meant) -> Result<Export, Error> {
        if self.ldif.is_empty() && !self.tables.contains_key("UM_USER") {
            let what_else = match self.unread.as_slice() {
                [] => String::new(),
                files => format!(
                    "; {} is not read: export every table into a file of its own that ends in .csv",
                    files.join(", ")
                ),
            };
            return Err(Error::refused(format!(
                "there is neither UM_USER.csv nor a file that ends in .ldif{what_else}"
            )));
        }
        let alone = TOGETHER
            .iter()
            .find(|(one, other)| self.tables.contains_key(one) && !self.tables.contains_key(other));
        if let Some((one, other)) = alone {
            return Err(Error::refused(format!(
                "{one}.csv says nothing without {other}.csv; export that table, too"
            )));
        }
        let mut export = Export {
            store: meant.store.clone(),
            digest: meant.digest.clone(),
            users: Vec::new(),
            roles: Vec::new(),
            facts: Vec::new(),
            passed_over: PassedOver::new(),
        };
        let names = users::read(self, meant, &mut export)?;
        roles::read(self, meant, &names, &mut export)?;
        ldif::read(&self.ldif, meant, &mut export)?;
        export.users.iter().try_for_each(check_name)?;
        once(export.users.iter().map(|user| (&user.place, &user.name)))?;
        once(export.roles.iter().map(|role| (&role.place, &role.typed)))?;
        if export.users.is_empty() {
            let (tenant, store) = (meant.tenant_id, &meant.store);
            return Err(Error::refused(format!(
                "there is no user of tenant {tenant} for {store}; --tenant-id says which number the tenant has in the tables, \
                 --base where its users are in the directory"
            )));
        }
        Ok(export)
    }
}

/// Nothing is there twice: two who differ in letter case alone would become one here, with what either may do.
fn once<'n>(mut named: impl Iterator<Item = (&'n String, &'n String)>) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match named.find(|(_, name)| !seen.insert(folded(name))) {
        Some((place, name)) => Err(Error::refused(format!(
            "{place}: {name} is there twice; letter case does not tell names apart here"
        ))),
        None => Ok(()),
    }
}

impl Export {
    /// Counts something that is passed over.
    pub(super) fn pass_over(&mut self, what: &'static str) {
        *self.passed_over.entry(what).or_default() += 1;
    }
}
