//! The worker itself: takes due mails in a few lanes, delivers them, notes the outcome, plans the next attempt.
//!
//! A mail is taken by hiding it for longer than an attempt can last. Should the process die meanwhile, the mail
//! comes up again and is sent once more under the same Message-ID: at least once, never lost.

use super::{Failure, Settings, SettingsError, Transport, directory, message, smtp};
use crate::domain::{Clock, Now, SecretKey};
use crate::store::outbox::{self, End, Taken};
use crate::store::{self, Store};
use lettre::message::Mailbox;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// The longest pause between two rounds, when nobody wakes us and nothing is due.
const POLL: Duration = Duration::from_secs(30);
/// How often we look whether something is due, which is one look into an index: the command line queues mails and makes
/// them due, and wakes nobody here.
const LOOK: Duration = Duration::from_secs(1);
/// Longest pause between two attempts, in minutes.
const LONGEST_PAUSE: i64 = 60;
/// Added to the transport's timeout before a taken mail comes up again, in milliseconds.
const MARGIN: i64 = 60_000;
/// How long the outcome of a mail is kept for the operator, in milliseconds.
const KEPT: i64 = 30 * 24 * 3_600_000;

/// Delivers what the outbox holds. One per process; several processes on one database do not disturb each other.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    key: Arc<SecretKey>,
    from: Mailbox,
    route: Route,
    concurrency: usize,
    /// Milliseconds for which a taken mail is hidden from others.
    hidden: i64,
    stopping: AtomicBool,
}

enum Route {
    Smtp(Box<smtp::Server>),
    Directory(PathBuf),
    Nowhere,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Worker")
    }
}

