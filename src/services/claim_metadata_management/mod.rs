//! `ClaimMetadataManagementService`: the claims of the caller's tenant.
//!
//! A missing bean reads like one whose URI is missing. The original fails on it with a text nobody can use.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::{self, typed};
use crate::domain::catalogue::{Catalogue, Claim};
use crate::domain::claim_metadata::{self as metadata, ExternalClaim, LocalClaim};
use crate::domain::{Actor, Error, Now};
use crate::soap::{Fault, Nil};
use crate::store::Tx;
use contract::{
    AttributeMappingDTO, ClaimDialectDTO, ClaimMetadataException, ClaimPropertyDTO, ExternalClaimDTO,
    LocalClaimDTO, Operations,
};
use std::sync::Arc;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<ClaimMetadataException>(fault)
}

fn uri_of(dialect: Option<ClaimDialectDTO>) -> String {
    dialect.and_then(|dialect| dialect.claimDialectURI).unwrap_or_default()
}

/// Where the original meets a null inside the bean it fails, and its text is this.
fn local_of(claim: Option<LocalClaimDTO>) -> Result<LocalClaim, Fault> {
    let Some(claim) = claim else { return Ok(LocalClaim::default()) };
    let given = || declared(Fault::unknown());
    let mut attributes = Vec::new();
    for mapping in claim.attributeMappings {
        let mapping = mapping.ok_or_else(given)?;
        attributes.push((mapping.userStoreDomain.ok_or_else(given)?, mapping.attributeName));
    }
    let mut properties = Vec::new();
    for property in claim.claimProperties.ok_or_else(given)? {
        let property = property.ok_or_else(given)?;
        properties.push((property.propertyName, property.propertyValue));
    }
    Ok(LocalClaim { uri: claim.localClaimURI.unwrap_or_default(), attributes, properties })
}

fn external_of(claim: Option<ExternalClaimDTO>) -> ExternalClaim {
    let claim = claim.unwrap_or_default();
    ExternalClaim {
        dialect: claim.externalClaimDialectURI.unwrap_or_default(),
        uri: claim.externalClaimURI.unwrap_or_default(),
        local: claim.mappedLocalClaimURI.unwrap_or_default(),
    }
}

fn local(claim: &Claim) -> Option<LocalClaimDTO> {
    let mapping = |(domain, attribute): &(String, String)| {
        Some(AttributeMappingDTO {
            attributeName: Some(attribute.clone()),
            userStoreDomain: Some(domain.clone()),
        })
    };
    let property = |(name, value): &(String, String)| {
        Some(ClaimPropertyDTO { propertyName: Some(name.clone()), propertyValue: Some(value.clone()) })
    };
    Some(LocalClaimDTO {
        attributeMappings: claim.attributes.iter().map(mapping).collect(),
        claimProperties: Some(claim.properties.iter().map(property).collect()),
        localClaimURI: Some(claim.uri.clone()),
    })
}

fn catalogue(call: &Call) -> Result<Arc<Catalogue>, Fault> {
    let tenant = call.actor()?.tenant;
    call.read(|tx, realm| realm.catalogues.of(tx, tenant)).map_err(declared)
}

async fn write(
    call: &Call,
    work: impl FnOnce(&mut Tx<'_>, Now, &Actor) -> Result<(), Error> + Send + 'static,
) -> Result<Nil, Fault> {
    call.write(move |tx, now, _, actor| work(tx, now, actor)).await.map_err(declared)?;
    Ok(Nil)
}

impl Operations for Behaviour {
    async fn addExternalClaim(call: &Call, externalClaim: Option<ExternalClaimDTO>) -> Result<Nil, Fault> {
        let claim = external_of(externalClaim);
        write(call, move |tx, now, actor| metadata::add_external(tx, now, actor, &claim)).await
    }

    async fn getLocalClaims(call: &Call) -> Result<Vec<Option<LocalClaimDTO>>, Fault> {
        Ok(catalogue(call)?.local().iter().map(local).collect())
    }

    async fn getClaimDialects(call: &Call) -> Result<Vec<Option<ClaimDialectDTO>>, Fault> {
        let dialect = |uri: &str| Some(ClaimDialectDTO { claimDialectURI: Some(uri.to_owned()) });
        Ok(catalogue(call)?.dialects().map(dialect).collect())
    }

    async fn removeLocalClaim(call: &Call, localClaimURI: Option<String>) -> Result<Nil, Fault> {
        let uri = localClaimURI.unwrap_or_default();
        write(call, move |tx, now, actor| metadata::remove_local(tx, now, actor, &uri)).await
    }

    async fn addLocalClaim(call: &Call, localClaim: Option<LocalClaimDTO>) -> Result<Nil, Fault> {
        let claim = local_of(localClaim)?;
        write(call, move |tx, now, actor| metadata::add_local(tx, now, actor, &claim)).await
    }

    async fn removeClaimDialect(call: &Call, claimDialect: Option<ClaimDialectDTO>) -> Result<Nil, Fault> {
        let uri = uri_of(claimDialect);
        write(call, move |tx, now, actor| metadata::remove_dialect(tx, now, actor, &uri)).await
    }

    async fn updateLocalClaim(call: &Call, localClaim: Option<LocalClaimDTO>) -> Result<Nil, Fault> {
        let claim = local_of(localClaim)?;
        write(call, move |tx, now, actor| metadata::update_local(tx, now, actor, &claim)).await
    }

    async fn removeExternalClaim(
        call: &Call,
        externalClaimDialectURI: Option<String>,
        externalClaimURI: Option<String>,
    ) -> Result<Nil, Fault> {
        let dialect = externalClaimDialectURI.unwrap_or_default();
        let uri = externalClaimURI.unwrap_or_default();
        write(call, move |tx, now, actor| metadata::remove_external(tx, now, actor, &dialect, &uri)).await
    }

    async fn getExternalClaims(
        call: &Call,
        externalClaimDialectURI: Option<String>,
    ) -> Result<Vec<Option<ExternalClaimDTO>>, Fault> {
        let dialect = externalClaimDialectURI.unwrap_or_default();
        metadata::check_external_dialect(&dialect).map_err(fault::of).map_err(declared)?;
        let claim = |(uri, stands_for): (&str, &Claim)| {
            Some(ExternalClaimDTO {
                externalClaimDialectURI: Some(dialect.clone()),
                externalClaimURI: Some(uri.to_owned()),
                mappedLocalClaimURI: Some(stands_for.uri.clone()),
            })
        };
        Ok(catalogue(call)?.external(&dialect).map(claim).collect())
    }

    async fn addClaimDialect(call: &Call, claimDialect: Option<ClaimDialectDTO>) -> Result<Nil, Fault> {
        let uri = uri_of(claimDialect);
        write(call, move |tx, now, actor| metadata::add_dialect(tx, now, actor, &uri)).await
    }

    async fn updateExternalClaim(call: &Call, externalClaim: Option<ExternalClaimDTO>) -> Result<Nil, Fault> {
        let claim = external_of(externalClaim);
        write(call, move |tx, now, actor| metadata::update_external(tx, now, actor, &claim)).await
    }

    async fn renameClaimDialect(
        call: &Call,
        oldClaimDialect: Option<ClaimDialectDTO>,
        newClaimDialect: Option<ClaimDialectDTO>,
    ) -> Result<Nil, Fault> {
        let (from, to) = (uri_of(oldClaimDialect), uri_of(newClaimDialect));
        write(call, move |tx, now, actor| metadata::rename_dialect(tx, now, actor, &from, &to)).await
    }
}
