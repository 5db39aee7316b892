//! Messages as we write them, in the shape of IS 5.3.0 (`DefaultResponseBuilder`, `DefaultSAMLAssertionBuilder`,
//! `SingleLogoutMessageBuilder`).

use super::encryption::{Recipient, encrypted};
use super::message::{ASSERTION, BEARER, ENTITY, Instant, PROTOCOL, SUCCESS};
use super::signature::sign;
use super::time::written;
use super::xml::Element;
use super::{BadKey, Signer};
use std::sync::Arc;

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";
const BY_USER: &str = "urn:oasis:names:tc:SAML:2.0:logout:user";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// The signature stands behind the issuer.
const BEHIND_ISSUER: usize = 1;

/// How a request ended, where it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The fault is the requester's.
    Requester,
    /// Nobody could be signed in without showing him something.
    NoPassive,
    /// The user who signed in is not the one who was asked for.
    AuthnFailed,
}

impl Status {
    fn codes(self) -> (&'static str, Option<&'static str>) {
        let requester = "urn:oasis:names:tc:SAML:2.0:status:Requester";
        let responder = "urn:oasis:names:tc:SAML:2.0:status:Responder";
        match self {
            Self::Requester => (requester, None),
            Self::NoPassive => (responder, Some("urn:oasis:names:tc:SAML:2.0:status:NoPassive")),
            Self::AuthnFailed => (responder, Some("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")),
        }
    }
}

/// Who was signed in.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The name the service provider gets.
    pub name_id: &'a str,
    /// Its format.
    pub format: &'a str,
    /// Names the session, for single logout.
    pub session_index: Option<&'a str>,
    /// When he proved himself.
    pub authenticated_at: Instant,
    /// Claims and their values.
    pub attributes: &'a [(String, Vec<String>)],
}

/// For whom an assertion is good, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Bearer<'a> {
    /// The service provider and further audiences.
    pub audiences: &'a [String],
    /// Further recipients.
    pub recipients: &'a [String],
    /// Until when.
    pub until: Instant,
    /// Who alone may read it.
    pub readable_by: Option<&'a Recipient>,
}

/// What every answer has.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Our entity id.
    pub issuer: &'a str,
    /// What is answered; none when nobody asked.
    pub in_response_to: Option<&'a str>,
    /// Where it goes.
    pub destination: &'a str,
    /// Now.
    pub now: Instant,
}

/// A name no other message has: 160 random bits, as letters so that it is a name.
fn new_id() -> Result<String, BadKey> {
    let mut bytes = [0_u8; 20];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| BadKey::Failed)?;
    let letter = |nibble: u8| char::from(b'a' + (nibble & 15));
    Ok(bytes.iter().flat_map(|byte| [letter(byte >> 4), letter(*byte)]).collect())
}

fn protocol(local: &str) -> Element {
    Element::new("saml2p", PROTOCOL, local)
}

fn saml(local: &str) -> Element {
    Element::new("saml2", ASSERTION, local)
}

fn issuer(name: &str) -> Element {
    saml("Issuer").with("Format", ENTITY).text_of(name)
}

fn message(local: &str, now: Instant, issuer_name: &str, destination: &str) -> Result<Element, BadKey> {
    Ok(protocol(local)
        .with("ID", &new_id()?)
        .with("Version", "2.0")
        .with("IssueInstant", &written(now))
        .with("Destination", destination)
        .child(issuer(issuer_name)))
}

fn answer(local: &str, answer: &Answer<'_>) -> Result<Element, BadKey> {
    Ok(message(local, answer.now, answer.issuer, answer.destination)?
        .with_some("InResponseTo", answer.in_response_to))
}

fn status(code: &str, inner: Option<&str>, text: Option<&str>) -> Element {
    let mut outer = protocol("StatusCode").with("Value", code);
    if let Some(inner) = inner {
        outer = outer.child(protocol("StatusCode").with("Value", inner));
    }
    let status = protocol("Status").child(outer);
    match text {
        Some(text) => status.child(protocol("StatusMessage").text_of(text)),
        None => status,
    }
}

/// Signs a message, or leaves it.
fn signed(message: Element, signer: Option<Signer<'_>>) -> Result<Element, BadKey> {
    match signer {
        Some(signer) => sign(message, signer, BEHIND_ISSUER),
        None => Ok(message),
    }
}

/// Somebody was signed in. The signers say whether assertion and response are signed.
///
/// # Errors
/// [`BadKey::Failed`], as everything here.
pub fn response(
    to: &Answer<'_>,
    subject: &Subject<'_>,
    bearer: &Bearer<'_>,
    assertion_signer: Option<Signer<'_>>,
    response_signer: Option<Signer<'_>>,
) -> Result<Element, BadKey> {
    let assertion = signed(assertion(to, subject, bearer)?, assertion_signer)?;
    let assertion = match bearer.readable_by {
        Some(recipient) => encrypted(&assertion, recipient)?,
        None => assertion,
    };
    let response = answer("Response", to)?.child(status(SUCCESS, None, None)).child(assertion);
    signed(response, response_signer)
}

