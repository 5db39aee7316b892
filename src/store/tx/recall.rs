//! Answers from memory, of one moment with what is read.

use super::{Error, State, Tx};
use std::time::Instant;

const COUNT: &str = "SELECT count FROM change_count WHERE id = 1";

/// Bytes of the longest name that is remembered. Everybody may ask for names, and that nothing is called so is a fact as
/// well; what exists has shorter ones.
const LONGEST: usize = 256;

impl Tx<'_> {
    /// The answer to a question about a subject: what this connection remembers of it, else what `read` finds. For
    /// facts that many requests ask for and that do not depend on attributes of users.
    pub fn remembered<T: Clone + Send + 'static>(
        &mut self,
        what: &'static str,
        id: i64,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let known = self.remembered_while(what, id, name, |_| true, |tx| read(tx).map(Some))?;
        known.ok_or(Error::Missing(what))
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
        let is_memorable = name.len() <= LONGEST;
        if self.remembers()?
            && is_memorable
            && let Some(known) = self.memory.recall(what, id, name).filter(still)
        {
            self.recalled = true;
            return Ok(Some(known));
        }
        let before = std::mem::replace(&mut self.reads_no_attributes, true);
        let fact = read(self);
        self.reads_no_attributes = before;
        let fact = fact?;
        if let Some(fact) = &fact
            && is_memorable
            && self.may_learn()
        {
            self.memory.learn(what, id, name, fact.clone());
        }
        Ok(fact)
    }

    /// As [`Tx::remembered`], for one fact of each type about a user that depends on his attributes, too: forgotten with
    /// the next change of them, or of more than attributes of anybody.
    pub fn remembered_of_user<T: Clone + Send + 'static, E: From<Error>>(
        &mut self,
        user: i64,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // A writer's own changes of attributes do not close his memory, and who does not serve is not told of those of the
        // server.
        if self.writing || !self.commits.are_of_the_server() || !self.remembers()? {
            return read(self);
        }
        if let Some(known) = self.memory.recall_of_user(user) {
            self.recalled = true;
            return Ok(known);
        }
        let fact = read(self)?;
        if self.may_learn() {
            self.memory.learn_of_user(user, fact.clone());
        }
        Ok(fact)
    }

    /// Whether what is remembered holds for this transaction.
    fn remembers(&mut self) -> Result<bool, Error> {
        if self.state == State::Unasked {
            self.look()?;
        }
        Ok(self.state == State::Current)
    }

    /// Brings the memory up to date. Before the transaction has begun, it stays so unless something was forgotten.
    fn look(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        if !self.memory.follow(self.commits, self.seen, now) {
            let version = self.data_version()?;
            if !self.memory.is_at(version) {
                if !self.begun {
                    self.begin()?;
                    return self.look();
                }
                let changes = self.prepared(COUNT)?.query_row([], |row| row.get(0))?;
                self.check_snapshot();
                self.memory.move_to(version, changes, now);
            }
            self.memory.looked(now);
        }
        if self.state == State::Unasked {
            self.state = State::Current;
        }
        Ok(())
    }

    /// Whether what was just read may be remembered.
    fn may_learn(&self) -> bool {
        matches!(self.state, State::Unasked | State::Current)
    }

    fn data_version(&self) -> Result<i64, Error> {
        Ok(self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
    }

    /// Takes the snapshot. What is remembered is compared with it again: it may be newer than the last look. The commits
    /// are read before it: after it, there may be some that it does not have.
    pub(super) fn begin(&mut self) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.seen, self.commits.seen());
        self.torn |= self.recalled && before != self.seen;
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        self.begun = true;
        self.state = State::Unasked;
        Ok(())
    }

    /// Takes the snapshot before anything is asked for.
    pub(in crate::store) fn settle(&mut self) -> Result<(), Error> {
        self.one(COUNT, &[], "change_count", |_| Ok(()))
    }

    /// Whether what was answered from memory and what was read may not belong together.
    pub(in crate::store) fn is_torn(&self) -> bool {
        self.torn
    }

    /// Compares the snapshot, which is there now, with the commits that it was known to have. If it may have more, what is
    /// remembered may be older than it, and what is read too new to be remembered with it.
    pub(super) fn check_snapshot(&mut self) {
        if self.settled {
            return;
        }
        self.settled = true;
        if self.commits.may_exceed(self.seen) {
            self.torn |= self.recalled;
            self.state = State::Newer;
        }
    }

    /// Nothing that is remembered holds any more, for this transaction and those after it.
    pub(in crate::store) fn close_memory(&mut self) {
        if self.state != State::Closed {
            self.memory.forget();
            self.state = State::Closed;
        }
    }
}
