//! The settings themselves, as plain values with their defaults.

use super::first_policies::FirstPolicy;
use super::identity_provider::IdentityProvider;
use super::service_provider::ServiceProvider;
use super::{address, answer_prefixes, forward_auth, limits};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;

/// A secret setting; silent in debug output.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden(pub String);

impl<'de> Deserialize<'de> for Hidden {
    /// As a text, but without the refused value in the error: a password of digits only is easily left unquoted.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("invalid type: a secret is a text in quotes")),
        }
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(not set)" } else { "***" })
    }
}

/// Everything an operator can set. `keys.rs` says what each key means.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "keys.rs documents every key, once, for the operator too")]
pub struct Settings {
    pub data_dir: PathBuf,
    pub config_dir: Option<PathBuf>,
    pub bind: IpAddr,
    pub https_port: u16,
    pub http_port: u16,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub host_name: Option<String>,
    pub public_url: Option<String>,
    pub realm_name: String,
    pub saml_entity_id: String,
    pub hide_admin_service_wsdls: bool,
    pub http_admin_services: Vec<String>,
    pub calls_without_envelope: bool,
    pub answer_prefixes: Vec<String>,
    pub original_permissions: bool,
    pub admin_name: String,
    pub admin_password: Hidden,
    pub show_auth_failure_reason: bool,
    pub email_user_names: bool,
    pub username_pattern: String,
    pub role_pattern: String,
    pub password_pattern: String,
    pub password_message: String,
    pub user_list_limit: i64,
    pub role_list_limit: i64,
    pub challenge_separator: String,
    pub otp_length: usize,
    pub otp_alphabet: String,
    pub wrong_code_limit: i64,
    pub recovery_captcha: bool,
    pub original_recovery_answers: bool,
    pub recovery_key_minutes: i64,
    pub attempts_per_minute: u32,
    pub admin_session_minutes: i64,
    pub session_minutes: i64,
    pub remember_me_minutes: i64,
    pub idle_check_at: String,
    pub forward_auth_origins: Vec<String>,
    pub session_cookie_domain: Option<String>,
    pub send_lock_mails_on_reset: bool,
    pub default_locale: String,
    pub body_limit: usize,
    pub header_limit: usize,
    pub connections: usize,
    pub requests_per_connection: usize,
    pub handshake_seconds: u64,
    pub header_seconds: u64,
    pub body_seconds: u64,
    pub shutdown_seconds: u64,
    pub log: Log,
    pub mail: Mail,
    /// Templates of an `email-admin-config.xml`; no key of their own.
    #[serde(skip)]
    pub templates: Vec<Template>,
    /// Values that the account policies of new tenants begin with, of `identity-event.properties` and
    /// `identity.xml`; no key of their own.
    #[serde(skip)]
    pub first_policies: Vec<FirstPolicy>,
    /// Identity providers in files of their own; no key of their own.
    #[serde(skip)]
    pub identity_providers: Vec<IdentityProvider>,
    /// Service providers of single sign-on: tables of `soapstone.toml`, and of a file of their own.
    #[serde(rename = "service_provider")]
    pub service_providers: Vec<ServiceProvider>,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "keys.rs documents every key")]
pub struct Log {
    pub level: String,
    pub json: bool,
}

/// Where mails go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// To the mail server if one is configured, into files otherwise.
    Auto,
    /// To the mail server.
    Smtp,
    /// Into files.
    Directory,
}

/// The mail server, under the names of JavaMail's settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "keys.rs documents every key")]
pub struct Mail {
    pub transport: MailTransport,
    pub directory: Option<PathBuf>,
    pub from: Option<String>,
    pub host: Option<String>,
    pub port: u16,
    pub user: Option<String>,
    pub password: Hidden,
    pub auth: bool,
    pub starttls: bool,
    pub starttls_required: bool,
    pub tls: bool,
    pub trust_any_certificate: bool,
    pub trusted_certificates: Option<PathBuf>,
    pub hello_name: Option<String>,
    pub timeout_seconds: u64,
    pub concurrency: usize,
}

/// A mail template of an `email-admin-config.xml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the file")]
pub struct Template {
    pub display: String,
    pub locale: String,
    pub content_type: String,
    pub subject: String,
    pub body: String,
    pub footer: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("./soapstone-data"),
            config_dir: None,
            bind: IpAddr::from([127, 0, 0, 1]),
            https_port: 9443,
            http_port: 9763,
            tls_certificate: None,
            tls_key: None,
            host_name: None,
            public_url: None,
            realm_name: "WSO2 Identity Server".into(),
            saml_entity_id: "localhost".into(),
            hide_admin_service_wsdls: false,
            http_admin_services: Vec::new(),
            calls_without_envelope: true,
            answer_prefixes: Vec::new(),
            original_permissions: false,
            admin_name: "admin".into(),
            admin_password: Hidden::default(),
            show_auth_failure_reason: false,
            email_user_names: false,
            username_pattern: r"[a-zA-Z0-9._-|//]{3,30}$".into(),
            role_pattern: r"[a-zA-Z0-9._-|// ]{3,30}$".into(),
            password_pattern: r"^[\S]{5,30}$".into(),
            password_message: "Password length should be within 5 to 30 characters".into(),
            user_list_limit: 100,
            role_list_limit: 100,
            challenge_separator: "!".into(),
            otp_length: 6,
            otp_alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".into(),
            wrong_code_limit: 5,
            recovery_captcha: true,
            original_recovery_answers: false,
            recovery_key_minutes: 5,
            attempts_per_minute: 120,
            admin_session_minutes: 15,
            session_minutes: 15,
            remember_me_minutes: 20_160,
            idle_check_at: "20:00:00".into(),
            forward_auth_origins: Vec::new(),
            session_cookie_domain: None,
            send_lock_mails_on_reset: false,
            default_locale: "en_US".into(),
            body_limit: 10 * 1024 * 1024,
            header_limit: 8 * 1024,
            connections: 1024,
            requests_per_connection: 200,
            handshake_seconds: 10,
            header_seconds: 30,
            body_seconds: 60,
            shutdown_seconds: 10,
            log: Log::default(),
            mail: Mail::default(),
            templates: Vec::new(),
            first_policies: Vec::new(),
            identity_providers: Vec::new(),
            service_providers: Vec::new(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), json: false }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: MailTransport::Auto,
            directory: None,
            from: None,
            host: None,
            port: 587,
            user: None,
            password: Hidden::default(),
            auth: true,
            starttls: false,
            starttls_required: false,
            tls: false,
            trust_any_certificate: false,
            trusted_certificates: None,
            hello_name: None,
            timeout_seconds: 30,
            concurrency: 8,
        }
    }
}

