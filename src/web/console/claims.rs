//! Claims: the dialects, and the claims of one (IS 5.3.0, *Claims*).

use super::flash::Flash;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::catalogue::LOCAL_DIALECT;
use crate::domain::claim_metadata as metadata;
use crate::domain::{Actor, Error, Now};
use crate::store::Tx;
use serde::Serialize;
use std::sync::Arc;

/// A dialect of the list.
#[derive(Debug, Serialize)]
struct Dialect {
    uri: String,
    is_local: bool,
    claims: String,
    rename: String,
    delete: String,
}

/// A claim of a dialect.
#[derive(Debug, Serialize)]
struct Line {
    uri: String,
    /// Name for people, or the local claim it stands for.
    text: String,
    supported: bool,
    edit: String,
    delete: String,
}

/// Makes a change in the actor's tenant.
pub async fn change(
    visit: &Visit,
    work: impl FnOnce(&mut Tx<'_>, Now, &Actor) -> Result<(), Error> + Send + 'static,
) -> Result<(), Error> {
    let (now, actor) = (visit.now(), visit.actor.clone());
    visit.write(move |tx| work(tx, now, &actor)).await
}

/// The address of a dialect's claims.
pub fn dialect_address(uri: &str) -> String {
    Visit::address("claims/dialect", &[("dialect", uri)])
}

/// The dialects.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    let dialect = |uri: &str| Dialect {
        is_local: uri == LOCAL_DIALECT,
        claims: dialect_address(uri),
        rename: Visit::address("claims/dialects/rename", &[("dialect", uri)]),
        delete: Visit::address("claims/dialects/delete", &[("dialect", uri)]),
        uri: uri.to_owned(),
    };
    let mut context = visit.context(texts::text("claims_title"));
    context.insert("dialects", &catalogue.dialects().map(dialect).collect::<Vec<_>>());
    visit.show("console/claims.html", context)
}

/// The claims of a dialect.
pub async fn dialect(visit: Arc<Visit>) -> Answer {
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    let uri = known_dialect(&visit)?;
    let is_local = uri == LOCAL_DIALECT;
    let mut lines: Vec<Line> = if is_local {
        let line = |claim: &crate::domain::catalogue::Claim| Line {
            text: claim.property("DisplayName").unwrap_or_default().to_owned(),
            supported: claim.flag("SupportedByDefault"),
            edit: Visit::address("claims/edit", &[("uri", &claim.uri)]),
            delete: Visit::address("claims/delete", &[("uri", &claim.uri)]),
            uri: claim.uri.clone(),
        };
        catalogue.local().iter().map(line).collect()
    } else {
        let line = |(claim, local): (&str, &crate::domain::catalogue::Claim)| Line {
            text: local.uri.clone(),
            supported: false,
            edit: Visit::address("claims/external/edit", &[("dialect", &uri), ("uri", claim)]),
            delete: Visit::address("claims/external/delete", &[("dialect", &uri), ("uri", claim)]),
            uri: claim.to_owned(),
        };
        catalogue.external(&uri).map(line).collect()
    };
    lines.sort_by_cached_key(|line| (line.text.to_lowercase(), line.uri.clone()));
    let mut context = visit.context(texts::text("dialect_title"));
    context.insert("is_local", &is_local);
    context.insert("dialect", &uri);
    context.insert("lines", &lines);
    let add = Visit::address("claims/external/add", &[("dialect", &uri)]);
    context.insert("add", if is_local { "/carbon/claims/add" } else { &add });
    visit.show("console/dialect.html", context)
}

/// The dialect of a form or an address.
pub fn known_dialect(visit: &Visit) -> Result<String, Error> {
    let uri = visit.key("dialect");
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    let is_known = catalogue.dialects().any(|known| known == uri);
    is_known.then(|| uri.to_owned()).ok_or_else(|| Error::refused(texts::filled("no_such_dialect", &[uri])))
}

/// Adding a dialect.
pub async fn add_dialect(visit: Arc<Visit>) -> Answer {
    dialect_form(&visit, "add_dialect_title", "claims/dialects/add", None).await
}

/// Giving a dialect another URI.
pub async fn rename_dialect(visit: Arc<Visit>) -> Answer {
    let from = known_dialect(&visit)?;
    dialect_form(&visit, "rename_dialect_title", "claims/dialects/rename", Some(from)).await
}

async fn dialect_form(visit: &Visit, title: &'static str, action: &str, from: Option<String>) -> Answer {
    let uri = visit.text("uri").to_owned();
    let mut context = visit.context(texts::text(title));
    context.insert("action", &Visit::address(action, &[]));
    context.insert("dialect", &from);
    context.insert("uri", if visit.is_post { uri.as_str() } else { from.as_deref().unwrap_or_default() });
    if !visit.is_post {
        return visit.show("console/dialect_form.html", context);
    }
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    if from.is_none() && catalogue.dialects().any(|known| known == uri) {
        let said = texts::filled("dialect_there", &[&uri]);
        return visit.show_again("console/dialect_form.html", context, &said);
    }
    let said = texts::filled("dialect_saved", &[&uri]);
    let done = change(visit, move |tx, now, actor| match &from {
        Some(from) => metadata::rename_dialect(tx, now, actor, from, &uri),
        None => metadata::add_dialect(tx, now, actor, &uri),
    });
    match done.await {
        Ok(()) => visit.go_with(&Visit::address("claims", &[]), Flash::good(said)),
        Err(error) => visit.show_again("console/dialect_form.html", context, &visit::refused(error)?),
    }
}

/// Removing a dialect, after a question.
pub async fn delete_dialect(visit: Arc<Visit>) -> Answer {
    let uri = known_dialect(&visit)?;
    if !visit.is_post {
        return visit.confirm(Confirmation {
            title: texts::text("delete_dialect_title"),
            lines: &[texts::filled("delete_dialect_question", &[&uri])],
            action: "claims/dialects/delete",
            fields: &[("dialect", &uri)],
            button: texts::text("delete"),
            back: &Visit::address("claims", &[]),
        });
    }
    let said = texts::filled("dialect_deleted", &[&uri]);
    let done = change(&visit, move |tx, now, actor| metadata::remove_dialect(tx, now, actor, &uri)).await;
    visit.onward(&Visit::address("claims", &[]), done, said)
}
