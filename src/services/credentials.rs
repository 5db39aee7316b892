//! What a request brings to prove who sends it: the `Authorization` header, a remember-me token, and the `JSESSIONID`
//! cookie.
//!
//! Parsing only; whether the proof holds is decided in `authenticate.rs`. The cases are those that clients of
//! IS 5.3.0 can tell apart (BasicAccessAuthenticator), with two deliberate differences: a password may contain
//! colons (RFC 7617: the first one separates), and base64 is read strictly.

use crate::domain::Secret;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hyper::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The header of a remember-me token.
static TOKEN: HeaderName = HeaderName::from_static("remembermecookiedata");

/// Headers in which proxies and portals say where a request comes from, in the order of IS 5.3.0's AuthenticationAdmin.
static ORIGINS: [HeaderName; 3] = [
    HeaderName::from_static("x-originating-ip"),
    HeaderName::from_static("x-ip"),
    HeaderName::from_static("x-forwarded-for"),
];

/// Where a request says that it comes from: the first of several, whatever it is.
pub fn said_origin(headers: &HeaderMap) -> Option<&str> {
    let said = ORIGINS.iter().find_map(|name| headers.get(name)?.to_str().ok())?;
    said.split(',').next().map(str::trim).filter(|first| !first.is_empty())
}

/// What the headers say of who sends a request.
pub enum Credentials<'h> {
    /// No header: a session may do, otherwise the client is challenged.
    None,
    /// A remember-me token, which wins over every scheme (IS 5.3.0, CookieAuthenticator).
    Token(&'h str),
    /// The basic scheme, with what is to be a user name and a password: see [`decoded`].
    Basic(&'h str),
    /// The bare word `Basic`, or a scheme that nobody here handles: refused, even with a session.
    Unsupported {
        /// Whether it was the bare word, which a session excuses.
        bare_basic: bool,
    },
}

impl std::fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(***)")
    }
}

/// Reads the headers that credentials come in.
pub fn credentials(headers: &HeaderMap) -> Credentials<'_> {
    if let Some(token) = headers.get(&TOKEN) {
        return Credentials::Token(token.to_str().unwrap_or_default());
    }
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
    Credentials::Basic(token)
}

/// The user name, as typed: it may carry a user-store prefix and a tenant; and the password. `None` for what is no such
/// pair, both non-empty: its sender is challenged again.
pub fn decoded(token: &str) -> Option<(String, Secret)> {
    // Two blanks after the scheme leave one in front of the token, which no base64 reader accepts.
    let bytes = Zeroizing::new(BASE64.decode(token).ok()?);
    // Java and Python write Latin-1 unless told otherwise.
    let latin;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(_) => {
            latin = Zeroizing::new(encoding_rs::mem::decode_latin1(&bytes).into_owned());
            latin.as_str()
        }
    };
    let (user, password) = text.split_once(':')?;
    (!user.is_empty() && !password.is_empty()).then(|| (user.to_owned(), password.into()))
}

/// `JSESSIONID` cookies of a request at most that are looked at.
const MOST_SESSIONS: usize = 4;

/// The values of the `JSESSIONID` cookies: of several, as clients have that also speak to another server of the host, each
/// may be the one of an open session. Clients send it alone, quoted, followed by `;$Path="/"` (gSOAP), or with all the
/// attributes of `Set-Cookie` copied along.
pub fn session_cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| name.trim() == "JSESSIONID")
        .map(|(_, value)| value.trim().trim_matches('"'))
        .take(MOST_SESSIONS)
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

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn a_password_may_contain_colons_or_be_latin_1_and_padding_may_be_missing() {
        for (value, expected) in [
            ("Basic Y29sb246YTpi", ("colon", "a:b")),
            ("basic Y29sb246YTpi", ("colon", "a:b")),
            ("Basic YWRtaW46YWRtaW4", ("admin", "admin")),
            ("Basic asO8cmc6w6k=", ("jürg", "é")),
            ("Basic avxyZzrp", ("jürg", "é")),
        ] {
            let headers = headers(value);
            let Credentials::Basic(token) = credentials(&headers) else { panic!("{value}") };
            let (user, password) = decoded(token).unwrap();
            assert_eq!((user.as_str(), password.reveal()), expected);
        }
    }

    #[test]
    fn half_credentials_are_unreadable_and_other_schemes_unsupported() {
        for value in
            ["Basic YWRtaW4=", "Basic YWRtaW46", "Basic OmFkbWlu", "Basic !!!", "Basic  YWRtaW46YWRtaW4="]
        {
            let headers = headers(value);
            let Credentials::Basic(token) = credentials(&headers) else { panic!("{value}") };
            assert!(decoded(token).is_none(), "{value}");
        }
        assert!(matches!(credentials(&headers("Basic")), Credentials::Unsupported { bare_basic: true }));
        assert!(matches!(
            credentials(&headers("Bearer abc")),
            Credentials::Unsupported { bare_basic: false }
        ));
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
            assert_eq!(session_cookies(&headers).collect::<Vec<_>>(), ["AB12"], "{text}");
        }
        assert_eq!(session_cookies(&HeaderMap::new()).count(), 0);
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("JSESSIONID=A; b=c; JSESSIONID=B"));
        headers.append(COOKIE, HeaderValue::from_static("JSESSIONID=C"));
        assert_eq!(session_cookies(&headers).collect::<Vec<_>>(), ["A", "B", "C"]);
    }

    #[test]
    fn a_remember_me_token_wins_over_every_scheme() {
        let mut headers = headers("Bearer abc");
        headers.insert("RememberMeCookieData", HeaderValue::from_static("tom-1"));
        assert!(matches!(credentials(&headers), Credentials::Token("tom-1")));
    }

    #[test]
    fn the_first_that_is_said_of_the_origin_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(said_origin(&headers), None);
        headers.insert("X-Forwarded-For", HeaderValue::from_static("203.0.113.9, 10.0.0.1"));
        assert_eq!(said_origin(&headers), Some("203.0.113.9"));
        headers.insert("X-IP", HeaderValue::from_static("203.0.113.8"));
        assert_eq!(said_origin(&headers), Some("203.0.113.8"));
        headers.insert("X-Originating-IP", HeaderValue::from_static(" "));
        assert_eq!(said_origin(&headers), None);
    }

    #[test]
    fn credentials_never_show_in_debug_output() {
        let shown = format!("{:?}", credentials(&headers("Basic YWRtaW46czNjcmV0")));
        assert!(!shown.contains("s3cret") && !shown.contains("YWRtaW46czNjcmV0"), "{shown}");
        let cookie = session_set_cookie(&Secret::from("s3cret"));
        assert_eq!(cookie, "JSESSIONID=s3cret; Path=/; Secure; HttpOnly");
        assert!(!format!("{cookie:?}").contains("s3cret"));
    }
}
