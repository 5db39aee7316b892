//! The one login decision: for the browser, for basic authentication and for AuthenticationAdmin.
//!
//! The order of the checks is IS 5.3.0's; deviations are said where they are made. A decision takes one Argon2
//! verification per user who may be meant, and one when there is none, whatever the outcome: time tells nobody which
//! user exists or in which state he is. Nothing is kept between requests but rows.

use super::credential::{self, Credential, Proof};
use super::lockout::{self, Counted, Counters, Locking};
use super::name::{QualifiedName, folded};
use super::recovery::{self, Scenario};
use super::tenant::{self, Tenant};
use super::{Actor, Error, Now, Realm, Secret, User, UserId, forced_reset, session};
use crate::store::login::{Candidate, Pending};
use crate::store::{self, Store, Tx};
use std::sync::Arc;

/// A password that had to be changed counts for a day after it was set (the JDBC user store).
const CHANGE_WITHIN: i64 = 24 * 3_600_000;

/// What somebody presents.
#[derive(Debug, Clone)]
pub struct Presented {
    /// As typed: with or without `DOMAIN/` and `@tenant`.
    pub user_name: String,
    /// A password, or a one-time password.
    pub password: Secret,
}

/// Through which door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The login form; the only place where a one-time password can be redeemed.
    Browser,
    /// Basic authentication and AuthenticationAdmin.
    Services,
}

/// Somebody who is in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The user's tenant.
    pub tenant: Tenant,
    /// The user.
    pub user: User,
    /// The name a session shows: as typed, without the tenant, with the domain prefix if one was typed.
    pub session_name: String,
    /// Under which `credential::Verified` remembers this login.
    pub proof: Proof,
    credential: Credential,
}

impl SignedIn {
    /// The user as the one who acts.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::of(&self.tenant, &self.user, &self.session_name)
    }
}

/// A right one-time password at the login form.
#[derive(Debug, Clone)]
pub struct RightCode {
    /// The user's tenant.
    pub tenant: Tenant,
    /// The user.
    pub user: User,
    /// The code, for the address of the reset page.
    pub code: Secret,
}

/// How an attempt ended.
#[derive(Debug)]
pub enum Outcome {
    /// The password is right and nothing stands in the way.
    In(SignedIn),
    /// A pending reset's one-time password: the browser goes on to the reset page.
    Redeem(RightCode),
    /// Everything else. What of it is shown is the face's business; by default nothing.
    Refused(Refusal),
}

/// Why somebody does not get in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No tenant has this domain.
    UnknownTenant,
    /// The tenant is deactivated.
    InactiveTenant,
    /// 17001
    UnknownUser,
    /// The attribute `active` says no.
    Inactive,
    /// 17002 while accounts are locked after failures, no code otherwise.
    WrongPassword {
        /// Failures so far, when they are counted.
        counted: Option<Attempts>,
    },
    /// 17003; the original reports no attempts left, both when the lock falls and while it lasts.
    Locked,
    /// 17004
    Disabled,
    /// 17005
    Unconfirmed,
    /// 17006
    ResetByLink,
    /// 17007: the right one-time password where it cannot be redeemed. It stays good.
    ResetElsewhere,
    /// 17008; also a code that has expired or was voided, which the original lets pass here.
    WrongCode,
}

/// Failures against the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failures so far.
    pub failed: i64,
    /// The one that locks.
    pub max: i64,
}

impl Refusal {
    /// The error code of IS 5.3.0, shown only under `showAuthFailureReason`.
    #[must_use]
    pub fn code(self) -> Option<u32> {
        match self {
            Self::UnknownTenant
            | Self::InactiveTenant
            | Self::Inactive
            | Self::WrongPassword { counted: None } => None,
            Self::UnknownUser => Some(17001),
            Self::WrongPassword { counted: Some(_) } => Some(17002),
            Self::Locked => Some(17003),
            Self::Disabled => Some(17004),
            Self::Unconfirmed => Some(17005),
            Self::ResetByLink => Some(17006),
            Self::ResetElsewhere => Some(17007),
            Self::WrongCode => Some(17008),
        }
    }

