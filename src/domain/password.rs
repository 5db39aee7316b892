//! New passwords: hashed and compared outside transactions, checked inside them, stored with their history.
//!
//! The checks and their order are those of IS 5.3.0's password policy, history and user store, put in one order and
//! reported one at a time. Knows the rules of a tenant, not who asks.

use super::credential::Credential;
use super::{Error, Now, Realm, Secret, TenantId, governance, pattern};
use crate::store::{self, Tx};

/// Bytes beyond which a password is refused unseen.
const LONGEST: usize = 1024;

/// What a new password is compared with, read before it is prepared.
#[derive(Debug, Clone, Default)]
pub struct Earlier {
    current: Option<Credential>,
    history: Vec<Credential>,
}

/// A new password, hashed, with what was found out about it while nobody waited for the database.
#[derive(Debug)]
pub struct NewPassword {
    plain: Secret,
    hash: Credential,
    /// The stored credentials that it turned out to equal.
    equals: Vec<Credential>,
}

/// Why a password is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not match the user store's `PasswordJavaRegEx`; the text is the configured one for updates.
    #[error("{0}")]
    Store(String),
    /// The password policy, with its text.
    #[error("{0}")]
    Policy(String),
    /// One of the last passwords.
    #[error("This password has been used in recent history. Please choose a different password")]
    History,
    /// The present password, or the code that was to be replaced.
    #[error("The new password must differ from the present one")]
    Unchanged,
}

impl Refused {
    /// The error code of the recovery API.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::Store(_) | Self::Policy(_) | Self::Unchanged => 20035,
            Self::History => 22001,
        }
    }
}

/// Reads what a new password of that user has to be compared with.
///
/// # Errors
/// Failures of the database.
pub fn earlier(tx: &mut Tx<'_>, tenant: TenantId, user: i64) -> Result<Earlier, Error> {
    let current = store::login::credential(tx, user)?.map(Credential::from);
    let history = match remembered(tx, tenant)? {
        Some(count) => store::password_history::newest(tx, user, count)?,
        None => Vec::new(),
    };
    Ok(Earlier { current, history: history.into_iter().map(Credential::from).collect() })
}

/// What a user's password is checked against now.
///
/// # Errors
/// Failures of the database.
pub fn current(tx: &mut Tx<'_>, user: i64) -> Result<Option<Credential>, Error> {
    Ok(store::login::credential(tx, user)?.map(Credential::from))
}

/// Hashes a password and compares it with earlier ones. Slow: call it on a blocking thread, outside transactions.
///
/// # Errors
/// [`Error::Broken`] when it cannot be hashed.
pub fn prepare(plain: Secret, earlier: &Earlier) -> Result<NewPassword, Error> {
    let mut equals = Vec::new();
    for credential in earlier.current.iter().chain(&earlier.history) {
        if !equals.contains(credential) && credential.verify(&plain) {
            equals.push(credential.clone());
        }
    }
    Ok(NewPassword { hash: Credential::hash(&plain)?, plain, equals })
}

impl NewPassword {
    /// The password of a user who does not exist yet.
    ///
    /// # Errors
    /// As [`prepare`].
    pub fn first(plain: Secret) -> Result<Self, Error> {
        prepare(plain, &Earlier::default())
    }

    /// The credential to store.
    #[must_use]
    pub fn credential(&self) -> &Credential {
        &self.hash
    }

    pub(super) fn plain(&self) -> &Secret {
        &self.plain
    }

    /// Whether it is the password that `stored` holds, as far as it was compared.
    pub(super) fn equals(&self, stored: &Credential) -> bool {
        self.equals.contains(stored)
    }
}

