//! Secrets of identity providers at rest. The contract has the server give them back, so they cannot be hashed; they
//! are sealed with the key of the installation, each for its own row.

use super::Property;
use crate::domain::{Error, SecretKey};

/// The SAML entity id; looked for by value, and no secret whatever a client calls it.
pub(super) const ENTITY_ID: &str = "IdPEntityId";
/// Parts of the names of properties that hold secrets even when the client does not call them confidential.
const TELLING: [&str; 4] = ["password", "secret", "pwd", "private_key"];

/// What a secret belongs to, by key.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// An authenticator.
    Authenticator(i64),
    /// A provisioning connector.
    Connector(i64),
}

impl Place {
    fn of(self, property: &str) -> String {
        match self {
            Self::Authenticator(id) => format!("idp authenticator {id} {property}"),
            Self::Connector(id) => format!("idp connector {id} {property}"),
        }
    }
}

/// Whether a property holds a secret: it was called confidential, or its name tells.
#[must_use]
pub fn is_secret(property: &Property) -> bool {
    let name = property.name.to_lowercase();
    property.name != ENTITY_ID
        && (property.confidential || TELLING.iter().any(|telling| name.contains(telling)))
}

/// A property as it is stored.
pub(super) fn sealed(key: &SecretKey, place: Place, property: &Property) -> Result<Property, Error> {
    let mut stored = property.clone();
    if let Some(value) = property.value.as_deref().filter(|_| is_secret(property)) {
        stored.value = Some(key.seal(&place.of(&property.name), value)?);
        stored.sealed = true;
    }
    Ok(stored)
}

/// Opens stored properties in place.
///
/// # Errors
/// [`Error::Broken`] when the key of the installation is another one.
pub(crate) fn open(key: &SecretKey, place: Place, properties: &mut [Property]) -> Result<(), Error> {
    for property in properties.iter_mut().filter(|property| property.sealed) {
        let sealed = property.value.as_deref().unwrap_or_default();
        let opened = key.open(&place.of(&property.name), sealed);
        let opened =
            opened.ok_or(Error::Broken("a secret of an identity provider was sealed with another key"))?;
        property.value = Some(opened.reveal().to_owned());
        property.sealed = false;
    }
    Ok(())
}
