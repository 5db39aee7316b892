//! The contract of `IdentityApplicationManagementService`, in wire spelling (IS 5.3.0,
//! ApplicationManagementAdminService).

use crate::services::Call;
use crate::services::identity_provider_mgt::contract::{
    ClaimConfig, IdentityProvider, InboundProvisioningConfig, PermissionsAndRoleConfig, Property,
};
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// An application.
    pub struct ServiceProvider in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        applicationID: i32,
        applicationName: Option<String>,
        claimConfig: Option<ClaimConfig>,
        description: Option<String>,
        inboundAuthenticationConfig: Option<InboundAuthenticationConfig>,
        inboundProvisioningConfig: Option<InboundProvisioningConfig>,
        localAndOutBoundAuthenticationConfig: Option<LocalAndOutboundAuthenticationConfig>,
        outboundProvisioningConfig: Option<OutboundProvisioningConfig>,
        owner: Option<User>,
        permissionAndRoleConfig: Option<PermissionsAndRoleConfig>,
        requestPathAuthenticatorConfigs: Vec<Option<RequestPathAuthenticatorConfig>>,
        saasApp: bool,
        spProperties: Vec<Option<ServiceProviderProperty>>,
    }

    /// The ways for users to get there.
    pub struct InboundAuthenticationConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        inboundAuthenticationRequestConfigs: Vec<Option<InboundAuthenticationRequestConfig>>,
    }

    /// One of them.
    pub struct InboundAuthenticationRequestConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        friendlyName: Option<String>,
        inboundAuthKey: Option<String>,
        inboundAuthType: Option<String>,
        inboundConfigType: Option<String>,
        properties: Vec<Option<Property>>,
    }

    /// How users sign in.
    pub struct LocalAndOutboundAuthenticationConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        alwaysSendBackAuthenticatedListOfIdPs: bool,
        authenticationStepForAttributes: Option<AuthenticationStep>,
        authenticationStepForSubject: Option<AuthenticationStep>,
        authenticationSteps: Vec<Option<AuthenticationStep>>,
        authenticationType: Option<String>,
        enableAuthorization: bool,
        subjectClaimUri: Option<String>,
        useTenantDomainInLocalSubjectIdentifier: bool,
        useUserstoreDomainInLocalSubjectIdentifier: bool,
    }

    /// A step of that.
    pub struct AuthenticationStep in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        attributeStep: bool,
        federatedIdentityProviders: Vec<Option<IdentityProvider>>,
        localAuthenticatorConfigs: Vec<Option<LocalAuthenticatorConfig>>,
        stepOrder: i32,
        subjectStep: bool,
    }

    /// An authenticator of this server.
    pub struct LocalAuthenticatorConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        displayName: Option<String>,
        enabled: bool,
        name: Option<String>,
        properties: Vec<Option<Property>>,
        valid: bool,
    }

    /// An authenticator that finds everything in the request.
    pub struct RequestPathAuthenticatorConfig in "http://model.common.application.identity.carbon.wso2.org/xsd"
        extends LocalAuthenticatorConfig {}

    /// Where users are provisioned to.
    pub struct OutboundProvisioningConfig in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        provisionByRoleList: Option<Vec<Option<String>>>,
        provisioningIdentityProviders: Vec<Option<IdentityProvider>>,
    }

    /// Who made an application.
    pub struct User in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        tenantDomain: Option<String>,
        userName: Option<String>,
        userStoreDomain: Option<String>,
    }

    /// A free name and value.
    pub struct ServiceProviderProperty in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        displayName: Option<String>,
        name: Option<String>,
        value: Option<String>,
    }

    /// What lists show of an application.
    pub struct ApplicationBasicInfo in "http://model.common.application.identity.carbon.wso2.org/xsd" {
        applicationName: Option<String>,
        description: Option<String>,
    }

    /// The declared exception of the service.
    pub struct IdentityApplicationManagementException in "http://common.application.identity.carbon.wso2.org/xsd" {
        message: Option<String>,
    }
}

service! {
    /// Manages the applications of the caller's tenant.
    pub IdentityApplicationManagementService in "http://mgt.application.identity.carbon.wso2.org"
    schema "http://org.apache.axis2/xsd" with Call,
    each ([faults IdentityApplicationManagementException]
        [needs "/permission/admin/manage/identity/applicationmgt/view"]) {
        fn getAllLocalClaimUris() -> Vec<Option<String>>;
        fn getApplication(applicationName: Option<String>) -> Option<ServiceProvider>;
        fn getAllRequestPathAuthenticators() -> Vec<Option<RequestPathAuthenticatorConfig>>;
        fn updateApplication(serviceProvider: Option<ServiceProvider>) -> Nil
            [needs "/permission/admin/manage/identity/applicationmgt/update"];
        fn getAllLocalAuthenticators() -> Vec<Option<LocalAuthenticatorConfig>>;
        fn createApplication(serviceProvider: Option<ServiceProvider>) -> Nil
            [needs "/permission/admin/manage/identity/applicationmgt/create"];
        fn getAllApplicationBasicInfo() -> Vec<Option<ApplicationBasicInfo>>;
        fn getAllIdentityProviders() -> Vec<Option<IdentityProvider>> [needs "/permission/admin/login"];
        fn getIdentityProvider(federatedIdPName: Option<String>) -> Option<IdentityProvider>;
        fn deleteApplication(applicationName: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/applicationmgt/delete"];
    }
}
