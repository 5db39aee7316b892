//! Mail templates: types, their texts in several locales, a preview, and a test mail to oneself (IS 5.3.0, *Email
//! Templates*).

use super::flash::Flash;
use super::sheet::{SHOWN, Sheet, agreed, lines, no_list};
use super::users::Choice;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::notice::{self, Filled};
use crate::domain::template::{self, Problem, Template, type_of};
use crate::domain::{Actor, Error, Now, account};
use crate::store::Tx;
use serde::Serialize;
use std::sync::Arc;

const FORM: &str = "console/template.html";

/// A screen with the form: the key of its title, and its path.
type Place = (&'static str, &'static str);
const ADD: Place = ("add_template_title", "templates/add");
const EDIT: Place = ("edit_template_title", "templates/edit");

/// A type with its templates.
#[derive(Debug, Serialize)]
struct Kind {
    name: String,
    delete: String,
    add: String,
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    locale: String,
    subject: String,
    content_type: String,
    edit: String,
    delete: String,
}

/// A refusal in its own words; the services have one text for all of them.
fn told(problem: Problem) -> Error {
    match problem {
        Problem::Internal(error) => error,
        refusal => Error::refused(refusal.to_string()),
    }
}

fn all(visit: &Visit) -> Result<(Vec<String>, Vec<Template>), Error> {
    visit.read(|tx| {
        let types = template::types(tx, visit.tenant().0).map_err(told)?;
        Ok((types, template::all(tx, visit.tenant().0).map_err(told)?))
    })
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let (types, templates) = all(&visit)?;
    let line = |one: &Template| {
        let to = |path: &str| Visit::address(path, &[("display", &one.display), ("locale", &one.locale)]);
        Line {
            locale: one.locale.clone(),
            subject: one.subject.clone(),
            content_type: one.content_type.clone(),
            edit: to("templates/edit"),
            delete: to("templates/delete"),
        }
    };
    let kind = |name: String| {
        let own = templates.iter().filter(|one| type_of(&one.display) == type_of(&name));
        Kind {
            delete: Visit::address("templates/types/delete", &[("display", &name)]),
            add: Visit::address("templates/add", &[("display", &name)]),
            lines: own.map(line).collect(),
            name,
        }
    };
    let mut context = visit.context(texts::text("templates_title"));
    context.insert("kinds", &types.into_iter().map(kind).collect::<Vec<_>>());
    visit.show("console/templates.html", context)
}

/// The template of a form.
fn sent(visit: &Visit) -> Template {
    Template {
        display: visit.key("display").to_owned(),
        locale: visit.text("locale").to_owned(),
        content_type: visit.text(CONTENT_TYPE).to_owned(),
        subject: visit.text(SUBJECT).to_owned(),
        body: lines(visit.raw(BODY)),
        footer: lines(visit.raw(FOOTER)),
    }
}

/// The form of a template: field, label.
const FIELDS: [(&str, &str); 4] = [
    (CONTENT_TYPE, "template_content_type"),
    (SUBJECT, "template_subject"),
    (BODY, "template_body"),
    (FOOTER, "template_footer"),
];
const CONTENT_TYPE: &str = "contentType";
const SUBJECT: &str = "subject";
const BODY: &str = "body";
const FOOTER: &str = "footer";

fn sheet(one: &Template) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.write(CONTENT_TYPE, &one.content_type);
    sheet.write(SUBJECT, &one.subject);
    sheet.write_lines(BODY, &one.body);
    sheet.write_lines(FOOTER, &one.footer);
    sheet
}

/// What was sent of the form of one that is there.
fn typed(visit: &Visit, sent: &Template, is: &Sheet) -> Sheet {
    sheet(sent).with_left_out(&visit.parameters, is, |field| Some(field))
}

/// Writes into a template what a form makes of it; what the form did not change stays to the letter.
fn apply(form: &Sheet, one: &mut Template) {
    let is = sheet(one);
    let values = [&mut one.content_type, &mut one.subject, &mut one.body, &mut one.footer];
    for ((field, _), value) in FIELDS.iter().zip(values) {
        if let Some(new) = form.new_text(&is, field) {
            new.clone_into(value);
        }
    }
}

fn label(field: &str) -> String {
    let known = FIELDS.iter().find(|(name, _)| *name == field);
    known.map_or_else(|| field.to_owned(), |(_, label)| texts::text(label).to_owned())
}

