//! Recovering a password step by step, led by a program that asks the user (IS 5.3.0, UserInformationRecoveryService).
//!
//! Two ways: name, mail, code, password; or name, questions, answers, password. Every step takes the key of the one
//! before. A disabled or locked account and a forced reset stand in the way at both ends, which the original leaves to
//! switches that are off: nobody gets around an administrator's decision by answering a question. The mailed code is that
//! of a forgotten password, so the link in the mail works as well, and using one uses up both.

use super::catalogue::{EMAIL_ADDRESS, GIVEN_NAME};
use super::challenge::{self, Answered};
use super::claim::{self, Changes};
use super::lockout::Counters;
use super::password::Refused;
use super::recovery::{self, CodeProblem, Codes, Hint, Named, Scenario};
use super::recovery_key::{self, Flaw, Step};
use super::{
    Actor, Error, Now, Realm, Secret, TenantId, User, forced_reset, governance, lockout, notice, otp,
    password, question_recovery, tenant, user,
};
use crate::store::{self, Store, Tx};
use std::sync::Arc;

/// Needed to be handed codes, as by the recovery API: whoever has somebody's code has his account.
const MANAGE: &str = "/permission/admin/manage";

/// Why a step is not taken. What of it is said is the face's business.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No name, or one of another tenant.
    #[error("no such user name")]
    BadName,
    /// Nobody has the name.
    #[error("no such user")]
    NoSuchUser,
    /// The account is disabled.
    #[error("the account is disabled")]
    Disabled,
    /// The account is locked or in reset.
    #[error("the account is locked")]
    Locked,
    /// The key or code is none.
    #[error("invalid key")]
    InvalidKey,
    /// The key or code is too old.
    #[error("expired key")]
    ExpiredKey,
    /// No mail can be made.
    #[error("no mail: {0}")]
    NoMail(String),
    /// The user answered no question, or not this one.
    #[error("the user answered no such question")]
    NoQuestion,
    /// The new password.
    #[error(transparent)]
    Password(#[from] Refused),
    /// Below the rules.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Invalid => Self::InvalidKey,
            Flaw::Expired => Self::ExpiredKey,
        }
    }
}

impl From<CodeProblem> for Problem {
    fn from(problem: CodeProblem) -> Self {
        match problem {
            CodeProblem::Missing | CodeProblem::Invalid => Self::InvalidKey,
            CodeProblem::Expired => Self::ExpiredKey,
            CodeProblem::Internal(error) => Self::Internal(error),
        }
    }
}

/// A recovery under way: who is recovered, by which program, now.
#[derive(Debug, Clone)]
pub struct Dialogue {
    /// The time of the step.
    pub now: Now,
    /// The rules.
    pub realm: Arc<Realm>,
    /// The program, as the user it is signed in as.
    pub actor: Actor,
    /// The name of the one who forgot, with his tenant.
    pub user_name: String,
}

/// A mail that a tenant leaves to its programs.
#[derive(Debug, Clone)]
pub struct ToSend {
    /// For whom.
    pub user: User,
    /// Where to.
    pub address: String,
    /// His given name.
    pub first_name: Option<String>,
    /// What the mail is to carry.
    pub code: Option<Secret>,
}

/// An answer to a question.
#[derive(Debug, Clone)]
pub struct Given {
    /// The question's set.
    pub set: String,
    /// What the user says.
    pub answer: Secret,
}

/// What has to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The question that was asked.
    One,
    /// Every question that the user answered once.
    All,
}

/// What answers come to.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Right: the key of the next step.
    Right(Secret),
    /// Not right. The key stays good for a few more attempts; every one counts towards locking the account.
    Wrong,
}

/// The steps after which a password may be set.
const LAST: [Step; 2] = [Step::Answered, Step::Confirmed];

