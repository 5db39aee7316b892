//! Accepting connections, never more than the limit at once.

use super::http::{BackOff, Shared, serve};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Accepts until draining begins, then waits for the open connections.
pub async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Shared) {
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    let mut drain = shared.drain.clone();
    let mut connections = JoinSet::new();
    let mut back_off = BackOff::default();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = tokio::select! {
            () = async { let _ = drain.wait_for(|draining| *draining).await; } => break,
            Some(_) = connections.join_next() => continue,
            accepted = async {
                let place = place.await;
                (listener.accept().await, place)
            } => accepted,
        };
        match accepted {
            (Ok((stream, peer)), Ok(place)) => {
                back_off.reset();
                let (tls, shared) = (tls.clone(), shared.clone());
                connections.spawn(async move {
                    serve(stream, peer, tls, shared).await;
                    drop(place);
                });
            }
            (Err(error), _) => {
                tracing::warn!(%error, "a connection could not be accepted");
                back_off.wait().await;
            }
            (Ok(_), Err(_)) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}
