//! What a connection remembers while nothing that could make it untrue has changed.
//!
//! Every request asks for the same few facts: the tenant, its policies, who calls, what he may do. They change rarely,
//! and most writes of an identity integration are attributes, on which none of these facts depends. A few others, such as
//! a user's profile, depend on his attributes. So there are marks of commits that change more than attributes, and of
//! users whose attributes were changed, from two sources:
//!
//! - Commits of this process are counted in its memory ([`Commits`]), before the caller gets his answer. Comparing the
//!   counts costs no statement.
//! - Those of another process, such as the command line, change SQLite's `data_version` and count up the row of
//!   `change_count`, whatever they change. The process that serves leaves its changes of attributes out of that count,
//!   and is the only one that remembers what depends on them. To look takes statements and locks, so it is done no more
//!   often than every [`WINDOW`]; the command line waits that long before it says that it is done.
//!
//! So an old answer is never given, not even to the very next call.
//!
//! Somebody who writes into the file past this program does not count; what was remembered is forgotten [`AT_LAST`]
//! after he did.

use foldhash::fast::RandomState;
use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long the commits of other processes may go unnoticed.
pub(super) const WINDOW: Duration = Duration::from_millis(10);
/// How long a fact lives at most once anything at all was committed.
const AT_LAST: Duration = Duration::from_secs(1);
/// Facts of a kind kept at most; then all of them are forgotten, which costs a statement each.
const MOST_LASTING: usize = 4096;
/// Users of whom something is kept at most. A profile of thirty fields takes 2 kB.
const MOST_USERS: usize = 1024;

/// The commits of this process so far.
#[derive(Debug, Default)]
pub(super) struct Commits {
    all: AtomicU64,
    lasting: AtomicU64,
    /// Those under way, too.
    begun: AtomicU64,
    /// Whether this process is the one that serves.
    serving: AtomicBool,
    users: Mutex<ChangedUsers>,
}

/// Whose attributes were changed by the commits behind the one called `after`.
#[derive(Debug, Default)]
struct ChangedUsers {
    after: u64,
    by: VecDeque<(u64, i64)>,
}

/// Changed users kept at most. Whoever has not looked for longer forgets everybody.
const MOST_CHANGED: usize = 4096;

/// What was committed by this process when somebody looked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    all: u64,
    /// Those that changed more than attributes of users.
    lasting: u64,
}

impl Commits {
    /// Declares that this process is the one that serves.
    pub(super) fn serve(&self) {
        self.serving.store(true, Ordering::Relaxed);
    }

    /// Whether this process is the one that serves.
    pub(super) fn are_of_the_server(&self) -> bool {
        self.serving.load(Ordering::Relaxed)
    }

    /// Counts a commit that is about to be in the file.
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether a snapshot taken by now may have a commit more than `seen`.
    pub(super) fn may_exceed(&self, seen: Seen) -> bool {
        self.begun.load(Ordering::SeqCst) != seen.all
    }

    /// Counts a commit, which is in the file already and of which nobody has been told yet, with the users whose
    /// attributes it changed.
    pub(super) fn note(&self, changes_more_than_attributes: bool, users: Vec<i64>) {
        // One thread commits, so nobody else counts in between.
        let number = self.all.load(Ordering::Acquire) + 1;
        self.users().add(number, users);
        if changes_more_than_attributes {
            self.lasting.fetch_add(1, Ordering::Release);
        }
        self.all.store(number, Ordering::Release);
    }

    /// What everybody who takes a snapshot from here on finds in it.
    pub(super) fn seen(&self) -> Seen {
        // In the other order than they are counted: whoever sees a commit at all sees what it changed.
        let all = self.all.load(Ordering::Acquire);
        Seen { all, lasting: self.lasting.load(Ordering::Acquire) }
    }

    fn users(&self) -> MutexGuard<'_, ChangedUsers> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChangedUsers {
    fn add(&mut self, number: u64, mut users: Vec<i64>) {
        users.sort_unstable();
        users.dedup();
        self.by.extend(users.into_iter().map(|user| (number, user)));
        let surplus = self.by.len().saturating_sub(MOST_CHANGED);
        for (number, _) in self.by.drain(..surplus) {
            self.after = number;
        }
    }

    /// Those changed after the commit `seen`, and perhaps some more; `None` when that is not known any more.
    fn since(&self, seen: u64) -> Option<impl Iterator<Item = i64>> {
        let first = self.by.partition_point(|(number, _)| *number <= seen);
        (self.after <= seen).then(|| self.by.range(first..).map(|(_, user)| *user))
    }
}

