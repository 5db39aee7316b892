//! Starting and stopping a server.

use super::bodies::Bodies;
use super::housekeeping::House;
use super::http::Shared;
use super::logout_notices::Courier;
use super::metrics::Metrics;
use super::route::Faces;
use super::{certificate, descriptors, file_providers, listen, service_providers, tls, wiring};
use crate::config::Settings;
use crate::domain::{
    Clock, Now, Policy, Realm, Secret, identity_provider, notice, seed, service_provider, template, tenant,
};
use crate::mail::{self, Worker};
use crate::ops::installation::{self, Lock};
use crate::services::{App, WAITING_LOGINS};
use crate::store::{self, Store};
use crate::web::{self, Signers, Site};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    Installation(#[from] installation::Error),
    /// Certificate or key.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// A listener.
    #[error("cannot listen on {address}: {source}\nhint: {}", listen_hint(source, flag))]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// The flag that changes it.
        flag: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A pattern for names or passwords.
    #[error(transparent)]
    Pattern(#[from] wiring::BadPattern),
    /// The mail settings.
    #[error("mail: {0}")]
    Mail(#[from] mail::SettingsError),
    /// A file that the mail settings name.
    #[error("mail.trusted_certificates: {0}")]
    MailFile(std::io::Error),
    /// The whole network could sign in as admin/admin.
    #[error(
        "the administrator still has the password admin, and {address} is not loopback: anybody could sign in\nhint: {hint}"
    )]
    DefaultPassword {
        /// Where the listeners would be.
        address: std::net::IpAddr,
        /// What to do.
        hint: &'static str,
    },
    /// The page templates.
    #[error("pages: {0}")]
    Pages(String),
}

fn listen_hint(error: &std::io::Error, flag: &str) -> String {
    use std::io::ErrorKind::{AddrNotAvailable, PermissionDenied};
    match error.kind() {
        AddrNotAvailable => "this machine has no such address; choose another with --bind".to_owned(),
        PermissionDenied => format!("the port is for privileged programs; choose one from 1024 with {flag}"),
        _ => format!("another program may use the port; choose another with {flag}"),
    }
}

impl From<store::Error> for StartError {
    fn from(error: store::Error) -> Self {
        Self::Installation(error.into())
    }
}

/// Looks for what would keep a server with these settings from starting, as far as that can be seen without a start.
/// Makes and changes nothing.
///
/// # Errors
/// The first thing that is found.
pub fn check(settings: &Settings) -> Result<(), StartError> {
    let folder = &settings.data_dir;
    wiring::policy(settings, settings.https_port, String::new())?;
    let files = certificate::files(settings, folder);
    if !files.own || files.certificate.exists() {
        tls::load(&files)?;
    }
    wiring::mail(settings, folder).map_err(StartError::MailFile)?.check()?;
    web::check_templates(&folder.join("templates")).map_err(StartError::Pages)?;
    if installation::must_exist(folder).is_err() {
        seed::check_name(&settings.admin_name).map_err(installation::Error::from)?;
        refuse_known_password(settings)?;
    }
    Ok(())
}

/// Before anybody is there: whoever can reach the server could be the first administrator.
fn refuse_known_password(settings: &Settings) -> Result<(), StartError> {
    match settings.is_loopback() || !first_password(settings).matches("admin") {
        true => Ok(()),
        false => Err(StartError::DefaultPassword { address: settings.bind, hint: SET_AT_FIRST_START }),
    }
}

