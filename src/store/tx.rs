//! A transaction: four methods over one value type, so that the SQL of the aggregates names no engine.
//!
//! SQL texts use `$1 … $n`, first appearing in ascending order (SQLite numbers them by first appearance).

use super::Error;
use super::memory::{Commits, Holds, Memory, Seen};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use std::time::Instant;

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
    pub(super) wakes: Wakes,
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

    fn new(on: On<'c>, begun: bool) -> Self {
        let On { connection, memory, commits } = on;
        Self {
            connection,
            wakes: Wakes::default(),
            areas_changed: false,
            memory,
            commits,
            seen: commits.seen(),
            state: State::Unasked,
            begun,
            settled: begun,
            recalled: false,
            torn: false,
            #[cfg(test)]
            statements: 0,
        }
    }

    /// The answer to a question about a subject: what this connection remembers of it, else what `read` finds. For
    /// facts that many requests ask for and that do not depend on attributes of users.
    pub fn remembered<T: Clone + Send + 'static>(
        &mut self,
        what: &'static str,
        id: i64,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.recalled(Holds::WhileOnlyAttributesChange, what, id, name, read)
    }

    /// As [`Tx::remembered`], for what is worth remembering only where there is something, and holds only as long as
    /// `still` says so of it.
    pub fn remembered_while<T: Clone + Send + 'static, E: From<Error>>(
        &mut self,
        what: &'static str,
        id: i64,
        name: &str,
        still: impl FnOnce(&T) -> bool,
        read: impl FnOnce(&mut Self) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let holds = Holds::WhileOnlyAttributesChange;
        if self.remembers()? {
            let known = self.memory.recall(holds, what, id, name);
            if let Some(known) = known.filter(still) {
                self.recalled = true;
                return Ok(Some(known));
            }
        }
        let fact = read(self)?;
        if let Some(fact) = &fact
            && self.state == State::Current
        {
            self.memory.learn(holds, what, id, name, fact.clone());
        }
        Ok(fact)
    }

    /// As [`Tx::remembered`], for facts that do depend on them: forgotten with the next change of anything.
    pub fn remembered_for_now<T: Clone + Send + 'static, E: From<Error>>(
        &mut self,
        what: &'static str,
        id: i64,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // A writer does not see its own changes of attributes in the marks.
        match self.connection.is_readonly(rusqlite::MAIN_DB).map_err(Error::from)? {
            true => self.recalled(Holds::WhileNothingChanges, what, id, name, read),
            false => read(self),
        }
    }

    fn recalled<T: Clone + Send + 'static, E: From<Error>>(
        &mut self,
        holds: Holds,
        what: &'static str,
        id: i64,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if !self.remembers()? {
            return read(self);
        }
        if let Some(known) = self.memory.recall(holds, what, id, name) {
            self.recalled = true;
            return Ok(known);
        }
        let fact = read(self)?;
        self.memory.learn(holds, what, id, name, fact.clone());
        Ok(fact)
    }

    /// Whether what is remembered holds for this transaction.
    fn remembers(&mut self) -> Result<bool, Error> {
        if self.state == State::Unasked {
            self.look()?;
        }
        Ok(self.state != State::Closed)
    }

    /// Brings the memory up to date. Before the transaction has begun, it stays so unless something was forgotten.
    fn look(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        if !self.memory.follow(self.seen, now) {
            let version = self.data_version()?;
            if !self.memory.is_at(version) {
                if !self.begun {
                    self.begin()?;
                    return self.look();
                }
                let sql = "SELECT count FROM change_count WHERE id = 1";
                let changes = self.one(sql, &[], "change_count", |row| row.int(0))?;
                self.memory.move_to(version, changes, now);
            }
            self.memory.looked(now);
        }
        self.state = State::Current;
        Ok(())
    }

    fn data_version(&self) -> Result<i64, Error> {
        Ok(self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }

    /// Takes the snapshot. What is remembered is compared with it again: it may be newer than the last look. The commits
    /// are read before it: after it, there may be some that it does not have.
    fn begin(&mut self) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.seen, self.commits.seen());
        self.torn |= self.recalled && before != self.seen;
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        self.begun = true;
        self.state = State::Unasked;
        Ok(())
    }

    /// Takes the snapshot before anything is asked for.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        self.one("SELECT count FROM change_count WHERE id = 1", &[], "change_count", |_| Ok(()))
    }

    /// Whether what was answered from memory and what was read may not belong together.
    pub(super) fn is_torn(&self) -> bool {
        self.torn
    }

    /// Compares the snapshot, which is there now, with the commits that it was known to have. If it may have more, what is
    /// remembered may be older than it.
    fn check_snapshot(&mut self) {
        if self.settled {
            return;
        }
        self.settled = true;
        if self.commits.may_exceed(self.seen) {
            self.torn |= self.recalled;
            self.memory.forget();
        }
    }

    /// Ends a reading transaction.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        if self.begun {
            self.connection.prepare_cached("COMMIT")?.execute([])?;
        }
        Ok(())
    }

    /// Nothing that is remembered holds any more, for this transaction and those after it.
    fn close_memory(&mut self) {
        if self.state != State::Closed {
            self.memory.forget();
            self.state = State::Closed;
        }
    }

    /// Makes the changes durable, and tells everybody that what they remember may not hold: other processes with the
    /// commit, this one right after it.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        let changes_more_than_attributes = self.state == State::Closed;
        if changes_more_than_attributes {
            self.control("UPDATE change_count SET count = count + 1 WHERE id = 1")?;
        }
        self.commits.begin();
        let done = self.control("COMMIT");
        self.commits.note(changes_more_than_attributes);
        done
    }

    fn prepared(&mut self, sql: &str) -> Result<rusqlite::CachedStatement<'c>, Error> {
        if !self.begun {
            self.begin()?;
        }
        #[cfg(test)]
        {
            self.statements += 1;
        }
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// Runs a statement and says how many rows it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        self.close_memory();
        self.execute_aside(sql, parameters)
    }

    /// As [`Tx::execute`], for rows that nothing remembered depends on: attributes of users, and counts.
    pub fn execute_aside(&mut self, sql: &str, parameters: &[Value<'_>]) -> Result<usize, Error> {
        let mut statement = self.prepared(sql)?;
        Ok(statement.execute(rusqlite::params_from_iter(parameters))?)
    }

    /// Steers the transaction itself.
    pub(super) fn control(&mut self, sql: &str) -> Result<(), Error> {
        self.execute_aside(sql, &[]).map(drop)
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
        super::sqlite::in_savepoint(self, part)
    }

    /// Wakes the outbox worker after the commit.
    pub fn wake_outbox(&mut self) {
        self.wakes.outbox = true;
    }
}
