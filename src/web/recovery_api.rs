//! `POST /api/identity/recovery/v0.9/set-password`, the call behind the original's reset page: JSON, for callers with the
//! secret of this installation, or for users who may manage. The code alone decides whose password it is.

use super::{Site, page, texts};
use crate::domain::login::{self, Face, Outcome, Presented, SignedIn};
use crate::domain::recovery::{self, CodeProblem, Hint, Refusal};
use crate::domain::{Error, Secret, SecretKey, permission, tenant};
use base64::Engine as _;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The path of the call; `/t/<tenant>` may stand before it.
const SET_PASSWORD: &str = "/api/identity/recovery/v0.9/set-password";
/// What a user must hold.
const MANAGE: &str = "/permission/admin/manage";
/// The application that the original ships. Its secret there is known to everybody; ours is made for each installation.
const CLIENT: &str = "dashboard";
/// Longest password that is looked at.
const LONGEST: usize = 1024;

/// The tenant whose API a path names; `None` when it names something else.
pub fn tenant_of(path: &str) -> Option<&str> {
    match path.strip_prefix("/t/") {
        None => (path == SET_PASSWORD).then_some(tenant::SUPER_DOMAIN),
        Some(rest) => {
            let (domain, _) = rest.split_once('/')?;
            (rest.get(domain.len()..) == Some(SET_PASSWORD)).then_some(domain)
        }
    }
}

/// The secret of [`CLIENT`], the same on every node that shares the key.
pub fn client_secret(key: &SecretKey) -> Secret {
    let hash = key.hash(&Secret::from("recovery api, client dashboard"));
    Secret::new(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a program presents after `Authorization: Client`, before base64.
pub fn client_credentials(key: &SecretKey) -> Secret {
    Secret::new(format!("{CLIENT}:{}", client_secret(key).reveal()))
}

#[derive(Deserialize)]
struct Body {
    key: Option<String>,
    password: Option<String>,
    properties: Option<Vec<Property>>,
}

#[derive(Deserialize)]
struct Property {
    key: String,
    value: Option<String>,
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    code: &'a str,
    message: &'a str,
    description: &'a str,
}

/// Sets a password with a code.
pub async fn set_password(site: &Arc<Site>, request: &Request<Bytes>, tenant: &str) -> Response<Vec<u8>> {
    if request.method() != Method::POST {
        return empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    if let Err(response) = admit(site, request.headers(), tenant).await {
        return response;
    }
    let json = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !json.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("application/json")) {
        return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let Ok(body) = serde_json::from_slice::<Body>(request.body()) else {
        return problem(StatusCode::BAD_REQUEST, "18001", texts::NO_JSON, None);
    };
    let plain = Secret::new(body.password.unwrap_or_default());
    if !(1..=LONGEST).contains(&plain.reveal().len()) {
        return problem(StatusCode::BAD_REQUEST, "20035", texts::PASSWORD_UNUSABLE, None);
    }
    let key = body.key.unwrap_or_default();
    let properties: Vec<(String, String)> = body
        .properties
        .unwrap_or_default()
        .into_iter()
        .map(|property| (property.key, property.value.unwrap_or_default()))
        .collect();
    let (work, now, code) = (Arc::clone(site), site.now(), Secret::from(key.as_str()));
    let done = tokio::task::spawn_blocking(move || {
        recovery::set_password(&work.store, now, &work.realm, &code, &Hint::default(), &plain, &properties)
    });
    match done.await.unwrap_or_else(|_| Err(Error::Broken("a reset panicked").into())) {
        Ok(_) => empty(StatusCode::OK),
        Err(refusal) => refused(&refusal, &key),
    }
}

fn refused(refusal: &Refusal, key: &str) -> Response<Vec<u8>> {
    let (code, text) = (refusal.code().to_string(), refusal.description(key));
    match refusal {
        Refusal::Code(CodeProblem::Internal(error)) => {
            tracing::error!(%error, "a reset failed");
            problem(StatusCode::INTERNAL_SERVER_ERROR, &code, &text, None)
        }
        // The original's answer to a password of the history differs from all others.
        _ if code == "22001" => problem(StatusCode::PRECONDITION_FAILED, &code, &text, Some(key)),
        _ => problem(StatusCode::BAD_REQUEST, &code, &text, None),
    }
}

/// Lets callers in, or says what the original says to those it does not.
async fn admit(site: &Arc<Site>, headers: &HeaderMap, tenant: &str) -> Result<(), Response<Vec<u8>>> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Err(challenge("")) };
    let parts: Vec<&str> = header.to_str().unwrap_or("").split_whitespace().collect();
    let [scheme, token] = parts.as_slice() else { return Err(empty(StatusCode::BAD_REQUEST)) };
    let decoded = base64::engine::general_purpose::STANDARD.decode(token).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).map(Secret::new);
    let pair = decoded.as_ref().and_then(|text| text.reveal().split_once(':'));
    let Some((name, secret)) = pair else { return Err(challenge("")) };
    if scheme.eq_ignore_ascii_case("client") {
        let known = client_secret(&site.realm.key).matches(secret);
        return if known && name == CLIENT { Ok(()) } else { Err(challenge("")) };
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(challenge(""));
    }
    let presented = Presented { user_name: name.to_owned(), password: secret.into() };
    let (work, now) = (Arc::clone(site), site.now());
    let decided = tokio::task::spawn_blocking(move || {
        let Some(signed_in) = recognised(&work, now, &presented)? else { return Ok(None) };
        let (tenant, user) = (signed_in.tenant.id, signed_in.user.id);
        let may = work.store.read(|tx| permission::authorized(tx, tenant, user, &[MANAGE]))?;
        Ok(Some((signed_in.tenant.domain, may)))
    });
    match decided.await.unwrap_or(Err(Error::Broken("a login panicked"))) {
        Ok(Some((domain, true))) if domain.eq_ignore_ascii_case(tenant) => Ok(()),
        Ok(Some(_)) => Err(empty(StatusCode::FORBIDDEN)),
        Ok(None) => Err(challenge(name)),
        Err(error) => {
            tracing::error!(%error, "a login failed inside");
            Err(empty(StatusCode::INTERNAL_SERVER_ERROR))
        }
    }
}

