//! Conversations with the mail server.
//!
//! The habits are JavaMail's, because deployments bring its settings: STARTTLS when it is offered, a login only when
//! an account is configured and the server asks for one. A connection stays open for the next mail of its lane.
//!
//! Who names the certificate of his server itself means that one, whatever is in it: `openssl req -x509` makes an
//! authority of it, which no server may be by the rules, and seldom says the name that the server is reached by. So a
//! server that no authority vouches for is asked a second time what it shows, and spoken with if that is byte for byte one
//! of those that were named. It proves both times that it has the key.

use super::brief::Brief;
use super::{Encryption, Failure, Login, SettingsError, Smtp, Trust};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Severity};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;

/// A mail server that mails can be handed to; shared by all lanes.
pub(super) struct Server {
    settings: Smtp,
    /// Made at the first mail: reading what the system trusts takes longer than starting.
    tls: OnceLock<TlsParameters>,
    /// The certificates that were named.
    named: Vec<CertificateDer<'static>>,
    /// Whether the server showed one of them last, so that it need not be refused first.
    shows_named: AtomicBool,
    hello: ClientId,
}

/// A lane's connection, while it is open.
#[derive(Default)]
pub(super) struct Lane(Option<AsyncSmtpConnection>);

/// The authorities trusted beside those of the system; `None` when anything is.
fn trusted(settings: &Smtp) -> Result<Option<Vec<Certificate>>, SettingsError> {
    let Trust::Authorities(own) = &settings.trust else { return Ok(None) };
    let certificate = |pem: &String| {
        // The library takes a text without any certificate for an empty list.
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(SettingsError::Tls("a trusted certificate is not in PEM form".into()));
        }
        Certificate::from_pem(pem.as_bytes()).map_err(|error| SettingsError::Tls(error.to_string()))
    };
    own.iter().map(certificate).collect::<Result<_, _>>().map(Some)
}

/// The same ones, as a server would show them.
fn named(settings: &Smtp) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let Trust::Authorities(own) = &settings.trust else { return Ok(Vec::new()) };
    let certificates = own.iter().flat_map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes()));
    certificates.collect::<Result<_, _>>().map_err(|error| SettingsError::Tls(error.to_string()))
}

/// Whom a connection is made with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum With {
    /// Whoever the settings trust.
    Trusted,
    /// Whoever shows a certificate that was named.
    Named,
}

impl Server {
    pub(super) fn new(settings: Smtp) -> Result<Self, SettingsError> {
        trusted(&settings)?;
        let named = named(&settings)?;
        let hello = settings.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Self { settings, tls: OnceLock::new(), named, shows_named: AtomicBool::new(false), hello })
    }

    fn tls(&self, with: With) -> Result<TlsParameters, Failure> {
        let failed = |why: String| Failure::Later(format!("no TLS with {}: {why}", self.name()));
        let tls = TlsParameters::builder(self.settings.host.clone());
        let anybody = |tls: TlsParametersBuilder| {
            let tls = tls.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
            tls.build().map_err(|error| failed(error.to_string()))
        };
        if with == With::Named {
            return anybody(tls);
        }
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let tls = match trusted(&self.settings).map_err(|error| failed(error.to_string()))? {
            None => anybody(tls)?,
            Some(own) => {
                let tls = own.into_iter().fold(tls, TlsParametersBuilder::add_root_certificate);
                tls.build().map_err(|error| failed(error.to_string()))?
            }
        };
        Ok(self.tls.get_or_init(|| tls).clone())
    }

    /// Hands one mail over; afterwards the server is responsible for it.
    pub(super) async fn deliver(&self, lane: &mut Lane, message: &lettre::Message) -> Result<(), Failure> {
        // Cancelled by the timeout or not, a connection in the middle of a mail is never used again.
        let open = lane.0.take();
        let announcing = async {
            let mut connection = match open {
                Some(open) => self.still_open(open).await?,
                None => self.connect().await?,
            };
            announce(&mut connection, message)
                .await
                .map_err(|failure| self.with_login(failure, &connection))?;
            Ok(connection)
        };
        let mut connection = self.within(self.settings.timeout, announcing).await?;
        let text = message.formatted();
        let handing_over =
            async { connection.message(&text).await.map(drop).map_err(|error| verdict("message", &error)) };
        self.within(self.settings.patience, handing_over).await?;
        lane.0 = Some(connection);
        Ok(())
    }

    /// What comes of a part of a conversation, if the other side answers in time.
    async fn within<T>(
        &self,
        limit: Duration,
        part: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::time::timeout(limit, part).await.unwrap_or_else(|_| {
            let seconds = limit.as_secs_f32();
            Err(Failure::Later(format!("{} did not answer within {seconds} s", self.name())))
        })
    }

    /// A failure, with a word of the login that was configured and did not come about.
    fn with_login(&self, failure: Failure, connection: &AsyncSmtpConnection) -> Failure {
        match failure {
            Failure::Later(why) if self.settings.login.is_some() && !can_log_in(connection) => {
                Failure::Later(format!("{why} (not logged in: the server offers neither PLAIN nor LOGIN)"))
            }
            other => other,
        }
    }

    /// Says good-bye politely; nothing depends on it.
    pub(super) async fn hang_up(&self, lane: &mut Lane) {
        if let Some(mut connection) = lane.0.take() {
            let _ = tokio::time::timeout(self.settings.timeout, connection.quit()).await;
        }
    }

    /// The server may have closed an idle connection; then a new one is made.
    async fn still_open(&self, mut connection: AsyncSmtpConnection) -> Result<AsyncSmtpConnection, Failure> {
        if connection.test_connected().await { Ok(connection) } else { self.connect().await }
    }

    /// Connects with whom the settings trust or name, and logs in there.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let (first, second) = match self.shows_named.load(Ordering::Relaxed) {
            true => (With::Named, With::Trusted),
            false => (With::Trusted, With::Named),
        };
        let mut connection = match self.reach(first).await {
            Err(Unreached { is_nobody_trusted: true, why }) if !self.named.is_empty() => {
                // Whoever is refused twice is told what the authorities say of him.
                let other = self.reach(second).await.map_err(|other| match second {
                    With::Named => why,
                    With::Trusted => other.why,
                })?;
                self.shows_named.store(second == With::Named, Ordering::Relaxed);
                other
            }
            reached => reached.map_err(|unreached| unreached.why)?,
        };
        if let Some(login) = &self.settings.login {
            self.log_in(&mut connection, login).await?;
        }
        Ok(connection)
    }

    /// Connects, as far as the credentials, which are for nobody else.
    async fn reach(&self, with: With) -> Result<AsyncSmtpConnection, Unreached> {
        let Smtp { host, port, timeout, encryption, .. } = &self.settings;
        let address = (host.as_str(), *port);
        let mut connection = match encryption {
            // Nobody but who is trusted says anything here.
            Encryption::Implicit => {
                let tls = Some(self.tls(with)?);
                AsyncSmtpConnection::connect_tokio1(address, Some(*timeout), &self.hello, tls, None).await
            }
            _ => {
                let stream = TcpStream::connect(address)
                    .await
                    .map_err(|error| Failure::Later(format!("{}: connect: {error}", self.name())))?;
                AsyncSmtpConnection::connect_with_transport(Box::new(Brief::new(stream)), &self.hello).await
            }
        }
        .map_err(|error| self.unreached("connect", &error))?;
        let upgrade = match encryption {
            Encryption::Never | Encryption::Implicit => false,
            Encryption::Opportunistic => connection.can_starttls(),
            Encryption::Required => true,
        };
        if upgrade {
            connection
                .starttls(self.tls(with)?, &self.hello)
                .await
                .map_err(|error| self.unreached("STARTTLS", &error))?;
        }
        if with == With::Named && connection.is_encrypted() {
            let shown = connection.peer_certificate().map_err(|error| self.unreached("TLS", &error))?;
            if !self.named.iter().any(|named| named.as_ref() == shown) {
                let why = Failure::Later(format!("{} shows a certificate that nobody named", self.name()));
                return Err(Unreached { is_nobody_trusted: true, why });
            }
        }
        Ok(connection)
    }

    /// A server that offers no AUTH is taken at its word: it wants none.
    async fn log_in(&self, connection: &mut AsyncSmtpConnection, login: &Login) -> Result<(), Failure> {
        if !can_log_in(connection) {
            return Ok(());
        }
        let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
        let answer = connection.auth(&MECHANISMS, &credentials).await;
        answer.map(|_| ()).map_err(|error| self.out_of_reach("login", &error))
    }

    /// Until a mail's own turn has come, every failure is ours to cure: the mail waits.
    fn out_of_reach(&self, step: &str, error: &Error) -> Failure {
        Failure::Later(format!("{}: {step}: {}", self.name(), spoken(error)))
    }

    fn unreached(&self, step: &str, error: &Error) -> Unreached {
        Unreached { is_nobody_trusted: is_about_trust(error), why: self.out_of_reach(step, error) }
    }

    fn name(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }
}

