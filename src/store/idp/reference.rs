//! What service providers use of an identity provider.

use crate::store::{Error, Tx};

/// One use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceRow {
    /// Key; 0 before it is stored.
    pub id: i64,
    /// The service provider.
    pub application: String,
    /// `federated` (the provider as a whole, by its default authenticator), `step` (one authenticator in a step of
    /// several) or `provisioning` (a connector).
    pub kind: String,
    /// The authenticator or the connector.
    pub name: String,
}

/// The uses of a provider by service providers of a tenant.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn references(tx: &mut Tx<'_>, tenant: i64, idp: i64) -> Result<Vec<ReferenceRow>, Error> {
    tx.query(
        "SELECT id, application, kind, name FROM idp_reference WHERE idp_id = $1 AND tenant_id = $2 ORDER BY id",
        &[idp.into(), tenant.into()],
        |row| {
            Ok(ReferenceRow {
                id: row.int(0)?,
                application: row.text(1)?,
                kind: row.text(2)?,
                name: row.text(3)?,
            })
        },
    )
}

/// Has a use name another authenticator.
///
/// # Errors
/// As [`references`].
pub fn refer_to(tx: &mut Tx<'_>, id: i64, name: &str) -> Result<usize, Error> {
    tx.execute("UPDATE idp_reference SET name = $1 WHERE id = $2", &[name.into(), id.into()])
}
