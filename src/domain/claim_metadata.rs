//! Changes to the claims of a tenant: its dialects, the local claims with their attributes and properties, and what
//! other dialects call them (IS 5.3.0, ClaimMetadataManagementServiceImpl and its DAOs).
//!
//! Each change is one transaction and seen by the next reader of the [`catalogue`](super::catalogue). Removing what is
//! not there is a success, as in the original. Knows nothing of users: values stay where they are, but for the one-time
//! passwords of pending resets.

pub mod older;

use super::catalogue::{Claim, LOCAL_DIALECT};
use super::forced_reset::{PUBLISHED_CODE, move_published_codes};
use super::{Actor, Error, Now, audit};
use crate::store::{self, Tx};

/// Longest URI, attribute, property name or value, in characters: the columns of the original.
const LONGEST: usize = 255;

/// A local claim as it is to be from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalClaim {
    /// Its URI; blank is refused.
    pub uri: String,
    /// User store, in any letter case, and attribute.
    pub attributes: Vec<(String, Option<String>)>,
    /// Names and values; the last one of a name counts.
    pub properties: Vec<(Option<String>, Option<String>)>,
}

/// A claim of another dialect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExternalClaim {
    /// Its dialect; blank is refused, and so is the local one.
    pub dialect: String,
    /// Its URI; blank is refused.
    pub uri: String,
    /// The local claim it stands for; blank is refused.
    pub local: String,
}

/// Adds a dialect without claims.
///
/// # Errors
/// A blank URI, or one that is taken.
pub fn add_dialect(tx: &mut Tx<'_>, now: Now, actor: &Actor, uri: &str) -> Result<(), Error> {
    refuse_blank(uri, "Claim dialect cannot be empty")?;
    if is_long(uri) || store::claim::find_dialect(tx, actor.tenant.0, uri)?.is_some() {
        return Err(Error::refused(format!("Error while adding claim dialect {uri}")));
    }
    store::claim::insert_dialect(tx, actor.tenant.0, uri)?;
    changed(tx, now, actor, "Add Claim Dialect", uri, "")
}

/// Gives a dialect another URI. The local one keeps its own: the original would lose every claim with it.
///
/// # Errors
/// A blank URI, or a new one that is taken.
pub fn rename_dialect(tx: &mut Tx<'_>, now: Now, actor: &Actor, from: &str, to: &str) -> Result<(), Error> {
    refuse_blank(from, "Claim dialect cannot be empty")?;
    refuse_blank(to, "Claim dialect cannot be empty")?;
    refuse_local(from)?;
    let Some(dialect) = store::claim::find_dialect(tx, actor.tenant.0, from)? else { return Ok(()) };
    if from == to {
        return Ok(());
    }
    if is_long(to) || store::claim::find_dialect(tx, actor.tenant.0, to)?.is_some() {
        return Err(Error::refused(format!("Error while renaming claim dialect {from}")));
    }
    store::claim::rename_dialect(tx, dialect, to)?;
    changed(tx, now, actor, "Rename Claim Dialect", from, &format!("New : {to}"))
}

/// Removes a dialect with its claims. The local one stays: the original would lose every claim with it.
///
/// # Errors
/// A blank URI.
pub fn remove_dialect(tx: &mut Tx<'_>, now: Now, actor: &Actor, uri: &str) -> Result<(), Error> {
    refuse_blank(uri, "Claim dialect URI cannot be empty")?;
    refuse_local(uri)?;
    let Some(dialect) = store::claim::find_dialect(tx, actor.tenant.0, uri)? else { return Ok(()) };
    store::claim::delete_dialect(tx, dialect)?;
    changed(tx, now, actor, "Remove Claim Dialect", uri, "")
}

/// Adds a local claim.
///
/// # Errors
/// A blank URI, one that is taken, or parts that cannot be stored.
pub fn add_local(tx: &mut Tx<'_>, now: Now, actor: &Actor, claim: &LocalClaim) -> Result<(), Error> {
    refuse_blank(&claim.uri, "Local claim URI cannot be empty")?;
    let dialect = local_dialect(tx, actor)?;
    let id = insert(tx, dialect, LOCAL_DIALECT, &claim.uri)?;
    fill(tx, id, claim)?;
    changed(tx, now, actor, "Add Local Claim", &claim.uri, &summary(claim))
}

