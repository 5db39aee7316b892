//! `UserStoreCountService`: how many users and roles there are, by store. A missing filter counts everything; a store
//! without a counter is answered with -1.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::names::optional;
use crate::domain::{Error, Realm, TenantId, count};
use crate::soap::Fault;
use crate::store::Tx;
use contract::{Operations, PairDTO, UserStoreCounterException};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    let message = Some(fault.reason.clone());
    Fault { detail: Some(Box::new(UserStoreCounterException { message })), ..fault }
}

/// Counts away from the threads that serve other requests.
async fn counted<T: Send + 'static>(
    call: &Call,
    work: impl Fn(&mut Tx<'_>, &Realm, TenantId) -> Result<T, Error> + Send + 'static,
) -> Result<T, Fault> {
    let tenant = call.actor()?.tenant;
    call.aside(move |app, _| app.store.read(|tx| work(tx, &app.realm, tenant))).await.map_err(declared)
}

/// Counts in every store that has a counter.
async fn by_store(
    call: &Call,
    work: impl Fn(&mut Tx<'_>, &Realm, TenantId, &str) -> Result<i64, Error> + Send + 'static,
    further: &'static [&'static str],
) -> Result<Vec<Option<PairDTO>>, Fault> {
    let counts = counted(call, move |tx, realm, tenant| {
        let mut stores = count::stores(tx, tenant)?;
        stores.extend(further.iter().map(|domain| (*domain).to_owned()));
        let count = |domain: String| work(tx, realm, tenant, &domain).map(|count| (domain, count));
        stores.into_iter().map(count).collect::<Result<Vec<_>, Error>>()
    });
    let pair = |(domain, count): (String, i64)| PairDTO { key: Some(domain), value: Some(count.to_string()) };
    Ok(counts.await?.into_iter().map(pair).map(Some).collect())
}

fn claims(pairs: Vec<Option<PairDTO>>) -> Result<Vec<(String, String)>, Fault> {
    let claim = |pair: Option<PairDTO>| {
        let pair = pair.unwrap_or_default();
        Ok((pair.key.ok_or_else(|| declared(Fault::unknown()))?, pair.value.unwrap_or_default()))
    };
    pairs.into_iter().map(claim).collect()
}

/// By claims in every store; one where a claim has no attribute is not counted in.
async fn by_claims(call: &Call, claims: Vec<(String, String)>) -> Result<Vec<Option<PairDTO>>, Fault> {
    let work = move |tx: &mut Tx<'_>, realm: &Realm, tenant, domain: &str| match count::by_claims(
        tx, realm, tenant, domain, &claims,
    ) {
        Err(Error::Refused(reason)) => {
            tracing::warn!(reason, domain, "users cannot be counted by these claims");
            Ok(count::UNKNOWN)
        }
        other => other,
    };
    by_store(call, work, &[]).await
}

async fn by_claims_in(
    call: &Call,
    claims: Vec<(String, String)>,
    domain: Option<String>,
) -> Result<i64, Fault> {
    let domain = domain.unwrap_or_default();
    counted(call, move |tx, realm, tenant| count::by_claims(tx, realm, tenant, &domain, &claims)).await
}

fn one_claim(uri: Option<String>, filter: Option<String>) -> Result<Vec<(String, String)>, Fault> {
    claims(vec![Some(PairDTO { key: uri, value: filter })])
}

impl Operations for Behaviour {
    async fn countUsersInDomain(
        call: &Call,
        filter: Option<String>,
        domain: Option<String>,
    ) -> Result<i64, Fault> {
        let (filter, domain) = (filter.unwrap_or_default(), domain.unwrap_or_default());
        counted(call, move |tx, _, tenant| count::users(tx, tenant, &domain, &filter)).await
    }

    async fn countRoles(call: &Call, filter: Option<String>) -> Result<Vec<Option<PairDTO>>, Fault> {
        let filter = filter.unwrap_or_default();
        let work =
            move |tx: &mut Tx<'_>, _: &Realm, tenant, domain: &str| count::roles(tx, tenant, domain, &filter);
        by_store(call, work, &["Internal", "Application"]).await
    }

    async fn countByClaimInDomain(
        call: &Call,
        claimURI: Option<String>,
        valueFilter: Option<String>,
        domain: Option<String>,
    ) -> Result<i64, Fault> {
        by_claims_in(call, one_claim(claimURI, valueFilter)?, domain).await
    }

    async fn getCountEnabledUserStores(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        Ok(optional(counted(call, |tx, _, tenant| count::stores(tx, tenant)).await?))
    }

    async fn countClaim(
        call: &Call,
        claimURI: Option<String>,
        valueFilter: Option<String>,
    ) -> Result<Vec<Option<PairDTO>>, Fault> {
        by_claims(call, one_claim(claimURI, valueFilter)?).await
    }

    async fn countUsers(call: &Call, filter: Option<String>) -> Result<Vec<Option<PairDTO>>, Fault> {
        let filter = filter.unwrap_or_default();
        let work =
            move |tx: &mut Tx<'_>, _: &Realm, tenant, domain: &str| count::users(tx, tenant, domain, &filter);
        by_store(call, work, &[]).await
    }

    async fn countRolesInDomain(
        call: &Call,
        filter: Option<String>,
        domain: Option<String>,
    ) -> Result<i64, Fault> {
        let (filter, domain) = (filter.unwrap_or_default(), domain.unwrap_or_default());
        counted(call, move |tx, _, tenant| count::roles(tx, tenant, &domain, &filter)).await
    }

    async fn countByClaimsInDomain(
        call: &Call,
        claimSetToFilter: Vec<Option<PairDTO>>,
        domain: Option<String>,
    ) -> Result<i64, Fault> {
        by_claims_in(call, claims(claimSetToFilter)?, domain).await
    }

    async fn countClaims(
        call: &Call,
        claimSetToFilter: Vec<Option<PairDTO>>,
    ) -> Result<Vec<Option<PairDTO>>, Fault> {
        by_claims(call, claims(claimSetToFilter)?).await
    }
}
