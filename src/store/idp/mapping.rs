//! What claims and roles of a provider are called here.

use crate::store::{Error, Tx};

/// A claim of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimRow {
    /// Key; 0 before it is stored.
    pub id: i64,
    /// The claim, in the provider's dialect.
    pub uri: String,
}

/// A claim of a provider and the local claim it stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimMappingRow {
    /// The claim here.
    pub local: Option<String>,
    /// The claim there; none in the local dialect.
    pub remote: Option<String>,
    /// Value when the provider sends none.
    pub default_value: Option<String>,
    /// Whether the claim is asked for.
    pub requested: bool,
}

/// A role of a provider and the local role it stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMappingRow {
    /// The role there.
    pub remote: Option<String>,
    /// The user store of the role here, as a client writes it.
    pub user_store: Option<String>,
    /// The role here, as a client writes it.
    pub local: Option<String>,
}

/// The claims of a provider.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn claims(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<ClaimRow>, Error> {
    tx.query("SELECT id, uri FROM idp_claim WHERE idp_id = $1 ORDER BY id", &[idp.into()], |row| {
        Ok(ClaimRow { id: row.int(0)?, uri: row.text(1)? })
    })
}

/// Adds a claim to a provider.
///
/// # Errors
/// [`Error::Constraint`] when it is there.
pub fn insert_claim(tx: &mut Tx<'_>, idp: i64, uri: &str) -> Result<i64, Error> {
    tx.insert("INSERT INTO idp_claim (idp_id, uri) VALUES ($1, $2)", &[idp.into(), uri.into()])
}

/// The mappings of a provider's claims.
///
/// # Errors
/// As [`claims`].
pub fn claim_mappings(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<ClaimMappingRow>, Error> {
    tx.query(
        "SELECT m.local_claim, c.uri, m.default_value, m.requested FROM idp_claim_mapping m \
         LEFT JOIN idp_claim c ON c.id = m.claim_id WHERE m.idp_id = $1 ORDER BY m.id",
        &[idp.into()],
        |row| {
            Ok(ClaimMappingRow {
                local: row.opt_text(0)?,
                remote: row.opt_text(1)?,
                default_value: row.opt_text(2)?,
                requested: row.flag(3)?,
            })
        },
    )
}

/// Adds a mapping; `claim` is the key of the remote claim, if there is one.
///
/// # Errors
/// As [`claims`].
pub fn insert_claim_mapping(
    tx: &mut Tx<'_>,
    idp: i64,
    claim: Option<i64>,
    row: &ClaimMappingRow,
) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO idp_claim_mapping (idp_id, claim_id, local_claim, default_value, requested) \
         VALUES ($1, $2, $3, $4, $5)",
        &[
            idp.into(),
            claim.into(),
            row.local.as_deref().into(),
            row.default_value.as_deref().into(),
            row.requested.into(),
        ],
    )
}

/// Removes the claims of a provider and their mappings.
///
/// # Errors
/// As [`claims`].
pub fn clear_claims(tx: &mut Tx<'_>, idp: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM idp_claim_mapping WHERE idp_id = $1", &[idp.into()])?;
    tx.execute("DELETE FROM idp_claim WHERE idp_id = $1", &[idp.into()])
}

/// The roles of a provider.
///
/// # Errors
/// As [`claims`].
pub fn roles(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<String>, Error> {
    tx.query("SELECT name FROM idp_role WHERE idp_id = $1 ORDER BY id", &[idp.into()], |row| row.text(0))
}

/// Adds a role to a provider.
///
/// # Errors
/// [`Error::Constraint`] when it is there.
pub fn insert_role(tx: &mut Tx<'_>, idp: i64, name: &str) -> Result<i64, Error> {
    tx.insert("INSERT INTO idp_role (idp_id, name) VALUES ($1, $2)", &[idp.into(), name.into()])
}

/// The mappings of a provider's roles.
///
/// # Errors
/// As [`claims`].
pub fn role_mappings(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<RoleMappingRow>, Error> {
    tx.query(
        "SELECT r.name, m.user_store, m.local_role FROM idp_role r \
         JOIN idp_role_mapping m ON m.idp_role_id = r.id WHERE r.idp_id = $1 ORDER BY m.id",
        &[idp.into()],
        |row| {
            Ok(RoleMappingRow {
                remote: Some(row.text(0)?),
                user_store: row.opt_text(1)?,
                local: Some(row.text(2)?),
            })
        },
    )
}

/// Maps a role of a provider to a role here.
///
/// # Errors
/// As [`claims`].
pub fn insert_role_mapping(
    tx: &mut Tx<'_>,
    idp_role: i64,
    role: i64,
    row: &RoleMappingRow,
) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO idp_role_mapping (idp_role_id, role_id, user_store, local_role) VALUES ($1, $2, $3, $4)",
        &[
            idp_role.into(),
            role.into(),
            row.user_store.as_deref().into(),
            row.local.as_deref().unwrap_or_default().into(),
        ],
    )
}

/// Has the mappings to a local role follow its new name; `qualified` is the one for those written with a domain.
///
/// # Errors
/// As [`claims`].
pub fn rename_local_role(tx: &mut Tx<'_>, role: i64, name: &str, qualified: &str) -> Result<usize, Error> {
    tx.execute(
        "UPDATE idp_role_mapping SET local_role = CASE WHEN local_role LIKE '%/%' THEN $1 ELSE $2 END \
         WHERE role_id = $3",
        &[qualified.into(), name.into(), role.into()],
    )
}

/// Removes the roles of a provider and their mappings.
///
/// # Errors
/// As [`claims`].
pub fn clear_roles(tx: &mut Tx<'_>, idp: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM idp_role WHERE idp_id = $1", &[idp.into()])
}
