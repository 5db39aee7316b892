//! How browsers carry messages: in the address (HTTP-Redirect) and in a form (HTTP-POST), saml-bindings-2.0 §3.4, §3.5.

use super::key::{Algorithm, PublicKey, Signer};
use super::signature::Distrust;
use super::xml::MAX_SIZE;
use super::{BadKey, Element, text_of};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use std::io::Read as _;

/// Characters of a message in base64.
const MAX_ENCODED: usize = MAX_SIZE / 3 * 4 + 4;

/// Which way a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// In the address, deflated.
    Redirect,
    /// In a form.
    Post,
}

/// Why what was carried is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Garbled {
    /// More than any message needs.
    #[error("the message is too large")]
    TooLarge,
    /// Not base64.
    #[error("the message is not base64")]
    Base64,
    /// Not deflated.
    #[error("the message is not deflated")]
    Deflate,
    /// Not UTF-8.
    #[error("the message is not UTF-8")]
    Charset,
}

/// The text of a message.
///
/// # Errors
/// [`Garbled`]
pub fn decode(binding: Binding, encoded: &str) -> Result<String, Garbled> {
    if encoded.len() > MAX_ENCODED * 2 {
        return Err(Garbled::TooLarge);
    }
    let base64: String = encoded.chars().filter(|one| !one.is_whitespace()).collect();
    if base64.len() > MAX_ENCODED {
        return Err(Garbled::TooLarge);
    }
    let bytes = STANDARD.decode(base64).map_err(|_| Garbled::Base64)?;
    let bytes = match binding {
        Binding::Post => bytes,
        Binding::Redirect => inflate(&bytes)?,
    };
    String::from_utf8(bytes).map_err(|_| Garbled::Charset)
}

/// Never more than a message may have, whatever a few bytes expand to.
fn inflate(deflated: &[u8]) -> Result<Vec<u8>, Garbled> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_SIZE).unwrap_or(u64::MAX).saturating_add(1);
    DeflateDecoder::new(deflated).take(limit).read_to_end(&mut bytes).map_err(|_| Garbled::Deflate)?;
    if bytes.len() > MAX_SIZE { Err(Garbled::TooLarge) } else { Ok(bytes) }
}

/// A message for the field of a form.
#[must_use]
pub fn posted(message: &Element) -> String {
    STANDARD.encode(text_of(message))
}

/// A message deflated, in base64; not yet escaped for an address.
#[must_use]
pub fn deflated(message: &Element) -> String {
    let text = text_of(message);
    let mut bytes = Vec::new();
    match DeflateEncoder::new(text.as_bytes(), Compression::default()).read_to_end(&mut bytes) {
        Ok(_) => STANDARD.encode(bytes),
        Err(_) => String::new(),
    }
}

/// The address that carries a message to `destination`, signed over its query when there is a signer.
///
/// # Errors
/// [`BadKey::Failed`]
pub fn address(
    destination: &str,
    name: &str,
    message: &Element,
    relay_state: Option<&str>,
    signer: Option<Signer<'_>>,
) -> Result<String, BadKey> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair(name, &deflated(message));
    if let Some(state) = relay_state {
        query.append_pair("RelayState", state);
    }
    if let Some(signer) = signer {
        query.append_pair("SigAlg", signer.signature_name());
    }
    let mut query = query.finish();
    if let Some(signer) = signer {
        let signature = STANDARD.encode(signer.sign(query.as_bytes())?);
        query.push_str("&Signature=");
        query.extend(form_urlencoded::byte_serialize(signature.as_bytes()));
    }
    let joint = if destination.contains('?') { '&' } else { '?' };
    Ok(format!("{destination}{joint}{query}"))
}

