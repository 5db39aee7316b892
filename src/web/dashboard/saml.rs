//! How the dashboard signs in: as a service provider of this very server (`/dashboard/samlsso.jag`, `/dashboard/acs`).
//!
//! The conversation is the original's, message by message. The dashboard lives on the browser's session, which the
//! assertion names: what `/dashboard/acs` proves is that the assertion is ours, for the dashboard, fresh, used once, and of
//! that session. Nobody gets in with an assertion alone.

use super::{PASSWORD, PROFILE, QUESTIONS, SESSIONS, session_of};
use crate::domain::service_provider::{self, DASHBOARD};
use crate::domain::{Error, permission, resident_idp, session, single_sign_on};
use crate::saml::binding::{self, Binding, posted};
use crate::saml::{self, Asked, Message, Response as Assertion, Subject};
use crate::web::form::{Parameters, Source};
use crate::web::sso::Refusal;
use crate::web::{Site, login, page, sso, texts};
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};
use std::sync::Arc;

pub(super) const START: &str = "/dashboard/samlsso.jag";
pub(super) const CONSUMER: &str = "/dashboard/acs";
/// Under whose name used assertions are kept.
const ASSERTIONS: &str = "assertions for the dashboard";
/// Where somebody is sent who may not use the dashboard.
pub(super) const NOT_ALLOWED: &str = "/dashboard/samlsso.jag?logout=true&authz_failure=true";

/// Sends a browser without a session on its way; afterwards it is where it wanted to be.
pub(super) fn to_login(site: &Site, path: &str) -> Response<Vec<u8>> {
    let page = page_of(path).map(|page| format!("&page={page}")).unwrap_or_default();
    page::redirect(site, &format!("{START}?login=true{page}"))
}

/// The pages one may come back to, by what stands behind the slash.
fn page_of(path: &str) -> Option<&'static str> {
    [PROFILE, PASSWORD, SESSIONS, QUESTIONS]
        .into_iter()
        .filter_map(|known| known.strip_prefix("/dashboard/"))
        .find(|page| path.strip_prefix("/dashboard/") == Some(page) || path == *page)
}

/// The page with the request to sign in, or out.
pub(super) async fn start(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let done = if parameters.get("logout") == Some("true") {
        sign_out(site, request, &parameters).await
    } else {
        sign_in(site, parameters.get("page").and_then(page_of))
    };
    done.unwrap_or_else(|error| login::failed(site, &error))
}

fn unsigned(_: saml::BadKey) -> Error {
    Error::Broken("a message could not be made")
}

fn here(site: &Site, path: &str) -> String {
    [&site.realm.policy.public_url, path].concat()
}

fn sign_in(site: &Arc<Site>, wanted: Option<&str>) -> Result<Response<Vec<u8>>, Error> {
    let to = here(site, "/samlsso");
    let made = saml::authn_request(site.now().0, DASHBOARD, &to, &here(site, CONSUMER)).map_err(unsigned)?;
    let (message, hint) = (posted(&made), session::Kind::Browser.new_id());
    let mut fields = vec![("SAMLRequest", message.as_str()), ("SSOAuthSessionID", hint.reveal())];
    fields.extend(wanted.map(|page| ("RelayState", page)));
    Ok(page::carry_request(site, &to, &fields))
}

async fn sign_out(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    parameters: &Parameters,
) -> Result<Response<Vec<u8>>, Error> {
    // A page of another site signs nobody out.
    if Source::of(request.headers(), &site.realm.policy.public_url) == Source::Elsewhere {
        return Ok(page::refusal(site, StatusCode::FORBIDDEN, texts::FOREIGN_FORM));
    }
    let Some((id, session)) = session_of(site, request).await? else {
        return Ok(page::redirect(site, "/dashboard"));
    };
    let (realm, now) = (Arc::clone(&site.realm), site.now());
    let (kept, tenant, user) = (id.clone(), session.tenant.clone(), session.user.clone());
    let known = site.store.write(move |tx| {
        let Some((owner, provider)) = service_provider::find(tx, None, DASHBOARD)? else {
            return Err(Error::Broken("the dashboard is no service provider"));
        };
        let may = permission::authorized(tx, tenant.id, user.id, &[permission::LOGIN])?;
        let name = single_sign_on::subject(tx, &realm, &owner, &provider, &tenant, &user)?;
        let index = single_sign_on::join(tx, &kept, &provider, &name)?;
        Ok((owner, provider, name, index, may))
    });
    let (owner, provider, name_id, index, may) = known.await?;
    if parameters.get("authz_failure") == Some("true") && !may {
        site.store.write(move |tx| session::close(tx, &id)).await?;
        let asked = sso::Asked {
            provider: provider.id,
            issuer: DASHBOARD.to_owned(),
            name: provider.name.clone(),
            is_saas: provider.is_saas,
            tenant: owner.domain,
            request: None,
            consumer_url: provider.usual_url().to_owned(),
            relay_state: None,
            subject: None,
            force: false,
            session_hint: None,
        };
        return Ok(login::begin_again(site, request, asked).await);
    }
    let subject = Subject {
        name_id: &name_id,
        format: &provider.name_id_format,
        session_index: Some(&index),
        authenticated_at: now.0,
        attributes: &[],
    };
    let (to, until) = (here(site, "/samlsso"), now.plus_minutes(single_sign_on::MINUTES).0);
    let made = saml::logout_request(now.0, DASHBOARD, &to, &subject, until, None).map_err(unsigned)?;
    Ok(page::carry_request(site, &to, &[("SAMLRequest", &posted(&made))]))
}

