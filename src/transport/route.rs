//! Which face answers: services by their path, documents for machines on loopback, pages for everything else.

use super::http::plain;
use super::metrics::Metrics;
use crate::services::{self, App, Connection, Work};
use crate::store::Store;
use crate::web::{self, Site};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use hyper::{Request, Response, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The faces of a running server.
#[derive(Debug)]
pub struct Faces {
    /// The admin services.
    pub services: Arc<App>,
    /// The pages.
    pub site: Arc<Site>,
    /// Counters.
    pub metrics: Metrics,
}

impl Faces {
    /// Begins to answer a request. What operators watch is shown to programs on this machine only.
    pub fn begin(&self, request: Request<Bytes>, connection: Connection, is_local: bool) -> Work {
        let path = request.uri().path();
        let is_for_operators = || is_local && !is_passed_on(request.headers());
        match path {
            _ if is_for_services(path) => services::begin(&self.services, request, connection),
            // Tenants have no addresses of their own for admin services.
            _ if path.starts_with("/t/") && path.contains("/services") => plain(StatusCode::NOT_FOUND).into(),
            "/health" if is_for_operators() => {
                let services = Arc::clone(&self.services);
                Work::Other(Box::pin(async move { health(&services.store).await.into() }))
            }
            "/metrics" if is_for_operators() => text(self.metrics.render(&self.services.store)).into(),
            _ if !connection.secure => {
                self.to_https(request.uri().path_and_query().map_or("/", |all| all.as_str())).into()
            }
            _ => {
                let site = Arc::clone(&self.site);
                Work::Other(Box::pin(
                    async move { web::answer(&site, request, connection.peer).await.into() },
                ))
            }
        }
    }

    /// Pages are for HTTPS only; the address is the configured one, never the request's.
    fn to_https(&self, path_and_query: &str) -> Response<Vec<u8>> {
        let mut response = plain(StatusCode::FOUND);
        let address = [&self.services.realm.policy.public_url, path_and_query].concat();
        match HeaderValue::from_str(&address) {
            Ok(value) => {
                response.headers_mut().insert(LOCATION, value);
                response
            }
            Err(_) => plain(StatusCode::BAD_REQUEST),
        }
    }
}

/// Whether the services answer a path. The original's container counts several slashes in front as one, and clients whose
/// base address ends in one send `//services/…`.
fn is_for_services(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    path == "services" || path.starts_with("services/")
}

/// How long a change may take on a server that is well, the command line's changes before it included.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether what clients ask for would last. A full disk is found by trying to write only; who asks is told
/// the reason, because he is the one to do something about it.
async fn health(store: &Store) -> Response<Vec<u8>> {
    let why = match tokio::time::timeout(PATIENCE, store.try_write()).await {
        Ok(Ok(())) => return text("ok\n".to_owned()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no change was made durable within {} s", PATIENCE.as_secs()),
    };
    tracing::error!(error = why, "the database takes no changes");
    let mut response = text(format!("the database takes no changes: {why}\n"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// Whether a proxy passed the request on: then it comes from anywhere.
fn is_passed_on(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "via"].iter().any(|name| headers.contains_key(*name))
}

fn text(body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=UTF-8"));
    response
}

/// A number for each request of this process, for the log.
pub fn request_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
