//! Security questions and their answers.

use super::{Asked, BASE, bad, empty, invalid_tenant, json, no_json, no_one, problem};
use crate::domain::question_recovery::{self, Answer, Obstacle, Pace, Step};
use crate::domain::recovery::Denied;
use crate::domain::{Error, Secret};
use hyper::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Answers that are looked at.
const MOST: usize = 50;

#[derive(Serialize)]
struct Question<'a> {
    question: &'a str,
    #[serde(rename = "question-set-id")]
    set: &'a str,
}

#[derive(Serialize)]
struct Link {
    rel: &'static str,
    uri: &'static str,
}

#[derive(Serialize)]
struct OneQuestion<'a> {
    key: &'a str,
    question: Option<Question<'a>>,
    link: Link,
}

#[derive(Serialize)]
struct AllQuestions<'a> {
    key: &'a str,
    questions: Vec<Question<'a>>,
    link: Link,
}

const VALIDATE: Link = Link { rel: "validate-answer", uri: BASE };
const SET_PASSWORD: Link = Link { rel: "set-password", uri: BASE };

fn shown(step: &Step, pace: Pace) -> Response<Vec<u8>> {
    let mut questions = step.asked.iter().map(|one| Question { question: &one.question, set: &one.set });
    let key = step.key.reveal();
    match pace {
        Pace::One => json(StatusCode::OK, &OneQuestion { key, question: questions.next(), link: VALIDATE }),
        Pace::All => {
            json(StatusCode::OK, &AllQuestions { key, questions: questions.collect(), link: VALIDATE })
        }
    }
}

/// `GET /security-question` and `/security-questions`: questions for every name, unless the original's answers are
/// wanted.
pub(super) async fn begin(asked: &Asked<'_>, pace: Pace) -> Result<Response<Vec<u8>>, Error> {
    let named = asked.parameters.filled("tenant-domain");
    let Some(tenant) = asked.tenant(named)? else {
        return Ok(invalid_tenant(named.or(asked.call.tenant).unwrap_or_default()));
    };
    if !asked.site.store.read(|tx| question_recovery::is_enabled(tx, tenant.id))? {
        return Ok(bad("20018", "Security questions based recovery is not enabled"));
    }
    let name = asked.parameters.get("username").unwrap_or("").to_owned();
    let typed = match asked.parameters.filled("realm") {
        Some(realm) => format!("{}/{name}", realm.trim()),
        None => name.clone(),
    };
    let (realm, now) = (Arc::clone(&asked.site.realm), asked.site.now());
    let begun =
        asked.site.store.write(move |tx| question_recovery::begin(tx, now, &realm, &tenant, &typed, pace));
    let (step, obstacle) = begun.await?;
    if let Some(obstacle) = obstacle.filter(|_| asked.tells_who_exists()) {
        return Ok(match obstacle {
            Obstacle::NoSuchUser | Obstacle::Several => {
                no_one(&name, asked.parameters.filled("realm").is_some(), obstacle == Obstacle::Several)
            }
            Obstacle::Disabled => bad("17004", &Denied::Disabled(name).to_string()),
            Obstacle::Locked => bad("17003", &Denied::Locked(name).to_string()),
            Obstacle::NoAnswers => empty(StatusCode::NO_CONTENT),
        });
    }
    if step.asked.is_empty() {
        return Ok(empty(StatusCode::NO_CONTENT));
    }
    Ok(shown(&step, pace))
}

#[derive(Deserialize)]
struct Answers {
    key: Option<String>,
    answers: Option<Vec<Given>>,
}

#[derive(Deserialize)]
struct Given {
    #[serde(rename = "question-set-id")]
    set: Option<String>,
    answer: Option<String>,
}

/// `POST /validate-answer`: the next question, or the key that sets a password.
pub(super) async fn validate(asked: &Asked<'_>) -> Result<Response<Vec<u8>>, Error> {
    let Ok(body) = serde_json::from_slice::<Answers>(asked.body) else { return Ok(no_json("20008")) };
    let given: Vec<(String, Secret)> = body
        .answers
        .unwrap_or_default()
        .into_iter()
        .take(MOST)
        .map(|one| (one.set.unwrap_or_default(), Secret::new(one.answer.unwrap_or_default())))
        .collect();
    let key = body.key.unwrap_or_default();
    let (realm, now, kept) = (Arc::clone(&asked.site.realm), asked.site.now(), Secret::from(key.as_str()));
    let answered =
        asked.site.store.write(move |tx| question_recovery::answer(tx, now, &realm, &kept, &given)).await?;
    let shown_key = if key.trim().is_empty() { "%s" } else { &key };
    Ok(match answered {
        Answer::Next(step) => shown(&step, Pace::One),
        Answer::Done(code) => {
            json(StatusCode::OK, &OneQuestion { key: code.reveal(), question: None, link: SET_PASSWORD })
        }
        // As a password of the history, a wrong answer can be tried again with the same key.
        Answer::Wrong => problem(StatusCode::PRECONDITION_FAILED, "20008", "Invalid answer", Some(&key)),
        Answer::Others => bad("20012", "Need to answer to all requested security questions"),
        Answer::InvalidKey => bad("18001", &format!("Invalid Code '{shown_key}.'")),
        Answer::ExpiredKey => bad("18002", &format!("Expired Code '{shown_key}.'")),
    })
}
