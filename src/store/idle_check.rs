//! SQL of the daily look at accounts that nobody uses.

use super::{Error, Tx};

/// How far the checks of a tenant have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The last check that was finished, epoch milliseconds.
    pub checked_until: i64,
    /// The one under way.
    pub due_at: i64,
    /// The last user of it who was looked at.
    pub after_user: i64,
}

/// How far the checks of a tenant have got; `None` before the first one.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn progress(tx: &mut Tx<'_>, tenant: i64) -> Result<Option<Progress>, Error> {
    tx.opt(
        "SELECT checked_until, due_at, after_user FROM idle_check WHERE tenant_id = $1",
        &[tenant.into()],
        |row| Ok(Progress { checked_until: row.int(0)?, due_at: row.int(1)?, after_user: row.int(2)? }),
    )
}

/// Notes how far the checks of a tenant have got.
///
/// # Errors
/// As [`progress`].
pub fn advance(tx: &mut Tx<'_>, tenant: i64, to: Progress) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO idle_check (tenant_id, checked_until, due_at, after_user) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id) DO UPDATE SET checked_until = excluded.checked_until, due_at = excluded.due_at, \
         after_user = excluded.after_user",
        &[tenant.into(), to.checked_until.into(), to.due_at.into(), to.after_user.into()],
    )
}

/// Users of a tenant behind `after` with a moment in the claim `uri` that is not later than `until`: key and moment, in
/// the order of the keys.
///
/// # Errors
/// As [`progress`].
pub fn idle_since(
    tx: &mut Tx<'_>,
    tenant: i64,
    uri: &str,
    until: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, i64)>, Error> {
    tx.query(
        "SELECT u.id, CAST(c.value AS BIGINT) FROM user u JOIN identity_claim c ON c.user_id = u.id \
         WHERE u.tenant_id = $1 AND c.uri = $2 AND c.value <> '' AND CAST(c.value AS BIGINT) <= $3 AND u.id > $4 \
         ORDER BY u.id LIMIT $5",
        &[tenant.into(), uri.into(), until.into(), after.into(), limit.into()],
        |row| Ok((row.int(0)?, row.int(1)?)),
    )
}