/// Why nobody was reached.
struct Unreached {
    /// Whether somebody was there whom nobody vouches for.
    is_nobody_trusted: bool,
    why: Failure,
}

impl From<Failure> for Unreached {
    fn from(why: Failure) -> Self {
        Self { is_nobody_trusted: false, why }
    }
}

/// Whether TLS failed over the certificate of the other side.
fn is_about_trust(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(error) = cause {
        // The one that an input/output error is made of is not its source.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner.and_then(|inner| inner.downcast_ref()).or_else(|| error.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(_)) = tls {
            return true;
        }
        cause = error.source();
    }
    false
}

/// How we log in.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

fn can_log_in(connection: &AsyncSmtpConnection) -> bool {
    connection.server_info().get_auth_mechanism(&MECHANISMS).is_some()
}

/// Says from whom and to whom a mail is, until its text is asked for.
async fn announce(connection: &mut AsyncSmtpConnection, message: &lettre::Message) -> Result<(), Failure> {
    let envelope = message.envelope();
    let mut parameters = Vec::new();
    if envelope.from().into_iter().chain(envelope.to()).any(|address| !address.to_string().is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Failure::Never("the mail server takes no addresses beyond ASCII (SMTPUTF8)".into()));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    // A refused sender is a matter of configuration, not of this mail.
    connection
        .command(Mail::new(envelope.from().cloned(), parameters))
        .await
        .map_err(|error| Failure::Later(format!("sender: {}", spoken(&error))))?;
    for recipient in envelope.to() {
        connection
            .command(Rcpt::new(recipient.clone(), Vec::new()))
            .await
            .map_err(|error| verdict("recipient", &error))?;
    }
    connection.command(Data).await.map(drop).map_err(|error| verdict("message", &error))
}

/// A 5yz reply about the recipient or the text is final (RFC 5321, 4.2.1). One with enhanced status 5.7 is not: it
/// speaks of permission to relay or of a missing login (RFC 3463, 3.8), which the operator can grant.
fn verdict(about: &str, error: &Error) -> Failure {
    let text = format!("{about}: {}", spoken(error));
    let refused = error.status().is_some_and(|code| code.severity == Severity::PermanentNegativeCompletion);
    if refused && !text.contains(" 5.7.") { Failure::Never(text) } else { Failure::Later(text) }
}

/// The server's words, short and on one line.
fn spoken(error: &Error) -> String {
    let text = error.to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}
