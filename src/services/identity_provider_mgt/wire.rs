//! Identity providers between their wire form and that of the domain. Nothing is decided here but what the beans of the
//! original decide themselves: of several authenticators with one name the first counts, and what is there twice
//! counts once.

use super::contract::{
    Claim, ClaimConfig, ClaimMapping, FederatedAuthenticatorConfig, IdentityProvider,
    IdentityProviderProperty, InboundProvisioningConfig, JustInTimeProvisioningConfig, LocalRole,
    PermissionsAndRoleConfig, Property, ProvisioningConnectorConfig, RoleMapping,
};
use crate::domain::identity_provider::{self as domain, Listed, Offered, Profile};
use crate::services::names::optional;

const BLOB: &str = "BLOB";
const STRING: &str = "STRING";

/// Line breaks do not survive the way the original reads binary columns.
fn without_line_breaks(text: String) -> String {
    if text.contains(['\r', '\n']) { text.replace(['\r', '\n'], "") } else { text }
}

fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

fn sent_property(property: Property) -> domain::Property {
    let blob = property.r#type.as_deref() == Some(BLOB);
    let value = property.value;
    domain::Property {
        name: property.name.unwrap_or_default(),
        value: if blob { value.map(without_line_breaks) } else { value },
        sealed: false,
        confidential: property.confidential,
        blob,
    }
}

fn sent_authenticators(sent: Vec<Option<FederatedAuthenticatorConfig>>) -> Vec<domain::Authenticator> {
    let mut authenticators: Vec<domain::Authenticator> = Vec::new();
    for one in sent.into_iter().flatten() {
        let name = one.name.unwrap_or_default();
        if authenticators.iter().any(|known| known.name == name) {
            continue;
        }
        let mut properties: Vec<domain::Property> = Vec::new();
        for property in one.properties.into_iter().flatten() {
            let property = domain::Property { blob: false, ..sent_property(property) };
            let is_known =
                |known: &domain::Property| known.name == property.name && known.value == property.value;
            if !properties.iter().any(is_known) {
                properties.push(property);
            }
        }
        authenticators.push(domain::Authenticator {
            id: 0,
            name,
            display_name: one.displayName,
            enabled: one.enabled,
            properties,
        });
    }
    authenticators
}

fn sent_connector(sent: ProvisioningConnectorConfig) -> domain::Connector {
    domain::Connector {
        id: 0,
        name: sent.name.unwrap_or_default(),
        enabled: sent.enabled,
        blocking: sent.blocking,
        properties: sent.provisioningProperties.into_iter().flatten().map(sent_property).collect(),
    }
}

fn sent_setting(property: IdentityProviderProperty) -> domain::Setting {
    domain::Setting {
        name: property.name.unwrap_or_default(),
        value: property.value,
        display_name: property.displayName,
    }
}

