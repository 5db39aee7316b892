//! What is looked at before anything is written: roles, claims, the certificate, the SAML entity id, and whether the
//! tables of the original could hold it all.

use super::credential::ENTITY_ID;
use super::{Authenticator, IdentityProvider, Property, RoleMapping, certificate};
use crate::domain::{Actor, Error, role};
use crate::store::{self, Tx};
use std::collections::HashSet;

/// Names under which an authenticator speaks SAML.
const SAML: [&str; 2] = ["SAMLSSOAuthenticator", "samlsso"];
const METADATA: &str = "meta_data";

/// Whether a provider is new or known; the two are judged differently in small ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A new provider.
    Add,
    /// A known one.
    Update,
}

/// The keys of the local roles that roles are mapped to. A mapping without a user store names its role as a typed name.
///
/// # Errors
/// The original's text for a role that does not exist.
pub(crate) fn local_roles(
    tx: &mut Tx<'_>,
    actor: &Actor,
    mappings: &[RoleMapping],
) -> Result<Vec<i64>, Error> {
    let key = |mapping: &RoleMapping| {
        let local = mapping.local.as_deref().unwrap_or("null");
        let typed = match &mapping.user_store {
            Some(user_store) => [user_store, "/", local].concat(),
            None => local.to_owned(),
        };
        role::find(tx, actor.tenant, &typed)?.ok_or_else(|| {
            Error::refused(format!("Cannot find tenant role {typed} for tenant {}", actor.domain))
        })
    };
    mappings.iter().map(key).collect()
}

/// Refuses SAML metadata that could not be taken apart into properties: those that were are no longer there.
///
/// # Errors
/// The original's text.
pub(super) fn metadata(authenticators: &[Authenticator]) -> Result<(), Error> {
    let carries = |property: &Property| {
        property.name.contains(METADATA)
            && property.name.contains("saml")
            && property.value.as_deref().is_some_and(|value| !value.is_empty())
    };
    if authenticators.iter().any(|one| one.properties.iter().any(carries)) {
        return Err(Error::refused("Error converting metadata"));
    }
    Ok(())
}

fn entity_id(authenticators: &[Authenticator]) -> Option<(&str, &str)> {
    let saml = authenticators.iter().filter(|one| SAML.contains(&one.name.as_str()));
    saml.flat_map(|one| one.properties.iter().map(move |property| (one.name.as_str(), property)))
        .find(|(_, property)| property.name == ENTITY_ID)
        .and_then(|(name, property)| Some((name, property.value.as_deref()?)))
}

/// Refuses a SAML entity id that another authenticator of the same name has in the tenant; a provider may keep its own.
///
/// # Errors
/// The original's text.
pub(super) fn unique_entity_id(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &[Authenticator],
    stored: &[Authenticator],
) -> Result<(), Error> {
    let Some((authenticator, value)) = entity_id(new) else { return Ok(()) };
    if entity_id(stored).is_some_and(|(_, known)| known == value)
        || !store::idp::has_entity_id(tx, actor.tenant.0, authenticator, value)?
    {
        return Ok(());
    }
    Err(Error::refused(format!(
        "An Identity Provider Entity Id has already been registered with the name '{value}' for tenant '{}'",
        actor.domain
    )))
}

/// Refuses a certificate that is none; blank means that there is none.
///
/// # Errors
/// The original's text.
pub(crate) fn certificate(provider: &IdentityProvider) -> Result<(), Error> {
    match provider.profile.certificate.as_deref() {
        Some(text) if !text.trim().is_empty() && !certificate::is_readable(text) => {
            Err(Error::refused("Malformed Public Certificate file has been provided."))
        }
        _ => Ok(()),
    }
}

/// Refuses mappings of claims and roles that the provider does not have, and leaves out what the original does not
/// store.
///
/// # Errors
/// The original's texts; `tenant` is the key of the tenant, which they name.
pub(crate) fn mappings(
    provider: &mut IdentityProvider,
    occasion: Occasion,
    tenant: i64,
) -> Result<(), Error> {
    match occasion {
        Occasion::Add => {
            if provider.roles.is_empty() {
                provider.role_mappings.clear();
            }
            roles(provider, tenant)?;
            if provider.claim_mappings.is_empty() {
                provider.claims.clear();
            } else if !provider.profile.local_dialect && provider.claims.is_empty() {
                return Err(Error::refused(format!(
                    "No Identity Provider claim URIs defined for tenant {tenant}"
                )));
            }
            claims(provider, tenant)
        }
        Occasion::Update => {
            if !provider.profile.local_dialect && provider.claims.is_empty() {
                provider.claim_mappings.clear();
            }
            claims(provider, tenant)?;
            if provider.roles.is_empty() && !provider.role_mappings.is_empty() {
                return Err(Error::refused(format!(
                    "No Identity Provider roles defined for tenant {tenant}"
                )));
            }
            roles(provider, tenant)
        }
    }
}

