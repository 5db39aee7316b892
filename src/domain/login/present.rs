//! The present password of a user who is known already: it is asked for again where a new one is to be set.
//!
//! It is decided as a login over the services is, wrong ones count as refused logins do, and who could not sign in with it
//! changes nothing with it. IS 5.3.0 verifies it beside its listeners, so that whoever has found an open session, or may
//! call `updateCredential`, tries passwords without end there; `changePasswordByUser` counts in the original, too.

use super::verdict::Rules;
use super::{Asked, Face, Known, Outcome, Presented, Refusal, SignedIn, settle};
use crate::domain::{Error, Now, Realm, Secret, User, tenant};
use crate::store::{self, Store, Tx};
use std::sync::Arc;

/// The user as one who has just signed in, if `password` is his and nothing stands in the way of a login. Blocks; never call
/// it on an async thread.
///
/// # Errors
/// Failures of the database.
pub fn prove(
    store: &Store,
    now: Now,
    realm: &Arc<Realm>,
    user: &User,
    password: &Secret,
) -> Result<Option<SignedIn>, Error> {
    let presented = Presented { user_name: user.display_name(), password: password.clone() };
    match settle(store, now, realm, &presented, |tx| only(tx, user))? {
        Outcome::In(signed_in) => Ok(Some(signed_in)),
        Outcome::Redeem(_) | Outcome::Refused(_) => Ok(None),
    }
}

/// That user and no other of his name.
fn only(tx: &mut Tx<'_>, user: &User) -> Result<Known, Error> {
    let Some(tenant) = tenant::by_id(tx, user.tenant)? else {
        return Ok(Known::Nobody(Refusal::UnknownTenant));
    };
    let Some(candidate) = store::login::by_user(tx, user.id.0)? else {
        return Ok(Known::Nobody(Refusal::UnknownUser));
    };
    let rules = Rules::of(tx, &tenant, Face::Services)?;
    let candidates = vec![Arc::new(candidate)];
    Ok(Known::Users(Asked { tenant, session_name: user.display_name(), rules, candidates }))
}