/// The memory of one connection.
#[derive(Default)]
pub(super) struct Memory(RefCell<Facts>);

#[derive(Default)]
struct Facts {
    /// The commits of this process at the last look.
    seen: Seen,
    /// When those of other processes were looked for.
    looked: Option<Instant>,
    /// `data_version` at that time.
    version: i64,
    /// The row of `change_count` at that time.
    changes: i64,
    /// When the first of the facts was learnt, or later.
    since: Option<Instant>,
    lasting: Lasting,
    of_users: OfUsers,
}

/// Facts that do not depend on attributes, by the question and a key of its subject, and by a name where the question
/// needs one.
#[derive(Default)]
struct Lasting {
    facts: QuickMap<(&'static str, i64), ByName>,
    count: usize,
}

type ByName = QuickMap<Box<str>, Fact>;

/// Facts that depend on the attributes of a user: by his key, one of each type.
type OfUsers = QuickMap<i64, Vec<Fact>>;

type Fact = Box<dyn Any + Send>;

/// Every request looks a dozen facts up; with the usual hasher that costs more than what it does with them.
type QuickMap<K, V> = HashMap<K, V, RandomState>;

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Facts {
    fn forget(&mut self) {
        self.lasting.facts.clear();
        self.lasting.count = 0;
        self.of_users.clear();
        self.since = None;
    }
}

impl Memory {
    /// Forgets what the commits of this process have made untrue. `false` when those of others have to be looked for.
    pub(super) fn follow(&self, commits: &Commits, seen: Seen, now: Instant) -> bool {
        let mut facts = self.0.borrow_mut();
        if facts.seen.lasting != seen.lasting {
            facts.forget();
        } else if facts.seen.all != seen.all && !facts.of_users.is_empty() {
            let Facts { seen, of_users, .. } = &mut *facts;
            match commits.users().since(seen.all) {
                Some(changed) => changed.for_each(|user| drop(of_users.remove(&user))),
                None => of_users.clear(),
            }
        }
        facts.seen = seen;
        facts.looked.is_some_and(|looked| now.duration_since(looked) < WINDOW)
    }

    /// Notes that others were looked for, just before `now`.
    pub(super) fn looked(&self, now: Instant) {
        self.0.borrow_mut().looked = Some(now);
    }

    /// Whether nothing was committed since others were last looked for.
    pub(super) fn is_at(&self, version: i64) -> bool {
        self.0.borrow().version == version
    }

    /// Forgets what no longer holds under these marks.
    pub(super) fn move_to(&self, version: i64, changes: i64, now: Instant) {
        let mut facts = self.0.borrow_mut();
        let is_old = facts.since.is_some_and(|since| now.duration_since(since) > AT_LAST);
        if facts.changes != changes || is_old {
            facts.forget();
        }
        (facts.version, facts.changes) = (version, changes);
    }

    /// Forgets everything.
    pub(super) fn forget(&self) {
        self.0.borrow_mut().forget();
    }

    /// A fact that does not depend on attributes.
    pub(super) fn recall<T: Clone + 'static>(&self, what: &'static str, id: i64, name: &str) -> Option<T> {
        let facts = self.0.borrow();
        facts.lasting.facts.get(&(what, id))?.get(name)?.downcast_ref().cloned()
    }

