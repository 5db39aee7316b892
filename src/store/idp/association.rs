//! Identities at a provider that belong to users here.

use crate::store::{Error, Tx};

/// Links an identity at a provider to a user.
///
/// # Errors
/// [`Error::Constraint`] when it is linked.
pub fn associate(tx: &mut Tx<'_>, tenant: i64, idp: i64, external: &str, user: i64) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO federated_association (tenant_id, idp_id, external_id, user_id) VALUES ($1, $2, $3, $4)",
        &[tenant.into(), idp.into(), external.into(), user.into()],
    )
}

/// The user linked to an identity at a provider: domain and name.
///
/// # Errors
/// Failures of the database.
pub fn associated_user(
    tx: &mut Tx<'_>,
    tenant: i64,
    idp: &str,
    external: &str,
) -> Result<Option<(String, String)>, Error> {
    tx.opt(
        "SELECT u.domain, u.name FROM federated_association f JOIN identity_provider i ON i.id = f.idp_id \
         JOIN user u ON u.id = f.user_id WHERE f.tenant_id = $1 AND i.name = $2 AND f.external_id = $3",
        &[tenant.into(), idp.into(), external.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Providers and identities linked to a user.
///
/// # Errors
/// Failures of the database.
pub fn associations(tx: &mut Tx<'_>, user: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT i.name, f.external_id FROM federated_association f JOIN identity_provider i ON i.id = f.idp_id \
         WHERE f.user_id = $1 ORDER BY i.name, f.external_id",
        &[user.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Unlinks an identity from a user.
///
/// # Errors
/// Failures of the database.
pub fn dissociate(tx: &mut Tx<'_>, user: i64, idp: &str, external: &str) -> Result<usize, Error> {
    tx.execute(
        "DELETE FROM federated_association WHERE user_id = $1 AND external_id = $2 AND idp_id IN \
         (SELECT id FROM identity_provider WHERE name = $3)",
        &[user.into(), external.into(), idp.into()],
    )
}
