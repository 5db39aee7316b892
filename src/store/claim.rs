//! SQL of claim dialects, claims and their properties.

use super::{Error, Tx};

/// A claim of any dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRow {
    /// Key.
    pub id: i64,
    /// Key of its dialect.
    pub dialect: i64,
    /// The claim.
    pub uri: String,
    /// The local claim that an external one stands for.
    pub maps_to: Option<i64>,
}

/// The version of an area's data; 0 before the first change.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn version(tx: &mut Tx<'_>, tenant: i64, area: &str) -> Result<i64, Error> {
    let sql = "SELECT version FROM area_version WHERE tenant_id = $1 AND area = $2";
    let version = tx.remembered("version of an area", tenant, area, |tx| {
        tx.opt(sql, &[tenant.into(), area.into()], |row| row.int(0))
    })?;
    Ok(version.unwrap_or(0))
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

/// Key and URI of every dialect of a tenant, oldest first.
///
/// # Errors
/// As [`version`].
pub fn dialects(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(i64, String)>, Error> {
    tx.query("SELECT id, uri FROM claim_dialect WHERE tenant_id = $1 ORDER BY id", &[tenant.into()], |row| {
        Ok((row.int(0)?, row.text(1)?))
    })
}

/// The key of a dialect; letter case counts.
///
/// # Errors
/// As [`version`].
pub fn find_dialect(tx: &mut Tx<'_>, tenant: i64, uri: &str) -> Result<Option<i64>, Error> {
    tx.opt(
        "SELECT id FROM claim_dialect WHERE tenant_id = $1 AND uri = $2",
        &[tenant.into(), uri.into()],
        |row| row.int(0),
    )
}

/// Gives a dialect another URI.
///
/// # Errors
/// [`Error::Constraint`] when there is one of that URI.
pub fn rename_dialect(tx: &mut Tx<'_>, dialect: i64, uri: &str) -> Result<usize, Error> {
    tx.execute("UPDATE claim_dialect SET uri = $1 WHERE id = $2", &[uri.into(), dialect.into()])
}

/// Removes a dialect with its claims.
///
/// # Errors
/// As [`version`].
pub fn delete_dialect(tx: &mut Tx<'_>, dialect: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM claim_dialect WHERE id = $1", &[dialect.into()])
}

/// The key of a claim; letter case counts.
///
/// # Errors
/// As [`version`].
pub fn find(tx: &mut Tx<'_>, dialect: i64, uri: &str) -> Result<Option<i64>, Error> {
    tx.opt("SELECT id FROM claim WHERE dialect_id = $1 AND uri = $2", &[dialect.into(), uri.into()], |row| {
        row.int(0)
    })
}

/// The place behind the last claim of a dialect.
///
/// # Errors
/// As [`version`].
pub fn next_position(tx: &mut Tx<'_>, dialect: i64) -> Result<i64, Error> {
    tx.one(
        "SELECT COALESCE(MAX(position), 0) + 1 FROM claim WHERE dialect_id = $1",
        &[dialect.into()],
        "position",
        |row| row.int(0),
    )
}

/// Removes a claim with its mappings and properties.
///
/// # Errors
/// As [`version`].
pub fn delete(tx: &mut Tx<'_>, claim: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM claim WHERE id = $1", &[claim.into()])
}

/// Lets an external claim stand for another local one.
///
/// # Errors
/// As [`version`].
pub fn set_local(tx: &mut Tx<'_>, claim: i64, local: i64) -> Result<usize, Error> {
    tx.execute("UPDATE claim SET maps_to = $1 WHERE id = $2", &[local.into(), claim.into()])
}

/// Whether an external claim stands for this local one.
///
/// # Errors
/// As [`version`].
pub fn is_mapped(tx: &mut Tx<'_>, local: i64) -> Result<bool, Error> {
    let found =
        tx.opt("SELECT id FROM claim WHERE maps_to = $1 LIMIT 1", &[local.into()], |row| row.int(0))?;
    Ok(found.is_some())
}

/// User stores and attributes of a claim.
///
/// # Errors
/// As [`version`].
pub fn attributes_of(tx: &mut Tx<'_>, claim: i64) -> Result<Vec<(String, String)>, Error> {
    let sql = "SELECT domain, attribute FROM claim_attribute WHERE claim_id = $1 ORDER BY position";
    tx.query(sql, &[claim.into()], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// The properties of a local claim, as name and value.
///
/// # Errors
/// As [`version`].
pub fn properties_of(tx: &mut Tx<'_>, claim: i64) -> Result<Vec<(String, String)>, Error> {
    let sql = "SELECT name, value FROM claim_property WHERE claim_id = $1 ORDER BY name";
    tx.query(sql, &[claim.into()], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// Takes all mappings and properties from a claim.
///
/// # Errors
/// As [`version`].
pub fn clear(tx: &mut Tx<'_>, claim: i64) -> Result<(), Error> {
    tx.execute("DELETE FROM claim_attribute WHERE claim_id = $1", &[claim.into()])?;
    tx.execute("DELETE FROM claim_property WHERE claim_id = $1", &[claim.into()])?;
    Ok(())
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
/// [`Error::Constraint`] when it has an attribute there.
pub fn insert_attribute(
    tx: &mut Tx<'_>,
    claim: i64,
    domain: &str,
    attribute: &str,
    position: i64,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO claim_attribute (claim_id, domain, attribute, position) VALUES ($1, $2, $3, $4)",
        &[claim.into(), domain.into(), attribute.into(), position.into()],
    )
}

/// Gives a claim a property.
///
/// # Errors
/// [`Error::Constraint`] when it has one of that name.
pub fn insert_property(tx: &mut Tx<'_>, claim: i64, name: &str, value: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO claim_property (claim_id, name, value) VALUES ($1, $2, $3)",
        &[claim.into(), name.into(), value.into()],
    )
}

/// Every claim of a tenant: dialects oldest first, the claims of each in their order.
///
/// # Errors
/// As [`version`].
pub fn all(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<ClaimRow>, Error> {
    tx.query(
        "SELECT c.id, c.dialect_id, c.uri, c.maps_to FROM claim c JOIN claim_dialect d ON d.id = c.dialect_id \
         WHERE d.tenant_id = $1 ORDER BY d.id, c.position, c.id",
        &[tenant.into()],
        |row| {
            Ok(ClaimRow {
                id: row.int(0)?,
                dialect: row.int(1)?,
                uri: row.text(2)?,
                maps_to: row.opt_int(3)?,
            })
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
         JOIN claim_dialect d ON d.id = c.dialect_id WHERE d.tenant_id = $1 ORDER BY a.claim_id, a.position",
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
         JOIN claim_dialect d ON d.id = c.dialect_id WHERE d.tenant_id = $1 ORDER BY p.claim_id, p.name",
        &[tenant.into()],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)),
    )
}
