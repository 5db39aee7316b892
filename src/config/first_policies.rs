//! The values that the account policies of new tenants begin with, in the files of an existing deployment:
//! `identity-event.properties` and the elements `Recovery`, `SelfRegistration` and `EmailVerification` of `identity.xml`,
//! which the original copies into its database when a tenant is made (identity-governance 1.0.2,
//! `getDefaultPropertyValues` of the connectors). There a policy is called as its elements, with points between.

use super::document;
use super::error::Error;
use super::properties;
use std::path::Path;
use xml::common::Position as _;
use xml::reader::XmlEvent;

/// A value that an account policy of a new tenant begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPolicy {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// File and line.
    pub origin: String,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Flag,
    Number,
    Positive,
    Numbers,
    Text,
}

/// The policies that `identity-event.properties` has first values of.
const OF_HANDLERS: [(&str, Kind); 14] = [
    ("account.lock.handler.enable", Kind::Flag),
    ("account.lock.handler.On.Failure.Max.Attempts", Kind::Number),
    ("account.lock.handler.Time", Kind::Number),
    ("account.lock.handler.login.fail.timeout.ratio", Kind::Number),
    ("passwordHistory.enable", Kind::Flag),
    ("passwordHistory.count", Kind::Number),
    ("passwordPolicy.enable", Kind::Flag),
    ("passwordPolicy.min.length", Kind::Number),
    ("passwordPolicy.max.length", Kind::Number),
    ("passwordPolicy.pattern", Kind::Text),
    ("passwordPolicy.errorMsg", Kind::Text),
    ("suspension.notification.enable", Kind::Flag),
    ("suspension.notification.account.disable.delay", Kind::Number),
    ("suspension.notification.delays", Kind::Numbers),
];

/// Those that `identity.xml` has first values of.
const OF_ELEMENTS: [(&str, Kind); 20] = [
    ("Recovery.Notification.Password.Enable", Kind::Flag),
    ("Recovery.Notification.Username.Enable", Kind::Flag),
    ("Recovery.Notification.InternallyManage", Kind::Flag),
    ("Recovery.Question.Password.Enable", Kind::Flag),
    ("Recovery.Question.Password.NotifyStart", Kind::Flag),
    ("Recovery.Question.Password.MinAnswers", Kind::Number),
    ("Recovery.Question.Password.ReCaptcha.Enable", Kind::Flag),
    ("Recovery.Question.Password.ReCaptcha.MaxFailedAttempts", Kind::Number),
    ("Recovery.ExpiryTime", Kind::Positive),
    ("Recovery.NotifySuccess", Kind::Flag),
    ("Recovery.AdminPasswordReset.RecoveryLink", Kind::Flag),
    ("Recovery.AdminPasswordReset.OTP", Kind::Flag),
    ("Recovery.AdminPasswordReset.Offline", Kind::Flag),
    ("SelfRegistration.Enable", Kind::Flag),
    ("SelfRegistration.LockOnCreation", Kind::Flag),
    ("SelfRegistration.Notification.InternallyManage", Kind::Flag),
    ("SelfRegistration.ReCaptcha", Kind::Flag),
    ("EmailVerification.Enable", Kind::Flag),
    ("EmailVerification.LockOnCreation", Kind::Flag),
    ("EmailVerification.Notification.InternallyManage", Kind::Flag),
];

/// What `identity-event.properties` says.
///
/// # Errors
/// [`Error::Value`] for what is no flag or number: the original fails later, when somebody signs in.
pub(super) fn of_properties(path: &Path, bytes: &[u8]) -> Result<Vec<FirstPolicy>, Error> {
    policies(path, &OF_HANDLERS, properties::read(bytes))
}

/// What `identity.xml` says, in which there is no mistake.
///
/// # Errors
/// As [`of_properties`].
pub(super) fn of_elements(path: &Path, bytes: &[u8]) -> Result<Vec<FirstPolicy>, Error> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let mut events = document::events(bytes);
    while let Ok(event) = events.next() {
        match event {
            XmlEvent::StartElement { name, .. } => open.push(name.local_name),
            XmlEvent::Characters(text) => {
                // The outermost element is not in the names.
                let name = open.get(1..).unwrap_or_default().join(".");
                found.push((u32::try_from(events.position().row + 1).unwrap_or_default(), name, text));
            }
            XmlEvent::EndElement { .. } => drop(open.pop()),
            XmlEvent::EndDocument => break,
            _ => {}
        }
    }
    policies(path, &OF_ELEMENTS, found)
}

/// The values of known policies. The last of a name wins, and an empty value says nothing.
fn policies(
    path: &Path,
    known: &[(&'static str, Kind)],
    written: Vec<properties::Line>,
) -> Result<Vec<FirstPolicy>, Error> {
    let mut found: Vec<FirstPolicy> = Vec::new();
    for (line, name, value) in written {
        let Some((name, kind)) = known.iter().find(|(known, _)| *known == name) else { continue };
        let origin = format!("{}:{line}", path.display());
        let Some(value) = checked(name, *kind, value.trim(), &origin)? else { continue };
        found.retain(|known| known.name != *name);
        found.push(FirstPolicy { name, value, origin });
    }
    Ok(found)
}

fn checked(name: &str, kind: Kind, value: &str, origin: &str) -> Result<Option<String>, Error> {
    let is_number = |text: &str| text.trim().parse::<u32>().is_ok();
    let is_flag = ["true", "false"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let (is_good, expected) = match kind {
        Kind::Flag => (is_flag, "true or false"),
        Kind::Number => (is_number(value), "a whole number"),
        Kind::Positive => (is_number(value) && value.parse() != Ok(0_u32), "a number above 0"),
        Kind::Numbers => (value.split(',').all(is_number), "a list of whole numbers"),
        Kind::Text => (true, ""),
    };
    match value {
        "" => Ok(None),
        _ if !is_good => Err(Error::Value {
            origin: origin.to_owned(),
            key: name.to_owned(),
            why: format!("{value:?} is not {expected}"),
            hint: "compare with the file as it was shipped".to_owned(),
        }),
        _ if is_flag => Ok(Some(value.to_lowercase())),
        _ => Ok(Some(value.to_owned())),
    }
}
