//! `IdentityProviderMgtService`: here the resident identity provider, whose properties are the account policies.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use crate::domain::resident_idp::{self, Authenticator, Resident, Update};
use crate::soap::{Fault, Nil};
use contract::{
    ClaimConfig, FederatedAuthenticatorConfig, IdentityProvider, IdentityProviderManagementException,
    IdentityProviderProperty, JustInTimeProvisioningConfig, Operations, PermissionsAndRoleConfig, Property,
    ProvisioningConnectorConfig,
};

/// Name of the resident identity provider, whatever a client sends.
const LOCAL: &str = "LOCAL";

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<IdentityProviderManagementException>(fault)
}

impl Operations for Behaviour {
    async fn updateResidentIdP(
        call: &Call,
        identityProvider: Option<IdentityProvider>,
    ) -> Result<Nil, Fault> {
        let Some(sent) = identityProvider else {
            return Err(declared(Fault::server("Identity provider is null")));
        };
        let update = update(sent);
        let done =
            call.write(move |tx, now, realm, actor| resident_idp::update(tx, now, realm, actor, &update));
        done.await.map_err(declared)?;
        Ok(Nil)
    }

    async fn getResidentIdP(call: &Call) -> Result<Option<IdentityProvider>, Fault> {
        let actor = call.actor()?;
        let resident = call.read(|tx, realm| resident_idp::get(tx, realm, actor)).map_err(declared)?;
        Ok(Some(identity_provider(resident)))
    }
}

fn properties(properties: Vec<(String, Option<String>)>) -> Vec<Option<Property>> {
    let property = |(name, value)| Some(Property { name: Some(name), value, ..Property::default() });
    properties.into_iter().map(property).collect()
}

fn identity_provider(resident: Resident) -> IdentityProvider {
    let authenticator = |one: Authenticator| {
        Some(FederatedAuthenticatorConfig {
            displayName: None,
            enabled: one.enabled,
            name: Some(one.name),
            properties: properties(one.properties),
            valid: true,
        })
    };
    let provisioning = ProvisioningConnectorConfig {
        enabled: resident.provisioning.enabled,
        name: Some(resident.provisioning.name),
        provisioningProperties: properties(resident.provisioning.properties),
        ..ProvisioningConnectorConfig::default()
    };
    let property = |(name, value)| {
        Some(IdentityProviderProperty { displayName: None, name: Some(name), value: Some(value) })
    };
    IdentityProvider {
        alias: resident.alias,
        certificate: resident.certificate,
        claimConfig: Some(ClaimConfig::default()),
        defaultAuthenticatorConfig: None,
        defaultProvisioningConnectorConfig: None,
        displayName: resident.display_name,
        enable: resident.enabled,
        federatedAuthenticatorConfigs: resident.authenticators.into_iter().map(authenticator).collect(),
        federationHub: false,
        homeRealmId: resident.home_realm,
        identityProviderDescription: resident.description,
        identityProviderName: Some(LOCAL.to_owned()),
        idpProperties: resident.properties.into_iter().map(property).collect(),
        justInTimeProvisioningConfig: Some(JustInTimeProvisioningConfig::default()),
        permissionAndRoleConfig: Some(PermissionsAndRoleConfig::default()),
        primary: resident.primary,
        provisioningConnectorConfigs: vec![Some(provisioning)],
        provisioningRole: resident.provisioning_role,
    }
}

fn update(sent: IdentityProvider) -> Update {
    let pairs = |properties: Vec<Option<Property>>| {
        let pair = |property: Property| Some((property.name?, property.value));
        properties.into_iter().flatten().filter_map(pair).collect()
    };
    let mut authenticators: Vec<Authenticator> = Vec::new();
    for one in sent.federatedAuthenticatorConfigs.into_iter().flatten() {
        let Some(name) = one.name else { continue };
        // Of several with one name the first counts.
        if !authenticators.iter().any(|known| known.name == name) {
            authenticators.push(Authenticator {
                name,
                enabled: one.enabled,
                properties: pairs(one.properties),
            });
        }
    }
    for one in sent.provisioningConnectorConfigs.into_iter().flatten() {
        if let Some(name) = one.name {
            let properties = pairs(one.provisioningProperties);
            authenticators.push(Authenticator { name, enabled: one.enabled, properties });
        }
    }
    let properties = sent.idpProperties.into_iter().flatten();
    Update {
        resident: Resident {
            enabled: sent.enable,
            primary: sent.primary,
            home_realm: sent.homeRealmId,
            alias: sent.alias,
            display_name: sent.displayName,
            description: sent.identityProviderDescription,
            provisioning_role: sent.provisioningRole,
            authenticators,
            ..Resident::default()
        },
        properties: properties.map(|property| (property.name.unwrap_or_default(), property.value)).collect(),
    }
}
