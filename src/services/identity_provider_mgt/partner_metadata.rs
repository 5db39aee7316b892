//! SAML metadata of a partner in place of the properties of an authenticator, as the console's upload sends them: taken
//! apart into those properties and the certificate of the provider (IS 5.3.0, identity-metadata-saml2 1.0.1).
//!
//! What cannot be taken apart is left as it was sent; the rules refuse it when its turn comes. The text itself is not
//! kept: the original puts it into its registry, from where no operation ever gives it back.

use crate::domain::identity_provider::{Authenticator, IdentityProvider, Property};
use crate::saml::Partner;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The property that carries metadata.
const METADATA: &str = "meta_data_saml";
/// The one that metadata cannot know: who this server is to the partner.
const SP_ENTITY_ID: &str = "SPEntityId";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// The provider with all metadata taken apart that can be.
pub(super) fn taken_apart(mut provider: IdentityProvider) -> IdentityProvider {
    for authenticator in &mut provider.authenticators {
        let Some((own_id, text)) = metadata(authenticator) else { continue };
        match Partner::read(text) {
            Ok(partner) => {
                authenticator.properties = properties(&partner, own_id);
                if let Some(certificate) = partner.certificate.as_deref() {
                    provider.profile.certificate = Some(STANDARD.encode(pem(certificate)));
                }
            }
            Err(why) => tracing::debug!("SAML metadata were refused: {why}"),
        }
    }
    provider
}

/// The entity id of this server and the metadata, when both were sent.
fn metadata(authenticator: &Authenticator) -> Option<(&str, &str)> {
    // Of several with one name the original takes the last.
    let last = |name: &str| {
        let mut named = authenticator.properties.iter().rev().filter(|property| property.name == name);
        named.find_map(|property| property.value.as_deref()).filter(|value| !value.is_empty())
    };
    Some((last(SP_ENTITY_ID)?, last(METADATA)?))
}

/// A certificate as the upload of a file would send it.
fn pem(certificate: &str) -> String {
    if certificate.contains(BEGIN) && certificate.contains(END) {
        return certificate.to_owned();
    }
    format!("\n{BEGIN}\n{certificate}\n{END}\n")
}

/// The properties in the original's order; what metadata do not say is empty.
fn properties(partner: &Partner, own_id: &str) -> Vec<Property> {
    let flag = |on: bool| if on { "true" } else { "false" };
    let known = |on: bool| if on { "true" } else { "" };
    [
        ("IdPEntityId", partner.entity_id.as_str()),
        (SP_ENTITY_ID, own_id),
        ("SSOUrl", &partner.sign_on_url),
        ("ISAuthnReqSigned", flag(partner.wants_signed_requests)),
        ("IsLogoutEnabled", flag(partner.signs_out)),
        ("LogoutReqUrl", partner.logout_url.as_deref().unwrap_or_default()),
        ("IsLogoutReqSigned", ""),
        ("IsAuthnRespSigned", ""),
        ("IsUserIdInClaims", ""),
        ("IsAssertionEncrypted", known(partner.encrypts)),
        ("isAssertionSigned", known(partner.signs)),
        ("commonAuthQueryParams", ""),
        ("RequestMethod", ""),
        ("SignatureAlgorithm", ""),
        ("DigestAlgorithm", ""),
        ("AuthnContextComparisonLevel", ""),
        ("IncludeNameIDPolicy", ""),
        ("ForceAuthentication", ""),
        ("SignatureAlgorithmPost", ""),
        ("AuthnContextClassRef", ""),
        ("AttributeConsumingServiceIndex", ""),
        ("IncludeCert", ""),
        ("IncludeAuthnContext", ""),
        ("IncludeProtocolBinding", ""),
    ]
    .map(|(name, value)| Property {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        ..Property::default()
    })
    .into()
}
