//! Signing in: from the request of a service provider to the answer that the browser carries back.

use super::{Carried, Notification, Partner, Refusal, partner, session_of, signer_of, unsigned};
use crate::domain::service_provider::{self, DASHBOARD, ServiceProvider};
use crate::domain::session::{self, Session};
use crate::domain::single_sign_on::{self, MINUTES};
use crate::domain::{Error, Realm, Tenant, User, permission, resident_idp};
use crate::saml::binding::posted;
use crate::saml::{self, Answer, AuthnRequest, Bearer, Message, Recipient, Status, Subject};
use crate::store::Tx;
use crate::web::{Site, login, page};
use hyper::Request;
use hyper::Response;
use hyper::body::Bytes;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a login conversation keeps of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Asked {
    /// Key of the service provider.
    pub provider: i64,
    /// What it calls itself: its issuer, behind which an application of a tenant may say the tenant (`app@acme.com`).
    #[serde(default)]
    pub issuer: String,
    /// Its name, for addresses.
    pub name: String,
    /// Whether users of every tenant may sign in.
    pub is_saas: bool,
    /// The tenant it belongs to.
    pub tenant: String,
    /// The request; none when nobody asked.
    pub request: Option<String>,
    /// Where the answer goes: a registered address.
    pub consumer_url: String,
    /// Goes back with the answer as it came.
    pub relay_state: Option<String>,
    /// Who shall sign in, if anybody in particular.
    pub subject: Option<String>,
    /// Whether the user shall prove himself again.
    pub force: bool,
    /// For the address of the login page.
    pub session_hint: Option<String>,
}

/// What an answer is made of; everything that needed the database.
#[derive(Debug)]
pub struct Ready {
    partner: Partner,
    name_id: String,
    session_index: String,
    attributes: Vec<(String, Vec<String>)>,
    /// Whether it is the user who was asked for.
    is_wanted: bool,
}

impl std::fmt::Debug for Partner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.provider.issuer)
    }
}

/// Why somebody who is who he says does not get in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// The service provider is gone.
    NoProvider,
    /// It is for the users of its tenant only.
    Tenant,
    /// He lacks the permission the dashboard asks for.
    Permission,
}

/// Everything an answer for a user needs; notes that he is signed in there.
///
/// # Errors
/// Failures of the database.
pub fn prepare(
    tx: &mut Tx<'_>,
    realm: &Realm,
    asked: &Asked,
    (tenant, user): (&Tenant, &User),
    session_id: &str,
) -> Result<Result<Ready, Barred>, Error> {
    let (owner, provider) = match admitted(tx, asked, tenant, user)? {
        Ok(there) => there,
        Err(barred) => return Ok(Err(barred)),
    };
    let own = resident_idp::saml(tx, realm, &owner)?;
    let name_id = single_sign_on::subject(tx, realm, &owner, &provider, tenant, user)?;
    let attributes = single_sign_on::attributes(tx, realm, &provider, user)?;
    let session_index = single_sign_on::join(tx, session_id, &provider, &name_id)?;
    let is_wanted = asked.subject.as_ref().is_none_or(|wanted| *wanted == name_id);
    let partner = Partner { owner, provider, own };
    Ok(Ok(Ready { partner, name_id, session_index, attributes, is_wanted }))
}

/// What keeps a user out, whoever he is.
pub fn barred(tx: &mut Tx<'_>, asked: &Asked, tenant: &Tenant, user: &User) -> Result<Option<Barred>, Error> {
    Ok(admitted(tx, asked, tenant, user)?.err())
}

/// The service provider that somebody may sign in to, with the tenant it belongs to.
fn admitted(
    tx: &mut Tx<'_>,
    asked: &Asked,
    tenant: &Tenant,
    user: &User,
) -> Result<Result<(Tenant, ServiceProvider), Barred>, Error> {
    let Some((owner, provider)) = service_provider::by_id(tx, asked.provider)? else {
        return Ok(Err(Barred::NoProvider));
    };
    if !provider.is_saas && owner.id != tenant.id {
        return Ok(Err(Barred::Tenant));
    }
    let is_dashboard = provider.issuer == DASHBOARD;
    if is_dashboard && !permission::authorized(tx, tenant.id, user.id, &[permission::LOGIN])? {
        return Ok(Err(Barred::Permission));
    }
    Ok(Ok((owner, provider)))
}

/// The page that carries the answer to the service provider.
pub async fn finish(site: &Site, asked: &Asked, ready: &Ready) -> Response<Vec<u8>> {
    let key = match site.signers.of(&ready.partner.owner).await {
        Ok(key) => key,
        Err(error) => return login::failed(site, &error),
    };
    let (provider, now) = (&ready.partner.provider, site.now());
    let to = Answer {
        issuer: &ready.partner.own.entity_id,
        in_response_to: asked.request.as_deref(),
        destination: &asked.consumer_url,
        now: now.0,
    };
    let recipient = match recipient(provider) {
        Ok(recipient) => recipient,
        Err(why) => return super::refused(site, &why, Notification::Failed),
    };
    let signer = Some(signer_of(&key, provider));
    let made = if ready.is_wanted {
        let subject = Subject {
            name_id: &ready.name_id,
            format: &provider.name_id_format,
            session_index: provider.single_logout.then_some(&*ready.session_index),
            authenticated_at: now.0,
            attributes: &ready.attributes,
        };
        // An answer is for whom it was asked, under the name he goes by (IS 5.3.0, DefaultSAMLAssertionBuilder).
        let called = if asked.issuer.is_empty() { &provider.issuer } else { &asked.issuer };
        let audiences: Vec<String> = std::iter::once(called).chain(&provider.audiences).cloned().collect();
        let bearer = Bearer {
            audiences: &audiences,
            recipients: &provider.recipients,
            until: now.plus_minutes(MINUTES).0,
            readable_by: recipient.as_ref(),
        };
        let for_assertion = signer.filter(|_| provider.sign_assertion);
        saml::response(&to, &subject, &bearer, for_assertion, signer.filter(|_| provider.sign_response))
    } else {
        let text = "Provided username does not match with the requested subject";
        saml::refusal(&to, Status::AuthnFailed, text, signer)
    };
    match made {
        Ok(message) => {
            page::carry_answer(site, &asked.consumer_url, &posted(&message), asked.relay_state.as_deref())
        }
        Err(why) => login::failed(site, &unsigned(why)),
    }
}