/// Who presents this, at the cost of a hash only the first time. Blocks.
fn recognised(
    site: &Site,
    now: crate::domain::Now,
    presented: &Presented,
) -> Result<Option<SignedIn>, Error> {
    if let Some(known) = site.store.read(|tx| login::recognise(tx, now, &site.realm, presented))? {
        return Ok(Some(known));
    }
    match login::attempt(&site.store, now, &site.realm, presented, Face::Services)? {
        Outcome::In(signed_in) => Ok(Some(signed_in)),
        Outcome::Redeem(_) | Outcome::Refused(_) => Ok(None),
    }
}

/// 401 in the form of the original, which no browser takes for a reason to ask its user.
fn challenge(name: &str) -> Response<Vec<u8>> {
    let mut response = empty(StatusCode::UNAUTHORIZED);
    page::set(&mut response, WWW_AUTHENTICATE, &format!("realm user=\"{}\"", name.replace(['"', '\\'], "")));
    response
}

/// The answer to a caller who comes too often.
pub fn too_many() -> Response<Vec<u8>> {
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "18013", texts::TOO_MANY, None);
    page::set(&mut response, RETRY_AFTER, "60");
    response
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    page::guard(&mut response);
    response
}

fn problem(status: StatusCode, code: &str, description: &str, key: Option<&str>) -> Response<Vec<u8>> {
    let message = match status {
        StatusCode::INTERNAL_SERVER_ERROR => "Internal server error",
        StatusCode::TOO_MANY_REQUESTS => "Too Many Requests",
        _ => "Bad Request",
    };
    let body = serde_json::to_vec(&Problem { key, code, message, description }).unwrap_or_default();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    page::guard(&mut response);
    page::set(&mut response, CONTENT_TYPE, "application/json");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenant_of_the_call_is_in_its_path() {
        assert_eq!(tenant_of(SET_PASSWORD), Some("carbon.super"));
        assert_eq!(
            tenant_of("/t/acme.example/api/identity/recovery/v0.9/set-password"),
            Some("acme.example")
        );
        for other in
            ["/api/identity/recovery/v0.9/", "/t/api/identity/recovery/v0.9/set-password", "/t/x/y", "/t/x"]
        {
            assert_eq!(tenant_of(other), None, "{other}");
        }
    }

    #[test]
    fn every_installation_has_a_client_secret_of_its_own() {
        let key = |byte| SecretKey::new(&[byte; 32]).unwrap();
        let one = client_secret(&key(1));
        assert_eq!(one.reveal().len(), 64);
        assert!(one.matches(client_secret(&key(1)).reveal()));
        assert!(!one.matches(client_secret(&key(2)).reveal()));
    }
}
