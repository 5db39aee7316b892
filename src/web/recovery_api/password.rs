//! Setting a password with a code, and the mail that brings one.

use super::{Asked, Property, bad, empty, invalid_tenant, no_json, no_one, pairs, plain, problem};
use crate::domain::recovery::{self, CodeProblem, Denied, Hint, Named, Presenter, Refusal};
use crate::domain::{Error, Secret, governance};
use crate::store::aside;
use crate::web::texts;
use hyper::{Response, StatusCode};
use serde::Deserialize;
use std::sync::Arc;

/// Longest password that is looked at.
const LONGEST: usize = 1024;

#[derive(Deserialize)]
struct NewPassword {
    key: Option<String>,
    password: Option<String>,
    properties: Option<Vec<Property>>,
}

/// `POST /set-password`. The code alone decides whose password it is.
pub(super) async fn set(asked: &Asked<'_>) -> Result<Response<Vec<u8>>, Error> {
    let Ok(body) = serde_json::from_slice::<NewPassword>(asked.body) else { return Ok(no_json("18001")) };
    let plain = Secret::new(body.password.unwrap_or_default());
    if !(1..=LONGEST).contains(&plain.reveal().len()) {
        return Ok(bad("20035", texts::PASSWORD_UNUSABLE));
    }
    let key = body.key.unwrap_or_default();
    let presenter = Presenter { address: asked.address, properties: pairs(body.properties) };
    let (work, now, code) = (Arc::clone(asked.site), asked.site.now(), Secret::from(key.as_str()));
    let done = aside(move || {
        recovery::set_password(&work.store, now, &work.realm, &code, &Hint::default(), &plain, &presenter)
    });
    Ok(match done.await.unwrap_or_else(|| Err(Error::Broken("a reset panicked").into())) {
        Ok(_) => empty(StatusCode::OK),
        Err(refusal) => refused(&refusal, &key),
    })
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

#[derive(Deserialize)]
struct Initiation {
    user: Option<User>,
    properties: Option<Vec<Property>>,
}

#[derive(Deserialize)]
struct User {
    username: Option<String>,
    realm: Option<String>,
    #[serde(rename = "tenant-domain")]
    tenant: Option<String>,
}

/// `POST /recover-password`: 202 for everybody whose tenant has the feature, unless the original's answers are wanted.
/// The code is the answer when mails are left to the caller, who then is told what is wrong, too.
pub(super) async fn recover(asked: &Asked<'_>) -> Result<Response<Vec<u8>>, Error> {
    let Ok(Initiation { user: Some(user), properties }) = serde_json::from_slice(asked.body) else {
        return Ok(no_json("18003"));
    };
    let Some(tenant) = asked.tenant(user.tenant.as_deref())? else {
        return Ok(invalid_tenant(user.tenant.as_deref().or(asked.call.tenant).unwrap_or_default()));
    };
    let (site, now) = (asked.site, asked.site.now());
    let (enabled, internally) = site.store.read(|tx| {
        let enabled = governance::flag(tx, tenant.id, governance::MAILS_LINKS)?;
        Ok::<_, Error>((enabled, governance::flag(tx, tenant.id, governance::MAILS_ITSELF)?))
    })?;
    if !enabled {
        return Ok(bad("20017", &Denied::NotEnabled.to_string()));
    }
    let name = user.username.unwrap_or_default();
    let realm = user.realm.filter(|realm| !realm.trim().is_empty());
    let typed = match &realm {
        Some(realm) => format!("{}/{name}", realm.trim()),
        None => name.clone(),
    };
    let (properties, notify) = (pairs(properties), asked.notify());
    if notify.unwrap_or(internally) && !asked.tells_who_exists() {
        recovery::forgot_quietly(&site.store, now, &site.realm, Some(tenant), &typed, properties)?;
        return Ok(empty(StatusCode::ACCEPTED));
    }
    let kept = Arc::clone(&site.realm);
    let begun = site.store.write(move |tx| match recovery::by_name(tx, &tenant, &typed)? {
        Named::One(user) => recovery::forgot(tx, now, &kept, &user, notify, &properties).map(Ok),
        other => Ok(Err(other)),
    });
    Ok(match begun.await {
        Ok(Ok(Some(code))) => plain(StatusCode::ACCEPTED, code.reveal()),
        Ok(Ok(None)) => empty(StatusCode::ACCEPTED),
        Ok(Err(named)) => no_one(&name, realm.is_some(), named == Named::Several),
        Err(Denied::Internal(error)) => return Err(error),
        Err(denied @ Denied::NoMail(_)) => {
            let code = denied.code().to_string();
            problem(StatusCode::INTERNAL_SERVER_ERROR, &code, texts::SERVER_ERROR, None)
        }
        Err(denied) => bad(&denied.code().to_string(), &denied.to_string()),
    })
}
