//! What a connection remembers while nothing that could make it untrue has changed.
//!
//! Every request asks for the same few facts: the tenant, its policies, who calls, what he may do. They change rarely,
//! and most writes of an identity integration are attributes, on which none of these facts depends. So there are two
//! kinds of marks, of any commit and of those that change more than attributes, from two sources:
//!
//! - Commits of this process are counted in its memory ([`Commits`]), before the caller gets his answer. Comparing the
//!   counts costs no statement.
//! - Those of another process, such as the command line, change SQLite's `data_version`, and count up the row of
//!   `change_count` if they change more than attributes. That takes statements and locks, so it is looked at no more
//!   often than every [`WINDOW`]; the command line waits that long before it says that it is done.
//!
//! So an old answer is never given, not even to the very next call.
//!
//! Somebody who writes into the file past this program does not count; what was remembered is forgotten [`AT_LAST`]
//! after he did.

use foldhash::fast::RandomState;
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long the commits of other processes may go unnoticed.
pub(super) const WINDOW: Duration = Duration::from_millis(2);
/// How long a fact lives at most once anything at all was committed.
const AT_LAST: Duration = Duration::from_secs(1);
/// Facts of a kind kept at most; then all of them are forgotten, which costs a statement each.
const MOST_LASTING: usize = 4096;
/// These are large: a profile of thirty fields takes 20 kB with its written form.
const MOST_FLEETING: usize = 64;

/// How long a fact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Until more than attributes of users changes.
    WhileOnlyAttributesChange,
    /// Until anything at all changes.
    WhileNothingChanges,
}

/// The commits of this process so far.
#[derive(Debug, Default)]
pub(super) struct Commits {
    all: AtomicU64,
    lasting: AtomicU64,
    /// Those under way, too.
    begun: AtomicU64,
}

/// What was committed by this process when somebody looked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    all: u64,
    /// Those that changed more than attributes of users.
    lasting: u64,
}

impl Commits {
    /// Counts a commit that is about to be in the file.
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether a snapshot taken by now may have a commit more than `seen`.
    pub(super) fn may_exceed(&self, seen: Seen) -> bool {
        self.begun.load(Ordering::SeqCst) != seen.all
    }

    /// Counts a commit, which is in the file already and of which nobody has been told yet.
    pub(super) fn note(&self, changes_more_than_attributes: bool) {
        if changes_more_than_attributes {
            self.lasting.fetch_add(1, Ordering::Release);
        }
        self.all.fetch_add(1, Ordering::Release);
    }

    /// What everybody who takes a snapshot from here on finds in it.
    pub(super) fn seen(&self) -> Seen {
        // In the other order than they are counted: whoever sees a commit at all sees what it changed.
        let all = self.all.load(Ordering::Acquire);
        Seen { all, lasting: self.lasting.load(Ordering::Acquire) }
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
    /// When the first of the lasting facts was learnt, or later.
    since: Option<Instant>,
    lasting: Shelf,
    fleeting: Shelf,
}

/// Facts by the question and a key of its subject, and by a name where the question needs one.
#[derive(Default)]
struct Shelf {
    facts: QuickMap<(&'static str, i64), ByName>,
    count: usize,
}

type ByName = QuickMap<Box<str>, Box<dyn Any + Send>>;

/// Every request looks a dozen facts up; with the usual hasher that costs more than what it does with them.
type QuickMap<K, V> = HashMap<K, V, RandomState>;

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Shelf {
    fn clear(&mut self) {
        self.facts.clear();
        self.count = 0;
    }
}

impl Memory {
    /// Forgets what the commits of this process have made untrue. `false` when those of others have to be looked for.
    pub(super) fn follow(&self, seen: Seen, now: Instant) -> bool {
        let mut facts = self.0.borrow_mut();
        if facts.seen != seen {
            facts.fleeting.clear();
            if facts.seen.lasting != seen.lasting {
                facts.lasting.clear();
                facts.since = None;
            }
            facts.seen = seen;
        }
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
        facts.fleeting.clear();
        let is_old = facts.since.is_some_and(|since| now.duration_since(since) > AT_LAST);
        if facts.changes != changes || is_old {
            facts.lasting.clear();
            facts.since = None;
        }
        (facts.version, facts.changes) = (version, changes);
    }

