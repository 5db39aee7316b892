//! SQL of sessions.

use super::{Error, Row, Tx};
use std::sync::Arc;

/// A session as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Key of the user.
    pub user: i64,
    /// Tenant of the user.
    pub tenant: i64,
    /// The name the session shows.
    pub user_name: String,
    /// Last use.
    pub used_at: i64,
    /// How long it lives without use.
    pub idle_limit: i64,
    /// Domain of the tenant.
    pub tenant_domain: String,
    /// Whether the tenant is active.
    pub tenant_active: bool,
    /// User store of the user.
    pub domain: String,
    /// Name of the user.
    pub name: String,
}

/// Opens a session.
///
/// # Errors
/// Failures of the database; so it is for every function here.
#[expect(clippy::too_many_arguments, reason = "a row has as many columns")]
pub fn insert(
    tx: &mut Tx<'_>,
    id_hash: &[u8],
    kind: &str,
    tenant: i64,
    user: i64,
    user_name: &str,
    now: i64,
    idle_limit: i64,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO session (id_hash, kind, tenant_id, user_id, user_name, created_at, used_at, idle_limit) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            id_hash.into(),
            kind.into(),
            tenant.into(),
            user.into(),
            user_name.into(),
            now.into(),
            now.into(),
            idle_limit.into(),
        ],
    )
}

/// Finds a session that has not been idle for too long.
///
/// # Errors
/// As [`insert`].
pub fn find(
    tx: &mut Tx<'_>,
    id_hash: &[u8; 32],
    kind: &'static str,
    now: i64,
) -> Result<Option<Arc<SessionRow>>, Error> {
    let [a, b, c, d, e, f, g, h, ..] = *id_hash;
    // As good a key as any; that it is the right row is compared.
    let key = i64::from_ne_bytes([a, b, c, d, e, f, g, h]);
    let found = tx.remembered("session", key, kind, |tx| {
        let row = tx.opt(
            "SELECT s.user_id, s.tenant_id, s.user_name, s.used_at, s.idle_limit, t.domain, t.active, u.domain, u.name \
             FROM session s JOIN tenant t ON t.id = s.tenant_id JOIN user u ON u.id = s.user_id \
             WHERE s.id_hash = $1 AND s.kind = $2",
            &[id_hash.as_slice().into(), kind.into()],
            session,
        )?;
        Ok(row.map(|row| (*id_hash, Arc::new(row))))
    })?;
    let this = found.filter(|(found, _)| found == id_hash).map(|(_, row)| row);
    Ok(this.filter(|row| row.used_at.saturating_add(row.idle_limit) >= now))
}

fn session(row: &Row<'_>) -> Result<SessionRow, Error> {
    Ok(SessionRow {
        user: row.int(0)?,
        tenant: row.int(1)?,
        user_name: row.text(2)?,
        used_at: row.int(3)?,
        idle_limit: row.int(4)?,
        tenant_domain: row.text(5)?,
        tenant_active: row.flag(6)?,
        domain: row.text(7)?,
        name: row.text(8)?,
    })
}

/// Notes a use.
///
/// # Errors
/// As [`insert`].
pub fn touch(tx: &mut Tx<'_>, id_hash: &[u8], now: i64) -> Result<usize, Error> {
    tx.execute("UPDATE session SET used_at = $1 WHERE id_hash = $2", &[now.into(), id_hash.into()])
}

/// Ends a session.
///
/// # Errors
/// As [`insert`].
pub fn delete(tx: &mut Tx<'_>, id_hash: &[u8]) -> Result<usize, Error> {
    tx.execute("DELETE FROM session WHERE id_hash = $1", &[id_hash.into()])
}

/// Notes where a session was opened from.
///
/// # Errors
/// As [`insert`].
pub fn set_origin(tx: &mut Tx<'_>, id_hash: &[u8], origin: &str) -> Result<usize, Error> {
    tx.execute("UPDATE session SET origin = $1 WHERE id_hash = $2", &[origin.into(), id_hash.into()])
}

/// A session among those of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRow {
    /// Hash of its id.
    pub id_hash: Vec<u8>,
    /// What it is for.
    pub kind: String,
    /// When it was opened.
    pub created_at: i64,
    /// Last use.
    pub used_at: i64,
    /// Where it was opened from.
    pub origin: Option<String>,
}

/// The open sessions of a user, the last used first.
///
/// # Errors
/// As [`insert`].
pub fn of_user(tx: &mut Tx<'_>, user: i64, now: i64) -> Result<Vec<OwnRow>, Error> {
    tx.query(
        "SELECT id_hash, kind, created_at, used_at, origin FROM session \
         WHERE user_id = $1 AND used_at + idle_limit >= $2 ORDER BY used_at DESC, created_at DESC",
        &[user.into(), now.into()],
        |row| {
            Ok(OwnRow {
                id_hash: row.opt_bytes(0)?.unwrap_or_default(),
                kind: row.text(1)?,
                created_at: row.int(2)?,
                used_at: row.int(3)?,
                origin: row.opt_text(4)?,
            })
        },
    )
}

