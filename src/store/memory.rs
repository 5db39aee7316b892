//! What a connection remembers while nothing that could make it untrue has changed.
//!
//! Every request asks for the same few facts: the tenant, its policies, who calls, what he may do. They change rarely.
//! Two marks tell whether they still hold. SQLite's `data_version` changes for a connection with every commit of any
//! other one, in this process or another. And each commit of ours that changes more than attributes of users counts up
//! the row of `change_count`: most writes of an identity integration are attributes, and none of these facts depends on
//! them. So an old answer is never given, not even to the very next call.
//!
//! Somebody who writes into the file past this program does not count; what was remembered is forgotten [`AT_LAST`]
//! after he did.

use foldhash::fast::RandomState;
use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::{Duration, Instant};

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

/// The memory of one connection.
#[derive(Default)]
pub(super) struct Memory(RefCell<Facts>);

#[derive(Default)]
struct Facts {
    /// `data_version` at the last look.
    version: i64,
    /// The row of `change_count` at the last look.
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
    /// Whether nothing was committed since the last look.
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
