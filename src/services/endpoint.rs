//! Where a request for a service enters: the checks in the order that clients of the original can observe.
//!
//! Service, operation, addressing and transport are judged without looking at credentials; then who calls, what he may,
//! and mustUnderstand; the arguments are read last. Every fault is a 500, in the version of the request.

use super::app::App;
use super::authenticate::{self, Caller, Denied};
use super::credentials::{Credentials, credentials, session_cookie, session_set_cookie};
use super::message::{Form, Incoming, Packed, unpacked};
use super::{Call, Published, find, metadata};
use crate::domain::session::Kind;
use crate::domain::{Actor, Secret, TenantId};
use crate::soap::addressing::{Addressing, ReplyTo};
use crate::soap::answer::{self, Answer, Called, Format};
use crate::soap::contract::Operation;
use crate::soap::envelope::{Envelope, SOAP11, SOAP12, Version};
use crate::soap::xml::Document;
use crate::soap::{Arguments, Fault, mime, rest};
use hyper::body::Bytes;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderValue, SET_COOKIE, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
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

/// What a request turned out to be for; attached to its answer.
#[derive(Debug, Clone, Copy)]
pub struct Performed {
    /// The service.
    pub service: &'static str,
    /// Its operation.
    pub operation: &'static str,
}

/// Levels of a path that are tried as a service name.
const MAX_SEGMENTS: usize = 10;

/// Answers a request below `/services`.
pub async fn answer(app: &Arc<App>, request: &Request<Bytes>, connection: Connection) -> Response<Vec<u8>> {
    match *request.method() {
        Method::OPTIONS => return options(),
        Method::TRACE => return empty(StatusCode::METHOD_NOT_ALLOWED, None),
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE => {}
        _ => return empty(StatusCode::NOT_IMPLEMENTED, None),
    }
    let path = request.uri().path();
    let query = request.uri().query().unwrap_or("");
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(document) = metadata::asked(query)
    {
        return metadata::answer(app, path, query, document, request.headers(), &connection);
    }
    let incoming = Incoming::of(request, &connection);
    let body = match unpacked(request.headers(), request.body(), app.publication.body_limit) {
        Ok(body) => body,
        Err(Packed::TooLarge) => return empty(StatusCode::PAYLOAD_TOO_LARGE, None),
        Err(Packed::NotGzip) => return refuse(&incoming.format(), &Fault::malformed("Not in GZIP format")),
    };
    let exchange = Exchange { app, incoming: &incoming, headers: request.headers(), connection };
    match incoming.form {
        Form::Soap(version) => exchange.soap(&body, version).await,
        // Boxed, so that envelopes do not take the room that these do.
        Form::EnvelopeOrXml => Box::pin(exchange.envelope_or_xml(&body)).await,
        _ => Box::pin(exchange.without_envelope(&body)).await,
    }
}

/// One request on its way to an answer.
#[derive(Clone, Copy)]
struct Exchange<'a> {
    app: &'a Arc<App>,
    incoming: &'a Incoming,
    headers: &'a HeaderMap,
    connection: Connection,
}

/// An operation that was found, and the form of its answer.
#[derive(Clone, Copy)]
struct Target<'a> {
    published: &'static Published,
    operation: &'static Operation,
    format: &'a Format,
    addressing: Option<&'a Addressing>,
}

impl Target<'_> {
    fn called(&self) -> Called<'_> {
        Called { service: self.published.contract, types: self.published.types(), operation: self.operation }
    }

    fn fault(&self, fault: &Fault) -> Response<Vec<u8>> {
        let body = answer::fault(self.format, fault, Some(self.called()), self.addressing);
        respond(StatusCode::INTERNAL_SERVER_ERROR, &self.format.content_type(), body)
    }
}

