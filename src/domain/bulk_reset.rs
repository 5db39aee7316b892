//! Forcing a password reset on many users at once: those of a list or of a role. The work is a row with a row for each
//! user, carried out in small batches, so that a crash loses nothing and nobody waits for it; each user is treated
//! exactly as one whose claim was set alone, with the rights that who asked for it has at that moment.

use super::claim::{Changes, DEFAULT_PROFILE};
use super::forced_reset::{Options, PUBLISHED_CODE, TRIGGER};
use super::{Actor, Error, Now, Realm, TenantId, UserId, audit, claim, profile, role, tenant, user};
use crate::store::reset_job::{self as rows, JobRow, UserRow};
use crate::store::{self, Tx};

pub mod list;

/// Users of one transaction: other writers wait no longer than these take.
const BATCH: i64 = 50;
/// Most names of a list.
const MOST_NAMES: usize = 200_000;
/// A draft that nobody starts is kept for a day, the result of a job for ninety.
const DRAFT_MINUTES: i64 = 1_440;
const RESULT_MINUTES: i64 = 90 * 1_440;
/// Names of a draft that are looked up to say who is unknown, before anything is started.
const LOOKED_UP: i64 = 5_000;

const DONE: &str = "done";
const FAILED: &str = "failed";
const SKIPPED: &str = "skipped";

/// Where the names come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A list.
    Names(Vec<String>),
    /// The members of a role.
    Role(String),
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Users whose turn has not come.
    pub waiting: i64,
    /// Users in reset.
    pub done: i64,
    /// Users that were refused.
    pub failed: i64,
    /// Users that were passed over.
    pub skipped: i64,
}

impl Progress {
    /// Everybody.
    #[must_use]
    pub fn total(self) -> i64 {
        self.waiting + self.done + self.failed + self.skipped
    }
}

/// Puts a job together; nobody is touched before it is started.
///
/// # Errors
/// A list without names or with too many, and a role that does not exist.
pub fn draft(tx: &mut Tx<'_>, now: Now, actor: &Actor, source: &Source, told: &str) -> Result<i64, Error> {
    let id = rows::insert(tx, actor.tenant.0, actor.user.0, &actor.name, told, now.0)?;
    let count = match source {
        Source::Names(names) if names.len() > MOST_NAMES => {
            return Err(Error::refused(format!("A list must not hold more than {MOST_NAMES} users")));
        }
        Source::Names(names) => {
            for (position, name) in (1..).zip(names) {
                rows::insert_user(tx, id, position, name)?;
            }
            names.len()
        }
        Source::Role(name) if role::is_everyone(name) => rows::insert_everyone(tx, id, actor.tenant.0)?,
        Source::Role(name) => {
            let role = role::must_exist(tx, actor.tenant, name)?;
            rows::insert_members(tx, id, role)?
        }
    };
    if count == 0 { Err(Error::refused("There is no user to reset")) } else { Ok(id) }
}

