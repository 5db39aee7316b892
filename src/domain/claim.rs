//! Claims of users: the multi-claim write that can force a password reset, the single-claim operations with their
//! different rules, reading, and searching.
//!
//! Identity claims (below `http://wso2.org/claims/identity`) are kept with the account, literally, without mapping;
//! the single-claim operations of IS 5.3.0 do not know them. All others live in attributes of the user store.

mod changes;
mod of_user;
mod taken_over;

pub use changes::Changes;
pub use of_user::Values;
pub use taken_over::take_over;

use super::catalogue::{Catalogue, Claim, IDENTITY, ROLE};
use super::name::{PRIMARY, folded, shown};
use super::user::UserStore;
use super::{Actor, Error, Now, Realm, TenantId, User, UserId, forced_reset, lockout, role, user};
use crate::store::{self, Tx};
use std::borrow::Cow;

/// The only profile of the default user store.
pub const DEFAULT_PROFILE: &str = "default";
/// Claims that keep a user out, and until when.
const KEEPING_OUT: [&str; 3] = [lockout::LOCKED, lockout::UNLOCK_TIME, lockout::DISABLED];
/// What a user wants to be called.
const DISPLAY_NAME: &str = "http://wso2.org/claims/displayName";
/// Stamped by every multi-claim write.
const MODIFIED: &str = "http://wso2.org/claims/modified";
/// Stamped when a user is added.
const CREATED: &str = "http://wso2.org/claims/created";
/// A unique id that every user gets.
const USER_ID: &str = "http://wso2.org/claims/userid";
/// The user's name.
const USER_NAME: &str = "http://wso2.org/claims/username";

/// Whether a claim is kept with the account.
#[must_use]
pub fn is_identity(uri: &str) -> bool {
    uri.contains(IDENTITY)
}

/// Whether a claim belongs to the account rather than to the person: identity claims, the published one-time password, and
/// what applications know the user by, whatever they are called. Users do not write those of their own. That another name
/// of an identity claim is kept as an attribute does not matter: where the account has no value of the claim, the attribute
/// is read in its place.
#[must_use]
pub fn is_of_account(catalogue: &Catalogue, uri: &str) -> bool {
    is_identity(uri)
        || catalogue.find(uri).is_some_and(Claim::is_identity)
        || [forced_reset::PUBLISHED_CODE, USER_ID, USER_NAME].iter().any(|own| catalogue.means(uri, own))
}

/// The multi-claim write behind `setUserProfile` and `setUserClaimValues`. Everything is checked before anything is
/// written.
///
/// # Errors
/// Unknown claims, a profile name that is none, and whatever the forced reset refuses.
pub fn write(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    user: &User,
    profile: &str,
    changes: Changes,
) -> Result<(), Error> {
    // One profile is all a directory has.
    check_profile(profile)?;
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let mut changes = changes.of_local_claims(&catalogue);
    for (uri, value) in changes.iter() {
        check_length(uri, value)?;
        if !is_identity(uri) {
            attribute_of(&catalogue, user, uri)?;
        }
    }
    forced_reset::consider(tx, now, realm, actor, user, &mut changes)?;
    for (uri, value) in changes.iter() {
        if is_identity(uri) {
            store::user::set_identity_claim(tx, user.id.0, uri, value)?;
        } else {
            put(tx, user, attribute_of(&catalogue, user, uri)?, value)?;
        }
    }
    stamp(tx, now, &catalogue, user, MODIFIED)
}

/// Bytes of a value at most: room for a picture and every certificate, but not for as much as a request can carry, which each
/// reader of the profile would be given with each claim. The original's databases take a thousand characters, its directory
/// whatever comes.
const LONGEST: usize = 1024 * 1024;

fn check_length(uri: &str, value: Option<&str>) -> Result<(), Error> {
    match value {
        Some(value) if value.len() > LONGEST => {
            Err(Error::refused(format!("The value of the claim {uri} is longer than {LONGEST} bytes")))
        }
        _ => Ok(()),
    }
}

/// The attribute behind a claim that is not an identity claim.
fn attribute_of<'c>(catalogue: &'c Catalogue, user: &User, uri: &str) -> Result<&'c str, Error> {
    if uri == PROFILE_CONFIGURATION {
        return Ok(PROFILE_CONFIGURATION);
    }
    let claim = catalogue.find(uri).filter(|claim| !claim.is(ROLE));
    claim.and_then(|claim| claim.attribute(&user.domain)).ok_or_else(|| {
        let name = user.display_name();
        if uri.eq_ignore_ascii_case(ROLE) {
            Error::refused(format!(
                "One or more attributes you are trying to add/update are not supported by underlying LDAP for user : {name}"
            ))
        } else {
            Error::refused(format!("Error in obtaining claim mapping for user : {name}"))
        }
    })
}

