//! SQL of users, their attributes and identity claims.

use super::attribute::{self, Attribute};
use super::{Error, Row, Tx};

pub use super::attribute::{is_single, values_in};

/// A user as stored, without credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Key.
    pub id: i64,
    /// Tenant.
    pub tenant: i64,
    /// User store, upper case.
    pub domain: String,
    /// Name as it was created.
    pub name: String,
}

const COLUMNS: &str = "SELECT id, tenant_id, domain, name FROM user";

fn row(row: &Row<'_>) -> Result<UserRow, Error> {
    Ok(UserRow { id: row.int(0)?, tenant: row.int(1)?, domain: row.text(2)?, name: row.text(3)? })
}

/// The store that nearly everybody is in.
const PRIMARY: &str = "PRIMARY";

/// The user of that folded name in that store.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64, domain: &str, folded: &str) -> Result<Option<UserRow>, Error> {
    let sql =
        "SELECT id, tenant_id, domain, name FROM user WHERE tenant_id = $1 AND domain = $2 AND folded = $3";
    let read = |tx: &mut Tx<'_>| tx.opt(sql, &[tenant.into(), domain.into(), folded.into()], row);
    match domain {
        // Every call asks.
        PRIMARY => tx.remembered("user of the primary store", tenant, folded, read),
        _ => tx.remembered("user", tenant, &[domain, "/", folded].concat(), read),
    }
}

/// The user with that key.
///
/// # Errors
/// As [`find`].
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<UserRow>, Error> {
    tx.opt(&[COLUMNS, " WHERE id = $1"].concat(), &[id.into()], row)
}

/// A user to add.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Tenant.
    pub tenant: i64,
    /// User store, upper case.
    pub domain: &'a str,
    /// Name as written.
    pub name: &'a str,
    /// Name as look-ups write it.
    pub folded: &'a str,
    /// Stored form of the credential.
    pub credential: &'a str,
    /// Whether the password must be changed soon.
    pub require_change: bool,
    /// Now.
    pub created_at: i64,
}

/// Adds a user.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert(tx: &mut Tx<'_>, user: &NewUser<'_>) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO user (tenant_id, domain, name, folded, credential, require_change, created_at, \
         password_changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            user.tenant.into(),
            user.domain.into(),
            user.name.into(),
            user.folded.into(),
            user.credential.into(),
            user.require_change.into(),
            user.created_at.into(),
            user.created_at.into(),
        ],
    )
}

/// Deletes a user with everything that hangs on the row.
///
/// # Errors
/// As [`find`].
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM user WHERE id = $1", &[id.into()])? > 0)
}

/// How many users the tenant's store has.
///
/// # Errors
/// As [`find`].
pub fn count(tx: &mut Tx<'_>, tenant: i64, domain: &str) -> Result<i64, Error> {
    tx.one(
        "SELECT count(*) FROM user WHERE tenant_id = $1 AND domain = $2",
        &[tenant.into(), domain.into()],
        "count",
        |row| row.int(0),
    )
}

/// Domains of the enabled secondary stores, in chain order.
///
/// # Errors
/// As [`find`].
pub fn secondary_stores(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(String, bool)>, Error> {
    let sql =
        "SELECT domain, read_only FROM user_store WHERE tenant_id = $1 AND disabled = 0 ORDER BY position";
    tx.remembered("secondary stores", tenant, "", |tx| {
        tx.query(sql, &[tenant.into()], |row| Ok((row.text(0)?, row.flag(1)?)))
    })
}

/// Domain of every secondary store in chain order, whether it takes no changes, and whether it is out of use.
///
/// # Errors
/// As [`find`].
pub fn all_stores(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(String, bool, bool)>, Error> {
    tx.query(
        "SELECT domain, read_only, disabled FROM user_store WHERE tenant_id = $1 ORDER BY position",
        &[tenant.into()],
        |row| Ok((row.text(0)?, row.flag(1)?, row.flag(2)?)),
    )
}

/// Takes a secondary store out of use, or back.
///
/// # Errors
/// As [`find`].
pub fn set_store_disabled(
    tx: &mut Tx<'_>,
    tenant: i64,
    domain: &str,
    disabled: bool,
) -> Result<usize, Error> {
    tx.execute(
        "UPDATE user_store SET disabled = $1 WHERE tenant_id = $2 AND domain = $3",
        &[disabled.into(), tenant.into(), domain.into()],
    )
}

/// Whether a store holds users or roles.
///
/// # Errors
/// As [`find`].
pub fn is_store_used(tx: &mut Tx<'_>, tenant: i64, domain: &str) -> Result<bool, Error> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM user WHERE tenant_id = $1 AND domain = $2) \
         OR EXISTS (SELECT 1 FROM role WHERE tenant_id = $1 AND domain = $2)",
        &[tenant.into(), domain.into()],
        "used",
        |row| row.flag(0),
    )
}

/// Removes a secondary store.
///
/// # Errors
/// As [`find`].
pub fn delete_store(tx: &mut Tx<'_>, tenant: i64, domain: &str) -> Result<usize, Error> {
    tx.execute("DELETE FROM user_store WHERE tenant_id = $1 AND domain = $2", &[tenant.into(), domain.into()])
}

/// Adds a secondary store.
///
/// # Errors
/// [`Error::Constraint`] when the domain is taken.
pub fn add_store(tx: &mut Tx<'_>, tenant: i64, domain: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO user_store (tenant_id, domain, position) \
         VALUES ($1, $2, (SELECT coalesce(max(position) + 1, 0) FROM user_store WHERE tenant_id = $1))",
        &[tenant.into(), domain.into()],
    )
}

