//! Refusals of the domain as faults: the one place where they meet.

use crate::domain::Error;
use crate::soap::{Detail, Fault};

/// What a failure inside reads like outside; the original's text for a store that fails.
const INTERNAL: &str = "Error occurred while accessing Java Security Manager Privilege Block";

/// The fault of a refusal. Its text is the original's; what failed inside goes to the log.
pub fn of(error: Error) -> Fault {
    match error {
        Error::Internal(_) | Error::Broken(_) => {
            tracing::error!(%error, "a call failed");
            Fault::server(INTERNAL)
        }
        refusal => {
            tracing::debug!(%refusal, "a call was refused");
            Fault::server(refusal.to_string())
        }
    }
}

/// Gives a fault the declared exception of its service as detail.
pub fn typed<D: Detail + Default + 'static>(fault: Fault) -> Fault {
    Fault { detail: Some(Box::new(D::default())), ..fault }
}
