//! The resident identity provider: account policies of the tenant, session times, and what this server is called by
//! others (IS 5.3.0, *Identity Providers > Resident*).
//!
//! Only what was changed on the form is written, so that two administrators who have it open do not undo each other's
//! changes, and the audit log names what changed.

use super::flash::Flash;
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::governance::{self, Configured, REMEMBER_ME_TIMEOUT, SESSION_IDLE_TIMEOUT};
use crate::domain::identity_provider::{Authenticator, IdentityProvider, Property, Setting};
use crate::domain::{Error, resident_idp};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The connector that everything here is about.
const FIRST_CONNECTOR: &str = "admin-forced-password-reset";
/// Categories in the order of the page.
const CATEGORIES: [&str; 3] = ["Account Management Policies", "Login Policies", "Password Policies"];
/// What a name of a setting begins with in the form, as in the original.
const SETTING: &str = "property__";
/// The value that the form was made with.
const SHOWN: &str = "was__";
const HOME_REALM: &str = "homeRealmId";
const DESTINATIONS: &str = "destinations";
const ENTITY_ID: &str = "IdPEntityId";
/// Name of the numbered destinations.
const DESTINATION: &str = "DestinationURI.";
/// Authenticators with an entity id of their own: name, field, what is said when it is empty.
const NAMED: [(&str, &str); 3] =
    [("samlsso", "samlEntityId"), ("openidconnect", "oidcEntityId"), ("passivests", "passiveEntityId")];
const TEMPLATE: &str = "console/resident.html";

/// A policy on the form.
#[derive(Debug, Serialize)]
struct Policy {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    /// What stands in the field.
    value: String,
    /// What the form was made with.
    was: String,
    is_flag: bool,
    on: bool,
}

#[derive(Debug, Serialize)]
struct Connector {
    heading: &'static str,
    policies: Vec<Policy>,
}

#[derive(Debug, Serialize)]
struct Category {
    heading: &'static str,
    connectors: Vec<Connector>,
}

fn is_flag(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

/// What a form says about a setting that had the value `stored` when it came in: the value the form was made with, and
/// the one it wants. `None` for a setting that was not on the form.
fn wanted(visit: &Visit, name: &str, stored: &str) -> Option<(String, String)> {
    let sent = visit.parameters.get(&[SETTING, name].concat());
    let shown = visit.parameters.get(&[SHOWN, name].concat());
    if sent.is_none() && shown.is_none() {
        return None;
    }
    let shown = shown.unwrap_or(stored).to_owned();
    let value = if is_flag(&shown) {
        // A box that is not ticked is not sent.
        sent.is_some_and(|sent| sent.eq_ignore_ascii_case("true")).to_string()
    } else {
        sent.unwrap_or(&shown).to_owned()
    };
    let value = if value.eq_ignore_ascii_case(&shown) && is_flag(&shown) { shown.clone() } else { value };
    Some((shown, value))
}

/// The policies by category and connector; what was typed stands in the place of what is stored.
fn categories(visit: &Visit, connectors: &[Configured]) -> Vec<Category> {
    let of = |category: &&'static str| {
        let mut found: Vec<&Configured> =
            connectors.iter().filter(|(connector, _)| connector.category == *category).collect();
        found.sort_by_key(|(connector, _)| connector.name != FIRST_CONNECTOR);
        let made = found.into_iter().map(|(connector, properties)| {
            let policy = |(property, stored): &(&'static crate::domain::connectors::Property, String)| {
                let typed = if visit.is_post { wanted(visit, property.name, stored) } else { None };
                let (was, value) = typed.unwrap_or_else(|| (stored.clone(), stored.clone()));
                Policy {
                    name: property.name,
                    label: property.display_name,
                    hint: property.description,
                    is_flag: is_flag(&was),
                    on: value.eq_ignore_ascii_case("true"),
                    value,
                    was,
                }
            };
            Connector { heading: connector.friendly_name, policies: properties.iter().map(policy).collect() }
        });
        Category { heading: category, connectors: made.collect() }
    };
    CATEGORIES.iter().map(of).collect()
}

/// A value of an authenticator.
fn value<'p>(resident: &'p IdentityProvider, authenticator: &str, property: &str) -> &'p str {
    let one = resident.authenticators.iter().find(|one| one.name == authenticator);
    let found = one.and_then(|one| one.properties.iter().find(|known| known.name == property));
    found.and_then(|property| property.value.as_deref()).unwrap_or_default()
}

