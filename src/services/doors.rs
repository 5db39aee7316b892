//! Who had many logins refused lately, and is not tried for a while: each costs a hash, and each may be a guess.
//!
//! Refused logins count, nothing else: clients that know their passwords never meet this, however many are behind one
//! address. They count for the name that was given first, so that one client with an old password is no trouble for the
//! others behind the same proxy; and for the address as a whole, where many names are tried, but for those who were let in
//! from there within a day. IS 5.3.0 has no such limit.

use crate::domain::Now;
use crate::domain::name::folded;
use crate::domain::neighbourhood;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Names that an address may try for each attempt at one.
const NAMES: i64 = 10;
/// How long a login that was right counts, in milliseconds.
const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;
/// Names and addresses that are remembered at most.
const MOST: usize = 20_000;

/// What is remembered of the logins of one process.
#[derive(Debug)]
pub struct Doors {
    per_minute: i64,
    names: RandomState,
    known: Mutex<HashMap<(IpAddr, Option<u64>), Known>>,
}

/// Of an address, or of a name that it gave.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// When all that was refused will be forgotten: each refusal adds its share of a minute.
    owes_until: i64,
    /// When a login was right.
    right_at: Option<i64>,
}

impl Known {
    fn has_room(&self, now: Now, share: i64) -> bool {
        self.owes_until.saturating_sub(now.0) <= MINUTE.saturating_sub(share)
    }

    fn refuse(&mut self, now: Now, share: i64) {
        self.owes_until = self.owes_until.max(now.0).saturating_add(share);
    }

    fn is_worth_keeping(&self, now: Now) -> bool {
        self.owes_until > now.0 || self.was_right(now)
    }

    fn was_right(&self, now: Now) -> bool {
        self.right_at.is_some_and(|at| now.0.saturating_sub(at) < DAY)
    }
}

impl Doors {
    /// Lets that many logins of one name be refused a minute.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: i64::from(per_minute).max(1), names: RandomState::new(), known: Mutex::default() }
    }

    fn keys(&self, peer: IpAddr, name: &str) -> [(IpAddr, Option<u64>); 2] {
        let address = neighbourhood::of(peer);
        [(address, Some(self.names.hash_one(folded(name.trim())))), (address, None)]
    }

    /// What a refusal weighs for a name and for an address, in milliseconds.
    fn shares(&self) -> [i64; 2] {
        let most = self.per_minute.saturating_mul(NAMES);
        [self.per_minute, most].map(|most| MINUTE.checked_div(most).unwrap_or(1).max(1))
    }

    /// Whether a login of that name from there is not even tried now.
    #[must_use]
    pub fn are_closed(&self, now: Now, peer: IpAddr, name: &str) -> bool {
        let ([of_name, of_address], [share, of_all]) = (self.keys(peer, name), self.shares());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = |key| known.get(&key).copied().unwrap_or_default();
        let name = found(of_name);
        !name.has_room(now, share) || !(name.was_right(now) || found(of_address).has_room(now, of_all))
    }

    /// Notes a login that was refused.
    pub fn refused(&self, now: Now, peer: IpAddr, name: &str) {
        for (key, share) in self.keys(peer, name).into_iter().zip(self.shares()) {
            self.note(now, key, |known| known.refuse(now, share));
        }
    }

    /// Notes a login that was right.
    pub fn opened(&self, now: Now, peer: IpAddr, name: &str) {
        let [of_name, _] = self.keys(peer, name);
        self.note(now, of_name, |known| known.right_at = Some(now.0));
    }

    fn note(&self, now: Now, key: (IpAddr, Option<u64>), what: impl FnOnce(&mut Known)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(&key) {
            known.retain(|_, one| one.is_worth_keeping(now));
            if known.len() >= MOST {
                // Somebody has many addresses, or many names: what is owed says more than what was right.
                known.retain(|_, one| one.owes_until > now.0);
            }
            if known.len() >= MOST {
                return;
            }
        }
        what(known.entry(key).or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 2));

    #[test]
    fn one_name_is_tried_so_often_a_minute_and_only_where_it_was_refused() {
        let doors = Doors::new(6);
        for _ in 0..6 {
            assert!(!doors.are_closed(Now(0), HERE, "tom"));
            doors.refused(Now(0), HERE, "tom");
        }
        assert!(doors.are_closed(Now(0), HERE, " TOM") && doors.are_closed(Now(9_999), HERE, "tom"));
        assert!(!doors.are_closed(Now(0), HERE, "ann") && !doors.are_closed(Now(0), THERE, "tom"));
        assert!(!doors.are_closed(Now(10_000), HERE, "tom"), "one more");
        doors.refused(Now(10_000), HERE, "tom");
        assert!(doors.are_closed(Now(10_000), HERE, "tom"));
        assert!(!doors.are_closed(Now(70_000), HERE, "tom"));
    }

    #[test]
    fn who_tries_many_names_is_held_back_but_not_those_who_were_right_there_before() {
        let doors = Doors::new(6);
        doors.opened(Now(0), HERE, "ann");
        for number in 0..60 {
            assert!(!doors.are_closed(Now(0), HERE, "bob"), "{number}");
            doors.refused(Now(0), HERE, &number.to_string());
        }
        assert!(doors.are_closed(Now(0), HERE, "bob"));
        assert!(!doors.are_closed(Now(0), HERE, "ann") && !doors.are_closed(Now(0), THERE, "bob"));
        for _ in 0..6 {
            doors.refused(Now(0), HERE, "ann");
        }
        assert!(doors.are_closed(Now(0), HERE, "ann"), "who was right once is no better guesser");
        assert!(!doors.are_closed(Now(70_000), HERE, "bob"));
    }

    #[test]
    fn no_more_is_remembered_than_fits_and_what_is_owed_stays_longest() {
        let doors = Doors::new(1);
        doors.refused(Now(0), HERE, "tom");
        for number in 0..2 * MOST {
            doors.opened(Now(0), HERE, &number.to_string());
        }
        assert!(doors.known.lock().unwrap().len() <= MOST);
        assert!(doors.are_closed(Now(0), HERE, "tom"));
        for number in 0..2 * MOST {
            doors.refused(Now(0), THERE, &number.to_string());
        }
        assert_eq!(doors.known.lock().unwrap().len(), MOST);
        doors.refused(Now(100 * DAY), HERE, "ann");
        assert!(doors.known.lock().unwrap().len() < 10, "what counts no more makes room");
    }
}
