//! The contract of `IdentityGovernanceAdminService`, in wire spelling (IS 5.3.0, identity-governance 1.0.2).

use crate::services::Call;
use crate::services::identity_provider_mgt::contract::Property;
use crate::soap::Nil;
use crate::{dto, service};

dto! {
    /// The declared exception of both operations.
    pub struct IdentityGovernanceException in "http://governance.identity.carbon.wso2.org/xsd" {
        errorCode: i32,
    }

    /// A group of settings as the console shows it.
    pub struct ConnectorConfig in "http://bean.governance.identity.carbon.wso2.org/xsd" {
        category: Option<String>,
        friendlyName: Option<String>,
        order: i32,
        properties: Vec<Option<Property>>,
        subCategory: Option<String>,
    }
}

service! {
    /// Lists and changes the account policies of the caller's tenant.
    pub IdentityGovernanceAdminService in "http://governance.identity.carbon.wso2.org" with Call,
    each ([faults IdentityGovernanceException] [needs "/permission/admin/manage"]) {
        fn updateConfigurations(configurations: Vec<Option<Property>>) -> Nil;
        fn getConnectorList() -> Vec<Option<ConnectorConfig>>;
    }
}
