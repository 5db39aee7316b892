//! What a request brings to prove who sends it: the `Authorization` header and the `JSESSIONID` cookie.
//!
//! Parsing only; whether the proof holds is decided in `authenticate.rs`. The cases are those that clients of
//! IS 5.3.0 can tell apart (BasicAccessAuthenticator), with two deliberate differences: a password may contain
//! colons (RFC 7617: the first one separates), and base64 is read strictly.

use crate::domain::Secret;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the `Authorization` header says.
#[derive(Debug)]
pub enum Credentials {
    /// No header: a session may do, otherwise the client is challenged.
    None,
    /// A user name and a password, both non-empty.
    Basic {
        /// As typed: may carry a user-store prefix and a tenant.
        user: String,
        /// The password.
        password: Secret,
    },
    /// The basic scheme with something that is not a name and a password: challenged again.
    Unreadable,
    /// The bare word `Basic`, or a scheme that nobody here handles: refused, even with a session.
    Unsupported {
        /// Whether it was the bare word, which a session excuses.
        bare_basic: bool,
    },
}

/// Reads the `Authorization` header.
pub fn credentials(headers: &HeaderMap) -> Credentials {
    let Some(value) = headers.get(AUTHORIZATION) else { return Credentials::None };
    let Ok(value) = value.to_str() else { return Credentials::Unsupported { bare_basic: false } };
    let value = value.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Credentials::Unsupported { bare_basic: false };
    }
    if token.is_empty() {
        return Credentials::Unsupported { bare_basic: true };
    }
    // Two blanks after the scheme leave one in front of the token, which no base64 reader accepts.
    let text = BASE64.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_once(':')) {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => {
            Credentials::Basic { user: user.to_owned(), password: password.into() }
        }
        _ => Credentials::Unreadable,
    }
}

/// The value of the `JSESSIONID` cookie. Clients send it alone, quoted, followed by `;$Path="/"` (gSOAP), or with
/// all the attributes of `Set-Cookie` copied along.
pub fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| name.trim() == "JSESSIONID")
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// The `Set-Cookie` value that hands out a session. No Max-Age: the cookie lives as long as the client does.
pub fn session_set_cookie(id: &Secret) -> HeaderValue {
    let text = ["JSESSIONID=", id.reveal(), "; Path=/; Secure; HttpOnly"].concat();
    // Ids are letters and digits of our own.
    let mut value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Credentials {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        credentials(&headers)
    }

    #[test]
    fn a_password_may_contain_colons_and_padding_may_be_missing() {
        for token in ["Y29sb246YTpi", "basic Y29sb246YTpi"] {
            let value = if token.contains(' ') { token.to_owned() } else { format!("Basic {token}") };
            match read(&value) {
                Credentials::Basic { user, password } => {
                    assert_eq!((user.as_str(), password.reveal()), ("colon", "a:b"));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(read("Basic YWRtaW46YWRtaW4"), Credentials::Basic { .. }));
    }

    #[test]
    fn half_credentials_are_unreadable_and_other_schemes_unsupported() {
        for value in
            ["Basic YWRtaW4=", "Basic YWRtaW46", "Basic OmFkbWlu", "Basic !!!", "Basic  YWRtaW46YWRtaW4="]
        {
            assert!(matches!(read(value), Credentials::Unreadable), "{value}");
        }
        assert!(matches!(read("Basic"), Credentials::Unsupported { bare_basic: true }));
        assert!(matches!(read("Bearer abc"), Credentials::Unsupported { bare_basic: false }));
        assert!(matches!(credentials(&HeaderMap::new()), Credentials::None));
    }

    #[test]
    fn the_session_cookie_is_found_however_it_is_dressed() {
        for text in [
            "JSESSIONID=AB12",
            "a=b; JSESSIONID=AB12",
            "JSESSIONID=\"AB12\";$Path=\"/\"",
            "JSESSIONID=AB12; Path=/; Secure; HttpOnly",
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_str(text).unwrap());
            assert_eq!(session_cookie(&headers), Some("AB12"), "{text}");
        }
        assert_eq!(session_cookie(&HeaderMap::new()), None);
    }

    #[test]
    fn credentials_never_show_in_debug_output() {
        assert!(!format!("{:?}", read("Basic YWRtaW46czNjcmV0")).contains("s3cret"));
        let cookie = session_set_cookie(&Secret::from("s3cret"));
        assert_eq!(cookie, "JSESSIONID=s3cret; Path=/; Secure; HttpOnly");
        assert!(!format!("{cookie:?}").contains("s3cret"));
    }
}
