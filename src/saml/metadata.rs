//! Metadata: what we read of service providers, and what an identity provider publishes of itself (saml-metadata-2.0 §2.4.3; what is in it follows IS 5.3.0,
//! identity-metadata-saml2 1.0.1).

use super::message::{Instant, PROTOCOL, Unreadable};
use super::signature::{DS, sign};
use super::time::written;
use super::xml::{Element, parse};
use super::{BadKey, PublicKey, SigningKey, text_of};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const NAME_ID: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// An identity provider, as its partners need to know it.
#[derive(Debug, Clone, Copy)]
pub struct Entity<'a> {
    /// Its entity id.
    pub id: &'a str,
    /// Base64 of the certificate it signs with.
    pub certificate: Option<&'a str>,
    /// Where users are sent to sign in.
    pub sign_on_url: &'a str,
    /// Where they are sent to sign out.
    pub logout_url: &'a str,
    /// How long a copy is good.
    pub valid_until: Instant,
}

impl Entity<'_> {
    /// The document; signed if there is a key.
    ///
    /// # Errors
    /// [`BadKey::Failed`]
    pub fn document(&self, id: &str, key: Option<&SigningKey>) -> Result<String, BadKey> {
        let mut role = md("IDPSSODescriptor")
            .with("protocolSupportEnumeration", PROTOCOL)
            .with("validUntil", &written(self.valid_until));
        if let Some(certificate) = self.certificate {
            let data = ds("X509Data").child(ds("X509Certificate").text_of(certificate));
            role = role.child(md("KeyDescriptor").with("use", "signing").child(ds("KeyInfo").child(data)));
        }
        role = role
            .child(endpoint("SingleLogoutService", REDIRECT, self.logout_url))
            .child(md("NameIDFormat").text_of(NAME_ID));
        for binding in [POST, REDIRECT] {
            role = role.child(endpoint("SingleSignOnService", binding, self.sign_on_url));
        }
        let entity = md("EntityDescriptor").with("entityID", self.id);
        let entity = match key {
            Some(key) => sign(entity.with("ID", id).child(role), key.usual(), 0)?,
            None => entity.child(role),
        };
        Ok(["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", &text_of(&entity)].concat())
    }
}

fn md(local: &str) -> Element {
    Element::new("", METADATA, local)
}

fn ds(local: &str) -> Element {
    Element::new("ds", DS, local)
}

fn endpoint(local: &str, binding: &str, location: &str) -> Element {
    md(local).with("Binding", binding).with("Location", location)
}

/// A service provider, as its metadata describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerMetadata {
    /// Its entity id.
    pub entity_id: String,
    /// Where it takes answers by form.
    pub consumer_urls: Vec<String>,
    /// The one it says is the usual one, else the first.
    pub default_url: String,
    /// Base64 of the certificate it signs with.
    pub certificate: Option<String>,
    /// The format of names it wants.
    pub name_id_format: Option<String>,
    /// Where it takes logout requests by form.
    pub logout_url: Option<String>,
    /// Where it takes logout responses, if elsewhere.
    pub logout_response_url: Option<String>,
    /// Whether it signs what it asks.
    pub signs_requests: bool,
    /// Whether it wants assertions signed.
    pub wants_signed_assertions: bool,
}

impl PartnerMetadata {
    /// Reads an `EntityDescriptor`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        let root = parse(text.trim())?;
        if !root.is(METADATA, "EntityDescriptor") {
            return Err(Unreadable::Kind(root.local));
        }
        let entity_id = root.attribute("entityID").filter(|id| !id.trim().is_empty() && !id.contains('@'));
        let entity_id = entity_id.ok_or(Unreadable::Lacks("an entity id"))?.trim().to_owned();
        let role =
            root.one(METADATA, "SPSSODescriptor").ok_or(Unreadable::Lacks("its one SPSSODescriptor"))?;
        let is_on = |name: &str| matches!(role.attribute(name), Some("true" | "1"));
        let is_posted = |one: &&Element| one.attribute("Binding") == Some(POST);
        let is_web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
        let location = |one: &Element| one.attribute("Location").filter(is_web).map(str::to_owned);
        let consumers: Vec<&Element> =
            role.all(METADATA, "AssertionConsumerService").filter(is_posted).collect();
        let consumer_urls: Vec<String> = consumers.iter().filter_map(|one| location(one)).collect();
        let usual = consumers.iter().find(|one| matches!(one.attribute("isDefault"), Some("true" | "1")));
        let default_url = usual.and_then(|one| location(one)).or_else(|| consumer_urls.first().cloned());
        let default_url = default_url.ok_or(Unreadable::Lacks("an assertion consumer service by form"))?;
        let signing =
            role.all(METADATA, "KeyDescriptor").find(|key| key.attribute("use") != Some("encryption"));
        let data =
            signing.and_then(|key| key.one(DS, "KeyInfo")).and_then(|info| info.all(DS, "X509Data").next());
        let certificate = data.and_then(|data| data.all(DS, "X509Certificate").next()).map(Element::text);
        let certificate: Option<String> =
            certificate.map(|text| text.chars().filter(|one| !one.is_whitespace()).collect());
        if let Some(certificate) = &certificate {
            PublicKey::of_certificate(certificate).map_err(|_| Unreadable::Lacks("a certificate of RSA"))?;
        }
        let logout = role.all(METADATA, "SingleLogoutService").find(is_posted);
        let response = logout.and_then(|one| one.attribute("ResponseLocation")).filter(is_web);
        let format = role.all(METADATA, "NameIDFormat").next().map(|one| one.text().trim().to_owned());
        Ok(Self {
            entity_id,
            default_url,
            certificate,
            name_id_format: format.filter(|format| !format.is_empty()),
            logout_url: logout.and_then(location),
            logout_response_url: response.map(str::to_owned),
            signs_requests: is_on("AuthnRequestsSigned"),
            wants_signed_assertions: is_on("WantAssertionsSigned"),
            consumer_urls,
        })
    }
}