/// The form, with a template in it, and with what it was made with.
fn form(
    visit: &Visit,
    (title, action): Place,
    template: &Template,
    shown: &Sheet,
) -> Result<tera::Context, Error> {
    let mut context = visit.context(texts::text(title));
    context.insert("action", &Visit::address(action, &[]));
    context.insert("is_new", &((title, action) == ADD));
    context.insert(SHOWN, &shown.packed());
    context.insert("types", &all(visit)?.0.into_iter().map(Choice::plain).collect::<Vec<_>>());
    let mut kinds = vec!["text/plain", "text/html"];
    if !template.content_type.is_empty() && !kinds.contains(&template.content_type.as_str()) {
        kinds.push(&template.content_type);
    }
    context.insert("content_types", &kinds.into_iter().map(Choice::plain).collect::<Vec<_>>());
    context.insert("display", &template.display);
    context.insert("locale", &template.locale);
    context.insert("content_type", &template.content_type);
    context.insert("subject", &template.subject);
    context.insert("body", &template.body);
    context.insert("footer", &template.footer);
    context.insert("preview", &None::<[String; 2]>);
    context.insert("there", &None::<String>);
    Ok(context)
}

/// Shows, saves, previews or tries a template out, as the button says.
async fn work(visit: &Arc<Visit>, place: Place, shown: &Sheet) -> Answer {
    let template = sent(visit);
    let mut context = form(visit, place, &template, shown)?;
    match visit.text("do") {
        "preview" => {
            let shown = visit.read(|tx| {
                let viewer = account::own(tx, &visit.actor)?;
                notice::preview(tx, visit.realm(), &viewer, &template)
            });
            match shown {
                Ok(Filled { subject, body, .. }) => {
                    context.insert("preview", &[subject, body]);
                    visit.show(FORM, context)
                }
                Err(error) => visit.show_again(FORM, context, &visit::refused(error)?),
            }
        }
        "test" => {
            let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
            let done = visit.write(move |tx| {
                let viewer = account::own(tx, &actor)?;
                notice::try_out(tx, now, &realm, &viewer, &template)
            });
            match done.await {
                Ok(addresses) => {
                    let said = texts::filled("template_tried", &[&addresses.join(", ")]);
                    context.insert("flash", &Flash::good(said));
                    visit.show(FORM, context)
                }
                Err(error) => visit.show_again(FORM, context, &visit::refused(error)?),
            }
        }
        _ => {
            let error = match save(visit, place, template).await {
                Ok(()) => {
                    let said = Flash::good(texts::text("template_saved"));
                    return visit.go_with(&Visit::address("templates", &[]), said);
                }
                Err(error) => visit::refused(error)?,
            };
            if place == EDIT {
                let mut standing = known(visit)?;
                let is = sheet(&standing);
                let merged = typed(visit, &sent(visit), &is).over(shown, &is, no_list).sheet;
                apply(&merged, &mut standing);
                context = form(visit, place, &standing, &is)?;
            } else if let Some(there) = visit.read(|tx| stored_within(tx, visit).map_err(told))? {
                let pairs = [("display", there.display.as_str()), ("locale", &there.locale)];
                context.insert("there", &Visit::address(EDIT.1, &pairs));
            }
            visit.show_again(FORM, context, &error)
        }
    }
}

/// Saves a new template as it was typed, unless there is one at its place; of one that is there what the form changed, over
/// what is stored by then.
async fn save(visit: &Arc<Visit>, place: Place, template: Template) -> Result<(), Error> {
    let form = Arc::clone(visit);
    if place == ADD {
        let done = change(visit, move |tx, now, actor| match stored_within(tx, &form)? {
            None => template::save(tx, now, actor, &template),
            Some(Template { display, locale, .. }) => {
                Err(Error::refused(texts::filled("template_there", &[&display, &locale])).into())
            }
        });
        return done.await;
    }
    let done = change(visit, move |tx, now, actor| {
        let mut stored = known_within(tx, &form)?;
        let is = sheet(&stored);
        let shown = Sheet::shown(&form.parameters, &is);
        let merged = agreed(typed(&form, &template, &is).over(&shown, &is, no_list), &is, label)?;
        if merged == is {
            return Ok(());
        }
        apply(&merged, &mut stored);
        template::save(tx, now, actor, &stored)
    });
    done.await
}

