//! SQL of resets that are forced on many users at once.

use super::{Error, Row, Tx};

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Key.
    pub id: i64,
    /// Tenant.
    pub tenant: i64,
    /// Key of who asked for it.
    pub user: i64,
    /// The name his session showed.
    pub user_name: String,
    /// Where the names come from.
    pub source: String,
    /// When it was put together.
    pub created_at: i64,
    /// When it was started; a draft was not.
    pub started_at: Option<i64>,
    /// When it was done or stopped.
    pub finished_at: Option<i64>,
}

/// One user of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Place in the job.
    pub position: i64,
    /// Name with domain.
    pub name: String,
    /// `waiting`, `done`, `failed` or `skipped`.
    pub state: String,
    /// Why it was not done.
    pub reason: Option<String>,
}

const JOB: &str =
    "SELECT id, tenant_id, user_id, user_name, source, created_at, started_at, finished_at FROM reset_job";

fn job(row: &Row<'_>) -> Result<JobRow, Error> {
    Ok(JobRow {
        id: row.int(0)?,
        tenant: row.int(1)?,
        user: row.int(2)?,
        user_name: row.text(3)?,
        source: row.text(4)?,
        created_at: row.int(5)?,
        started_at: row.opt_int(6)?,
        finished_at: row.opt_int(7)?,
    })
}

fn user(row: &Row<'_>) -> Result<UserRow, Error> {
    Ok(UserRow { position: row.int(0)?, name: row.text(1)?, state: row.text(2)?, reason: row.opt_text(3)? })
}

/// Adds a draft.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn insert(
    tx: &mut Tx<'_>,
    tenant: i64,
    user: i64,
    user_name: &str,
    source: &str,
    now: i64,
) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO reset_job (tenant_id, user_id, user_name, source, created_at) VALUES ($1, $2, $3, $4, $5)",
        &[tenant.into(), user.into(), user_name.into(), source.into(), now.into()],
    )
}

/// Adds a user to a draft.
///
/// # Errors
/// As [`insert`].
pub fn insert_user(tx: &mut Tx<'_>, job: i64, position: i64, name: &str) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO reset_job_user (job_id, position, name) VALUES ($1, $2, $3)",
        &[job.into(), position.into(), name.into()],
    )
}

/// Adds the members of a role to a draft.
///
/// # Errors
/// As [`insert`].
pub fn insert_members(tx: &mut Tx<'_>, job: i64, role: i64) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO reset_job_user (job_id, position, name) \
         SELECT $1, u.id, CASE u.domain WHEN 'PRIMARY' THEN u.name ELSE u.domain || '/' || u.name END \
         FROM role_member m JOIN user u ON u.id = m.user_id WHERE m.role_id = $2",
        &[job.into(), role.into()],
    )
}

/// Adds every user of a tenant to a draft.
///
/// # Errors
/// As [`insert`].
pub fn insert_everyone(tx: &mut Tx<'_>, job: i64, tenant: i64) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO reset_job_user (job_id, position, name) \
         SELECT $1, u.id, CASE u.domain WHEN 'PRIMARY' THEN u.name ELSE u.domain || '/' || u.name END \
         FROM user u WHERE u.tenant_id = $2",
        &[job.into(), tenant.into()],
    )
}

/// A job of a tenant.
///
/// # Errors
/// As [`insert`].
pub fn find(tx: &mut Tx<'_>, tenant: i64, id: i64) -> Result<Option<JobRow>, Error> {
    tx.opt(&[JOB, " WHERE tenant_id = $1 AND id = $2"].concat(), &[tenant.into(), id.into()], job)
}

/// The jobs of a tenant, the last one first.
///
/// # Errors
/// As [`insert`].
pub fn latest(tx: &mut Tx<'_>, tenant: i64, limit: i64) -> Result<Vec<JobRow>, Error> {
    let sql = [JOB, " WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2"].concat();
    tx.query(&sql, &[tenant.into(), limit.into()], job)
}

/// The oldest job, of whatever tenant, that was started and is not done.
///
/// # Errors
/// As [`insert`].
pub fn at_work(tx: &mut Tx<'_>) -> Result<Option<JobRow>, Error> {
    let sql = [JOB, " WHERE started_at IS NOT NULL AND finished_at IS NULL ORDER BY id LIMIT 1"].concat();
    tx.opt(&sql, &[], job)
}

