//! A transaction: four methods over one value type, so that the SQL of the aggregates names no engine.
//!
//! SQL texts use `$1 … $n`, first appearing in ascending order (SQLite numbers them by first appearance).

use super::Error;
use super::memory::Memory;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// A parameter of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// Any integer; booleans are 0 and 1.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes, for hashes.
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(value)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

/// One row of an answer; columns are counted from 0.
#[derive(Debug)]
pub struct Row<'r>(&'r rusqlite::Row<'r>);

impl<'r> Row<'r> {
    /// An integer column that is never NULL.
    pub fn int(&self, column: usize) -> Result<i64, Error> {
        Ok(self.0.get(column)?)
    }
    /// An integer column read as yes or no.
    pub fn flag(&self, column: usize) -> Result<bool, Error> {
        Ok(self.int(column)? != 0)
    }
    /// An integer column that may be NULL.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, Error> {
        Ok(self.0.get(column)?)
    }
    /// A text column that is never NULL.
    pub fn text(&self, column: usize) -> Result<String, Error> {
        Ok(self.0.get(column)?)
    }
    /// A text column that may be NULL.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, Error> {
        Ok(self.0.get(column)?)
    }
    /// A text column without copying it.
    pub fn str(&self, column: usize) -> Result<&str, Error> {
        Ok(self.0.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
    }
    /// A column of bytes that may be NULL.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.0.get(column)?)
    }
}

/// What should be woken once the transaction is durable.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Wakes {
    pub(super) outbox: bool,
}

/// A transaction under way. Reading ones never see a change; writing ones commit when the work returns `Ok`.
#[derive(Debug)]
pub struct Tx<'c> {
    connection: &'c rusqlite::Connection,
    pub(super) wakes: Wakes,
    areas_changed: bool,
    /// Only readers have one; it is brought up to date when it is first asked.
    memory: Option<&'c Memory>,
    memory_is_current: bool,
    /// Statements run so far.
    #[cfg(test)]
    pub(crate) statements: usize,
}

impl<'c> Tx<'c> {
    pub(super) fn new(connection: &'c rusqlite::Connection) -> Self {
        Self {
            connection,
            wakes: Wakes::default(),
            areas_changed: false,
            memory: None,
            memory_is_current: false,
            #[cfg(test)]
            statements: 0,
        }
    }

    /// A reading transaction that may remember.
    pub(super) fn reading(connection: &'c rusqlite::Connection, memory: &'c Memory) -> Self {
        Self { memory: Some(memory), ..Self::new(connection) }
    }

    /// The answer to a question about a subject: what a reader remembers of it while nothing in the database has
    /// changed, else what `read` finds. For facts that many requests ask for.
    pub fn remembered<T: Clone + Send + 'static>(
        &mut self,
        what: &'static str,
        id: i64,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(memory) = self.memory else { return read(self) };
        if !self.memory_is_current {
            memory.at(self.one("PRAGMA data_version", &[], "data_version", |row| row.int(0))?);
            self.memory_is_current = true;
        }
        if let Some(known) = memory.recall(what, id, name) {
            return Ok(known);
        }
        let fact = read(self)?;
        memory.learn(what, id, name, fact.clone());
        Ok(fact)
    }

    fn prepared(&mut self, sql: &str) -> Result<rusqlite::CachedStatement<'c>, Error> {
        #[cfg(test)]
        {
            self.statements += 1;
        }
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Runs a statement and says how many rows it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        let mut statement = self.prepared(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(parameters))?)
    }

    /// Runs an INSERT and returns the key that the database gave the row.
    pub fn insert(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<i64, Error> {
        self.execute(sql, parameters)?;
        Ok(self.connection.last_insert_rowid())
    }

    /// Every row, made into something by `each`.
    pub fn query<T>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut statement = self.prepared(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(each(&Row(row))?);
        }
        Ok(found)
    }

    /// The first row, if there is one.
    pub fn opt<T>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        each: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.prepared(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        match rows.next()? {
            Some(row) => Ok(Some(each(&Row(row))?)),
            None => Ok(None),
        }
    }

    /// The first row, which must be there; `what` names it in the error.
    pub fn one<T>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        what: &'static str,
        each: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.opt(sql, parameters, each)?.ok_or(Error::Missing(what))
    }

    /// Remembers that an area's version was counted up and may yet be undone, here or by a failing commit.
    pub(super) fn change_area(&mut self) {
        self.areas_changed = true;
    }

    /// Whether a version read here may be undone, so that nothing read under it must outlive the transaction. Stays
    /// true for everything that shares the commit.
    #[must_use]
    pub fn has_changed_areas(&self) -> bool {
        self.areas_changed
    }

    /// Wakes the outbox worker after the commit.
    pub fn wake_outbox(&mut self) {
        self.wakes.outbox = true;
    }
}
