//! Parameters of queries and forms (`application/x-www-form-urlencoded`).
//!
//! The original reads escapes as UTF-8, whatever charset the form declares. That is kept for what is UTF-8; anything else
//! is of the declared charset, or refused.

use super::charset::{Charset, InvalidBytes};

/// Parameters of a query or a form at most: each takes many times the room of its shortest spelling.
const MAX_PAIRS: usize = 10_000;

/// Why parameters are not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than are read.
    #[error("There are more than {MAX_PAIRS} parameters")]
    TooMany,
    /// Neither UTF-8 nor of the charset.
    #[error(transparent)]
    Bytes(#[from] InvalidBytes),
}

/// Names and values, in order.
///
/// # Errors
/// [`Unreadable`].
pub fn pairs(text: &[u8], charset: &Charset) -> Result<Vec<(String, String)>, Unreadable> {
    let mut found = Vec::new();
    for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        if found.len() >= MAX_PAIRS {
            return Err(Unreadable::TooMany);
        }
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut half = || read(unescaped(halves.next().unwrap_or_default()), charset);
        found.push((half()?, half()?));
    }
    Ok(found)
}

fn read(bytes: Vec<u8>, charset: &Charset) -> Result<String, InvalidBytes> {
    String::from_utf8(bytes).or_else(|other| Ok(charset.decode(other.as_bytes())?.into_owned()))
}

/// A `%` that begins no escape stands for itself.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escape = match after {
            [high, low, next @ ..] if byte == b'%' => hexadecimal(*high, *low).map(|value| (value, next)),
            _ => None,
        };
        match escape {
            Some((value, next)) => {
                out.push(value);
                rest = next;
            }
            None => out.push(if byte == b'+' { b' ' } else { byte }),
        }
    }
    out
}

/// The byte that two hexadecimal digits write.
pub(super) fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? * 16 + digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8], content_type: &str) -> Result<Vec<(String, String)>, Unreadable> {
        pairs(text, &Charset::of(Some(content_type)))
    }

    #[test]
    fn names_and_values_are_read_in_order_and_what_is_no_escape_stays() {
        let found = of("a=b+c%26&a=%C3%A9é&&empty=&alone&x==%2&y=1%zz".as_bytes(), "").unwrap();
        let expected =
            [("a", "b c&"), ("a", "éé"), ("empty", ""), ("alone", ""), ("x", "=%2"), ("y", "1%zz")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_not_utf_8_is_of_the_declared_charset_or_refused() {
        let value = |text: &[u8], content_type| of(text, content_type).map(|found| found[0].1.clone());
        for text in [&b"a=Jos%E9"[..], b"a=Jos\xe9", b"a=Jos%C3%A9"] {
            assert_eq!(value(text, "x/y; charset=ISO-8859-1").as_deref(), Ok("José"));
        }
        assert_eq!(value(b"a=%A4", "x/y; charset=ISO-8859-15").as_deref(), Ok("€"));
        assert!(matches!(value(b"a=Jos%E9", "x/y; charset=UTF-8"), Err(Unreadable::Bytes(_))));
    }

    #[test]
    fn ten_thousand_parameters_are_read_and_no_more() {
        assert_eq!(of("a&".repeat(10_000).as_bytes(), "").unwrap().len(), 10_000);
        assert_eq!(of("a&".repeat(10_001).as_bytes(), ""), Err(Unreadable::TooMany));
    }
}
