//! What an identity provider publishes of itself (saml-metadata-2.0 §2.4.3; what is in it follows IS 5.3.0,
//! identity-metadata-saml2 1.0.1).

use super::message::{Instant, PROTOCOL};
use super::signature::{DS, sign};
use super::time::written;
use super::xml::Element;
use super::{BadKey, SigningKey, text_of};

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
            Some(key) => sign(entity.with("ID", id).child(role), key, 0)?,
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
