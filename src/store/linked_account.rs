//! SQL of the groups of accounts that belong to one person.

use super::{Error, Tx};

/// An account of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The user.
    pub user: i64,
    /// The user's store.
    pub domain: String,
    /// Name as it was created.
    pub name: String,
    /// Domain of the user's tenant.
    pub tenant_domain: String,
}

/// The group of a user, if there is one.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn group_of(tx: &mut Tx<'_>, user: i64) -> Result<Option<String>, Error> {
    tx.opt("SELECT group_key FROM linked_account WHERE user_id = $1", &[user.into()], |row| row.text(0))
}

/// Puts a user who is in no group into one.
///
/// # Errors
/// As [`group_of`].
pub fn join(tx: &mut Tx<'_>, user: i64, group: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO linked_account (user_id, group_key) VALUES ($1, $2)",
        &[user.into(), group.into()],
    )
}

/// Puts everybody of one group into another.
///
/// # Errors
/// As [`group_of`].
pub fn merge(tx: &mut Tx<'_>, from: &str, into: &str) -> Result<usize, Error> {
    tx.execute("UPDATE linked_account SET group_key = $1 WHERE group_key = $2", &[into.into(), from.into()])
}

/// Takes a user out of his group; says whether he was in one.
///
/// # Errors
/// As [`group_of`].
pub fn leave(tx: &mut Tx<'_>, user: i64) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM linked_account WHERE user_id = $1", &[user.into()])? > 0)
}

/// The accounts that share a group with a user, himself included.
///
/// # Errors
/// As [`group_of`].
pub fn members(tx: &mut Tx<'_>, user: i64) -> Result<Vec<MemberRow>, Error> {
    tx.query(
        "SELECT u.id, u.domain, u.name, t.domain FROM linked_account own \
         JOIN linked_account other ON other.group_key = own.group_key \
         JOIN user u ON u.id = other.user_id JOIN tenant t ON t.id = u.tenant_id \
         WHERE own.user_id = $1 ORDER BY u.id",
        &[user.into()],
        |row| {
            Ok(MemberRow {
                user: row.int(0)?,
                domain: row.text(1)?,
                name: row.text(2)?,
                tenant_domain: row.text(3)?,
            })
        },
    )
}
