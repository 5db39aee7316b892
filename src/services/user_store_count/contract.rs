//! The contract of `UserStoreCountService`, in wire spelling (IS 5.3.0, carbon-identity-framework 5.7.5).
//!
//! Names, order, types and namespaces of operations, parameters and beans are those of the WSDL that the framework's own
//! stub (`org.wso2.carbon.identity.user.store.count.stub`) is generated from; the permissions are those of the component's
//! `services.xml`, where the operations that it does not list take the one of the whole service.

use crate::services::Call;
use crate::{dto, service};

dto! {
    /// A name with a value: a claim with a pattern, or a store with a count.
    pub struct PairDTO in "http://dto.count.store.user.identity.carbon.wso2.org/xsd" {
        key: Option<String>,
        value: Option<String>,
    }

    /// The declared exception of every operation.
    pub struct UserStoreCounterException in "http://exception.count.store.user.identity.carbon.wso2.org/xsd" {
        message: Option<String>,
    }
}

service! {
    /// Counts users and roles in the user stores that have a counter.
    pub UserStoreCountService in "http://count.store.user.identity.carbon.wso2.org" schema "http://org.apache.axis2/xsd" with Call,
    each ([faults UserStoreCounterException] [needs "/permission/admin/manage/identity/userstore/count"]) {
        fn countUsersInDomain(filter: Option<String>, domain: Option<String>) -> i64 [needs "/permission/admin/manage/identity/userstore/count/view"];
        fn countRoles(filter: Option<String>) -> Vec<Option<PairDTO>>;
        fn countByClaimInDomain(claimURI: Option<String>, valueFilter: Option<String>, domain: Option<String>) -> i64 [needs "/permission/admin/manage/identity/userstore/count/view"];
        fn getCountEnabledUserStores() -> Vec<Option<String>> [needs "/permission/admin/manage/identity/userstore/count/view"];
        fn countClaim(claimURI: Option<String>, valueFilter: Option<String>) -> Vec<Option<PairDTO>> [needs "/permission/admin/manage/identity/userstore/count/view"];
        fn countUsers(filter: Option<String>) -> Vec<Option<PairDTO>> [needs "/permission/admin/manage/identity/userstore/count/view"];
        fn countRolesInDomain(filter: Option<String>, domain: Option<String>) -> i64;
        fn countByClaimsInDomain(claimSetToFilter: Vec<Option<PairDTO>>, domain: Option<String>) -> i64;
        fn countClaims(claimSetToFilter: Vec<Option<PairDTO>>) -> Vec<Option<PairDTO>>;
    }
}
