//! Who had many logins refused lately, and is not tried for a while: each costs a hash, and each may be a guess.
//!
//! Refused logins count, nothing else: clients that know their passwords never meet this, however many are behind one
//! address. They count for the name that was given, so that one client with an old password is no trouble for the others
//! behind the same proxy; and for the address as a whole, where many names are tried. Whoever presents what was right from
//! there within a day is tried whatever others did, so that nobody can shut him out. IS 5.3.0 has no such limit.
//!
//! The count is our own: governor, which counts for the pages, has no way to ask without counting, and here it is asked
//! before a login and counted only after it was refused.

use crate::domain::login::Presented;
use crate::domain::name::folded;
use crate::domain::{Now, Secret, SecretKey, neighbourhood};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Logins that an address may have refused for each one of a name.
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
    key: Arc<SecretKey>,
    known: Mutex<HashMap<(IpAddr, Option<u64>), Known>>,
}

/// Of an address, or of a name that it gave.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// When all that was refused will be forgotten: each refusal adds its share of a minute.
    owes_until: i64,
    /// When a login was right, and what tells its password from others: enough for one guess of many thousands to be mistaken
    /// for it, and too little to find it out.
    right: Option<(i64, u16)>,
}

impl Known {
    fn has_room(&self, now: Now, share: i64) -> bool {
        self.owes_until.saturating_sub(now.0) <= MINUTE.saturating_sub(share)
    }

    fn refuse(&mut self, now: Now, share: i64) {
        self.owes_until = self.owes_until.max(now.0).saturating_add(share);
    }

    fn is_worth_keeping(&self, now: Now) -> bool {
        self.owes_until > now.0 || self.lately_right(now).is_some()
    }

    fn lately_right(&self, now: Now) -> Option<u16> {
        self.right.filter(|(at, _)| now.0.saturating_sub(*at) < DAY).map(|(_, tag)| tag)
    }
}

impl Doors {
    /// Lets that many logins of one name be refused a minute.
    #[must_use]
    pub fn new(per_minute: u32, key: Arc<SecretKey>) -> Self {
        Self { per_minute: i64::from(per_minute).max(1), key, known: Mutex::default() }
    }

    fn keys(&self, peer: IpAddr, presented: &Presented) -> [(IpAddr, Option<u64>); 2] {
        let address = neighbourhood::of(peer);
        let [a, b, c, d, e, f, g, h, ..] = self.hash("name", &folded(presented.user_name.trim()));
        [(address, Some(u64::from_be_bytes([a, b, c, d, e, f, g, h]))), (address, None)]
    }

    fn tag(&self, presented: &Presented) -> u16 {
        let [one, two, ..] = self.hash("password", presented.password.reveal());
        u16::from_be_bytes([one, two])
    }

    fn hash(&self, what: &str, text: &str) -> [u8; 32] {
        self.key.hash(&Secret::new([what, " at the door\n", text].concat()))
    }

    /// What a refusal weighs for a name and for an address, in milliseconds.
    fn shares(&self) -> [i64; 2] {
        let most = self.per_minute.saturating_mul(NAMES);
        [self.per_minute, most].map(|most| MINUTE.checked_div(most).unwrap_or(1).max(1))
    }

    /// Whether a login from there is not even tried now.
    #[must_use]
    pub fn are_closed(&self, now: Now, peer: IpAddr, presented: &Presented) -> bool {
        let ([of_name, of_address], [share, of_all]) = (self.keys(peer, presented), self.shares());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = |key| known.get(&key).copied().unwrap_or_default();
        let name = found(of_name);
        let have_room = name.has_room(now, share) && found(of_address).has_room(now, of_all);
        !have_room && name.lately_right(now) != Some(self.tag(presented))
    }

    /// Notes a login that was refused.
    pub fn refused(&self, now: Now, peer: IpAddr, presented: &Presented) {
        for (key, share) in self.keys(peer, presented).into_iter().zip(self.shares()) {
            self.note(now, key, |known| known.refuse(now, share));
        }
    }

