//! XML as a tree with resolved names, read by quick-xml and nothing of ours.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub namespace: String,
    pub name: String,
    /// Attributes as `({namespace}name, value)`, without namespace declarations.
    pub attributes: Vec<(String, String)>,
    /// `xsi:type` resolved to `{namespace}name`.
    pub kind: Option<String>,
    pub children: Vec<Element>,
    /// Text that stands directly in it.
    pub text: String,
    /// Prefixes that text in this element can use.
    prefixes: Vec<(String, String)>,
}

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

impl Element {
    /// Reads a document.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut reader = NsReader::from_str(text);
        let mut open: Vec<Self> = vec![Self::default()];
        loop {
            let event = reader.read_event().map_err(|error| format!("{error} in {text}"))?;
            let last = open.last_mut().ok_or("too many end tags")?;
            match event {
                Event::Start(start) => {
                    let prefixes = last.prefixes.clone();
                    open.push(Self::start(&reader, &start, prefixes)?);
                }
                Event::Empty(start) => {
                    let prefixes = last.prefixes.clone();
                    let element = Self::start(&reader, &start, prefixes)?;
                    last.children.push(element);
                }
                Event::End(_) => {
                    let closed = open.pop().ok_or("too many end tags")?;
                    open.last_mut().ok_or("too many end tags")?.children.push(closed);
                }
                Event::Text(text) => last.text += &text.into_inner(),
                Event::CData(text) => last.text += &text.into_inner(),
                Event::GeneralRef(reference) => {
                    let whole = format!("&{};", reference.into_inner());
                    last.text += &quick_xml::escape::unescape(&whole).map_err(|error| error.to_string())?;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let mut top = open.pop().filter(|_| open.is_empty()).ok_or("unclosed elements")?;
        top.children.pop().filter(|_| top.children.is_empty()).ok_or_else(|| format!("no document: {text}"))
    }

    fn start(
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
        mut prefixes: Vec<(String, String)>,
    ) -> Result<Self, String> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| error.to_string())?
                .into_owned();
            let name = attribute.key.into_inner().to_owned();
            if name == "xmlns" {
                prefixes.push((String::new(), value));
            } else if let Some(prefix) = name.strip_prefix("xmlns:") {
                prefixes.push((prefix.to_owned(), value));
            } else {
                let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
                attributes.push((format!("{{{}}}{}", bound(namespace)?, local.into_inner()), value));
            }
        }
        let (namespace, local) = reader.resolver().resolve_element(start.name());
        let mut element = Self {
            namespace: bound(namespace)?,
            name: local.into_inner().to_owned(),
            attributes,
            prefixes,
            ..Self::default()
        };
        let kind = element.attribute(&format!("{{{XSI}}}type")).map(str::to_owned);
        element.kind = kind.map(|kind| element.qualified(&kind));
        Ok(element)
    }

    /// `prefix:name` as `{namespace}name`, by the declarations in force here.
    pub fn qualified(&self, text: &str) -> String {
        let (prefix, name) = text.trim().split_once(':').unwrap_or(("", text.trim()));
        let found = self.prefixes.iter().rev().find(|(known, _)| known == prefix);
        let namespace = found.map_or("undeclared", |(_, namespace)| namespace);
        format!("{{{namespace}}}{name}")
    }

    /// An attribute by `{namespace}name`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it says that it is nil.
    pub fn is_nil(&self) -> bool {
        self.attribute(&format!("{{{XSI}}}nil")) == Some("true")
    }

    /// The first child of that local name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that local name.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.child(name).filter(|child| !child.is_nil()).map(|child| child.text.as_str())
    }

    /// Every element of that local name, at any depth, in document order.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        if self.name == name {
            found.push(self);
        }
        for child in &self.children {
            found.extend(child.all(name));
        }
        found
    }

    /// The first element of that local name, at any depth.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.all(name).into_iter().next()
    }
}

fn bound(namespace: ResolveResult<'_>) -> Result<String, String> {
    match namespace {
        ResolveResult::Bound(namespace) => Ok(namespace.into_inner().to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(format!("undeclared prefix {prefix}")),
    }
}
