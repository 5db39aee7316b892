//! The rules: users, claims, logins and the forced password reset.
//!
//! Everything here is synchronous and takes the transaction, the time and its inputs; nothing knows SOAP, HTTP
//! or SMTP. One function per use case, named by module and verb: `claim::write`, `login::attempt`.

pub mod account;
mod actor;
pub mod application;
pub mod association;
pub mod audit;
pub mod bulk_import;
pub mod bulk_reset;
pub mod captcha;
pub mod catalogue;
pub mod challenge;
pub mod claim;
pub mod claim_metadata;
pub mod clock;
pub mod connectors;
pub mod console;
pub mod count;
pub mod credential;
mod error;
mod exported;
#[cfg(test)]
pub(crate) mod fixture;
pub mod forced_reset;
pub mod governance;
pub mod identity_provider;
pub mod idle_account;
pub mod linked_account;
pub mod listing;
pub mod lockout;
pub mod login;
pub mod mail_queue;
pub mod name;
pub mod neighbourhood;
pub mod notice;
pub mod onboarding;
pub mod otp;
pub mod password;
pub mod pattern;
pub mod permission;
pub mod permission_tree;
pub mod placeholder;
pub mod profile;
pub mod question_recovery;
pub mod realm;
pub mod recovery;
pub mod recovery_dialogue;
pub mod recovery_key;
pub mod registration;
pub mod remember_me;
pub mod resident_idp;
pub mod role;
mod secret;
mod secret_key;
pub mod seed;
pub mod service_provider;
pub mod session;
pub mod single_sign_on;
pub mod take_over;
pub mod template;
pub mod tenant;
pub mod tenant_key;
pub mod text_file;
pub mod user;
pub mod user_store;

pub use actor::Actor;
pub use clock::{Clock, Now};
pub use error::Error;
pub use realm::{Policy, Realm};
pub use secret::Secret;
pub use secret_key::SecretKey;
pub use tenant::{Tenant, TenantId};
pub use user::{User, UserId};
