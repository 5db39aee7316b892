//! The pages a browser sees: login, dashboard, password reset, and the one call of the recovery API they rest on.
//!
//! A face of the domain: it reads forms, asks the domain and shows what it said. Every address it sends a browser to is
//! made of the configured public address.

mod dashboard;
mod form;
mod login;
mod page;
mod recovery_api;
mod reset;
mod texts;

use crate::domain::{Clock, Now, Realm};
use crate::store::Store;
use form::Source;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

/// The pages of a running server.
pub struct Site {
    store: Store,
    realm: Arc<Realm>,
    clock: Arc<dyn Clock>,
    show_reason: bool,
    templates: tera::Tera,
    attempts: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Site")
    }
}

impl Site {
    /// Pages over a store. `show_reason` is `showAuthFailureReason`; templates of `folder` replace ours.
    ///
    /// # Errors
    /// A template that cannot be read or parsed.
    pub fn new(
        store: Store,
        realm: Arc<Realm>,
        clock: Arc<dyn Clock>,
        show_reason: bool,
        attempts_per_minute: u32,
        folder: &Path,
    ) -> Result<Self, String> {
        let quota = Quota::per_minute(NonZeroU32::new(attempts_per_minute).unwrap_or(NonZeroU32::MIN));
        Ok(Self {
            store,
            realm,
            clock,
            show_reason,
            templates: page::templates(folder)?,
            attempts: RateLimiter::keyed(quota),
        })
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    /// Whether this address has presented too much lately. Old addresses are forgotten on the way.
    fn is_too_eager(&self, peer: IpAddr) -> bool {
        if self.attempts.len() > 10_000 {
            self.attempts.retain_recent();
        }
        self.attempts.check_key(&peer).is_err()
    }
}

/// Answers everything outside the services.
pub async fn answer(site: &Arc<Site>, request: Request<Bytes>, peer: IpAddr) -> Response<Vec<u8>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return page::refusal(site, StatusCode::METHOD_NOT_ALLOWED, texts::NOT_FOUND);
    }
    let path = request.uri().path();
    let source = Source::of(request.headers(), &site.realm.policy.public_url);
    // The call of the API carries credentials that no other site has, and the reset form its code.
    let guarded = matches!(path, "/commonauth" | "/dashboard/logout" | "/dashboard/logout.jag");
    if guarded && source == Source::Elsewhere {
        tracing::warn!(%peer, "a form of another site was refused");
        return page::refusal(site, StatusCode::FORBIDDEN, texts::FOREIGN_FORM);
    }
    let presents = path == "/commonauth"
        || path == "/accountrecoveryendpoint/completepasswordreset.do"
        || path == "/accountrecoveryendpoint/confirmrecovery.do"
        || path == recovery_api::SET_PASSWORD;
    if presents && site.is_too_eager(peer) {
        tracing::warn!(%peer, "too many attempts");
        let mut response = page::refusal(site, StatusCode::TOO_MANY_REQUESTS, texts::TOO_MANY);
        page::set(&mut response, RETRY_AFTER, "60");
        return response;
    }
    match path {
        "/" | "/carbon" | "/carbon/" => page::redirect(site, "/dashboard"),
        "/favicon.ico" => page::icon(),
        "/dashboard" | "/dashboard/" | "/dashboard/index.jag" | "/dashboard/login.jag" => {
            dashboard::show(site, &request).await
        }
        "/dashboard/logout" | "/dashboard/logout.jag" => dashboard::sign_out(site, &request).await,
        "/commonauth" => login::attempt(site, &request, source).await,
        "/authenticationendpoint/login.do" => login::show(site, &request),
        "/authenticationendpoint/retry.do" => page::refusal(site, StatusCode::OK, texts::RETRY),
        "/authenticationendpoint/style.css" => style(),
        "/accountrecoveryendpoint/confirmrecovery.do" => reset::show(site, &request),
        "/accountrecoveryendpoint/completepasswordreset.do" => reset::complete(site, &request).await,
        recovery_api::SET_PASSWORD => recovery_api::set_password(site, &request).await,
        _ => page::refusal(site, StatusCode::NOT_FOUND, texts::NOT_FOUND),
    }
}

fn style() -> Response<Vec<u8>> {
    let mut response = Response::new(page::STYLE.as_bytes().to_vec());
    page::set(&mut response, CONTENT_TYPE, "text/css; charset=UTF-8");
    page::set(&mut response, CACHE_CONTROL, "public, max-age=300");
    response
}

#[cfg(test)]
mod tests;
