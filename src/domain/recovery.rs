//! Recoveries: codes that let a user set a new password without the old one.
//!
//! A user has at most one at a time. Codes are random, kept as keyed hashes, good for `Recovery.ExpiryTime` minutes as
//! that setting reads when they are used, and never again once they were found to be too old. They are used up together with
//! everything their use changes. Who may start a recovery, and why, is the business of `forced_reset` and of the faces.

mod forgotten;
mod named;
mod presenter;
mod typed;

pub use forgotten::{Denied, forgot, forgot_quietly, has_link};
pub use named::{Named, all_by_name, by_claims, by_name};
pub use presenter::Presenter;
pub use typed::{count_wrong_code, is_typed, note_wrong_code};

use super::password::{self, NewPassword, Refused};
use super::tenant::{self, Tenant};
use super::{
    Actor, Error, Now, Realm, Secret, TenantId, User, audit, forced_reset, governance, notice, onboarding,
    session, user,
};
use crate::store::recovery::RecoveryRow;
use crate::store::{self, Store, Tx};
use std::sync::Arc;
use typed::the_one;

/// Why a recovery exists; the names are those of IS 5.3.0's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// An administrator forced it; a link was mailed, with or without a one-time password beside it.
    ForcedByLink,
    /// An administrator forced it; there is a one-time password only.
    ForcedByOtp,
    /// The user forgot the password and asked for a link.
    Forgotten,
    /// The user forgot the password and answered the security questions.
    ByQuestions,
    /// The account is new, and its user is to confirm it.
    SelfSignUp,
    /// The account was made by an administrator; its user chooses the password.
    AskPassword,
}

impl Scenario {
    const ALL: [Self; 6] = [
        Self::ForcedByLink,
        Self::ForcedByOtp,
        Self::Forgotten,
        Self::ByQuestions,
        Self::SelfSignUp,
        Self::AskPassword,
    ];

    /// The name in the table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ForcedByLink => "ADMIN_FORCED_PASSWORD_RESET_VIA_EMAIL_LINK",
            Self::ForcedByOtp => "ADMIN_FORCED_PASSWORD_RESET_VIA_OTP",
            Self::Forgotten => "NOTIFICATION_BASED_PW_RECOVERY",
            Self::ByQuestions => "QUESTION_BASED_PWD_RECOVERY",
            Self::SelfSignUp => "SELF_SIGN_UP",
            Self::AskPassword => "ASK_PASSWORD",
        }
    }

    /// The scenario of that name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// Whether an administrator forced it, so that it stands in the way of logins.
    #[must_use]
    pub fn is_forced(self) -> bool {
        matches!(self, Self::ForcedByLink | Self::ForcedByOtp)
    }

    fn step(self) -> &'static str {
        if self == Self::SelfSignUp { CONFIRM_SIGN_UP } else { UPDATE_PASSWORD }
    }
}

/// The step in which a code sets a password.
const UPDATE_PASSWORD: &str = "UPDATE_PASSWORD";
/// The step in which a code confirms an account.
const CONFIRM_SIGN_UP: &str = "CONFIRM_SIGN_UP";
/// The default of `Recovery.ExpiryTime`, also for values that make no sense.
const EXPIRY_MINUTES: i64 = 1_440;

/// Whose code it is, as far as an address says so. One-time passwords are short: two users may have drawn the same.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    /// Name, with or without domain and tenant.
    pub user_name: Option<String>,
    /// User store.
    pub store: Option<String>,
    /// Tenant.
    pub tenant: Option<String>,
}

/// What is wrong with a code.
#[derive(Debug, thiserror::Error)]
pub enum CodeProblem {
    /// There is none.
    #[error("no code")]
    Missing,
    /// 18001: unknown, used, replaced, voided, or of somebody else.
    #[error("invalid code")]
    Invalid,
    /// 18002: its time is over.
    #[error("expired code")]
    Expired,
    /// Below the rules.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<store::Error> for CodeProblem {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Why a new password was not set.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The code.
    #[error(transparent)]
    Code(#[from] CodeProblem),
    /// The password; the code stays good.
    #[error(transparent)]
    Password(#[from] Refused),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Code(CodeProblem::Internal(error))
    }
}

impl From<store::Error> for Refusal {
    fn from(error: store::Error) -> Self {
        Error::from(error).into()
    }
}

impl Refusal {
    /// The error code of the recovery API.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::Code(CodeProblem::Missing | CodeProblem::Invalid) => 18001,
            Self::Code(CodeProblem::Expired) => 18002,
            Self::Code(CodeProblem::Internal(_)) => 18013,
            Self::Password(refused) => refused.code(),
        }
    }

    /// The description that goes with the code. The original echoes the presented code and leaves its format
    /// unfilled when there was none.
    #[must_use]
    pub fn description(&self, presented: &str) -> String {
        let shown = if presented.trim().is_empty() { "%s" } else { presented };
        match self {
            Self::Code(CodeProblem::Missing | CodeProblem::Invalid) => format!("Invalid Code '{shown}.'"),
            Self::Code(CodeProblem::Expired) => format!("Expired Code '{shown}.'"),
            Self::Code(CodeProblem::Internal(_)) => {
                "The server encountered an internal error. Please contact administrator.".to_owned()
            }
            Self::Password(refused) => refused.to_string(),
        }
    }
}

