//! Character sets: a request is decoded by what its header or byte-order mark says, an answer is written in the
//! charset that the request declared, named as the request named it.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252, WINDOWS_1254};
use std::borrow::Cow;

/// The charset of a message: the name as the client wrote it and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charset {
    name: Cow<'static, str>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Known(&'static Encoding),
    /// One of which the encoding, a code page of Windows, knows more: what it writes as bytes from 0x80 up to this one is
    /// no character there.
    Within(&'static Encoding, u8),
    /// UTF-16 without byte order in its name: big endian with a mark when written.
    Utf16,
    /// Big endian, and without a mark when written, unless its name says little endian.
    Utf32(Order),
    Unknown,
}

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    BigEndian,
    LittleEndian,
}

/// What stands before a text in UTF-32.
const MARKS_OF_UTF32: [(Order, [u8; 4]); 2] =
    [(Order::BigEndian, [0, 0, 0xfe, 0xff]), (Order::LittleEndian, [0xff, 0xfe, 0, 0])];

impl Default for Charset {
    fn default() -> Self {
        Self { name: Cow::Borrowed("UTF-8"), kind: Kind::Known(UTF_8) }
    }
}

impl Charset {
    /// The charset that a `Content-Type` declares; UTF-8 when it declares none.
    #[must_use]
    pub fn of(content_type: Option<&str>) -> Self {
        let Some(name) = content_type.and_then(|text| parameter(text, "charset")) else {
            return Self::default();
        };
        let name = name.trim();
        if name == "UTF-8" {
            return Self::default();
        }
        let kind = match Encoding::for_label(name.as_bytes()) {
            _ if name.eq_ignore_ascii_case("utf-16") => Kind::Utf16,
            None if ["utf-32", "utf-32be"].iter().any(|known| name.eq_ignore_ascii_case(known)) => {
                Kind::Utf32(Order::BigEndian)
            }
            None if name.eq_ignore_ascii_case("utf-32le") => Kind::Utf32(Order::LittleEndian),
            Some(encoding) => within(name, encoding),
            None => Kind::Unknown,
        };
        // The name is written into answer headers: nothing but what a charset name can be.
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+()".contains(&byte));
        match kind {
            Kind::Unknown => Self { kind, ..Self::default() },
            _ if plain => Self { name: Cow::Owned(name.to_owned()), kind },
            _ => Self::default(),
        }
    }

    /// Whether the client named a charset that nobody knows.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.kind == Kind::Unknown
    }

    /// The name, as the client wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text of a request body; a byte-order mark wins over the declared charset.
    ///
    /// # Errors
    /// The offset of the first byte that is not of the charset.
    pub fn decode<'b>(&self, body: &'b [u8]) -> Result<Cow<'b, str>, InvalidBytes> {
        if let Some((order, _)) = MARKS_OF_UTF32.iter().find(|(_, mark)| body.starts_with(mark)) {
            return decode_utf32(body, *order, 1);
        }
        let (encoding, skip) = match body {
            [0xef, 0xbb, 0xbf, ..] => (UTF_8, 3),
            [0xfe, 0xff, ..] => (UTF_16BE, 2),
            [0xff, 0xfe, ..] => (UTF_16LE, 2),
            _ => match self.kind {
                // Who says ASCII and sends other bytes mostly means UTF-8, and sometimes something else.
                Kind::Within(_, 0xff) if !body.is_ascii() => {
                    let at = body.iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
                    return Err(InvalidBytes { charset: "US-ASCII", at });
                }
                Kind::Known(encoding) | Kind::Within(encoding, _) => (encoding, 0),
                Kind::Utf16 => (UTF_16BE, 0),
                Kind::Utf32(order) => return decode_utf32(body, order, 0),
                Kind::Unknown => (UTF_8, 0),
            },
        };
        let bytes = body.get(skip..).unwrap_or_default();
        if encoding == UTF_8 {
            return std::str::from_utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|error| InvalidBytes { charset: "UTF-8", at: skip + error.valid_up_to() });
        }
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(InvalidBytes { charset: encoding.name(), at: skip })
    }

    /// The bytes of an answer; characters that the charset lacks become numeric references.
    #[must_use]
    pub fn encode(&self, text: String) -> Vec<u8> {
        match self.kind {
            Kind::Known(encoding) if encoding == UTF_16LE => utf16(&text, u16::to_le_bytes, None),
            Kind::Known(encoding) if encoding == UTF_16BE => utf16(&text, u16::to_be_bytes, None),
            Kind::Utf16 => utf16(&text, u16::to_be_bytes, Some([0xfe, 0xff])),
            Kind::Utf32(order) => utf32(&text, order),
            // encoding_rs writes "&#233;" for what a charset lacks, which is what XML wants.
            Kind::Known(encoding) if encoding != UTF_8 => encoding.encode(&text).0.into_owned(),
            Kind::Within(encoding, last) => encode_within(&text, encoding, last),
            _ => text.into_bytes(),
        }
    }
}