/// Verifies the signature over a query: the parameters as they stand there, in the order the binding prescribes.
///
/// # Errors
/// [`Distrust`]
pub fn verify(query: &str, name: &str, key: &PublicKey) -> Result<(), Distrust> {
    let raw = |wanted: &str| -> Result<Option<&str>, Distrust> {
        // However the name is spelled: the reader decodes it, too.
        let is_wanted = |pair: &&str| {
            form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| name == wanted)
        };
        let mut found = query.split('&').filter(is_wanted);
        let first = found.next();
        // Of two values the signature would cover one and the reader might take the other.
        if found.next().is_some() { Err(Distrust::Form("a parameter given twice")) } else { Ok(first) }
    };
    let (message, state, algorithm) = (raw(name)?, raw("RelayState")?, raw("SigAlg")?);
    let (Some(message), Some(algorithm), Some(signature)) = (message, algorithm, raw("Signature")?) else {
        return Err(Distrust::Unsigned);
    };
    let value = |pair: &str| {
        form_urlencoded::parse(pair.as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let signed = match state {
        Some(state) => [message, "&", state, "&", algorithm].concat(),
        None => [message, "&", algorithm].concat(),
    };
    let algorithm = Algorithm::of(&value(algorithm)).ok_or(Distrust::Algorithm)?;
    let base64: String = value(signature).chars().filter(|one| !one.is_whitespace()).collect();
    let signature = STANDARD.decode(base64).map_err(|_| Distrust::Form("base64"))?;
    if key.verifies(algorithm, signed.as_bytes(), &signature) { Ok(()) } else { Err(Distrust::Key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::Manner;
    use crate::saml::scratch::own_key as key;

    fn message() -> Element {
        Element::new("samlp", "urn:x", "AuthnRequest").with("ID", "_1").text_of("ü & <")
    }

    #[test]
    fn a_message_comes_out_as_it_went_in() {
        let text = text_of(&message());
        assert_eq!(decode(Binding::Post, &posted(&message())).unwrap(), text);
        assert_eq!(decode(Binding::Redirect, &deflated(&message())).unwrap(), text);
        let broken: String = posted(&message()).chars().flat_map(|one| [one, '\n']).collect();
        assert_eq!(decode(Binding::Post, &broken).unwrap(), text);
    }

    #[test]
    fn what_is_no_message_is_refused_before_it_takes_memory() {
        assert_eq!(decode(Binding::Post, "***"), Err(Garbled::Base64));
        assert_eq!(decode(Binding::Redirect, &STANDARD.encode("no deflate")), Err(Garbled::Deflate));
        assert_eq!(decode(Binding::Post, &STANDARD.encode([0xff, 0xfe])), Err(Garbled::Charset));
        assert_eq!(decode(Binding::Post, &"A".repeat(MAX_ENCODED + 8)), Err(Garbled::TooLarge));
        let mut bomb = Vec::new();
        let zeros = vec![b' '; MAX_SIZE * 40];
        DeflateEncoder::new(&zeros[..], Compression::best()).read_to_end(&mut bomb).unwrap();
        assert!(bomb.len() < 20_000);
        assert_eq!(decode(Binding::Redirect, &STANDARD.encode(bomb)), Err(Garbled::TooLarge));
    }

    #[test]
    fn an_address_is_signed_in_the_manner_that_is_wanted() {
        let sha512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
        let key = key();
        let signer = Some(key.with(Manner::of(sha512, "")));
        let address = address("https://idp.example/", "SAMLRequest", &message(), None, signer).unwrap();
        assert!(address.contains("&SigAlg=http%3A%2F%2Fwww.w3.org%2F2001%2F04%2Fxmldsig-more%23rsa-sha512&"));
        let query = address.split_once('?').unwrap().1;
        assert_eq!(verify(query, "SAMLRequest", &key.public()), Ok(()));
        let as_sha256 = query.replace("rsa-sha512", "rsa-sha256");
        assert_eq!(verify(&as_sha256, "SAMLRequest", &key.public()), Err(Distrust::Key));
    }

    #[test]
    fn a_signed_address_is_verified_as_it_stands_and_no_other_way() {
        let key = key();
        let public = key.public();
        for state in [None, Some("a b&c=ü")] {
            let address =
                address("https://idp.example/samlsso", "SAMLRequest", &message(), state, Some(key.usual()))
                    .unwrap();
            let query = address.split_once('?').unwrap().1;
            assert_eq!(verify(query, "SAMLRequest", &public), Ok(()));
            // Other parameters and another order change nothing.
            let mut pairs: Vec<&str> = query.split('&').collect();
            pairs.reverse();
            assert_eq!(
                verify(&format!("{}&tenantDomain=x", pairs.join("&")), "SAMLRequest", &public),
                Ok(())
            );
            let altered = query.replacen("SAMLRequest=", "SAMLRequest=A", 1);
            assert_eq!(verify(&altered, "SAMLRequest", &public), Err(Distrust::Key));
            let with_state = format!("{query}&RelayState=other");
            assert!(verify(&with_state, "SAMLRequest", &public).is_err());
            let twice = format!("{query}&SAMLRequest=other");
            assert_eq!(
                verify(&twice, "SAMLRequest", &public),
                Err(Distrust::Form("a parameter given twice"))
            );
            let spelled_otherwise = format!("%53AMLRequest=other&{query}");
            assert_eq!(
                verify(&spelled_otherwise, "SAMLRequest", &public),
                Err(Distrust::Form("a parameter given twice"))
            );
            let unsigned: Vec<&str> = query.split('&').filter(|one| !one.starts_with("Signature=")).collect();
            assert_eq!(verify(&unsigned.join("&"), "SAMLRequest", &public), Err(Distrust::Unsigned));
        }
    }
}
