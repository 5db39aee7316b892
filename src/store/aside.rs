//! Work that computes for long or waits for the disk, away from the threads that serve.

/// Does `work` on a thread that may block. What it says in the log is said of the request that waits for it; it is done even
/// if nobody waits any more. `None` when it panicked.
#[expect(clippy::disallowed_methods, reason = "this is the place")]
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let request = tracing::Span::current();
    tokio::task::spawn_blocking(move || request.in_scope(work)).await.ok()
}
