//! Texts in XML and in JSON: what has to be written in another way there.

use crate::soap::xml::{is_xml_character, is_xml_text};
use std::fmt::Write as _;

/// Whether any byte is special, looking at all of them: the compiler does that many at a time.
fn any(text: &str, special: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | special(byte))
}

/// Escapes character data as Axis2 does. Characters that XML does not have are left out: they come from files, forms and
/// the command line, and with one of them nobody could read the answer (the original breaks off in the middle).
pub fn push_escaped(out: &mut String, text: &str) {
    // One look for what is escaped and for what may have to be left out: below a blank, or begun by EF (U+FFFE, U+FFFF).
    if !any(text, |byte| byte < b' ' || matches!(byte, b'<' | b'&' | b'>' | 0xef)) {
        out.push_str(text);
        return;
    }
    if !is_xml_text(text) {
        let readable: String = text.chars().filter(|character| is_xml_character(*character)).collect();
        return push_escaped(out, &readable);
    }
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'<' => "&lt;",
            b'&' => "&amp;",
            b'\r' => "&#xd;",
            b'>' if text.get(..at).is_some_and(|before| before.ends_with("]]")) => "&gt;",
            _ => continue,
        };
        out.push_str(text.get(written..at).unwrap_or_default());
        out.push_str(escaped);
        written = at + 1;
    }
    out.push_str(text.get(written..).unwrap_or_default());
}

/// Escapes for an attribute value in double quotes; what XML does not have is left out as in [`push_escaped`].
pub fn push_attribute(out: &mut String, text: &str) {
    for character in text.chars().filter(|character| is_xml_character(*character)) {
        match character {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xa;"),
            '\r' => out.push_str("&#xd;"),
            other => out.push(other),
        }
    }
}

/// A JSON string.
pub fn push_json_text(out: &mut String, text: &str) {
    out.push('"');
    if !any(text, |byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(push: fn(&mut String, &str), text: &str) -> String {
        let mut out = String::new();
        push(&mut out, text);
        out
    }

    #[test]
    fn character_data_is_escaped_as_axis2_does() {
        for (text, expected) in [
            ("plain 'text' \"äλ中\"", "plain 'text' \"äλ中\""),
            ("a<b>&amp;\r\n", "a&lt;b>&amp;amp;&#xd;\n"),
            ("]]>", "]]&gt;"),
            ("x]]>]>>]]", "x]]&gt;]>>]]"),
            (">", ">"),
            ("ä<中&λ", "ä&lt;中&amp;λ"),
            ("", ""),
            ("a\u{0}b\u{1}<\u{b}\u{1f}c\u{fffe}\u{ffff}\u{fffd}\t\n", "ab&lt;c\u{fffd}\t\n"),
        ] {
            assert_eq!(escaped(push_escaped, text), expected, "{text}");
        }
    }

    #[test]
    fn values_of_attributes_keep_their_blanks() {
        assert_eq!(escaped(push_attribute, "a\t\n\r\"<&'>ä\u{1}"), "a&#x9;&#xa;&#xd;&quot;&lt;&amp;'>ä");
    }

    #[test]
    fn json_texts_are_read_back_as_they_were() {
        for text in ["plain ä中", "\"\\/\n\r\t", "\u{1}\u{1f}\u{7f}", ""] {
            let written = escaped(push_json_text, text);
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text, "{written}");
        }
        assert_eq!(escaped(push_json_text, "a\"\\\n\u{1}"), "\"a\\\"\\\\\\n\\u0001\"");
    }
}
