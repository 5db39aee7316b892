//! Multipart bodies: MTOM/XOP and SOAP with attachments (`multipart/related`), and forms (`multipart/form-data`).

mod transfer;

use super::charset::parameter;
use base64::Engine as _;
use std::borrow::Cow;

/// Parts of one body at most.
const MAX_PARTS: usize = 1000;
/// Bytes of the headers of one part at most.
const MAX_HEADERS: usize = 8192;
/// Bytes of a boundary at most: every byte of the body is compared with it. RFC 2046 has 70.
const MAX_BOUNDARY: usize = 200;

/// One part of a multipart body.
#[derive(Debug, Clone)]
pub struct Part<'b> {
    headers: &'b [u8],
    /// Its content id, without angle brackets.
    pub content_id: Option<&'b str>,
    /// Its content, however it travelled.
    pub content: Cow<'b, [u8]>,
}

/// Why a body is no multipart message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The content type names no boundary, or the body has none of its lines.
    #[error("Mime parts not found. Stream ended while searching for the boundary")]
    NoBoundary,
    /// More parts than are read.
    #[error("The message has more than {MAX_PARTS} parts")]
    TooManyParts,
    /// Headers that nobody reads for every attachment that is looked for.
    #[error("The headers of a part take more than {MAX_HEADERS} bytes")]
    LongHeaders,
    /// Content that is not in its `Content-Transfer-Encoding`.
    #[error("A part of the message is not in the encoding that it names")]
    Encoding,
    /// The root part that `start` names is not there.
    #[error("The root part of the multipart message is missing")]
    NoRoot,
}

impl<'b> Part<'b> {
    /// The value of a header of the part.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'b str> {
        header(self.headers, name)
    }
}

fn header<'b>(headers: &'b [u8], name: &str) -> Option<&'b str> {
    let text = std::str::from_utf8(headers).ok()?;
    let is_folded = |at: usize| text.get(at..).is_some_and(|next| next.starts_with([' ', '\t']));
    let ends = text.match_indices('\n').map(|(at, _)| at + 1).filter(|at| !is_folded(*at));
    let mut from = 0;
    ends.chain([text.len()])
        .filter_map(|end| text.get(std::mem::replace(&mut from, end)..end)?.split_once(':'))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// Splits a multipart body by the boundary of its content type.
///
/// # Errors
/// [`Broken`] when there are no parts or too many.
pub fn split<'b>(content_type: &str, body: &'b [u8]) -> Result<Vec<Part<'b>>, Broken> {
    let boundary = parameter(content_type, "boundary")
        .filter(|text| (1..=MAX_BOUNDARY).contains(&text.len()))
        .ok_or(Broken::NoBoundary)?;
    let delimiter = [b"--", boundary.as_bytes()].concat();
    let mut parts = Vec::new();
    let mut rest = find_line(body, &delimiter).ok_or(Broken::NoBoundary)?.1;
    loop {
        if rest.starts_with(b"--") {
            break;
        }
        let Some((content, after)) = find_line(rest, &delimiter) else { return Err(Broken::NoBoundary) };
        if parts.len() >= MAX_PARTS {
            return Err(Broken::TooManyParts);
        }
        parts.push(read_part(content)?);
        rest = after;
    }
    if parts.is_empty() { Err(Broken::NoBoundary) } else { Ok(parts) }
}

fn read_part(raw: &[u8]) -> Result<Part<'_>, Broken> {
    let raw = after_line_end(raw).unwrap_or(raw);
    let (headers, content) = match after_line_end(raw) {
        Some(content) => (&b""[..], content),
        None => find(raw, b"\r\n\r\n").or_else(|| find(raw, b"\n\n")).unwrap_or((b"", raw)),
    };
    let content = content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content);
    if headers.len() > MAX_HEADERS {
        return Err(Broken::LongHeaders);
    }
    let content_id = header(headers, "Content-ID").map(|id| id.trim_start_matches('<').trim_end_matches('>'));
    let encoding = header(headers, "Content-Transfer-Encoding");
    let content = transfer::decoded(encoding, content).ok_or(Broken::Encoding)?;
    Ok(Part { headers, content_id, content })
}

fn after_line_end(text: &[u8]) -> Option<&[u8]> {
    text.strip_prefix(b"\r\n").or_else(|| text.strip_prefix(b"\n"))
}

fn find<'b>(haystack: &'b [u8], needle: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let at = haystack.windows(needle.len()).position(|window| window == needle)?;
    Some((haystack.get(..at)?, haystack.get(at + needle.len()..)?))
}

