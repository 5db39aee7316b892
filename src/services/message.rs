//! What a request carries, before anything of it is believed: its form, its text, and the answer's form.

use super::Connection;
use crate::soap::answer::{Format, negotiated, negotiated_for_envelope};
use crate::soap::charset::{Charset, parameter};
use crate::soap::envelope::Version;
use crate::soap::{Fault, form, mime};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::{Method, Request};
use std::borrow::Cow;
use std::io::Read;

/// Known beforehand, because a name that is spelled out is read anew for each request.
static SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// An envelope; the version is what the content type says, if it says one.
    Soap(Option<Version>),
    /// `text/xml` without `SOAPAction`: an envelope if it is one, a bare request element otherwise.
    EnvelopeOrXml,
    /// A bare request element.
    Xml,
    /// Parameters of a query.
    Query,
    /// Parameters of a form, and of the query.
    Posted,
    /// A form in parts.
    Parts,
    /// JSON.
    Json,
}

/// A request with its headers read.
#[derive(Debug)]
pub struct Incoming<'r> {
    /// How it is written.
    pub form: Form,
    /// The path as it was sent; it is never decoded.
    pub path: &'r str,
    /// The query as it was sent.
    pub query: &'r str,
    /// `SOAPAction`, or `action` of the content type; empty when it is there without a value.
    pub action: Option<&'r str>,
    content_type: Option<&'r str>,
    charset: Charset,
    accept: Option<&'r str>,
    host: &'r str,
    secure: bool,
}

impl<'r> Incoming<'r> {
    /// Reads the headers of a request.
    pub fn of(request: &'r Request<Bytes>, connection: &Connection) -> Self {
        let headers = request.headers();
        let content_type = text(headers, CONTENT_TYPE);
        let action = content_type
            .and_then(|content_type| parameter(content_type, "action"))
            .or_else(|| text(headers, &SOAP_ACTION).map(unquoted));
        Self {
            form: form_of(request.method(), content_type, headers.contains_key(&SOAP_ACTION)),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or(""),
            action,
            charset: Charset::of(content_type),
            content_type,
            accept: text(headers, ACCEPT),
            host: text(headers, HOST).unwrap_or("localhost"),
            secure: connection.secure,
        }
    }

    /// Whether the client named what it sends; what it did not name must come with credentials, since any page can make
    /// a browser send it.
    pub fn is_declared(&self) -> bool {
        !matches!(self.form, Form::Soap(None))
    }

    /// Whether a page of another site had a browser send this. Queries, forms and texts it can have sent without being asked
    /// whether it may, with whatever credentials the browser knows; of anything else browsers ask first.
    pub fn is_of_another_site(&self, headers: &HeaderMap) -> bool {
        matches!(self.form, Form::Soap(None) | Form::Query | Form::Posted | Form::Parts)
            && match (text(headers, "sec-fetch-site"), text(headers, ORIGIN)) {
                (Some(relation), _) => !matches!(relation, "same-origin" | "none"),
                (None, Some(origin)) => origin.split_once("://").is_none_or(|(_, host)| host != self.host),
                (None, None) => false,
            }
    }

    /// The address as faults show it: the whole one for envelopes, the path with its query otherwise.
    pub fn address(&self) -> String {
        match self.form {
            Form::Soap(_) | Form::EnvelopeOrXml => {
                let scheme = if self.secure { "https" } else { "http" };
                format!("{scheme}://{}{}", self.host, self.path)
            }
            _ if self.query.is_empty() => self.path.to_owned(),
            _ => format!("{}?{}", self.path, self.query),
        }
    }

    /// The form of the answer as long as nobody has read whether there is an envelope.
    pub fn format(&self) -> Format {
        match self.form {
            Form::Soap(version) => self.soap_format(version.unwrap_or(Version::V11)),
            Form::EnvelopeOrXml => self.soap_format(Version::V11),
            _ => self.bare_format(),
        }
    }

    /// The form of the answer to a request without an envelope.
    pub fn bare_format(&self) -> Format {
        negotiated(self.accept).unwrap_or(match self.form {
            Form::Json => Format::Json("application/json"),
            Form::EnvelopeOrXml => Format::Bare("text/xml"),
            _ => Format::Bare("application/xml"),
        })
    }

    /// The form of the answer to an envelope of that version.
    pub fn soap_format(&self, version: Version) -> Format {
        negotiated_for_envelope(self.accept).unwrap_or_else(|| Format::Soap(version, self.charset.clone()))
    }

