//! Single sign-on: what a service provider learns of a user, where he is signed in, and that no message counts twice.

use super::catalogue::ROLE;
use super::service_provider::ServiceProvider;
use super::session::fingerprint;
use super::tenant::Tenant;
use super::{Error, Now, Realm, User, application, claim, role};
use crate::store::single_sign_on::{NoticeRow, ParticipantRow};
use crate::store::{self, Tx};

/// How old a message may be when it arrives: somebody may look at a page with a button for a while.
pub const PATIENCE: i64 = 60 * 60_000;
/// How far the clocks of others may be ahead.
pub const SKEW: i64 = 5 * 60_000;
/// Minutes an assertion is good (`SAMLResponseValidityPeriod` of IS 5.3.0).
pub const MINUTES: i64 = 5;
/// Attempts to tell a service provider that a session ended.
const ATTEMPTS: i64 = 5;

/// Whether a message made then can be acted on now.
#[must_use]
pub fn is_timely(now: Now, made_at: i64) -> bool {
    now.0.saturating_sub(made_at) <= PATIENCE && made_at.saturating_sub(now.0) <= SKEW
}

/// Notes that a message is being acted on; `false` when it was before.
///
/// # Errors
/// Failures of the database.
pub fn claim_message(tx: &mut Tx<'_>, now: Now, sender: &str, id: &str) -> Result<bool, Error> {
    Ok(store::single_sign_on::claim_message(tx, sender, id, now.0)?)
}

/// Forgets messages that are too old to count anyway.
///
/// # Errors
/// Failures of the database.
pub fn forget_messages(tx: &mut Tx<'_>, now: Now) -> Result<usize, Error> {
    let before = now.0.saturating_sub(PATIENCE).saturating_sub(SKEW);
    Ok(store::single_sign_on::forget_messages(tx, before)?)
}

/// The name a service provider knows a user by. A user of another tenant always has his tenant behind, also where the name
/// is a claim, which his administrators give him: names alone would not tell two people apart.
///
/// # Errors
/// Failures of the database.
pub fn subject(
    tx: &mut Tx<'_>,
    realm: &Realm,
    owner: &Tenant,
    provider: &ServiceProvider,
    tenant: &Tenant,
    user: &User,
) -> Result<String, Error> {
    let said = application::settings_of(tx, provider)?;
    let is_foreign = owner.id != tenant.id;
    let with_tenant = |name: String| [&name, "@", &tenant.domain].concat();
    if let Some(uri) = provider.name_id_claim.as_ref().or(said.subject_claim.as_ref()) {
        let values = claim::values(tx, realm, user, &[uri])?;
        if let Some((_, value)) = values.into_iter().find(|(_, value)| !value.trim().is_empty()) {
            return Ok(if is_foreign { with_tenant(value) } else { value });
        }
    }
    let name = if provider.store_in_subject { user.display_name() } else { user.name.clone() };
    Ok(if provider.tenant_in_subject || is_foreign { with_tenant(name) } else { name })
}

