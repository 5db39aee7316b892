//! Account locking after failed logins, as IS 5.3.0's `account.lock.handler` counts.
//!
//! The counters are identity claims, so that administrators see and may set them. A forced reset is another state
//! (see `forced_reset`): it locks without these counters and ends without them.

use super::claim::Changes;
use super::{Error, Now, Realm, TenantId, User, governance, notice, session};
use crate::store::{self, Tx, login::Candidate};

/// `http://wso2.org/claims/identity/accountDisabled`
pub const DISABLED: &str = "http://wso2.org/claims/identity/accountDisabled";
/// `http://wso2.org/claims/identity/accountLocked`
pub const LOCKED: &str = "http://wso2.org/claims/identity/accountLocked";
/// `http://wso2.org/claims/identity/unlockTime`, epoch milliseconds, 0 for none.
pub const UNLOCK_TIME: &str = "http://wso2.org/claims/identity/unlockTime";
/// `http://wso2.org/claims/identity/failedLoginAttempts`
pub const ATTEMPTS: &str = "http://wso2.org/claims/identity/failedLoginAttempts";
/// `http://wso2.org/claims/identity/failedLoginLockoutCount`
pub const LOCKOUTS: &str = "http://wso2.org/claims/identity/failedLoginLockoutCount";

/// The settings of a tenant that locks accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locking {
    /// The failure that locks.
    pub max_attempts: i64,
    /// Length of the first lock.
    pub minutes: i64,
    /// Factor from one lock to the next.
    pub ratio: i64,
}

/// The settings, or `None` while the tenant does not lock accounts.
///
/// # Errors
/// Failures of the database.
pub fn settings(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Option<Locking>, Error> {
    if !governance::flag(tx, tenant, "account.lock.handler.enable")? {
        return Ok(None);
    }
    Ok(Some(Locking {
        max_attempts: governance::number(tx, tenant, "account.lock.handler.On.Failure.Max.Attempts")?,
        minutes: governance::number(tx, tenant, "account.lock.handler.Time")?,
        // The original falls back to 1, not to the default, when the factor is no positive number.
        ratio: governance::text(tx, tenant, "account.lock.handler.login.fail.timeout.ratio")?
            .trim()
            .parse()
            .ok()
            .filter(|ratio| *ratio > 0)
            .unwrap_or(1),
    }))
}

/// The counters of a user as they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counters {
    /// `accountLocked` is true.
    pub locked: bool,
    /// When the lock ends; 0 when only an administrator ends it.
    pub unlock_time: i64,
    /// Failures since the last success or lock.
    pub attempts: i64,
    /// Locks since the last success.
    pub lockouts: i64,
}

impl Counters {
    /// The counters of a candidate; texts that are no numbers count as 0.
    #[must_use]
    pub fn of(candidate: &Candidate) -> Self {
        let [_, locked, unlock_time, attempts, lockouts] = &candidate.claims;
        Self {
            locked: is_true(locked.as_deref()),
            unlock_time: number(unlock_time.as_deref()),
            attempts: number(attempts.as_deref()),
            lockouts: number(lockouts.as_deref()),
        }
    }

    /// Whether the lock holds now: one whose time has come ends by itself.
    #[must_use]
    pub fn holds(&self, now: Now) -> bool {
        self.locked && (self.unlock_time == 0 || now.0 < self.unlock_time)
    }

    /// Whether a success has nothing to reset.
    #[must_use]
    pub fn are_clear(candidate: &Candidate) -> bool {
        let [_, locked, unlock_time, attempts, lockouts] = &candidate.claims;
        locked.as_deref() == Some("false")
            && [unlock_time, attempts, lockouts].iter().all(|value| value.as_deref() == Some("0"))
    }
}

/// What a failure led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Not locked yet.
    Failed {
        /// Failures so far.
        attempts: i64,
    },
    /// This failure locked the account.
    Locked,
}

/// Counts a failed login of a candidate that was read in this transaction.
///
/// # Errors
/// Failures of the database.
pub fn count_failure(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    locking: Locking,
    user: &User,
    candidate: &Candidate,
) -> Result<Counted, Error> {
    let before = Counters::of(candidate);
    let mut counters = before;
    if counters.locked && !counters.holds(now) {
        counters = Counters { locked: false, unlock_time: 0, attempts: 0, ..counters };
    }
    counters.attempts = counters.attempts.saturating_add(1);
    let outcome = if counters.attempts >= locking.max_attempts {
        let factor = locking.ratio.saturating_pow(u32::try_from(counters.lockouts).unwrap_or(u32::MAX));
        let millis = locking.minutes.saturating_mul(60_000).saturating_mul(factor);
        counters = Counters {
            locked: true,
            unlock_time: now.plus_millis(millis).0,
            attempts: 0,
            lockouts: counters.lockouts.saturating_add(1),
        };
        Counted::Locked
    } else {
        Counted::Failed { attempts: counters.attempts }
    };
    write(tx, user, &counters)?;
    announce_lock(tx, now, realm, user, before.locked, counters.locked)?;
    Ok(outcome)
}

