//! Answers packed with gzip for clients that take it: long ones of `application/xml`, as the container of IS 5.3.0 does.
//! Envelopes and JSON it never packs, and clients of the original may not expect it. Pages, which it packs, are left as
//! they are: what is secret in them stands beside what anybody may have typed.

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY};
use hyper::{Request, Response, Version};
use std::io::Write as _;

/// Bytes that are not worth it (`compressionMinSize` of IS 5.3.0).
const SHORT: usize = 2048;

/// Whether the client takes packed answers.
pub fn is_taken<B>(request: &Request<B>) -> bool {
    let offers = request.headers().get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    request.version() == Version::HTTP_11 && offers.flat_map(|value| value.split(',')).any(is_gzip)
}

/// Whether one entry of `Accept-Encoding` asks for gzip, and not for anything else before it.
fn is_gzip(entry: &str) -> bool {
    let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
    name.trim().eq_ignore_ascii_case("gzip") && weight != Some(0.0)
}

/// Packs an answer that is of the kind.
pub fn pack(response: &mut Response<Vec<u8>>, is_taken: bool) {
    let kind = response.headers().get(CONTENT_TYPE);
    if response.body().len() <= SHORT
        || !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/xml"))
    {
        return;
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if !is_taken {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    if encoder.write_all(response.body()).is_ok()
        && let Ok(packed) = encoder.finish()
    {
        *response.body_mut() = packed;
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    fn asked(version: Version, encodings: &str) -> bool {
        let mut request = Request::new(());
        *request.version_mut() = version;
        request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_str(encodings).unwrap());
        is_taken(&request)
    }

    #[test]
    fn gzip_is_asked_for_by_its_name_and_not_for_nothing() {
        for encodings in ["gzip", "gzip,deflate", "deflate, GZIP;q=0.5", "br;q=1.0, gzip"] {
            assert!(asked(Version::HTTP_11, encodings), "{encodings}");
        }
        for encodings in ["", "identity", "deflate", "gzip;q=0", "gzip; q=0.0", "x-gzipped", "*"] {
            assert!(!asked(Version::HTTP_11, encodings), "{encodings}");
        }
        assert!(!asked(Version::HTTP_10, "gzip"));
        assert!(!is_taken(&Request::new(())));
    }

    fn packed(kind: &'static str, length: usize, is_taken: bool) -> Response<Vec<u8>> {
        let mut response = Response::new(vec![b'a'; length]);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        pack(&mut response, is_taken);
        response
    }

    #[test]
    fn long_answers_of_bare_xml_are_packed_for_who_takes_it() {
        let response = packed("application/xml;charset=UTF-8", 2049, true);
        assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(response.headers()[VARY], "Accept-Encoding");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(&response.body()[..]).read_to_end(&mut text).unwrap();
        assert_eq!(text, vec![b'a'; 2049]);
        let response = packed("application/xml;charset=UTF-8", 2049, false);
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(response.headers()[VARY], "Accept-Encoding");
    }

    #[test]
    fn short_answers_envelopes_and_json_are_not() {
        for (kind, length) in [
            ("application/xml;charset=UTF-8", 2048),
            ("text/xml;charset=UTF-8", 9000),
            ("application/soap+xml;charset=UTF-8", 9000),
            ("application/json;charset=UTF-8", 9000),
        ] {
            let response = packed(kind, length, true);
            assert_eq!(response.body().len(), length, "{kind}");
            assert!(
                !response.headers().contains_key(CONTENT_ENCODING) && !response.headers().contains_key(VARY)
            );
        }
    }
}
