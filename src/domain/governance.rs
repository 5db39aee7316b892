//! The account policies of a tenant: properties of its resident identity provider, with the connectors' defaults for
//! what is missing or makes no sense.

use super::connectors::{CONNECTORS, Connector, Property};
use super::identity_provider::{Setting, update_failed};
use super::{Actor, Error, Now, Policy, TenantId, audit, pattern, session};
use crate::store::{self, Tx};

/// Name of the resident identity provider.
pub const RESIDENT: &str = "LOCAL";
/// Minutes a browser session lives without use.
pub const SESSION_IDLE_TIMEOUT: &str = "SessionIdleTimeout";
/// Minutes a remembered browser session lives.
pub const REMEMBER_ME_TIMEOUT: &str = "RememberMeTimeout";
/// Whether a link to set a new password is mailed to who forgot his.
pub const MAILS_LINKS: &str = "Recovery.Notification.Password.Enable";
/// Whether a user name is mailed to who forgot his.
pub const MAILS_NAMES: &str = "Recovery.Notification.Username.Enable";
/// Whether the server sends the mails of recoveries itself, and leaves them to no client.
pub const MAILS_ITSELF: &str = "Recovery.Notification.InternallyManage";
/// Minutes a recovery code is good for.
const EXPIRY_TIME: &str = "Recovery.ExpiryTime";
/// What new passwords match.
const PATTERN: &str = "passwordPolicy.pattern";
/// Longest value that is stored.
const MAX_VALUE: usize = 255;

fn known(name: &str) -> Option<&'static Property> {
    CONNECTORS.iter().flat_map(|connector| connector.properties).find(|property| property.name == name)
}

