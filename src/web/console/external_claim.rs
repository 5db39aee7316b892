//! One claim of another dialect, and the local claim it stands for.

use super::claims::{change, dialect_address, known_dialect};
use super::flash::Flash;
use super::sheet::{SHOWN, Sheet, agreed, no_list};
use super::users::Choice;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::Error;
use crate::domain::claim_metadata::{self as metadata, ExternalClaim};
use crate::store::Tx;
use std::sync::Arc;

const FORM: &str = "console/external_claim.html";

/// The one field of the form.
const LOCAL: &str = "local";

fn label(_: &str) -> String {
    texts::text("claim_mapped").to_owned()
}

fn sheet(claim: &ExternalClaim) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.write(LOCAL, &claim.local);
    sheet
}

fn form(visit: &Visit, is_new: bool, claim: &ExternalClaim, shown: &Sheet) -> Result<tera::Context, Error> {
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    let mut locals: Vec<&str> = catalogue.local().iter().map(|local| local.uri.as_str()).collect();
    locals.sort_unstable();
    let title = if is_new { "add_external_title" } else { "edit_external_title" };
    let mut context = visit.context(texts::text(title));
    context.insert("is_new", &is_new);
    let action = if is_new { "/carbon/claims/external/add" } else { "/carbon/claims/external/edit" };
    context.insert("action", action);
    context.insert("back", &dialect_address(&claim.dialect));
    context.insert("dialect", &claim.dialect);
    context.insert("uri", &claim.uri);
    context.insert(LOCAL, &claim.local);
    context.insert(SHOWN, &shown.packed());
    context.insert("locals", &locals.into_iter().map(Choice::plain).collect::<Vec<_>>());
    Ok(context)
}

fn sent(visit: &Visit, is_new: bool) -> Result<ExternalClaim, Error> {
    Ok(ExternalClaim {
        dialect: known_dialect(visit)?,
        uri: if is_new { visit.text("uri") } else { visit.key("uri") }.to_owned(),
        local: visit.text(LOCAL).to_owned(),
    })
}

/// The claim of an address, as it is stored.
fn known(visit: &Visit) -> Result<ExternalClaim, Error> {
    let claim = sent(visit, false)?;
    visit.read(|tx| stored(tx, visit, &claim))
}

/// As [`known`], within a change.
fn stored(tx: &mut Tx<'_>, visit: &Visit, claim: &ExternalClaim) -> Result<ExternalClaim, Error> {
    let catalogue = visit.realm().catalogues.of(tx, visit.tenant())?;
    let found = catalogue.external(&claim.dialect).find(|(uri, _)| *uri == claim.uri);
    match found {
        Some((_, local)) => Ok(ExternalClaim { local: local.uri.clone(), ..claim.clone() }),
        None => Err(Error::refused(texts::filled("no_such_claim", &[&claim.uri]))),
    }
}

async fn save(visit: &Arc<Visit>, is_new: bool) -> Answer {
    let claim = sent(visit, is_new)?;
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    if is_new && catalogue.external(&claim.dialect).any(|(uri, _)| *uri == claim.uri) {
        let context = form(visit, is_new, &claim, &Sheet::default())?;
        return visit.show_again(FORM, context, &texts::filled("claim_there", &[&claim.uri]));
    }
    let (address, said) = (dialect_address(&claim.dialect), texts::filled("claim_saved", &[&claim.uri]));
    let (form_sent, wanted) = (Arc::clone(visit), claim.clone());
    let done = change(visit, move |tx, now, actor| {
        if is_new {
            return metadata::add_external(tx, now, actor, &wanted);
        }
        let is = sheet(&stored(tx, &form_sent, &wanted)?);
        let typed = sheet(&wanted).with_left_out(&form_sent.parameters, &is, |field| Some(field));
        let merged = typed.over(&Sheet::shown(&form_sent.parameters, &is), &is, no_list);
        let merged = agreed(merged, &is, label)?;
        if merged == is {
            return Ok(());
        }
        let local = merged.text(LOCAL).to_owned();
        metadata::update_external(tx, now, actor, &ExternalClaim { local, ..wanted })
    });
    match done.await {
        Ok(()) => visit.go_with(&address, Flash::good(said)),
        Err(error) => {
            let said = visit::refused(error)?;
            let is = if is_new { Sheet::default() } else { sheet(&known(visit)?) };
            visit.show_again(FORM, form(visit, is_new, &claim, &is)?, &said)
        }
    }
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    if visit.is_post {
        return save(&visit, true).await;
    }
    visit.show(FORM, form(&visit, true, &sent(&visit, true)?, &Sheet::default())?)
}

/// Letting one stand for another local claim.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    if visit.is_post {
        return save(&visit, false).await;
    }
    let claim = known(&visit)?;
    visit.show(FORM, form(&visit, false, &claim, &sheet(&claim))?)
}

/// Removing one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let ExternalClaim { dialect, uri, .. } = known(&visit)?;
    if !visit.is_post {
        return visit.confirm(Confirmation {
            title: texts::text("delete_claim_title"),
            lines: &[texts::filled("delete_claim_question", &[&uri])],
            action: "claims/external/delete",
            fields: &[("dialect", &dialect), ("uri", &uri)],
            button: texts::text("delete"),
            back: &Visit::address("claims", &[]),
        });
    }
    let (address, said) = (dialect_address(&dialect), texts::filled("claim_deleted", &[&uri]));
    let done =
        change(&visit, move |tx, now, actor| metadata::remove_external(tx, now, actor, &dialect, &uri));
    visit.onward(&address, done.await, said)
}
