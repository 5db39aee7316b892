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
}

fn row(row: &Row<'_>) -> Result<TenantRow, Error> {
    Ok(TenantRow { id: row.int(0)?, domain: row.text(1)?, active: row.flag(2)?, admin_name: row.text(3)? })
}

/// The tenant of a domain.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, domain: &str) -> Result<Option<TenantRow>, Error> {
    tx.opt("SELECT id, domain, active, admin_name FROM tenant WHERE domain = $1", &[domain.into()], row)
}

/// The tenant with that key.
///
/// # Errors
/// As [`find`].
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<TenantRow>, Error> {
    tx.opt("SELECT id, domain, active, admin_name FROM tenant WHERE id = $1", &[id.into()], row)
}

/// Every tenant, the super tenant first.
///
/// # Errors
/// As [`find`].
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<TenantRow>, Error> {
    tx.query("SELECT id, domain, active, admin_name FROM tenant ORDER BY id", &[], row)
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
         (coalesce($1, (SELECT max(max(id), 0) + 1 FROM tenant)), $2, $3, 1, $4, $5)",
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
