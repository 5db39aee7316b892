//! SQL of the keys that tenants sign with.

use super::{Error, Tx};

/// A key as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The sealed private key.
    pub private_key: String,
    /// Its certificate, base64.
    pub certificate: String,
}

impl std::fmt::Debug for KeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRow(***)")
    }
}

/// The key of a tenant, if one was made.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64) -> Result<Option<KeyRow>, Error> {
    let sql = "SELECT private_key, certificate FROM tenant_key WHERE tenant_id = $1";
    tx.opt(sql, &[tenant.into()], |row| Ok(KeyRow { private_key: row.text(0)?, certificate: row.text(1)? }))
}

/// Keeps a key unless the tenant has one.
///
/// # Errors
/// As [`find`].
pub fn insert(tx: &mut Tx<'_>, tenant: i64, key: &KeyRow) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO tenant_key (tenant_id, private_key, certificate) VALUES ($1, $2, $3) \
         ON CONFLICT (tenant_id) DO NOTHING",
        &[tenant.into(), (&key.private_key).into(), (&key.certificate).into()],
    )
}

/// Active tenants without a key, at most `limit`.
///
/// # Errors
/// As [`find`].
pub fn missing(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<i64>, Error> {
    let sql = "SELECT id FROM tenant WHERE id > 0 AND active = 1 \
               AND NOT EXISTS (SELECT 1 FROM tenant_key k WHERE k.tenant_id = tenant.id) ORDER BY id LIMIT $1";
    tx.query(sql, &[limit.into()], |row| row.int(0))
}
