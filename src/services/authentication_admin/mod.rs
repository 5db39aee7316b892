//! `AuthenticationAdmin`.

pub mod contract;
mod message_context;