/// A recovery whose code was presented and is good.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Whose.
    pub user: User,
    /// In which tenant.
    pub tenant: Tenant,
    /// Why.
    pub scenario: Scenario,
    id: i64,
    otp_hash: Option<Vec<u8>>,
}

/// The codes of a new recovery.
#[derive(Debug, Clone, Copy, Default)]
pub struct Codes<'a> {
    /// For a mailed link.
    pub link: Option<&'a Secret>,
    /// To be typed at the login form.
    pub otp: Option<&'a Secret>,
}

/// Replaces whatever recovery a user has by a new one; mails with an older code that still wait are dropped.
///
/// # Errors
/// Failures of the database.
pub fn begin(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    scenario: Scenario,
    codes: Codes<'_>,
    forced_by: Option<&str>,
) -> Result<i64, Error> {
    end(tx, now, user)?;
    let link_hash = codes.link.map(|code| realm.key.hash(code));
    let otp_hash = codes.otp.map(|code| realm.key.hash(code));
    Ok(store::recovery::insert(
        tx,
        &store::recovery::NewRecovery {
            user: user.id.0,
            scenario: scenario.name(),
            step: scenario.step(),
            link_hash: link_hash.as_ref().map(<[u8; 32]>::as_slice),
            otp_hash: otp_hash.as_ref().map(<[u8; 32]>::as_slice),
            created_at: now.0,
            forced_by,
        },
    )?)
}

/// Ends a user's recovery without a new password; says which one there was.
///
/// # Errors
/// Failures of the database.
pub fn end(tx: &mut Tx<'_>, now: Now, user: &User) -> Result<Option<RecoveryRow>, Error> {
    let Some(row) = store::recovery::of_user(tx, user.id.0)? else { return Ok(None) };
    store::recovery::delete(tx, row.id)?;
    store::outbox::drop_of_recovery(tx, row.id, now.0)?;
    Ok(Some(row))
}

/// Whether a code could set a password now. Changes nothing.
///
/// # Errors
/// What is wrong with the code.
pub fn check(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    code: &Secret,
    hint: &Hint,
) -> Result<Pending, CodeProblem> {
    find(tx, now, realm, code, hint, UPDATE_PASSWORD)
}

/// Whether a code could confirm an account now. Changes nothing.
///
/// # Errors
/// What is wrong with the code.
pub fn check_confirmation(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    code: &Secret,
    hint: &Hint,
) -> Result<Pending, CodeProblem> {
    find(tx, now, realm, code, hint, CONFIRM_SIGN_UP)
}

/// The recovery whose code is good for a step.
fn find(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    code: &Secret,
    hint: &Hint,
    step: &str,
) -> Result<Pending, CodeProblem> {
    let code = code.trimmed();
    if code.reveal().is_empty() {
        return Err(CodeProblem::Missing);
    }
    let hash = realm.key.hash(&code);
    // A mailed code is unique and says by itself whose it is: its page works without parameters, and with wrong ones.
    let row = match store::recovery::by_link(tx, &hash)? {
        Some(row) => row,
        None => the_one(realm, store::recovery::by_otp(tx, &hash)?, hint, tx)?,
    };
    let scenario = Scenario::of(&row.scenario).filter(|_| row.step == step);
    let scenario = scenario.ok_or(CodeProblem::Invalid)?;
    let tenant = tenant::by_id(tx, TenantId(row.tenant))?.filter(|tenant| tenant.active);
    let tenant = tenant.ok_or(CodeProblem::Invalid)?;
    if row.voided_at.is_some() && row.otp_hash.as_deref() == Some(hash.as_slice()) {
        return Err(CodeProblem::Invalid);
    }
    if is_over(now, (row.created_at, row.expired_at), expiry_minutes(tx, tenant.id)?) {
        return Err(CodeProblem::Expired);
    }
    let user = User::by_id(tx, row.user)?.ok_or(CodeProblem::Invalid)?;
    // Nor of a user store that was taken out of use; it is good again once the store is.
    match user::check_domain(tx, user.tenant, &user.domain) {
        Err(Error::UnknownDomain) => return Err(CodeProblem::Invalid),
        other => other?,
    }
    Ok(Pending { user, tenant, scenario, id: row.id, otp_hash: row.otp_hash })
}

/// What a completed recovery tells its face.
#[derive(Debug, Clone)]
pub struct Completed {
    /// Who has a new password.
    pub user: User,
    /// In which tenant.
    pub tenant: Tenant,
}

