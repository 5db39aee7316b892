//! Writing what hangs on a provider. Everything was checked before; secrets are sealed on the way.

use super::check::is_multi_valued;
use super::credential::{Place, sealed};
use super::{Authenticator, Connector, IdentityProvider, Property, Setting};
use crate::domain::{Error, SecretKey};
use crate::store::{self, Tx};

/// Writes an authenticator with its properties: a new one as it is, a known one merged. Properties that are not sent
/// stay, but numbered ones are replaced together once one of them is sent.
pub(crate) fn merge_authenticator(
    tx: &mut Tx<'_>,
    key: &SecretKey,
    idp: i64,
    new: &Authenticator,
    stored: Option<&Authenticator>,
) -> Result<i64, Error> {
    let Some(stored) = stored else {
        let id = store::idp::insert_authenticator(tx, idp, new)?;
        set(tx, key, id, new.properties.iter())?;
        return Ok(id);
    };
    store::idp::set_authenticator_enabled(tx, stored.id, new.enabled)?;
    let is_numbered = |property: &&Property| is_multi_valued(&property.name);
    if new.properties.iter().any(|property| is_multi_valued(&property.name)) {
        for property in stored.properties.iter().filter(is_numbered) {
            store::idp::delete_authenticator_property(tx, stored.id, &property.name)?;
        }
    }
    let is_new = |property: &&Property| is_numbered(property) || !stored.properties.contains(property);
    set(tx, key, stored.id, new.properties.iter().filter(is_new))?;
    Ok(stored.id)
}

fn set<'p>(
    tx: &mut Tx<'_>,
    key: &SecretKey,
    authenticator: i64,
    properties: impl Iterator<Item = &'p Property>,
) -> Result<(), Error> {
    for property in properties {
        let property = sealed(key, Place::Authenticator(authenticator), property)?;
        store::idp::set_authenticator_property(tx, authenticator, &property)?;
    }
    Ok(())
}

/// Replaces the connectors of a provider.
pub(crate) fn replace_connectors(
    tx: &mut Tx<'_>,
    key: &SecretKey,
    idp: i64,
    connectors: &[Connector],
) -> Result<(), Error> {
    store::idp::clear_connectors(tx, idp)?;
    for connector in connectors {
        let id = store::idp::insert_connector(tx, idp, connector)?;
        for property in &connector.properties {
            let property = sealed(key, Place::Connector(id), property)?;
            store::idp::insert_connector_property(tx, id, &property)?;
        }
    }
    Ok(())
}

/// Replaces claims and roles of a provider with their mappings; `local_roles` are the keys of the roles mapped to.
pub(crate) fn replace_mappings(
    tx: &mut Tx<'_>,
    idp: i64,
    provider: &IdentityProvider,
    local_roles: &[i64],
) -> Result<(), Error> {
    store::idp::clear_claims(tx, idp)?;
    let mut claims = Vec::with_capacity(provider.claims.len());
    for claim in &provider.claims {
        claims.push((&claim.uri, store::idp::insert_claim(tx, idp, &claim.uri)?));
    }
    for mapping in &provider.claim_mappings {
        let remote = mapping.remote.as_ref();
        let claim = remote.and_then(|remote| claims.iter().find(|(uri, _)| *uri == remote));
        store::idp::insert_claim_mapping(tx, idp, claim.map(|(_, id)| *id), mapping)?;
    }
    store::idp::clear_roles(tx, idp)?;
    let mut roles = Vec::with_capacity(provider.roles.len());
    for role in &provider.roles {
        roles.push((role, store::idp::insert_role(tx, idp, role)?));
    }
    for (mapping, local) in provider.role_mappings.iter().zip(local_roles) {
        let remote = roles.iter().find(|(role, _)| Some(*role) == mapping.remote.as_ref());
        if let Some((_, role)) = remote {
            store::idp::insert_role_mapping(tx, *role, *local, mapping)?;
        }
    }
    Ok(())
}

/// Replaces the free properties of a provider.
pub(super) fn replace_properties(tx: &mut Tx<'_>, idp: i64, properties: &[Setting]) -> Result<(), Error> {
    store::idp::clear_properties(tx, idp)?;
    for (position, setting) in (1..).zip(properties) {
        store::idp::insert_property(tx, idp, position, setting)?;
    }
    Ok(())
}
