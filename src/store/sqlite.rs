//! The SQLite engine: one writer thread with group commit, pooled readers on the callers' threads.

mod answers;
mod queue;
mod readers;
mod writer;

use super::memory::{Commits, WINDOW};
use super::tx::On;
use super::{Error, Tx, migrate};
use answers::Answers;
use queue::Queue;
use readers::Readers;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};
use writer::{Pending, write_until_closed};

/// Statements kept compiled per connection.
const STATEMENTS: usize = 128;

/// How long is waited for other processes at the same file.
const BUSY: Duration = Duration::from_secs(10);

/// The database of one data directory. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// Which file that was when it was opened.
    file: FileId,
    readers: Readers,
    queue: Arc<Queue>,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    outbox: Arc<Notify>,
    commits: Arc<Commits>,
    answers: Arc<Answers>,
}

impl Drop for Inner {
    /// The writer finishes what is queued, and ends.
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// The database program, for those who ask what they are served by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What speaks to it.
    pub driver: &'static str,
    /// Where the data is.
    pub url: String,
}

/// A caller's error type can carry the store's own.
pub trait WriteError: From<Error> + Send + 'static {}
impl<E: From<Error> + Send + 'static> WriteError for E {}

impl Store {
    /// Opens or creates `soapstone.db` in `directory` and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Io`] when the directory cannot be used, [`Error::NewerSchema`] for a file of a newer program.
    pub fn open(directory: &Path) -> Result<Self, Error> {
        let path = directory.join("soapstone.db");
        let mut connection =
            connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        write_ahead(&connection)?;
        // An answered write survives a power failure.
        connection.pragma_update(None, "synchronous", "full")?;
        // A cleared one-time password must not linger in a free corner of a page.
        connection.pragma_update(None, "secure_delete", true)?;
        migrate::run(&mut connection, &path)?;
        let file = file_id(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        let outbox = Arc::new(Notify::new());
        let queue = Arc::new(Queue::default());
        let jobs = Arc::clone(&queue);
        let wake = Arc::clone(&outbox);
        let commits = Arc::new(Commits::default());
        let counted = Arc::clone(&commits);
        let answers = Arc::new(Answers::default());
        let given = Arc::clone(&answers);
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || write_until_closed(&connection, &jobs, &counted, &wake, &given))
            .map_err(|source| Error::Io { path: path.clone(), source })?;
        Ok(Self {
            inner: Arc::new(Inner {
                readers: Readers::of(path.clone()),
                path,
                file,
                queue,
                writer: Mutex::new(Some(writer)),
                outbox,
                commits,
                answers,
            }),
        })
    }