impl Dialogue {
    /// The user the name means. Without a tenant it is one of the super tenant; no program reaches beyond its own tenant.
    ///
    /// # Errors
    /// [`Problem::BadName`], [`Problem::NoSuchUser`].
    fn whom(&self, tx: &mut Tx<'_>) -> Result<User, Problem> {
        if self.user_name.trim().is_empty() {
            return Err(Problem::BadName);
        }
        let (name, domain) = tenant::split_name(&self.realm, &self.user_name);
        if domain != self.actor.domain {
            return Err(Problem::BadName);
        }
        match user::look_up(tx, self.actor.tenant, &name) {
            Ok(Some(user)) => Ok(user),
            Ok(None) | Err(Error::UnknownDomain) => Err(Problem::NoSuchUser),
            Err(error) => Err(error.into()),
        }
    }

    /// Whom a key belongs to: nobody's key is no key.
    fn holder(&self, tx: &mut Tx<'_>) -> Result<User, Problem> {
        self.whom(tx).map_err(|problem| match problem {
            Problem::NoSuchUser => Problem::InvalidKey,
            other => other,
        })
    }

    /// The name without the tenant, as it was given.
    #[must_use]
    pub fn local_name(&self) -> String {
        tenant::split_name(&self.realm, &self.user_name).0
    }

    fn consume(&self, tx: &mut Tx<'_>, user: &User, steps: &[Step], key: &Secret) -> Result<(), Problem> {
        recovery_key::consume(tx, self.now, &self.realm, user, steps, key)??;
        Ok(())
    }

    fn issue(&self, tx: &mut Tx<'_>, user: &User, step: Step) -> Result<Secret, Error> {
        recovery_key::issue(tx, self.now, &self.realm, user, step)
    }

    fn check_standing(&self, tx: &mut Tx<'_>, user: &User) -> Result<(), Problem> {
        let candidate = store::login::by_user(tx, user.id.0)?.ok_or(Problem::NoSuchUser)?;
        let [disabled, ..] = &candidate.claims;
        if lockout::is_true(disabled.as_deref()) {
            return Err(Problem::Disabled);
        }
        if Counters::of(&candidate).holds(self.now) || forced_reset::is_pending(tx, user.id.0)? {
            return Err(Problem::Locked);
        }
        Ok(())
    }

    /// The first step: a user is named.
    ///
    /// # Errors
    /// Whatever is wrong with the name or the account.
    pub fn begin(&self, tx: &mut Tx<'_>) -> Result<Secret, Problem> {
        let user = self.whom(tx)?;
        self.check_standing(tx, &user)?;
        Ok(self.issue(tx, &user, Step::Named)?)
    }

    /// Mails the code of a forgotten password, or hands it over where the tenant leaves mails to its programs. IS 5.3.0 has a
    /// switch for that of this service alone; here it is that of the recovery API, whose callers may manage, so that these
    /// have to, too: else everybody who may log in could have everybody's code.
    ///
    /// # Errors
    /// The key, and mails that cannot be made; the key stays good then.
    pub fn send_code(&self, tx: &mut Tx<'_>, key: &Secret) -> Result<Option<ToSend>, Problem> {
        let user = self.holder(tx)?;
        self.consume(tx, &user, &[Step::Named], key)?;
        self.check_standing(tx, &user)?;
        let (now, realm) = (self.now, &self.realm);
        let prepared = prepared(tx, realm, &user, notice::FORGOTTEN_PASSWORD)?;
        let internally = governance::flag(tx, user.tenant, governance::MAILS_ITSELF)?;
        if !internally && !realm.policy.original_permissions && !self.actor.may(tx, &[MANAGE])? {
            return Err(Problem::NoMail("the program may not be handed codes".to_owned()));
        }
        if internally && notice::rests(tx, now, &user, &prepared)? && recovery::has_link(tx, now, &user)? {
            return Ok(None);
        }
        let code = otp::link_code();
        let codes = Codes { link: Some(&code), otp: None };
        let recovery = recovery::begin(tx, now, realm, &user, Scenario::Forgotten, codes, None)?;
        if !internally {
            return Ok(Some(to_send(tx, realm, &user, Some(code))?));
        }
        let carried = notice::Carried {
            code: Some(code.reveal()),
            properties: &[],
            recovery: Some(recovery),
            minutes: Some(recovery::expiry_minutes(tx, user.tenant)?),
        };
        notice::queue(tx, now, realm, &user, &prepared, carried)?;
        Ok(None)
    }

