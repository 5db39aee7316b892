//! Settings made into what the parts want: the domain's policy, the mail worker's settings, the services' publication.

use super::file_providers;
use super::limits::Limits;
use crate::config::{FirstPolicy, MailTransport, Settings, time_of_day};
use crate::domain::{Now, Policy, otp, pattern, template};
use crate::mail;
use crate::services::{Machine, OnHttp, Process, Publication};
use crate::soap::BeanPrefixes;
use std::path::Path;
use std::time::Duration;
use tokio::sync::watch;

/// A pattern that would match nothing.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {why}\nhint: {hint}")]
pub struct BadPattern {
    /// The key that holds it.
    pub key: &'static str,
    /// What is wrong.
    pub why: String,
    /// What to do.
    pub hint: &'static str,
}

/// What user names look like where mail addresses are names (IS 5.3.0, EnableEmailUserName).
const MAIL_NAMES: &str = r"^([a-zA-Z0-9_\.\-])+\@(([a-zA-Z0-9\-])+\.)+([a-zA-Z0-9]{2,4})+$";

/// The domain's rules.
///
/// # Errors
/// A pattern that cannot be compiled, which would refuse every name or password.
pub fn policy(settings: &Settings, https_port: u16, certificate: String) -> Result<Policy, BadPattern> {
    for (key, pattern) in [
        ("username_pattern", &settings.username_pattern),
        ("role_pattern", &settings.role_pattern),
        ("password_pattern", &settings.password_pattern),
    ] {
        if !pattern::is_valid(pattern) {
            let hint = "write it as in Java, without slashes around it";
            return Err(BadPattern { key, why: format!("{pattern:?} is no expression"), hint });
        }
    }
    let name = "passwordPolicy.pattern";
    if let Some(first) = settings.first_policies.iter().find(|first| first.name == name)
        && !pattern::is_valid(&first.value)
    {
        let why = format!("{}: {:?} is no expression", first.origin, first.value);
        return Err(BadPattern { key: name, why, hint: "write it as in Java, with backslashes doubled" });
    }
    let first_policy = |first: &FirstPolicy| (first.name.to_owned(), first.value.clone());
    let defaults = Policy::default();
    // The shipped pattern has no `@`: where mail addresses are names the original has another one.
    let as_shipped = settings.username_pattern == defaults.username_pattern;
    let user_names = match settings.email_user_names && as_shipped {
        true => MAIL_NAMES,
        false => settings.username_pattern.as_str(),
    };
    Ok(Policy {
        username_pattern: user_names.to_owned(),
        role_pattern: settings.role_pattern.clone(),
        password_pattern: settings.password_pattern.clone(),
        password_message: settings.password_message.clone(),
        email_user_names: settings.email_user_names,
        list_limit: settings.user_list_limit,
        role_list_limit: settings.role_list_limit,
        challenge_separator: settings.challenge_separator.clone(),
        otp: otp::Shape::new(settings.otp_length, &settings.otp_alphabet).unwrap_or(defaults.otp),
        wrong_code_limit: settings.wrong_code_limit,
        recovery_key_minutes: settings.recovery_key_minutes,
        captcha: settings.recovery_captcha,
        tells_who_exists: settings.original_recovery_answers,
        original_permissions: settings.original_permissions,
        public_url: settings.public_url_at(https_port),
        forward_auth_origins: settings.forward_auth_origins.clone(),
        session_cookie_domain: settings.session_cookie_domain.clone(),
        host_name: settings.host().to_owned(),
        saml_entity_id: settings.saml_entity_id.clone(),
        file_providers: file_providers::names(settings),
        show_lock_mails: settings.send_lock_mails_on_reset,
        default_locale: settings.default_locale.clone(),
        templates: templates(settings),
        first_policies: settings.first_policies.iter().map(first_policy).collect(),
        admin_idle_minutes: settings.admin_session_minutes,
        session_idle_minutes: settings.session_minutes,
        remember_me_minutes: settings.remember_me_minutes,
        idle_check_at: time_of_day(&settings.idle_check_at).unwrap_or(defaults.idle_check_at),
        certificate,
    })
}

/// Our own templates, replaced and extended by those of the operator's file.
fn templates(settings: &Settings) -> Vec<template::Template> {
    let mut all = template::shipped().to_vec();
    for own in &settings.templates {
        let own = template::Template {
            display: own.display.clone(),
            locale: own.locale.clone(),
            content_type: own.content_type.clone(),
            subject: own.subject.clone(),
            body: own.body.clone(),
            footer: own.footer.clone(),
        };
        let same = |known: &&mut template::Template| {
            template::type_of(&known.display) == template::type_of(&own.display)
                && known.locale.eq_ignore_ascii_case(&own.locale)
        };
        match all.iter_mut().find(same) {
            Some(known) => *known = own,
            None => all.push(own),
        }
    }
    all
}

