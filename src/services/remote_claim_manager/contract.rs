//! The contract of `RemoteClaimManagerService`, in wire spelling (IS 5.3.0, identity-user-ws 5.1.4).

use crate::services::Call;
use crate::services::remote_user_store_manager::contract::CoreUserStoreException;
use crate::{dto, service};

dto! {
    /// A claim with its description.
    pub struct Claim in "http://api.user.carbon.wso2.org/xsd" {
        checkedAttribute: bool,
        claimUri: Option<String>,
        description: Option<String>,
        dialectURI: Option<String>,
        displayOrder: i32,
        displayTag: Option<String>,
        readOnly: bool,
        regEx: Option<String>,
        required: bool,
        supportedByDefault: bool,
        value: Option<String>,
    }

    /// A claim and the attributes that hold its values.
    pub struct ClaimMapping in "http://api.user.carbon.wso2.org/xsd" {
        claim: Option<Claim>,
        mappedAttribute: Option<String>,
        mappedAttributeWithNoDomain: Option<String>,
        mappedAttributes: Vec<Option<String>>,
    }
}

service! {
    /// Reads the claims of the caller's tenant.
    pub RemoteClaimManagerService in "http://service.ws.um.carbon.wso2.org" with Call,
    each ([faults CoreUserStoreException] [needs "/permission/admin/manage/identity"]) {
        fn getAllClaimMappings(dialectUri: Option<String>) -> Vec<Option<ClaimMapping>>;
        fn getClaimMapping(claimURI: Option<String>) -> Option<ClaimMapping>;
        fn addNewClaimMapping(mapping: Option<ClaimMapping>);
        fn getClaim(claimURI: Option<String>) -> Option<Claim>;
        fn getAllRequiredClaimMappings() -> Vec<Option<ClaimMapping>>;
        fn getAllClaimUris() -> Vec<Option<String>>;
        fn updateClaimMapping(mapping: Option<ClaimMapping>);
        fn getAttributeName(claimURI: Option<String>) -> Option<String>;
        fn getAttributeNameFromDomain(domainName: Option<String>, claimURI: Option<String>) -> Option<String>;
        fn deleteClaimMapping(mapping: Option<ClaimMapping>);
        fn getAllSupportClaimMappingsByDefault() -> Vec<Option<ClaimMapping>>;
    }
}
