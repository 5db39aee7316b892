//! One pass over a text into a [`Document`].

use super::characters::{attribute_value, cdata, character_data, is_blank, referred};
use super::scopes::{BadBinding, KNOWN, Mark, Scopes};
use super::tokens::{InTag, Name, Token, Tokens};
use super::{Attribute, Document, Node, Text, Type, XSI};
use std::borrow::Cow;
use std::num::NonZeroU32;

/// Elements inside elements; the parser of the original stops at the same number.
const MAX_DEPTH: usize = 1000;
/// Attributes of one element, as in the original.
const MAX_ATTRIBUTES: usize = 1000;
/// Elements of one document, so that ten megabytes of `<a/>` cannot become a gigabyte of tree.
const MAX_ELEMENTS: usize = 250_000;

/// Base64 that includes may add, so that one attachment included often cannot fill the memory.
const MAX_INCLUDED: usize = 16 * 1024 * 1024;
/// Includes of one document: as many as there can be attachments, each of which is looked for among all of them.
const MAX_INCLUDES: usize = 1000;
/// Includes of attachments.
const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// Why a text is not a document we read. The display text goes to the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not well-formed XML.
    #[error("The message is not well-formed XML at byte {at}: {why}")]
    Syntax {
        /// Offset in the decoded text.
        at: u64,
        /// What the tokenizer found.
        why: String,
    },
    /// A document type declaration; the original's words.
    #[error("javax.xml.stream.XMLStreamException: DOCTYPE is not allowed")]
    Doctype,
    /// Deeper, wider or larger than the limits; the original's words for the first two.
    #[error("javax.xml.stream.XMLStreamException: {what} limit ({limit}) Exceeded")]
    TooMuch {
        /// What there was too much of.
        what: &'static str,
        /// How much would have been read.
        limit: usize,
    },
    /// The document ends before its root element does.
    #[error("Unexpected EOF; the document ends before its root element is closed")]
    Truncated,
}

/// Finds the content of an attachment by the `href` of its include.
pub type Attachments<'f> = &'f dyn Fn(&str) -> Option<String>;

pub(super) struct Parser<'a, 'f> {
    tokens: Tokens<'a>,
    attachment: Attachments<'f>,
    /// Bytes, and how many attachments they came from.
    included: (usize, usize),
    document: Document<'a>,
    scopes: Scopes<'a>,
    open: Vec<Open<'a>>,
    /// Whether nothing but character data was read since the last character data.
    in_text: bool,
    /// The names in the tag that is being read.
    names: Vec<&'a str>,
    /// Its attributes, until its namespaces are known.
    attributes: Vec<(Name<'a>, Cow<'a, str>)>,
}

/// An element whose end was not met.
struct Open<'a> {
    /// What its end tag has to say.
    name: &'a str,
    node: u32,
    /// The child and the text that were linked to it last; 0 for none.
    last_child: u32,
    last_text: u32,
    scope: Mark,
}

impl<'a, 'f> Parser<'a, 'f> {
    pub(super) fn new(text: &'a str, attachment: Attachments<'f>) -> Self {
        let mut namespaces = Vec::with_capacity(16);
        namespaces.extend(KNOWN.map(Cow::Borrowed));
        // Elements of real messages take thirty bytes and more.
        let expected = (text.len() / 32).clamp(16, 1024);
        let mut texts = Vec::with_capacity(expected);
        texts.push(Text { run: Cow::Borrowed(""), next: 0 });
        Self {
            tokens: Tokens::new(text),
            attachment,
            included: (0, 0),
            document: Document {
                nodes: Vec::with_capacity(expected),
                texts,
                attributes: Vec::new(),
                types: Vec::new(),
                namespaces,
            },
            scopes: Scopes::new(),
            open: Vec::with_capacity(16),
            in_text: false,
            names: Vec::new(),
            attributes: Vec::new(),
        }
    }

    fn syntax(&self, why: impl std::fmt::Display) -> Malformed {
        self.tokens.syntax(why)
    }

