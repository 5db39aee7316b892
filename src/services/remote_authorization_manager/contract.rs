//! The contract of `RemoteAuthorizationManagerService`, in wire spelling (IS 5.3.0, identity-user-ws 5.1.4).

use crate::service;
use crate::services::Call;
use crate::services::remote_user_store_manager::contract::CoreUserStoreException;

service! {
    /// What roles and users are allowed and denied.
    pub RemoteAuthorizationManagerService in "http://service.ws.um.carbon.wso2.org" with Call,
    each ([faults CoreUserStoreException] [needs "/permission/admin/manage/identity"]) {
        fn authorizeUser(userName: Option<String>, resourceId: Option<String>, action: Option<String>);
        fn isUserAuthorized(userName: Option<String>, resourceId: Option<String>, action: Option<String>) -> bool;
        fn clearAllUserAuthorization(userName: Option<String>);
        fn denyUser(userName: Option<String>, resourceId: Option<String>, action: Option<String>);
        fn clearUserAuthorization(userName: Option<String>, resourceId: Option<String>, action: Option<String>);
        fn getExplicitlyDeniedUsersForResource(resourceId: Option<String>, action: Option<String>) -> Vec<Option<String>>;
        fn authorizeRole(roleName: Option<String>, resourceId: Option<String>, action: Option<String>);
        fn getDeniedRolesForResource(resourceId: Option<String>, action: Option<String>) -> Vec<Option<String>>;
        fn getAllowedUIResourcesForUser(userName: Option<String>, permissionRootPath: Option<String>) -> Vec<Option<String>>;
        fn isRoleAuthorized(roleName: Option<String>, resourceId: Option<String>, action: Option<String>) -> bool;
        fn denyRole(roleName: Option<String>, resourceId: Option<String>, action: Option<String>);
        fn clearRoleAuthorization(roleName: Option<String>, resourceId: Option<String>, action: Option<String>);
        fn getExplicitlyAllowedUsersForResource(resourceId: Option<String>, action: Option<String>) -> Vec<Option<String>>;
        fn clearAllRoleAuthorization(roleName: Option<String>);
        fn resetPermissionOnUpdateRole(roleName: Option<String>, newRoleName: Option<String>);
        fn clearRoleActionOnAllResources(roleName: Option<String>, action: Option<String>);
        fn getAllowedRolesForResource(resourceId: Option<String>, action: Option<String>) -> Vec<Option<String>>;
        fn clearResourceAuthorizations(resourceId: Option<String>);
    }
}
