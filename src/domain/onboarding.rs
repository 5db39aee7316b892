//! Users who finish the account that was made for them: a mailed link has them confirm their address or choose their
//! password (IS 5.3.0, UserEmailVerificationHandler).
//!
//! A claim that comes with the new user asks for it, and is not kept. It means something while the tenant's *User
//! Onboarding* is on; otherwise it is a claim like any other. Until the user has followed the link he is locked, if the tenant
//! wants that. As in the original, that keeps out who is to choose a password only while the tenant locks accounts at all, and
//! who is to confirm his address in any case.

use super::claim::Changes;
use super::lockout::{self, LOCKED};
use super::recovery::{self, CodeProblem, Codes, Completed, Hint, Pending, Scenario};
use super::{Actor, Error, Now, Realm, Secret, TenantId, User, audit, governance, notice, otp};
use crate::store::{self, Tx};
use std::borrow::Cow;

const ENABLED: &str = "EmailVerification.Enable";
const LOCKS: &str = "EmailVerification.LockOnCreation";
const MAILS: &str = "EmailVerification.Notification.InternallyManage";

/// What tells that the user has an address where mails reach him.
const VERIFIED: &str = "http://wso2.org/claims/identity/emailVerified";

/// What a new user has to do himself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// To confirm that mails reach him.
    ConfirmAddress,
    /// To choose his password; nobody is told the one he was added with.
    ChoosePassword,
}

impl Task {
    /// Where a user is asked for both, he confirms.
    pub const ALL: [Self; 2] = [Self::ConfirmAddress, Self::ChoosePassword];

    /// The claim that asks for it.
    #[must_use]
    pub fn claim(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "http://wso2.org/claims/identity/verifyEmail",
            Self::ChoosePassword => "http://wso2.org/claims/identity/askPassword",
        }
    }

    fn scenario(self) -> Scenario {
        match self {
            Self::ConfirmAddress => Scenario::SelfSignUp,
            Self::ChoosePassword => Scenario::AskPassword,
        }
    }

    fn mail(self) -> &'static str {
        match self {
            Self::ConfirmAddress => notice::CONFIRM_ADDRESS,
            Self::ChoosePassword => notice::CHOOSE_PASSWORD,
        }
    }
}

/// Whether the tenant has new users finish their accounts.
///
/// # Errors
/// Failures of the database.
pub fn is_enabled(tx: &mut Tx<'_>, tenant: TenantId) -> Result<bool, Error> {
    governance::flag(tx, tenant, ENABLED)
}

/// What the claims of a new user ask of him, and the claims that are left to be written.
///
/// # Errors
/// Failures of the database.
pub fn asked<'c>(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    claims: &'c Changes,
) -> Result<(Option<Task>, Cow<'c, Changes>), Error> {
    let said = |task: &Task| claims.get(task.claim()).is_some();
    if !Task::ALL.iter().any(said) || !is_enabled(tx, tenant)? {
        return Ok((None, Cow::Borrowed(claims)));
    }
    let is_asked = |task: &Task| lockout::is_true(claims.get(task.claim()).flatten());
    let task = Task::ALL.into_iter().find(is_asked);
    let mut left = claims.clone();
    Task::ALL.iter().for_each(|task| left.remove(task.claim()));
    Ok((task, Cow::Owned(left)))
}

/// Locks a user who was just added until he has done what is asked of him, and mails him the link to do it with.
///
/// # Errors
/// [`Error::Refused`] when the mail cannot be made; who adds him then has added nobody.
pub(super) fn begin(tx: &mut Tx<'_>, now: Now, realm: &Realm, user: &User, task: Task) -> Result<(), Error> {
    if governance::flag(tx, user.tenant, LOCKS)? {
        store::user::set_identity_claim(tx, user.id.0, LOCKED, Some("true"))?;
    }
    // An application that sends its own mails only wants the lock.
    if !governance::flag(tx, user.tenant, MAILS)? {
        return Ok(());
    }
    let mail = notice::prepare(tx, realm, user, task.mail(), &Changes::default())?;
    let code = otp::link_code();
    let codes = Codes { link: Some(&code), otp: None };
    let id = recovery::begin(tx, now, realm, user, task.scenario(), codes, None)?;
    let carried = notice::Carried {
        code: Some(code.reveal()),
        properties: &[],
        recovery: Some(id),
        minutes: Some(recovery::expiry_minutes(tx, user.tenant)?),
    };
    notice::queue(tx, now, realm, user, &mail, carried)
}

/// What a new user is to do, as long as he has not done it.
fn pending(tx: &mut Tx<'_>, user: &User) -> Result<Option<Task>, Error> {
    let row = store::recovery::of_user(tx, user.id.0)?;
    let scenario = row.and_then(|row| Scenario::of(&row.scenario));
    Ok(Task::ALL.into_iter().find(|task| Some(task.scenario()) == scenario))
}

/// Ends what a new user is to do: an administrator has locked or unlocked him, and no mail of before undoes that.
///
/// # Errors
/// Failures of the database.
pub(super) fn withdraw(tx: &mut Tx<'_>, now: Now, user: &User) -> Result<(), Error> {
    if pending(tx, user)?.is_some() {
        recovery::end(tx, now, user)?;
    }
    Ok(())
}

/// Lets a user in who was to choose a password and has one of an administrator's now. Whoever has the link, at an address that
/// was perhaps mistyped, chooses none any more.
///
/// # Errors
/// Failures of the database.
pub(super) fn password_is_set(tx: &mut Tx<'_>, now: Now, user: &User) -> Result<(), Error> {
    if pending(tx, user)? == Some(Task::ChoosePassword) {
        recovery::end(tx, now, user)?;
        finish(tx, user)?;
    }
    Ok(())
}

/// Lets a user in who has chosen his password.
///
/// # Errors
/// Failures of the database.
pub(super) fn finish(tx: &mut Tx<'_>, user: &User) -> Result<(), Error> {
    lockout::release(tx, user)
}

/// Lets the user of a code in, who thereby has shown that mails reach him. The code is used up.
///
/// # Errors
/// What is wrong with the code.
pub fn confirm(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    code: &Secret,
    hint: &Hint,
) -> Result<Completed, CodeProblem> {
    let Pending { user, tenant, .. } = recovery::check_confirmation(tx, now, realm, code, hint)?;
    recovery::end(tx, now, &user)?;
    finish(tx, &user)?;
    store::user::set_identity_claim(tx, user.id.0, VERIFIED, Some("true"))?;
    audit::record(tx, now, &Actor::system(&tenant), "Confirm User Account", &user.display_name(), "")?;
    Ok(Completed { user, tenant })
}

#[cfg(test)]
mod tests;