/// A service provider asks.
pub(super) async fn asked(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    carried: &Carried<'_>,
    message: &Message,
    wanted: &AuthnRequest,
) -> Result<Response<Vec<u8>>, Refusal> {
    let destination = wanted.destination.as_deref();
    let partner = partner(site, carried, &wanted.issuer, Some((message, destination)))?;
    let now = site.now();
    if !single_sign_on::is_timely(now, wanted.issued_at) {
        return Err(Refusal::Untimely);
    }
    let consumer_url = consumer_url(&partner, wanted.consumer_url.as_deref())?;
    recipient(&partner.provider)?;
    let (sender, id) = (format!("sign on {}", partner.provider.id), wanted.id.clone());
    if !site.store.write(move |tx| single_sign_on::claim_message(tx, now, &sender, &id)).await? {
        return Err(Refusal::Replayed);
    }
    let asked = Asked {
        request: Some(wanted.id.clone()),
        subject: wanted.subject.clone(),
        force: wanted.force,
        ..of(&partner, carried, &wanted.issuer, consumer_url)
    };
    go_on(site, request, &partner, asked, wanted.passive).await
}

/// Nobody asked: an address of ours names the service provider.
pub(super) async fn unasked(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    carried: &Carried<'_>,
    issuer: &str,
    wanted_url: Option<&str>,
) -> Result<Response<Vec<u8>>, Refusal> {
    let partner = partner(site, carried, issuer, None)?;
    if !partner.provider.idp_initiated {
        return Err(Refusal::Other("the service provider does not take users who did not ask"));
    }
    let consumer_url = consumer_url(&partner, wanted_url)?;
    recipient(&partner.provider)?;
    let asked = of(&partner, carried, issuer, consumer_url);
    go_on(site, request, &partner, asked, false).await
}

fn consumer_url(partner: &Partner, wanted: Option<&str>) -> Result<String, Refusal> {
    let known = partner.provider.consumer_url(wanted);
    let url = known.ok_or_else(|| Refusal::ConsumerUrl(wanted.unwrap_or_default().to_owned()))?;
    Ok(url.to_owned())
}

/// Who alone may read assertions, where that is registered; asked before anybody is signed in for nothing.
fn recipient(provider: &ServiceProvider) -> Result<Option<Recipient>, Refusal> {
    let certificate = provider.encrypt_assertion.then(|| provider.certificate.as_deref().unwrap_or_default());
    certificate.map(Recipient::of_certificate).transpose().map_err(Refusal::Certificate)
}

fn of(partner: &Partner, carried: &Carried<'_>, issuer: &str, consumer_url: String) -> Asked {
    Asked {
        provider: partner.provider.id,
        issuer: issuer.to_owned(),
        name: partner.provider.name.clone(),
        is_saas: partner.provider.is_saas,
        tenant: partner.owner.domain.clone(),
        request: None,
        consumer_url,
        relay_state: carried.relay_state.clone(),
        subject: None,
        force: false,
        session_hint: carried.session_hint.clone(),
    }
}

/// Answers at once for a user who is signed in; else asks him to.
async fn go_on(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    partner: &Partner,
    asked: Asked,
    passive: bool,
) -> Result<Response<Vec<u8>>, Refusal> {
    if !asked.force
        && let Some((id, session)) = session_of(site, request)?
        && let Some(response) = with_session(site, &asked, &id, &session).await?
    {
        return Ok(response);
    }
    if passive {
        let to = Answer {
            issuer: &partner.own.entity_id,
            in_response_to: asked.request.as_deref(),
            destination: &asked.consumer_url,
            now: site.now().0,
        };
        let text = "The user is not signed in, and may not be asked";
        let key = site.signers.of(&partner.owner).await?;
        let made = saml::refusal(&to, Status::NoPassive, text, Some(signer_of(&key, &partner.provider)));
        let message = made.map_err(unsigned)?;
        let state = asked.relay_state.as_deref();
        return Ok(page::carry_answer(site, &asked.consumer_url, &posted(&message), state));
    }
    let issuer = partner.provider.issuer.clone();
    Ok(login::begin_for(site, request, &issuer, asked).await)
}

/// The answer for a user who is signed in already; `None` when he has to sign in as somebody else.
pub(in crate::web) async fn with_session(
    site: &Arc<Site>,
    asked: &Asked,
    id: &str,
    session: &Session,
) -> Result<Option<Response<Vec<u8>>>, Error> {
    let (realm, own, now) = (Arc::clone(&site.realm), asked.clone(), site.now());
    let (id, tenant, user) = (id.to_owned(), session.tenant.clone(), session.user.clone());
    let ready = site.store.write(move |tx| {
        let ready = prepare(tx, &realm, &own, (&tenant, &user), &id)?;
        if ready.is_ok() {
            session::touch(tx, now, &id)?;
        }
        Ok::<_, Error>(ready)
    });
    match ready.await? {
        Ok(ready) => Ok(Some(finish(site, asked, &ready).await)),
        Err(_) => Ok(None),
    }
}