/// The claims a service provider gets, each with its values, which commas part in claims: those that its application asks
/// for, by the names it has for them, else its own. The names of roles may have commas in them: they are taken one by one,
/// so that nobody's role is two others.
///
/// # Errors
/// Failures of the database.
pub fn attributes(
    tx: &mut Tx<'_>,
    realm: &Realm,
    provider: &ServiceProvider,
    user: &User,
) -> Result<Vec<(String, Vec<String>)>, Error> {
    if !provider.send_attributes {
        return Ok(Vec::new());
    }
    let mut asked = application::settings_of(tx, provider)?.claims;
    if asked.is_empty() {
        asked.extend(provider.claims.iter().map(|uri| (uri.clone(), uri.clone())));
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let uris: Vec<&str> = asked.iter().map(|(uri, _)| uri.as_str()).collect();
    let values = claim::values(tx, realm, user, &uris)?;
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let split = |value: &str| -> Vec<String> {
        value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let mut all: Vec<(String, Vec<String>)> = Vec::with_capacity(asked.len());
    for (uri, name) in &asked {
        let Some((_, value)) = values.iter().find(|(known, _)| known == uri) else { continue };
        let values = if catalogue.means(uri, ROLE) { role::of_user(tx, user)? } else { split(value) };
        if !values.is_empty() && !all.iter().any(|(known, _)| known == name) {
            all.push((name.clone(), values));
        }
    }
    Ok(all)
}

/// The claims that the application of a service provider asks for, by its own names for them. Where there are any, the
/// service provider's own do not count.
///
/// # Errors
/// Failures of the database.
pub fn claims_of_application(tx: &mut Tx<'_>, provider: &ServiceProvider) -> Result<Vec<String>, Error> {
    let asked = application::settings_of(tx, provider)?.claims;
    Ok(asked.into_iter().map(|(_, name)| name).collect())
}

/// Notes that the user of a session is signed in at a service provider; the name of the session there.
///
/// # Errors
/// Failures of the database.
pub fn join(
    tx: &mut Tx<'_>,
    session_id: &str,
    provider: &ServiceProvider,
    name_id: &str,
) -> Result<String, Error> {
    let session_hash = fingerprint(session_id).to_vec();
    let known = store::single_sign_on::participants(tx, &session_hash)?;
    let index = known.into_iter().map(|one| one.session_index).next();
    let row = ParticipantRow {
        session_hash,
        provider: provider.id,
        name_id: name_id.to_owned(),
        session_index: index.unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
    };
    store::single_sign_on::join(tx, &row)?;
    Ok(row.session_index)
}

/// Where the user of a session is signed in, as the service provider of that key knows it.
///
/// # Errors
/// Failures of the database.
pub fn participant(
    tx: &mut Tx<'_>,
    session_id: &str,
    provider: i64,
) -> Result<Option<ParticipantRow>, Error> {
    let known = store::single_sign_on::participants(tx, &fingerprint(session_id))?;
    Ok(known.into_iter().find(|one| one.provider == provider))
}

/// A user proved himself again: his new session takes the place of the old one.
///
/// # Errors
/// Failures of the database.
pub fn replace(tx: &mut Tx<'_>, old_id: &str, new_id: &str) -> Result<(), Error> {
    store::single_sign_on::hand_over(tx, &fingerprint(old_id), &fingerprint(new_id))?;
    store::session::delete(tx, &fingerprint(old_id))?;
    Ok(())
}

/// Ends the session that a service provider knows by that name, on its behalf; everybody else is told. `None` when there
/// is no such session, or it is of somebody else.
///
/// # Errors
/// Failures of the database.
pub fn end(
    tx: &mut Tx<'_>,
    provider: &ServiceProvider,
    session_indexes: &[String],
    name_id: &str,
) -> Result<Option<()>, Error> {
    for index in session_indexes {
        let Some(known) = store::single_sign_on::by_index(tx, index, provider.id)? else { continue };
        if known.name_id != name_id {
            continue;
        }
        store::single_sign_on::set_told(tx, &known.session_hash, provider.id)?;
        store::session::delete(tx, &known.session_hash)?;
        return Ok(Some(()));
    }
    Ok(None)
}

/// The notices that are due.
///
/// # Errors
/// Failures of the database.
pub fn due_notices(tx: &mut Tx<'_>, now: Now) -> Result<Vec<NoticeRow>, Error> {
    Ok(store::single_sign_on::due_notices(tx, now.0, 20)?)
}

/// What became of a notice: dropped when it arrived, when nobody wants it or after the last attempt; else tried again
/// later, each time after twice as long.
///
/// # Errors
/// Failures of the database.
pub fn conclude_notice(tx: &mut Tx<'_>, now: Now, notice: &NoticeRow, arrived: bool) -> Result<(), Error> {
    if arrived || notice.attempts + 1 >= ATTEMPTS {
        store::single_sign_on::drop_notice(tx, notice.id)?;
    } else {
        let wait = 10_000_i64 << notice.attempts.clamp(0, 10);
        store::single_sign_on::postpone_notice(tx, notice.id, now.0.saturating_add(wait))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