/// The attribute that keeps the profile configuration.
pub const PROFILE_CONFIGURATION: &str = "profileConfiguration";

/// The attribute that a user's entry is named by.
const NAMING: &str = "uid";
/// Attributes without which the primary store, a directory, has no entry of a person.
const MANDATORY: [&str; 3] = [NAMING, "cn", "sn"];

/// Sets an attribute, or takes it away when there is nothing in the value.
fn put(tx: &mut Tx<'_>, user: &User, attribute: &str, value: Option<&str>) -> Result<(), Error> {
    let value = value.map(|value| normalised(attribute, value)).filter(|value| !value.is_empty());
    // A directory lets nobody change what an entry is named by. Applications may know a user by it, in every store.
    let is_renamed = attribute == NAMING && value.as_ref().is_some_and(|value| *value != user.name);
    // A user who came from elsewhere may have none to begin with.
    let is_stripped = value.is_none()
        && user.domain == PRIMARY
        && MANDATORY.contains(&attribute)
        && store::user::attribute(tx, user.id.0, DEFAULT_PROFILE, attribute)?.is_some();
    if is_renamed || is_stripped {
        let name = user.display_name();
        return Err(Error::refused(format!(
            "Profile information could not be updated in LDAP user store for user : {name}"
        )));
    }
    Ok(store::user::set_attribute(tx, user.id.0, DEFAULT_PROFILE, attribute, value.as_deref())?)
}

/// A text with several values: each trimmed, empty ones left out, as the directory stores it.
fn normalised<'v>(attribute: &str, value: &'v str) -> Cow<'v, str> {
    if !value.contains(',') || store::user::is_single(attribute) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(store::user::values_in(attribute, value).collect::<Vec<_>>().join(","))
}

fn check_profile(profile: &str) -> Result<(), Error> {
    match profile.chars().all(char::is_alphanumeric) {
        true => Ok(()),
        false => Err(Error::refused("profile name contains invalid characters!")),
    }
}

fn stamp(tx: &mut Tx<'_>, now: Now, catalogue: &Catalogue, user: &User, uri: &str) -> Result<(), Error> {
    if let Some(attribute) = catalogue.find(uri).and_then(|claim| claim.attribute(&user.domain)) {
        store::user::set_attribute(tx, user.id.0, DEFAULT_PROFILE, attribute, Some(&now.to_timestamp()))?;
    }
    Ok(())
}

/// Refuses claims without a mapping and values that are too long, before a user is added with them.
///
/// # Errors
/// Names the claim.
pub fn check_known(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId, claims: &Changes) -> Result<(), Error> {
    let catalogue = realm.catalogues.of(tx, tenant)?;
    for (uri, value) in claims.iter() {
        if catalogue.find(uri).is_none() {
            return Err(Error::refused(format!("Invalid claim uri has been provided: {uri}")));
        }
        check_length(uri, value)?;
    }
    Ok(())
}

/// Writes the claims of a user who was just added. Nothing is triggered, identity claims land in the attribute they are
/// mapped to, and the directory's mandatory names default to the user's (IS 5.3.0, ReadWriteLDAPUserStoreManager).
///
/// Logins of the original read the attribute where the account has no value yet, so that whoever is added as locked or
/// disabled is. Ours look at the account alone, which therefore gets these, too.
///
/// # Errors
/// Failures of the database.
pub fn set_at_creation(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    profile: &str,
    claims: &Changes,
) -> Result<(), Error> {
    check_profile(profile)?;
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let attribute = |uri: &str| catalogue.find(uri).and_then(|claim| claim.attribute(&user.domain));
    let moment = now.to_timestamp();
    let id = sortable_id(now, user.id);
    let names = MANDATORY.map(|name| (name, user.name.as_str()));
    let stamps = [(USER_ID, id.as_str()), (CREATED, &moment), (MODIFIED, &moment)];
    let given: Vec<(&str, &str)> = claims
        .iter()
        .filter_map(|(uri, value)| Some((uri, value.filter(|value| !value.is_empty())?)))
        .collect();
    // The last one counts, and is the only one written: each value has its place in the index that searches use.
    let mut values: Vec<(&str, &str)> = Vec::new();
    let of_claims = stamps
        .into_iter()
        .chain(given.iter().copied())
        .filter_map(|(uri, value)| Some((attribute(uri)?, value)));
    for (name, value) in names.into_iter().chain(of_claims.filter(|(name, _)| *name != NAMING)) {
        match values.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => values.push((name, value)),
        }
    }
    for (name, value) in values {
        store::user::set_attribute(tx, user.id.0, DEFAULT_PROFILE, name, Some(value))?;
    }
    for (uri, value) in given {
        let claim = catalogue.find(uri).map(|claim| claim.uri.as_str());
        if let Some(kept) = claim.filter(|uri| KEEPING_OUT.contains(uri)) {
            store::user::set_identity_claim(tx, user.id.0, kept, Some(value))?;
        }
    }
    Ok(())
}

