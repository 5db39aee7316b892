//! An identity provider as a form: what stands in its fields, and what comes back.
//!
//! Secrets are not put into a page: their fields are empty, and stay what they are until something is typed. What the
//! form does not show (provisioning connectors, free properties) is kept as it is.

use super::texts;
use super::visit::Visit;
use crate::domain::identity_provider::{
    AUTHENTICATORS, Authenticator, Claim, ClaimMapping, IdentityProvider, Offered, Property, RoleMapping,
    is_secret,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

/// What the fields of an authenticator begin with; its name follows.
const WAY: &str = "way__";
/// Empty lines of a table.
const SPARE: usize = 3;

/// A property of an authenticator.
#[derive(Debug, Serialize)]
struct Value {
    field: String,
    label: String,
    hint: &'static str,
    /// Empty for a secret.
    value: String,
    is_secret: bool,
}

/// A way to sign in at the provider.
#[derive(Debug, Serialize)]
struct Way {
    /// What its fields begin with.
    field: String,
    name: String,
    label: String,
    enabled: bool,
    values: Vec<Value>,
    spare: Vec<usize>,
}

/// A claim of the provider and what it is here.
#[derive(Debug, Default, Serialize)]
struct ClaimRow {
    remote: String,
    local: String,
    default_value: String,
    requested: bool,
}

/// A role of the provider and what it is here.
#[derive(Debug, Default, Serialize)]
struct RoleRow {
    remote: String,
    local: String,
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
    default_way: String,
    claims: Vec<ClaimRow>,
    roles: Vec<RoleRow>,
    ways: Vec<Way>,
}

fn shown(text: Option<&String>) -> String {
    text.cloned().unwrap_or_default()
}

fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// The authenticators that the server has and those that the provider has besides.
fn names(provider: &IdentityProvider) -> Vec<&str> {
    let mut names: Vec<&str> = AUTHENTICATORS.iter().map(|one| one.name).collect();
    for one in &provider.authenticators {
        if !names.contains(&one.name.as_str()) {
            names.push(&one.name);
        }
    }
    names
}

fn offered(name: &str) -> Option<&'static Offered> {
    AUTHENTICATORS.iter().find(|one| one.name == name)
}

fn is_confidential(way: &str, property: &Property) -> bool {
    let described = offered(way).into_iter().flat_map(|one| one.properties);
    is_secret(property) || described.into_iter().any(|one| one.name == property.name && one.confidential)
}

fn way(name: &str, known: Option<&Authenticator>) -> Way {
    let stored = known.map(|one| one.properties.as_slice()).unwrap_or_default();
    let described = offered(name).map(|one| one.properties).unwrap_or_default();
    let field = [WAY, name, "__"].concat();
    let value = |property: &Property, label: String, hint: &'static str| {
        let is_secret = is_confidential(name, property);
        let value = shown(property.value.as_ref());
        Value {
            field: [&field, "p__", &property.name].concat(),
            label,
            hint: if is_secret && !value.is_empty() { texts::text("provider_secret_hint") } else { hint },
            value: if is_secret { String::new() } else { value },
            is_secret,
        }
    };
    let mut values: Vec<Value> = Vec::new();
    for one in described {
        let start = one.value.filter(|_| known.is_none()).map(str::to_owned);
        let empty = Property { name: one.name.to_owned(), value: start, ..Property::default() };
        let property = stored.iter().find(|property| property.name == one.name).unwrap_or(&empty);
        values.push(value(property, one.display_name.to_owned(), one.description.unwrap_or_default()));
    }
    let further = stored.iter().filter(|property| described.iter().all(|one| one.name != property.name));
    values.extend(further.map(|property| value(property, property.name.clone(), "")));
    Way {
        label: offered(name).map_or(name, |one| one.display_name).to_owned(),
        name: name.to_owned(),
        enabled: known.is_some_and(|one| one.enabled),
        values,
        spare: (0..SPARE).collect(),
        field,
    }
}

