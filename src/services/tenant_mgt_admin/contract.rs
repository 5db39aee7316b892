//! The contract of `TenantMgtAdminService`, in wire spelling (IS 5.3.0, carbon-multitenancy 4.6.1).

use crate::services::Call;
use crate::services::remote_user_store_manager::contract::UserStoreException;
use crate::soap::{DateTime, Nil};
use crate::{dto, service};

dto! {
    /// A tenant with its administrator.
    pub struct TenantInfoBean in "http://beans.common.stratos.carbon.wso2.org/xsd" {
        active: bool,
        admin: Option<String>,
        adminPassword: Option<String>,
        createdDate: Option<DateTime>,
        email: Option<String>,
        firstname: Option<String>,
        lastname: Option<String>,
        originatedService: Option<String>,
        successKey: Option<String>,
        tenantDomain: Option<String>,
        tenantId: i32,
        usagePlan: Option<String>,
    }

    /// A page of tenants.
    pub struct PaginatedTenantInfoBean in "http://beans.mgt.tenant.carbon.wso2.org/xsd" {
        numberOfPages: i32,
        tenantInfoBeans: Vec<Option<TenantInfoBean>>,
    }

    /// The declared exception of most operations: `java.lang.Exception` itself.
    pub struct Exception in "http://services.mgt.tenant.carbon.wso2.org" {
        Message: Option<String>,
    }

    /// What deleting a tenant fails with.
    pub struct StratosException in "http://exception.common.stratos.carbon.wso2.org/xsd" {}
}

service! {
    /// Manages tenants; for the super tenant's administrators alone.
    pub TenantMgtAdminService in "http://services.mgt.tenant.carbon.wso2.org" with Call,
    each ([super_tenant] [faults Exception] [needs "/permission/protected/manage/monitor/tenants"]) {
        fn deactivateTenant(tenantDomain: Option<String>) -> Nil
            [needs "/permission/protected/manage/modify/tenants"];
        fn retrievePaginatedPartialSearchTenants(domain: Option<String>, pageNumber: i32) -> Option<PaginatedTenantInfoBean>;
        fn addTenant(tenantInfoBean: Option<TenantInfoBean>) -> Option<String>;
        fn retrieveTenants() -> Vec<Option<TenantInfoBean>>
            [needs "/permission/protected/manage/monitor/tenants/list"];
        fn updateTenant(tenantInfoBean: Option<TenantInfoBean>) -> Nil
            [needs "/permission/protected/manage/modify/tenants"];
        fn deleteTenant(tenantDomain: Option<String>) -> Nil
            [faults StratosException, UserStoreException] [needs "/permission/protected/manage/modify/tenants"];
        fn addSkeletonTenant(tenantInfoBean: Option<TenantInfoBean>) -> Option<String>;
        fn retrievePaginatedTenants(pageNumber: i32) -> Option<PaginatedTenantInfoBean>;
        fn retrievePartialSearchTenants(domain: Option<String>) -> Vec<Option<TenantInfoBean>>;
        fn getTenant(tenantDomain: Option<String>) -> Option<TenantInfoBean>;
        fn activateTenant(tenantDomain: Option<String>) -> Nil
            [needs "/permission/protected/manage/modify/tenants"];
    }
}
