//! A SAML message as a small tree that forgets nothing a signature covers: prefixes and the namespaces in scope.
//!
//! Document types are refused, comments and processing instructions dropped as canonical XML drops the former and no
//! message has the latter; size, depth and number of everything are bounded. Every `ID` is unique, so that a signature
//! can mean one element only. Unlike `soap::xml`, which reads envelopes and keeps no prefix, this tree is also written.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// Bytes of a message; the original's messages have a tenth of it.
pub const MAX_SIZE: usize = 256 * 1024;
const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 2000;
const MAX_ATTRIBUTES: usize = 64;
/// Namespaces that are in force at once.
const MAX_SCOPE: usize = 64;

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Why a text is not a message we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not well-formed XML, or names without a namespace behind their prefix.
    #[error("not well-formed: {0}")]
    Syntax(String),
    /// A document type declaration.
    #[error("a document type is not allowed")]
    Doctype,
    /// Larger, deeper or wider than the limits.
    #[error("too large: {0}")]
    TooMuch(&'static str),
    /// Two elements have the same `ID`.
    #[error("two elements have the same ID")]
    DoubleId,
}

/// Prefixes in force and what they stand for; the default namespace has the prefix "".
pub type Scope = Arc<Vec<(String, String)>>;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Empty for none.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Empty for none.
    pub namespace: String,
    /// In document order, without declarations.
    pub attributes: Vec<Attribute>,
    /// In document order.
    pub children: Vec<Node>,
    /// What was in force where it stood.
    pub scope: Scope,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attribute {
    /// Empty for none.
    pub prefix: String,
    /// Name without prefix.
    pub local: String,
    /// Empty for none.
    pub namespace: String,
    /// Normalised as XML says.
    pub value: String,
}

/// What is inside an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Character data.
    Text(String),
}

impl Element {
    /// Whether namespace and local name are these.
    #[must_use]
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// The attribute of that name in no namespace.
    #[must_use]
    pub fn attribute(&self, local: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|one| one.namespace.is_empty() && one.local == local);
        found.map(|one| one.value.as_str())
    }

    /// The elements directly inside.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The elements of that name directly inside.
    pub fn all<'e>(&'e self, namespace: &'e str, local: &'e str) -> impl Iterator<Item = &'e Self> {
        self.elements().filter(move |element| element.is(namespace, local))
    }

    /// The one element of that name directly inside; none when there are several.
    #[must_use]
    pub fn one<'e>(&'e self, namespace: &str, local: &str) -> Option<&'e Self> {
        let mut found = self.elements().filter(|element| element.is(namespace, local));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// The character data directly inside, whole even where comments divided it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            if let Node::Text(run) = node {
                text.push_str(run);
            }
        }
        text
    }

    /// The element of a name with a prefix, for writing.
    #[must_use]
    pub fn new(prefix: &str, namespace: &str, local: &str) -> Self {
        let (prefix, namespace, local) = (prefix.to_owned(), namespace.to_owned(), local.to_owned());
        Self { prefix, local, namespace, ..Self::default() }
    }

    /// With an attribute in no namespace.
    #[must_use]
    pub fn with(mut self, local: &str, value: &str) -> Self {
        let (local, value) = (local.to_owned(), value.to_owned());
        self.attributes.push(Attribute { local, value, ..Attribute::default() });
        self
    }

    /// With an attribute in no namespace, if there is a value.
    #[must_use]
    pub fn with_some(self, local: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(local, value),
            None => self,
        }
    }

    /// With character data at the end.
    #[must_use]
    pub fn text_of(mut self, text: &str) -> Self {
        // What XML does not have could be read by nobody.
        self.children.push(Node::Text(text.chars().filter(|one| is_character(*one)).collect()));
        self
    }

    /// With an element at the end.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }
}

