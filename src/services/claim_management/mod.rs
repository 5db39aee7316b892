//! `ClaimManagementService`: as hollow as in IS 5.3.0, where claims moved to `ClaimMetadataManagementService`.
//!
//! It shows nothing and changes nothing, and says that it worked. All that the original still does is convert the beans
//! it is given, which fails on nulls inside them. The log says that nothing was done.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use crate::soap::{Fault, Nil};
use contract::{ClaimDialectDTO, ClaimMappingDTO, Operations};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// Success without effect.
fn nothing(operation: &str) -> Result<Nil, Fault> {
    tracing::warn!(operation, "ClaimManagementService changes nothing, use ClaimMetadataManagementService");
    Ok(Nil)
}

/// Whether the original could convert a mapping: it needs a claim, and no null among the attributes.
fn is_convertible(mapping: Option<&ClaimMappingDTO>) -> bool {
    mapping.is_some_and(|mapping| {
        mapping.claim.is_some() && mapping.mappedAttributes.iter().all(Option::is_some)
    })
}

fn convert(operation: &str, mapping: Option<&ClaimMappingDTO>) -> Result<Nil, Fault> {
    if is_convertible(mapping) { nothing(operation) } else { Err(Fault::invocation(operation)) }
}

impl Operations for Behaviour {
    async fn getClaimMappingByDialect(
        _: &Call,
        _dialectUri: Option<String>,
    ) -> Result<Option<ClaimDialectDTO>, Fault> {
        Ok(None)
    }

    async fn getClaimMappings(_: &Call) -> Result<Vec<Option<ClaimDialectDTO>>, Fault> {
        Ok(Vec::new())
    }

    async fn removeClaimMapping(
        _: &Call,
        _dialectUri: Option<String>,
        _claimUri: Option<String>,
    ) -> Result<Nil, Fault> {
        nothing("removeClaimMapping")
    }

    async fn removeClaimDialect(_: &Call, _dialectUri: Option<String>) -> Result<Nil, Fault> {
        nothing("removeClaimDialect")
    }

    async fn upateClaimMapping(_: &Call, claimMappingDTO: Option<ClaimMappingDTO>) -> Result<Nil, Fault> {
        convert("upateClaimMapping", claimMappingDTO.as_ref())
    }

    async fn addNewClaimDialect(_: &Call, claimDialectDTO: Option<ClaimDialectDTO>) -> Result<Nil, Fault> {
        let mappings = claimDialectDTO.and_then(|dialect| dialect.claimMappings);
        if mappings.is_some_and(|all| all.iter().all(|one| is_convertible(one.as_ref()))) {
            nothing("addNewClaimDialect")
        } else {
            Err(Fault::invocation("addNewClaimDialect"))
        }
    }

    async fn addNewClaimMapping(_: &Call, claimMappingDTO: Option<ClaimMappingDTO>) -> Result<Nil, Fault> {
        convert("addNewClaimMapping", claimMappingDTO.as_ref())
    }
}
