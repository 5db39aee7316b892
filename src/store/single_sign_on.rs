//! SQL of single sign-on: messages that were answered, who is signed in where, and who has to be told that it ended.

use super::{Error, Tx};

/// A service provider where the user of a session is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParticipantRow {
    /// Hash of the session's id.
    pub session_hash: Vec<u8>,
    /// Key of the service provider.
    pub provider: i64,
    /// The name the provider knows the user by.
    pub name_id: String,
    /// The name it knows the session by.
    pub session_index: String,
}

/// A service provider to be told that a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Key.
    pub id: i64,
    /// Key of the service provider, which may be gone.
    pub provider: i64,
    /// The name it knows the user by.
    pub name_id: String,
    /// The name it knows the session by.
    pub session_index: String,
    /// How often it was tried.
    pub attempts: i64,
}

/// Notes a message; `false` when it was noted before.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn claim_message(tx: &mut Tx<'_>, sender: &str, id: &str, now: i64) -> Result<bool, Error> {
    let sql = "INSERT INTO saml_message (sender, id, seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &[sender.into(), id.into(), now.into()])? > 0)
}

/// Forgets messages seen before that moment.
///
/// # Errors
/// As [`claim_message`].
pub fn forget_messages(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM saml_message WHERE seen_at < $1", &[before.into()])
}

/// Notes that the user of a session is signed in somewhere; the last name counts.
///
/// # Errors
/// As [`claim_message`].
pub fn join(tx: &mut Tx<'_>, row: &ParticipantRow) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO sso_participant (session_hash, provider_id, name_id, session_index) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (session_hash, provider_id) DO UPDATE SET name_id = excluded.name_id",
        &[
            row.session_hash.as_slice().into(),
            row.provider.into(),
            (&row.name_id).into(),
            (&row.session_index).into(),
        ],
    )
}

/// Where the user of a session is signed in.
///
/// # Errors
/// As [`claim_message`].
pub fn participants(tx: &mut Tx<'_>, session_hash: &[u8]) -> Result<Vec<ParticipantRow>, Error> {
    tx.query(
        "SELECT session_hash, provider_id, name_id, session_index FROM sso_participant WHERE session_hash = $1",
        &[session_hash.into()],
        read,
    )
}

/// The participant that knows a session by that name.
///
/// # Errors
/// As [`claim_message`].
pub fn by_index(
    tx: &mut Tx<'_>,
    session_index: &str,
    provider: i64,
) -> Result<Option<ParticipantRow>, Error> {
    tx.opt(
        "SELECT session_hash, provider_id, name_id, session_index FROM sso_participant \
         WHERE session_index = $1 AND provider_id = $2",
        &[session_index.into(), provider.into()],
        read,
    )
}

fn read(row: &super::Row<'_>) -> Result<ParticipantRow, Error> {
    Ok(ParticipantRow {
        session_hash: row.opt_bytes(0)?.unwrap_or_default(),
        provider: row.int(1)?,
        name_id: row.text(2)?,
        session_index: row.text(3)?,
    })
}

/// Hands the participants of one session to another.
///
/// # Errors
/// As [`claim_message`].
pub fn hand_over(tx: &mut Tx<'_>, from: &[u8], to: &[u8]) -> Result<usize, Error> {
    tx.execute(
        "UPDATE sso_participant SET session_hash = $1 WHERE session_hash = $2",
        &[to.into(), from.into()],
    )
}

/// Notes that a participant knows that the session ends.
///
/// # Errors
/// As [`claim_message`].
pub fn set_told(tx: &mut Tx<'_>, session_hash: &[u8], provider: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE sso_participant SET told = 1 WHERE session_hash = $1 AND provider_id = $2",
        &[session_hash.into(), provider.into()],
    )
}

/// The notices whose time has come.
///
/// # Errors
/// As [`claim_message`].
pub fn due_notices(tx: &mut Tx<'_>, now: i64, limit: i64) -> Result<Vec<NoticeRow>, Error> {
    tx.query(
        "SELECT id, provider_id, name_id, session_index, attempts FROM logout_notice \
         WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2",
        &[now.into(), limit.into()],
        |row| {
            Ok(NoticeRow {
                id: row.int(0)?,
                provider: row.int(1)?,
                name_id: row.text(2)?,
                session_index: row.text(3)?,
                attempts: row.int(4)?,
            })
        },
    )
}

/// A notice arrived, or there is nobody to tell.
///
/// # Errors
/// As [`claim_message`].
pub fn drop_notice(tx: &mut Tx<'_>, id: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM logout_notice WHERE id = $1", &[id.into()])
}

/// A notice did not arrive and is tried again.
///
/// # Errors
/// As [`claim_message`].
pub fn postpone_notice(tx: &mut Tx<'_>, id: i64, due_at: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE logout_notice SET due_at = $1, attempts = attempts + 1 WHERE id = $2",
        &[due_at.into(), id.into()],
    )
}