/// What comes before and after a delimiter, which has a line of its own (RFC 2046 §5.1.1).
fn find_line<'b>(haystack: &'b [u8], delimiter: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let found = haystack.windows(delimiter.len()).enumerate().filter(|(_, window)| *window == delimiter);
    found
        .filter_map(|(at, _)| Some((haystack.get(..at)?, haystack.get(at + delimiter.len()..)?)))
        .find(|(before, after)| matches!(before, [] | [.., b'\n']) && ends_line(after))
}

/// Whether nothing but the two dashes of the end or blanks are left of the line of a delimiter.
fn ends_line(after: &[u8]) -> bool {
    matches!(after, [] | [b'-', b'-', ..] | [b'\r' | b'\n' | b' ' | b'\t', ..])
}

/// The root part of a related body: the one that `start` names, or the first.
///
/// # Errors
/// [`Broken::NoRoot`] when `start` names a part that is not there.
pub fn root<'p, 'b>(content_type: &str, parts: &'p [Part<'b>]) -> Result<&'p Part<'b>, Broken> {
    let Some(start) = parameter(content_type, "start") else {
        return parts.first().ok_or(Broken::NoRoot);
    };
    let start = start.trim_start_matches('<').trim_end_matches('>');
    parts.iter().find(|part| part.content_id == Some(start)).ok_or(Broken::NoRoot)
}

