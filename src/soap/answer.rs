//! Whole answers: an envelope, a bare element or JSON around a payload or a fault.

use super::addressing::{self, Addressing};
use super::charset::Charset;
use super::contract::{Operation, Service, Type};
use super::envelope::{self, Version};
use super::fault::{Code, Detail, Fault};
use super::writer::{Writer, push_escaped, push_json_text};
use super::wsdl;
use std::borrow::Cow;

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// An envelope.
    Soap(Version, Charset),
    /// The payload alone, under this media type.
    Bare(&'static str),
    /// JSON, under this media type.
    Json(&'static str),
}

impl Format {
    /// The `Content-Type` of an answer with a body.
    #[must_use]
    pub fn content_type(&self) -> Cow<'static, str> {
        match self {
            Self::Soap(Version::V11, charset) => xml_in(charset),
            Self::Soap(version, charset) => {
                format!("{};charset={}", version.media_type(), charset.name()).into()
            }
            Self::Bare(media_type) | Self::Json(media_type) => format!("{media_type};charset=UTF-8").into(),
        }
    }

    /// The `Content-Type` of the empty 202 that void operations answer; the original says `text/xml` even for SOAP 1.2.
    #[must_use]
    pub fn accepted_content_type(&self) -> Cow<'static, str> {
        match self {
            Self::Soap(_, charset) => xml_in(charset),
            Self::Bare(_) | Self::Json(_) => "text/html;charset=UTF-8".into(),
        }
    }

    fn bytes(&self, text: String) -> Vec<u8> {
        match self {
            Self::Soap(_, charset) => charset.encode(text),
            Self::Bare(_) | Self::Json(_) => text.into_bytes(),
        }
    }
}

/// Nearly all answers are in UTF-8, and nothing has to be put together for them.
fn xml_in(charset: &Charset) -> Cow<'static, str> {
    match charset.name() {
        "UTF-8" => "text/xml;charset=UTF-8".into(),
        other => format!("text/xml;charset={other}").into(),
    }
}

/// What an `Accept` header makes of the answer to a request without an envelope: its first type that is not `text/xml`
/// and that can be written decides, whatever the request was (IS 5.3.0 negotiates by default).
#[must_use]
pub fn negotiated(accept: Option<&str>) -> Option<Format> {
    deciding(accept?)?.1
}

/// What it makes of the answer to an envelope. IS 5.3.0 compares a type without the blanks around it, but looks for what
/// writes it with them, finds nothing and writes an envelope: `text/plain, application/json`, which Spring's clients
/// send by themselves, leaves SOAP as it is, and `application/json, text/plain` does not.
#[must_use]
pub fn negotiated_for_envelope(accept: Option<&str>) -> Option<Format> {
    let (written, format) = deciding(accept?)?;
    format.filter(|_| written.trim() == written)
}

/// The type that decides, as it is written, and its form; no form where an envelope is asked for.
fn deciding(accept: &str) -> Option<(&str, Option<Format>)> {
    let types = accept.split(';').next()?;
    types.split(',').find_map(|written| {
        let format = match written.trim() {
            "application/json" => Some(Format::Json("application/json")),
            "text/javascript" => Some(Format::Json("text/javascript")),
            "application/xml" => Some(Format::Bare("application/xml")),
            "application/soap+xml" => None,
            _ => return None,
        };
        Some((written, format))
    })
}

/// An answer under construction: the operation writes its payload into it.
#[derive(Debug)]
pub struct Answer {
    format: Format,
    writer: Writer,
}

impl Answer {
    /// Begins an answer of `operation`; nothing where it has none to give.
    #[must_use]
    pub fn begin(
        format: Format,
        types: &[&'static Type],
        operation: &Operation,
        addressing: Option<&Addressing>,
    ) -> Self {
        if operation.is_robust() {
            return Self { format, writer: Writer::xml(&[]) };
        }
        let mut writer = match format {
            Format::Json(_) => Writer::json(types),
            _ => Writer::xml(types),
        };
        writer.make_room();
        if let Format::Soap(version, charset) = &format {
            let headers =
                addressing.map(|one| one.answer_headers(&format!("urn:{}Response", operation.name)));
            envelope::open(&mut writer, *version, charset.name(), headers.as_deref());
        }
        Self { format, writer }
    }

    /// Its form.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Where the payload goes.
    pub fn payload(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// The finished body.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        if let Format::Soap(..) = self.format {
            envelope::close(&mut self.writer);
        }
        self.format.bytes(self.writer.finish())
    }
}

