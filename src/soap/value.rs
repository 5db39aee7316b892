//! Values on the wire: how each Rust type is declared, read and written.
//!
//! Nullability and repetition are properties of the Rust type: `Option<_>` and beans are nillable, `Vec<_>` repeats,
//! numbers and booleans are neither. Reading follows Axis2's BeanUtil, which treats parameters and bean
//! properties differently in small ways ([`Place`]).

mod found;

pub use found::{Found, Place};

use super::contract::{Kind, Shape, Type};
use super::fault::{Code, Fault};
use super::writer::{Prefix, Writer};
use super::xml::Element;
use std::sync::Arc;

/// A type that can be read and written.
pub trait Value: Sized + Send {
    /// How the schema declares it.
    fn shape() -> Shape;
    /// Reads it.
    ///
    /// # Errors
    /// The fault the original answers for a text that is no such value.
    fn read(found: Found<'_>) -> Result<Self, Fault>;
    /// Writes it as an element.
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str);
}

/// A declared bean.
pub trait Bean: Sized {
    /// Its declaration.
    const TYPE: &'static Type;
    /// Reads the properties from a bean element.
    ///
    /// # Errors
    /// As [`Value::read`].
    fn read_properties(element: Element<'_>) -> Result<Self, Fault>;
    /// Writes the properties, those of the base first.
    fn write_properties(&self, writer: &mut Writer);
}

/// Reads a bean element, honouring its `xsi:type`.
///
/// # Errors
/// `Unknow type …` (the original's spelling) for a type that is not the declared one.
pub fn read_bean<B: Bean>(element: Element<'_>) -> Result<B, Fault> {
    if let Some(named) = element.type_name() {
        let declared = B::TYPE;
        if named.local != declared.name || named.namespace != declared.namespace {
            return Err(Fault::server(format!("Unknow type {named}")));
        }
    }
    B::read_properties(element)
}

/// Writes a bean element.
pub fn write_bean<B: Bean>(bean: &B, writer: &mut Writer, prefix: Prefix, name: &str) {
    writer.open_bean(prefix, name, B::TYPE);
    writer.inside(|writer| bean.write_properties(writer));
    writer.close_bean(prefix, name);
}

/// The shape of a bean: nillable, since its Java type is a class.
#[must_use]
pub fn bean_shape(bean: &'static Type) -> Shape {
    Shape { kind: Kind::Bean(bean), nillable: true, many: false }
}

pub(super) const fn simple(name: &'static str, nillable: bool) -> Shape {
    Shape { kind: Kind::Simple(name), nillable, many: false }
}

impl Value for String {
    fn shape() -> Shape {
        simple("string", true)
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        Ok(found.first_value().map(|element| element.text().into_owned()).unwrap_or_default())
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        writer.text(prefix, name, self);
    }
}

/// Text that many answers share.
impl Value for Arc<str> {
    fn shape() -> Shape {
        String::shape()
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        Ok(found.first_value().map(|element| Self::from(&*element.text())).unwrap_or_default())
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        writer.text(prefix, name, self);
    }
}

impl Value for bool {
    fn shape() -> Shape {
        simple("boolean", false)
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        let Some(element) = found.first_value() else { return absent_primitive(found) };
        match &*element.text() {
            "1" => Ok(true),
            "0" => Ok(false),
            text if text.eq_ignore_ascii_case("true") => Ok(true),
            text if text.eq_ignore_ascii_case("false") => Ok(false),
            "" => Err(Fault::unknown()),
            text => Err(Fault::server(format!("in valid string -{text} for boolean value"))),
        }
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        writer.literal(prefix, name, if *self { "true" } else { "false" });
    }
}

/// A parameter must be there; a property that is absent keeps Java's default.
fn absent_primitive<T: Default>(found: Found<'_>) -> Result<T, Fault> {
    match (found.place, found.first()) {
        (Place::Property, None) => Ok(T::default()),
        _ => Err(Fault::unknown()),
    }
}

macro_rules! integer {
    ($($rust:ty => $schema:literal),*) => { $(
        impl Value for $rust {
            fn shape() -> Shape {
                simple($schema, false)
            }
            fn read(found: Found<'_>) -> Result<Self, Fault> {
                match found.first_value() {
                    Some(element) => number(found.place, element),
                    None => absent_primitive(found),
                }
            }
            fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
                writer.number(prefix, name, i64::from(*self));
            }
        }
    )* };
}

integer!(i32 => "int", i64 => "long", i16 => "short");

fn number<T: std::str::FromStr>(place: Place, element: Element<'_>) -> Result<T, Fault> {
    let text = element.text();
    text.parse().map_err(|_| match place {
        Place::Parameter => {
            let name = element.local();
            Fault::new(Code::Sender, format!("Invalid value \"{text}\" for element {name}"))
        }
        Place::Property if text.is_empty() => Fault::unknown(),
        Place::Property => Fault::server(format!("For input string: \"{text}\"")),
    })
}

