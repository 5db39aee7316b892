//! Attributes that a user brings along from another deployment.

use super::{Catalogue, Changes, DEFAULT_PROFILE, KEEPING_OUT, set_at_creation};
use crate::domain::forced_reset::PUBLISHED_CODE;
use crate::domain::{Error, Now, Realm, User};
use crate::store::{self, Tx};

/// Writes the attributes of a user who was just taken over, over those that every new user gets. What no claim is mapped
/// to is kept as well: a mapping may follow. Values stay to the letter: what there is a comma in may be one. Who was kept out by an attribute stays out, as in [`set_at_creation`]. The
/// one-time password of a reset that was under way is left out, and said to be: nothing is under way here.
///
/// # Errors
/// Failures of the database.
pub fn take_over(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    attributes: &[(String, String)],
) -> Result<bool, Error> {
    set_at_creation(tx, now, realm, user, DEFAULT_PROFILE, &Changes::default())?;
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let code = catalogue.find(PUBLISHED_CODE).and_then(|claim| claim.attribute(&user.domain));
    let mut had_code = false;
    for (written, value) in attributes {
        let name = spelled(&catalogue, user, written);
        if value.is_empty() {
            continue;
        }
        if code == Some(name) {
            had_code = true;
            continue;
        }
        store::user::set_attribute(tx, user.id.0, DEFAULT_PROFILE, name, Some(value))?;
        for uri in KEEPING_OUT {
            let attribute = catalogue.find(uri).and_then(|claim| claim.attribute(&user.domain));
            if attribute == Some(name) {
                store::user::set_identity_claim(tx, user.id.0, uri, Some(value))?;
            }
        }
    }
    Ok(had_code)
}

/// The name of an attribute as claims are mapped to it: directories know no letter case in it.
fn spelled<'n>(catalogue: &'n Catalogue, user: &User, written: &'n str) -> &'n str {
    let mut known = catalogue.local().iter().filter_map(|claim| claim.attribute(&user.domain));
    known.find(|name| name.eq_ignore_ascii_case(written)).unwrap_or(written)
}
