//! What a change has to say on the page that follows it. It travels in a cookie, sealed for the session it belongs to,
//! so that nobody else can put words on a page, and is gone once it was shown.

use crate::domain::Realm;
use crate::web::form::cookie;
use crate::web::page;
use hyper::Response;
use hyper::header::HeaderMap;
use serde::{Deserialize, Serialize};

/// The cookie.
const COOKIE: &str = "carbonFlash";
/// The page that follows comes at once.
const SECONDS: i64 = 60;
/// What fits into a cookie once it is sealed and encoded: browsers drop one of more than 4,096 bytes without a word.
const LONGEST: usize = 2800;

/// A message and whether it is bad news.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The text.
    pub text: String,
    /// Whether it is bad news.
    pub is_error: bool,
}

impl Flash {
    /// Good news.
    pub fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: false }
    }

    /// Bad news.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_error: true }
    }

    /// As it travels, cut where it would be too long. A quotation mark takes twice its room, a control character six times.
    fn packed(mut self) -> String {
        loop {
            let packed = serde_json::to_string(&self).unwrap_or_default();
            if packed.len() <= LONGEST {
                return packed;
            }
            let kept = (self.text.len() * LONGEST / packed.len()).saturating_sub(16);
            let end = self.text.floor_char_boundary(kept);
            self.text.truncate(end);
            self.text.push('…');
        }
    }

    /// Puts it into an answer. One that cannot be sealed is not said.
    pub fn put(self, response: &mut Response<Vec<u8>>, realm: &Realm, session: &str) {
        match realm.key.seal(&place(session), &self.packed()) {
            Ok(sealed) => page::set_cookie_below(response, "/carbon", COOKIE, &sealed, Some(SECONDS)),
            Err(error) => tracing::error!(%error, "a message could not be kept for the next page"),
        }
    }

    /// The message that a request brings, if it was made for its session.
    pub fn of(headers: &HeaderMap, realm: &Realm, session: &str) -> Option<Self> {
        let sealed = cookie(headers, COOKIE)?;
        serde_json::from_str(realm.key.open(&place(session), sealed)?.reveal()).ok()
    }

    /// Forgets it in the browser.
    pub fn take_away(response: &mut Response<Vec<u8>>) {
        page::set_cookie_below(response, "/carbon", COOKIE, "", Some(0));
    }
}

fn place(session: &str) -> String {
    ["flash of ", session].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SecretKey;
    use crate::domain::fixture::World;
    use hyper::header;

    #[test]
    fn words_for_one_session_are_shown_in_no_other() {
        let world = World::new();
        let mut response = Response::new(Vec::new());
        Flash::good("done").put(&mut response, &world.realm, "one");
        let set = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, set.split(';').next().unwrap().parse().unwrap());
        assert_eq!(Flash::of(&headers, &world.realm, "one"), Some(Flash::good("done")));
        assert_eq!(Flash::of(&headers, &world.realm, "another"), None);
    }

    #[test]
    fn whatever_is_said_fits_into_a_cookie_and_what_is_short_is_said_whole() {
        let key = SecretKey::new(&[7; 32]).unwrap();
        for letter in ["\"", "\u{1}", "\n", "x", "漢", "\\"] {
            let said = Flash::bad(letter.repeat(5000)).packed();
            let back: Flash = serde_json::from_str(&said).unwrap();
            assert!(back.is_error && back.text.starts_with(letter) && back.text.ends_with('…'), "{said}");
            let sealed = key.seal(&place("session"), &said).unwrap();
            // Name, sign and attributes count, too.
            assert!(sealed.len() + 100 < 4096, "{letter:?}: {}", sealed.len());
            assert!(said.len() > 2000, "no more is cut than has to be: {}", said.len());
        }
        let short = Flash::good("“a” \"b\"\nc");
        assert_eq!(serde_json::from_str::<Flash>(&short.clone().packed()).unwrap(), short);
    }
}
