//! The XML files of an existing deployment, unmodified. Only what has a meaning here is read; the rest is left alone.

mod identity;
mod mail;
mod user_mgt;

use super::document::{Leaf, Names, read as document};
use super::error::Error;
use super::first_policies::{self, FirstPolicy};
use super::identity_mgt::{self, Read};
use super::identity_provider::{self, IdentityProvider};
use super::service_provider::{self, ServiceProvider};
use super::settings::Template;
use identity::Identity;
use mail::{Adapters, Mails};
use std::path::{Path, PathBuf};
use toml::Value;
use user_mgt::UserMgt;
use yaserde::YaDeserialize;

/// What the files of a folder say.
#[derive(Debug, Default)]
pub struct Found {
    /// Keys with their values and where each was set.
    pub values: Vec<(&'static str, Value, String)>,
    /// Mail templates.
    pub templates: Vec<Template>,
    /// Values that the account policies of new tenants begin with.
    pub first_policies: Vec<FirstPolicy>,
    /// Identity providers.
    pub identity_providers: Vec<IdentityProvider>,
    /// Service providers in `sso-idp-config.xml`.
    pub service_providers: Vec<ServiceProvider>,
    /// What was found and is not used.
    pub warnings: Vec<String>,
    /// The files that were there.
    pub files: Vec<PathBuf>,
}

impl Found {
    /// Takes a value of the file that was read last.
    fn set(&mut self, key: &'static str, line: Option<u32>, place: &str, value: Value) {
        let origin = format!("{}: {place}", self.place(line));
        self.values.push((key, value, origin));
    }

    /// Says that something in the file that was read last is not used.
    fn warn(&mut self, line: Option<u32>, text: &str) {
        let place = self.place(line);
        self.warnings.push(format!("{place}: {text}"));
    }

    /// Whether a text says yes; whatever is not `true` says no, as in the original, and a text that says neither is told.
    fn flag(&mut self, line: Option<u32>, place: &str, text: &str) -> Value {
        let (text, is) = (text.trim(), |word: &str| text.trim().eq_ignore_ascii_case(word));
        if !is("true") && !is("false") && !text.is_empty() {
            self.warn(line, &format!("{place}: {text:?} is neither true nor false, and counts as false"));
        }
        Value::Boolean(is("true"))
    }

    /// Whether what stands in an element is its value. What is in the vault of the original is not read, and nobody fills in
    /// placeholders: the word that stands there instead would become a password or a host.
    fn is_value(&mut self, key: &str, place: &str, line: Option<u32>, in_vault: bool, text: &str) -> bool {
        let why = if in_vault {
            "the value is in the vault of the cipher tool, which is not read"
        } else if is_placeholder(text) {
            "the value is a placeholder, which nobody fills in here"
        } else {
            return true;
        };
        self.warn(line, &format!("{place}: {why}; set {key} in soapstone.toml or the environment"));
        false
    }

    /// As [`Found::is_value`].
    fn counts(&mut self, key: &str, place: &str, element: &Leaf) -> bool {
        self.is_value(key, place, element.line, element.vault.is_some(), element.text())
    }