/// The password of an administrator who is made at the first start.
fn first_password(settings: &Settings) -> Secret {
    match settings.admin_password.0.as_str() {
        "" => Secret::from("admin"),
        own => Secret::from(own),
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    https: SocketAddr,
    http: SocketAddr,
    store: Store,
    realm: Arc<Realm>,
    clock: Arc<dyn Clock>,
    certificate: (tls::Files, Arc<tls::Presented>),
    /// Whether the data directory was filled just now.
    pub is_new: bool,
    drain: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    patience: Duration,
    _lock: Lock,
}

impl Server {
    /// Starts a server: data directory, certificate, listeners, mail worker, housekeeping.
    ///
    /// # Errors
    /// What stands in the way, and what to do.
    pub async fn start(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let failed = |error| match error {
            StartError::Installation(error) => error.in_folder(&settings.data_dir).into(),
            other => other,
        };
        Self::begin(settings, clock).await.map_err(failed)
    }

    async fn begin(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let started_at = clock.now();
        // Before anything is made: a bad pattern.
        wiring::policy(settings, settings.https_port, String::new())?;
        let folder = settings.data_dir.clone();
        installation::make_folder(&folder)?;
        let lock = installation::lock(&folder)?;
        let files = certificate::files(settings, &folder);
        tls::make_if_missing(&files, settings.host())?;
        let tls = tls::load(&files)?;
        certificate::tell_expired(&tls.pair, &files, started_at);
        let https = bind(settings, settings.https_port, "--https-port").await?;
        let http = bind(settings, settings.http_port, "--http-port").await?;
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port()).unwrap_or(0);
        let https_port = port(&https);
        let signer = certificate::signer(settings, &folder, &tls.pair)?;
        let policy = wiring::policy(settings, https_port, signer.certificate().to_owned())?;
        let (own, time) = (settings.clone(), Arc::clone(&clock));
        let opened = tokio::task::spawn_blocking(move || open(&own, policy, &*time)).await;
        let (store, realm, is_new) = opened.map_err(|_| store::Error::Closed)??;
        refresh_templates(&store, &realm).await?;
        refresh_shared_providers(&store, &realm, started_at, settings).await?;
        settle_service_providers(&store, &realm, settings).await?;
        let worker = Worker::new(
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&realm.key),
            wiring::mail(settings, &folder).map_err(StartError::MailFile)?,
        )?;
        let (drain, draining) = watch::channel(false);
        let app = App {
            store: store.clone(),
            realm: Arc::clone(&realm),
            clock: Arc::clone(&clock),
            publication: wiring::publication(settings, https_port),
            process: wiring::process(settings, started_at, clock.now(), draining.clone()),
            logins: Semaphore::new(WAITING_LOGINS),
        };
        let signers = Signers::new(signer, store.clone(), Arc::clone(&realm), Arc::clone(&clock));
        let signers = Arc::new(signers);
        let courier =
            Courier::new(store.clone(), Arc::clone(&realm), Arc::clone(&clock), Arc::clone(&signers));
        let site = Site::new(
            store.clone(),
            Arc::clone(&realm),
            Arc::clone(&clock),
            signers,
            settings.show_auth_failure_reason,
            settings.attempts_per_minute,
            &folder.join("templates"),
        )
        .map_err(|error| StartError::Pages(error.to_string()))?;
        let site = Arc::new(site);
        publish(&folder.join(installation::API_CLIENT), site.client_credentials().reveal())?;
        let faces = Faces { services: Arc::new(app), site: Arc::clone(&site), metrics: Metrics::default() };
        let limits = descriptors::leave_enough(wiring::limits(settings));
        let bodies = Bodies::of(limits.bodies.max(limits.body_size));
        let shared = Shared { faces: Arc::new(faces), limits, bodies, drain: draining.clone() };
        let addresses = (https.local_addr(), http.local_addr());
        let acceptor = tokio_rustls::TlsAcceptor::from(tls.config);
        let certificate = (files, tls.presented);
        let mut stop = draining.clone();
        let tasks = vec![
            tokio::spawn(listen::accept(https, Some(acceptor), shared.clone())),
            tokio::spawn(listen::accept(http, None, shared)),
            tokio::spawn(worker.run(async move {
                let _ = stop.wait_for(|stopping| *stopping).await;
            })),
            tokio::spawn({
                let (site, mut stop) = (Arc::clone(&site), draining.clone());
                web::work_off(site, async move {
                    let _ = stop.wait_for(|stopping| *stopping).await;
                })
            }),
            tokio::spawn(courier.run(draining.clone())),
            tokio::spawn(
                House { store: store.clone(), realm: Arc::clone(&realm), site }
                    .keep(Arc::clone(&clock), draining),
            ),
        ];
        let unbound = |port| SocketAddr::new(settings.bind, port);
        Ok(Self {
            https: addresses.0.unwrap_or_else(|_| unbound(settings.https_port)),
            http: addresses.1.unwrap_or_else(|_| unbound(settings.http_port)),
            store,
            realm,
            clock,
            certificate,
            is_new,
            drain,
            tasks,
            patience: limits.drain,
            _lock: lock,
        })
    }

    /// Where the HTTPS listener is.
    #[must_use]
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// Where the plain listener is.
    #[must_use]
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where browsers go.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.realm.policy.public_url
    }

    /// Presents the certificate that is in the files by now to whoever connects from here on. Messages stay signed with the
    /// key that partners know from the metadata, until the next start.
    ///
    /// # Errors
    /// Which file is wrong; then the certificate that was presented so far stays.
    pub fn renew_certificate(&self) -> Result<(), StartError> {
        let (files, presented) = &self.certificate;
        certificate::tell_expired(&presented.renew(files)?, files, self.clock.now());
        Ok(())
    }

    /// Takes no more connections, finishes what was accepted, and returns when everything is durable.
    pub async fn stop(self) {
        let _ = self.drain.send(true);
        let all = async {
            for task in self.tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(self.patience + Duration::from_secs(1), all).await.is_err() {
            tracing::warn!("not everything was finished in time");
        }
        let store = self.store.clone();
        let _ = tokio::task::spawn_blocking(move || store.close()).await;
    }
}