/// The value of a setting as it is stored, or its default.
///
/// # Errors
/// Failures of the database.
pub fn text(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<String, Error> {
    let stored = store::idp::property(tx, tenant.0, RESIDENT, name)?;
    Ok(stored.unwrap_or_else(|| known(name).map_or("", |property| property.default).to_owned()))
}

/// A setting that is on or off.
///
/// # Errors
/// Failures of the database.
pub fn flag(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<bool, Error> {
    Ok(text(tx, tenant, name)?.trim().eq_ignore_ascii_case("true"))
}

/// A setting that is a number; a stored value that is none counts as the default.
///
/// # Errors
/// Failures of the database.
pub fn number(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<i64, Error> {
    let stored = text(tx, tenant, name)?;
    let default = || known(name).and_then(|property| property.default.parse().ok()).unwrap_or(0);
    Ok(stored.trim().parse().unwrap_or_else(|_| default()))
}

/// A setting that is a Java expression; a stored one that is blank or none at all counts as the default: it would match
/// nothing, and nobody in the tenant could be given a password any more.
///
/// # Errors
/// Failures of the database.
pub fn expression(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<String, Error> {
    sensible(tx, tenant, name, |stored| !stored.trim().is_empty() && pattern::is_usable(stored))
}

/// A setting that people read; a blank one counts as the default.
///
/// # Errors
/// Failures of the database.
pub fn sentence(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<String, Error> {
    sensible(tx, tenant, name, |stored| !stored.trim().is_empty())
}

/// A setting that makes sense, or its default.
fn sensible(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    name: &str,
    is_sensible: impl Fn(&str) -> bool,
) -> Result<String, Error> {
    let stored = text(tx, tenant, name)?;
    let default = known(name).filter(|_| !is_sensible(&stored));
    Ok(default.map_or(stored, |property| property.default.to_owned()))
}

/// What a value of a setting should be, where it is something else and would count as the default, or as off. The services
/// store it all the same, as the original does.
#[must_use]
pub fn expected(name: &str, value: &str) -> Option<&'static str> {
    let (default, value) = (known(name)?.default, value.trim());
    let is_number = |text: &str| text.parse::<i64>().is_ok();
    match default {
        "true" | "false" => (!["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word)))
            .then_some("true or false"),
        _ if is_number(default) => (!is_number(value)).then_some("a whole number"),
        _ if name == PATTERN => (!pattern::is_valid(value)).then_some("a Java expression"),
        _ => None,
    }
}

/// A connector with the values a tenant has for its properties.
pub type Configured = (&'static Connector, Vec<(&'static Property, String)>);

/// Every connector with the tenant's values.
///
/// # Errors
/// Failures of the database.
pub fn connectors(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Configured>, Error> {
    let stored = all(tx, tenant)?;
    let value = |property: &Property| {
        let found = stored.iter().find(|(name, _)| name == property.name);
        found.map_or_else(|| property.default.to_owned(), |(_, value)| value.clone())
    };
    Ok(CONNECTORS
        .iter()
        .map(|connector| (connector, connector.properties.iter().map(|one| (one, value(one))).collect()))
        .collect())
}

/// Every property of the tenant's resident identity provider, in its order.
///
/// # Errors
/// Failures of the database.
pub fn all(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<(String, String)>, Error> {
    match store::idp::find(tx, tenant.0, RESIDENT)? {
        Some(resident) => {
            let settings = store::idp::properties(tx, resident.id)?.into_iter();
            Ok(settings.map(|one| (one.name, one.value.unwrap_or_default())).collect())
        }
        None => Ok(Vec::new()),
    }
}

/// What the audit trail calls a change of settings.
pub(super) const AUDITED: &str = "Update Resident Identity Provider";

/// Refuses settings that cannot be merged into those of the actor's tenant. The timeouts are looked at even when they
/// are not among the changes.
///
/// # Errors
/// The original's texts for the two timeouts and for values that cannot be stored, and a plain one for an expiry time
/// that would make every code void.
pub fn check(tx: &mut Tx<'_>, actor: &Actor, changes: &[Setting]) -> Result<(), Error> {
    let stored = all(tx, actor.tenant)?;
    let merged = |name: &str| {
        let sent = changes.iter().rev().find(|change| change.name == name);
        match sent {
            Some(change) => Some(change.value.as_deref()),
            None => stored.iter().find(|(known, _)| known == name).map(|(_, value)| Some(value.as_str())),
        }
    };
    for name in [SESSION_IDLE_TIMEOUT, REMEMBER_ME_TIMEOUT] {
        if merged(name).is_some_and(|value| !value.is_some_and(is_positive)) {
            // The blank at the end is the original's.
            return Err(Error::refused(format!(
                "{name} of ResidentIdP should be a numeric value greater than 0 "
            )));
        }
    }
    for Setting { name, value, .. } in changes {
        let fits = |text: &str| text.chars().count() <= MAX_VALUE;
        if name.is_empty() || !fits(name) || !value.as_deref().is_some_and(fits) {
            return Err(update_failed(actor));
        }
        if name == EXPIRY_TIME && !value.as_deref().is_some_and(|value| is_positive(value.trim())) {
            return Err(Error::refused(format!("{name} should be a number of minutes greater than 0")));
        }
    }
    Ok(())
}

/// Merges settings into those of the actor's tenant: listed ones are overwritten, unknown ones added, the last of a name
/// wins. Nothing is stored when one is refused (IS 5.3.0 reports success and stores nothing).
///
/// # Errors
/// As [`check`].
pub fn update(tx: &mut Tx<'_>, now: Now, actor: &Actor, changes: &[Setting]) -> Result<(), Error> {
    let resident = store::idp::find(tx, actor.tenant.0, RESIDENT)?.ok_or_else(|| {
        Error::refused(format!("Could not find Resident Identity Provider for tenant {}", actor.domain))
    })?;
    check(tx, actor, changes)?;
    put(tx, actor.tenant, resident.id, changes)?;
    if !changes.is_empty() {
        let names: Vec<&str> = changes.iter().map(|setting| setting.name.as_str()).collect();
        audit::record(tx, now, actor, AUDITED, RESIDENT, &names.join(","))?;
    }
    Ok(())
}

/// Writes settings that were checked. The times of sessions count for those that are open, too: the original reads them
/// whenever a session is used.
///
/// # Errors
/// Failures of the database.
pub(super) fn put(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    resident: i64,
    changes: &[Setting],
) -> Result<(), Error> {
    let before = session_limits(tx, tenant)?;
    for setting in changes {
        let value = setting.value.as_deref().unwrap_or_default();
        store::idp::set_property(tx, resident, &setting.name, value)?;
        if setting.name == PATTERN && !value.trim().is_empty() {
            // Stored all the same; who looks for what became of it finds it in the log.
            let _ = pattern::is_usable(value);
        }
    }
    let now = session_limits(tx, tenant)?;
    if now != before {
        session::change_limits(tx, tenant, before, now)?;
    }
    Ok(())
}

/// Minutes that sessions of browsers live without use: plain ones, and remembered ones.
fn session_limits(tx: &mut Tx<'_>, tenant: TenantId) -> Result<[i64; 2], Error> {
    Ok([number(tx, tenant, SESSION_IDLE_TIMEOUT)?, number(tx, tenant, REMEMBER_ME_TIMEOUT)?])
}

fn is_positive(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_digit()) && value.parse::<u32>().is_ok_and(|number| number > 0)
}

/// Writes what a new tenant begins with, once per connector, with the markers of the original. What files say of it later
/// changes nothing.
///
/// # Errors
/// Failures of the database.
pub fn seed(tx: &mut Tx<'_>, tenant: TenantId, home_realm: &str, policy: &Policy) -> Result<(), Error> {
    let profile = store::idp::IdpRow {
        tenant: tenant.0,
        name: RESIDENT.to_owned(),
        enabled: true,
        primary: true,
        home_realm: Some(home_realm.to_owned()),
        ..store::idp::IdpRow::default()
    };
    let resident = store::idp::insert(tx, &profile)?;
    store::idp::set_property(tx, resident, REMEMBER_ME_TIMEOUT, &policy.remember_me_minutes.to_string())?;
    store::idp::set_property(tx, resident, SESSION_IDLE_TIMEOUT, &policy.session_idle_minutes.to_string())?;
    for connector in CONNECTORS {
        for property in connector.properties {
            let own = policy.first_policies.iter().find(|(name, _)| name == property.name);
            let value = own.map_or(property.default, |(_, value)| value);
            store::idp::set_property(tx, resident, property.name, value)?;
        }
        store::idp::set_property(tx, resident, &[connector.name, ".AlreadyWritten"].concat(), "true")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
