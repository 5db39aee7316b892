//! SQL of identity providers: the resident one (`LOCAL`), its properties and authenticators.

use super::{Error, Tx};

/// Scalars of an identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdpRow {
    /// Key.
    pub id: i64,
    /// Whether it may be used.
    pub enabled: bool,
    /// Whether it is the default of its tenant.
    pub primary: bool,
    /// Home realm.
    pub home_realm: Option<String>,
    /// Name under which this server is known there.
    pub alias: Option<String>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Provisioning roles, comma separated.
    pub provisioning_role: Option<String>,
}

/// The provider of that name.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64, name: &str) -> Result<Option<IdpRow>, Error> {
    tx.opt(
        "SELECT id, enabled, is_primary, home_realm, alias, display_name, description, provisioning_role \
         FROM identity_provider WHERE tenant_id = $1 AND name = $2",
        &[tenant.into(), name.into()],
        |row| {
            Ok(IdpRow {
                id: row.int(0)?,
                enabled: row.flag(1)?,
                primary: row.flag(2)?,
                home_realm: row.opt_text(3)?,
                alias: row.opt_text(4)?,
                display_name: row.opt_text(5)?,
                description: row.opt_text(6)?,
                provisioning_role: row.opt_text(7)?,
            })
        },
    )
}

/// Adds a provider with its name and home realm.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert(tx: &mut Tx<'_>, tenant: i64, name: &str, home_realm: &str) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO identity_provider (tenant_id, name, enabled, is_primary, home_realm) VALUES ($1, $2, 1, 1, $3)",
        &[tenant.into(), name.into(), home_realm.into()],
    )
}

/// Replaces the scalars of a provider.
///
/// # Errors
/// As [`find`].
pub fn update(tx: &mut Tx<'_>, row: &IdpRow) -> Result<usize, Error> {
    tx.execute(
        "UPDATE identity_provider SET enabled = $1, is_primary = $2, home_realm = $3, alias = $4, display_name = $5, \
         description = $6, provisioning_role = $7 WHERE id = $8",
        &[
            row.enabled.into(),
            row.primary.into(),
            row.home_realm.as_deref().into(),
            row.alias.as_deref().into(),
            row.display_name.as_deref().into(),
            row.description.as_deref().into(),
            row.provisioning_role.as_deref().into(),
            row.id.into(),
        ],
    )
}

/// One property of a tenant's provider.
///
/// # Errors
/// As [`find`].
pub fn property(tx: &mut Tx<'_>, tenant: i64, idp: &str, name: &str) -> Result<Option<String>, Error> {
    tx.opt(
        "SELECT p.value FROM identity_provider i JOIN idp_property p ON p.idp_id = i.id \
         WHERE i.tenant_id = $1 AND i.name = $2 AND p.name = $3",
        &[tenant.into(), idp.into(), name.into()],
        |row| row.text(0),
    )
}

/// Names and values of all properties, in their order.
///
/// # Errors
/// As [`find`].
pub fn properties(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT name, value FROM idp_property WHERE idp_id = $1 ORDER BY position, name",
        &[idp.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Sets a property; a new one goes to the end.
///
/// # Errors
/// As [`find`].
pub fn set_property(tx: &mut Tx<'_>, idp: i64, name: &str, value: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO idp_property (idp_id, name, value, position) VALUES \
         ($1, $2, $3, (SELECT coalesce(max(position), 0) + 1 FROM idp_property WHERE idp_id = $1)) \
         ON CONFLICT (idp_id, name) DO UPDATE SET value = excluded.value",
        &[idp.into(), name.into(), value.into()],
    )
}

/// An authenticator with its properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthenticatorRow {
    /// Name.
    pub name: String,
    /// Name for people.
    pub display_name: Option<String>,
    /// Whether it is in use.
    pub enabled: bool,
    /// Names, values and whether they are confidential.
    pub properties: Vec<(String, Option<String>, bool)>,
}

/// The authenticators of a provider.
///
/// # Errors
/// As [`find`].
pub fn authenticators(tx: &mut Tx<'_>, idp: i64) -> Result<Vec<AuthenticatorRow>, Error> {
    let mut found = tx.query(
        "SELECT id, name, display_name, enabled FROM idp_authenticator WHERE idp_id = $1 ORDER BY id",
        &[idp.into()],
        |row| {
            let (display_name, enabled) = (row.opt_text(2)?, row.flag(3)?);
            Ok((
                row.int(0)?,
                AuthenticatorRow { name: row.text(1)?, display_name, enabled, properties: Vec::new() },
            ))
        },
    )?;
    for (id, authenticator) in &mut found {
        authenticator.properties = tx.query(
            "SELECT name, value, confidential FROM idp_authenticator_property WHERE authenticator_id = $1 ORDER BY id",
            &[(*id).into()],
            |row| Ok((row.text(0)?, row.opt_text(1)?, row.flag(2)?)),
        )?;
    }
    Ok(found.into_iter().map(|(_, authenticator)| authenticator).collect())
}

/// Replaces an authenticator, or adds it.
///
/// # Errors
/// As [`find`].
pub fn set_authenticator(tx: &mut Tx<'_>, idp: i64, row: &AuthenticatorRow) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO idp_authenticator (idp_id, name, display_name, enabled) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (idp_id, name) DO UPDATE SET enabled = excluded.enabled",
        &[idp.into(), (&row.name).into(), row.display_name.as_deref().into(), row.enabled.into()],
    )?;
    let id = tx.one(
        "SELECT id FROM idp_authenticator WHERE idp_id = $1 AND name = $2",
        &[idp.into(), (&row.name).into()],
        "authenticator",
        |row| row.int(0),
    )?;
    tx.execute("DELETE FROM idp_authenticator_property WHERE authenticator_id = $1", &[id.into()])?;
    for (name, value, confidential) in &row.properties {
        tx.execute(
            "INSERT INTO idp_authenticator_property (authenticator_id, name, value, confidential) \
             VALUES ($1, $2, $3, $4)",
            &[id.into(), name.into(), value.as_deref().into(), (*confidential).into()],
        )?;
    }
    Ok(())
}

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
/// As [`find`].
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
/// As [`find`].
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
/// As [`find`].
pub fn dissociate(tx: &mut Tx<'_>, user: i64, idp: &str, external: &str) -> Result<usize, Error> {
    tx.execute(
        "DELETE FROM federated_association WHERE user_id = $1 AND external_id = $2 AND idp_id IN \
         (SELECT id FROM identity_provider WHERE name = $3)",
        &[user.into(), external.into(), idp.into()],
    )
}
