//! The contract of `UserStoreConfigAdminService`, in wire spelling (IS 5.3.0, carbon-identity-framework 5.7.5).

use crate::services::Call;
use crate::soap::{Boxed, Nil};
use crate::{dto, schema_only, service};

dto! {
    /// What a store of a class can be told.
    pub struct Properties in "http://api.user.carbon.wso2.org/xsd" {
        advancedProperties: Vec<Option<Property>>,
        mandatoryProperties: Vec<Option<Property>>,
        optionalProperties: Vec<Option<Property>>,
    }

    /// Something a store can be told.
    pub struct Property in "http://api.user.carbon.wso2.org/xsd" {
        childProperties: Vec<Option<Property>>,
        description: Option<String>,
        name: Option<String>,
        value: Option<String>,
    }

    /// The declared exception of every operation.
    pub struct IdentityUserStoreMgtException in "http://utils.configuration.store.user.identity.carbon.wso2.org/xsd" {
        message: Option<String>,
    }

    /// A secondary user store.
    pub struct UserStoreDTO in "http://dto.configuration.store.user.identity.carbon.wso2.org/xsd" {
        className: Option<String>,
        description: Option<String>,
        disabled: Boxed<bool>,
        domainId: Option<String>,
        properties: Vec<Option<PropertyDTO>>,
    }

    /// A setting of a store.
    pub struct PropertyDTO in "http://dto.configuration.store.user.identity.carbon.wso2.org/xsd" {
        name: Option<String>,
        value: Option<String>,
    }
}

schema_only! {
    pub struct TransformerConfigurationException in "http://www.w3.org/2001/XMLSchema" {}
}

service! {
    /// The secondary user stores of a tenant.
    pub UserStoreConfigAdminService in "http://configuration.store.user.identity.carbon.wso2.org" schema "http://org.apache.axis2/xsd" with Call,
    each ([faults IdentityUserStoreMgtException] [needs "/permission/admin/manage/identity/userstore/config/view"]) {
        fn getAvailableUserStoreClasses() -> Vec<Option<String>>;
        fn changeUserStoreState(domain: Option<String>, isDisable: bool) -> Nil [faults TransformerConfigurationException, IdentityUserStoreMgtException] [needs "/permission/admin/manage/identity/userstore/config/update"];
        fn deleteUserStore(domainName: Option<String>) -> Nil [needs "/permission/admin/manage/identity/userstore/config/delete"];
        fn getSecondaryRealmConfigurations() -> Vec<Option<UserStoreDTO>>;
        fn editUserStore(userStoreDTO: Option<UserStoreDTO>) -> Nil [needs "/permission/admin/manage/identity/userstore/config/update"];
        fn editUserStoreWithDomainName(previousDomainName: Option<String>, userStoreDTO: Option<UserStoreDTO>) -> Nil [needs "/permission/admin/manage/identity/userstore/config/update"];
        fn testRDBMSConnection(domainName: Option<String>, driverName: Option<String>, connectionURL: Option<String>, username: Option<String>, connectionPassword: Option<String>, messageID: Option<String>) -> bool;
        fn getUserStoreManagerProperties(className: Option<String>) -> Option<Properties>;
        fn addUserStore(userStoreDTO: Option<UserStoreDTO>) -> Nil [needs "/permission/admin/manage/identity/userstore/config/create"];
        fn deleteUserStoresSet(domains: Vec<Option<String>>) -> Nil [needs "/permission/admin/manage/identity/userstore/config/delete"];
    }
}
