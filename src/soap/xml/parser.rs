//! One pass over a text into a [`Document`].

use super::scopes::{KNOWN, Mark, Scopes};
use super::{Attribute, Document, Name, Node, Text, XSI};
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{NamespaceError, Prefix, PrefixDeclaration, QName};
use quick_xml::reader::Reader;
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
    text: &'a str,
    attachment: Attachments<'f>,
    /// Bytes, and how many attachments they came from.
    included: (usize, usize),
    reader: Reader<&'a [u8]>,
    document: Document<'a>,
    scopes: Scopes<'a>,
    open: Vec<Open>,
    /// Whether nothing but character data was read since the last character data.
    in_text: bool,
    /// The attributes of the element that is being read, until its namespaces are known.
    attributes: Vec<(QName<'a>, Cow<'a, str>)>,
}

/// An element whose end was not met.
struct Open {
    node: u32,
    /// The child and the text that were linked to it last; 0 for none.
    last_child: u32,
    last_text: u32,
    scope: Mark,
}

impl<'a, 'f> Parser<'a, 'f> {
    pub(super) fn new(text: &'a str, attachment: Attachments<'f>) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_comments = true;
        let mut namespaces = Vec::with_capacity(16);
        namespaces.extend(KNOWN.map(Cow::Borrowed));
        // Elements of real messages take thirty bytes and more.
        let expected = (text.len() / 32).clamp(16, 1024);
        let mut texts = Vec::with_capacity(expected);
        texts.push(Text { run: Cow::Borrowed(""), next: 0 });
        Self {
            text,
            attachment,
            included: (0, 0),
            reader,
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
            attributes: Vec::new(),
        }
    }

    fn syntax(&self, why: impl std::fmt::Display) -> Malformed {
        Malformed::Syntax { at: self.reader.buffer_position(), why: why.to_string() }
    }

    pub(super) fn run(mut self) -> Result<Document<'a>, Malformed> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.syntax(error))?;
            match event {
                Event::Start(start) => self.open_element(&start, false)?,
                Event::Empty(start) => self.open_element(&start, true)?,
                Event::End(_) => {
                    if let Some(closed) = self.open.pop() {
                        self.scopes.leave(closed.scope);
                    }
                    self.in_text = false;
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
                Event::Decl(declaration) => {
                    let end = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
                    let start = end.saturating_sub(declaration.len() + "<??>".len());
                    if !self.text.get(..start).is_some_and(is_blank) {
                        return Err(self.syntax("an XML declaration that does not begin the document"));
                    }
                    // Which characters there are is not asked: 1.1 allows a few more that nobody sends.
                    if !declaration.version().is_ok_and(|version| matches!(&*version, "1.0" | "1.1")) {
                        return Err(self.syntax("an XML declaration without a version that is known"));
                    }
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if self.document.nodes.is_empty() || !self.open.is_empty() {
            return Err(Malformed::Truncated);
        }
        Ok(self.document)
    }

    fn resolve(&self, reference: &BytesRef<'_>) -> Result<Cow<'a, str>, Malformed> {
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
        let index = length(&self.document.nodes);
        let scope = self.scopes.mark();
        let tag = self.borrowed(start).unwrap_or_default();
        let name = QName(tag.get(..start.name().into_inner().len()).unwrap_or_default());
        if name.local_name().into_inner().is_empty() {
            return Err(self.syntax("an element without a name"));
        }
        self.collect_attributes(tag, name)?;
        let (namespace, local) = self.resolve_name(name, true)?;
        let attributes = self.resolve_attributes(index)?;
        let node = Node { local, namespace, text: 0, first_child: None, next_sibling: None, attributes };
        if local == "Include" && self.document.namespace(namespace) == XOP {
            self.include(&node)?;
        }
        self.document.nodes.push(node);
        self.link(index);
        if empty {
            self.scopes.leave(scope);
        } else {
            self.open.push(Open { node: index, last_child: 0, last_text: 0, scope });
        }
        self.in_text = false;
        Ok(())
    }

    /// The tokenizer lends a tag for as long as its event lives; this is the same piece, lent by the text itself.
    fn borrowed(&self, tag: &str) -> Option<&'a str> {
        let start = self.text.as_bytes().element_offset(tag.as_bytes().first()?)?;
        self.text.get(start..start + tag.len())
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

    /// Reads the attributes of a tag: declarations come into force, the others wait for all declarations to be known.
    fn collect_attributes(&mut self, tag: &'a str, name: QName<'a>) -> Result<(), Malformed> {
        self.attributes.clear();
        let mut attributes = Attributes::new(tag, name.into_inner().len());
        // Only a second one can repeat another.
        attributes.with_checks(tag.bytes().filter(|byte| *byte == b'=').count() > 1);
        for (count, attribute) in attributes.enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(Malformed::TooMuch { what: "Attribute", limit: MAX_ATTRIBUTES });
            }
            let attribute = attribute.map_err(|error| self.syntax(error))?;
            check_name(tag, attribute.key.into_inner()).map_err(|why| self.syntax(why))?;
            let value = self.attribute_value(attribute.value)?;
            let prefix = match attribute.key.as_namespace_binding() {
                None => {
                    self.attributes.push((attribute.key, value));
                    continue;
                }
                Some(PrefixDeclaration::Default) => "",
                Some(PrefixDeclaration::Named(prefix)) => prefix,
            };
            let index = length(&self.document.namespaces);
            if value.is_empty() && !prefix.is_empty() {
                return Err(self.syntax("a prefix that is declared for no namespace"));
            }
            self.scopes.declare(prefix, &value, index).map_err(|error| match error {
                NamespaceError::TooManyBindings(limit) => Malformed::TooMuch { what: "Namespace", limit },
                other => self.syntax(other),
            })?;
            self.document.namespaces.push(value);
        }
        Ok(())
    }

    /// Files the attributes that were collected, and gives their range.
    fn resolve_attributes(&mut self, element: u32) -> Result<(u32, u32), Malformed> {
        let from = length(&self.document.attributes);
        let mut collected = std::mem::take(&mut self.attributes);
        for (name, value) in collected.drain(..) {
            let (namespace, local) = self.resolve_name(name, false)?;
            if local == "type" && self.document.namespace(namespace) == XSI {
                let name = self.type_name(value);
                self.document.types.push((element, name));
            } else {
                self.document.attributes.push(Attribute { namespace, local, value });
            }
        }
        // For its capacity.
        self.attributes = collected;
        Ok((from, length(&self.document.attributes)))
    }

    fn resolve_name(&self, name: QName<'a>, is_element: bool) -> Result<(u32, &'a str), Malformed> {
        let (local, prefix) = name.decompose();
        if !local.into_inner().bytes().next().is_some_and(begins_name) {
            return Err(self.syntax("a name that begins like none"));
        }
        let namespace = match prefix {
            None if is_element => self.scopes.of_no_prefix(),
            None => 0,
            Some(prefix) => self.scopes.of_prefix(prefix).ok_or_else(|| {
                let prefix = prefix.into_inner();
                self.syntax(format_args!("the prefix {prefix:?} is bound to no namespace"))
            })?,
        };
        Ok((namespace, local.into_inner()))
    }

    /// Perl writes prefixes that lead nowhere into `xsi:type` of simple values; they mean no namespace here and
    /// only a bean looks at the name at all.
    fn type_name(&self, value: Cow<'a, str>) -> Name<'a> {
        match value {
            Cow::Borrowed(value) => {
                let (local, prefix) = QName(value.trim()).decompose();
                Name { namespace: self.type_namespace(prefix), local: Cow::Borrowed(local.into_inner()) }
            }
            Cow::Owned(value) => {
                let (local, prefix) = QName(value.trim()).decompose();
                let local = local.into_inner().to_owned();
                Name { namespace: self.type_namespace(prefix), local: Cow::Owned(local) }
            }
        }
    }

    fn type_namespace(&self, prefix: Option<Prefix<'_>>) -> u32 {
        match prefix {
            None => self.scopes.of_no_prefix(),
            Some(prefix) => self.scopes.of_prefix(prefix).unwrap_or(0),
        }
    }

    fn attribute_value(&self, raw: Cow<'a, str>) -> Result<Cow<'a, str>, Malformed> {
        check_characters(&raw).map_err(|why| self.syntax(why))?;
        if raw.contains('<') {
            return Err(self.syntax("'<' in an attribute value"));
        }
        if !raw.contains('&') {
            return Ok(raw);
        }
        let mut value = String::with_capacity(raw.len());
        let mut rest = &*raw;
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
        Ok(Cow::Owned(value))
    }

    fn add_text(&mut self, text: Cow<'a, str>) -> Result<(), Malformed> {
        check_text(&text).map_err(|why| self.syntax(why))?;
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

/// Whether every character is one of XML. The common case is decided on bytes, all of them, which the compiler does many
/// at a time: everything from blank up is fine unless it is U+FFFE or U+FFFF, which begin with EF.
#[must_use]
pub fn is_xml_text(text: &str) -> bool {
    !text.bytes().fold(false, |found, byte| found | is_suspicious(byte)) || text.chars().all(is_xml_character)
}

fn is_suspicious(byte: u8) -> bool {
    byte == 0xef || (byte < 0x20 && byte != b'\n' && byte != b'\t' && byte != b'\r')
}

fn check_characters(text: &str) -> Result<(), &'static str> {
    if is_xml_text(text) { Ok(()) } else { Err("a character that XML 1.0 does not allow") }
}

/// As [`check_characters`], and that what ends a CDATA section stands at the end of one only.
fn check_text(text: &str) -> Result<(), &'static str> {
    if !text.bytes().fold(false, |found, byte| found | is_suspicious(byte) | (byte == b'>')) {
        return Ok(());
    }
    if text.contains("]]>") { Err("']]>' in text") } else { check_characters(text) }
}

/// Whether a text says nothing where only markup may stand.
fn is_blank(text: &str) -> bool {
    text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty()
}

/// That an attribute is set apart from what stands before it, and that no character of its name belongs elsewhere.
fn check_name(tag: &str, name: &str) -> Result<(), &'static str> {
    let start = name.as_bytes().first().and_then(|first| tag.as_bytes().element_offset(first));
    let before = start.and_then(|start| tag.as_bytes().get(start.checked_sub(1)?));
    if !before.is_some_and(u8::is_ascii_whitespace) {
        return Err("attributes that no blank divides");
    }
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte) || !byte.is_ascii();
    if name.bytes().all(belongs) { Ok(()) } else { Err("a character that no name has") }
}

/// Whether a name may begin like that. What is not ASCII is not looked at closely.
fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || !byte.is_ascii()
}