    /// Whether opening the database of a directory would bring its schema up to date.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn is_behind(directory: &Path) -> Result<bool, Error> {
        let path = directory.join("soapstone.db");
        match path.exists() {
            true => migrate::is_behind(&connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?),
            false => Ok(false),
        }
    }

    /// Declares that this process is the one that serves the data: it remembers what depends on attributes of users, and
    /// the others tell it when they change some. Called in a runtime, it answers writes inside of it.
    pub fn serve(&self) {
        self.inner.commits.serve();
        self.inner.answers.serve();
    }

    /// The database program behind this store.
    #[must_use]
    pub fn engine(&self) -> Engine {
        let url = format!("sqlite:{}", self.inner.path.display());
        Engine { name: "SQLite", version: rusqlite::version(), driver: "rusqlite", url }
    }

    /// Runs `work` on the calling thread. What it reads is one consistent snapshot: when a change was committed between
    /// what it was answered from memory and what it read then, it is run once more, and must not have changed anything.
    ///
    /// # Errors
    /// What `work` returned, or a failure of the database.
    pub fn read<T, E: From<Error>>(&self, work: impl Fn(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut outcome = None;
        self.in_snapshot(&mut |tx| outcome = Some(work(tx)))?;
        outcome.unwrap_or_else(|| Err(Error::Closed.into()))
    }

    /// What all reads share, whatever they return: compiled once.
    fn in_snapshot(&self, work: &mut dyn FnMut(&mut Tx<'_>)) -> Result<(), Error> {
        let mut lent = self.inner.readers.lend()?;
        let (connection, memory) = lent.parts()?;
        let on = On { connection, memory, commits: &self.inner.commits };
        let mut tx = Tx::reading(on);
        work(&mut tx);
        let mut ended = tx.end();
        if tx.is_torn() {
            memory.forget();
            let mut tx = Tx::reading(on);
            tx.settle()?;
            work(&mut tx);
            ended = ended.and(tx.end());
        }
        lent.ended_well = ended.is_ok();
        Ok(())
    }

    /// Runs `work` on the writer thread and returns once its changes are durable. An `Err` undoes them.
    /// The work is carried out even if the caller stops waiting.
    ///
    /// # Errors
    /// What `work` returned, or a failure of the database.
    pub async fn write<T: Send + 'static, E: WriteError>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.enqueue(work)?.await.unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Hands `work` to the writer thread and returns at once: for answers that must not tell by their time what the work
    /// came to. It is carried out even if the store is closed next; its failure is logged under the name `what`.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn write_later<E: WriteError + std::fmt::Display>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<(), E> + Send + 'static,
    ) -> Result<(), Error> {
        let logged = move |tx: &mut Tx<'_>| {
            work(tx)
                .inspect_err(|error| tracing::error!(%error, what, "a write that nobody waits for failed"))
        };
        self.enqueue(logged).map(drop)
    }

    /// Reads the whole file and looks whether its parts fit together; a second for some hundred megabytes.
    ///
    /// # Errors
    /// [`Error::Damaged`], and failures of the database.
    pub fn look_over(&self) -> Result<(), Error> {
        let found = self.read(|tx| tx.opt("PRAGMA quick_check(1)", &[], |row| row.text(0)))?;
        match found {
            Some(complaint) if complaint != "ok" => Err(Error::Damaged(complaint)),
            _ => Ok(()),
        }
    }

    /// Looks whether the file is still where it was opened.
    ///
    /// # Errors
    /// [`Error::Gone`], and [`Error::Io`] when that cannot be found out.
    pub fn look_for_file(&self) -> Result<(), Error> {
        let path = &self.inner.path;
        match file_id(path) {
            Ok(file) if file == self.inner.file => Ok(()),
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::Io { path: path.clone(), source })
            }
            _ => Err(Error::Gone(path.clone())),
        }
    }

    /// Tries whether a change would last, by one that leaves everything as it was.
    ///
    /// # Errors
    /// Why it would not.
    pub async fn try_write(&self) -> Result<(), Error> {
        self.look_for_file()?;
        let tried = self.write(|tx| {
            // A page that is written over with what is on it would not be written at all.
            tx.execute_aside("UPDATE change_count SET count = count + 1 WHERE id = 1", &[])?;
            tx.execute_aside("UPDATE change_count SET count = count - 1 WHERE id = 1", &[])
        });
        tried.await.map(drop)
    }

    /// As [`Store::write`], for threads that may block: the command line and start-up.
    ///
    /// # Errors
    /// What `work` returned, or a failure of the database.
    pub fn write_blocking<T: Send + 'static, E: WriteError>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.enqueue(work)?.blocking_recv().unwrap_or_else(|_| Err(Error::Closed.into()))
    }

    /// Returns when other processes on the same data have noticed what was committed here: for the command line, whose
    /// word is to count with the server's very next answer.
    #[expect(
        clippy::disallowed_methods,
        reason = "other processes send no event, they only look from time to time"
    )]
    pub fn wait_for_others(&self) {
        std::thread::sleep(WINDOW);
    }

    /// Resolves after the next commit that queued a mail.
    pub async fn outbox_woken(&self) {
        self.inner.outbox.notified().await;
    }

    /// Takes no more writes, finishes the queued ones and returns when they are durable.
    pub fn close(&self) {
        self.inner.queue.close();
        let writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A panic of the writer was logged where it happened; there is nothing left to save.
            let _ = writer.join();
        }
    }

    fn enqueue<T: Send + 'static, E: WriteError>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, E>>, Error> {
        let (reply, answer) = oneshot::channel();
        // What is logged on the writer's thread is logged of the request, too.
        let request = tracing::Span::current();
        let work = move |tx: &mut Tx<'_>| request.in_scope(|| work(tx));
        self.inner.queue.push(Box::new(Pending::new(work, reply)))?;
        Ok(answer)
    }
}

/// What tells a file from another one that took its name: device and inode.
type FileId = (u64, u64);

fn file_id(path: &Path) -> std::io::Result<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Has the file written ahead of, which lasts: only who finds a new file changes anything. SQLite waits for others at
/// every statement but at this one, where two could wait for each other: it is refused at once while anybody else is at
/// the file. So one's turn is waited for with another statement.
fn write_ahead(connection: &Connection) -> Result<(), Error> {
    let until = Instant::now() + BUSY;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal").map_err(Error::from) {
            Err(Error::Busy) if Instant::now() < until => {
                connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?
            }
            done => return done,
        }
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", -1024)?;
    // Without this guarantee a cached statement is compiled again whenever another value is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

#[cfg(test)]
mod tests;