/// How the services are published.
pub fn publication(settings: &Settings, https_port: u16) -> Publication {
    let on_http = match settings.http_admin_services.as_slice() {
        [] => OnHttp::None,
        names if names.iter().any(|name| name == "*") => OnHttp::All,
        names => OnHttp::Named(names.to_vec()),
    };
    Publication {
        realm_name: settings.realm_name.clone(),
        hide_wsdls: settings.hide_admin_service_wsdls,
        on_http,
        without_envelope: settings.calls_without_envelope,
        original_permissions: settings.original_permissions,
        bean_prefixes: BeanPrefixes::listed(&settings.answer_prefixes),
        host_name: settings.host_name.clone(),
        https_port,
        body_limit: settings.body_limit,
    }
}

/// What the server can say of the process it is.
pub fn process(
    settings: &Settings,
    started_at: Now,
    ready_at: Now,
    draining: watch::Receiver<bool>,
) -> Process {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    // `en_US.UTF-8`
    let country = variable("LANG").and_then(|locale| {
        let (_, rest) = locale.split_once('_')?;
        rest.get(..2).map(str::to_owned)
    });
    let version = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    Process {
        started_at,
        ready_at,
        draining,
        data_dir: settings.data_dir.display().to_string(),
        machine: Machine {
            system: std::env::consts::OS.to_owned(),
            system_version: version.map(|version| version.trim().to_owned()),
            user: variable("USER").or_else(|| variable("LOGNAME")),
            home: variable("HOME"),
            country,
        },
    }
}

/// Where mails go.
///
/// # Errors
/// A file with certificates that cannot be read.
pub fn mail(settings: &Settings, data_dir: &Path) -> Result<mail::Settings, std::io::Error> {
    let own = &settings.mail;
    let folder = own.directory.clone().unwrap_or_else(|| data_dir.join("mail"));
    let transport = match (own.transport, &own.host) {
        (MailTransport::Directory, _) | (MailTransport::Auto, None) => mail::Transport::Directory(folder),
        (_, None) => mail::Transport::Unconfigured,
        (_, Some(host)) => mail::Transport::Smtp(smtp(settings, host)?),
    };
    Ok(mail::Settings {
        from: own.from.clone().unwrap_or_else(|| {
            let host = settings.host();
            let is_address = host.parse::<std::net::IpAddr>().is_ok();
            format!("soapstone@{}", if is_address { "localhost" } else { host })
        }),
        transport,
        concurrency: own.concurrency,
    })
}

/// How long a mail server may take to say that it has a mail.
const PATIENCE: Duration = Duration::from_secs(300);

fn smtp(settings: &Settings, host: &str) -> Result<mail::Smtp, std::io::Error> {
    let own = &settings.mail;
    let login = match &own.user {
        Some(user) if own.auth && !own.password.0.is_empty() => {
            Some(mail::Login { user: user.clone(), password: own.password.0.clone().into() })
        }
        _ => None,
    };
    let encryption = match (own.tls, own.starttls_required, own.starttls) {
        (true, _, _) => mail::Encryption::Implicit,
        (_, true, _) => mail::Encryption::Required,
        (_, _, true) => mail::Encryption::Opportunistic,
        _ => mail::Encryption::Never,
    };
    let trust = if own.trust_any_certificate {
        mail::Trust::Anything
    } else {
        let further = own.trusted_certificates.as_ref().map(std::fs::read_to_string).transpose()?;
        mail::Trust::Authorities(further.into_iter().collect())
    };
    Ok(mail::Smtp {
        host: host.to_owned(),
        port: own.port,
        login,
        encryption,
        trust,
        hello_name: own.hello_name.clone(),
        timeout: Duration::from_secs(own.timeout_seconds.max(1)),
        patience: Duration::from_secs(own.timeout_seconds).max(PATIENCE),
    })
}

/// Limits on everything that arrives.
pub fn limits(settings: &Settings) -> Limits {
    Limits {
        connections: settings.connections,
        handshake: Duration::from_secs(settings.handshake_seconds),
        head: Duration::from_secs(settings.header_seconds),
        body_time: Duration::from_secs(settings.body_seconds),
        taking: Duration::from_secs(settings.body_seconds),
        body_size: settings.body_limit,
        head_size: settings.header_limit,
        requests: settings.requests_per_connection,
        drain: Duration::from_secs(settings.shutdown_seconds),
        ..Limits::default()
    }
}