/// Opens the data directory, fills it if it is new, and refuses a password that everybody knows where everybody can
/// come in. Blocks.
fn open(
    settings: &Settings,
    policy: Policy,
    clock: &dyn Clock,
) -> Result<(Store, Arc<Realm>, bool), StartError> {
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
    let password = first_password(settings);
    let is_new = installation::fill_if_new(&store, clock, &realm, &settings.admin_name, &password)?;
    if !settings.is_loopback() && installation::has_default_password(&store)? {
        return Err(StartError::DefaultPassword { address: settings.bind, hint: SET_LATER });
    }
    Ok((store, realm, is_new))
}

/// Before the first start there are three ways to set the password.
const SET_AT_FIRST_START: &str = "set one with SOAPSTONE_ADMIN_PASSWORD, with admin_password in soapstone.toml, or with \
    `soapstone admin set-password`";
/// Afterwards there is one.
const SET_LATER: &str = "set one with `soapstone admin set-password`";

/// Shows the operator what programs present to the recovery API. It is made of the key: when it is another than before, so
/// is the key, which is no reason not to start. Whoever lost the right one goes on in this way.
fn publish(path: &std::path::Path, credentials: &str) -> Result<(), StartError> {
    match std::fs::read_to_string(path) {
        Ok(known) if known == credentials => return Ok(()),
        Ok(_) => tracing::warn!(
            "secret.key is another than at the last start: codes, answers to challenge questions and mails that wait \
             were made with that one and are void"
        ),
        Err(_) => {}
    }
    Ok(tls::write(path, credentials)?)
}

async fn bind(settings: &Settings, port: u16, flag: &'static str) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(settings.bind, port);
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, flag, source })
}

/// Brings the templates that nobody edited to what the operator's file says now, and says where there are none for those
/// who have no locale of their own: a reset cannot be forced on them.
async fn refresh_templates(store: &Store, realm: &Arc<Realm>) -> Result<(), StartError> {
    let realm = Arc::clone(realm);
    let locale = realm.policy.default_locale.clone();
    let done = store.write(move |tx| {
        let mut without = Vec::new();
        for tenant in tenant::all(tx)? {
            template::refresh(tx, tenant.id.0, &realm.policy.templates)?;
            let default = &realm.policy.default_locale;
            if !template::is_there(tx, tenant.id.0, notice::FORCED_RESET_LINK, default)? {
                without.push(tenant.domain);
            }
        }
        Ok::<_, crate::domain::Error>(without)
    });
    let without = done.await.map_err(|error| StartError::Installation(error.into()))?;
    if let Some(first) = without.first() {
        tracing::warn!(
            tenants = without.len(), %first,
            "default_locale is {locale}, and there are no mail templates in it: resets of users without another locale are \
             refused until there are"
        );
    }
    Ok(())
}

/// Brings the identity providers that all tenants share to what the files say now.
async fn refresh_shared_providers(
    store: &Store,
    realm: &Arc<Realm>,
    now: Now,
    settings: &Settings,
) -> Result<(), StartError> {
    let (realm, shared) = (Arc::clone(realm), file_providers::shared(settings));
    let done = store.write(move |tx| identity_provider::share(tx, now, &realm, shared));
    done.await.map_err(|error: crate::domain::Error| StartError::Installation(error.into()))
}

/// Brings the service providers of the configuration to what it says now.
async fn settle_service_providers(
    store: &Store,
    realm: &Arc<Realm>,
    settings: &Settings,
) -> Result<(), StartError> {
    let configured = service_providers::all(settings, &realm.policy.public_url);
    let done = store.write(move |tx| service_provider::settle(tx, &configured));
    done.await.map_err(|error: crate::domain::Error| StartError::Installation(error.into()))
}
