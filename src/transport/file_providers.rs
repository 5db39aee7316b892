//! Identity providers in files of the server, as the domain takes them.

use crate::config::{IdentityProvider as File, Part, Settings};
use crate::domain::identity_provider::{
    Authenticator, Claim, ClaimMapping, Connector, IdentityProvider, Profile, Property, RoleMapping, SHARED,
};

/// The file that the original ships; its name is taken in every installation.
const SHIPPED: &str = "default";

/// The names that no other provider can take.
pub fn names(settings: &Settings) -> Vec<String> {
    let own = settings.identity_providers.iter().map(|file| file.name.clone());
    let mut names: Vec<String> = own.chain([SHIPPED.to_owned()]).collect();
    names.sort();
    names.dedup();
    names
}

/// The providers that all tenants share.
pub fn shared(settings: &Settings) -> Vec<IdentityProvider> {
    settings.identity_providers.iter().filter(|file| file.name.starts_with(SHARED)).map(provider).collect()
}

fn properties(part: &Part) -> Vec<Property> {
    let property = |one: &crate::config::ProviderProperty| Property {
        name: one.name.clone(),
        value: one.value.as_ref().map(|value| value.0.clone()),
        sealed: false,
        confidential: one.is_confidential,
        blob: one.is_blob,
    };
    part.properties.iter().map(property).collect()
}

fn profile(file: &File) -> Profile {
    let without_breaks = |text: &String| text.split_whitespace().collect::<String>();
    Profile {
        id: 0,
        tenant: 0,
        name: file.name.clone(),
        enabled: file.is_enabled,
        primary: file.is_primary,
        federation_hub: file.is_federation_hub,
        home_realm: file.home_realm.clone(),
        alias: file.alias.clone(),
        display_name: file.display_name.clone(),
        description: file.description.clone(),
        certificate: file.certificate.as_ref().map(without_breaks),
        provisioning_role: file.provisioning_role.clone(),
        jit_enabled: file.is_provisioning_enabled,
        jit_user_store: file.provisioning_user_store.clone().filter(|_| file.is_provisioning_enabled),
        local_dialect: file.local_claim_dialect,
        user_claim: file.user_claim.clone(),
        role_claim: file.role_claim.clone(),
        default_authenticator: file.default_authenticator.clone(),
        default_connector: file.default_connector.clone(),
    }
}

fn provider(file: &File) -> IdentityProvider {
    let authenticator = |part: &Part| Authenticator {
        id: 0,
        name: part.name.clone(),
        display_name: part.display_name.clone(),
        enabled: part.is_enabled,
        properties: properties(part),
    };
    let connector = |part: &Part| Connector {
        id: 0,
        name: part.name.clone(),
        enabled: part.is_enabled,
        blocking: part.is_blocking,
        properties: properties(part),
    };
    let is_default = |part: &&Part| Some(&part.name) == file.default_authenticator.as_ref();
    IdentityProvider {
        default_authenticator_enabled: file
            .authenticators
            .iter()
            .find(is_default)
            .is_some_and(|part| part.is_enabled),
        profile: profile(file),
        authenticators: file.authenticators.iter().map(authenticator).collect(),
        connectors: file.connectors.iter().map(connector).collect(),
        claims: file.claims.iter().map(|uri| Claim { id: 0, uri: uri.clone() }).collect(),
        claim_mappings: file
            .claim_mappings
            .iter()
            .map(|one| ClaimMapping {
                local: one.local_claim.clone(),
                remote: one.remote_claim.clone(),
                default_value: one.default_value.clone(),
                requested: one.is_requested,
            })
            .collect(),
        roles: file.roles.clone(),
        role_mappings: file
            .role_mappings
            .iter()
            .map(|one| RoleMapping {
                remote: one.remote_role.clone(),
                user_store: one.user_store.clone(),
                local: one.local_role.clone(),
            })
            .collect(),
        properties: Vec::new(),
    }
}
