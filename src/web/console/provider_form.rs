//! An identity provider as its page shows it.

use super::provider_part::{Part, VALUE, connectors, ways};
use super::provider_sheet::{ClaimRow, RoleRow, claim_rows, role_rows};
use super::texts;
use super::users::Choice;
use crate::domain::identity_provider::{IdentityProvider, Kind, Property};
use serde::Serialize;

/// Empty lines of a table.
const SPARE: usize = 3;

/// A property of an authenticator or connector.
#[derive(Debug, Serialize)]
struct Value {
    field: String,
    name: String,
    label: String,
    hint: &'static str,
    /// Empty for a secret.
    value: String,
    /// How it is shown: `text`, `password`, `area`, `flag`, `claim` or `file`.
    kind: &'static str,
    /// Whether it is there and can be dropped.
    is_stored: bool,
}

/// A way to sign in at the provider, or to provision users to it.
#[derive(Debug, Serialize)]
struct Way {
    /// What its fields begin with.
    field: String,
    label: String,
    enabled: bool,
    values: Vec<Value>,
    spare: Vec<usize>,
}

/// The ways of one kind, one of which is the usual one.
#[derive(Debug, Serialize)]
struct Ways {
    heading: &'static str,
    hint: &'static str,
    default_field: &'static str,
    default_label: &'static str,
    defaults: Vec<Choice>,
    chosen: String,
    ways: Vec<Way>,
}

/// Everything on the form.
#[derive(Debug, Serialize)]
pub struct Form {
    name: String,
    display_name: String,
    description: String,
    home_realm: String,
    alias: String,
    federation_hub: bool,
    has_certificate: bool,
    local_dialect: bool,
    user_claim: String,
    role_claim: String,
    claims: Vec<ClaimRow>,
    roles: Vec<RoleRow>,
    provisioning_role: String,
    jit: bool,
    jit_user_store: String,
    groups: Vec<Ways>,
}

fn shown(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn value(
    part: &Part<'_>,
    property: &Property,
    (label, hint): (&str, &'static str),
    is_stored: bool,
) -> Value {
    let is_secret = part.is_confidential(property);
    let value = shown(property.value.as_ref());
    let kind = match part.kind(&property.name) {
        Kind::File => "file",
        _ if is_secret => "password",
        Kind::Flag => "flag",
        Kind::Claim => "claim",
        Kind::Text if value.contains(['\r', '\n']) => "area",
        Kind::Text => "text",
    };
    Value {
        field: [&part.field(), VALUE, &property.name].concat(),
        name: property.name.clone(),
        label: label.to_owned(),
        hint: if is_secret && is_stored { texts::text("provider_secret_hint") } else { hint },
        value: if is_secret { String::new() } else { value },
        kind,
        is_stored,
    }
}

fn way(part: &Part<'_>) -> Way {
    let described = part.offered.map(|one| one.properties).unwrap_or_default();
    let mut values: Vec<Value> = Vec::new();
    for one in described {
        let labels = (one.display_name, one.description.unwrap_or_default());
        match part.properties().find(|property| property.name == one.name) {
            Some(stored) => values.push(value(part, stored, labels, true)),
            None => {
                let start = one.value.filter(|_| part.known.is_none()).map(str::to_owned);
                let empty = Property { name: one.name.to_owned(), value: start, ..Property::default() };
                values.push(value(part, &empty, labels, false));
            }
        }
    }
    let further = part.properties().filter(|property| described.iter().all(|one| one.name != property.name));
    values.extend(further.map(|property| value(part, property, (&property.name, ""), true)));
    Way {
        label: part.offered.map_or(part.name, |one| one.display_name).to_owned(),
        enabled: part.known.is_some_and(|(enabled, _)| enabled),
        values,
        spare: (0..SPARE).collect(),
        field: part.field(),
    }
}

/// The ways of one kind, under a heading.
fn group(
    (heading, hint, default_label): (&'static str, &'static str, &'static str),
    default_field: &'static str,
    chosen: Option<&String>,
    parts: &[Part<'_>],
) -> Ways {
    let none = Choice { value: String::new(), text: texts::text("provider_no_default").to_owned() };
    let all = parts.iter().map(|part| Choice {
        value: part.name.to_owned(),
        text: part.offered.map_or(part.name, |one| one.display_name).to_owned(),
    });
    Ways {
        heading,
        hint,
        default_field,
        default_label,
        defaults: std::iter::once(none).chain(all).collect(),
        chosen: shown(chosen),
        ways: parts.iter().map(way).collect(),
    }
}

impl Form {
    /// The form of a provider.
    pub fn of(provider: &IdentityProvider) -> Self {
        let profile = &provider.profile;
        let mut claims = claim_rows(provider);
        claims.extend((0..SPARE).map(|_| ClaimRow::default()));
        let mut roles = role_rows(provider);
        roles.extend((0..SPARE).map(|_| RoleRow::default()));
        let federated = (
            texts::text("provider_ways"),
            texts::text("provider_ways_hint"),
            texts::text("provider_default_way"),
        );
        let outbound = (
            texts::text("provider_outbound"),
            texts::text("provider_provisions_nobody"),
            texts::text("provider_default_connector"),
        );
        Self {
            name: profile.name.clone(),
            display_name: shown(profile.display_name.as_ref()),
            description: shown(profile.description.as_ref()),
            home_realm: shown(profile.home_realm.as_ref()),
            alias: shown(profile.alias.as_ref()),
            federation_hub: profile.federation_hub,
            has_certificate: profile.certificate.as_ref().is_some_and(|text| !text.is_empty()),
            local_dialect: profile.local_dialect,
            user_claim: shown(profile.user_claim.as_ref()),
            role_claim: shown(profile.role_claim.as_ref()),
            claims,
            roles,
            provisioning_role: shown(profile.provisioning_role.as_ref()),
            jit: profile.jit_enabled,
            jit_user_store: shown(profile.jit_user_store.as_ref()),
            groups: vec![
                group(federated, "defaultWay", profile.default_authenticator.as_ref(), &ways(provider)),
                group(
                    outbound,
                    "defaultConnector",
                    profile.default_connector.as_ref(),
                    &connectors(provider),
                ),
            ],
        }
    }

    /// The user store that users are provisioned to.
    pub fn jit_user_store(&self) -> &str {
        &self.jit_user_store
    }
}
