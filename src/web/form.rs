//! What a browser sends: parameters of query and form, cookies, and where a form comes from.

use super::multipart;
use encoding_rs::mem::decode_latin1;
use encoding_rs::{Encoding, UTF_8};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, ORIGIN};
use hyper::{Method, Request};
use percent_encoding::percent_decode;
use std::net::IpAddr;

/// Parameters of a request, those of the body first.
#[derive(Debug, Default)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    /// How many of them stood in the body.
    posted: usize,
    files: Vec<Upload>,
}

/// Where a request comes from; an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// A file that a form sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name of the field.
    pub field: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Fields of a form at most: each takes many times the room of its shortest spelling. Nothing of ours comes near it.
pub(super) const MOST_FIELDS: usize = 10_000;

/// Whether a form has more fields than are read.
pub fn has_too_many_fields(request: &Request<Bytes>) -> bool {
    let ends = |text: &[u8]| text.iter().filter(|byte| **byte == b'&').count();
    let is_form = |value: &hyper::header::HeaderValue| {
        value.to_str().is_ok_and(|kind| multipart::boundary(kind).is_none())
    };
    let body = match request.headers().get(CONTENT_TYPE).is_none_or(is_form) {
        true => ends(request.body()),
        false => 0,
    };
    body + request.uri().query().map_or(0, |query| ends(query.as_bytes())) >= MOST_FIELDS
}

impl Parameters {
    /// Reads body and query; the body of a request that only asks is none of its parameters.
    pub fn of(request: &Request<Bytes>) -> Self {
        let query = request.uri().query().unwrap_or("");
        if request.method() != Method::POST {
            return Self::of_query(query);
        }
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let (mut pairs, files) = match kind.and_then(multipart::boundary) {
            Some(boundary) => multipart::parse(request.body(), &boundary),
            None => (parse(request.body(), kind.and_then(declared).unwrap_or(UTF_8)).collect(), Vec::new()),
        };
        let posted = pairs.len();
        pairs.extend(parse(query.as_bytes(), UTF_8));
        Self { pairs, posted, files }
    }

    /// Reads a query alone.
    pub fn of_query(query: &str) -> Self {
        Self { pairs: parse(query.as_bytes(), UTF_8).collect(), ..Self::default() }
    }

    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a name, in the order of the form.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.pairs.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names and values whose name begins with `prefix`, without it.
    pub fn below<'p>(&'p self, prefix: &'p str) -> impl Iterator<Item = (&'p str, &'p str)> {
        self.pairs.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// Names and values of the body, without those of the address.
    pub fn sent(&self) -> &[(String, String)] {
        self.pairs.get(..self.posted).unwrap_or_default()
    }

    /// Whether there are files with something in them.
    pub fn has_files(&self) -> bool {
        self.files.iter().any(|file| !file.bytes.is_empty())
    }

    /// The file of a field, if one was chosen.
    pub fn file(&self, field: &str) -> Option<&Upload> {
        self.files.iter().find(|file| file.field == field && !file.bytes.is_empty())
    }

    /// The first value of a name that is not blank.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.trim().is_empty())
    }
}

/// The charset that the type of a form names, as the scripts of older systems do.
fn declared(kind: &str) -> Option<&'static Encoding> {
    let parameters = kind.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    Encoding::for_label(named.next()?.1.trim().trim_matches('"').as_bytes())
}

/// Names and values of a form or a query.
fn parse(form: &[u8], charset: &'static Encoding) -> impl Iterator<Item = (String, String)> {
    form.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let mut next = || {
            let half = halves.next().unwrap_or_default();
            let spaced: Vec<u8> = half.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            text(&percent_decode(&spaced).collect::<Vec<u8>>(), charset)
        };
        (next(), next())
    })
}

/// What was sent, without loss: what does not belong to the charset is read as ISO-8859-1, which knows every byte and is
/// what servlet containers take where nothing is said. A letter in place of what cannot be read would make many
/// passwords one.
pub(super) fn text(bytes: &[u8], charset: &'static Encoding) -> String {
    let known = charset.decode_without_bom_handling_and_without_replacement(bytes);
    known.unwrap_or_else(|| decode_latin1(bytes)).into_owned()
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.trim_matches('"'))
}

/// Where a request comes from, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One of our own pages, or an address that the user typed.
    Here,
    /// A page of another site.
    Elsewhere,
    /// A page that keeps it back. Ours do, and so may any other.
    Hidden,
    /// Nothing is said: no browser of our time.
    Unsaid,
}

