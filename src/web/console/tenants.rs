//! Tenants: finding, adding, changing, letting their users in or keeping them out. For the super tenant's administrators
//! (IS 5.3.0, `TenantMgtAdminService`).

use super::flash::Flash;
use super::paging::Pages;
use super::sheet::{SHOWN, Sheet, agreed, no_list};
use super::users::prepared;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, moment, texts};
use crate::domain::credential::Credential;
use crate::domain::password::NewPassword;
use crate::domain::tenant::{self, Described, Entry, NewTenant, Update};
use crate::domain::{Actor, Error, Now, Secret, TenantId};
use crate::store::{Tx, aside};
use crate::web::sheet::Merged;
use serde::Serialize;
use std::sync::Arc;

const FORM: &str = "console/tenant.html";

/// A tenant of the list.
#[derive(Debug, Serialize)]
struct Line {
    domain: String,
    email: String,
    created: String,
    active: bool,
    edit: String,
    deactivate: String,
}

fn line(visit: &Visit, entry: Entry) -> Line {
    let domain = entry.tenant.domain;
    Line {
        email: entry.email.unwrap_or_default(),
        created: moment::shown(entry.created_at),
        active: entry.tenant.active,
        edit: visit.link("tenants/edit", &[("domain", &domain)]),
        deactivate: visit.link("tenants/deactivate", &[("domain", &domain)]),
        domain,
    }
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let part = visit.text("part");
    let number = visit.text("page").parse::<i64>().unwrap_or(0).max(0);
    let found = visit.read(|tx| tenant::page(tx, part, number))?;
    let number = number.min(found.pages.saturating_sub(1));
    let to = |number: i64| visit.here_with(&[("page", &number.to_string())]);
    let pages = Pages {
        first: (number > 0).then(|| to(0)),
        next: (number + 1 < found.pages).then(|| to(number + 1)),
    };
    let mut context = visit.context(texts::text("tenants_title"));
    context.insert("lines", &found.entries.into_iter().map(|entry| line(&visit, entry)).collect::<Vec<_>>());
    context.insert("pages", &pages);
    context.insert("part", part);
    visit.show("console/tenants.html", context)
}

/// What a form says of a tenant; never the password.
fn form(visit: &Visit, title: &'static str, is_new: bool) -> tera::Context {
    let mut context = visit.context(texts::text(title));
    context.insert("is_new", &is_new);
    context.insert("action", if is_new { "/carbon/tenants/add" } else { "/carbon/tenants/edit" });
    for name in ["domain", "admin", "firstName", "lastName", "email"] {
        context.insert(name, visit.text(name));
    }
    context
}

/// What is changed of one: field, label.
const FIELDS: [(&str, &str); 3] =
    [("email", "tenant_email"), ("firstName", "user_given_name"), ("lastName", "user_last_name")];

fn label(field: &str) -> String {
    let known = FIELDS.iter().find(|(name, _)| *name == field);
    known.map_or_else(|| field.to_owned(), |(_, label)| texts::text(label).to_owned())
}

fn sheet(described: &Described) -> Sheet {
    let email = described.entry.as_ref().and_then(|entry| entry.email.as_deref());
    let values = [email, described.first_name.as_deref(), described.last_name.as_deref()];
    let mut sheet = Sheet::default();
    let fields = FIELDS.iter().zip(values);
    fields.for_each(|((field, _), value)| sheet.write(field, value.unwrap_or_default()));
    sheet
}

/// What was sent, brought to what is there.
fn merged(visit: &Visit, is: &Sheet) -> Merged {
    let mut sheet = Sheet::default();
    FIELDS.iter().for_each(|(field, _)| sheet.write(field, visit.text(field)));
    let sent = sheet.with_left_out(&visit.parameters, is, |field| Some(field));
    sent.over(&Sheet::shown(&visit.parameters, is), is, no_list)
}

fn passwords_differ(visit: &Visit) -> bool {
    visit.raw("password") != visit.raw("password2")
}

/// What must be filled in for a new one.
fn objection(visit: &Visit) -> Option<&'static str> {
    if visit.text("admin").is_empty() {
        return Some(texts::text("tenant_no_admin"));
    }
    if visit.raw("password").is_empty() {
        return Some(texts::text("tenant_no_password"));
    }
    passwords_differ(visit).then(|| texts::text("passwords_differ"))
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    let context = form(&visit, "add_tenant_title", true);
    if !visit.is_post {
        return visit.show(FORM, context);
    }
    if let Some(objection) = objection(&visit) {
        return visit.show_again(FORM, context, objection);
    }
    match added(&visit).await {
        Ok(tenant) => {
            let said = texts::filled("tenant_added", &[&tenant.domain]);
            visit.go_with(&Visit::address("tenants", &[]), Flash::good(said))
        }
        Err(error) => visit.show_again(FORM, context, &visit::refused(error)?),
    }
}