impl Form {
    /// The form of a provider.
    pub fn of(provider: &IdentityProvider) -> Self {
        let profile = &provider.profile;
        let mapped =
            |uri: &str| provider.claim_mappings.iter().any(|mapping| mapping.remote.as_deref() == Some(uri));
        let mut claims: Vec<ClaimRow> = provider
            .claim_mappings
            .iter()
            .map(|mapping| ClaimRow {
                remote: shown(mapping.remote.as_ref()),
                local: shown(mapping.local.as_ref()),
                default_value: shown(mapping.default_value.as_ref()),
                requested: mapping.requested,
            })
            .collect();
        let unmapped = provider.claims.iter().filter(|claim| !mapped(&claim.uri));
        claims.extend(unmapped.map(|claim| ClaimRow { remote: claim.uri.clone(), ..ClaimRow::default() }));
        claims.extend((0..SPARE).map(|_| ClaimRow::default()));
        let local = |mapping: &RoleMapping| match &mapping.user_store {
            Some(store) => [store, "/", mapping.local.as_deref().unwrap_or_default()].concat(),
            None => shown(mapping.local.as_ref()),
        };
        let is_mapped =
            |role: &String| provider.role_mappings.iter().any(|one| one.remote.as_ref() == Some(role));
        let mapped = provider
            .role_mappings
            .iter()
            .map(|mapping| RoleRow { remote: shown(mapping.remote.as_ref()), local: local(mapping) });
        let mut roles: Vec<RoleRow> = mapped.collect();
        let unmapped = provider.roles.iter().filter(|role| !is_mapped(role));
        roles.extend(unmapped.map(|role| RoleRow { remote: role.clone(), ..RoleRow::default() }));
        roles.extend((0..SPARE).map(|_| RoleRow::default()));
        let known = |name: &str| provider.authenticators.iter().find(|one| one.name == name);
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
            default_way: shown(profile.default_authenticator.as_ref()),
            claims,
            roles,
            ways: names(provider).into_iter().map(|name| way(name, known(name))).collect(),
        }
    }

    /// Names of the ways to sign in, with their labels.
    pub fn ways(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ways.iter().map(|way| (way.name.as_str(), way.label.as_str()))
    }
}

/// The claims of a form and what they are here. A line without a claim of the provider counts only where the provider
/// speaks the local dialect.
fn claims(visit: &Visit, local_dialect: bool) -> (Vec<Claim>, Vec<ClaimMapping>) {
    let requested: Vec<&str> = visit.parameters.all("claimRequested").collect();
    let remotes = visit.parameters.all("claimRemote").map(str::trim);
    let rows = remotes
        .zip(visit.parameters.all("claimLocal").map(str::trim))
        .zip(visit.parameters.all("claimDefault").map(str::trim));
    let (mut claims, mut mappings): (Vec<Claim>, Vec<ClaimMapping>) = (Vec::new(), Vec::new());
    for (number, ((remote, local), default_value)) in rows.enumerate() {
        if remote.is_empty() && (!local_dialect || local.is_empty()) {
            continue;
        }
        if !remote.is_empty() && !claims.iter().any(|claim| claim.uri == remote) {
            claims.push(Claim { id: 0, uri: remote.to_owned() });
        }
        if !local.is_empty() {
            mappings.push(ClaimMapping {
                local: Some(local.to_owned()),
                remote: given(remote),
                default_value: given(default_value),
                requested: requested.contains(&number.to_string().as_str()),
            });
        }
    }
    (claims, mappings)
}

fn roles(visit: &Visit) -> (Vec<String>, Vec<RoleMapping>) {
    let remotes = visit.parameters.all("roleRemote").map(str::trim);
    let rows = remotes.zip(visit.parameters.all("roleLocal").map(str::trim));
    let (mut roles, mut mappings): (Vec<String>, Vec<RoleMapping>) = (Vec::new(), Vec::new());
    for (remote, local) in rows.filter(|(remote, _)| !remote.is_empty()) {
        if !roles.iter().any(|role| role == remote) {
            roles.push(remote.to_owned());
        }
        if !local.is_empty() {
            let (store, name) =
                local.split_once('/').map_or((None, local), |(store, name)| (Some(store), name));
            mappings.push(RoleMapping {
                remote: Some(remote.to_owned()),
                user_store: store.map(str::to_owned),
                local: Some(name.to_owned()),
            });
        }
    }
    (roles, mappings)
}

