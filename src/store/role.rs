//! SQL of roles, their members and what they may do.

use super::{Error, Tx};

/// The key of a role.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(
    tx: &mut Tx<'_>,
    tenant: i64,
    domain: &str,
    folded: &str,
) -> Result<Option<(i64, String)>, Error> {
    tx.opt(
        "SELECT id, name FROM role WHERE tenant_id = $1 AND domain = $2 AND folded = $3",
        &[tenant.into(), domain.into(), folded.into()],
        |row| Ok((row.int(0)?, row.text(1)?)),
    )
}

/// Adds a role.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert(tx: &mut Tx<'_>, tenant: i64, domain: &str, name: &str, folded: &str) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO role (tenant_id, domain, name, folded) VALUES ($1, $2, $3, $4)",
        &[tenant.into(), domain.into(), name.into(), folded.into()],
    )
}

/// Deletes a role with members and grants.
///
/// # Errors
/// As [`find`].
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM role WHERE id = $1", &[id.into()])
}

/// Gives a role another name.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn rename(tx: &mut Tx<'_>, id: i64, name: &str, folded: &str) -> Result<usize, Error> {
    tx.execute(
        "UPDATE role SET name = $1, folded = $2 WHERE id = $3",
        &[name.into(), folded.into(), id.into()],
    )
}

/// Domains and names of all roles of a tenant; a limit holds for each user store, not for hybrid roles.
///
/// # Errors
/// As [`find`].
pub fn list(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query("SELECT domain, name FROM role WHERE tenant_id = $1 ORDER BY folded", &[tenant.into()], |row| {
        Ok((row.text(0)?, row.text(1)?))
    })
}

/// Domains and names of the roles a user is a member of.
///
/// # Errors
/// As [`find`].
pub fn of_user(tx: &mut Tx<'_>, user: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT r.domain, r.name FROM role_member m JOIN role r ON r.id = m.role_id WHERE m.user_id = $1 \
         ORDER BY r.folded",
        &[user.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Domains and names of the members of a role.
///
/// # Errors
/// As [`find`].
pub fn members(tx: &mut Tx<'_>, role: i64, limit: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT u.domain, u.name FROM role_member m JOIN user u ON u.id = m.user_id WHERE m.role_id = $1 \
         ORDER BY u.folded LIMIT $2",
        &[role.into(), limit.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Makes a user a member; once is enough.
///
/// # Errors
/// As [`find`].
pub fn add_member(tx: &mut Tx<'_>, role: i64, user: i64) -> Result<bool, Error> {
    let sql = "INSERT INTO role_member (role_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &[role.into(), user.into()])? > 0)
}

/// Ends a membership.
///
/// # Errors
/// As [`find`].
pub fn remove_member(tx: &mut Tx<'_>, role: i64, user: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM role_member WHERE role_id = $1 AND user_id = $2";
    Ok(tx.execute(sql, &[role.into(), user.into()])? > 0)
}

/// Whether a user is a member.
///
/// # Errors
/// As [`find`].
pub fn is_member(tx: &mut Tx<'_>, role: i64, user: i64) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM role_member WHERE role_id = $1 AND user_id = $2";
    Ok(tx.opt(sql, &[role.into(), user.into()], |row| row.int(0))?.is_some())
}

/// Allows or denies an action on a resource to a role.
///
/// # Errors
/// As [`find`].
pub fn set_grant(
    tx: &mut Tx<'_>,
    role: i64,
    resource: &str,
    action: &str,
    allowed: bool,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO role_grant (role_id, resource, action, allowed) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (role_id, resource, action) DO UPDATE SET allowed = excluded.allowed",
        &[role.into(), resource.into(), action.into(), allowed.into()],
    )
}