/// Takes what `/samlsso` answered.
pub(super) async fn consume(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    let parameters = Parameters::of(request);
    let Some(encoded) = parameters.get("SAMLResponse") else { return page::redirect(site, "/dashboard/") };
    match believed(site, request, encoded).await {
        Ok(Outcome::In) => {
            let wanted = parameters.get("RelayState").and_then(page_of).unwrap_or_default();
            let slash = if wanted.is_empty() { "" } else { "/" };
            page::redirect(site, &format!("/dashboard{slash}{wanted}"))
        }
        Ok(Outcome::Out) => page::redirect(site, "/dashboard"),
        Ok(Outcome::NotAllowed) => page::redirect(site, NOT_ALLOWED),
        Err(Refusal::Internal(error)) => login::failed(site, &error),
        Err(refusal) => {
            tracing::warn!(reason = %refusal, "an assertion for the dashboard was refused");
            page::refusal(site, StatusCode::BAD_REQUEST, texts::RETRY)
        }
    }
}

enum Outcome {
    In,
    Out,
    NotAllowed,
}

async fn believed(site: &Arc<Site>, request: &Request<Bytes>, encoded: &str) -> Result<Outcome, Refusal> {
    let message = Message::read(&binding::decode(Binding::Post, encoded)?)?;
    message.verify(&site.signers.own().public())?;
    let assertion = match &message.asked {
        Asked::SignedIn(assertion) => assertion,
        Asked::SignedOut(_) => return Ok(Outcome::Out),
        Asked::SignIn(_) | Asked::SignOut(_) => return Err(Refusal::Other("a request came as an answer")),
    };
    check(site, assertion)?;
    let Some((id, session)) = session_of(site, request).await? else {
        return Err(Refusal::Other("the browser has no session"));
    };
    let (now, known) = (site.now(), assertion.clone());
    let done = site.store.write(move |tx| {
        let Some((_, provider)) = service_provider::find(tx, None, DASHBOARD)? else {
            return Err(Error::Broken("the dashboard is no service provider"));
        };
        let participant = single_sign_on::participant(tx, &id, provider.id)?;
        let is_of_session = participant.is_some_and(|one| {
            one.name_id == known.name_id && Some(one.session_index) == known.session_index
        });
        if !is_of_session {
            return Ok(Err("the assertion is of another session"));
        }
        if !single_sign_on::claim_message(tx, now, ASSERTIONS, &known.id)? {
            return Ok(Err("the assertion was used before"));
        }
        let may = permission::authorized(tx, session.tenant.id, session.user.id, &[permission::LOGIN])?;
        Ok(Ok(if may { Outcome::In } else { Outcome::NotAllowed }))
    });
    done.await?.map_err(Refusal::Other)
}

/// Whether an assertion of ours is for the dashboard, and now.
fn check(site: &Site, assertion: &Assertion) -> Result<(), Refusal> {
    let (consumer, now) = (here(site, CONSUMER), site.now().0);
    let issuer = site
        .store
        .read(|tx| {
            let found = service_provider::find(tx, None, DASHBOARD)?;
            found.map(|(owner, _)| resident_idp::saml(tx, &site.realm, &owner)).transpose()
        })?
        .map(|own| own.entity_id);
    let problem = if !assertion.success {
        "nobody was signed in"
    } else if issuer.as_deref() != Some(&assertion.issuer) {
        "the assertion is of somebody else"
    } else if assertion.destination.as_deref() != Some(&consumer) || !assertion.recipients.contains(&consumer)
    {
        "the assertion was sent to somebody else"
    } else if !assertion.audiences.iter().any(|audience| audience == DASHBOARD) {
        "the assertion is for somebody else"
    } else if assertion.good_until.is_none_or(|until| until <= now)
        || assertion.good_from.is_some_and(|from| from > now.saturating_add(single_sign_on::SKEW))
    {
        "the assertion is not good at this time"
    } else {
        return Ok(());
    };
    Err(Refusal::Other(problem))
}
