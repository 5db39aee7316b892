//! The contract of `UserAdmin`, in wire spelling (IS 5.3.0, carbon-identity-framework 5.7.5, user.mgt).

pub use crate::services::remote_user_store_manager::contract::ClaimValue;

use crate::services::Call;
use crate::soap::{Binary, Nil};
use crate::{dto, service};

dto! {
    /// The declared exception of every operation.
    pub struct UserAdminException in "http://common.mgt.user.carbon.wso2.org/xsd" {
        message: Option<String>,
    }

    /// A permission with those below it.
    pub struct UIPermissionNode in "http://common.mgt.user.carbon.wso2.org/xsd" {
        displayName: Option<String>,
        nodeList: Vec<Option<UIPermissionNode>>,
        resourcePath: Option<String>,
        selected: bool,
    }

    /// A user or role in a list; the last of most lists says whether there may be more.
    pub struct FlaggedName in "http://common.mgt.user.carbon.wso2.org/xsd" {
        dn: Option<String>,
        domainName: Option<String>,
        editable: bool,
        itemDisplayName: Option<String>,
        itemName: Option<String>,
        readOnly: bool,
        roleType: Option<String>,
        selected: bool,
        shared: bool,
    }

    /// What the console has to know of a tenant before it shows anything.
    pub struct UserRealmInfo in "http://common.mgt.user.carbon.wso2.org/xsd" {
        adminRole: Option<String>,
        adminUser: Option<String>,
        bulkImportSupported: bool,
        defaultUserClaims: Option<Vec<Option<String>>>,
        domainNames: Vec<Option<String>>,
        enableUIPageCache: bool,
        everyOneRole: Option<String>,
        maxItemsPerUIPage: i32,
        maxUIPagesInCache: i32,
        multipleUserStore: bool,
        primaryUserStoreInfo: Option<UserStoreInfo>,
        requiredUserClaims: Option<Vec<Option<String>>>,
        userClaims: Option<Vec<Option<String>>>,
        userStoresInfo: Vec<Option<UserStoreInfo>>,
    }

    /// What the console has to know of a user store.
    pub struct UserStoreInfo in "http://common.mgt.user.carbon.wso2.org/xsd" {
        bulkImportSupported: bool,
        caseSensitiveUsername: bool,
        domainName: Option<String>,
        externalIdP: Option<String>,
        maxRoleLimit: i32,
        maxUserLimit: i32,
        passwordRegEx: Option<String>,
        passwordRegExViolationErrorMsg: Option<String>,
        passwordsExternallyManaged: bool,
        readGroupsEnabled: bool,
        readOnly: bool,
        roleNameRegEx: Option<String>,
        userNameRegEx: Option<String>,
        usernameRegExViolationErrorMsg: Option<String>,
        writeGroupsEnabled: bool,
    }
}

service! {
    /// Users, roles and permissions as the management console edits them, with its protections of administrators.
    pub UserAdmin in "http://mgt.user.carbon.wso2.org" schema "http://org.apache.axis2/xsd" with Call,
    each ([faults UserAdminException] [needs "/permission/admin/manage/identity/usermgt"]) {
        fn getUsersOfRole(roleName: Option<String>, filter: Option<String>, limit: i32) -> Vec<Option<FlaggedName>> [needs "/permission/admin/manage/identity/usermgt/view"];
        fn getAllPermittedRoleNames(filter: Option<String>, permission: Option<String>, limit: i32) -> Vec<Option<FlaggedName>>;
        fn addUser(userName: Option<String>, password: Option<String>, roles: Vec<Option<String>>, claims: Vec<Option<ClaimValue>>, profileName: Option<String>) -> Nil [needs "/permission/admin/manage/identity/usermgt/create"];
        fn addRemoveUsersOfRole(roleName: Option<String>, newUsers: Vec<Option<String>>, deletedUsers: Vec<Option<String>>);
        fn changePasswordByUser(userName: Option<String>, oldPassword: Option<String>, newPassword: Option<String>) -> Nil [open];
        fn isSharedRolesEnabled() -> bool;
        fn listUserByClaim(claimValue: Option<ClaimValue>, filter: Option<String>, maxLimit: i32) -> Vec<Option<FlaggedName>>;
        fn getRolesOfUser(userName: Option<String>, filter: Option<String>, limit: i32) -> Vec<Option<FlaggedName>>;
        fn updateUsersOfRole(roleName: Option<String>, userList: Vec<Option<FlaggedName>>) -> Nil [needs "/permission/admin/manage/identity/rolemgt/update"];
        fn listAllUsers(filter: Option<String>, limit: i32) -> Vec<Option<FlaggedName>> [needs "/permission/admin/manage/identity/usermgt/list"];
        fn getAllUIPermissions() -> Option<UIPermissionNode>;
        fn hasMultipleUserStores() -> bool [needs "/permission/admin/login"];
        fn updateRolesOfUser(userName: Option<String>, newRoleList: Vec<Option<String>>);
        fn getAllSharedRoleNames(filter: Option<String>, limit: i32) -> Vec<Option<FlaggedName>>;
        fn setRoleUIPermission(roleName: Option<String>, rawResources: Vec<Option<String>>);
        fn getRolePermissions(roleName: Option<String>) -> Option<UIPermissionNode>;
        fn getRolesOfCurrentUser() -> Vec<Option<FlaggedName>> [needs "/permission/admin/login"];
        fn listUserByClaimWithPermission(claimValue: Option<ClaimValue>, filter: Option<String>, permission: Option<String>, maxLimit: i32) -> Vec<Option<FlaggedName>>;
        fn deleteRole(roleName: Option<String>);
        fn addRemoveRolesOfUser(userName: Option<String>, newRoles: Vec<Option<String>>, deletedRoles: Vec<Option<String>>);
        fn addInternalRole(roleName: Option<String>, userList: Vec<Option<String>>, permissions: Vec<Option<String>>);
        fn changePassword(userName: Option<String>, newPassword: Option<String>) -> Nil [needs "/permission/admin/manage/identity/usermgt/update"];
        fn listAllUsersWithPermission(filter: Option<String>, permission: Option<String>, limit: i32) -> Vec<Option<FlaggedName>>;
        fn getUserRealmInfo() -> Option<UserRealmInfo> [needs "/permission/admin/login"];
        fn listUsers(filter: Option<String>, limit: i32) -> Vec<Option<String>> [needs "/permission/admin/manage/identity/usermgt/list"];
        fn deleteUser(userName: Option<String>) -> Nil [needs "/permission/admin/manage/identity/usermgt/delete"];
        fn getAllRolesNames(filter: Option<String>, limit: i32) -> Vec<Option<FlaggedName>> [needs "/permission/admin/manage/identity/rolemgt/view"];
        fn updateRoleName(roleName: Option<String>, newRoleName: Option<String>);
        fn addRole(roleName: Option<String>, userList: Vec<Option<String>>, permissions: Vec<Option<String>>, isSharedRole: bool);
        fn bulkImportUsers(userStoreDomain: Option<String>, fileName: Option<String>, handler: Option<Binary>, defaultPassword: Option<String>);
    }
}
