//! The text of a file that somebody wrote with a program of his own: in UTF-8, in what a mark at its beginning says, or in
//! windows-1252, as Excel writes "CSV" without asking. No character is ever put in the place of one that cannot be read:
//! it would be part of a name or a password that nobody has.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// What windows-1252 leaves open; encoding_rs makes control characters of them, as browsers do.
const OPEN: [char; 5] = ['\u{81}', '\u{8d}', '\u{8f}', '\u{90}', '\u{9d}'];

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile<'b> {
    /// The text, without a mark.
    pub text: Cow<'b, str>,
    /// What it was read as.
    pub charset: &'static str,
}

impl TextFile<'_> {
    /// Whether its charset was guessed: another code page of Windows looks the same and means other letters.
    #[must_use]
    pub fn is_guessed(&self) -> bool {
        self.charset == WINDOWS_1252.name()
    }
}

/// A file that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: this is neither UTF-8 nor UTF-16 with a mark nor windows-1252; save the file as UTF-8")]
pub struct NoText {
    /// The line where that shows, from 1.
    pub line: usize,
}

/// Reads a file.
///
/// # Errors
/// [`NoText`], also for one that is UTF-8 in one place and something else in another.
pub fn read(bytes: &[u8]) -> Result<TextFile<'_>, NoText> {
    let (encoding, skip) = match bytes {
        [0xef, 0xbb, 0xbf, ..] => (UTF_8, 3),
        [0xff, 0xfe, ..] => (UTF_16LE, 2),
        [0xfe, 0xff, ..] => (UTF_16BE, 2),
        _ if looks_like_windows(bytes) => (WINDOWS_1252, 0),
        _ => (UTF_8, 0),
    };
    let bytes = bytes.get(skip..).unwrap_or_default();
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let text = decoded.ok_or_else(|| NoText { line: broken_line(encoding, bytes) })?;
    // UTF-16 without a mark is full of zeros.
    let is_none = |letter: char| letter == '\0' || (encoding == WINDOWS_1252 && OPEN.contains(&letter));
    match text.find(is_none) {
        Some(at) => Err(NoText { line: line_of(text.get(..at).unwrap_or_default()) }),
        None => Ok(TextFile { text, charset: encoding.name() }),
    }
}

/// Whether bytes are no UTF-8 anywhere beyond ASCII. In a file that was put together of two, one half would come out as
/// nonsense, whichever is believed.
fn looks_like_windows(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err() && bytes.utf8_chunks().all(|chunk| chunk.valid().is_ascii())
}

fn broken_line(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    line_of(text.split(char::REPLACEMENT_CHARACTER).next().unwrap_or_default())
}

/// The line in which a text ends.
fn line_of(text: &str) -> usize {
    text.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        ['\u{feff}']
            .into_iter()
            .chain(text.chars())
            .flat_map(|letter| {
                letter.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| bytes(*unit)).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn a_text_is_read_to_the_letter_in_whatever_programs_write() {
        let text = "a,Pässwörd1€\n";
        for (bytes, charset) in [
            (text.as_bytes().to_vec(), "UTF-8"),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), "UTF-8"),
            (utf16(text, u16::to_le_bytes), "UTF-16LE"),
            (utf16(text, u16::to_be_bytes), "UTF-16BE"),
            (b"a,P\xe4ssw\xf6rd1\x80\n".to_vec(), "windows-1252"),
        ] {
            let read = read(&bytes).unwrap();
            assert_eq!((read.text.as_ref(), read.charset), (text, charset));
            assert_eq!(read.is_guessed(), charset == "windows-1252");
        }
        assert_eq!(read(b"").unwrap().text, "");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        for (bytes, line) in [
            (b"\xef\xbb\xbfa\n\xe4".to_vec(), 2),
            (b"\xff\xfea\0\n\0\0\xd8b\0".to_vec(), 2),
            (b"\xff\xfea\0\n\0b".to_vec(), 2),
            (b"a\nb\0".to_vec(), 2),
            (b"a\n\nP\x81\xe4".to_vec(), 3),
            // J\xfcrgen behind a Jürgen in UTF-8.
            (b"J\xc3\xbcrgen\nJ\xfcrgen".to_vec(), 2),
        ] {
            assert_eq!(read(&bytes), Err(NoText { line }), "{bytes:?}");
        }
    }
}
