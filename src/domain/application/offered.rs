//! What an application can be given: the authenticators that a server of IS 5.3.0 has installed, and the identity
//! providers of the tenant.

use crate::domain::identity_provider::{self, IdentityProvider, is_secret};
use crate::domain::{Actor, Error, Realm};
use crate::store::Tx;

/// An authenticator.
#[derive(Debug)]
pub struct OfferedAuthenticator {
    /// Name.
    pub name: &'static str,
    /// Name for people.
    pub display_name: &'static str,
}

/// Those with a page of their own.
pub const LOCAL_AUTHENTICATORS: &[OfferedAuthenticator] = &[
    OfferedAuthenticator { name: "BasicAuthenticator", display_name: "basic" },
    OfferedAuthenticator { name: "FIDOAuthenticator", display_name: "fido" },
];

/// Those that find everything in the request.
pub const REQUEST_PATH_AUTHENTICATORS: &[OfferedAuthenticator] = &[
    OfferedAuthenticator { name: "BasicAuthRequestPathAuthenticator", display_name: "basic-auth" },
    OfferedAuthenticator { name: "OAuthRequestPathAuthenticator", display_name: "oauth-bearer" },
];

/// What of an identity provider an application can use: what is on. The original gives everybody who may log in the
/// secrets of authenticators and connectors, too.
///
/// # Errors
/// That there is none of that name.
pub fn provider(
    tx: &mut Tx<'_>,
    realm: &Realm,
    actor: &Actor,
    name: &str,
) -> Result<IdentityProvider, Error> {
    let found = identity_provider::by_name(tx, realm, actor, name)?;
    let mut provider = found.ok_or_else(|| {
        Error::refused(format!("Error occurred while retrieving Identity Provider: {name}"))
    })?;
    provider.authenticators.retain(|one| one.enabled);
    provider.connectors.retain(|one| one.enabled);
    let of_authenticators = provider.authenticators.iter_mut().map(|one| &mut one.properties);
    let of_connectors = provider.connectors.iter_mut().map(|one| &mut one.properties);
    for property in of_authenticators.chain(of_connectors).flatten().filter(|one| is_secret(one)) {
        property.value = None;
    }
    Ok(provider)
}

/// The same of every identity provider of the actor's tenant.
///
/// # Errors
/// Failures of the database.
pub fn providers(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor) -> Result<Vec<IdentityProvider>, Error> {
    let listed = identity_provider::list(tx, actor.tenant)?;
    listed.into_iter().map(|one| provider(tx, realm, actor, &one.profile.name)).collect()
}
