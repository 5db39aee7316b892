//! Whole answers: an envelope, a bare element or JSON around a payload or a fault.

use super::addressing::{Addressing, fault_action};
use super::charset::Charset;
use super::contract::{Operation, Service, Type};
use super::envelope::{self, Version};
use super::fault::{Code, Detail, Fault};
use super::writer::{Writer, push_escaped, push_json_text};
use super::wsdl;

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
    pub fn content_type(&self) -> String {
        match self {
            Self::Soap(version, charset) => format!("{};charset={}", version.media_type(), charset.name()),
            Self::Bare(media_type) | Self::Json(media_type) => format!("{media_type};charset=UTF-8"),
        }
    }

    /// The `Content-Type` of the empty 202 that void operations answer; the original says `text/xml` even for SOAP 1.2.
    #[must_use]
    pub fn accepted_content_type(&self) -> String {
        match self {
            Self::Soap(_, charset) => format!("text/xml;charset={}", charset.name()),
            Self::Bare(_) | Self::Json(_) => "text/html;charset=UTF-8".to_owned(),
        }
    }

    fn bytes(&self, text: String) -> Vec<u8> {
        match self {
            Self::Soap(_, charset) => charset.encode(text),
            Self::Bare(_) | Self::Json(_) => text.into_bytes(),
        }
    }
}

/// What an `Accept` header makes of the answer to a SOAP request: its first type that is not `text/xml` and that can be
/// written decides, whatever the request was (IS 5.3.0 negotiates by default).
#[must_use]
pub fn negotiated(accept: Option<&str>) -> Option<Format> {
    let types = accept?.split(';').next()?;
    types.split(',').map(str::trim).find_map(|media_type| match media_type {
        "application/json" => Some(Some(Format::Json("application/json"))),
        "text/javascript" => Some(Some(Format::Json("text/javascript"))),
        "application/xml" => Some(Some(Format::Bare("application/xml"))),
        "application/soap+xml" => Some(None),
        _ => None,
    })?
}

/// An answer under construction: the operation writes its payload into it.
#[derive(Debug)]
pub struct Answer {
    format: Format,
    writer: Writer,
}

impl Answer {
    /// Begins an answer of `operation`.
    #[must_use]
    pub fn begin(
        format: Format,
        types: &[&'static Type],
        operation: &Operation,
        addressing: Option<&Addressing>,
    ) -> Self {
        let mut writer = match format {
            Format::Json(_) => Writer::json(types),
            _ => Writer::xml(types),
        };
        if let Format::Soap(version, charset) = &format {
            let headers =
                addressing.map(|one| one.answer_headers(&format!("urn:{}Response", operation.name)));
            envelope::open(&mut writer, *version, charset.name(), headers.as_deref());
        }
        Self { format, writer }
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
                addressing.answer_headers(&fault_action(fault, declared))
            });
            envelope::open(&mut writer, *version, charset.name(), headers.as_deref());
            match detail {
                Some((called, detail)) => {
                    let write =
                        |writer: &mut Writer| write_detail(writer, called.service, detail, &fault.reason);
                    envelope::write_fault(&mut writer, *version, fault, Some(&write));
                }
                None => envelope::write_fault(&mut writer, *version, fault, None),
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
