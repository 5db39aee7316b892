//! The password reset that an administrator forces by writing the claim `adminForcedPasswordReset`.
//!
//! A pending reset is a row, not a lock: it refuses the old password at every face until its code was used, it was
//! forced again, or cancelled. Everything here happens inside the caller's transaction, after everything that can be
//! refused has been checked, so that a fault means that nothing has happened.

use super::catalogue::Claim;
use super::claim::{self, Changes};
use super::lockout::{self, LOCKED};
use super::recovery::{self, Codes, Scenario};
use super::{
    Actor, Error, Now, Realm, Secret, TenantId, User, audit, governance, notice, onboarding, otp, session,
};
use crate::store::{self, Tx};

mod outlook;
mod waiting;

pub use outlook::{Outlook, outlook, pending};
pub use waiting::{Stage, Waiting, Way, waiting, withdraw};

/// `http://wso2.org/claims/identity/adminForcedPasswordReset`
pub const TRIGGER: &str = "http://wso2.org/claims/identity/adminForcedPasswordReset";
/// `http://wso2.org/claims/oneTimePassword`: an ordinary claim, where administrators read the offline code.
pub const PUBLISHED_CODE: &str = "http://wso2.org/claims/oneTimePassword";

/// The tenant's options as they are when the claim is written; later changes do not touch a pending reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// A link is mailed.
    pub link: bool,
    /// A one-time password is mailed, unless a link is.
    pub otp: bool,
    /// A one-time password is published for the administrator to hand over.
    pub offline: bool,
}

