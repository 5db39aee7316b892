//! Applications between their wire form and that of the domain. What the original keeps nothing of is not looked at: names
//! of authenticators for people where a provider has them, claims without a counterpart, user stores of roles.

use super::contract::{
    AuthenticationStep, InboundAuthenticationConfig, InboundAuthenticationRequestConfig,
    LocalAndOutboundAuthenticationConfig, LocalAuthenticatorConfig, OutboundProvisioningConfig,
    RequestPathAuthenticatorConfig, ServiceProvider, ServiceProviderProperty, User,
};
use crate::domain::application::{
    self as domain, Application, Choice, ClaimMapping as Mapping, Connector, Federated, Inbound, New,
    Profile, RoleMapping as Role, Sent, Setting, Step,
};
use crate::domain::identity_provider;
use crate::services::identity_provider_mgt::contract::{
    ApplicationPermission, Claim, ClaimConfig, ClaimMapping, FederatedAuthenticatorConfig, IdentityProvider,
    InboundProvisioningConfig, JustInTimeProvisioningConfig, LocalRole, PermissionsAndRoleConfig, Property,
    ProvisioningConnectorConfig, RoleMapping,
};
use crate::services::identity_provider_mgt::wire::{self as providers, all};

/// A step of the original is the first one unless something else is said.
const FIRST: i32 = 1;

fn sent_properties(sent: Vec<Option<ServiceProviderProperty>>) -> Vec<Setting> {
    let setting = |one: ServiceProviderProperty| Setting {
        name: one.name.unwrap_or_default(),
        value: one.value.unwrap_or_default(),
        display_name: one.displayName,
    };
    sent.into_iter().flatten().map(setting).collect()
}

fn sent_permissions(sent: Vec<Option<ApplicationPermission>>) -> Vec<String> {
    sent.into_iter().flatten().map(|one| one.value.unwrap_or_default()).collect()
}

/// What a client sends to make an application.
pub(super) fn new(sent: ServiceProvider) -> New {
    New {
        name: sent.applicationName.unwrap_or_default(),
        description: sent.description,
        properties: sent_properties(sent.spProperties),
        permissions: sent
            .permissionAndRoleConfig
            .map(|one| sent_permissions(one.permissions))
            .unwrap_or_default(),
    }
}

fn sent_inbound(sent: InboundAuthenticationRequestConfig) -> Option<Inbound> {
    let property = |one: Property| one.name.zip(one.value);
    Some(Inbound {
        kind: sent.inboundAuthType?,
        key: sent.inboundAuthKey.unwrap_or_default(),
        config: sent.inboundConfigType.unwrap_or_default(),
        properties: sent.properties.into_iter().flatten().filter_map(property).collect(),
    })
}

fn sent_step(sent: AuthenticationStep) -> Step {
    let federated = |one: IdentityProvider| Federated {
        name: one.identityProviderName.unwrap_or_default(),
        federation_hub: false,
        authenticators: one
            .federatedAuthenticatorConfigs
            .into_iter()
            .flatten()
            .map(|one| Choice { name: one.name.unwrap_or_default(), display_name: one.displayName })
            .collect(),
    };
    let local =
        |one: LocalAuthenticatorConfig| Some(Choice { name: one.name?, display_name: one.displayName });
    Step {
        order: i64::from(if sent.stepOrder == 0 { FIRST } else { sent.stepOrder }),
        subject: sent.subjectStep,
        attribute: sent.attributeStep,
        local: sent.localAuthenticatorConfigs.into_iter().flatten().filter_map(local).collect(),
        federated: sent.federatedIdentityProviders.into_iter().flatten().map(federated).collect(),
    }
}

fn sent_mapping(sent: ClaimMapping) -> Option<Mapping> {
    let uri = |claim: Option<Claim>| claim.and_then(|claim| claim.claimUri);
    Some(Mapping {
        local: uri(sent.localClaim)?,
        remote: uri(sent.remoteClaim)?,
        requested: sent.requested,
        mandatory: sent.mandatory,
        default_value: sent.defaultValue,
    })
}

fn sent_connector(sent: IdentityProvider) -> Option<Connector> {
    let connector = sent.defaultProvisioningConnectorConfig?;
    let at_sign_in = sent.justInTimeProvisioningConfig.is_some_and(|one| one.base.provisioningEnabled);
    Some(Connector {
        idp: None,
        idp_name: sent.identityProviderName.unwrap_or_default(),
        connector: connector.name.unwrap_or_default(),
        at_sign_in,
        blocking: connector.blocking,
        rules: connector.rulesEnabled,
    })
}

fn sent_role(sent: RoleMapping) -> Role {
    let local = sent.localRole.and_then(|role| role.localRoleName);
    Role { local: local.unwrap_or_default(), remote: sent.remoteRole.unwrap_or_default() }
}

