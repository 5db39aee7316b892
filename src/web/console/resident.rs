//! The resident identity provider: account policies of the tenant, session times, and what this server is called by
//! others (IS 5.3.0, *Identity Providers > Resident*).
//!
//! Only what was changed on the form is written, so that the audit log names what changed.

use super::flash::Flash;
use super::sheet::{SHOWN, Sheet, agreed, is_switch, text_sent};
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::connectors;
use crate::domain::governance::{self, Configured, REMEMBER_ME_TIMEOUT, SESSION_IDLE_TIMEOUT};
use crate::domain::identity_provider::{self, Authenticator, IdentityProvider, Property, Setting};
use crate::domain::service_provider::is_web;
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
const HOME_REALM: &str = "homeRealmId";
const DESTINATIONS: &str = "destinations";
const ENTITY_ID: &str = "IdPEntityId";
/// Name of the numbered destinations.
const DESTINATION: &str = "DestinationURI.";
/// Session times: setting and field, label.
const TIMES: [(&str, &str); 2] =
    [(SESSION_IDLE_TIMEOUT, "resident_idle"), (REMEMBER_ME_TIMEOUT, "resident_remember")];
/// Authenticators with an entity id of their own: name, field, what is said when it is empty.
const NAMED: [(&str, &str); 3] =
    [("samlsso", "samlEntityId"), ("openidconnect", "oidcEntityId"), ("passivests", "passiveEntityId")];
const TEMPLATE: &str = "console/resident.html";