/// What a client sends, for the domain.
pub(super) fn sent(sent: IdentityProvider) -> domain::IdentityProvider {
    let claims = sent.claimConfig.unwrap_or_default();
    let roles = sent.permissionAndRoleConfig.unwrap_or_default();
    let jit = sent.justInTimeProvisioningConfig.unwrap_or_default().base;
    let (default_authenticator, default_authenticator_enabled) =
        sent.defaultAuthenticatorConfig.map_or((None, false), |one| (one.name, one.enabled));
    let uri = |claim: Option<Claim>| claim.and_then(|claim| claim.claimUri);
    let claim_mapping = |mapping: ClaimMapping| domain::ClaimMapping {
        local: uri(mapping.localClaim),
        remote: uri(mapping.remoteClaim),
        default_value: mapping.defaultValue,
        requested: mapping.requested,
    };
    let role_mapping = |mapping: RoleMapping| {
        let local = mapping.localRole.unwrap_or_default();
        domain::RoleMapping {
            remote: mapping.remoteRole,
            user_store: local.userStoreId,
            local: local.localRoleName,
        }
    };
    domain::IdentityProvider {
        profile: Profile {
            id: 0,
            tenant: 0,
            name: sent.identityProviderName.unwrap_or_default(),
            enabled: sent.enable,
            primary: sent.primary,
            federation_hub: sent.federationHub,
            home_realm: sent.homeRealmId,
            alias: sent.alias,
            display_name: sent.displayName,
            description: sent.identityProviderDescription,
            certificate: sent.certificate.map(without_line_breaks),
            provisioning_role: sent.provisioningRole,
            jit_enabled: jit.provisioningEnabled,
            jit_user_store: jit.provisioningUserStore.filter(|_| jit.provisioningEnabled),
            local_dialect: claims.localClaimDialect,
            user_claim: claims.userClaimURI,
            role_claim: claims.roleClaimURI,
            default_authenticator,
            default_connector: sent.defaultProvisioningConnectorConfig.and_then(|one| one.name),
        },
        authenticators: sent_authenticators(sent.federatedAuthenticatorConfigs),
        connectors: distinct(sent.provisioningConnectorConfigs.into_iter().flatten().map(sent_connector)),
        claims: claims
            .idpClaims
            .into_iter()
            .flatten()
            .map(|claim| domain::Claim { id: 0, uri: claim.claimUri.unwrap_or_default() })
            .collect(),
        claim_mappings: claims.claimMappings.into_iter().flatten().map(claim_mapping).collect(),
        roles: roles.idpRoles.into_iter().flatten().collect(),
        role_mappings: roles.roleMappings.into_iter().flatten().map(role_mapping).collect(),
        properties: sent.idpProperties.into_iter().flatten().map(sent_setting).collect(),
        default_authenticator_enabled,
    }
}

/// A list as messages carry it, where any element may be nil. None of ours is.
pub(in crate::services) fn all<T, W>(ours: Vec<T>, shown: impl Fn(T) -> W) -> Vec<Option<W>> {
    ours.into_iter().map(|one| Some(shown(one))).collect()
}

fn shown_property(property: domain::Property) -> Property {
    Property {
        name: Some(property.name),
        value: property.value,
        confidential: property.confidential,
        ..Property::default()
    }
}

fn shown_authenticator(one: domain::Authenticator) -> FederatedAuthenticatorConfig {
    FederatedAuthenticatorConfig {
        displayName: one.display_name,
        enabled: one.enabled,
        name: Some(one.name),
        properties: all(one.properties, shown_property),
        valid: true,
    }
}

