//! The XML files of an existing deployment, unmodified. Only what has a meaning here is read; the rest is left alone.

use super::error::Error;
use super::identity_mgt;
use super::identity_provider::{self, IdentityProvider};
use super::service_provider::{self, ServiceProvider};
use super::settings::Template;
use std::path::{Path, PathBuf};
use toml::Value;
use xml::common::Position as _;
use xml::reader::{self, EventReader, ParserConfig};
use xml::writer::{self, EmitterConfig, EventWriter};
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
    fn set(&mut self, key: &'static str, place: &str, value: Value) {
        let file = self.files.last().map(|path| path.display().to_string()).unwrap_or_default();
        self.values.push((key, value, format!("{file}: {place}")));
    }
}

/// Reads the files that are there: in the folder itself or where the original keeps them below it.
pub fn read(folder: &Path) -> Result<Found, Error> {
    let mut found = Found::default();
    if let Some(carbon) = document::<Carbon>(folder, &["carbon.xml"], &mut found.files)? {
        carbon.apply(&mut found);
    }
    let stores = document::<UserMgt>(folder, &["user-mgt.xml"], &mut found.files)?;
    if let Some(stores) = stores {
        stores.apply(&mut found);
    }
    if let Some(identity) =
        document::<Identity>(folder, &["identity.xml", "identity/identity.xml"], &mut found.files)?
    {
        identity.apply(&mut found);
    }
    let places = ["application-authentication.xml", "identity/application-authentication.xml"];
    if let Some(authentication) = document::<Authentication>(folder, &places, &mut found.files)? {
        authentication.apply(&mut found);
    }
    let adapters = document::<Adapters>(folder, &["output-event-adapters.xml"], &mut found.files)?;
    if let Some(adapters) = adapters {
        adapters.apply(&mut found);
    }
    let places = ["email-admin-config.xml", "email/email-admin-config.xml"];
    if let Some(mails) = document::<Mails>(folder, &places, &mut found.files)? {
        mails.apply(&mut found);
    }
    found.identity_providers = identity_provider::read(folder, &mut found.files, &mut found.warnings)?;
    found.service_providers = service_provider::read(folder, &mut found.files, &mut found.warnings)?;
    let places = ["identity-mgt.properties", "identity/identity-mgt.properties"];
    if let Some(path) = places.iter().map(|place| folder.join(place)).find(|path| path.exists()) {
        let text = std::fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
        found.files.push(path);
        for (key, place, value) in identity_mgt::read(&String::from_utf8_lossy(&text)) {
            found.set(key, place, value);
        }
    }
    Ok(found)
}

