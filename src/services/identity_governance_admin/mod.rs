//! `IdentityGovernanceAdminService`.

pub mod contract;