/// A connector. `typed` says whether its properties show the type they are stored with.
fn shown_connector(one: domain::Connector, typed: bool) -> ProvisioningConnectorConfig {
    let property = |property: domain::Property| {
        // The property that tells of masking was made for this answer and has no type.
        let kind = if property.blob { BLOB } else { STRING };
        let kind = Some(kind.to_owned()).filter(|_| typed && property.name != domain::UNIQUE_ID);
        Property { r#type: kind, ..shown_property(property) }
    };
    ProvisioningConnectorConfig {
        blocking: one.blocking,
        enabled: one.enabled,
        name: Some(one.name),
        provisioningProperties: all(one.properties, property),
        ..ProvisioningConnectorConfig::default()
    }
}

fn shown_settings(settings: Vec<domain::Setting>) -> Vec<Option<IdentityProviderProperty>> {
    all(settings, |setting| IdentityProviderProperty {
        displayName: setting.display_name,
        name: Some(setting.name),
        value: setting.value,
    })
}

fn claim(id: i64, uri: Option<String>) -> Option<Claim> {
    Some(Claim { claimId: i32::try_from(id).unwrap_or(i32::MAX), claimUri: uri })
}

/// A provider with all its parts. `is_resident` decides how what is only computed looks.
pub(in crate::services) fn shown(provider: domain::IdentityProvider, is_resident: bool) -> IdentityProvider {
    let default_authenticator = provider.default_authenticator().cloned().map(shown_authenticator);
    let profile = provider.profile;
    let claim_mapping = |mapping: domain::ClaimMapping| ClaimMapping {
        defaultValue: mapping.default_value,
        localClaim: claim(0, mapping.local),
        mandatory: false,
        remoteClaim: claim(0, mapping.remote),
        requested: mapping.requested,
    };
    let role_mapping = |mapping: domain::RoleMapping| {
        let local = LocalRole { localRoleName: mapping.local, userStoreId: mapping.user_store };
        RoleMapping { localRole: Some(local), remoteRole: mapping.remote }
    };
    IdentityProvider {
        alias: profile.alias,
        // What was never set comes back as an empty text, except for the computed one.
        certificate: profile.certificate.or_else(|| (!is_resident).then(String::new)),
        claimConfig: Some(ClaimConfig {
            alwaysSendMappedLocalSubjectId: false,
            claimMappings: all(provider.claim_mappings, claim_mapping),
            idpClaims: provider.claims.into_iter().map(|one| claim(one.id, Some(one.uri))).collect(),
            localClaimDialect: profile.local_dialect,
            roleClaimURI: profile.role_claim,
            userClaimURI: profile.user_claim,
        }),
        defaultAuthenticatorConfig: default_authenticator,
        defaultProvisioningConnectorConfig: profile
            .default_connector
            .map(|name| ProvisioningConnectorConfig { name: Some(name), ..Default::default() }),
        displayName: profile.display_name,
        enable: profile.enabled,
        federatedAuthenticatorConfigs: all(provider.authenticators, shown_authenticator),
        federationHub: profile.federation_hub,
        homeRealmId: profile.home_realm,
        identityProviderDescription: profile.description,
        identityProviderName: Some(profile.name),
        idpProperties: shown_settings(provider.properties),
        justInTimeProvisioningConfig: Some(JustInTimeProvisioningConfig {
            base: InboundProvisioningConfig {
                dumbMode: false,
                provisioningEnabled: profile.jit_enabled,
                provisioningUserStore: profile.jit_user_store,
            },
            userStoreClaimUri: None,
        }),
        permissionAndRoleConfig: Some(PermissionsAndRoleConfig {
            idpRoles: optional(provider.roles),
            permissions: Vec::new(),
            roleMappings: all(provider.role_mappings, role_mapping),
        }),
        primary: profile.primary,
        provisioningConnectorConfigs: all(provider.connectors, |one| shown_connector(one, !is_resident)),
        provisioningRole: profile.provisioning_role,
    }
}

/// A provider as lists show it: only a part of its fields is filled.
pub(super) fn listed(listed: Listed) -> IdentityProvider {
    let profile = listed.profile;
    let local_dialect = ClaimConfig { localClaimDialect: true, ..ClaimConfig::default() };
    IdentityProvider {
        claimConfig: profile.local_dialect.then_some(local_dialect),
        displayName: profile.display_name,
        enable: profile.enabled,
        // Always false in the original, whatever is stored.
        federationHub: profile.federation_hub,
        homeRealmId: profile.home_realm,
        identityProviderDescription: profile.description,
        identityProviderName: Some(profile.name),
        idpProperties: shown_settings(listed.properties),
        primary: profile.primary,
        ..IdentityProvider::default()
    }
}

/// An authenticator that the server has installed.
pub(super) fn offered(offered: &Offered) -> FederatedAuthenticatorConfig {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let property = |property: &domain::OfferedProperty| {
        Some(Property {
            confidential: property.confidential,
            description: text(property.description),
            displayName: Some(property.display_name.to_owned()),
            displayOrder: property.order,
            name: Some(property.name.to_owned()),
            required: property.required,
            value: text(property.value),
            ..Property::default()
        })
    };
    FederatedAuthenticatorConfig {
        displayName: Some(offered.display_name.to_owned()),
        enabled: false,
        name: Some(offered.name.to_owned()),
        properties: offered.properties.iter().map(property).collect(),
        valid: true,
    }
}