    /// The name under which refusals are counted for the operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownTenant => "unknown_tenant",
            Self::InactiveTenant => "inactive_tenant",
            Self::UnknownUser => "unknown_user",
            Self::Inactive => "inactive_user",
            Self::WrongPassword { .. } => "wrong_password",
            Self::Locked => "locked",
            Self::Disabled => "disabled",
            Self::Unconfirmed => "unconfirmed",
            Self::ResetByLink => "reset_by_link",
            Self::ResetElsewhere => "reset_elsewhere",
            Self::WrongCode => "wrong_code",
        }
    }
}

/// Whom a typed name may mean.
enum Known {
    Nobody(Refusal),
    Users(Asked),
}

/// The users of that name and what of their tenant matters.
struct Asked {
    tenant: Tenant,
    session_name: String,
    rules: Rules,
    candidates: Vec<Candidate>,
}

/// The settings of the tenant that a decision depends on.
#[derive(Clone, Copy)]
struct Rules {
    locking: Option<Locking>,
    expiry_minutes: i64,
    face: Face,
}

/// What one candidate comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
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

/// Whether this very login succeeded within the last minute and still would: no hash, no write, for the basic
/// authentication of every call. `None` means that only [`attempt`] can tell.
///
/// # Errors
/// Failures of the database.
pub fn recognise(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    presented: &Presented,
) -> Result<Option<SignedIn>, Error> {
    let Known::Users(asked) = look(tx, realm, presented, Face::Services)? else { return Ok(None) };
    for candidate in &asked.candidates {
        let stored = Credential::from(candidate.credential.clone());
        let proof = realm.verified.proof(asked.tenant.id.0, candidate.user, &stored, &presented.password);
        if realm.verified.holds(now, proof)
            && judge(now, realm, asked.rules, candidate, presented, true) == Verdict::In
            && (asked.rules.locking.is_none() || Counters::are_clear(candidate))
        {
            return Ok(Some(signed_in(&asked, candidate, stored, proof)));
        }
    }
    Ok(None)
}

/// Decides about a login and records what has to be: counters, wrong codes, a better hash. Every refusal costs one
/// hash and one small write, so that none can be told from another by its time. Blocks; never call it on an async
/// thread.
///
/// # Errors
/// Failures of the database.
pub fn attempt(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    presented: &Presented,
    face: Face,
) -> Result<Outcome, Error> {
    loop {
        let asked = match store.read(|tx| look(tx, realm, presented, face))? {
            Known::Users(asked) => asked,
            Known::Nobody(refusal) => {
                credential::verify_nobody(&presented.password);
                store.write_blocking(move |tx| store::login::tally(tx, refusal.name()))?;
                return Ok(Outcome::Refused(refusal));
            }
        };
        let decided = decide(now, realm, presented, &asked)?;
        let silent = decided.iter().all(|one| one.upgrade.is_none())
            && match decided.last().map(|one| (one.verdict, &one.candidate)) {
                Some((Verdict::In, candidate)) => {
                    asked.rules.locking.is_none() || Counters::are_clear(candidate)
                }
                Some((Verdict::Redeem, _)) => true,
                _ => false,
            };
        if silent {
            return Ok(conclude(now, realm, presented, asked, decided));
        }
        let (kept, given) = (Arc::clone(realm), presented.clone());
        let recorded = store.write_blocking(move |tx| {
            let outcome = record(tx, now, &kept, &given, &asked, decided)?;
            Ok::<_, Error>(outcome.map(|decided| (asked, decided)))
        })?;
        // A credential changed between the hash and the write; the next round looks at the new one.
        if let Some((asked, decided)) = recorded {
            return Ok(conclude(now, realm, presented, asked, decided));
        }
    }
}

/// A candidate with the verdict about him.
struct Decided {
    candidate: Candidate,
    right: bool,
    verdict: Verdict,
    upgrade: Option<Credential>,
}

/// Verifies the password against the candidates in turn, until one decides the matter.
fn decide(now: Now, realm: &Realm, presented: &Presented, asked: &Asked) -> Result<Vec<Decided>, Error> {
    let mut decided = Vec::with_capacity(asked.candidates.len());
    for candidate in &asked.candidates {
        let stored = Credential::from(candidate.credential.clone());
        let right = stored.verify(&presented.password);
        let verdict = judge(now, realm, asked.rules, candidate, presented, right);
        let upgrade = match verdict {
            Verdict::In if stored.needs_upgrade() => Some(Credential::hash(&presented.password)?),
            _ => None,
        };
        if verdict == Verdict::In {
            // The name was meant for the store where the password fits: the others' failures were none.
            decided.clear();
        }
        decided.push(Decided { candidate: candidate.clone(), right, verdict, upgrade });
        if verdict != Verdict::WrongPassword {
            break;
        }
    }
    Ok(decided)
}

