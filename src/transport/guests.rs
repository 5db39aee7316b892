//! Who is connected, and who has to leave when all places are taken and somebody else comes.
//!
//! A connection that waits for its client costs nothing until there are no more places; then it would keep others out for as
//! long as an idle connection is kept. Whoever has waited longest makes room, first of all at the address that has most
//! connections: one that holds them all keeps nobody out, and one that has a few loses none to it.

use crate::domain::neighbourhood;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

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
    is_leaving: AtomicBool,
    asked: Notify,
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

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(WORKS - 1)
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
            since: AtomicU64::new(millis(self.began)),
            served: AtomicUsize::new(0),
            is_leaving: AtomicBool::new(false),
            asked: Notify::new(),
        });
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.locked().insert(number, Arc::clone(&guest));
        Seat { guests: Arc::clone(self), number, guest }
    }

    /// Asks one to leave; nobody while all are worked for, or were a moment ago.
    pub fn make_room(&self) {
        self.make_room_at(millis(self.began));
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
            guest.is_leaving.store(true, Ordering::Relaxed);
            guest.asked.notify_one();
        }
    }
}

impl Guest {
    /// From now on it is waited for what the client sends.
    pub fn waits(&self) {
        self.since.store(millis(self.began), Ordering::Relaxed);
    }

    /// From now on the client waits.
    pub fn works(&self) {
        self.since.store(WORKS, Ordering::Relaxed);
    }

    /// Counts an answer; how many there were with it.
    pub fn served(&self) -> usize {
        self.served.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Resolves when the place is wanted.
    pub async fn asked_to_leave(&self) {
        self.asked.notified().await;
    }

    /// Whether nothing is lost when the connection is cut.
    pub fn has_nothing(&self) -> bool {
        self.served.load(Ordering::Relaxed) == 0 && self.since.load(Ordering::Relaxed) != WORKS
    }

    /// Whether the place is wanted.
    pub fn is_leaving(&self) -> bool {
        self.is_leaving.load(Ordering::Relaxed)
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
