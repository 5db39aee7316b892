//! What every call can reach: the store, the realm, the clock, and how the services are published.

use super::Process;
use super::doors::Doors;
use crate::domain::{Clock, Realm};
use crate::soap::BeanPrefixes;
use crate::soap::contract::Operation;
use crate::store::Store;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How the services show themselves.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Realm of the challenge for credentials.
    pub realm_name: String,
    /// Whether the documents of admin services are hidden (`HideAdminServiceWSDLs`).
    pub hide_wsdls: bool,
    /// Admin services that also answer on plain HTTP (`HttpAdminServices`): all, or by name.
    pub on_http: OnHttp,
    /// Whether calls without an envelope are answered: GET, forms, plain XML, JSON.
    pub without_envelope: bool,
    /// Whether operations ask for the permissions of the original, where ours ask for more.
    pub original_permissions: bool,
    /// Prefixes of bean types in answers, where they were chosen.
    pub bean_prefixes: BeanPrefixes,
    /// Configured host name for the addresses in documents; without one the request's own host is used.
    pub host_name: Option<String>,
    /// Port of the HTTPS listener.
    pub https_port: u16,
    /// Largest body after decompression, in bytes.
    pub body_limit: usize,
}

impl Publication {
    /// The permissions of an operation, any one of which suffices.
    #[must_use]
    pub fn permissions(&self, operation: &Operation) -> &'static [&'static str] {
        if self.original_permissions && !operation.original_permissions.is_empty() {
            operation.original_permissions
        } else {
            operation.permissions
        }
    }
}

/// Services that answer on plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum OnHttp {
    /// None, as shipped.
    #[default]
    None,
    /// Every one.
    All,
    /// Those of these names.
    Named(Vec<String>),
}

impl OnHttp {
    /// Whether a service answers on plain HTTP.
    #[must_use]
    pub fn includes(&self, service: &str) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name == service),
        }
    }
}

/// The services of a running server.
#[derive(Debug)]
pub struct App {
    /// The database.
    pub store: Store,
    /// Rules, key and caches.
    pub realm: Arc<Realm>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How the services are published.
    pub publication: Publication,
    /// The process they run in.
    pub process: Process,
    /// Places for logins that wait for their hash.
    pub logins: Semaphore,
    /// Who had too many logins refused.
    pub doors: Doors,
}

/// Logins that wait for their hash at most: some seconds of work. Clients that do not wait for an answer would make the line
/// as long as they like.
pub const WAITING_LOGINS: usize = 1000;
