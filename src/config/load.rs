//! Putting the sources together.

use super::address::is_web;
use super::collected::{Collected, Origins, wrong};
use super::error::{Error, plainly};
use super::keys::{KEYS, Key, Kind};
use super::service_provider::ServiceProvider;
use super::settings::{MailTransport, Mistake, Settings};
use super::wso2;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

/// How the names of variables begin.
const PREFIX: &str = "SOAPSTONE_";

/// Where settings come from, beside their defaults.
#[derive(Debug, Default)]
pub struct Sources {
    /// `--config`; without it `soapstone.toml` in the data directory is read if it is there.
    pub file: Option<PathBuf>,
    /// Flags: keys and their values as texts.
    pub flags: Vec<(&'static str, String)>,
    /// The environment.
    pub environment: Vec<(String, String)>,
}

/// What an environment says of settings.
///
/// # Errors
/// [`Error::Value`] for what is no text: a password in another encoding would be another password.
pub fn environment(
    variables: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, Error> {
    let named = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let own = named.filter(|(name, _)| name.starts_with(PREFIX));
    own.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(Error::Value {
            origin: "environment variable".to_owned(),
            key: name,
            why: "it is not UTF-8".to_owned(),
            hint: "write it in that encoding, or name a file with …_FILE".to_owned(),
        }),
    })
    .collect()
}

/// Settings with what should be said about them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What was found and is not used, or is worth knowing.
    pub warnings: Vec<String>,
    /// Files that were read.
    pub files: Vec<PathBuf>,
    origins: Origins,
}

impl Loaded {
    /// The mistake that the value of a key cannot work, found by those who use it, with the place where it was set.
    #[must_use]
    pub fn refused(&self, key: &str, why: String, hint: &str) -> Error {
        self.origins.refused(key, why, hint)
    }

    /// Where a key was set.
    #[must_use]
    pub fn place_of(&self, key: &str) -> &str {
        self.origins.of(key)
    }

    /// Looks whether the files that settings name can be read. Only those who use them have to be able to.
    ///
    /// # Errors
    /// Names the setting, its place and the file.
    pub fn check_files(&self) -> Result<(), Error> {
        let own = &self.settings;
        for (key, path) in [
            ("tls_certificate", &own.tls_certificate),
            ("tls_key", &own.tls_key),
            ("mail.trusted_certificates", &own.mail.trusted_certificates),
        ] {
            if let Some(path) = path {
                std::fs::File::open(path)
                    .map_err(|error| unreadable(self.place_of(key), key, path, &error))?;
            }
        }
        Ok(())
    }
}

/// A setting that names a file which cannot be read.
fn unreadable(origin: &str, key: &str, path: &Path, error: &std::io::Error) -> Error {
    let here = std::env::current_dir().unwrap_or_default();
    Error::Value {
        origin: origin.to_owned(),
        key: key.to_owned(),
        why: format!("{}: {error}", path.display()),
        hint: match path.is_absolute() {
            true => "check the path and its permissions".to_owned(),
            false => format!("check the path, which counts from {}, and its permissions", here.display()),
        },
    }
}

/// Something that was set, and where.
struct Given {
    key: &'static str,
    value: Value,
    origin: String,
}

/// Reads every source.
///
/// # Errors
/// The first mistake, with its place and a hint.
pub fn load(sources: &Sources) -> Result<Loaded, Error> {
    // What later sources say about the places of earlier ones comes first.
    let later = environment_and_flags(sources)?;
    let data_dir = last_text(&later, "data_dir").unwrap_or("./soapstone-data");
    let usual = Path::new(data_dir).join("soapstone.toml");
    let file = sources.file.clone().or_else(|| usual.exists().then_some(usual));
    let mut files = Vec::new();
    let (mut own, mut service_providers) = (Vec::new(), Vec::new());
    if let Some(path) = &file {
        (own, service_providers) = read_toml(path)?;
        files.push(path.clone());
    }
    let mut collected = Collected::default();
    let mut warnings = Vec::new();
    let mut templates = Vec::new();
    let mut first_policies = Vec::new();
    let mut identity_providers = Vec::new();
    if let Some(folder) = last_text(&later, "config_dir").or_else(|| last_text(&own, "config_dir")) {
        // A folder that is not there was mistyped; one without any of the files may be meant for later.
        std::fs::read_dir(folder).map_err(|source| Error::Io { path: PathBuf::from(folder), source })?;
        let found = wso2::read(Path::new(folder))?;
        if found.files.is_empty() {
            warnings.push(format!("config_dir {folder}: none of the files that are looked for is there"));
        }
        for (key, value, origin) in found.values {
            collected.set(key, value, &origin)?;
        }
        warnings.extend(found.warnings);
        files.extend(found.files);
        templates = found.templates;
        first_policies = found.first_policies;
        identity_providers = found.identity_providers;
        // What is said here wins over what a file of the original says of the same one.
        let is_new = |one: &ServiceProvider| service_providers.iter().all(|own| own.issuer != one.issuer);
        let further: Vec<_> = found.service_providers.into_iter().filter(is_new).collect();
        service_providers.extend(further);
    }
    for given in own.into_iter().chain(later) {
        collected.set(given.key, given.value, &given.origin)?;
    }
    let mut settings = collected.settings()?;
    settings.templates = templates;
    settings.first_policies = first_policies;
    settings.identity_providers = identity_providers;
    settings.service_providers = service_providers;
    warnings.extend(unknown_variables(sources));
    let origins = collected.into_origins();
    warnings.extend(worth_knowing(&settings, &origins));
    Ok(Loaded { settings, warnings, files, origins })
}