/// What was called when something went wrong, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Called<'a> {
    /// The service.
    pub service: &'a Service,
    /// Its bean types.
    pub types: &'a [&'static Type],
    /// The operation.
    pub operation: &'a Operation,
}

/// The body that tells of a fault. Robust operations lose its typed detail.
#[must_use]
pub fn fault(
    format: &Format,
    fault: &Fault,
    called: Option<Called<'_>>,
    addressing: Option<&Addressing>,
) -> Vec<u8> {
    let detail = match (called, &fault.detail) {
        (Some(called), Some(detail)) if !called.operation.is_robust() => Some((called, &**detail)),
        _ => None,
    };
    let text = match format {
        Format::Soap(version, charset) => {
            let mut writer = Writer::xml(called.map_or(&[], |called| called.types));
            let headers = addressing.map(|addressing| {
                let declared = called.zip(fault.detail.as_ref()).map(|(called, detail)| {
                    let name = wsdl::fault_name(called.service, detail.declared_type());
                    format!("urn:{}{name}", called.operation.name)
                });
                addressing.fault_headers(fault, declared, *version)
            });
            envelope::open(&mut writer, *version, charset.name(), headers.as_deref());
            let wsa = addressing.map_or(addressing::FINAL, Addressing::namespace);
            match detail {
                Some((called, detail)) => {
                    let write =
                        |writer: &mut Writer| write_detail(writer, called.service, detail, &fault.reason);
                    envelope::write_fault(&mut writer, *version, fault, wsa, Some(&write));
                }
                None => envelope::write_fault(&mut writer, *version, fault, wsa, None),
            }
            envelope::close(&mut writer);
            writer.finish()
        }
        Format::Bare(_) => match detail {
            Some((called, detail)) => {
                let mut writer = Writer::xml(called.types);
                write_detail(&mut writer, called.service, detail, &fault.reason);
                writer.finish()
            }
            None => {
                let mut out = String::from("<faultstring>");
                push_escaped(&mut out, &fault.reason);
                out.push_str("</faultstring>");
                out
            }
        },
        Format::Json(_) => {
            let mut out = String::from("{\"Fault\":{\"faultcode\":");
            push_json_text(&mut out, json_code(fault.code));
            out.push_str(",\"faultstring\":");
            push_json_text(&mut out, &fault.reason);
            out.push_str(",\"detail\":\"\"}}");
            out
        }
    };
    format.bytes(text)
}

fn json_code(code: Code) -> &'static str {
    match code {
        Code::Server => "soapenv:Server",
        Code::Sender => "soapenv:Client",
        Code::VersionMismatch => "soapenv:VersionMismatch",
        Code::Named(local) | Code::Addressing(local) => local,
    }
}

