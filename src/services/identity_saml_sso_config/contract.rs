//! The contract of `IdentitySAMLSSOConfigService`, in wire spelling (IS 5.3.0, identity-inbound-auth-saml 5.3.0).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::{dto, service};

dto! {
    /// A service provider.
    pub struct SAMLSSOServiceProviderDTO in "http://dto.saml.sso.identity.carbon.wso2.org/xsd" {
        assertionConsumerUrl: Option<String>,
        assertionConsumerUrls: Vec<Option<String>>,
        assertionQueryRequestProfileEnabled: bool,
        attributeConsumingServiceIndex: Option<String>,
        certAlias: Option<String>,
        defaultAssertionConsumerUrl: Option<String>,
        digestAlgorithmURI: Option<String>,
        doEnableEncryptedAssertion: bool,
        doSignAssertions: bool,
        doSignResponse: bool,
        doSingleLogout: bool,
        doValidateSignatureInRequests: bool,
        enableAttributeProfile: bool,
        enableAttributesByDefault: bool,
        idPInitSLOEnabled: bool,
        idPInitSSOEnabled: bool,
        idpInitSLOReturnToURLs: Vec<Option<String>>,
        issuer: Option<String>,
        loginPageURL: Option<String>,
        nameIDFormat: Option<String>,
        nameIdClaimUri: Option<String>,
        requestedAudiences: Vec<Option<String>>,
        requestedClaims: Vec<Option<String>>,
        requestedRecipients: Vec<Option<String>>,
        signingAlgorithmURI: Option<String>,
        sloRequestURL: Option<String>,
        sloResponseURL: Option<String>,
        supportedAssertionQueryRequestTypes: Option<String>,
    }

    /// All of them.
    pub struct SAMLSSOServiceProviderInfoDTO in "http://dto.saml.sso.identity.carbon.wso2.org/xsd" {
        pubCertFilePath: Option<String>,
        serviceProviders: Vec<Option<SAMLSSOServiceProviderDTO>>,
        tenantZero: bool,
    }

    /// The declared exception of the upload.
    pub struct IdentitySAML2SSOException in "http://exception.saml.sso.identity.carbon.wso2.org/xsd"
        extends IdentityException {}
}

service! {
    /// The service providers of SAML 2.0 single sign-on.
    pub IdentitySAMLSSOConfigService in "http://saml.sso.identity.carbon.wso2.org"
    schema "http://org.apache.axis2/xsd" with Call,
    each ([faults IdentityException] [needs "/permission/admin/manage/identity/applicationmgt/view"]) {
        fn getSigningAlgorithmUris() -> Vec<Option<String>> [faults none];
        fn getSigningAlgorithmUriByConfig() -> Option<String> [faults none];
        fn getDigestAlgorithmURIByConfig() -> Option<String> [faults none];
        fn getClaimURIs() -> Vec<Option<String>>;
        fn addRPServiceProvider(spDto: Option<SAMLSSOServiceProviderDTO>) -> bool
            [needs "/permission/admin/manage/identity/applicationmgt/create"];
        fn getServiceProviders() -> Option<SAMLSSOServiceProviderInfoDTO>;
        fn getCertAliasOfPrimaryKeyStore() -> Vec<Option<String>>;
        fn uploadRPServiceProvider(metadata: Option<String>) -> Option<SAMLSSOServiceProviderDTO>
            [faults IdentitySAML2SSOException] [needs "/permission/admin/manage"];
        fn getDigestAlgorithmURIs() -> Vec<Option<String>> [faults none];
        fn removeServiceProvider(issuer: Option<String>) -> bool
            [needs "/permission/admin/manage/identity/applicationmgt/delete"];
    }
}
