//! The XML files of an existing deployment, unmodified. Only what has a meaning here is read; the rest is left alone.

mod mail;

use super::document::{Leaf, Names, read as document};
use super::error::Error;
use super::identity_mgt;
use super::identity_provider::{self, IdentityProvider};
use super::service_provider::{self, ServiceProvider};
use super::settings::Template;
use mail::{Adapters, Mails};
use std::path::{Path, PathBuf};
use toml::Value;
use yaserde::YaDeserialize;

/// What the files of a folder say.
#[derive(Debug, Default)]
pub struct Found {
    /// Keys with their values and where each was set.
    pub values: Vec<(&'static str, Value, String)>,
    /// Mail templates.
    pub templates: Vec<Template>,
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

    /// The file that was read last, and a line of it.
    fn place(&self, line: Option<u32>) -> String {
        let file = self.files.last().map(|path| path.display().to_string()).unwrap_or_default();
        line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"))
    }
}

/// Reads the files that are there: in the folder itself or where the original keeps them below it.
pub fn read(folder: &Path) -> Result<Found, Error> {
    let mut found = Found::default();
    if let Some(carbon) = document::<Carbon>(folder, &["carbon.xml"], Names::Exact, &mut found.files)? {
        carbon.apply(&mut found);
    }
    let stores = document::<UserMgt>(folder, &["user-mgt.xml"], Names::Exact, &mut found.files)?;
    if let Some(stores) = stores {
        stores.apply(&mut found);
    }
    if let Some(identity) = document::<Identity>(
        folder,
        &["identity.xml", "identity/identity.xml"],
        Names::Exact,
        &mut found.files,
    )? {
        identity.apply(&mut found);
    }
    let places = ["application-authentication.xml", "identity/application-authentication.xml"];
    if let Some(authentication) = document::<Authentication>(folder, &places, Names::Exact, &mut found.files)?
    {
        authentication.apply(&mut found);
    }
    let adapters =
        document::<Adapters>(folder, &["output-event-adapters.xml"], Names::Exact, &mut found.files)?;
    if let Some(adapters) = adapters {
        adapters.apply(&mut found);
    }
    let places = ["email-admin-config.xml", "email/email-admin-config.xml"];
    if let Some(mails) = document::<Mails>(folder, &places, Names::AnyCase, &mut found.files)? {
        mails.apply(&mut found);
    }
    found.identity_providers = identity_provider::read(folder, &mut found.files, &mut found.warnings)?;
    found.service_providers = service_provider::read(folder, &mut found.files, &mut found.warnings)?;
    let places = ["identity-mgt.properties", "identity/identity-mgt.properties"];
    if let Some(path) = places.iter().map(|place| folder.join(place)).find(|path| path.exists()) {
        let text = std::fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        found.files.push(path);
        for (key, line, place, value) in identity_mgt::read(&String::from_utf8_lossy(&text)) {
            found.set(key, Some(line), place, value);
        }
    }
    Ok(found)
}

fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// A number, or the text that is none, for which the key has an answer.
fn number(value: &str) -> Value {
    value.trim().parse().map(Value::Integer).unwrap_or_else(|_| text(value))
}

fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "Server")]
struct Carbon {
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
        if let Some((line, host)) = plain(self.host_name.as_ref()) {
            found.set("host_name", line, "HostName", text(host));
        }
        let hide = self.hide.as_ref().or_else(|| self.axis2.as_ref()?.hide.as_ref());
        if let Some(hide) = hide {
            let value = Value::Boolean(is_true(hide.text()));
            found.set("hide_admin_service_wsdls", hide.line, "HideAdminServiceWSDLs", value);
        }
        if let Some(on) = &self.email_user_names {
            let value = Value::Boolean(is_true(on.text()));
            found.set("email_user_names", on.line, "EnableEmailUserName", value);
        }
        let offset = self.ports.as_ref().and_then(|ports| plain(ports.offset.as_ref()));
        if let Some((line, offset)) = offset {
            for (key, port) in [("https_port", 9443), ("http_port", 9763)] {
                found.set(key, line, "Ports/Offset", shifted(port, offset));
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
#[yaserde(rename = "UserManager")]
struct UserMgt {
    #[yaserde(rename = "Realm")]
    realm: Option<RealmConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct RealmConfig {
    #[yaserde(rename = "Configuration")]
    configuration: Option<RealmBasics>,
    #[yaserde(rename = "UserStoreManager")]
    stores: Vec<UserStore>,
}

#[derive(Debug, Default, YaDeserialize)]
struct RealmBasics {
    #[yaserde(rename = "AdminUser")]
    admin: Option<AdminUser>,
}

#[derive(Debug, Default, YaDeserialize)]
struct AdminUser {
    #[yaserde(rename = "UserName")]
    name: Option<Leaf>,
    #[yaserde(rename = "Password")]
    password: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct UserStore {
    #[yaserde(rename = "Property")]
    properties: Vec<NamedProperty>,
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

/// What a text of a file is as a value.
type Reading = fn(&str) -> Value;

/// An expression for whatever is not empty.
const ANYTHING: &str = r"[\s\S]+";

impl UserMgt {
    fn apply(&self, found: &mut Found) {
        let Some(realm) = &self.realm else { return };
        if let Some(admin) = realm.configuration.as_ref().and_then(|basics| basics.admin.as_ref()) {
            if let Some(name) = admin.name.as_ref().filter(|name| !name.text().is_empty()) {
                found.set("admin_name", name.line, "AdminUser/UserName", text(name.text()));
            }
            // The shipped password is the default anyway; an own one is taken over.
            if let Some(password) = admin.password.as_ref().filter(|password| password.text() != "admin") {
                found.set("admin_password", password.line, "AdminUser/Password", text(password.text()));
            }
        }
        let Some(primary) = realm.stores.first() else { return };
        let properties: [(_, _, Reading, _); 5] = [
            // An empty expression is none in the original: everything matches but nothing at all.
            ("UsernameJavaRegEx", "username_pattern", text, Some(ANYTHING)),
            ("PasswordJavaRegEx", "password_pattern", text, Some(ANYTHING)),
            ("PasswordJavaRegExViolationErrorMsg", "password_message", text, None),
            ("MaxUserNameListLength", "user_list_limit", number, None),
            ("MaxRoleNameListLength", "role_list_limit", number, None),
        ];
        for (name, key, value, empty) in properties {
            let Some(property) = NamedProperty::find(&primary.properties, name) else { continue };
            let written = property.value.as_deref().filter(|value| !value.trim().is_empty());
            if let Some(written) = written.or(empty) {
                found.set(key, property.line, name, value(written));
            }
        }
    }
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "Server")]
struct Identity {
    #[yaserde(rename = "TimeConfig")]
    times: Option<TimeConfig>,
    #[yaserde(rename = "SSOService")]
    sso: Option<SsoService>,
    #[yaserde(rename = "Recovery")]
    recovery: Option<RecoveryConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct RecoveryConfig {
    #[yaserde(rename = "Question")]
    question: Option<QuestionConfig>,
}

#[derive(Debug, Default, YaDeserialize)]
struct QuestionConfig {
    #[yaserde(rename = "Password")]
    password: Option<QuestionPassword>,
}

#[derive(Debug, Default, YaDeserialize)]
struct QuestionPassword {
    #[yaserde(rename = "Separator")]
    separator: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct SsoService {
    #[yaserde(rename = "EntityId")]
    entity_id: Option<Leaf>,
}

#[derive(Debug, Default, YaDeserialize)]
struct TimeConfig {
    #[yaserde(rename = "SessionIdleTimeout")]
    idle: Option<Leaf>,
    #[yaserde(rename = "RememberMeTimeout")]
    remember: Option<Leaf>,
}

impl Identity {
    fn apply(&self, found: &mut Found) {
        if let Some((line, entity_id)) = self.sso.as_ref().and_then(|sso| plain(sso.entity_id.as_ref())) {
            found.set("saml_entity_id", line, "EntityId", text(entity_id));
        }
        let question = self.recovery.as_ref().and_then(|recovery| recovery.question.as_ref());
        let separator = question.and_then(|question| question.password.as_ref()?.separator.as_ref());
        if let Some((line, separator)) = plain(separator) {
            let place = "Recovery/Question/Password/Separator";
            found.set("challenge_separator", line, place, text(separator));
        }
        let Some(times) = &self.times else { return };
        for (value, key, name) in [
            (&times.idle, "session_minutes", "SessionIdleTimeout"),
            (&times.remember, "remember_me_minutes", "RememberMeTimeout"),
        ] {
            // What is no number falls back to the default, as in the original.
            let Some(value) = value else { continue };
            if let Some(minutes) = value.text().trim().parse::<i64>().ok().filter(|n| *n > 0) {
                found.set(key, value.line, name, Value::Integer(minutes));
            }
        }
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
            let value = Value::Boolean(is_true(shown.value()));
            found.set("show_auth_failure_reason", shown.line, name, value);
        }
    }
}
