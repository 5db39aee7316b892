//! SQL of what roles and users are allowed and denied.

use super::{Error, Row, Tx, Value};
use std::sync::Arc;

/// An allowance or denial, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Key of the role; none for the user himself.
    pub role: Option<i64>,
    /// The resource, lower case.
    pub resource: String,
    /// Allowed, or denied.
    pub allowed: bool,
}

/// An allowance or denial, and the name it is listed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRow {
    /// Key of the role or user.
    pub holder: i64,
    /// Domain of the role or user.
    pub domain: String,
    /// Name without domain.
    pub name: String,
    /// The resource, lower case.
    pub resource: String,
    /// Allowed, or denied.
    pub allowed: bool,
}

const OF_USER: &str = "SELECT m.role_id, g.resource, g.allowed \
    FROM role_member m JOIN role_grant g ON g.role_id = m.role_id \
    WHERE m.user_id = $1 AND g.action = $2 \
    UNION ALL SELECT r.id, g.resource, g.allowed FROM role r JOIN role_grant g ON g.role_id = r.id \
    WHERE r.tenant_id = $3 AND r.domain = 'INTERNAL' AND r.folded = 'everyone' AND g.action = $2 \
    UNION ALL SELECT NULL, resource, allowed FROM user_grant WHERE user_id = $1 AND action = $2";
const OF_ROLE: &str = "SELECT role_id, resource, allowed FROM role_grant WHERE role_id = $1 AND action = $2";
const TO_ROLES: &str = "SELECT r.id, r.domain, r.name, g.resource, g.allowed \
    FROM role r JOIN role_grant g ON g.role_id = r.id \
    WHERE r.tenant_id = $1 AND g.action = $2 ORDER BY r.domain, r.folded";
const TO_USERS: &str = "SELECT u.id, u.domain, u.name, g.resource, g.allowed \
    FROM user_grant g JOIN user u ON u.id = g.user_id \
    WHERE g.tenant_id = $1 AND g.action = $2 ORDER BY u.domain, u.folded";

fn grant(row: &Row<'_>) -> Result<GrantRow, Error> {
    Ok(GrantRow { role: row.opt_int(0)?, resource: row.text(1)?, allowed: row.flag(2)? })
}

fn named(row: &Row<'_>) -> Result<NamedRow, Error> {
    Ok(NamedRow {
        holder: row.int(0)?,
        domain: row.text(1)?,
        name: row.text(2)?,
        resource: row.text(3)?,
        allowed: row.flag(4)?,
    })
}

/// Every grant of an action that reaches a user: by a role, by being one of everyone, or by name.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn of_user(tx: &mut Tx<'_>, tenant: i64, user: i64, action: &str) -> Result<Arc<[GrantRow]>, Error> {
    let read =
        |tx: &mut Tx<'_>| Ok(tx.query(OF_USER, &[user.into(), action.into(), tenant.into()], grant)?.into());
    match user {
        // Nobody, who has the key 0, is one of everyone in each tenant.
        0 => tx.remembered("grants of everyone", tenant, action, read),
        _ => tx.remembered("grants of a user", user, action, read),
    }
}

/// Users that one statement is asked about; its text is the same for every number of them.
const AT_ONCE: usize = 50;

/// The grants of an action that reach any of these users by a role of his own or by name, each with the user; those of
/// everyone are not among them.
///
/// # Errors
/// As [`of_user`].
pub fn of_users(tx: &mut Tx<'_>, users: &[i64], action: &str) -> Result<Vec<(i64, GrantRow)>, Error> {
    let places = (2..AT_ONCE + 2).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT m.role_id, g.resource, g.allowed, m.user_id FROM role_grant g JOIN role_member m \
         ON m.role_id = g.role_id WHERE g.action = $1 AND m.user_id IN ({places}) \
         UNION ALL SELECT NULL, resource, allowed, user_id FROM user_grant WHERE action = $1 AND user_id IN ({places})"
    );
    let mut found = Vec::new();
    for some in users.chunks(AT_ONCE) {
        let mut values: Vec<Value<'_>> = vec![action.into()];
        values.extend(some.iter().copied().cycle().take(AT_ONCE).map(Value::from));
        found.extend(tx.query(&sql, &values, |row| Ok((row.int(3)?, grant(row)?)))?);
    }
    Ok(found)
}

/// The grants of an action to one role.
///
/// # Errors
/// As [`of_user`].
pub fn of_role(tx: &mut Tx<'_>, role: i64, action: &str) -> Result<Vec<GrantRow>, Error> {
    tx.query(OF_ROLE, &[role.into(), action.into()], grant)
}

/// The grants of an action to roles of a tenant.
///
/// # Errors
/// As [`of_user`].
pub fn to_roles(tx: &mut Tx<'_>, tenant: i64, action: &str) -> Result<Vec<NamedRow>, Error> {
    tx.query(TO_ROLES, &[tenant.into(), action.into()], named)
}

