//! The command line and what an operator asks of a running installation.

pub mod cli;
pub mod commands;
pub mod installation;
pub mod logging;
pub mod progress;
