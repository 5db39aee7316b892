//! SQL of the challenge questions that tenants offer. What users answered is kept in their claims.

use super::{Error, Row, Tx};

/// A question as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRow {
    /// URI of its set, which is also the claim that keeps a user's answer.
    pub set_uri: String,
    /// What is behind the last slash of the URI.
    pub set_name: String,
    /// Name within the set.
    pub question_id: String,
    /// Locale as written.
    pub locale: String,
    /// Locale as look-ups write it.
    pub folded_locale: String,
    /// The text.
    pub question: String,
}

const COLUMNS: &str =
    "SELECT set_uri, set_name, question_id, locale, folded_locale, question FROM challenge_question";

fn row(row: &Row<'_>) -> Result<QuestionRow, Error> {
    Ok(QuestionRow {
        set_uri: row.text(0)?,
        set_name: row.text(1)?,
        question_id: row.text(2)?,
        locale: row.text(3)?,
        folded_locale: row.text(4)?,
        question: row.text(5)?,
    })
}

/// Every question of a tenant, set by set, each in the order in which it was added.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn all(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<QuestionRow>, Error> {
    tx.query(&[COLUMNS, " WHERE tenant_id = $1 ORDER BY set_name, id"].concat(), &[tenant.into()], row)
}

/// Adds a question, or replaces the one of that set, name and locale.
///
/// # Errors
/// As [`all`].
pub fn put(tx: &mut Tx<'_>, tenant: i64, question: &QuestionRow) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO challenge_question (tenant_id, set_uri, set_name, question_id, locale, folded_locale, question) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (tenant_id, set_name, question_id, folded_locale) \
         DO UPDATE SET set_uri = excluded.set_uri, locale = excluded.locale, question = excluded.question",
        &[
            tenant.into(),
            (&question.set_uri).into(),
            (&question.set_name).into(),
            (&question.question_id).into(),
            (&question.locale).into(),
            (&question.folded_locale).into(),
            (&question.question).into(),
        ],
    )
}

/// Removes the question of a set, name and locale; says whether there was one.
///
/// # Errors
/// As [`all`].
pub fn remove(
    tx: &mut Tx<'_>,
    tenant: i64,
    set_name: &str,
    question_id: &str,
    folded_locale: &str,
) -> Result<bool, Error> {
    let removed = tx.execute(
        "DELETE FROM challenge_question \
         WHERE tenant_id = $1 AND set_name = $2 AND question_id = $3 AND folded_locale = $4",
        &[tenant.into(), set_name.into(), question_id.into(), folded_locale.into()],
    )?;
    Ok(removed > 0)
}

/// Removes every question of a tenant.
///
/// # Errors
/// As [`all`].
pub fn clear(tx: &mut Tx<'_>, tenant: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM challenge_question WHERE tenant_id = $1", &[tenant.into()])
}