/// Opens a session for somebody who is in. `None` when that no longer holds: a reset forced, or a password changed,
/// between the decision and this write is not slipped past.
///
/// # Errors
/// Failures of the database.
pub fn open_session(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    signed_in: &SignedIn,
    kind: session::Kind,
    idle_minutes: i64,
) -> Result<Option<Secret>, Error> {
    if !still_stands(tx, now, realm, signed_in)? {
        return Ok(None);
    }
    session::open(tx, now, kind, &signed_in.actor(), idle_minutes).map(Some)
}

/// Whether a login decided earlier still stands: same password, nothing in the way.
fn still_stands(tx: &mut Tx<'_>, now: Now, realm: &Realm, signed_in: &SignedIn) -> Result<bool, Error> {
    let Some(candidate) = store::login::by_user(tx, signed_in.user.id.0)? else { return Ok(false) };
    if candidate.credential != signed_in.credential.stored() {
        return Ok(false);
    }
    let Some(tenant) = tenant::find(tx, &signed_in.tenant.domain)?.filter(|tenant| tenant.active) else {
        return Ok(false);
    };
    let rules = rules(tx, &tenant, Face::Services)?;
    // The password is not needed again: a pending reset refuses before it is looked at.
    let presented = Presented { user_name: String::new(), password: Secret::default() };
    Ok(judge(now, realm, rules, &candidate, &presented, true) == Verdict::In)
}

/// Finds whom the typed name may mean.
fn look(tx: &mut Tx<'_>, realm: &Realm, presented: &Presented, face: Face) -> Result<Known, Error> {
    let (name, domain) = tenant::split_name(realm, &presented.user_name);
    let Some(tenant) = tenant::find(tx, &domain)? else { return Ok(Known::Nobody(Refusal::UnknownTenant)) };
    if !tenant.active {
        return Ok(Known::Nobody(Refusal::InactiveTenant));
    }
    let qualified = QualifiedName::parse(&name);
    let folded_name = folded(&qualified.name);
    let candidates = match &qualified.domain {
        Some(domain) => store::login::in_store(tx, tenant.id.0, domain, &folded_name)?.into_iter().collect(),
        None => store::login::in_chain(tx, tenant.id.0, &folded_name)?,
    };
    if candidates.is_empty() {
        return Ok(Known::Nobody(Refusal::UnknownUser));
    }
    let rules = rules(tx, &tenant, face)?;
    Ok(Known::Users(Asked { tenant, session_name: name, rules, candidates }))
}

fn rules(tx: &mut Tx<'_>, tenant: &Tenant, face: Face) -> Result<Rules, Error> {
    Ok(Rules {
        locking: lockout::settings(tx, tenant.id)?,
        expiry_minutes: recovery::expiry_minutes(tx, tenant.id)?,
        face,
    })
}

/// The checks in their order. `right` says whether the presented password is the stored one.
fn judge(
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
    let overdue =
        candidate.require_change && now.0 > candidate.password_changed_at.saturating_add(CHANGE_WITHIN);
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
    if recovery::has_expired(now, pending.created_at, rules.expiry_minutes) {
        return Verdict::ExpiredCode;
    }
    match rules.face {
        Face::Browser => Verdict::Redeem,
        Face::Services => Verdict::Refused(Refusal::ResetElsewhere),
    }
}

/// Decides again over what is true now and writes down what follows from it. `None` when a password was changed
/// since it was verified.
fn record(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    presented: &Presented,
    asked: &Asked,
    mut decided: Vec<Decided>,
) -> Result<Option<Vec<Decided>>, Error> {
    for one in &mut decided {
        let Some(fresh) = store::login::by_user(tx, one.candidate.user)? else { return Ok(None) };
        if fresh.credential != one.candidate.credential {
            return Ok(None);
        }
        one.candidate = fresh;
        one.verdict = judge(now, realm, asked.rules, &one.candidate, presented, one.right);
    }
    for one in &mut decided {
        one.verdict = note(tx, now, realm, asked, one)?;
    }
    if let Some(refusal) = decided.last().and_then(Decided::refusal) {
        store::login::tally(tx, refusal.name())?;
    }
    Ok(Some(decided))
}

