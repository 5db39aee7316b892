//! Identity providers of partners: listing, adding, changing, switching on and off, deleting (IS 5.3.0, *Identity
//! Providers*).

use super::flash::Flash;
use super::provider_form::{self, Form};
use super::users::Choice;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::Error;
use crate::domain::governance::RESIDENT;
use crate::domain::identity_provider::{self, IdentityProvider, Listed};
use serde::Serialize;
use std::sync::Arc;

const FORM: &str = "console/provider.html";

/// A provider of the list.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    display_name: String,
    description: String,
    enabled: bool,
    edit: String,
    delete: String,
}

impl From<Listed> for Line {
    fn from(listed: Listed) -> Self {
        let profile = listed.profile;
        Self {
            edit: Visit::address("idp/edit", &[("oldName", &profile.name)]),
            delete: Visit::address("idp/delete", &[("name", &profile.name)]),
            display_name: profile.display_name.unwrap_or_default(),
            description: profile.description.unwrap_or_default(),
            enabled: profile.enabled,
            name: profile.name,
        }
    }
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let listed = visit.read(|tx| identity_provider::list(tx, visit.tenant()))?;
    let lines: Vec<Line> = listed.into_iter().map(Line::from).collect();
    let mut context = visit.context(texts::text("providers_title"));
    context.insert("lines", &lines);
    visit.show("console/providers.html", context)
}

/// The provider of that name; the resident one has a screen of its own.
fn known(visit: &Visit, name: &str) -> Result<IdentityProvider, Error> {
    let found = match name {
        RESIDENT => None,
        _ => visit.read(|tx| identity_provider::by_name(tx, visit.realm(), &visit.actor, name))?,
    };
    found.ok_or_else(|| Error::refused(texts::filled("no_such_provider", &[name])))
}

/// The page with a provider in it; `old_name` is the one it is stored under.
fn form(visit: &Visit, old_name: Option<&str>, provider: &IdentityProvider) -> Result<tera::Context, Error> {
    let title = if old_name.is_some() { "edit_provider_title" } else { "add_provider_title" };
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    let mut locals: Vec<&str> = catalogue.local().iter().map(|claim| claim.uri.as_str()).collect();
    locals.sort_unstable();
    let form = Form::of(provider);
    let none = Choice { value: String::new(), text: texts::text("provider_no_default").to_owned() };
    let ways = form.ways().map(|(name, label)| Choice { value: name.to_owned(), text: label.to_owned() });
    let mut context = visit.context(texts::text(title));
    context.insert("action", if old_name.is_some() { "/carbon/idp/edit" } else { "/carbon/idp/add" });
    context.insert("old_name", &old_name.unwrap_or_default());
    context.insert("locals", &locals);
    context.insert("default_ways", &[none].into_iter().chain(ways).collect::<Vec<_>>());
    context.insert("form", &form);
    Ok(context)
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    if !visit.is_post {
        return visit.show(FORM, form(&visit, None, &IdentityProvider::default())?);
    }
    let new = provider_form::sent(&visit, &IdentityProvider::default());
    let context = form(&visit, None, &new)?;
    if new.profile.name.is_empty() {
        return visit.show_again(FORM, context, texts::text("provider_no_name"));
    }
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    match visit.write(move |tx| identity_provider::add(tx, now, &realm, &actor, new)).await {
        Ok(()) => visit.go_with(&Visit::address("idp", &[]), Flash::good(texts::text("provider_added"))),
        Err(error) => {
            let said = texts::filled("provider_not_added", &[&visit::refused(error)?]);
            visit.show_again(FORM, context, &said)
        }
    }
}

/// Changing one.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let old_name = visit.text("oldName").to_owned();
    let stored = known(&visit, &old_name)?;
    if !visit.is_post {
        return visit.show(FORM, form(&visit, Some(&old_name), &stored)?);
    }
    let new = provider_form::sent(&visit, &stored);
    let shown = provider_form::with_kept(new.clone(), &stored);
    let context = form(&visit, Some(&old_name), &shown)?;
    if new.profile.name.is_empty() {
        return visit.show_again(FORM, context, texts::text("provider_no_name"));
    }
    match update(&visit, old_name, new).await {
        Ok(()) => visit.go_with(&Visit::address("idp", &[]), Flash::good(texts::text("provider_updated"))),
        Err(error) => {
            let said = texts::filled("provider_not_updated", &[&visit::refused(error)?]);
            visit.show_again(FORM, context, &said)
        }
    }
}

async fn update(visit: &Visit, old_name: String, new: IdentityProvider) -> Result<(), Error> {
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    visit.write(move |tx| identity_provider::update(tx, now, &realm, &actor, &old_name, new)).await
}

/// Switching one on or off.
pub async fn switch(visit: Arc<Visit>) -> Answer {
    if !visit.is_post {
        return visit.go(&Visit::address("idp", &[]));
    }
    let name = visit.text("name").to_owned();
    let mut provider = known(&visit, &name)?;
    provider.profile.enabled = visit.ticked("enable");
    provider.default_authenticator_enabled = provider.default_authenticator().is_some_and(|one| one.enabled);
    let flash = match update(&visit, name, provider).await {
        Ok(()) => Flash::good(texts::text("provider_updated")),
        Err(error) => Flash::bad(texts::filled("provider_not_updated", &[&visit::refused(error)?])),
    };
    visit.go_with(&Visit::address("idp", &[]), flash)
}

/// Deleting one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let name = visit.text("name").to_owned();
    if !visit.is_post {
        known(&visit, &name)?;
        return visit.confirm(Confirmation {
            title: texts::text("delete_provider_title"),
            lines: &[texts::filled("delete_provider_question", &[&name])],
            action: "idp/delete",
            fields: &[("name", &name)],
            button: texts::text("delete"),
            back: "idp",
        });
    }
    let (now, actor) = (visit.now(), visit.actor.clone());
    let flash = match visit.write(move |tx| identity_provider::delete(tx, now, &actor, &name)).await {
        Ok(()) => Flash::good(texts::text("provider_deleted")),
        Err(error) => Flash::bad(texts::filled("provider_not_deleted", &[&visit::refused(error)?])),
    };
    visit.go_with(&Visit::address("idp", &[]), flash)
}
