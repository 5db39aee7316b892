//! Calls without an envelope: parameters from a query, a form or JSON, rewritten as the request element that a SOAP
//! client would have sent, so that everything behind follows one set of rules.

use super::contract::{Operation, Service};
use super::writer::{push_attribute, push_escaped};
use super::xml::{XSI, is_xml_character};
use serde_json::Value;

/// Values of a JSON body at most, as many as a document may have elements: each takes many times the room of its shortest
/// spelling.
const MAX_VALUES: usize = 250_000;

/// Why a JSON body cannot be a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadJson {
    /// Not JSON.
    #[error("The request is not valid JSON: {0}")]
    Syntax(String),
    /// More values than are read.
    #[error("The request has more than {MAX_VALUES} values")]
    TooMany,
    /// Not one object named after the operation.
    #[error("The request must be an object with the one entry \"{0}\", an object of parameters")]
    Shape(&'static str),
    /// A name that no element can have.
    #[error("\"{0}\" cannot be the name of a parameter or property")]
    Name(String),
    /// A character that XML cannot carry.
    #[error("A text contains a character that cannot be sent")]
    Character,
}

/// The request element for named parameters in any order; repeated names are arrays.
#[must_use]
pub fn from_pairs(service: &Service, operation: &Operation, pairs: &[(String, String)]) -> String {
    let mut out = open(service, operation);
    for parameter in operation.parameters {
        for (_, value) in pairs.iter().filter(|(name, _)| name == parameter.name) {
            let text: String = value.chars().filter(|character| is_xml_character(*character)).collect();
            push_tag(&mut out, "<", parameter.name);
            push_escaped(&mut out, &text);
            push_tag(&mut out, "</", parameter.name);
        }
    }
    close(&mut out, operation);
    out
}

/// The request element for `{"op":{"parameter":value}}`.
///
/// # Errors
/// [`BadJson`] with what to send instead.
pub fn from_json(service: &Service, operation: &Operation, body: &str) -> Result<String, BadJson> {
    // Those in texts are counted as well: it has to be known before anything is made of the rest.
    if body.bytes().filter(|byte| *byte == b',').count() >= MAX_VALUES {
        return Err(BadJson::TooMany);
    }
    let json = serde_json::from_str(body).map_err(|error| BadJson::Syntax(error.to_string()))?;
    let named = match json {
        Value::Object(mut entries) if entries.len() == 1 => entries.remove(operation.name),
        _ => None,
    };
    let parameters = match named {
        Some(Value::Object(parameters)) => parameters,
        Some(Value::Null) => serde_json::Map::new(),
        _ => return Err(BadJson::Shape(operation.name)),
    };
    let mut out = open(service, operation);
    for parameter in operation.parameters {
        if let Some(value) = parameters.get(parameter.name) {
            push_value(&mut out, parameter.name, value)?;
        }
    }
    close(&mut out, operation);
    Ok(out)
}

fn open(service: &Service, operation: &Operation) -> String {
    let mut out = String::from("<");
    out.push_str(operation.name);
    out.push_str(" xmlns=\"");
    push_attribute(&mut out, service.schema_namespace);
    out.push_str("\" xmlns:xsi=\"");
    out.push_str(XSI);
    out.push_str("\">");
    out
}

fn close(out: &mut String, operation: &Operation) {
    push_tag(out, "</", operation.name);
}

fn push_tag(out: &mut String, open: &str, name: &str) {
    out.push_str(open);
    out.push_str(name);
    out.push('>');
}

