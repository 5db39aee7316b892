//! The jobs that wait for the writer, and which of them share a commit.

use super::super::Error;
use super::writer::Job;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Jobs that share one commit at most, so that the first of them does not wait for ever.
const BATCH: usize = 256;

/// How long a commit waits for callers who were there at the one before: they are likely to be back in a moment, and one
/// `fdatasync` for all of them costs less than one for each. A caller who is alone never waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the next of them.
    pub(super) each: Duration,
    /// For all of them.
    pub(super) all: Duration,
}

/// The writer's. On one busy core, sixty callers take five milliseconds to be back, and the first of them one: he waits for
/// his answer behind those of all the others.
pub(super) const PATIENCE: Patience =
    Patience { each: Duration::from_millis(1), all: Duration::from_millis(10) };

/// Who is likely to be back for the next commit, and when: learned from the ones before.
#[derive(Debug)]
pub(super) struct Rhythm {
    /// How many.
    expected: usize,
    /// How long they needed when they last were all back.
    lap: Duration,
    patience: Patience,
}

impl Rhythm {
    /// Nobody is known yet.
    pub(super) fn new(patience: Patience) -> Self {
        Self { expected: 1, lap: Duration::ZERO, patience }
    }

    /// Those who are answered now and those who came in the meantime are likely to meet in the next commit.
    pub(super) fn expect(&mut self, jobs: usize) {
        self.expected = jobs.clamp(1, BATCH);
    }

    /// The first sleep, long enough for all of them: to be woken for each costs more than what it is waited for.
    fn first(&self) -> Duration {
        (self.lap * 2).clamp(self.patience.each, self.patience.all.max(self.patience.each))
    }
}

/// Jobs in the order they came.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    enough: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Box<dyn Job>>,
    /// How many the writer sleeps for.
    wanted: Option<usize>,
    /// Whether it was woken. Once is enough: it may not have run yet when the next job comes.
    woken: bool,
    closed: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

impl Waiting {
    fn are_enough(&self) -> bool {
        self.closed || self.wanted.is_some_and(|wanted| self.jobs.len() >= wanted)
    }

    /// The writer goes to sleep.
    fn want(&mut self, jobs: usize) {
        self.wanted = Some(jobs);
        self.woken = false;
    }

    /// Whether the writer is to be woken now.
    fn wakes(&mut self) -> bool {
        self.are_enough() && !std::mem::replace(&mut self.woken, true)
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job. [`Error::Closed`] when no more are taken.
    pub(super) fn push(&self, job: Box<dyn Job>) -> Result<(), Error> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(Error::Closed);
        }
        waiting.jobs.push_back(job);
        let wake = waiting.wakes();
        drop(waiting);
        if wake {
            self.enough.notify_one();
        }
        Ok(())
    }

    /// Takes no more jobs. Those that are there stay.
    pub(super) fn close(&self) {
        self.waiting().closed = true;
        self.enough.notify_one();
    }

    /// How many jobs there are.
    pub(super) fn len(&self) -> usize {
        self.waiting().jobs.len()
    }

    /// Sleeps until everybody is there who is expected, or else until there is a job and nobody else has come for a while.
    /// `false` when there will be none any more.
    pub(super) fn wait(&self, rhythm: &mut Rhythm) -> bool {
        let mut waiting = self.waiting();
        if rhythm.expected > 1 {
            waiting = self.wait_for_all(waiting, rhythm);
        }
        waiting.want(1);
        waiting = self
            .enough
            .wait_while(waiting, |waiting| !waiting.are_enough())
            .unwrap_or_else(PoisonError::into_inner);
        waiting.wanted = None;
        !waiting.jobs.is_empty()
    }

    fn wait_for_all<'q>(
        &self,
        mut waiting: MutexGuard<'q, Waiting>,
        rhythm: &mut Rhythm,
    ) -> MutexGuard<'q, Waiting> {
        let began = Instant::now();
        let mut time = rhythm.first();
        waiting.want(rhythm.expected);
        loop {
            let before = waiting.jobs.len();
            let woken = self.enough.wait_timeout_while(waiting, time, |waiting| !waiting.are_enough());
            (waiting, _) = woken.unwrap_or_else(PoisonError::into_inner);
            if waiting.are_enough() {
                rhythm.lap = began.elapsed();
                return waiting;
            }
            time = rhythm.patience.each.min(rhythm.patience.all.saturating_sub(began.elapsed()));
            if waiting.jobs.len() == before || time.is_zero() {
                return waiting;
            }
        }
    }

    fn take(&self, most: usize) -> VecDeque<Box<dyn Job>> {
        let mut waiting = self.waiting();
        match waiting.jobs.len() {
            few if few <= most => std::mem::take(&mut waiting.jobs),
            _ => waiting.jobs.drain(..most).collect(),
        }
    }
}