/// Reads a message.
///
/// # Errors
/// [`Malformed`] for everything that no message needs.
pub fn parse(text: &str) -> Result<Element, Malformed> {
    if text.len() > MAX_SIZE {
        return Err(Malformed::TooMuch("size"));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut parser = Parser::default();
    loop {
        match reader.read_event().map_err(syntax)? {
            Event::Start(start) => parser.open(&start)?,
            Event::Empty(start) => {
                parser.open(&start)?;
                parser.close();
            }
            Event::End(_) => parser.close(),
            Event::Text(text) => parser.text(&line_ends(&text.into_inner()))?,
            Event::CData(text) => parser.text(&line_ends(&text.into_inner()))?,
            Event::GeneralRef(reference) => parser.text(&resolved(&reference)?)?,
            Event::DocType(_) => return Err(Malformed::Doctype),
            Event::PI(_) => return Err(syntax("a processing instruction")),
            Event::Comment(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    match parser.root {
        Some(root) if parser.open.is_empty() => Ok(root),
        _ => Err(syntax("the document ends before its root element does")),
    }
}

fn syntax(why: impl std::fmt::Display) -> Malformed {
    Malformed::Syntax(why.to_string())
}

fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Malformed> {
    if reference.is_char_ref() {
        let character = reference.resolve_char_ref().map_err(syntax)?;
        return character.map(String::from).ok_or_else(|| syntax("a character reference without a number"));
    }
    predefined(&reference.xml10_content()).map(str::to_owned)
}

fn predefined(name: &str) -> Result<&'static str, Malformed> {
    Ok(match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "apos" => "'",
        "quot" => "\"",
        _ => return Err(syntax("a reference to an entity that is not defined")),
    })
}

/// An attribute's value as an application sees it: references resolved, literal white space a blank.
fn attribute_value(raw: &str) -> Result<String, Malformed> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r', '<']) {
        let (plain, tail) = rest.split_at(at);
        value.push_str(plain);
        if let Some(reference) = tail.strip_prefix('&') {
            let (name, after) =
                reference.split_once(';').ok_or_else(|| syntax("a reference without an end"))?;
            match name.strip_prefix('#') {
                Some(number) => {
                    let code = match number.strip_prefix('x') {
                        Some(digits) => u32::from_str_radix(digits, 16),
                        None => number.parse(),
                    };
                    let character = code.ok().and_then(char::from_u32);
                    value.push(character.ok_or_else(|| syntax("a character reference without a number"))?);
                }
                None => value.push_str(predefined(name)?),
            }
            rest = after;
        } else if tail.starts_with('<') {
            return Err(syntax("a < in the value of an attribute"));
        } else {
            value.push(' ');
            rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..)).unwrap_or("");
        }
    }
    value.push_str(rest);
    check(&value)?;
    Ok(value)
}

fn check(text: &str) -> Result<(), Malformed> {
    if text.chars().all(is_character) { Ok(()) } else { Err(syntax("a character that XML does not have")) }
}

#[derive(Default)]
struct Parser {
    root: Option<Element>,
    open: Vec<Element>,
    count: usize,
    ids: HashSet<String>,
}

