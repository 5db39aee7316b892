//! A form that came after its session had ended, or in another session than it was made for: nothing is done, and what
//! was typed stays on a page from which it can be sent again.
//!
//! Only a form of one of our own pages is kept, as the browser itself says; a page of another site gets nothing shown.

use super::form::{Parameters, Source};
use super::once::ONCE;
use super::texts::account::{filled, text};
use super::{Site, page, texts};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use tera::Context;

/// The token of a session, which a form that is sent again gets anew.
const TOKEN: &str = "csrf";
/// Where a form of the console was opened; no part of what was typed.
const HERE: &str = "here";
/// What is typed again: it has no business in the text of a page.
const UNKEPT: [&str; 5] = ["password", "password2", "old-password", "new-password", "new-password2"];

/// Bytes of names and values that are kept at most; forms of ours have a tenth of that.
const LARGEST: usize = 256 * 1024;

/// What has to happen before the form can be sent again.
#[derive(Debug, Clone, Copy)]
pub enum Next<'a> {
    /// Somebody signs in at that address.
    SignIn(&'a str),
    /// Who is signed in decides whether he wants it sent.
    Send {
        /// The token of his session.
        token: &'a str,
        /// His name.
        who: &'a str,
        /// Where he goes who does not.
        leave: &'a str,
    },
}

fn is_kept(name: &str) -> bool {
    name != TOKEN && name != ONCE && !UNKEPT.contains(&name) && !is_answer(name)
}

/// The answers to security questions: `answer1` and so on.
fn is_answer(name: &str) -> bool {
    name.strip_prefix("answer").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The page that keeps a form; none when nothing was typed or more than anybody types, or when it may be of another site.
pub fn keep(site: &Site, request: &Request<Bytes>, next: Next<'_>) -> Option<Response<Vec<u8>>> {
    let source = Source::of(request.headers(), &site.realm.policy.public_url);
    if request.method() != Method::POST || source != Source::Here {
        return None;
    }
    let parameters = Parameters::of(request);
    let sent = parameters.sent();
    let kept: Vec<&(String, String)> = sent.iter().filter(|(name, _)| is_kept(name)).collect();
    if kept.iter().all(|(name, _)| name == HERE) {
        return None;
    }
    // Anybody can send one, and a page takes several times the room of what it keeps.
    if kept.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > LARGEST {
        return None;
    }
    let is_whole = kept.len() == sent.iter().filter(|(name, _)| name != TOKEN && name != ONCE).count();
    let mut context = Context::new();
    for name in ["sign_in", "csrf", "leave"] {
        context.insert(name, "");
    }
    context.insert("t", texts::account::all());
    context.insert("fields", &kept);
    context.insert("action", request.uri().path_and_query().map_or("", |all| all.as_str()));
    context.insert("is_whole", &(is_whole && !parameters.has_files()));
    match next {
        Next::SignIn(address) => {
            context.insert("heading", text("late_ended"));
            context.insert("message", text("late_nothing_saved"));
            context.insert("sign_in", address);
        }
        Next::Send { token, who, leave } => {
            context.insert("heading", text("late_other"));
            context.insert("message", &filled("late_signed_in_as", who));
            context.insert("csrf", token);
            context.insert("leave", leave);
        }
    }
    Some(page::render(site, StatusCode::FORBIDDEN, "late.html", context))
}
