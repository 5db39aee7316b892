//! What the outside-in tests share: a server process, a client that controls its bytes, and a mail server.
#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "every test binary uses a part of it, and stops at the first thing that is wrong"
)]

pub mod arguments;
pub mod browser;
pub mod caller;
pub mod client;
pub mod installation;
pub mod measurement;
pub mod smtp_sink;
pub mod soap;
pub mod tree;
pub mod visitor;
pub mod world;
