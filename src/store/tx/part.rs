//! Parts of a writing transaction that are undone on their own, and the attributes that wait for its end.
//!
//! Many callers share a commit, and each of them can fail without the others. Most set a few attributes of users and do
//! nothing else, so attributes wait in memory until another statement might see them or the commit is due. Then those for
//! the same place are written once, and whoever failed in the meantime has left nothing that a savepoint must take back.

use super::super::attribute::{self, Attribute};
use super::{Error, State, Tx};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The attributes that wait, and whose they are.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    attributes: Vec<Attribute>,
    /// The part under way.
    part: Option<Part>,
    /// Whose attributes were changed, for those who remember them.
    users: Vec<i64>,
    /// Why something that waited could not be written, or a part not be undone: then nothing may last.
    broken: Option<String>,
}

/// A part of a transaction.
#[derive(Debug)]
struct Part {
    /// How many of the waiting attributes are not its own.
    others: usize,
    /// Whether it has a savepoint: from its first statement on that changes something.
    saved: bool,
}

impl Tx<'_> {
    /// Does `work` as a part of its own, and undoes it when it says `false` or panics. `false` when it was undone. Parts
    /// can be nested.
    pub(in crate::store) fn undoably(
        &mut self,
        work: &mut dyn FnMut(&mut Tx<'_>) -> bool,
    ) -> Result<bool, Error> {
        if self.waiting.part.is_some() {
            self.save()?;
        }
        let part = Part { others: self.waiting.attributes.len(), saved: false };
        let outer = self.waiting.part.replace(part);
        let (wakes, said) = (self.wakes, self.said.len());
        let reads_no_attributes = self.reads_no_attributes;
        let done = catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_| {
            tracing::error!("a write panicked and was undone");
            false
        });
        let part = std::mem::replace(&mut self.waiting.part, outer);
        // A panic may have left it otherwise.
        self.reads_no_attributes = reads_no_attributes;
        if !done {
            self.wakes = wakes;
            self.said.truncate(said);
        }
        let Some(Part { others, saved }) = part else { return Ok(done) };
        if !done {
            self.waiting.attributes.truncate(others);
        }
        if saved && let Err(error) = self.release(done) {
            self.waiting.broken = Some(error.to_string());
            return Err(error);
        }
        Ok(done)
    }

    fn release(&mut self, done: bool) -> Result<(), Error> {
        if !done {
            self.control("ROLLBACK TO part")?;
        }
        self.control("RELEASE part")
    }

    /// Gives the part under way its savepoint; what waits is written, its own behind it.
    fn save(&mut self) -> Result<(), Error> {
        if let Some(Part { others, saved: false }) = self.waiting.part {
            self.write_first(others)?;
            self.control("SAVEPOINT part")?;
            self.waiting.part = Some(Part { others: 0, saved: true });
        }
        self.write_waiting()
    }

    /// Has an attribute wait for the commit, or for the next statement that might see it.
    pub(in crate::store) fn set_later(&mut self, attribute: Attribute) {
        self.waiting.attributes.push(attribute);
    }

    /// Before a statement that changes something.
    pub(in crate::store) fn before_change(&mut self) -> Result<(), Error> {
        match self.writing {
            true => self.save(),
            false => Ok(()),
        }
    }

    /// Before a statement that reads: it finds what was set before it.
    pub(super) fn before_read(&mut self) -> Result<(), Error> {
        if self.waiting.attributes.is_empty() || self.reads_no_attributes {
            return Ok(());
        }
        match self.waiting.part {
            Some(Part { others, saved: false }) if others == self.waiting.attributes.len() => {
                self.write_first(others)?;
                self.waiting.part = Some(Part { others: 0, saved: false });
                Ok(())
            }
            _ => self.save(),
        }
    }

    fn write_waiting(&mut self) -> Result<(), Error> {
        self.write_first(self.waiting.attributes.len())
    }

    fn write_first(&mut self, count: usize) -> Result<(), Error> {
        if count == 0 {
            return Ok(());
        }
        let due: Vec<Attribute> = self.waiting.attributes.drain(..count).collect();
        self.waiting.users.extend(due.iter().map(Attribute::user));
        let written = attribute::write(self, due);
        if let Err(error) = &written {
            self.waiting.broken.get_or_insert_with(|| error.to_string());
        }
        written
    }

    /// Makes the changes durable, and tells everybody that what they remember may not hold: other processes with the
    /// commit, this one right after it.
    pub(in crate::store) fn commit(&mut self) -> Result<(), Error> {
        self.write_waiting()?;
        if let Some(why) = self.waiting.broken.take() {
            return Err(Error::Lost(why));
        }
        let changes_more_than_attributes = self.state == State::Closed;
        if changes_more_than_attributes || !self.commits.are_of_the_server() {
            self.control("UPDATE change_count SET count = count + 1 WHERE id = 1")?;
        }
        self.commits.begin();
        let done = self.control("COMMIT");
        self.commits.note(changes_more_than_attributes, std::mem::take(&mut self.waiting.users));
        done
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::memory::{Commits, Memory};
    use super::super::super::scratch::Scratch;
    use super::super::super::user::{attribute, set_attribute};
    use super::super::super::{Error, Store, Tx};
    use super::super::On;

    type Work = fn(&mut Tx<'_>) -> Result<(), Error>;

    const FAILED: Error = Error::Missing("on purpose");

    /// A store with two users.
    fn fresh() -> (Scratch, Store) {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let added = store.write_blocking(|tx| {
            tx.execute("INSERT INTO tenant (id, domain, active, created_at, admin_name) VALUES (1, '', 1, 0, '')", &[])?;
            tx.execute(
                "INSERT INTO user (id, tenant_id, domain, name, folded, credential, created_at, password_changed_at) \
                 VALUES (1, 1, '', 'tom', 'tom', '', 0, 0), (2, 1, '', 'tim', 'tim', '', 0, 0)",
                &[],
            )
        });
        added.unwrap_or_else(|error: Error| panic!("{error}"));
        (scratch, store)
    }

    fn set(tx: &mut Tx<'_>, user: i64, name: &str, value: &str) -> Result<(), Error> {
        set_attribute(tx, user, "default", name, Some(value).filter(|value| !value.is_empty()))
    }

    fn get(tx: &mut Tx<'_>, user: i64, name: &str) -> Result<String, Error> {
        Ok(attribute(tx, user, "default", name)?.unwrap_or_default())
    }

    /// What is there after the work was done in one transaction, as callers who share a commit do theirs, and how many
    /// statements that took before the commit.
    fn after((scratch, store): &(Scratch, Store), work: Work) -> (Vec<String>, usize) {
        let connection = rusqlite::Connection::open(scratch.path().join("soapstone.db")).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let (memory, commits) = (Memory::default(), Commits::default());
        let mut tx = Tx::writing(On { connection: &connection, memory: &memory, commits: &commits });
        work(&mut tx).unwrap();
        let statements = tx.statements;
        tx.commit().unwrap();
        let all = store.read(|tx| {
            let sql = "SELECT user_id || name || '=' || value FROM user_attribute ORDER BY 1";
            tx.query(sql, &[], |row| row.text(0))
        });
        (all.unwrap_or_else(|error: Error| panic!("{error}")), statements)
    }

    #[test]
    fn the_last_value_of_a_transaction_counts_and_none_costs_a_statement_before_its_end() {
        let store = fresh();
        let (all, statements) = after(&store, |tx| {
            for value in ["1", "2", "3"] {
                set(tx, 2, "mail", value)?;
                set(tx, 1, "mail", "")?;
                set(tx, 1, "mail", value)?;
                set(tx, 1, "phone", value)?;
            }
            set(tx, 1, "phone", "")
        });
        assert_eq!((all.join(" ").as_str(), statements), ("1mail=3 2mail=3", 0));
    }

    #[test]
    fn who_reads_finds_what_was_set_before() {
        let store = fresh();
        let (all, _) = after(&store, |tx| {
            set(tx, 1, "mail", "a")?;
            assert_eq!(get(tx, 1, "mail")?, "a");
            set(tx, 1, "mail", "b")?;
            tx.execute("UPDATE user_attribute SET value = value || '!' WHERE user_id = 1", &[])?;
            set(tx, 1, "phone", "c")?;
            assert_eq!((get(tx, 1, "mail")?, get(tx, 1, "phone")?), ("b!".to_owned(), "c".to_owned()));
            Ok(())
        });
        assert_eq!(all, ["1mail=b!", "1phone=c"]);
    }

    #[test]
    fn a_part_that_fails_takes_what_it_set_along_and_nothing_else() {
        let store = fresh();
        let (all, _) = after(&store, |tx| {
            set(tx, 1, "mail", "kept")?;
            let nothing: Work = |_| Ok(());
            let ask: Work = |tx| get(tx, 1, "mail").map(drop);
            let change: Work = |tx| tx.execute("DELETE FROM user WHERE id = 2", &[]).map(drop);
            for (before, then) in [(nothing, nothing), (ask, nothing), (nothing, ask), (nothing, change)] {
                let failed = tx.attempt(|tx| {
                    before(tx)?;
                    set(tx, 1, "mail", "lost")?;
                    set(tx, 2, "phone", "lost")?;
                    then(tx)?;
                    set(tx, 1, "mail", "lost again")?;
                    Err::<(), _>(FAILED)
                });
                assert!(matches!(failed, Err(Error::Missing(_))));
                set(tx, 2, "mail", "kept too")?;
            }
            Ok(())
        });
        assert_eq!(all, ["1mail=kept", "2mail=kept too"]);
    }

    #[test]
    fn a_part_that_fails_takes_the_parts_in_it_along() {
        let store = fresh();
        let (all, _) = after(&store, |tx| {
            set(tx, 1, "mail", "kept")?;
            let failed = tx.attempt(|tx| {
                set(tx, 1, "mail", "outer")?;
                set(tx, 2, "phone", "outer")?;
                tx.attempt(|tx| {
                    set(tx, 1, "mail", "inner")?;
                    // The inner one has a savepoint now.
                    assert_eq!(get(tx, 1, "mail")?, "inner");
                    Ok::<_, Error>(())
                })?;
                tx.attempt(|tx| set(tx, 1, "phone", "inner"))?;
                Err::<(), _>(FAILED)
            });
            assert!(failed.is_err());
            tx.attempt(|tx| {
                set(tx, 2, "mail", "outer")?;
                let failed = tx.attempt(|tx| {
                    set(tx, 2, "mail", "inner")?;
                    Err::<(), _>(FAILED)
                });
                assert!(failed.is_err());
                Ok::<_, Error>(())
            })
        });
        assert_eq!(all, ["1mail=kept", "2mail=outer"]);
    }

    #[test]
    fn who_panics_while_he_reads_what_depends_on_no_attributes_leaves_the_others_reading_theirs() {
        let store = fresh();
        let (all, _) = after(&store, |tx| {
            set(tx, 1, "mail", "a")?;
            let panics: Work =
                |tx| tx.remembered("never", 0, "", |_| -> Result<(), Error> { panic!("on purpose") });
            assert!(tx.attempt(panics).is_err());
            assert_eq!(get(tx, 1, "mail")?, "a");
            Ok(())
        });
        assert_eq!(all, ["1mail=a"]);
    }

    #[test]
    fn what_depends_on_no_attributes_is_read_without_writing_them() {
        let store = fresh();
        let (all, statements) = after(&store, |tx| {
            set(tx, 1, "mail", "a")?;
            for name in ["tom", "tim"] {
                let found = super::super::super::user::find(tx, 1, "", name)?;
                set(tx, found.map_or(0, |user| user.id), "mail", "b")?;
            }
            Ok(())
        });
        // One for each of them, and one for whether what is remembered holds.
        assert_eq!((all.join(" ").as_str(), statements), ("1mail=b 2mail=b", 3));
    }

    /// That cannot be blamed on one of them: nobody is told that his change lasts.
    #[test]
    fn when_what_waited_cannot_be_written_nothing_of_the_commit_lasts() {
        let store = fresh();
        let lost = store.1.write_blocking(|tx| {
            set(tx, 77, "mail", "of nobody")?;
            set(tx, 1, "mail", "of a neighbour")
        });
        assert!(matches!(&lost, Err(Error::Lost(why)) if why.contains("FOREIGN KEY")), "{lost:?}");
        let blamed: Result<Result<usize, Error>, Error> = store.1.write_blocking(|tx| {
            set(tx, 77, "mail", "of nobody")?;
            Ok(tx.attempt(|tx| tx.execute("DELETE FROM user WHERE id = 2", &[])))
        });
        assert!(matches!(&blamed, Err(Error::Lost(why)) if why.contains("FOREIGN KEY")), "{blamed:?}");
        let (all, _) = after(&store, |tx| set(tx, 2, "mail", "later"));
        assert_eq!(all, ["2mail=later"]);
    }
}
