//! The admin services: one folder each, a declared contract and the functions that do the work.
pub mod credentials;
pub mod user_profile_mgt;

/// One call.
#[derive(Debug)]
pub struct Call;
