//! Identity providers of partners: listing, adding, changing, switching on and off, deleting (IS 5.3.0, *Identity
//! Providers*).

use super::flash::Flash;
use super::paging::{self, Pages};
use super::provider_form::Form;
use super::sheet::{SHOWN, Sheet, agreed};
use super::users::Choice;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, provider_part, provider_sheet, texts};
use crate::domain::governance::RESIDENT;
use crate::domain::identity_provider::{self, Dropped, IdentityProvider, Profile};
use crate::domain::{Error, user};
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

fn line(visit: &Visit, profile: Profile) -> Line {
    Line {
        edit: visit.link("idp/edit", &[("oldName", &profile.name)]),
        delete: visit.link("idp/delete", &[("name", &profile.name)]),
        display_name: profile.display_name.unwrap_or_default(),
        description: profile.description.unwrap_or_default(),
        enabled: profile.enabled,
        name: profile.name,
    }
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let (part, after) = (visit.text("part"), visit.key("after"));
    let mut rows =
        visit.read(|tx| identity_provider::page(tx, visit.tenant(), part, after, paging::ROWS + 1))?;
    let pages = Pages::of(&visit, &mut rows, |row| row.name.clone());
    let mut context = visit.context(texts::text("providers_title"));
    context.insert("lines", &rows.into_iter().map(|row| line(&visit, row)).collect::<Vec<_>>());
    context.insert("pages", &pages);
    context.insert("part", part);
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

/// Users are provisioned to the store that their names say.
const AS_IN_USERNAME: &str = "As in username";

/// The page with a provider in it; `old_name` is the one it is stored under, `shown` what the form is made with.
fn form(
    visit: &Visit,
    old_name: Option<&str>,
    provider: &IdentityProvider,
    shown: &Sheet,
) -> Result<tera::Context, Error> {
    let title = if old_name.is_some() { "edit_provider_title" } else { "add_provider_title" };
    let (catalogue, stores) = visit.read(|tx| {
        let catalogue = visit.realm().catalogues.of(tx, visit.tenant())?;
        Ok::<_, Error>((catalogue, user::stores(tx, visit.tenant())?))
    })?;
    let mut locals: Vec<&str> = catalogue.local().iter().map(|claim| claim.uri.as_str()).collect();
    locals.sort_unstable();
    let form = Form::of(provider);
    let none = Choice { value: String::new(), text: texts::text("provider_no_default").to_owned() };
    let mut stores: Vec<Choice> = stores.into_iter().map(|store| Choice::plain(store.domain)).collect();
    stores.insert(0, Choice::plain(AS_IN_USERNAME));
    stores.insert(0, none);
    let chosen = form.jit_user_store();
    if stores.iter().all(|store| store.value != chosen) {
        stores.push(Choice::plain(chosen));
    }
    let mut context = visit.context(texts::text(title));
    context.insert("action", if old_name.is_some() { "/carbon/idp/edit" } else { "/carbon/idp/add" });
    context.insert("old_name", &old_name.unwrap_or_default());
    context.insert("locals", &locals);
    context.insert("stores", &stores);
    context.insert("form", &form);
    context.insert("gone", &provider_part::gone(visit));
    context.insert(SHOWN, &shown.packed());
    Ok(context)
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    let (nothing, none) = (IdentityProvider::default(), Sheet::default());
    if !visit.is_post {
        return visit.show(FORM, form(&visit, None, &nothing, &none)?);
    }
    let sent = provider_sheet::typed(&visit, &nothing, &none);
    let (new, _) = provider_sheet::applied(&sent, &nothing, provider_sheet::sent_certificate(&visit));
    let context = form(&visit, None, &new, &none)?;
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

/// Changing one: what was changed on the form, over what is stored by then.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let old_name = visit.key("oldName").to_owned();
    let stored = known(&visit, &old_name)?;
    let is = provider_sheet::sheet(&stored);
    if !visit.is_post {
        return visit.show(FORM, form(&visit, Some(&old_name), &stored, &is)?);
    }
    let shown = Sheet::shown(&visit.parameters, &is);
    let sent = provider_sheet::typed(&visit, &stored, &shown);
    let certificate = provider_sheet::sent_certificate(&visit);
    let merged = sent.over(&shown, &is, provider_sheet::is_list).sheet;
    let (typed, _) = provider_sheet::applied(&merged, &stored, None);
    let context = form(&visit, Some(&old_name), &typed, &is)?;
    if typed.profile.name.is_empty() {
        return visit.show_again(FORM, context, texts::text("provider_no_name"));
    }
    let change = move |stored: IdentityProvider| {
        let is = provider_sheet::sheet(&stored);
        let merged = sent.over(&shown, &is, provider_sheet::is_list);
        let merged = agreed(merged, &is, provider_sheet::label)?;
        Ok(provider_sheet::applied(&merged, &stored, certificate))
    };
    match changed(&visit, old_name, change).await {
        Ok(()) => visit.go_with(&visit.list("idp"), Flash::good(texts::text("provider_updated"))),
        Err(error) => {
            let said = texts::filled("provider_not_updated", &[&visit::refused(error)?]);
            visit.show_again(FORM, context, &said)
        }
    }
}

async fn changed(
    visit: &Visit,
    name: String,
    change: impl FnOnce(IdentityProvider) -> Result<(IdentityProvider, Vec<Dropped>), Error> + Send + 'static,
) -> Result<(), Error> {
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    visit.write(move |tx| identity_provider::edit(tx, now, &realm, &actor, &name, change)).await
}

/// Switching one on or off.
pub async fn switch(visit: Arc<Visit>) -> Answer {
    if !visit.is_post {
        return visit.go(&visit.list("idp"));
    }
    let name = visit.key("name").to_owned();
    known(&visit, &name)?;
    let enabled = visit.ticked("enable");
    let change = move |mut provider: IdentityProvider| {
        provider.profile.enabled = enabled;
        provider.default_authenticator_enabled =
            provider.default_authenticator().is_some_and(|one| one.enabled);
        Ok((provider, Vec::new()))
    };
    let flash = match changed(&visit, name, change).await {
        Ok(()) => Flash::good(texts::text("provider_updated")),
        Err(error) => Flash::bad(texts::filled("provider_not_updated", &[&visit::refused(error)?])),
    };
    visit.go_with(&visit.list("idp"), flash)
}

/// Deleting one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let name = visit.key("name").to_owned();
    if !visit.is_post {
        known(&visit, &name)?;
        return visit.confirm(Confirmation {
            title: texts::text("delete_provider_title"),
            lines: &[texts::filled("delete_provider_question", &[&name])],
            action: "idp/delete",
            fields: &[("name", &name)],
            button: texts::text("delete"),
            back: &visit.list("idp"),
        });
    }
    let (now, actor) = (visit.now(), visit.actor.clone());
    let flash = match visit.write(move |tx| identity_provider::delete(tx, now, &actor, &name)).await {
        Ok(()) => Flash::good(texts::text("provider_deleted")),
        Err(error) => Flash::bad(texts::filled("provider_not_deleted", &[&visit::refused(error)?])),
    };
    visit.go_with(&visit.list("idp"), flash)
}