/// A policy on the form.
#[derive(Debug, Serialize)]
struct Policy {
    name: &'static str,
    label: &'static str,
    hint: String,
    /// What stands in the field.
    value: String,
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

/// What the original says of a policy, and that it is only kept where it is.
fn hint(property: &connectors::Property) -> String {
    let idle = connectors::is_idle(property.name).then(|| texts::text("resident_idle_policy"));
    let said = [property.description].into_iter().chain(idle).filter(|text| !text.is_empty());
    said.collect::<Vec<_>>().join(". ")
}

/// The policies by category and connector, with what stands in their fields; `is` tells boxes from texts.
fn categories(connectors: &[Configured], standing: &Sheet, is: &Sheet) -> Vec<Category> {
    let of = |category: &&'static str| {
        let mut found: Vec<&Configured> =
            connectors.iter().filter(|(connector, _)| connector.category == *category).collect();
        found.sort_by_key(|(connector, _)| connector.name != FIRST_CONNECTOR);
        let made = found.into_iter().map(|(connector, properties)| {
            let policy = |(property, _): &(&'static connectors::Property, String)| {
                let field = [SETTING, property.name].concat();
                let value = standing.text(&field).to_owned();
                Policy {
                    name: property.name,
                    label: property.display_name,
                    hint: hint(property),
                    is_flag: is_switch(is.text(&field)),
                    on: value == "true",
                    value,
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

/// The fields beside the policies and destinations, with what is stored.
fn scalars(resident: &IdentityProvider) -> impl Iterator<Item = (&'static str, &str)> {
    let home_realm = resident.profile.home_realm.as_deref().unwrap_or_default();
    let times = TIMES.map(|(name, _)| (name, stored(resident, name)));
    let named = NAMED.map(|(name, field)| (field, value(resident, name, ENTITY_ID)));
    [(HOME_REALM, home_realm)].into_iter().chain(times).chain(named)
}

/// Every policy: its name, the name of its field, its name for people, and what is stored.
fn policies(connectors: &[Configured]) -> impl Iterator<Item = (&'static str, String, &'static str, &str)> {
    let all = connectors.iter().flat_map(|(_, properties)| properties);
    all.map(|(property, stored)| {
        (property.name, [SETTING, property.name].concat(), property.display_name, stored.as_str())
    })
}

/// The form.
fn sheet(resident: &IdentityProvider, connectors: &[Configured]) -> Sheet {
    let mut sheet = Sheet::default();
    for (_, field, _, stored) in policies(connectors) {
        match stored {
            flag if is_switch(flag) => sheet.write_raw(&field, &flag.to_ascii_lowercase()),
            text => sheet.write_raw(&field, text),
        }
    }
    scalars(resident).for_each(|(field, stored)| sheet.write(field, stored));
    sheet.list(DESTINATIONS, destinations(resident).into_iter().map(str::to_owned));
    sheet
}

/// What was sent of a form that was made with what was `shown`.
fn typed(visit: &Visit, resident: &IdentityProvider, connectors: &[Configured], shown: &Sheet) -> Sheet {
    let mut sheet = Sheet::default();
    for (_, field, _, _) in policies(connectors) {
        sheet.write_raw(&field, text_sent(&visit.parameters, &field, shown.text(&field)));
    }
    scalars(resident).for_each(|(field, _)| sheet.write(field, visit.text(field)));
    sheet.list(DESTINATIONS, typed_destinations(visit).into_iter().map(str::to_owned));
    // Those of policies have been looked at.
    sheet.with_left_out(&visit.parameters, shown, |field| (!field.starts_with(SETTING)).then_some(field))
}

fn is_list(field: &str) -> bool {
    field == DESTINATIONS
}

/// What the page calls a field.
fn label(connectors: &[Configured], field: &str) -> String {
    let known = [(HOME_REALM, "idp_home_realm"), (DESTINATIONS, "resident_destinations")];
    let named = NAMED.map(|(_, field)| (field, "resident_entity"));
    let own = known.into_iter().chain(TIMES).chain(named).find(|(name, _)| *name == field);
    let policy = || policies(connectors).find(|(_, name, _, _)| name == field).map(|(_, _, label, _)| label);
    own.map(|(_, key)| texts::text(key)).or_else(policy).unwrap_or(field).to_owned()
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
    let is = sheet(&resident, &connectors);
    let shown = Sheet::shown(&visit.parameters, &is);
    let standing = match visit.is_post {
        true => typed(&visit, &resident, &connectors, &shown).over(&shown, &is, is_list).sheet,
        false => is.clone(),
    };
    let mut context = visit.context(texts::text("resident_title"));
    context.insert("categories", &categories(&connectors, &standing, &is));
    context.insert(SHOWN, &is.packed());
    scalars(&resident).for_each(|(field, _)| context.insert(field, standing.text(field)));
    context.insert(DESTINATIONS, &standing.all(DESTINATIONS).join("\n"));
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

/// What the original's page looks at before it sends anything; here, of what is about to be written.
fn objection(form: &Sheet) -> Option<&'static str> {
    let is_positive = |name: &str| {
        let text = form.text(name);
        text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u32>().is_ok_and(|number| number > 0)
    };
    if form.text(HOME_REALM).is_empty() {
        return Some(texts::text("resident_no_realm"));
    }
    if !is_positive(SESSION_IDLE_TIMEOUT) {
        return Some(texts::text("resident_bad_idle"));
    }
    if !is_positive(REMEMBER_ME_TIMEOUT) {
        return Some(texts::text("resident_bad_remember"));
    }
    if NAMED.iter().any(|(_, field)| form.text(field).is_empty()) {
        return Some(texts::text("resident_no_entity"));
    }
    let lines = form.all(DESTINATIONS);
    if lines.is_empty() {
        return Some(texts::text("resident_no_destination"));
    }
    if !lines.iter().all(|line| is_web(line)) {
        return Some(texts::text("resident_bad_destination"));
    }
    let distinct: BTreeSet<&String> = lines.iter().collect();
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
    let sent = Arc::clone(visit);
    let done = visit.write(move |tx| {
        let resident = resident_idp::get(tx, sent.realm(), &sent.actor)?;
        let connectors = governance::connectors(tx, sent.tenant())?;
        let is = sheet(&resident, &connectors);
        let shown = Sheet::shown(&sent.parameters, &is);
        let merged = typed(&sent, &resident, &connectors, &shown).over(&shown, &is, is_list);
        let merged = agreed(merged, &is, |field| label(&connectors, field))?;
        if let Some(objection) = objection(&merged) {
            return Err(Error::refused(objection));
        }
        if merged == is {
            return Ok(());
        }
        let others = identity_provider::list(tx, sent.tenant())?;
        let another_is_primary = others.iter().any(|one| one.profile.primary);
        let new = wished(&merged, &is, &resident, &connectors, another_is_primary);
        resident_idp::update(tx, sent.now(), sent.realm(), &sent.actor, new)
    });
    match done.await {
        Ok(()) => Ok(None),
        Err(error) => Ok(Some(visit::refused(error)?)),
    }
}

/// The resident provider as a form makes it.
fn wished(
    form: &Sheet,
    is: &Sheet,
    resident: &IdentityProvider,
    connectors: &[Configured],
    another_is_primary: bool,
) -> IdentityProvider {
    let changed = |name: &str, field: &str| form.new_text(is, field).map(|new| setting(name, new));
    let policies = policies(connectors).filter_map(|(name, field, _, _)| changed(name, &field));
    let settings = policies.chain(TIMES.into_iter().filter_map(|(name, _)| changed(name, name))).collect();
    let property =
        |name: String, value: &str| Property { name, value: Some(value.to_owned()), ..Property::default() };
    let text = |field: &str, stored| form.new_text(is, field).unwrap_or(stored);
    let lines = form.all(DESTINATIONS);
    let authenticators = NAMED.iter().map(|(name, field)| {
        let known = resident.authenticators.iter().find(|one| one.name == *name);
        let mut properties =
            vec![property(ENTITY_ID.to_owned(), text(field, value(resident, name, ENTITY_ID)))];
        if *name == "samlsso" && lines != is.all(DESTINATIONS) {
            let numbered = (1..).zip(lines);
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
    let home_realm = resident.profile.home_realm.as_deref().unwrap_or_default();
    new.profile.home_realm = Some(text(HOME_REALM, home_realm).to_owned());
    (new.profile.enabled, new.profile.certificate) = (true, None);
    // The original's page makes it the primary one every time, beside the one that somebody chose.
    new.profile.primary |= !another_is_primary;
    new
}
