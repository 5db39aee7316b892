//! Who is let in to an operation.

use super::super::authenticate::{self, Caller, Denied, Stranger};
use super::super::credentials::{Credentials, credentials, said_origin, session_cookies, session_set_cookie};
use super::{Exchange, Target, Wrapping};
use crate::domain::session::Kind;
use crate::domain::{Actor, Secret, TenantId};
use crate::services::Call;
use crate::soap::Fault;
use hyper::header::HeaderValue;
use std::sync::Arc;

/// A caller who was let in.
pub(super) struct Admitted {
    pub(super) call: Call,
    /// The cookie of the session to hand out.
    pub(super) hand_out: Option<HeaderValue>,
}

/// Why a caller is not let in.
pub(super) enum Stopped {
    /// He may not, or it is not said who he is; with the cookie to hand out.
    Denied(Box<(Denied, Option<HeaderValue>)>),
    /// He has to sign in first.
    Stranger(Stranger),
}

impl Stopped {
    fn denied(why: Denied, cookie: Option<HeaderValue>) -> Self {
        Self::Denied(Box::new((why, cookie)))
    }
}

impl Exchange<'_> {
    /// The checks between the dispatch and the arguments: the connection, the caller, his permission, and what the client
    /// wants understood.
    pub(super) fn let_in(&self, target: Target, wrapping: Wrapping<'_>) -> Result<Admitted, Stopped> {
        if !self.is_reachable(target) {
            let fault = Fault::no_such_service(&self.incoming.address(), true);
            return Err(Stopped::denied(Denied::Fault(fault), None));
        }
        let admitted = self.admit(target, wrapping)?;
        let understood = match wrapping {
            Wrapping::Envelope(Some(envelope)) => envelope.check_must_understand(),
            _ => Ok(()),
        };
        match understood {
            Ok(()) => Ok(admitted),
            Err(fault) => Err(Stopped::denied(Denied::Fault(fault), admitted.hand_out)),
        }
    }

    /// Whether a service answers on this kind of connection.
    fn is_reachable(&self, target: Target) -> bool {
        self.connection.secure || self.app.publication.on_http.includes(target.published.contract.name)
    }

    fn admit(&self, target: Target, wrapping: Wrapping<'_>) -> Result<Admitted, Stopped> {
        let (app, now) = (self.app, self.app.clock.now());
        let found = authenticate::session(app, now, session_cookies(self.headers)).map_err(|error| {
            tracing::error!(%error, "a session could not be looked up");
            Stopped::denied(Denied::Fault(Fault::authentication_error()), None)
        })?;
        let known = found.as_ref().map(|(id, _)| Secret::from(*id));
        let session = found.map(|(_, session)| session);
        // Without a session every answer hands out the id of a new one; it becomes a row when somebody signs in.
        let is_new = session.is_none();
        let fresh = || is_new.then(|| session_set_cookie(&Kind::Admin.new_id()));
        let call = |actor: Option<Arc<Actor>>| {
            Call::new(Arc::clone(app), now, actor, known.clone(), self.connection.peer)
        };
        if target.operation.open {
            let actor = session.map(|session| Arc::new(session.actor()));
            let mut call = call(actor);
            call.said_origin = said_origin(self.headers).map(Into::into);
            return Ok(Admitted { call, hand_out: fresh() });
        }
        let credentials = credentials(self.headers);
        let needs_header = !self.incoming.is_declared() || matches!(wrapping, Wrapping::None);
        if needs_header && matches!(credentials, Credentials::None) {
            return Err(Stopped::denied(Denied::Challenge, fresh()));
        }
        let permissions = app.publication.permissions(target.operation);
        let caller = match self.caller.take() {
            Some(signed_in) => signed_in,
            None => match authenticate::caller(app, now, credentials, session, permissions) {
                Ok(Caller::Stranger(stranger)) => return Err(Stopped::Stranger(stranger)),
                Ok(Caller::Known(known)) => known,
                Err(denied) => return Err(Stopped::denied(denied, fresh())),
            },
        };
        if target.operation.super_tenant && caller.actor.tenant != TenantId::SUPER {
            tracing::debug!("the operation is for the super tenant alone");
            return Err(Stopped::denied(Denied::Fault(Fault::super_tenant_only()), caller.hand_out));
        }
        if !caller.permitted {
            tracing::debug!(?permissions, "the caller lacks the permission");
            return Err(Stopped::denied(Denied::Fault(Fault::access_denied()), caller.hand_out));
        }
        Ok(Admitted { call: call(Some(caller.actor)), hand_out: caller.hand_out })
    }
}
