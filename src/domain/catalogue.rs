//! The claims of a tenant: which there are, how they are shown, which attribute holds their values, and what other
//! dialects call them.
//!
//! Read once and kept until the tenant's claims change, which one small look-up per use tells.

mod field;

pub use field::{Field, Kind};

use super::name::{PRIMARY, lowered};
use super::{Error, TenantId};
use crate::store::{self, Tx};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The local dialect.
pub const LOCAL_DIALECT: &str = "http://wso2.org/claims";
/// Claims below this are kept with the account, not in the user store.
pub const IDENTITY: &str = "http://wso2.org/claims/identity";
/// The computed claim that lists a user's roles.
pub const ROLE: &str = "http://wso2.org/claims/role";
/// One or more addresses.
pub const EMAIL_ADDRESS: &str = "http://wso2.org/claims/emailaddress";
/// The first name.
pub const GIVEN_NAME: &str = "http://wso2.org/claims/givenname";
/// The family name.
pub const LAST_NAME: &str = "http://wso2.org/claims/lastname";
/// Where the original takes the locale of a user from.
pub const LOCALITY: &str = "http://wso2.org/claims/locality";
/// The property that names the attribute of stores without a mapping of their own.
pub const DEFAULT_ATTRIBUTE: &str = "DefaultAttribute";

/// A local claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Its URI.
    pub uri: String,
    /// User store and attribute, in the order they were given.
    pub attributes: Vec<(String, String)>,
    /// Names are free, `DisplayName` and some others have a meaning; sorted by name.
    pub properties: Vec<(String, String)>,
}

impl Claim {
    /// The attribute that holds the claim's value in a user store: the one mapped for it, else the one that the property
    /// `DefaultAttribute` names, else that of the primary store (IS 5.3.0, DefaultClaimMetadataStore).
    #[must_use]
    pub fn attribute(&self, domain: &str) -> Option<&str> {
        let default = || self.property(DEFAULT_ATTRIBUTE).filter(|attribute| !attribute.trim().is_empty());
        self.own_attribute(domain).or_else(default).or_else(|| self.own_attribute(PRIMARY))
    }

    /// The attribute that was mapped for this very store.
    #[must_use]
    pub fn own_attribute(&self, domain: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == domain);
        found.map(|(_, attribute)| attribute.as_str()).filter(|attribute| !attribute.trim().is_empty())
    }

    /// Whether there is a place for it in a user store. Where there is none, nothing can be written.
    #[must_use]
    pub fn has_place(&self, domain: &str) -> bool {
        self.is_identity() || self.is(ROLE) || self.attribute(domain).is_some()
    }

    /// A property, such as `DisplayName`.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is the claim of that URI; letter case is ignored.
    #[must_use]
    pub fn is(&self, uri: &str) -> bool {
        self.uri.eq_ignore_ascii_case(uri)
    }

    /// Whether it is an identity claim by its name, in any letter case.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        lowered(&self.uri).contains(IDENTITY)
    }

    /// Whether a property is there and does not say `false`.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.property(name).is_some_and(|value| !value.eq_ignore_ascii_case("false"))
    }

    /// `DisplayOrder`; 0 when it is absent or no number.
    #[must_use]
    pub fn display_order(&self) -> i32 {
        self.property("DisplayOrder").and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }
}

/// Every claim of a tenant.
#[derive(Debug, Default)]
pub struct Catalogue {
    version: i64,
    local: Vec<Claim>,
    /// The fields of a profile, with their claims by place.
    shown: Vec<(usize, Field)>,
    /// In lower case.
    by_uri: HashMap<String, usize, RandomState>,
    dialects: Vec<Dialect>,
}

/// A dialect; the local one keeps its claims elsewhere.
#[derive(Debug)]
struct Dialect {
    uri: String,
    /// Claims and the places of the local ones they stand for.
    external: Vec<(String, usize)>,
}

impl Catalogue {
    /// The local claims in their order.
    #[must_use]
    pub fn local(&self) -> &[Claim] {
        &self.local
    }

    /// The fields of a profile, with their claims.
    pub fn shown(&self) -> impl Iterator<Item = (&Claim, &Field)> {
        self.shown.iter().filter_map(|(index, field)| Some((self.local.get(*index)?, field)))
    }

    /// A local claim, or the one that an external claim stands for; letter case is ignored.
    #[must_use]
    pub fn find(&self, uri: &str) -> Option<&Claim> {
        self.by_uri.get(&*lowered(uri)).and_then(|index| self.local.get(*index))
    }

    /// Whether a name means this local claim: in any letter case, or as an external claim that stands for it.
    #[must_use]
    pub fn means(&self, uri: &str, local: &str) -> bool {
        self.find(uri).is_some_and(|claim| claim.is(local))
    }

    /// A local claim by its own URI; letter case is ignored.
    #[must_use]
    pub fn find_local(&self, uri: &str) -> Option<&Claim> {
        self.find(uri).filter(|claim| claim.uri.to_lowercase() == uri.to_lowercase())
    }

    /// The attribute that holds a claim in a user store; `None` for an unknown claim (IS 5.3.0,
    /// DefaultClaimMetadataStore).
    ///
    /// # Errors
    /// Blank names, and a claim that no attribute fits.
    pub fn attribute_name(&self, domain: &str, uri: &str) -> Result<Option<&str>, Error> {
        if domain.trim().is_empty() {
            return Err(Error::refused("User store domain name parameter cannot be empty"));
        }
        if uri.trim().is_empty() {
            return Err(Error::refused("Local claim URI parameter cannot be empty"));
        }
        let Some(claim) = self.find(uri) else { return Ok(None) };
        let attribute = claim.attribute(&domain.to_uppercase()).ok_or_else(|| {
            let uri = &claim.uri;
            Error::refused(format!("Cannot find suitable mapped attribute for local claim {uri}"))
        })?;
        Ok(Some(attribute))
    }