/// What works as it was set, and may not be what was meant.
fn worth_knowing(settings: &Settings, origins: &Origins) -> Vec<String> {
    let mut said = Vec::new();
    if settings.mail.host.is_none() && settings.mail.transport != MailTransport::Smtp {
        said.push("no mail server is configured: mails are written to files, see mail.directory".to_owned());
    }
    if settings.mail.host.is_some() && settings.mail.from.is_none() {
        said.push(format!(
            "{}: mails are sent as soapstone@localhost, which most mail servers refuse: set mail.from",
            origins.of("mail.host")
        ));
    }
    if settings.hide_admin_service_wsdls {
        said.push(format!(
            "{}: WSDLs of admin services are hidden; hide_admin_service_wsdls = false in soapstone.toml shows them",
            origins.of("hide_admin_service_wsdls")
        ));
    }
    if !settings.is_loopback() && settings.public_url.is_none() && settings.host_name.is_none() {
        said.push(format!(
            "{}: links in mails and redirects lead to localhost, where other machines find nothing: set public_url",
            origins.of("bind")
        ));
    }
    said
}

/// The text that the last of several gives a key; an empty one says nothing.
fn last_text<'g>(given: &'g [Given], key: &str) -> Option<&'g str> {
    let mut texts =
        given.iter().rev().filter(|given| given.key == key).filter_map(|given| given.value.as_str());
    texts.find(|text| !text.is_empty())
}

/// What the environment says, and behind it the flags, which win.
fn environment_and_flags(sources: &Sources) -> Result<Vec<Given>, Error> {
    let mut given = Vec::new();
    for key in KEYS {
        let variable = key.variable();
        let of = |name: &str| sources.environment.iter().find(|(known, _)| known == name);
        // Who passes on a variable that he has not set passes on an empty one, which is no number and no yes or no.
        let says = |(_, text): &&(String, String)| match key.kind {
            Kind::Number | Kind::Flag => !text.trim().is_empty(),
            Kind::Text | Kind::List => true,
        };
        let own = of(&variable).filter(says);
        let file = of(&format!("{variable}_FILE"))
            .filter(|(_, path)| !path.is_empty() && own.is_none_or(|(_, text)| text.is_empty()));
        if let Some((name, path)) = file {
            let origin = format!("environment variable {name}");
            let text = std::fs::read_to_string(path)
                .map_err(|error| unreadable(&origin, key.name, Path::new(path), &error))?;
            given.push(read_text(key, text.trim_end_matches(['\r', '\n']), origin)?);
        } else if let Some((name, text)) = own {
            given.push(read_text(key, text, format!("environment variable {name}"))?);
        }
    }
    for (name, text) in &sources.flags {
        if let Some(key) = KEYS.iter().find(|key| key.name == *name) {
            given.push(read_text(key, text, format!("flag --{}", name.replace(['_', '.'], "-")))?);
        }
    }
    Ok(given)
}

/// Says which variables look like settings and are none: they were mistyped. Those that Kubernetes sets for a service of
/// the program's name are nobody's mistake.
fn unknown_variables(sources: &Sources) -> impl Iterator<Item = String> {
    // What the command line reads by itself.
    let others = ["SOAPSTONE_CONFIG", "SOAPSTONE_PASSWORD"];
    let is_setting = move |name: &str| {
        let bare = name.strip_suffix("_FILE").unwrap_or(name);
        others.contains(&name) || KEYS.iter().any(|key| [name, bare].contains(&key.variable().as_str()))
    };
    let of_a_service = |name: &str, value: &str| match name {
        // The address as a URL, where people who mistyped a setting write a number.
        "PORT" => value.contains("://"),
        name => ["PORT_", "SERVICE_HOST", "SERVICE_PORT"].iter().any(|known| name.starts_with(known)),
    };
    let unknown = sources.environment.iter().filter(move |(name, value)| {
        name.strip_prefix(PREFIX).is_some_and(|rest| !of_a_service(rest, value) && !is_setting(name))
    });
    unknown.map(|(name, _)| format!("environment variable {name}: there is no such setting"))
}

fn read_text(key: &'static Key, text: &str, origin: String) -> Result<Given, Error> {
    let not = |expected: &str| wrong(key, &origin, format!("{text:?} is not {expected}"));
    let value = match key.kind {
        Kind::Text => Value::String(text.to_owned()),
        Kind::Number => Value::Integer(text.trim().parse().map_err(|_| not("a whole number"))?),
        Kind::Flag => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Value::Boolean(true),
            "false" | "0" | "no" | "off" => Value::Boolean(false),
            _ => return Err(not("true or false")),
        },
        Kind::List => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect(),
        ),
    };
    Ok(Given { key: key.name, value, origin })
}

