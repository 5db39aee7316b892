//! Accepting connections: never more than the limit are served at once.

use super::guests::Guests;
use super::http::{BackOff, Shared, serve};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Accepts until draining begins, then waits for the open connections.
pub async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    shared: Shared,
    mut drain: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(shared.limits.connections));
    let guests = Arc::new(Guests::default());
    let mut connections = JoinSet::new();
    let mut back_off = BackOff::default();
    loop {
        let accepted = tokio::select! {
            () = async { let _ = drain.wait_for(|draining| *draining).await; } => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                back_off.wait().await;
                continue;
            }
        };
        back_off.reset();
        let place = tokio::select! {
            () = async { let _ = drain.wait_for(|draining| *draining).await; } => break,
            place = place(&places, &guests) => place,
        };
        let Ok(place) = place else { break };
        let (tls, shared, seat) = (tls.clone(), shared.clone(), guests.seat(peer.ip()));
        connections.spawn(async move {
            serve(stream, peer, tls, shared, Arc::clone(&seat.guest)).await;
            drop((seat, place));
        });
    }
    drop(listener);
    guests.close();
    while connections.join_next().await.is_some() {}
}

/// How long one who was asked to leave is waited for before another one is asked.
const PATIENCE: Duration = Duration::from_millis(100);

/// A place for the one who came; others make room for him.
async fn place(places: &Arc<Semaphore>, guests: &Guests) -> Result<OwnedSemaphorePermit, AcquireError> {
    loop {
        if let Ok(place) = Arc::clone(places).try_acquire_owned() {
            return Ok(place);
        }
        guests.make_room();
        if let Ok(place) = tokio::time::timeout(PATIENCE, Arc::clone(places).acquire_owned()).await {
            return place;
        }
    }
}
