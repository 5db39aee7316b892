//! How the content of a part travels (RFC 2045 §6): what mail libraries write as text is bytes again.

use crate::soap::form::hexadecimal;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::borrow::Cow;

/// Padding may be missing, and what the last letter has too many bits of is nobody's concern.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of a content, by the value of its `Content-Transfer-Encoding`; `None` when it is not written in that.
pub(super) fn decoded<'b>(encoding: Option<&str>, content: &'b [u8]) -> Option<Cow<'b, [u8]>> {
    let is = |name: &str| encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case(name));
    if is("base64") {
        let letters: Vec<u8> = content.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return LENIENT.decode(letters).ok().map(Cow::Owned);
    }
    Some(if is("quoted-printable") { Cow::Owned(unquoted(content)) } else { Cow::Borrowed(content) })
}

/// A `=` that begins nothing stands for itself.
fn unquoted(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match after {
            [b'\r', b'\n', next @ ..] | [b'\n', next @ ..] if byte == b'=' => rest = next,
            [high, low, next @ ..] if byte == b'=' => match hexadecimal(*high, *low) {
                Some(value) => {
                    out.push(value);
                    rest = next;
                }
                None => out.push(byte),
            },
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_may_be_broken_into_lines_and_lack_its_padding() {
        for text in ["AQID\r\nBA==", "AQIDBA", " AQ\nIDBA=\t="] {
            assert_eq!(decoded(Some("Base64"), text.as_bytes()).unwrap(), &[1, 2, 3, 4][..], "{text}");
        }
        assert_eq!(decoded(Some("base64"), b"AQ*D"), None);
    }

    #[test]
    fn quoted_printable_is_read_and_what_it_does_not_quote_stays() {
        let read = |text: &str| decoded(Some("Quoted-Printable"), text.as_bytes()).unwrap().into_owned();
        assert_eq!(
            read("a=3D=c3=A9b=\r\nc=\nd\r\ne"),
            "a=éb".as_bytes().iter().chain(b"cd\r\ne").copied().collect::<Vec<_>>()
        );
        assert_eq!(read("1=2, x=zz, =4"), b"1=2, x=zz, =4");
    }

    #[test]
    fn everything_else_is_as_it_is_written() {
        for encoding in [None, Some("binary"), Some("8bit"), Some("7bit"), Some("x-own")] {
            assert!(matches!(decoded(encoding, b"A=3D"), Some(Cow::Borrowed(b"A=3D"))));
        }
    }
}