/// Bytes that are no text of the charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("com.ctc.wstx.exc.WstxIOException: Invalid {charset} byte sequence at byte {at}")]
pub struct InvalidBytes {
    charset: &'static str,
    at: usize,
}

/// Reads characters of four bytes, without the first ones.
fn decode_utf32(body: &[u8], order: Order, without: usize) -> Result<Cow<'_, str>, InvalidBytes> {
    let mut text = String::with_capacity(body.len() / 4);
    for (index, chunk) in body.chunks(4).enumerate().skip(without) {
        let invalid = InvalidBytes { charset: "UTF-32", at: index * 4 };
        let four: [u8; 4] = chunk.try_into().map_err(|_| invalid)?;
        let code = match order {
            Order::BigEndian => u32::from_be_bytes(four),
            Order::LittleEndian => u32::from_le_bytes(four),
        };
        text.push(char::from_u32(code).ok_or(invalid)?);
    }
    Ok(Cow::Owned(text))
}

/// What a name means for which the web reads a code page of Windows: US-ASCII and some of ISO 8859. Both agree on every
/// character of the narrower one, so clients that write the wider one under its name are understood, unless that is
/// US-ASCII; what is written to them keeps to the name.
fn within(name: &str, encoding: &'static Encoding) -> Kind {
    let name = name.to_ascii_lowercase();
    let is_code_page = ["windows-", "cp125", "x-cp125", "dos-"].iter().any(|start| name.starts_with(start));
    if is_code_page || ![WINDOWS_1252, WINDOWS_1254, WINDOWS_874].contains(&encoding) {
        return Kind::Known(encoding);
    }
    match name.as_str() {
        "us-ascii" | "ascii" | "ansi_x3.4-1968" => Kind::Within(encoding, 0xff),
        _ => Kind::Within(encoding, 0x9f),
    }
}

fn encode_within(text: &str, encoding: &'static Encoding, last: u8) -> Vec<u8> {
    let mut written = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut utf8 = [0; 4];
        match *encoding.encode(character.encode_utf8(&mut utf8)).0 {
            [byte] if byte >= 0x80 && byte <= last => {
                written.extend(format!("&#{};", u32::from(character)).bytes());
            }
            ref bytes => written.extend(bytes),
        }
    }
    written
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2], mark: Option<[u8; 2]>) -> Vec<u8> {
    mark.into_iter().flatten().chain(text.encode_utf16().flat_map(bytes)).collect()
}

fn utf32(text: &str, order: Order) -> Vec<u8> {
    let bytes = match order {
        Order::BigEndian => u32::to_be_bytes,
        Order::LittleEndian => u32::to_le_bytes,
    };
    text.chars().map(u32::from).flat_map(bytes).collect()
}

