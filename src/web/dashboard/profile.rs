//! One's own profile: shown, and changed where that is one's own business.

use super::{PROFILE, Visit, text};
use crate::domain::profile::{self, Field, Flaw};
use crate::domain::{Error, Realm};
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

/// Shows the form or takes it.
pub(super) async fn answer(visit: &Visit<'_>) -> Result<Response<Vec<u8>>, Error> {
    if !visit.is_post {
        return show(visit, &[], &[]);
    }
    let typed: Vec<(String, String)> =
        visit.parameters.below("claim ").map(|(uri, value)| (uri.to_owned(), value.to_owned())).collect();
    let (realm, now, actor) = (Arc::clone(&visit.site.realm), visit.site.now(), visit.session.actor());
    let kept = typed.clone();
    let edited = visit.site.store.write(move |tx| profile::edit(tx, now, &realm, &actor, &kept)).await?;
    match edited {
        Ok(()) => Ok(visit.done(PROFILE, "profile")),
        Err(flaws) => show(visit, &typed, &flaws),
    }
}

fn show(
    visit: &Visit<'_>,
    typed: &[(String, String)],
    flaws: &[(String, Flaw)],
) -> Result<Response<Vec<u8>>, Error> {
    let realm: &Realm = &visit.site.realm;
    let actor = visit.session.actor();
    let mut fields = visit.site.store.read(|tx| profile::own(tx, realm, &actor))?.fields;
    // In the order of a form; those without a place of their own come last.
    fields.sort_by_key(|field| if field.display_order > 0 { field.display_order } else { i32::MAX });
    let shown: Vec<Shown> =
        (1..).zip(fields).map(|(number, field)| shown(number, field, typed, flaws)).collect();
    let mut context = visit.context();
    context.insert("fields", &shown);
    if flaws.is_empty() {
        return Ok(visit.show("dashboard/profile.html", context));
    }
    Ok(visit.show_again("dashboard/profile.html", context, text("profile_refused")))
}

fn shown(number: usize, field: Field, typed: &[(String, String)], flaws: &[(String, Flaw)]) -> Shown {
    let again = typed.iter().find(|(uri, _)| **uri == *field.uri && !field.read_only);
    let value = again.map(|(_, value)| value.clone()).or_else(|| field.value.clone()).unwrap_or_default();
    let flaw = flaws.iter().find(|(uri, _)| **uri == *field.uri).map(|(_, flaw)| *flaw);
    let label = field.display_name.to_string();
    let flaw = flaw.map(|flaw| {
        let key = match flaw {
            Flaw::Missing => "flaw_missing",
            Flaw::Pattern => "flaw_pattern",
            Flaw::Long => "flaw_long",
            Flaw::Unprintable => "flaw_unprintable",
        };
        filled(key, &label)
    });
    let name = format!("claim {}", field.uri);
    Shown { name, number, label, value, required: field.required, read_only: field.read_only, flaw }
}