/// The jobs of one commit: those that are there, and those that come while they are done.
pub(super) struct Gathering<'q> {
    queue: &'q Queue,
    /// At hand.
    ready: VecDeque<Box<dyn Job>>,
    taken: usize,
}

impl<'q> Gathering<'q> {
    /// Of what waits in `queue`.
    pub(super) fn of(queue: &'q Queue) -> Self {
        Self { queue, ready: VecDeque::new(), taken: 0 }
    }

    /// How many there were so far.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }
}

impl Iterator for Gathering<'_> {
    type Item = Box<dyn Job>;

    fn next(&mut self) -> Option<Box<dyn Job>> {
        if self.ready.is_empty() {
            self.ready = self.queue.take(BATCH.saturating_sub(self.taken));
        }
        let job = self.ready.pop_front()?;
        self.taken += 1;
        Some(job)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Tx;
    use super::super::writer::Pending;
    use super::*;
    use tokio::sync::oneshot;

    fn job() -> Box<dyn Job> {
        Box::new(Pending::new(|_: &mut Tx<'_>| Ok::<_, Error>(()), oneshot::channel().0))
    }

    fn holding(jobs: usize) -> Queue {
        let queue = Queue::default();
        for _ in 0..jobs {
            queue.push(job()).unwrap();
        }
        queue
    }

    const FOREVER: Patience = Patience { each: Duration::from_secs(60), all: Duration::from_secs(60) };

    fn expecting(jobs: usize, patience: Patience) -> Rhythm {
        let mut rhythm = Rhythm::new(patience);
        rhythm.expect(jobs);
        rhythm
    }

    #[test]
    fn whoever_is_alone_waits_for_nobody() {
        let queue = holding(1);
        assert!(queue.wait(&mut Rhythm::new(FOREVER)));
        assert_eq!(Gathering::of(&queue).count(), 1);
    }

    #[test]
    fn whoever_waits_already_is_taken_along() {
        let queue = holding(BATCH + 6);
        assert!(queue.wait(&mut expecting(2 * BATCH, FOREVER)));
        assert_eq!(Gathering::of(&queue).count(), BATCH);
        assert_eq!(queue.len(), 6);
    }

    #[test]
    fn whoever_comes_while_the_others_are_at_work_is_taken_along() {
        let queue = holding(2);
        let mut jobs = Gathering::of(&queue);
        assert!(jobs.next().is_some());
        queue.push(job()).unwrap();
        assert_eq!((jobs.by_ref().count(), jobs.taken()), (2, 3));
    }

    #[test]
    fn a_writer_who_sleeps_is_woken_once() {
        let wakes = |waiting: &mut Waiting| {
            waiting.jobs.push_back(job());
            waiting.wakes()
        };
        let mut waiting = Waiting::default();
        assert!(!wakes(&mut waiting), "he is at work");
        waiting.want(3);
        assert_eq!([0; 4].map(|_| wakes(&mut waiting)), [false, true, false, false]);
        waiting.jobs.clear();
        waiting.want(1);
        assert_eq!([0; 2].map(|_| wakes(&mut waiting)), [true, false]);
    }

    #[test]
    fn as_many_as_expected_are_waited_for() {
        let queue = holding(1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                queue.push(job()).unwrap();
                queue.push(job()).unwrap();
            });
            assert!(queue.wait(&mut expecting(3, FOREVER)));
        });
        assert_eq!(queue.len(), 3);
    }

    #[test]
    fn but_not_for_long() {
        for (each, all) in [(0, 60), (60, 0), (0, 0)] {
            let patience = Patience { each: Duration::from_millis(each), all: Duration::from_millis(all) };
            let queue = holding(1);
            assert!(queue.wait(&mut expecting(9, patience)));
            assert_eq!(queue.len(), 1);
        }
    }

    #[test]
    fn when_nobody_of_them_comes_back_the_next_one_is_served_at_once() {
        let patience = Patience { each: Duration::ZERO, all: Duration::ZERO };
        let queue = Queue::default();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| queue.wait(&mut expecting(9, patience)));
            queue.push(job()).unwrap();
            assert!(writer.join().unwrap());
        });
    }

    #[test]
    fn the_first_sleep_is_long_enough_for_all_who_were_back_before() {
        let mut rhythm = Rhythm::new(PATIENCE);
        assert_eq!(rhythm.first(), PATIENCE.each);
        rhythm.lap = Duration::from_millis(1);
        assert_eq!(rhythm.first(), Duration::from_millis(2));
        rhythm.lap = Duration::from_secs(1);
        assert_eq!(rhythm.first(), PATIENCE.all);
    }

    #[test]
    fn a_closed_queue_is_emptied_and_takes_no_more() {
        let queue = holding(1);
        queue.close();
        assert!(matches!(queue.push(job()), Err(Error::Closed)));
        let mut rhythm = expecting(9, FOREVER);
        assert!(queue.wait(&mut rhythm));
        assert_eq!(Gathering::of(&queue).count(), 1);
        assert!(!queue.wait(&mut rhythm));
    }
}
