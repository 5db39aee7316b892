//! The ways to provision users to a provider.

use super::PropertyRow;
use crate::store::{Error, Tx};

/// A provisioning connector with its properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectorRow {
    /// Key; 0 before it is stored.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Whether it is in use.
    pub enabled: bool,
    /// Whether a sign-in waits for it.
    pub blocking: bool,
    /// Its properties.
    pub properties: Vec<PropertyRow>,
}

/// The connectors of a provider.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn connectors(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<ConnectorRow>, Error> {
    let mut found = tx.query(
        "SELECT id, name, enabled, blocking FROM idp_connector WHERE idp_id = $1 ORDER BY id",
        &[idp.into()],
        |row| {
            let (enabled, blocking) = (row.flag(2)?, row.flag(3)?);
            Ok(ConnectorRow {
                id: row.int(0)?,
                name: row.text(1)?,
                enabled,
                blocking,
                properties: Vec::new(),
            })
        },
    )?;
    let properties = tx.query(
        "SELECT p.connector_id, p.name, p.value, p.sealed, p.confidential, p.blob FROM idp_connector c \
         JOIN idp_connector_property p ON p.connector_id = c.id WHERE c.idp_id = $1 ORDER BY p.id",
        &[idp.into()],
        |row| {
            let property = PropertyRow {
                name: row.text(1)?,
                value: row.opt_text(2)?,
                sealed: row.flag(3)?,
                confidential: row.flag(4)?,
                blob: row.flag(5)?,
            };
            Ok((row.int(0)?, property))
        },
    )?;
    for (owner, property) in properties {
        if let Some(connector) = found.iter_mut().find(|one| one.id == owner) {
            connector.properties.push(property);
        }
    }
    Ok(found)
}

/// Adds a connector without properties.
///
/// # Errors
/// [`Error::Constraint`] when the provider has one of that name.
pub fn insert_connector(tx: &mut Tx<'_>, idp: i64, row: &ConnectorRow) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO idp_connector (idp_id, name, enabled, blocking) VALUES ($1, $2, $3, $4)",
        &[idp.into(), (&row.name).into(), row.enabled.into(), row.blocking.into()],
    )
}

/// Adds a property to a connector.
///
/// # Errors
/// [`Error::Constraint`] when it has one of that name.
pub fn insert_connector_property(tx: &mut Tx<'_>, id: i64, row: &PropertyRow) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO idp_connector_property (connector_id, name, value, sealed, confidential, blob) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            id.into(),
            (&row.name).into(),
            row.value.as_deref().into(),
            row.sealed.into(),
            row.confidential.into(),
            row.blob.into(),
        ],
    )
}

/// Removes every connector of a provider.
///
/// # Errors
/// As [`connectors`].
pub fn clear_connectors(tx: &mut Tx<'_>, idp: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM idp_connector WHERE idp_id = $1", &[idp.into()])
}
