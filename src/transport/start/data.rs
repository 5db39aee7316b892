//! The data of a server: opened, filled at the first start, and brought to what the configuration says by now.

use super::{SET_LATER, StartError, refuse_known_password};
use crate::config::Settings;
use crate::domain::{
    Clock, Error, Now, Policy, Realm, identity_provider, notice, service_provider, template, tenant,
};
use crate::ops::installation::{self, MADE_WITH_KEY};
use crate::store::{self, Store, aside};
use crate::transport::{file_providers, service_providers, tls};
use std::path::Path;
use std::sync::Arc;

/// What everybody works on.
pub(super) struct Data {
    pub(super) store: Store,
    pub(super) realm: Arc<Realm>,
    pub(super) clock: Arc<dyn Clock>,
    /// Whether it was filled just now.
    pub(super) is_new: bool,
}

impl Data {
    /// Opens the data directory, which waits for the disk and may hash a password.
    pub(super) async fn open(
        settings: &Settings,
        policy: Policy,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let settings = settings.clone();
        let opened = aside(move || open(&settings, policy, clock)).await;
        opened.ok_or(store::Error::Closed)?
    }

    /// Brings what comes of files to what they say now: mail templates, identity providers, service providers.
    pub(super) async fn settle(&self, settings: &Settings, now: Now) -> Result<(), StartError> {
        self.refresh_templates().await?;
        let (realm, shared) = (Arc::clone(&self.realm), file_providers::shared(settings));
        self.store.write(move |tx| identity_provider::share(tx, now, &realm, shared)).await?;
        let configured = service_providers::all(settings, &self.realm.policy.public_url);
        Ok(self.store.write(move |tx| service_provider::settle(tx, &configured)).await?)
    }

    /// Leaves alone the templates that somebody edited, and says where there are none for those who have no locale of their
    /// own: a reset cannot be forced on them.
    async fn refresh_templates(&self) -> Result<(), StartError> {
        let realm = Arc::clone(&self.realm);
        let without = self.store.write(move |tx| {
            let mut without = Vec::new();
            for tenant in tenant::all(tx)? {
                template::refresh(tx, tenant.id.0, &realm.policy.templates)?;
                let default = &realm.policy.default_locale;
                if !template::is_there(tx, tenant.id.0, notice::FORCED_RESET_LINK, default)? {
                    without.push(tenant.domain);
                }
            }
            Ok::<_, Error>(without)
        });
        let without = without.await?;
        if let Some(first) = without.first() {
            let locale = &self.realm.policy.default_locale;
            tracing::warn!(
                tenants = without.len(), %first,
                "default_locale is {locale}, and there are no mail templates in it: resets of users without another locale \
                 are refused until there are"
            );
        }
        Ok(())
    }
}

/// Opens the data directory, fills it if it is new, and refuses a password that everybody knows where everybody can
/// come in. Blocks.
fn open(settings: &Settings, policy: Policy, clock: Arc<dyn Clock>) -> Result<Data, StartError> {
    let folder = &settings.data_dir;
    let interrupted = installation::was_interrupted(folder);
    let (store, realm) = installation::open(folder)?.realm(policy);
    if interrupted {
        installation::must_be_sound(folder, &store)?;
    }
    store.serve();
    // Asked before anything is filled in: afterwards the password of the settings would come too late.
    if installation::is_new(&store)? {
        refuse_known_password(settings)?;
    }
    let password = installation::first_password(&settings.admin_password.0);
    let is_new = installation::fill_if_new(&store, &*clock, &realm, &settings.admin_name, &password)?;
    if !settings.is_loopback() && installation::has_known_password(&store)? {
        return Err(StartError::KnownPassword { address: settings.bind, hint: SET_LATER });
    }
    Ok(Data { store, realm, clock, is_new })
}

/// Shows the operator what programs present to the recovery API. It is made of the key: when it is another than before, so
/// is the key, which is no reason not to start. Whoever lost the right one goes on in this way.
pub(super) fn publish(path: &Path, credentials: &str) -> Result<(), StartError> {
    match std::fs::read_to_string(path) {
        Ok(known) if known == credentials => return Ok(()),
        Ok(_) => tracing::warn!(
            "secret.key is another than at the last start, and what was made with that one is void: {MADE_WITH_KEY}"
        ),
        Err(_) => {}
    }
    Ok(tls::write(path, credentials)?)
}
