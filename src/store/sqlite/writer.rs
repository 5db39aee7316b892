//! The writer thread: group commit, each caller undone on his own, answers after the commit.

use super::super::memory::{Commits, Memory};
use super::super::tx::{On, Saying};
use super::super::{Error, Tx};
use super::answers::{Answers, Batch};
use super::queue::{Gathering, PATIENCE, Queue, Rhythm};
use rusqlite::Connection;
use tokio::sync::{Notify, oneshot};

/// One caller's write: run inside the batch, answered after its commit.
pub(super) trait Job: Send {
    /// Does the work and keeps what it came to; `false` means that it is to be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the caller what the work came to, or why it was not done or is lost.
    fn answer(self: Box<Self>, lost: Option<&str>);
}

pub(super) struct Pending<F, T, E> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Pending<F, T, E> {
    /// A write whose outcome goes to `reply`.
    pub(super) fn new(work: F, reply: oneshot::Sender<Result<T, E>>) -> Self {
        Self { work: Some(work), outcome: None, reply }
    }
}

impl<F, T, E> Job for Pending<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        self.outcome = self.work.take().map(|work| work(tx));
        matches!(self.outcome, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, lost: Option<&str>) {
        let Self { outcome, reply, .. } = *self;
        let outcome = match (outcome, lost) {
            (Some(Err(error)), _) => Err(error),
            (_, Some(why)) => Err(Error::Lost(why.to_owned()).into()),
            (Some(done), None) => done,
            // It panicked.
            (None, None) => Err(Error::Closed.into()),
        };
        // The caller may have gone; the work stands, or stands undone, either way.
        let _ = reply.send(outcome);
    }
}

/// The writer thread: takes a job, then whatever else has queued up meanwhile, and commits them together.
pub(super) fn write_until_closed(
    connection: &Connection,
    queue: &Queue,
    commits: &Commits,
    outbox: &Notify,
    answers: &Answers,
) {
    let memory = Memory::default();
    let mut rhythm = Rhythm::new(PATIENCE);
    while queue.wait(&mut rhythm) {
        let mut jobs = Gathering::of(queue);
        // IMMEDIATE: an administrator's command line may be writing; wait for it here, not in the middle.
        let begun = connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([]));
        if let Err(error) = begun.map_err(Error::from) {
            tracing::error!(%error, "a batch of writes could not be begun");
            let why = error.to_string();
            jobs.for_each(|job| job.answer(Some(&why)));
            rhythm.expect(1);
            continue;
        }
        let mut tx = Tx::writing(On { connection, memory: &memory, commits });
        let mut done = Vec::new();
        for mut job in jobs.by_ref() {
            match tx.undoably(&mut |tx| job.run(tx)) {
                Ok(true) => done.push(job),
                Ok(false) => job.answer(None),
                Err(error) => {
                    tracing::error!(%error, "a write could not be tried or undone");
                    job.answer(Some(&error.to_string()));
                }
            }
        }
        let lost = match tx.commit() {
            Ok(()) => None,
            Err(Error::Lost(why)) => Some(why),
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = &lost {
            tracing::error!(error, "a batch of writes could not be committed");
            // Ignored on purpose: after some failed commits SQLite has already rolled back.
            let _ = connection.execute_batch("ROLLBACK");
        }
        if lost.is_none() {
            tx.take_said().into_iter().for_each(Saying::say);
        }
        rhythm.expect(jobs.taken() + queue.len());
        if lost.is_none() && tx.wakes.outbox {
            outbox.notify_one();
        }
        answers.give(Batch { jobs: done, lost });
    }
    // Leave a tidy file behind; the next start would do the same from the log.
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log could not be folded in at shutdown");
    }
}
