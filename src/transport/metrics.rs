//! Counters in the Prometheus text format: requests by service, operation family and status, their times, and what waits
//! in the outbox.

use crate::services;
use crate::store::{self, Store};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

/// What requests are told apart by. Only names that are declared become labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    service: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: String,
}

/// The counters of a server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
    outbox: Family<State, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("soapstone");
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new(exponential_buckets(0.000_1, 2.0, 16));
        let outbox = Family::<State, Gauge>::default();
        registry.register("requests", "Requests answered, by service and status", requests.clone());
        registry.register(
            "request_seconds",
            "Time from the head of a request to its answer",
            seconds.clone(),
        );
        registry.register("outbox_mails", "Mails in the outbox, by state", outbox.clone());
        Self { registry, requests, seconds, outbox }
    }
}

impl Metrics {
    /// Notes a request.
    pub fn note(&self, path: &str, status: u16, took: Duration) {
        let name = path.strip_prefix("/services/").map(|rest| rest.split(['/', '.']).next().unwrap_or(""));
        let service = match name {
            Some(name) => services::find(name).map_or("unknown", |published| published.contract.name),
            None => "pages",
        };
        self.requests.get_or_create(&Labels { service, status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// The text for a scraper.
    pub fn render(&self, store: &Store) -> String {
        match store.read(store::outbox::counts) {
            Ok(counts) => {
                for (state, count) in counts {
                    self.outbox.get_or_create(&State { state }).set(count);
                }
            }
            Err(error) => tracing::error!(%error, "the outbox could not be counted"),
        }
        let mut out = String::new();
        if let Err(error) = prometheus_client::encoding::text::encode(&mut out, &self.registry) {
            tracing::error!(%error, "metrics could not be written");
        }
        out
    }
}
