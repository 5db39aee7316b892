//! The contract of `IdentityProviderMgtService`, in wire spelling (IS 5.3.0, IdentityProviderManagementService).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// An identity provider, the resident one among them.
    pub struct IdentityProvider in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        alias: Option<String>,
        certificate: Option<String>,
        claimConfig: Option<ClaimConfig>,
        defaultAuthenticatorConfig: Option<FederatedAuthenticatorConfig>,
        defaultProvisioningConnectorConfig: Option<ProvisioningConnectorConfig>,
        displayName: Option<String>,
        enable: bool,
        federatedAuthenticatorConfigs: Vec<Option<FederatedAuthenticatorConfig>>,
        federationHub: bool,
        homeRealmId: Option<String>,
        identityProviderDescription: Option<String>,
        identityProviderName: Option<String>,
        idpProperties: Vec<Option<IdentityProviderProperty>>,
        justInTimeProvisioningConfig: Option<JustInTimeProvisioningConfig>,
        permissionAndRoleConfig: Option<PermissionsAndRoleConfig>,
        primary: bool,
        provisioningConnectorConfigs: Vec<Option<ProvisioningConnectorConfig>>,
        provisioningRole: Option<String>,
    }

    /// How claims of a provider map to local ones.
    pub struct ClaimConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        alwaysSendMappedLocalSubjectId: bool,
        claimMappings: Vec<Option<ClaimMapping>>,
        idpClaims: Vec<Option<Claim>>,
        localClaimDialect: bool,
        roleClaimURI: Option<String>,
        userClaimURI: Option<String>,
    }

    /// One mapping between a local and a remote claim.
    pub struct ClaimMapping in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        defaultValue: Option<String>,
        localClaim: Option<Claim>,
        mandatory: bool,
        remoteClaim: Option<Claim>,
        requested: bool,
    }

    /// A claim by its URI.
    pub struct Claim in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        claimId: i32,
        claimUri: Option<String>,
    }

    /// One way to sign in at a provider.
    pub struct FederatedAuthenticatorConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        displayName: Option<String>,
        enabled: bool,
        name: Option<String>,
        properties: Vec<Option<Property>>,
        valid: bool,
    }

    /// A named setting with its presentation hints.
    pub struct Property in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        advanced: bool,
        confidential: bool,
        defaultValue: Option<String>,
        description: Option<String>,
        displayName: Option<String>,
        displayOrder: i32,
        name: Option<String>,
        required: bool,
        r#type: Option<String>,
        value: Option<String>,
    }

    /// One way to provision users to a provider.
    pub struct ProvisioningConnectorConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        blocking: bool,
        enabled: bool,
        name: Option<String>,
        provisioningProperties: Vec<Option<Property>>,
        rulesEnabled: bool,
        valid: bool,
    }

    /// A free name and value; the account policies of the resident provider are kept here.
    pub struct IdentityProviderProperty in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        displayName: Option<String>,
        name: Option<String>,
        value: Option<String>,
    }

    /// Whether users are provisioned, and where.
    pub struct InboundProvisioningConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        dumbMode: bool,
        provisioningEnabled: bool,
        provisioningUserStore: Option<String>,
    }

    /// Provisioning at sign-in.
    pub struct JustInTimeProvisioningConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" extends InboundProvisioningConfig {
        userStoreClaimUri: Option<String>,
    }

    /// Roles of a provider and what they mean here.
    pub struct PermissionsAndRoleConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        idpRoles: Vec<Option<String>>,
        permissions: Vec<Option<ApplicationPermission>>,
        roleMappings: Vec<Option<RoleMapping>>,
    }

    /// A permission of an application.
    pub struct ApplicationPermission in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        value: Option<String>,
    }

    /// A remote role and the local role it stands for.
    pub struct RoleMapping in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        localRole: Option<LocalRole>,
        remoteRole: Option<String>,
    }

    /// A role of a local user store.
    pub struct LocalRole in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        localRoleName: Option<String>,
        userStoreId: Option<String>,
    }

    /// The declared exception of the service.
    pub struct IdentityProviderManagementException in "http://mgt.idp.carbon.wso2.org/xsd" extends IdentityException {}
}

service! {
    /// Manages the identity providers of the caller's tenant; the resident one holds the account policies.
    pub IdentityProviderMgtService in "http://mgt.idp.carbon.wso2.org" with Call,
    each ([faults IdentityProviderManagementException] [needs "/permission/admin/manage/identity/idpmgt/view"]) {
        fn deleteIdP(idPName: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/idpmgt/delete"];
        fn getAllIdPs() -> Vec<Option<IdentityProvider>> [needs "/permission/admin/login"];
        fn getAllLocalClaimUris() -> Vec<Option<String>>;
        fn getIdPByName(idPName: Option<String>) -> Option<IdentityProvider>;
        fn addIdP(identityProvider: Option<IdentityProvider>) -> Nil
            [needs "/permission/admin/manage/identity/idpmgt/create"];
        fn getAllProvisioningConnectors() -> Vec<Option<ProvisioningConnectorConfig>>;
        fn updateResidentIdP(identityProvider: Option<IdentityProvider>) -> Nil
            [needs "/permission/admin/manage/identity/idpmgt/update"];
        fn getEnabledAllIdPs() -> Vec<Option<IdentityProvider>>;
        fn updateIdP(oldIdPName: Option<String>, identityProvider: Option<IdentityProvider>) -> Nil
            [needs "/permission/admin/manage/identity/idpmgt/update"];
        fn getAllFederatedAuthenticators() -> Vec<Option<FederatedAuthenticatorConfig>>;
        fn getResidentIDPMetadata() -> Option<String>;
        fn getResidentIdP() -> Option<IdentityProvider>;
    }
}