    /// The text of the request, whatever its form was: unpacked, the root part of several, decoded.
    pub fn read<'b>(&self, body: &'b [u8]) -> Result<Text<'b>, Fault> {
        self.check_charset()?;
        let content_type = self.content_type.unwrap_or("");
        if !content_type.get(..PACKED.len()).is_some_and(|start| start.eq_ignore_ascii_case(PACKED)) {
            let xml = self.charset.decode(body).map_err(Fault::malformed)?;
            return Ok(Text { xml, parts: Vec::new() });
        }
        let parts = mime::split(content_type, body).map_err(Fault::malformed)?;
        let root = mime::root(content_type, &parts).map_err(Fault::malformed)?;
        let charset = Charset::of(root.header("Content-Type"));
        let xml = match &root.content {
            Cow::Borrowed(content) => charset.decode(content),
            Cow::Owned(content) => charset.decode(content).map(|text| Cow::Owned(text.into_owned())),
        };
        let xml = xml.map_err(Fault::malformed)?;
        Ok(Text { xml, parts })
    }

    /// Parameters of query and form.
    pub fn pairs(&self, body: &[u8]) -> Result<Vec<(String, String)>, Fault> {
        let mut pairs = form::pairs(self.query.as_bytes(), &Charset::default()).map_err(Fault::malformed)?;
        if matches!(self.form, Form::Posted | Form::Parts) {
            self.check_charset()?;
        }
        match self.form {
            Form::Posted => pairs.extend(form::pairs(body, &self.charset).map_err(Fault::malformed)?),
            Form::Parts => {
                let content_type = self.content_type.unwrap_or("");
                for part in mime::split(content_type, body).map_err(Fault::malformed)? {
                    let name = part.header("Content-Disposition").and_then(|value| parameter(value, "name"));
                    let own = part.header("Content-Type").filter(|own| parameter(own, "charset").is_some());
                    let own = own.map(|own| Charset::of(Some(own)));
                    let charset = own.as_ref().unwrap_or(&self.charset);
                    let value = charset.decode(&part.content).map_err(Fault::malformed)?;
                    pairs.extend(name.map(|name| (name.to_owned(), value.into_owned())));
                }
            }
            _ => {}
        }
        Ok(pairs)
    }

    fn check_charset(&self) -> Result<(), Fault> {
        if self.charset.is_unknown() {
            return Err(Fault::malformed("The charset of the request is not supported"));
        }
        Ok(())
    }
}

/// Messages with attachments.
const PACKED: &str = "multipart/related";

/// The text of a request, with the attachments it may include.
#[derive(Debug)]
pub struct Text<'b> {
    /// The XML.
    pub xml: Cow<'b, str>,
    /// The parts of a multipart message.
    pub parts: Vec<mime::Part<'b>>,
}

fn text<K: hyper::header::AsHeaderName>(headers: &HeaderMap, name: K) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

/// The form follows from method and content type, which is searched for the types' names as the original does.
fn form_of(method: &Method, content_type: Option<&str>, has_action: bool) -> Form {
    if !matches!(*method, Method::POST | Method::PUT) {
        return Form::Query;
    }
    let whole = content_type.unwrap_or("");
    // Parameters of a multipart type name the types of its parts.
    let media_type = whole.split(';').next().unwrap_or("").trim();
    if media_type.contains("multipart/related") {
        let inner = parameter(whole, "start-info").or_else(|| parameter(whole, "type")).unwrap_or("");
        return Form::Soap(version(inner));
    }
    for (name, form) in [
        ("application/xml", Form::Xml),
        ("application/x-www-form-urlencoded", Form::Posted),
        ("multipart/form-data", Form::Parts),
        ("application/json", Form::Json),
        ("application/jwt", Form::Json),
    ] {
        if media_type.contains(name) {
            return form;
        }
    }
    match version(media_type) {
        Some(Version::V11) if !has_action => Form::EnvelopeOrXml,
        version => Form::Soap(version),
    }
}

fn version(media_type: &str) -> Option<Version> {
    if media_type.contains("text/xml") {
        Some(Version::V11)
    } else if media_type.contains("application/soap+xml") {
        Some(Version::V12)
    } else {
        None
    }
}

/// Why a packed body is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packed {
    /// Not what its header says.
    NotGzip,
    /// Larger than the limit once unpacked.
    TooLarge,
}

/// Unpacks a gzip body, up to a limit.
pub fn unpacked<'b>(headers: &HeaderMap, body: &'b [u8], limit: usize) -> Result<Cow<'b, [u8]>, Packed> {
    if text(headers, CONTENT_ENCODING) != Some("gzip") {
        return Ok(Cow::Borrowed(body));
    }
    let mut out = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut reader = flate2::read::MultiGzDecoder::new(body).take(limit.saturating_add(1));
    reader.read_to_end(&mut out).map_err(|_| Packed::NotGzip)?;
    if u64::try_from(out.len()).is_ok_and(|length| length > limit) {
        return Err(Packed::TooLarge);
    }
    Ok(Cow::Owned(out))
}