/// Checks that need no hash: the policy's length, the user store's pattern, then the policy's name and pattern. IS 5.3.0 asks
/// the whole policy first; the user store's words would be wrong advice where the policy wants another length.
///
/// # Errors
/// The first rule that is broken, inside `Ok`; failures of the database outside.
pub fn check_text(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    user_name: &str,
    plain: &Secret,
) -> Result<Result<(), Refused>, Error> {
    let text = plain.reveal();
    let of_store = || Ok(Err(Refused::Store(realm.policy.password_message.clone())));
    // Expressions with look-ahead take their time over long texts; nobody types this much.
    if text.len() > LONGEST {
        return of_store();
    }
    let has_policy = governance::flag(tx, tenant, "passwordPolicy.enable")?;
    if has_policy {
        // Java counts UTF-16 units.
        let length = i64::try_from(text.encode_utf16().count()).unwrap_or(i64::MAX);
        let shortest = governance::number(tx, tenant, "passwordPolicy.min.length")?;
        if length < shortest {
            return policy(format!("Password at least should have {shortest} characters"));
        }
        let longest = governance::number(tx, tenant, "passwordPolicy.max.length")?;
        if length > longest {
            return policy(format!("Password cannot have more than {longest} characters"));
        }
    }
    if !pattern::matches(&realm.policy.password_pattern, text) {
        return of_store();
    }
    if !has_policy {
        return Ok(Ok(()));
    }
    if text.to_lowercase() == user_name.to_lowercase() {
        return policy("Cannot use the username as the password".to_owned());
    }
    if !pattern::matches(&governance::expression(tx, tenant, "passwordPolicy.pattern")?, text) {
        return policy(governance::sentence(tx, tenant, "passwordPolicy.errorMsg")?);
    }
    Ok(Ok(()))
}

fn policy(text: String) -> Result<Result<(), Refused>, Error> {
    Ok(Err(Refused::Policy(text)))
}

/// Every check of a password for an existing user: [`check_text`], then the history.
///
/// # Errors
/// As [`check_text`].
pub fn check(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    user: i64,
    user_name: &str,
    new: &NewPassword,
) -> Result<Result<(), Refused>, Error> {
    if let Err(refused) = check_text(tx, realm, tenant, user_name, &new.plain)? {
        return Ok(Err(refused));
    }
    if let Some(count) = remembered(tx, tenant)? {
        let history = store::password_history::newest(tx, user, count)?;
        if history.into_iter().any(|stored| new.equals(&Credential::from(stored))) {
            return Ok(Err(Refused::History));
        }
    }
    Ok(Ok(()))
}

/// Stores a checked password and, when the tenant keeps a history, adds it there.
///
/// # Errors
/// Failures of the database.
pub fn set(tx: &mut Tx<'_>, now: Now, tenant: TenantId, user: i64, new: &NewPassword) -> Result<(), Error> {
    store::user::set_credential(tx, user, new.hash.stored(), now.0)?;
    // Whoever was on the way to another one starts again.
    store::recovery_key::delete(tx, user)?;
    remember(tx, now, tenant, user, new)
}

/// Adds a password to the history of a user, when the tenant keeps one.
///
/// # Errors
/// Failures of the database.
pub fn remember(
    tx: &mut Tx<'_>,
    now: Now,
    tenant: TenantId,
    user: i64,
    new: &NewPassword,
) -> Result<(), Error> {
    if let Some(count) = remembered(tx, tenant)? {
        store::password_history::add(tx, user, new.hash.stored(), now.0, count)?;
    }
    Ok(())
}

/// The rules that a new password is held against, for the one who has to think of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The user store's own, in its words.
    pub store: String,
    /// The password policy, when the tenant has one.
    pub policy: Option<Strength>,
    /// How many passwords are remembered, when they are.
    pub remembered: Option<i64>,
}

/// What a password policy wants; it does not take the user name either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// Fewest characters.
    pub shortest: i64,
    /// Most characters.
    pub longest: i64,
    /// What the pattern wants, in the tenant's words.
    pub pattern: String,
}

/// The rules in force in a tenant.
///
/// # Errors
/// Failures of the database.
pub fn rules(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId) -> Result<Rules, Error> {
    let policy = if governance::flag(tx, tenant, "passwordPolicy.enable")? {
        Some(Strength {
            shortest: governance::number(tx, tenant, "passwordPolicy.min.length")?,
            longest: governance::number(tx, tenant, "passwordPolicy.max.length")?,
            pattern: governance::sentence(tx, tenant, "passwordPolicy.errorMsg")?,
        })
    } else {
        None
    };
    Ok(Rules { store: realm.policy.password_message.clone(), policy, remembered: remembered(tx, tenant)? })
}

/// How many passwords the tenant remembers, if it does.
fn remembered(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Option<i64>, Error> {
    if !governance::flag(tx, tenant, "passwordHistory.enable")? {
        return Ok(None);
    }
    let count = governance::number(tx, tenant, "passwordHistory.count")?;
    Ok((count > 0).then_some(count))
}

#[cfg(test)]
mod tests;
