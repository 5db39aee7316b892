//! Whether a file is a spreadsheet: as much of one as an import looks at that adds nobody of it.

use memchr::memmem;

/// How files of Excel begin whose names end with `xls`, and what the part with the cells is called, or was until 1995.
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const BOOKS: [&[u8]; 2] = [b"W\0o\0r\0k\0b\0o\0o\0k\0", b"B\0o\0o\0k\0"];
/// The same of those whose names end with `xlsx`, which are archives, and where the list of their parts ends.
const ARCHIVE: &[u8] = b"PK\x03\x04";
const PARTS: &[u8] = b"[Content_Types].xml";
const END: &[u8] = b"PK\x05\x06";

/// Whether the original could open it.
pub fn is_one(bytes: &[u8]) -> bool {
    let has = |part: &[u8]| memmem::find(bytes, part).is_some();
    (bytes.starts_with(&COMPOUND) && BOOKS.iter().any(|book| has(book)))
        || (bytes.starts_with(ARCHIVE) && has(PARTS) && has(END))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_is_known_by_its_container_and_a_part_of_it() {
        let book = [&COMPOUND, b"\0\0W\0o\0r\0k\0b\0o\0o\0k\0\0\0".as_slice()].concat();
        let old = [&COMPOUND, b"\0\0B\0o\0o\0k\0\0\0".as_slice()].concat();
        let sheet = [ARCHIVE, b"..", PARTS, b"..", END, b".."].concat();
        for good in [book.as_slice(), &old, &sheet] {
            assert!(is_one(good));
        }
        // A text, a document of another program, an archive that is cut off.
        for bad in [b"UserName\ntom\n".as_slice(), &COMPOUND, &sheet[..sheet.len() - 6], b""] {
            assert!(!is_one(bad), "{bad:?}");
        }
    }
}