/// Every attribute and identity claim of a user: name or URI, value, and whether it is an identity claim. While a
/// forced reset is pending the first `accountLocked` says `true`, whatever is stored (IS 5.3.0 writes it).
///
/// # Errors
/// As [`find`].
pub fn all_values(
    tx: &mut Tx<'_>,
    user: i64,
    profile: &str,
    mut each: impl FnMut(&str, Option<&str>, bool),
) -> Result<(), Error> {
    tx.query(
        "SELECT 'http://wso2.org/claims/identity/accountLocked', 'true', 1 FROM recovery \
         WHERE user_id = $1 AND scenario LIKE 'ADMIN_FORCED_PASSWORD_RESET_VIA_%' \
         UNION ALL SELECT name, value, 0 FROM user_attribute WHERE user_id = $1 AND profile = $2 \
         UNION ALL SELECT uri, value, 1 FROM identity_claim WHERE user_id = $1",
        &[user.into(), profile.into()],
        |row| {
            each(row.str(0)?, row.opt_str(1)?, row.flag(2)?);
            Ok(())
        },
    )
    .map(drop)
}

/// One attribute.
///
/// # Errors
/// As [`find`].
pub fn attribute(tx: &mut Tx<'_>, user: i64, profile: &str, name: &str) -> Result<Option<String>, Error> {
    tx.opt(
        "SELECT value FROM user_attribute WHERE user_id = $1 AND profile = $2 AND name = $3",
        &[user.into(), profile.into(), name.into()],
        |row| row.text(0),
    )
}

/// The attribute by which provisioning takes a user out of use: a login looks at it.
const ACTIVE: &str = "active";

/// Sets an attribute, or removes it without a value.
///
/// # Errors
/// As [`find`].
pub fn set_attribute(
    tx: &mut Tx<'_>,
    user: i64,
    profile: &'static str,
    name: &str,
    value: Option<&str>,
) -> Result<(), Error> {
    let attribute = Attribute::new(user, profile, name, value);
    match name {
        ACTIVE => attribute::write_now(tx, attribute),
        _ => {
            tx.set_later(attribute);
            Ok(())
        }
    }
}

/// Profile names other than `default` under which a user has attributes.
///
/// # Errors
/// As [`find`].
pub fn profiles(tx: &mut Tx<'_>, user: i64) -> Result<Vec<String>, Error> {
    tx.query("SELECT DISTINCT profile FROM user_attribute WHERE user_id = $1", &[user.into()], |row| {
        row.text(0)
    })
}

/// Sets an identity claim, NULL included.
///
/// # Errors
/// As [`find`].
pub fn set_identity_claim(
    tx: &mut Tx<'_>,
    user: i64,
    uri: &str,
    value: Option<&str>,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO identity_claim (user_id, uri, value) VALUES ($1, $2, $3) \
         ON CONFLICT (user_id, uri) DO UPDATE SET value = excluded.value",
        &[user.into(), uri.into(), value.into()],
    )
}

/// Stores a new credential.
///
/// # Errors
/// As [`find`].
pub fn set_credential(tx: &mut Tx<'_>, user: i64, credential: &str, at: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE user SET credential = $1, require_change = 0, password_changed_at = $2 WHERE id = $3",
        &[credential.into(), at.into(), user.into()],
    )
}

/// Says since when a user has his password, for one who brings it along.
///
/// # Errors
/// As [`find`].
pub fn set_password_age(tx: &mut Tx<'_>, user: i64, since: i64) -> Result<usize, Error> {
    tx.execute("UPDATE user SET password_changed_at = $1 WHERE id = $2", &[since.into(), user.into()])
}

/// Removes what a user has under a profile name.
///
/// # Errors
/// As [`find`].
pub fn delete_profile(tx: &mut Tx<'_>, user: i64, profile: &str) -> Result<usize, Error> {
    tx.execute(
        "DELETE FROM user_attribute WHERE user_id = $1 AND profile = $2",
        &[user.into(), profile.into()],
    )
}
