//! Counters in the Prometheus text format: requests by service, operation and status, their times, what waits in the
//! outbox, and logins that were refused.

use crate::services::{self, Performed};
use crate::store::{self, Store};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What requests are told apart by. Only names that are declared become labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    service: &'static str,
    operation: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

/// The states a mail can be in.
const STATES: [&str; 4] = ["queued", "sent", "failed", "dropped"];

/// The counters of a server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
    outbox: Family<State, Gauge>,
    refused: Family<Reason, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("soapstone");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.000_1, 2.0, 16));
        let outbox = Family::<State, Gauge>::default();
        let refused = Family::<Reason, Counter>::default();
        registry.register(
            "requests",
            "Requests answered, by service, operation and status",
            requests.clone(),
        );
        registry.register(
            "request_seconds",
            "Time from the head of a request to its answer",
            seconds.clone(),
        );
        registry.register("outbox_mails", "Mails in the outbox, by state", outbox.clone());
        registry.register(
            "refused_logins",
            "Logins refused since the installation, by reason",
            refused.clone(),
        );
        Self { registry, requests, seconds, outbox, refused }
    }
}

impl Metrics {
    /// Notes a request: the operation it performed, or the service that its path names.
    pub fn note(&self, performed: Option<&Performed>, path: &str, status: u16, took: Duration) {
        let (service, operation) = match performed {
            Some(performed) => (performed.service, performed.operation),
            None => (service_of(path), ""),
        };
        self.requests.get_or_create(&Labels { service, operation, status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// The text for a scraper.
    pub fn render(&self, store: &Store) -> String {
        match store.read(store::outbox::counts) {
            Ok(counts) => {
                // A state that no mail is in any more must not keep its last count.
                for state in STATES {
                    let count =
                        counts.iter().find(|(known, _)| known == state).map_or(0, |(_, count)| *count);
                    self.outbox.get_or_create(&State { state }).set(count);
                }
            }
            Err(error) => tracing::error!(%error, "the outbox could not be counted"),
        }
        match store.read(store::login::tallies) {
            Ok(tallies) => {
                for (reason, count) in tallies {
                    let counter = self.refused.get_or_create(&Reason { reason });
                    counter.inner().store(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
                }
            }
            Err(error) => tracing::error!(%error, "refused logins could not be counted"),
        }
        let mut out = String::new();
        if let Err(error) = prometheus_client::encoding::text::encode(&mut out, &self.registry) {
            tracing::error!(%error, "metrics could not be written");
        }
        out
    }
}

fn service_of(path: &str) -> &'static str {
    match path.trim_start_matches('/').strip_prefix("services/") {
        Some(rest) => {
            let name = rest.split(['/', '.']).next().unwrap_or("");
            services::find(name).map_or("unknown", |published| published.contract.name)
        }
        None => "pages",
    }
}
