//! The reset page: where a mailed link and a right one-time password lead
//! (`/accountrecoveryendpoint/confirmrecovery.do`, `completepasswordreset.do`).
//!
//! The form carries the code itself, so that it works without cookies. A bad code and an expired one show the same page.

use super::form::{Parameters, Peer, Source, cookie, encoded};
use super::page::{self, Message};
use super::{COMPLETE, CONFIRM, Site, dashboard, forward_auth, login, texts};
use crate::domain::password::{self, Rules};
use crate::domain::recovery::{self, CodeProblem, Hint, Presenter, Refusal};
use crate::domain::{Error, Secret};
use crate::store::aside;
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tera::Context;

/// Remembers the code of an opened page, sealed, for clients that post the passwords alone as the original's page did.
const COOKIE: &str = "recoveryCode";
/// Where that cookie is sent.
const COOKIE_PATH: &str = "/accountrecoveryendpoint";
/// Says that the browser was sent here by a page that had the code, and whose code that was: a browser keeps one, and
/// another link may be opened in it meanwhile.
const OPENED: &str = "opened";
/// Says that a new password was set.
const DONE: &str = "done";
/// What the cookie is sealed for.
const PLACE: &str = "reset page";

/// What a request says about a code.
struct Asked {
    code: Secret,
    hint: Hint,
    callback: String,
}

/// What the cookie holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    code: String,
    user_name: Option<String>,
    store: Option<String>,
    tenant: Option<String>,
}

impl Asked {
    fn of(site: &Site, parameters: &Parameters) -> Self {
        let text = |name: &str| parameters.filled(name).map(str::to_owned);
        Self {
            code: Secret::from(parameters.get("confirmation").unwrap_or("").trim()),
            hint: Hint {
                user_name: text("username"),
                store: text("userstoredomain"),
                tenant: text("tenantdomain"),
            },
            callback: callback(site, parameters.get("callback")),
        }
    }

    /// The code from the cookie, for a form that does not carry one. A page of another site gets no use out of it.
    fn or_kept(self, site: &Site, request: &Request<Bytes>, source: Source) -> Self {
        let usable = self.code.reveal().is_empty() && matches!(source, Source::Here | Source::Unsaid);
        if usable { self.of_cookie(site, request) } else { self }
    }

    fn of_cookie(mut self, site: &Site, request: &Request<Bytes>) -> Self {
        let sealed = cookie(request.headers(), COOKIE);
        let opened = sealed.and_then(|sealed| site.realm.key.open(PLACE, sealed));
        if let Some(kept) = opened.and_then(|text| serde_json::from_str::<Kept>(text.reveal()).ok()) {
            self.code = Secret::new(kept.code);
            self.hint = Hint { user_name: kept.user_name, store: kept.store, tenant: kept.tenant };
        }
        self
    }

