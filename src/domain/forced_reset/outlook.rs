//! What forcing a reset would do to a user, and what of it is pending: for an administrator who wants to know before he
//! does it, and to see afterwards what he did.

use super::{Options, Waiting, waiting};
use crate::domain::claim::Changes;
use crate::domain::recovery::{Scenario, expiry_minutes};
use crate::domain::{Error, Now, Realm, User, notice};
use crate::store::{self, Tx};

/// What forcing a reset would do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// The tenant's options.
    pub options: Options,
    /// Whom a mail would go to.
    pub addresses: Vec<String>,
    /// Why it would be refused.
    pub obstacle: Option<String>,
    /// How long the codes would be good.
    pub minutes: i64,
}

/// Says what forcing a reset on a user would do.
///
/// # Errors
/// Failures of the database.
pub fn outlook(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<Outlook, Error> {
    let options = Options::of(tx, user.tenant)?;
    let minutes = expiry_minutes(tx, user.tenant)?;
    let mut outlook = Outlook { options, addresses: Vec::new(), obstacle: None, minutes };
    let possible = match options.mail() {
        Some(kind) => notice::prepare(tx, realm, user, kind, &Changes::default())
            .map(|mail| outlook.addresses = mail.addresses().to_vec()),
        None => options.check(),
    };
    match possible {
        Err(failure) if failure.is_failure() => Err(failure),
        Err(refusal) => Ok(Outlook { obstacle: Some(refusal.to_string()), ..outlook }),
        Ok(()) => Ok(outlook),
    }
}

/// The reset of a user that is pending.
///
/// # Errors
/// Failures of the database.
pub fn pending(tx: &mut Tx<'_>, now: Now, user: &User) -> Result<Option<Waiting>, Error> {
    let Some(row) = store::recovery::of_user(tx, user.id.0)? else { return Ok(None) };
    if !Scenario::of(&row.scenario).is_some_and(Scenario::is_forced) {
        return Ok(None);
    }
    Ok(waiting(tx, now, user.tenant, Some(row.id.saturating_add(1)), 1)?.pop())
}
