//! Which face answers: services by their path, documents for machines on loopback, pages for everything else.

use super::http::plain;
use super::metrics::Metrics;
use crate::services::{self, App, Connection, Work};
use crate::web::{self, Site};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use hyper::{Request, Response, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
        let is_local = is_local && !is_passed_on(request.headers());
        match path {
            _ if is_for_services(path) => services::begin(&self.services, request, connection),
            // Tenants have no addresses of their own for admin services.
            _ if path.starts_with("/t/") && path.contains("/services") => plain(StatusCode::NOT_FOUND).into(),
            "/health" if is_local => self.health().into(),
            "/metrics" if is_local => text(self.metrics.render(&self.services.store)).into(),
            _ if !connection.secure => {
                self.to_https(request.uri().path_and_query().map_or("/", |all| all.as_str())).into()
            }
            _ => {
                let site = Arc::clone(&self.site);
                Work::Other(Box::pin(async move { web::answer(&site, request, connection.peer).await }))
            }
        }
    }

    fn health(&self) -> Response<Vec<u8>> {
        let alive = self.services.store.read(|tx| tx.opt("SELECT 1", &[], |row| row.int(0)));
        match alive {
            Ok(_) => text("ok\n".to_owned()),
            Err(error) => {
                tracing::error!(%error, "the database does not answer");
                plain(StatusCode::SERVICE_UNAVAILABLE)
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
