//! A forgotten user name, and the claims that are asked for it.

use super::{Asked, bad, empty, invalid_tenant, json, no_json, plain};
use crate::domain::recovery::{self, Named};
use crate::domain::recovery_dialogue::{self, Problem};
use crate::domain::{Error, governance, profile};
use hyper::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Claims that are looked at.
const MOST: usize = 50;

#[derive(Deserialize)]
struct Known {
    uri: Option<String>,
    value: Option<String>,
}

/// `POST /recover-username`: 202 for every description, unless the original's answers are wanted.
pub(super) async fn recover(asked: &Asked<'_>) -> Result<Response<Vec<u8>>, Error> {
    let Ok(known) = serde_json::from_slice::<Vec<Known>>(asked.body) else { return Ok(no_json("20014")) };
    let claims: Vec<(String, String)> = known
        .into_iter()
        .take(MOST)
        .filter_map(|one| Some((one.uri?, one.value?)))
        .filter(|(_, value)| !value.trim().is_empty())
        .collect();
    let named = asked.parameters.filled("tenant-domain");
    let Some(tenant) = asked.tenant(named)? else {
        return Ok(invalid_tenant(named.or(asked.call.tenant).unwrap_or_default()));
    };
    let (site, now) = (asked.site, asked.site.now());
    if !site.store.read(|tx| governance::flag(tx, tenant.id, governance::MAILS_NAMES))? {
        return Ok(bad("20031", "Username recovery is not enabled"));
    }
    if claims.is_empty() {
        return Ok(bad("20014", "No fileds found for username recovery"));
    }
    let (realm, notify) = (Arc::clone(&site.realm), asked.notify());
    let internally = site.store.read(|tx| {
        let own = governance::flag(tx, tenant.id, governance::MAILS_ITSELF)?;
        Ok::<_, Error>(notify.unwrap_or(own))
    })?;
    if internally && !asked.tells_who_exists() {
        recovery_dialogue::send_name_quietly(&site.store, now, &site.realm, tenant.id, claims)?;
        return Ok(empty(StatusCode::ACCEPTED));
    }
    let found = site.store.write(move |tx| match recovery::by_claims(tx, &realm, tenant.id, &claims)? {
        Named::One(user) if !internally => Ok((None, Some(user.display_name()))),
        Named::One(user) => {
            recovery_dialogue::send_name(tx, now, &realm, &user, Some(true))?;
            Ok((None, None))
        }
        other => Ok::<_, Problem>((Some(other), None)),
    });
    Ok(match found.await {
        Ok((None, Some(name))) => plain(StatusCode::ACCEPTED, &name),
        Ok((Some(Named::Several), _)) => bad("20032", "Multiple users found"),
        Ok((Some(_), _)) => empty(StatusCode::NO_CONTENT),
        Ok((None, None)) => empty(StatusCode::ACCEPTED),
        Err(Problem::Internal(error)) => return Err(error),
        Err(problem) => {
            tracing::info!(%problem, "no mail with a user name");
            bad("20011", "Error while trigger notification for user '%s.'")
        }
    })
}

/// A claim that a form may ask for.
#[derive(Serialize)]
struct Offered {
    uri: String,
    value: Option<String>,
    description: Option<String>,
    #[serde(rename = "display-name")]
    display_name: String,
    dialect: &'static str,
    required: bool,
    #[serde(rename = "read-only")]
    read_only: bool,
}

/// `GET /claims`: the claims that a profile of the tenant shows.
pub(super) fn claims(asked: &Asked<'_>) -> Result<Response<Vec<u8>>, Error> {
    let named = asked.parameters.filled("tenant-domain");
    let Some(tenant) = asked.tenant(named)? else {
        let domain = asked.call.tenant.or(named).unwrap_or_default();
        return Ok(bad("18016", &format!("Invalid tenant domain :{domain}")));
    };
    let site = asked.site;
    let offered: Vec<Offered> = site.store.read(|tx| {
        let catalogue = site.realm.catalogues.of(tx, tenant.id)?;
        let description = |uri: &str| catalogue.find(uri)?.property("Description").map(str::to_owned);
        let fields = profile::fields(tx, &site.realm, tenant.id)?.into_iter();
        let offered = fields.map(|field| Offered {
            description: description(&field.uri),
            uri: field.uri.to_string(),
            value: None,
            display_name: field.display_name.to_string(),
            dialect: "http://wso2.org/claims",
            required: field.required,
            read_only: field.read_only,
        });
        Ok::<_, Error>(offered.collect())
    })?;
    Ok(json(StatusCode::OK, &offered))
}
