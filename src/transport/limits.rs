//! Limits on everything that arrives, and on the patience with those who take nothing of what leaves.

use std::time::Duration;

/// How long and how much a client may send, and how long he may leave an answer where it is.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Open connections; of further ones one is let in as soon as another makes room, the rest wait in the system's queue.
    pub connections: usize,
    /// Time for the TLS handshake.
    pub handshake: Duration,
    /// Time for the head of a request, which is also how long an idle connection is kept.
    pub head: Duration,
    /// Time for the body of a request.
    pub body_time: Duration,
    /// Time in which a client who was answered has to take something of it.
    pub taking: Duration,
    /// Bytes of a body.
    pub body_size: usize,
    /// Bytes of all large bodies together.
    pub bodies: usize,
    /// Bytes of a head.
    pub head_size: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Requests of one connection.
    pub requests: usize,
    /// Time for open connections to finish at shutdown.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
            body_time: Duration::from_secs(60),
            taking: Duration::from_secs(60),
            body_size: 10 * 1024 * 1024,
            bodies: 256 * 1024 * 1024,
            head_size: 8 * 1024,
            headers: 100,
            // The original's connector closes after as many.
            requests: 200,
            drain: Duration::from_secs(10),
        }
    }
}
