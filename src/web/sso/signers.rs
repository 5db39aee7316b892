//! What messages are signed with: the key of the server for the super tenant, its own for every other tenant.

use crate::domain::service_provider::ServiceProvider;
use crate::domain::{Clock, Error, Realm, Tenant, TenantId, tenant_key};
use crate::saml::{BadKey, Manner, Signer, SigningKey};
use crate::store::{Store, aside};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Keys of tenants kept ready to sign with; then all are forgotten, which costs a statement each.
const READY: usize = 64;

/// The keys of all tenants.
pub struct Signers {
    own: Arc<SigningKey>,
    store: Store,
    realm: Arc<Realm>,
    clock: Arc<dyn Clock>,
    /// A tenant never gets another key: what was read once holds.
    ready: Mutex<HashMap<TenantId, Arc<SigningKey>>>,
}

impl std::fmt::Debug for Signers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signers(***)")
    }
}

/// A key, signing in the manner that a service provider wants.
#[must_use]
pub fn signer_of<'k>(key: &'k SigningKey, provider: &ServiceProvider) -> Signer<'k> {
    key.with(Manner::of(provider.signature(), provider.digest()))
}

/// What is answered when a message could not be signed; the log says why.
#[must_use]
pub fn unsigned(why: BadKey) -> Error {
    tracing::error!(%why, "a message could not be signed");
    Error::Broken("a message could not be signed")
}

impl Signers {
    /// `own` is the key of the server.
    #[must_use]
    pub fn new(own: Arc<SigningKey>, store: Store, realm: Arc<Realm>, clock: Arc<dyn Clock>) -> Self {
        Self { own, store, realm, clock, ready: Mutex::default() }
    }

    /// The key of the server.
    #[must_use]
    pub fn own(&self) -> &Arc<SigningKey> {
        &self.own
    }

    /// Makes sure that a tenant has a key.
    ///
    /// # Errors
    /// As [`Signers::of`].
    pub async fn ensure(&self, tenant: TenantId) -> Result<(), Error> {
        let (store, realm, now) = (self.store.clone(), Arc::clone(&self.realm), self.clock.now());
        let made = aside(move || tenant_key::ensure_of(&store, now, &realm, tenant));
        made.await.unwrap_or(Err(Error::Broken("a task panicked")))
    }

    /// The key of a tenant; made now if it has none, away from the threads that serve other requests.
    ///
    /// # Errors
    /// Failures of the database, a key that cannot be read.
    pub async fn of(&self, tenant: &Tenant) -> Result<Arc<SigningKey>, Error> {
        if tenant.id == TenantId::SUPER {
            return Ok(Arc::clone(&self.own));
        }
        let known = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant.id).cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let (store, realm, now) = (self.store.clone(), Arc::clone(&self.realm), self.clock.now());
        let owner = tenant.clone();
        let read = aside(move || {
            let key = tenant_key::ensure(&store, now, &realm, &owner)?;
            let bytes = STANDARD.decode(key.private_key.reveal()).unwrap_or_default();
            SigningKey::new(&bytes, &key.certificate).map_err(|why| {
                tracing::error!(tenant = owner.domain, %why, "the key of a tenant cannot be read");
                Error::Broken("the key of a tenant cannot be read")
            })
        });
        let key = Arc::new(read.await.unwrap_or(Err(Error::Broken("a task panicked")))?);
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.len() >= READY {
            ready.clear();
        }
        ready.insert(tenant.id, Arc::clone(&key));
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::service_provider::{DIGESTS, SIGNATURES};
    use crate::saml::scratch::own_key;

    #[test]
    fn what_can_be_registered_is_what_is_signed_with() {
        let key = own_key();
        for (signature, digest) in SIGNATURES.into_iter().zip(DIGESTS) {
            let provider = ServiceProvider {
                signing_algorithm: Some(signature.to_owned()),
                digest_algorithm: Some(digest.to_owned()),
                ..ServiceProvider::default()
            };
            let signer = signer_of(&key, &provider);
            assert_eq!((signer.signature_name(), signer.digest_name()), (signature, digest));
        }
    }
}
