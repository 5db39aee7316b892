//! The contract of `ClaimManagementService`, in wire spelling (IS 5.3.0, ClaimAdminService).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// A claim as older releases described it.
    pub struct ClaimDTO in "http://dto.mgt.claim.carbon.wso2.org/xsd" {
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

    /// The attribute that holds a claim in a user store.
    pub struct ClaimAttributeDTO in "http://dto.mgt.claim.carbon.wso2.org/xsd" {
        attributeName: Option<String>,
        domainName: Option<String>,
    }

    /// A claim with its attributes.
    pub struct ClaimMappingDTO in "http://dto.mgt.claim.carbon.wso2.org/xsd" {
        claim: Option<ClaimDTO>,
        mappedAttribute: Option<String>,
        mappedAttributes: Vec<Option<ClaimAttributeDTO>>,
    }

    /// A dialect with its claims.
    pub struct ClaimDialectDTO in "http://dto.mgt.claim.carbon.wso2.org/xsd" {
        claimMappings: Option<Vec<Option<ClaimMappingDTO>>>,
        dialectURI: Option<String>,
        userStore: Option<String>,
    }

    /// The declared exception of every operation.
    pub struct ClaimManagementException in "http://mgt.claim.carbon.wso2.org/xsd" extends IdentityException {}
}

service! {
    /// Lists and changes the claims of the caller's tenant as older releases did; 5.3.0 kept a shell of it.
    pub ClaimManagementService in "http://mgt.claim.carbon.wso2.org" schema "http://org.apache.axis2/xsd" with Call,
    each ([faults ClaimManagementException]) {
        fn getClaimMappingByDialect(dialectUri: Option<String>) -> Option<ClaimDialectDTO>
            [needs "/permission/admin/manage/identity/claimmgt/claim/view"];
        fn getClaimMappings() -> Vec<Option<ClaimDialectDTO>>
            [needs "/permission/admin/manage/identity/claimmgt/claim/view"];
        fn removeClaimMapping(dialectUri: Option<String>, claimUri: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/claim/delete"];
        fn removeClaimDialect(dialectUri: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/claim/delete"];
        fn upateClaimMapping(claimMappingDTO: Option<ClaimMappingDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/claim/update"];
        fn addNewClaimDialect(claimDialectDTO: Option<ClaimDialectDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/claim/create"];
        fn addNewClaimMapping(claimMappingDTO: Option<ClaimMappingDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/claim/create"];
    }
}