fn push_value(out: &mut String, name: &str, value: &Value) -> Result<(), BadJson> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(BadJson::Name(name.to_owned()));
    }
    let simple = |out: &mut String, text: &str| {
        push_tag(out, "<", name);
        push_escaped(out, text);
        push_tag(out, "</", name);
    };
    match value {
        Value::Null => {
            out.push('<');
            out.push_str(name);
            out.push_str(" xsi:nil=\"true\"/>");
        }
        Value::Bool(value) => simple(out, if *value { "true" } else { "false" }),
        Value::Number(number) => simple(out, &number.to_string()),
        Value::String(text) if text.chars().all(is_xml_character) => simple(out, text),
        Value::String(_) => return Err(BadJson::Character),
        Value::Array(entries) => {
            for entry in entries {
                push_value(out, name, entry)?;
            }
        }
        Value::Object(properties) => {
            push_tag(out, "<", name);
            for (property, value) in properties {
                push_value(out, property, value)?;
            }
            push_tag(out, "</", name);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::ferries::{CONTRACT, operation};
    use super::*;

    fn inside(request: &str, name: &str) -> String {
        let open = format!(
            "<{name} xmlns=\"http://ferry.example\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
        );
        let rest = request.strip_prefix(&open).unwrap_or_else(|| panic!("{request}"));
        rest.strip_suffix(&format!("</{name}>")).unwrap().to_owned()
    }

    fn pairs(name: &str, pairs: &[(&str, &str)]) -> String {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        inside(&from_pairs(&CONTRACT, operation(name), &pairs), name)
    }

    fn json(name: &str, body: &str) -> Result<String, BadJson> {
        from_json(&CONTRACT, operation(name), body).map(|request| inside(&request, name))
    }

    #[test]
    fn pairs_stand_in_the_order_of_the_parameters_and_unknown_ones_nowhere() {
        let request = pairs("find", &[("limit", "3"), ("x", "y"), ("name", "Ada & <Eve>"), ("Name", "no")]);
        assert_eq!(request, "<name>Ada &amp; &lt;Eve></name><limit>3</limit>");
        assert_eq!(pairs("find", &[]), "");
    }

    #[test]
    fn a_name_given_several_times_is_an_array() {
        let request = pairs("fleet", &[("names", "b"), ("open", "1"), ("names", "a")]);
        assert_eq!(request, "<names>b</names><names>a</names><open>1</open>");
    }

    #[test]
    fn characters_that_xml_cannot_carry_are_dropped_from_pairs() {
        assert_eq!(pairs("find", &[("name", "a\u{0}b\u{ffff}")]), "<name>ab</name>");
    }

    #[test]
    fn json_values_become_the_elements_of_a_soap_client() {
        assert_eq!(
            json("find", r#"{"find":{"limit":3,"name":"a<b"}}"#).unwrap(),
            "<name>a&lt;b</name><limit>3</limit>"
        );
        assert_eq!(json("find", r#"{"find":{"name":null}}"#).unwrap(), "<name xsi:nil=\"true\"/>");
        assert_eq!(
            json("fleet", r#"{"fleet":{"names":["a",null],"open":true}}"#).unwrap(),
            "<names>a</names><names xsi:nil=\"true\"/><open>true</open>"
        );
        assert_eq!(
            json("launch", r#"{"launch":{"boat":{"name":"Ada","stops":[{"name":"x"},{}],"length":-1}}}"#)
                .unwrap(),
            "<boat><name>Ada</name><stops><name>x</name></stops><stops></stops><length>-1</length></boat>"
        );
    }

    #[test]
    fn an_operation_without_parameters_may_be_called_with_null() {
        assert_eq!(json("names", r#"{"names":null}"#).unwrap(), "");
        assert_eq!(json("names", r#"{"names":{}}"#).unwrap(), "");
    }

    #[test]
    fn json_that_is_no_request_is_refused_with_what_to_send() {
        assert!(matches!(json("find", "{\"find\":"), Err(BadJson::Syntax(_))));
        assert!(matches!(json("find", ""), Err(BadJson::Syntax(_))));
        for body in
            ["[]", "{}", r#"{"names":{}}"#, r#"{"find":{},"names":{}}"#, r#"{"find":[]}"#, r#"{"find":"a"}"#]
        {
            let error = json("find", body).unwrap_err();
            assert_eq!(
                error.to_string(),
                "The request must be an object with the one entry \"find\", an object of parameters",
                "{body}"
            );
        }
    }

    #[test]
    fn no_name_in_json_can_smuggle_markup() {
        for name in ["a b", "x/><y", "", "1a", "xsi:nil", "ä"] {
            let body = serde_json::json!({ "launch": { "boat": { name: 1 } } }).to_string();
            assert_eq!(json("launch", &body), Err(BadJson::Name(name.into())));
        }
    }

    #[test]
    fn a_text_in_json_that_xml_cannot_carry_is_refused() {
        assert_eq!(json("find", r#"{"find":{"name":"a\u0001"}}"#), Err(BadJson::Character));
        assert_eq!(json("find", r#"{"find":{"name":"a\ufffe"}}"#), Err(BadJson::Character));
    }

    #[test]
    fn more_values_than_a_document_has_elements_are_refused_before_they_are_read() {
        let name = CONTRACT.operations.iter().find(|operation| !operation.parameters.is_empty()).unwrap();
        let parameter = name.parameters.first().unwrap().name;
        let body =
            |count: usize| format!("{{\"{}\":{{\"{parameter}\":[0{}]}}}}", name.name, ",0".repeat(count));
        assert!(from_json(&CONTRACT, name, &body(MAX_VALUES - 1)).is_ok());
        assert_eq!(from_json(&CONTRACT, name, &body(MAX_VALUES)), Err(BadJson::TooMany));
    }
}
