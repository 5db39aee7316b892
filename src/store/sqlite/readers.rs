//! The connections that read: one for each thread that does, within reason.

use super::super::Error;
use super::super::memory::Memory;
use super::connect;
use rusqlite::{Connection, OpenFlags};
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

/// Readers that are kept beside one for each processor: for the threads that compute hashes, and read before it.
const SPARE: usize = 4;

/// A connection that only reads, and what it remembers.
#[derive(Debug)]
struct Reader {
    /// Who used it last: what it holds is warm there, and its memory is that thread's to free.
    thread: ThreadId,
    connection: Connection,
    memory: Memory,
}

/// The readers of a database.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
}

#[derive(Debug)]
struct Pool {
    /// Those nobody uses just now, least recently used first.
    idle: VecDeque<Box<Reader>>,
    /// How many there are, with those in use.
    open: usize,
    /// How many are kept; more are opened while more threads read at once.
    most: usize,
}

/// A reader in use.
#[derive(Debug)]
pub(super) struct Lent<'r> {
    readers: &'r Readers,
    reader: Option<Box<Reader>>,
    /// Whether the work on it ended well: a transaction that failed or panicked may be open for ever.
    pub(super) ended_well: bool,
}

impl Readers {
    pub(super) fn of(path: PathBuf) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let pool = Pool { idle: VecDeque::new(), open: 0, most: processors + SPARE };
        Self { path, pool: Mutex::new(pool) }
    }

    /// A reader for the calling thread.
    pub(super) fn lend(&self) -> Result<Lent<'_>, Error> {
        let thread = std::thread::current().id();
        let taken = self.pool().take(thread);
        let mut lent = Lent { readers: self, reader: taken, ended_well: false };
        if lent.reader.is_none() {
            let connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            lent.reader = Some(Box::new(Reader { thread, connection, memory: Memory::default() }));
        }
        Ok(lent)
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    /// The one that `thread` used last. Once there are enough, a thread without one inherits from whoever has not read for
    /// longest: threads come and go, and opening a connection costs more than most requests.
    fn take(&mut self, thread: ThreadId) -> Option<Box<Reader>> {
        let own = self.idle.iter().rposition(|reader| reader.thread == thread);
        let mut taken = match own {
            Some(index) => self.idle.remove(index),
            None if self.open >= self.most => self.idle.pop_front(),
            None => None,
        };
        match &mut taken {
            Some(reader) => reader.thread = thread,
            None => self.open += 1,
        }
        taken
    }

    /// Takes one back. What it returns is to be closed: a reader there are too many of.
    fn give_back(&mut self, reader: Option<Box<Reader>>) -> Option<Box<Reader>> {
        match reader {
            Some(reader) if self.open <= self.most => {
                self.idle.push_back(reader);
                None
            }
            other => {
                self.open -= 1;
                other
            }
        }
    }
}

impl Lent<'_> {
    /// The connection and its memory.
    pub(super) fn parts(&self) -> Result<(&Connection, &Memory), Error> {
        let reader = self.reader.as_ref().ok_or(Error::Closed)?;
        Ok((&reader.connection, &reader.memory))
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let reader = self.reader.take().filter(|_| self.ended_well);
        let surplus = self.readers.pool().give_back(reader);
        // Closed without the lock.
        drop(surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn fresh() -> (crate::store::scratch::Scratch, Readers) {
        let scratch = crate::store::scratch::Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        let readers = Readers::of(scratch.path().join("soapstone.db"));
        store.close();
        (scratch, readers)
    }

    fn use_one(readers: &Readers) {
        readers.lend().unwrap().ended_well = true;
    }

    fn counts(readers: &Readers) -> (usize, usize) {
        let pool = readers.pool();
        (pool.idle.len(), pool.open)
    }

    /// Threads that computed a hash, each of which read once and ended, once filled the pool with their readers, and those
    /// that went on opened a connection for every other read.
    #[test]
    fn threads_that_have_ended_leave_their_readers_to_those_that_go_on() {
        let (_dir, readers) = fresh();
        let most = readers.pool().most;
        for _ in 0..2 * most {
            std::thread::scope(|scope| scope.spawn(|| use_one(&readers)).join().unwrap());
        }
        assert_eq!(counts(&readers), (most, most));
        let own = || {
            let thread = std::thread::current().id();
            readers.pool().idle.iter().filter(|reader| reader.thread == thread).count()
        };
        // Two threads at once, which need a reader each.
        for _ in 0..3 {
            let mut mine = readers.lend().unwrap();
            let theirs = std::thread::scope(|scope| {
                let theirs = scope.spawn(|| {
                    use_one(&readers);
                    own()
                });
                theirs.join().unwrap()
            });
            mine.ended_well = true;
            drop(mine);
            assert_eq!((own(), theirs, counts(&readers)), (1, 1, (most, most)));
        }
    }

    #[test]
    fn readers_beyond_the_usual_number_are_closed_again() {
        let (_dir, readers) = fresh();
        let most = readers.pool().most;
        let mut lent: Vec<_> = (0..most + 3).map(|_| readers.lend().unwrap()).collect();
        assert_eq!(counts(&readers), (0, most + 3));
        lent.iter_mut().for_each(|one| one.ended_well = true);
        drop(lent);
        assert_eq!(counts(&readers), (most, most));
    }

    #[test]
    fn a_reader_whose_work_failed_or_panicked_is_not_used_again() {
        let (_dir, readers) = fresh();
        drop(readers.lend().unwrap());
        let panics = std::panic::AssertUnwindSafe(|| {
            let _lent = readers.lend();
            panic!("on purpose");
        });
        assert!(std::panic::catch_unwind(panics).is_err());
        assert_eq!(counts(&readers), (0, 0));
        use_one(&readers);
        assert_eq!(counts(&readers), (1, 1));
    }
}
