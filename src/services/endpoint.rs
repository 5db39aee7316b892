//! Where a request for a service enters: the checks in the order that clients of the original can observe.
//!
//! Service, operation, addressing and transport are judged without looking at credentials; then who calls, what he may,
//! and mustUnderstand; the arguments are read last. Every fault is a 500, in the version of the request.

mod admission;
mod bare;

use super::app::App;
use super::authenticate::{self, Denied, Known, Stranger};
use super::credentials::session_set_cookie;
use super::message::{Form, Incoming, Packed, unpacked};
use super::work::{Answered, Performing, Work};
use super::{Published, find, metadata};
use crate::domain::session::Kind;
use crate::soap::addressing::{Addressing, ReplyTo};
use crate::soap::answer::{self, Answer, Called, Format};
use crate::soap::contract::Operation;
use crate::soap::envelope::{self, Envelope, SOAP11, SOAP12, Version};
use crate::soap::xml::{Document, Malformed};
use crate::soap::{Arguments, Fault, mime};
use admission::{Admitted, Stopped};
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use std::borrow::Cow;
use std::cell::Cell;
use std::net::IpAddr;
use std::sync::Arc;

/// The connection a request came over.
#[derive(Debug, Clone, Copy)]
pub struct Connection {
    /// The other end.
    pub peer: IpAddr,
    /// Whether it is TLS.
    pub secure: bool,
}

/// What a request turned out to be for.
#[derive(Debug, Clone, Copy)]
pub struct Performed {
    /// The service.
    pub service: &'static str,
    /// Its operation.
    pub operation: &'static str,
}

/// Headers of an answer, with those that the transport adds.
const HEADERS: usize = 6;
/// Levels of a path that are tried as a service name.
const MAX_SEGMENTS: usize = 10;

/// Begins to answer a request below `/services`: reads and judges it, and sets its operation to work.
pub fn begin(app: &Arc<App>, request: Request<Bytes>, connection: Connection) -> Work {
    judged(app, &request, connection, None).unwrap_or_else(|unknown| {
        let app = Arc::clone(app);
        Work::Other(Box::pin(async move {
            let Unknown { stranger, target, format, addressing } = *unknown;
            let known = match authenticate::sign_in(&app, connection.peer, stranger).await {
                Ok(known) => known,
                Err(denied) => {
                    let cookie = Some(session_set_cookie(&Kind::Admin.new_id()));
                    return target.denied(&app, &format, addressing.as_ref(), &denied, cookie);
                }
            };
            // It is read once more, now that it is known who sent it: once a minute for each client.
            match judged(&app, &request, connection, Some(known)) {
                Ok(work) => work.await,
                Err(_) => {
                    tracing::error!("a caller who has just signed in was not let in");
                    empty(StatusCode::INTERNAL_SERVER_ERROR, None).into()
                }
            }
        }))
    })
}

/// A request of somebody who has to sign in first, and how he is answered if he may not.
struct Unknown {
    stranger: Stranger,
    target: Target,
    format: Format,
    addressing: Option<Addressing>,
}

/// Reads and judges a request; `caller` is the one who sent it, where that is known.
fn judged(
    app: &Arc<App>,
    request: &Request<Bytes>,
    connection: Connection,
    caller: Option<Known>,
) -> Result<Work, Box<Unknown>> {
    match *request.method() {
        Method::OPTIONS => return Ok(options().into()),
        Method::TRACE => return Ok(empty(StatusCode::METHOD_NOT_ALLOWED, None).into()),
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE => {}
        _ => return Ok(empty(StatusCode::NOT_IMPLEMENTED, None).into()),
    }
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or("");
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(document) = metadata::asked(query)
    {
        return Ok(metadata::answer(app, path, query, document, request.headers(), &connection).into());
    }
    let incoming = Incoming::of(request, &connection);
    if incoming.is_of_another_site(request.headers()) {
        tracing::warn!(peer = %connection.peer, path, "a call that a page of another site made was refused");
        return Ok(empty(StatusCode::FORBIDDEN, None).into());
    }
    let body = match unpacked(request.headers(), request.body(), app.publication.body_limit) {
        Ok(body) => body,
        Err(Packed::TooLarge) => return Ok(empty(StatusCode::PAYLOAD_TOO_LARGE, None).into()),
        Err(Packed::NotGzip) => {
            return Ok(refuse(&incoming.format(), &Fault::malformed("Not in GZIP format")).into());
        }
    };
    let headers = request.headers();
    let is_read_again = caller.is_some();
    let caller = Cell::new(caller);
    let exchange = Exchange { app, incoming: &incoming, headers, connection, caller, is_read_again };
    match incoming.form {
        Form::Soap(version) => exchange.soap(&body, version),
        Form::EnvelopeOrXml => exchange.envelope_or_xml(&body),
        _ => exchange.without_envelope(&body),
    }
}