impl Options {
    /// Reads them.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn of(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Self, Error> {
        Ok(Self {
            link: governance::flag(tx, tenant, "Recovery.AdminPasswordReset.RecoveryLink")?,
            otp: governance::flag(tx, tenant, "Recovery.AdminPasswordReset.OTP")?,
            offline: governance::flag(tx, tenant, "Recovery.AdminPasswordReset.Offline")?,
        })
    }

    /// Whether forcing a reset means anything.
    ///
    /// # Errors
    /// Says that no option is on.
    pub fn check(self) -> Result<(), Error> {
        if self.link || self.otp || self.offline {
            return Ok(());
        }
        Err(Error::refused("No option of the forced password reset is enabled for this organization"))
    }

    /// The one mail that is sent: a link wins over a one-time password.
    fn mail(self) -> Option<&'static str> {
        match (self.link, self.otp) {
            (true, _) => Some(notice::FORCED_RESET_LINK),
            (false, true) => Some(notice::FORCED_RESET_OTP),
            (false, false) => None,
        }
    }

    fn names(self) -> String {
        let named = [(self.link, "RecoveryLink"), (self.otp, "OTP"), (self.offline, "Offline")];
        named.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// Looks at the claims that are about to be written to `user`, forces or cancels a reset where they say so, and takes
/// out or adds the claims that this changes. Called by every write of several claims before it writes anything.
///
/// # Errors
/// [`Error::Refused`] with the text of IS 5.3.0 when the mail cannot be made; nothing has been changed then.
pub fn consider(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    user: &User,
    changes: &mut Changes,
) -> Result<(), Error> {
    let trigger = changes.get(TRIGGER).flatten();
    if lockout::is_true(trigger) {
        let options = Options::of(tx, user.tenant)?;
        if options.check().is_ok() {
            return force(tx, now, realm, actor, user, options, changes);
        }
        // With every option off the claim is stored like any other and means nothing.
    }
    let unlocks = changes.get(LOCKED).flatten().is_some_and(|value| value.eq_ignore_ascii_case("false"));
    if trigger_is_false(changes) || unlocks {
        cancel(tx, now, realm, actor, user)?;
    }
    if let Some(locked) = changes.get(LOCKED)
        && lockout::is_true(locked) != is_locked(tx, user)?
    {
        onboarding::withdraw(tx, now, user)?;
    }
    lockout::end_sessions(tx, user, changes)?;
    lockout::announce(tx, now, realm, user, changes)
}

fn trigger_is_false(changes: &Changes) -> bool {
    changes.get(TRIGGER).flatten().is_some_and(|value| value.eq_ignore_ascii_case("false"))
}

/// Puts `user` into reset.
fn force(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    user: &User,
    options: Options,
    changes: &mut Changes,
) -> Result<(), Error> {
    // Everything that can be refused comes first.
    let mail = match options.mail() {
        Some(kind) => Some(notice::prepare(tx, realm, user, kind, changes)?),
        None => None,
    };
    let link = options.link.then(otp::link_code);
    // A link makes the mailed one-time password superfluous, but not the one handed over.
    let typed = if options.offline || (options.otp && !options.link) {
        Some(otp::generate(&realm.policy.otp)?)
    } else {
        None
    };
    changes.remove(TRIGGER);
    // Nor is an earlier value left: clients write back all that they read, and a `false` of before would cancel.
    if !claim::values(tx, realm, user, &[TRIGGER])?.is_empty() {
        changes.set(TRIGGER, None);
    }
    changes.remove(LOCKED);
    let was_open = !is_pending(tx, user.id.0)? && !is_locked(tx, user)?;
    if let (true, Some(code)) = (options.offline, &typed) {
        changes.set(PUBLISHED_CODE, Some(code.reveal().to_owned()));
    } else if changes.get(PUBLISHED_CODE).is_none() {
        // An earlier code that was published is no longer good.
        clear_published_code(tx, realm, user)?;
    }
    let scenario = if options.link { Scenario::ForcedByLink } else { Scenario::ForcedByOtp };
    let codes = Codes { link: link.as_ref(), otp: typed.as_ref() };
    let id = recovery::begin(tx, now, realm, user, scenario, codes, Some(&actor.name))?;
    session::close_all(tx, user.id)?;
    if let Some(mail) = mail {
        let carried = notice::Carried {
            code: link.as_ref().or(typed.as_ref()).map(Secret::reveal),
            properties: &[],
            recovery: Some(id),
            minutes: Some(recovery::expiry_minutes(tx, user.tenant)?),
        };
        notice::queue(tx, now, realm, user, &mail, carried)?;
    }
    if was_open {
        tell_of_lock(tx, now, realm, user, notice::ACCOUNT_LOCK)?;
    }
    lockout::announce(tx, now, realm, user, changes)?;
    audit::record(tx, now, actor, "Force Password Reset", &user.display_name(), &options.names())
}

/// Whether a reset is pending; `accountLocked` reads `true` then, whatever is stored.
///
/// # Errors
/// Failures of the database.
pub fn is_pending(tx: &mut Tx<'_>, user: i64) -> Result<bool, Error> {
    let row = store::recovery::of_user(tx, user)?;
    Ok(row.and_then(|row| Scenario::of(&row.scenario)).is_some_and(Scenario::is_forced))
}

/// Ends a pending reset without a new password, with its lock, its code and the mail that still waits. Called when an
/// administrator sets a password, renames or deletes the user, unlocks him, or writes `false` to the claim. Says
/// whether there was one.
///
/// # Errors
/// Failures of the database.
pub fn cancel(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, user: &User) -> Result<bool, Error> {
    if !is_pending(tx, user.id.0)? {
        return Ok(false);
    }
    let row = recovery::end(tx, now, user)?;
    clear_published_code(tx, realm, user)?;
    // A lock after failed logins is another state and outlives the reset, unless wrong codes were what failed.
    if let Some(row) = row.filter(|row| row.wrong_codes > 0)
        && lockout::unlock_time(tx, user)? > row.created_at
    {
        lockout::release(tx, user)?;
    }
    if !is_locked(tx, user)? {
        store::user::set_identity_claim(tx, user.id.0, LOCKED, Some("false"))?;
        tell_of_lock(tx, now, realm, user, notice::ACCOUNT_UNLOCK)?;
    }
    audit::record(tx, now, actor, "Cancel Forced Password Reset", &user.display_name(), "")?;
    Ok(true)
}

/// What a completed reset does beside the password: unlocks, clears the counters and the published code.
pub(super) fn release(tx: &mut Tx<'_>, now: Now, realm: &Realm, user: &User) -> Result<(), Error> {
    clear_published_code(tx, realm, user)?;
    lockout::release(tx, user)?;
    tell_of_lock(tx, now, realm, user, notice::ACCOUNT_UNLOCK)
}

/// Whether the user is locked for another reason than a reset.
fn is_locked(tx: &mut Tx<'_>, user: &User) -> Result<bool, Error> {
    Ok(lockout::is_true(store::login::identity_claim(tx, user.id.0, LOCKED)?.as_deref()))
}

/// Tells the user of the lock that a reset is, or of its end, where the operator wants that.
fn tell_of_lock(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    kind: &'static str,
) -> Result<(), Error> {
    if realm.policy.show_lock_mails && lockout::settings(tx, user.tenant)?.is_some() {
        notice::tell(tx, now, realm, user, kind, &[])?;
    }
    Ok(())
}

/// Takes the offline code out of the user's claims.
///
/// # Errors
/// Failures of the database.
pub fn clear_published_code(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<(), Error> {
    claim::clear(tx, realm, user, PUBLISHED_CODE)
}

/// Lets the published codes follow when the claim they are published in is mapped to other attributes: nobody would take
/// them out of the old ones any more. A code whose new place is taken is published no longer; it stays good.
///
/// # Errors
/// Failures of the database.
pub(super) fn move_published_codes(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    before: &Claim,
    after: Option<&Claim>,
) -> Result<(), Error> {
    if Some(before) == after {
        return Ok(());
    }
    for user in store::recovery::with_older_otp(tx, tenant.0, i64::MAX)? {
        let Some(user) = User::by_id(tx, user)? else { continue };
        let Some(from) = before.attribute(&user.domain) else { continue };
        let to = after.and_then(|after| after.attribute(&user.domain));
        let (id, profile) = (user.id.0, claim::DEFAULT_PROFILE);
        if to == Some(from) {
            continue;
        }
        let Some(code) = store::user::attribute(tx, id, profile, from)? else { continue };
        store::user::set_attribute(tx, id, profile, from, None)?;
        if let Some(to) = to
            && store::user::attribute(tx, id, profile, to)?.is_none()
        {
            store::user::set_attribute(tx, id, profile, to, Some(&code))?;
        }
    }
    Ok(())
}

/// Keeps which codes have expired, of any recovery, and takes the published ones out of the claims, in every tenant; the
/// users stay in reset. Called from time to time. Says how many codes there were.
///
/// # Errors
/// Failures of the database.
pub fn clear_expired(tx: &mut Tx<'_>, now: Now, realm: &Realm) -> Result<usize, Error> {
    let mut cleared = 0;
    for tenant in store::recovery::tenants_with_codes(tx)?.into_iter().map(TenantId) {
        let issued_before = now.plus_minutes(-recovery::expiry_minutes(tx, tenant)?).0;
        store::recovery::mark_expired(tx, tenant.0, issued_before, now.0)?;
        for user in store::recovery::with_older_otp(tx, tenant.0, issued_before)? {
            if let Some(user) = User::by_id(tx, user)?
                && !claim::values(tx, realm, &user, &[PUBLISHED_CODE])?.is_empty()
            {
                clear_published_code(tx, realm, &user)?;
                cleared += 1;
            }
        }
    }
    Ok(cleared)
}

#[cfg(test)]
mod tests;
