//! Signing out: on behalf of a service provider, or because an address of ours was opened. Whoever else the user is
//! signed in at is told by the worker, in the background.

use super::{Carried, LOGGED_OUT, Refusal, partner, session_of, signer_of, unsigned};
use crate::domain::session;
use crate::domain::single_sign_on;
use crate::domain::{Error, Now};
use crate::saml::binding::posted;
use crate::saml::{self, Answer, LogoutRequest, Message};
use crate::web::form::Source;
use crate::web::{Site, page, texts};
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};
use std::sync::Arc;

/// A service provider asks. It has to know the session by its name: that is in its assertion and nowhere else, so that no
/// foreign page can sign anybody out, and the request counts also where the browser keeps our cookie back.
pub(super) async fn asked(
    site: &Arc<Site>,
    carried: &Carried<'_>,
    message: &Message,
    wanted: &LogoutRequest,
) -> Result<Response<Vec<u8>>, Refusal> {
    let destination = wanted.destination.as_deref();
    let partner = partner(site, carried, &wanted.issuer, Some((message, destination)))?;
    let now = site.now();
    if !single_sign_on::is_timely(now, wanted.issued_at)
        || wanted.expires_at.is_some_and(|until| Now(until.saturating_add(single_sign_on::SKEW)) < now)
    {
        return Err(Refusal::Untimely);
    }
    let provider = partner.provider.clone();
    let (indexes, name_id, id) = (wanted.session_indexes.clone(), wanted.name_id.clone(), wanted.id.clone());
    let ended = site
        .store
        .write(move |tx| {
            let sender = format!("sign out {}", provider.id);
            if !single_sign_on::claim_message(tx, now, &sender, &id)? {
                return Ok(None);
            }
            Ok::<_, Error>(Some(single_sign_on::end(tx, &provider, &indexes, &name_id)?.is_some()))
        })
        .await?;
    match ended {
        None => return Err(Refusal::Replayed),
        // As the original: there is nothing to end, so the user is out.
        Some(false) => {
            tracing::info!(issuer = %wanted.issuer, "a logout request for no session of that name")
        }
        Some(true) => {}
    }
    let back = partner.provider.logout_response_url.as_deref().unwrap_or(partner.provider.usual_url());
    let to = Answer {
        issuer: &partner.own.entity_id,
        in_response_to: Some(&wanted.id),
        destination: back,
        now: now.0,
    };
    let key = site.signers.of(&partner.owner).await?;
    let signer = Some(signer_of(&key, &partner.provider)).filter(|_| partner.provider.sign_response);
    let refused = (ended == Some(false)).then_some((
        saml::Status::Requester,
        "No Established Sessions corresponding to Session Indexes provided.",
    ));
    let made = saml::logout_response(&to, refused, signer);
    let answer = made.map_err(unsigned)?;
    let mut response = page::carry_answer(site, back, &posted(&answer), carried.relay_state.as_deref());
    if ended == Some(true) {
        page::set_session_cookie(site, &mut response, "", Some(0));
    }
    Ok(response)
}

/// An address of ours signs the user out (`slo=true`), where a service provider that is registered for that is named; and
/// leads on to one of its registered addresses only.
pub(super) async fn unasked(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    carried: &Carried<'_>,
    issuer: Option<&str>,
    return_to: Option<&str>,
) -> Result<Response<Vec<u8>>, Refusal> {
    let issuer = issuer.ok_or(Refusal::Other("no service provider is named"))?;
    let partner = partner(site, carried, issuer, None)?;
    if !partner.provider.idp_logout {
        return Err(Refusal::Other("the service provider does not sign users out by an address"));
    }
    let known = return_to.map(|wanted| partner.provider.return_urls.iter().find(|known| *known == wanted));
    let onward = match known {
        Some(None) => return Err(Refusal::Other("the address to return to is not registered")),
        Some(Some(registered)) => registered.as_str(),
        None => LOGGED_OUT,
    };
    end(site, request, onward).await
}

/// What is no SAML message, from a browser with a session, asks for its end; but not on a page of another site.
pub(super) async fn without_message(
    site: &Arc<Site>,
    request: &Request<Bytes>,
    source: Source,
) -> Result<Response<Vec<u8>>, Refusal> {
    if source == Source::Elsewhere {
        return Ok(page::refusal(site, StatusCode::FORBIDDEN, texts::FOREIGN_FORM));
    }
    end(site, request, LOGGED_OUT).await
}

async fn end(site: &Arc<Site>, request: &Request<Bytes>, onward: &str) -> Result<Response<Vec<u8>>, Refusal> {
    if let Some((id, _)) = session_of(site, request)? {
        site.store.write(move |tx| session::close(tx, &id)).await?;
    }
    let mut response = page::redirect(site, onward);
    page::set_session_cookie(site, &mut response, "", Some(0));
    Ok(response)
}