/// Ends one session of a user.
///
/// # Errors
/// As [`insert`].
pub fn delete_one(tx: &mut Tx<'_>, user: i64, id_hash: &[u8]) -> Result<usize, Error> {
    tx.execute("DELETE FROM session WHERE user_id = $1 AND id_hash = $2", &[user.into(), id_hash.into()])
}

/// Ends every session of a user but one; what remembers him elsewhere is forgotten, too.
///
/// # Errors
/// As [`insert`].
pub fn delete_others(tx: &mut Tx<'_>, user: i64, id_hash: &[u8]) -> Result<usize, Error> {
    tx.execute("DELETE FROM remember_me WHERE user_id = $1", &[user.into()])?;
    tx.execute("DELETE FROM session WHERE user_id = $1 AND id_hash <> $2", &[user.into(), id_hash.into()])
}

/// Ends every session of a user.
///
/// # Errors
/// As [`insert`].
pub fn delete_of_user(tx: &mut Tx<'_>, user: i64) -> Result<usize, Error> {
    let sessions = tx.execute("DELETE FROM session WHERE user_id = $1", &[user.into()])?;
    tx.execute("DELETE FROM remember_me WHERE user_id = $1", &[user.into()])?;
    Ok(sessions)
}

/// Ends every session of the users of a store.
///
/// # Errors
/// As [`insert`].
pub fn delete_of_store(tx: &mut Tx<'_>, tenant: i64, domain: &str) -> Result<(), Error> {
    // There are fewer who are signed in than users.
    for table in ["session", "remember_me"] {
        let sql = format!(
            "DELETE FROM {table} WHERE EXISTS \
             (SELECT 1 FROM user u WHERE u.id = {table}.user_id AND u.tenant_id = $1 AND u.domain = $2)"
        );
        tx.execute(&sql, &[tenant.into(), domain.into()])?;
    }
    Ok(())
}

/// Ends every session of the users of a tenant.
///
/// # Errors
/// As [`insert`].
pub fn delete_of_tenant(tx: &mut Tx<'_>, tenant: i64) -> Result<usize, Error> {
    tx.execute(
        "DELETE FROM remember_me WHERE EXISTS \
         (SELECT 1 FROM user u WHERE u.id = remember_me.user_id AND u.tenant_id = $1)",
        &[tenant.into()],
    )?;
    tx.execute("DELETE FROM session WHERE tenant_id = $1", &[tenant.into()])
}

/// Replaces two limits of the sessions of a tenant by two others.
///
/// # Errors
/// As [`insert`].
pub fn change_limits(
    tx: &mut Tx<'_>,
    tenant: i64,
    kind: &str,
    before: [i64; 2],
    now: [i64; 2],
) -> Result<usize, Error> {
    let [[plain, remembered], [new_plain, new_remembered]] = [before, now];
    tx.execute(
        "UPDATE session SET idle_limit = CASE WHEN idle_limit = $1 THEN $2 ELSE $3 END \
         WHERE tenant_id = $4 AND kind = $5 AND idle_limit IN ($1, $6)",
        &[
            plain.into(),
            new_plain.into(),
            new_remembered.into(),
            tenant.into(),
            kind.into(),
            remembered.into(),
        ],
    )
}

/// Forgets sessions that have been idle for too long.
///
/// # Errors
/// As [`insert`].
pub fn delete_idle(tx: &mut Tx<'_>, now: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM remember_me WHERE expires_at < $1", &[now.into()])?;
    // Service providers have idle limits of their own: of a session that nobody used they are told nothing.
    tx.execute(
        "UPDATE sso_participant SET told = 1 WHERE session_hash IN \
         (SELECT id_hash FROM session WHERE used_at + idle_limit < $1)",
        &[now.into()],
    )?;
    tx.execute("DELETE FROM session WHERE used_at + idle_limit < $1", &[now.into()])
}

/// Keeps a remember-me token.
///
/// # Errors
/// As [`insert`].
pub fn remember(
    tx: &mut Tx<'_>,
    token_hash: &[u8],
    user: i64,
    user_name: &str,
    expires_at: i64,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO remember_me (token_hash, user_id, user_name, expires_at) VALUES ($1, $2, $3, $4)",
        &[token_hash.into(), user.into(), user_name.into(), expires_at.into()],
    )
}

/// The user and session name of a token that has not expired.
///
/// # Errors
/// As [`insert`].
pub fn remembered(tx: &mut Tx<'_>, token_hash: &[u8], now: i64) -> Result<Option<(i64, String)>, Error> {
    tx.opt(
        "SELECT user_id, user_name FROM remember_me WHERE token_hash = $1 AND expires_at >= $2",
        &[token_hash.into(), now.into()],
        |row| Ok((row.int(0)?, row.text(1)?)),
    )
}