/// Replaces the attributes and properties of a local claim; what is not given is gone.
///
/// # Errors
/// A blank or unknown URI, or parts that cannot be stored.
pub fn update_local(tx: &mut Tx<'_>, now: Now, actor: &Actor, claim: &LocalClaim) -> Result<(), Error> {
    refuse_blank(&claim.uri, "Local claim URI cannot be empty")?;
    let id = find_local(tx, actor, &claim.uri)?;
    let before = stored(tx, id, &claim.uri)?;
    store::claim::clear(tx, id)?;
    fill(tx, id, claim)?;
    if claim.uri == PUBLISHED_CODE {
        let after = stored(tx, id, &claim.uri)?;
        move_published_codes(tx, actor.tenant, &before, Some(&after))?;
    }
    changed(tx, now, actor, "Update Local Claim", &claim.uri, &summary(claim))
}

/// Removes a local claim that no external one stands for.
///
/// # Errors
/// A blank URI, or a claim that others stand for.
pub fn remove_local(tx: &mut Tx<'_>, now: Now, actor: &Actor, uri: &str) -> Result<(), Error> {
    refuse_blank(uri, "Local claim URI cannot be empty")?;
    let dialect = local_dialect(tx, actor)?;
    let Some(id) = store::claim::find(tx, dialect, uri)? else { return Ok(()) };
    if store::claim::is_mapped(tx, id)? {
        return Err(Error::refused(format!(
            "Cannot remove local claim {uri} while having associations with external claims."
        )));
    }
    if uri == PUBLISHED_CODE {
        let before = stored(tx, id, uri)?;
        move_published_codes(tx, actor.tenant, &before, None)?;
    }
    store::claim::delete(tx, id)?;
    changed(tx, now, actor, "Remove Local Claim", uri, "")
}

/// Adds a claim to a dialect. An unknown dialect is refused, where the original says yes and loses the claim.
///
/// # Errors
/// Blank parts, the local dialect, a claim that is there already, an unknown local claim.
pub fn add_external(tx: &mut Tx<'_>, now: Now, actor: &Actor, claim: &ExternalClaim) -> Result<(), Error> {
    check(claim)?;
    let Some(dialect) = store::claim::find_dialect(tx, actor.tenant.0, &claim.dialect)? else {
        return Err(not_added(&claim.dialect, &claim.uri));
    };
    let id = insert(tx, dialect, &claim.dialect, &claim.uri)?;
    let local = find_local(tx, actor, &claim.local)?;
    store::claim::set_local(tx, id, local)?;
    changed(tx, now, actor, "Add External Claim", &claim.uri, &summary_of(claim))
}

/// Lets a claim of a dialect stand for another local claim.
///
/// # Errors
/// Blank parts, the local dialect, an unknown claim on either side.
pub fn update_external(tx: &mut Tx<'_>, now: Now, actor: &Actor, claim: &ExternalClaim) -> Result<(), Error> {
    check(claim)?;
    let id = match store::claim::find_dialect(tx, actor.tenant.0, &claim.dialect)? {
        Some(dialect) => store::claim::find(tx, dialect, &claim.uri)?,
        None => None,
    };
    let id = id.ok_or_else(|| unknown(&claim.dialect, &claim.uri))?;
    let local = find_local(tx, actor, &claim.local)?;
    store::claim::set_local(tx, id, local)?;
    changed(tx, now, actor, "Update External Claim", &claim.uri, &summary_of(claim))
}

/// Removes a claim from a dialect.
///
/// # Errors
/// Blank parts, the local dialect.
pub fn remove_external(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    dialect: &str,
    uri: &str,
) -> Result<(), Error> {
    check_dialect(dialect)?;
    refuse_blank(uri, "External claim URI cannot be empty")?;
    refuse_local(dialect)?;
    let Some(id) = store::claim::find_dialect(tx, actor.tenant.0, dialect)? else { return Ok(()) };
    let Some(claim) = store::claim::find(tx, id, uri)? else { return Ok(()) };
    store::claim::delete(tx, claim)?;
    changed(tx, now, actor, "Remove External Claim", uri, &format!("Dialect : {dialect}"))
}

/// Refuses what is no external dialect, before its claims are listed.
///
/// # Errors
/// A blank URI, the local dialect.
pub fn check_external_dialect(dialect: &str) -> Result<(), Error> {
    check_dialect(dialect)?;
    refuse_local(dialect)
}

fn check_dialect(dialect: &str) -> Result<(), Error> {
    refuse_blank(dialect, "External claim dialect URI cannot be empty")
}

