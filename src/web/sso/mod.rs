//! SAML 2.0 single sign-on: `/samlsso` in the order of checks of IS 5.3.0's SAMLSSOProviderServlet.
//!
//! It translates messages into questions to the domain and back. Whatever is refused leads to the original's notification
//! page, is logged with its reason, and changes nothing.

mod metadata;
mod sign_on;
mod sign_out;
mod signers;

pub(super) use sign_on::with_session;
pub use sign_on::{Asked, Barred, Ready, barred, finish, prepare};
pub use signers::{Signers, signer_of, unsigned};

use super::form::{Parameters, Source, cookie, encoded};
use super::page::{self, Message as Shown};
use super::{Site, login, texts};
use crate::domain::service_provider::{self, ServiceProvider};
use crate::domain::session::Kind;
use crate::domain::{Error, Tenant, resident_idp, session};
use crate::saml::binding::{self, Binding};
use crate::saml::{self, Message, PublicKey};
use hyper::body::Bytes;
use hyper::{Method, Request, Response, StatusCode};
use std::sync::Arc;

/// Where the metadata is.
pub const METADATA: &str = "/identity/metadata/saml2";
/// Longer states than this are no states but an attempt to make us keep something.
const LONGEST_STATE: usize = 2048;

/// Letters of a reason in the log.
const LONGEST_REASON: usize = 1000;

/// How a message came.
struct Carried<'a> {
    binding: Binding,
    /// As it stands in the address.
    query: &'a str,
    relay_state: Option<String>,
    tenant_domain: Option<String>,
    /// `SSOAuthSessionID`, which the login page's address shows.
    session_hint: Option<String>,
}

