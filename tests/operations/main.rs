//! What an operator does: the command line, configuration, files of an existing deployment, crashes, logs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod command_line;
mod configuration;
mod crash;
mod data_directory;
mod deployment;
mod import;
mod signals;
mod take_over;
mod traces;
