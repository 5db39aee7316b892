//! A bean that is answered in many versions, of which one property varies: what stands around it is written out once and
//! copied from then on.

use super::contract::Shape;
use super::fault::Fault;
use super::value::{Bean, Found, Value};
use super::writer::{Form, Prefix, Writer};
use std::sync::{Arc, OnceLock};

/// The property that varies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Varying(pub Option<String>);

impl Value for Varying {
    fn shape() -> Shape {
        Option::<String>::shape()
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        Option::read(found).map(Self)
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        writer.vary(prefix, name, |writer| self.0.write(writer, prefix, name));
    }
}

/// A bean with one property of type [`Varying`].
pub trait Vary: Bean + Value + Clone + Default + PartialEq + Sync {
    /// That property.
    fn varying(&mut self) -> &mut Varying;
}

/// The bean, and how it is written around the property.
#[derive(Clone, Default)]
pub struct Stencil<T>(Arc<Inner<T>>);

#[derive(Default)]
struct Inner<T> {
    bean: T,
    written: OnceLock<Written>,
}

/// How it was written the first time.
struct Written {
    form: Form,
    prefix: Prefix,
    name: Box<str>,
    before: Box<str>,
    after: Box<str>,
    /// The tag of the property.
    varying: (Prefix, Box<str>),
}

/// The bean with a value in the place of that property.
#[derive(Clone, Default)]
pub struct Filled<T> {
    stencil: Stencil<T>,
    /// The value.
    pub value: Option<String>,
}

impl<T: Vary> Stencil<T> {
    /// A stencil of a bean, whose own value of the property is not used.
    #[must_use]
    pub fn of(bean: T) -> Self {
        Self(Arc::new(Inner { bean, written: OnceLock::new() }))
    }

    /// The bean with this value.
    #[must_use]
    pub fn filled(&self, value: Option<String>) -> Filled<T> {
        Filled { stencil: self.clone(), value }
    }
}

impl<T> std::ops::Deref for Filled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.stencil.0.bean
    }
}

impl<T: Vary> Filled<T> {
    fn whole(&self) -> T {
        let mut whole = T::clone(self);
        whole.varying().0.clone_from(&self.value);
        whole
    }
}

impl<T: Vary> PartialEq for Filled<T> {
    fn eq(&self, other: &Self) -> bool {
        self.whole() == other.whole()
    }
}

impl<T> std::fmt::Debug for Filled<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filled")
    }
}

impl<T: Vary> Value for Filled<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        let mut bean = T::read(found)?;
        let value = bean.varying().0.take();
        Ok(Stencil::of(bean).filled(value))
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        let written = &self.stencil.0.written;
        if let Some(known) = written.get()
            && known.prefix == prefix
            && *known.name == *name
            && writer.writes_as(&known.form)
        {
            let (prefix, name) = &known.varying;
            writer.raw(&known.before);
            self.value.write(writer, *prefix, name);
            writer.raw(&known.after);
            return;
        }
        let (form, start) = (writer.form(), writer.position());
        self.whole().write(writer, prefix, name);
        if let (Some(form), Some(blank)) = (form, writer.take_blank()) {
            let _ = written.set(Written {
                form,
                prefix,
                name: name.into(),
                before: writer.between(start..blank.place.start).into(),
                after: writer.since(blank.place.end).into(),
                varying: (blank.prefix, blank.name),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ferries::{CONTRACT, Port};
    use super::*;

    fn port(name: Option<&str>) -> Port {
        Port { depth: 7, name: Varying(name.map(str::to_owned)), open: true }
    }

    fn written(value: &impl Value, mut writer: Writer, prefix: Prefix) -> String {
        value.write(&mut writer, prefix, "port");
        writer.finish()
    }

    #[test]
    fn what_is_filled_in_is_written_as_the_whole_bean() {
        let stencil = Stencil::of(port(None));
        let types = CONTRACT.types();
        let reversed: Vec<_> = types.iter().rev().copied().collect();
        // Each value twice: the first of all is what the stencil is made of.
        for name in [Some("Ada & <Eve>"), Some(""), None, Some("x"), Some("Ada & <Eve>")] {
            let (filled, whole) = (stencil.filled(name.map(str::to_owned)), port(name));
            for prefix in [Prefix::Bean(0), Prefix::Service, Prefix::Bean(0)] {
                for writer in [|types: &_| Writer::xml(types), |types: &_| Writer::json(types)] {
                    for types in [&types, &reversed] {
                        let expected = written(&whole, writer(types), prefix);
                        assert_eq!(written(&filled, writer(types), prefix), expected);
                    }
                }
            }
            let listed = vec![Some(filled.clone()), Some(filled)];
            let expected =
                written(&vec![Some(whole.clone()), Some(whole)], Writer::xml(&types), Prefix::Bean(0));
            assert_eq!(written(&listed, Writer::xml(&types), Prefix::Bean(0)), expected);
        }
    }
}
