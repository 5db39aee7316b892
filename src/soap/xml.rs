//! One pass over a request into a compact tree of resolved elements.
//!
//! The whole document must be well formed before anything of it is used; the original parsed lazily and
//! accepted broken tails, which only broken clients notice. DTDs, undefined entities and characters outside
//! XML 1.0 are refused, depth, attributes and elements are bounded. Names and texts are borrowed from the
//! request wherever they stand there unchanged.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use std::borrow::Cow;

/// Elements inside elements; the parser of the original stops at the same number.
const MAX_DEPTH: usize = 1000;
/// Attributes of one element, as in the original.
const MAX_ATTRIBUTES: usize = 1000;
/// Elements of one document, so that ten megabytes of `<a/>` cannot become a gigabyte of tree.
const MAX_ELEMENTS: usize = 250_000;

/// Base64 that includes may add, so that one attachment included often cannot fill the memory.
const MAX_INCLUDED: usize = 16 * 1024 * 1024;
/// Includes of attachments.
const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// `xsi:nil` and `xsi:type` live here.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

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

/// A parsed document.
#[derive(Debug)]
pub struct Document<'a> {
    nodes: Vec<Node<'a>>,
    namespaces: Vec<String>,
    attributes: Vec<Attribute<'a>>,
}

#[derive(Debug)]
struct Node<'a> {
    local: Cow<'a, str>,
    /// Index into `namespaces` plus one; 0 is no namespace.
    namespace: u32,
    text: Cow<'a, str>,
    first_child: Option<u32>,
    next_sibling: Option<u32>,
    attributes: (u32, u32),
    type_name: Option<Box<TypeName>>,
}

#[derive(Debug)]
struct Attribute<'a> {
    namespace: u32,
    local: Cow<'a, str>,
    value: Cow<'a, str>,
}

/// The value of `xsi:type`, resolved where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName {
    /// The namespace that its prefix is bound to; empty when there is none.
    pub namespace: String,
    /// The local part.
    pub local: String,
}

impl std::fmt::Display for TypeName {
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
        &self.node.local
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

    /// The character data directly inside, untrimmed, across comments, CDATA and references.
    #[must_use]
    pub fn text(self) -> &'d str {
        &self.node.text
    }

    /// The element children, in order.
    pub fn children(self) -> Siblings<'d> {
        Siblings { document: self.document, next: self.node.first_child }
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
        let (from, to) = self.node.attributes;
        let range = usize::try_from(from).ok()?..usize::try_from(to).ok()?;
        self.document
            .attributes
            .get(range)?
            .iter()
            .find(|attribute| {
                attribute.local == local && self.document.namespace(attribute.namespace) == namespace
            })
            .map(|attribute| &*attribute.value)
    }

    /// The value of `xsi:nil`, whatever it is.
    #[must_use]
    pub fn nil_attribute(self) -> Option<&'d str> {
        self.attribute(XSI, "nil")
    }

    /// The value of `xsi:type`, if there is one.
    #[must_use]
    pub fn type_name(self) -> Option<&'d TypeName> {
        self.node.type_name.as_deref()
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
        let index = self.next?;
        let node = self.document.node(index)?;
        self.next = node.next_sibling;
        Some(Element { document: self.document, index, node })
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
        self.node(0).map(|node| Element { document: self, index: 0, node })
    }

    fn node(&self, index: u32) -> Option<&Node<'a>> {
        self.nodes.get(usize::try_from(index).ok()?)
    }

    fn namespace(&self, index: u32) -> &str {
        match index {
            0 => "",
            _ => self.namespaces.get(index as usize - 1).map_or("", String::as_str),
        }
    }

    fn intern(&mut self, namespace: &str) -> u32 {
        if namespace.is_empty() {
            return 0;
        }
        let known = self.namespaces.iter().position(|known| known == namespace);
        let index = known.unwrap_or_else(|| {
            self.namespaces.push(namespace.to_owned());
            self.namespaces.len() - 1
        });
        u32::try_from(index + 1).unwrap_or(0)
    }
}

impl<'a> Node<'a> {
    fn new(local: Cow<'a, str>, namespace: u32) -> Self {
        Self {
            local,
            namespace,
            text: Cow::Borrowed(""),
            first_child: None,
            next_sibling: None,
            attributes: (0, 0),
            type_name: None,
        }
    }
}

/// Finds the content of an attachment by the `href` of its include.
pub type Attachments<'f> = &'f dyn Fn(&str) -> Option<String>;

