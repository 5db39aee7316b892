//! Another password for oneself, for the present one.

use super::{PASSWORD, Visit, text};
use crate::domain::account::{self, Unchanged};
use crate::domain::{Error, Secret, password};
use crate::store::aside;
use crate::web::texts;
use hyper::Response;
use std::sync::Arc;

/// Shows the form or takes it.
pub(super) async fn answer(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    if !visit.is_post {
        return show(visit, None);
    }
    let given = |name: &str| visit.parameters.get(name).unwrap_or("");
    let (old, new) = (given("old-password"), given("new-password"));
    if old.is_empty() || new.trim().is_empty() {
        return show(visit, Some(texts::PASSWORD_EMPTY));
    }
    if new != given("new-password2") {
        return show(visit, Some(texts::PASSWORDS_DIFFER));
    }
    let (site, now, actor) = (Arc::clone(visit.site), visit.site.now(), visit.session.actor());
    let (id, old, new) = (Secret::from(visit.id.as_str()), Secret::from(old), Secret::from(new));
    let changed =
        aside(move || account::change_password(&site.store, now, &site.realm, &actor, &id, &old, &new));
    match changed.await.unwrap_or(Err(Error::Broken("a change of password panicked")))? {
        Ok(()) => Ok(visit.done(PASSWORD, "password")),
        Err(Unchanged::WrongPassword) => show(visit, Some(text("wrong_password"))),
        Err(Unchanged::Refused(refused)) => show(visit, Some(&texts::refused(&refused))),
    }
}

fn show(visit: &Visit<'_>, message: Option<&str>) -> Result<Response<Vec<u8>>, Error> {
    let tenant = visit.session.tenant.id;
    let rules = visit.site.store.read(|tx| password::rules(tx, &visit.site.realm, tenant))?;
    let mut context = visit.context();
    context.insert("rules", &texts::rules(&rules));
    context.insert("message", &message);
    Ok(visit.show("dashboard/password.html", context))
}