fn claims(provider: &mut IdentityProvider, tenant: i64) -> Result<(), Error> {
    if provider.profile.local_dialect {
        provider.claims.clear();
        provider.claim_mappings.retain(|mapping| mapping.local.is_some());
        provider.claim_mappings.iter_mut().for_each(|mapping| mapping.remote = None);
        return Ok(());
    }
    let is_known = |remote: &str| provider.claims.iter().any(|claim| claim.uri == remote);
    if provider.claim_mappings.iter().all(|mapping| mapping.remote.as_deref().is_some_and(is_known)) {
        return Ok(());
    }
    Err(Error::refused(format!("Cannot find Identity Provider claim mapping for tenant {tenant}")))
}

fn roles(provider: &IdentityProvider, tenant: i64) -> Result<(), Error> {
    for mapping in &provider.role_mappings {
        let remote = mapping.remote.as_deref();
        if !remote.is_some_and(|remote| provider.roles.iter().any(|role| role == remote)) {
            let remote = remote.unwrap_or("null");
            return Err(Error::refused(format!(
                "Cannot find Identity Provider role {remote} for tenant {tenant}"
            )));
        }
    }
    Ok(())
}

/// Whether the tables of the original could hold the provider: lengths in characters, names and values that must be
/// there, names that may occur once. `stored` are the authenticators it has already: their properties are merged.
pub(crate) fn is_storable(provider: &IdentityProvider, stored: &[Authenticator]) -> bool {
    profile_fits(provider)
        && mappings_fit(provider)
        && is_unique(provider.authenticators.iter().map(|one| &one.name))
        && provider.authenticators.iter().all(|one| {
            let is_known = stored.iter().any(|known| known.name == one.name);
            let once = |property: &&Property| !is_known || is_multi_valued(&property.name);
            is_named(&one.name, 255)
                && fits(one.display_name.as_deref(), 255)
                && properties_fit(&one.properties, 2047)
                && is_unique(one.properties.iter().filter(once).map(|property| &property.name))
        })
        && is_unique(provider.connectors.iter().map(|one| &one.name))
        && provider.connectors.iter().all(|one| {
            is_named(&one.name, 255)
                && properties_fit(&one.properties, 2048)
                && is_unique(one.properties.iter().map(|property| &property.name))
        })
        && is_unique(provider.properties.iter().map(|setting| &setting.name))
        && provider.properties.iter().all(|setting| {
            is_named(&setting.name, 255)
                && setting.value.is_some()
                && fits(setting.value.as_deref(), 255)
                && fits(setting.display_name.as_deref(), 255)
        })
}

fn profile_fits(provider: &IdentityProvider) -> bool {
    let profile = &provider.profile;
    fits(Some(&profile.name), 254)
        && fits(profile.description.as_deref(), 1024)
        && fits(profile.provisioning_role.as_deref(), 128)
        && fits(profile.display_name.as_deref(), 255)
        && [
            &profile.home_realm,
            &profile.alias,
            &profile.jit_user_store,
            &profile.user_claim,
            &profile.role_claim,
            &profile.default_authenticator,
            &profile.default_connector,
        ]
        .into_iter()
        .all(|text| fits(text.as_deref(), 254))
}

fn mappings_fit(provider: &IdentityProvider) -> bool {
    let local_claim = if provider.profile.local_dialect { 255 } else { 253 };
    is_unique(provider.claims.iter().map(|claim| &claim.uri))
        && provider.claims.iter().all(|claim| fits(Some(&claim.uri), 254))
        && is_unique(provider.claim_mappings.iter().map(|one| (&one.remote, &one.local)))
        && provider
            .claim_mappings
            .iter()
            .all(|one| fits(one.local.as_deref(), local_claim) && fits(one.default_value.as_deref(), 255))
        && is_unique(provider.roles.iter())
        && provider.roles.iter().all(|role| fits(Some(role), 254))
        && is_unique(provider.role_mappings.iter().map(|one| (&one.remote, &one.user_store, &one.local)))
        && provider
            .role_mappings
            .iter()
            .all(|one| fits(one.user_store.as_deref(), 253) && fits(one.local.as_deref(), 253))
}

fn properties_fit(properties: &[Property], longest: usize) -> bool {
    properties.iter().all(|one| is_named(&one.name, 255) && (one.blob || fits(one.value.as_deref(), longest)))
}

fn fits(text: Option<&str>, longest: usize) -> bool {
    text.is_none_or(|text| text.len() <= longest || text.chars().count() <= longest)
}

fn is_named(name: &str, longest: usize) -> bool {
    !name.is_empty() && fits(Some(name), longest)
}

fn is_unique<T: std::hash::Hash + Eq>(mut names: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    names.all(|name| seen.insert(name))
}

/// Whether a property is one of several numbered values: `DestinationURI.1`.
pub(super) fn is_multi_valued(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}