    /// Forgets everything.
    pub(super) fn forget(&self) {
        let mut facts = self.0.borrow_mut();
        facts.lasting.clear();
        facts.fleeting.clear();
        facts.since = None;
    }

    pub(super) fn recall<T: Clone + 'static>(
        &self,
        holds: Holds,
        what: &'static str,
        id: i64,
        name: &str,
    ) -> Option<T> {
        let facts = self.0.borrow();
        let shelf = match holds {
            Holds::WhileOnlyAttributesChange => &facts.lasting,
            Holds::WhileNothingChanges => &facts.fleeting,
        };
        shelf.facts.get(&(what, id))?.get(name)?.downcast_ref().cloned()
    }

    pub(super) fn learn<T: Send + 'static>(
        &self,
        holds: Holds,
        what: &'static str,
        id: i64,
        name: &str,
        fact: T,
    ) {
        let facts = &mut *self.0.borrow_mut();
        let (shelf, most) = match holds {
            Holds::WhileOnlyAttributesChange => {
                facts.since.get_or_insert_with(Instant::now);
                (&mut facts.lasting, MOST_LASTING)
            }
            Holds::WhileNothingChanges => (&mut facts.fleeting, MOST_FLEETING),
        };
        if shelf.count >= most {
            shelf.clear();
        }
        shelf.count += 1;
        shelf.facts.entry((what, id)).or_default().insert(name.into(), Box::new(fact));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTING: Holds = Holds::WhileOnlyAttributesChange;
    const FLEETING: Holds = Holds::WhileNothingChanges;

    fn filled() -> Memory {
        let memory = Memory::default();
        memory.move_to(1, 1, Instant::now());
        memory.learn(LASTING, "role", 7, "tom", 1_u8);
        memory.learn(FLEETING, "values", 7, "tom", 2_u8);
        memory
    }

    fn known(memory: &Memory) -> (bool, bool) {
        let lasting: Option<u8> = memory.recall(LASTING, "role", 7, "tom");
        let fleeting: Option<u8> = memory.recall(FLEETING, "values", 7, "tom");
        (lasting == Some(1), fleeting == Some(2))
    }

    #[test]
    fn a_fact_is_known_under_its_whole_name_only() {
        let memory = filled();
        assert_eq!(known(&memory), (true, true));
        for (what, id, name) in [("roles", 7, "tom"), ("role", 8, "tom"), ("role", 7, "tim")] {
            assert_eq!(memory.recall::<u8>(LASTING, what, id, name), None);
            assert_eq!(memory.recall::<u8>(FLEETING, "role", 7, "tom"), None);
        }
    }

    #[test]
    fn a_change_of_attributes_leaves_the_lasting_facts() {
        let memory = filled();
        memory.move_to(2, 1, Instant::now());
        assert_eq!(known(&memory), (true, false));
        memory.move_to(3, 2, Instant::now());
        assert_eq!(known(&memory), (false, false));
    }

    #[test]
    fn what_somebody_else_wrote_into_the_file_is_noticed_at_last() {
        let memory = filled();
        memory.move_to(2, 1, Instant::now() + AT_LAST / 2);
        assert_eq!(known(&memory), (true, false));
        memory.move_to(3, 1, Instant::now() + AT_LAST * 2);
        assert_eq!(known(&memory), (false, false));
    }

    #[test]
    fn a_memory_that_is_full_starts_again() {
        let memory = Memory::default();
        for id in 0..i64::try_from(MOST_FLEETING).unwrap() {
            memory.learn(FLEETING, "values", id, "", id);
        }
        assert_eq!(memory.recall(FLEETING, "values", 0, ""), Some(0_i64));
        memory.learn(FLEETING, "values", -1, "", -1_i64);
        assert_eq!(memory.recall::<i64>(FLEETING, "values", 0, ""), None);
        assert_eq!(memory.recall(FLEETING, "values", -1, ""), Some(-1_i64));
    }
}
