//! Service providers that use an identity provider: what they rely on cannot be switched off or deleted
//! (IS 5.3.0, ApplicationIdentityProviderMgtListener).

use super::{IdentityProvider, Profile};
use crate::domain::{Error, TenantId};
use crate::store::idp::ReferenceRow;
use crate::store::{self, Tx};

const FEDERATED: &str = "federated";
const STEP: &str = "step";
const PROVISIONING: &str = "provisioning";

/// Refuses a change that takes away what service providers of the tenant use. Answers the uses that have to follow the
/// provider's new default authenticator. The original compares with the new name and so misses a rename.
///
/// # Errors
/// The original's texts.
pub(super) fn check_update(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    stored: &Profile,
    new: &IdentityProvider,
) -> Result<Vec<ReferenceRow>, Error> {
    let mut followers = Vec::new();
    for used in store::idp::references(tx, tenant.0, stored.id)? {
        if !new.profile.enabled {
            return Err(Error::refused(
                "Error in disabling identity provider as it is referred by service providers.",
            ));
        }
        let is_off = match used.kind.as_str() {
            FEDERATED => match new.profile.default_authenticator.as_deref() {
                Some(name) if name == used.name && !new.default_authenticator_enabled => {
                    return Err(Error::refused(
                        "Error in disabling default federated authenticator as it is referred by service providers.",
                    ));
                }
                Some(name) if name != used.name => {
                    followers.push(used.clone());
                    false
                }
                _ => false,
            },
            STEP => new.authenticators.iter().any(|one| one.name == used.name && !one.enabled),
            PROVISIONING => new.connectors.iter().any(|one| one.name == used.name && !one.enabled),
            _ => false,
        };
        if is_off {
            let what = if used.kind == STEP { "" } else { " outbound provisioning connector" };
            return Err(Error::refused(format!("{}{what} is referred by service providers.", used.name)));
        }
    }
    Ok(followers)
}

/// Has service providers use the provider's default authenticator.
pub(super) fn follow(tx: &mut Tx<'_>, followers: &[ReferenceRow], new: &Profile) -> Result<(), Error> {
    let Some(name) = new.default_authenticator.as_deref() else { return Ok(()) };
    for used in followers {
        store::idp::refer_to(tx, used.id, name)?;
    }
    Ok(())
}

/// Refuses to delete what service providers of the tenant use.
///
/// # Errors
/// The original's text, both misspellings included.
pub(super) fn check_delete(tx: &mut Tx<'_>, tenant: TenantId, stored: &Profile) -> Result<(), Error> {
    if store::idp::references(tx, tenant.0, stored.id)?.is_empty() {
        return Ok(());
    }
    let name = &stored.name;
    Err(Error::refused(format!(
        "Identitiy Provider '{name}' cannot be deleted as it is reffered by Service Providers."
    )))
}