/// What a client sends to change an application.
pub(super) fn sent(sent: ServiceProvider) -> Sent {
    let is_complete = sent.inboundProvisioningConfig.is_some()
        && sent.outboundProvisioningConfig.is_some()
        && sent.permissionAndRoleConfig.is_some();
    let (says_authentication, says_claims) =
        (sent.localAndOutBoundAuthenticationConfig.is_some(), sent.claimConfig.is_some());
    let authentication = sent.localAndOutBoundAuthenticationConfig.unwrap_or_default();
    let claims = sent.claimConfig.unwrap_or_default();
    let provisioning = sent.inboundProvisioningConfig.unwrap_or_default();
    let roles = sent.permissionAndRoleConfig.unwrap_or_default();
    let inbound = sent.inboundAuthenticationConfig.unwrap_or_default().inboundAuthenticationRequestConfigs;
    let connectors = sent.outboundProvisioningConfig.unwrap_or_default().provisioningIdentityProviders;
    let application = Application {
        profile: Profile {
            id: i64::from(sent.applicationID),
            name: sent.applicationName.unwrap_or_default(),
            description: sent.description,
            is_saas: sent.saasApp,
            authentication: authentication.authenticationType.unwrap_or_default(),
            store_in_subject: authentication.useUserstoreDomainInLocalSubjectIdentifier,
            tenant_in_subject: authentication.useTenantDomainInLocalSubjectIdentifier,
            subject_claim: authentication.subjectClaimUri,
            authorize: authentication.enableAuthorization,
            send_providers: authentication.alwaysSendBackAuthenticatedListOfIdPs,
            local_dialect: claims.localClaimDialect,
            send_local_subject: claims.alwaysSendMappedLocalSubjectId,
            role_claim: claims.roleClaimURI,
            provisioning_store: provisioning.provisioningUserStore,
            dumb_mode: provisioning.dumbMode,
            ..Profile::default()
        },
        inbound: inbound.into_iter().flatten().filter_map(sent_inbound).collect(),
        steps: authentication.authenticationSteps.into_iter().flatten().map(sent_step).collect(),
        claims: claims.claimMappings.into_iter().flatten().filter_map(sent_mapping).collect(),
        connectors: connectors.into_iter().flatten().filter_map(sent_connector).collect(),
        roles: roles.roleMappings.into_iter().flatten().map(sent_role).collect(),
        request_paths: sent
            .requestPathAuthenticatorConfigs
            .into_iter()
            .flatten()
            .filter_map(|one| one.base.name)
            .collect(),
        properties: sent_properties(sent.spProperties),
        permissions: sent_permissions(roles.permissions),
    };
    Sent { application, says_authentication, says_claims, is_complete }
}

fn shown_inbound(one: Inbound) -> InboundAuthenticationRequestConfig {
    let property = |(name, value): (String, String)| {
        Some(Property { name: Some(name), value: Some(value), ..Property::default() })
    };
    InboundAuthenticationRequestConfig {
        friendlyName: None,
        inboundAuthKey: Some(one.key),
        inboundAuthType: Some(one.kind),
        inboundConfigType: Some(one.config),
        properties: one.properties.into_iter().map(property).collect(),
    }
}

fn shown_federated(one: Federated) -> IdentityProvider {
    let authenticator = |one: Choice| FederatedAuthenticatorConfig {
        displayName: one.display_name,
        name: Some(one.name),
        valid: true,
        ..FederatedAuthenticatorConfig::default()
    };
    let authenticators = all(one.authenticators, authenticator);
    IdentityProvider {
        defaultAuthenticatorConfig: authenticators.first().cloned().flatten(),
        federatedAuthenticatorConfigs: authenticators,
        federationHub: one.federation_hub,
        identityProviderName: Some(one.name),
        ..IdentityProvider::default()
    }
}

fn shown_step(one: Step) -> AuthenticationStep {
    let local = |one: Choice| LocalAuthenticatorConfig {
        displayName: one.display_name,
        name: Some(one.name),
        valid: true,
        ..LocalAuthenticatorConfig::default()
    };
    AuthenticationStep {
        attributeStep: one.attribute,
        federatedIdentityProviders: all(one.federated, shown_federated),
        localAuthenticatorConfigs: all(one.local, local),
        stepOrder: i32::try_from(one.order).unwrap_or(i32::MAX),
        subjectStep: one.subject,
    }
}

fn shown_mapping(one: Mapping) -> ClaimMapping {
    let claim = |uri| Some(Claim { claimId: 0, claimUri: Some(uri) });
    // One without a name goes by the other's.
    let either =
        |one: &String, other: &String| if one.trim().is_empty() { other.clone() } else { one.clone() };
    ClaimMapping {
        defaultValue: one.default_value,
        localClaim: claim(either(&one.local, &one.remote)),
        mandatory: one.mandatory,
        remoteClaim: claim(either(&one.remote, &one.local)),
        requested: one.requested,
    }
}