fn of_tenant(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<JobRow, Error> {
    rows::find(tx, tenant.0, id)?.ok_or_else(|| Error::refused("There is no such job"))
}

/// A job and how far it is.
///
/// # Errors
/// One that the tenant does not have.
pub fn find(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<(JobRow, Progress), Error> {
    let job = of_tenant(tx, tenant, id)?;
    let mut progress = Progress::default();
    for (state, count) in rows::counts(tx, id)? {
        match state.as_str() {
            DONE => progress.done = count,
            FAILED => progress.failed = count,
            SKIPPED => progress.skipped = count,
            _ => progress.waiting = count,
        }
    }
    Ok((job, progress))
}

/// Whom a draft is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The first names, in their order.
    pub first: Vec<String>,
    /// Those of the ones looked up whom nobody is called.
    pub unknown: Vec<String>,
    /// How many were looked up.
    pub looked_up: usize,
}

/// Whom a job is about, so that who starts it sees that they are those he means.
///
/// # Errors
/// As [`find`].
pub fn named(tx: &mut Tx<'_>, tenant: TenantId, id: i64, first: usize) -> Result<Named, Error> {
    of_tenant(tx, tenant, id)?;
    let rows = rows::users(tx, id, i64::MIN, false, LOOKED_UP)?;
    let mut named = Named { looked_up: rows.len(), ..Named::default() };
    for UserRow { name, .. } in rows {
        match user::find(tx, tenant, &name) {
            Err(error) if error.is_failure() => return Err(error),
            Err(_) => named.unknown.push(name.clone()),
            Ok(_) => {}
        }
        if named.first.len() < first {
            named.first.push(name);
        }
    }
    Ok(named)
}

/// Starts a draft. Starting it again changes nothing.
///
/// # Errors
/// As [`find`]; and while no option is on, which would leave everybody as he is.
pub fn start(tx: &mut Tx<'_>, now: Now, actor: &Actor, id: i64) -> Result<(), Error> {
    let (job, progress) = find(tx, actor.tenant, id)?;
    Options::of(tx, actor.tenant)?.check()?;
    if rows::start(tx, id, now.0)? {
        let data = format!("{}, Users : {}", job.source, progress.total());
        audit::record(tx, now, actor, "Start Bulk Password Reset", &id.to_string(), &data)?;
    }
    Ok(())
}

/// Stops a job: whose turn has not come stays as he is.
///
/// # Errors
/// As [`find`].
pub fn stop(tx: &mut Tx<'_>, now: Now, actor: &Actor, id: i64) -> Result<(), Error> {
    of_tenant(tx, actor.tenant, id)?;
    if rows::finish(tx, id, now.0)? {
        rows::skip_waiting(tx, id, "The job was stopped")?;
        audit::record(tx, now, actor, "Stop Bulk Password Reset", &id.to_string(), "")?;
    }
    Ok(())
}

/// Throws a draft away.
///
/// # Errors
/// As [`find`]; one that was started meanwhile is none any more.
pub fn discard(tx: &mut Tx<'_>, tenant: TenantId, id: i64) -> Result<(), Error> {
    of_tenant(tx, tenant, id)?;
    match rows::discard(tx, id)? {
        true => Ok(()),
        false => Err(Error::refused("The job was started meanwhile and cannot be discarded")),
    }
}

/// Throws away what nobody will look at any more.
///
/// # Errors
/// Failures of the database.
pub fn forget(tx: &mut Tx<'_>, now: Now) -> Result<usize, Error> {
    Ok(rows::forget(tx, now.plus_minutes(-DRAFT_MINUTES).0, now.plus_minutes(-RESULT_MINUTES).0)?)
}

/// Carries out the next batch of the oldest job; false when there is nothing to do.
///
/// # Errors
/// Failures of the database.
pub fn step(tx: &mut Tx<'_>, now: Now, realm: &Realm) -> Result<bool, Error> {
    let Some(job) = rows::at_work(tx)? else { return Ok(false) };
    let waiting = rows::waiting(tx, job.id, BATCH)?;
    if waiting.is_empty() {
        rows::finish(tx, job.id, now.0)?;
        return Ok(true);
    }
    let tenant = TenantId(job.tenant);
    let actor = Actor {
        tenant,
        domain: tenant::domain_of(tx, tenant)?,
        user: UserId(job.user),
        name: job.user_name.clone(),
    };
    for UserRow { position, name, .. } in waiting {
        let (state, reason) = match tx.attempt(|tx| force(tx, now, realm, &actor, &name)) {
            Ok(true) => (DONE, None),
            Ok(false) => (SKIPPED, Some("Your own account is left out".to_owned())),
            Err(error) if error.is_failure() => {
                tracing::error!(%error, job = job.id, position, "a user of a bulk reset failed");
                (FAILED, Some("The server could not do this".to_owned()))
            }
            Err(refusal) => (FAILED, Some(refusal.to_string())),
        };
        rows::note(tx, job.id, position, state, reason.as_deref())?;
    }
    Ok(true)
}

/// Forces one; false for who asked for it, who would lock himself out.
fn force(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, name: &str) -> Result<bool, Error> {
    let user = user::find(tx, actor.tenant, name)?;
    if user.id == actor.user {
        return Ok(false);
    }
    Options::of(tx, actor.tenant)?.check()?;
    let mut changes = Changes::default();
    changes.set(TRIGGER, Some("true".to_owned()));
    profile::set(tx, now, realm, actor, &user.display_name(), DEFAULT_PROFILE, changes)?;
    Ok(true)
}

/// What became of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// His place in the job.
    pub position: i64,
    /// His name.
    pub name: String,
    /// `waiting`, `done`, `failed` or `skipped`.
    pub state: String,
    /// Why it was not done.
    pub reason: String,
    /// The one-time password to hand over, while it is good.
    pub code: String,
}

/// What became of a job's users behind a place.
///
/// # Errors
/// As [`find`].
pub fn outcomes(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    id: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<Outcome>, Error> {
    of_tenant(tx, tenant, id)?;
    let mut found = Vec::new();
    for row in rows::users(tx, id, after, false, limit)? {
        let user = if row.state == DONE { user::look_up(tx, tenant, &row.name)? } else { None };
        let code = match user {
            Some(user) => claim::values(tx, realm, &user, &[PUBLISHED_CODE])?.into_iter().next(),
            None => None,
        };
        found.push(Outcome {
            position: row.position,
            name: row.name,
            state: row.state,
            reason: row.reason.unwrap_or_default(),
            code: code.map(|(_, value)| value).unwrap_or_default(),
        });
    }
    Ok(found)
}

/// The first users of a job that were not reset, and why.
///
/// # Errors
/// As [`find`].
pub fn troubles(tx: &mut Tx<'_>, tenant: TenantId, id: i64, limit: i64) -> Result<Vec<UserRow>, Error> {
    of_tenant(tx, tenant, id)?;
    Ok(rows::users(tx, id, i64::MIN, true, limit)?)
}

/// The latest jobs of a tenant.
///
/// # Errors
/// Failures of the database.
pub fn latest(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<JobRow>, Error> {
    Ok(store::reset_job::latest(tx, tenant.0, 20)?)
}

#[cfg(test)]
mod tests;
