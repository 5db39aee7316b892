//! Recovering a password by security questions (IS 5.3.0, `Recovery.Question.Password.Enable`): a name, questions, right
//! answers, and then the code with which a new password is set.
//!
//! Whoever gives a name gets questions: somebody who does not exist, may not recover or has not answered enough of them
//! gets made-up ones, always the same, which no answer is right for. Wrong answers are counted for the name, whoever it
//! means, and against the account where the tenant locks accounts. A disabled or locked account and a forced reset stand
//! in the way at both ends.

use super::challenge::{self, Answered, Question};
use super::lockout::{self, Counters};
use super::name::{QualifiedName, folded};
use super::recovery::{self, Codes, Named, Scenario};
use super::tenant::{self, Tenant};
use super::{Error, Now, Realm, Secret, TenantId, User, forced_reset, governance, notice, otp};
use crate::store::question_recovery::QuestionRow;
use crate::store::{self, Tx};

/// Whether the tenant's users may recover by questions.
const ENABLED: &str = "Recovery.Question.Password.Enable";
/// How many questions have to be answered.
const HOW_MANY: &str = "Recovery.Question.Password.MinAnswers";
/// Whether a user is told that somebody began a recovery.
const NOTIFY: &str = "Recovery.Question.Password.NotifyStart";

/// How many questions are asked at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// One after the other.
    One,
    /// All at once.
    All,
}

/// A question and its set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// URI of the set.
    pub set: String,
    /// The question.
    pub question: String,
}

/// Questions that wait for an answer, and the key that has to come with it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The key.
    pub key: Secret,
    /// The questions.
    pub asked: Vec<Asked>,
}

/// What answers come to.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Right so far.
    Next(Step),
    /// All right: the code that sets a password.
    Done(Secret),
    /// 20008: not right. The key stays good for a few more attempts.
    Wrong,
    /// 20012: not the questions that were asked.
    Others,
    /// 18001: no key, a used one, or one whose name had too many wrong answers.
    InvalidKey,
    /// 18002: its time is over.
    ExpiredKey,
}

/// Why there are no questions. Only a face that tells who exists asks for the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Nobody has the name.
    NoSuchUser,
    /// Several have it.
    Several,
    /// The account is disabled.
    Disabled,
    /// The account is locked or in reset.
    Locked,
    /// Too few answers.
    NoAnswers,
}

/// Whether a tenant's users may recover by questions.
///
/// # Errors
/// Failures of the database.
pub fn is_enabled(tx: &mut Tx<'_>, tenant: TenantId) -> Result<bool, Error> {
    governance::flag(tx, tenant, ENABLED)
}

/// Begins a recovery for a name without tenant, and says what would stand in its way, which is not for everybody to know.
///
/// # Errors
/// Failures of the database.
pub fn begin(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: &Tenant,
    typed: &str,
    pace: Pace,
) -> Result<(Step, Option<Obstacle>), Error> {
    let many = usize::try_from(governance::number(tx, tenant.id, HOW_MANY)?).unwrap_or(1).max(1);
    let owner = owner(realm, tenant.id, typed);
    let (user, questions, obstacle) = match whom(tx, now, realm, tenant, typed, many)? {
        Ok((user, kept)) => (Some(user), kept.into_iter().map(|one| (one.set, one.question)).collect(), None),
        Err(obstacle) => {
            let all = challenge::in_locale(tx, tenant.id, challenge::DEFAULT_LOCALE)?;
            (None, made_up(all, &owner, many), Some(obstacle))
        }
    };
    let key = otp::link_code();
    let counted = counted(tx, now, tenant.id, &owner)?;
    let mut row = QuestionRow {
        key_hash: realm.key.hash(&key).to_vec(),
        user: user.as_ref().map(|user| user.id.0),
        tenant: tenant.id.0,
        asked: String::new(),
        remaining: String::new(),
        issued_at: now.0,
        wrong_answers: counted.as_ref().map_or(0, |row| row.wrong_answers),
        counted_from: counted.as_ref().map_or(now.0, |row| row.counted_from),
        owner: owner.to_vec(),
    };
    let asked = split(&mut row, questions, pace)?;
    store::question_recovery::put(tx, &row)?;
    if let Some(user) = &user
        && governance::flag(tx, tenant.id, NOTIFY)?
    {
        notice::tell(tx, now, realm, user, notice::RECOVERY_STARTED, &[])?;
    }
    Ok((Step { key, asked }, obstacle))
}

