//! TCP, TLS and HTTP: connections in, requests to the right face, limits on everything that arrives. Starting and
//! stopping a server is here too, since this is where all parts meet.

mod bodies;
mod carried_out;
mod certificate;
mod descriptors;
mod file_providers;
mod guests;
mod housekeeping;
mod http;
mod impatient;
mod limits;
mod listen;
mod logout_notices;
mod metrics;
mod packing;
mod route;
mod service_providers;
mod start;
pub mod tls;
mod wiring;

pub use limits::Limits;
pub use start::{Server, StartError, check};
pub use wiring::policy;