    /// Tells codes apart without giving them away.
    fn mark(&self, site: &Site) -> String {
        let hash = site.realm.key.hash(&Secret::new(
            ["reset page of ", self.hint.user_name.as_deref().unwrap_or(""), "\n", self.code.reveal()]
                .concat(),
        ));
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    fn keep(&self, site: &Site, response: &mut Response<Vec<u8>>) {
        let hint = self.hint.clone();
        let kept = Kept {
            code: self.code.reveal().to_owned(),
            user_name: hint.user_name,
            store: hint.store,
            tenant: hint.tenant,
        };
        let text = serde_json::to_string(&kept).map(Secret::new).unwrap_or_default();
        match site.realm.key.seal(PLACE, text.reveal()) {
            Ok(sealed) => page::set_cookie_below(response, COOKIE_PATH, COOKIE, &sealed, None),
            Err(error) => tracing::error!(%error, "a code could not be sealed; the form carries it too"),
        }
    }
}

/// Where to go afterwards: an address of our own or of an application that the operator named, or the dashboard. Anything
/// else would be an open redirect.
pub(super) fn callback(site: &Site, asked: Option<&str>) -> String {
    if let Some(application) = asked.and_then(|address| forward_auth::allowed(site, address)) {
        return application;
    }
    own_address(&site.realm.policy.public_url, asked)
}

fn own_address(own: &str, asked: Option<&str>) -> String {
    let path = asked.map(|address| address.strip_prefix(own).unwrap_or(address));
    match path {
        // Browsers take a backslash for a slash, and two slashes for another host.
        Some(path)
            if path.starts_with('/')
                && !path.starts_with("//")
                && !path.contains(|letter: char| letter == '\\' || letter.is_control()) =>
        {
            [own, path].concat()
        }
        _ => [own, "/dashboard"].concat(),
    }
}

/// The rules for the password of a code's user, if the code is good. Consumes nothing. A one-time password is short: of
/// those that do not say whose they are, only a few are looked at.
fn look(site: &Site, asked: &Asked) -> Result<Rules, CodeProblem> {
    let is_nameless = asked.hint.user_name.is_none() && recovery::is_typed(&asked.code);
    if is_nameless && site.guesses_too_much() {
        return Err(CodeProblem::Invalid);
    }
    site.store.read(|tx| {
        let pending = recovery::check(tx, site.now(), &site.realm, &asked.code, &asked.hint)?;
        Ok(password::rules(tx, &site.realm, pending.tenant.id)?)
    })
}

/// As [`look`]; wrong codes are counted before anybody is told.
async fn tried(site: &Site, asked: &Asked) -> Result<Rules, CodeProblem> {
    let looked = look(site, asked);
    if let (Err(CodeProblem::Invalid), Some(_)) = (&looked, &asked.hint.user_name) {
        let (realm, now) = (Arc::clone(&site.realm), site.now());
        let (code, hint) = (asked.code.clone(), asked.hint.clone());
        site.store.write(move |tx| recovery::note_wrong_code(tx, now, &realm, &code, &hint)).await?;
    }
    looked
}

/// Shows the form for a good code, with what was wrong with the last try; a bad code and an expired one look the same.
async fn form(site: &Site, asked: &Asked, message: Option<&str>) -> Response<Vec<u8>> {
    let rules = match tried(site, asked).await {
        Ok(rules) => texts::rules(&rules),
        Err(CodeProblem::Missing) => {
            return problem(site, &["Code    : 18001", &format!("Message :{}", texts::CODE_MISSING)]);
        }
        Err(CodeProblem::Invalid | CodeProblem::Expired) => return problem(site, &[texts::LINK_INVALID]),
        Err(CodeProblem::Internal(error)) => return login::failed(site, &error),
    };
    let mut context = Context::new();
    context.insert("message", &message);
    context.insert("rules", &rules);
    context.insert("confirmation", asked.code.reveal());
    context.insert("username", asked.hint.user_name.as_deref().unwrap_or(""));
    context.insert("userstoredomain", asked.hint.store.as_deref().unwrap_or(""));
    context.insert("tenantdomain", asked.hint.tenant.as_deref().unwrap_or(""));
    context.insert("callback", &asked.callback);
    let mut response = page::render(site, StatusCode::OK, "reset.html", context);
    asked.keep(site, &mut response);
    response
}

/// Whether a browser asks on behalf of somebody who looks at its pages. Scripts do not say so.
fn navigates(request: &Request<Bytes>) -> bool {
    request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}

/// Shows the form. A browser gets it at an address without the code, which would stay in its history and be shown by who
/// looks over the user's shoulder; the cookie carries it there. Scripts, which do not say that they navigate, get the form at
/// once as from the original.
pub async fn show(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let asked = Asked::of(site, &parameters);
    if !navigates(request) {
        return form(site, &asked, None).await;
    }
    let opened = parameters.get(OPENED);
    if asked.code.reveal().is_empty() {
        let asked = asked.of_cookie(site, request);
        return match opened {
            // The way back to a page whose code was used meanwhile.
            Some(_) if asked.code.reveal().is_empty() => problem(site, &[texts::LINK_INVALID]),
            // Somebody else's password must not be set by who loads his page again.
            Some(mark) if *mark != asked.mark(site) => problem(site, &[texts::LINK_OVERTAKEN]),
            _ => form(site, &asked, None).await,
        };
    }
    let keeps_cookies = request.headers().contains_key(header::COOKIE);
    // Sent there and back without a cookie: this browser keeps none.
    if look(site, &asked).is_err() || (!keeps_cookies && opened.is_some()) {
        return form(site, &asked, None).await;
    }
    let query = match (keeps_cookies, parameters.filled("callback")) {
        (false, _) => format!("{}&{OPENED}=true", request.uri().query().unwrap_or("")),
        (true, Some(_)) => encoded(&[(OPENED, &asked.mark(site)), ("callback", &asked.callback)]),
        (true, None) => encoded(&[(OPENED, &asked.mark(site))]),
    };
    let mut response = page::redirect(site, &format!("{CONFIRM}?{query}"));
    asked.keep(site, &mut response);
    response
}

/// Shows the form for a code that was not in an address.
pub(super) async fn show_for(site: &Arc<Site>, code: Secret, callback: &str) -> Response<Vec<u8>> {
    let asked = Asked { code, hint: Hint::default(), callback: callback.to_owned() };
    form(site, &asked, None).await
}

/// Sets the new password. Only a form that is posted does: browsers send the cookie with whatever link of another site is
/// followed, and the older ones do not say where that link was.
pub async fn complete(site: &Arc<Site>, request: &Request<Bytes>, source: Source) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    if request.method() != Method::POST {
        return match parameters.get(DONE) {
            Some(_) => done(site, &callback(site, parameters.get("callback"))),
            None => show(site, request).await,
        };
    }
    let asked = Asked::of(site, &parameters).or_kept(site, request, source);
    let password = parameters.get("reset-password").unwrap_or("");
    if password.trim().is_empty() {
        return form(site, &asked, Some(texts::PASSWORD_EMPTY)).await;
    }
    if parameters.get("reset-password2").is_some_and(|second| second != password) {
        return form(site, &asked, Some(texts::PASSWORDS_DIFFER)).await;
    }
    if let Err(problem) = tried(site, &asked).await {
        return refused(site, &asked, &problem.into());
    }
    let (work, now) = (Arc::clone(site), site.now());
    let (code, hint, plain) = (asked.code.clone(), asked.hint.clone(), Secret::from(password));
    let address = request.extensions().get::<Peer>().map(|peer| peer.0);
    let presenter = Presenter { address, ..Presenter::default() };
    let done = aside(move || {
        recovery::set_password(&work.store, now, &work.realm, &code, &hint, &plain, &presenter)
    });
    match done.await.unwrap_or_else(|| Err(Error::Broken("a reset panicked").into())) {
        Ok(_) => updated(site, request, &asked),
        Err(Refusal::Password(refused)) => form(site, &asked, Some(&refused.to_string())).await,
        Err(refusal) => refused(site, &asked, &refusal),
    }
}

