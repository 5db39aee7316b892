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
/// What fits into a cookie once it is sealed and encoded.
const LONGEST: usize = 2000;

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

    /// Puts it into an answer. One that cannot be sealed is not said.
    pub fn put(mut self, response: &mut Response<Vec<u8>>, realm: &Realm, session: &str) {
        if self.text.len() > LONGEST {
            let end = self.text.floor_char_boundary(LONGEST);
            self.text.truncate(end);
            self.text.push('…');
        }
        let text = serde_json::to_string(&self).unwrap_or_default();
        match realm.key.seal(&place(session), &text) {
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