    /// The mailed code is presented.
    ///
    /// # Errors
    /// The code.
    pub fn confirm(&self, tx: &mut Tx<'_>, code: &Secret) -> Result<Secret, Problem> {
        let user = self.holder(tx)?;
        let pending = recovery::check(tx, self.now, &self.realm, code, &Hint::default())?;
        // The codes of other recoveries, a forced reset above all, are not to be had for a key.
        if pending.user.id != user.id || pending.scenario != Scenario::Forgotten {
            return Err(Problem::InvalidKey);
        }
        recovery::end(tx, self.now, &user)?;
        Ok(self.issue(tx, &user, Step::Confirmed)?)
    }

    /// The questions that the user answered once.
    ///
    /// # Errors
    /// The key, and users without answers; the key stays good then.
    pub fn list(&self, tx: &mut Tx<'_>, key: &Secret) -> Result<(Vec<Answered>, Secret), Problem> {
        let user = self.holder(tx)?;
        self.consume(tx, &user, &[Step::Named], key)?;
        let questions = challenge::of_user(tx, &self.realm, &user)?;
        if questions.is_empty() {
            return Err(Problem::NoQuestion);
        }
        Ok((questions, self.issue(tx, &user, Step::Listed)?))
    }

    /// The question of a set; to be had after the list, and after an answer.
    ///
    /// # Errors
    /// The key, and sets without an answer; the key stays good then.
    pub fn ask(&self, tx: &mut Tx<'_>, key: &Secret, set: &str) -> Result<(Answered, Secret), Problem> {
        let user = self.holder(tx)?;
        self.consume(tx, &user, &[Step::Listed, Step::Answered], key)?;
        let kept = challenge::of_user(tx, &self.realm, &user)?;
        let question = kept.into_iter().find(|one| one.set == set).ok_or(Problem::NoQuestion)?;
        Ok((question, self.issue(tx, &user, Step::Asked)?))
    }

    /// Answers to the question that was asked, or to all.
    ///
    /// # Errors
    /// The key.
    pub fn answer(
        &self,
        tx: &mut Tx<'_>,
        key: &Secret,
        scope: Scope,
        given: &[Given],
    ) -> Result<Verdict, Problem> {
        let user = self.holder(tx)?;
        let step = if scope == Scope::All { Step::Listed } else { Step::Asked };
        recovery_key::check(tx, self.now, &self.realm, &user, &[step], key)??;
        // A new key is to be had for the asking.
        if question_recovery::is_exhausted(tx, self.now, &self.realm, &user)? {
            return Err(Problem::InvalidKey);
        }
        let mut kept = challenge::of_user(tx, &self.realm, &user)?;
        if scope == Scope::One {
            kept.retain(|one| given.iter().any(|given| given.set == one.set));
        }
        let is_right = |one: &Answered| {
            let mut given = given.iter().filter(|given| given.set == one.set).peekable();
            given.peek().is_some()
                && given.all(|given| challenge::is_right(&self.realm, &user, one, &given.answer))
        };
        // No question at all is no right answer; every one is looked at, whatever the first comes to.
        if !kept.is_empty() && kept.iter().fold(true, |right, one| is_right(one) & right) {
            for one in &kept {
                let given = given.iter().find(|given| given.set == one.set);
                if let Some(given) = given {
                    challenge::strengthen(tx, &self.realm, &user, one, &given.answer)?;
                }
            }
            return Ok(Verdict::Right(self.issue(tx, &user, Step::Answered)?));
        }
        recovery_key::count_wrong_answer(tx, &self.realm, &user)?;
        question_recovery::note_wrong_answer(tx, self.now, &self.realm, &user)?;
        if let (Some(locking), Some(candidate)) =
            (lockout::settings(tx, user.tenant)?, store::login::by_user(tx, user.id.0)?)
        {
            lockout::count_failure(tx, self.now, &self.realm, locking, &user, &candidate)?;
        }
        Ok(Verdict::Wrong)
    }

