//! The contract of `RemoteUserStoreManagerService`, in wire spelling (IS 5.3.0, identity-user-ws 5.1.4).

use crate::services::Call;
use crate::soap::Date;
use crate::{dto, schema_only, service};

dto! {
    /// A claim of a user with its description.
    pub struct ClaimDTO in "http://dao.service.ws.um.carbon.wso2.org/xsd" {
        claimUri: Option<String>,
        description: Option<String>,
        dialectURI: Option<String>,
        displayOrder: i32,
        displayTag: Option<String>,
        regEx: Option<String>,
        required: bool,
        supportedByDefault: bool,
        value: Option<String>,
    }

    /// A permission to grant: an action on a resource.
    pub struct PermissionDTO in "http://dao.service.ws.um.carbon.wso2.org/xsd" {
        action: Option<String>,
        resourceId: Option<String>,
    }

    /// The base of the exceptions of user stores.
    pub struct UserStoreException in "http://api.user.carbon.wso2.org/xsd" {}

    /// A claim and its value.
    pub struct ClaimValue in "http://common.mgt.user.carbon.wso2.org/xsd" {
        claimURI: Option<String>,
        value: Option<String>,
    }

    /// An array inside an array.
    pub struct ArrayOfString in "http://service.ws.um.carbon.wso2.org" {
        array: Vec<Option<String>>,
    }

    /// The declared exception of every operation.
    pub struct CoreUserStoreException as "UserStoreException" in "http://core.user.carbon.wso2.org/xsd" extends UserStoreException {}
}

schema_only! {
    pub struct Tenant in "http://api.user.carbon.wso2.org/xsd" {
        active: bool,
        adminFirstName: Option<String>,
        adminFullName: Option<String>,
        adminLastName: Option<String>,
        adminName: Option<String>,
        adminPassword: Option<String>,
        createdDate: Option<Date>,
        domain: Option<String>,
        email: Option<String>,
        id: i32,
        realmConfig: Option<RealmConfiguration>,
    }
    pub struct RealmConfiguration in "http://api.user.carbon.wso2.org/xsd" {
        addAdmin: Option<String>,
        adminPassword: Option<String>,
        adminRoleName: Option<String>,
        adminUserName: Option<String>,
        authorizationManagerClass: Option<String>,
        authzProperties: Vec<Option<String>>,
        description: Option<String>,
        everyOneRoleName: Option<String>,
        multipleCredentialProps: Vec<Option<String>>,
        passwordsExternallyManaged: bool,
        persistedTimestamp: Option<Date>,
        primary: bool,
        realmClassName: Option<String>,
        realmProperties: Vec<Option<String>>,
        secondaryRealmConfig: Option<RealmConfiguration>,
        tenantId: i32,
        userStoreClass: Option<String>,
        userStoreProperties: Vec<Option<String>>,
    }
    pub struct CoreTenant as "Tenant" in "http://tenant.core.user.carbon.wso2.org/xsd" extends Tenant {}
}

service! {
    /// The user store as it is: users, credentials, claims and roles, without the console's protections.
    pub RemoteUserStoreManagerService in "http://service.ws.um.carbon.wso2.org" with Call,
    each ([faults CoreUserStoreException] [needs "/permission/admin/manage/identity"]) {
        fn authenticate(userName: Option<String>, credential: Option<String>) -> bool;
        fn getUserList(claimUri: Option<String>, claimValue: Option<String>, profile: Option<String>) -> Vec<Option<String>>;
        fn getUserClaimValue(userName: Option<String>, claim: Option<String>, profileName: Option<String>) -> Option<String>;
        fn getUserListOfRole(roleName: Option<String>) -> Vec<Option<String>>;
        fn isReadOnly() -> bool;
        fn updateCredential(userName: Option<String>, newCredential: Option<String>, oldCredential: Option<String>);
        fn setUserClaimValue(userName: Option<String>, claimURI: Option<String>, claimValue: Option<String>, profileName: Option<String>);
        fn getUserClaimValuesForClaims(userName: Option<String>, claims: Vec<Option<String>>, profileName: Option<String>) -> Vec<Option<ClaimValue>>;
        fn deleteUserClaimValues(userName: Option<String>, claims: Vec<Option<String>>, profileName: Option<String>);
        fn deleteUserClaimValue(userName: Option<String>, claimURI: Option<String>, profileName: Option<String>);
        fn isExistingUser(userName: Option<String>) -> bool;
        fn updateCredentialByAdmin(userName: Option<String>, newCredential: Option<String>);
        fn getRoleNames() -> Vec<Option<String>>;
        fn getTenantId() -> i32;
        fn getProperties(tenant: Option<CoreTenant>) -> Vec<Option<ArrayOfString>>;
        fn getUserId(username: Option<String>) -> i32;
        fn getAllProfileNames() -> Vec<Option<String>>;
        fn getPasswordExpirationTime(username: Option<String>) -> i64;
        fn deleteRole(roleName: Option<String>);
        fn listUsers(filter: Option<String>, maxItemLimit: i32) -> Vec<Option<String>>;
        fn deleteUser(userName: Option<String>);
        fn getRoleListOfUser(userName: Option<String>) -> Vec<Option<String>>;
        fn isExistingRole(roleName: Option<String>) -> bool;
        fn updateRoleName(roleName: Option<String>, newRoleName: Option<String>);
        fn updateRoleListOfUser(userName: Option<String>, deletedRoles: Vec<Option<String>>, newRoles: Vec<Option<String>>);
        fn getUserClaimValues(userName: Option<String>, profileName: Option<String>) -> Vec<Option<ClaimDTO>>;
        fn getHybridRoles() -> Vec<Option<String>>;
        fn addUserClaimValues(userName: Option<String>, claims: Vec<Option<ClaimValue>>, profileName: Option<String>);
        fn addUser(userName: Option<String>, credential: Option<String>, roleList: Vec<Option<String>>, claims: Vec<Option<ClaimValue>>, profileName: Option<String>, requirePasswordChange: bool);
        fn addRole(roleName: Option<String>, userList: Vec<Option<String>>, permissions: Vec<Option<PermissionDTO>>);
        fn updateUserListOfRole(roleName: Option<String>, deletedUsers: Vec<Option<String>>, newUsers: Vec<Option<String>>);
        fn getTenantIdofUser(username: Option<String>) -> i32;
        fn setUserClaimValues(userName: Option<String>, claims: Vec<Option<ClaimValue>>, profileName: Option<String>);
        fn addUserClaimValue(userName: Option<String>, claimURI: Option<String>, claimValue: Option<String>, profileName: Option<String>);
        fn getProfileNames(userName: Option<String>) -> Vec<Option<String>>;
    }
}