/// One request on its way to an operation.
struct Exchange<'a> {
    app: &'a Arc<App>,
    incoming: &'a Incoming<'a>,
    headers: &'a HeaderMap,
    connection: Connection,
    /// A stranger who signed in.
    caller: Cell<Option<Known>>,
    /// Whether it was read before he did.
    is_read_again: bool,
}

/// An operation that was found.
#[derive(Clone, Copy)]
pub(super) struct Target {
    published: &'static Published,
    pub(super) operation: &'static Operation,
}

/// What the request element came in.
#[derive(Clone, Copy)]
enum Wrapping<'a> {
    /// An envelope; a body that is empty stands for one whose action says everything.
    Envelope(Option<&'a Envelope<'a>>),
    /// Nothing: a query, a form, JSON, or an element by itself.
    None,
}

/// The form of an answer.
#[derive(Clone, Copy)]
struct Reply<'a> {
    format: &'a Format,
    addressing: Option<&'a Addressing>,
    to: ReplyTo,
}

impl Target {
    fn called(&self) -> Called<'_> {
        Called { service: self.published.contract, types: self.published.types(), operation: self.operation }
    }

    pub(super) fn performed(self) -> Performed {
        Performed { service: self.published.contract.name, operation: self.operation.name }
    }

    pub(super) fn fault(
        &self,
        format: &Format,
        fault: &Fault,
        addressing: Option<&Addressing>,
    ) -> Response<Vec<u8>> {
        let body = answer::fault(format, fault, Some(self.called()), addressing);
        respond(StatusCode::INTERNAL_SERVER_ERROR, format.content_type(), body)
    }

    /// The answer to somebody who is not let in.
    fn denied(
        self,
        app: &App,
        format: &Format,
        addressing: Option<&Addressing>,
        denied: &Denied,
        cookie: Option<HeaderValue>,
    ) -> Answered {
        let mut response = match denied {
            Denied::Challenge => challenge(&app.publication.realm_name),
            Denied::Fault(fault) => self.fault(format, fault, addressing),
            Denied::TooMany => too_many(),
        };
        if let Some(cookie) = cookie {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        Answered { response, performed: Some(self.performed()) }
    }
}

fn too_many() -> Response<Vec<u8>> {
    let mut response = empty(StatusCode::TOO_MANY_REQUESTS, None);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("60"));
    response
}