impl Parser {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Malformed> {
        if self.root.is_some() {
            return Err(syntax("a second root element"));
        }
        self.count += 1;
        if self.count > MAX_ELEMENTS {
            return Err(Malformed::TooMuch("elements"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Malformed::TooMuch("depth"));
        }
        let mut scope = self.open.last().map(|parent| Arc::clone(&parent.scope)).unwrap_or_default();
        let mut given = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= MAX_ATTRIBUTES {
                return Err(Malformed::TooMuch("attributes"));
            }
            let attribute = attribute.map_err(syntax)?;
            let name = attribute.key.into_inner().to_owned();
            let value = attribute_value(&attribute.value)?;
            match name.strip_prefix("xmlns") {
                Some("") => declare(&mut scope, "", &value)?,
                Some(prefix) if prefix.starts_with(':') => {
                    declare(&mut scope, prefix.get(1..).unwrap_or(""), &value)?;
                }
                _ => given.push((name, value)),
            }
        }
        let (prefix, local) = split(start.name().into_inner())?;
        let namespace = namespace_of(&scope, prefix)?;
        let mut element = Element {
            prefix: prefix.to_owned(),
            local: local.to_owned(),
            namespace,
            attributes: Vec::with_capacity(given.len()),
            children: Vec::new(),
            scope,
        };
        for (name, value) in given {
            let (prefix, local) = split(&name)?;
            // Without a prefix an attribute is in no namespace, whatever the default.
            let namespace =
                if prefix.is_empty() { String::new() } else { namespace_of(&element.scope, prefix)? };
            let (prefix, local) = (prefix.to_owned(), local.to_owned());
            if element.attributes.iter().any(|known| known.local == local && known.namespace == namespace) {
                return Err(syntax("an attribute given twice"));
            }
            if local == "ID" && !self.ids.insert(value.clone()) {
                return Err(Malformed::DoubleId);
            }
            element.attributes.push(Attribute { prefix, local, namespace, value });
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Malformed> {
        check(text)?;
        match self.open.last_mut() {
            Some(element) => match element.children.last_mut() {
                Some(Node::Text(run)) => run.push_str(text),
                _ => element.children.push(Node::Text(text.to_owned())),
            },
            None if text.trim().is_empty() => {}
            None => return Err(syntax("text outside the root element")),
        }
        Ok(())
    }
}

fn declare(scope: &mut Scope, prefix: &str, value: &str) -> Result<(), Malformed> {
    let is_xml = (prefix == "xml") == (value == XML);
    if prefix == "xmlns" || !is_xml || (value.is_empty() && !prefix.is_empty()) {
        return Err(syntax("a namespace that cannot be declared"));
    }
    let known = Arc::make_mut(scope);
    let is_full = known.len() >= MAX_SCOPE;
    match known.iter_mut().find(|(declared, _)| declared == prefix) {
        Some((_, namespace)) => value.clone_into(namespace),
        None if is_full => return Err(Malformed::TooMuch("namespaces")),
        None => known.push((prefix.to_owned(), value.to_owned())),
    }
    Ok(())
}

fn split(name: &str) -> Result<(&str, &str), Malformed> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let starts_well = |part: &str| part.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let is_name =
        |part: &str| part.chars().all(|one| one.is_alphanumeric() || matches!(one, '_' | '-' | '.'));
    let prefix_is_good = !name.contains(':') || (starts_well(prefix) && is_name(prefix));
    if starts_well(local) && is_name(local) && prefix_is_good {
        Ok((prefix, local))
    } else {
        Err(syntax("a name that is none"))
    }
}

fn namespace_of(scope: &Scope, prefix: &str) -> Result<String, Malformed> {
    if prefix == "xml" {
        return Ok(XML.to_owned());
    }
    match scope.iter().find(|(declared, _)| declared == prefix) {
        Some((_, namespace)) => Ok(namespace.clone()),
        None if prefix.is_empty() => Ok(String::new()),
        None => Err(syntax("a prefix that is not declared")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_message_needs_is_refused() {
        let deep = ["<a>".repeat(40), "</a>".repeat(40)].concat();
        let wide = format!("<a>{}</a>", "<b/>".repeat(3000));
        let many: String = (0..80).map(|number| format!(" xmlns:p{number}=\"u\"")).collect();
        for (text, why) in [
            ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "a document type is not allowed"),
            ("<a>&nbsp;</a>", "not well-formed: a reference to an entity that is not defined"),
            ("<a b='&lol;'/>", "not well-formed: a reference to an entity that is not defined"),
            ("<a><?php x?></a>", "not well-formed: a processing instruction"),
            ("<a ID='1'><b ID='1'/></a>", "two elements have the same ID"),
            ("<p:a/>", "not well-formed: a prefix that is not declared"),
            ("<a/><b/>", "not well-formed: a second root element"),
            ("<a>", "not well-formed: the document ends before its root element does"),
            ("", "not well-formed: the document ends before its root element does"),
            ("<a>\u{1}</a>", "not well-formed: a character that XML does not have"),
            ("<a b='&#1;'/>", "not well-formed: a character that XML does not have"),
            ("<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>", "not well-formed: an attribute given twice"),
            (&deep, "too large: depth"),
            (&wide, "too large: elements"),
            (&format!("<a{many}/>"), "too large: attributes"),
            (&"x".repeat(MAX_SIZE + 1), "too large: size"),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), why, "{text:.80}");
        }
    }

    #[test]
    fn a_comment_does_not_cut_a_text_in_two() {
        let root = parse("<a><!-- x -->tom<!-- y -->.evil</a>").unwrap();
        assert_eq!(root.text(), "tom.evil");
    }

    #[test]
    fn values_are_normalised_and_references_kept_apart() {
        let root = parse("<a b='1\t2\r\n3&#10;4&amp;&#x41;'> x&lt;<![CDATA[<y>]]>\r\n</a>").unwrap();
        assert_eq!(root.attribute("b"), Some("1 2 3\n4&A"));
        assert_eq!(root.text(), " x<<y>\n");
    }
}
