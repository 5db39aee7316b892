//! SQL of the keys that lead from one step of a recovery to the next: at most one per user.

use super::{Error, Tx};

/// The key of a user's next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Name of the step that issued it.
    pub step: String,
    /// Keyed hash.
    pub key_hash: Vec<u8>,
    /// Epoch milliseconds.
    pub issued_at: i64,
}

/// The key of a user.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn of_user(tx: &mut Tx<'_>, user: i64) -> Result<Option<KeyRow>, Error> {
    tx.opt("SELECT step, key_hash, issued_at FROM recovery_key WHERE user_id = $1", &[user.into()], |row| {
        Ok(KeyRow {
            step: row.text(0)?,
            key_hash: row.opt_bytes(1)?.unwrap_or_default(),
            issued_at: row.int(2)?,
        })
    })
}

/// Puts a new key in place of whatever key a user has.
///
/// # Errors
/// As [`of_user`].
pub fn put(tx: &mut Tx<'_>, user: i64, step: &str, hash: &[u8], now: i64) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO recovery_key (user_id, step, key_hash, issued_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (user_id) DO UPDATE SET step = excluded.step, key_hash = excluded.key_hash, \
         issued_at = excluded.issued_at, wrong_answers = 0",
        &[user.into(), step.into(), hash.into(), now.into()],
    )
}

/// Takes a user's key away.
///
/// # Errors
/// As [`of_user`].
pub fn delete(tx: &mut Tx<'_>, user: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM recovery_key WHERE user_id = $1", &[user.into()])
}

/// Counts a wrong answer; the key is gone with the one that reaches `limit`.
///
/// # Errors
/// As [`of_user`].
pub fn count_wrong_answer(tx: &mut Tx<'_>, user: i64, limit: i64) -> Result<(), Error> {
    tx.execute(
        "UPDATE recovery_key SET wrong_answers = wrong_answers + 1 WHERE user_id = $1",
        &[user.into()],
    )?;
    tx.execute(
        "DELETE FROM recovery_key WHERE user_id = $1 AND wrong_answers >= $2",
        &[user.into(), limit.into()],
    )?;
    Ok(())
}

/// Takes away the keys that were issued before a moment.
///
/// # Errors
/// As [`of_user`].
pub fn delete_older(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM recovery_key WHERE issued_at < $1", &[before.into()])
}