/// Why a message is not acted on; for the log.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error(transparent)]
    Garbled(#[from] binding::Garbled),
    #[error(transparent)]
    Unreadable(#[from] saml::Unreadable),
    #[error(transparent)]
    Distrust(#[from] saml::Distrust),
    #[error("the registered certificate cannot be used: {0}")]
    Certificate(saml::BadKey),
    #[error("no service provider {0:?} is registered")]
    Unknown(String),
    #[error("{0:?} is no consumer URL of the service provider")]
    ConsumerUrl(String),
    #[error("the message was sent to {0:?}")]
    Destination(Option<String>),
    #[error("the message is too old, or of the future")]
    Untimely,
    #[error("the message was answered before")]
    Replayed,
    #[error("{0}")]
    Other(&'static str),
    #[error(transparent)]
    Internal(#[from] Error),
    /// Any of them, with whom the message says that it is of; that is not proven.
    #[error("{why}; it says that it is of {issuer:?}")]
    Of { issuer: String, why: Box<Refusal> },
}

impl Refusal {
    fn of(self, issuer: &str) -> Self {
        match self {
            Self::Unknown(_) | Self::Internal(_) => self,
            why => Self::Of { issuer: issuer.to_owned(), why: Box::new(why) },
        }
    }

    fn cause(&self) -> &Self {
        match self {
            Self::Of { why, .. } => why,
            why => why,
        }
    }
}

impl From<crate::store::Error> for Refusal {
    fn from(error: crate::store::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Answers `/samlsso`.
pub async fn answer(site: &Arc<Site>, request: &Request<Bytes>, source: Source) -> Response<Vec<u8>> {
    let (is_post, query) = (request.method() == Method::POST, request.uri().query().unwrap_or(""));
    let parameters = Parameters::of(request);
    if is_login_form(&parameters) {
        return login::attempt(site, request, source).await;
    }
    if let Some(key) = parameters.get("sessionDataKey") {
        return login::resume(site, request, source, key).await;
    }
    let carried = Carried {
        binding: if is_post { Binding::Post } else { Binding::Redirect },
        query,
        relay_state: parameters.get("RelayState").map(str::to_owned),
        tenant_domain: parameters.filled("tenantDomain").map(str::to_owned),
        session_hint: parameters.get("SSOAuthSessionID").filter(|hint| is_plain(hint)).map(str::to_owned),
    };
    if carried.relay_state.as_ref().is_some_and(|state| state.len() > LONGEST_STATE) {
        return refused(site, &Refusal::Other("the RelayState is too long"), Notification::Invalid);
    }
    let (issuer, logout) = (parameters.filled("spEntityID"), parameters.get("slo").is_some());
    let (asked, answered) = (parameters.get("SAMLRequest"), parameters.get("SAMLResponse"));
    // Of a message there is kept that it came; anybody can make one.
    if (logout || issuer.is_some() || asked.is_some())
        && let Some(waits) = login::hold_back(site, request)
    {
        return waits;
    }
    let done = match (issuer, asked, answered) {
        (issuer, _, _) if logout => {
            let return_to = parameters.filled("returnTo");
            let done = sign_out::unasked(site, request, &carried, issuer, return_to).await;
            done.map_err(|why| why.of(issuer.unwrap_or_default()))
        }
        (Some(issuer), _, _) => {
            let done = sign_on::unasked(site, request, &carried, issuer, parameters.filled("acs")).await;
            done.map_err(|why| why.of(issuer))
        }
        (None, Some(message), _) => asked_for(site, request, &carried, message).await,
        // A participant says that it signed the user out, too.
        (None, None, Some(_)) => Ok(page::redirect(site, LOGGED_OUT)),
        (None, None, None) if cookie(request.headers(), login::COOKIE).is_some() => {
            sign_out::without_message(site, request, source).await
        }
        (None, None, None) => {
            return refused(site, &Refusal::Other("there is no message"), Notification::Invalid);
        }
    };
    done.unwrap_or_else(|refusal| match refusal.cause() {
        Refusal::Internal(error) => login::failed(site, error),
        Refusal::Garbled(_) | Refusal::Unreadable(_) => refused(site, &refusal, Notification::Invalid),
        _ => refused(site, &refusal, Notification::Failed),
    })
}

/// Whether the login form was sent, whose attempts are counted and which must be ours.
pub fn is_login_form(parameters: &Parameters) -> bool {
    parameters.get("tocommonauth") == Some("true")
}

fn is_plain(hint: &str) -> bool {
    hint.len() <= 64 && hint.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

async fn asked_for(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    carried: &Carried<'_>,
    encoded: &str,
) -> Result<Response<Vec<u8>>, Refusal> {
    let message = Message::read(&binding::decode(carried.binding, encoded)?)?;
    let (issuer, done) = match &message.asked {
        saml::Asked::SignIn(asked) => {
            (&asked.issuer, sign_on::asked(site, request, carried, &message, asked).await)
        }
        saml::Asked::SignOut(asked) => (&asked.issuer, sign_out::asked(site, carried, &message, asked).await),
        saml::Asked::SignedOut(_) | saml::Asked::SignedIn(_) => {
            return Err(Refusal::Other("an answer came where a request belongs"));
        }
    };
    done.map_err(|why| why.of(issuer))
}

/// A service provider as a message found it.
struct Partner {
    owner: Tenant,
    provider: ServiceProvider,
    own: resident_idp::Saml,
}

/// Finds who sent a message and makes sure that he did, where that was registered.
fn partner(
    site: &Site,
    carried: &Carried<'_>,
    issuer: &str,
    message: Option<(&Message, Option<&str>)>,
) -> Result<Partner, Refusal> {
    let found = site.store.read(|tx| {
        let found = service_provider::find(tx, carried.tenant_domain.as_deref(), issuer)?;
        let Some((owner, provider)) = found else { return Ok::<_, Error>(None) };
        let own = resident_idp::saml(tx, &site.realm, &owner)?;
        Ok(Some(Partner { owner, provider, own }))
    })?;
    let partner = found.ok_or_else(|| Refusal::Unknown(issuer.to_owned()))?;
    if let (true, Some((message, destination))) = (partner.provider.verify_requests, message) {
        let is_ours = |sent: &str| partner.own.destinations.iter().any(|known| known == sent);
        if !destination.is_some_and(is_ours) {
            return Err(Refusal::Destination(destination.map(str::to_owned)));
        }
        let certificate = partner.provider.certificate.as_deref().unwrap_or_default();
        let key = PublicKey::of_certificate(certificate).map_err(Refusal::Certificate)?;
        match carried.binding {
            Binding::Redirect => binding::verify(carried.query, "SAMLRequest", &key)?,
            Binding::Post => message.verify(&key)?,
        }
    }
    Ok(partner)
}

/// The session of the browser.
fn session_of(
    site: &Site,
    request: &Request<Bytes>,
) -> Result<Option<(String, session::Session)>, crate::domain::Error> {
    let Some(id) = cookie(request.headers(), login::COOKIE).filter(|id| id.len() <= 128) else {
        return Ok(None);
    };
    let found = site.store.read(|tx| session::find(tx, site.now(), Kind::Browser, id))?;
    Ok(found.map(|session| (id.to_owned(), session)))
}

/// What the original's notification page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notification {
    /// What came is no message.
    Invalid,
    /// The message cannot be acted on.
    Failed,
}

const NOTIFICATIONS: [(Notification, &str, &str); 2] = [
    (Notification::Invalid, texts::SAML_INVALID, texts::SAML_INVALID_HINT),
    (Notification::Failed, texts::SAML_FAILED, texts::SAML_FAILED_HINT),
];

fn refused(site: &Site, why: &Refusal, notification: Notification) -> Response<Vec<u8>> {
    // Some of it is the sender's, who may say as much as he likes.
    let reason: String = why.to_string().chars().take(LONGEST_REASON).collect();
    tracing::warn!(%reason, "a SAML message was refused");
    let known = NOTIFICATIONS.iter().find(|(known, _, _)| *known == notification);
    let (status, hint) = known.map_or(("", ""), |(_, status, hint)| (status, hint));
    let query = encoded(&[("status", status), ("statusMsg", hint)]);
    page::redirect(site, &format!("/authenticationendpoint/samlsso_notification.do?{query}"))
}

/// The notification page. It shows what it knows and never what the address says.
pub fn notification(site: &Site, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let (status, hint) = (parameters.get("status"), parameters.get("statusMsg"));
    let known = NOTIFICATIONS.iter().find(|(_, known, text)| status == Some(known) && hint == Some(text));
    let Some((_, status, hint)) = known else { return page::refusal(site, StatusCode::OK, texts::RETRY) };
    let link = [&site.realm.policy.public_url, "/dashboard"].concat();
    let message = Shown {
        title: texts::TITLE,
        heading: status,
        id: "error-msg",
        is_error: true,
        lines: &[hint, texts::SAML_START_AGAIN],
        link: Some((&link, texts::TO_DASHBOARD)),
    };
    page::message(site, StatusCode::OK, message)
}

/// Where somebody is who was signed out.
const LOGGED_OUT: &str = "/authenticationendpoint/samlsso_logout.do";

/// The page that says so.
pub fn logged_out(site: &Site) -> Response<Vec<u8>> {
    let link = [&site.realm.policy.public_url, "/dashboard"].concat();
    let message = Shown {
        title: texts::TITLE,
        heading: texts::LABELS.sign_out,
        id: "info-msg",
        is_error: false,
        lines: &[texts::LOGGED_OUT],
        link: Some((&link, texts::TO_LOGIN)),
    };
    page::message(site, StatusCode::OK, message)
}

/// The metadata of this identity provider, of the tenant that is asked for.
pub async fn metadata(site: &Site, request: &Request<Bytes>) -> Response<Vec<u8>> {
    metadata::answer(site, request).await
}