fn assertion(to: &Answer<'_>, subject: &Subject<'_>, bearer: &Bearer<'_>) -> Result<Element, BadKey> {
    let until = written(bearer.until);
    let mut who =
        saml("Subject").child(saml("NameID").with("Format", subject.format).text_of(subject.name_id));
    for recipient in std::iter::once(to.destination).chain(bearer.recipients.iter().map(String::as_str)) {
        let data = saml("SubjectConfirmationData")
            .with_some("InResponseTo", to.in_response_to)
            .with("NotOnOrAfter", &until)
            .with("Recipient", recipient);
        who = who.child(saml("SubjectConfirmation").with("Method", BEARER).child(data));
    }
    let mut audience = saml("AudienceRestriction");
    for name in bearer.audiences {
        audience = audience.child(saml("Audience").text_of(name));
    }
    let conditions =
        saml("Conditions").with("NotBefore", &written(to.now)).with("NotOnOrAfter", &until).child(audience);
    let context = saml("AuthnContext").child(saml("AuthnContextClassRef").text_of(PASSWORD));
    let statement = saml("AuthnStatement")
        .with("AuthnInstant", &written(subject.authenticated_at))
        .with_some("SessionIndex", subject.session_index)
        .child(context);
    let assertion = saml("Assertion")
        .with("ID", &new_id()?)
        .with("Version", "2.0")
        .with("IssueInstant", &written(to.now))
        .child(issuer(to.issuer))
        .child(who)
        .child(conditions)
        .child(statement);
    Ok(if subject.attributes.is_empty() {
        assertion
    } else {
        assertion.child(attributes(subject.attributes))
    })
}

fn attributes(values: &[(String, Vec<String>)]) -> Element {
    let mut statement = saml("AttributeStatement");
    for (name, values) in values {
        let mut attribute = saml("Attribute").with("Name", name).with("NameFormat", BASIC);
        for value in values {
            attribute = attribute.child(attribute_value(value));
        }
        statement = statement.child(attribute);
    }
    statement
}

fn attribute_value(value: &str) -> Element {
    let mut element = saml("AttributeValue").text_of(value);
    element.scope = Arc::new(vec![("xs".to_owned(), XSD.to_owned())]);
    element.attributes.push(super::xml::Attribute {
        prefix: "xsi".to_owned(),
        local: "type".to_owned(),
        namespace: XSI.to_owned(),
        value: "xs:string".to_owned(),
    });
    element
}

/// Nobody was signed in.
///
/// # Errors
/// [`BadKey::Failed`]
pub fn refusal(
    to: &Answer<'_>,
    refused: Status,
    text: &str,
    signer: Option<Signer<'_>>,
) -> Result<Element, BadKey> {
    let (code, inner) = refused.codes();
    signed(answer("Response", to)?.child(status(code, inner, Some(text))), signer)
}

/// Asks for a user to be signed in; with it the id to expect in the answer.
///
/// # Errors
/// [`BadKey::Failed`]
pub fn authn_request(
    now: Instant,
    issuer_name: &str,
    destination: &str,
    consumer_url: &str,
) -> Result<Element, BadKey> {
    let policy = protocol("NameIDPolicy").with("AllowCreate", "true");
    Ok(message("AuthnRequest", now, issuer_name, destination)?
        .with("ProtocolBinding", POST)
        .with("AssertionConsumerServiceURL", consumer_url)
        .child(policy))
}

/// Asks for a user to be signed out.
///
/// # Errors
/// [`BadKey::Failed`]
pub fn logout_request(
    now: Instant,
    issuer_name: &str,
    destination: &str,
    subject: &Subject<'_>,
    until: Instant,
    signer: Option<Signer<'_>>,
) -> Result<Element, BadKey> {
    let mut request = message("LogoutRequest", now, issuer_name, destination)?
        .with("NotOnOrAfter", &written(until))
        .with("Reason", BY_USER)
        .child(saml("NameID").with("Format", subject.format).text_of(subject.name_id));
    if let Some(index) = subject.session_index {
        request = request.child(protocol("SessionIndex").text_of(index));
    }
    signed(request, signer)
}

/// Somebody was signed out; or was not, for the reason given.
///
/// # Errors
/// [`BadKey::Failed`]
pub fn logout_response(
    to: &Answer<'_>,
    refused: Option<(Status, &str)>,
    signer: Option<Signer<'_>>,
) -> Result<Element, BadKey> {
    let status = match refused {
        None => status(SUCCESS, None, None),
        Some((refused, text)) => {
            let (code, inner) = refused.codes();
            status(code, inner, Some(text))
        }
    };
    signed(answer("LogoutResponse", to)?.child(status), signer)
}

#[cfg(test)]
mod tests;
