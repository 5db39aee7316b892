//! What stands in the form of an identity provider, field by field, what was sent, and what a form makes of a provider.
//!
//! What the form has no field for (free properties of the provider) is kept as it is.

use super::provider_part::{Part, connectors, is_names, ways};
use super::sheet::{Sheet, one_line};
use super::texts;
use super::visit::Visit;
use crate::domain::identity_provider::{
    Authenticator, Claim, ClaimMapping, Connector, Dropped, IdentityProvider, Profile, RoleMapping,
};
use crate::saml::Algorithm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

const CLAIMS: &str = "claims";
const ROLES: &str = "roles";
const CERTIFICATE: &str = "certificate";
const LOCAL_DIALECT: &str = "localDialect";
const JIT: &str = "jit";
const JIT_STORE: &str = "jitUserStore";

/// A field: its name, the key of its label, and where its value is.
type Field<T> = (&'static str, &'static str, fn(&mut Profile) -> &mut T);

const TEXTS: &[Field<Option<String>>] = &[
    ("displayName", "provider_display_name", |one| &mut one.display_name),
    ("description", "provider_description", |one| &mut one.description),
    ("homeRealmId", "idp_home_realm", |one| &mut one.home_realm),
    ("alias", "provider_alias", |one| &mut one.alias),
    ("userClaim", "provider_user_claim", |one| &mut one.user_claim),
    ("roleClaim", "provider_role_claim", |one| &mut one.role_claim),
    ("defaultWay", "provider_default_way", |one| &mut one.default_authenticator),
    ("defaultConnector", "provider_default_connector", |one| &mut one.default_connector),
    ("provisioningRole", "provider_outbound_roles", |one| &mut one.provisioning_role),
    (JIT_STORE, "provider_jit_store", |one| &mut one.jit_user_store),
];

const FLAGS: &[Field<bool>] = &[
    ("federationHub", "provider_hub", |one| &mut one.federation_hub),
    (LOCAL_DIALECT, "provider_local_dialect", |one| &mut one.local_dialect),
    (JIT, "provider_jit", |one| &mut one.jit_enabled),
];

/// Whether a field holds several values.
pub fn is_list(field: &str) -> bool {
    [CLAIMS, ROLES].contains(&field) || is_names(field)
}

/// What the page calls a field.
pub fn label(field: &str) -> String {
    let texts = TEXTS.iter().map(|(name, key, _)| (*name, *key));
    let flags = FLAGS.iter().map(|(name, key, _)| (*name, *key));
    let others = [
        ("name", "provider_name"),
        (CLAIMS, "provider_claim_mappings"),
        (ROLES, "provider_role_mappings"),
        (CERTIFICATE, "provider_certificate"),
    ];
    let known = texts.chain(flags).chain(others).find(|(name, _)| *name == field);
    // `way__Name__p__Property` is said as `Name Property`.
    let plain = || field.split("__").filter(|part| part.len() > 1).skip(1).collect::<Vec<_>>().join(" ");
    known.map_or_else(plain, |(_, key)| texts::text(key).to_owned())
}

/// A claim of the provider and what it is here.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ClaimRow {
    pub remote: String,
    pub local: String,
    pub default_value: String,
    pub requested: bool,
}

/// A role of the provider and what it is here.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct RoleRow {
    pub remote: String,
    pub local: String,
}

fn packed<T: Serialize>(rows: Vec<T>) -> Vec<String> {
    rows.iter().filter_map(|row| serde_json::to_string(row).ok()).collect()
}

fn unpacked<T: for<'d> Deserialize<'d>>(rows: &[String]) -> impl Iterator<Item = T> {
    rows.iter().filter_map(|row| serde_json::from_str(row).ok())
}

/// A value as a cell of a table shows it.
fn cell(value: Option<&String>) -> String {
    value.map(|value| one_line(value)).unwrap_or_default()
}

fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// The claims of a provider, and those that nothing is mapped to.
pub fn claim_rows(provider: &IdentityProvider) -> Vec<ClaimRow> {
    let is_mapped =
        |uri: &str| provider.claim_mappings.iter().any(|mapping| mapping.remote.as_deref() == Some(uri));
    let mapped = provider.claim_mappings.iter().map(|mapping| ClaimRow {
        remote: cell(mapping.remote.as_ref()),
        local: cell(mapping.local.as_ref()),
        default_value: cell(mapping.default_value.as_ref()),
        requested: mapping.requested,
    });
    let unmapped = provider.claims.iter().filter(|claim| !is_mapped(&claim.uri));
    mapped
        .chain(unmapped.map(|claim| ClaimRow { remote: one_line(&claim.uri), ..ClaimRow::default() }))
        .collect()
}