impl Exchange<'_> {
    /// `text/xml` without `SOAPAction`: the original took it for a bare element and failed on envelopes; an envelope is
    /// served, anything else stays a bare element.
    async fn envelope_or_xml(&self, body: &[u8]) -> Response<Vec<u8>> {
        let root_is_envelope = self.incoming.read(body).is_ok_and(|text| {
            // A cheap look; whatever it says, the document is read properly afterwards.
            text.xml.contains(SOAP11) || text.xml.contains(SOAP12)
        });
        if root_is_envelope {
            self.soap(body, Some(Version::V11)).await
        } else {
            self.without_envelope(body).await
        }
    }

    async fn soap(&self, body: &[u8], declared: Option<Version>) -> Response<Vec<u8>> {
        let text = match self.incoming.read(body) {
            Ok(text) => text,
            Err(fault) => return refuse(&self.incoming.format(), &fault),
        };
        let attachment = |href: &str| mime::attachment(&text.parts, href);
        let document;
        // A POST without a body names its operation by the action alone.
        let envelope = if body.is_empty() && self.incoming.action.is_some() {
            None
        } else {
            document = match Document::parse_with(&text.xml, &attachment) {
                Ok(document) => document,
                Err(malformed) => return refuse(&self.incoming.format(), &Fault::malformed(malformed)),
            };
            match Envelope::read(&document, declared) {
                Ok(envelope) => Some(envelope),
                Err((version, fault)) => return refuse(&self.incoming.soap_format(version), &fault),
            }
        };
        let version = envelope.as_ref().map_or(declared.unwrap_or(Version::V11), |one| one.version);
        self.soap_message(envelope, version).await
    }

    async fn soap_message(&self, envelope: Option<Envelope<'_>>, version: Version) -> Response<Vec<u8>> {
        let format = self.incoming.soap_format(version);
        let addressing = envelope.as_ref().and_then(Envelope::addressing);
        let refuse = |fault: &Fault| {
            let body = answer::fault(&format, fault, None, addressing.as_ref());
            respond(StatusCode::INTERNAL_SERVER_ERROR, &format.content_type(), body)
        };
        let found = located(&self.incoming.path);
        let action = self.incoming.action.as_deref();
        if let Some(Err(fault)) = addressing.as_ref().map(|one| one.check_action(action)) {
            return refuse(&fault);
        }
        let Some((published, rest)) = found else {
            return refuse(&Fault::no_such_service(&self.incoming.address(), false));
        };
        let service = published.contract;
        let named = action
            .and_then(|action| service.operation_by_action(action))
            .or_else(|| service.operation(rest))
            .or_else(|| service.operation_by_action(addressing.as_ref()?.action.as_deref()?));
        let payload = envelope.as_ref().and_then(Envelope::payload);
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
        let target = Target { published, operation, format: &format, addressing: addressing.as_ref() };
        let reply_to = match addressing.as_ref().map(|one| one.check_reply(!operation.is_robust())) {
            Some(Err(fault)) => return target.fault(&fault),
            Some(Ok(reply_to)) => reply_to,
            None => ReplyTo::Caller,
        };
        self.perform(target, Arguments::new(payload), envelope.as_ref(), reply_to).await
    }

    /// GET, forms, bare XML and JSON: parameters become the request element that an envelope would carry.
    async fn without_envelope(&self, body: &[u8]) -> Response<Vec<u8>> {
        let format = match self.incoming.form {
            Form::EnvelopeOrXml => Format::Bare("text/xml"),
            _ => self.incoming.format(),
        };
        if !self.app.publication.without_envelope {
            let text = "Calls without an envelope are switched off";
            return metadata::page(StatusCode::NOT_FOUND, "Not Found", text);
        }
        let address = self.incoming.address();
        let Some((published, rest)) = located(&self.incoming.path) else {
            return refuse(&format, &Fault::no_such_service(&address, false));
        };
        let service = published.contract;
        let not_found = || refuse(&format, &Fault::no_such_operation(&address, None));
        let by_path = service.operation(rest);
        let request = match (self.incoming.form, by_path) {
            (Form::Xml | Form::EnvelopeOrXml, by_path) => {
                let text = match self.incoming.read(body) {
                    Ok(text) => text.xml.into_owned(),
                    Err(fault) => return refuse(&format, &fault),
                };
                let root = match Document::parse(&text) {
                    Ok(document) => document.root().map(|root| root.local().to_owned()),
                    Err(malformed) => return refuse(&format, &Fault::malformed(malformed)),
                };
                by_path.or_else(|| service.operation(&root?)).map(|operation| (operation, Ok(text)))
            }
            (Form::Json, Some(operation)) => {
                let xml = rest::from_json(service, operation, body).map_err(Fault::malformed);
                Some((operation, xml))
            }
            (_, Some(operation)) => {
                let pairs = self.incoming.pairs(body);
                Some((operation, pairs.map(|pairs| rest::from_pairs(service, operation, &pairs))))
            }
            (_, None) => None,
        };
        let Some((operation, text)) = request else { return not_found() };
        let target = Target { published, operation, format: &format, addressing: None };
        let text = match text {
            Ok(text) => text,
            Err(fault) => return target.fault(&fault),
        };
        match Document::parse(&text) {
            Ok(document) => {
                self.perform(target, Arguments::new(document.root()), None, ReplyTo::Caller).await
            }
            Err(malformed) => target.fault(&Fault::malformed(malformed)),
        }
    }

    /// Everything behind the dispatch: transport, caller, permission, headers, and then the operation itself.
    async fn perform(
        &self,
        target: Target<'_>,
        arguments: Arguments<'_>,
        envelope: Option<&Envelope<'_>>,
        reply_to: ReplyTo,
    ) -> Response<Vec<u8>> {
        let service = target.published.contract;
        tracing::Span::current().record("service", service.name).record("operation", target.operation.name);
        let performed = Performed { service: service.name, operation: target.operation.name };
        let mut response = self.performed(target, arguments, envelope, reply_to).await;
        response.extensions_mut().insert(performed);
        response
    }

    async fn performed(
        &self,
        target: Target<'_>,
        arguments: Arguments<'_>,
        envelope: Option<&Envelope<'_>>,
        reply_to: ReplyTo,
    ) -> Response<Vec<u8>> {
        if !self.connection.secure && !self.app.publication.on_http.includes(target.published.contract.name) {
            return target.fault(&Fault::no_such_service(&self.incoming.address(), true));
        }
        let mut response;
        let cookie = match self.admit(target).await {
            Ok(Admitted { call, hand_out }) => {
                response = self.invoke(target, arguments, envelope, reply_to, &call).await;
                call.take_opened().as_ref().map(session_set_cookie).or(hand_out)
            }
            Err((denied, cookie)) => {
                response = match denied {
                    Denied::Challenge => self.challenge(),
                    Denied::Fault(fault) => target.fault(&fault),
                };
                cookie
            }
        };
        if let Some(cookie) = cookie {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }

    async fn admit(&self, target: Target<'_>) -> Result<Admitted, (Denied, Option<HeaderValue>)> {
        let (app, now) = (self.app, self.app.clock.now());
        let cookie = session_cookie(self.headers);
        let failed = |error| {
            tracing::error!(%error, "a session could not be looked up");
            (Denied::Fault(Fault::authentication_error()), None)
        };
        let session = authenticate::session(app, now, cookie).map_err(failed)?;
        // Without a session every answer hands out the id of a new one; it becomes a row when somebody signs in.
        let is_new = session.is_none();
        let fresh = || is_new.then(|| session_set_cookie(&Kind::Admin.new_id()));
        let known = session.is_some().then(|| cookie.map(Secret::from)).flatten();
        let call =
            |actor: Option<Arc<Actor>>| Call::new(Arc::clone(app), now, actor, known.clone(), self.client());
        if target.operation.open {
            let actor = session.map(|session| Arc::new(session.actor()));
            return Ok(Admitted { call: call(actor), hand_out: fresh() });
        }
        let credentials = credentials(self.headers);
        let needs_header = !self.incoming.is_declared()
            || !matches!(self.incoming.form, Form::Soap(_) | Form::EnvelopeOrXml);
        if needs_header && matches!(credentials, Credentials::None) {
            return Err((Denied::Challenge, fresh()));
        }
        let permissions = app.publication.permissions(target.operation);
        let known = match authenticate::caller(app, now, credentials, session, permissions) {
            Ok(Caller::Known(known)) => Ok(known),
            // Boxed: it is rare, and would take more room than all the rest of a call.
            Ok(Caller::Stranger(presented)) => {
                Box::pin(authenticate::sign_in(app, now, presented, permissions)).await
            }
            Err(denied) => Err(denied),
        };
        let known = known.map_err(|denied| (denied, fresh()))?;
        if target.operation.super_tenant && known.actor.tenant != TenantId::SUPER {
            tracing::debug!("the operation is for the super tenant alone");
            return Err((Denied::Fault(Fault::super_tenant_only()), known.hand_out));
        }
        if !known.permitted {
            tracing::debug!(?permissions, "the caller lacks the permission");
            return Err((Denied::Fault(Fault::access_denied()), known.hand_out));
        }
        Ok(Admitted { call: call(Some(known.actor)), hand_out: known.hand_out })
    }

    async fn invoke(
        &self,
        target: Target<'_>,
        arguments: Arguments<'_>,
        envelope: Option<&Envelope<'_>>,
        reply_to: ReplyTo,
        call: &Call,
    ) -> Response<Vec<u8>> {
        if let Some(Err(fault)) = envelope.map(Envelope::check_must_understand) {
            return target.fault(&fault);
        }
        let types = target.published.types();
        let mut answer = Answer::begin(target.format.clone(), types, target.operation, target.addressing);
        let done = (target.published.invoke)(call, target.operation, arguments, answer.payload()).await;
        match done {
            Err(fault) => target.fault(&fault),
            Ok(()) if target.operation.is_robust() || reply_to == ReplyTo::Nobody => {
                respond(StatusCode::ACCEPTED, &target.format.accepted_content_type(), Vec::new())
            }
            Ok(()) => respond(StatusCode::OK, &target.format.content_type(), answer.finish()),
        }
    }

    fn challenge(&self) -> Response<Vec<u8>> {
        let mut response = respond(StatusCode::UNAUTHORIZED, "text/html;charset=UTF-8", Vec::new());
        let realm = self.app.publication.realm_name.replace(['"', '\\'], "");
        if let Ok(value) = HeaderValue::from_str(&format!("Basic realm=\"{realm}\"")) {
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        response
    }

    fn client(&self) -> IpAddr {
        self.connection.peer
    }
}

/// A caller who was let in.
struct Admitted {
    call: Call,
    hand_out: Option<HeaderValue>,
}

/// The service of a path and what follows its name: behind the last `/services/`, the first segments that name one.
fn located(path: &str) -> Option<(&'static Published, &str)> {
    let (_, rest) = path.rsplit_once("/services/")?;
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
        &format.content_type(),
        answer::fault(format, fault, None, None),
    )
}

fn empty(status: StatusCode, content_type: Option<&str>) -> Response<Vec<u8>> {
    respond(status, content_type.unwrap_or("text/html;charset=UTF-8"), Vec::new())
}

fn respond(status: StatusCode, content_type: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::from_str(content_type) {
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
