//! `POST /api/identity/recovery/v0.9/set-password`, the call that the original's reset page makes. JSON, behind basic
//! authentication of somebody who may manage.

use super::{Site, page};
use crate::domain::login::{self, Face, Outcome, Presented};
use crate::domain::recovery::{self, CodeProblem, Hint, Refusal};
use crate::domain::{Error, Secret, permission};
use base64::Engine as _;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use hyper::{Method, Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The path of the call.
pub const SET_PASSWORD: &str = "/api/identity/recovery/v0.9/set-password";
/// What a caller must hold.
const MANAGE: &str = "/permission/admin/manage";
/// Longest password that is looked at.
const LONGEST: usize = 1024;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    key: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    properties: Vec<Property>,
}

#[derive(Deserialize)]
struct Property {
    key: String,
    value: String,
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
pub async fn set_password(site: &Arc<Site>, request: &Request<Bytes>) -> Response<Vec<u8>> {
    if request.method() != Method::POST {
        return empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    if let Err(response) = admit(site, request.headers()).await {
        return response;
    }
    let bad = |text: &str| problem(StatusCode::BAD_REQUEST, "18001", text, None);
    let Ok(body) = serde_json::from_slice::<Body>(request.body()) else {
        return bad("The request must be a JSON object with key and password");
    };
    if body.password.is_empty() || body.password.len() > LONGEST {
        let text = "The password is missing or too long";
        return problem(StatusCode::BAD_REQUEST, "20035", text, None);
    }
    let properties: Vec<(String, String)> =
        body.properties.into_iter().map(|property| (property.key, property.value)).collect();
    let (work, now) = (Arc::clone(site), site.now());
    let (code, plain) = (Secret::from(body.key.as_str()), Secret::from(body.password));
    let done = tokio::task::spawn_blocking(move || {
        recovery::set_password(&work.store, now, &work.realm, &code, &Hint::default(), &plain, &properties)
    });
    match done.await.unwrap_or_else(|_| Err(Error::Broken("a reset panicked").into())) {
        Ok(_) => empty(StatusCode::OK),
        Err(refusal) => {
            let (code, text) = (refusal.code().to_string(), refusal.description(&body.key));
            match &refusal {
                Refusal::Code(CodeProblem::Internal(error)) => {
                    tracing::error!(%error, "a reset failed");
                    problem(StatusCode::INTERNAL_SERVER_ERROR, &code, &text, None)
                }
                _ if code == "22001" => {
                    problem(StatusCode::PRECONDITION_FAILED, &code, &text, Some(&body.key))
                }
                _ => problem(StatusCode::BAD_REQUEST, &code, &text, None),
            }
        }
    }
}

/// Lets callers in who may manage.
async fn admit(site: &Arc<Site>, headers: &HeaderMap) -> Result<(), Response<Vec<u8>>> {
    let challenge = || {
        let mut response = empty(StatusCode::UNAUTHORIZED);
        page::set(&mut response, WWW_AUTHENTICATE, "Basic realm=\"WSO2 Identity Server\"");
        response
    };
    let header = headers.get(AUTHORIZATION).ok_or_else(challenge)?;
    let (scheme, token) = header
        .to_str()
        .ok()
        .and_then(|text| text.trim().split_once(' '))
        .ok_or_else(|| empty(StatusCode::BAD_REQUEST))?;
    let text = base64::engine::general_purpose::STANDARD
        .decode(token.trim())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    let (true, Some((user, password))) = (scheme.eq_ignore_ascii_case("basic"), pair) else {
        return Err(challenge());
    };
    let presented = Presented { user_name: user.to_owned(), password: password.into() };
    let (work, now) = (Arc::clone(site), site.now());
    let decided = tokio::task::spawn_blocking(move || {
        match login::attempt(&work.store, now, &work.realm, &presented, Face::Services)? {
            Outcome::In(signed_in) => {
                let (tenant, user) = (signed_in.tenant.id, signed_in.user.id);
                work.store.read(|tx| permission::authorized(tx, tenant, user, &[MANAGE])).map(Some)
            }
            _ => Ok(None),
        }
    });
    match decided.await.unwrap_or(Err(Error::Broken("a login panicked"))) {
        Ok(Some(true)) => Ok(()),
        Ok(Some(false)) => Err(empty(StatusCode::FORBIDDEN)),
        Ok(None) => Err(challenge()),
        Err(error) => {
            tracing::error!(%error, "a login failed inside");
            Err(empty(StatusCode::INTERNAL_SERVER_ERROR))
        }
    }
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    page::guard(&mut response);
    response
}

fn problem(status: StatusCode, code: &str, description: &str, key: Option<&str>) -> Response<Vec<u8>> {
    let message = if status.is_server_error() { "Internal server error" } else { "Bad Request" };
    let body = serde_json::to_vec(&Problem { key, code, message, description }).unwrap_or_default();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    page::guard(&mut response);
    page::set(&mut response, CONTENT_TYPE, "application/json");
    response
}
