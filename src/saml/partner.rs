//! What a partner publishes of itself: the metadata of an identity provider, read (saml-metadata-2.0 §2.4.3). Which of
//! several endpoints and certificates count follows IS 5.3.0, identity-metadata-saml2 1.0.1. A signature over the
//! document is not looked at there, and not here: an administrator vouches for what he hands over.

use super::signature::DS;
use super::xml::{Element, Malformed, parse};

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// An identity provider as its metadata describe it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partner {
    /// Its entity id.
    pub entity_id: String,
    /// Where users are sent to sign in: the first endpoint, whatever its binding.
    pub sign_on_url: String,
    /// Where they are sent to sign out: the endpoint for posted forms, else the first one; nothing when there is none.
    pub logout_url: Option<String>,
    /// Whether there are endpoints to sign out at all.
    pub signs_out: bool,
    /// Whether it wants requests signed.
    pub wants_signed_requests: bool,
    /// Whether it names a key that it signs with.
    pub signs: bool,
    /// Whether it names a key that others encrypt with.
    pub encrypts: bool,
    /// The first certificate it signs with, as it is written.
    pub certificate: Option<String>,
}

/// Why metadata are of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Useless {
    /// No document that we read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Something must be there and is not.
    #[error("no {0}")]
    Missing(&'static str),
}

impl Partner {
    /// Reads metadata.
    ///
    /// # Errors
    /// [`Useless`] when they do not describe an identity provider that users can be sent to.
    pub fn read(text: &str) -> Result<Self, Useless> {
        let entity = parse(text.trim())?;
        if !entity.is(METADATA, "EntityDescriptor") {
            return Err(Useless::Missing("EntityDescriptor"));
        }
        let role = entity.all(METADATA, "IDPSSODescriptor").next();
        let role = role.ok_or(Useless::Missing("IDPSSODescriptor"))?;
        let entity_id = entity.attribute("entityID").filter(|id| !id.is_empty());
        let sign_on = role.all(METADATA, "SingleSignOnService").find_map(|one| one.attribute("Location"));
        let sign_out: Vec<&Element> = role.all(METADATA, "SingleLogoutService").collect();
        let posted = sign_out.iter().filter(|one| one.attribute("Binding") == Some(POST));
        let bound = sign_out.iter().filter(|one| one.attribute("Binding").is_some());
        let keys = |usage: &'static str| {
            role.all(METADATA, "KeyDescriptor").filter(move |key| key.attribute("use") == Some(usage))
        };
        Ok(Self {
            entity_id: entity_id.ok_or(Useless::Missing("entityID"))?.to_owned(),
            sign_on_url: sign_on.ok_or(Useless::Missing("Location of a SingleSignOnService"))?.to_owned(),
            logout_url: posted.chain(bound).find_map(|one| one.attribute("Location")).map(str::to_owned),
            signs_out: !sign_out.is_empty(),
            wants_signed_requests: matches!(role.attribute("WantAuthnRequestsSigned"), Some("true" | "1")),
            signs: keys("signing").next().is_some(),
            encrypts: keys("encryption").next().is_some(),
            certificate: keys("signing").find_map(certificate),
        })
    }
}

/// The first certificate of a key.
fn certificate(key: &Element) -> Option<String> {
    let info = key.all(DS, "KeyInfo").next()?;
    let mut written = info
        .all(DS, "X509Data")
        .flat_map(|data| data.all(DS, "X509Certificate"))
        .map(|certificate| certificate.text().trim().to_owned());
    written.find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<md:EntityDescriptor xmlns:md=\"{METADATA}\" xmlns:ds=\"{DS}\" entityID=\"urn:partner\">\
             <md:SPSSODescriptor/>{inside}</md:EntityDescriptor>"
        )
    }

    fn endpoint(name: &str, binding: &str, location: &str) -> String {
        format!(
            "<md:{name} Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:{binding}\" Location=\"{location}\"/>"
        )
    }

    fn key(usage: &str, certificate: &str) -> String {
        format!(
            "<md:KeyDescriptor{usage}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>\
             </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        )
    }

    #[test]
    fn a_provider_is_read_from_its_own_descriptor() {
        let inside = [
            "<md:IDPSSODescriptor WantAuthnRequestsSigned=\"true\">".to_owned(),
            key("", "unused"),
            key(" use=\"encryption\"", "other"),
            key(" use=\"signing\"", "\n  "),
            key(" use=\"signing\"", "\n MIIB\n  AAAA\n"),
            endpoint("SingleLogoutService", "HTTP-Redirect", "https://p/out?a=1&amp;b=2"),
            endpoint("SingleLogoutService", "HTTP-POST", "https://p/out"),
            endpoint("SingleSignOnService", "HTTP-Redirect", "https://p/in"),
            endpoint("SingleSignOnService", "HTTP-POST", "https://p/in2"),
            "</md:IDPSSODescriptor>".to_owned(),
        ]
        .concat();
        let expected = Partner {
            entity_id: "urn:partner".into(),
            sign_on_url: "https://p/in".into(),
            logout_url: Some("https://p/out".into()),
            signs_out: true,
            wants_signed_requests: true,
            signs: true,
            encrypts: true,
            certificate: Some("MIIB\n  AAAA".into()),
        };
        assert_eq!(Partner::read(&entity(&inside)), Ok(expected));
    }

    #[test]
    fn the_least_that_is_needed_is_an_id_and_an_endpoint() {
        let role = |inside: &str| entity(&format!("<md:IDPSSODescriptor>{inside}</md:IDPSSODescriptor>"));
        let sign_on = endpoint("SingleSignOnService", "HTTP-POST", "https://p/in");
        let least = Partner::read(&role(&sign_on)).unwrap();
        assert_eq!(
            (least.sign_on_url.as_str(), least.logout_url, least.certificate),
            ("https://p/in", None, None)
        );
        assert!(!(least.signs || least.encrypts || least.signs_out || least.wants_signed_requests));
        let redirect = endpoint("SingleLogoutService", "HTTP-Redirect", "https://p/out");
        let read = Partner::read(&role(&[sign_on.clone(), redirect].concat())).unwrap();
        assert_eq!(read.logout_url.as_deref(), Some("https://p/out"), "no posted one");
        let without_id = role(&sign_on).replace(" entityID=\"urn:partner\"", "");
        for (text, why) in [
            (role(""), "no Location of a SingleSignOnService"),
            (without_id, "no entityID"),
            (entity(""), "no IDPSSODescriptor"),
            ("<EntityDescriptor/>".to_owned(), "no EntityDescriptor"),
            ("not XML".to_owned(), "not well-formed: text outside the root element"),
            (
                "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>".to_owned(),
                "a document type is not allowed",
            ),
        ] {
            assert_eq!(Partner::read(&text).unwrap_err().to_string(), why, "{text}");
        }
    }
}
