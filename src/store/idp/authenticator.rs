//! The ways to sign in at a provider.

use super::PropertyRow;
use crate::store::{Error, Tx};

/// An authenticator with its properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthenticatorRow {
    /// Key; 0 before it is stored.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Name for people.
    pub display_name: Option<String>,
    /// Whether it is in use.
    pub enabled: bool,
    /// Its properties.
    pub properties: Vec<PropertyRow>,
}

/// The authenticators of a provider.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn authenticators(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<AuthenticatorRow>, Error> {
    let mut found = tx.query(
        "SELECT id, name, display_name, enabled FROM idp_authenticator WHERE idp_id = $1 ORDER BY id",
        &[idp.into()],
        |row| {
            Ok(AuthenticatorRow {
                id: row.int(0)?,
                name: row.text(1)?,
                display_name: row.opt_text(2)?,
                enabled: row.flag(3)?,
                properties: Vec::new(),
            })
        },
    )?;
    let properties = tx.query(
        "SELECT p.authenticator_id, p.name, p.value, p.sealed, p.confidential FROM idp_authenticator a \
         JOIN idp_authenticator_property p ON p.authenticator_id = a.id WHERE a.idp_id = $1 ORDER BY p.id",
        &[idp.into()],
        |row| {
            let (value, sealed, confidential) = (row.opt_text(2)?, row.flag(3)?, row.flag(4)?);
            let property = PropertyRow { name: row.text(1)?, value, sealed, confidential, blob: false };
            Ok((row.int(0)?, property))
        },
    )?;
    for (owner, property) in properties {
        if let Some(authenticator) = found.iter_mut().find(|one| one.id == owner) {
            authenticator.properties.push(property);
        }
    }
    Ok(found)
}

/// Adds an authenticator without properties.
///
/// # Errors
/// [`Error::Constraint`] when the provider has one of that name.
pub fn insert_authenticator(tx: &mut Tx<'_>, idp: i64, row: &AuthenticatorRow) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO idp_authenticator (idp_id, name, display_name, enabled) VALUES ($1, $2, $3, $4)",
        &[idp.into(), (&row.name).into(), row.display_name.as_deref().into(), row.enabled.into()],
    )
}

/// Switches an authenticator on or off.
///
/// # Errors
/// As [`authenticators`].
pub fn set_authenticator_enabled(tx: &mut Tx<'_>, id: i64, enabled: bool) -> Result<usize, Error> {
    tx.execute("UPDATE idp_authenticator SET enabled = $1 WHERE id = $2", &[enabled.into(), id.into()])
}

/// Sets a property of an authenticator; a new one goes to the end.
///
/// # Errors
/// As [`authenticators`].
pub fn set_authenticator_property(tx: &mut Tx<'_>, id: i64, row: &PropertyRow) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO idp_authenticator_property (authenticator_id, name, value, sealed, confidential) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (authenticator_id, name) DO UPDATE SET value = excluded.value, \
         sealed = excluded.sealed, confidential = excluded.confidential",
        &[
            id.into(),
            (&row.name).into(),
            row.value.as_deref().into(),
            row.sealed.into(),
            row.confidential.into(),
        ],
    )
}

/// Removes a property of an authenticator.
///
/// # Errors
/// As [`authenticators`].
pub fn delete_authenticator_property(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<usize, Error> {
    tx.execute(
        "DELETE FROM idp_authenticator_property WHERE authenticator_id = $1 AND name = $2",
        &[id.into(), name.into()],
    )
}

/// Whether an authenticator of that name has this SAML entity id, at any provider of the tenant.
///
/// # Errors
/// As [`authenticators`].
pub fn has_entity_id(
    tx: &mut Tx<'_>,
    tenant: i64,
    authenticator: &str,
    entity_id: &str,
) -> Result<bool, Error> {
    let found = tx.opt(
        "SELECT p.id FROM idp_authenticator_property p JOIN idp_authenticator a ON a.id = p.authenticator_id \
         JOIN identity_provider i ON i.id = a.idp_id \
         WHERE p.name = 'IdPEntityId' AND p.value = $1 AND a.name = $2 AND i.tenant_id = $3 LIMIT 1",
        &[entity_id.into(), authenticator.into(), tenant.into()],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}