/// The name behind an identifier: Rust writes `type` as `r#type`.
#[must_use]
pub const fn wire_name(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', ..] => identifier.split_at(2).1,
        _ => identifier,
    }
}

macro_rules! ignored {
    ($($(#[$doc:meta])* $name:ident => $schema:literal),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name;
        impl Value for $name {
            fn shape() -> Shape {
                simple($schema, true)
            }
            fn read(_: Found<'_>) -> Result<Self, Fault> {
                Ok(Self)
            }
            fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
                writer.nil(prefix, name);
            }
        }
    )* };
}

ignored! {
    /// Anything at all: accepted, never looked at, written as null.
    AnyType => "anyType",
    /// A date of a type that is only published.
    Date => "date"
}

/// Bytes, base64 on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Binary(pub Vec<u8>);

impl Value for Binary {
    fn shape() -> Shape {
        simple("base64Binary", true)
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        use base64::Engine as _;
        let Some(element) = found.first_value() else { return Ok(Self::default()) };
        let text: String = element.text().split_ascii_whitespace().collect();
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .map(Self)
            .map_err(|error| Fault::server(format!("invalid base64 in element {}: {error}", element.local())))
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        use base64::Engine as _;
        writer.text(prefix, name, &base64::engine::general_purpose::STANDARD.encode(&self.0));
    }
}

impl<T: Value> Value for Option<T> {
    fn shape() -> Shape {
        Shape { nillable: T::shape().nillable, ..T::shape() }
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        match found.first_value() {
            Some(_) => T::read(found).map(Some),
            None => Ok(None),
        }
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        match self {
            Some(value) => value.write(writer, prefix, name),
            None => writer.nil(prefix, name),
        }
    }
}

/// A primitive in its Java object where the contract says that it may be nil.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Boxed<T>(pub Option<T>);

impl<T: Value> Value for Boxed<T> {
    fn shape() -> Shape {
        Shape { nillable: true, ..T::shape() }
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        Option::read(found).map(Self)
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        self.0.write(writer, prefix, name);
    }
}

impl<T: Value> Value for Box<T> {
    fn shape() -> Shape {
        T::shape()
    }
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        T::read(found).map(Self::new)
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        (**self).write(writer, prefix, name);
    }
}

