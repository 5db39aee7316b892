//! The SAML 2.0 metadata of the resident identity provider, as other parties import it (SAML Metadata §2.4.3; what is
//! in it follows IS 5.3.0, identity-metadata-saml2 1.0.1).

use crate::domain::Now;
use crate::domain::identity_provider::{Authenticator, IdentityProvider};
use crate::soap::{push_attribute, push_escaped};

/// How long a copy is good for.
const MINUTES: i64 = 60;
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const NAME_ID: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";

/// The document.
pub(super) fn document(resident: &IdentityProvider, now: Now) -> String {
    let saml = resident.authenticators.iter().find(|one| one.name == "samlsso");
    let value = |name: &str| saml.and_then(|saml| value_of(saml, name)).unwrap_or_default();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    open(
        &mut out,
        "EntityDescriptor",
        &[("xmlns", "urn:oasis:names:tc:SAML:2.0:metadata"), ("entityID", value("IdPEntityId"))],
    );
    let until = [&now.plus_minutes(MINUTES).to_timestamp(), "Z"].concat();
    open(
        &mut out,
        "IDPSSODescriptor",
        &[("protocolSupportEnumeration", PROTOCOL), ("validUntil", until.as_str())],
    );
    if let Some(certificate) = &resident.profile.certificate {
        open(&mut out, "KeyDescriptor", &[("use", "signing")]);
        open(&mut out, "KeyInfo", &[("xmlns", "http://www.w3.org/2000/09/xmldsig#")]);
        out.push_str("<X509Data><X509Certificate>");
        push_escaped(&mut out, certificate);
        out.push_str("</X509Certificate></X509Data></KeyInfo></KeyDescriptor>");
    }
    endpoint(&mut out, "SingleLogoutService", REDIRECT, value("LogoutReqUrl"));
    out.push_str("<NameIDFormat>");
    out.push_str(NAME_ID);
    out.push_str("</NameIDFormat>");
    for binding in [POST, REDIRECT] {
        endpoint(&mut out, "SingleSignOnService", binding, value("SSOUrl"));
    }
    out.push_str("</IDPSSODescriptor></EntityDescriptor>");
    out
}

fn value_of<'a>(saml: &'a Authenticator, name: &str) -> Option<&'a str> {
    saml.properties.iter().find(|property| property.name == name)?.value.as_deref()
}

fn endpoint(out: &mut String, name: &str, binding: &str, location: &str) {
    open(out, name, &[("Binding", binding), ("Location", location)]);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn open(out: &mut String, name: &str, attributes: &[(&str, &str)]) {
    out.push('<');
    out.push_str(name);
    for (attribute, value) in attributes {
        out.push(' ');
        out.push_str(attribute);
        out.push_str("=\"");
        push_attribute(out, value);
        out.push('"');
    }
    out.push('>');
}
