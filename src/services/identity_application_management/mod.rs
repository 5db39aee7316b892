//! `IdentityApplicationManagementService`: the applications of the caller's tenant (IS 5.3.0,
//! ApplicationManagementAdminService).
//!
//! Every refusal of the service is its declared exception; an argument that is missing altogether is refused without it,
//! as the original does.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;
mod wire;

use super::Call;
use super::names::optional;
use crate::domain::application::{
    self, LOCAL_AUTHENTICATORS, OfferedAuthenticator, REQUEST_PATH_AUTHENTICATORS, RESIDENT,
};
use crate::services::identity_provider_mgt::contract::IdentityProvider;
use crate::soap::{Fault, Nil};
use contract::{
    ApplicationBasicInfo, IdentityApplicationManagementException, LocalAuthenticatorConfig, Operations,
    RequestPathAuthenticatorConfig, ServiceProvider,
};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    let exception = IdentityApplicationManagementException { message: Some(fault.reason.clone()) };
    Fault::declared(fault.reason, exception)
}

fn offered(one: &OfferedAuthenticator) -> LocalAuthenticatorConfig {
    LocalAuthenticatorConfig {
        displayName: Some(one.display_name.to_owned()),
        name: Some(one.name.to_owned()),
        valid: true,
        ..LocalAuthenticatorConfig::default()
    }
}

impl Operations for Behaviour {
    /// Sorted by character code, capitals first.
    async fn getAllLocalClaimUris(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let tenant = call.actor()?.tenant;
        let catalogue = call.read(|tx, realm| realm.catalogues.of(tx, tenant)).map_err(declared)?;
        let mut uris: Vec<String> = catalogue.local().iter().map(|claim| claim.uri.clone()).collect();
        uris.sort_unstable();
        Ok(optional(uris))
    }

    async fn getApplication(
        call: &Call,
        applicationName: Option<String>,
    ) -> Result<Option<ServiceProvider>, Fault> {
        let (actor, name) = (call.actor()?, applicationName.unwrap_or_default());
        if name == RESIDENT {
            let tenant = actor.tenant;
            if !call.read(|tx, _| application::has_resident(tx, tenant)).map_err(declared)? {
                let made = call.write(move |tx, _, _, actor| application::ensure_resident(tx, actor.tenant));
                made.await.map_err(declared)?;
            }
        }
        let found = call.read(|tx, realm| application::get(tx, realm, actor, &name)).map_err(declared)?;
        Ok(Some(wire::shown(found, &actor.domain)))
    }

    async fn getAllRequestPathAuthenticators(
        _: &Call,
    ) -> Result<Vec<Option<RequestPathAuthenticatorConfig>>, Fault> {
        let offered = |one| Some(RequestPathAuthenticatorConfig { base: offered(one) });
        Ok(REQUEST_PATH_AUTHENTICATORS.iter().map(offered).collect())
    }

    async fn updateApplication(call: &Call, serviceProvider: Option<ServiceProvider>) -> Result<Nil, Fault> {
        let sent = serviceProvider.ok_or_else(|| Fault::invocation("updateApplication"))?;
        let sent = wire::sent(sent);
        let done = call.write(move |tx, now, realm, actor| application::update(tx, now, realm, actor, sent));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getAllLocalAuthenticators(_: &Call) -> Result<Vec<Option<LocalAuthenticatorConfig>>, Fault> {
        Ok(LOCAL_AUTHENTICATORS.iter().map(|one| Some(offered(one))).collect())
    }

    async fn createApplication(call: &Call, serviceProvider: Option<ServiceProvider>) -> Result<Nil, Fault> {
        let sent = serviceProvider.ok_or_else(|| Fault::invocation("createApplication"))?;
        let new = wire::new(sent);
        let done = call.write(move |tx, now, realm, actor| application::create(tx, now, realm, actor, &new));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getAllApplicationBasicInfo(call: &Call) -> Result<Vec<Option<ApplicationBasicInfo>>, Fault> {
        let actor = call.actor()?;
        let listed = call.read(|tx, _| application::list(tx, actor)).map_err(declared)?;
        let info =
            |(name, description)| Some(ApplicationBasicInfo { applicationName: Some(name), description });
        Ok(listed.into_iter().map(info).collect())
    }

    async fn getAllIdentityProviders(call: &Call) -> Result<Vec<Option<IdentityProvider>>, Fault> {
        let actor = call.actor()?;
        let all = call.read(|tx, realm| application::providers(tx, realm, actor)).map_err(declared)?;
        Ok(all.into_iter().map(|one| Some(wire::provider(one))).collect())
    }

    async fn getIdentityProvider(
        call: &Call,
        federatedIdPName: Option<String>,
    ) -> Result<Option<IdentityProvider>, Fault> {
        let (actor, name) = (call.actor()?, federatedIdPName.unwrap_or_default());
        let found = call.read(|tx, realm| application::provider(tx, realm, actor, &name));
        Ok(Some(wire::provider(found.map_err(declared)?)))
    }

    async fn deleteApplication(call: &Call, applicationName: Option<String>) -> Result<Nil, Fault> {
        let name = applicationName.unwrap_or_default();
        let done = call.write(move |tx, now, realm, actor| application::delete(tx, now, realm, actor, &name));
        done.await.map_err(declared)?;
        Ok(Nil)
    }
}