/// Takes answers to the questions that were asked last.
///
/// # Errors
/// Failures of the database.
pub fn answer(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    key: &Secret,
    given: &[(String, Secret)],
) -> Result<Answer, Error> {
    let found = store::question_recovery::by_key(tx, &realm.key.hash(key))?;
    let Some(mut row) = found.filter(|_| !key.reveal().is_empty()) else { return Ok(Answer::InvalidKey) };
    let tenant = tenant::by_id(tx, TenantId(row.tenant))?.filter(|tenant| tenant.active);
    let Some(tenant) = tenant else { return Ok(Answer::InvalidKey) };
    if !is_enabled(tx, tenant.id)? || row.wrong_answers >= realm.policy.wrong_code_limit {
        return Ok(Answer::InvalidKey);
    }
    if recovery::has_expired(now, row.issued_at, recovery::expiry_minutes(tx, tenant.id)?) {
        return Ok(Answer::ExpiredKey);
    }
    let asked = parsed(&row.asked)?;
    let answers = |set: &str| given.iter().filter(|(given, _)| given == set).count();
    if given.len() != asked.len() || asked.iter().any(|(set, _)| answers(set) != 1) {
        return Ok(Answer::Others);
    }
    let user = match row.user {
        Some(id) => User::by_id(tx, id)?,
        None => None,
    };
    let Some(user) = right_user(tx, now, realm, user, &asked, given)? else {
        store::question_recovery::count_wrong_answer(tx, &row.owner)?;
        count_failure(tx, now, realm, &tenant, row.user)?;
        return Ok(Answer::Wrong);
    };
    let remaining = parsed(&row.remaining)?;
    if remaining.is_empty() {
        store::question_recovery::delete(tx, &row.owner)?;
        let code = otp::link_code();
        let codes = Codes { link: Some(&code), otp: None };
        recovery::begin(tx, now, realm, &user, Scenario::ByQuestions, codes, None)?;
        return Ok(Answer::Done(code));
    }
    let key = otp::link_code();
    row.key_hash = realm.key.hash(&key).to_vec();
    row.issued_at = now.0;
    let asked = split(&mut row, remaining, Pace::One)?;
    store::question_recovery::put(tx, &row)?;
    Ok(Answer::Next(Step { key, asked }))
}

/// The questions that wait for an answer with that key.
///
/// # Errors
/// Failures of the database.
pub fn waiting(tx: &mut Tx<'_>, realm: &Realm, key: &Secret) -> Result<Vec<Asked>, Error> {
    let Some(row) = store::question_recovery::by_key(tx, &realm.key.hash(key))? else {
        return Ok(Vec::new());
    };
    let asked = parsed(&row.asked)?.into_iter();
    Ok(asked.map(|(set, question)| Asked { set, question }).collect())
}

/// Forgets recoveries whose time is long over.
///
/// # Errors
/// Failures of the database.
pub fn forget_old(tx: &mut Tx<'_>, now: Now) -> Result<usize, Error> {
    // Longer than any sensible `Recovery.ExpiryTime`, so that their users are told that it is over.
    Ok(store::question_recovery::delete_older(tx, now.plus_minutes(-2 * 1_440).0)?)
}

/// What a name is known by here: as it was given, so that nothing differs between those who exist and those who do not; and
/// without the user store, so that nobody has as many tries as there are ways to call him. Who has his name in two stores
/// shares them with himself.
fn owner(realm: &Realm, tenant: TenantId, typed: &str) -> [u8; 32] {
    let name = folded(&QualifiedName::parse(typed.trim()).name);
    realm.key.hash(&Secret::new(format!("question recovery\n{}\n{name}", tenant.0)))
}

/// The recovery of a name whose wrong answers still count.
fn counted(
    tx: &mut Tx<'_>,
    now: Now,
    tenant: TenantId,
    owner: &[u8; 32],
) -> Result<Option<QuestionRow>, Error> {
    let earlier = store::question_recovery::of_owner(tx, owner)?;
    let expiry = recovery::expiry_minutes(tx, tenant)?;
    Ok(earlier.filter(|row| !recovery::has_expired(now, row.counted_from, expiry)))
}

/// Whether a user had too many wrong answers lately, here or through a program.
///
/// # Errors
/// Failures of the database.
pub fn is_exhausted(tx: &mut Tx<'_>, now: Now, realm: &Realm, user: &User) -> Result<bool, Error> {
    let owner = owner(realm, user.tenant, &user.display_name());
    let counted = counted(tx, now, user.tenant, &owner)?;
    Ok(counted.is_some_and(|row| row.wrong_answers >= realm.policy.wrong_code_limit))
}

/// Counts a wrong answer that a program passed on.
///
/// # Errors
/// Failures of the database.
pub fn note_wrong_answer(tx: &mut Tx<'_>, now: Now, realm: &Realm, user: &User) -> Result<(), Error> {
    let owner = owner(realm, user.tenant, &user.display_name());
    if counted(tx, now, user.tenant, &owner)?.is_some() {
        store::question_recovery::count_wrong_answer(tx, &owner)?;
        return Ok(());
    }
    let row = QuestionRow {
        owner: owner.to_vec(),
        // Nobody is given that key.
        key_hash: realm.key.hash(&otp::link_code()).to_vec(),
        user: Some(user.id.0),
        tenant: user.tenant.0,
        asked: written(&[])?,
        remaining: written(&[])?,
        issued_at: now.0,
        wrong_answers: 1,
        counted_from: now.0,
    };
    store::question_recovery::put(tx, &row)?;
    Ok(())
}

