//! Messages as they are read: what the server acts on, taken from the root element of a document and its direct parts.
//!
//! Nothing here is believed yet. Who sent a message and whether it was altered is `verify`'s matter; since everything is
//! read from the very element whose signature is verified, nothing can be slipped in beside it.

use super::signature::{self, Distrust};
use super::xml::{self, Element, Malformed};
use super::{PublicKey, time};

/// Protocol namespace.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Assertion namespace.
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The one format of issuers.
pub(super) const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
pub(super) const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
pub(super) const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// Epoch milliseconds.
pub type Instant = i64;

/// Why a document is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not XML as we read it.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Not a message we know.
    #[error("the message is a {0}, which nobody sends here")]
    Kind(String),
    /// Not version 2.0.
    #[error("the message is not of SAML 2.0")]
    Version,
    /// A part is missing, doubled or empty.
    #[error("the message lacks {0}")]
    Lacks(&'static str),
    /// Something that must not be there.
    #[error("the message must not have {0}")]
    Forbidden(&'static str),
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    root: Element,
    /// What it says.
    pub asked: Asked,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Sign a user in.
    SignIn(AuthnRequest),
    /// Sign a user out.
    SignOut(LogoutRequest),
    /// Somebody was signed out.
    SignedOut(LogoutResponse),
    /// Somebody was signed in, or not.
    SignedIn(Box<Response>),
}

/// `AuthnRequest`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its `ID`.
    pub id: String,
    /// Who asks.
    pub issuer: String,
    /// When.
    pub issued_at: Instant,
    /// Where it was sent.
    pub destination: Option<String>,
    /// Where the answer shall go.
    pub consumer_url: Option<String>,
    /// Whether the user shall prove himself again.
    pub force: bool,
    /// Whether nothing may be shown to him.
    pub passive: bool,
    /// Who shall sign in, if anybody in particular.
    pub subject: Option<String>,
}

/// `LogoutRequest`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Its `ID`.
    pub id: String,
    /// Who asks.
    pub issuer: String,
    /// When.
    pub issued_at: Instant,
    /// Until when it is good.
    pub expires_at: Option<Instant>,
    /// Where it was sent.
    pub destination: Option<String>,
    /// Whom it concerns.
    pub name_id: String,
    /// Which of his sessions.
    pub session_indexes: Vec<String>,
}

/// `LogoutResponse`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutResponse {
    /// What it answers.
    pub in_response_to: Option<String>,
    /// Who answers.
    pub issuer: String,
    /// Whether it went well.
    pub success: bool,
}

/// `Response`, with what the one assertion in it says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Its `ID`.
    pub id: String,
    /// Who answers.
    pub issuer: String,
    /// What it answers.
    pub in_response_to: Option<String>,
    /// Where it was sent.
    pub destination: Option<String>,
    /// Whether somebody was signed in.
    pub success: bool,
    /// Who.
    pub name_id: String,
    /// Where it may be used.
    pub recipients: Vec<String>,
    /// For whom it is.
    pub audiences: Vec<String>,
    /// Not before, if it says so.
    pub good_from: Option<Instant>,
    /// Until when it is good: the earliest of what it says.
    pub good_until: Option<Instant>,
    /// Names the session.
    pub session_index: Option<String>,
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let root = xml::parse(text)?;
        if root.namespace != PROTOCOL {
            return Err(Unreadable::Kind(root.local));
        }
        if root.attribute("Version") != Some("2.0") {
            return Err(Unreadable::Version);
        }
        let asked = match root.local.as_str() {
            "AuthnRequest" => Asked::SignIn(authn_request(&root)?),
            "LogoutRequest" => Asked::SignOut(logout_request(&root)?),
            "LogoutResponse" => Asked::SignedOut(logout_response(&root)?),
            "Response" => Asked::SignedIn(Box::new(response(&root)?)),
            other => return Err(Unreadable::Kind(other.to_owned())),
        };
        Ok(Self { root, asked })
    }

    /// Verifies the signature inside the message.
    ///
    /// # Errors
    /// [`Distrust`]
    pub fn verify(&self, key: &PublicKey) -> Result<(), Distrust> {
        signature::verify(&self.root, key)
    }
}

fn id(root: &Element) -> Result<String, Unreadable> {
    let id = root.attribute("ID").filter(|id| !id.is_empty() && id.len() <= 256);
    id.map(str::to_owned).ok_or(Unreadable::Lacks("an ID"))
}

fn issuer(parent: &Element) -> Result<String, Unreadable> {
    let issuer = parent.one(ASSERTION, "Issuer").ok_or(Unreadable::Lacks("an issuer"))?;
    if issuer.attribute("Format").is_some_and(|format| !format.is_empty() && format != ENTITY) {
        return Err(Unreadable::Forbidden("an issuer of another format"));
    }
    let name = issuer.text().trim().to_owned();
    // The original takes the other name of a provider when it leaves the first one empty.
    let name = if name.is_empty() {
        issuer.attribute("SPProvidedID").unwrap_or_default().trim().to_owned()
    } else {
        name
    };
    if name.is_empty() { Err(Unreadable::Lacks("an issuer")) } else { Ok(name) }
}