/// Reads a `soapstone.toml`; every value knows its line.
fn read_toml(path: &Path) -> Result<(Vec<Given>, Vec<ServiceProvider>), Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let (line, column) = place(&String::from_utf8_lossy(before), before.len());
        let (path, why) = (path.to_owned(), "a character that is not UTF-8".to_owned());
        Error::Syntax { path, line, column, why, hint: "save the file as UTF-8" }
    })?;
    let syntax = |error: &toml::de::Error| {
        let (line, column) = place(&text, error.span().map_or(0, |span| span.start));
        Error::Syntax {
            path: path.to_owned(),
            line,
            column,
            why: plainly(error.message()),
            hint: "`soapstone check-config --print-defaults` lists every key with its default",
        }
    };
    // As settings for mistakes in names and types, as values for the rest, and with places.
    let read = toml::from_str::<Settings>(&text).map_err(|error| syntax(&error))?;
    let values: toml::Table = toml::from_str(&text).map_err(|error| syntax(&error))?;
    let spans = DeTable::parse(&text).map_err(|error| syntax(&error))?;
    let origin = |offset: usize| format!("{}:{}", path.display(), place(&text, offset).0);
    let providers = complete_all(read.service_providers, spans.get_ref(), path, origin)?;
    Ok((given(&values, spans.get_ref(), origin), providers))
}

/// Line and column, from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or("");
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (before.matches('\n').count() + 1, column)
}

/// The values of a file, in the order of the keys.
fn given(values: &toml::Table, spans: &DeTable<'_>, origin: impl Fn(usize) -> String) -> Vec<Given> {
    let mut given = Vec::new();
    for key in KEYS {
        let (value, span) = match key.name.split_once('.') {
            None => (values.get(key.name), spans.get_key_value(key.name)),
            Some((section, name)) => (
                values.get(section).and_then(|section| section.get(name)),
                spans.get(section).and_then(|section| match section.get_ref() {
                    DeValue::Table(section) => section.get_key_value(name),
                    _ => None,
                }),
            ),
        };
        if let (Some(value), Some((at, _))) = (value, span) {
            given.push(Given { key: key.name, value: value.clone(), origin: origin(at.span().start) });
        }
    }
    given
}

/// Completes the service providers of a file; a mistake is told with the line of its key.
fn complete_all(
    mut providers: Vec<ServiceProvider>,
    spans: &DeTable<'_>,
    path: &Path,
    origin: impl Fn(usize) -> String,
) -> Result<Vec<ServiceProvider>, Error> {
    let tables = match spans.get("service_provider").map(Spanned::get_ref) {
        Some(DeValue::Array(tables)) => tables.as_ref(),
        _ => &[],
    };
    let mut issuers = HashSet::new();
    for (provider, table) in providers.iter_mut().zip(tables) {
        let is_new = issuers.insert(provider.issuer.clone());
        complete(provider, path, is_new).map_err(|mistake| {
            let key = match table.get_ref() {
                DeValue::Table(table) => table.get_key_value(mistake.key).map(|(key, _)| key.span()),
                _ => None,
            };
            let at = origin(key.unwrap_or(table.span()).start);
            Error::Value {
                origin: format!("{at}: service_provider {:?}", provider.issuer),
                key: mistake.key.to_owned(),
                why: mistake.why,
                hint: mistake.hint.to_owned(),
            }
        })?;
    }
    Ok(providers)
}

/// Reads the certificate of a service provider, and refuses one that could never work.
fn complete(provider: &mut ServiceProvider, path: &Path, is_new: bool) -> Result<(), Mistake> {
    let wrong = |key, why: String, hint| Err(Mistake { key, why, hint });
    if let Some(file) = &provider.certificate_file {
        let file = path.with_file_name("").join(file);
        match std::fs::read_to_string(&file) {
            Ok(text) => provider.certificate = Some(text),
            Err(error) => {
                let hint = "name a PEM file that can be read, relative to this file";
                return wrong("certificate_file", format!("{}: {error}", file.display()), hint);
            }
        }
    }
    if provider.issuer.trim().is_empty() {
        wrong("issuer", "it is missing".to_owned(), "write the name that the application's requests carry")
    } else if !is_new {
        wrong("issuer", "another one has it".to_owned(), "write everything of an issuer in one table")
    } else if provider.consumer_urls.is_empty() {
        wrong("consumer_urls", "it is missing".to_owned(), "name the address that answers go to")
    } else if let Some(url) = provider.consumer_urls.iter().find(|url| !is_web(url)) {
        let hint = "write it like https://app.example.org/saml/acs";
        wrong("consumer_urls", format!("{url:?} is no address of the web"), hint)
    } else if provider.verify_requests && provider.certificate.is_none() {
        let hint = "set certificate_file, too";
        wrong("verify_requests", "there is no certificate to verify them with".to_owned(), hint)
    } else {
        Ok(())
    }
}