/// The addresses that SAML responses may be sent to; the address of the service itself until somebody sets others.
fn destinations(resident: &IdentityProvider) -> Vec<&str> {
    let saml = resident.authenticators.iter().find(|one| one.name == "samlsso");
    let properties = saml.map(|one| one.properties.as_slice()).unwrap_or_default();
    let mut numbered: Vec<(u32, &str)> = properties
        .iter()
        .filter_map(|one| Some((one.name.strip_prefix(DESTINATION)?.parse().ok()?, one.value.as_deref()?)))
        .collect();
    numbered.sort_unstable();
    if numbered.is_empty() {
        return vec![value(resident, "samlsso", "SSOUrl")];
    }
    numbered.into_iter().map(|(_, address)| address).collect()
}

/// Names and addresses of an authenticator that nobody changes here.
fn addresses<'p>(resident: &'p IdentityProvider, authenticator: &str) -> Vec<(&'p str, &'p str)> {
    let one = resident.authenticators.iter().find(|one| one.name == authenticator);
    let properties = one.map(|one| one.properties.as_slice()).unwrap_or_default();
    let shown = properties.iter().filter(|one| one.name != ENTITY_ID && !one.name.starts_with(DESTINATION));
    shown.map(|one| (one.name.as_str(), one.value.as_deref().unwrap_or_default())).collect()
}

/// A stored free property.
fn stored<'p>(resident: &'p IdentityProvider, name: &str) -> &'p str {
    let found = resident.properties.iter().find(|setting| setting.name == name);
    found.and_then(|setting| setting.value.as_deref()).unwrap_or_default()
}

/// The fields beside the policies, with what stands in them.
fn scalars(resident: &IdentityProvider) -> Vec<(&'static str, String)> {
    let home_realm = resident.profile.home_realm.clone().unwrap_or_default();
    let times = [SESSION_IDLE_TIMEOUT, REMEMBER_ME_TIMEOUT];
    let times = times.map(|name| (name, stored(resident, name).to_owned()));
    let named = NAMED.map(|(name, field)| (field, value(resident, name, ENTITY_ID).to_owned()));
    let destinations = destinations(resident).join("\n");
    [(HOME_REALM, home_realm), (DESTINATIONS, destinations)].into_iter().chain(times).chain(named).collect()
}

/// What a field is to be: what was typed if the form was changed there, else what is stored by now.
fn kept(visit: &Visit, resident: &IdentityProvider, field: &str) -> String {
    let plain = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let sent = plain(visit.raw(field));
    let is_untouched = visit.parameters.get(&[SHOWN, field].concat()).is_some_and(|was| plain(was) == sent);
    let stored = scalars(resident).into_iter().find(|(known, _)| is_untouched && *known == field);
    stored.map_or(sent, |(_, stored)| stored)
}

/// The page, and what its form does.
pub async fn show(visit: Arc<Visit>) -> Answer {
    let (resident, connectors) = visit.read(|tx| {
        let resident = resident_idp::get(tx, visit.realm(), &visit.actor)?;
        Ok::<_, Error>((resident, governance::connectors(tx, visit.tenant())?))
    })?;
    let wrong = if visit.is_post { saved(&visit).await? } else { None };
    if visit.is_post && wrong.is_none() {
        let said = Flash::good(texts::text("resident_saved"));
        return visit.go_with(&Visit::address("idp/resident", &[]), said);
    }
    let typed = |name: &str, stored: &str| {
        visit.parameters.get(name).filter(|_| visit.is_post).unwrap_or(stored).to_owned()
    };
    let mut context = visit.context(texts::text("resident_title"));
    context.insert("categories", &categories(&visit, &connectors));
    let scalars = scalars(&resident);
    let was: Vec<(String, String)> = scalars
        .iter()
        .map(|(field, stored)| {
            let name = [SHOWN, field].concat();
            let was = typed(&name, stored);
            (name, was)
        })
        .collect();
    context.insert("was", &was);
    for (field, stored) in &scalars {
        context.insert(*field, &typed(field, stored));
    }
    for name in ["openid", "samlsso", "oauth10a", "openidconnect", "passivests", "wstrust"] {
        context.insert(name, &addresses(&resident, name));
    }
    let scim = resident.connectors.first().map(|one| one.properties.as_slice()).unwrap_or_default();
    let scim: Vec<(&str, &str)> =
        scim.iter().map(|one| (one.name.as_str(), one.value.as_deref().unwrap_or_default())).collect();
    context.insert("scim", &scim);
    let tenant = crate::web::form::encoded(&[("tenantDomain", &visit.actor.domain)]);
    context.insert("metadata", &[crate::web::sso::METADATA, "?", &tenant].concat());
    match wrong {
        Some(wrong) => visit.show_again(TEMPLATE, context, &wrong),
        None => visit.show(TEMPLATE, context),
    }
}

