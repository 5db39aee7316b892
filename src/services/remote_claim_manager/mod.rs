//! `RemoteClaimManagerService`: reads the claims of the caller's tenant in the form of older releases.
//!
//! Writing is refused, as in IS 5.3.0, whose claim store knows no such operations. Its schema declares the attributes of
//! a mapping as texts while its class has them by store; here they are the names, in the order of the mappings.
//!
//! A default attribute that is written `STORE/name` is one of that store and none of the primary one: so the class reads
//! it (carbon-kernel 4.4, ClaimMapping).
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::{self, typed};
use super::remote_user_store_manager::contract::CoreUserStoreException;
use crate::domain::catalogue::{self, Catalogue, DEFAULT_ATTRIBUTE, LOCAL_DIALECT};
use crate::domain::name::PRIMARY;
use crate::soap::Fault;
use contract::{Claim, ClaimMapping, Operations};
use std::sync::Arc;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn catalogue_of(call: &Call) -> Result<Arc<Catalogue>, Fault> {
    let tenant = call.actor()?.tenant;
    call.read(|tx, realm| realm.catalogues.of(tx, tenant)).map_err(typed::<CoreUserStoreException>)
}

fn claim(claim: &catalogue::Claim) -> Claim {
    let text = |name| claim.property(name).map(str::to_owned);
    Claim {
        checkedAttribute: false,
        claimUri: Some(claim.uri.clone()),
        description: text("Description"),
        dialectURI: Some(LOCAL_DIALECT.to_owned()),
        displayOrder: claim.display_order(),
        displayTag: text("DisplayName"),
        readOnly: claim.flag("ReadOnly"),
        regEx: text("RegEx"),
        required: claim.flag("Required"),
        supportedByDefault: claim.flag("SupportedByDefault"),
        value: None,
    }
}

fn mapping(local: &catalogue::Claim) -> ClaimMapping {
    let mut by_store: Vec<(String, &str)> =
        local.attributes.iter().map(|(store, name)| (store.clone(), name.as_str())).collect();
    // An empty one stands, too, where the look-up of an attribute would go on.
    let default = local.property(DEFAULT_ATTRIBUTE).or_else(|| local.own_attribute(PRIMARY));
    let primary = match default.and_then(|name| Some((name, name.split_once('/')?.0))) {
        Some((name, store)) if !store.is_empty() => {
            let store = store.to_uppercase();
            match by_store.iter_mut().find(|(known, _)| *known == store) {
                Some(known) => known.1 = name,
                None => by_store.push((store, name)),
            }
            None
        }
        _ => default.map(str::to_owned),
    };
    ClaimMapping {
        claim: Some(claim(local)),
        mappedAttribute: primary.clone(),
        mappedAttributeWithNoDomain: primary,
        mappedAttributes: by_store.into_iter().map(|(_, name)| Some(name.to_owned())).collect(),
    }
}

/// The local claims that satisfy a condition.
fn mappings(
    call: &Call,
    is_wanted: impl Fn(&catalogue::Claim) -> bool,
) -> Result<Vec<Option<ClaimMapping>>, Fault> {
    let catalogue = catalogue_of(call)?;
    Ok(catalogue.local().iter().filter(|claim| is_wanted(claim)).map(|claim| Some(mapping(claim))).collect())
}

fn attribute_name(call: &Call, domain: &str, uri: Option<&str>) -> Result<Option<String>, Fault> {
    let catalogue = catalogue_of(call)?;
    // A runtime exception in the original, so there is no typed detail.
    let found = catalogue.attribute_name(domain, uri.unwrap_or_default()).map_err(fault::of)?;
    Ok(found.map(str::to_owned))
}

fn read_only() -> Fault {
    Fault::server("ClaimMetadataStore does not supports management operations")
}

impl Operations for Behaviour {
    async fn getAllClaimMappings(
        call: &Call,
        dialectUri: Option<String>,
    ) -> Result<Vec<Option<ClaimMapping>>, Fault> {
        let dialect = dialectUri.unwrap_or_else(|| LOCAL_DIALECT.to_owned());
        if dialect.eq_ignore_ascii_case(LOCAL_DIALECT) {
            return mappings(call, |_| true);
        }
        let external = |(uri, local): (&str, &catalogue::Claim)| {
            let named =
                Claim { claimUri: Some(uri.to_owned()), dialectURI: Some(dialect.clone()), ..claim(local) };
            Some(ClaimMapping { claim: Some(named), ..mapping(local) })
        };
        Ok(catalogue_of(call)?.external(&dialect).map(external).collect())
    }

    async fn getClaimMapping(call: &Call, claimURI: Option<String>) -> Result<Option<ClaimMapping>, Fault> {
        Ok(catalogue_of(call)?.find(&claimURI.unwrap_or_default()).map(mapping))
    }

    async fn addNewClaimMapping(_: &Call, _mapping: Option<ClaimMapping>) -> Result<(), Fault> {
        Err(read_only())
    }

    /// For a claim of another dialect the original answers the first local claim, whichever that is.
    async fn getClaim(call: &Call, claimURI: Option<String>) -> Result<Option<Claim>, Fault> {
        let (catalogue, uri) = (catalogue_of(call)?, claimURI.unwrap_or_default());
        let first = || catalogue.find(&uri).and_then(|_| catalogue.local().first());
        Ok(catalogue.find_local(&uri).or_else(first).map(claim))
    }

    async fn getAllRequiredClaimMappings(call: &Call) -> Result<Vec<Option<ClaimMapping>>, Fault> {
        mappings(call, |claim| claim.flag("Required"))
    }

    async fn getAllClaimUris(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        Ok(catalogue_of(call)?.local().iter().map(|claim| Some(claim.uri.clone())).collect())
    }

    async fn updateClaimMapping(_: &Call, _mapping: Option<ClaimMapping>) -> Result<(), Fault> {
        Err(read_only())
    }

    async fn getAttributeName(call: &Call, claimURI: Option<String>) -> Result<Option<String>, Fault> {
        attribute_name(call, PRIMARY, claimURI.as_deref())
    }

    async fn getAttributeNameFromDomain(
        call: &Call,
        domainName: Option<String>,
        claimURI: Option<String>,
    ) -> Result<Option<String>, Fault> {
        attribute_name(call, &domainName.unwrap_or_default(), claimURI.as_deref())
    }

    async fn deleteClaimMapping(_: &Call, _mapping: Option<ClaimMapping>) -> Result<(), Fault> {
        Err(read_only())
    }

    async fn getAllSupportClaimMappingsByDefault(call: &Call) -> Result<Vec<Option<ClaimMapping>>, Fault> {
        mappings(call, |claim| claim.flag("SupportedByDefault"))
    }
}
