//! Starting and stopping a server.

mod data;

use super::bodies::Bodies;
use super::housekeeping::House;
use super::http::Shared;
use super::logout_notices::Courier;
use super::metrics::Metrics;
use super::route::Faces;
use super::{Limits, certificate, descriptors, listen, tls, wiring};
use crate::config::Settings;
use crate::domain::{Clock, Now, Realm, seed};
use crate::mail::{self, Worker};
use crate::ops::installation::{self, Lock};
use crate::saml::SigningKey;
use crate::services::{App, Doors, Process, WAITING_LOGINS};
use crate::store::{self, Store, aside};
use crate::web::{self, Signers, Site};
use data::Data;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

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
    KnownPassword {
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

impl From<crate::domain::Error> for StartError {
    fn from(error: crate::domain::Error) -> Self {
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
        seed::check_name(&settings.admin_name)?;
        refuse_known_password(settings)?;
    }
    Ok(())
}

/// Before anybody is there: whoever can reach the server could be the first administrator.
fn refuse_known_password(settings: &Settings) -> Result<(), StartError> {
    let first = installation::first_password(&settings.admin_password.0);
    match settings.is_loopback() || !first.matches(installation::KNOWN_PASSWORD) {
        true => Ok(()),
        false => Err(StartError::KnownPassword { address: settings.bind, hint: SET_AT_FIRST_START }),
    }
}

/// Before the first start there are three ways to set the password.
const SET_AT_FIRST_START: &str = "set one with SOAPSTONE_ADMIN_PASSWORD, with admin_password in soapstone.toml, or with \
    `soapstone admin set-password`";
/// Afterwards there is one.
const SET_LATER: &str = "set one with `soapstone admin set-password`";

/// A running server.
#[derive(Debug)]
pub struct Server {
    https: SocketAddr,
    http: SocketAddr,
    store: Store,
    realm: Arc<Realm>,
    clock: Arc<dyn Clock>,
    /// Its files, what is presented, and the name that clients look for in it.
    certificate: (tls::Files, Arc<tls::Presented>, String),
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
        let ground = Ground::take(settings, started_at).await?;
        let signer = certificate::signer(settings, &settings.data_dir, &ground.tls.pair)?;
        let policy = wiring::policy(settings, ground.https_port(), signer.certificate().to_owned())?;
        ground.lock.say_served_at(&policy.public_url)?;
        let data = Data::open(settings, policy, Arc::clone(&clock)).await?;
        data.settle(settings, started_at).await?;
        let (drain, draining) = watch::channel(false);
        let process = wiring::process(settings, started_at, data.clock.now(), draining.clone());
        let crew = Crew::of(settings, &data, ground.https_port(), signer, process)?;
        let limits = descriptors::leave_enough(wiring::limits(settings));
        let unbound = |port| SocketAddr::new(settings.bind, port);
        Ok(Self {
            https: ground.https.local_addr().unwrap_or_else(|_| unbound(settings.https_port)),
            http: ground.http.local_addr().unwrap_or_else(|_| unbound(settings.http_port)),
            store: data.store,
            realm: data.realm,
            clock: data.clock,
            certificate: (ground.files, ground.tls.presented, settings.host().to_owned()),
            is_new: data.is_new,
            drain,
            patience: limits.drain,
            tasks: crew.set_to_work((ground.https, ground.tls.config), ground.http, limits, draining),
            _lock: ground.lock,
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
        let (files, presented, host) = &self.certificate;
        certificate::tell_flaws(&presented.renew(files)?, files, host, self.clock.now());
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
        let _ = aside(move || store.close()).await;
    }
}

/// What a server takes of the machine before it opens its data: the folder, a certificate, addresses.
struct Ground {
    lock: Lock,
    files: tls::Files,
    tls: tls::Tls,
    https: TcpListener,
    http: TcpListener,
}

impl Ground {
    async fn take(settings: &Settings, now: Now) -> Result<Self, StartError> {
        let folder = &settings.data_dir;
        installation::make_folder(folder)?;
        let lock = installation::lock(folder)?;
        let files = certificate::files(settings, folder);
        tls::make_if_missing(&files, settings.host())?;
        let tls = tls::load(&files)?;
        certificate::tell_flaws(&tls.pair, &files, settings.host(), now);
        let https = bind(settings, settings.https_port, "--https-port").await?;
        let http = bind(settings, settings.http_port, "--http-port").await?;
        Ok(Self { lock, files, tls, https, http })
    }

    /// The port that it came to be, where any was asked for.
    fn https_port(&self) -> u16 {
        self.https.local_addr().map(|address| address.port()).unwrap_or(0)
    }
}

async fn bind(settings: &Settings, port: u16, flag: &'static str) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(settings.bind, port);
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, flag, source })
}