impl Worker {
    /// A worker that is not running yet. `key` opens the sealed texts.
    ///
    /// # Errors
    /// Settings that cannot work; an unreachable server is not an error.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        key: Arc<SecretKey>,
        settings: Settings,
    ) -> Result<Self, SettingsError> {
        let from = settings.sender()?;
        let mut longest = Duration::ZERO;
        let route = match settings.transport {
            Transport::Smtp(server) => {
                longest = server.timeout + server.patience;
                Route::Smtp(Box::new(smtp::Server::new(server)?))
            }
            Transport::Directory(folder) => {
                directory::prepare(&folder)?;
                Route::Directory(folder)
            }
            Transport::Unconfigured => Route::Nowhere,
        };
        Ok(Self(Arc::new(Inner {
            store,
            clock,
            key,
            from,
            route,
            concurrency: settings.concurrency.max(1),
            hidden: i64::try_from(longest.as_millis()).unwrap_or(i64::MAX / 2).saturating_add(MARGIN),
            stopping: AtomicBool::new(false),
        })))
    }

    /// Works until `stop` resolves; mails on their way are finished first.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut lanes = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        loop {
            let pause = match self.open_lanes(&mut lanes).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, "the outbox cannot be read; trying again later");
                    POLL
                }
            };
            let failed = tokio::select! {
                biased;
                () = &mut stop => break,
                () = self.0.store.outbox_woken() => false,
                Some(ended) = lanes.join_next() => !matches!(ended, Ok(Ok(()))),
                () = self.until_due(pause) => false,
            };
            if failed {
                // The database has a problem; opening lanes at once would only repeat it.
                tokio::select! {
                    () = &mut stop => break,
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        }
        self.0.stopping.store(true, Ordering::Relaxed);
        while lanes.join_next().await.is_some() {}
    }

    /// Delivers everything that is due now, and returns when every attempt has been noted.
    ///
    /// # Errors
    /// Failures of the database; failing mails are not errors here.
    pub async fn send_due(&self) -> Result<(), store::Error> {
        let mut lanes = JoinSet::new();
        self.open_lanes(&mut lanes).await?;
        while let Some(ended) = lanes.join_next().await {
            ended.unwrap_or(Err(store::Error::Closed))?;
        }
        Ok(())
    }

    /// Opens as many lanes as there are mails due, and says how long nothing more can happen.
    async fn open_lanes(
        &self,
        lanes: &mut JoinSet<Result<(), store::Error>>,
    ) -> Result<Duration, store::Error> {
        let now = self.0.clock.now();
        let (overdue, finished) = self.0.store.read(|tx| {
            Ok::<_, store::Error>((outbox::has_expired(tx, now.0)?, outbox::oldest_finished(tx)?))
        })?;
        let forgettable = finished.is_some_and(|at| at < now.0.saturating_sub(KEPT));
        if overdue || forgettable {
            self.tidy(now).await?;
        }
        let free = self.0.concurrency.saturating_sub(lanes.len());
        let limit = i64::try_from(free).unwrap_or(i64::MAX);
        let (mut due, mut next) = self.0.store.read(|tx| {
            Ok::<_, store::Error>((outbox::count_due(tx, now.0, limit)?, outbox::next_due(tx)?))
        })?;
        let latest = now.0.saturating_add(self.0.hidden.max(LONGEST_PAUSE * 75_000));
        if self.0.store.read(outbox::last_due)?.is_some_and(|at| at > latest) {
            tracing::warn!(
                "mails waited for a time of another clock and are tried now: this one or an earlier one is wrong"
            );
            self.0.store.write(move |tx| outbox::bring_forward(tx, latest, now.0)).await?;
            (due, next) = (due.max(limit.min(1)), Some(now.0));
        }
        for _ in 0..due {
            let worker = self.clone();
            lanes.spawn(async move { worker.work_lane().await });
        }
        let until_next = next.map_or(i64::MAX, |at| at.saturating_sub(now.0));
        // Mails due right now are the lanes' business; a lane that ends brings us back here.
        Ok(match u64::try_from(until_next) {
            Ok(millis) if millis > 0 => Duration::from_millis(millis).min(POLL),
            _ => POLL,
        })
    }

    /// Returns when a mail is due, at the latest after `longest`.
    async fn until_due(&self, longest: Duration) {
        let mut left = longest;
        loop {
            tokio::time::sleep(left.min(LOOK)).await;
            left = left.saturating_sub(LOOK);
            // A failure of the database shows in the next round.
            let next = self.0.store.read(outbox::next_due).ok().flatten();
            if left.is_zero() || next.is_some_and(|at| at <= self.0.clock.now().0) {
                return;
            }
        }
    }

    /// Gives up what has expired and forgets what was finished long ago.
    async fn tidy(&self, now: Now) -> Result<(), store::Error> {
        let before = now.0.saturating_sub(KEPT);
        let expired = self
            .0
            .store
            .write(move |tx| {
                outbox::forget_finished(tx, before)?;
                outbox::give_up_expired(tx, now.0)
            })
            .await?;
        if expired > 0 {
            tracing::warn!(mails = expired, "mails were given up because their codes expired");
        }
        Ok(())
    }

    /// Delivers one mail after the other until none is due.
    async fn work_lane(&self) -> Result<(), store::Error> {
        let mut lane = smtp::Lane::default();
        let mut outcome = Ok(true);
        while !self.0.stopping.load(Ordering::Relaxed) && matches!(outcome, Ok(true)) {
            outcome = self.deliver_next(&mut lane).await;
        }
        if let Route::Smtp(server) = &self.0.route {
            server.hang_up(&mut lane).await;
        }
        outcome.map(|_| ()).inspect_err(|error| {
            tracing::error!(%error, "the outbox cannot be used; its mails will be tried again");
        })
    }

    /// Takes one mail and sees it through; `false` when none was due.
    async fn deliver_next(&self, lane: &mut smtp::Lane) -> Result<bool, store::Error> {
        let now = self.0.clock.now();
        let hidden_until = now.0.saturating_add(self.0.hidden);
        let taken = self.0.store.write(move |tx| outbox::take_due(tx, now.0, hidden_until, 1)).await?;
        let Some(mail) = taken.into_iter().next() else { return Ok(false) };
        let outcome = self.deliver(lane, &mail).await;
        self.note(&mail, outcome).await?;
        Ok(true)
    }

    async fn deliver(&self, lane: &mut smtp::Lane, mail: &Taken) -> Result<(), Failure> {
        let message = message::compose(mail, &self.0.from, &self.0.key)?;
        match &self.0.route {
            Route::Smtp(server) => server.deliver(lane, &message).await,
            Route::Directory(folder) => {
                let name = format!("{:013}-{:06}.eml", mail.created_at, mail.id);
                directory::deliver(folder.clone(), name, message.formatted()).await
            }
            Route::Nowhere => Err(Failure::Later("no mail server is configured".into())),
        }
    }

    async fn note(&self, mail: &Taken, outcome: Result<(), Failure>) -> Result<(), store::Error> {
        let (id, template, attempts) = (mail.id, mail.template.as_str(), mail.attempts);
        let now = self.0.clock.now();
        let next = now.plus_millis(pause_after(attempts));
        match &outcome {
            Ok(()) => tracing::info!(mail = id, template, attempts, "mail sent"),
            Err(Failure::Later(error)) => {
                let next = next.to_timestamp();
                tracing::warn!(mail = id, template, attempts, error, next, "mail not sent yet")
            }
            Err(Failure::Never(error)) => {
                tracing::warn!(mail = id, template, attempts, error, "mail refused for good")
            }
        }
        self.0
            .store
            .write(move |tx| match outcome {
                Ok(()) => outbox::finish(tx, id, End::Sent, now.0, None).map(|_| ()),
                Err(Failure::Later(error)) => outbox::postpone(tx, id, next.0, &error),
                Err(Failure::Never(error)) => {
                    outbox::finish(tx, id, End::Refused, now.0, Some(&error)).map(|_| ())
                }
            })
            .await
    }
}

/// 1, 2, 4 … minutes, at most an hour, and up to a quarter more so that a server that comes back is not stormed.
fn pause_after(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    let millis = 2_i64.pow(doublings).min(LONGEST_PAUSE) * 60_000;
    let mut byte = [0_u8; 1];
    // No randomness means no jitter, which is bearable.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    let [chance] = byte;
    millis + millis / 4 * i64::from(chance) / 256
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_one_two_four_minutes_apart_and_never_more_than_an_hour_and_a_quarter() {
        for (attempts, minutes) in [(1, 1), (2, 2), (3, 4), (4, 8), (7, 60), (8, 60), (1_000, 60)] {
            for _ in 0..50 {
                let pause = pause_after(attempts);
                assert!((minutes * 60_000..minutes * 75_000).contains(&pause), "{attempts}: {pause}");
            }
        }
    }
}
