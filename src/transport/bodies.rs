//! Bodies of requests: read whole, within the limits of one and of all connections together.

use super::limits::Limits;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use hyper::header::{CONTENT_LENGTH, EXPECT};
use hyper::{Request, StatusCode};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a body that takes no room from others: every connection may have one of them at any time.
const SMALL: usize = 64 * 1024;
/// Bytes of one place.
const PLACE: usize = 1024;

/// What the large bodies of all connections may take together: who sends one and stops before its end keeps it in memory
/// for as long as he has time.
#[derive(Debug, Clone)]
pub struct Bodies(Arc<Semaphore>);

/// What a body takes, until it is dropped.
pub type Room = Option<OwnedSemaphorePermit>;

impl Bodies {
    /// Room for that many bytes.
    #[must_use]
    pub fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / PLACE)))
    }

    /// The request with its whole body, and the room it takes.
    ///
    /// # Errors
    /// The status to answer with: 413 for a body beyond its limit, 408 for one that takes too long, 400 for one that
    /// breaks off, 503 when there is no room for it now.
    pub async fn whole<B: Body<Data = Bytes> + Unpin>(
        &self,
        request: Request<B>,
        limits: Limits,
    ) -> Result<(Request<Bytes>, Room), StatusCode> {
        let (parts, mut body) = request.into_parts();
        let declared =
            parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > limits.body_size) {
            // Whoever asks first is told before sending anything.
            if !parts.headers.contains_key(EXPECT) {
                discard(body, limits).await;
            }
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let read = {
            let mut reading = std::pin::pin!(self.read(&mut body, limits.body_size));
            match at_once(reading.as_mut()).await {
                Some(read) => read,
                None => tokio::time::timeout(limits.body_time, reading)
                    .await
                    .unwrap_or(Err(StatusCode::REQUEST_TIMEOUT)),
            }
        };
        match read {
            Ok((body, room)) => Ok((Request::from_parts(parts, body), room)),
            Err(StatusCode::PAYLOAD_TOO_LARGE) => {
                discard(body, limits).await;
                Err(StatusCode::PAYLOAD_TOO_LARGE)
            }
            Err(status) => Err(status),
        }
    }

    /// Reads to the end. A body that comes in one piece, as nearly all do, is not copied.
    async fn read<B: Body<Data = Bytes> + Unpin>(
        &self,
        body: &mut B,
        limit: usize,
    ) -> Result<(Bytes, Room), StatusCode> {
        let (mut only, mut joined, mut room) = (Bytes::new(), Vec::new(), None);
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else { continue };
            let size = only.len() + joined.len() + piece.len();
            if size > limit {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            if only.is_empty() && joined.is_empty() {
                self.enlarge(&mut room, size)?;
                only = piece;
                continue;
            }
            if size > joined.capacity() {
                // Doubled, as a vector grows by itself, it would take twice what it holds.
                let capacity = (size + size / 4).min(if size > SMALL { limit } else { SMALL });
                self.enlarge(&mut room, capacity)?;
                joined.reserve_exact(capacity - joined.len());
            }
            joined.extend_from_slice(&std::mem::take(&mut only));
            joined.extend_from_slice(&piece);
        }
        Ok((if joined.is_empty() { only } else { joined.into() }, room))
    }

    /// Takes the room of so many bytes, unless they are few.
    fn enlarge(&self, room: &mut Room, size: usize) -> Result<(), StatusCode> {
        if size <= SMALL {
            return Ok(());
        }
        let has = room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(size.div_ceil(PLACE).saturating_sub(has)).unwrap_or(u32::MAX);
        let places = Arc::clone(&self.0).try_acquire_many_owned(more).map_err(|_| {
            tracing::warn!("there is no room for another large body");
            StatusCode::SERVICE_UNAVAILABLE
        })?;
        match room {
            Some(room) => room.merge(places),
            None => *room = Some(places),
        }
        Ok(())
    }
}

/// What comes of a future without waiting: most bodies arrive with their head, and need no clock.
async fn at_once<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

/// Reads what a client goes on sending, up to a few times the limit: one that is cut off while it sends may never look at
/// the answer.
async fn discard<B: Body<Data = Bytes> + Unpin>(mut body: B, limits: Limits) {
    let mut left = limits.body_size.saturating_mul(16);
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                break;
            }
        }
    };
    // Whatever is left after the time is the client's own fault.
    let _ = tokio::time::timeout(limits.body_time, reading).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::task::Context;

    /// A body that comes in pieces of these sizes.
    struct Pieces(std::vec::IntoIter<usize>);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.next().map(|size| Ok(Frame::data(vec![b'a'; size].into()))))
        }
    }

    async fn read(bodies: &Bodies, pieces: &[usize]) -> Result<(Vec<u8>, Room), StatusCode> {
        let pieces = pieces.to_vec();
        let request = Request::new(Pieces(pieces.into_iter()));
        let (request, room) = bodies.whole(request, Limits::default()).await?;
        Ok((request.into_body().to_vec(), room))
    }

    #[tokio::test]
    async fn large_bodies_share_their_room_and_small_ones_need_none() {
        let bodies = Bodies::of(300 * 1024);
        let (whole, first) = read(&bodies, &[100 * 1024, 1, 50 * 1024]).await.unwrap();
        assert_eq!(whole, vec![b'a'; 150 * 1024 + 1]);
        assert_eq!(bodies.0.available_permits(), 112, "what was reserved for it counts");
        let (_, second) = read(&bodies, &[100 * 1024]).await.unwrap();
        assert_eq!(read(&bodies, &[100 * 1024]).await.unwrap_err(), StatusCode::SERVICE_UNAVAILABLE);
        let (small, none) = read(&bodies, &[SMALL - 1, 1]).await.unwrap();
        assert_eq!((small.len(), none.is_none()), (SMALL, true));
        drop(first);
        assert!(read(&bodies, &[150 * 1024]).await.is_ok());
        drop(second);
        assert_eq!(bodies.0.available_permits(), 300, "everybody gives his back");
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit_however_it_is_cut() {
        let bodies = Bodies::of(usize::MAX >> 4);
        let limit = Limits::default().body_size;
        assert_eq!(read(&bodies, &[limit - 1, 1]).await.unwrap().0.len(), limit);
        assert_eq!(read(&bodies, &[limit, 1]).await.unwrap_err(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(read(&bodies, &[limit + 1]).await.unwrap_err(), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(read(&bodies, &[]).await.unwrap().0, b"");
        let mut request = Request::new(Full::new(Bytes::new()));
        request.headers_mut().insert(CONTENT_LENGTH, (limit + 1).into());
        let refused = bodies.whole(request, Limits::default()).await;
        assert_eq!(refused.unwrap_err(), StatusCode::PAYLOAD_TOO_LARGE);
    }
}
