//! The writer thread: group commit, a savepoint for each caller, answers after the commit.

use super::super::memory::{Commits, Memory};
use super::super::{Error, Tx};
use rusqlite::Connection;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// Jobs that share one commit at most, so that the first of them does not wait for ever.
const BATCH: usize = 256;
/// How long a commit waits for callers who shared the one before: they are likely to be back in a moment, and one `fsync`
/// for all of them costs less than one for each. A caller who is alone never waits.
const PATIENCE: Duration = Duration::from_micros(300);

/// One caller's write: run inside the batch, answered after its commit.
pub(super) trait Job: Send {
    /// Does the work and keeps what it came to; `false` means that it is to be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the caller what the work came to, and that it is lost if it was done and is not `kept`.
    fn answer(self: Box<Self>, kept: bool);
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

    fn answer(self: Box<Self>, kept: bool) {
        let Self { outcome, reply, .. } = *self;
        let outcome = match outcome {
            Some(outcome) if kept || outcome.is_err() => outcome,
            _ => Err(Error::Closed.into()),
        };
        // The caller may have gone; the work stands, or stands undone, either way.
        let _ = reply.send(outcome);
    }
}

/// A savepoint per job lets one fail without its neighbours of the same commit. They can be nested.
pub(in crate::store) fn in_savepoint<T, E: From<Error>>(
    tx: &mut Tx<'_>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut work = Some(work);
    let mut outcome = None;
    attempt(tx, &mut |tx| {
        outcome = work.take().map(|work| work(tx));
        matches!(outcome, Some(Ok(_)))
    })?;
    outcome.unwrap_or_else(|| Err(Error::Closed.into()))
}

/// Does `work` in a savepoint and undoes it when it says `false` or panics. `false` when it was undone.
fn attempt(tx: &mut Tx<'_>, work: &mut dyn FnMut(&mut Tx<'_>) -> bool) -> Result<bool, Error> {
    tx.control("SAVEPOINT job")?;
    let wakes = tx.wakes;
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(tx))).unwrap_or_else(|_| {
        tracing::error!("a write panicked and was undone");
        false
    });
    if !done {
        tx.wakes = wakes;
        tx.control("ROLLBACK TO job")?;
    }
    tx.control("RELEASE job")?;
    Ok(done)
}

/// The writer thread: takes a job, then whatever else has queued up meanwhile, and commits them together.
pub(super) fn write_until_closed(
    connection: &Connection,
    queue: &mpsc::Receiver<Box<dyn Job>>,
    commits: &Commits,
    outbox: &Notify,
) {
    let memory = Memory::default();
    let mut together = 1;
    while let Ok(first) = queue.recv() {
        let mut jobs = Gathering::of(first, queue, together, PATIENCE);
        if let Err(error) = commit_batch(connection, &memory, commits, &mut jobs, outbox) {
            tracing::error!(%error, "a batch of writes could not be committed");
        }
        together = jobs.taken;
    }
    // Leave a tidy file behind; the next start would do the same from the log.
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log could not be folded in at shutdown");
    }
}

/// The jobs of one commit.
struct Gathering<'q> {
    first: Option<Box<dyn Job>>,
    queue: &'q mpsc::Receiver<Box<dyn Job>>,
    taken: usize,
    /// How many there were last time.
    expected: usize,
    patience: Duration,
    until: Option<Instant>,
}

impl<'q> Gathering<'q> {
    fn of(
        first: Box<dyn Job>,
        queue: &'q mpsc::Receiver<Box<dyn Job>>,
        expected: usize,
        patience: Duration,
    ) -> Self {
        Self { first: Some(first), queue, taken: 0, expected, patience, until: None }
    }
}

impl Iterator for Gathering<'_> {
    type Item = Box<dyn Job>;

    fn next(&mut self) -> Option<Box<dyn Job>> {
        if self.taken >= BATCH {
            return None;
        }
        let waiting = self.first.take().or_else(|| self.queue.try_recv().ok());
        let job = match waiting {
            Some(job) => job,
            None if self.taken < self.expected => {
                let now = Instant::now();
                let until = *self.until.get_or_insert(now + self.patience);
                self.queue.recv_timeout(until.saturating_duration_since(now)).ok()?
            }
            None => return None,
        };
        self.taken += 1;
        Some(job)
    }
}

fn commit_batch(
    connection: &Connection,
    memory: &Memory,
    commits: &Commits,
    jobs: &mut Gathering<'_>,
    outbox: &Notify,
) -> Result<(), Error> {
    // IMMEDIATE: an administrator's command line may be writing; wait for it here, not in the middle.
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut tx = Tx::writing(connection, memory, commits);
    let mut done = Vec::new();
    for mut job in jobs {
        match attempt(&mut tx, &mut |tx| job.run(tx)) {
            Ok(true) => done.push(job),
            Ok(false) => job.answer(false),
            Err(error) => {
                tracing::error!(%error, "a write could not be tried or undone");
                job.answer(false);
            }
        }
    }
    let committed = tx.commit();
    if committed.is_err() {
        // Ignored on purpose: after some failed commits SQLite has already rolled back.
        let _ = connection.execute_batch("ROLLBACK");
    }
    for job in done {
        job.answer(committed.is_ok());
    }
    if committed.is_ok() && tx.wakes.outbox {
        outbox.notify_one();
    }
    committed
}

#[cfg(test)]
mod tests {
    use super::*;

    type Queue = (mpsc::Sender<Box<dyn Job>>, mpsc::Receiver<Box<dyn Job>>);

    fn job() -> Box<dyn Job> {
        Box::new(Pending::new(|_: &mut Tx<'_>| Ok::<_, Error>(()), oneshot::channel().0))
    }

    const FOREVER: Duration = Duration::from_secs(60);

    #[test]
    fn whoever_is_alone_waits_for_nobody() {
        let (_sender, queue): Queue = mpsc::channel();
        let mut jobs = Gathering::of(job(), &queue, 1, FOREVER);
        assert_eq!(jobs.by_ref().count(), 1);
        assert!(jobs.until.is_none());
    }

    #[test]
    fn whoever_waits_already_is_taken_along() {
        let (sender, queue): Queue = mpsc::channel();
        for _ in 0..BATCH + 5 {
            sender.send(job()).unwrap();
        }
        assert_eq!(Gathering::of(job(), &queue, 1, FOREVER).count(), BATCH);
        assert_eq!(queue.try_iter().count(), 6);
    }

    #[test]
    fn as_many_as_last_time_are_waited_for() {
        let (sender, queue): Queue = mpsc::channel();
        let mut jobs = Gathering::of(job(), &queue, 2, FOREVER);
        assert!(jobs.next().is_some());
        let late = std::thread::spawn(move || sender.send(job()).is_ok());
        assert!(jobs.next().is_some());
        assert!(jobs.next().is_none());
        assert!(late.join().unwrap());
    }

    #[test]
    fn but_not_for_long() {
        let (_sender, queue): Queue = mpsc::channel();
        assert_eq!(Gathering::of(job(), &queue, 9, Duration::ZERO).count(), 1);
    }
}
