//! Profiles as `UserProfileMgtService` shows and writes them, and who may do so (IS 5.3.0, UserProfileAdmin).

use super::catalogue::ROLE;
use super::claim::{self, Changes, DEFAULT_PROFILE, PROFILE_CONFIGURATION, Values};
use super::name::PRIMARY;
use super::{Actor, Error, Now, Realm, TenantId, User, user};
use crate::store::{self, Tx};

mod own;

pub use super::catalogue::{Field, Kind};
pub use own::{Flaw, edit, own};

/// Needed to write the profiles of others; a permission below it is not enough.
const WRITE: &str = "/permission/admin/manage/identity/userprofile";
/// Needed to read the profiles of others.
const VIEW: &str = "/permission/admin/manage/identity/userprofile/view";
/// Needed to delete the profiles of others.
const DELETE: &str = "/permission/admin/manage/identity/userprofile/delete";

/// A user's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its fields in the order of the tenant's claims.
    pub fields: Vec<Field>,
    /// The configuration stored with it.
    pub configuration: String,
    /// Its name, as it was asked for.
    pub name: String,
}

/// What somebody wants with a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To see it.
    View,
    /// To write it.
    Write,
    /// To delete it.
    Delete,
}

/// Refuses who may not do that with the profile of whom he names, or of nobody: this is looked at before anything else of
/// a request, and so also before what is missing in it. Oneself is the exact name of the session; anybody else takes a
/// permission.
///
/// # Errors
/// [`Error::NotAuthorized`].
pub fn check_access(
    tx: &mut Tx<'_>,
    actor: &Actor,
    typed: Option<&str>,
    access: Access,
) -> Result<(), Error> {
    let permission = match access {
        Access::View => VIEW,
        Access::Write => WRITE,
        Access::Delete => DELETE,
    };
    if typed == Some(actor.name.as_str()) || actor.may(tx, &[permission])? {
        return Ok(());
    }
    Err(Error::NotAuthorized)
}

/// The user of a typed name. The name of one's session means oneself: who signed in to a secondary store without its
/// prefix is not the one of that name in the primary store (IS 5.3.0 looks in the store that let the caller in).
fn meant(tx: &mut Tx<'_>, actor: &Actor, typed: &str) -> Result<User, Error> {
    if !actor.is_system()
        && actor.name == typed
        && let Some(own) = User::by_id(tx, actor.user.0)?
    {
        return Ok(own);
    }
    user::find(tx, actor.tenant, typed)
}

/// The profile of a user, in the shape that the caller gives it; `None` when there is none of that name. Portals ask for
/// the same one again and again, so the shape is remembered until something changes that it depends on.
///
/// # Errors
/// [`Error::NotAuthorized`], [`Error::NoSuchUser`], [`Error::UnknownDomain`].
pub fn get<T: Clone + Send + 'static>(
    tx: &mut Tx<'_>,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    profile: &str,
    shape: fn(Profile) -> T,
) -> Result<Option<T>, Error> {
    check_access(tx, actor, Some(typed), Access::View)?;
    let user = meant(tx, actor, typed)?;
    if profile != DEFAULT_PROFILE {
        return Ok(None);
    }
    tx.remembered_of_user(user.id.0, |tx| Ok(Some(shape(read(tx, realm, &user)?))))
}

/// Every profile of a user: the default user store knows one.
///
/// # Errors
/// As [`get`].
pub fn all(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor, typed: &str) -> Result<Vec<Profile>, Error> {
    check_access(tx, actor, Some(typed), Access::View)?;
    let user = meant(tx, actor, typed)?;
    Ok(vec![read(tx, realm, &user)?])
}

fn read(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<Profile, Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let with_roles = catalogue.shown().any(|(claim, _)| claim.is(ROLE));
    let values = Values::read(tx, user, with_roles)?;
    // Clients write back what they read: what cannot be written is left out.
    let fields = catalogue
        .shown()
        .filter(|(claim, _)| claim.has_place(&user.domain))
        .map(|(claim, field)| Field { value: values.of_claim(claim).map(str::to_owned), ..field.clone() });
    Ok(Profile {
        fields: fields.collect(),
        configuration: values.attribute(PROFILE_CONFIGURATION).unwrap_or(DEFAULT_PROFILE).to_owned(),
        name: DEFAULT_PROFILE.to_owned(),
    })
}

/// The fields of a profile without anybody's values.
///
/// # Errors
/// Failures of the database.
pub fn fields(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId) -> Result<Vec<Field>, Error> {
    let catalogue = realm.catalogues.of(tx, tenant)?;
    let shown = catalogue.shown().filter(|(claim, _)| claim.has_place(PRIMARY));
    Ok(shown.map(|(_, field)| field.clone()).collect())
}

/// Writes claims of a user. One who writes his own without the permission for others may not change identity claims or
/// the one-time password: values that are what they were are passed over, since forms post everything back.
///
/// # Errors
/// [`Error::NotAuthorized`] and whatever [`claim::write`] refuses.
pub fn set(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    profile: &str,
    mut changes: Changes,
) -> Result<(), Error> {
    check_access(tx, actor, Some(typed), Access::Write)?;
    let own = actor.name == typed;
    let user = meant(tx, actor, typed)?;
    if own && !actor.may(tx, &[WRITE])? {
        keep_account_claims(tx, realm, &user, &mut changes)?;
    }
    claim::write(tx, now, realm, actor, &user, profile, changes)
}

fn keep_account_claims(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    changes: &mut Changes,
) -> Result<(), Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let asked: Vec<(String, Option<String>)> = changes
        .iter()
        .filter(|(uri, _)| claim::is_of_account(&catalogue, uri))
        .map(|(uri, value)| (uri.to_owned(), value.map(str::to_owned)))
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let uris: Vec<&str> = asked.iter().map(|(uri, _)| uri.as_str()).collect();
    let stored = claim::values(tx, realm, user, &uris)?;
    for (uri, value) in &asked {
        let known = stored.iter().find(|(known, _)| known == uri).map(|(_, value)| value.as_str());
        if known.unwrap_or("") != value.as_deref().unwrap_or("") {
            return Err(Error::NotAuthorized);
        }
        changes.remove(uri);
    }
    Ok(())
}

/// Deletes a profile. The default one stays; the default user store has no other.
///
/// # Errors
/// [`Error::NotAuthorized`], the refusal to delete the default profile, unknown users.
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, typed: &str, profile: &str) -> Result<(), Error> {
    check_access(tx, actor, Some(typed), Access::Delete)?;
    if profile == DEFAULT_PROFILE {
        return Err(Error::refused("Cannot delete default profile"));
    }
    let user = meant(tx, actor, typed)?;
    store::user::delete_profile(tx, user.id.0, profile)?;
    Ok(())
}

#[cfg(test)]
mod tests;