async fn change(
    visit: &Visit,
    work: impl FnOnce(&mut Tx<'_>, Now, &Actor) -> Result<(), Problem> + Send + 'static,
) -> Result<(), Error> {
    let (now, actor) = (visit.now(), visit.actor.clone());
    visit.write(move |tx| work(tx, now, &actor).map_err(told)).await
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    if visit.is_post {
        return work(&visit, ADD, &Sheet::default()).await;
    }
    let template = Template { content_type: "text/plain".to_owned(), ..sent(&visit) };
    visit.show(FORM, form(&visit, ADD, &template, &Sheet::default())?)
}

/// The template of an address.
fn known(visit: &Visit) -> Result<Template, Error> {
    visit.read(|tx| known_within(tx, visit).map_err(told))
}

/// As [`known`], within a change.
fn known_within(tx: &mut Tx<'_>, visit: &Visit) -> Result<Template, Problem> {
    let names = [visit.key("display"), visit.key("locale")];
    let found = stored_within(tx, visit)?;
    Ok(found.ok_or_else(|| Error::refused(texts::filled("no_such_template", &names)))?)
}

/// What is stored at the place that a form names, if anything is.
fn stored_within(tx: &mut Tx<'_>, visit: &Visit) -> Result<Option<Template>, Problem> {
    let (display, locale) = (type_of(visit.key("display")), visit.text("locale"));
    let mut all = template::all(tx, visit.tenant().0)?.into_iter();
    Ok(all.find(|one| type_of(&one.display) == display && one.locale.eq_ignore_ascii_case(locale)))
}

/// Changing one. Its place is not changed here; a form that names no template would make a new one.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let template = known(&visit)?;
    let is = sheet(&template);
    if visit.is_post {
        return work(&visit, EDIT, &Sheet::shown(&visit.parameters, &is)).await;
    }
    visit.show(FORM, form(&visit, EDIT, &template, &is)?)
}

/// Deleting one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let (display, locale) = (visit.key("display").to_owned(), visit.key("locale").to_owned());
    if !visit.is_post {
        let template = known(&visit)?;
        return visit.confirm(Confirmation {
            title: texts::text("delete_template_title"),
            lines: &[texts::filled("delete_template_question", &[&template.display, &template.locale])],
            action: "templates/delete",
            fields: &[("display", &template.display), ("locale", &template.locale)],
            button: texts::text("delete"),
            back: &Visit::address("templates", &[]),
        });
    }
    let said = texts::filled("template_deleted", &[&display, &locale]);
    let done = change(&visit, move |tx, now, actor| template::delete(tx, now, actor, &display, &locale));
    visit.onward(&Visit::address("templates", &[]), done.await, said)
}

/// Adding a type.
pub async fn add_type(visit: Arc<Visit>) -> Answer {
    let display = visit.text("display").to_owned();
    let mut context = visit.context(texts::text("add_type_title"));
    context.insert("display", &display);
    if !visit.is_post {
        return visit.show("console/template_type.html", context);
    }
    let said = texts::filled("type_added", &[&display]);
    match change(&visit, move |tx, now, actor| template::add_type(tx, now, actor, &display)).await {
        Ok(()) => visit.go_with(&Visit::address("templates", &[]), Flash::good(said)),
        Err(error) => visit.show_again("console/template_type.html", context, &visit::refused(error)?),
    }
}

/// Deleting a type, after a question.
pub async fn delete_type(visit: Arc<Visit>) -> Answer {
    let display = visit.key("display").to_owned();
    if !visit.is_post {
        let found = all(&visit)?.0.into_iter().find(|name| type_of(name) == type_of(&display));
        let name = found.ok_or_else(|| Error::refused(texts::filled("no_such_type", &[&display])))?;
        return visit.confirm(Confirmation {
            title: texts::text("delete_type_title"),
            lines: &[texts::filled("delete_type_question", &[&name])],
            action: "templates/types/delete",
            fields: &[("display", &name)],
            button: texts::text("delete"),
            back: &Visit::address("templates", &[]),
        });
    }
    let said = texts::filled("type_deleted", &[&display]);
    let done = change(&visit, move |tx, now, actor| template::delete_type(tx, now, actor, &display));
    visit.onward(&Visit::address("templates", &[]), done.await, said)
}
