//! Encrypted assertions, for service providers that want to be the only ones to read them (saml-core-2.0 §2.3.4, XML
//! Encryption): AES-256 in CBC mode as in IS 5.3.0 (DefaultSSOEncrypter), its key encrypted with RSA-OAEP. The original pads
//! the key by PKCS #1 v1.5, which libraries of today refuse; those of its time read both.

use super::BadKey;
use super::key::certificate_der;
use super::message::ASSERTION;
use super::signature::{DS, text_of};
use super::xml::Element;
use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const AES256_CBC: &str = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
const RSA_OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
/// The digest inside of OAEP, where its strength does not matter; what every library knows.
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// Whom an assertion is encrypted for.
pub struct Recipient(OaepPublicEncryptingKey);

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recipient")
    }
}

impl Recipient {
    /// Reads base64 of a certificate, with or without the lines of PEM around it.
    ///
    /// # Errors
    /// [`BadKey`]
    pub fn of_certificate(text: &str) -> Result<Self, BadKey> {
        let der = certificate_der(text)?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&der).map_err(|_| BadKey::Certificate)?;
        let key = PublicEncryptingKey::from_der(parsed.public_key().raw).map_err(|_| BadKey::NoRsa)?;
        OaepPublicEncryptingKey::new(key).map(Self).map_err(|_| BadKey::NoRsa)
    }
}

fn xenc(local: &str) -> Element {
    Element::new("xenc", XENC, local)
}

fn cipher_data(bytes: &[u8]) -> Element {
    xenc("CipherData").child(xenc("CipherValue").text_of(&STANDARD.encode(bytes)))
}

/// An assertion that nobody but its recipient can read.
///
/// # Errors
/// [`BadKey::Failed`]
pub(super) fn encrypted(assertion: &Element, to: &Recipient) -> Result<Element, BadKey> {
    let failed = |_| BadKey::Failed;
    let mut secret = Zeroizing::new([0_u8; 32]);
    aws_lc_rs::rand::fill(secret.as_mut()).map_err(failed)?;
    let key = UnboundCipherKey::new(&AES_256, secret.as_ref()).map_err(failed)?;
    let mut text = text_of(assertion).into_bytes();
    let context = PaddedBlockEncryptingKey::cbc_pkcs7(key)
        .and_then(|cipher| cipher.encrypt(&mut text))
        .map_err(failed)?;
    let DecryptionContext::Iv128(start) = context else { return Err(BadKey::Failed) };
    let mut sealed = vec![0_u8; to.0.ciphertext_size()];
    let sealed = to.0.encrypt(&OAEP_SHA1_MGF1SHA1, secret.as_ref(), &mut sealed, None).map_err(failed)?;
    let method = xenc("EncryptionMethod")
        .with("Algorithm", RSA_OAEP)
        .child(Element::new("ds", DS, "DigestMethod").with("Algorithm", SHA1));
    let sealed = xenc("EncryptedKey").child(method).child(cipher_data(sealed));
    let data = xenc("EncryptedData")
        .with("Type", "http://www.w3.org/2001/04/xmlenc#Element")
        .child(xenc("EncryptionMethod").with("Algorithm", AES256_CBC))
        .child(Element::new("ds", DS, "KeyInfo").child(sealed))
        .child(cipher_data(&[start.as_ref().as_slice(), &text].concat()));
    Ok(Element::new("saml2", ASSERTION, "EncryptedAssertion").child(data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::xml::parse;
    use aws_lc_rs::cipher::PaddedBlockDecryptingKey;
    use aws_lc_rs::iv::FixedLength;
    use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey};

    /// A key and the certificate that goes with it.
    fn made() -> (Vec<u8>, String) {
        let pair =
            rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
        let own = rcgen::CertificateParams::new(vec!["sp.example".to_owned()]).unwrap();
        (pair.serialize_der(), own.self_signed(&pair).unwrap().pem())
    }

    fn value(of: &Element) -> Vec<u8> {
        let data = of.one(XENC, "CipherData").and_then(|data| data.one(XENC, "CipherValue")).unwrap();
        STANDARD.decode(data.text()).unwrap()
    }

    /// What a service provider with that key reads.
    fn opened(encrypted: &Element, key: &[u8]) -> Option<String> {
        let data = encrypted.one(XENC, "EncryptedData").unwrap();
        let sealed = data.one(DS, "KeyInfo").and_then(|info| info.one(XENC, "EncryptedKey")).unwrap();
        let own = OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(key).unwrap()).unwrap();
        let mut secret = vec![0; own.min_output_size()];
        let secret = own.decrypt(&OAEP_SHA1_MGF1SHA1, &value(sealed), &mut secret, None).ok()?;
        let cipher = UnboundCipherKey::new(&AES_256, secret).unwrap();
        let mut text = value(data);
        let rest = text.split_off(16);
        let start = FixedLength::<16>::try_from(text.as_slice()).unwrap();
        let mut rest = rest;
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(cipher).unwrap();
        let plain = cipher.decrypt(&mut rest, DecryptionContext::Iv128(start)).ok()?;
        Some(String::from_utf8(plain.to_vec()).unwrap())
    }

    #[test]
    fn only_the_recipient_reads_an_assertion_and_no_two_look_alike() {
        let (key, certificate) = made();
        let recipient = Recipient::of_certificate(&certificate).unwrap();
        let name = Element::new("saml2", ASSERTION, "NameID").text_of("tom & ü");
        let assertion = Element::new("saml2", ASSERTION, "Assertion").child(name);
        let one = encrypted(&assertion, &recipient).unwrap();
        let other = encrypted(&assertion, &recipient).unwrap();
        assert_eq!(opened(&one, &key), Some(text_of(&assertion)));
        assert_eq!(opened(&parse(&text_of(&other)).unwrap(), &key), Some(text_of(&assertion)));
        assert_ne!(one, other);
        assert!(!text_of(&one).contains("tom &amp;"));
        assert_eq!(opened(&one, &made().0), None, "somebody else's key");
    }

    #[test]
    fn without_an_rsa_key_there_is_no_recipient() {
        for text in ["", "MIIB", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
            assert!(matches!(Recipient::of_certificate(text), Err(BadKey::Certificate)), "{text}");
        }
        let curve = rcgen::KeyPair::generate().unwrap();
        let own = rcgen::CertificateParams::new(vec!["sp.example".to_owned()]).unwrap();
        let certificate = own.self_signed(&curve).unwrap().pem();
        assert!(matches!(Recipient::of_certificate(&certificate), Err(BadKey::NoRsa)));
    }
}
