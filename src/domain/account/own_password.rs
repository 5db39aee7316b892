//! Another password for oneself, for the present one.

use super::own;
use crate::domain::password::{self, Refused};
use crate::domain::{
    Actor, Error, Now, Realm, Secret, User, audit, credential, forced_reset, recovery, session,
};
use crate::store::{Store, Tx};
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

/// What is known of a user's password before a new one is hashed.
struct Present {
    user: User,
    credential: Option<credential::Credential>,
    earlier: password::Earlier,
}

fn present(tx: &mut Tx<'_>, actor: &Actor) -> Result<Present, Error> {
    let user = own(tx, actor)?;
    let earlier = password::earlier(tx, user.tenant, user.id.0)?;
    Ok(Present { credential: password::current(tx, user.id.0)?, earlier, user })
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
    let present = store.read(|tx| present(tx, actor))?;
    let Some(credential) = present.credential.filter(|stored| stored.verify(old)) else {
        return Ok(Err(Unchanged::WrongPassword));
    };
    let checked =
        store.read(|tx| password::check_text(tx, realm, present.user.tenant, &present.user.name, new))?;
    if let Err(refused) = checked {
        return Ok(Err(refused.into()));
    }
    let prepared = password::prepare(new.clone(), &present.earlier)?;
    let (realm, actor, session_id, user) =
        (Arc::clone(realm), actor.clone(), session_id.clone(), present.user);
    store.write_blocking(move |tx| {
        // Whoever changed it meanwhile wins: the old password that was shown is none any more.
        if password::current(tx, user.id.0)?.as_ref() != Some(&credential) {
            return Ok(Err(Unchanged::WrongPassword));
        }
        if let Err(refused) = password::check(tx, &realm, user.tenant, user.id.0, &user.name, &prepared)? {
            return Ok(Err(refused.into()));
        }
        if prepared.equals(&credential) {
            return Ok(Err(Refused::Unchanged.into()));
        }
        // A reset that was forced meanwhile is not slipped past; a mailed link that he asked for is of no use any more.
        if forced_reset::is_pending(tx, user.id.0)? {
            return Ok(Err(Unchanged::WrongPassword));
        }
        recovery::end(tx, now, &user)?;
        password::set(tx, now, user.tenant, user.id.0, &prepared)?;
        session::close_others(tx, user.id, session_id.reveal())?;
        audit::record(tx, now, &actor, "Change Password by User", &user.display_name(), "")?;
        Ok(Ok(()))
    })
}
