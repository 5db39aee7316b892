//! The keys that lead a program from one step of a recovery to the next (IS 5.3.0, identity.mgt).
//!
//! A user has one key at most. It is random, kept as a keyed hash, good for one step and a few minutes, and gone with its
//! use; a new one takes the place of whatever there was.

use super::{Error, Now, Realm, Secret, User, otp};
use crate::store::{self, Tx};

/// What led to a key; the numbers are the original's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// 1: the user was named.
    Named,
    /// 3: the mailed code was presented.
    Confirmed,
    /// 20: the questions were named.
    Listed,
    /// 40: a question was asked.
    Asked,
    /// 30: an answer was right.
    Answered,
}

impl Step {
    fn number(self) -> &'static str {
        match self {
            Self::Named => "1",
            Self::Confirmed => "3",
            Self::Listed => "20",
            Self::Asked => "40",
            Self::Answered => "30",
        }
    }
}

/// What is wrong with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Unknown, used, replaced, of another step or another user.
    Invalid,
    /// Its time is over.
    Expired,
}

/// Gives a user the key of his next step. Keys whose time is over are forgotten.
///
/// # Errors
/// Failures of the database.
pub fn issue(tx: &mut Tx<'_>, now: Now, realm: &Realm, user: &User, step: Step) -> Result<Secret, Error> {
    // Expired ones are kept for as long again, so that their users are told so.
    store::recovery_key::delete_older(tx, now.plus_minutes(-2 * realm.policy.recovery_key_minutes).0)?;
    let key = otp::link_code();
    store::recovery_key::put(tx, user.id.0, step.number(), &realm.key.hash(&key), now.0)?;
    Ok(key)
}

/// Whether a key leads on from one of these steps. Changes nothing.
///
/// # Errors
/// What is wrong with it, inside `Ok`; failures of the database outside.
pub fn check(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    steps: &[Step],
    key: &Secret,
) -> Result<Result<(), Flaw>, Error> {
    use subtle::ConstantTimeEq;
    let Some(row) = store::recovery_key::of_user(tx, user.id.0)? else { return Ok(Err(Flaw::Invalid)) };
    let is_key: bool = realm.key.hash(key).ct_eq(row.key_hash.as_slice()).into();
    if !is_key || !steps.iter().any(|step| step.number() == row.step) {
        return Ok(Err(Flaw::Invalid));
    }
    let good_until = Now(row.issued_at).plus_minutes(realm.policy.recovery_key_minutes);
    Ok(if now > good_until { Err(Flaw::Expired) } else { Ok(()) })
}

/// Uses a key up.
///
/// # Errors
/// As [`check`]; the key stays then.
pub fn consume(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    steps: &[Step],
    key: &Secret,
) -> Result<Result<(), Flaw>, Error> {
    let checked = check(tx, now, realm, user, steps, key)?;
    if checked.is_ok() {
        store::recovery_key::delete(tx, user.id.0)?;
    }
    Ok(checked)
}

/// Counts a wrong answer against a user's key; too many use it up.
///
/// # Errors
/// Failures of the database.
pub fn count_wrong_answer(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<(), Error> {
    Ok(store::recovery_key::count_wrong_answer(tx, user.id.0, realm.policy.wrong_code_limit)?)
}
