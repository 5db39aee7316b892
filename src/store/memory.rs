//! What a reader remembers until anything in the database changes.
//!
//! Every request asks for the same few facts: the tenant, its policies, what the caller may do. They change rarely.
//! A reader keeps them together with SQLite's `data_version`, which changes for it with every commit of any other
//! connection, in this process or another one. So an old answer is never given, not even to the very next call.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;

/// Facts kept at most; then all are forgotten, which costs a statement each.
const MOST: usize = 4096;

/// Which fact: the question, a key of its subject, and a name where the question needs one.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key(&'static str, i64, Box<str>);

/// The memory of one connection.
#[derive(Default)]
pub(super) struct Memory(RefCell<Facts>);

#[derive(Default)]
struct Facts {
    version: i64,
    known: HashMap<Key, Box<dyn Any + Send>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    /// Forgets everything that was learnt under another version.
    pub(super) fn at(&self, version: i64) {
        let mut facts = self.0.borrow_mut();
        if facts.version != version {
            facts.known.clear();
            facts.version = version;
        }
    }

    pub(super) fn recall<T: Clone + 'static>(&self, what: &'static str, id: i64, name: &str) -> Option<T> {
        let facts = self.0.borrow();
        facts.known.get(&Key(what, id, name.into()))?.downcast_ref().cloned()
    }

    pub(super) fn learn<T: Send + 'static>(&self, what: &'static str, id: i64, name: &str, fact: T) {
        let mut facts = self.0.borrow_mut();
        if facts.known.len() >= MOST {
            facts.known.clear();
        }
        facts.known.insert(Key(what, id, name.into()), Box::new(fact));
    }
}