/// What follows from one verdict.
fn note(tx: &mut Tx<'_>, now: Now, realm: &Realm, asked: &Asked, one: &Decided) -> Result<Verdict, Error> {
    let user = user_of(&asked.tenant, &one.candidate);
    let locking = asked.rules.locking;
    match one.verdict {
        Verdict::In => {
            if locking.is_some() && !Counters::are_clear(&one.candidate) {
                lockout::clear(tx, now, realm, &user, &one.candidate)?;
            }
            if let Some(better) = &one.upgrade {
                store::login::upgrade_credential(
                    tx,
                    one.candidate.user,
                    &one.candidate.credential,
                    better.stored(),
                )?;
            }
        }
        Verdict::WrongPassword => {
            if let Some(locking) = locking {
                return count(tx, now, realm, locking, &user, &one.candidate).map(Verdict::Refused);
            }
        }
        Verdict::WrongCode { count: true } => {
            if let Some(pending) = &one.candidate.recovery {
                recovery::count_wrong_code(tx, now, realm, &user, pending.id)?;
            }
            if let Some(locking) = locking {
                lockout::count_failure(tx, now, realm, locking, &user, &one.candidate)?;
            }
        }
        Verdict::ExpiredCode => forced_reset::clear_published_code(tx, realm, &user)?,
        Verdict::WrongCode { count: false } | Verdict::Redeem | Verdict::Refused(_) => {}
    }
    Ok(one.verdict)
}

fn count(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    locking: Locking,
    user: &User,
    candidate: &Candidate,
) -> Result<Refusal, Error> {
    Ok(match lockout::count_failure(tx, now, realm, locking, user, candidate)? {
        Counted::Locked => Refusal::Locked,
        Counted::Failed { attempts } => {
            Refusal::WrongPassword { counted: Some(Attempts { failed: attempts, max: locking.max_attempts }) }
        }
    })
}

/// Turns the verdict about the last candidate, who is the one that counts, into the outcome.
fn conclude(
    now: Now,
    realm: &Realm,
    presented: &Presented,
    asked: Asked,
    mut decided: Vec<Decided>,
) -> Outcome {
    let Some(one) = decided.pop() else { return Outcome::Refused(Refusal::UnknownUser) };
    if let Some(refusal) = one.refusal() {
        return Outcome::Refused(refusal);
    }
    if one.verdict == Verdict::Redeem {
        let user = user_of(&asked.tenant, &one.candidate);
        return Outcome::Redeem(RightCode { tenant: asked.tenant, user, code: presented.password.clone() });
    }
    let stored = one.upgrade.unwrap_or_else(|| Credential::from(one.candidate.credential.clone()));
    let proof = realm.verified.proof(asked.tenant.id.0, one.candidate.user, &stored, &presented.password);
    realm.verified.remember(now, proof);
    Outcome::In(signed_in(&asked, &one.candidate, stored, proof))
}

impl Decided {
    /// What the verdict refuses, if it does.
    fn refusal(&self) -> Option<Refusal> {
        match self.verdict {
            Verdict::In | Verdict::Redeem => None,
            Verdict::WrongPassword => Some(Refusal::WrongPassword { counted: None }),
            Verdict::Refused(refusal) => Some(refusal),
            Verdict::WrongCode { .. } | Verdict::ExpiredCode => {
                // With both options on, the link is what the page speaks of.
                let pending = self.candidate.recovery.as_ref();
                let scenario = pending.and_then(|pending| Scenario::of(&pending.scenario));
                Some(if scenario == Some(Scenario::ForcedByLink) {
                    Refusal::ResetByLink
                } else {
                    Refusal::WrongCode
                })
            }
        }
    }
}

fn signed_in(asked: &Asked, candidate: &Candidate, credential: Credential, proof: Proof) -> SignedIn {
    SignedIn {
        tenant: asked.tenant.clone(),
        user: user_of(&asked.tenant, candidate),
        session_name: asked.session_name.clone(),
        proof,
        credential,
    }
}

fn user_of(tenant: &Tenant, candidate: &Candidate) -> User {
    User {
        id: UserId(candidate.user),
        tenant: tenant.id,
        domain: candidate.domain.clone(),
        name: candidate.name.clone(),
    }
}

#[cfg(test)]
mod tests;
