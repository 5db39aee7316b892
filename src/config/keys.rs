//! Every key: its environment variable, its default and what it means. The commented `soapstone.toml` that
//! `check-config --print-defaults` prints is made of this.

use std::fmt::Write as _;

/// How a value is written in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Texts separated by commas.
    List,
}

/// One key of the configuration.
#[derive(Debug)]
pub struct Key {
    /// Name; `mail.host` stands below `[mail]`.
    pub name: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// Default as TOML; empty when it is not set.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

impl Key {
    /// The environment variable that sets it; for secrets, the same with `_FILE` names a file to read it from.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("SOAPSTONE_{}", self.name.to_uppercase().replace('.', "_"))
    }
}

const fn key(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Key {
    Key { name, kind, default, meaning }
}

use Kind::{Flag, List, Number, Text};

/// Every key, in the order of the reference.
pub const KEYS: &[Key] = &[
    key(
        "data_dir",
        Text,
        "\"./soapstone-data\"",
        "Folder of database, certificate and key; made at the first start.",
    ),
    key(
        "config_dir",
        Text,
        "",
        "Folder with files of an existing deployment, unmodified: carbon.xml, user-mgt.xml, identity.xml, output-event-adapters.xml, application-authentication.xml, identity-mgt.properties, identity/identity-providers/*.xml, identity/sso-idp-config.xml, email/email-admin-config.xml (also below identity/ and security/).",
    ),
    key(
        "bind",
        Text,
        "\"127.0.0.1\"",
        "Address of both listeners. Anything but loopback needs an administrator's password that is not the default.",
    ),
    key("https_port", Number, "9443", "Port of services and pages; 0 takes any free one and prints it."),
    key(
        "http_port",
        Number,
        "9763",
        "Port of the plain listener, which answers admin services like the original: with a fault.",
    ),
    key(
        "tls_certificate",
        Text,
        "",
        "PEM file with the certificate; without it one is made at the first start.",
    ),
    key("tls_key", Text, "", "PEM file with the key of tls_certificate."),
    key(
        "host_name",
        Text,
        "",
        "Name of this host in WSDL addresses and in the made certificate; without it WSDLs show the host that the client asked.",
    ),
    key(
        "public_url",
        Text,
        "",
        "Address under which browsers reach the pages, for links in mails and redirects; made of host_name and https_port unless set.",
    ),
    key(
        "saml_entity_id",
        Text,
        "\"localhost\"",
        "SAML entity id of the resident identity provider, until a tenant's administrator sets another.",
    ),
    key("realm_name", Text, "\"WSO2 Identity Server\"", "Realm of the challenge for credentials."),
    key(
        "hide_admin_service_wsdls",
        Flag,
        "false",
        "Hide the WSDLs of admin services, as the original does out of the box.",
    ),
    key(
        "http_admin_services",
        List,
        "[]",
        "Admin services that also answer on the plain listener; \"*\" for all.",
    ),
    key("calls_without_envelope", Flag, "true", "Answer GET, form, plain XML and JSON calls of operations."),
    key(
        "answer_prefixes",
        List,
        "[]",
        "Prefixes of types in answers, for clients that look for the ones of an earlier installation, as its answers declare them, for example \"ax2615=http://dao.service.ws.um.carbon.wso2.org/xsd\".",
    ),
    key(
        "original_permissions",
        Flag,
        "false",
        "Ask for no more permissions than the original: everybody who may log in may then write mail templates, and have codes of others where the server sends no mails (UserInformationRecoveryService).",
    ),
    key("admin_name", Text, "\"admin\"", "Name of the first administrator; read at the first start only."),
    key(
        "admin_password",
        Text,
        "",
        "Password of the first administrator; read at the first start only. Without it the password is admin, on loopback only.",
    ),
    key(
        "show_auth_failure_reason",
        Flag,
        "false",
        "Tell at the login page why a login failed, as the parameter of the original's BasicAuthenticator does.",
    ),
    key("email_user_names", Flag, "false", "Mail addresses are user names: a single @ belongs to the name."),
    key(
        "username_pattern",
        Text,
        "'[a-zA-Z0-9._-|//]{3,30}$'",
        "Java expression that user names match as a whole.",
    ),
    key(
        "role_pattern",
        Text,
        "'[a-zA-Z0-9._-|// ]{3,30}$'",
        "Java expression that role names match as a whole; blanks are allowed, unlike in the original.",
    ),
    key("password_pattern", Text, "'^[\\S]{5,30}$'", "Java expression that passwords match as a whole."),
    key(
        "password_message",
        Text,
        "\"Password length should be within 5 to 30 characters\"",
        "Answer to a password that does not match.",
    ),
    key("user_list_limit", Number, "100", "Users that a store lists at most (MaxUserNameListLength)."),
    key("role_list_limit", Number, "100", "Roles that a store lists at most (MaxRoleNameListLength)."),
    key(
        "challenge_separator",
        Text,
        "\"!\"",
        "What stands between a challenge question and its answer in the claim (Challenge.Question.Separator).",
    ),
    key("otp_length", Number, "6", "Characters of a one-time password, 6 to 64."),
    key(
        "otp_alphabet",
        Text,
        "\"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\"",
        "Characters that one-time passwords are made of.",
    ),
    key(
        "wrong_code_limit",
        Number,
        "5",
        "Wrong one-time passwords at the login page until the code is void; wrong answers in a recovery until its key is.",
    ),
    key(
        "recovery_captcha",
        Flag,
        "true",
        "UserInformationRecoveryService asks for the text of a picture (Captcha.Verification.Internally.Managed).",
    ),
    key(
        "original_recovery_answers",
        Flag,
        "false",
        "The REST recovery API says who exists, as the original does; otherwise it answers alike for everybody.",
    ),
    key(
        "recovery_key_minutes",
        Number,
        "5",
        "Minutes between two steps of UserInformationRecoveryService (Notification.Expire.Time).",
    ),
    key(
        "attempts_per_minute",
        Number,
        "120",
        "Logins and codes that one client address may present a minute at the pages, and have refused of a name at the services.",
    ),
    key("admin_session_minutes", Number, "15", "Minutes a JSESSIONID lives without use."),
    key(
        "session_minutes",
        Number,
        "15",
        "Minutes a browser session lives without use, until a tenant says otherwise.",
    ),
    key(
        "remember_me_minutes",
        Number,
        "20160",
        "Minutes a remembered browser session lives, until a tenant says otherwise.",
    ),
    key(
        "idle_check_at",
        Text,
        "\"20:00:00\"",
        "Time of day, in UTC, at which accounts that nobody uses are looked at where the policy Lock Idle Accounts is on (suspension.notification.trigger.time).",
    ),
    key(
        "forward_auth_origins",
        List,
        "[]",
        "Origins of applications behind a proxy that asks /forward-auth, for example \"https://app.example.org\".",
    ),
    key(
        "session_cookie_domain",
        Text,
        "",
        "Domain of the session cookie, for applications on other hosts of it; without one it is for this host alone.",
    ),
    key(
        "send_lock_mails_on_reset",
        Flag,
        "false",
        "Also send the account-locked and -unlocked mails when a reset is forced and finished.",
    ),
    key("default_locale", Text, "\"en_US\"", "Locale of mails to users without one."),
    key("body_limit", Number, "10485760", "Bytes of a request's body, unpacked."),
    key("header_limit", Number, "8192", "Bytes of a request's head."),
    key(
        "connections",
        Number,
        "1024",
        "Open connections of each listener; when all are taken, the one that waits longest for its client makes room.",
    ),
    key("requests_per_connection", Number, "200", "Requests until a connection is closed."),
    key("handshake_seconds", Number, "10", "Time for a TLS handshake."),
    key("header_seconds", Number, "30", "Time for the head of a request, and for an idle connection."),
    key("body_seconds", Number, "60", "Time for the body of a request, and to take some of an answer."),
    key("shutdown_seconds", Number, "10", "Time for open connections to finish when the server stops."),
    key("log.level", Text, "\"info\"", "error, warn, info, debug or trace; RUST_LOG wins."),
    key("log.json", Flag, "false", "Write the log as JSON, a line each."),
    key(
        "mail.transport",
        Text,
        "\"auto\"",
        "smtp, directory (files in mail.directory), or auto: smtp once mail.host is set.",
    ),
    key(
        "mail.directory",
        Text,
        "",
        "Folder for mails as .eml files; the folder mail of data_dir unless set.",
    ),
    key("mail.from", Text, "", "Sender (mail.smtp.from)."),
    key("mail.host", Text, "", "Mail server (mail.smtp.host)."),
    key("mail.port", Number, "587", "Port of the mail server (mail.smtp.port)."),
    key("mail.user", Text, "", "Account at the mail server (mail.smtp.user); without it there is no login."),
    key("mail.password", Text, "", "Password of the account (mail.smtp.password)."),
    key("mail.auth", Flag, "true", "Log in when there is an account (mail.smtp.auth)."),
    key(
        "mail.starttls",
        Flag,
        "false",
        "Use STARTTLS when the server offers it (mail.smtp.starttls.enable).",
    ),
    key(
        "mail.starttls_required",
        Flag,
        "false",
        "Send nothing without STARTTLS (mail.smtp.starttls.required).",
    ),
    key("mail.tls", Flag, "false", "TLS from the first byte (mail.smtp.ssl.enable)."),
    key(
        "mail.trust_any_certificate",
        Flag,
        "false",
        "Accept any certificate of the mail server (mail.smtp.ssl.trust=*).",
    ),
    key(
        "mail.trusted_certificates",
        Text,
        "",
        "PEM file with further certificates to accept: of authorities, or of the server itself.",
    ),
    key("mail.hello_name", Text, "", "Name to greet the mail server with (mail.smtp.localhost)."),
    key(
        "mail.timeout_seconds",
        Number,
        "30",
        "Time until the mail server takes the text of a mail (mail.smtp.timeout, mail.smtp.connectiontimeout); the answer to it is waited for longer, so that no mail is sent twice.",
    ),
    key("mail.concurrency", Number, "8", "Mails sent at the same time (minThread)."),
];

/// The commented `soapstone.toml` with every default.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(
        "# Settings of Soapstone. Every key can also be set by the environment variable named beside it; for a secret,\n\
         # the same name with _FILE gives a file to read it from. Commented keys are not set.\n",
    );
    let mut section = "";
    for key in KEYS {
        let (own, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if own != section {
            section = own;
            let _ = write!(out, "\n[{section}]\n");
        }
        let _ = write!(out, "\n# {}\n# {}\n", key.meaning, key.variable());
        match key.default {
            "" => {
                let _ = writeln!(out, "# {name} = \"\"");
            }
            default => {
                let _ = writeln!(out, "{name} = {default}");
            }
        }
    }
    out.push_str(super::service_provider::REFERENCE);
    out
}
