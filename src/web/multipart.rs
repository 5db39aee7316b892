//! Forms with files in them (`multipart/form-data`, RFC 7578), as browsers write them.
//!
//! The body was read within the limit of the transport. What is not well formed ends the reading; a form cut short
//! lacks its token or a field, and is refused for that.

use super::form::{MOST_FIELDS, Upload, text};
use encoding_rs::UTF_8;

/// The text between the parts, from the content type; none when it is another one.
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameter(rest, "boundary")?;
    (!value.is_empty() && value.len() <= 70).then_some(value)
}

/// Fields and files of a body.
pub fn parse(body: &[u8], boundary: &str) -> (Vec<(String, String)>, Vec<Upload>) {
    let delimiter = ["\r\n--", boundary].concat().into_bytes();
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    // The first delimiter has no line before it.
    let Some(first) = delimiter.get(2..) else { return (fields, files) };
    let mut rest = body.strip_prefix(first).unwrap_or_default();
    for _ in 0..MOST_FIELDS {
        let Some(part) = rest.strip_prefix(b"\r\n") else { break };
        let Some(end) = position(part, &delimiter) else { break };
        let (content, after) = (part.get(..end), part.get(end + delimiter.len()..));
        let (Some(content), Some(after)) = (content, after) else { break };
        rest = after;
        let Some(split) = position(content, b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(content.get(..split).unwrap_or_default());
        let bytes = content.get(split + 4..).unwrap_or_default();
        let Some(disposition) = disposition(&head) else { continue };
        let Some(name) = parameter(disposition, "name") else { continue };
        if parameter(disposition, "filename").is_some() {
            files.push(Upload { field: name, bytes: bytes.to_vec() });
        } else {
            fields.push((name, text(bytes, UTF_8)));
        }
    }
    (fields, files)
}

/// The parameters of the header that names a part.
fn disposition(head: &str) -> Option<&str> {
    head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.trim().eq_ignore_ascii_case("content-disposition");
        is_it.then_some(value).and_then(|value| value.trim().strip_prefix("form-data"))
    })
}

/// A parameter of a header, with or without quotation marks. Browsers write a quotation mark inside as `%22`.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (known, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        if known.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim().replace("%22", "\""));
        }
        rest = next;
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Vec<(String, String)>, Vec<Upload>) {
        parse(body.as_bytes(), "x42")
    }

    #[test]
    fn fields_and_files_are_told_apart() {
        let (fields, files) = read(
            "--x42\r\nContent-Disposition: form-data; name=\"role\"\r\n\r\ntest röle\r\n\
             --x42\r\nContent-Disposition: form-data; name=\"list\"; filename=\"a;b.csv\"\r\nContent-Type: text/csv\r\n\r\n\
             tom\r\n\r\nann\r\n--x42\r\ncontent-disposition:form-data;name=csrf\r\n\r\n\r\n--x42--\r\n",
        );
        assert_eq!(fields, [("role".into(), "test röle".into()), ("csrf".into(), String::new())]);
        assert_eq!(files, [Upload { field: "list".into(), bytes: b"tom\r\n\r\nann".to_vec() }]);
    }

    #[test]
    fn a_body_that_is_cut_short_loses_its_last_part_and_nothing_else() {
        let whole = "--x42\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
                     --x42\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n2\r\n--x42--\r\n";
        for length in 0..whole.len() {
            let (fields, _) = read(&whole[..length]);
            assert!(
                fields.len() <= 2
                    && fields.iter().all(|(name, value)| {
                        (name == "a" && value == "1") || (name == "b" && value == "2")
                    }),
                "{length}: {fields:?}"
            );
        }
        assert_eq!(read(whole).0.len(), 2);
        assert!(read("nonsense").0.is_empty());
    }

    #[test]
    fn only_forms_with_files_have_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=x42").as_deref(), Some("x42"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").as_deref(), Some("a b"));
        for other in
            ["application/x-www-form-urlencoded", "multipart/mixed; boundary=x", "multipart/form-data;", ""]
        {
            assert_eq!(boundary(other), None, "{other}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }
}