async fn added(visit: &Visit) -> Result<tenant::Tenant, Error> {
    let plain = Secret::from(visit.raw("password"));
    let hashing = aside(move || Credential::hash(&plain));
    let credential = hashing.await.unwrap_or(Err(Error::Broken("hashing panicked")))?;
    let text = |name: &str| Some(visit.text(name).to_owned());
    let new = NewTenant {
        domain: Some(visit.text("domain").to_lowercase()),
        email: text("email"),
        admin: text("admin"),
        credential: Some(credential),
        first_name: text("firstName"),
        last_name: text("lastName"),
        ..NewTenant::default()
    };
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    visit.write(move |tx| tenant::add(tx, now, &realm, &actor, &new)).await
}

/// The tenant of a form or an address.
fn known(visit: &Visit) -> Result<(Entry, Described), Error> {
    let domain = visit.key("domain");
    let described = visit.read(|tx| tenant::describe(tx, visit.realm(), domain))?;
    match described.entry.clone() {
        Some(entry) => Ok((entry, described)),
        None => Err(Error::refused(texts::filled("no_such_tenant", &[domain]))),
    }
}

/// Changing one: whom to write to, its administrator's names and, if one is typed, his password.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let (entry, described) = known(&visit)?;
    let mut context = form(&visit, "edit_tenant_title", false);
    context.insert("domain", &entry.tenant.domain);
    context.insert("admin", &entry.tenant.admin_name);
    let is = sheet(&described);
    let standing = if visit.is_post { merged(&visit, &is).sheet } else { is.clone() };
    FIELDS.iter().for_each(|(field, _)| context.insert(*field, standing.text(field)));
    context.insert(SHOWN, &is.packed());
    if !visit.is_post {
        return visit.show(FORM, context);
    }
    if passwords_differ(&visit) {
        return visit.show_again(FORM, context, texts::text("passwords_differ"));
    }
    let said = texts::filled("tenant_saved", &[&entry.tenant.domain]);
    match saved(&visit, entry).await {
        Ok(()) => visit.go_with(&visit.list("tenants"), Flash::good(said)),
        Err(error) => visit.show_again(FORM, context, &visit::refused(error)?),
    }
}

/// Writes what the form changed over what is stored by then.
async fn saved(visit: &Arc<Visit>, entry: Entry) -> Result<(), Error> {
    let Entry { tenant, .. } = entry;
    let password = new_password(visit, tenant.id, &tenant.admin_name).await?;
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let sent = Arc::clone(visit);
    let done = visit.write(move |tx| {
        let described = tenant::describe(tx, &realm, &tenant.domain)?;
        let is = sheet(&described);
        let merged = agreed(merged(&sent, &is), &is, label)?;
        let text =
            |name: &str, stored: Option<String>| merged.new_text(&is, name).map(str::to_owned).or(stored);
        let update = Update {
            password,
            id: tenant.id,
            email: text("email", described.entry.and_then(|entry| entry.email)),
            first_name: text("firstName", described.first_name),
            last_name: text("lastName", described.last_name),
            admin: Some(tenant.admin_name),
            domain: tenant.domain,
        };
        tenant::update(tx, now, &realm, &actor, &update)
    });
    done.await
}

/// The password of a form, if one was typed.
async fn new_password(visit: &Visit, tenant: TenantId, admin: &str) -> Result<Option<NewPassword>, Error> {
    if visit.raw("password").is_empty() {
        return Ok(None);
    }
    prepared(visit, tenant, admin).await.map(Some)
}

async fn switch(
    visit: &Visit,
    said: &'static str,
    work: impl FnOnce(&mut Tx<'_>, Now, &Actor, &str) -> Result<(), Error> + Send + 'static,
) -> Answer {
    let (now, actor) = (visit.now(), visit.actor.clone());
    let domain = known(visit)?.0.tenant.domain;
    let said = texts::filled(said, &[&domain]);
    let done = visit.write(move |tx| work(tx, now, &actor, &domain)).await;
    visit.onward(&visit.list("tenants"), done, said)
}

/// Letting the users of one in.
pub async fn activate(visit: Arc<Visit>) -> Answer {
    if !visit.is_post {
        return visit.go(&visit.list("tenants"));
    }
    switch(&visit, "tenant_activated", tenant::activate).await
}

/// Keeping the users of one out, after a question.
pub async fn deactivate(visit: Arc<Visit>) -> Answer {
    if visit.is_post {
        return switch(&visit, "tenant_deactivated", tenant::deactivate).await;
    }
    let domain = known(&visit)?.0.tenant.domain;
    visit.confirm(Confirmation {
        title: texts::text("deactivate_tenant_title"),
        lines: &[texts::filled("deactivate_tenant_question", &[&domain])],
        action: "tenants/deactivate",
        fields: &[("domain", &domain)],
        button: texts::text("deactivate"),
        back: &visit.list("tenants"),
    })
}
