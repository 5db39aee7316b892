//! What has to be done from time to time though nobody asks for it: forgetting what expired, making keys before they are
//! needed, looking at accounts that nobody uses.
//!
//! A round is a function of the time. The loop around it only waits.

use crate::domain::{
    Clock, Error, Now, Realm, bulk_reset, forced_reset, idle_account, question_recovery, session,
    single_sign_on, tenant_key,
};
use crate::store::{self, Store, aside};
use crate::web::Site;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between one round and the next.
const PAUSE: Duration = Duration::from_secs(60);
/// Login conversations that nobody finished are forgotten after an hour.
const CONVERSATION: i64 = 3_600_000;

/// What the chores are done in.
#[derive(Debug)]
pub struct House {
    /// The database.
    pub store: Store,
    /// Settings and keys.
    pub realm: Arc<Realm>,
    /// The pages, which remember who asked for too much.
    pub site: Arc<Site>,
}

impl House {
    /// Does the chores once a minute until the server stops.
    pub async fn keep(self, clock: Arc<dyn Clock>, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stopping| *stopping) => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
            self.round(clock.now()).await;
        }
    }

    /// Every chore once. One that fails is logged, does not keep the others from being done, and has another try in the
    /// next round.
    pub async fn round(&self, now: Now) {
        self.site.forget_quiet_addresses();
        if let Err(error) = self.store.look_for_file() {
            tracing::error!(%error, "the database is not where it was");
        }
        let made = self.blocking(move |store, realm| tenant_key::make_missing(store, now, realm)).await;
        if let Err(error) = made {
            tracing::error!(%error, "the keys of tenants could not be made");
        }
        if let Err(error) = self.forget_expired(now).await {
            tracing::error!(%error, "what expired could not be forgotten");
        }
        let looked = self.blocking(move |store, realm| idle_account::check_all(store, now, realm)).await;
        if let Err(error) = looked {
            tracing::error!(%error, "idle accounts could not be looked at");
        }
    }

    /// Forgets what nobody can use any more.
    async fn forget_expired(&self, now: Now) -> Result<(), Error> {
        let realm = Arc::clone(&self.realm);
        let forgetting = self.store.write(move |tx| {
            session::forget_idle(tx, now)?;
            bulk_reset::forget(tx, now)?;
            single_sign_on::forget_messages(tx, now)?;
            store::login_context::delete_older(tx, now.0.saturating_sub(CONVERSATION))?;
            question_recovery::forget_old(tx, now)?;
            forced_reset::clear_expired(tx, now, &realm)
        });
        forgetting.await.map(drop)
    }

    /// Does what blocks beside the connections.
    async fn blocking<T: Send + 'static>(
        &self,
        chore: impl FnOnce(&Store, &Arc<Realm>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (store, realm) = (self.store.clone(), Arc::clone(&self.realm));
        let done = aside(move || chore(&store, &realm)).await;
        done.unwrap_or(Err(Error::Broken("a chore has panicked")))
    }
}

#[cfg(test)]
mod tests;
