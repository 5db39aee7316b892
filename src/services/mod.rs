//! The admin services: one folder each, a declared contract and the functions that do the work.
pub mod authentication_admin;
pub mod credentials;
pub mod identity_governance_admin;
pub mod identity_provider_mgt;
pub mod remote_user_store_manager;
pub mod user_profile_mgt;

/// One call.
#[derive(Debug)]
pub struct Call;

/// Every published contract.
pub static CONTRACTS: [&crate::soap::contract::Service; 5] = [
    &authentication_admin::contract::CONTRACT,
    &identity_governance_admin::contract::CONTRACT,
    &identity_provider_mgt::contract::CONTRACT,
    &remote_user_store_manager::contract::CONTRACT,
    &user_profile_mgt::contract::CONTRACT,
];
