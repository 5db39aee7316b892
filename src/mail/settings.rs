//! How mails leave: plain values that the configuration is mapped to at start-up.

use crate::domain::Secret;
use lettre::message::Mailbox;
use std::path::PathBuf;
use std::time::Duration;

/// Everything the worker has to be told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The sender of every mail: `mail.smtp.from`.
    pub from: String,
    /// Where mails go.
    pub transport: Transport,
    /// Mails sent at the same time, at most.
    pub concurrency: usize,
}

/// Where mails go.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Smtp),
    /// Into `.eml` files of this folder, for development and tests.
    Directory(PathBuf),
    /// Nowhere yet: mails stay queued until their codes expire, and say why.
    Unconfigured,
}

/// A mail server, in the terms of JavaMail that `output-event-adapters.xml` uses.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// `mail.smtp.host`
    pub host: String,
    /// `mail.smtp.port`
    pub port: u16,
    /// `mail.smtp.user` and `mail.smtp.password`; without them there is no login, as in the original.
    pub login: Option<Login>,
    /// `mail.smtp.starttls.*`, `mail.smtp.ssl.enable`
    pub encryption: Encryption,
    /// `mail.smtp.ssl.trust` and certificates of one's own.
    pub trust: Trust,
    /// `mail.smtp.localhost`: the name we greet with; the machine's when absent.
    pub hello_name: Option<String>,
    /// Longest time until the server takes the text of a mail, connecting included.
    pub timeout: Duration,
    /// Longest time for the text of a mail and the answer to it. A server that is slow there has the mail: who hangs up sends
    /// it again (RFC 5321, 4.5.3.2.6).
    pub patience: Duration,
}

/// The account at the mail server.
#[derive(Debug, Clone)]
pub struct Login {
    /// Name of the account.
    pub user: String,
    /// Its password.
    pub password: Secret,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all (`mail.smtp.starttls.enable=false`).
    Never,
    /// By STARTTLS if the server offers it (`mail.smtp.starttls.enable=true`).
    Opportunistic,
    /// By STARTTLS, or no mail is sent (`mail.smtp.starttls.required=true`).
    Required,
    /// From the first byte (`mail.smtp.ssl.enable=true`, usually port 465).
    Implicit,
}

/// Which certificates a mail server may show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those of the system's authorities, and of these, in PEM.
    Authorities(Vec<String>),
    /// Any (`mail.smtp.ssl.trust=*`).
    Anything,
}

/// A setting that cannot work, said at start-up instead of at the first mail.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// `mail.smtp.from` is no address.
    #[error("the sender of mails, mail.smtp.from, is not an address: {0}")]
    Sender(String),
    /// A certificate cannot be read, or the host name cannot be one.
    #[error("the connection to the mail server cannot be protected: {0}")]
    Tls(String),
    /// The folder cannot be made.
    #[error("mails cannot be written to {path}: {source}")]
    Directory {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Settings {
    /// Looks for what would keep a worker from beginning, and makes nothing.
    ///
    /// # Errors
    /// A sender that is no address, and a connection that cannot be protected.
    pub fn check(self) -> Result<(), SettingsError> {
        self.sender()?;
        if let Transport::Smtp(server) = self.transport {
            super::smtp::Server::new(server)?;
        }
        Ok(())
    }

    pub(super) fn sender(&self) -> Result<Mailbox, SettingsError> {
        self.from.trim().parse().map_err(|_| SettingsError::Sender(self.from.clone()))
    }
}
