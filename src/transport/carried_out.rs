//! Work that is finished although nobody waits for its outcome any more.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use tracing::Instrument as _;

/// Begins a work and goes on with it where it is awaited, and when that is dropped half-way, in a task of its own to its
/// end. A task for every request would do as well, but hands each one from thread to thread. `None` when the work
/// panicked.
pub fn carried_out<W: Portable>(begin: impl FnOnce() -> W) -> CarriedOut<W> {
    CarriedOut(catch_unwind(AssertUnwindSafe(begin)).ok())
}

/// What can be taken along in the middle.
pub trait Portable: Future<Output: Send + 'static> + Unpin + Send + 'static {}
impl<W: Future<Output: Send + 'static> + Unpin + Send + 'static> Portable for W {}

/// What [`carried_out`] returns.
pub struct CarriedOut<W: Portable>(Option<W>);

impl<W: Portable> Future for CarriedOut<W> {
    type Output = Option<W::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Ready(None) };
        let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(work).poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => {
                self.0 = None;
                Poll::Ready(Some(done))
            }
            Err(_) => {
                self.0 = None;
                Poll::Ready(None)
            }
        }
    }
}

impl<W: Portable> Drop for CarriedOut<W> {
    fn drop(&mut self) {
        // Outside a runtime, which is only when the whole program ends, there is nowhere left to go on.
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(work.in_current_span());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::sync::{Notify, oneshot};

    #[tokio::test]
    async fn work_goes_on_when_nobody_waits_any_more() {
        let (go, (done, finished)) = (Arc::new(Notify::new()), oneshot::channel());
        let gate = Arc::clone(&go);
        let mut work = Box::pin(carried_out(|| {
            Box::pin(async move {
                gate.notified().await;
                done.send("done").unwrap();
            })
        }));
        std::future::poll_fn(|context| {
            assert!(work.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(work);
        go.notify_one();
        assert_eq!(finished.await, Ok("done"));
    }

    #[tokio::test]
    async fn work_that_was_never_begun_is_done_too() {
        let (done, finished) = oneshot::channel();
        drop(carried_out(|| Box::pin(async move { done.send(()).unwrap() })));
        assert_eq!(finished.await, Ok(()));
    }

    #[tokio::test]
    async fn a_panic_ends_the_work_and_nothing_else() {
        assert_eq!(carried_out(|| std::future::ready(7)).await, Some(7));
        let panics = || Box::pin(async { panic!("on purpose") });
        assert_eq!(carried_out::<Pin<Box<dyn Future<Output = u8> + Send>>>(|| panics()).await, None);
        let panics_at_once = || -> std::future::Ready<u8> { panic!("on purpose") };
        assert_eq!(carried_out(panics_at_once).await, None);
    }
}
