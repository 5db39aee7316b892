//! A value that is answered again and again: written out when it is asked for the second time, copied from then on.

use super::contract::Shape;
use super::fault::Fault;
use super::value::{Found, Value};
use super::writer::{Form, Prefix, Writer};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Texts that each thread keeps at most: a profile of thirty fields takes 14 kB.
const MOST: usize = 64;

thread_local! {
    /// How many of those that this thread wrote are kept.
    static KEPT: Arc<AtomicUsize> = Arc::default();
}

/// A value with its written form. Clones share both.
#[derive(Clone)]
pub struct Kept<T>(Arc<Inner<T>>);

struct Inner<T> {
    value: T,
    /// Most values are asked for once, and then keeping their text would only cost.
    asked_before: AtomicBool,
    written: OnceLock<Written>,
}

/// How it was written the second time.
struct Written {
    _room: Room,
    form: Form,
    prefix: Prefix,
    name: Box<str>,
    text: Box<str>,
}

/// Room for a text, in the count of the thread that wrote it.
struct Room(Arc<AtomicUsize>);

impl Room {
    /// `None` when there is none.
    fn take() -> Option<Self> {
        // Texts may be dropped by other threads, but only their own adds to them.
        let has_room = |kept: &Arc<AtomicUsize>| kept.load(Ordering::Relaxed) < MOST;
        KEPT.with(|kept| has_room(kept).then(|| Self::of(kept)))
    }

    fn of(kept: &Arc<AtomicUsize>) -> Self {
        kept.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(kept))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<T> Kept<T> {
    /// Keeps a value.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Arc::new(Inner { value, asked_before: AtomicBool::new(false), written: OnceLock::new() }))
    }
}

impl<T> std::fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

impl<T: Value + Sync> Value for Kept<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        T::read(found).map(Self::new)
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        let Inner { value, asked_before, written } = &*self.0;
        if let Some(known) = written.get() {
            // Another service, or the other notation, would write it otherwise.
            match known.prefix == prefix && *known.name == *name && writer.writes_as(&known.form) {
                true => writer.raw(&known.text),
                false => value.write(writer, prefix, name),
            }
            return;
        }
        if !asked_before.swap(true, Ordering::Relaxed) {
            return value.write(writer, prefix, name);
        }
        let (form, start) = (writer.form(), writer.position());
        value.write(writer, prefix, name);
        if let Some(form) = form
            && let Some(room) = Room::take()
        {
            let text = writer.since(start).into();
            // Whoever comes second has written the same.
            let _ = written.set(Written { _room: room, form, prefix, name: name.into(), text });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ferries::{Boat, CONTRACT, Place};
    use super::*;

    fn boat() -> Kept<Boat> {
        Kept::new(Boat { base: Place { name: Some("Ada & <Eve>".into()) }, length: 12, ..Boat::default() })
    }

    fn written(value: &impl Value, mut writer: Writer, prefix: Prefix, name: &str) -> String {
        value.write(&mut writer, prefix, name);
        writer.finish()
    }

    #[test]
    fn what_is_written_again_is_the_same() {
        let kept = boat();
        let plain = written(&kept.0.value, Writer::xml(&CONTRACT.types()), Prefix::Service, "return");
        assert!(plain.contains("Ada &amp; &lt;Eve>"), "{plain}");
        for is_kept in [false, true, true] {
            assert_eq!(
                plain,
                written(&kept.clone(), Writer::xml(&CONTRACT.types()), Prefix::Service, "return")
            );
            assert_eq!(kept.0.written.get().is_some(), is_kept);
        }
    }

    #[test]
    fn no_more_texts_are_kept_than_there_is_room_for() {
        let types = CONTRACT.types();
        let write_twice = || {
            let kept = boat();
            for _ in 0..2 {
                written(&kept, Writer::xml(&types), Prefix::Service, "return");
            }
            kept
        };
        let many: Vec<_> = (0..2 * MOST).map(|_| write_twice()).collect();
        let is_kept = |kept: &Kept<Boat>| kept.0.written.get().is_some();
        assert!(many.iter().map(is_kept).eq((0..2 * MOST).map(|number| number < MOST)));
        drop(many);
        assert!(write_twice().0.written.get().is_some());
    }

    #[test]
    fn another_notation_place_or_service_is_written_anew() {
        let kept = boat();
        let types = CONTRACT.types();
        for _ in 0..2 {
            written(&kept, Writer::xml(&types), Prefix::Service, "return");
        }
        let plain = &kept.0.value;
        for (prefix, name) in [(Prefix::Service, "boat"), (Prefix::Bean(1), "return")] {
            assert_eq!(
                written(&kept, Writer::xml(&types), prefix, name),
                written(plain, Writer::xml(&types), prefix, name)
            );
        }
        let reversed: Vec<_> = types.iter().rev().copied().collect();
        assert_eq!(
            written(&kept, Writer::xml(&reversed), Prefix::Service, "return"),
            written(plain, Writer::xml(&reversed), Prefix::Service, "return")
        );
        assert_eq!(
            written(&kept, Writer::json(&types), Prefix::Service, "return"),
            written(plain, Writer::json(&types), Prefix::Service, "return")
        );
    }

    #[test]
    fn entries_of_an_array_are_written_as_such() {
        let kept = boat();
        let types = CONTRACT.types();
        written(&kept, Writer::xml(&types), Prefix::Service, "return");
        let alone = written(&kept, Writer::xml(&types), Prefix::Service, "return");
        let listed = written(&vec![kept.clone()], Writer::xml(&types), Prefix::Service, "return");
        assert_ne!(alone, listed, "an array declares the namespaces on its wrapper");
        assert_eq!(
            listed,
            written(&vec![kept.0.value.clone()], Writer::xml(&types), Prefix::Service, "return")
        );
    }
}
