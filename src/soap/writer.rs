//! Writes values as XML or as JSON, by the rules of Axis2's serialiser.
//!
//! XML: `<` and `&` are escaped, `>` only in `]]>`, CR as `&#xd;`; beans carry `xsi:type`, scalars do not; null is
//! `xsi:nil="true"`, an empty array is no element at all. JSON: the same names without prefixes, numbers and
//! booleans bare, null as `null`, arrays as arrays.

mod escape;

pub use escape::{push_attribute, push_escaped, push_json_text};

use super::contract::Type;
use super::prefixes::{BeanPrefixes, FIRST_PREFIX};
use std::fmt::Write as _;
use std::ops::Range;

/// Where the values of an answer go.
#[derive(Debug)]
pub struct Writer {
    out: String,
    json: bool,
    /// The bean namespaces of this service.
    namespaces: Vec<Namespace>,
    /// JSON: whether a comma is due, and whether values stand in an array (without names).
    comma: bool,
    in_array: bool,
    /// Where the property that varies stands, from its tag to its end, and how it is named.
    blank: Option<Blank>,
}

/// What the text of a value depends on, beside the value.
#[derive(Debug)]
pub(super) struct Form {
    /// The bean namespaces in their order.
    namespaces: Box<[&'static str]>,
    in_array: bool,
}

/// A place in what was written.
#[derive(Debug)]
pub(super) struct Blank {
    pub(super) place: Range<usize>,
    pub(super) prefix: Prefix,
    pub(super) name: Box<str>,
}

#[derive(Debug)]
struct Namespace {
    name: &'static str,
    /// As an element begins: `<`, the prefix and its colon.
    start: String,
}

/// A namespace prefix: `ns` for the service's own elements, `axN` for bean types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// The schema namespace of the service.
    Service,
    /// The n-th bean namespace.
    Bean(usize),
}