fn issued_at(root: &Element) -> Result<Instant, Unreadable> {
    root.attribute("IssueInstant").and_then(time::read).ok_or(Unreadable::Lacks("the time it was made"))
}

fn some(element: &Element, name: &str) -> Option<String> {
    element.attribute(name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
}

fn is_true(root: &Element, name: &str) -> bool {
    matches!(root.attribute(name).map(str::trim), Some("true" | "1"))
}

fn authn_request(root: &Element) -> Result<AuthnRequest, Unreadable> {
    let subject = root.one(ASSERTION, "Subject");
    if subject.is_some_and(|subject| subject.all(ASSERTION, "SubjectConfirmation").next().is_some()) {
        return Err(Unreadable::Forbidden("a subject confirmation"));
    }
    let name = subject.and_then(|subject| subject.one(ASSERTION, "NameID")).map(Element::text);
    Ok(AuthnRequest {
        id: id(root)?,
        issuer: issuer(root)?,
        issued_at: issued_at(root)?,
        destination: some(root, "Destination"),
        consumer_url: some(root, "AssertionConsumerServiceURL"),
        force: is_true(root, "ForceAuthn"),
        passive: is_true(root, "IsPassive"),
        subject: name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
    })
}

fn logout_request(root: &Element) -> Result<LogoutRequest, Unreadable> {
    let name = root.one(ASSERTION, "NameID").ok_or(Unreadable::Lacks("the name of the user"))?;
    Ok(LogoutRequest {
        id: id(root)?,
        issuer: issuer(root)?,
        issued_at: issued_at(root)?,
        expires_at: root.attribute("NotOnOrAfter").and_then(time::read),
        destination: some(root, "Destination"),
        name_id: name.text().trim().to_owned(),
        session_indexes: root
            .all(PROTOCOL, "SessionIndex")
            .map(|index| index.text().trim().to_owned())
            .collect(),
    })
}

fn is_success(root: &Element) -> bool {
    let code = root.one(PROTOCOL, "Status").and_then(|status| status.one(PROTOCOL, "StatusCode"));
    code.and_then(|code| code.attribute("Value")) == Some(SUCCESS)
}

fn logout_response(root: &Element) -> Result<LogoutResponse, Unreadable> {
    Ok(LogoutResponse {
        in_response_to: some(root, "InResponseTo"),
        issuer: issuer(root)?,
        success: is_success(root),
    })
}

fn response(root: &Element) -> Result<Response, Unreadable> {
    let mut read = Response {
        id: id(root)?,
        issuer: issuer(root)?,
        in_response_to: some(root, "InResponseTo"),
        destination: some(root, "Destination"),
        success: is_success(root),
        ..Response::default()
    };
    if !read.success {
        return Ok(read);
    }
    let assertion = root.one(ASSERTION, "Assertion").ok_or(Unreadable::Lacks("its one assertion"))?;
    if issuer(assertion)? != read.issuer {
        return Err(Unreadable::Forbidden("an assertion of somebody else"));
    }
    let subject = assertion.one(ASSERTION, "Subject").ok_or(Unreadable::Lacks("a subject"))?;
    let name = subject.one(ASSERTION, "NameID").ok_or(Unreadable::Lacks("the name of the user"))?;
    read.name_id = name.text().trim().to_owned();
    let mut limits = Vec::new();
    let confirmations = subject.all(ASSERTION, "SubjectConfirmation");
    for confirmation in confirmations.filter(|one| one.attribute("Method") == Some(BEARER)) {
        let data = confirmation.one(ASSERTION, "SubjectConfirmationData");
        let data = data.ok_or(Unreadable::Lacks("the data of its confirmation"))?;
        read.recipients.extend(some(data, "Recipient"));
        limits.push(data.attribute("NotOnOrAfter").and_then(time::read));
        if some(data, "InResponseTo") != read.in_response_to {
            return Err(Unreadable::Forbidden("an assertion that answers something else"));
        }
    }
    let conditions = assertion.one(ASSERTION, "Conditions").ok_or(Unreadable::Lacks("conditions"))?;
    limits.push(conditions.attribute("NotOnOrAfter").and_then(time::read));
    read.good_from = conditions.attribute("NotBefore").and_then(time::read);
    read.good_until = limits.into_iter().min().flatten();
    for restriction in conditions.all(ASSERTION, "AudienceRestriction") {
        read.audiences.extend(restriction.all(ASSERTION, "Audience").map(|one| one.text().trim().to_owned()));
    }
    let statement = assertion.all(ASSERTION, "AuthnStatement").next();
    read.session_index = statement.and_then(|statement| some(statement, "SessionIndex"));
    Ok(read)
}

#[cfg(test)]
mod tests;