/// Sets a new password by a code, in one piece: the code is used up, the password stored, the account unlocked, its
/// counters and published code cleared, its sessions ended, the mail about it queued. A refused password leaves the
/// code as it was.
///
/// # Errors
/// What is wrong with the code or the password.
pub fn complete(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    code: &Secret,
    hint: &Hint,
    new: &NewPassword,
    presenter: &Presenter,
) -> Result<Completed, Refusal> {
    let pending = check(tx, now, realm, code, hint)?;
    let Pending { user, tenant, scenario, .. } = &pending;
    password::check(tx, realm, tenant.id, user.id.0, &user.name, new)??;
    if is_unchanged(tx, realm, &pending, code, new)? {
        return Err(Refused::Unchanged.into());
    }
    if !store::recovery::delete(tx, pending.id)? {
        return Err(CodeProblem::Invalid.into());
    }
    store::outbox::drop_of_recovery(tx, pending.id, now.0)?;
    match scenario {
        Scenario::ForcedByLink | Scenario::ForcedByOtp => forced_reset::release(tx, now, realm, user)?,
        Scenario::AskPassword => onboarding::finish(tx, user)?,
        Scenario::Forgotten | Scenario::ByQuestions | Scenario::SelfSignUp => {}
    }
    replace_password(tx, now, realm, tenant, user, new, &presenter.properties)?;
    if scenario.is_forced() {
        let system = Actor::system(tenant);
        let (action, data) = ("Complete Forced Password Reset", presenter.audited());
        audit::record(tx, now, &system, action, &user.display_name(), &data)?;
    }
    Ok(Completed { user: pending.user, tenant: pending.tenant })
}

/// What every recovery ends with: the checked password is stored, the user's sessions end, and he is told if the tenant
/// wants him to be.
///
/// # Errors
/// Failures of the database.
pub(super) fn replace_password(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: &Tenant,
    user: &User,
    new: &NewPassword,
    properties: &[(String, String)],
) -> Result<(), Error> {
    password::set(tx, now, tenant.id, user.id.0, new)?;
    session::close_all(tx, user.id)?;
    let system = Actor::system(tenant);
    audit::record(tx, now, &system, "Change Password by Administrator", &user.display_name(), "")?;
    if governance::flag(tx, tenant.id, governance::MAILS_ITSELF)?
        && governance::flag(tx, tenant.id, "Recovery.NotifySuccess")?
    {
        notice::tell(tx, now, realm, user, notice::RESET_DONE, properties)?;
    }
    Ok(())
}

/// [`complete`] with everything around it, for faces: looks at the code and the text first, hashes outside the
/// transaction. Blocks; never call it on an async thread.
///
/// # Errors
/// As [`complete`].
pub fn set_password(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    code: &Secret,
    hint: &Hint,
    plain: &Secret,
    presenter: &Presenter,
) -> Result<Completed, Refusal> {
    let earlier = store.read(|tx| {
        let Pending { user, tenant, .. } = check(tx, now, realm, code, hint)?;
        password::check_text(tx, realm, tenant.id, &user.name, plain)??;
        Ok::<_, Refusal>(password::earlier(tx, tenant.id, user.id.0)?)
    })?;
    let new = password::prepare(plain.clone(), &earlier)?;
    let (realm, code, hint, presenter) = (Arc::clone(realm), code.clone(), hint.clone(), presenter.clone());
    store.write_blocking(move |tx| complete(tx, now, &realm, &code, &hint, &new, &presenter))
}

/// Neither the present password nor the one-time password becomes the new one.
fn is_unchanged(
    tx: &mut Tx<'_>,
    realm: &Realm,
    pending: &Pending,
    code: &Secret,
    new: &NewPassword,
) -> Result<bool, Error> {
    let current = store::login::credential(tx, pending.user.id.0)?.unwrap_or_default();
    let otp = pending.otp_hash.as_deref().is_some_and(|hash| is_code(realm, new.plain(), hash));
    Ok(otp || code.matches(new.plain().reveal()) || new.equals(&current.into()))
}

/// Whether a presented text, which may have been pasted with blanks around it, is the code of that hash; in constant time.
#[must_use]
pub fn is_code(realm: &Realm, presented: &Secret, hash: &[u8]) -> bool {
    use subtle::ConstantTimeEq;
    realm.key.hash(&presented.trimmed()).ct_eq(hash).into()
}

/// The tenant's `Recovery.ExpiryTime`, in minutes. Values that are no positive number count as the default.
///
/// # Errors
/// Failures of the database.
pub fn expiry_minutes(tx: &mut Tx<'_>, tenant: TenantId) -> Result<i64, Error> {
    let minutes = governance::number(tx, tenant, "Recovery.ExpiryTime")?;
    Ok(if minutes > 0 { minutes } else { EXPIRY_MINUTES })
}

/// Whether a code that was issued at one moment, and perhaps found to be too old at another, is so. Once it was, no longer
/// time that is set later brings it back.
#[must_use]
pub fn is_over(now: Now, (issued, expired): (i64, Option<i64>), minutes: i64) -> bool {
    // A clock that was ahead when they were looked at is no reason.
    expired.is_some_and(|at| at <= now.0) || has_expired(now, issued, minutes)
}

/// A code is good to the last millisecond of its last minute.
#[must_use]
pub fn has_expired(now: Now, created_at: i64, minutes: i64) -> bool {
    now > Now(created_at).plus_minutes(minutes)
}

#[cfg(test)]
mod tests;
