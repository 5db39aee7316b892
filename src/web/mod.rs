//! The pages a browser sees: login, dashboard, password reset, the management console, and the one call of the recovery
//! API they rest on.
//!
//! A face of the domain: it reads forms, asks the domain and shows what it said. Every address it sends a browser to is
//! made of the configured public address.

mod console;
mod dashboard;
mod forgotten;
mod form;
mod forward_auth;
mod late;
mod login;
mod multipart;
mod onboarding;
mod once;
mod page;
mod recovery_api;
mod reset;
mod sheet;
mod sso;
mod texts;

use crate::domain::{Clock, Now, Realm, Secret, captcha, neighbourhood};
use crate::store::Store;
use form::Source;
use governor::clock::DefaultClock;
use governor::state::keyed::DashMapStateStore;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use hyper::body::Bytes;
use hyper::header::{ALLOW, ORIGIN, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Notify;

pub use console::work_off;
pub use sso::{Signers, signer_of, unsigned};

/// The pages of a running server.
pub struct Site {
    store: Store,
    realm: Arc<Realm>,
    clock: Arc<dyn Clock>,
    signers: Arc<Signers>,
    show_reason: bool,
    look: page::Look,
    attempts: Limiter,
    begins: Limiter,
    /// Forms that were sent a moment ago.
    once: once::Once,
    nameless: DefaultDirectRateLimiter,
    /// Told when a bulk reset was started.
    work: Notify,
}

type Limiter = RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>;

/// Logins that an address may begin for each one it may try: beginning one presents nothing, but is remembered for an hour.
const BEGUN: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// One-time passwords that may be presented a minute without saying whose they are: wrong ones count against nobody.
const NAMELESS: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Reads the templates in a folder as a start would.
///
/// # Errors
/// A template that cannot be read or parsed.
pub fn check_templates(folder: &Path) -> Result<(), String> {
    page::Look::of(folder).map(drop)
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Site")
    }
}

impl Site {
    /// Pages over a store. `signers` sign what is sent to service providers;
    /// `show_reason` is `showAuthFailureReason`; templates of `folder` replace ours.
    ///
    /// # Errors
    /// A template that cannot be read or parsed.
    pub fn new(
        store: Store,
        realm: Arc<Realm>,
        clock: Arc<dyn Clock>,
        signers: Arc<Signers>,
        show_reason: bool,
        attempts_per_minute: u32,
        folder: &Path,
    ) -> Result<Self, String> {
        let attempts = NonZeroU32::new(attempts_per_minute).unwrap_or(NonZeroU32::MIN);
        Ok(Self {
            store,
            realm,
            clock,
            signers,
            show_reason,
            look: page::Look::of(folder)?,
            attempts: RateLimiter::keyed(Quota::per_minute(attempts)),
            begins: RateLimiter::keyed(Quota::per_minute(attempts.saturating_mul(BEGUN))),
            once: once::Once::default(),
            nameless: RateLimiter::direct(Quota::per_minute(NAMELESS)),
            work: Notify::new(),
        })
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    /// Whether this address has presented too much lately.
    fn is_too_eager(&self, peer: IpAddr) -> bool {
        self.attempts.check_key(&neighbourhood::of(peer)).is_err()
    }

    /// Whether this address has begun too many logins lately.
    fn begins_too_much(&self, peer: IpAddr) -> bool {
        self.begins.check_key(&neighbourhood::of(peer)).is_err()
    }

    /// Whether too many codes came lately, from wherever, that did not say whose they are.
    fn guesses_too_much(&self) -> bool {
        self.nameless.check().is_err()
    }

    /// Forgets the addresses that have been quiet. To be called now and then.
    pub fn forget_quiet_addresses(&self) {
        for limiter in [&self.attempts, &self.begins] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// How many addresses it remembers.
    #[cfg(test)]
    pub(crate) fn remembered_addresses(&self) -> usize {
        self.attempts.len() + self.begins.len()
    }

    /// What a program presents to the recovery API after `Authorization: Client`, before base64.
    #[must_use]
    pub fn client_credentials(&self) -> Secret {
        recovery_api::client_credentials(&self.realm.key)
    }
}

/// Bytes of a form at most where nobody has to be signed in: pages show again what was typed, in several times its room.
const LARGEST: usize = 1024 * 1024;

fn is_too_large(request: &Request<Bytes>) -> bool {
    let path = request.uri().path();
    request.body().len() > LARGEST
        && !["/carbon/", "/dashboard/"].iter().any(|inside| path.starts_with(inside))
}

/// What follows from a path before anything is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Nothing.
    None,
    /// Passwords or codes are presented: not too often from one address.
    Count,
    /// As well, and not from a page of another site.
    CountOwn,
    /// Not from a page of another site.
    Own,
}

impl Care {
    fn of(path: &str) -> Self {
        match path {
            "/commonauth" | console::SIGN_IN => Self::CountOwn,
            "/dashboard/logout" | "/dashboard/logout.jag" => Self::Own,
            // Whoever has a code needs no other proof.
            CONFIRM | COMPLETE | onboarding::CONFIRM | dashboard::PASSWORD => Self::Count,
            _ if forgotten::takes(path) => Self::CountOwn,
            // The call carries credentials that no other site has.
            _ if recovery_api::Call::of(path).is_some() => Self::Count,
            _ => Self::None,
        }
    }
}

/// The login page; the original has it under the name of every protocol.
const LOGIN_PAGES: [&str; 5] = [
    "/authenticationendpoint/login.do",
    "/authenticationendpoint/samlsso_login.do",
    "/authenticationendpoint/oauth2_login.do",
    "/authenticationendpoint/openid_login.do",
    "/authenticationendpoint/passivests_login.do",
];
const CONFIRM: &str = "/accountrecoveryendpoint/confirmrecovery.do";
const COMPLETE: &str = "/accountrecoveryendpoint/completepasswordreset.do";

/// Where the recovery services say that their pictures are.
const CAPTCHAS: &str =
    "/registry/resource/_system/config/repository/components/org.wso2.carbon.captcha-images/";

/// The picture of a recovery service, until it was answered.
fn captcha(site: &Site, path: &str) -> Response<Vec<u8>> {
    let key = path.strip_prefix(CAPTCHAS).and_then(|name| name.strip_suffix(".png")).unwrap_or_default();
    match site.store.read(|tx| captcha::draw(tx, site.now(), &site.realm, key)) {
        Ok(Some(png)) => page::picture(png),
        Ok(None) => page::refusal(site, StatusCode::NOT_FOUND, texts::NOT_FOUND),
        Err(error) => {
            tracing::error!(%error, "a captcha could not be drawn");
            page::refusal(site, StatusCode::INTERNAL_SERVER_ERROR, texts::NOT_FOUND)
        }
    }
}

/// Where somebody goes who only names the server: to the console, as in the original, unless he is known as somebody
/// who has nothing to do there.
fn start(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    match console::concerns(site, request) {
        Ok(true) => page::redirect(site, "/carbon/"),
        Ok(false) => page::redirect(site, "/dashboard"),
        Err(error) => login::failed(site, &error),
    }
}

/// The answer to an address that has to wait.
fn too_many(site: &Site) -> Response<Vec<u8>> {
    let mut response = page::refusal(site, StatusCode::TOO_MANY_REQUESTS, texts::TOO_MANY);
    page::set(&mut response, RETRY_AFTER, "60");
    response
}

/// Answers everything outside the services.
pub async fn answer(site: &Arc<Site>, mut request: Request<Bytes>, peer: IpAddr) -> Response<Vec<u8>> {
    request.extensions_mut().insert(form::Peer(peer));
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        let mut response = page::refusal(site, StatusCode::METHOD_NOT_ALLOWED, texts::NOT_FOUND);
        page::set(&mut response, ALLOW, "GET, HEAD, POST");
        return response;
    }
    if form::has_too_many_fields(&request) || is_too_large(&request) {
        return page::refusal(site, StatusCode::PAYLOAD_TOO_LARGE, texts::TOO_MUCH);
    }
    let path = request.uri().path();
    let source = Source::of(request.headers(), &site.realm.policy.public_url);
    // What service providers send comes from elsewhere; the login form, which has the same address, must not.
    let care = match path {
        "/samlsso" if sso::is_login_form(&form::Parameters::of(&request)) => Care::CountOwn,
        // Nothing is presented yet: a login is only begun.
        "/samlsso" => Care::None,
        "/commonauth" if login::only_begins(&form::Parameters::of(&request)) => Care::Own,
        _ => Care::of(path),
    };
    if matches!(care, Care::Own | Care::CountOwn) && source == Source::Elsewhere {
        let origin = request.headers().get(ORIGIN);
        let public_url = &site.realm.policy.public_url;
        tracing::warn!(%peer, ?origin, public_url, "a form of another site was refused");
        return page::refusal(site, StatusCode::FORBIDDEN, texts::FOREIGN_FORM);
    }
    if matches!(care, Care::Count | Care::CountOwn) && site.is_too_eager(peer) {
        tracing::warn!(%peer, "too many attempts");
        if recovery_api::Call::of(path).is_some() {
            return recovery_api::too_many();
        }
        return too_many(site);
    }
    match once::key(&request).filter(|_| source == Source::Here) {
        Some(key) => site.once.answer(key, site.now(), shown(site, request, source, peer)).await,
        None => shown(site, request, source, peer).await,
    }
}

