//! The profile of a user: every claim that is supported by default (IS 5.3.0, `UserProfileMgtService`).

use super::flash::Flash;
use super::sheet::{SHOWN, Sheet, agreed, is_switch, no_list, text_sent};
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::claim::{Changes, DEFAULT_PROFILE};
use crate::domain::profile::{self, Field};
use crate::domain::{Error, pattern, user};
use crate::store::Tx;
use serde::Serialize;
use std::sync::Arc;

/// What stands in front of a claim in the form.
const CLAIM: &str = "claim__";

/// A field of the form.
#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    uri: String,
    label: String,
    value: String,
    is_switch: bool,
    required: bool,
    read_only: bool,
}

fn value(field: &Field) -> &str {
    field.value.as_deref().unwrap_or_default()
}

fn fields(tx: &mut Tx<'_>, visit: &Visit, name: &str) -> Result<Vec<Field>, Error> {
    let found = profile::get(tx, visit.realm(), &visit.actor, name, DEFAULT_PROFILE, |found| found)?;
    let mut fields = found.map(|profile| profile.fields).unwrap_or_default();
    fields.sort_by_key(|field| field.display_order);
    Ok(fields)
}

fn open(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| !field.read_only)
}

/// The form of a profile, without what is only shown.
fn sheet(fields: &[Field]) -> Sheet {
    let mut sheet = Sheet::default();
    for field in open(fields) {
        match value(field) {
            switch if is_switch(switch) => sheet.write(&field.uri, &switch.to_ascii_lowercase()),
            text => sheet.write(&field.uri, text),
        }
    }
    sheet
}

/// What was sent of a form that was made with what was `shown`.
fn typed(visit: &Visit, fields: &[Field], shown: &Sheet) -> Sheet {
    let mut sheet = Sheet::default();
    for field in open(fields) {
        let name = [CLAIM, &field.uri].concat();
        sheet.write(&field.uri, text_sent(&visit.parameters, &name, shown.text(&field.uri)));
    }
    sheet
}

/// The profile, and what its form does.
pub async fn profile(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.key("name")))?.display_name();
    let wrong = if visit.is_post { saved(&visit, &name).await? } else { None };
    if visit.is_post && wrong.is_none() {
        let address = visit.link("users/profile", &[("name", &name)]);
        return visit.go_with(&address, Flash::good(texts::text("profile_updated")));
    }
    let fields = visit.read(|tx| fields(tx, &visit, &name))?;
    let is = sheet(&fields);
    let shown = Sheet::shown(&visit.parameters, &is);
    let standing = match visit.is_post {
        true => typed(&visit, &fields, &shown).over(&shown, &is, no_list).sheet,
        false => is.clone(),
    };
    let entry = |(number, field): (usize, &Field)| Entry {
        id: format!("claim{number}"),
        uri: [CLAIM, &field.uri].concat(),
        label: field.display_name.to_string(),
        value: if field.read_only { value(field) } else { standing.text(&field.uri) }.to_owned(),
        is_switch: is_switch(is.text(&field.uri)),
        required: field.required,
        read_only: field.read_only,
    };
    let entries: Vec<Entry> = fields.iter().enumerate().map(entry).collect();
    let mut context = visit.context(texts::text("profile_title"));
    context.insert("name", &name);
    context.insert("fields", &entries);
    context.insert(SHOWN, &is.packed());
    context.insert("back", &visit.way_to(&visit.link("users/user", &[("name", &name)])));
    match wrong {
        Some(wrong) => visit.show_again("console/user_profile.html", context, &wrong),
        None => visit.show("console/user_profile.html", context),
    }
}

/// Writes what the form changed over what is stored by then; says what is wrong with it.
async fn saved(visit: &Arc<Visit>, name: &str) -> Result<Option<String>, Error> {
    let (sent, name) = (Arc::clone(visit), name.to_owned());
    let done = visit.write(move |tx| {
        let fields = fields(tx, &sent, &name)?;
        let changes = changes(&sent, &fields)?;
        if changes.is_empty() {
            return Ok(());
        }
        let (realm, actor) = (sent.realm(), &sent.actor);
        let done = profile::set(tx, sent.now(), realm, actor, &name, DEFAULT_PROFILE, changes);
        done.or_else(|error| {
            let why = visit::refused(error)?;
            Err(Error::refused(texts::filled("profile_not_updated", &[&name, &why])))
        })
    });
    match done.await {
        Ok(()) => Ok(None),
        Err(error) => Ok(Some(visit::refused(error)?)),
    }
}

/// What a form changes of the fields as they are by now.
fn changes(visit: &Visit, fields: &[Field]) -> Result<Changes, Error> {
    let wrong = |key, field: &Field| Err(Error::refused(texts::filled(key, &[&field.display_name])));
    let is = sheet(fields);
    let shown = Sheet::shown(&visit.parameters, &is);
    for (uri, sent) in visit.parameters.below(CLAIM) {
        let Some(field) = fields.iter().find(|field| *field.uri == *uri) else {
            return Err(Error::refused(texts::text("unknown_choice")));
        };
        if field.read_only && sent != value(field) && sent != shown.text(uri) {
            return wrong("field_read_only", field);
        }
    }
    let label = |uri: &str| {
        let field = fields.iter().find(|field| *field.uri == *uri);
        field.map_or_else(|| uri.to_owned(), |field| field.display_name.to_string())
    };
    let merged = typed(visit, fields, &shown).over(&shown, &is, no_list);
    let merged = agreed(merged, &is, label)?;
    let mut changes = Changes::default();
    for field in open(fields) {
        let new = merged.text(&field.uri);
        if new == is.text(&field.uri) {
            continue;
        }
        if field.required && new.is_empty() {
            return wrong("field_required", field);
        }
        let pattern = field.pattern.as_deref().filter(|pattern| !pattern.trim().is_empty());
        if !new.is_empty() && pattern.is_some_and(|pattern| !pattern::matches(pattern, new)) {
            return wrong("field_malformed", field);
        }
        changes.set(Arc::clone(&field.uri), Some(new.to_owned()));
    }
    Ok(changes)
}
