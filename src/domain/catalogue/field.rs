//! What profiles show of a claim.

use super::Claim;
use std::any::Any;
use std::sync::{Arc, OnceLock};

/// A claim of a profile, with or without value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What is the same for everybody.
    pub kind: Arc<Kind>,
    /// Whether a form may change it; the service does not care.
    pub read_only: bool,
    /// The user's value.
    pub value: Option<String>,
}

/// What profiles show of a claim, whoever they are of.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The claim.
    pub uri: Arc<str>,
    /// Name for people.
    pub display_name: Arc<str>,
    /// Place in a form.
    pub display_order: i32,
    /// Pattern of its values.
    pub pattern: Option<Arc<str>>,
    /// Whether a form must have it.
    pub required: bool,
    /// Whether a form may change it.
    pub read_only: bool,
    shape: Shape,
}

impl std::ops::Deref for Field {
    type Target = Kind;

    fn deref(&self) -> &Kind {
        &self.kind
    }
}

impl Field {
    /// How profiles show a claim, without a value; `None` if they do not.
    pub(super) fn of(claim: &Claim) -> Option<Self> {
        let display_name = claim.property("DisplayName").filter(|_| claim.flag("SupportedByDefault"))?;
        let kind = Kind {
            uri: claim.uri.as_str().into(),
            display_name: display_name.into(),
            display_order: claim.display_order(),
            pattern: claim.property("RegEx").map(Into::into),
            required: claim.flag("Required"),
            read_only: claim.flag("ReadOnly"),
            shape: Shape::default(),
        };
        Some(Self { read_only: kind.read_only, kind: Arc::new(kind), value: None })
    }
}

impl Kind {
    /// What the caller makes of it. He makes it once: a profile has thirty fields, which are the same for every user but
    /// for their values. One type of shape is kept, that of who asks first.
    pub fn shaped<T: Clone + Any + Send + Sync>(&self, make: impl Fn(&Self) -> T) -> T {
        let kept = self.shape.0.get_or_init(|| Box::new(make(self)));
        kept.downcast_ref().cloned().unwrap_or_else(|| make(self))
    }
}

/// Follows from the rest, so that it makes no difference.
#[derive(Default)]
struct Shape(OnceLock<Box<dyn Any + Send + Sync>>);

impl std::fmt::Debug for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shape")
    }
}

impl PartialEq for Shape {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Shape {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_made_once_and_another_one_every_time() {
        let properties = [("DisplayName", "Mail"), ("SupportedByDefault", "true")];
        let claim = Claim {
            uri: "urn:mail".into(),
            attributes: Vec::new(),
            properties: properties.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        };
        let field = Field::of(&claim).unwrap();
        let made = std::cell::Cell::new(0);
        let text = |kind: &Kind| {
            made.set(made.get() + 1);
            kind.uri.to_string()
        };
        assert_eq!([field.shaped(text), field.clone().shaped(text)], ["urn:mail", "urn:mail"]);
        assert_eq!(made.get(), 1);
        assert_eq!(field.shaped(|kind| kind.display_name.len()), 4);
    }
}
