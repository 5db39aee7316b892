//! The checks of a login in their order: one user, what was presented, one verdict. Reads nothing, writes nothing.

use super::{Face, Presented, Refusal};
use crate::domain::idle_account;
use crate::domain::lockout::{self, Counters, Locking};
use crate::domain::name::PRIMARY;
use crate::domain::recovery::{self, Scenario};
use crate::domain::tenant::Tenant;
use crate::domain::{Error, Now, Realm};
use crate::store::Tx;
use crate::store::login::{Candidate, Pending};

/// A password that had to be changed counts for a day after it was set in a secondary store, which is one over JDBC. The
/// primary one is a directory, and forgets that it had to be (IS 5.3.0): whoever came with a file would else be gone by
/// the next day.
const CHANGE_WITHIN: i64 = 24 * 3_600_000;

/// The settings of the tenant that a decision depends on.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) locking: Option<Locking>,
    pub(super) expiry_minutes: i64,
    /// Whether logins are noted.
    pub(super) notes_logins: bool,
    pub(super) face: Face,
}

/// What one candidate comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    In,
    Redeem,
    WrongPassword,
    /// Not the code; counted unless it was the old password, which clients keep presenting on their own.
    WrongCode {
        count: bool,
    },
    ExpiredCode,
    Refused(Refusal),
}

impl Rules {
    pub(super) fn of(tx: &mut Tx<'_>, tenant: &Tenant, face: Face) -> Result<Self, Error> {
        Ok(Self {
            locking: lockout::settings(tx, tenant.id)?,
            expiry_minutes: recovery::expiry_minutes(tx, tenant.id)?,
            notes_logins: idle_account::is_on(tx, tenant.id)?,
            face,
        })
    }
}

/// The checks in their order. `right` says whether the presented password is the stored one.
pub(super) fn judge(
    now: Now,
    realm: &Realm,
    rules: Rules,
    candidate: &Candidate,
    presented: &Presented,
    right: bool,
) -> Verdict {
    let [disabled, ..] = &candidate.claims;
    // The SCIM listener comes before the governance one.
    if candidate
        .active
        .as_deref()
        .is_some_and(|active| !active.is_empty() && !active.eq_ignore_ascii_case("true"))
    {
        return Verdict::Refused(Refusal::Inactive);
    }
    if lockout::is_true(disabled.as_deref()) {
        return Verdict::Refused(Refusal::Disabled);
    }
    let scenario = candidate.recovery.as_ref().and_then(|pending| Scenario::of(&pending.scenario));
    if let (Some(pending), Some(scenario)) = (&candidate.recovery, scenario)
        && scenario.is_forced()
    {
        return judge_pending(now, realm, rules, pending, presented, right);
    }
    let counters = Counters::of(candidate);
    if counters.locked && scenario == Some(Scenario::SelfSignUp) {
        return Verdict::Refused(Refusal::Unconfirmed);
    }
    // Without the feature `accountLocked` alone blocks nothing, as in the original.
    if rules.locking.is_some() && counters.holds(now) {
        return Verdict::Refused(Refusal::Locked);
    }
    let overdue = candidate.require_change
        && candidate.domain != PRIMARY
        && now.0 > candidate.password_changed_at.saturating_add(CHANGE_WITHIN);
    if right && !overdue { Verdict::In } else { Verdict::WrongPassword }
}

/// A reset is pending: only its one-time password matters, and only at the login form.
fn judge_pending(
    now: Now,
    realm: &Realm,
    rules: Rules,
    pending: &Pending,
    presented: &Presented,
    right: bool,
) -> Verdict {
    let Some(hash) = &pending.otp_hash else { return Verdict::Refused(Refusal::ResetByLink) };
    if pending.voided_at.is_some() {
        return Verdict::WrongCode { count: false };
    }
    if !recovery::is_code(realm, &presented.password, hash) {
        return Verdict::WrongCode { count: !right };
    }
    if recovery::is_over(now, (pending.created_at, pending.expired_at), rules.expiry_minutes) {
        return Verdict::ExpiredCode;
    }
    match rules.face {
        Face::Browser => Verdict::Redeem,
        Face::Services => Verdict::Refused(Refusal::ResetElsewhere),
    }
}