/// The roles of a provider, and those that nothing is mapped to.
pub fn role_rows(provider: &IdentityProvider) -> Vec<RoleRow> {
    let local = |mapping: &RoleMapping| match &mapping.user_store {
        Some(store) => one_line(&[store, "/", mapping.local.as_deref().unwrap_or_default()].concat()),
        None => cell(mapping.local.as_ref()),
    };
    let is_mapped =
        |role: &String| provider.role_mappings.iter().any(|one| one.remote.as_ref() == Some(role));
    let mapped = provider
        .role_mappings
        .iter()
        .map(|mapping| RoleRow { remote: cell(mapping.remote.as_ref()), local: local(mapping) });
    let unmapped = provider.roles.iter().filter(|role| !is_mapped(role));
    mapped.chain(unmapped.map(|role| RoleRow { remote: one_line(role), ..RoleRow::default() })).collect()
}

fn mark(certificate: Option<&String>) -> String {
    let text = certificate.filter(|text| !text.is_empty());
    text.map(|text| STANDARD.encode(Algorithm::Sha256.digest(text.as_bytes()))).unwrap_or_default()
}

/// The form of a provider.
pub fn sheet(provider: &IdentityProvider) -> Sheet {
    let (mut profile, mut sheet) = (provider.profile.clone(), Sheet::default());
    sheet.write_raw("name", &profile.name);
    TEXTS.iter().for_each(|(field, _, value)| {
        sheet.write(field, value(&mut profile).as_deref().unwrap_or_default());
    });
    FLAGS.iter().for_each(|(field, _, value)| sheet.tick(field, *value(&mut profile)));
    sheet.write(CERTIFICATE, &mark(profile.certificate.as_ref()));
    sheet.list(CLAIMS, packed(claim_rows(provider)));
    sheet.list(ROLES, packed(role_rows(provider)));
    ways(provider).iter().chain(&connectors(provider)).for_each(|part| part.write(&mut sheet));
    sheet
}

/// What a form says about a provider that is `stored`, over what it was made with.
pub fn typed(visit: &Visit, stored: &IdentityProvider, shown: &Sheet) -> Sheet {
    let mut sheet = Sheet::default();
    // A name that nobody touched stays as it is, with the blanks at its ends.
    match shown.text("name") {
        had if one_line(had) == visit.text("name") => sheet.write_raw("name", had),
        _ => sheet.write("name", visit.text("name")),
    }
    TEXTS.iter().for_each(|(field, _, _)| sheet.write(field, visit.text(field)));
    FLAGS.iter().for_each(|(field, _, _)| sheet.tick(field, visit.ticked(field)));
    let certificate = match sent_certificate(visit) {
        Some(certificate) => mark(certificate.as_ref()),
        None => shown.text(CERTIFICATE).to_owned(),
    };
    sheet.write(CERTIFICATE, &certificate);
    let all = |name: &'static str| visit.parameters.all(name).map(str::trim);
    let requested: Vec<&str> = visit.parameters.all("claimRequested").collect();
    let rows = all("claimRemote").zip(all("claimLocal")).zip(all("claimDefault")).enumerate();
    let rows = rows.filter(|(_, ((remote, local), _))| !(remote.is_empty() && local.is_empty()));
    let rows = rows.map(|(number, ((remote, local), default_value))| ClaimRow {
        remote: remote.to_owned(),
        local: local.to_owned(),
        default_value: default_value.to_owned(),
        requested: requested.contains(&number.to_string().as_str()),
    });
    sheet.list(CLAIMS, packed(rows.collect()));
    let rows = all("roleRemote").zip(all("roleLocal")).filter(|(remote, _)| !remote.is_empty());
    let rows = rows.map(|(remote, local)| RoleRow { remote: remote.to_owned(), local: local.to_owned() });
    sheet.list(ROLES, packed(rows.collect()));
    for part in ways(stored).iter().chain(&connectors(stored)) {
        part.typed(visit, shown, &mut sheet);
    }
    sheet.with_left_out(&visit.parameters, shown, |field| match field {
        CLAIMS => Some("claimRemote"),
        ROLES => Some("roleRemote"),
        // Those of authenticators and connectors have been looked at, and the certificate is a file.
        CERTIFICATE => None,
        field => (!field.contains("__")).then_some(field),
    })
}

/// The certificate that a form brings or takes away; nothing when it leaves it alone.
pub fn sent_certificate(visit: &Visit) -> Option<Option<String>> {
    match visit.parameters.file(CERTIFICATE) {
        Some(file) => Some(Some(STANDARD.encode(&file.bytes))),
        None => visit.ticked("deleteCertificate").then_some(None),
    }
}

