//! Values as they are collected: a later one replaces an earlier one, and each remembers where it was set, so that a
//! mistake can be told with its place. Knows no source.

use super::error::{Error, plainly};
use super::keys::{KEYS, Key};
use super::settings::Settings;
use std::collections::HashMap;
use toml::{Table, Value};

/// What has been collected so far.
#[derive(Debug, Default)]
pub struct Collected {
    table: Table,
    origins: Origins,
}

impl Collected {
    /// Takes a value. Written empty, a key without default counts as not set: that is how its default is shown.
    ///
    /// # Errors
    /// [`Error::Value`] for a value that the key cannot have.
    pub fn set(&mut self, name: &str, value: Value, origin: &str) -> Result<(), Error> {
        let Some(key) = KEYS.iter().find(|key| key.name == name) else { return Ok(()) };
        if key.default.is_empty() && value.as_str() == Some("") {
            return Ok(());
        }
        let mut alone = Table::new();
        insert(&mut alone, key.name, value.clone());
        Settings::try_from(alone).map_err(|error| wrong(key, origin, plainly(error.message())))?;
        insert(&mut self.table, key.name, value);
        self.origins.0.insert(key.name, origin.to_owned());
        Ok(())
    }

    /// What it comes to.
    ///
    /// # Errors
    /// [`Error::Value`] for values that exclude each other or cannot work.
    pub fn settings(&self) -> Result<Settings, Error> {
        let whole = Settings::try_from(self.table.clone()).map_err(|error| Error::Value {
            origin: "configuration".to_owned(),
            key: "value".to_owned(),
            why: plainly(error.message()),
            hint: "`soapstone check-config --print-defaults` lists every key with its default".to_owned(),
        })?;
        match whole.mistake() {
            None => Ok(whole),
            Some(mistake) => Err(self.origins.refused(mistake.key, mistake.why, mistake.hint)),
        }
    }

    /// Where everything was set.
    pub fn into_origins(self) -> Origins {
        self.origins
    }
}

/// Where each key was set.
#[derive(Debug, Default)]
pub struct Origins(HashMap<&'static str, String>);

impl Origins {
    /// Where a key was set.
    pub fn of(&self, key: &str) -> &str {
        self.0.get(key).map_or("configuration", String::as_str)
    }

    /// A value that cannot work, with the place where it was set.
    pub fn refused(&self, key: &str, why: String, hint: &str) -> Error {
        Error::Value { origin: self.of(key).to_owned(), key: key.to_owned(), why, hint: hint.to_owned() }
    }
}

/// A value that `key` cannot have.
pub fn wrong(key: &Key, origin: &str, why: String) -> Error {
    Error::Value { origin: origin.to_owned(), key: key.name.to_owned(), why, hint: key.meaning.to_owned() }
}

/// Puts a value under its dotted name.
fn insert(table: &mut Table, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            table.insert(name.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}
