//! Mail templates of a tenant, by type and locale.

use super::{Error, Row, Tx};

/// A template as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// Name of the type, normalised.
    pub key: String,
    /// The display name it was saved with.
    pub display: String,
    /// The locale it was saved with.
    pub locale: String,
    /// `text/plain`, `text/html`, or whatever it was saved with.
    pub content_type: String,
    /// With placeholders.
    pub subject: String,
    /// With placeholders.
    pub body: String,
    /// With placeholders.
    pub footer: String,
}

/// What is known about the place of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Shipped text that nobody touched.
    Shipped,
    /// Saved by an administrator.
    Edited,
    /// Removed by an administrator.
    Deleted,
}

fn template(row: &Row<'_>) -> Result<TemplateRow, Error> {
    Ok(TemplateRow {
        key: row.text(0)?,
        display: row.text(1)?,
        locale: row.text(2)?,
        content_type: row.text(3)?,
        subject: row.text(4)?,
        body: row.text(5)?,
        footer: row.text(6)?,
    })
}

const COLUMNS: &str = "SELECT key, display, locale, content_type, subject, body, footer FROM email_template";

/// The display name of a type, if the tenant has it.
pub fn find_type(tx: &mut Tx<'_>, tenant: i64, key: &str) -> Result<Option<String>, Error> {
    tx.opt(
        "SELECT display FROM email_template_type WHERE tenant_id = $1 AND key = $2",
        &[tenant.into(), key.into()],
        |row| row.text(0),
    )
}

/// Key and display name of every type.
pub fn types(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT key, display FROM email_template_type WHERE tenant_id = $1 ORDER BY key",
        &[tenant.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Adds a type.
pub fn insert_type(tx: &mut Tx<'_>, tenant: i64, key: &str, display: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO email_template_type (tenant_id, key, display) VALUES ($1, $2, $3)",
        &[tenant.into(), key.into(), display.into()],
    )?;
    Ok(())
}

/// Removes a type with its templates; `false` when there was none.
pub fn delete_type(tx: &mut Tx<'_>, tenant: i64, key: &str) -> Result<bool, Error> {
    let deleted = tx.execute(
        "DELETE FROM email_template_type WHERE tenant_id = $1 AND key = $2",
        &[tenant.into(), key.into()],
    )?;
    Ok(deleted > 0)
}

/// The template of a type in a locale.
pub fn find(
    tx: &mut Tx<'_>,
    tenant: i64,
    key: &str,
    folded_locale: &str,
) -> Result<Option<TemplateRow>, Error> {
    tx.opt(
        &format!("{COLUMNS} WHERE tenant_id = $1 AND key = $2 AND folded_locale = $3 AND deleted = 0"),
        &[tenant.into(), key.into(), folded_locale.into()],
        template,
    )
}

/// Every template.
pub fn all(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<TemplateRow>, Error> {
    tx.query(
        &format!("{COLUMNS} WHERE tenant_id = $1 AND deleted = 0 ORDER BY key, folded_locale"),
        &[tenant.into()],
        template,
    )
}

/// Whether there is, or was, a template at that place.
pub fn place(tx: &mut Tx<'_>, tenant: i64, key: &str, folded_locale: &str) -> Result<Option<Place>, Error> {
    tx.opt(
        "SELECT edited, deleted FROM email_template WHERE tenant_id = $1 AND key = $2 AND folded_locale = $3",
        &[tenant.into(), key.into(), folded_locale.into()],
        |row| {
            Ok(match (row.flag(0)?, row.flag(1)?) {
                (_, true) => Place::Deleted,
                (true, false) => Place::Edited,
                (false, false) => Place::Shipped,
            })
        },
    )
}

/// Writes a template over whatever was at its place.
pub fn save(
    tx: &mut Tx<'_>,
    tenant: i64,
    folded_locale: &str,
    row: &TemplateRow,
    edited: bool,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO email_template (tenant_id, key, display, locale, folded_locale, content_type, subject, body, \
         footer, edited) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (tenant_id, key, folded_locale) DO UPDATE SET display = excluded.display, \
         locale = excluded.locale, content_type = excluded.content_type, subject = excluded.subject, \
         body = excluded.body, footer = excluded.footer, edited = excluded.edited, deleted = 0",
        &[
            tenant.into(),
            (&row.key).into(),
            (&row.display).into(),
            (&row.locale).into(),
            folded_locale.into(),
            (&row.content_type).into(),
            (&row.subject).into(),
            (&row.body).into(),
            (&row.footer).into(),
            edited.into(),
        ],
    )?;
    Ok(())
}

/// Removes a template but remembers that it was there; `false` when there was none.
pub fn delete(tx: &mut Tx<'_>, tenant: i64, key: &str, folded_locale: &str) -> Result<bool, Error> {
    let changed = tx.execute(
        "UPDATE email_template SET deleted = 1, subject = '', body = '', footer = '' \
         WHERE tenant_id = $1 AND key = $2 AND folded_locale = $3 AND deleted = 0",
        &[tenant.into(), key.into(), folded_locale.into()],
    )?;
    Ok(changed > 0)
}