/// The user of a name with as many answered questions as are needed.
fn whom(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: &Tenant,
    typed: &str,
    many: usize,
) -> Result<Result<(User, Vec<Answered>), Obstacle>, Error> {
    let user = match recovery::by_name(tx, tenant, typed)? {
        Named::One(user) => user,
        Named::Several => return Ok(Err(Obstacle::Several)),
        Named::Nobody => return Ok(Err(Obstacle::NoSuchUser)),
    };
    if let Some(obstacle) = standing(tx, now, &user)? {
        return Ok(Err(obstacle));
    }
    let mut kept = challenge::of_user(tx, realm, &user)?;
    if kept.len() < many {
        return Ok(Err(Obstacle::NoAnswers));
    }
    kept.truncate(many);
    Ok(Ok((user, kept)))
}

fn standing(tx: &mut Tx<'_>, now: Now, user: &User) -> Result<Option<Obstacle>, Error> {
    let Some(candidate) = store::login::by_user(tx, user.id.0)? else {
        return Ok(Some(Obstacle::NoSuchUser));
    };
    let [disabled, ..] = &candidate.claims;
    if lockout::is_true(disabled.as_deref()) {
        return Ok(Some(Obstacle::Disabled));
    }
    let locked = Counters::of(&candidate).holds(now) || forced_reset::is_pending(tx, user.id.0)?;
    Ok(locked.then_some(Obstacle::Locked))
}

/// Questions for a name that means nobody: one of each set, always the same for the same name.
fn made_up(all: Vec<Question>, owner: &[u8; 32], many: usize) -> Vec<(String, String)> {
    let mut sets: Vec<(String, Vec<String>)> = Vec::new();
    for question in all {
        match sets.iter_mut().find(|(set, _)| *set == question.set) {
            Some((_, questions)) => questions.push(question.text),
            None => sets.push((question.set, vec![question.text])),
        }
    }
    let draw = owner.iter().copied().cycle();
    let chosen = sets.into_iter().take(many).zip(draw).filter_map(|((set, questions), byte)| {
        let at = usize::from(byte).checked_rem(questions.len())?;
        Some((set, questions.into_iter().nth(at)?))
    });
    chosen.collect()
}

/// The user, if he still may recover and every answer is right. Every one is looked at, whatever the first comes to, and
/// somebody's answers take no longer than nobody's.
fn right_user(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: Option<User>,
    asked: &[(String, String)],
    given: &[(String, Secret)],
) -> Result<Option<User>, Error> {
    let Some(user) = user else {
        for (_, answer) in given {
            std::hint::black_box(realm.key.hash(answer));
        }
        return Ok(None);
    };
    let kept = challenge::of_user(tx, realm, &user)?;
    let stands = standing(tx, now, &user)?.is_none();
    let is_right = |(set, question): &(String, String)| {
        let kept = kept.iter().find(|one| one.set == *set && one.question == *question);
        let given = given.iter().find(|(given, _)| given == set);
        matches!((kept, given), (Some(kept), Some((_, answer))) if challenge::is_right(realm, &user, kept, answer))
    };
    let right = asked.iter().fold(stands, |right, one| is_right(one) & right);
    if !right {
        return Ok(None);
    }
    for one in &kept {
        if let Some((_, answer)) = given.iter().find(|(set, _)| *set == one.set) {
            challenge::strengthen(tx, realm, &user, one, answer)?;
        }
    }
    Ok(Some(user))
}

/// A wrong answer counts like a wrong password where the tenant locks accounts.
fn count_failure(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    tenant: &Tenant,
    user: Option<i64>,
) -> Result<(), Error> {
    let Some(id) = user else { return Ok(()) };
    let (Some(locking), Some(candidate), Some(user)) =
        (lockout::settings(tx, tenant.id)?, store::login::by_user(tx, id)?, User::by_id(tx, id)?)
    else {
        return Ok(());
    };
    // A lock that holds already is not made longer by whoever caused it.
    if !Counters::of(&candidate).holds(now) {
        lockout::count_failure(tx, now, realm, locking, &user, &candidate)?;
    }
    Ok(())
}

/// Puts questions into a row: what is asked now, and what comes after.
fn split(
    row: &mut QuestionRow,
    mut questions: Vec<(String, String)>,
    pace: Pace,
) -> Result<Vec<Asked>, Error> {
    let rest = if pace == Pace::One && questions.len() > 1 { questions.split_off(1) } else { Vec::new() };
    row.asked = written(&questions)?;
    row.remaining = written(&rest)?;
    Ok(questions.into_iter().map(|(set, question)| Asked { set, question }).collect())
}

fn written(questions: &[(String, String)]) -> Result<String, Error> {
    serde_json::to_string(questions).map_err(|_| Error::Broken("questions could not be written"))
}

fn parsed(text: &str) -> Result<Vec<(String, String)>, Error> {
    serde_json::from_str(text).map_err(|_| Error::Broken("stored questions could not be read"))
}

#[cfg(test)]
mod tests;