fn shown_connector(one: Connector) -> IdentityProvider {
    let at_sign_in = || JustInTimeProvisioningConfig {
        base: InboundProvisioningConfig { provisioningEnabled: true, ..InboundProvisioningConfig::default() },
        userStoreClaimUri: None,
    };
    IdentityProvider {
        defaultProvisioningConnectorConfig: Some(ProvisioningConnectorConfig {
            blocking: one.blocking,
            name: Some(one.connector),
            rulesEnabled: one.rules,
            ..ProvisioningConnectorConfig::default()
        }),
        identityProviderName: Some(one.idp_name),
        justInTimeProvisioningConfig: one.at_sign_in.then(at_sign_in),
        ..IdentityProvider::default()
    }
}

fn shown_role(one: Role) -> RoleMapping {
    let local = LocalRole { localRoleName: Some(one.local), userStoreId: None };
    RoleMapping { localRole: Some(local), remoteRole: Some(one.remote) }
}

fn shown_request_path(name: String) -> RequestPathAuthenticatorConfig {
    let base =
        LocalAuthenticatorConfig { name: Some(name), valid: true, ..LocalAuthenticatorConfig::default() };
    RequestPathAuthenticatorConfig { base }
}

fn shown_property(one: Setting) -> ServiceProviderProperty {
    ServiceProviderProperty { displayName: one.display_name, name: Some(one.name), value: Some(one.value) }
}

/// An application of the tenant of that domain, with all its parts.
pub(super) fn shown(one: domain::Application, tenant_domain: &str) -> ServiceProvider {
    let profile = one.profile;
    let permission = |value| ApplicationPermission { value: Some(value) };
    ServiceProvider {
        applicationID: i32::try_from(profile.id).unwrap_or(i32::MAX),
        applicationName: Some(profile.name),
        claimConfig: Some(ClaimConfig {
            alwaysSendMappedLocalSubjectId: profile.send_local_subject,
            claimMappings: all(one.claims, shown_mapping),
            idpClaims: Vec::new(),
            localClaimDialect: profile.local_dialect,
            roleClaimURI: profile.role_claim,
            userClaimURI: None,
        }),
        description: profile.description,
        inboundAuthenticationConfig: Some(InboundAuthenticationConfig {
            inboundAuthenticationRequestConfigs: all(one.inbound, shown_inbound),
        }),
        inboundProvisioningConfig: Some(InboundProvisioningConfig {
            dumbMode: profile.dumb_mode,
            provisioningEnabled: false,
            provisioningUserStore: profile.provisioning_store,
        }),
        localAndOutBoundAuthenticationConfig: Some(LocalAndOutboundAuthenticationConfig {
            alwaysSendBackAuthenticatedListOfIdPs: profile.send_providers,
            authenticationStepForAttributes: None,
            authenticationStepForSubject: None,
            authenticationSteps: all(one.steps, shown_step),
            authenticationType: Some(profile.authentication),
            enableAuthorization: profile.authorize,
            subjectClaimUri: profile.subject_claim,
            useTenantDomainInLocalSubjectIdentifier: profile.tenant_in_subject,
            useUserstoreDomainInLocalSubjectIdentifier: profile.store_in_subject,
        }),
        outboundProvisioningConfig: Some(OutboundProvisioningConfig {
            provisionByRoleList: None,
            provisioningIdentityProviders: all(one.connectors, shown_connector),
        }),
        owner: Some(User {
            tenantDomain: Some(tenant_domain.to_owned()),
            userName: Some(profile.owner_name),
            userStoreDomain: Some(profile.owner_domain),
        }),
        permissionAndRoleConfig: Some(PermissionsAndRoleConfig {
            idpRoles: Vec::new(),
            permissions: all(one.permissions, permission),
            roleMappings: all(one.roles, shown_role),
        }),
        requestPathAuthenticatorConfigs: all(one.request_paths, shown_request_path),
        saasApp: profile.is_saas,
        spProperties: all(one.properties, shown_property),
    }
}

/// What an application can use of an identity provider.
pub(super) fn provider(provider: identity_provider::IdentityProvider) -> IdentityProvider {
    let whole = providers::shown(provider, false);
    IdentityProvider {
        enable: whole.enable,
        federatedAuthenticatorConfigs: whole.federatedAuthenticatorConfigs,
        identityProviderName: whole.identityProviderName,
        provisioningConnectorConfigs: whole.provisioningConnectorConfigs,
        ..IdentityProvider::default()
    }
}