/// What a form says of one way to sign in; none for one that is neither known nor used.
fn sent_way(visit: &Visit, name: &str, known: Option<&Authenticator>) -> Option<Authenticator> {
    let field = [WAY, name, "__"].concat();
    let stored = known.map(|one| one.properties.as_slice()).unwrap_or_default();
    let mut properties: Vec<Property> = Vec::new();
    for (property, value) in visit.parameters.below(&[&field, "p__"].concat()) {
        let before = stored.iter().find(|one| one.name == property);
        let sent = Property { name: property.to_owned(), ..before.cloned().unwrap_or_default() };
        let confidential = is_confidential(name, &sent);
        // An empty field of a secret leaves it as it is.
        if !(value.is_empty() && (confidential || before.is_none())) {
            properties.push(Property { value: Some(value.to_owned()), confidential, ..sent });
        }
    }
    let new_secret = [&field, "newSecret"].concat();
    let secret: Vec<&str> = visit.parameters.all(&new_secret).collect();
    let new_name = [&field, "newName"].concat();
    let new_value = [&field, "newValue"].concat();
    let new = visit.parameters.all(&new_name).map(str::trim).zip(visit.parameters.all(&new_value));
    for (number, (property, value)) in new.enumerate().filter(|(_, (property, _))| !property.is_empty()) {
        properties.push(Property {
            name: property.to_owned(),
            value: Some(value.to_owned()),
            confidential: secret.contains(&number.to_string().as_str()),
            ..Property::default()
        });
    }
    let enabled = visit.ticked(&[&field, "enabled"].concat());
    if known.is_none() && !enabled && properties.is_empty() {
        return None;
    }
    Some(Authenticator {
        name: name.to_owned(),
        display_name: known
            .and_then(|one| one.display_name.clone())
            .or_else(|| offered(name).map(|one| one.display_name.to_owned())),
        enabled,
        properties,
        ..Authenticator::default()
    })
}

/// The provider of a form, over what is stored.
pub fn sent(visit: &Visit, stored: &IdentityProvider) -> IdentityProvider {
    let mut provider = stored.clone();
    let known = |name: &str| stored.authenticators.iter().find(|one| one.name == name);
    provider.authenticators =
        names(stored).into_iter().filter_map(|name| sent_way(visit, name, known(name))).collect();
    let local_dialect = visit.ticked("localDialect");
    (provider.claims, provider.claim_mappings) = claims(visit, local_dialect);
    (provider.roles, provider.role_mappings) = roles(visit);
    let profile = &mut provider.profile;
    profile.name = visit.text("name").to_owned();
    profile.display_name = given(visit.text("displayName"));
    profile.description = given(visit.text("description"));
    profile.home_realm = given(visit.text("homeRealmId"));
    profile.alias = given(visit.text("alias"));
    profile.federation_hub = visit.ticked("federationHub");
    profile.local_dialect = local_dialect;
    profile.user_claim = given(visit.text("userClaim"));
    profile.role_claim = given(visit.text("roleClaim"));
    profile.default_authenticator = given(visit.text("defaultWay"));
    if let Some(file) = visit.parameters.file("certificate") {
        profile.certificate = Some(STANDARD.encode(&file.bytes));
    } else if visit.ticked("deleteCertificate") {
        profile.certificate = None;
    }
    let default = provider.profile.default_authenticator.clone();
    let is_on = |one: &Authenticator| Some(&one.name) == default.as_ref() && one.enabled;
    provider.default_authenticator_enabled = provider.authenticators.iter().any(is_on);
    provider
}

/// What a form that is shown again has to show: what was sent, and what is kept because nothing was sent for it.
pub fn with_kept(mut sent: IdentityProvider, stored: &IdentityProvider) -> IdentityProvider {
    for one in &mut sent.authenticators {
        let Some(known) = stored.authenticators.iter().find(|known| known.name == one.name) else { continue };
        let kept =
            known.properties.iter().filter(|kept| one.properties.iter().all(|new| new.name != kept.name));
        let kept: Vec<Property> = kept.cloned().collect();
        one.properties.extend(kept);
    }
    sent
}