/// A parameter of a media type: `charset` of `text/xml; charset="utf-8"`. Names ignore letter case.
#[must_use]
pub fn parameter<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let mut rest = split(header, b';')?.1;
    loop {
        let (key, after) = split(rest, b'=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => {
                let (value, next) = split(quoted, b'"')?;
                (value, split(next, b';').map_or("", |(_, next)| next))
            }
            None => split(after, b';').unwrap_or((after, "")),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
        rest = next;
    }
}

/// As `split_once`, which takes longer to begin than it takes to look at a header of a few bytes.
fn split(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_quoted_or_not_and_in_any_case() {
        let soapui = "application/soap+xml;charset=UTF-8;action=\"urn:op;x\"";
        assert_eq!(parameter(soapui, "action"), Some("urn:op;x"));
        assert_eq!(parameter("text/xml; Charset=\"utf-8\"", "charset"), Some("utf-8"));
        assert_eq!(parameter("text/xml", "charset"), None);
        assert_eq!(parameter("text/xml; boundary=\"a", "charset"), None);
    }

    #[test]
    fn the_answer_speaks_the_charset_of_the_request_verbatim() {
        let latin = Charset::of(Some("text/xml; charset=ISO-8859-1"));
        assert_eq!(latin.name(), "ISO-8859-1");
        assert_eq!(latin.encode("é€Ā".into()), b"\xe9&#8364;&#256;");
        assert_eq!(latin.decode(b"\xe9").unwrap(), "é");
        let sixteen = Charset::of(Some("text/xml; charset=UTF-16"));
        assert_eq!(sixteen.encode("a".into()), [0xfe, 0xff, 0, b'a']);
        assert_eq!(sixteen.decode(&[0xff, 0xfe, b'a', 0]).unwrap(), "a");
    }

    #[test]
    fn an_answer_has_no_byte_that_its_charset_lacks() {
        for (name, bytes) in [
            ("ISO-8859-1", &b"a\xe9&#8217;&#8364;&#351;&#128;"[..]),
            ("latin1", b"a\xe9&#8217;&#8364;&#351;&#128;"),
            ("US-ASCII", b"a&#233;&#8217;&#8364;&#351;&#128;"),
            ("iso-8859-9", b"a\xe9&#8217;&#8364;\xfe&#128;"),
            ("Windows-1252", b"a\xe9\x92\x80&#351;&#128;"),
            ("cp1252", b"a\xe9\x92\x80&#351;&#128;"),
            ("ISO-8859-15", b"a\xe9&#8217;\xa4&#351;\x80"),
        ] {
            let charset = Charset::of(Some(&format!("text/xml; charset={name}")));
            assert_eq!(charset.encode("aé’€ş\u{80}".into()), bytes, "{name}");
        }
    }

    #[test]
    fn a_mark_wins_and_bad_bytes_are_told() {
        let utf8 = Charset::default();
        assert_eq!(utf8.decode(b"\xef\xbb\xbfa").unwrap(), "a");
        assert_eq!(utf8.decode(&[0, 0, 0xfe, 0xff, 0, 0, 0, b'a']).unwrap(), "a");
        assert!(utf8.decode(b"a\xff").unwrap_err().to_string().contains("byte 1"));
        let ascii = Charset::of(Some("text/xml; charset=US-ASCII"));
        assert_eq!(ascii.decode(b"Jose").unwrap(), "Jose");
        assert!(
            ascii
                .decode("José".as_bytes())
                .unwrap_err()
                .to_string()
                .contains("US-ASCII byte sequence at byte 3")
        );
        assert!(Charset::of(Some("text/xml; charset=foo")).is_unknown());
        assert_eq!(Charset::of(Some("text/xml; charset=\"utf-8\r\nX: y\"")).name(), "UTF-8");
    }

    #[test]
    fn a_request_without_a_charset_is_utf8_and_its_answer_says_so() {
        for content_type in [None, Some("text/xml"), Some("text/xml; charset=UTF-8")] {
            assert_eq!(Charset::of(content_type), Charset::default());
        }
        assert_eq!(Charset::default().name(), "UTF-8");
        assert_eq!(Charset::default().encode("é中".into()), "é中".as_bytes());
        let lower = Charset::of(Some("text/xml; charset=\"utf-8\""));
        assert_eq!((lower.name(), lower.is_unknown()), ("utf-8", false));
    }

    #[test]
    fn a_mark_wins_over_the_declared_charset() {
        let latin = Charset::of(Some("text/xml; charset=ISO-8859-1"));
        assert_eq!(latin.decode(b"\xef\xbb\xbf\xc3\xa9").unwrap(), "é");
        assert_eq!(latin.decode(&[0xfe, 0xff, 0, 0xe9]).unwrap(), "é");
        assert_eq!(latin.decode(&[0xff, 0xfe, 0, 0, 0xe9, 0, 0, 0]).unwrap(), "é");
    }

    #[test]
    fn utf16_without_a_mark_is_read_by_its_name_and_else_as_big_endian() {
        let named = |name: &str| Charset::of(Some(&format!("text/xml; charset={name}")));
        assert_eq!(named("UTF-16LE").decode(&[b'a', 0]).unwrap(), "a");
        assert_eq!(named("UTF-16BE").decode(&[0, b'a']).unwrap(), "a");
        assert_eq!(named("utf-16").decode(&[0, b'a']).unwrap(), "a");
        assert_eq!(named("UTF-16LE").encode("a".into()), [b'a', 0]);
        assert_eq!(named("UTF-16BE").encode("a".into()), [0, b'a']);
    }

    #[test]
    fn utf32_is_read_and_written_by_its_name_and_a_mark_wins_over_that() {
        let named = |name: &str| Charset::of(Some(&format!("text/xml; charset={name}")));
        let (big, little) = (&[0, 0, 0, 0xe9, 0, 1, 0xf6, 0][..], &[0xe9, 0, 0, 0, 0, 0xf6, 1, 0][..]);
        for (name, bytes) in [("UTF-32", big), ("utf-32BE", big), ("UTF-32LE", little)] {
            let charset = named(name);
            assert_eq!((charset.name(), charset.is_unknown()), (name, false));
            assert_eq!(charset.decode(bytes).unwrap(), "é😀");
            assert_eq!(charset.encode("é😀".into()), bytes);
            assert_eq!(charset.decode(&[&[0xff, 0xfe, 0, 0], little].concat()).unwrap(), "é😀");
            assert_eq!(charset.decode(&[&[0, 0, 0xfe, 0xff], big].concat()).unwrap(), "é😀");
        }
        assert!(named("UTF-32").decode(&[0, 0, 0]).is_err());
        assert!(named("UTF-32").decode(little).is_err());
    }

    #[test]
    fn bytes_that_are_none_of_the_charset_are_refused() {
        let utf8 = Charset::default();
        for body in [&b"\xc3"[..], b"\xed\xa0\x80", b"\xef\xbb\xbf\xff"] {
            assert!(
                utf8.decode(body)
                    .unwrap_err()
                    .to_string()
                    .starts_with("com.ctc.wstx.exc.WstxIOException: Invalid UTF-8")
            );
        }
        // Half a character, and half a surrogate pair.
        assert!(utf8.decode(&[0xfe, 0xff, 0]).is_err());
        assert!(utf8.decode(&[0xfe, 0xff, 0xd8, 0]).is_err());
        assert!(utf8.decode(&[0, 0, 0xfe, 0xff, 0, 0, 0]).is_err());
        assert!(utf8.decode(&[0, 0, 0xfe, 0xff, 0, 0, 0xd8, 0]).is_err());
    }

    #[test]
    fn the_parameters_of_a_media_type_may_be_spaced_and_several() {
        assert_eq!(parameter("a/b; x=1 ; Charset = utf-8 ; y=2", "charset"), Some("utf-8"));
        assert_eq!(parameter("a/b; x=\"1;charset=no\"; charset=yes", "charset"), Some("yes"));
        assert_eq!(parameter("a/b;charset=", "charset"), Some(""));
        assert_eq!(parameter("a/b;charset", "charset"), None);
    }
}
