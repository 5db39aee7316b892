//! SQL of claim dialects, claims and their properties.

use super::{Error, Tx};

/// A local claim with what its tenant says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    /// Key.
    pub id: i64,
    /// The claim.
    pub uri: String,
    /// The local claim that an external one stands for.
    pub maps_to: Option<i64>,
    /// Whether it belongs to the local dialect.
    pub local: bool,
}

/// The version of an area's data; 0 before the first change.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn version(tx: &mut Tx<'_>, tenant: i64, area: &str) -> Result<i64, Error> {
    Ok(tx
        .opt(
            "SELECT version FROM area_version WHERE tenant_id = $1 AND area = $2",
            &[tenant.into(), area.into()],
            |row| row.int(0),
        )?
        .unwrap_or(0))
}

/// Says that an area's data changed.
///
/// # Errors
/// As [`version`].
pub fn bump(tx: &mut Tx<'_>, tenant: i64, area: &str) -> Result<usize, Error> {
    tx.change_area();
    tx.execute(
        "INSERT INTO area_version (tenant_id, area, version) VALUES ($1, $2, 1) \
         ON CONFLICT (tenant_id, area) DO UPDATE SET version = area_version.version + 1",
        &[tenant.into(), area.into()],
    )
}

/// Adds a dialect.
///
/// # Errors
/// [`Error::Constraint`] when it is there.
pub fn insert_dialect(tx: &mut Tx<'_>, tenant: i64, uri: &str) -> Result<i64, Error> {
    tx.insert("INSERT INTO claim_dialect (tenant_id, uri) VALUES ($1, $2)", &[tenant.into(), uri.into()])
}

/// Adds a claim to a dialect.
///
/// # Errors
/// [`Error::Constraint`] when it is there.
pub fn insert(
    tx: &mut Tx<'_>,
    dialect: i64,
    uri: &str,
    position: i64,
    maps_to: Option<i64>,
) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO claim (dialect_id, uri, position, maps_to) VALUES ($1, $2, $3, $4)",
        &[dialect.into(), uri.into(), position.into(), maps_to.into()],
    )
}

/// Maps a claim to an attribute of a user store.
///
/// # Errors
/// As [`version`].
pub fn set_attribute(tx: &mut Tx<'_>, claim: i64, domain: &str, attribute: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO claim_attribute (claim_id, domain, attribute) VALUES ($1, $2, $3) \
         ON CONFLICT (claim_id, domain) DO UPDATE SET attribute = excluded.attribute",
        &[claim.into(), domain.into(), attribute.into()],
    )
}

/// Sets a property of a claim.
///
/// # Errors
/// As [`version`].
pub fn set_property(tx: &mut Tx<'_>, claim: i64, name: &str, value: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO claim_property (claim_id, name, value) VALUES ($1, $2, $3) \
         ON CONFLICT (claim_id, name) DO UPDATE SET value = excluded.value",
        &[claim.into(), name.into(), value.into()],
    )
}

/// Every claim of a tenant in its order.
///
/// # Errors
/// As [`version`].
pub fn all(tx: &mut Tx<'_>, tenant: i64, local_dialect: &str) -> Result<Vec<ClaimRow>, Error> {
    tx.query(
        "SELECT c.id, c.uri, c.maps_to, d.uri = $1 FROM claim c JOIN claim_dialect d ON d.id = c.dialect_id \
         WHERE d.tenant_id = $2 ORDER BY c.position, c.id",
        &[local_dialect.into(), tenant.into()],
        |row| {
            Ok(ClaimRow { id: row.int(0)?, uri: row.text(1)?, maps_to: row.opt_int(2)?, local: row.flag(3)? })
        },
    )
}

/// Claim, store domain and attribute of every mapping of a tenant.
///
/// # Errors
/// As [`version`].
pub fn attributes(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(i64, String, String)>, Error> {
    tx.query(
        "SELECT a.claim_id, a.domain, a.attribute FROM claim_attribute a JOIN claim c ON c.id = a.claim_id \
         JOIN claim_dialect d ON d.id = c.dialect_id WHERE d.tenant_id = $1",
        &[tenant.into()],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)),
    )
}

/// Claim, name and value of every property of a tenant's claims.
///
/// # Errors
/// As [`version`].
pub fn properties(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(i64, String, String)>, Error> {
    tx.query(
        "SELECT p.claim_id, p.name, p.value FROM claim_property p JOIN claim c ON c.id = p.claim_id \
         JOIN claim_dialect d ON d.id = c.dialect_id WHERE d.tenant_id = $1",
        &[tenant.into()],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)),
    )
}