struct Parser<'a, 'f> {
    attachment: Attachments<'f>,
    included: usize,
    reader: NsReader<&'a [u8]>,
    document: Document<'a>,
    /// Open elements, each with the last child that was linked to it.
    open: Vec<(u32, Option<u32>)>,
}

impl<'a, 'f> Parser<'a, 'f> {
    fn new(text: &'a str, attachment: Attachments<'f>) -> Self {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = false;
        config.check_comments = true;
        Self {
            attachment,
            included: 0,
            reader,
            document: Document {
                nodes: Vec::with_capacity(32),
                namespaces: Vec::new(),
                attributes: Vec::new(),
            },
            open: Vec::new(),
        }
    }

    fn syntax(&self, why: impl std::fmt::Display) -> Malformed {
        Malformed::Syntax { at: self.reader.buffer_position(), why: why.to_string() }
    }

    fn run(mut self) -> Result<Document<'a>, Malformed> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.syntax(error))?;
            match event {
                Event::Start(start) => self.open_element(&start, false)?,
                Event::Empty(start) => self.open_element(&start, true)?,
                Event::End(_) => {
                    self.open.pop();
                }
                Event::Text(text) => {
                    let text = text.into_inner();
                    self.add_text(normalise_line_ends(text))?;
                }
                Event::CData(text) => {
                    let text = text.into_inner();
                    self.add_text(normalise_line_ends(text))?;
                }
                Event::GeneralRef(reference) => {
                    let resolved = self.resolve(&reference)?;
                    self.add_text(resolved)?;
                }
                Event::DocType(_) => return Err(Malformed::Doctype),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof => break,
            }
        }
        if self.document.nodes.is_empty() || !self.open.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(self.document)
    }

    fn resolve(&self, reference: &quick_xml::events::BytesRef<'_>) -> Result<Cow<'a, str>, Malformed> {
        if reference.is_char_ref() {
            let character = reference.resolve_char_ref().map_err(|error| self.syntax(error))?;
            let character = character.ok_or_else(|| self.syntax("a character reference without a number"))?;
            return Ok(Cow::Owned(character.to_string()));
        }
        predefined(&reference.xml10_content())
            .map(Cow::Borrowed)
            .ok_or_else(|| self.syntax("a reference to an entity that is not defined"))
    }

    fn open_element(&mut self, start: &BytesStart<'_>, empty: bool) -> Result<(), Malformed> {
        if self.open.is_empty() && !self.document.nodes.is_empty() {
            return Err(self.syntax("a second root element"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Malformed::TooMuch { what: "Maximum Element Depth", limit: MAX_DEPTH });
        }
        if self.document.nodes.len() >= MAX_ELEMENTS {
            return Err(Malformed::TooMuch { what: "Maximum Element Count", limit: MAX_ELEMENTS });
        }
        let index = u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX);
        let (resolved, local) = self.reader.resolver().resolve_element(start.name());
        let namespace = match resolved {
            ResolveResult::Bound(namespace) => Some(namespace.0.to_owned()),
            ResolveResult::Unbound => None,
            ResolveResult::Unknown(prefix) => {
                return Err(self.syntax(format_args!("the prefix {prefix:?} is bound to no namespace")));
            }
        };
        let local = local.into_inner().to_owned();
        if local.is_empty() {
            return Err(self.syntax("an element without a name"));
        }
        let include = namespace.as_deref() == Some(XOP) && local == "Include";
        let namespace = self.document.intern(namespace.as_deref().unwrap_or(""));
        let mut node = Node::new(Cow::Owned(local), namespace);
        self.read_attributes(start, &mut node)?;
        if include {
            self.include(&node)?;
        }
        self.document.nodes.push(node);
        if let Some((parent, last)) = self.open.last_mut() {
            let link = match *last {
                None => self.document.nodes.get_mut(*parent as usize).map(|node| &mut node.first_child),
                Some(last) => self.document.nodes.get_mut(last as usize).map(|node| &mut node.next_sibling),
            };
            if let Some(link) = link {
                *link = Some(index);
            }
            *last = Some(index);
        }
        if !empty {
            self.open.push((index, None));
        }
        Ok(())
    }

    /// Puts the attachment where its include stands: into the text of the element around it.
    fn include(&mut self, node: &Node<'_>) -> Result<(), Malformed> {
        let range = node.attributes.0 as usize..node.attributes.1 as usize;
        let attributes = self.document.attributes.get(range).unwrap_or_default();
        let href = attributes.iter().find(|attribute| attribute.local == "href").map(|found| &*found.value);
        let content = href.and_then(|href| (self.attachment)(href));
        let content =
            content.ok_or_else(|| self.syntax("an xop:Include of an attachment that is not there"))?;
        self.included += content.len();
        if self.included > MAX_INCLUDED {
            return Err(Malformed::TooMuch { what: "Included attachment size", limit: MAX_INCLUDED });
        }
        self.add_text(Cow::Owned(content))
    }

    fn read_attributes(&mut self, start: &BytesStart<'_>, node: &mut Node<'a>) -> Result<(), Malformed> {
        let from = self.document.attributes.len();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(Malformed::TooMuch { what: "Attribute", limit: MAX_ATTRIBUTES });
            }
            let attribute = attribute.map_err(|error| self.syntax(error))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = self.attribute_value(&attribute.value)?;
            let (resolved, local) = self.reader.resolver().resolve_attribute(attribute.key);
            let namespace = match resolved {
                ResolveResult::Bound(namespace) => namespace.0.to_owned(),
                ResolveResult::Unbound => String::new(),
                ResolveResult::Unknown(prefix) => {
                    return Err(self.syntax(format_args!("the prefix {prefix:?} is bound to no namespace")));
                }
            };
            if namespace == XSI && local.into_inner() == "type" {
                node.type_name = Some(Box::new(self.type_name(&value)));
                continue;
            }
            let namespace = self.document.intern(&namespace);
            self.document.attributes.push(Attribute {
                namespace,
                local: Cow::Owned(local.into_inner().to_owned()),
                value: Cow::Owned(value),
            });
        }
        let bound = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        node.attributes = (bound(from), bound(self.document.attributes.len()));
        Ok(())
    }

    /// Perl writes prefixes that lead nowhere into `xsi:type` of simple values; they mean no namespace here and
    /// only a bean looks at the name at all.
    fn type_name(&self, value: &str) -> TypeName {
        let name = quick_xml::name::QName(value.trim());
        let (resolved, local) = self.reader.resolver().resolve_element(name);
        let namespace = match resolved {
            ResolveResult::Bound(namespace) => namespace.0.to_owned(),
            _ => String::new(),
        };
        TypeName { namespace, local: local.into_inner().to_owned() }
    }

    fn attribute_value(&self, raw: &str) -> Result<String, Malformed> {
        check_characters(raw).map_err(|why| self.syntax(why))?;
        if raw.contains('<') {
            return Err(self.syntax("'<' in an attribute value"));
        }
        let mut value = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(start) = rest.find('&') {
            let (before, from) = rest.split_at(start);
            value.push_str(before);
            let (name, after) = from
                .get(1..)
                .and_then(|text| text.split_once(';'))
                .ok_or_else(|| self.syntax("a bare '&'"))?;
            match name.strip_prefix('#') {
                Some(number) => {
                    let code = match number.strip_prefix('x') {
                        Some(hex) => u32::from_str_radix(hex, 16),
                        None => number.parse(),
                    };
                    let character = code.ok().and_then(char::from_u32).filter(|c| is_xml_character(*c));
                    value.push(character.ok_or_else(|| self.syntax("a reference to no XML character"))?);
                }
                None => value.push_str(
                    predefined(name)
                        .ok_or_else(|| self.syntax("a reference to an entity that is not defined"))?,
                ),
            }
            rest = after;
        }
        value.push_str(rest);
        Ok(value)
    }

    fn add_text(&mut self, text: Cow<'a, str>) -> Result<(), Malformed> {
        check_characters(&text).map_err(|why| self.syntax(why))?;
        match self.open.last() {
            Some((index, _)) => {
                if let Some(node) = self.document.nodes.get_mut(*index as usize) {
                    if node.text.is_empty() {
                        node.text = text;
                    } else {
                        node.text.to_mut().push_str(&text);
                    }
                }
                Ok(())
            }
            None if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() => Ok(()),
            None => Err(self.syntax("text outside the root element")),
        }
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    })
}

/// XML 1.0 §2.11: CRLF and CR are read as LF.
fn normalise_line_ends(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text }
}

/// XML 1.0 production `Char`.
#[must_use]
pub fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn check_characters(text: &str) -> Result<(), &'static str> {
    // The common case is decided on bytes: everything from blank up is fine unless it is U+FFFE or U+FFFF.
    let suspicious = |byte: u8| byte < 0x20 || byte == 0xef;
    if text.bytes().any(suspicious) && !text.chars().all(is_xml_character) {
        return Err("a character that XML 1.0 does not allow");
    }
    Ok(())
}