/// What is wrong with a code that a form brought.
fn refused(site: &Site, asked: &Asked, refusal: &Refusal) -> Response<Vec<u8>> {
    if let Refusal::Code(CodeProblem::Internal(error)) = refusal {
        return login::failed(site, error);
    }
    let (code, text) = (refusal.code(), refusal.description(asked.code.reveal()));
    problem(site, &[&format!("Code    : {code}"), &format!("Message :{text}")])
}

/// Says that it is done. A browser is sent to a page that says so: who loads that again does not send the form again, whose
/// code is used.
fn updated(site: &Site, request: &Request<Bytes>, asked: &Asked) -> Response<Vec<u8>> {
    let mut response = match navigates(request) {
        true => {
            let query = encoded(&[(DONE, "true"), ("callback", &asked.callback)]);
            page::redirect(site, &format!("{COMPLETE}?{query}"))
        }
        false => done(site, &asked.callback),
    };
    if cookie(request.headers(), COOKIE).is_some() {
        page::set_cookie_below(&mut response, COOKIE_PATH, COOKIE, "", Some(0));
    }
    response
}

fn done(site: &Site, callback: &str) -> Response<Vec<u8>> {
    let is_ours = callback == dashboard::address(site);
    let way_on = if is_ours { texts::TO_DASHBOARD } else { texts::TO_APPLICATION };
    let message = Message {
        title: texts::INFORMATION,
        heading: texts::INFORMATION,
        id: "info-msg",
        is_error: false,
        lines: &[texts::UPDATED],
        link: Some((callback, way_on)),
    };
    page::message(site, StatusCode::OK, message)
}

fn problem(site: &Site, lines: &[&str]) -> Response<Vec<u8>> {
    page::message(
        site,
        StatusCode::OK,
        Message {
            title: texts::TITLE,
            heading: texts::LABELS.reset_password,
            id: "server-error-code",
            is_error: true,
            lines,
            link: Some((&dashboard::address(site), texts::TO_LOGIN)),
        },
    )
}
