//! Challenge questions: what a tenant may ask its users, what they answered, and whether an answer is right.
//!
//! The questions are the tenant's rows. Answers are claims of the user, as in IS 5.3.0: the claim that is named like
//! the set holds `question!proof`, and `challengeQuestionUris` lists the sets. The proof is a keyed hash, so that
//! neither a copy of the database nor a claim that somebody reads gives the answer to one who tries likely ones.
//! Knows no conversation; `recovery_key` does.

use super::catalogue::LOCALITY;
use super::claim::{self, Changes};
use super::{Actor, Error, Now, Realm, Secret, TenantId, User, audit};
use crate::store::challenge::QuestionRow;
use crate::store::{self, Tx};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The locale of questions that name none.
pub const DEFAULT_LOCALE: &str = "en_US";
/// `http://wso2.org/claims/challengeQuestionUris`: the sets a user answered.
const ANSWERED_SETS: &str = "http://wso2.org/claims/challengeQuestionUris";

const SHIPPED: &str = include_str!("../../schemas/data/challenge-questions.tsv");

/// A question of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// URI of the set; a user answers one question of each.
    pub set: String,
    /// Name within the set.
    pub id: String,
    /// What is asked.
    pub text: String,
    /// For whom.
    pub locale: String,
}

impl Question {
    fn row(&self) -> QuestionRow {
        QuestionRow {
            set_uri: self.set.clone(),
            set_name: set_name(&self.set).to_owned(),
            question_id: self.id.clone(),
            locale: self.locale.clone(),
            folded_locale: self.locale.to_lowercase(),
            question: self.text.clone(),
        }
    }
}

impl From<QuestionRow> for Question {
    fn from(row: QuestionRow) -> Self {
        Self { set: row.set_uri, id: row.question_id, text: row.question, locale: row.locale }
    }
}

/// Two URIs that end alike name one set.
fn set_name(uri: &str) -> &str {
    uri.rsplit('/').next().unwrap_or(uri)
}

/// What a tenant asks to begin with.
///
/// # Errors
/// Failures of the database.
pub fn seed(tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Error> {
    for line in SHIPPED.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        let question = Question { set: next(), id: next(), text: next(), locale: DEFAULT_LOCALE.to_owned() };
        store::challenge::put(tx, tenant.0, &question.row())?;
    }
    Ok(())
}

