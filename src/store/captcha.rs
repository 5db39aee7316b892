//! SQL of the pictures that wait for an answer.

use super::{Error, Tx};

/// Keeps a picture's text.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn insert(tx: &mut Tx<'_>, key_hash: &[u8], sealed: &str, now: i64) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO captcha (key_hash, text, created_at) VALUES ($1, $2, $3)",
        &[key_hash.into(), sealed.into(), now.into()],
    )
}

/// The sealed text of a picture that is not older than a moment.
///
/// # Errors
/// As [`insert`].
pub fn find(tx: &mut Tx<'_>, key_hash: &[u8], not_before: i64) -> Result<Option<String>, Error> {
    tx.opt(
        "SELECT text FROM captcha WHERE key_hash = $1 AND created_at >= $2",
        &[key_hash.into(), not_before.into()],
        |row| row.text(0),
    )
}

/// Takes a picture away.
///
/// # Errors
/// As [`insert`].
pub fn delete(tx: &mut Tx<'_>, key_hash: &[u8]) -> Result<usize, Error> {
    tx.execute("DELETE FROM captcha WHERE key_hash = $1", &[key_hash.into()])
}

/// Takes away the pictures that are older than a moment.
///
/// # Errors
/// As [`insert`].
pub fn delete_older(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM captcha WHERE created_at < $1", &[before.into()])
}
