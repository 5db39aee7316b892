//! Security questions, one a page. Whoever gives a name gets one.

use super::{Visit, text};
use crate::domain::question_recovery::{self, Answer, Asked, Pace};
use crate::domain::tenant::{self, Tenant};
use crate::domain::{Error, Secret};
use crate::web::{page, reset};
use hyper::{Response, StatusCode};
use std::sync::Arc;

/// Longest answer that is looked at.
const LONGEST: usize = 250;

/// Asks the first question. A name of a tenant that there is not is asked as one of ours.
pub(super) async fn begin(
    visit: &Visit<'_>,
    whose: Option<Tenant>,
    local: &str,
    typed: &str,
) -> Result<Response<Vec<u8>>, Error> {
    let (site, now) = (visit.site, visit.site.now());
    let is_enabled = |tenant: &Tenant| site.store.read(|tx| question_recovery::is_enabled(tx, tenant.id));
    let ours = match &whose {
        Some(tenant) => is_enabled(tenant)?,
        None => false,
    };
    let (tenant, name) = match whose {
        Some(tenant) if ours => (tenant, local.to_owned()),
        // With the tenant in it, the name is nobody's.
        _ => {
            let found = site.store.read(|tx| tenant::find(tx, tenant::SUPER_DOMAIN))?;
            (found.ok_or(Error::NoSuchTenant)?, format!("{typed}@"))
        }
    };
    if !is_enabled(&tenant)? {
        return Ok(visit.not_offered());
    }
    let realm = Arc::clone(&site.realm);
    let (step, _) = site
        .store
        .write(move |tx| question_recovery::begin(tx, now, &realm, &tenant, &name, Pace::One))
        .await?;
    show(visit, &step.key, &step.asked, None)
}

fn show(
    visit: &Visit<'_>,
    key: &Secret,
    asked: &[Asked],
    message: Option<&str>,
) -> Result<Response<Vec<u8>>, Error> {
    let Some(asked) = asked.first() else { return Ok(visit.not_offered()) };
    let mut context = visit.context(&visit.tenant()?);
    context.insert("message", &message);
    context.insert("key", key.reveal());
    context.insert("set", &asked.set);
    context.insert("question", &asked.question);
    Ok(page::render(visit.site, StatusCode::OK, "recovery/question.html", context))
}

/// Takes an answer: the next question, the same one again, or the form for a new password.
pub(super) async fn answer(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    let given = |name: &str| visit.parameters.get(name).unwrap_or("");
    let key = Secret::from(given("key"));
    let said: String = given("securityQuestionAnswer").chars().take(LONGEST).collect();
    let answers = vec![(given("questionSetId").to_owned(), Secret::new(said))];
    let (site, now, realm) = (visit.site, visit.site.now(), Arc::clone(&visit.site.realm));
    let kept = key.clone();
    let answered =
        site.store.write(move |tx| question_recovery::answer(tx, now, &realm, &kept, &answers)).await?;
    match answered {
        Answer::Next(step) => show(visit, &step.key, &step.asked, None),
        Answer::Done(code) => Ok(reset::show_for(site, code, &visit.callback).await),
        Answer::Wrong | Answer::Others => {
            let asked = site.store.read(|tx| question_recovery::waiting(tx, &site.realm, &key))?;
            show(visit, &key, &asked, Some(text("answer_wrong")))
        }
        Answer::InvalidKey | Answer::ExpiredKey => {
            Ok(page::refusal(site, StatusCode::OK, text("questions_over")))
        }
    }
}
