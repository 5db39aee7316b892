//! The one login decision: for the browser, for basic authentication and for AuthenticationAdmin.
//!
//! The order of the checks is IS 5.3.0's; deviations are said where they are made. A decision takes one Argon2
//! verification per user who may be meant, and one when there is none, whatever the outcome: time tells nobody which
//! user exists or in which state he is. Nothing is kept between requests but rows.

mod present;
mod refusal;
mod verdict;

pub use present::prove;
pub use refusal::{Attempts, Refusal};

use super::credential::{self, Credential, Proof};
use super::lockout::{self, Counted, Counters, Locking};
use super::name::{QualifiedName, folded, shown};
use super::recovery::{self, Scenario};
use super::tenant::{self, Tenant};
use super::{Actor, Error, Now, Realm, Secret, User, UserId, forced_reset, idle_account, session};
use crate::store::login::Candidate;
use crate::store::{self, Store, Tx};
use std::sync::Arc;
use verdict::{Rules, Verdict, judge};

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
    /// The login form, also the console's; the only place where a one-time password can be redeemed.
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

    /// With the domain of a secondary store in the session's name, although it was not typed (IS 5.3.0,
    /// AuthenticationAdmin).
    #[must_use]
    pub fn with_store_in_name(mut self) -> Self {
        if QualifiedName::parse(&self.session_name).domain.is_none() {
            self.session_name = shown(&self.user.domain, &self.session_name);
        }
        self
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
    candidates: Vec<Arc<Candidate>>,
}

impl Asked {
    /// Whether a right password changes no counter: the tenant counts no failures, or none was counted.
    fn has_nothing_to_clear(&self, candidate: &Candidate) -> bool {
        self.rules.locking.is_none() || Counters::are_clear(candidate)
    }
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
    let Known::Users(asked) = look(tx, realm, &presented.user_name, Face::Services)? else { return Ok(None) };
    for candidate in &asked.candidates {
        let stored = Credential::from(candidate.credential.clone());
        let proof = realm.verified.proof(asked.tenant.id.0, candidate.user, &stored, &presented.password);
        if is_remembered(now, realm, &asked, candidate, presented, proof) {
            return Ok(Some(signed_in(&asked, candidate, stored, proof)));
        }
    }
    Ok(None)
}

/// Whether a login is remembered that nothing stands in the way of and nothing follows from.
fn is_remembered(
    now: Now,
    realm: &Realm,
    asked: &Asked,
    candidate: &Candidate,
    presented: &Presented,
    proof: Proof,
) -> bool {
    realm.verified.holds(now, proof)
        && judge(now, realm, asked.rules, candidate, presented, true) == Verdict::In
        && asked.has_nothing_to_clear(candidate)
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
    settle(store, now, realm, presented, |tx| look(tx, realm, &presented.user_name, face))
}

