//! A request as a compact tree of resolved elements.
//!
//! The whole document must be well formed before anything of it is used; the original parsed lazily and
//! accepted broken tails, which only broken clients notice. DTDs, undefined entities and characters outside
//! XML 1.0 are refused, depth, attributes and elements are bounded. Names, texts and values are borrowed from the
//! request wherever they stand there unchanged; everything of one kind lies in one vector.

mod characters;
mod parser;
mod scopes;
#[cfg(test)]
mod tests;
mod tokens;

pub use characters::{is_xml_character, is_xml_text};
pub use parser::{Attachments, Malformed};

use parser::Parser;
use std::borrow::Cow;
use std::num::NonZeroU32;

/// `xsi:nil` and `xsi:type` live here.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A parsed document.
#[derive(Debug)]
pub struct Document<'a> {
    nodes: Vec<Node<'a>>,
    /// What stands between the tags. The first is empty and belongs to the elements without text.
    texts: Vec<Text<'a>>,
    attributes: Vec<Attribute<'a>>,
    /// `xsi:type` of the elements that have one, in document order.
    types: Vec<(u32, Type<'a>)>,
    /// Every namespace that was declared. The first is none.
    namespaces: Vec<Cow<'a, str>>,
}

#[derive(Debug)]
struct Node<'a> {
    local: &'a str,
    namespace: u32,
    /// The first of its `texts`.
    text: u32,
    /// No link leads to the root, whose index is 0.
    first_child: Option<NonZeroU32>,
    next_sibling: Option<NonZeroU32>,
    attributes: (u32, u32),
}

/// A run of character data; the elements inside an element divide its text.
#[derive(Debug)]
struct Text<'a> {
    run: Cow<'a, str>,
    /// The next run of the same element; 0 after the last.
    next: u32,
}

#[derive(Debug)]
struct Attribute<'a> {
    namespace: u32,
    local: &'a str,
    value: Cow<'a, str>,
}

#[derive(Debug)]
struct Type<'a> {
    namespace: u32,
    local: Cow<'a, str>,
}

/// The value of `xsi:type`, resolved where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeName<'d> {
    /// The namespace that its prefix is bound to; empty when there is none.
    pub namespace: &'d str,
    /// The local part.
    pub local: &'d str,
}

impl std::fmt::Display for TypeName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{{}}}{}", self.namespace, self.local)
    }
}

/// One element of a document.
#[derive(Debug, Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document<'d>,
    index: u32,
    node: &'d Node<'d>,
}

impl<'d> Element<'d> {
    /// The name without prefix.
    #[must_use]
    pub fn local(self) -> &'d str {
        self.node.local
    }

    /// The namespace name; empty for none.
    #[must_use]
    pub fn namespace(self) -> &'d str {
        self.document.namespace(self.node.namespace)
    }

    /// Whether namespace and local name are these.
    #[must_use]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.node.local == local && self.namespace() == namespace
    }

    /// The character data directly inside, untrimmed, across comments, CDATA, references and elements.
    #[must_use]
    pub fn text(self) -> Cow<'d, str> {
        let mut text = Cow::Borrowed("");
        let mut index = self.node.text;
        while let Some(Text { run, next }) = self.document.texts.get(index as usize) {
            if text.is_empty() {
                text = Cow::Borrowed(&**run);
            } else {
                text.to_mut().push_str(run);
            }
            index = *next;
            if index == 0 {
                break;
            }
        }
        text
    }

    /// The element children, in order.
    pub fn children(self) -> Siblings<'d> {
        Siblings { document: self.document, next: self.node.first_child.map(NonZeroU32::get) }
    }

    /// This element and the siblings behind it.
    #[must_use]
    pub fn and_following(self) -> Siblings<'d> {
        Siblings { document: self.document, next: Some(self.index) }
    }

    /// The first child of that name.
    #[must_use]
    pub fn child(self, namespace: &str, local: &str) -> Option<Self> {
        self.children().find(|child| child.is(namespace, local))
    }

    /// The value of an attribute; namespace empty for an unprefixed one.
    #[must_use]
    pub fn attribute(self, namespace: &str, local: &str) -> Option<&'d str> {
        let attributes = self.document.attributes_of(self.node).iter();
        attributes
            .filter(|attribute| attribute.local == local)
            .find(|attribute| self.document.namespace(attribute.namespace) == namespace)
            .map(|attribute| &*attribute.value)
    }

    /// The value of `xsi:nil`, whatever it is.
    #[must_use]
    pub fn nil_attribute(self) -> Option<&'d str> {
        self.attribute(XSI, "nil")
    }

    /// The value of `xsi:type`, if there is one.
    #[must_use]
    pub fn type_name(self) -> Option<TypeName<'d>> {
        let types = &self.document.types;
        let at = types.binary_search_by_key(&self.index, |(element, _)| *element).ok()?;
        let (_, name) = types.get(at)?;
        Some(TypeName { namespace: self.document.namespace(name.namespace), local: &name.local })
    }
}

/// Elements that follow each other below one parent.
#[derive(Debug, Clone, Copy)]
pub struct Siblings<'d> {
    document: &'d Document<'d>,
    next: Option<u32>,
}

impl<'d> Iterator for Siblings<'d> {
    type Item = Element<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.document.element(self.next?)?;
        self.next = element.node.next_sibling.map(NonZeroU32::get);
        Some(element)
    }
}

impl<'a> Document<'a> {
    /// Reads a whole document.
    ///
    /// # Errors
    /// [`Malformed`] when it is not well formed or exceeds a limit.
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        Self::parse_with(text, &|_| None)
    }

    /// Reads a whole document whose `xop:Include` elements stand for attachments, which `attachment` gives as base64.
    ///
    /// # Errors
    /// As [`Document::parse`], and when an attachment is not there.
    pub fn parse_with(text: &'a str, attachment: Attachments<'_>) -> Result<Self, Malformed> {
        Parser::new(text, attachment).run()
    }

    /// The root element.
    #[must_use]
    pub fn root(&self) -> Option<Element<'_>> {
        self.element(0)
    }

    fn element(&self, index: u32) -> Option<Element<'_>> {
        self.nodes.get(index as usize).map(|node| Element { document: self, index, node })
    }

    fn namespace(&self, index: u32) -> &str {
        self.namespaces.get(index as usize).map_or("", |namespace| namespace)
    }

    fn attributes_of(&self, node: &Node<'_>) -> &[Attribute<'a>] {
        let (from, to) = node.attributes;
        self.attributes.get(from as usize..to as usize).unwrap_or_default()
    }
}
