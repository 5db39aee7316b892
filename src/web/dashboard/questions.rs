//! One's own security questions: one of each set, with an answer that nobody is shown again.

use super::{QUESTIONS, Visit, text};
use crate::domain::challenge::{self, Answer, Answered, Question};
use crate::domain::{Error, Secret, account};
use hyper::Response;
use serde::Serialize;
use std::sync::Arc;

/// Longest answer that is looked at.
const LONGEST: usize = 250;

/// A set of questions.
#[derive(Serialize)]
struct Shown {
    /// The set.
    uri: String,
    /// Its place, for people and for the names of the fields.
    number: usize,
    questions: Vec<String>,
    /// The one that is chosen.
    chosen: String,
    is_answered: bool,
}

/// Shows the form or takes it.
pub(super) async fn answer(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    let (realm, actor) = (Arc::clone(&visit.site.realm), visit.session.actor());
    let (user, offered, kept) = visit.site.store.read(|tx| {
        let user = account::own(tx, &actor)?;
        let offered = challenge::for_user(tx, &realm, &user)?;
        let kept = challenge::of_user(tx, &realm, &user)?;
        Ok::<_, Error>((user, offered, kept))
    })?;
    let sets = sets(offered, &kept);
    if !visit.is_post {
        return Ok(show(visit, sets, None));
    }
    let mut answers = Vec::new();
    for set in &sets {
        let given = |field: &str| visit.parameters.get(&format!("{field}{}", set.number)).unwrap_or("");
        let (question, answer) = (given("question").to_owned(), given("answer").trim());
        if question.is_empty() {
            continue;
        }
        // Only what the page offers may be asked: the text is shown to whoever says that he forgot his password.
        if !set.questions.contains(&question) || answer.chars().count() > LONGEST {
            return Ok(show(visit, sets, Some(text("questions_refused"))));
        }
        let earlier = kept.iter().find(|one| one.set == set.uri && one.question == question);
        let answer = match (answer, earlier) {
            ("", Some(earlier)) => Secret::from(earlier.proof.as_str()),
            ("", None) => return Ok(show(visit, sets, Some(text("answer_missing")))),
            (answer, _) => Secret::from(answer),
        };
        answers.push(Answer { set: set.uri.clone(), question, answer });
    }
    let now = visit.site.now();
    visit.site.store.write(move |tx| challenge::answer(tx, now, &realm, &actor, &user, &answers)).await?;
    Ok(visit.done(QUESTIONS, "questions"))
}

/// The questions by set. One that the user chose stays to be chosen when the tenant no longer asks it.
fn sets(offered: Vec<Question>, kept: &[Answered]) -> Vec<Shown> {
    let mut sets: Vec<Shown> = Vec::new();
    let questions = offered.into_iter().map(|one| (one.set, one.text));
    let chosen = kept.iter().map(|one| (one.set.clone(), one.question.clone()));
    for (uri, question) in questions.chain(chosen) {
        let set = match sets.iter().position(|set| set.uri == uri) {
            Some(at) => sets.get_mut(at),
            None => {
                let number = sets.len() + 1;
                let answered = kept.iter().find(|one| one.set == uri);
                sets.push(Shown {
                    uri,
                    number,
                    questions: Vec::new(),
                    chosen: answered.map(|one| one.question.clone()).unwrap_or_default(),
                    is_answered: answered.is_some(),
                });
                sets.last_mut()
            }
        };
        if let Some(set) = set.filter(|set| !set.questions.contains(&question)) {
            set.questions.push(question);
        }
    }
    sets
}

fn show(visit: &Visit<'_>, mut sets: Vec<Shown>, message: Option<&str>) -> Response<Vec<u8>> {
    if message.is_some() {
        for set in &mut sets {
            let typed = visit.parameters.get(&format!("question{}", set.number)).unwrap_or("");
            typed.clone_into(&mut set.chosen);
        }
    }
    let mut context = visit.context();
    context.insert("sets", &sets);
    context.insert("message", &message);
    visit.show("dashboard/questions.html", context)
}