    pub(super) fn learn<T: Send + 'static>(&self, what: &'static str, id: i64, name: &str, fact: T) {
        let facts = &mut *self.0.borrow_mut();
        facts.since.get_or_insert_with(Instant::now);
        let lasting = &mut facts.lasting;
        if lasting.count >= MOST_LASTING {
            lasting.facts.clear();
            lasting.count = 0;
        }
        lasting.count += 1;
        lasting.facts.entry((what, id)).or_default().insert(name.into(), Box::new(fact));
    }

    /// The fact of that type about a user.
    pub(super) fn recall_of_user<T: Clone + 'static>(&self, user: i64) -> Option<T> {
        let facts = self.0.borrow();
        facts.of_users.get(&user)?.iter().find_map(|fact| fact.downcast_ref()).cloned()
    }

    pub(super) fn learn_of_user<T: Send + 'static>(&self, user: i64, fact: T) {
        let facts = &mut *self.0.borrow_mut();
        facts.since.get_or_insert_with(Instant::now);
        if facts.of_users.len() >= MOST_USERS {
            facts.of_users.clear();
        }
        facts.of_users.entry(user).or_default().push(Box::new(fact));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Memory {
        let memory = Memory::default();
        memory.move_to(1, 1, Instant::now());
        memory.learn("role", 7, "tom", 1_u8);
        memory.learn_of_user(7, 2_u8);
        memory.learn_of_user(8, 3_u8);
        memory
    }

    /// The role of tom, and the facts about two users.
    fn known(memory: &Memory) -> (Option<u8>, Option<u8>, Option<u8>) {
        (memory.recall("role", 7, "tom"), memory.recall_of_user(7), memory.recall_of_user(8))
    }

    const ALL: (Option<u8>, Option<u8>, Option<u8>) = (Some(1), Some(2), Some(3));
    const NOTHING: (Option<u8>, Option<u8>, Option<u8>) = (None, None, None);

    #[test]
    fn a_fact_is_known_under_its_whole_name_only() {
        let memory = filled();
        assert_eq!(known(&memory), ALL);
        for (what, id, name) in [("roles", 7, "tom"), ("role", 8, "tom"), ("role", 7, "tim")] {
            assert_eq!(memory.recall::<u8>(what, id, name), None);
        }
        assert_eq!(memory.recall_of_user::<u8>(9), None);
        assert_eq!(memory.recall_of_user::<u16>(7), None, "another type is another fact");
        memory.learn_of_user(7, 4_u16);
        assert_eq!((memory.recall_of_user(7), memory.recall_of_user(7)), (Some(2_u8), Some(4_u16)));
    }

    #[test]
    fn a_change_of_attributes_leaves_all_facts_but_those_about_their_users() {
        let (memory, commits) = (filled(), Commits::default());
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), ALL);
        commits.note(false, vec![8, 9]);
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), (Some(1), Some(2), None));
        memory.learn_of_user(8, 5_u8);
        commits.note(false, Vec::new());
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), (Some(1), Some(2), Some(5)), "only what is new is followed");
        commits.note(true, Vec::new());
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), NOTHING);
    }

    #[test]
    fn whoever_has_missed_too_many_changes_forgets_every_user() {
        let (memory, commits) = (filled(), Commits::default());
        commits.note(false, (100..).take(MOST_CHANGED).collect());
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), ALL);
        commits.note(false, vec![9]);
        commits.note(false, (100..).take(MOST_CHANGED).collect());
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), (Some(1), None, None));
    }

    #[test]
    fn who_is_changed_many_times_at_once_counts_once() {
        let (memory, commits) = (filled(), Commits::default());
        commits.note(false, vec![9]);
        commits.note(false, [7, 9].repeat(MOST_CHANGED));
        memory.follow(&commits, commits.seen(), Instant::now());
        assert_eq!(known(&memory), (Some(1), None, Some(3)));
    }

    #[test]
    fn what_other_processes_change_is_forgotten() {
        let memory = filled();
        memory.move_to(2, 1, Instant::now());
        assert_eq!(known(&memory), ALL, "that was a change of attributes by this process");
        memory.move_to(3, 2, Instant::now());
        assert_eq!(known(&memory), NOTHING);
    }

    #[test]
    fn what_somebody_else_wrote_into_the_file_is_noticed_at_last() {
        let memory = filled();
        memory.move_to(2, 1, Instant::now() + AT_LAST / 2);
        assert_eq!(known(&memory), ALL);
        memory.move_to(3, 1, Instant::now() + AT_LAST * 2);
        assert_eq!(known(&memory), NOTHING);
    }

    #[test]
    fn a_memory_that_is_full_starts_again() {
        let memory = Memory::default();
        for id in 0..i64::try_from(MOST_USERS).unwrap() {
            memory.learn_of_user(id, id);
        }
        assert_eq!(memory.recall_of_user(0), Some(0_i64));
        memory.learn_of_user(-1, -1_i64);
        assert_eq!((memory.recall_of_user::<i64>(0), memory.recall_of_user(-1)), (None, Some(-1_i64)));
        // Names that somebody asks for, too: he could make up as many as he likes.
        for turn in 0..MOST_LASTING {
            memory.learn("role", 7, &format!("name {turn}"), turn);
        }
        assert_eq!(memory.recall("role", 7, "name 0"), Some(0_usize));
        memory.learn("role", 7, "one more", 1_usize);
        assert_eq!(memory.recall::<usize>("role", 7, "name 0"), None);
        assert_eq!(memory.recall("role", 7, "one more"), Some(1_usize));
    }
}