/// Tenant and key of each role of that name in the primary stores which does not hold what it should: `first` in the
/// tenant of that key, `other` in all others.
///
/// # Errors
/// As [`of_user`].
pub fn lacking(
    tx: &mut Tx<'_>,
    name: &str,
    action: &str,
    (first, resource): (i64, &str),
    other: &str,
) -> Result<Vec<(i64, i64)>, Error> {
    tx.query(
        "SELECT r.tenant_id, r.id FROM role r WHERE r.domain = 'PRIMARY' AND r.folded = $1 AND NOT EXISTS \
         (SELECT 1 FROM role_grant g WHERE g.role_id = r.id AND g.action = $2 AND g.allowed = 1 \
         AND g.resource = CASE r.tenant_id WHEN $3 THEN $4 ELSE $5 END)",
        &[name.into(), action.into(), first.into(), resource.into(), other.into()],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}

/// The grants of an action to users of a tenant by name.
///
/// # Errors
/// As [`of_user`].
pub fn to_users(tx: &mut Tx<'_>, tenant: i64, action: &str) -> Result<Vec<NamedRow>, Error> {
    tx.query(TO_USERS, &[tenant.into(), action.into()], named)
}

/// Allows or denies an action on a resource to a user by name.
///
/// # Errors
/// As [`of_user`].
pub fn set_of_user(
    tx: &mut Tx<'_>,
    tenant: i64,
    user: i64,
    resource: &str,
    action: &str,
    allowed: bool,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO user_grant (user_id, tenant_id, resource, action, allowed) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id, resource, action) DO UPDATE SET allowed = excluded.allowed",
        &[user.into(), tenant.into(), resource.into(), action.into(), allowed.into()],
    )
}

/// Forgets a grant of a role.
///
/// # Errors
/// As [`of_user`].
pub fn clear_of_role(tx: &mut Tx<'_>, role: i64, resource: &str, action: &str) -> Result<usize, Error> {
    let sql = "DELETE FROM role_grant WHERE role_id = $1 AND resource = $2 AND action = $3";
    tx.execute(sql, &[role.into(), resource.into(), action.into()])
}

/// Forgets what a role may do, with one action or, without one, altogether.
///
/// # Errors
/// As [`of_user`].
pub fn clear_role(tx: &mut Tx<'_>, role: i64, action: Option<&str>) -> Result<usize, Error> {
    let sql = "DELETE FROM role_grant WHERE role_id = $1 AND action = coalesce($2, action)";
    tx.execute(sql, &[role.into(), action.into()])
}

/// Forgets a grant of a user.
///
/// # Errors
/// As [`of_user`].
pub fn clear_of_user(tx: &mut Tx<'_>, user: i64, resource: &str, action: &str) -> Result<usize, Error> {
    let sql = "DELETE FROM user_grant WHERE user_id = $1 AND resource = $2 AND action = $3";
    tx.execute(sql, &[user.into(), resource.into(), action.into()])
}

/// Forgets every grant of a user by name.
///
/// # Errors
/// As [`of_user`].
pub fn clear_user(tx: &mut Tx<'_>, user: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM user_grant WHERE user_id = $1", &[user.into()])
}

/// Forgets every grant on exactly that resource in a tenant.
///
/// # Errors
/// As [`of_user`].
pub fn clear_resource(tx: &mut Tx<'_>, tenant: i64, resource: &str) -> Result<usize, Error> {
    let of_roles = tx.execute(
        "DELETE FROM role_grant WHERE role_id IN (SELECT id FROM role WHERE tenant_id = $1) AND resource = $2",
        &[tenant.into(), resource.into()],
    )?;
    let of_users = tx.execute(
        "DELETE FROM user_grant WHERE tenant_id = $1 AND resource = $2",
        &[tenant.into(), resource.into()],
    )?;
    Ok(of_roles + of_users)
}

/// Has every grant on exactly that resource in a tenant be on another one, on which there are none.
///
/// # Errors
/// As [`of_user`].
pub fn move_resource(tx: &mut Tx<'_>, tenant: i64, from: &str, to: &str) -> Result<usize, Error> {
    let of_roles = tx.execute(
        "UPDATE role_grant SET resource = $1 WHERE role_id IN (SELECT id FROM role WHERE tenant_id = $2) \
         AND resource = $3",
        &[to.into(), tenant.into(), from.into()],
    )?;
    let of_users = tx.execute(
        "UPDATE user_grant SET resource = $1 WHERE tenant_id = $2 AND resource = $3",
        &[to.into(), tenant.into(), from.into()],
    )?;
    Ok(of_roles + of_users)
}

/// Gives the grants of one role to another; where both have one, the moved one counts.
///
/// # Errors
/// As [`of_user`].
pub fn move_to(tx: &mut Tx<'_>, from: i64, to: i64) -> Result<usize, Error> {
    let moved = tx.execute(
        "INSERT INTO role_grant (role_id, resource, action, allowed) \
         SELECT $1, resource, action, allowed FROM role_grant WHERE role_id = $2 \
         ON CONFLICT (role_id, resource, action) DO UPDATE SET allowed = excluded.allowed",
        &[to.into(), from.into()],
    )?;
    clear_role(tx, from, None)?;
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::scratch::Scratch;

    #[test]
    fn every_question_about_grants_is_answered_from_an_index() {
        let scratch = Scratch::new();
        let store = Store::open(scratch.path()).unwrap();
        for (sql, parameters) in [
            (OF_USER, &[1.into(), "a".into(), 2.into()][..]),
            (OF_ROLE, &[1.into(), "a".into()]),
            (TO_ROLES, &[1.into(), "a".into()]),
            (TO_USERS, &[1.into(), "a".into()]),
        ] {
            let plan: Vec<String> = store
                .read(|tx| tx.query(&["EXPLAIN QUERY PLAN ", sql].concat(), parameters, |row| row.text(3)))
                .unwrap();
            assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{plan:?}");
            assert!(plan.iter().any(|step| step.contains("USING")), "{plan:?}");
        }
    }
}