/// Who works on the data while the server runs: the faces, and those whom nobody asks.
struct Crew {
    faces: Faces,
    worker: Worker,
    courier: Courier,
    house: House,
}

impl Crew {
    fn of(
        settings: &Settings,
        data: &Data,
        https_port: u16,
        signer: Arc<SigningKey>,
        process: Process,
    ) -> Result<Self, StartError> {
        let folder = &settings.data_dir;
        let (store, realm, clock) =
            (|| data.store.clone(), || Arc::clone(&data.realm), || Arc::clone(&data.clock));
        let mails = wiring::mail(settings, folder).map_err(StartError::MailFile)?;
        let worker = Worker::new(store(), clock(), Arc::clone(&data.realm.key), mails)?;
        let app = App {
            store: store(),
            realm: realm(),
            clock: clock(),
            publication: wiring::publication(settings, https_port),
            process,
            logins: Semaphore::new(WAITING_LOGINS),
            doors: Doors::new(settings.attempts_per_minute, Arc::clone(&data.realm.key)),
        };
        let signers = Arc::new(Signers::new(signer, store(), realm(), clock()));
        let courier = Courier::new(store(), realm(), clock(), Arc::clone(&signers));
        let site = Site::new(
            store(),
            realm(),
            clock(),
            signers,
            settings.show_auth_failure_reason,
            settings.attempts_per_minute,
            &folder.join("templates"),
        );
        let site = Arc::new(site.map_err(StartError::Pages)?);
        data::publish(&folder.join(installation::API_CLIENT), site.client_credentials().reveal())?;
        let house = House { store: store(), realm: realm(), site: Arc::clone(&site) };
        let faces = Faces { services: Arc::new(app), site, metrics: Metrics::default() };
        Ok(Self { faces, worker, courier, house })
    }

    /// Sets everybody to work, until draining begins.
    fn set_to_work(
        self,
        (https, config): (TcpListener, Arc<rustls::ServerConfig>),
        http: TcpListener,
        limits: Limits,
        draining: watch::Receiver<bool>,
    ) -> Vec<JoinHandle<()>> {
        let (site, clock) = (Arc::clone(&self.faces.site), Arc::clone(&self.faces.services.clock));
        let bodies = Bodies::of(limits.bodies.max(limits.body_size));
        let shared = Shared { faces: Arc::new(self.faces), limits, bodies };
        let stop = || {
            let mut draining = draining.clone();
            async move {
                let _ = draining.wait_for(|draining| *draining).await;
            }
        };
        vec![
            tokio::spawn(listen::accept(
                https,
                Some(TlsAcceptor::from(config)),
                shared.clone(),
                draining.clone(),
            )),
            tokio::spawn(listen::accept(http, None, shared, draining.clone())),
            tokio::spawn(self.worker.run(stop())),
            tokio::spawn(web::work_off(site, stop())),
            tokio::spawn(self.courier.run(draining.clone())),
            tokio::spawn(self.house.keep(clock, draining.clone())),
        ]
    }
}