/// What the original's page looks at before it sends anything.
fn objection(visit: &Visit) -> Option<&'static str> {
    let is_positive = |name: &str| {
        let text = visit.text(name);
        text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u32>().is_ok_and(|number| number > 0)
    };
    if visit.text(HOME_REALM).is_empty() {
        return Some(texts::text("resident_no_realm"));
    }
    if !is_positive(SESSION_IDLE_TIMEOUT) {
        return Some(texts::text("resident_bad_idle"));
    }
    if !is_positive(REMEMBER_ME_TIMEOUT) {
        return Some(texts::text("resident_bad_remember"));
    }
    if NAMED.iter().any(|(_, field)| visit.text(field).is_empty()) {
        return Some(texts::text("resident_no_entity"));
    }
    let lines = typed_destinations(visit);
    if lines.is_empty() {
        return Some(texts::text("resident_no_destination"));
    }
    if !lines.iter().all(|line| line.starts_with("https://") || line.starts_with("http://")) {
        return Some(texts::text("resident_bad_destination"));
    }
    let distinct: BTreeSet<&&str> = lines.iter().collect();
    (distinct.len() < lines.len()).then(|| texts::text("resident_same_destination"))
}

fn typed_destinations(visit: &Visit) -> Vec<&str> {
    visit.raw(DESTINATIONS).lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

fn setting(name: &str, value: &str) -> Setting {
    Setting { name: name.to_owned(), value: Some(value.to_owned()), display_name: None }
}

/// Writes what a form changes over what is stored by then; says what is wrong with it.
async fn saved(visit: &Arc<Visit>) -> Result<Option<String>, Error> {
    if let Some(objection) = objection(visit) {
        return Ok(Some(objection.to_owned()));
    }
    let sent = Arc::clone(visit);
    let done = visit.write(move |tx| {
        let resident = resident_idp::get(tx, sent.realm(), &sent.actor)?;
        let connectors = governance::connectors(tx, sent.tenant())?;
        let new = wished(&sent, &resident, &connectors);
        resident_idp::update(tx, sent.now(), sent.realm(), &sent.actor, new)
    });
    match done.await {
        Ok(()) => Ok(None),
        Err(error) => Ok(Some(visit::refused(error)?)),
    }
}

/// The resident provider as the form wants it.
fn wished(visit: &Visit, resident: &IdentityProvider, connectors: &[Configured]) -> IdentityProvider {
    let known = connectors.iter().flat_map(|(_, properties)| properties);
    let changed = known.filter_map(|(property, stored)| {
        let (shown, value) = wanted(visit, property.name, stored)?;
        (shown != value).then(|| setting(property.name, &value))
    });
    let mut settings: Vec<Setting> = changed.collect();
    for name in [SESSION_IDLE_TIMEOUT, REMEMBER_ME_TIMEOUT] {
        let value = kept(visit, resident, name);
        if value != stored(resident, name) {
            settings.push(setting(name, &value));
        }
    }
    let property =
        |name: String, value: &str| Property { name, value: Some(value.to_owned()), ..Property::default() };
    let wanted_destinations = kept(visit, resident, DESTINATIONS);
    let lines: Vec<&str> = wanted_destinations.lines().collect();
    let authenticators = NAMED.iter().map(|(name, field)| {
        let known = resident.authenticators.iter().find(|one| one.name == *name);
        let mut properties = vec![property(ENTITY_ID.to_owned(), &kept(visit, resident, field))];
        if *name == "samlsso" && lines != destinations(resident) {
            let numbered = (1..).zip(&lines);
            properties.extend(
                numbered.map(|(number, address)| property(format!("{DESTINATION}{number}"), address)),
            );
        }
        Authenticator {
            name: (*name).to_owned(),
            enabled: known.is_some_and(|one| one.enabled),
            properties,
            ..Authenticator::default()
        }
    });
    let mut new = resident.clone();
    new.authenticators = authenticators.collect();
    new.properties = settings;
    new.profile.home_realm = Some(kept(visit, resident, HOME_REALM));
    (new.profile.enabled, new.profile.primary, new.profile.certificate) = (true, true, None);
    new
}
