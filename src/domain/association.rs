//! Identities at other providers that belong to a user here. Always the actor's own.

use super::name::shown;
use super::{Actor, Error, TenantId};
use crate::store::{self, Tx};

/// Links an identity to the actor.
///
/// # Errors
/// The original's one text for an unknown provider, a missing value and an identity that is linked already.
pub fn add(
    tx: &mut Tx<'_>,
    actor: &Actor,
    provider: Option<&str>,
    external: Option<&str>,
) -> Result<(), Error> {
    let refused = || Error::refused("Error occurred while persisting the federated user ID");
    let (Some(provider), Some(external)) = (provider, external) else { return Err(refused()) };
    let provider = store::idp::find(tx, actor.tenant.0, provider)?.ok_or_else(refused)?;
    match store::idp::associate(tx, actor.tenant.0, provider.id, external, actor.user.0) {
        Err(store::Error::Constraint(_)) => Err(refused()),
        other => Ok(other.map(|_| ())?),
    }
}

/// The user an identity belongs to, as clients see the name.
///
/// # Errors
/// Failures of the database.
pub fn user_of(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    provider: &str,
    external: &str,
) -> Result<Option<String>, Error> {
    let found = store::idp::associated_user(tx, tenant.0, provider, external)?;
    Ok(found.map(|(domain, name)| shown(&domain, &name)))
}

/// Providers and identities of the actor.
///
/// # Errors
/// Failures of the database.
pub fn of_actor(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<(String, String)>, Error> {
    Ok(store::idp::associations(tx, actor.user.0)?)
}

/// Unlinks an identity from the actor; nothing to unlink is fine.
///
/// # Errors
/// Failures of the database.
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, provider: &str, external: &str) -> Result<(), Error> {
    store::idp::dissociate(tx, actor.user.0, provider, external)?;
    Ok(())
}
