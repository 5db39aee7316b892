//! Login conversations of browsers: what a relying party needs back once its user has logged in.

use super::{Error, Tx};

/// One conversation. It is named by the hash of its `sessionDataKey`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginContext {
    /// The application that asked for the login.
    pub relying_party: String,
    /// `samlsso`, or empty for the dashboard.
    pub kind: String,
    /// What the relying party needs back, as its own face wrote it (JSON).
    pub state: String,
    /// When it began, epoch milliseconds.
    pub created_at: i64,
}

/// Begins a conversation.
pub fn insert(tx: &mut Tx<'_>, key_hash: &[u8], context: &LoginContext) -> Result<(), Error> {
    tx.execute_aside(
        "INSERT INTO login_context (key_hash, relying_party, kind, state, created_at) VALUES ($1, $2, $3, $4, $5)",
        &[
            key_hash.into(),
            (&context.relying_party).into(),
            (&context.kind).into(),
            (&context.state).into(),
            context.created_at.into(),
        ],
    )?;
    Ok(())
}

/// The conversation of that key.
pub fn find(tx: &mut Tx<'_>, key_hash: &[u8]) -> Result<Option<LoginContext>, Error> {
    tx.opt(
        "SELECT relying_party, kind, state, created_at FROM login_context WHERE key_hash = $1",
        &[key_hash.into()],
        |row| {
            Ok(LoginContext {
                relying_party: row.text(0)?,
                kind: row.text(1)?,
                state: row.text(2)?,
                created_at: row.int(3)?,
            })
        },
    )
}

/// Ends a conversation; says whether it was there, so that only one of two requests goes on with it.
pub fn delete(tx: &mut Tx<'_>, key_hash: &[u8]) -> Result<bool, Error> {
    Ok(tx.execute_aside("DELETE FROM login_context WHERE key_hash = $1", &[key_hash.into()])? > 0)
}

/// Forgets conversations begun before that moment and says how many there were.
pub fn delete_older(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    tx.execute_aside("DELETE FROM login_context WHERE created_at < $1", &[before.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, scratch::Scratch};

    #[test]
    fn a_conversation_is_found_by_its_key_until_it_ends_or_is_too_old() {
        let dir = Scratch::new();
        let store = Store::open(dir.path()).unwrap();
        let context = |created_at| LoginContext {
            relying_party: "wso2.my.dashboard".into(),
            kind: "samlsso".into(),
            state: "{}".into(),
            created_at,
        };
        store
            .write_blocking::<_, Error>(move |tx| {
                insert(tx, b"one", &context(1))?;
                insert(tx, b"two", &context(2))?;
                insert(tx, b"three", &context(3))?;
                assert_eq!(find(tx, b"two")?, Some(context(2)));
                assert_eq!(find(tx, b"four")?, None);
                assert!(delete(tx, b"two")? && !delete(tx, b"two")?);
                assert_eq!(delete_older(tx, 3)?, 1);
                assert_eq!((find(tx, b"one")?, find(tx, b"three")?), (None, Some(context(3))));
                Ok(())
            })
            .unwrap();
    }
}
