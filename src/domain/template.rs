//! Mail templates of a tenant: types, their texts in several locales, and who may still replace them.
//!
//! Templates nobody edited follow the shipped texts and the `email-admin-config.xml` of the deployment at every
//! start; edited ones stay, deleted ones stay away unless their whole type is gone. Knows no user and no mail.

use super::{Actor, Error, Now, audit};
use crate::store::{self, Tx, template::Place};
use std::sync::LazyLock;

/// The locale every tenant starts with.
pub const DEFAULT_LOCALE: &str = "en_US";

/// The wording that ships.
const SHIPPED: &str = include_str!("templates/en_US.txt");

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Name of its type as people write it; the type itself is [`type_of`] this.
    pub display: String,
    /// For example `en_US`.
    pub locale: String,
    /// `text/plain` or `text/html`; not checked, as in the original.
    pub content_type: String,
    /// One line.
    pub subject: String,
    /// The text; the footer follows it immediately.
    pub body: String,
    /// Ends every mail.
    pub footer: String,
}

/// Why a template operation was refused. The texts are for the log; the service answers with its own.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The type is there already.
    #[error("Email template type '{0}' already exists.")]
    TypeExists(String),
    /// The display name is blank or made of special characters only.
    #[error("'{0}' cannot be the display name of an email template type.")]
    BadName(String),
    /// The locale is blank or made of special characters only.
    #[error("An email template needs a locale.")]
    NoLocale,
    /// The locale would not be a file name; the one text that clients see, as a runtime exception.
    #[error("Locale contains invalid special characters : {0}")]
    BadLocale(String),
    /// Subject, body or footer is blank.
    #[error("An email template needs subject, body and footer.")]
    Incomplete,
    /// Nothing of that name is there.
    #[error("There is no email template or type '{0}'.")]
    Missing(String),
    /// The database failed.
    #[error(transparent)]
    Internal(#[from] Error),
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// The type a display name stands for: white space removed, lower case.
#[must_use]
pub fn type_of(display: &str) -> String {
    display.chars().filter(|letter| !letter.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The shipped templates, in the default locale.
#[must_use]
pub fn shipped() -> &'static [Template] {
    static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| parse(SHIPPED));
    &TEMPLATES
}

/// Sections begin with `=== display name`, the first line is the subject; the section `footer` ends every text.
fn parse(shipped: &str) -> Vec<Template> {
    let sections = || shipped.split("=== ").filter_map(|section| section.split_once('\n'));
    let footer = sections().find(|(name, _)| *name == "footer").map_or("", |(_, text)| text.trim_end());
    sections()
        .filter(|(name, _)| *name != "footer")
        .filter_map(|(name, text)| {
            let (subject, body) = text.split_once("\n\n")?;
            Some(Template {
                display: name.to_owned(),
                locale: DEFAULT_LOCALE.to_owned(),
                content_type: "text/plain".to_owned(),
                subject: subject.to_owned(),
                body: format!("{}\n", body.trim_end()),
                footer: format!("{footer}\n"),
            })
        })
        .collect()
}

/// Brings a tenant's untouched templates to `defaults`; gives a new tenant its first ones.
///
/// # Errors
/// Failures of the database.
pub fn refresh(tx: &mut Tx<'_>, tenant: i64, defaults: &[Template]) -> Result<(), Error> {
    for default in defaults {
        let (key, locale) = (type_of(&default.display), fold(&default.locale));
        if store::template::find_type(tx, tenant, &key)?.is_none() {
            store::template::insert_type(tx, tenant, &key, &default.display)?;
        }
        let row = row_of(default);
        match store::template::place(tx, tenant, &key, &locale)? {
            None => store::template::save(tx, tenant, &locale, &row, false)?,
            Some(Place::Shipped)
                if store::template::find(tx, tenant, &key, &locale)?.as_ref() != Some(&row) =>
            {
                store::template::save(tx, tenant, &locale, &row, false)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The display names of the types.
///
/// # Errors
/// Failures of the database.
pub fn types(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<String>, Problem> {
    Ok(store::template::types(tx, tenant)?.into_iter().map(|(_, display)| display).collect())
}

/// Every template of the tenant.
///
/// # Errors
/// Failures of the database.
pub fn all(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<Template>, Problem> {
    Ok(store::template::all(tx, tenant)?.into_iter().map(template_of).collect())
}

/// Adds a type without templates.
///
/// # Errors
/// [`Problem::BadName`], [`Problem::TypeExists`].
pub fn add_type(tx: &mut Tx<'_>, now: Now, actor: &Actor, display: &str) -> Result<(), Problem> {
    let key = checked_type(display)?;
    if store::template::find_type(tx, actor.tenant.0, &key)?.is_some() {
        return Err(Problem::TypeExists(display.to_owned()));
    }
    store::template::insert_type(tx, actor.tenant.0, &key, display)?;
    Ok(audit::record(tx, now, actor, "Add Email Template Type", display, "")?)
}

/// Removes a type with all its templates. A shipped type comes back at the next start.
///
/// # Errors
/// [`Problem::BadName`], [`Problem::Missing`].
pub fn delete_type(tx: &mut Tx<'_>, now: Now, actor: &Actor, display: &str) -> Result<(), Problem> {
    let key = checked_type(display)?;
    if !store::template::delete_type(tx, actor.tenant.0, &key)? {
        return Err(Problem::Missing(display.to_owned()));
    }
    Ok(audit::record(tx, now, actor, "Delete Email Template Type", display, "")?)
}

/// Saves a template as the administrator's own, over the one of the same type and locale if there is one; makes
/// the type if it is missing. The original's `addEmailTemplate` and `saveEmailTemplate` are both this.
///
/// # Errors
/// [`Problem::BadName`], [`Problem::NoLocale`], [`Problem::BadLocale`], [`Problem::Incomplete`].
pub fn save(tx: &mut Tx<'_>, now: Now, actor: &Actor, template: &Template) -> Result<(), Problem> {
    let tenant = actor.tenant.0;
    let key = checked_type(&template.display)?;
    if is_special(&template.locale) {
        return Err(Problem::NoLocale);
    }
    if [&template.subject, &template.body, &template.footer].iter().any(|part| part.trim().is_empty()) {
        return Err(Problem::Incomplete);
    }
    // Last, as the original meets it only when it writes.
    let locale = checked_locale(&template.locale)?;
    if store::template::find_type(tx, tenant, &key)?.is_none() {
        store::template::insert_type(tx, tenant, &key, &template.display)?;
    }
    store::template::save(tx, tenant, &locale, &row_of(template), true)?;
    Ok(audit::record(tx, now, actor, "Save Email Template", &template.display, &template.locale)?)
}

/// Removes the template of a type in one locale.
///
/// # Errors
/// [`Problem::BadName`], [`Problem::NoLocale`], [`Problem::BadLocale`], [`Problem::Missing`].
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, display: &str, locale: &str) -> Result<(), Problem> {
    if display.trim().is_empty() {
        return Err(Problem::BadName(display.to_owned()));
    }
    let folded = checked_locale(locale)?;
    if !store::template::delete(tx, actor.tenant.0, &type_of(display), &folded)? {
        return Err(Problem::Missing(display.to_owned()));
    }
    Ok(audit::record(tx, now, actor, "Delete Email Template", display, locale)?)
}

/// The template to send: in the wanted locale, in its language alone, or in `default_locale`.
///
/// # Errors
/// Failures of the database.
pub fn choose(
    tx: &mut Tx<'_>,
    tenant: i64,
    key: &str,
    wanted: Option<&str>,
    default_locale: &str,
) -> Result<Option<Template>, Error> {
    // A town in the locality claim is no locale and is no reason to send nothing.
    if let Some(wanted) = wanted.filter(|text| is_locale(text)).map(fold) {
        // Java writes `de_DE` and browsers `de-DE`; either may stand in the claim and in the template.
        let (java, browsers) = (wanted.replace('-', "_"), wanted.replace('_', "-"));
        let language = wanted.split(['_', '-']).next().unwrap_or_default();
        for locale in [&wanted, &java, &browsers, language] {
            if let Some(found) = store::template::find(tx, tenant, key, locale)? {
                return Ok(Some(template_of(found)));
            }
        }
    }
    Ok(store::template::find(tx, tenant, key, &fold(default_locale))?.map(template_of))
}

/// Whether there is a template of that type in that very locale.
///
/// # Errors
/// Failures of the database.
pub fn is_there(tx: &mut Tx<'_>, tenant: i64, key: &str, locale: &str) -> Result<bool, Error> {
    Ok(store::template::find(tx, tenant, key, &fold(locale))?.is_some())
}

/// `[A-Za-z]{2,3}([_-][A-Za-z0-9]+)*`
fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['_', '-']);
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn fold(locale: &str) -> String {
    locale.to_lowercase()
}

/// IS 5.3.0 takes letters, digits and blanks, and also anything that is not made of special characters alone.
fn checked_type(display: &str) -> Result<String, Problem> {
    if is_special(display) {
        return Err(Problem::BadName(display.to_owned()));
    }
    Ok(type_of(display))
}

/// Blank, or made of characters that registry paths cannot have.
fn is_special(text: &str) -> bool {
    const SPECIAL: &str = "~!@#;%^*()+={}|<>\\\"'/,";
    text.trim().is_empty() || text.chars().all(|letter| SPECIAL.contains(letter))
}

fn checked_locale(locale: &str) -> Result<String, Problem> {
    if locale.trim().is_empty() {
        return Err(Problem::NoLocale);
    }
    if locale.contains(['/', '\\', '<', '>', '`', '"']) {
        return Err(Problem::BadLocale(locale.to_owned()));
    }
    Ok(fold(locale))
}

fn row_of(template: &Template) -> store::template::TemplateRow {
    store::template::TemplateRow {
        key: type_of(&template.display),
        display: template.display.clone(),
        locale: template.locale.clone(),
        content_type: template.content_type.clone(),
        subject: template.subject.clone(),
        body: template.body.clone(),
        footer: template.footer.clone(),
    }
}

fn template_of(row: store::template::TemplateRow) -> Template {
    Template {
        display: row.display,
        locale: row.locale,
        content_type: row.content_type,
        subject: row.subject,
        body: row.body,
        footer: row.footer,
    }
}

#[cfg(test)]
mod tests;
