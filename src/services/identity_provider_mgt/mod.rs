//! `IdentityProviderMgtService`: the identity providers of the caller's tenant, and the resident one, whose properties
//! are the account policies (IS 5.3.0, IdentityProviderManagementService).
//!
//! An argument that is missing altogether is refused without the declared exception, as the original does.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;
mod partner_metadata;
pub(in crate::services) mod wire;

use super::Call;
use super::fault::typed;
use crate::domain::identity_provider::{self, Offered};
use crate::domain::{governance, resident_idp};
use crate::saml::Entity;
use crate::soap::{Fault, Nil};
use contract::{
    FederatedAuthenticatorConfig, IdentityProvider, IdentityProviderManagementException, Operations,
    ProvisioningConnectorConfig,
};

/// How long a copy of the metadata is good.
const METADATA_MINUTES: i64 = 60;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<IdentityProviderManagementException>(fault)
}

/// A name that must be there.
fn named(name: Option<String>, refusal: &str) -> Result<String, Fault> {
    name.filter(|name| !name.is_empty()).ok_or_else(|| Fault::server(refusal))
}

/// The resident identity provider, whose certificate may have to be made first.
async fn resident(call: &Call) -> Result<identity_provider::IdentityProvider, Fault> {
    call.ensure_key().await.map_err(declared)?;
    let actor = call.actor()?;
    call.read(|tx, realm| resident_idp::get(tx, realm, actor)).map_err(declared)
}

impl Operations for Behaviour {
    async fn deleteIdP(call: &Call, idPName: Option<String>) -> Result<Nil, Fault> {
        let name = named(idPName, "Invalid argument: Identity Provider Name value is empty")?;
        let done = call.write(move |tx, now, _, actor| identity_provider::delete(tx, now, actor, &name));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getAllIdPs(call: &Call) -> Result<Vec<Option<IdentityProvider>>, Fault> {
        let tenant = call.actor()?.tenant;
        let listed = call.read(|tx, _| identity_provider::list(tx, tenant)).map_err(declared)?;
        Ok(listed.into_iter().map(|one| Some(wire::listed(one))).collect())
    }

    /// Sorted by character code, capitals first.
    async fn getAllLocalClaimUris(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let tenant = call.actor()?.tenant;
        let catalogue = call.read(|tx, realm| realm.catalogues.of(tx, tenant)).map_err(declared)?;
        let mut uris: Vec<&str> = catalogue.local().iter().map(|claim| claim.uri.as_str()).collect();
        uris.sort_unstable();
        Ok(uris.into_iter().map(|uri| Some(uri.to_owned())).collect())
    }

    async fn getIdPByName(call: &Call, idPName: Option<String>) -> Result<Option<IdentityProvider>, Fault> {
        let actor = call.actor()?;
        let refusal = "Provided IdP name is empty";
        let name = named(idPName.filter(|name| !name.trim().is_empty()), refusal)?;
        let found = call.read(|tx, realm| identity_provider::by_name(tx, realm, actor, &name));
        Ok(found.map_err(declared)?.map(|provider| wire::shown(provider, false)))
    }

    async fn addIdP(call: &Call, identityProvider: Option<IdentityProvider>) -> Result<Nil, Fault> {
        let sent = identityProvider
            .ok_or_else(|| Fault::server("Identity provider cannot be null when adding an IdP"))?;
        named(sent.identityProviderName.clone(), "Invalid argument: Identity Provider Name value is empty")?;
        let new = partner_metadata::taken_apart(wire::sent(sent));
        let done =
            call.write(move |tx, now, realm, actor| identity_provider::add(tx, now, realm, actor, new));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getAllProvisioningConnectors(
        _: &Call,
    ) -> Result<Vec<Option<ProvisioningConnectorConfig>>, Fault> {
        let connector = |one: &Offered| {
            Some(ProvisioningConnectorConfig { name: Some(one.name.to_owned()), ..Default::default() })
        };
        Ok(identity_provider::CONNECTORS.iter().map(connector).collect())
    }

    async fn updateResidentIdP(
        call: &Call,
        identityProvider: Option<IdentityProvider>,
    ) -> Result<Nil, Fault> {
        let sent = identityProvider.ok_or_else(|| Fault::server("Identity provider is null"))?;
        let new = wire::sent(sent);
        if !resident_idp::has_home_realm(&new) {
            // The timeouts are looked at before.
            let actor = call.actor()?;
            call.read(|tx, _| governance::check(tx, actor, &new.properties)).map_err(declared)?;
            return Err(Fault::server(resident_idp::NO_HOME_REALM));
        }
        let done = call.write(move |tx, now, realm, actor| resident_idp::update(tx, now, realm, actor, new));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getEnabledAllIdPs(call: &Call) -> Result<Vec<Option<IdentityProvider>>, Fault> {
        let tenant = call.actor()?.tenant;
        let listed = call.read(|tx, _| identity_provider::list_enabled(tx, tenant)).map_err(declared)?;
        Ok(listed.into_iter().map(|one| Some(wire::listed(one))).collect())
    }

    async fn updateIdP(
        call: &Call,
        oldIdPName: Option<String>,
        identityProvider: Option<IdentityProvider>,
    ) -> Result<Nil, Fault> {
        let sent = identityProvider
            .ok_or_else(|| Fault::server("Invalid argument: 'newIdentityProvider' is NULL'"))?;
        let old_name = named(oldIdPName, "The IdP name which need to be updated is empty")?;
        let new = partner_metadata::taken_apart(wire::sent(sent));
        let done = call.write(move |tx, now, realm, actor| {
            identity_provider::update(tx, now, realm, actor, &old_name, new)
        });
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getAllFederatedAuthenticators(
        _: &Call,
    ) -> Result<Vec<Option<FederatedAuthenticatorConfig>>, Fault> {
        Ok(identity_provider::AUTHENTICATORS.iter().map(|one| Some(wire::offered(one))).collect())
    }

    async fn getResidentIDPMetadata(call: &Call) -> Result<Option<String>, Fault> {
        let resident = resident(call).await?;
        let own = resident_idp::Saml::of(&resident);
        let entity = Entity {
            id: &own.entity_id,
            certificate: resident.profile.certificate.as_deref(),
            sign_on_url: &own.sign_on_url,
            logout_url: &own.logout_url,
            valid_until: call.now().plus_minutes(METADATA_MINUTES).0,
        };
        // Nothing is signed, so nothing can fail but the original's way.
        let document = entity.document("", None);
        document.map(Some).map_err(|_| Fault::server("Error receiving Metadata object"))
    }

    async fn getResidentIdP(call: &Call) -> Result<Option<IdentityProvider>, Fault> {
        Ok(Some(wire::shown(resident(call).await?, true)))
    }
}