impl Source {
    /// Reads what browsers add to a request. `Origin` is `null` for forms of pages with the policy `no-referrer`, which
    /// ours have, so what newer browsers say of the relation comes first.
    pub fn of(headers: &HeaderMap, public_url: &str) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(relation) = text("sec-fetch-site") {
            return if matches!(relation, "same-origin" | "none") { Self::Here } else { Self::Elsewhere };
        }
        match text(ORIGIN.as_str()) {
            None => Self::Unsaid,
            Some("null") => Self::Hidden,
            Some(origin) if is_origin_of(origin, public_url) => Self::Here,
            Some(origin) => {
                let own = text(HOST.as_str()).map(|host| format!("https://{host}"));
                if own.as_deref() == Some(origin) { Self::Here } else { Self::Elsewhere }
            }
        }
    }
}

/// Whether an address, which may have a path, belongs to an origin.
fn is_origin_of(origin: &str, address: &str) -> bool {
    address.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Writes parameters for an address.
pub fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn source(headers: &[(&'static str, &'static str)]) -> Source {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static("10.0.0.5:9443"));
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_static(value));
        }
        Source::of(&map, "https://is.example.org:9443")
    }

    #[test]
    fn a_request_says_where_it_comes_from() {
        for (headers, expected) in [
            (&[][..], Source::Unsaid),
            (&[("origin", "https://is.example.org:9443")], Source::Here),
            (&[("origin", "https://10.0.0.5:9443")], Source::Here),
            (&[("origin", "https://is.example.org")], Source::Elsewhere),
            (&[("origin", "https://is.example.org:94")], Source::Elsewhere),
            (&[("origin", "http://is.example.org:9443")], Source::Elsewhere),
            (&[("origin", "https://evil.example")], Source::Elsewhere),
            (&[("origin", "null")], Source::Hidden),
            (&[("origin", "null"), ("sec-fetch-site", "same-origin")], Source::Here),
            (&[("origin", "null"), ("sec-fetch-site", "cross-site")], Source::Elsewhere),
            (&[("origin", "null"), ("sec-fetch-site", "same-site")], Source::Elsewhere),
            (&[("sec-fetch-site", "none")], Source::Here),
        ] {
            assert_eq!(source(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_body_comes_before_the_query_and_cookies_may_be_quoted() {
        let request =
            Request::post("/commonauth?a=1&b=2+3%26").body(Bytes::from_static(b"a=9&c=%C3%BC")).unwrap();
        let parameters = Parameters::of(&request);
        assert_eq!(parameters.get("a"), Some("9"));
        assert_eq!(parameters.get("b"), Some("2 3&"));
        assert_eq!(parameters.get("c"), Some("ü"));
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("x=1; commonAuthId=\"abc\""));
        headers.append(COOKIE, HeaderValue::from_static("second=2"));
        assert_eq!(cookie(&headers, "commonAuthId"), Some("abc"));
        assert_eq!(cookie(&headers, "second"), Some("2"));
        assert_eq!(cookie(&headers, "Id"), None);
    }

    #[test]
    fn a_form_is_read_in_its_charset_and_no_byte_is_lost() {
        for (kind, body, expected) in [
            ("application/x-www-form-urlencoded", "p=M%C3%BCl", "M\u{fc}l"),
            ("application/x-www-form-urlencoded", "p=M%FCl", "M\u{fc}l"),
            ("application/x-www-form-urlencoded", "p=M%FDl", "M\u{fd}l"),
            ("application/x-www-form-urlencoded; charset=UTF-8", "p=M%FCl", "M\u{fc}l"),
            ("application/x-www-form-urlencoded; charset=ISO-8859-1", "p=M%C3%BCl", "M\u{c3}\u{bc}l"),
            ("application/x-www-form-urlencoded; Charset=\"windows-1251\"", "p=%CF%F0", "\u{41f}\u{440}"),
            ("application/x-www-form-urlencoded; charset=no-such", "p=M%FCl", "M\u{fc}l"),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\nM\u{fc}l\r\n--x--",
                "M\u{fc}l",
            ),
            ("application/x-www-form-urlencoded", "&=x&p&p=2", ""),
            ("application/x-www-form-urlencoded", "%70=a=b%26%2B+%zz%4", "a=b&+ %zz%4"),
        ] {
            let request = Request::post("/").header(CONTENT_TYPE, kind).body(Bytes::from(body)).unwrap();
            assert_eq!(Parameters::of(&request).get("p"), Some(expected), "{kind} {body}");
        }
        assert_eq!(Parameters::of_query("p=M%FCl").get("p"), Some("M\u{fc}l"));
        // All else is read as everybody reads it.
        for query in ["a=1&&b", "=&==&a+b=%2B%", "%C3%BC=%c3%bC&x=y=z&+=%2"] {
            let usual: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            assert_eq!(Parameters::of_query(query).pairs, usual, "{query}");
        }
    }
}