impl Mail {
    /// The first value that cannot work.
    fn mistake(&self) -> Option<Mistake> {
        if let Some(from) = &self.from
            && from.trim().parse::<lettre::message::Mailbox>().is_err()
        {
            let (why, hint) = (format!("{from:?} is no address"), "write it like noreply@example.org");
            return Some(Mistake { key: "mail.from", why, hint });
        }
        if self.transport == MailTransport::Smtp && self.host.is_none() {
            let hint = "set mail.host, or mail.transport to directory";
            let why = "smtp needs a mail.host".to_owned();
            return Some(Mistake { key: "mail.transport", why, hint });
        }
        None
    }
}

/// A value that parses but cannot work.
#[derive(Debug)]
pub(super) struct Mistake {
    pub key: &'static str,
    pub why: String,
    pub hint: &'static str,
}

/// `HH:MM:SS` as milliseconds since midnight.
#[must_use]
pub fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().ok().filter(|_| part.len() == 2));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = parts.next().is_none() && hours < 24 && minutes < 60 && seconds < 60;
    fits.then_some(((hours * 60 + minutes) * 60 + seconds) * 1000).filter(|time| *time >= 0)
}

impl Settings {
    /// The settings of a table; whatever it does not name has its default.
    pub(super) fn try_from(table: toml::Table) -> Result<Self, toml::de::Error> {
        toml::Value::Table(table).try_into()
    }

    /// The first value that cannot work, or not together with another.
    pub(super) fn mistake(&self) -> Option<Mistake> {
        let found = |key, why: String, hint| Some(Mistake { key, why, hint });
        match (&self.tls_certificate, &self.tls_key) {
            (Some(_), None) => {
                return found("tls_certificate", "its key is missing".into(), "set tls_key, too");
            }
            (None, Some(_)) => {
                return found("tls_key", "its certificate is missing".into(), "set tls_certificate, too");
            }
            _ => {}
        }
        if self.https_port == self.http_port && self.http_port != 0 {
            let why = format!("{} is the port of HTTPS already", self.http_port);
            return found("http_port", why, "use another one, or 0 for any that is free");
        }
        if !(6..=64).contains(&self.otp_length) {
            return found("otp_length", format!("{} is out of range", self.otp_length), "use 6 to 64");
        }
        let symbols: BTreeSet<char> = self.otp_alphabet.chars().collect();
        if symbols.len() < 10 || !symbols.iter().all(char::is_ascii_graphic) {
            let why = format!("{:?} makes codes that can be guessed or not be typed", self.otp_alphabet);
            return found(
                "otp_alphabet",
                why,
                "use at least ten different letters, digits or signs of ASCII",
            );
        }
        if self.admin_name.trim().is_empty() {
            return found("admin_name", "it is empty".into(), "name the first administrator");
        }
        // It stands between URIs, and in front of a hash in base64.
        let within = |letter: char| letter.is_alphanumeric() || "+/=:.-_#".contains(letter);
        if self.challenge_separator.trim().is_empty() || self.challenge_separator.contains(within) {
            let why = format!("{:?} may be a part of what it separates", self.challenge_separator);
            return found("challenge_separator", why, "use signs like ! or |");
        }
        if time_of_day(&self.idle_check_at).is_none() {
            let why = format!("{:?} is no time of day", self.idle_check_at);
            return found("idle_check_at", why, "write it like 20:00:00");
        }
        for find in [limits::mistake, address::mistake, forward_auth::mistake, answer_prefixes::mistake] {
            if let Some(mistake) = find(self) {
                return Some(mistake);
            }
        }
        if !["error", "warn", "info", "debug", "trace"].contains(&self.log.level.as_str()) {
            let why = format!("{:?} is no level", self.log.level);
            return found("log.level", why, "use error, warn, info, debug or trace");
        }
        self.mail.mistake()
    }

    /// Whether only programs on this machine can connect.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.bind.is_loopback()
    }

    /// Where browsers reach the server whose HTTPS listener has that port, without a slash at the end.
    #[must_use]
    pub fn public_url_at(&self, https_port: u16) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if self.host().contains(':') => format!("https://[{}]:{https_port}", self.host()),
            None => format!("https://{}:{https_port}", self.host()),
        }
    }

    /// The host name, `localhost` unless one is configured.
    #[must_use]
    pub fn host(&self) -> &str {
        self.host_name.as_deref().unwrap_or("localhost")
    }
}