    /// Notes a login that was right.
    pub fn opened(&self, now: Now, peer: IpAddr, presented: &Presented) {
        let ([of_name, _], tag) = (self.keys(peer, presented), self.tag(presented));
        self.note(now, of_name, |known| known.right = Some((now.0, tag)));
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

    fn doors(per_minute: u32) -> Doors {
        Doors::new(per_minute, Arc::new(SecretKey::new(&[7; 32]).unwrap()))
    }

    fn of(name: &str, password: &str) -> Presented {
        Presented { user_name: name.to_owned(), password: password.into() }
    }

    fn wrong(name: &str) -> Presented {
        of(name, "wrong")
    }

    #[test]
    fn one_name_is_tried_so_often_a_minute_and_only_where_it_was_refused() {
        let doors = doors(6);
        let closed = |at: i64, peer, name: &str| doors.are_closed(Now(at), peer, &wrong(name));
        for _ in 0..6 {
            assert!(!closed(0, HERE, "tom"));
            doors.refused(Now(0), HERE, &wrong("tom"));
        }
        assert!(closed(0, HERE, " TOM") && closed(9_999, HERE, "tom"));
        assert!(!closed(0, HERE, "ann") && !closed(0, THERE, "tom"));
        assert!(!closed(10_000, HERE, "tom"), "one more");
        doors.refused(Now(10_000), HERE, &wrong("tom"));
        assert!(closed(10_000, HERE, "tom"));
        assert!(!closed(70_000, HERE, "tom"));
    }

    #[test]
    fn who_tries_many_names_is_held_back_at_all_of_them() {
        let doors = doors(6);
        for number in 0..60 {
            assert!(!doors.are_closed(Now(0), HERE, &wrong("bob")), "{number}");
            doors.refused(Now(0), HERE, &wrong(&number.to_string()));
        }
        assert!(doors.are_closed(Now(0), HERE, &wrong("bob")));
        assert!(!doors.are_closed(Now(0), THERE, &wrong("bob")));
        assert!(!doors.are_closed(Now(70_000), HERE, &wrong("bob")));
    }

    #[test]
    fn nobody_shuts_out_who_presents_what_was_right_from_there() {
        let doors = doors(6);
        doors.opened(Now(0), HERE, &of("ann", "right"));
        for _ in 0..60 {
            doors.refused(Now(0), HERE, &wrong("ann"));
        }
        assert!(!doors.are_closed(Now(0), HERE, &of("ann", "right")));
        assert!(doors.are_closed(Now(0), HERE, &of("bob", "right")));
        let closed =
            (0..100).filter(|number| doors.are_closed(Now(0), HERE, &of("ann", &number.to_string())));
        assert!(closed.count() >= 98, "who was right once is no better guesser");
        for _ in 0..6 {
            doors.refused(Now(DAY), HERE, &wrong("ann"));
        }
        assert!(doors.are_closed(Now(DAY), HERE, &of("ann", "right")), "after a day");
    }

    #[test]
    fn no_more_is_remembered_than_fits_and_what_is_owed_stays_longest() {
        let doors = doors(1);
        doors.refused(Now(0), HERE, &wrong("tom"));
        for number in 0..2 * MOST {
            doors.opened(Now(0), HERE, &of(&number.to_string(), "right"));
        }
        assert!(doors.known.lock().unwrap().len() <= MOST);
        assert!(doors.are_closed(Now(0), HERE, &wrong("tom")));
        for number in 0..2 * MOST {
            doors.refused(Now(0), THERE, &wrong(&number.to_string()));
        }
        assert_eq!(doors.known.lock().unwrap().len(), MOST);
        doors.refused(Now(100 * DAY), HERE, &wrong("ann"));
        assert!(doors.known.lock().unwrap().len() < 10, "what counts no more makes room");
    }
}
