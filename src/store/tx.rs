//! A transaction: statements over one value type, so that the SQL of the aggregates names no engine.
//!
//! SQL texts use `$1 … $n`, first appearing in ascending order (SQLite numbers them by first appearance).

mod part;
mod recall;

use super::Error;
use super::memory::{Commits, Memory, Seen};
use part::Waiting;
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
    /// A text column that may be NULL, without copying it.
    pub fn opt_str(&self, column: usize) -> Result<Option<&str>, Error> {
        Ok(self.0.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
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

/// What is said of a change that lasts, on behalf of the request that caused it.
pub(super) struct Saying {
    request: tracing::Span,
    say: Box<dyn FnOnce() + Send>,
}

impl std::fmt::Debug for Saying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Saying")
    }
}

impl Saying {
    pub(super) fn say(self) {
        self.request.in_scope(self.say);
    }
}

/// What a transaction runs on.
#[derive(Debug, Clone, Copy)]
pub(super) struct On<'c> {
    pub(super) connection: &'c rusqlite::Connection,
    /// What the connection remembers.
    pub(super) memory: &'c Memory,
    /// Those of this process.
    pub(super) commits: &'c Commits,
}

/// A transaction under way. Reading ones never see a change; writing ones commit when the work returns `Ok`.
#[derive(Debug)]
pub struct Tx<'c> {
    connection: &'c rusqlite::Connection,
    writing: bool,
    waiting: Waiting,
    pub(super) wakes: Wakes,
    /// What is to be said once the changes are durable.
    said: Vec<Saying>,
    areas_changed: bool,
    memory: &'c Memory,
    commits: &'c Commits,
    /// The commits of this process that the snapshot has for certain.
    seen: Seen,
    state: State,
    /// Whether the snapshot is taken. A reading transaction takes it with its first statement: one that is answered from
    /// memory needs none.
    begun: bool,
    /// Whether the snapshot is known to be taken: the database takes it with the first row that is asked for.
    settled: bool,
    /// Whether something was answered from memory.
    recalled: bool,
    /// Whether the snapshot may be newer than that.
    torn: bool,
    /// Whether what is being read does not depend on attributes that wait.
    reads_no_attributes: bool,
    /// Statements run so far.
    #[cfg(test)]
    pub(crate) statements: usize,
}

/// How a transaction stands to the memory of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Not asked yet.
    Unasked,
    /// Brought up to date.
    Current,
    /// The snapshot may be newer than the memory.
    Newer,
    /// This transaction itself changed what the facts depend on.
    Closed,
}

impl<'c> Tx<'c> {
    /// One that begins with its first statement.
    pub(super) fn reading(on: On<'c>) -> Self {
        Self::new(on, false)
    }

    /// One that has begun.
    pub(super) fn writing(on: On<'c>) -> Self {
        Self::new(on, true)
    }

    fn new(on: On<'c>, writing: bool) -> Self {
        let On { connection, memory, commits } = on;
        Self {
            connection,
            writing,
            waiting: Waiting::default(),
            wakes: Wakes::default(),
            said: Vec::new(),
            areas_changed: false,
            memory,
            commits,
            seen: commits.seen(),
            state: State::Unasked,
            begun: writing,
            settled: writing,
            recalled: false,
            torn: false,
            reads_no_attributes: false,
            #[cfg(test)]
            statements: 0,
        }
    }

    /// Ends a reading transaction.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        if self.begun {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }

    /// A statement, compiled. Whoever runs it sees to what waits.
    fn prepared(&mut self, sql: &str) -> Result<rusqlite::CachedStatement<'c>, Error> {
        if !self.begun {
            self.begin()?;
        }
        #[cfg(test)]
        {
            self.statements += 1;
        }
        let statement = self.connection.prepare_cached(sql)?;
        debug_assert!(
            is_numbered(&statement),
            "parameters do not appear in the order of their numbers: {sql}"
        );
        Ok(statement)
    }

    /// Runs a statement and says how many rows it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        self.close_memory();
        self.execute_aside(sql, parameters)
    }

    /// As [`Tx::execute`], for rows that nothing remembered depends on, such as counts.
    pub fn execute_aside(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        self.before_change()?;
        let mut statement = self.prepared(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(parameters))?)
    }

    /// Runs a statement for each of these parameters. Whoever calls this sees to what waits.
    pub(super) fn execute_each<'v, const N: usize>(
        &mut self,
        sql: &str,
        parameters: impl Iterator<Item = [Value<'v>; N]>,
    ) -> Result<(), Error> {
        let mut parameters = parameters.peekable();
        if parameters.peek().is_none() {
            return Ok(());
        }
        let mut statement = self.prepared(sql)?;
        for parameters in parameters {
            statement.execute(rusqlite::params_from_iter(parameters))?;
        }
        Ok(())
    }

    /// Whether a statement finds a row. It does not look at what waits.
    pub(super) fn finds(&mut self, sql: &str) -> Result<bool, Error> {
        Ok(self.prepared(sql)?.exists([])?)
    }

    /// Steers the transaction itself.
    pub(super) fn control(&mut self, sql: &str) -> Result<(), Error> {
        self.prepared(sql)?.execute([])?;
        Ok(())
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
        self.before_read()?;
        let mut statement = self.prepared(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            self.check_snapshot();
            found.push(each(&Row(row))?);
        }
        self.check_snapshot();
        Ok(found)
    }

    /// The first row, if there is one.
    pub fn opt<T>(
        &mut self,
        sql: &str,
        parameters: &[Value<'_>],
        each: impl FnOnce(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        self.before_read()?;
        let mut statement = self.prepared(sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        let first = rows.next()?;
        self.check_snapshot();
        match first {
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

    /// Runs a part of a write that may be refused on its own: an `Err` undoes the part, and the rest goes on.
    ///
    /// # Errors
    /// What the part returned, or a failure of the database.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        part: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut part = Some(part);
        let mut outcome = None;
        self.undoably(&mut |tx| {
            outcome = part.take().map(|part| part(tx));
            matches!(outcome, Some(Ok(_)))
        })?;
        outcome.unwrap_or_else(|| Err(Error::Closed.into()))
    }

    /// Has something said of a change, in the log, once it is durable and before anybody is told; never if it is undone.
    pub fn say_once_durable(&mut self, say: impl FnOnce() + Send + 'static) {
        self.said.push(Saying { request: tracing::Span::current(), say: Box::new(say) });
    }

    /// Takes back what was to be said so far, where nobody would read a line for each of thousands of changes.
    pub fn say_nothing(&mut self) {
        self.said.clear();
    }

    /// What is to be said of the changes, after the commit.
    pub(super) fn take_said(&mut self) -> Vec<Saying> {
        std::mem::take(&mut self.said)
    }

    /// Wakes the outbox worker after the commit.
    pub fn wake_outbox(&mut self) {
        self.wakes.outbox = true;
    }
}

/// Whether each parameter of a statement is bound where its number says.
fn is_numbered(statement: &rusqlite::Statement<'_>) -> bool {
    (1..=statement.parameter_count()).all(|index| {
        let name = statement.parameter_name(index).and_then(|name| name.strip_prefix('$'));
        name.is_none_or(|number| number.parse() == Ok(index))
    })
}
