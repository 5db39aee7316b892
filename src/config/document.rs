//! XML files as declared documents, and where in a file each of their values stands.
//!
//! yaserde keeps no places. Every element is therefore given its line as an attribute before the document is read, and
//! what can be wrong is read with it ([`Leaf`]). Knows no file and no element.

use super::error::Error;
use std::path::{Path, PathBuf};
use xml::common::{Position as _, TextPosition};
use xml::reader::{self, EventReader, ParserConfig};
use xml::writer::{self, EmitterConfig, EventWriter};
use yaserde::YaDeserialize;

/// The attribute that holds the line of an element; declared documents name it in `rename`.
const LINE: &str = "soapstone-line";

/// The attribute, in a namespace of its own, of a value that the original's cipher tool has put into its vault. What stands
/// in such an element is a word of the tool's: `password`.
const ALIAS: &str = "secretAlias";

/// The attribute that holds it in declared documents; the word does not reach them.
const VAULT: &str = "soapstone-vault";

/// An element with nothing in it but text.
#[derive(Debug, Default, YaDeserialize)]
pub(super) struct Leaf {
    /// The line it begins at, counted from 1.
    #[yaserde(attribute = true, rename = "soapstone-line")]
    pub(super) line: Option<u32>,
    /// The name of its value in the vault of the original, if it is there.
    #[yaserde(attribute = true, rename = "soapstone-vault")]
    pub(super) vault: Option<String>,
    #[yaserde(text = true)]
    text: Option<String>,
}

impl Leaf {
    /// What stands in it; an empty element holds an empty text.
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }
}

/// How the original finds the elements of a document by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// As they are written.
    Exact,
    /// In any letter case; the declared document has them in lower case.
    AnyCase,
}

/// The document at the first of `places` where there is one.
pub(super) fn read<T: YaDeserialize>(
    folder: &Path,
    places: &[&str],
    root: &str,
    names: Names,
    files: &mut Vec<PathBuf>,
) -> Result<Option<T>, Error> {
    let Some(path) = places.iter().map(|place| folder.join(place)).find(|path| path.exists()) else {
        return Ok(None);
    };
    let bytes = std::fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    let syntax = |(line, column): (usize, usize), why: String| Error::Syntax {
        path: path.clone(),
        line,
        column,
        why,
        hint: "compare with the file as it was shipped; in values, & is written &amp; and < is written &lt;",
    };
    let plain = with_lines(&bytes, root, names).map_err(|(place, why)| syntax(place, why))?;
    let mut reader = yaserde::de::Deserializer::new(events(&plain));
    let value = T::deserialize(&mut reader).map_err(|error| syntax((1, 1), error.to_string()))?;
    files.push(path);
    Ok(Some(value))
}