/// Users of a job whose turn has not come.
///
/// # Errors
/// As [`insert`].
pub fn waiting(tx: &mut Tx<'_>, job: i64, limit: i64) -> Result<Vec<UserRow>, Error> {
    tx.query(
        "SELECT position, name, state, reason FROM reset_job_user WHERE job_id = $1 AND state = 'waiting' \
         ORDER BY position LIMIT $2",
        &[job.into(), limit.into()],
        user,
    )
}

/// Notes what became of a user.
///
/// # Errors
/// As [`insert`].
pub fn note(
    tx: &mut Tx<'_>,
    job: i64,
    position: i64,
    state: &str,
    reason: Option<&str>,
) -> Result<usize, Error> {
    tx.execute(
        "UPDATE reset_job_user SET state = $1, reason = $2 WHERE job_id = $3 AND position = $4",
        &[state.into(), reason.into(), job.into(), position.into()],
    )
}

/// Starts a draft; false when it is none.
///
/// # Errors
/// As [`insert`].
pub fn start(tx: &mut Tx<'_>, id: i64, now: i64) -> Result<bool, Error> {
    let changed = tx.execute(
        "UPDATE reset_job SET started_at = $1 WHERE id = $2 AND started_at IS NULL",
        &[now.into(), id.into()],
    )?;
    Ok(changed > 0)
}

/// Ends a job that is at work; false when it is not.
///
/// # Errors
/// As [`insert`].
pub fn finish(tx: &mut Tx<'_>, id: i64, now: i64) -> Result<bool, Error> {
    let changed = tx.execute(
        "UPDATE reset_job SET finished_at = $1 WHERE id = $2 AND started_at IS NOT NULL AND finished_at IS NULL",
        &[now.into(), id.into()],
    )?;
    Ok(changed > 0)
}

/// Passes over everybody whose turn has not come.
///
/// # Errors
/// As [`insert`].
pub fn skip_waiting(tx: &mut Tx<'_>, job: i64, reason: &str) -> Result<usize, Error> {
    tx.execute(
        "UPDATE reset_job_user SET state = 'skipped', reason = $1 WHERE job_id = $2 AND state = 'waiting'",
        &[reason.into(), job.into()],
    )
}

/// Throws a draft away; false when it is none.
///
/// # Errors
/// As [`insert`].
pub fn discard(tx: &mut Tx<'_>, id: i64) -> Result<bool, Error> {
    Ok(tx.execute("DELETE FROM reset_job WHERE id = $1 AND started_at IS NULL", &[id.into()])? > 0)
}

/// Throws drafts away that nobody started, and what was finished long ago.
///
/// # Errors
/// As [`insert`].
pub fn forget(tx: &mut Tx<'_>, drafts_before: i64, finished_before: i64) -> Result<usize, Error> {
    tx.execute(
        "DELETE FROM reset_job WHERE (started_at IS NULL AND created_at < $1) OR finished_at < $2",
        &[drafts_before.into(), finished_before.into()],
    )
}

/// How many users are in which state.
///
/// # Errors
/// As [`insert`].
pub fn counts(tx: &mut Tx<'_>, job: i64) -> Result<Vec<(String, i64)>, Error> {
    tx.query(
        "SELECT state, COUNT(*) FROM reset_job_user WHERE job_id = $1 GROUP BY state",
        &[job.into()],
        |row| Ok((row.text(0)?, row.int(1)?)),
    )
}

/// Users of a job behind a place, in their order; only those that were not reset, if so wished.
///
/// # Errors
/// As [`insert`].
pub fn users(
    tx: &mut Tx<'_>,
    job: i64,
    after: i64,
    only_troubles: bool,
    limit: i64,
) -> Result<Vec<UserRow>, Error> {
    tx.query(
        "SELECT position, name, state, reason FROM reset_job_user WHERE job_id = $1 AND position > $2 \
         AND (NOT $3 OR state IN ('failed', 'skipped')) ORDER BY position LIMIT $4",
        &[job.into(), after.into(), only_troubles.into(), limit.into()],
        user,
    )
}
