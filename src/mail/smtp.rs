//! Conversations with the mail server.
//!
//! The habits are JavaMail's, because deployments bring its settings: STARTTLS when it is offered, a login only when
//! an account is configured and the server asks for one. A connection stays open for the next mail of its lane.

use super::{Encryption, Failure, Login, SettingsError, Smtp, Trust};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::{Error, response::Severity};
use std::sync::OnceLock;

/// A mail server that mails can be handed to; shared by all lanes.
pub(super) struct Server {
    settings: Smtp,
    /// Made at the first mail: reading what the system trusts takes longer than starting.
    tls: OnceLock<TlsParameters>,
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

impl Server {
    pub(super) fn new(settings: Smtp) -> Result<Self, SettingsError> {
        trusted(&settings)?;
        let hello = settings.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
        Ok(Self { settings, tls: OnceLock::new(), hello })
    }

    fn tls(&self) -> Result<TlsParameters, Failure> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let failed = |why: String| Failure::Later(format!("no TLS with {}: {why}", self.name()));
        let mut tls = TlsParameters::builder(self.settings.host.clone());
        match trusted(&self.settings).map_err(|error| failed(error.to_string()))? {
            None => tls = tls.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true),
            Some(own) => {
                for certificate in own {
                    tls = tls.add_root_certificate(certificate);
                }
            }
        }
        let tls = tls.build().map_err(|error| failed(error.to_string()))?;
        Ok(self.tls.get_or_init(|| tls).clone())
    }

    /// Hands one mail over; afterwards the server is responsible for it.
    pub(super) async fn deliver(&self, lane: &mut Lane, message: &lettre::Message) -> Result<(), Failure> {
        // Cancelled by the timeout or not, a connection in the middle of a mail is never used again.
        let open = lane.0.take();
        let talk = async {
            let mut connection = match open {
                Some(open) => self.still_open(open).await?,
                None => self.connect().await?,
            };
            hand_over(&mut connection, message).await.map(|()| connection)
        };
        let outcome = tokio::time::timeout(self.settings.timeout, talk).await;
        match outcome {
            Ok(Ok(connection)) => {
                lane.0 = Some(connection);
                Ok(())
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => {
                let seconds = self.settings.timeout.as_secs_f32();
                Err(Failure::Later(format!("{} did not answer within {seconds} s", self.name())))
            }
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

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        let Smtp { host, port, timeout, encryption, .. } = &self.settings;
        let from_the_start = (*encryption == Encryption::Implicit).then(|| self.tls()).transpose()?;
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (host.as_str(), *port),
            Some(*timeout),
            &self.hello,
            from_the_start,
            None,
        )
        .await
        .map_err(|error| self.out_of_reach("connect", &error))?;
        let upgrade = match encryption {
            Encryption::Never | Encryption::Implicit => false,
            Encryption::Opportunistic => connection.can_starttls(),
            Encryption::Required => true,
        };
        if upgrade {
            connection
                .starttls(self.tls()?, &self.hello)
                .await
                .map_err(|error| self.out_of_reach("STARTTLS", &error))?;
        }
        if let Some(login) = &self.settings.login {
            self.log_in(&mut connection, login).await?;
        }
        Ok(connection)
    }

    /// A server that offers no AUTH is taken at its word: it wants none.
    async fn log_in(&self, connection: &mut AsyncSmtpConnection, login: &Login) -> Result<(), Failure> {
        const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];
        if connection.server_info().get_auth_mechanism(&MECHANISMS).is_none() {
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

    fn name(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }
}

async fn hand_over(connection: &mut AsyncSmtpConnection, message: &lettre::Message) -> Result<(), Failure> {
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
    connection.command(Data).await.map_err(|error| verdict("message", &error))?;
    connection.message(&message.formatted()).await.map_err(|error| verdict("message", &error))?;
    Ok(())
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