/// White space belongs to values: a password may begin with a blank.
pub(super) fn events(bytes: &[u8]) -> EventReader<&[u8]> {
    let config = ParserConfig::new()
        .trim_whitespace(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(true)
        .ignore_comments(true)
        .coalesce_characters(true);
    EventReader::new_with_config(bytes, config)
}

/// Line and column of a mistake in a document, counted from 1, and what is wrong there.
pub(super) fn mistake(bytes: &[u8], error: &reader::Error) -> ((usize, usize), String) {
    if let (reader::ErrorKind::Utf8(_), Err(broken)) = (error.kind(), std::str::from_utf8(bytes)) {
        // The reader has no place for it.
        let good = bytes.get(..broken.valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        let why = "this is not UTF-8; save the file so, or name its encoding in the first line, as in \
                   <?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>";
        return ((line, column), why.to_owned());
    }
    let place = error.position();
    let why = error.to_string();
    // The reader's own text begins with the place.
    let why = why.strip_prefix(&place.to_string()).unwrap_or(&why).trim_start();
    (counted(place), why.to_owned())
}

/// A place, counted from 1.
fn counted(place: TextPosition) -> (usize, usize) {
    let count = |number: u64| usize::try_from(number).unwrap_or(0) + 1;
    (count(place.row), count(place.column))
}

/// The elements of a document with their lines and their local names, by which the original finds them: `carbon.xml` is
/// shipped with a namespace, and deployments keep files of several releases with others or none. A mistake is told with
/// its place.
fn with_lines(bytes: &[u8], root: &str, names: Names) -> Result<Vec<u8>, ((usize, usize), String)> {
    let mut plain = Vec::new();
    let mut writer = EventWriter::new_with_config(&mut plain, EmitterConfig::new().perform_indent(false));
    let mut events = events(bytes);
    let (mut in_vault, mut in_root) = (false, false);
    loop {
        let event = events.next().map_err(|error| mistake(bytes, &error))?;
        let written = match &event {
            reader::XmlEvent::StartElement { name, attributes, .. } => {
                let line = (events.position().row + 1).to_string();
                let lower = name.local_name.to_ascii_lowercase();
                let name = if names == Names::AnyCase { &lower } else { &name.local_name };
                if !in_root && name != root {
                    return Err((
                        counted(events.position()),
                        format!("the file begins with <{name}>, where <{root}> is expected"),
                    ));
                }
                in_root = true;
                let mut start = writer::XmlEvent::start_element(name.as_str()).attr(LINE, &line);
                let alias = attributes.iter().find(|attribute| attribute.name.local_name == ALIAS);
                in_vault = alias.is_some();
                if let Some(alias) = alias {
                    start = start.attr(VAULT, &alias.value);
                }
                let own = attributes.iter().filter(|attribute| attribute.name.prefix.is_none());
                writer.write(own.fold(start, |start, attribute| {
                    start.attr(attribute.name.local_name.as_str(), &attribute.value)
                }))
            }
            reader::XmlEvent::EndElement { .. } => {
                in_vault = false;
                writer.write(writer::XmlEvent::end_element())
            }
            reader::XmlEvent::Characters(_) if in_vault => Ok(()),
            reader::XmlEvent::Characters(text) => writer.write(writer::XmlEvent::characters(text)),
            reader::XmlEvent::EndDocument => break,
            _ => Ok(()),
        };
        written.map_err(|error| ((1, 1), error.to_string()))?;
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_document_is_told_with_its_place_once() {
        let broken = b"<Server>\n  <Name>x</Name>\n</Serve>";
        let ((line, column), why) = with_lines(broken, "Server", Names::Exact).unwrap_err();
        assert_eq!((line, column), (3, 8));
        assert!(why.starts_with("Unexpected closing tag"), "{why}");
    }

    #[test]
    fn a_letter_of_another_encoding_is_told_with_its_place() {
        let read = |text: &[u8]| with_lines(text, "a", Names::Exact).map(drop);
        let (place, why) = read(b"<a>\n <b>K\xfc</b></a>").unwrap_err();
        assert_eq!(place, (2, 6));
        assert!(why.starts_with("this is not UTF-8; save the file so, or name its encoding"), "{why}");
        assert!(read(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<a>K\xfc</a>").is_ok());
    }

    #[test]
    fn a_document_of_another_kind_is_told() {
        let other = |text: &str, names| with_lines(text.as_bytes(), "server", names).map(drop);
        let ((line, _), why) = other("<!-- a -->\n<Other/>", Names::Exact).unwrap_err();
        assert_eq!((line, why.as_str()), (2, "the file begins with <Other>, where <server> is expected"));
        assert!(other("<Server/>", Names::Exact).is_err());
        assert!(other("<Server><Other/></Server>", Names::AnyCase).is_ok());
    }

    #[test]
    fn an_element_knows_the_line_it_begins_at() {
        let text = b"<?xml version=\"1.0\"?>\n<!-- two\nlines -->\n<a><b\n  c='d'>x\ny</b>\n<e/></a>";
        let plain = String::from_utf8(with_lines(text, "a", Names::Exact).unwrap()).unwrap();
        for element in
            ["<a soapstone-line=\"4\">", "<b soapstone-line=\"4\" c=\"d\">", "<e soapstone-line=\"7\""]
        {
            assert!(plain.contains(element), "{element}: {plain}");
        }
    }
}
