//! Putting the sources together.

use super::error::Error;
use super::keys::{KEYS, Key, Kind};
use super::settings::{MailTransport, Settings};
use super::wso2;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

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

/// Settings with what should be said about them.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What was found and is not used, or is worth knowing.
    pub warnings: Vec<String>,
    /// Files that were read.
    pub files: Vec<PathBuf>,
}

/// Reads every source.
///
/// # Errors
/// The first mistake, with its place and a hint.
pub fn load(sources: &Sources) -> Result<Loaded, Error> {
    let overrides = overrides(sources)?;
    let data_dir = text_of(&overrides, "data_dir").unwrap_or_else(|| "./soapstone-data".to_owned());
    let file = sources.file.clone().or_else(|| {
        let usual = Path::new(&data_dir).join("soapstone.toml");
        usual.exists().then_some(usual)
    });
    let mut files = Vec::new();
    let mut table = Table::new();
    if let Some(path) = &file {
        table = read_toml(path)?;
        files.push(path.clone());
    }
    let config_dir = text_of(&overrides, "config_dir").or_else(|| text_of(&table, "config_dir"));
    let mut warnings = Vec::new();
    let mut merged = Table::new();
    let mut templates = Vec::new();
    if let Some(folder) = config_dir {
        let found = wso2::read(Path::new(&folder))?;
        if found.files.is_empty() {
            warnings.push(format!("config_dir {folder}: none of the files that are looked for is there"));
        }
        merge(&mut merged, found.table);
        warnings.extend(found.warnings);
        files.extend(found.files);
        templates = found.templates;
    }
    merge(&mut merged, table);
    merge(&mut merged, overrides);
    let mut settings: Settings =
        Value::Table(merged).try_into().map_err(|error: toml::de::Error| Error::Value {
            origin: "configuration".to_owned(),
            key: "value".to_owned(),
            why: error.message().to_owned(),
            hint: "`soapstone check-config --print-defaults` lists every key with its default".to_owned(),
        })?;
    settings.templates = templates;
    check(&settings)?;
    if settings.mail.host.is_none() && settings.mail.transport != MailTransport::Smtp {
        warnings
            .push("no mail server is configured: mails are written to files, see mail.directory".to_owned());
    }
    Ok(Loaded { settings, warnings, files })
}

/// Environment and flags as one table; flags win.
fn overrides(sources: &Sources) -> Result<Table, Error> {
    let mut table = Table::new();
    for key in KEYS {
        let variable = key.variable();
        let of = |name: &str| sources.environment.iter().find(|(known, _)| known == name);
        if let Some((_, value)) = of(&variable) {
            set(&mut table, key, value, &format!("environment variable {variable}"))?;
        } else if let Some((name, path)) = of(&format!("{variable}_FILE")) {
            let text = std::fs::read_to_string(path)
                .map_err(|source| Error::Io { path: PathBuf::from(path), source })?;
            set(
                &mut table,
                key,
                text.trim_end_matches(['\r', '\n']),
                &format!("environment variable {name}"),
            )?;
        }
    }
    for (name, value) in &sources.flags {
        if let Some(key) = KEYS.iter().find(|key| key.name == *name) {
            set(&mut table, key, value, &format!("flag --{}", name.replace(['_', '.'], "-")))?;
        }
    }
    Ok(table)
}

fn set(table: &mut Table, key: &Key, text: &str, origin: &str) -> Result<(), Error> {
    let wrong = |expected: &str| Error::Value {
        origin: origin.to_owned(),
        key: key.name.to_owned(),
        why: format!("{text:?} is not {expected}"),
        hint: key.meaning.to_owned(),
    };
    let value = match key.kind {
        Kind::Text => Value::String(text.to_owned()),
        Kind::Number => Value::Integer(text.trim().parse().map_err(|_| wrong("a whole number"))?),
        Kind::Flag => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Value::Boolean(true),
            "false" | "0" | "no" | "off" => Value::Boolean(false),
            _ => return Err(wrong("true or false")),
        },
        Kind::List => Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| Value::String(part.to_owned()))
                .collect(),
        ),
    };
    insert(table, key.name, value);
    Ok(())
}

/// Puts a value under its dotted name.
pub(super) fn insert(table: &mut Table, name: &str, value: Value) {
    match name.split_once('.') {
        None => {
            table.insert(name.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

fn merge(into: &mut Table, from: Table) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Value::Table(inner)), Value::Table(value)) => merge(inner, value),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

fn text_of(table: &Table, name: &str) -> Option<String> {
    table.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn read_toml(path: &Path) -> Result<Table, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let at = |error: &toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        Error::Syntax {
            path: path.to_owned(),
            line,
            column,
            why: error.message().to_owned(),
            hint: "`soapstone check-config --print-defaults` lists every key with its default",
        }
    };
    // Read as settings once, for errors that know their line; as a table for merging.
    toml::from_str::<Settings>(&text).map_err(|error| at(&error))?;
    toml::from_str(&text).map_err(|error| at(&error))
}

/// Values that parse but cannot work.
fn check(settings: &Settings) -> Result<(), Error> {
    let wrong = |key: &str, why: String, hint: &str| {
        Err(Error::Value {
            origin: "configuration".to_owned(),
            key: key.to_owned(),
            why,
            hint: hint.to_owned(),
        })
    };
    if settings.tls_certificate.is_some() != settings.tls_key.is_some() {
        return wrong(
            "tls_certificate",
            "certificate and key go together".to_owned(),
            "set both tls_certificate and tls_key, or neither",
        );
    }
    if !(6..=64).contains(&settings.otp_length) {
        return wrong("otp_length", format!("{} is out of range", settings.otp_length), "use 6 to 64");
    }
    for (key, value) in [
        ("wrong_code_limit", settings.wrong_code_limit),
        ("admin_session_minutes", settings.admin_session_minutes),
        ("session_minutes", settings.session_minutes),
        ("remember_me_minutes", settings.remember_me_minutes),
        ("attempts_per_minute", i64::from(settings.attempts_per_minute)),
        ("connections", i64::try_from(settings.connections).unwrap_or(i64::MAX)),
    ] {
        if value < 1 {
            return wrong(key, format!("{value} is too small"), "use a number greater than 0");
        }
    }
    if let Some(url) = &settings.public_url
        && !url.starts_with("https://")
        && !url.starts_with("http://")
    {
        return wrong(
            "public_url",
            format!("{url:?} is no address"),
            "write it like https://is.example.org:9443",
        );
    }
    if settings.mail.transport == MailTransport::Smtp && settings.mail.host.is_none() {
        return wrong("mail.host", "is not set".to_owned(), "set it, or mail.transport to directory");
    }
    Ok(())
}
