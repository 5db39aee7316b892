//! Recent successful verifications, so that basic authentication on every call does not cost a hash every time.
//!
//! An entry is a keyed hash over tenant, user, the *stored* credential and the presented password: a new password
//! makes the old entry unreachable at once, on every node, without telling anybody. The other conditions of a
//! login (lock, reset, disabling) are looked up each time and never kept here.

use super::Credential;
use crate::domain::{Now, Secret};
use aws_lc_rs::hmac;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// How long an entry counts, in milliseconds.
const LIFE: i64 = 60_000;
/// Requests are given their time when they arrive, and may get here in another order.
const ORDER: i64 = 1_000;

/// The name of an entry; says nothing about what went into it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Proof([u8; 32]);

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(***)")
    }
}

impl Proof {
    /// A part of it, for looking it up; the whole is to be compared.
    #[must_use]
    pub fn short(self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_ne_bytes([a, b, c, d, e, f, g, h])
    }
}

/// The cache of one process. Bounded, and empty after a restart.
pub struct Verified {
    /// Made at the first login: gathering randomness takes longer than a start.
    key: OnceLock<hmac::Key>,
    half: usize,
    entries: Mutex<Generations>,
}

/// Two halves: the old one is dropped as a whole when the new one is full or its time is over.
#[derive(Default)]
struct Generations {
    new: HashMap<Proof, Entry>,
    old: HashMap<Proof, Entry>,
    began: i64,
}

struct Entry {
    at: i64,
    /// The sessions that were opened for it, each with the name that it shows.
    sessions: Vec<(String, Secret)>,
}

/// Spellings of a name at most that have a session each.
const SPELLINGS: usize = 4;

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verified(***)")
    }
}

impl Default for Verified {
    fn default() -> Self {
        Self::with_room_for(20_000)
    }
}

impl Verified {
    /// A cache that never holds more than `entries`.
    #[must_use]
    fn with_room_for(entries: usize) -> Self {
        Self { key: OnceLock::new(), half: (entries / 2).max(1), entries: Mutex::default() }
    }

    fn key(&self) -> &hmac::Key {
        self.key.get_or_init(|| {
            let mut key = [0_u8; 32];
            // A failing generator leaves a known key; entries are found only by code of this process all the same.
            let _ = aws_lc_rs::rand::fill(&mut key);
            hmac::Key::new(hmac::HMAC_SHA256, &key)
        })
    }

    /// The name under which this very login is remembered.
    #[must_use]
    pub fn proof(&self, tenant: i64, user: i64, stored: &Credential, presented: &Secret) -> Proof {
        let stored = stored.stored();
        self.sign(&[
            &tenant.to_be_bytes(),
            &user.to_be_bytes(),
            // The length keeps credential and password apart.
            &stored.len().to_be_bytes(),
            stored.as_bytes(),
            presented.reveal().as_bytes(),
        ])
    }

    /// The name of what somebody presents in one piece, whoever he may be.
    #[must_use]
    pub fn proof_of_token(&self, token: &str) -> Proof {
        // No name of a login begins like this: no tenant has that number.
        self.sign(&[&i64::MIN.to_be_bytes(), token.as_bytes()])
    }

    fn sign(&self, parts: &[&[u8]]) -> Proof {
        let mut context = hmac::Context::with_key(self.key());
        parts.iter().for_each(|part| context.update(part));
        let mut proof = [0_u8; 32];
        proof.copy_from_slice(context.sign().as_ref());
        Proof(proof)
    }

    /// Notes that this login was verified just now.
    pub fn remember(&self, now: Now, proof: Proof) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Generations { new, old, began } = &mut *entries;
        // Of many who were verified at once, the first may have opened the session of all.
        let before = new.remove(&proof).or_else(|| old.remove(&proof));
        let sessions =
            before.filter(|entry| entry.is_fresh(now)).map(|entry| entry.sessions).unwrap_or_default();
        if new.len() >= self.half || now.0.abs_diff(*began) > LIFE.unsigned_abs() {
            *old = std::mem::take(new);
            *began = now.0;
        }
        new.insert(proof, Entry { at: now.0, sessions });
    }

    /// Whether this login was verified within the last minute.
    #[must_use]
    pub fn holds(&self, now: Now, proof: Proof) -> bool {
        self.fresh(now, proof, |_| ()).is_some()
    }

    /// The last moment at which this login, which was verified within the last minute, still is remembered.
    #[must_use]
    pub fn ends(&self, now: Now, proof: Proof) -> Option<Now> {
        self.fresh(now, proof, |entry| Now(entry.at.saturating_add(LIFE)))
    }

    /// The session that was opened for it and shows this name, for clients that send no cookie back. Who spells himself
    /// otherwise has another: operations on oneself compare the name letter by letter (IS 5.3.0).
    #[must_use]
    pub fn session(&self, now: Now, proof: Proof, name: &str) -> Option<Secret> {
        let of_name = |entry: &mut Entry| {
            let found = entry.sessions.iter().find(|(known, _)| known == name);
            found.map(|(_, session)| session.clone())
        };
        self.fresh(now, proof, of_name).flatten()
    }

    /// Notes the session that was opened for it under a name.
    pub fn keep_session(&self, now: Now, proof: Proof, name: &str, session: Secret) {
        self.fresh(now, proof, |entry| {
            entry.sessions.retain(|(known, _)| known != name);
            let surplus = (entry.sessions.len() + 1).saturating_sub(SPELLINGS);
            entry.sessions.drain(..surplus);
            entry.sessions.push((name.to_owned(), session));
        });
    }

    fn fresh<T>(&self, now: Now, proof: Proof, then: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let Generations { new, old, .. } = &mut *entries;
        let entry = new.get_mut(&proof).or_else(|| old.get_mut(&proof))?;
        entry.is_fresh(now).then(|| then(entry))
    }
}