/// The content of the part that an `xop:Include` names, as base64.
#[must_use]
pub fn attachment(parts: &[Part<'_>], href: &str) -> Option<String> {
    let id = href.strip_prefix("cid:")?;
    let id =
        form_urlencoded::parse(format!("a={}", id.replace('+', "%2B")).as_bytes()).next()?.1.into_owned();
    let part = parts.iter().find(|part| part.content_id == Some(&*id))?;
    Some(base64::engine::general_purpose::STANDARD.encode(&part.content))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/related; boundary=MB; type=\"application/xop+xml\"; start=\"<root@x>\"";
    const BODY: &[u8] =
        b"preamble\r\n--MB\r\nContent-ID: <bin@x>\r\n\r\n\x01\x02\r\n--MB\r\nContent-Type: text/xml\r\n\
        Content-ID: <root@x>\r\n\r\n<a/>\r\n--MB--\r\nepilogue";

    #[test]
    fn the_named_part_is_the_root_and_includes_find_the_others() {
        let parts = split(TYPE, BODY).unwrap();
        assert_eq!(*root(TYPE, &parts).unwrap().content, *b"<a/>");
        assert_eq!(attachment(&parts, "cid:bin%40x").as_deref(), Some("AQI="));
        assert_eq!(attachment(&parts, "http://elsewhere/"), None);
    }

    #[test]
    fn without_start_the_first_part_is_the_root() {
        let parts = split("multipart/related; boundary=\"MB\"", BODY).unwrap();
        assert_eq!(*root("multipart/related", &parts).unwrap().content, *b"\x01\x02");
    }

    #[test]
    fn a_body_without_its_boundary_is_refused_in_the_original_words() {
        for (kind, body) in [(TYPE, &b"<a/>"[..]), ("multipart/related", BODY), (TYPE, b"--MB\r\n\r\nno end")]
        {
            let error = split(kind, body).unwrap_err();
            assert_eq!(
                error.to_string(),
                "Mime parts not found. Stream ended while searching for the boundary"
            );
        }
        assert_eq!(
            root("multipart/related; start=x", &split(TYPE, BODY).unwrap()).unwrap_err(),
            Broken::NoRoot
        );
    }

    #[test]
    fn headers_are_found_in_any_case_and_line_ends_may_be_bare() {
        let body = b"--MB\ncontent-id: <a@x>\nX-Empty:\n\ntext\n--MB--";
        let parts = split("multipart/related; boundary=MB", body).unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(*parts[0].content, *b"text");
        assert_eq!(parts[0].header("CONTENT-ID"), Some("<a@x>"));
        assert_eq!(parts[0].content_id, Some("a@x"));
        assert_eq!(parts[0].header("X-Empty"), Some(""));
        assert_eq!(parts[0].header("X-Missing"), None);
    }

    #[test]
    fn a_part_keeps_its_bytes_but_for_the_line_end_of_the_boundary() {
        let body = b"--MB\r\nA: b\r\n\r\n\r\n\xff\x00\r\n\r\n--MB--";
        assert_eq!(split("x/y; boundary=MB", body).unwrap()[0].content[..], b"\r\n\xff\x00\r\n"[..]);
        assert_eq!(
            split("x/y; boundary=MB", b"--MB\r\n\r\nno headers\r\n--MB--").unwrap()[0].content[..],
            b"no headers"[..]
        );
    }

    #[test]
    fn a_thousand_parts_are_read_and_no_more() {
        let body = |count: usize| ["--MB\r\n\r\nx\r\n".repeat(count), "--MB--".into()].concat();
        assert_eq!(split("x/y; boundary=MB", body(1000).as_bytes()).unwrap().len(), 1000);
        assert_eq!(split("x/y; boundary=MB", body(1001).as_bytes()).unwrap_err(), Broken::TooManyParts);
    }

    #[test]
    fn headers_and_boundaries_have_a_length_that_somebody_would_write() {
        let body = |length: usize| format!("--MB\r\nA: {}\r\n\r\nx\r\n--MB--", "b".repeat(length));
        assert_eq!(split("x/y; boundary=MB", body(8000).as_bytes()).unwrap().len(), 1);
        assert_eq!(split("x/y; boundary=MB", body(8192).as_bytes()).unwrap_err(), Broken::LongHeaders);
        let named = |length: usize| {
            let boundary = "B".repeat(length);
            let body = format!("--{boundary}\r\n\r\nx\r\n--{boundary}--");
            split(&format!("x/y; boundary={boundary}"), body.as_bytes()).map(|parts| parts.len())
        };
        assert_eq!((named(200), named(201)), (Ok(1), Err(Broken::NoBoundary)));
    }

    #[test]
    fn a_body_that_ends_before_it_has_a_part_or_names_an_empty_boundary_is_refused() {
        for kind in ["x/y; boundary=MB", "x/y; boundary=\"\"", "x/y"] {
            assert_eq!(split(kind, b"--MB--").unwrap_err(), Broken::NoBoundary, "{kind}");
        }
    }

    #[test]
    fn a_content_id_with_a_plus_or_an_escape_is_found() {
        let body = b"--MB\r\nContent-ID: <a+b c@x>\r\n\r\n\x01\r\n--MB--";
        let parts = split("x/y; boundary=MB", body).unwrap();
        assert_eq!(attachment(&parts, "cid:a+b%20c%40x").as_deref(), Some("AQ=="));
        assert_eq!(attachment(&parts, "cid:other"), None);
    }

    #[test]
    fn a_header_may_go_on_in_the_next_line() {
        let body = b"--MB\r\nContent-Type: text/xml;\r\n\tcharset=latin1\r\nContent-ID:\r\n <a@x>\r\n\r\n\xe9\r\n--MB--";
        let parts = split("x/y; boundary=MB", body).unwrap();
        assert_eq!(parts[0].content_id, Some("a@x"));
        let content_type = parts[0].header("Content-Type").unwrap();
        assert_eq!(parameter(content_type, "charset"), Some("latin1"));
    }

    #[test]
    fn a_content_is_read_in_the_encoding_that_its_part_names() {
        let body = |encoding: &str, content: &str| {
            format!(
                "--MB\r\nContent-ID: <a@x>\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{content}\r\n--MB--"
            )
        };
        let attached = |encoding: &str, content: &str| {
            let body = body(encoding, content);
            let parts = split("x/y; boundary=MB", body.as_bytes())?;
            Ok(attachment(&parts, "cid:a@x").unwrap())
        };
        for (encoding, content) in [("binary", "a=b"), ("BASE64", "YT1i\r\n"), ("quoted-printable", "a=3Db")]
        {
            assert_eq!(attached(encoding, content).as_deref(), Ok("YT1i"), "{encoding}");
        }
        assert_eq!(attached("base64", "?"), Err(Broken::Encoding));
    }

    #[test]
    fn a_boundary_has_a_line_of_its_own() {
        let body = b"--MB \r\nA: b\r\n\r\na--MB--b\r\n--MBX\r\n-- MB\r\n--MB\r\n\r\nno headers\r\n\r\nbut two lines\r\n--MB--";
        let parts = split("x/y; boundary=MB", body).unwrap();
        let contents: Vec<_> = parts.iter().map(|part| String::from_utf8_lossy(&part.content)).collect();
        assert_eq!(contents, ["a--MB--b\r\n--MBX\r\n-- MB", "no headers\r\n\r\nbut two lines"]);
    }
}