impl Writer {
    /// A writer of XML; `types` are those the service can answer with.
    #[must_use]
    pub fn xml(types: &[&'static Type]) -> Self {
        Self::new(types, false)
    }

    /// A writer of JSON.
    #[must_use]
    pub fn json(types: &[&'static Type]) -> Self {
        Self::new(types, true)
    }

    fn new(types: &[&'static Type], json: bool) -> Self {
        let mut namespaces: Vec<Namespace> = Vec::new();
        for bean in types {
            if !namespaces.iter().any(|known| known.name == bean.namespace) {
                let start = format!("<ax{}:", FIRST_PREFIX + namespaces.len());
                namespaces.push(Namespace { name: bean.namespace, start });
            }
        }
        Self { out: String::new(), json, namespaces, comma: false, in_array: false, blank: None }
    }

    /// Gives the bean namespaces the prefixes that were chosen, and the others numbers that were not.
    pub fn take_prefixes(&mut self, chosen: &BeanPrefixes) {
        let prefixes = chosen.each(self.namespaces.iter().map(|namespace| namespace.name));
        for (namespace, prefix) in self.namespaces.iter_mut().zip(prefixes) {
            namespace.start = format!("<{prefix}:");
        }
    }

    /// Takes memory for an answer of usual size at once.
    pub(super) fn make_room(&mut self) {
        self.out.reserve(16 * 1024);
    }

    /// Whether this writes JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// Where the next text goes.
    pub(super) fn position(&self) -> usize {
        self.out.len()
    }

    /// What was written from a position on.
    pub(super) fn since(&self, position: usize) -> &str {
        self.between(position..self.out.len())
    }

    /// What was written in a place.
    pub(super) fn between(&self, place: Range<usize>) -> &str {
        self.out.get(place).unwrap_or_default()
    }

    /// What the text of a value depends on here; `None` in JSON, whose commas depend on the neighbours.
    pub(super) fn form(&self) -> Option<Form> {
        let namespaces = || self.namespaces.iter().map(|namespace| namespace.name).collect();
        (!self.json).then(|| Form { namespaces: namespaces(), in_array: self.in_array })
    }

    /// Whether a value written under that form would be written the same here.
    pub(super) fn writes_as(&self, form: &Form) -> bool {
        !self.json
            && self.in_array == form.in_array
            && self.namespaces.iter().map(|namespace| namespace.name).eq(form.namespaces.iter().copied())
    }

    /// Writes the property that varies, and notes where.
    pub(super) fn vary(&mut self, prefix: Prefix, name: &str, write: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        write(self);
        self.blank = Some(Blank { place: start..self.out.len(), prefix, name: name.into() });
    }

    /// Where the last property that varies was written.
    pub(super) fn take_blank(&mut self) -> Option<Blank> {
        self.blank.take()
    }

    /// Markup that is already in its final form.
    pub fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// The prefix of a bean namespace.
    #[must_use]
    pub fn prefix(&self, namespace: &str) -> Prefix {
        self.namespaces.iter().position(|known| known.name == namespace).map_or(Prefix::Service, Prefix::Bean)
    }

    /// ` xmlns:axN="…"` for every bean namespace.
    pub fn declare_namespaces(&mut self) {
        for Namespace { name, start } in &self.namespaces {
            let prefix = start.trim_start_matches('<').trim_end_matches(':');
            let _ = write!(self.out, " xmlns:{prefix}=\"{name}\"");
        }
    }

    /// A qualified name as a value.
    pub fn qualified(&mut self, prefix: Prefix, name: &str) {
        self.name(prefix, name);
    }

    fn name(&mut self, prefix: Prefix, name: &str) {
        let start = start(&self.namespaces, prefix);
        self.out.push_str(start.trim_start_matches('<'));
        self.out.push_str(name);
    }

    /// `<`, prefix and name.
    fn open_tag(&mut self, prefix: Prefix, name: &str) {
        self.out.push_str(start(&self.namespaces, prefix));
        self.out.push_str(name);
    }

    /// JSON: the separator and, outside arrays, the name.
    fn key(&mut self, name: &str) {
        if self.comma {
            self.out.push(',');
        }
        self.comma = true;
        if !self.in_array {
            push_json_text(&mut self.out, name);
            self.out.push(':');
        }
    }

    /// An element with text.
    pub fn text(&mut self, prefix: Prefix, name: &str, text: &str) {
        self.scalar(prefix, name, |out, json| match json {
            true => push_json_text(out, text),
            false => push_escaped(out, text),
        });
    }

    /// An element whose text needs no escaping and stands bare in JSON.
    pub fn literal(&mut self, prefix: Prefix, name: &str, text: &str) {
        self.scalar(prefix, name, |out, _| out.push_str(text));
    }

    /// An element with a whole number.
    pub fn number(&mut self, prefix: Prefix, name: &str, number: i64) {
        self.scalar(prefix, name, |out, _| push_number(out, number));
    }

    /// The content is written by `write`, which is told whether it is JSON.
    fn scalar(&mut self, prefix: Prefix, name: &str, write: impl FnOnce(&mut String, bool)) {
        if self.json {
            self.key(name);
            write(&mut self.out, true);
            return;
        }
        let start = self.out.len();
        self.open_tag(prefix, name);
        self.out.push('>');
        let end = self.out.len();
        write(&mut self.out, false);
        self.out.push_str("</");
        self.out.extend_from_within(start + 1..end);
    }

    /// A null. The answer element declares `xsi` itself, since nothing around it does.
    pub fn nil(&mut self, prefix: Prefix, name: &str) {
        if self.json {
            self.key(name);
            self.out.push_str("null");
            return;
        }
        self.open_tag(prefix, name);
        if prefix == Prefix::Service {
            self.declare_xsi();
        }
        self.out.push_str(" xsi:nil=\"true\"/>");
    }

    /// Opens a bean element; `top` is the answer element of a single bean, which declares all namespaces.
    pub fn open_bean(&mut self, prefix: Prefix, name: &str, bean: &Type) {
        if self.json {
            self.key(name);
            self.out.push('{');
            self.comma = false;
            return;
        }
        self.open_tag(prefix, name);
        if prefix == Prefix::Service {
            if !self.in_array {
                self.declare_namespaces();
            }
            self.declare_xsi();
        }
        self.out.push_str(" xsi:type=\"");
        let own = self.prefix(bean.namespace);
        self.name(own, bean.name);
        self.out.push_str("\">");
    }

    /// Closes what `open_bean` opened.
    pub fn close_bean(&mut self, prefix: Prefix, name: &str) {
        if self.json {
            self.out.push('}');
            self.comma = true;
            return;
        }
        self.close_tag(prefix, name);
    }

    /// Writes the entries of an array through `entries`.
    pub fn array(&mut self, name: &str, entries: impl FnOnce(&mut Self)) {
        let outer = self.in_array;
        if self.json {
            self.key(name);
            self.out.push('[');
            self.comma = false;
        }
        self.in_array = true;
        entries(self);
        self.in_array = outer;
        if self.json {
            self.out.push(']');
            self.comma = true;
        }
    }

    /// Runs `entries` as the inside of an object, whatever stands around it.
    pub fn inside(&mut self, entries: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.in_array, false);
        entries(self);
        self.in_array = outer;
    }

    /// The response element around `content`; closed at once when nothing was written inside (an empty array).
    pub fn response(
        &mut self,
        operation: &str,
        namespace: &str,
        declare: bool,
        content: impl FnOnce(&mut Self),
    ) {
        let _ = write!(self.out, "<ns:{operation}Response xmlns:ns=\"{namespace}\"");
        if declare {
            self.declare_namespaces();
        }
        self.out.push('>');
        let start = self.out.len();
        content(self);
        if self.out.len() == start {
            self.out.pop();
            self.out.push_str("/>");
        } else {
            let _ = write!(self.out, "</ns:{operation}Response>");
        }
    }

    /// JSON: an object with one entry, an object itself.
    pub fn object(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.out.push('{');
        push_json_text(&mut self.out, name);
        self.out.push_str(":{");
        self.comma = false;
        content(self);
        self.out.push_str("}}");
    }

    fn declare_xsi(&mut self) {
        self.out.push_str(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    }

    fn close_tag(&mut self, prefix: Prefix, name: &str) {
        self.out.push_str("</");
        self.name(prefix, name);
        self.out.push('>');
    }
}

/// How an element begins.
fn start(namespaces: &[Namespace], prefix: Prefix) -> &str {
    let bean = match prefix {
        Prefix::Service => None,
        Prefix::Bean(index) => namespaces.get(index),
    };
    bean.map_or("<ns:", |bean| &bean.start)
}

/// A whole number, digit by digit: formatting one costs ten times as much, and a profile has thirty.
fn push_number(out: &mut String, number: i64) {
    match u64::try_from(number) {
        Ok(number) => push_digits(out, number),
        Err(_) => {
            out.push('-');
            push_digits(out, number.unsigned_abs());
        }
    }
}

fn push_digits(out: &mut String, number: u64) {
    if number >= 10 {
        push_digits(out, number / 10);
    }
    out.extend(char::from_digit((number % 10) as u32, 10));
}

#[cfg(test)]
mod tests {
    use super::super::ferries::{Boat, CONTRACT, Place};
    use super::super::value::Value;
    use super::*;

    fn boat() -> Boat {
        Boat {
            base: Place { name: Some("Ada & <Eve>".into()) },
            crew: Some(vec![Some("a".into()), None]),
            length: -12,
            license: super::super::Binary(vec![1, 2, 3]),
            open: true,
            stops: vec![Some(Place::default()), None],
            tonnage: i64::MIN,
        }
    }

    #[test]
    fn a_bean_carries_its_type_and_the_properties_of_its_base_first() {
        let mut writer = Writer::xml(&CONTRACT.types());
        boat().write(&mut writer, Prefix::Service, "return");
        assert_eq!(
            writer.finish(),
            "<ns:return xmlns:ax2301=\"http://ferry.example/xsd\" xmlns:ax2302=\"http://map.example/xsd\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"ax2301:Boat\">\
             <ax2302:name>Ada &amp; &lt;Eve></ax2302:name>\
             <ax2301:crew>a</ax2301:crew><ax2301:crew xsi:nil=\"true\"/>\
             <ax2301:length>-12</ax2301:length>\
             <ax2301:license>AQID</ax2301:license>\
             <ax2301:open>true</ax2301:open>\
             <ax2301:stops xsi:type=\"ax2302:Place\"><ax2302:name xsi:nil=\"true\"/></ax2301:stops>\
             <ax2301:stops xsi:nil=\"true\"/>\
             <ax2301:tonnage>-9223372036854775808</ax2301:tonnage></ns:return>"
        );
    }

    #[test]
    fn a_namespace_has_the_prefix_that_was_chosen_and_no_other_has_it_too() {
        let place = "http://map.example/xsd";
        for (list, boat_prefix, place_prefix) in [
            (vec![], "ax2301", "ax2302"),
            (vec![format!("ax2615={place}")], "ax2301", "ax2615"),
            (vec![format!("ax2301={place}")], "ax2302", "ax2301"),
            (vec!["ax2302=http://ferry.example/xsd".into()], "ax2302", "ax2301"),
            (vec!["ax2301=urn:unknown".into()], "ax2302", "ax2303"),
        ] {
            let mut writer = Writer::xml(&CONTRACT.types());
            writer.take_prefixes(&BeanPrefixes::listed(&list));
            boat().write(&mut writer, Prefix::Service, "return");
            let text = writer.finish();
            assert!(text.contains(&format!(" xmlns:{place_prefix}=\"{place}\"")), "{text}");
            assert!(text.contains(&format!("xsi:type=\"{boat_prefix}:Boat\"")), "{text}");
            assert!(text.contains(&format!("</{place_prefix}:name><{boat_prefix}:crew>")), "{text}");
        }
    }

    #[test]
    fn json_has_the_same_names_without_prefixes_and_numbers_without_quotes() {
        let mut writer = Writer::json(&CONTRACT.types());
        writer.object("findResponse", |writer| Some(boat()).write(writer, Prefix::Service, "return"));
        assert_eq!(
            writer.finish(),
            "{\"findResponse\":{\"return\":{\"name\":\"Ada & <Eve>\",\"crew\":[\"a\",null],\"length\":-12,\
             \"license\":\"AQID\",\"open\":true,\"stops\":[{\"name\":null},null],\"tonnage\":-9223372036854775808}}}"
        );
    }

    #[test]
    fn a_missing_array_is_one_nil_element_and_an_empty_one_is_none() {
        let mut writer = Writer::xml(&CONTRACT.types());
        Boat::default().write(&mut writer, Prefix::Service, "return");
        let text = writer.finish();
        assert!(text.contains("<ax2301:crew xsi:nil=\"true\"/>"), "{text}");
        assert!(!text.contains("stops"), "{text}");
    }

    #[test]
    fn an_empty_text_is_an_element_with_an_end_tag() {
        let mut writer = Writer::xml(&[]);
        writer.text(Prefix::Service, "return", "");
        assert_eq!(writer.finish(), "<ns:return></ns:return>");
    }
}
