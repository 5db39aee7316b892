//! Earlier passwords of a user, newest last, as credentials.

use super::{Error, Tx};

/// The newest `count` earlier credentials, newest first.
pub fn newest(tx: &mut Tx<'_>, user: i64, count: i64) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT credential FROM password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
        &[user.into(), count.into()],
        |row| row.text(0),
    )
}

/// Adds a credential and forgets all but the newest `keep`.
pub fn add(tx: &mut Tx<'_>, user: i64, credential: &str, at: i64, keep: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO password_history (user_id, credential, created_at) VALUES ($1, $2, $3)",
        &[user.into(), credential.into(), at.into()],
    )?;
    tx.execute(
        "DELETE FROM password_history WHERE user_id = $1 AND id NOT IN \
         (SELECT id FROM password_history WHERE user_id = $1 ORDER BY id DESC LIMIT $2)",
        &[user.into(), keep.into()],
    )?;
    Ok(())
}
