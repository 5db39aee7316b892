//! Identity providers of partners: where users of a tenant may sign in instead, and what their claims and roles mean
//! here. Refusals in the words of IS 5.3.0, IdentityProviderManager.
//!
//! A tenant sees its own providers and those the super tenant shares; it changes only its own. The resident one is in
//! `resident_idp`.

mod certificate;
mod change;
mod check;
mod credential;
pub mod import;
mod masking;
mod offered;
mod reference;
#[cfg(test)]
mod tests;
mod write;

pub use change::{Dropped, add, delete, edit, share, update};
pub use credential::is_secret;
pub use masking::UNIQUE_ID;
pub use offered::{AUTHENTICATORS, CONNECTORS, Kind, Offered, OfferedProperty};

pub(super) use change::update_failed;
pub(super) use check::{
    Occasion, certificate as check_certificate, is_storable, local_roles, mappings as check_mappings,
};
pub(super) use write::{merge_authenticator, replace_connectors, replace_mappings};

use super::governance::RESIDENT;
use super::user::like_part;
use super::{Actor, Error, Realm, TenantId, resident_idp};
use crate::store::{self, Tx};

pub use crate::store::idp::{
    AuthenticatorRow as Authenticator, ClaimMappingRow as ClaimMapping, ClaimRow as Claim,
    ConnectorRow as Connector, IdpRow as Profile, PropertyRow as Property, RoleMappingRow as RoleMapping,
    SHARED, SettingRow as Setting,
};

/// Everything about an identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityProvider {
    /// Its plain fields.
    pub profile: Profile,
    /// The ways to sign in there.
    pub authenticators: Vec<Authenticator>,
    /// The ways to provision users there.
    pub connectors: Vec<Connector>,
    /// Claims of its own dialect.
    pub claims: Vec<Claim>,
    /// What they are here.
    pub claim_mappings: Vec<ClaimMapping>,
    /// Its roles.
    pub roles: Vec<String>,
    /// What they are here.
    pub role_mappings: Vec<RoleMapping>,
    /// Free names and values.
    pub properties: Vec<Setting>,
    /// In a request: whether its default authenticator is said to be on.
    pub default_authenticator_enabled: bool,
}

impl IdentityProvider {
    /// The stored authenticator that is the default one.
    #[must_use]
    pub fn default_authenticator(&self) -> Option<&Authenticator> {
        let name = self.profile.default_authenticator.as_deref()?;
        self.authenticators.iter().find(|one| one.name == name)
    }
}

/// The provider of that name which a tenant sees: its own, or a shared one.
pub(super) fn visible(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<Option<Profile>, Error> {
    if let Some(own) = store::idp::find(tx, tenant.0, name)? {
        return Ok(Some(own));
    }
    if !name.starts_with(SHARED) {
        return Ok(None);
    }
    Ok(store::idp::find(tx, TenantId::SUPER.0, name)?)
}

/// A stored provider with everything that hangs on it, secrets in clear.
///
/// # Errors
/// Failures of the database, and [`Error::Broken`] for a secret of another installation.
pub(super) fn read(tx: &mut Tx<'_>, realm: &Realm, profile: Profile) -> Result<IdentityProvider, Error> {
    let id = profile.id;
    let mut provider = IdentityProvider {
        authenticators: store::idp::authenticators(tx, id)?,
        connectors: store::idp::connectors(tx, id)?,
        claims: store::idp::claims(tx, id)?,
        claim_mappings: store::idp::claim_mappings(tx, id)?,
        roles: store::idp::roles(tx, id)?,
        role_mappings: store::idp::role_mappings(tx, id)?,
        properties: store::idp::properties(tx, id)?,
        default_authenticator_enabled: false,
        profile,
    };
    for one in &mut provider.authenticators {
        credential::open(&realm.key, credential::Place::Authenticator(one.id), &mut one.properties)?;
    }
    for one in &mut provider.connectors {
        credential::open(&realm.key, credential::Place::Connector(one.id), &mut one.properties)?;
    }
    Ok(provider)
}

/// The provider of that name as administrators see it: passwords of connectors are masked. Nothing of a shared
/// provider that belongs to the sharing tenant alone is shown to others (IS 5.3.0 keys these by tenant).
///
/// # Errors
/// As for every read: failures of the database.
pub fn by_name(
    tx: &mut Tx<'_>,
    realm: &Realm,
    actor: &Actor,
    name: &str,
) -> Result<Option<IdentityProvider>, Error> {
    if name == RESIDENT {
        let mut provider = resident_idp::stored(tx, realm, actor)?;
        masking::mask(&mut provider.connectors);
        return Ok(Some(provider));
    }
    let Some(profile) = visible(tx, actor.tenant, name)? else { return Ok(None) };
    let is_foreign = profile.tenant != actor.tenant.0;
    let mut provider = read(tx, realm, profile)?;
    if is_foreign {
        provider.connectors.iter_mut().for_each(|connector| connector.properties.clear());
        if provider.profile.local_dialect {
            provider.claim_mappings.clear();
        }
    }
    masking::mask(&mut provider.connectors);
    Ok(Some(provider))
}

/// A provider as lists show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Its plain fields.
    pub profile: Profile,
    /// Free names and values.
    pub properties: Vec<Setting>,
}

/// The tenant's own providers, oldest first; neither the resident nor shared ones. Two statements, however many there
/// are.
///
/// # Errors
/// Failures of the database.
pub fn list(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Listed>, Error> {
    let mut listed = own(tx, tenant)?;
    listed.retain(|one| !one.profile.name.starts_with(SHARED));
    Ok(listed)
}

/// So many of the tenant's own providers in the order of their names, from behind one on, whose name or description has a
/// part that matches (`*` is anything); neither the resident nor shared ones.
///
/// # Errors
/// Failures of the database.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    part: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Profile>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(store::idp::page(tx, tenant.0, &like_part(part), after, limit)?)
}

/// The providers that users of the tenant may be sent to: enabled ones, shared ones among them.
///
/// # Errors
/// Failures of the database.
pub fn list_enabled(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Listed>, Error> {
    let mut listed = own(tx, tenant)?;
    if tenant != TenantId::SUPER {
        let shared = store::idp::list_shared(tx, TenantId::SUPER.0)?;
        if !shared.is_empty() {
            let properties = store::idp::listed_properties(tx, TenantId::SUPER.0)?;
            listed.extend(with_properties(shared, properties));
        }
    }
    listed.retain(|one| one.profile.enabled);
    Ok(listed)
}

fn own(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Listed>, Error> {
    let profiles = store::idp::list(tx, tenant.0)?;
    let properties = store::idp::listed_properties(tx, tenant.0)?;
    Ok(with_properties(profiles, properties))
}

/// Gives providers their properties; both stand in the order of the providers' keys.
fn with_properties(profiles: Vec<Profile>, properties: Vec<(i64, Setting)>) -> Vec<Listed> {
    let mut rest = properties.into_iter().peekable();
    let mut listed = Vec::with_capacity(profiles.len());
    for profile in profiles {
        while rest.next_if(|(owner, _)| *owner < profile.id).is_some() {}
        let mut own = Vec::new();
        while let Some((_, setting)) = rest.next_if(|(owner, _)| *owner == profile.id) {
            own.push(setting);
        }
        listed.push(Listed { profile, properties: own });
    }
    listed
}
