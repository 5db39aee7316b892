//! One connection: TLS, HTTP/1.1 with its limits, and whole requests handed to the faces.
//!
//! A request is carried out whole. Some clients hang up as soon as they have sent a one-way call; the work must be done
//! all the same.

use super::bodies::Bodies;
use super::carried_out::carried_out;
use super::guests::{Guest, Leaving};
use super::impatient::Impatient;
use super::limits::Limits;
use super::packing;
use super::route::{self, Faces};
use crate::services::{Answered, Connection};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    CONNECTION, HOST, HeaderValue, SERVER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tracing::Instrument as _;

/// What connections share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Where requests go.
    pub faces: Arc<Faces>,
    /// Limits on everything that arrives.
    pub limits: Limits,
    /// What the bodies of all connections may take.
    pub bodies: Bodies,
}

/// The two ends of a connection.
#[derive(Debug, Clone, Copy)]
struct Ends {
    connection: Connection,
    /// Whether the other end is a program on this machine.
    is_local: bool,
}

/// Serves a connection until it ends; over TLS when there is an acceptor.
pub async fn serve(
    stream: tokio::net::TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    shared: Shared,
    guest: Arc<Guest>,
) {
    // Answers are small; waiting to fill a packet only adds latency.
    let _ = stream.set_nodelay(true);
    let connection = Connection { peer: peer.ip(), secure: tls.is_some() };
    let is_local = peer.ip().is_loopback() || stream.local_addr().is_ok_and(|own| own.ip() == peer.ip());
    let ends = Ends { connection, is_local };
    let stream = Impatient::new(stream, shared.limits.taking);
    let Some(acceptor) = tls else { return drive(stream, ends, shared, guest).await };
    let shaken = tokio::select! {
        biased;
        shaken = tokio::time::timeout(shared.limits.handshake, acceptor.accept(stream)) => shaken,
        _ = guest.asked_to_leave() => return,
    };
    match shaken {
        Ok(Ok(stream)) => drive(stream, ends, shared, guest).await,
        Ok(Err(error)) => tracing::debug!(peer = %peer.ip(), %error, "TLS handshake failed"),
        Err(_) => tracing::debug!(peer = %peer.ip(), "TLS handshake took too long"),
    }
}

async fn drive<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    ends: Ends,
    shared: Shared,
    guest: Arc<Guest>,
) {
    let limits = shared.limits;
    let own = Arc::new((shared, Arc::clone(&guest)));
    let service = service_fn(move |request| {
        let own = Arc::clone(&own);
        async move { Ok::<_, Infallible>(exchange(request, ends, &own.0, &own.1).await) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(limits.head_size.max(8192))
        .max_headers(limits.headers)
        // Some very old clients look for names spelled this way.
        .title_case_headers(true)
        // A client may close its side as soon as it has sent its request; the answer is still made, and sent if it waits.
        .half_close(true);
    let http = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(http);
    let ended = tokio::select! {
        biased;
        ended = http.as_mut() => ended,
        why = guest.asked_to_leave() => {
            if why == Leaving::ForAnother && guest.has_nothing() {
                return;
            }
            http.as_mut().graceful_shutdown();
            tokio::time::timeout(limits.drain, http.as_mut()).await.unwrap_or(Ok(()))
        }
    };
    if let Err(error) = ended {
        tracing::debug!(peer = %ends.connection.peer, %error, "connection ended");
    }
}

/// Reads a whole request, has it answered, and notes it in the log.
async fn exchange(
    request: Request<Incoming>,
    ends: Ends,
    shared: &Shared,
    guest: &Guest,
) -> Response<Full<Bytes>> {
    let began = Instant::now();
    guest.waits(began);
    let id = route::request_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let takes_packed = packing::is_taken(&request);
    let span = tracing::info_span!(
        "request", id = %id, service = tracing::field::Empty, operation = tracing::field::Empty
    );
    let (faces, limits) = (&shared.faces, shared.limits);
    // Of two hosts somebody in front may have believed the other one (RFC 9112 §3.2).
    let is_ambiguous = request.headers().get_all(HOST).iter().nth(1).is_some();
    let answer = async {
        if is_ambiguous {
            return plain(StatusCode::BAD_REQUEST).into();
        }
        match shared.bodies.whole(request, limits).await {
            Ok((request, _room)) => {
                guest.works();
                let work = carried_out(|| faces.begin(request, ends.connection, ends.is_local));
                work.await.unwrap_or_else(|| {
                    tracing::error!("a request could not be answered: the work on it panicked");
                    plain(StatusCode::INTERNAL_SERVER_ERROR).into()
                })
            }
            Err(status) => plain(status).into(),
        }
    };
    let Answered { mut response, performed } = answer.instrument(span.clone()).await;
    packing::pack(&mut response, takes_packed);
    let headers = response.headers_mut();
    for (name, value) in
        [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (X_XSS_PROTECTION, "1; mode=block"), (X_FRAME_OPTIONS, "DENY")]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(SERVER, HeaderValue::from_static("WSO2 Carbon Server"));
    let last = guest.served() >= limits.requests;
    if last || is_ambiguous || matches!(response.status().as_u16(), 408 | 413 | 503) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let (status, bytes) = (response.status().as_u16(), response.body().len());
    let ended = Instant::now();
    guest.waits(ended);
    let took = ended.duration_since(began);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    shared.faces.metrics.note(performed.as_ref(), &path, status, took);
    let peer = ends.connection.peer;
    tracing::info!(parent: &span, %method, path, status, bytes, micros, %peer, "answered");
    response.map(|body| Full::new(Bytes::from(body)))
}

/// An answer without a body.
pub fn plain(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// Pauses after failing to accept a connection: 10 ms, doubled up to a second.
#[derive(Debug)]
pub struct BackOff(Duration);

impl Default for BackOff {
    fn default() -> Self {
        Self(Duration::from_millis(10))
    }
}

impl BackOff {
    /// Waits, longer each time.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(Duration::from_secs(1));
    }

    /// Forgets earlier failures.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}
