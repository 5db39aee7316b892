//! What is left to do of a request once it was read and judged: often nothing, mostly an operation.
//!
//! All of it can be taken along to where it is finished, whoever waits for it.

use super::Call;
use super::credentials::session_set_cookie;
use super::endpoint::{Performed, Target, respond};
use crate::soap::Answering;
use crate::soap::addressing::{Addressing, ReplyTo};
use hyper::header::{HeaderValue, SET_COOKIE};
use hyper::{Response, StatusCode};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// An answer, and what it answers as far as that turned out.
#[derive(Debug)]
pub struct Answered {
    /// What goes to the client.
    pub response: Response<Vec<u8>>,
    /// The operation of a service.
    pub performed: Option<Performed>,
}

impl From<Response<Vec<u8>>> for Answered {
    fn from(response: Response<Vec<u8>>) -> Self {
        Self { response, performed: None }
    }
}

/// A request on its way to an answer.
pub enum Work {
    /// Answered already.
    Answered(Answered),
    /// An operation of a service.
    Operation(Performing),
    /// Anything else.
    Other(Pin<Box<dyn Future<Output = Answered> + Send>>),
    /// Answered, and the answer taken.
    Taken,
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Work")
    }
}

impl<A: Into<Answered>> From<A> for Work {
    fn from(answer: A) -> Self {
        Self::Answered(answer.into())
    }
}

impl Future for Work {
    type Output = Answered;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Self::Operation(performing) => Pin::new(performing).poll(context),
            Self::Other(other) => other.as_mut().poll(context),
            Self::Answered(_) | Self::Taken => match std::mem::replace(&mut *self, Self::Taken) {
                Self::Answered(answered) => Poll::Ready(answered),
                _ => Poll::Pending,
            },
        }
    }
}

/// An operation at work, and what its answer takes besides.
pub struct Performing {
    pub(super) answering: Answering<Call>,
    pub(super) target: Target,
    pub(super) addressing: Option<Addressing>,
    pub(super) reply_to: ReplyTo,
    /// The cookie of a session to hand out, unless the operation opens another.
    pub(super) hand_out: Option<HeaderValue>,
}

impl Future for Performing {
    type Output = Answered;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answered = ready!(self.answering.as_mut().poll(context));
        let (target, answer) = (self.target, answered.answer);
        let mut response = match answered.done {
            Err(fault) => target.fault(answer.format(), &fault, self.addressing.as_ref()),
            Ok(()) if target.operation.is_robust() || self.reply_to == ReplyTo::Nobody => {
                respond(StatusCode::ACCEPTED, answer.format().accepted_content_type(), Vec::new())
            }
            Ok(()) => {
                let content_type = answer.format().content_type();
                respond(StatusCode::OK, content_type, answer.finish())
            }
        };
        let opened = answered.call.take_opened().as_ref().map(session_set_cookie);
        if let Some(cookie) = opened.or(self.hand_out.take()) {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        Poll::Ready(Answered { response, performed: Some(target.performed()) })
    }
}
