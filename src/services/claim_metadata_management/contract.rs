//! The contract of `ClaimMetadataManagementService`, in wire spelling (IS 5.3.0, ClaimMetadataManagementAdminService).

use crate::services::Call;
use crate::services::user_profile_mgt::contract::IdentityException;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// A dialect, by its URI.
    pub struct ClaimDialectDTO in "http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd" {
        claimDialectURI: Option<String>,
    }

    /// The attribute that holds a claim in a user store.
    pub struct AttributeMappingDTO in "http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd" {
        attributeName: Option<String>,
        userStoreDomain: Option<String>,
    }

    /// Something that is said about a claim.
    pub struct ClaimPropertyDTO in "http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd" {
        propertyName: Option<String>,
        propertyValue: Option<String>,
    }

    /// A claim of the local dialect.
    pub struct LocalClaimDTO in "http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd" {
        attributeMappings: Vec<Option<AttributeMappingDTO>>,
        claimProperties: Option<Vec<Option<ClaimPropertyDTO>>>,
        localClaimURI: Option<String>,
    }

    /// A claim of another dialect and the local one it stands for.
    pub struct ExternalClaimDTO in "http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd" {
        externalClaimDialectURI: Option<String>,
        externalClaimURI: Option<String>,
        mappedLocalClaimURI: Option<String>,
    }

    /// The declared exception of every operation.
    pub struct ClaimMetadataException in "http://exception.mgt.metadata.claim.identity.carbon.wso2.org/xsd" extends IdentityException {}
}

service! {
    /// Lists and changes the claims of the caller's tenant.
    pub ClaimMetadataManagementService in "http://mgt.metadata.claim.identity.carbon.wso2.org" schema "http://org.apache.axis2/xsd" with Call,
    each ([faults ClaimMetadataException]) {
        fn addExternalClaim(externalClaim: Option<ExternalClaimDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/create"];
        fn getLocalClaims() -> Vec<Option<LocalClaimDTO>>
            [needs "/permission/admin/manage/identity/claimmgt/metadata/view"];
        fn getClaimDialects() -> Vec<Option<ClaimDialectDTO>>
            [needs "/permission/admin/manage/identity/claimmgt/metadata/view"];
        fn removeLocalClaim(localClaimURI: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/delete"];
        fn addLocalClaim(localClaim: Option<LocalClaimDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/create"];
        fn removeClaimDialect(claimDialect: Option<ClaimDialectDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/delete"];
        fn updateLocalClaim(localClaim: Option<LocalClaimDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/update"];
        fn removeExternalClaim(externalClaimDialectURI: Option<String>, externalClaimURI: Option<String>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/delete"];
        fn getExternalClaims(externalClaimDialectURI: Option<String>) -> Vec<Option<ExternalClaimDTO>>
            [needs "/permission/admin/manage/identity/claimmgt/metadata/view"];
        fn addClaimDialect(claimDialect: Option<ClaimDialectDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/create"];
        fn updateExternalClaim(externalClaim: Option<ExternalClaimDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/update"];
        fn renameClaimDialect(oldClaimDialect: Option<ClaimDialectDTO>, newClaimDialect: Option<ClaimDialectDTO>) -> Nil
            [needs "/permission/admin/manage/identity/claimmgt/metadata/update"];
    }
}
