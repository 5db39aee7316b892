//! Refusals of the domain as faults: the one place where they meet.

use crate::domain::Error;
use crate::soap::{Detail, Fault};

/// The fault of a refusal. Its text is the original's; what failed inside goes to the log, and reads outside like a store
/// of the original that fails.
pub fn of(error: Error) -> Fault {
    if error.is_failure() {
        tracing::error!(%error, "a call failed");
        return Fault::server(Error::UNFORESEEN);
    }
    tracing::debug!(refusal = %error, "a call was refused");
    Fault::server(error.to_string())
}

/// Gives a fault the declared exception of its service as detail.
pub fn typed<D: Detail + Default + 'static>(fault: Fault) -> Fault {
    Fault { detail: Some(Box::new(D::default())), ..fault }
}
