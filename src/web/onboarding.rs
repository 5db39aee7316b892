//! Where the mailed link leads by which a new user confirms his address (`/accountrecoveryendpoint/confirmregistration.do`).
//!
//! The page confirms when its button is pressed; the original did so when it was opened, which programs do, too, that look at
//! the links of a mail before its reader does.

use super::form::Parameters;
use super::page::{self, Message};
use super::{Site, dashboard, login, texts};
use crate::domain::Secret;
use crate::domain::onboarding;
use crate::domain::recovery::{self, CodeProblem, Hint};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;
use tera::Context;

/// The page.
pub(super) const CONFIRM: &str = "/accountrecoveryendpoint/confirmregistration.do";

/// Shows the button, or confirms.
pub(super) async fn answer(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let code = Secret::from(parameters.get("confirmation").unwrap_or("").trim());
    // A mailed code says by itself whose it is.
    let (realm, now, hint) = (Arc::clone(&site.realm), site.now(), Hint::default());
    if request.method() != Method::POST {
        return match site.store.read(|tx| recovery::check_confirmation(tx, now, &realm, &code, &hint)) {
            Ok(pending) => button(site, &code, &pending.user.name),
            Err(problem) => refused(site, &problem),
        };
    }
    match site.store.write(move |tx| onboarding::confirm(tx, now, &realm, &code, &hint)).await {
        Ok(_) => confirmed(site),
        Err(problem) => refused(site, &problem),
    }
}

fn button(site: &Site, code: &Secret, name: &str) -> Response<Vec<u8>> {
    let mut context = Context::new();
    context.insert("heading", texts::CONFIRM_ACCOUNT);
    context.insert("text", texts::CONFIRM_ACCOUNT_HINT);
    context.insert("button", texts::CONFIRM);
    context.insert("user_name", name);
    context.insert("confirmation", code.reveal());
    page::render(site, StatusCode::OK, "confirm.html", context)
}

fn confirmed(site: &Site) -> Response<Vec<u8>> {
    let message = Message {
        title: texts::INFORMATION,
        heading: texts::INFORMATION,
        id: "info-msg",
        is_error: false,
        lines: &[texts::ACCOUNT_CONFIRMED],
        link: Some((&dashboard::address(site), texts::TO_LOGIN)),
    };
    page::message(site, StatusCode::OK, message)
}

fn refused(site: &Site, problem: &CodeProblem) -> Response<Vec<u8>> {
    let why = match problem {
        CodeProblem::Missing => texts::CODE_MISSING,
        CodeProblem::Invalid | CodeProblem::Expired => texts::LINK_INVALID,
        CodeProblem::Internal(error) => return login::failed(site, error),
    };
    let message = Message {
        title: texts::TITLE,
        heading: texts::CONFIRM_ACCOUNT,
        id: "server-error-code",
        is_error: true,
        lines: &[why],
        link: Some((&dashboard::address(site), texts::TO_LOGIN)),
    };
    page::message(site, StatusCode::OK, message)
}