fn challenge(realm: &str) -> Response<Vec<u8>> {
    let mut response = respond(StatusCode::UNAUTHORIZED, "text/html;charset=UTF-8", Vec::new());
    let realm = realm.replace(['"', '\\'], "");
    if let Ok(value) = HeaderValue::from_str(&format!("Basic realm=\"{realm}\"")) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

impl Exchange<'_> {
    /// `text/xml` without `SOAPAction`: the original took it for a bare element and failed on envelopes; an envelope is
    /// served, anything else stays a bare element.
    fn envelope_or_xml(&self, body: &[u8]) -> Result<Work, Box<Unknown>> {
        let bare = self.incoming.bare_format();
        let text = match self.incoming.read(body) {
            Ok(text) => text,
            Err(fault) => return Ok(refuse(&bare, &fault).into()),
        };
        let document = Document::parse(&text.xml);
        let is_envelope = match &document {
            Ok(document) => document.root().is_some_and(envelope::is_envelope),
            // What cannot be read is told in the form of what it mentions.
            Err(_) => text.xml.contains(SOAP11) || text.xml.contains(SOAP12),
        };
        if is_envelope {
            self.enveloped(document, Some(Version::V11))
        } else {
            self.bare_element(&bare, document)
        }
    }

    fn soap(&self, body: &[u8], declared: Option<Version>) -> Result<Work, Box<Unknown>> {
        let text = match self.incoming.read(body) {
            Ok(text) => text,
            Err(fault) => return Ok(refuse(&self.incoming.format(), &fault).into()),
        };
        // A POST without a body names its operation by the action alone.
        if body.is_empty() && self.incoming.action.is_some() {
            return self.soap_message(None, declared.unwrap_or(Version::V11));
        }
        if body.is_empty() && declared.is_none() {
            // Nothing at all is of the newer version.
            let fault = Fault::malformed(Malformed::Truncated);
            return Ok(refuse(&self.incoming.soap_format(Version::V12), &fault).into());
        }
        let attachment = |href: &str| mime::attachment(&text.parts, href);
        self.enveloped(Document::parse_with(&text.xml, &attachment), declared)
    }

    fn enveloped(
        &self,
        document: Result<Document<'_>, Malformed>,
        declared: Option<Version>,
    ) -> Result<Work, Box<Unknown>> {
        let document = match document {
            Ok(document) => document,
            Err(malformed) => {
                return Ok(refuse(&self.incoming.format(), &Fault::malformed(malformed)).into());
            }
        };
        match Envelope::read(&document, declared) {
            Ok(envelope) => self.soap_message(Some(&envelope), envelope.version),
            Err((version, fault)) => Ok(refuse(&self.incoming.soap_format(version), &fault).into()),
        }
    }

    fn soap_message(&self, envelope: Option<&Envelope<'_>>, version: Version) -> Result<Work, Box<Unknown>> {
        let format = self.incoming.soap_format(version);
        let addressing = envelope.and_then(Envelope::addressing);
        let refuse = |fault: &Fault| {
            let body = answer::fault(&format, fault, None, addressing.as_ref());
            Ok(respond(StatusCode::INTERNAL_SERVER_ERROR, format.content_type(), body).into())
        };
        // Whom a message is for is asked only where the address of the request says nothing.
        let to = addressing.as_ref().and_then(|one| one.to.as_deref());
        let found = located(self.incoming.path).or_else(|| located(to?));
        let action = self.incoming.action;
        if let Some(Err(fault)) = addressing.as_ref().map(|one| one.check_action(action)) {
            return refuse(&fault);
        }
        let Some((published, rest)) = found else {
            let address = to.map_or_else(|| self.incoming.address(), str::to_owned);
            return refuse(&Fault::no_such_service(&address, false));
        };
        let service = published.contract;
        let named = action
            .and_then(|action| service.operation_by_action(action))
            .or_else(|| service.operation(rest))
            .or_else(|| service.operation_by_action(addressing.as_ref()?.action.as_deref()?));
        let payload = envelope.and_then(Envelope::payload);
        let operation = match (named, &addressing) {
            (Some(operation), _) => operation,
            // With addressing headers the body is not asked.
            (None, Some(addressing)) if addressing.action.is_some() => {
                return refuse(&addressing.unsupported_action());
            }
            (None, _) => match payload.and_then(|payload| service.operation(payload.local())) {
                Some(operation) => operation,
                None => return refuse(&Fault::no_such_operation(&self.incoming.address(), action)),
            },
        };
        let target = Target { published, operation };
        let to = match addressing.as_ref().map(|one| one.check_reply(!operation.is_robust())) {
            Some(Err(fault)) => return Ok(target.fault(&format, &fault, addressing.as_ref()).into()),
            Some(Ok(reply_to)) => reply_to,
            None => ReplyTo::Caller,
        };
        let reply = Reply { format: &format, addressing: addressing.as_ref(), to };
        self.perform(target, Arguments::new(payload), Wrapping::Envelope(envelope), reply)
    }

    /// Everything behind the dispatch: who calls and whether he may, and then the operation itself.
    fn perform(
        &self,
        target: Target,
        arguments: Arguments<'_>,
        wrapping: Wrapping<'_>,
        reply: Reply<'_>,
    ) -> Result<Work, Box<Unknown>> {
        let Target { published, operation } = target;
        let performed = Performed { service: published.contract.name, operation: operation.name };
        if !self.is_read_again {
            tracing::Span::current()
                .record("service", performed.service)
                .record("operation", performed.operation);
        }
        match self.let_in(target, wrapping) {
            Ok(Admitted { call, hand_out }) => {
                let mut answer =
                    Answer::begin(reply.format.clone(), published.types(), operation, reply.addressing);
                let prefixes = &self.app.publication.bean_prefixes;
                if !prefixes.is_empty() {
                    answer.payload().take_prefixes(prefixes);
                }
                Ok(Work::Operation(Performing {
                    answering: (published.invoke)(call, operation, arguments, answer),
                    target,
                    addressing: reply.addressing.cloned(),
                    reply_to: reply.to,
                    hand_out,
                }))
            }
            Err(Stopped::Stranger(stranger)) => {
                let (format, addressing) = (reply.format.clone(), reply.addressing.cloned());
                Err(Box::new(Unknown { stranger, target, format, addressing }))
            }
            Err(Stopped::Denied(denied)) => {
                let (denied, cookie) = *denied;
                Ok(target.denied(self.app, reply.format, reply.addressing, &denied, cookie).into())
            }
        }
    }
}

