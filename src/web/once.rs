//! A form that is sent twice, by a double click or by somebody who does not wait: it is carried out once, and both times
//! answered with what came of it. Browsers show the second answer only; without this a user who was added would "already
//! exist", a code that set a password would be "no longer good", and a login that succeeded would have failed.
//!
//! Every form carries a number of its page that is drawn anew each time the page is made. What is typed again, or sent from
//! a page that was opened again, is another form.

use super::form::Parameters;
use crate::domain::Now;
use crate::domain::session::{Kind, fingerprint};
use hyper::body::Bytes;
use hyper::{Method, Request, Response};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// The field with the number of the page.
pub const ONCE: &str = "once";
/// What tells forms apart: messages of single sign-on are numbered themselves.
const NUMBERED: [&str; 3] = [ONCE, "SAMLRequest", "SAMLResponse"];
/// How long an answer is kept, in milliseconds. Nobody clicks twice that slowly.
const KEPT: u64 = 10_000;
/// Bytes of an answer that is kept: what a change leads to is short. A longer one is given to those who wait for it already.
const LONGEST: usize = 64 * 1024;
/// Answers that are kept at most; whoever comes then is served, but not remembered.
const MOST: usize = 200;

type Answer = Response<Vec<u8>>;
/// Which form it is.
pub type Key = [u8; 32];

/// The forms that were sent lately, and their answers.
#[derive(Debug, Default)]
pub struct Once(Mutex<HashMap<Key, Kept>>);

#[derive(Debug)]
struct Kept {
    answer: Arc<OnceCell<Answer>>,
    since: Now,
}

/// A number for a page.
pub fn number() -> String {
    Kind::Browser.new_id().reveal().to_owned()
}

/// Which form a request is; none of those that have no number, such as a script's.
pub fn key(request: &Request<Bytes>) -> Option<Key> {
    if request.method() != Method::POST {
        return None;
    }
    let parameters = Parameters::of(request);
    let number = NUMBERED.into_iter().find_map(|name| parameters.filled(name))?;
    let body = fingerprint(&String::from_utf8_lossy(request.body()));
    let body: String = body.iter().map(|byte| format!("{byte:02x}")).collect();
    let address = request.uri().path_and_query().map_or("", |all| all.as_str());
    Some(fingerprint(&[address, "\n", number, "\n", &body].concat()))
}

impl Once {
    /// The answer to a form: that of `work`, or the one that was given, or is being made, a moment ago.
    pub async fn answer(&self, key: Key, now: Now, work: impl Future<Output = Answer>) -> Answer {
        let answer = self.place(key, now);
        let given = answer.get_or_init(|| work).await.clone();
        if given.body().len() > LONGEST {
            self.all().remove(&key);
        }
        given
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, key: Key, now: Now) -> Arc<OnceCell<Answer>> {
        let mut all = self.all();
        all.retain(|_, one| now.0.abs_diff(one.since.0) < KEPT);
        if all.len() >= MOST && !all.contains_key(&key) {
            return Arc::default();
        }
        let kept = all.entry(key).or_insert_with(|| Kept { answer: Arc::default(), since: now });
        Arc::clone(&kept.answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn form(address: &str, body: &'static str) -> Request<Bytes> {
        Request::post(address).body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[tokio::test]
    async fn the_same_form_is_carried_out_once_even_while_it_is_under_way_and_later_forms_anew() {
        let (once, done) = (Once::default(), Cell::new(0));
        let work = async || {
            tokio::task::yield_now().await;
            done.set(done.get() + 1);
            Response::new(done.get().to_string().into_bytes())
        };
        let sent = key(&form("/a", "once=1&x=2")).unwrap();
        let (first, second) =
            tokio::join!(once.answer(sent, Now(0), work()), once.answer(sent, Now(0), work()));
        assert_eq!((first.body(), second.body()), (&b"1".to_vec(), &b"1".to_vec()));
        let late = once.answer(sent, Now(9_999), work()).await;
        assert_eq!(late.into_body(), b"1");
        let again = once.answer(sent, Now(10_000), work()).await;
        assert_eq!(again.into_body(), b"2");
    }

    #[tokio::test]
    async fn nothing_long_is_kept() {
        let (once, done) = (Once::default(), Cell::new(0));
        for (bytes, expected) in [(LONGEST, 1), (LONGEST + 1, 2)] {
            let sent = key(&form("/a", if expected == 1 { "once=1" } else { "once=2" })).unwrap();
            done.set(0);
            for _ in 0..2 {
                let work = async {
                    done.set(done.get() + 1);
                    Response::new(vec![b'x'; bytes])
                };
                assert_eq!(once.answer(sent, Now(0), work).await.body().len(), bytes);
            }
            assert_eq!(done.get(), expected);
        }
        assert_eq!(once.all().len(), 1);
    }

    #[test]
    fn another_page_another_text_and_another_address_are_other_forms_and_a_scripts_form_is_none() {
        let one = key(&form("/a?b=c", "once=1&x=2"));
        assert!(one.is_some());
        assert_eq!(one, key(&form("/a?b=c", "once=1&x=2")));
        for (address, body) in [("/a?b=c", "once=2&x=2"), ("/a?b=c", "once=1&x=3"), ("/a", "once=1&x=2")] {
            assert_ne!(one, key(&form(address, body)), "{address} {body}");
        }
        assert_eq!(key(&form("/a", "x=2&once=")), None);
        assert_eq!(key(&Request::get("/a?once=1").body(Bytes::new()).unwrap()), None);
        assert!(key(&form("/a", "SAMLResponse=abc")).is_some());
    }

    #[test]
    fn no_more_is_remembered_than_fits() {
        let once = Once::default();
        for number in 0..2 * MOST {
            once.place(fingerprint(&number.to_string()), Now(0));
        }
        assert_eq!(once.0.lock().unwrap().len(), MOST);
        once.place(fingerprint("later"), Now(20_000));
        assert_eq!(once.0.lock().unwrap().len(), 1);
    }
}