    /// Uses up the key of the first step for something else than a password.
    ///
    /// # Errors
    /// The key, the account.
    pub fn redeem(&self, tx: &mut Tx<'_>, key: &Secret) -> Result<(), Problem> {
        let user = self.holder(tx)?;
        self.consume(tx, &user, &[Step::Named], key)?;
        self.check_standing(tx, &user)
    }

    /// The last step: sets the password, in one piece with the end of the user's sessions and the mail about it. A refused
    /// password leaves the key as it was. Blocks; never call it on an async thread.
    ///
    /// # Errors
    /// The key, the account, the password.
    pub fn set_password(self, store: &Store, key: Secret, plain: &Secret) -> Result<(), Problem> {
        let earlier = store.read(|tx| {
            let user = self.holder(tx)?;
            recovery_key::check(tx, self.now, &self.realm, &user, &LAST, &key)??;
            password::check_text(tx, &self.realm, user.tenant, &user.name, plain)??;
            Ok::<_, Problem>(password::earlier(tx, user.tenant, user.id.0)?)
        })?;
        let new = password::prepare(plain.clone(), &earlier)?;
        store.write_blocking(move |tx| {
            let user = self.holder(tx)?;
            self.consume(tx, &user, &LAST, &key)?;
            self.check_standing(tx, &user)?;
            let (now, realm) = (self.now, &self.realm);
            password::check(tx, realm, user.tenant, user.id.0, &user.name, &new)??;
            let tenant = tenant::by_id(tx, user.tenant)?.ok_or(store::Error::Missing("tenant"))?;
            recovery::end(tx, now, &user)?;
            recovery::replace_password(tx, now, realm, &tenant, &user, &new, &[])?;
            Ok(())
        })
    }
}

/// Mails a user his name, or hands the mail over where mails are left to programs: as `notify` says, or as the tenant
/// does.
///
/// # Errors
/// Mails that cannot be made.
pub fn send_name(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    notify: Option<bool>,
) -> Result<Option<ToSend>, Problem> {
    let prepared = prepared(tx, realm, user, notice::ACCOUNT_ID)?;
    let internally = match notify {
        Some(notify) => notify,
        None => governance::flag(tx, user.tenant, governance::MAILS_ITSELF)?,
    };
    if !internally {
        return Ok(Some(to_send(tx, realm, user, None)?));
    }
    if !notice::rests(tx, now, user, &prepared)? {
        notice::queue(tx, now, realm, user, &prepared, notice::Carried::default())?;
    }
    Ok(None)
}

/// The same for whomever claims mean, whoever he is: what there is to do is done after this returns, and says nothing. The
/// mail goes to the address that the account has, and only there.
///
/// # Errors
/// Only that the store is closed.
pub fn send_name_quietly(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    tenant: TenantId,
    claims: Vec<(String, String)>,
) -> Result<(), Error> {
    let realm = Arc::clone(realm);
    store.write_later("a forgotten user name", move |tx| {
        let Named::One(user) = recovery::by_claims(tx, &realm, tenant, &claims)? else { return Ok(()) };
        match send_name(tx, now, &realm, &user, Some(true)) {
            Ok(_) => Ok(()),
            Err(Problem::Internal(error)) => Err(error),
            Err(problem) => {
                tracing::info!(%problem, "no mail with a user name");
                Ok(())
            }
        }
    })?;
    Ok(())
}

fn prepared(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    kind: &'static str,
) -> Result<notice::Prepared, Problem> {
    notice::prepare(tx, realm, user, kind, &Changes::default()).map_err(|error| match error {
        Error::Refused(reason) => Problem::NoMail(reason),
        error => error.into(),
    })
}

fn to_send(tx: &mut Tx<'_>, realm: &Realm, user: &User, code: Option<Secret>) -> Result<ToSend, Error> {
    let claims = claim::values(tx, realm, user, &[EMAIL_ADDRESS, GIVEN_NAME])?;
    let of = |uri: &str| claims.iter().find(|(known, _)| known == uri).map(|(_, value)| value.clone());
    Ok(ToSend {
        user: user.clone(),
        address: of(EMAIL_ADDRESS).unwrap_or_default(),
        first_name: of(GIVEN_NAME),
        code,
    })
}

#[cfg(test)]
mod tests;