/// Answers what is let in.
async fn shown(site: &Arc<Site>, request: Request<Bytes>, source: Source, peer: IpAddr) -> Response<Vec<u8>> {
    let path = request.uri().path();
    match path {
        "/" => start(site, &request),
        "/favicon.ico" => page::icon(),
        "/commonauth" => login::attempt(site, &request, source).await,
        "/samlsso" => sso::answer(site, &request, source).await,
        sso::METADATA => sso::metadata(site, &request).await,
        _ if LOGIN_PAGES.contains(&path) => login::show(site, &request, source).await,
        "/authenticationendpoint/samlsso_notification.do" => sso::notification(site, &request),
        "/authenticationendpoint/samlsso_logout.do" | "/authenticationendpoint/oauth2_logout.do" => {
            sso::logged_out(site)
        }
        "/authenticationendpoint/continue.js" => page::script(),
        "/authenticationendpoint/retry.do" => page::refusal(site, StatusCode::OK, texts::RETRY),
        "/authenticationendpoint/style.css" => site.look.style.answer(request.uri().query()),
        CONFIRM => reset::show(site, &request).await,
        COMPLETE => reset::complete(site, &request, source).await,
        onboarding::CONFIRM => onboarding::answer(site, &request).await,
        _ if path == "/carbon" || path.starts_with("/carbon/") => {
            console::answer(site, request, source, peer).await
        }
        _ if path == "/dashboard" || path.starts_with("/dashboard/") => {
            dashboard::answer(site, &request).await
        }
        _ if forward_auth::concerns(path) => forward_auth::answer(site, &request).await,
        _ if forgotten::concerns(path) => forgotten::answer(site, &request).await,
        _ if path.starts_with(CAPTCHAS) => captcha(site, path),
        _ => match recovery_api::Call::of(path) {
            Some(call) => recovery_api::answer(site, &request, call).await,
            None => page::refusal(site, StatusCode::NOT_FOUND, texts::NOT_FOUND),
        },
    }
}

#[cfg(test)]
mod tests;