/// The id that other systems know a user by: a UUID that sorts by when and in which order users were added (version 7 of
/// RFC 9562, with the key as its counter). Attributes are indexed by value; random ones would touch another page of that
/// index for every user, and the larger the installation, the fewer of them would share one.
fn sortable_id(now: Now, user: UserId) -> String {
    let mut rest = [0; 10];
    let [.., one, two, three, four] = user.0.to_be_bytes();
    let [.., first, second, third] = *uuid::Uuid::new_v4().as_bytes();
    // The first three bytes share their place with version and variant.
    for (byte, value) in rest.iter_mut().skip(3).zip([one, two, three, four, first, second, third]) {
        *byte = value;
    }
    let millis = u64::try_from(now.0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid().to_string()
}

/// The named claims that have a value; identity claims also when it is empty.
///
/// # Errors
/// Failures of the database.
pub fn values(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    uris: &[&str],
) -> Result<Vec<(String, String)>, Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let values = Values::read(tx, user, uris.iter().any(|uri| catalogue.means(uri, ROLE)))?;
    let mut found: Vec<(String, String)> = Vec::new();
    for uri in uris {
        if let Some(value) = values.of(&catalogue, uri)
            && !found.iter().any(|(known, _)| known == uri)
        {
            found.push(((*uri).to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

/// Every claim of a user that has a value, local ones first, then what else the account holds.
///
/// # Errors
/// Failures of the database.
pub fn all_values(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<Vec<(String, String)>, Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let values = Values::read(tx, user, true)?;
    let mut found: Vec<(String, String)> = catalogue
        .local()
        .iter()
        .filter_map(|claim| Some((claim.uri.clone(), values.of(&catalogue, &claim.uri)?.to_owned())))
        .collect();
    for (uri, value) in values.identity() {
        if let Some(value) = value
            && !found.iter().any(|(known, _)| known == uri)
        {
            found.push((uri.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

/// The single-claim read: of an identity claim it knows only the attribute, which is normally empty.
///
/// # Errors
/// Names the claim when it has no mapping.
pub fn single(tx: &mut Tx<'_>, realm: &Realm, user: &User, uri: &str) -> Result<Option<String>, Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    if catalogue.means(uri, ROLE) {
        return Ok(Some(role::of_user(tx, user)?.join(",")));
    }
    let attribute = single_attribute(&catalogue, &user.domain, uri)?;
    let value = store::user::attribute(tx, user.id.0, DEFAULT_PROFILE, attribute)?;
    Ok(value.filter(|value| !value.trim().is_empty()))
}

/// The attribute of a claim in a store. That a claim is mapped nowhere is something else to the original than that there
/// is no such claim: it runs into an exception that its user stores do not expect.
fn single_attribute<'c>(catalogue: &'c Catalogue, domain: &str, uri: &str) -> Result<&'c str, Error> {
    let claim = catalogue.find(uri).ok_or_else(|| {
        Error::refused(format!(
            "org.wso2.carbon.user.core.UserStoreException: Mapped attribute cannot be found for claim : {uri} in user \
             store : {domain}"
        ))
    })?;
    claim.attribute(domain).ok_or_else(Error::unforeseen)
}

/// The single-claim write; identity claims are refused, an empty value removes.
///
/// # Errors
/// Names what is refused.
pub fn set_single(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    uri: &str,
    value: Option<&str>,
) -> Result<(), Error> {
    if is_identity(uri) {
        return Err(Error::refused("InvalidOperation This operation is not supported for Identity claims"));
    }
    check_length(uri, value)?;
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    put(tx, user, attribute_of(&catalogue, user, uri)?, value)?;
    stamp(tx, now, &catalogue, user, MODIFIED)
}

/// Removes a claim's value from the user store; identity claims keep theirs.
///
/// # Errors
/// The directory's refusal of a claim without attribute.
pub fn remove(tx: &mut Tx<'_>, realm: &Realm, user: &User, uri: &str) -> Result<(), Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    put(tx, user, attribute_of(&catalogue, user, uri)?, None)
}

/// Removes a claim's value if the tenant still has the claim.
///
/// # Errors
/// Failures of the database.
pub fn clear(tx: &mut Tx<'_>, realm: &Realm, user: &User, uri: &str) -> Result<(), Error> {
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    if let Some(attribute) = catalogue.find(uri).and_then(|claim| claim.attribute(&user.domain)) {
        store::user::set_attribute(tx, user.id.0, DEFAULT_PROFILE, attribute, None)?;
    }
    Ok(())
}

/// A user found by a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Key.
    pub id: UserId,
    /// The user's store.
    pub store: UserStore,
    /// The name as clients see it.
    pub name: String,
    /// The user's display name, if he has one.
    pub display_name: Option<String>,
}

/// The names of the users that [`find_users`] finds.
///
/// # Errors
/// As [`find_users`].
pub fn search(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    uri: &str,
    value: &str,
) -> Result<Vec<String>, Error> {
    Ok(find_users(tx, realm, tenant, uri, value)?.into_iter().map(|found| found.name).collect())
}

/// A value of a claim that is looked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The stores to look in, each with the attribute that the claim is mapped to there.
    pub stores: Vec<(user::UserStore, String)>,
    /// The value, or a `LIKE` pattern, folded: letter case is ignored, as directories do.
    pub value: String,
    /// Which of the two it is.
    pub is_pattern: bool,
}

/// Where to look for a value of a claim and for which, as [`find_users`] reads it.
///
/// # Errors
/// Names the claim when it has no mapping.
pub fn wanted(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    uri: &str,
    value: &str,
) -> Result<Wanted, Error> {
    let catalogue = realm.catalogues.of(tx, tenant)?;
    let (domain, value) = match value.split_once('/') {
        Some((domain, rest)) => (Some(domain.trim().to_uppercase()), rest),
        None => (None, value),
    };
    let mut stores = user::stores(tx, tenant)?;
    if let Some(domain) = domain.filter(|domain| stores.iter().any(|store| store.domain == *domain)) {
        stores.retain(|store| store.domain == domain);
    }
    // A claim that is none has no attribute anywhere, and nobody has a value of it.
    if catalogue.find(uri).is_none() {
        stores.clear();
    }
    let with_attribute = stores.into_iter().map(|store| {
        let domain = store.domain.as_str();
        let attribute = single_attribute(&catalogue, domain, uri)?;
        let attribute = attribute.to_owned();
        Ok::<_, Error>((store, attribute))
    });
    let stores = with_attribute.collect::<Result<_, _>>()?;
    let is_pattern = value.contains('*');
    let value = if is_pattern { user::like(value).1 } else { folded(value) };
    Ok(Wanted { stores, value, is_pattern })
}

/// Users whose claim has this value, or has it among several; `*` is a wildcard. The text before the first slash names a
/// store, and is cut off even when it names none (IS 5.3.0). Sorted by name.
///
/// # Errors
/// Names the claim when it has no mapping.
pub fn find_users(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    uri: &str,
    value: &str,
) -> Result<Vec<Found>, Error> {
    let catalogue = realm.catalogues.of(tx, tenant)?;
    let Wanted { stores, value, is_pattern } = wanted(tx, realm, tenant, uri, value)?;
    let mut found = Vec::new();
    for (store, attribute) in stores {
        let domain = store.domain.as_str();
        let display = catalogue.find(DISPLAY_NAME).and_then(|claim| claim.attribute(domain));
        let wanted = (attribute.as_str(), value.as_str());
        for hit in store::listing::by_attribute(tx, tenant.0, domain, wanted, is_pattern, display)? {
            let name = shown(domain, &hit.name);
            found.push(Found { id: UserId(hit.id), store: store.clone(), name, display_name: hit.shown });
        }
    }
    found.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

/// Adds parts to a claim of several values; blank and present ones are skipped (IS 5.3.0, addUserClaimValues).
///
/// # Errors
/// As [`set_single`].
pub fn append(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    uri: &str,
    value: Option<&str>,
) -> Result<(), Error> {
    // First, so that a claim without a mapping is refused whatever its value.
    let old = single(tx, realm, user, uri)?;
    let Some(value) = value.filter(|value| !value.trim().is_empty()) else { return Ok(()) };
    let joined = match &old {
        Some(old) if old.split(',').any(|part| part.trim().eq_ignore_ascii_case(value.trim())) => {
            return Ok(());
        }
        Some(old) => format!("{old},{value}"),
        None => value.to_owned(),
    };
    set_single(tx, now, realm, user, uri, Some(&joined))
}

#[cfg(test)]
mod tests;