/// Every question of a tenant, in every locale.
///
/// # Errors
/// Failures of the database.
pub fn all(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Question>, Error> {
    Ok(store::challenge::all(tx, tenant.0)?.into_iter().map(Question::from).collect())
}

/// The questions of one locale; a blank one is the default.
///
/// # Errors
/// A locale that would be a path.
pub fn in_locale(tx: &mut Tx<'_>, tenant: TenantId, locale: &str) -> Result<Vec<Question>, Error> {
    let locale = checked_locale(locale)?.to_lowercase();
    let mut found = all(tx, tenant)?;
    found.retain(|question| question.locale.to_lowercase() == locale);
    Ok(found)
}

fn checked_locale(locale: &str) -> Result<&str, Error> {
    if locale.contains(['/', '\\']) {
        return Err(Error::refused(format!("Invalid Locale value provided : {locale}")));
    }
    Ok(if locale.trim().is_empty() { DEFAULT_LOCALE } else { locale })
}

/// The questions for a user: in his locale, in the default one when there are none.
///
/// # Errors
/// Failures of the database, and a locale that would be a path.
pub fn for_user(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<Vec<Question>, Error> {
    let claims = claim::values(tx, realm, user, &[LOCALITY])?;
    let locale = claims.first().map_or(DEFAULT_LOCALE, |(_, value)| value.as_str());
    let found = in_locale(tx, user.tenant, locale)?;
    if found.is_empty() { in_locale(tx, user.tenant, DEFAULT_LOCALE) } else { Ok(found) }
}

/// Puts other questions in place of all that the actor's tenant has; they get names of their own.
///
/// # Errors
/// Failures of the database.
pub fn replace(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    questions: impl IntoIterator<Item = (String, String)>,
) -> Result<(), Error> {
    store::challenge::clear(tx, actor.tenant.0)?;
    for (number, (set, text)) in (1_u32..).zip(questions) {
        let locale = DEFAULT_LOCALE.to_owned();
        let question = Question { set, id: format!("question{number}"), text, locale };
        store::challenge::put(tx, actor.tenant.0, &question.row())?;
    }
    audit::record(tx, now, actor, "Set Challenge Questions", &actor.domain, "")
}

/// Adds questions to those of the actor's tenant, or changes them; nothing is stored when one is refused.
///
/// # Errors
/// A question without one of its parts, and names that would be paths.
pub fn put(tx: &mut Tx<'_>, now: Now, actor: &Actor, questions: &[Question]) -> Result<(), Error> {
    for question in questions {
        check(question)?;
        checked_locale(&question.locale)?;
    }
    for question in questions {
        store::challenge::put(tx, actor.tenant.0, &question.row())?;
    }
    audit::record(tx, now, actor, "Set Challenge Questions", &actor.domain, &names(questions))
}

/// Takes questions away from the actor's tenant; those it does not have are passed over.
///
/// # Errors
/// As [`put`].
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, questions: &[Question]) -> Result<(), Error> {
    for question in questions {
        check(question)?;
        checked_locale(&question.locale)?;
    }
    for question in questions {
        let QuestionRow { set_name, question_id, folded_locale, .. } = question.row();
        store::challenge::remove(tx, actor.tenant.0, &set_name, &question_id, &folded_locale)?;
    }
    audit::record(tx, now, actor, "Delete Challenge Questions", &actor.domain, &names(questions))
}

fn names(questions: &[Question]) -> String {
    let names: Vec<String> =
        questions.iter().map(|one| format!("{}/{}", set_name(&one.set), one.id)).collect();
    names.join(",")
}

fn check(question: &Question) -> Result<(), Error> {
    let parts = [&question.set, &question.id, &question.text, &question.locale];
    if parts.iter().any(|part| part.trim().is_empty()) {
        return Err(Error::refused(
            "Invalid Challenge Question. Attributes of Challenge question to be set cannot be empty.",
        ));
    }
    for (name, what) in [(set_name(&question.set), "ChallengeSetId"), (&question.id, "QuestionId")] {
        if name.is_empty() || !name.chars().all(char::is_alphanumeric) {
            return Err(Error::refused(format!("{what} contains non alpha-numeric characters.")));
        }
    }
    Ok(())
}

/// A question that a user answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// URI of the set.
    pub set: String,
    /// The question.
    pub question: String,
    /// The hash of the answer, which clients get to see and send back for an answer that stays.
    pub proof: String,
}

