//! Claims as releases before 5.3 describe them: each claim of each dialect is mapped to an attribute, and claims that are
//! mapped to the same one are the same (5.1, ClaimManagerHandler and DefaultClaimManager).
//!
//! A claim of another dialect is written to the store of today as the local claim that has its attribute. Nothing else is
//! kept of it: what is said about it is what is said about that claim. A dialect is there once a claim names it.
//!
//! What a mapping cannot say of a local claim stays, and so does what it says as it is: a text that is left out, a flag that
//! already reads so.

use super::{ExternalClaim, LocalClaim, refuse_blank, unknown};
use crate::domain::catalogue::{Catalogue, Claim, DEFAULT_ATTRIBUTE, LOCAL_DIALECT};
use crate::domain::name::PRIMARY;
use crate::domain::{Actor, Error, Now, Realm};
use crate::store::{self, Tx};

/// The property without which no profile shows a claim.
const DISPLAY_NAME: &str = "DisplayName";

/// A claim of any dialect as it is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Its dialect; blank is refused.
    pub dialect: String,
    /// Its URI; blank is refused.
    pub uri: String,
    /// The attribute, and others by user store: `mail;STORE/address`. Of those without a store the last one counts. The URI
    /// of a local claim means its attribute.
    pub attribute: Option<String>,
    /// User stores, in any letter case, and attributes. One without a store counts where there is no attribute else.
    pub by_store: Vec<(Option<String>, Option<String>)>,
    /// Properties that are texts: left out they stay, empty they go.
    pub texts: Vec<(&'static str, Option<String>)>,
    /// Properties that are on or off.
    pub flags: Vec<(&'static str, bool)>,
    /// Place in a form.
    pub display_order: i32,
}

/// The attributes a mapping names.
#[derive(Debug, Default)]
struct Attributes {
    /// For every store that is not named.
    general: Option<String>,
    /// Stores, in upper case, and theirs.
    by_store: Vec<(String, String)>,
}

/// The attribute of the stores that are not among [`attributes_of_stores`].
#[must_use]
pub fn mapped_attribute(claim: &Claim) -> Option<&str> {
    let default = claim.property(DEFAULT_ATTRIBUTE).filter(|attribute| !attribute.trim().is_empty());
    default.or_else(|| claim.own_attribute(PRIMARY))
}

/// User stores and the attributes that are mapped for them alone.
pub fn attributes_of_stores(claim: &Claim) -> impl Iterator<Item = (&str, &str)> {
    let general = mapped_attribute(claim);
    let named = claim.attributes.iter().map(|(store, attribute)| (store.as_str(), attribute.as_str()));
    named.filter(move |(store, attribute)| {
        !attribute.trim().is_empty() && (*store != PRIMARY || general != Some(*attribute))
    })
}

/// Adds a claim, and its dialect if need be.
///
/// # Errors
/// Blank names, a claim that is there in whatever dialect, no attribute, one that no local claim has.
pub fn add(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, claim: &Mapping) -> Result<(), Error> {
    let catalogue = realm.catalogues.of(tx, actor.tenant)?;
    add_to(tx, now, actor, &catalogue, claim)
}

/// Adds claims to a dialect, which may be there; a claim that names no dialect is of this one.
///
/// # Errors
/// As [`add`].
pub fn add_dialect(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    dialect: &str,
    claims: Vec<Mapping>,
) -> Result<(), Error> {
    refuse_blank(dialect, "Claim dialect URI cannot be empty")?;
    // Read once: a claim that is given twice is refused where it is stored.
    let catalogue = realm.catalogues.of(tx, actor.tenant)?;
    for mut claim in claims {
        if claim.dialect.trim().is_empty() {
            dialect.clone_into(&mut claim.dialect);
        }
        add_to(tx, now, actor, &catalogue, &claim)?;
    }
    Ok(())
}

fn add_to(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    catalogue: &Catalogue,
    claim: &Mapping,
) -> Result<(), Error> {
    claim.check()?;
    if catalogue.find(&claim.uri).is_some() {
        return Err(Error::refused("Duplicate claim exist in the system. Please pick a different Claim Uri"));
    }
    let attributes = claim.attributes()?;
    if claim.is_local() {
        let nothing = Claim { uri: claim.uri.clone(), attributes: Vec::new(), properties: Vec::new() };
        return super::add_local(tx, now, actor, &claim.over(&nothing, attributes));
    }
    let external = claim.external(attributes.local_claim(catalogue)?);
    if store::claim::find_dialect(tx, actor.tenant.0, &claim.dialect)?.is_none() {
        super::add_dialect(tx, now, actor, &claim.dialect)?;
    }
    super::add_external(tx, now, actor, &external)
}

/// Changes a claim. One of another dialect goes on standing for the local claim it stands for, if that has the attribute.
///
/// # Errors
/// Blank names, an unknown claim, no attribute, one that no local claim has.
pub fn update(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, claim: &Mapping) -> Result<(), Error> {
    claim.check()?;
    let catalogue = realm.catalogues.of(tx, actor.tenant)?;
    if claim.is_local() {
        let stored = catalogue.local().iter().find(|stored| stored.uri == claim.uri);
        let stored = stored.ok_or_else(|| unknown(LOCAL_DIALECT, &claim.uri))?;
        return super::update_local(tx, now, actor, &claim.over(stored, claim.attributes()?));
    }
    let present = catalogue.external(&claim.dialect).find(|(uri, _)| *uri == claim.uri);
    let (_, present) = present.ok_or_else(|| unknown(&claim.dialect, &claim.uri))?;
    let attributes = claim.attributes()?;
    let local = if attributes.are_of(present) { present } else { attributes.local_claim(&catalogue)? };
    super::update_external(tx, now, actor, &claim.external(local))
}

/// Removes a claim.
///
/// # Errors
/// Blank names, a local claim that others stand for.
pub fn remove(tx: &mut Tx<'_>, now: Now, actor: &Actor, dialect: &str, uri: &str) -> Result<(), Error> {
    if dialect.eq_ignore_ascii_case(LOCAL_DIALECT) {
        super::remove_local(tx, now, actor, uri)
    } else {
        super::remove_external(tx, now, actor, dialect, uri)
    }
}

impl Mapping {
    fn is_local(&self) -> bool {
        self.dialect.eq_ignore_ascii_case(LOCAL_DIALECT)
    }

    fn check(&self) -> Result<(), Error> {
        refuse_blank(&self.dialect, "Claim dialect URI cannot be empty")?;
        let whose = if self.is_local() { "Local" } else { "External" };
        refuse_blank(&self.uri, &format!("{whose} claim URI cannot be empty"))
    }

    fn attributes(&self) -> Result<Attributes, Error> {
        let mut found = Attributes::default();
        let parts = self.attribute.iter().flat_map(|all| all.split(';')).map(str::trim);
        for part in parts.filter(|part| !part.is_empty()) {
            match part.split_once('/') {
                Some((store, attribute)) if !store.is_empty() && is_name(attribute) => {
                    found.put(store, attribute);
                }
                _ => found.general = Some(part.to_owned()),
            }
        }
        let mut of_no_store = None;
        for (store, attribute) in &self.by_store {
            let Some(attribute) = attribute.as_deref().filter(|attribute| !attribute.trim().is_empty())
            else {
                continue;
            };
            match store.as_deref().filter(|store| !store.trim().is_empty()) {
                Some(store) => found.put(store, attribute),
                None => of_no_store = of_no_store.or(Some(attribute)),
            }
        }
        found.general = found.general.or_else(|| of_no_store.map(str::to_owned));
        if found.general.is_none() && found.by_store.is_empty() {
            return Err(Error::refused("Attribute name cannot be null for the primary domain"));
        }
        Ok(found)
    }

    fn external(&self, local: &Claim) -> ExternalClaim {
        ExternalClaim { dialect: self.dialect.clone(), uri: self.uri.clone(), local: local.uri.clone() }
    }

    /// The local claim that this makes of what is stored.
    fn over(&self, stored: &Claim, attributes: Attributes) -> LocalClaim {
        let mut properties = stored.properties.clone();
        let mut put = |name: &str, value: Option<String>| {
            properties.retain(|(known, _)| known != name);
            properties.extend(value.map(|value| (name.to_owned(), value)));
        };
        for (name, text) in &self.texts {
            if let Some(text) = text {
                put(name, Some(text.clone()).filter(|text| !text.trim().is_empty()));
            }
        }
        for (name, is_on) in &self.flags {
            if stored.flag(name) != *is_on {
                put(name, Some(is_on.to_string()));
            }
        }
        if stored.display_order() != self.display_order {
            put("DisplayOrder", Some(self.display_order.to_string()));
        }
        let (attributes, default) = attributes.stored();
        put(DEFAULT_ATTRIBUTE, default);
        // So the original names claims that it takes over from an older release.
        if !properties.iter().any(|(name, _)| name == DISPLAY_NAME) {
            properties.push((DISPLAY_NAME.to_owned(), "0".to_owned()));
        }
        LocalClaim {
            uri: stored.uri.clone(),
            attributes: attributes.into_iter().map(|(store, attribute)| (store, Some(attribute))).collect(),
            properties: properties.into_iter().map(|(name, value)| (Some(name), Some(value))).collect(),
        }
    }
}

/// Whether it can stand behind the store of an attribute; the URI of a claim has more slashes.
fn is_name(attribute: &str) -> bool {
    !attribute.is_empty() && !attribute.contains('/')
}

impl Attributes {
    fn put(&mut self, store: &str, attribute: &str) {
        let store = store.to_uppercase();
        self.by_store.retain(|(known, _)| *known != store);
        self.by_store.push((store, attribute.to_owned()));
    }

    /// User stores and attributes as the store of today keeps them, and the one of stores that have none if that is not
    /// the primary store's.
    fn stored(self) -> (Vec<(String, String)>, Option<String>) {
        let Self { general, mut by_store } = self;
        match general {
            Some(general) if by_store.iter().any(|(store, _)| store == PRIMARY) => (by_store, Some(general)),
            Some(general) => {
                by_store.insert(0, (PRIMARY.to_owned(), general));
                (by_store, None)
            }
            None => (by_store, None),
        }
    }

    /// Whether a claim is mapped to these.
    fn are_of(&self, claim: &Claim) -> bool {
        match &self.general {
            Some(general) => [mapped_attribute(claim), claim.own_attribute(PRIMARY)].contains(&Some(general)),
            None => {
                self.by_store.iter().all(|(store, attribute)| claim.own_attribute(store) == Some(attribute))
            }
        }
    }

    /// The local claim that is mapped to these. Of several it is one that is kept in the user store, and is known to
    /// other dialects, rather than one that merely borrows the attribute.
    fn local_claim<'c>(&self, catalogue: &'c Catalogue) -> Result<&'c Claim, Error> {
        let has_other_names = |local: &Claim| {
            let mut dialects = catalogue.dialects();
            dialects.any(|dialect| catalogue.external(dialect).any(|(_, known)| std::ptr::eq(known, local)))
        };
        let mapped = catalogue.local().iter().filter(|claim| self.are_of(claim));
        let best = mapped.min_by_key(|claim| (claim.is_identity(), !has_other_names(claim)));
        let named = || self.general.as_deref().and_then(|uri| catalogue.find_local(uri));
        best.or_else(named).ok_or_else(|| {
            let stores = self.by_store.iter().map(|(store, attribute)| format!("{store}/{attribute}"));
            let given: Vec<String> = self.general.iter().cloned().chain(stores).collect();
            let given = given.join(";");
            Error::refused(format!(
                "No claim of the dialect {LOCAL_DIALECT} has the mapped attribute {given}"
            ))
        })
    }
}
