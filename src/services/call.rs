//! One call of an operation: who calls, and the ways to the database.

use super::app::App;
use super::fault;
use crate::domain::{Actor, Error, Now, Realm, Secret, tenant_key};
use crate::soap::Fault;
use crate::store::{Tx, aside};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// What an operation is called with, beside its arguments.
#[derive(Debug)]
pub struct Call {
    app: Arc<App>,
    now: Now,
    actor: Option<Arc<Actor>>,
    /// The session cookie of the request, if it names a session.
    pub(super) session: Option<Secret>,
    /// Where the connection comes from.
    pub(super) peer: IpAddr,
    /// Where the headers of the request say that it comes from; read for open operations alone.
    pub(super) said_origin: Option<Box<str>>,
    /// A session the operation opened, to be handed out with the answer.
    opened: Mutex<Option<Secret>>,
}

impl Call {
    pub(super) fn new(
        app: Arc<App>,
        now: Now,
        actor: Option<Arc<Actor>>,
        session: Option<Secret>,
        peer: IpAddr,
    ) -> Self {
        Self { app, now, actor, session, peer, said_origin: None, opened: Mutex::new(None) }
    }

    /// The time of the call.
    #[must_use]
    pub fn now(&self) -> Now {
        self.now
    }

    /// The server's services.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Who calls.
    ///
    /// # Errors
    /// A fault on an open operation without a session.
    pub fn actor(&self) -> Result<&Actor, Fault> {
        self.shared_actor().map(|actor| &**actor)
    }

    fn shared_actor(&self) -> Result<&Arc<Actor>, Fault> {
        self.actor.as_ref().ok_or_else(Fault::authentication_failure)
    }

    /// Reads on the calling thread: a few indexed rows.
    ///
    /// # Errors
    /// The refusal, untyped.
    pub fn read<T>(&self, work: impl Fn(&mut Tx<'_>, &Realm) -> Result<T, Error>) -> Result<T, Fault> {
        self.app.store.read(|tx| work(tx, &self.app.realm)).map_err(fault::of)
    }

    /// Writes, and returns when it is durable.
    ///
    /// # Errors
    /// The refusal, untyped.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>, Now, &Realm, &Actor) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Fault> {
        self.write_as(Arc::clone(self.shared_actor()?), work).await
    }

    /// Writes on behalf of one who proved in the call itself who he is.
    ///
    /// # Errors
    /// As [`Call::write`].
    pub async fn write_as<T: Send + 'static>(
        &self,
        actor: impl Into<Arc<Actor>>,
        work: impl FnOnce(&mut Tx<'_>, Now, &Realm, &Actor) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let (realm, now, actor) = (Arc::clone(&self.app.realm), self.now, actor.into());
        self.app.store.write(move |tx| work(tx, now, &realm, &actor)).await.map_err(fault::of)
    }

    /// Work that hashes or reads a lot, away from the threads that serve other requests.
    ///
    /// # Errors
    /// The refusal, untyped.
    pub async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, Now) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Fault> {
        let (app, now) = (Arc::clone(&self.app), self.now);
        let done = aside(move || work(&app, now)).await;
        done.unwrap_or(Err(Error::Broken("a task panicked"))).map_err(fault::of)
    }

    /// Makes sure that the tenant of the caller has a key to sign with.
    ///
    /// # Errors
    /// A failure, untyped.
    pub(super) async fn ensure_key(&self) -> Result<(), Fault> {
        let tenant = self.actor()?.tenant;
        if self.read(|tx, realm| tenant_key::certificate(tx, realm, tenant))?.is_some() {
            return Ok(());
        }
        self.aside(move |app, now| tenant_key::ensure_of(&app.store, now, &app.realm, tenant)).await
    }

    /// Has the cookie of a session that the operation opened go out with the answer.
    pub(super) fn hand_out(&self, session: Secret) {
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }

    pub(super) fn take_opened(&self) -> Option<Secret> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
