//! Whether a text is a certificate: base64 of its DER form, or base64 of a PEM text.
//!
//! Only the form counts. Validity, key usage and issuer are nobody's business here: an expired certificate is stored
//! like any other (IS 5.3.0, IdPManagementDAO).

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::prelude::{FromDer, X509Certificate};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// Whether the original could read the certificate.
pub(super) fn is_readable(text: &str) -> bool {
    let bytes = decoded(text.as_bytes());
    let der = match inside_pem(&bytes) {
        Some(body) => decoded(body),
        None => bytes,
    };
    X509Certificate::from_der(&der).is_ok()
}

/// Base64 as the decoder of the original reads it: whatever does not belong to the alphabet is skipped.
fn decoded(text: &[u8]) -> Vec<u8> {
    let in_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let end = text.iter().position(|byte| *byte == b'=').unwrap_or(text.len());
    let kept: Vec<u8> = text.iter().take(end).copied().filter(in_alphabet).collect();
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(kept).unwrap_or_default()
}

fn inside_pem(bytes: &[u8]) -> Option<&[u8]> {
    let start = position(bytes, BEGIN)? + BEGIN.len();
    let body = bytes.get(start..)?;
    body.get(..position(body, END)?)
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::is_readable;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn made() -> (Vec<u8>, String) {
        let mut parameters = rcgen::CertificateParams::new(["partner.example".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2001, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(2002, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        (certificate.der().to_vec(), certificate.pem())
    }

    #[test]
    fn der_and_pem_in_base64_are_certificates_however_old() {
        let (der, pem) = made();
        assert!(is_readable(&STANDARD.encode(&der)));
        assert!(is_readable(&STANDARD.encode(pem.as_bytes())));
        assert!(is_readable(&STANDARD.encode(format!("subject=partner\n{pem}"))));
    }

    #[test]
    fn line_breaks_and_foreign_characters_are_skipped() {
        let text = STANDARD.encode(made().0);
        let (head, tail) = text.split_at(40);
        assert!(is_readable(&format!("{head}\r\n{tail}\n")));
        assert!(is_readable(&format!("{head} -{tail}")));
    }

    #[test]
    fn anything_else_is_none() {
        let (der, pem) = made();
        let half = der.len() / 2;
        assert!(!is_readable("not-a-certificate"));
        assert!(!is_readable(""));
        assert!(!is_readable(&STANDARD.encode(der.get(..half).unwrap())));
        // PEM that is not wrapped in base64 once more.
        assert!(!is_readable(&pem));
        assert!(!is_readable(&STANDARD.encode("-----BEGIN CERTIFICATE-----\nMIIB\n")));
    }
}
