//! The admin services: one folder each, a declared contract and the functions that do the work.
//!
//! `endpoint.rs` is where a request enters. To add a service, add its folder and its line in [`PUBLISHED`].

mod app;
mod authenticate;
pub mod authentication_admin;
mod call;
pub mod challenge_question_management_admin;
pub mod claim_management;
pub mod claim_metadata_management;
mod credentials;
mod doors;
mod endpoint;
mod fault;
pub mod i18n_email_mgt_config;
pub mod identity_application_management;
pub mod identity_governance_admin;
pub mod identity_provider_mgt;
pub mod identity_saml_sso_config;
pub mod logged_user_info_admin;
mod message;
mod metadata;
mod names;
mod password;
mod process;
pub mod remote_authorization_manager;
pub mod remote_claim_manager;
pub mod remote_user_store_manager;
pub mod server_admin;
pub mod tenant_mgt_admin;
pub mod user_account_association;
pub mod user_admin;
pub mod user_identity_management_admin;
pub mod user_information_recovery;
pub mod user_profile_mgt;
pub mod user_store_config_admin;
pub mod user_store_count;
mod work;

pub use app::{App, OnHttp, Publication, WAITING_LOGINS};
pub use call::Call;
pub use doors::Doors;
pub use endpoint::{Connection, Performed, begin};
pub use process::{Machine, Process};
pub use work::{Answered, Work};

use crate::soap::answer::Answer;
use crate::soap::contract::{Operation, Service, Type};
use crate::soap::{Answering, Arguments};
use std::sync::OnceLock;

/// Has an operation answer: its arguments are read only now, after the caller was let in.
type Invoke = fn(Call, &'static Operation, Arguments<'_>, Answer) -> Answering<Call>;

/// A service with the behaviour behind its contract.
pub struct Published {
    /// What it declares.
    pub contract: &'static Service,
    invoke: Invoke,
    types: OnceLock<Vec<&'static Type>>,
}

impl std::fmt::Debug for Published {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.contract.name)
    }
}

impl Published {
    const fn new(contract: &'static Service, invoke: Invoke) -> Self {
        Self { contract, invoke, types: OnceLock::new() }
    }

    /// The bean types of the service, collected once.
    pub fn types(&self) -> &[&'static Type] {
        self.types.get_or_init(|| self.contract.types())
    }
}

macro_rules! published {
    ($($folder:ident,)*) => {
        /// Every service.
        pub static PUBLISHED: [Published; [$(stringify!($folder)),*].len()] = [
            $(Published::new(&$folder::contract::CONTRACT, $folder::contract::invoke::<$folder::Behaviour>)),*
        ];
    };
}

// The folders, in the order of their names.
published! {
    authentication_admin,
    challenge_question_management_admin,
    claim_management,
    claim_metadata_management,
    i18n_email_mgt_config,
    identity_application_management,
    identity_governance_admin,
    identity_provider_mgt,
    identity_saml_sso_config,
    logged_user_info_admin,
    remote_authorization_manager,
    remote_claim_manager,
    remote_user_store_manager,
    server_admin,
    tenant_mgt_admin,
    user_account_association,
    user_admin,
    user_identity_management_admin,
    user_information_recovery,
    user_profile_mgt,
    user_store_config_admin,
    user_store_count,
}

/// The service of a name, or of one of its endpoints; letter case counts.
pub fn find(name: &str) -> Option<&'static Published> {
    PUBLISHED.iter().find(|published| published.is_named(name))
}
