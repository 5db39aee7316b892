//! The admin services as their clients see them: each operation's good path, its refusals in the words of the original,
//! its permission, missing arguments, and tenants that do not see each other.

#[path = "../support/mod.rs"]
mod support;

mod account_association;
mod applications;
mod authentication;
mod challenge_questions;
mod claim_management;
mod claim_metadata;
mod compatibility;
mod concurrency;
mod email_templates;
mod governance;
mod identity_provider;
mod isolation;
mod logged_user_info;
mod recovery_wire;
mod remote_authorization;
mod remote_claims;
mod remote_user_store;
mod saml_sso_config;
mod server_admin;
mod tenants;
mod user_admin;
mod user_identity_management;
mod user_information_recovery;
mod user_profile;
mod user_stores;
