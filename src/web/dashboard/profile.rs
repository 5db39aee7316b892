//! One's own profile: shown, and changed where that is one's own business.

use super::{PROFILE, Visit, text};
use crate::domain::profile::{self, Field, Flaw};
use crate::domain::{Error, Realm};
use crate::web::sheet::{Merged, SHOWN, Sheet, no_list};
use crate::web::texts::account::filled;
use hyper::Response;
use serde::Serialize;
use std::sync::Arc;

/// A field of the form.
#[derive(Serialize)]
struct Shown {
    /// Name in the form: the claim.
    name: String,
    /// Its place, for the id.
    number: usize,
    label: String,
    value: String,
    required: bool,
    read_only: bool,
    /// What is wrong with it.
    flaw: Option<String>,
}

/// What the form says about each field that he may write.
type Typed = Vec<(String, String)>;

/// Why a value was not taken, by field.
#[derive(Clone)]
enum Objection {
    /// It breaks a rule.
    Flaw(Flaw),
    /// It has become another one since the form was opened, and he wants yet another.
    Contested(String),
}

/// The form of a profile: what he may write of it.
fn sheet(fields: &[Field]) -> Sheet {
    let mut sheet = Sheet::default();
    for field in fields.iter().filter(|field| !field.read_only) {
        sheet.write(&field.uri, field.value.as_deref().unwrap_or_default());
    }
    sheet
}

/// What was typed, over what is stored by now; a form that does not say what it was made with was made with that.
fn merged(typed: &[(String, String)], shown: Option<&Sheet>, fields: &[Field]) -> (Sheet, Merged) {
    let is = sheet(fields);
    let shown = shown.unwrap_or(&is);
    let mut sent = shown.clone();
    typed.iter().for_each(|(uri, value)| sent.write(uri, value));
    let merged = sent.over(shown, &is, no_list);
    (is, merged)
}

/// Shows the form or takes it.
pub(super) async fn answer(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    if !visit.is_post {
        return show(visit, &[], None, &[]);
    }
    let typed: Typed =
        visit.parameters.below("claim ").map(|(uri, value)| (uri.to_owned(), value.to_owned())).collect();
    let shown = visit.parameters.get(SHOWN).map(Sheet::unpacked);
    let (realm, now, actor) = (Arc::clone(&visit.site.realm), visit.site.now(), visit.session.actor());
    let (kept, was) = (typed.clone(), shown.clone());
    let edited = visit.site.store.write(move |tx| {
        let fields = profile::own(tx, &realm, &actor)?.fields;
        let (is, merged) = merged(&kept, was.as_ref(), &fields);
        if !merged.contested.is_empty() {
            let contested = merged.contested.into_iter().map(|uri| {
                let now = Objection::Contested(is.text(&uri).to_owned());
                (uri, now)
            });
            return Ok(Err(contested.collect::<Vec<_>>()));
        }
        let stored = |uri: &str| {
            let field = fields.iter().find(|field| *field.uri == *uri);
            field.and_then(|field| field.value.as_deref()).unwrap_or_default()
        };
        let wanted = kept.iter().map(|(uri, _)| {
            let value = merged.sheet.new_text(&is, uri).unwrap_or_else(|| stored(uri));
            (uri.clone(), value.to_owned())
        });
        let wanted: Typed = wanted.collect();
        let edited = profile::edit(tx, now, &realm, &actor, &wanted)?;
        Ok::<_, Error>(edited.map_err(|flaws| {
            flaws.into_iter().map(|(uri, flaw)| (uri, Objection::Flaw(flaw))).collect::<Vec<_>>()
        }))
    });
    match edited.await? {
        Ok(()) => Ok(visit.done(PROFILE, "profile")),
        Err(objections) => show(visit, &typed, shown.as_ref(), &objections),
    }
}

fn show(
    visit: &Visit<'_>,
    typed: &[(String, String)],
    was: Option<&Sheet>,
    objections: &[(String, Objection)],
) -> Result<Response<Vec<u8>>, Error> {
    let realm: &Realm = &visit.site.realm;
    let actor = visit.session.actor();
    let mut fields = visit.site.store.read(|tx| profile::own(tx, realm, &actor))?.fields;
    // In the order of a form; those without a place of their own come last.
    fields.sort_by_key(|field| if field.display_order > 0 { field.display_order } else { i32::MAX });
    let (is, standing) = merged(typed, was, &fields);
    let shown: Vec<Shown> =
        (1..).zip(fields).map(|(number, field)| shown(number, field, &standing.sheet, objections)).collect();
    let mut context = visit.context();
    context.insert("fields", &shown);
    context.insert(SHOWN, &is.packed());
    if objections.is_empty() {
        return Ok(visit.show("dashboard/profile.html", context));
    }
    Ok(visit.show_again("dashboard/profile.html", context, text("profile_refused")))
}

fn shown(number: usize, field: Field, standing: &Sheet, objections: &[(String, Objection)]) -> Shown {
    let stored = field.value.as_deref().unwrap_or_default();
    let value = if field.read_only { stored } else { standing.text(&field.uri) }.to_owned();
    let objection = objections.iter().find(|(uri, _)| **uri == *field.uri);
    let label = field.display_name.to_string();
    let flaw = objection.map(|(_, objection)| match objection {
        Objection::Flaw(Flaw::Missing) => filled("flaw_missing", &label),
        Objection::Flaw(Flaw::Pattern) => filled("flaw_pattern", &label),
        Objection::Flaw(Flaw::Long) => filled("flaw_long", &label),
        Objection::Flaw(Flaw::Unprintable) => filled("flaw_unprintable", &label),
        Objection::Contested(now) if now.is_empty() => filled("flaw_contested_empty", &label),
        Objection::Contested(now) => filled("flaw_contested", now),
    });
    let name = format!("claim {}", field.uri);
    Shown { name, number, label, value, required: field.required, read_only: field.read_only, flaw }
}