/// `<ns:ServiceException><Exception xsi:type=…>…`, as Axis2 writes a declared exception.
fn write_detail(writer: &mut Writer, service: &Service, detail: &dyn Detail, reason: &str) {
    let declared = detail.declared_type();
    let name = wsdl::fault_name(service, declared);
    let schema = service.schema_namespace;
    if declared.is_plain_exception() {
        let mut message = String::new();
        push_escaped(&mut message, reason);
        let (before, after) = (["<ns:", &name, ">"].concat(), ["</ns:", &name, ">"].concat());
        for part in ["<ns:", &name, " xmlns:ns=\"", schema, "\">", &before, "<p:Message xmlns:p=\""] {
            writer.raw(part);
        }
        for part in [service.target_namespace, "\">", &message, "</p:Message>", &after, &after] {
            writer.raw(part);
        }
        return;
    }
    for part in ["<ns:", &name, " xmlns:ns=\"", schema, "\"><", declared.name, " xmlns=\"", schema, "\""] {
        writer.raw(part);
    }
    writer.declare_namespaces();
    writer.raw(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"");
    let prefix = writer.prefix(declared.namespace);
    writer.qualified(prefix, declared.name);
    writer.raw("\">");
    detail.write(writer);
    for part in ["</", declared.name, "></ns:", &name, ">"] {
        writer.raw(part);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ferries::{CONTRACT, FerryException, operation};
    use super::super::reply::{Nil, Reply};
    use super::*;

    fn soap(version: Version, content_type: &str) -> Format {
        Format::Soap(version, Charset::of(Some(content_type)))
    }

    fn answered<R: Reply>(format: Format, name: &str, reply: &R) -> String {
        let mut answer = Answer::begin(format, &CONTRACT.types(), operation(name), None);
        reply.write(operation(name), CONTRACT.schema_namespace, answer.payload());
        String::from_utf8(answer.finish()).unwrap()
    }

    #[test]
    fn an_envelope_begins_with_the_declaration_and_has_no_header_of_its_own() {
        for version in [Version::V11, Version::V12] {
            let text = answered(soap(version, "text/xml"), "names", &Vec::<Option<String>>::new());
            let namespace = version.namespace();
            assert_eq!(
                text,
                format!(
                    "<?xml version='1.0' encoding='UTF-8'?><soapenv:Envelope xmlns:soapenv=\"{namespace}\"><soapenv:Body>\
                     <ns:namesResponse xmlns:ns=\"http://ferry.example\"/></soapenv:Body></soapenv:Envelope>"
                )
            );
        }
    }

    #[test]
    fn a_bare_answer_is_the_payload_alone_and_json_an_object() {
        let names = vec![Some("é".to_owned()), None];
        assert_eq!(
            answered(Format::Bare("application/xml"), "names", &names),
            "<ns:namesResponse xmlns:ns=\"http://ferry.example\"><ns:return>é</ns:return><ns:return \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/></ns:namesResponse>"
        );
        let json = answered(Format::Json("application/json"), "names", &names);
        assert_eq!(json, "{\"namesResponse\":{\"return\":[\"é\",null]}}");
    }

    #[test]
    fn the_charset_of_the_request_is_named_and_used_as_it_was_written() {
        let format = soap(Version::V11, "text/xml; charset=iso-8859-1");
        assert_eq!(format.content_type(), "text/xml;charset=iso-8859-1");
        let mut answer = Answer::begin(format, &[], operation("names"), None);
        vec![Some("é中".to_owned())].write(operation("names"), "urn:x", answer.payload());
        let bytes = answer.finish();
        assert!(bytes.starts_with(b"<?xml version='1.0' encoding='iso-8859-1'?>"));
        assert!(bytes.windows(9).any(|window| window == b"\xe9&#20013;"));
    }

    #[test]
    fn content_types_have_no_blank_and_no_action() {
        assert_eq!(soap(Version::V11, "").content_type(), "text/xml;charset=UTF-8");
        assert_eq!(soap(Version::V12, "").content_type(), "application/soap+xml;charset=UTF-8");
        assert_eq!(Format::Bare("application/xml").content_type(), "application/xml;charset=UTF-8");
        assert_eq!(Format::Json("text/javascript").content_type(), "text/javascript;charset=UTF-8");
    }

    #[test]
    fn an_accepted_call_says_text_xml_even_in_soap_12_and_text_html_without_an_envelope() {
        assert_eq!(soap(Version::V12, "a;charset=utf-8").accepted_content_type(), "text/xml;charset=utf-8");
        assert_eq!(Format::Bare("application/xml").accepted_content_type(), "text/html;charset=UTF-8");
        assert_eq!(Format::Json("application/json").accepted_content_type(), "text/html;charset=UTF-8");
    }

    #[test]
    fn the_first_type_that_can_be_written_decides_and_what_follows_a_semicolon_is_not_seen() {
        let json = || Some(Format::Json("application/json"));
        for (accept, format) in [
            ("application/json", json()),
            ("text/html,text/javascript;q=0.1", Some(Format::Json("text/javascript"))),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*",
                Some(Format::Bare("application/xml")),
            ),
            ("application/soap+xml,application/json", None),
            ("text/xml,application/json", json()),
            ("application/json, text/plain, */*", json()),
            ("text/html;q=0.9,application/json", None),
            ("text/html, image/gif, */*", None),
            ("", None),
        ] {
            assert_eq!(negotiated(Some(accept)), format, "{accept}");
            assert_eq!(negotiated_for_envelope(Some(accept)), format, "{accept}");
        }
        assert_eq!((negotiated(None), negotiated_for_envelope(None)), (None, None));
    }

    #[test]
    fn a_type_behind_a_blank_leaves_an_envelope_an_envelope() {
        for accept in [
            "text/plain, application/json, application/*+json, */*",
            "text/xml, application/json",
            "text/html, application/xml,application/json",
            "application/json ;q=0.9",
        ] {
            assert_eq!(negotiated_for_envelope(Some(accept)), None, "{accept}");
            assert!(negotiated(Some(accept)).is_some(), "{accept}");
        }
    }

    fn called<'a>(types: &'a [&'static Type], name: &str) -> Option<Called<'a>> {
        Some(Called { service: &CONTRACT, types, operation: operation(name) })
    }

    fn faulted(format: &Format, fault: &Fault, name: &str, addressing: Option<&Addressing>) -> String {
        let types = CONTRACT.types();
        String::from_utf8(super::fault(format, fault, called(&types, name), addressing)).unwrap()
    }

    const DETAIL: &str = "<ns:FerryServiceFerryException xmlns:ns=\"http://ferry.example\"><FerryException \
         xmlns=\"http://ferry.example\" xmlns:ax2301=\"http://ferry.example/xsd\" xmlns:ax2302=\"http://map.example/xsd\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"ax2301:FerryException\">\
         <ax2302:name xsi:nil=\"true\"/><ax2301:code>7</ax2301:code></FerryException></ns:FerryServiceFerryException>";

    fn sunk() -> Fault {
        Fault::declared("sunk", FerryException { code: Some("7".into()), ..FerryException::default() })
    }

    #[test]
    fn a_declared_exception_is_the_detail_of_its_fault() {
        let text = faulted(&soap(Version::V11, ""), &sunk(), "find", None);
        assert!(
            text.contains(&format!("<faultstring>sunk</faultstring><detail>{DETAIL}</detail>")),
            "{text}"
        );
        let text = faulted(&soap(Version::V12, ""), &sunk(), "find", None);
        assert!(text.contains(&format!("<soapenv:Detail>{DETAIL}</soapenv:Detail>")), "{text}");
        assert_eq!(faulted(&Format::Bare("text/xml"), &sunk(), "find", None), DETAIL);
    }

    #[test]
    fn a_robust_operation_loses_the_detail() {
        let text = faulted(&soap(Version::V11, ""), &sunk(), "rename", None);
        assert!(text.contains("<faultstring>sunk</faultstring><detail/>"), "{text}");
        assert_eq!(
            faulted(&Format::Bare("text/xml"), &sunk(), "rename", None),
            "<faultstring>sunk</faultstring>"
        );
    }

    #[test]
    fn a_fault_in_json_has_code_text_and_no_detail() {
        let json = Format::Json("application/json");
        let expected = |code: &str| {
            format!("{{\"Fault\":{{\"faultcode\":\"{code}\",\"faultstring\":\"a\\\"b\",\"detail\":\"\"}}}}")
        };
        for (code, name) in [
            (Code::Server, "soapenv:Server"),
            (Code::Sender, "soapenv:Client"),
            (Code::VersionMismatch, "soapenv:VersionMismatch"),
            (Code::Named("50977"), "50977"),
        ] {
            assert_eq!(faulted(&json, &Fault::new(code, "a\"b"), "find", None), expected(name));
        }
    }

    #[test]
    fn answers_carry_addressing_only_when_the_request_did() {
        let mut asked = Addressing::default();
        asked.action = Some("urn:launch".into());
        let types = CONTRACT.types();
        let mut answer = Answer::begin(soap(Version::V11, ""), &types, operation("launch"), Some(&asked));
        Nil.write(operation("launch"), CONTRACT.schema_namespace, answer.payload());
        let text = String::from_utf8(answer.finish()).unwrap();
        assert!(
            text.contains("<wsa:Action>urn:launchResponse</wsa:Action></soapenv:Header><soapenv:Body>"),
            "{text}"
        );
        let text = faulted(&soap(Version::V11, ""), &sunk(), "find", Some(&asked));
        assert!(text.contains("<wsa:Action>urn:findFerryServiceFerryException</wsa:Action>"), "{text}");
        let text = faulted(&soap(Version::V11, ""), &Fault::server("x"), "find", Some(&asked));
        assert!(
            text.contains("<wsa:Action>http://www.w3.org/2005/08/addressing/soap/fault</wsa:Action>"),
            "{text}"
        );
    }

    #[test]
    fn a_fault_may_be_told_before_anything_is_known_of_the_call() {
        let text =
            String::from_utf8(super::fault(&soap(Version::V11, ""), &Fault::malformed("why"), None, None))
                .unwrap();
        assert!(
            text.contains("<faultcode>soapenv:Client</faultcode><faultstring>why</faultstring><detail/>"),
            "{text}"
        );
    }

    crate::dto! {
        /// `java.lang.Exception` itself.
        pub struct Exception in "http://lang.java/xsd" {}
    }

    #[test]
    fn the_plain_exception_of_java_is_its_element_twice_around_the_message() {
        let text = faulted(&Format::Bare("text/xml"), &Fault::declared("a<b", Exception {}), "find", None);
        assert_eq!(
            text,
            "<ns:FerryServiceException xmlns:ns=\"http://ferry.example\"><ns:FerryServiceException>\
             <p:Message xmlns:p=\"http://ferry.example\">a&lt;b</p:Message></ns:FerryServiceException></ns:FerryServiceException>"
        );
    }
}
