//! The elements that carry one value, and where it stands.

use crate::soap::xml::{Element, Siblings};

/// Where a value stands, since the original reads the two by different code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An argument of an operation.
    Parameter,
    /// A property of a bean.
    Property,
}

/// The elements that carry one value: none, one, or several for an array.
#[derive(Debug, Clone, Copy)]
pub struct Found<'d> {
    siblings: Option<Siblings<'d>>,
    select: Select<'d>,
    /// Where the value stands.
    pub place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Select<'d> {
    /// Every sibling of that name, letter case ignored.
    Named(&'d str),
    /// So many siblings from here.
    Run(usize),
}

impl<'d> Found<'d> {
    /// An absent parameter.
    #[must_use]
    pub fn absent() -> Self {
        Self { siblings: None, select: Select::Run(0), place: Place::Parameter }
    }

    /// A run of parameters that belong together.
    #[must_use]
    pub fn run(from: Siblings<'d>, length: usize) -> Self {
        Self { siblings: Some(from), select: Select::Run(length), place: Place::Parameter }
    }

    /// The property of a bean.
    #[must_use]
    pub fn property(bean: Element<'d>, name: &'d str) -> Self {
        // What follows is asked for the first one several times.
        let first = bean.children().find(|child| child.local().eq_ignore_ascii_case(name));
        Self {
            siblings: first.map(Element::and_following),
            select: Select::Named(name),
            place: Place::Property,
        }
    }

    /// The elements themselves.
    pub fn elements(self) -> impl Iterator<Item = Element<'d>> {
        let (limit, wanted) = match self.select {
            Select::Named(name) => (usize::MAX, Some(name)),
            Select::Run(length) => (length, None),
        };
        self.siblings
            .into_iter()
            .flatten()
            .enumerate()
            // Letter case is free for the first one only, which was found by it (Axis2 1.6, BeanUtil).
            .filter(move |(place, element)| *place == 0 || wanted.is_none_or(|name| element.local() == name))
            .map(|(_, element)| element)
            .take(limit)
    }

    /// The first element; a scalar given twice keeps its first value.
    #[must_use]
    pub fn first(self) -> Option<Element<'d>> {
        match self.select {
            Select::Run(0) => None,
            // Whatever its letter case, as among the others.
            Select::Run(_) | Select::Named(_) => self.siblings?.next(),
        }
    }

    /// Whether an element stands for null: in a parameter any `xsi:nil` counts, in a bean only a true one.
    #[must_use]
    pub fn is_nil(self, element: Element<'_>) -> bool {
        match (self.place, element.nil_attribute()) {
            (_, None) => false,
            (Place::Parameter, Some(_)) => true,
            (Place::Property, Some(value)) => matches!(value.trim(), "true" | "1"),
        }
    }

    /// The first element unless it is nil.
    #[must_use]
    pub fn first_value(self) -> Option<Element<'d>> {
        self.first().filter(|element| !self.is_nil(*element))
    }

    pub(super) fn only(element: Element<'d>, place: Place) -> Self {
        Self { siblings: Some(element.and_following()), select: Select::Run(1), place }
    }
}
