//! Durable state: transactions over SQLite, and the SQL of each aggregate.
//!
//! Reads run on the calling thread over a few pooled connections (WAL: a reader never waits for the writer).
//! Writes go to one writer thread that commits whatever has queued up together, so that many waiting callers
//! share one fdatasync. A write is answered only when it is durable. Nothing here knows a rule; the engine is
//! named in `sqlite.rs` and `tx.rs` with their folders, `migrate.rs` and `error.rs` only.

pub mod application;
mod aside;
mod attribute;
pub mod audit;
pub mod captcha;
pub mod challenge;
pub mod claim;
pub mod count;
mod error;
pub mod grant;
pub mod idle_check;
pub mod idp;
pub mod linked_account;
pub mod listing;
pub mod login;
pub mod login_context;
mod memory;
mod migrate;
pub mod outbox;
pub mod password_history;
pub mod question_recovery;
pub mod recovery;
pub mod recovery_key;
pub mod reset_job;
pub mod role;
#[cfg(test)]
pub(crate) mod scratch;
pub mod service_provider;
pub mod session;
pub mod single_sign_on;
mod sqlite;
pub mod template;
pub mod tenant;
pub mod tenant_key;
mod tx;
pub mod user;

pub use aside::aside;
pub use error::Error;
pub use sqlite::{Engine, Store, WriteError};
pub use tx::{Row, Tx, Value};
