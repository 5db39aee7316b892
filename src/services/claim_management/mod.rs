//! `ClaimManagementService`: the claims of the caller's tenant in the form of older releases.
//!
//! In IS 5.3.0 it is a shell that shows nothing, changes nothing and says that it worked. Clients of 5.1 and 5.2 know no
//! other service, so here it works as it did there, over the claims that `ClaimMetadataManagementService` has. What those
//! cannot hold is not kept: the `value` of a claim, the `userStore` of a dialect, and what is said about a claim of another
//! dialect, which reads like the local claim it stands for.
//!
//! A bean that the original cannot convert, with nulls inside, is refused in its words.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use crate::domain::catalogue::{Catalogue, Claim, LOCAL_DIALECT};
use crate::domain::claim_metadata::older::{self, Mapping};
use crate::domain::claim_metadata::remove_dialect;
use crate::domain::{Actor, Error, Now, Realm};
use crate::soap::{Fault, Nil};
use crate::store::Tx;
use contract::{
    ClaimAttributeDTO, ClaimDTO, ClaimDialectDTO, ClaimManagementException, ClaimMappingDTO, Operations,
};
use std::sync::Arc;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<ClaimManagementException>(fault)
}

fn catalogue(call: &Call) -> Result<Arc<Catalogue>, Fault> {
    let tenant = call.actor()?.tenant;
    call.read(|tx, realm| realm.catalogues.of(tx, tenant)).map_err(declared)
}

async fn write(
    call: &Call,
    work: impl FnOnce(&mut Tx<'_>, Now, &Realm, &Actor) -> Result<(), Error> + Send + 'static,
) -> Result<Nil, Fault> {
    call.write(work).await.map_err(declared)?;
    Ok(Nil)
}

/// A claim that is given; it needs to be there, and no null may be among the attributes.
fn given(operation: &str, mapping: Option<ClaimMappingDTO>) -> Result<Mapping, Fault> {
    let mapping = mapping.ok_or_else(|| Fault::invocation(operation))?;
    let claim = mapping.claim.ok_or_else(|| Fault::invocation(operation))?;
    let mut by_store = Vec::new();
    for attribute in mapping.mappedAttributes {
        let attribute = attribute.ok_or_else(|| Fault::invocation(operation))?;
        by_store.push((attribute.domainName, attribute.attributeName));
    }
    Ok(Mapping {
        dialect: claim.dialectURI.unwrap_or_default(),
        uri: claim.claimUri.unwrap_or_default(),
        attribute: mapping.mappedAttribute,
        by_store,
        texts: vec![
            ("DisplayName", claim.displayTag),
            ("Description", claim.description),
            ("RegEx", claim.regEx),
        ],
        flags: vec![
            ("SupportedByDefault", claim.supportedByDefault),
            ("Required", claim.required),
            ("ReadOnly", claim.readOnly),
            ("CheckedAttribute", claim.checkedAttribute),
        ],
        display_order: claim.displayOrder,
    })
}

fn shown(dialect: &str, uri: &str, local: &Claim) -> ClaimMappingDTO {
    let text = |name| local.property(name).map(str::to_owned);
    let of_store = |(store, attribute): (&str, &str)| {
        Some(ClaimAttributeDTO {
            attributeName: Some(attribute.to_owned()),
            domainName: Some(store.to_owned()),
        })
    };
    ClaimMappingDTO {
        claim: Some(ClaimDTO {
            checkedAttribute: local.flag("CheckedAttribute"),
            claimUri: Some(uri.to_owned()),
            description: text("Description"),
            dialectURI: Some(dialect.to_owned()),
            displayOrder: local.display_order(),
            displayTag: text("DisplayName"),
            readOnly: local.flag("ReadOnly"),
            regEx: text("RegEx"),
            required: local.flag("Required"),
            supportedByDefault: local.flag("SupportedByDefault"),
            value: None,
        }),
        mappedAttribute: older::mapped_attribute(local).map(str::to_owned),
        mappedAttributes: older::attributes_of_stores(local).map(of_store).collect(),
    }
}

/// A dialect that has claims, ordered by their descriptions; the others were not there in older releases.
fn dialect(catalogue: &Catalogue, uri: &str) -> Option<ClaimDialectDTO> {
    let is_local = uri.eq_ignore_ascii_case(LOCAL_DIALECT);
    let uri = if is_local { LOCAL_DIALECT } else { uri };
    let mut claims: Vec<(&str, &Claim)> = if is_local {
        catalogue.local().iter().map(|claim| (claim.uri.as_str(), claim)).collect()
    } else {
        catalogue.external(uri).collect()
    };
    claims.sort_by_cached_key(|(_, claim)| claim.property("Description").unwrap_or_default().to_lowercase());
    let mappings: Vec<_> = claims.into_iter().map(|(name, claim)| Some(shown(uri, name, claim))).collect();
    (!mappings.is_empty()).then(|| ClaimDialectDTO {
        claimMappings: Some(mappings),
        dialectURI: Some(uri.to_owned()),
        userStore: None,
    })
}

impl Operations for Behaviour {
    async fn getClaimMappingByDialect(
        call: &Call,
        dialectUri: Option<String>,
    ) -> Result<Option<ClaimDialectDTO>, Fault> {
        Ok(dialect(&*catalogue(call)?, &dialectUri.unwrap_or_default()))
    }

    async fn getClaimMappings(call: &Call) -> Result<Vec<Option<ClaimDialectDTO>>, Fault> {
        let catalogue = catalogue(call)?;
        Ok(catalogue.dialects().filter_map(|uri| dialect(&catalogue, uri)).map(Some).collect())
    }

    async fn removeClaimMapping(
        call: &Call,
        dialectUri: Option<String>,
        claimUri: Option<String>,
    ) -> Result<Nil, Fault> {
        let (dialect, uri) = (dialectUri.unwrap_or_default(), claimUri.unwrap_or_default());
        write(call, move |tx, now, _, actor| older::remove(tx, now, actor, &dialect, &uri)).await
    }

    async fn removeClaimDialect(call: &Call, dialectUri: Option<String>) -> Result<Nil, Fault> {
        let uri = dialectUri.unwrap_or_default();
        write(call, move |tx, now, _, actor| remove_dialect(tx, now, actor, &uri)).await
    }

    async fn upateClaimMapping(call: &Call, claimMappingDTO: Option<ClaimMappingDTO>) -> Result<Nil, Fault> {
        let claim = given("upateClaimMapping", claimMappingDTO)?;
        write(call, move |tx, now, realm, actor| older::update(tx, now, realm, actor, &claim)).await
    }

    async fn addNewClaimDialect(call: &Call, claimDialectDTO: Option<ClaimDialectDTO>) -> Result<Nil, Fault> {
        const NAME: &str = "addNewClaimDialect";
        let dialect = claimDialectDTO.ok_or_else(|| Fault::invocation(NAME))?;
        let claims = dialect.claimMappings.ok_or_else(|| Fault::invocation(NAME))?;
        let claims: Vec<Mapping> =
            claims.into_iter().map(|one| given(NAME, one)).collect::<Result<_, _>>()?;
        let uri = dialect.dialectURI.unwrap_or_default();
        write(call, move |tx, now, realm, actor| older::add_dialect(tx, now, realm, actor, &uri, claims))
            .await
    }

    async fn addNewClaimMapping(call: &Call, claimMappingDTO: Option<ClaimMappingDTO>) -> Result<Nil, Fault> {
        let claim = given("addNewClaimMapping", claimMappingDTO)?;
        write(call, move |tx, now, realm, actor| older::add(tx, now, realm, actor, &claim)).await
    }
}
