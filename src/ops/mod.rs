//! The command line and what an operator asks of a running installation.

pub mod cli;
pub mod commands;
mod hints;
mod import;
pub mod installation;
pub mod logging;
mod mails;
pub mod progress;
mod take_over;
mod user_stores;