/// A line without a claim of the provider counts only where the provider speaks the local dialect.
fn set_claims(sheet: &Sheet, provider: &mut IdentityProvider) {
    let local_dialect = provider.profile.local_dialect;
    let (mut claims, mut mappings): (Vec<Claim>, Vec<ClaimMapping>) = (Vec::new(), Vec::new());
    for row in unpacked::<ClaimRow>(sheet.all(CLAIMS)).filter(|row| local_dialect || !row.remote.is_empty()) {
        if !row.remote.is_empty() && !claims.iter().any(|claim| claim.uri == row.remote) {
            claims.push(Claim { id: 0, uri: row.remote.clone() });
        }
        if !row.local.is_empty() {
            mappings.push(ClaimMapping {
                local: Some(row.local),
                remote: given(&row.remote),
                default_value: given(&row.default_value),
                requested: row.requested,
            });
        }
    }
    (provider.claims, provider.claim_mappings) = (claims, mappings);
}

fn set_roles(sheet: &Sheet, provider: &mut IdentityProvider) {
    let (mut roles, mut mappings): (Vec<String>, Vec<RoleMapping>) = (Vec::new(), Vec::new());
    for RoleRow { remote, local } in unpacked(sheet.all(ROLES)) {
        if !roles.contains(&remote) {
            roles.push(remote.clone());
        }
        if !local.is_empty() {
            let (store, name) =
                local.split_once('/').map_or((None, local.as_str()), |(store, name)| (Some(store), name));
            mappings.push(RoleMapping {
                remote: Some(remote),
                user_store: store.map(str::to_owned),
                local: Some(name.to_owned()),
            });
        }
    }
    (provider.roles, provider.role_mappings) = (roles, mappings);
}

/// What a form makes of a stored provider, and which properties of authenticators it drops. What it did not change stays to
/// the letter.
pub fn applied(
    sheet: &Sheet,
    stored: &IdentityProvider,
    certificate: Option<Option<String>>,
) -> (IdentityProvider, Vec<Dropped>) {
    let (is, mut provider) = (self::sheet(stored), stored.clone());
    let is_new = |field: &str| sheet.all(field) != is.all(field);
    let profile = &mut provider.profile;
    sheet.text("name").clone_into(&mut profile.name);
    for (field, _, value) in TEXTS {
        if let Some(new) = sheet.new_text(&is, field) {
            *value(profile) = given(new);
        }
    }
    FLAGS.iter().for_each(|(field, _, value)| *value(profile) = sheet.is_on(field));
    if is_new(JIT) || is_new(JIT_STORE) {
        profile.jit_user_store = profile.jit_user_store.take().filter(|_| profile.jit_enabled);
    }
    if let Some(certificate) = certificate {
        profile.certificate = certificate;
    }
    if is_new(CLAIMS) || is_new(LOCAL_DIALECT) {
        set_claims(sheet, &mut provider);
    }
    if is_new(ROLES) {
        set_roles(sheet, &mut provider);
    }
    let used = |part: &Part<'_>| {
        let (enabled, properties) = (part.is_on(sheet), part.applied(sheet));
        (part.known.is_some() || enabled || !properties.is_empty()).then_some((enabled, properties))
    };
    let mut dropped = Vec::new();
    provider.authenticators.clear();
    for part in ways(stored) {
        let Some((enabled, properties)) = used(&part) else { continue };
        let gone = part.properties().filter(|old| properties.iter().all(|new| new.name != old.name));
        dropped.extend(
            gone.map(|old| Dropped { authenticator: part.name.to_owned(), property: old.name.clone() }),
        );
        let before = stored.authenticators.iter().find(|one| one.name == part.name);
        let display_name = before.and_then(|one| one.display_name.clone());
        provider.authenticators.push(Authenticator {
            name: part.name.to_owned(),
            display_name: display_name.or_else(|| part.offered.map(|one| one.display_name.to_owned())),
            enabled,
            properties,
            ..Authenticator::default()
        });
    }
    provider.connectors.clear();
    for part in connectors(stored) {
        let Some((enabled, properties)) = used(&part) else { continue };
        let before = stored.connectors.iter().find(|one| one.name == part.name);
        let blocking = before.is_some_and(|one| one.blocking);
        let name = part.name.to_owned();
        provider.connectors.push(Connector { name, enabled, blocking, properties, ..Connector::default() });
    }
    provider.default_authenticator_enabled = provider.default_authenticator().is_some_and(|one| one.enabled);
    (provider, dropped)
}
