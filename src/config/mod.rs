//! Settings: what the operator wrote in files, environment and flags, as one value.
//!
//! Later sources win: defaults, the unmodified XML files of an existing deployment (`wso2.rs`), `soapstone.toml`, the
//! environment (`SOAPSTONE_…`), flags. A mistake in any of them stops the start and says where it is.

mod address;
mod answer_prefixes;
mod collected;
mod document;
mod error;
mod first_policies;
mod forward_auth;
mod identity_mgt;
mod identity_provider;
mod keys;
mod limits;
mod load;
mod properties;
mod service_provider;
mod settings;
mod wso2;

pub use error::Error;
pub use first_policies::FirstPolicy;
pub use identity_provider::{IdentityProvider, Part, Property as ProviderProperty};
pub use keys::{KEYS, Key, reference};
pub use load::{Loaded, Sources, environment, load};
pub use service_provider::{Hash, ServiceProvider};
pub use settings::{Hidden, Log, Mail, MailTransport, Settings, Template, time_of_day};

#[cfg(test)]
mod tests;