/// The questions a user answered, in the order in which he did.
///
/// # Errors
/// Failures of the database.
pub fn of_user(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<Vec<Answered>, Error> {
    let sets = answered_sets(tx, realm, user)?;
    let uris: Vec<&str> = sets.iter().map(String::as_str).collect();
    let values = claim::values(tx, realm, user, &uris)?;
    let separator = &realm.policy.challenge_separator;
    Ok(values.into_iter().filter_map(|(set, value)| answered(separator, set, &value)).collect())
}

/// The sets a user answered, whether or not there still is an answer.
///
/// # Errors
/// Failures of the database.
fn answered_sets(tx: &mut Tx<'_>, realm: &Realm, user: &User) -> Result<Vec<String>, Error> {
    let listed = claim::values(tx, realm, user, &[ANSWERED_SETS])?;
    let listed = listed.first().map_or("", |(_, value)| value.as_str());
    let sets = listed.split(realm.policy.challenge_separator.as_str());
    Ok(sets.map(str::trim).filter(|set| !set.is_empty()).map(str::to_owned).collect())
}

/// A claim taken apart at its last separator: a question may hold one, a proof does not.
fn answered(separator: &str, set: String, value: &str) -> Option<Answered> {
    let (question, proof) = value.rsplit_once(separator)?;
    let (question, proof) = (question.trim().to_owned(), proof.trim().to_owned());
    (!question.is_empty() && !proof.is_empty()).then_some(Answered { set, question, proof })
}

/// An answer to keep.
#[derive(Debug, Clone)]
pub struct Answer {
    /// URI of the set.
    pub set: String,
    /// The question.
    pub question: String,
    /// The answer, or the proof of the one that stays.
    pub answer: Secret,
}

/// Keeps what a user answered. Other sets are no longer listed as answered (IS 5.3.0).
///
/// # Errors
/// A set that is the claim of something else, or no claim at all.
pub fn answer(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    user: &User,
    answers: &[Answer],
) -> Result<(), Error> {
    let sets: Vec<&str> = answers.iter().map(|one| one.set.trim()).collect();
    // Anybody who may name sets would set any claim of himself otherwise.
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    let taken = |set: &str| catalogue.means(set, ANSWERED_SETS) || claim::is_of_account(&catalogue, set);
    if let Some(set) = sets.iter().find(|set| taken(set)) {
        return Err(Error::refused(format!("{set} cannot be the set of a challenge question")));
    }
    let earlier = claim::values(tx, realm, user, &sets)?;
    let separator = realm.policy.challenge_separator.as_str();
    let mut changes = Changes::default();
    for (one, set) in answers.iter().zip(&sets) {
        let known = earlier.iter().find(|(uri, _)| uri == set);
        let known = known.and_then(|(_, value)| answered(separator, (*set).to_owned(), value));
        if known.is_some_and(|known| one.answer.matches(&known.proof)) {
            continue;
        }
        let proof = proof(realm, user, set, &one.answer);
        changes.set(*set, Some(format!("{}{separator}{proof}", one.question.trim())));
    }
    changes.set(ANSWERED_SETS, Some(sets.join(separator)));
    claim::write(tx, now, realm, actor, user, claim::DEFAULT_PROFILE, changes)?;
    audit::record(tx, now, actor, "Set Challenge Answers", &user.display_name(), &sets.join(","))
}

/// Whether an answer is the one that was kept, without regard to letter case and blanks around it. Answers of an
/// imported deployment are plain SHA-256 hashes; those count too.
#[must_use]
pub fn is_right(realm: &Realm, user: &User, kept: &Answered, presented: &Secret) -> bool {
    use subtle::ConstantTimeEq;
    let normal = normal(presented);
    if normal.reveal().is_empty() {
        return false;
    }
    let keyed = proof(realm, user, &kept.set, presented);
    let imported = STANDARD.encode(plain_hash(&normal));
    let kept = kept.proof.as_bytes();
    (keyed.as_bytes().ct_eq(kept) | imported.as_bytes().ct_eq(kept)).into()
}

/// Keeps an answer that was right as answers are kept here, if it was imported.
///
/// # Errors
/// Failures of the database.
pub fn strengthen(
    tx: &mut Tx<'_>,
    realm: &Realm,
    user: &User,
    kept: &Answered,
    right: &Secret,
) -> Result<(), Error> {
    let proof = proof(realm, user, &kept.set, right);
    if proof == kept.proof {
        return Ok(());
    }
    let catalogue = realm.catalogues.of(tx, user.tenant)?;
    if let Some(attribute) = catalogue.find(&kept.set).and_then(|claim| claim.attribute(&user.domain)) {
        let value = format!("{}{}{proof}", kept.question, realm.policy.challenge_separator);
        store::user::set_attribute(tx, user.id.0, claim::DEFAULT_PROFILE, attribute, Some(&value))?;
    }
    Ok(())
}

/// The keyed hash of an answer, bound to the user and the set.
fn proof(realm: &Realm, user: &User, set: &str, answer: &Secret) -> String {
    let bound = format!("challenge answer\n{}\n{set}\n{}", user.id.0, normal(answer).reveal());
    STANDARD.encode(realm.key.hash(&Secret::new(bound)))
}

fn normal(answer: &Secret) -> Secret {
    Secret::new(answer.reveal().trim().to_lowercase())
}

fn plain_hash(answer: &Secret) -> [u8; 32] {
    use sha2::Digest as _;
    sha2::Sha256::digest(answer.reveal().as_bytes()).into()
}

#[cfg(test)]
mod tests;
