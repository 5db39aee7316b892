//! The outbox worker: takes queued mails and delivers them.
//!
//! The domain queues mails inside its transactions; nobody waits here for a mail server. [`Worker`] takes what is
//! due, hands it to the transport of the [`Settings`] and notes what became of it. It knows the outbox and the key
//! its texts are sealed with, and no rule about users.

mod brief;
mod directory;
mod message;
mod settings;
mod smtp;
mod worker;

pub use settings::{Encryption, Login, Settings, SettingsError, Smtp, Transport, Trust};
pub use worker::Worker;

/// Why a mail was not delivered, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Failure {
    /// Another attempt may succeed.
    #[error("{0}")]
    Later(String),
    /// The mail itself was refused; trying again would only annoy the server.
    #[error("{0}")]
    Never(String),
}
