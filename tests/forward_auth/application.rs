//! An application as plain as one can be: a page, and what it was told of its visitor.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

/// What the page says.
pub const PAGE: &str = "<h1>The page behind the form</h1>";
/// Where the answer repeats the headers that name its visitor.
pub const SEEN: &str = "X-Seen";

/// Starts one; the port it listens on. It serves for as long as the tests run.
pub fn start() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // A proxy that hangs up early is its own affair.
            let _ = serve(connection);
        }
    });
    port
}

/// Reads one request, which has no body, and answers it with the page.
fn serve(connection: TcpStream) -> std::io::Result<()> {
    let mut seen = Vec::new();
    let mut lines = BufReader::new(&connection).lines();
    while let Some(line) = lines.next().transpose()? {
        if line.is_empty() {
            break;
        }
        // Programs behind CGI cannot tell `_` from `-` in these names.
        if line.to_lowercase().replace('_', "-").starts_with("remote-") {
            seen.push(line);
        }
    }
    let length = PAGE.len();
    let seen = seen.join("|");
    write!(
        &connection,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
         {SEEN}: {seen}\r\n\r\n{PAGE}"
    )
}