impl<T: Value> Value for Vec<T> {
    fn shape() -> Shape {
        Shape { many: true, ..T::shape() }
    }
    /// A nil first element empties a whole array.
    fn read(found: Found<'_>) -> Result<Self, Fault> {
        if found.first().is_some_and(|first| found.is_nil(first)) {
            return Ok(Self::new());
        }
        let mut values = Self::new();
        for element in found.elements() {
            values.push(T::read(Found::only(element, found.place))?);
        }
        Ok(values)
    }
    fn write(&self, writer: &mut Writer, prefix: Prefix, name: &str) {
        writer.array(name, |writer| {
            for value in self {
                value.write(writer, prefix, name);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::ferries::{Boat, call};
    use super::super::xml::{Document, XSI};
    use super::*;

    fn boat(inside: &str) -> Result<Boat, String> {
        let text = format!("<boat xmlns:xsi='{XSI}' xmlns:f='http://ferry.example/xsd'>{inside}</boat>");
        let document = Document::parse(&text).unwrap();
        read_bean(document.root().unwrap()).map_err(|fault: Fault| {
            assert_eq!(fault.code, Code::Server);
            fault.reason
        })
    }

    fn some(texts: &[&str]) -> Option<Vec<Option<String>>> {
        Some(texts.iter().map(|text| Some((*text).to_owned())).collect())
    }

    #[test]
    fn properties_come_in_any_order_case_and_namespace_among_unknown_ones() {
        let read = boat(
            "<sails>3</sails><LENGTH>12</LENGTH><f:Open>true</f:Open><n:name xmlns:n='urn:n'>Ada</n:name>",
        )
        .unwrap();
        assert_eq!(read.base.name.as_deref(), Some("Ada"));
        assert!(read.open);
        assert_eq!(read.length, 12);
        assert_eq!(
            Boat { base: super::super::ferries::Place { name: None }, ..read },
            Boat { open: true, length: 12, ..Boat::default() }
        );
    }

    #[test]
    fn the_first_of_a_scalar_counts_and_every_one_of_an_array() {
        let read = boat("<crew>a</crew><length>1</length><crew>b</crew><length>2</length>").unwrap();
        assert_eq!((read.length, read.crew), (1, some(&["a", "b"])));
    }

    #[test]
    fn letter_case_is_free_for_the_first_entry_of_an_array_and_for_no_other() {
        let read =
            boat("<LENGTH>1</LENGTH><Crew>a</Crew><crew>b</crew><CREW>c</CREW><crew>d</crew>").unwrap();
        assert_eq!((read.length, read.crew), (1, some(&["a", "b", "d"])));
    }

    #[test]
    fn a_property_is_nil_only_when_it_says_so_truly() {
        assert_eq!(boat("<name xsi:nil='true'>x</name>").unwrap().base.name, None);
        assert_eq!(boat("<name xsi:nil=' 1 '/>").unwrap().base.name, None);
        assert_eq!(boat("<name xsi:nil='false'>x</name>").unwrap().base.name.as_deref(), Some("x"));
        assert_eq!(boat("<name nil='true'/>").unwrap().base.name.as_deref(), Some(""));
    }

    #[test]
    fn an_array_whose_first_entry_is_nil_is_no_array() {
        assert_eq!(boat("<crew xsi:nil='1'/><crew>b</crew>").unwrap().crew, None);
        assert_eq!(
            boat("<crew>a</crew><crew xsi:nil='1'/>").unwrap().crew,
            Some(vec![Some("a".into()), None])
        );
        assert_eq!(boat("").unwrap().crew, None);
    }

    #[test]
    fn texts_are_kept_as_they_stand() {
        assert_eq!(boat("<name> a\tb\n</name>").unwrap().base.name.as_deref(), Some(" a\tb\n"));
        assert_eq!(boat("<name>a<b>c</b>d</name>").unwrap().base.name.as_deref(), Some("ad"));
    }

    #[test]
    fn numbers_and_booleans_that_are_none_are_refused_in_the_original_words() {
        for (inside, reason) in [
            ("<length/>", "unknown"),
            ("<length>?</length>", "For input string: \"?\""),
            ("<length> 1</length>", "For input string: \" 1\""),
            ("<length>2147483648</length>", "For input string: \"2147483648\""),
            ("<length xsi:nil='true'/>", "unknown"),
            ("<open>?</open>", "in valid string -? for boolean value"),
            ("<open>true </open>", "in valid string -true  for boolean value"),
            ("<open/>", "unknown"),
        ] {
            assert_eq!(boat(inside).unwrap_err(), reason, "{inside}");
        }
    }

    #[test]
    fn numbers_and_booleans_have_several_spellings() {
        let read =
            boat("<length>+5</length><tonnage>-9223372036854775808</tonnage><open>TRUE</open>").unwrap();
        assert_eq!((read.length, read.tonnage, read.open), (5, i64::MIN, true));
        assert!(boat("<open>1</open>").unwrap().open);
        assert!(!boat("<open>0</open>").unwrap().open);
        assert!(!boat("<open>False</open>").unwrap().open);
    }

    #[test]
    fn what_is_not_sent_has_the_value_of_java() {
        assert_eq!(boat("").unwrap(), Boat::default());
    }

    #[test]
    fn a_bean_of_another_type_is_refused() {
        let stop = |type_name: &str| {
            boat(&format!("<stops xmlns:m='http://map.example/xsd' xsi:type='{type_name}'/>"))
        };
        assert_eq!(stop("m:Place").unwrap().stops.len(), 1);
        assert_eq!(stop("m:Harbour").unwrap_err(), "Unknow type {http://map.example/xsd}Harbour");
        assert_eq!(stop("f:Place").unwrap_err(), "Unknow type {http://ferry.example/xsd}Place");
        assert_eq!(stop("Place").unwrap_err(), "Unknow type {}Place");
    }

    #[test]
    fn bytes_are_base64_with_blanks_anywhere() {
        assert_eq!(boat("<license> AQ\n ID </license>").unwrap().license.0, [1, 2, 3]);
        assert!(boat("<license>?</license>").unwrap_err().starts_with("invalid base64 in element license"));
    }

    fn find(inside: &str) -> Result<String, (Code, String)> {
        let text = format!("<find xmlns='http://ferry.example' xmlns:xsi='{XSI}'>{inside}</find>");
        call("find", &text).map_err(|fault| (fault.code, fault.reason))
    }

    #[test]
    fn a_parameter_is_nil_whatever_its_nil_says() {
        let answer = find("<name xsi:nil='false'>Ada</name><limit>1</limit>").unwrap();
        assert!(answer.contains(":name xsi:nil=\"true\"/>"), "{answer}");
        let answer = find("<name>Ada</name><limit>1</limit>").unwrap();
        assert!(answer.contains(":name>Ada</"), "{answer}");
    }

    #[test]
    fn a_primitive_parameter_must_be_there_and_be_one() {
        assert_eq!(find("<name>Ada</name>"), Err((Code::Server, "unknown".into())));
        assert_eq!(find("<limit xsi:nil='1'>3</limit>"), Err((Code::Server, "unknown".into())));
        for text in ["x1", " 1", ""] {
            let reason = format!("Invalid value \"{text}\" for element limit");
            assert_eq!(find(&format!("<limit>{text}</limit>")), Err((Code::Sender, reason)));
        }
    }

    #[test]
    fn the_name_of_a_property_is_its_identifier_without_the_mark_of_the_language() {
        assert_eq!(wire_name("r#type"), "type");
        assert_eq!(wire_name("return"), "return");
        assert_eq!(wire_name("r"), "r");
    }
}