/// [`attempt`] of those whom `meant` finds.
fn settle(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    presented: &Presented,
    meant: impl Fn(&mut Tx<'_>) -> Result<Known, Error>,
) -> Result<Outcome, Error> {
    loop {
        let asked = match store.read(&meant)? {
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
                    !asked.rules.notes_logins && asked.has_nothing_to_clear(candidate)
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

/// Says in the log whose login was refused, and why: what is looked for when somebody says that he cannot get in.
pub fn say_refused(store: &Store, realm: &Realm, user_name: &str, refusal: Refusal) {
    let user = named_in_log(store, realm, user_name);
    tracing::info!(%user, reason = refusal.name(), "a login was refused");
}

/// How the log names the user whom a typed name means: `admin[-1234]` (IS 5.3.0), and `***` where there is none of
/// that name, since people type passwords into the wrong field.
pub fn named_in_log(store: &Store, realm: &Realm, user_name: &str) -> String {
    match store.read(|tx| look(tx, realm, user_name, Face::Services)) {
        Ok(Known::Users(asked)) => format!("{}[{}]", asked.session_name, asked.tenant.id.0),
        Ok(Known::Nobody(_)) => "***".to_owned(),
        Err(error) => {
            tracing::error!(%error, "whom a refused login meant could not be looked up");
            "***".to_owned()
        }
    }
}

/// A candidate with the verdict about him.
struct Decided {
    candidate: Arc<Candidate>,
    right: bool,
    verdict: Verdict,
    upgrade: Option<Credential>,
}

/// Verifies the password against the candidates in turn, until one decides the matter.
fn decide(now: Now, realm: &Realm, presented: &Presented, asked: &Asked) -> Result<Vec<Decided>, Error> {
    let mut decided = Vec::with_capacity(asked.candidates.len());
    for candidate in &asked.candidates {
        let stored = Credential::from(candidate.credential.clone());
        let proof = realm.verified.proof(asked.tenant.id.0, candidate.user, &stored, &presented.password);
        let right = stored.verify_unless(&presented.password, || {
            is_remembered(now, realm, asked, candidate, presented, proof)
        });
        let verdict = judge(now, realm, asked.rules, candidate, presented, right);
        let upgrade = match verdict {
            Verdict::In if stored.needs_upgrade() => Some(Credential::hash(&presented.password)?),
            _ => None,
        };
        if verdict == Verdict::In {
            // The name was meant for the store where the password fits: the others' failures were none.
            decided.clear();
        }
        decided.push(Decided { candidate: Arc::clone(candidate), right, verdict, upgrade });
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

/// As [`open_session`], but one session for all who present the same, the name letter by letter: the remembered login
/// knows which. Of many first calls at the same time, one opens it.
///
/// # Errors
/// Failures of the database.
pub fn share_session(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    signed_in: &SignedIn,
    kind: session::Kind,
    idle_minutes: i64,
) -> Result<Option<Secret>, Error> {
    if let Some(id) = realm.verified.session(now, signed_in.proof, &signed_in.session_name)
        && session::find(tx, now, kind, id.reveal())?.is_some()
        && still_stands(tx, now, realm, signed_in)?
    {
        return Ok(Some(id));
    }
    let id = open_session(tx, now, realm, signed_in, kind, idle_minutes)?;
    if let Some(id) = &id {
        // If this write is undone, nobody finds the session, and the next call opens another.
        realm.verified.keep_session(now, signed_in.proof, &signed_in.session_name, id.clone());
    }
    Ok(id)
}

/// The credential that the password of somebody who is in was verified against, if he still would get in.
///
/// # Errors
/// Failures of the database.
pub fn verified<'s>(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    signed_in: &'s SignedIn,
) -> Result<Option<&'s Credential>, Error> {
    Ok(still_stands(tx, now, realm, signed_in)?.then_some(&signed_in.credential))
}

/// Whether nothing but a password stands between a user and a session of the services: no lock, no reset, nothing disabled.
/// For what stands for a password: a token, an account that is linked.
///
/// # Errors
/// Failures of the database.
pub fn is_open(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: &Tenant,
    user: &User,
) -> Result<bool, Error> {
    let Some(candidate) = store::login::by_user(tx, user.id.0)? else { return Ok(false) };
    let rules = Rules::of(tx, tenant, Face::Services)?;
    // No password is needed: a pending reset refuses before one is looked at.
    let presented = Presented { user_name: String::new(), password: Secret::default() };
    Ok(judge(now, realm, rules, &candidate, &presented, true) == Verdict::In)
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
    is_open(tx, now, realm, &tenant, &signed_in.user)
}

/// Finds whom the typed name may mean.
fn look(tx: &mut Tx<'_>, realm: &Realm, user_name: &str, face: Face) -> Result<Known, Error> {
    let (name, domain) = tenant::split_name(realm, user_name);
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
    let rules = Rules::of(tx, &tenant, face)?;
    Ok(Known::Users(Asked { tenant, session_name: name, rules, candidates }))
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
        one.candidate = Arc::new(fresh);
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
            if asked.rules.notes_logins {
                idle_account::note_login(tx, now, one.candidate.user)?;
            }
            if !asked.has_nothing_to_clear(&one.candidate) {
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
        return Outcome::Redeem(RightCode { tenant: asked.tenant, user, code: presented.password.trimmed() });
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