    pub(super) fn run(mut self) -> Result<Document<'a>, Malformed> {
        while let Some(token) = self.tokens.next(self.open.last().map(|open| open.name))? {
            match token {
                Token::Start(name) => self.open_element(name)?,
                Token::End(name) => self.close_element(name)?,
                Token::Text(raw) => {
                    let text = character_data(raw).map_err(|why| self.syntax(why))?;
                    self.add_text(text)?;
                }
                Token::CData(raw) => {
                    let text = cdata(raw).map_err(|why| self.syntax(why))?;
                    self.add_text(text)?;
                }
                Token::Reference(name) => {
                    let character = referred(name).map_err(|why| self.syntax(why))?;
                    self.add_text(Cow::Owned(character.to_string()))?;
                }
                Token::Doctype => return Err(Malformed::Doctype),
                Token::Nothing => {}
            }
        }
        if self.document.nodes.is_empty() || !self.open.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(self.document)
    }

    fn open_element(&mut self, name: Name<'a>) -> Result<(), Malformed> {
        if self.open.is_empty() && !self.document.nodes.is_empty() {
            return Err(self.syntax("a second root element"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Malformed::TooMuch { what: "Maximum Element Depth", limit: MAX_DEPTH });
        }
        if self.document.nodes.len() >= MAX_ELEMENTS {
            return Err(Malformed::TooMuch { what: "Maximum Element Count", limit: MAX_ELEMENTS });
        }
        if name.local.is_empty() {
            return Err(self.syntax("an element without a name"));
        }
        let index = length(&self.document.nodes);
        let scope = self.scopes.mark();
        let is_empty = self.collect_attributes()?;
        let namespace = self.resolve_name(name, true)?;
        let attributes = self.resolve_attributes(index)?;
        let local = name.local;
        let node = Node { local, namespace, text: 0, first_child: None, next_sibling: None, attributes };
        if local == "Include" && self.document.namespace(namespace) == XOP {
            self.include(&node)?;
        }
        self.document.nodes.push(node);
        self.link(index);
        if is_empty {
            self.scopes.leave(scope);
        } else {
            self.open.push(Open { name: name.whole, node: index, last_child: 0, last_text: 0, scope });
        }
        self.in_text = false;
        Ok(())
    }

    fn close_element(&mut self, name: &str) -> Result<(), Malformed> {
        let Some(open) = self.open.pop() else {
            return Err(self.syntax(format_args!("</{name}> where no element is open")));
        };
        if open.name != name {
            return Err(self.syntax(format_args!("</{name}> where </{}> was expected", open.name)));
        }
        self.scopes.leave(open.scope);
        self.in_text = false;
        Ok(())
    }

    /// Hangs an element below the one that is open.
    fn link(&mut self, index: u32) {
        let Some(parent) = self.open.last_mut() else { return };
        let last = std::mem::replace(&mut parent.last_child, index);
        let link = if last == 0 {
            self.document.nodes.get_mut(parent.node as usize).map(|node| &mut node.first_child)
        } else {
            self.document.nodes.get_mut(last as usize).map(|node| &mut node.next_sibling)
        };
        if let Some(link) = link {
            *link = NonZeroU32::new(index);
        }
    }

    /// Puts the attachment where its include stands: into the text of the element around it.
    fn include(&mut self, node: &Node<'_>) -> Result<(), Malformed> {
        let (bytes, count) = self.included;
        if count >= MAX_INCLUDES {
            return Err(Malformed::TooMuch { what: "Included attachment count", limit: MAX_INCLUDES });
        }
        let attributes = self.document.attributes_of(node);
        let href = attributes.iter().find(|attribute| attribute.local == "href").map(|found| &*found.value);
        let content = href.and_then(|href| (self.attachment)(href));
        let content =
            content.ok_or_else(|| self.syntax("an xop:Include of an attachment that is not there"))?;
        self.included = (bytes + content.len(), count + 1);
        if self.included.0 > MAX_INCLUDED {
            return Err(Malformed::TooMuch { what: "Included attachment size", limit: MAX_INCLUDED });
        }
        self.add_text(Cow::Owned(content))
    }

    /// Reads the rest of a tag: declarations come into force, attributes wait for all declarations to be known. Whether
    /// it is the tag of an empty element.
    fn collect_attributes(&mut self) -> Result<bool, Malformed> {
        self.names.clear();
        loop {
            let (name, raw) = match self.tokens.in_tag()? {
                InTag::Attribute(name, raw) => (name, raw),
                InTag::End => return Ok(false),
                InTag::EmptyEnd => return Ok(true),
            };
            if self.names.len() >= MAX_ATTRIBUTES {
                return Err(Malformed::TooMuch { what: "Attribute", limit: MAX_ATTRIBUTES });
            }
            if self.names.contains(&name.whole) {
                return Err(self.syntax(format_args!("a duplicated attribute, {}", name.whole)));
            }
            self.names.push(name.whole);
            let value = attribute_value(raw).map_err(|why| self.syntax(why))?;
            match name {
                Name { whole: "xmlns", .. } => self.declare("", value)?,
                Name { prefix: Some("xmlns"), local: prefix, .. } => self.declare(prefix, value)?,
                _ => self.attributes.push((name, value)),
            }
        }
    }

    fn declare(&mut self, prefix: &'a str, namespace: Cow<'a, str>) -> Result<(), Malformed> {
        let index = length(&self.document.namespaces);
        if namespace.is_empty() && !prefix.is_empty() {
            return Err(self.syntax("a prefix that is declared for no namespace"));
        }
        self.scopes.declare(prefix, &namespace, index).map_err(|error| match error {
            BadBinding::TooMany { limit } => Malformed::TooMuch { what: "Namespace", limit },
            BadBinding::Reserved => {
                self.syntax(format_args!("the prefix {prefix:?} cannot be bound to {namespace:?}"))
            }
        })?;
        self.document.namespaces.push(namespace);
        Ok(())
    }

    /// Files the attributes that were collected, and gives their range.
    fn resolve_attributes(&mut self, element: u32) -> Result<(u32, u32), Malformed> {
        let from = length(&self.document.attributes);
        let mut collected = std::mem::take(&mut self.attributes);
        for (name, value) in collected.drain(..) {
            let namespace = self.resolve_name(name, false)?;
            if name.local == "type" && self.document.namespace(namespace) == XSI {
                let name = self.type_name(value);
                self.document.types.push((element, name));
            } else {
                self.document.attributes.push(Attribute { namespace, local: name.local, value });
            }
        }
        // For its capacity.
        self.attributes = collected;
        Ok((from, length(&self.document.attributes)))
    }

    fn resolve_name(&self, name: Name<'_>, is_element: bool) -> Result<u32, Malformed> {
        if !name.local.bytes().next().is_some_and(begins_name) {
            return Err(self.syntax("a name that begins like none"));
        }
        match name.prefix {
            None if is_element => Ok(self.scopes.of_no_prefix()),
            None => Ok(0),
            Some(prefix) => self
                .scopes
                .of_prefix(prefix)
                .ok_or_else(|| self.syntax(format_args!("the prefix {prefix:?} is bound to no namespace"))),
        }
    }

    /// Perl writes prefixes that lead nowhere into `xsi:type` of simple values; they mean no namespace here and
    /// only a bean looks at the name at all.
    fn type_name(&self, value: Cow<'a, str>) -> Type<'a> {
        let (prefix, local) = match value {
            Cow::Borrowed(value) => {
                let name = Name::of(value.trim());
                (name.prefix.map(Cow::Borrowed), Cow::Borrowed(name.local))
            }
            Cow::Owned(value) => {
                let name = Name::of(value.trim());
                (name.prefix.map(|prefix| Cow::Owned(prefix.to_owned())), Cow::Owned(name.local.to_owned()))
            }
        };
        let namespace = match prefix {
            None => self.scopes.of_no_prefix(),
            Some(prefix) => self.scopes.of_prefix(&prefix).unwrap_or(0),
        };
        Type { namespace, local }
    }

    fn add_text(&mut self, text: Cow<'a, str>) -> Result<(), Malformed> {
        let Some(open) = self.open.last_mut() else {
            return if is_blank(&text) { Ok(()) } else { Err(self.syntax("text outside the root element")) };
        };
        let texts = &mut self.document.texts;
        if self.in_text
            && let Some(last) = texts.last_mut()
        {
            // What references, CDATA and comments divide is one text.
            if last.run.is_empty() {
                last.run = text;
            } else {
                last.run.to_mut().push_str(&text);
            }
            return Ok(());
        }
        let index = length(texts);
        let last = std::mem::replace(&mut open.last_text, index);
        let link = if last == 0 {
            self.document.nodes.get_mut(open.node as usize).map(|node| &mut node.text)
        } else {
            texts.get_mut(last as usize).map(|text| &mut text.next)
        };
        if let Some(link) = link {
            *link = index;
        }
        texts.push(Text { run: text, next: 0 });
        self.in_text = true;
        Ok(())
    }
}

/// The index of what is pushed next. Texts that are read are far too short for so many of anything.
fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// Whether a name may begin like that. What is not ASCII is not looked at closely.
fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}