/// The service of a path and what follows its name: behind the last `/services/`, the first segments that name one.
fn located(path: &str) -> Option<(&'static Published, &str)> {
    let rest = match path.strip_prefix("/services/") {
        Some(rest) if !rest.contains('/') => rest,
        _ => path.rsplit_once("/services/")?.1,
    };
    let mut end = 0;
    for segment in rest.split('/').take(MAX_SEGMENTS) {
        end += segment.len();
        if let Some(published) = rest.get(..end).and_then(find) {
            let after = rest.get(end..).unwrap_or("").trim_start_matches('/');
            return Some((published, after.split('/').next().unwrap_or("")));
        }
        end += 1;
    }
    None
}

fn options() -> Response<Vec<u8>> {
    let mut response = respond(StatusCode::OK, "text/html;charset=UTF-8", Vec::new());
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, TRACE, OPTIONS");
    response.headers_mut().insert(ALLOW, methods);
    response
}

/// A fault before anything is known of what was called.
fn refuse(format: &Format, fault: &Fault) -> Response<Vec<u8>> {
    respond(
        StatusCode::INTERNAL_SERVER_ERROR,
        format.content_type(),
        answer::fault(format, fault, None, None),
    )
}

fn empty(status: StatusCode, content_type: Option<&'static str>) -> Response<Vec<u8>> {
    respond(status, content_type.unwrap_or("text/html;charset=UTF-8"), Vec::new())
}

pub(super) fn respond(
    status: StatusCode,
    content_type: impl Into<Cow<'static, str>>,
    body: Vec<u8>,
) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().reserve(HEADERS);
    let value = match content_type.into() {
        Cow::Borrowed(known) => Ok(HeaderValue::from_static(known)),
        Cow::Owned(text) => HeaderValue::try_from(text),
    };
    if let Ok(value) = value {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_found_behind_the_last_services_segment() {
        let name = |path| located(path).map(|(published, rest)| (published.contract.name, rest));
        assert_eq!(name("/services/UserProfileMgtService"), Some(("UserProfileMgtService", "")));
        assert_eq!(name("/services/UserProfileMgtService/"), Some(("UserProfileMgtService", "")));
        assert_eq!(
            name("/services/UserProfileMgtService.UserProfileMgtServiceHttpsSoap11Endpoint/getUserProfile"),
            Some(("UserProfileMgtService", "getUserProfile"))
        );
        for unknown in [
            "/services",
            "/services/",
            "/services/userprofilemgtservice",
            "/services/UserProfileMgtService.Foo/",
            "/services/User%50rofileMgtService",
            "/services/UserProfileMgtService;jsessionid=X",
            "/services/t/acme.example/UserProfileMgtService",
        ] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
    }
}
