//! SQL of recoveries by security questions: one row for each name that was given, whether or not it means somebody.

use super::{Error, Tx};

/// A recovery under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    /// Keyed hash of tenant and name as given.
    pub owner: Vec<u8>,
    /// Keyed hash of the key to the next step.
    pub key_hash: Vec<u8>,
    /// Key of the user; `None` when the name means nobody who may answer.
    pub user: Option<i64>,
    /// Key of the tenant.
    pub tenant: i64,
    /// JSON: what waits for an answer.
    pub asked: String,
    /// JSON: what comes after.
    pub remaining: String,
    /// When the key was issued.
    pub issued_at: i64,
    /// Wrong answers since `counted_from`.
    pub wrong_answers: i64,
    /// Since when they are counted.
    pub counted_from: i64,
}

const COLUMNS: &str =
    "owner, key_hash, user_id, tenant_id, asked, remaining, issued_at, wrong_answers, counted_from";

fn find(tx: &mut Tx<'_>, column: &str, hash: &[u8]) -> Result<Option<QuestionRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM question_recovery WHERE {column} = $1");
    tx.opt(&sql, &[hash.into()], |row| {
        Ok(QuestionRow {
            owner: row.opt_bytes(0)?.unwrap_or_default(),
            key_hash: row.opt_bytes(1)?.unwrap_or_default(),
            user: row.opt_int(2)?,
            tenant: row.int(3)?,
            asked: row.text(4)?,
            remaining: row.text(5)?,
            issued_at: row.int(6)?,
            wrong_answers: row.int(7)?,
            counted_from: row.int(8)?,
        })
    })
}

/// The recovery of a name.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn of_owner(tx: &mut Tx<'_>, owner: &[u8]) -> Result<Option<QuestionRow>, Error> {
    find(tx, "owner", owner)
}

/// The recovery that a key leads on.
///
/// # Errors
/// As [`of_owner`].
pub fn by_key(tx: &mut Tx<'_>, key_hash: &[u8]) -> Result<Option<QuestionRow>, Error> {
    find(tx, "key_hash", key_hash)
}

/// Keeps a recovery in place of the one that its name had.
///
/// # Errors
/// As [`of_owner`].
pub fn put(tx: &mut Tx<'_>, row: &QuestionRow) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO question_recovery (owner, key_hash, user_id, tenant_id, asked, remaining, issued_at, \
         wrong_answers, counted_from) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         ON CONFLICT (owner) DO UPDATE SET key_hash = excluded.key_hash, user_id = excluded.user_id, \
         asked = excluded.asked, remaining = excluded.remaining, issued_at = excluded.issued_at, \
         wrong_answers = excluded.wrong_answers, counted_from = excluded.counted_from",
        &[
            row.owner.as_slice().into(),
            row.key_hash.as_slice().into(),
            row.user.into(),
            row.tenant.into(),
            row.asked.as_str().into(),
            row.remaining.as_str().into(),
            row.issued_at.into(),
            row.wrong_answers.into(),
            row.counted_from.into(),
        ],
    )
}

/// Counts a wrong answer.
///
/// # Errors
/// As [`of_owner`].
pub fn count_wrong_answer(tx: &mut Tx<'_>, owner: &[u8]) -> Result<usize, Error> {
    tx.execute(
        "UPDATE question_recovery SET wrong_answers = wrong_answers + 1 WHERE owner = $1",
        &[owner.into()],
    )
}

/// Ends a recovery.
///
/// # Errors
/// As [`of_owner`].
pub fn delete(tx: &mut Tx<'_>, owner: &[u8]) -> Result<usize, Error> {
    tx.execute("DELETE FROM question_recovery WHERE owner = $1", &[owner.into()])
}

/// Forgets what was begun before a moment.
///
/// # Errors
/// As [`of_owner`].
pub fn delete_older(tx: &mut Tx<'_>, moment: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM question_recovery WHERE issued_at < $1", &[moment.into()])
}
