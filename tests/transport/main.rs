//! TCP, TLS and HTTP as a client sees them: a server in this process, real sockets, bytes written by hand.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "tests/pages uses the rest")]
#[path = "../support/server.rs"]
mod server;

mod faces;
mod http;
mod leaving;
mod starting;
mod tls;

use server::{ADMIN, Folder, Running, clock, get_profile, set_claim, settings, within};
use soapstone::transport::Server;
use std::os::unix::fs::PermissionsExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MEGABYTE: usize = 1024 * 1024;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn refusal(settings: &soapstone::config::Settings) -> String {
    match Server::start(settings, clock()).await {
        Ok(_) => panic!("the server started"),
        Err(error) => error.to_string(),
    }
}
