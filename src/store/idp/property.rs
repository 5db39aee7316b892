//! Free names and values of a provider; those of the resident one are the account policies.

use crate::store::{Error, Tx};

/// A property of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingRow {
    /// Name.
    pub name: String,
    /// Value; a stored one is never missing.
    pub value: Option<String>,
    /// Name for people.
    pub display_name: Option<String>,
}

/// One property of a tenant's provider.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn property(tx: &mut Tx<'_>, tenant: i64, idp: &str, name: &str) -> Result<Option<String>, Error> {
    let sql = "SELECT p.value FROM identity_provider i JOIN idp_property p ON p.idp_id = i.id \
         WHERE i.tenant_id = $1 AND i.name = $2 AND p.name = $3";
    tx.remembered("property of a provider", tenant, &[idp, "/", name].concat(), |tx| {
        tx.opt(sql, &[tenant.into(), idp.into(), name.into()], |row| row.text(0))
    })
}

/// All properties of a provider, in their order.
///
/// # Errors
/// As [`property`].
pub fn properties(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<SettingRow>, Error> {
    tx.query(
        "SELECT name, value, display_name FROM idp_property WHERE idp_id = $1 ORDER BY position, name",
        &[idp.into()],
        |row| {
            Ok(SettingRow { name: row.text(0)?, value: Some(row.text(1)?), display_name: row.opt_text(2)? })
        },
    )
}

/// The properties of all providers of a tenant but the resident one, with the providers' keys in ascending order.
///
/// # Errors
/// As [`property`].
pub fn listed_properties(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(i64, SettingRow)>, Error> {
    tx.query(
        "SELECT p.idp_id, p.name, p.value, p.display_name FROM identity_provider i \
         JOIN idp_property p ON p.idp_id = i.id WHERE i.tenant_id = $1 AND i.name <> 'LOCAL' \
         ORDER BY p.idp_id, p.position, p.name",
        &[tenant.into()],
        |row| {
            let display_name = row.opt_text(3)?;
            Ok((row.int(0)?, SettingRow { name: row.text(1)?, value: Some(row.text(2)?), display_name }))
        },
    )
}

/// Sets a property; a new one goes to the end.
///
/// # Errors
/// As [`property`].
pub fn set_property(tx: &mut Tx<'_>, idp: i64, name: &str, value: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO idp_property (idp_id, name, value, position) VALUES \
         ($1, $2, $3, (SELECT coalesce(max(position), 0) + 1 FROM idp_property WHERE idp_id = $1)) \
         ON CONFLICT (idp_id, name) DO UPDATE SET value = excluded.value",
        &[idp.into(), name.into(), value.into()],
    )
}

/// Adds a property at a place.
///
/// # Errors
/// [`Error::Constraint`] when the provider has one of that name, or the value is missing.
pub fn insert_property(tx: &mut Tx<'_>, idp: i64, position: i64, row: &SettingRow) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO idp_property (idp_id, name, value, display_name, position) VALUES ($1, $2, $3, $4, $5)",
        &[
            idp.into(),
            (&row.name).into(),
            row.value.as_deref().into(),
            row.display_name.as_deref().into(),
            position.into(),
        ],
    )
}

/// Removes every property of a provider.
///
/// # Errors
/// As [`property`].
pub fn clear_properties(tx: &mut Tx<'_>, idp: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM idp_property WHERE idp_id = $1", &[idp.into()])
}