fn check(claim: &ExternalClaim) -> Result<(), Error> {
    refuse_blank(&claim.uri, "External claim URI cannot be empty")?;
    refuse_blank(&claim.dialect, "External dialect URI cannot be empty")?;
    refuse_blank(&claim.local, "Mapped local claim URI cannot be empty")?;
    refuse_local(&claim.dialect)
}

fn refuse_blank(text: &str, refusal: &str) -> Result<(), Error> {
    if text.trim().is_empty() { Err(Error::refused(refusal)) } else { Ok(()) }
}

fn refuse_local(dialect: &str) -> Result<(), Error> {
    if dialect.eq_ignore_ascii_case(LOCAL_DIALECT) {
        Err(Error::refused(format!("Invalid external claim dialect {LOCAL_DIALECT}")))
    } else {
        Ok(())
    }
}

fn is_long(text: &str) -> bool {
    text.chars().count() > LONGEST
}

fn not_added(dialect: &str, uri: &str) -> Error {
    Error::refused(format!("Error while adding claim {uri} to dialect {dialect}"))
}

fn unknown(dialect: &str, uri: &str) -> Error {
    Error::refused(format!("Invalid Claim URI : {uri} for Claim Dialect : {dialect}"))
}

fn local_dialect(tx: &mut Tx<'_>, actor: &Actor) -> Result<i64, Error> {
    let found = store::claim::find_dialect(tx, actor.tenant.0, LOCAL_DIALECT)?;
    Ok(found.ok_or(store::Error::Missing("local claim dialect"))?)
}

fn find_local(tx: &mut Tx<'_>, actor: &Actor, uri: &str) -> Result<i64, Error> {
    let dialect = local_dialect(tx, actor)?;
    store::claim::find(tx, dialect, uri)?.ok_or_else(|| unknown(LOCAL_DIALECT, uri))
}

fn stored(tx: &mut Tx<'_>, id: i64, uri: &str) -> Result<Claim, Error> {
    let attributes = store::claim::attributes_of(tx, id)?;
    Ok(Claim { uri: uri.to_owned(), attributes, properties: store::claim::properties_of(tx, id)? })
}

/// Adds a claim behind the others of its dialect.
fn insert(tx: &mut Tx<'_>, dialect: i64, dialect_uri: &str, uri: &str) -> Result<i64, Error> {
    if is_long(uri) || store::claim::find(tx, dialect, uri)?.is_some() {
        return Err(not_added(dialect_uri, uri));
    }
    let position = store::claim::next_position(tx, dialect)?;
    Ok(store::claim::insert(tx, dialect, uri, position, None)?)
}

fn fill(tx: &mut Tx<'_>, id: i64, claim: &LocalClaim) -> Result<(), Error> {
    let mut stores: Vec<String> = Vec::new();
    for (position, (domain, attribute)) in (1..).zip(&claim.attributes) {
        let domain = domain.to_uppercase();
        let attribute = attribute.as_deref().filter(|attribute| !is_long(attribute) && !is_long(&domain));
        let Some(attribute) = attribute.filter(|_| !stores.contains(&domain)) else {
            return Err(Error::refused("Error while adding attribute mappings"));
        };
        store::claim::insert_attribute(tx, id, &domain, attribute, position)?;
        stores.push(domain);
    }
    let mut seen: Vec<Option<&str>> = Vec::new();
    for (name, value) in claim.properties.iter().rev() {
        if seen.contains(&name.as_deref()) {
            continue;
        }
        seen.push(name.as_deref());
        let (Some(name), Some(value)) = (name, value) else { return Err(no_property()) };
        if is_long(name) || is_long(value) {
            return Err(no_property());
        }
        store::claim::insert_property(tx, id, name, value)?;
    }
    Ok(())
}

fn no_property() -> Error {
    Error::refused("Error while adding claim properties")
}

fn summary(claim: &LocalClaim) -> String {
    let names: Vec<&str> = claim.properties.iter().filter_map(|(name, _)| name.as_deref()).collect();
    let stores: Vec<&str> = claim.attributes.iter().map(|(domain, _)| domain.as_str()).collect();
    format!("Stores : {} Properties : {}", stores.join(","), names.join(","))
}

fn summary_of(claim: &ExternalClaim) -> String {
    format!("Dialect : {} Local : {}", claim.dialect, claim.local)
}

/// Tells the caches and the audit trail.
fn changed(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    action: &str,
    target: &str,
    data: &str,
) -> Result<(), Error> {
    store::claim::bump(tx, actor.tenant.0, "claims")?;
    audit::record(tx, now, actor, action, target, data)
}

#[cfg(test)]
mod tests;