    /// The file that was read last, and a line of it.
    fn place(&self, line: Option<u32>) -> String {
        let file = self.files.last().map(|path| path.display().to_string()).unwrap_or_default();
        line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"))
    }
}

/// Reads the files that are there: in the folder itself or where the original keeps them below it.
pub fn read(folder: &Path) -> Result<Found, Error> {
    let mut found = Found::default();
    if let Some(carbon) =
        document::<Carbon>(folder, &["carbon.xml"], "Server", Names::Exact, &mut found.files)?
    {
        carbon.apply(&mut found);
    }
    let stores =
        document::<UserMgt>(folder, &["user-mgt.xml"], "UserManager", Names::Exact, &mut found.files)?;
    if let Some(stores) = stores {
        stores.apply(&mut found);
    }
    if let Some(identity) = document::<Identity>(
        folder,
        &["identity.xml", "identity/identity.xml"],
        "Server",
        Names::Exact,
        &mut found.files,
    )? {
        identity.apply(&mut found);
    }
    if let Some((path, bytes)) = first(folder, "identity.xml")? {
        found.first_policies = first_policies::of_elements(&path, &bytes)?;
    }
    let places = ["application-authentication.xml", "identity/application-authentication.xml"];
    if let Some(authentication) = document::<Authentication>(
        folder,
        &places,
        "ApplicationAuthentication",
        Names::Exact,
        &mut found.files,
    )? {
        authentication.apply(&mut found);
    }
    let adapters = document::<Adapters>(
        folder,
        &["output-event-adapters.xml"],
        "outputEventAdaptersConfig",
        Names::Exact,
        &mut found.files,
    )?;
    if let Some(adapters) = adapters {
        adapters.apply(&mut found);
    }
    let places = ["email-admin-config.xml", "email/email-admin-config.xml"];
    if let Some(mails) =
        document::<Mails>(folder, &places, "configurations", Names::AnyCase, &mut found.files)?
    {
        mails.apply(&mut found);
    }
    found.identity_providers = identity_provider::read(folder, &mut found.files, &mut found.warnings)?;
    found.service_providers = service_provider::read(folder, &mut found.files, &mut found.warnings)?;
    if let Some((path, bytes)) = first(folder, "identity-event.properties")? {
        found.first_policies.extend(first_policies::of_properties(&path, &bytes)?);
        found.files.push(path);
    }
    if let Some((path, bytes)) = first(folder, "identity-mgt.properties")? {
        found.files.push(path);
        for (key, line, place, value) in identity_mgt::read(&bytes) {
            let value = match value {
                Read::Flag(text) => found.flag(Some(line), place, &text),
                Read::Value(value) => value,
                Read::Nonsense(text) => {
                    found.warn(
                        Some(line),
                        &format!("{place}: {text:?} is no number above 0, and says nothing"),
                    );
                    continue;
                }
            };
            found.set(key, Some(line), place, value);
        }
    }
    Ok(found)
}

/// A file in the folder itself or below `identity`, where the original keeps it.
fn first(folder: &Path, name: &str) -> Result<Option<(PathBuf, Vec<u8>)>, Error> {
    let places = [folder.join(name), folder.join("identity").join(name)];
    let Some(path) = places.into_iter().find(|path| path.exists()) else { return Ok(None) };
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some((path, bytes))),
        Err(source) => Err(Error::Io { path, source }),
    }
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// A number, or the text that is none, for which the key has an answer.
fn number(value: &str) -> Value {
    value.trim().parse().map(Value::Integer).unwrap_or_else(|_| text(value))
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "Server")]
struct Carbon {
    #[yaserde(rename = "ProxyContextPath")]
    proxy_path: Option<Leaf>,
    #[yaserde(rename = "Name")]
    name: Option<Leaf>,
    #[yaserde(rename = "HostName")]
    host_name: Option<Leaf>,
    #[yaserde(rename = "HideAdminServiceWSDLs")]
    hide: Option<Leaf>,
    #[yaserde(rename = "EnableEmailUserName")]
    email_user_names: Option<Leaf>,
    #[yaserde(rename = "Ports")]
    ports: Option<Ports>,
    #[yaserde(rename = "Axis2Config")]
    axis2: Option<Axis2>,
}

#[derive(Debug, Default, YaDeserialize)]
struct Ports {
    #[yaserde(rename = "Offset")]
    offset: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct Axis2 {
    #[yaserde(rename = "HideAdminServiceWSDLs")]
    hide: Option<Leaf>,
    #[yaserde(rename = "HttpAdminServices")]
    http: Option<Leaf>,
}

/// A text that something else was to fill in: `${carbon.host}`, or `$env{HOST}` of other releases.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('$') && text.contains('{') && text.ends_with('}')
}

/// A value that stands there as it counts: not blank, and without a placeholder of the original's launcher.
fn plain(value: Option<&Leaf>) -> Option<(Option<u32>, &str)> {
    let (line, value) = (value?.line, value?.text().trim());
    (!value.is_empty() && !value.contains("${")).then_some((line, value))
}

