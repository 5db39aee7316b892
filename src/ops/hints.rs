//! Words about claims that were stored and do not do what their names say, for who types them. The services say nothing, as
//! the original does.

use crate::domain::claim::Changes;
use crate::domain::onboarding::{self, Task};
use crate::domain::{Error, TenantId, forced_reset, lockout};
use crate::store::Tx;

fn is_set(claims: &Changes, uri: &str) -> bool {
    lockout::is_true(claims.get(uri).flatten())
}

/// What to say of claims of a user who is there.
pub(super) fn of_claims(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    claims: &Changes,
) -> Result<Option<&'static str>, Error> {
    if is_set(claims, forced_reset::TRIGGER) && forced_reset::Options::of(tx, tenant)?.check().is_err() {
        return Ok(Some(
            "this forces no reset: switch an option on first, such as governance set Recovery.AdminPasswordReset.OTP true",
        ));
    }
    if is_set(claims, lockout::LOCKED) && lockout::settings(tx, tenant)?.is_none() {
        return Ok(Some(
            "this keeps nobody out: switch locking on first, governance set account.lock.handler.enable true",
        ));
    }
    Ok(None)
}

/// What to say of claims that a new user comes with.
pub(super) fn of_new_user(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    claims: &Changes,
) -> Result<Option<&'static str>, Error> {
    if is_set(claims, forced_reset::TRIGGER) {
        return Ok(Some("this forces no reset: set the claim once the user is there, with claim set"));
    }
    let is_asked = Task::ALL.iter().any(|task| is_set(claims, task.claim()));
    if is_asked && !onboarding::is_enabled(tx, tenant)? {
        return Ok(Some(
            "this mails no link: switch it on first, governance set EmailVerification.Enable true",
        ));
    }
    of_claims(tx, tenant, claims)
}