/// Resets the counters after a success.
///
/// # Errors
/// Failures of the database.
pub fn clear(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    candidate: &Candidate,
) -> Result<(), Error> {
    write(tx, user, &Counters { locked: false, unlock_time: 0, attempts: 0, lockouts: 0 })?;
    announce_lock(tx, now, realm, user, Counters::of(candidate).locked, false)
}

fn write(tx: &mut Tx<'_>, user: &User, counters: &Counters) -> Result<(), Error> {
    let locked = if counters.locked { "true" } else { "false" };
    store::user::set_identity_claim(tx, user.id.0, LOCKED, Some(locked))?;
    for (uri, value) in
        [(UNLOCK_TIME, counters.unlock_time), (ATTEMPTS, counters.attempts), (LOCKOUTS, counters.lockouts)]
    {
        store::user::set_identity_claim(tx, user.id.0, uri, Some(&value.to_string()))?;
    }
    Ok(())
}

/// Unlocks a user for good and forgets his failures; those that never had any get no counters.
///
/// # Errors
/// Failures of the database.
pub fn release(tx: &mut Tx<'_>, user: &User) -> Result<(), Error> {
    store::user::set_identity_claim(tx, user.id.0, LOCKED, Some("false"))?;
    for uri in [UNLOCK_TIME, ATTEMPTS, LOCKOUTS] {
        if store::login::identity_claim(tx, user.id.0, uri)?.is_some() {
            store::user::set_identity_claim(tx, user.id.0, uri, Some("0"))?;
        }
    }
    Ok(())
}

/// When the lock of a user ends by itself; 0 when it does not, or there is none.
///
/// # Errors
/// Failures of the database.
pub fn unlock_time(tx: &mut Tx<'_>, user: &User) -> Result<i64, Error> {
    Ok(number(store::login::identity_claim(tx, user.id.0, UNLOCK_TIME)?.as_deref()))
}

/// Queues the mails about claims that lock, unlock, disable or enable a user, before they are written. Locks are
/// announced only while the tenant locks accounts, as in the original.
///
/// # Errors
/// Failures of the database.
pub fn announce(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    changes: &Changes,
) -> Result<(), Error> {
    if let Some(locked) = changes.get(LOCKED)
        && settings(tx, user.tenant)?.is_some()
    {
        let before = store::login::identity_claim(tx, user.id.0, LOCKED)?;
        announce_lock(tx, now, realm, user, is_true(before.as_deref()), is_true(locked))?;
    }
    if let Some(disabled) = changes.get(DISABLED) {
        let before = store::login::identity_claim(tx, user.id.0, DISABLED)?;
        match (is_true(before.as_deref()), is_true(disabled)) {
            (false, true) => notice::tell(tx, now, realm, user, notice::ACCOUNT_DISABLE, &[])?,
            (true, false) => notice::tell(tx, now, realm, user, notice::ACCOUNT_ENABLE, &[])?,
            _ => {}
        }
    }
    Ok(())
}

/// Ends the sessions of a user whom an administrator disables or locks: what keeps him out at the door does so inside, too.
/// Failed logins lock without it, since anybody can cause those. A lock without the feature blocks nothing.
///
/// # Errors
/// Failures of the database.
pub fn end_sessions(tx: &mut Tx<'_>, user: &User, changes: &Changes) -> Result<(), Error> {
    let becomes = |uri| is_true(changes.get(uri).flatten());
    if becomes(DISABLED) || (becomes(LOCKED) && settings(tx, user.tenant)?.is_some()) {
        session::close_all(tx, user.id)?;
    }
    Ok(())
}

/// Tells of a lock or its end, when there was a change: the log, and the user by mail. A mail that cannot be made is no
/// reason to fail what caused it.
fn announce_lock(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    before: bool,
    after: bool,
) -> Result<(), Error> {
    if before != after {
        let (user, what) = (user.display_name(), if after { "locked" } else { "unlocked" });
        tx.say_once_durable(move || tracing::info!(user, "an account was {what}"));
    }
    match (before, after) {
        (false, true) => notice::tell(tx, now, realm, user, notice::ACCOUNT_LOCK, &[]),
        (true, false) => notice::tell(tx, now, realm, user, notice::ACCOUNT_UNLOCK, &[]),
        _ => Ok(()),
    }
}

/// A claim that switches something: only `true`, in any letter case.
#[must_use]
pub fn is_true(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn number(value: Option<&str>) -> i64 {
    value.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
}
