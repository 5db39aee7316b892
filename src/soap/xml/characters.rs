//! The characters of XML 1.0: which there are, and what stands for one.

use std::borrow::Cow;

/// XML 1.0 production `Char`.
#[must_use]
pub fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether every character is one of XML. The common case is decided on bytes, all of them, which the compiler does many
/// at a time: everything from blank up is fine unless it is U+FFFE or U+FFFF, which begin with EF.
#[must_use]
pub fn is_xml_text(text: &str) -> bool {
    let is_suspicious =
        |byte: u8| is_control_or_high(byte) && byte != b'\n' && byte != b'\t' && byte != b'\r';
    !text.bytes().fold(false, |found, byte| found | is_suspicious(byte)) || text.chars().all(is_xml_character)
}

/// Character data as it is meant: checked, and with the line ends of XML 1.0 §2.11.
pub(super) fn character_data(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    if !raw.bytes().fold(false, |found, byte| found | is_control_or_high(byte) | (byte == b'>')) {
        return Ok(Cow::Borrowed(raw));
    }
    if raw.contains("]]>") {
        return Err("']]>' in text");
    }
    check(raw)?;
    Ok(with_line_feeds(raw))
}

/// The content of a CDATA section, likewise.
pub(super) fn cdata(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    check(raw)?;
    Ok(with_line_feeds(raw))
}

/// The value of an attribute as it is meant.
pub(super) fn attribute_value(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    let says_more = |byte: u8| is_control_or_high(byte) | (byte == b'<') | (byte == b'&');
    if !raw.bytes().fold(false, |found, byte| found | says_more(byte)) {
        return Ok(Cow::Borrowed(raw));
    }
    check(raw)?;
    if raw.contains('<') {
        return Err("'<' in an attribute value");
    }
    if !raw.contains('&') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, reference)) = rest.split_once('&') {
        let (name, after) = reference.split_once(';').ok_or(BARE)?;
        value.push_str(before);
        value.push(referred(name)?);
        rest = after;
    }
    value.push_str(rest);
    Ok(Cow::Owned(value))
}

/// An ampersand that begins no reference.
pub(super) const BARE: &str = "a bare '&'";

/// What stands between `&` and `;` means a character: one of the five that XML predefines, or the one of that number.
pub(super) fn referred(name: &str) -> Result<char, &'static str> {
    let Some(number) = name.strip_prefix('#') else {
        return Ok(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return Err("a reference to an entity that is not defined"),
        });
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    // The conversion would take a sign, too.
    let code = digits.chars().all(|digit| digit.is_digit(radix)).then(|| u32::from_str_radix(digits, radix));
    let character = code.and_then(Result::ok).and_then(char::from_u32);
    character.filter(|character| is_xml_character(*character)).ok_or("a reference to no XML character")
}

/// Whether a text says nothing where only markup may stand.
pub(super) fn is_blank(text: &str) -> bool {
    text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty()
}

/// What only a closer look can tell from a character that there is not.
fn is_control_or_high(byte: u8) -> bool {
    byte < b' ' || byte == 0xef
}

fn check(text: &str) -> Result<(), &'static str> {
    if is_xml_text(text) { Ok(()) } else { Err("a character that XML 1.0 does not allow") }
}

/// XML 1.0 §2.11: CRLF and CR are read as LF.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
