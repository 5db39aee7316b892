//! SQL of tenants.

use super::{Error, Row, Tx};

/// A tenant as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Key; -1234 is the super tenant.
    pub id: i64,
    /// Domain, lower case.
    pub domain: String,
    /// Whether its users may sign in.
    pub active: bool,
    /// Name of its primary administrator.
    pub admin_name: String,
    /// Whom to write to about it.
    pub email: Option<String>,
    /// When it was created, epoch milliseconds.
    pub created_at: i64,
}

fn row(row: &Row<'_>) -> Result<TenantRow, Error> {
    Ok(TenantRow {
        id: row.int(0)?,
        domain: row.text(1)?,
        active: row.flag(2)?,
        admin_name: row.text(3)?,
        email: row.opt_text(4)?,
        created_at: row.int(5)?,
    })
}

/// The tenant of a domain.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, domain: &str) -> Result<Option<TenantRow>, Error> {
    tx.remembered("tenant", 0, domain, |tx| find_afresh(tx, domain))
}

/// As [`find`], as the snapshot has it: what is remembered can be of the commit before.
///
/// # Errors
/// As [`find`].
pub fn find_afresh(tx: &mut Tx<'_>, domain: &str) -> Result<Option<TenantRow>, Error> {
    let sql = "SELECT id, domain, active, admin_name, email, created_at FROM tenant WHERE domain = $1";
    tx.opt(sql, &[domain.into()], row)
}

/// The tenant with that key.
///
/// # Errors
/// As [`find`].
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<TenantRow>, Error> {
    let sql = "SELECT id, domain, active, admin_name, email, created_at FROM tenant WHERE id = $1";
    tx.opt(sql, &[id.into()], row)
}

/// Every tenant, the super tenant first.
///
/// # Errors
/// As [`find`].
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<TenantRow>, Error> {
    tx.query("SELECT id, domain, active, admin_name, email, created_at FROM tenant ORDER BY id", &[], row)
}

pub(crate) const PAGE: &str = "SELECT id, domain, active, admin_name, email, created_at FROM tenant \
    WHERE id > 0 AND domain LIKE $1 ORDER BY id LIMIT $2 OFFSET $3";

/// Tenants but the super tenant whose domain matches a `LIKE` pattern, by key: so many, after so many others.
///
/// # Errors
/// As [`find`].
pub fn page(tx: &mut Tx<'_>, pattern: &str, limit: i64, skip: i64) -> Result<Vec<TenantRow>, Error> {
    tx.query(PAGE, &[pattern.into(), limit.into(), skip.into()], row)
}

/// How many tenants [`page`] would find in all.
///
/// # Errors
/// As [`find`].
pub fn count(tx: &mut Tx<'_>, pattern: &str) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM tenant WHERE id > 0 AND domain LIKE $1";
    tx.one(sql, &[pattern.into()], "count", |row| row.int(0))
}

/// Adds a tenant; without a key it gets the next one.
///
/// # Errors
/// [`Error::Constraint`] when the domain is taken.
pub fn insert(
    tx: &mut Tx<'_>,
    id: Option<i64>,
    domain: &str,
    email: Option<&str>,
    created_at: i64,
    admin_name: &str,
) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO tenant (id, domain, email, active, created_at, admin_name) VALUES \
         (coalesce($1, (SELECT coalesce(max(id), 0) + 1 FROM tenant WHERE id > 0)), $2, $3, 1, $4, $5)",
        &[id.into(), domain.into(), email.into(), created_at.into(), admin_name.into()],
    )
}

/// Lets the users of a tenant sign in, or not.
///
/// # Errors
/// As [`find`].
pub fn set_active(tx: &mut Tx<'_>, id: i64, active: bool) -> Result<usize, Error> {
    tx.execute("UPDATE tenant SET active = $1 WHERE id = $2", &[active.into(), id.into()])
}

/// Sets whom to write to about a tenant.
///
/// # Errors
/// As [`find`].
pub fn set_email(tx: &mut Tx<'_>, id: i64, email: &str) -> Result<usize, Error> {
    tx.execute("UPDATE tenant SET email = $1 WHERE id = $2", &[email.into(), id.into()])
}
