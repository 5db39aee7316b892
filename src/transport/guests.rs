//! Who is connected, and who has to leave when all places are taken and somebody else comes.
//!
//! At the end everybody has to. A connection that waits for its client costs nothing until there are no more places; then it would keep others out for as
//! long as an idle connection is kept. Whoever has waited longest makes room, first of all at the address that has most
//! connections: one that holds them all keeps nobody out, and one that has a few loses none to it.

use crate::domain::neighbourhood;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// Milliseconds after which a client that sends nothing may be asked to leave: who comes back at once is not between two
/// requests but in the middle of his work.
const LEAST: u64 = 1_000;
/// Stands for a connection whose request is worked on.
const WORKS: u64 = u64::MAX;

/// The connections of a listener.
#[derive(Debug)]
pub struct Guests {
    began: Instant,
    next: AtomicU64,
    all: Mutex<HashMap<u64, Arc<Guest>>>,
}

/// A connection.
#[derive(Debug)]
pub struct Guest {
    began: Instant,
    from: IpAddr,
    /// Since when the client has been waited for.
    since: AtomicU64,
    /// Requests that were answered.
    served: AtomicUsize,
    /// Why it is to leave, once it is.
    leaves: OnceLock<Leaving>,
    /// Who serves it.
    host: Mutex<Option<Waker>>,
}

/// Why a connection is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Its place is wanted.
    ForAnother,
    /// The server stops.
    AtTheEnd,
}

/// The place of a connection among the others, until it is dropped.
#[derive(Debug)]
pub struct Seat {
    guests: Arc<Guests>,
    number: u64,
    /// Who has it.
    pub guest: Arc<Guest>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guests.locked().remove(&self.number);
    }
}

impl Default for Guests {
    fn default() -> Self {
        Self { began: Instant::now(), next: AtomicU64::new(0), all: Mutex::default() }
    }
}

fn millis(began: Instant, now: Instant) -> u64 {
    u64::try_from(now.duration_since(began).as_millis()).unwrap_or(WORKS - 1)
}

impl Guests {
    fn locked(&self) -> MutexGuard<'_, HashMap<u64, Arc<Guest>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a new connection its seat.
    pub fn seat(self: &Arc<Self>, peer: IpAddr) -> Seat {
        let guest = Arc::new(Guest {
            began: self.began,
            from: neighbourhood::of(peer),
            since: AtomicU64::new(millis(self.began, Instant::now())),
            served: AtomicUsize::new(0),
            leaves: OnceLock::new(),
            host: Mutex::new(None),
        });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.locked().insert(number, Arc::clone(&guest));
        Seat { guests: Arc::clone(self), number, guest }
    }

    /// Asks one to leave; nobody while all are worked for, or were a moment ago.
    pub fn make_room(&self) {
        self.make_room_at(millis(self.began, Instant::now()));
    }

    fn make_room_at(&self, now: u64) {
        let all = self.locked();
        let mut crowds: HashMap<IpAddr, usize> = HashMap::new();
        for guest in all.values() {
            *crowds.entry(guest.from).or_default() += 1;
        }
        let waiting = all.values().filter_map(|guest| {
            let waited = now.checked_sub(guest.since.load(Ordering::Relaxed))?;
            let may_stay = waited < LEAST || guest.is_leaving();
            (!may_stay).then(|| (crowds.get(&guest.from), waited, guest))
        });
        if let Some((_, waited, guest)) = waiting.max_by_key(|(crowd, waited, _)| (*crowd, *waited)) {
            tracing::debug!(from = %guest.from, waited, "a connection makes room for another one");
            guest.ask_to_leave(Leaving::ForAnother);
        }
    }

    /// Asks everybody to leave.
    pub fn close(&self) {
        self.locked().values().for_each(|guest| guest.ask_to_leave(Leaving::AtTheEnd));
    }
}

impl Guest {
    /// From now on it is waited for what the client sends.
    pub fn waits(&self, now: Instant) {
        self.since.store(millis(self.began, now), Ordering::Relaxed);
    }

    /// From now on the client waits.
    pub fn works(&self) {
        self.since.store(WORKS, Ordering::Relaxed);
    }

    /// Counts an answer; how many there were with it.
    pub fn served(&self) -> usize {
        self.served.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn host(&self) -> MutexGuard<'_, Option<Waker>> {
        self.host.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_to_leave(&self, why: Leaving) {
        // Whoever was asked already is on his way.
        let _ = self.leaves.set(why);
        if let Some(host) = self.host().take() {
            host.wake();
        }
    }

    /// Resolves when the connection is to end. It is asked whenever anything happens on the connection, and costs next to nothing.
    pub fn asked_to_leave(&self) -> impl Future<Output = Leaving> {
        std::future::poll_fn(|context: &mut Context<'_>| {
            if self.leaves.get().is_none() {
                let host = &mut *self.host();
                if !host.as_ref().is_some_and(|host| host.will_wake(context.waker())) {
                    *host = Some(context.waker().clone());
                }
            }
            // Once more: it may have been asked in between.
            self.leaves.get().map_or(Poll::Pending, |why| Poll::Ready(*why))
        })
    }

    /// Whether nothing is lost when the connection is cut.
    pub fn has_nothing(&self) -> bool {
        self.served.load(Ordering::Relaxed) == 0 && self.since.load(Ordering::Relaxed) != WORKS
    }

    fn is_leaving(&self) -> bool {
        self.leaves.get().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_longest_where_most_are_makes_room_and_nobody_who_is_worked_for() {
        let guests = Arc::new(Guests::default());
        let seat = |address: u8, since: u64| {
            let seat = guests.seat(IpAddr::from([203, 0, 113, address]));
            seat.guest.since.store(since, Ordering::Relaxed);
            seat
        };
        let alone = seat(1, 0);
        let crowd = [seat(2, 30), seat(2, 20), seat(2, WORKS), seat(2, 10)];
        let leaving = || {
            guests.make_room_at(5_000);
            let of = |seat: &Seat| u8::from(seat.guest.is_leaving());
            (of(&alone), crowd.each_ref().map(of))
        };
        assert_eq!(leaving(), (0, [0, 0, 0, 1]));
        assert_eq!(leaving(), (0, [0, 1, 0, 1]));
        assert_eq!(leaving(), (0, [1, 1, 0, 1]));
        assert_eq!(leaving(), (1, [1, 1, 0, 1]));
        let [.., last] = crowd;
        drop(last);
        assert_eq!(guests.locked().len(), 4, "whoever is gone is no guest");
        let fresh = seat(3, 4_500);
        guests.make_room_at(5_000);
        assert!(!fresh.guest.is_leaving(), "he may be about to send something");
    }
}