impl Carbon {
    fn apply(&self, found: &mut Found) {
        if let Some((line, name)) = plain(self.name.as_ref()) {
            found.set("realm_name", line, "Name", text(name));
        }
        if let Some(host) = self.host_name.as_ref().filter(|host| found.counts("host_name", "HostName", host))
            && !host.text().trim().is_empty()
        {
            found.set("host_name", host.line, "HostName", text(host.text().trim()));
        }
        if let Some((line, path)) = plain(self.proxy_path.as_ref()) {
            found.warn(
                line,
                &format!("ProxyContextPath {path} is not used: a proxy has to send whole hosts here"),
            );
        }
        let hide = self.hide.as_ref().or_else(|| self.axis2.as_ref()?.hide.as_ref());
        if let Some(hide) = hide {
            let value = found.flag(hide.line, "HideAdminServiceWSDLs", hide.text());
            found.set("hide_admin_service_wsdls", hide.line, "HideAdminServiceWSDLs", value);
        }
        if let Some(on) = &self.email_user_names {
            let value = found.flag(on.line, "EnableEmailUserName", on.text());
            found.set("email_user_names", on.line, "EnableEmailUserName", value);
        }
        let place = "Ports/Offset";
        let offset = self.ports.as_ref().and_then(|ports| ports.offset.as_ref());
        if let Some(offset) = offset.filter(|offset| found.counts("https_port and http_port", place, offset))
            && !offset.text().trim().is_empty()
        {
            for (key, port) in [("https_port", 9443), ("http_port", 9763)] {
                found.set(key, offset.line, place, shifted(port, offset.text().trim()));
            }
        }
        if let Some(http) = self.axis2.as_ref().and_then(|axis2| axis2.http.as_ref()) {
            let names = http.text().split(',').map(text).collect();
            let place = "Axis2Config/HttpAdminServices";
            found.set("http_admin_services", http.line, place, Value::Array(names));
        }
    }
}

/// A port with the offset that stands in a file; what is no port is shown as it stands there.
fn shifted(port: i64, offset: &str) -> Value {
    let Ok(number) = offset.parse::<i64>() else { return text(offset) };
    match u16::try_from(port.saturating_add(number)) {
        Ok(port) => Value::Integer(port.into()),
        Err(_) => text(&format!("{port} + {number}")),
    }
}

#[derive(Debug, Default, YaDeserialize)]
struct NamedProperty {
    #[yaserde(attribute = true, rename = "soapstone-line")]
    line: Option<u32>,
    #[yaserde(attribute = true)]
    name: Option<String>,
    #[yaserde(text = true)]
    value: Option<String>,
}

impl NamedProperty {
    /// The first of that name.
    fn find<'p>(all: impl IntoIterator<Item = &'p Self>, name: &str) -> Option<&'p Self> {
        all.into_iter().find(|one| one.name.as_deref() == Some(name))
    }

    fn value(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "ApplicationAuthentication")]
struct Authentication {
    #[yaserde(rename = "AuthenticatorConfigs")]
    configs: Option<AuthenticatorConfigs>,
}

#[derive(Debug, Default, YaDeserialize)]
struct AuthenticatorConfigs {
    #[yaserde(rename = "AuthenticatorConfig")]
    configs: Vec<AuthenticatorConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct AuthenticatorConfig {
    #[yaserde(attribute = true)]
    name: Option<String>,
    #[yaserde(rename = "Parameter")]
    parameters: Vec<NamedProperty>,
}

impl Authentication {
    fn apply(&self, found: &mut Found) {
        let configs = self.configs.iter().flat_map(|configs| &configs.configs);
        let basic = configs.filter(|config| config.name.as_deref() == Some("BasicAuthenticator"));
        let name = "showAuthFailureReason";
        if let Some(shown) = NamedProperty::find(basic.flat_map(|config| &config.parameters), name) {
            let value = found.flag(shown.line, name, shown.value());
            found.set("show_auth_failure_reason", shown.line, name, value);
        }
    }
}