impl Entry {
    /// Whether it still counts. A clock that was set back does not lengthen its life.
    fn is_fresh(&self, now: Now) -> bool {
        now.0.checked_sub(self.at).is_some_and(|age| (-ORDER..=LIFE).contains(&age))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> Credential {
        Credential::from(text.to_owned())
    }

    #[test]
    fn a_login_is_remembered_for_a_minute() {
        let cache = Verified::default();
        let proof = cache.proof(1, 2, &stored("hash"), &Secret::from("pw"));
        cache.remember(Now(10_000), proof);
        assert!(cache.holds(Now(10_000), proof) && cache.holds(Now(70_000), proof));
        assert!(!cache.holds(Now(70_001), proof));
        assert!(!cache.holds(Now(8_000), proof), "before it happened");
        assert!(cache.holds(Now(9_990), proof), "requests overtake each other");
    }

    #[test]
    fn a_login_verified_twice_keeps_its_session() {
        let cache = Verified::default();
        let proof = cache.proof(1, 2, &stored("hash"), &Secret::from("pw"));
        cache.remember(Now(0), proof);
        cache.keep_session(Now(0), proof, "tom", Secret::from("S1"));
        cache.remember(Now(5), proof);
        assert_eq!(cache.session(Now(5), proof, "tom").unwrap().reveal(), "S1");
    }

    #[test]
    fn anything_different_is_another_login() {
        let cache = Verified::default();
        let proof = cache.proof(1, 2, &stored("hash"), &Secret::from("pw"));
        cache.remember(Now(0), proof);
        for other in [
            cache.proof(1, 2, &stored("hash"), &Secret::from("pw2")),
            cache.proof(1, 2, &stored("hash2"), &Secret::from("pw")),
            cache.proof(1, 3, &stored("hash"), &Secret::from("pw")),
            cache.proof(2, 2, &stored("hash"), &Secret::from("pw")),
            cache.proof(1, 2, &stored("has"), &Secret::from("hpw")),
            Verified::default().proof(1, 2, &stored("hash"), &Secret::from("pw")),
        ] {
            assert!(!cache.holds(Now(0), other));
        }
    }

    #[test]
    fn the_session_of_a_login_is_found_again() {
        let cache = Verified::default();
        let proof = cache.proof(1, 2, &stored("hash"), &Secret::from("pw"));
        cache.keep_session(Now(0), proof, "tom", Secret::from("lost: not remembered yet"));
        cache.remember(Now(0), proof);
        assert!(cache.session(Now(0), proof, "tom").is_none());
        cache.keep_session(Now(0), proof, "tom", Secret::from("S1"));
        assert_eq!(cache.session(Now(60_000), proof, "tom").unwrap().reveal(), "S1");
        assert!(cache.session(Now(60_001), proof, "tom").is_none());
    }

    #[test]
    fn every_spelling_of_a_name_has_a_session_of_its_own_up_to_a_few() {
        let cache = Verified::default();
        let proof = cache.proof(1, 2, &stored("hash"), &Secret::from("pw"));
        cache.remember(Now(0), proof);
        let names = ["tom", "TOM", "Tom", "PRIMARY/tom", "primary/tom"];
        for name in names {
            assert!(cache.session(Now(0), proof, name).is_none(), "{name}");
            cache.keep_session(Now(0), proof, name, Secret::from(name));
            assert_eq!(cache.session(Now(0), proof, name).unwrap().reveal(), name);
        }
        let kept = names.map(|name| cache.session(Now(0), proof, name).is_some());
        assert_eq!(kept, [false, true, true, true, true]);
    }

    #[test]
    fn the_cache_never_grows_beyond_its_room_and_keeps_the_newest() {
        let cache = Verified::with_room_for(100);
        let proofs: Vec<Proof> =
            (0..1_000).map(|user| cache.proof(1, user, &stored("hash"), &Secret::from("pw"))).collect();
        for proof in &proofs {
            cache.remember(Now(0), *proof);
            let entries = cache.entries.lock().unwrap();
            assert!(entries.new.len() + entries.old.len() <= 100);
        }
        assert!(proofs[951..].iter().all(|proof| cache.holds(Now(0), *proof)));
        assert!(!cache.holds(Now(0), proofs[0]));
    }
}
