//! Another password for oneself, for the present one.

use super::own;
use crate::domain::password::{self, Refused};
use crate::domain::{Actor, Error, Now, Realm, Secret, audit, login, recovery, session, user};
use crate::store::Store;
use std::sync::Arc;

/// Why one's own password stays what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// The present password is another one, or was changed meanwhile.
    #[error("wrong password")]
    WrongPassword,
    /// The new one is not taken.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Gives the actor another password, for the one he presents: every session of his ends but the one with that id. The
/// rules are those of a reset; the present password is not taken again. Blocks; never call it on an async thread.
///
/// # Errors
/// Why not, inside `Ok`; failures of the database outside.
pub fn change_password(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    actor: &Actor,
    session_id: &Secret,
    old: &Secret,
    new: &Secret,
) -> Result<Result<(), Unchanged>, Error> {
    let (user, earlier) = store.read(|tx| {
        let user = own(tx, actor)?;
        let earlier = password::earlier(tx, user.tenant, user.id.0)?;
        Ok::<_, Error>((user, earlier))
    })?;
    let Some(signed_in) = login::prove(store, now, realm, &user, old)? else {
        audit::say_failed(actor, user::CHANGED_BY_USER, &user.display_name());
        return Ok(Err(Unchanged::WrongPassword));
    };
    let checked = store.read(|tx| password::check_text(tx, realm, user.tenant, &user.name, new))?;
    if let Err(refused) = checked {
        return Ok(Err(refused.into()));
    }
    let prepared = password::prepare(new.clone(), &earlier)?;
    let (realm, actor, session_id) = (Arc::clone(realm), actor.clone(), session_id.clone());
    store.write_blocking(move |tx| {
        // Whoever changed it, or forced a reset, meanwhile wins: the password that was shown is none any more.
        let Some(credential) = login::verified(tx, now, &realm, &signed_in)? else {
            return Ok(Err(Unchanged::WrongPassword));
        };
        if let Err(refused) = password::check(tx, &realm, user.tenant, user.id.0, &user.name, &prepared)? {
            return Ok(Err(refused.into()));
        }
        if prepared.equals(credential) {
            return Ok(Err(Refused::Unchanged.into()));
        }
        // A mailed link that he asked for is of no use any more.
        recovery::end(tx, now, &user)?;
        password::set(tx, now, user.tenant, user.id.0, &prepared)?;
        session::close_others(tx, user.id, session_id.reveal())?;
        audit::record(tx, now, &actor, user::CHANGED_BY_USER, &user.display_name(), "")?;
        Ok(Ok(()))
    })
}
