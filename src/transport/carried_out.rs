//! Work that is finished although nobody waits for its outcome any more.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs `work` where it is awaited, and when that is dropped half-way, in a task of its own to its end. A task for every
/// request would do as well, but hands each one from thread to thread. `None` when the work panicked.
pub fn carried_out<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> CarriedOut<T> {
    CarriedOut(Some(Box::pin(work)))
}

/// What [`carried_out`] returns.
pub struct CarriedOut<T: Send + 'static>(Option<Work<T>>);

impl<T: Send + 'static> Future for CarriedOut<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(work) = &mut self.0 else { return Poll::Ready(None) };
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
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

impl<T: Send + 'static> Drop for CarriedOut<T> {
    fn drop(&mut self) {
        // Outside a runtime, which is only when the whole program ends, there is nowhere left to go on.
        if let (Some(work), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(work);
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
        let mut work = Box::pin(carried_out(async move {
            gate.notified().await;
            done.send("done").unwrap();
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
        drop(carried_out(async move { done.send(()).unwrap() }));
        assert_eq!(finished.await, Ok(()));
    }

    #[tokio::test]
    async fn a_panic_ends_the_work_and_nothing_else() {
        assert_eq!(carried_out(async { 7 }).await, Some(7));
        assert_eq!(carried_out::<u8>(async { panic!("on purpose") }).await, None);
    }
}