fn document<T: YaDeserialize>(
    folder: &Path,
    places: &[&str],
    files: &mut Vec<PathBuf>,
) -> Result<Option<T>, Error> {
    let Some(path) = places.iter().map(|place| folder.join(place)).find(|path| path.exists()) else {
        return Ok(None);
    };
    let bytes = std::fs::read(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    let syntax = |(line, column): (usize, usize), why: String| Error::Syntax {
        path: path.clone(),
        line,
        column,
        why,
        hint: "compare with the file as it was shipped; nothing in it needs to be changed but values",
    };
    let plain = without_namespaces(&bytes).map_err(|(place, why)| syntax(place, why))?;
    let mut reader = yaserde::de::Deserializer::new(events(&plain));
    let value = T::deserialize(&mut reader).map_err(|error| syntax((1, 1), error.to_string()))?;
    files.push(path);
    Ok(Some(value))
}

/// White space belongs to values: a password may begin with a blank.
pub(super) fn events(bytes: &[u8]) -> EventReader<&[u8]> {
    let config = ParserConfig::new()
        .trim_whitespace(false)
        .whitespace_to_characters(true)
        .cdata_to_characters(true)
        .ignore_comments(true)
        .coalesce_characters(true);
    EventReader::new_with_config(bytes, config)
}

/// Line and column of a mistake, counted from 1, and what is wrong there.
pub(super) fn mistake(error: &reader::Error) -> ((usize, usize), String) {
    let place = error.position();
    let count = |number: u64| usize::try_from(number).unwrap_or(0) + 1;
    let why = error.to_string();
    // The reader's own text begins with the place.
    let why = why.strip_prefix(&place.to_string()).unwrap_or(&why).trim_start();
    ((count(place.row), count(place.column)), why.to_owned())
}

/// The elements of a document with their local names, by which the original finds them: `carbon.xml` is shipped with a
/// namespace, and deployments keep files of several releases with others or none. A mistake is told with its place.
fn without_namespaces(bytes: &[u8]) -> Result<Vec<u8>, ((usize, usize), String)> {
    let mut plain = Vec::new();
    let mut writer = EventWriter::new_with_config(&mut plain, EmitterConfig::new().perform_indent(false));
    for event in events(bytes) {
        let event = event.map_err(|error| mistake(&error))?;
        let written = match &event {
            reader::XmlEvent::StartElement { name, attributes, .. } => {
                let start = writer::XmlEvent::start_element(name.local_name.as_str());
                let own = attributes.iter().filter(|attribute| attribute.name.prefix.is_none());
                writer.write(own.fold(start, |start, attribute| {
                    start.attr(attribute.name.local_name.as_str(), &attribute.value)
                }))
            }
            reader::XmlEvent::EndElement { .. } => writer.write(writer::XmlEvent::end_element()),
            reader::XmlEvent::Characters(text) => writer.write(writer::XmlEvent::characters(text)),
            _ => Ok(()),
        };
        written.map_err(|error| ((1, 1), error.to_string()))?;
    }
    Ok(plain)
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
    name: Option<String>,
    #[yaserde(rename = "HostName")]
    host_name: Option<String>,
    #[yaserde(rename = "HideAdminServiceWSDLs")]
    hide: Option<String>,
    #[yaserde(rename = "EnableEmailUserName")]
    email_user_names: Option<String>,
    #[yaserde(rename = "Ports")]
    ports: Option<Ports>,
    #[yaserde(rename = "Axis2Config")]
    axis2: Option<Axis2>,
}

#[derive(Debug, Default, YaDeserialize)]
struct Ports {
    #[yaserde(rename = "Offset")]
    offset: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
struct Axis2 {
    #[yaserde(rename = "HideAdminServiceWSDLs")]
    hide: Option<String>,
    #[yaserde(rename = "HttpAdminServices")]
    http: Option<String>,
}

/// A value that stands there as it counts: not blank, and without a placeholder of the original's launcher.
fn plain(value: Option<&String>) -> Option<String> {
    let value = value.map(|value| value.trim())?;
    (!value.is_empty() && !value.contains("${")).then(|| value.to_owned())
}

impl Carbon {
    fn apply(&self, found: &mut Found) {
        if let Some(name) = plain(self.name.as_ref()) {
            found.set("realm_name", "Name", text(&name));
        }
        if let Some(host) = plain(self.host_name.as_ref()) {
            found.set("host_name", "HostName", text(&host));
        }
        let hide = self.hide.as_ref().or_else(|| self.axis2.as_ref()?.hide.as_ref());
        if let Some(hide) = hide {
            found.set("hide_admin_service_wsdls", "HideAdminServiceWSDLs", Value::Boolean(is_true(hide)));
            if is_true(hide) {
                found.warnings.push(
                    "carbon.xml: HideAdminServiceWSDLs is true; WSDLs of admin services are hidden".into(),
                );
            }
        }
        if let Some(on) = &self.email_user_names {
            found.set("email_user_names", "EnableEmailUserName", Value::Boolean(is_true(on)));
        }
        if let Some(offset) = self.ports.as_ref().and_then(|ports| plain(ports.offset.as_ref())) {
            for (key, port) in [("https_port", 9443_i64), ("http_port", 9763)] {
                let port = match number(&offset) {
                    Value::Integer(offset) => Value::Integer(port.saturating_add(offset)),
                    other => other,
                };
                found.set(key, "Ports/Offset", port);
            }
        }
        if let Some(http) = self.axis2.as_ref().and_then(|axis2| axis2.http.as_deref()) {
            let names = http.split(',').map(text).collect();
            found.set("http_admin_services", "Axis2Config/HttpAdminServices", Value::Array(names));
        }
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
    name: Option<String>,
    #[yaserde(rename = "Password")]
    password: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
struct UserStore {
    #[yaserde(rename = "Property")]
    properties: Vec<NamedProperty>,
}

#[derive(Debug, Default, YaDeserialize)]
struct NamedProperty {
    #[yaserde(attribute = true)]
    name: String,
    #[yaserde(text = true)]
    value: String,
}

impl UserMgt {
    fn apply(&self, found: &mut Found) {
        let Some(realm) = &self.realm else { return };
        if let Some(admin) = realm.configuration.as_ref().and_then(|basics| basics.admin.as_ref()) {
            if let Some(name) = admin.name.as_deref().filter(|name| !name.is_empty()) {
                found.set("admin_name", "AdminUser/UserName", text(name));
            }
            // The shipped password is the default anyway; an own one is taken over.
            if let Some(password) = admin.password.as_deref().filter(|password| *password != "admin") {
                found.set("admin_password", "AdminUser/Password", text(password));
            }
        }
        let Some(primary) = realm.stores.first() else { return };
        for (name, key) in [
            ("UsernameJavaRegEx", "username_pattern"),
            ("PasswordJavaRegEx", "password_pattern"),
            ("PasswordJavaRegExViolationErrorMsg", "password_message"),
        ] {
            if let Some(property) = primary.properties.iter().find(|property| property.name == name) {
                found.set(key, name, text(&property.value));
            }
        }
        for (name, key) in
            [("MaxUserNameListLength", "user_list_limit"), ("MaxRoleNameListLength", "role_list_limit")]
        {
            if let Some(property) = primary.properties.iter().find(|property| property.name == name) {
                found.set(key, name, number(&property.value));
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
    separator: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
struct SsoService {
    #[yaserde(rename = "EntityId")]
    entity_id: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
struct TimeConfig {
    #[yaserde(rename = "SessionIdleTimeout")]
    idle: Option<String>,
    #[yaserde(rename = "RememberMeTimeout")]
    remember: Option<String>,
}

impl Identity {
    fn apply(&self, found: &mut Found) {
        if let Some(entity_id) = self.sso.as_ref().and_then(|sso| plain(sso.entity_id.as_ref())) {
            found.set("saml_entity_id", "EntityId", text(&entity_id));
        }
        let question = self.recovery.as_ref().and_then(|recovery| recovery.question.as_ref());
        let separator = question.and_then(|question| question.password.as_ref()?.separator.as_ref());
        if let Some(separator) = plain(separator) {
            found.set("challenge_separator", "Recovery/Question/Password/Separator", text(&separator));
        }
        let Some(times) = &self.times else { return };
        for (value, key, name) in [
            (&times.idle, "session_minutes", "SessionIdleTimeout"),
            (&times.remember, "remember_me_minutes", "RememberMeTimeout"),
        ] {
            // What is no number falls back to the default, as in the original.
            if let Some(minutes) =
                value.as_deref().and_then(|text| text.trim().parse::<i64>().ok()).filter(|n| *n > 0)
            {
                found.set(key, name, Value::Integer(minutes));
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
    name: String,
    #[yaserde(rename = "Parameter")]
    parameters: Vec<NamedProperty>,
}

impl Authentication {
    fn apply(&self, found: &mut Found) {
        let configs = self.configs.iter().flat_map(|configs| &configs.configs);
        let basic = configs.filter(|config| config.name == "BasicAuthenticator");
        let shown =
            basic.flat_map(|config| &config.parameters).find(|one| one.name == "showAuthFailureReason");
        if let Some(shown) = shown {
            let value = Value::Boolean(is_true(&shown.value));
            found.set("show_auth_failure_reason", "showAuthFailureReason", value);
        }
    }
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "outputEventAdaptersConfig")]
struct Adapters {
    #[yaserde(rename = "adapterConfig")]
    adapters: Vec<Adapter>,
}

#[derive(Debug, Default, YaDeserialize)]
struct Adapter {
    #[yaserde(attribute = true, rename = "type")]
    kind: String,
    property: Vec<KeyedProperty>,
}

#[derive(Debug, Default, YaDeserialize)]
struct KeyedProperty {
    #[yaserde(attribute = true)]
    key: String,
    #[yaserde(text = true)]
    value: String,
}

impl Adapters {
    /// The mail adapter; the others have nothing to adapt here.
    fn apply(&self, found: &mut Found) {
        let mail = self.adapters.iter().filter(|adapter| adapter.kind == "email");
        for property in mail.flat_map(|adapter| &adapter.property) {
            let (key, value) = (property.key.as_str(), property.value.as_str());
            let flag = || Value::Boolean(is_true(value));
            let (name, value) = match key {
                "mail.smtp.from" => ("mail.from", text(value.trim())),
                "mail.smtp.user" if value.is_empty() => continue,
                "mail.smtp.user" => ("mail.user", text(value)),
                "mail.smtp.password" => ("mail.password", text(value)),
                "mail.smtp.host" => ("mail.host", text(value.trim())),
                "mail.smtp.port" => ("mail.port", number(value)),
                "mail.smtp.auth" => ("mail.auth", flag()),
                "mail.smtp.starttls.enable" => ("mail.starttls", flag()),
                "mail.smtp.starttls.required" => ("mail.starttls_required", flag()),
                "mail.smtp.ssl.enable" => ("mail.tls", flag()),
                "mail.smtp.ssl.trust" => {
                    ("mail.trust_any_certificate", Value::Boolean(!value.trim().is_empty()))
                }
                "mail.smtp.localhost" => ("mail.hello_name", text(value.trim())),
                "mail.smtp.timeout" | "mail.smtp.connectiontimeout" => {
                    // JavaMail counts milliseconds.
                    let millis = value.trim().parse::<i64>().unwrap_or(30_000);
                    ("mail.timeout_seconds", Value::Integer((millis / 1000).max(1)))
                }
                "minThread" => ("mail.concurrency", number(value)),
                // Sizes of a thread pool and of a queue in memory; ours is the database.
                "maxThread" | "keepAliveTimeInMillis" | "jobQueueSize" => continue,
                other => {
                    found.warnings.push(format!("output-event-adapters.xml: {other} is not used"));
                    continue;
                }
            };
            found.set(name, key, value);
        }
    }
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "configurations")]
struct Mails {
    configuration: Vec<MailConfiguration>,
}

#[derive(Debug, Default, YaDeserialize)]
struct MailConfiguration {
    #[yaserde(attribute = true)]
    display: Option<String>,
    #[yaserde(attribute = true)]
    locale: Option<String>,
    #[yaserde(attribute = true, rename = "emailContentType")]
    content_type: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    footer: Option<String>,
}

impl Mails {
    fn apply(self, found: &mut Found) {
        for one in self.configuration {
            let display = one.display.unwrap_or_default();
            let (Some(subject), Some(body), Some(footer)) = (one.subject, one.body, one.footer) else {
                found.warnings.push(format!(
                    "email-admin-config.xml: template {display} lacks subject, body or footer"
                ));
                continue;
            };
            if display.trim().is_empty() {
                found
                    .warnings
                    .push("email-admin-config.xml: a template without display name is left out".into());
                continue;
            }
            found.templates.push(Template {
                display,
                locale: one.locale.unwrap_or_else(|| "en_US".into()),
                content_type: one.content_type.unwrap_or_else(|| "text/plain".into()),
                subject: subject.trim().to_owned(),
                body: body.trim().to_owned(),
                footer: footer.trim().to_owned(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_document_is_told_with_its_place_once() {
        let broken = b"<Server>\n  <Name>x</Name>\n</Serve>";
        let ((line, column), why) = without_namespaces(broken).unwrap_err();
        assert_eq!((line, column), (3, 8));
        assert!(why.starts_with("Unexpected closing tag"), "{why}");
    }
}