    /// The dialects, the local one among them, oldest first.
    pub fn dialects(&self) -> impl Iterator<Item = &str> {
        self.dialects.iter().map(|dialect| dialect.uri.as_str())
    }

    /// The claims of an external dialect and the local ones they stand for; letter case of the dialect counts.
    pub fn external<'c>(&'c self, dialect: &'c str) -> impl Iterator<Item = (&'c str, &'c Claim)> {
        let claims = self.dialects.iter().filter(move |known| known.uri == dialect);
        claims
            .flat_map(|dialect| &dialect.external)
            .filter_map(|(uri, index)| Some((uri.as_str(), self.local.get(*index)?)))
    }

    fn read(tx: &mut Tx<'_>, tenant: TenantId, version: i64) -> Result<Self, Error> {
        let mut rows = store::claim::all(tx, tenant.0)?.into_iter().peekable();
        let mut catalogue = Self { version, ..Self::default() };
        let mut by_id = HashMap::new();
        for (id, uri) in store::claim::dialects(tx, tenant.0)? {
            let mut external = Vec::new();
            while let Some(row) = rows.next_if(|row| row.dialect == id) {
                if uri == LOCAL_DIALECT {
                    by_id.insert(row.id, catalogue.local.len());
                    catalogue.by_uri.insert(row.uri.to_lowercase(), catalogue.local.len());
                    catalogue.local.push(Claim {
                        uri: row.uri,
                        attributes: Vec::new(),
                        properties: Vec::new(),
                    });
                } else if let Some(index) = row.maps_to.and_then(|id| by_id.get(&id)) {
                    // The local dialect is the oldest, so its claims are known by now and keep their names.
                    catalogue.by_uri.entry(row.uri.to_lowercase()).or_insert(*index);
                    external.push((row.uri, *index));
                }
            }
            catalogue.dialects.push(Dialect { uri, external });
        }
        for (claim, domain, attribute) in store::claim::attributes(tx, tenant.0)? {
            if let Some(claim) = by_id.get(&claim).and_then(|index| catalogue.local.get_mut(*index)) {
                claim.attributes.push((domain, attribute));
            }
        }
        for (claim, name, value) in store::claim::properties(tx, tenant.0)? {
            if let Some(claim) = by_id.get(&claim).and_then(|index| catalogue.local.get_mut(*index)) {
                claim.properties.push((name, value));
            }
        }
        let fields = catalogue.local.iter().map(Field::of).enumerate();
        catalogue.shown = fields.filter_map(|(index, field)| Some((index, field?))).collect();
        Ok(catalogue)
    }
}

/// The catalogues of the tenants in use.
#[derive(Debug, Default)]
pub struct Catalogues(Mutex<HashMap<TenantId, Arc<Catalogue>>>);

impl Catalogues {
    /// The tenant's catalogue as this transaction sees it. What is read under a version that may yet be undone is not
    /// kept: the next change would get the same version for other claims.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn of(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<Arc<Catalogue>, Error> {
        let version = store::claim::version(tx, tenant.0, "claims")?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        if let Some(known) = known.filter(|known| known.version == version) {
            return Ok(known);
        }
        let read = Arc::new(Catalogue::read(tx, tenant, version)?);
        if tx.has_changed_areas() {
            return Ok(read);
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, Arc::clone(&read));
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture::*;

    /// Adds a claim to the super tenant and says whether its catalogue, read in the same write, knows it.
    fn add_claim(world: &World, uri: &'static str, keep: bool) -> Result<bool, Error> {
        let realm = Arc::clone(&world.realm);
        world.store.write_blocking(move |tx| {
            let dialect = tx.one(
                "SELECT id FROM claim_dialect WHERE tenant_id = $1 AND uri = $2",
                &[SUPER.0.into(), LOCAL_DIALECT.into()],
                "dialect",
                |row| row.int(0),
            )?;
            store::claim::insert(tx, dialect, uri, 1_000, None)?;
            store::claim::bump(tx, SUPER.0, "claims")?;
            let known = realm.catalogues.of(tx, SUPER)?.find(uri).is_some();
            if keep { Ok(known) } else { Err(Error::Broken("on purpose")) }
        })
    }

    #[test]
    fn a_catalogue_of_an_undone_write_is_forgotten() {
        let world = World::new();
        let knows =
            |uri: &str| world.read(|tx| Ok(world.realm.catalogues.of(tx, SUPER)?.find(uri).is_some()));
        assert!(add_claim(&world, "urn:undone", false).is_err());
        // This write counts up to the version that was undone; nobody has read in between.
        assert!(add_claim(&world, "urn:kept", true).unwrap());
        assert!(knows("urn:kept") && !knows("urn:undone"));
    }

    #[test]
    fn an_unchanged_catalogue_is_read_once() {
        let world = World::new();
        let catalogue = || world.read(|tx| world.realm.catalogues.of(tx, SUPER));
        assert!(Arc::ptr_eq(&catalogue(), &catalogue()));
        add_claim(&world, "urn:new", true).unwrap();
        assert!(catalogue().find("urn:new").is_some());
    }
}
