//! One local claim: its name, its attributes, and what is said about it, such as *Supported by Default*.
//!
//! A save replaces everything that is said about a claim, so the form carries all of it, the properties nobody here knows
//! included.

use super::claims::{change, dialect_address, onward};
use super::flash::Flash;
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::catalogue::{Claim, LOCAL_DIALECT};
use crate::domain::claim_metadata::{self as metadata, LocalClaim};
use crate::domain::{Error, user};
use serde::Serialize;
use std::sync::Arc;

/// Properties that have a field of their own: field, property.
const TEXTS: [(&str, &str); 4] = [
    ("displayName", "DisplayName"),
    ("description", "Description"),
    ("regEx", "RegEx"),
    ("displayOrder", "DisplayOrder"),
];
/// Properties that are ticked.
const TICKS: [(&str, &str); 3] =
    [("supported", "SupportedByDefault"), ("required", "Required"), ("readOnly", "ReadOnly")];
/// What a field of an attribute begins with; the user store follows.
const ATTRIBUTE: &str = "attribute__";
/// Empty lines for further properties.
const SPARE: usize = 2;
const FORM: &str = "console/claim.html";

/// A claim as the form holds it.
#[derive(Debug, Default, Serialize)]
struct Draft {
    uri: String,
    display_name: String,
    description: String,
    reg_ex: String,
    display_order: String,
    supported: bool,
    required: bool,
    read_only: bool,
    /// User store and attribute.
    attributes: Vec<(String, String)>,
    /// Further properties.
    extra: Vec<(String, String)>,
}

fn is_known(property: &str) -> bool {
    TEXTS.iter().chain(&TICKS).any(|(_, known)| *known == property)
}

impl Draft {
    fn stored(claim: &Claim) -> Self {
        let text = |name: &str| claim.property(name).unwrap_or_default().to_owned();
        let extra = claim.properties.iter().filter(|(name, _)| !is_known(name));
        Self {
            uri: claim.uri.clone(),
            display_name: text("DisplayName"),
            description: text("Description"),
            reg_ex: text("RegEx"),
            display_order: text("DisplayOrder"),
            supported: claim.flag("SupportedByDefault"),
            required: claim.flag("Required"),
            read_only: claim.flag("ReadOnly"),
            attributes: claim.attributes.clone(),
            extra: extra.cloned().collect(),
        }
    }

    fn sent(visit: &Visit) -> Self {
        let attributes = visit.parameters.below(ATTRIBUTE);
        let names = visit.parameters.all("extraName").map(str::trim);
        let extra = names.zip(visit.parameters.all("extraValue"));
        Self {
            uri: visit.text("uri").to_owned(),
            display_name: visit.text("displayName").to_owned(),
            description: visit.text("description").to_owned(),
            reg_ex: visit.text("regEx").to_owned(),
            display_order: visit.text("displayOrder").to_owned(),
            supported: visit.ticked("supported"),
            required: visit.ticked("required"),
            read_only: visit.ticked("readOnly"),
            attributes: attributes.map(|(store, name)| (store.to_owned(), name.trim().to_owned())).collect(),
            extra: extra
                .filter(|(name, _)| !name.is_empty())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    /// What the original's page looks at before it sends anything.
    fn objection(&self) -> Option<&'static str> {
        if self.uri.is_empty() {
            return Some(texts::text("claim_no_uri"));
        }
        if self.display_name.is_empty() {
            return Some(texts::text("claim_no_name"));
        }
        if self.description.is_empty() {
            return Some(texts::text("claim_no_description"));
        }
        if self.attributes.iter().all(|(_, attribute)| attribute.is_empty()) {
            return Some(texts::text("claim_no_attribute"));
        }
        if !self.display_order.is_empty() && self.display_order.parse::<i32>().is_err() {
            return Some(texts::text("claim_bad_order"));
        }
        if self.extra.iter().any(|(name, _)| is_known(name)) {
            return Some(texts::text("claim_known_property"));
        }
        None
    }

    fn claim(&self) -> LocalClaim {
        let texts = [&self.display_name, &self.description, &self.reg_ex, &self.display_order];
        let texts = TEXTS.iter().zip(texts).filter(|(_, value)| !value.is_empty());
        let mut properties: Vec<(Option<String>, Option<String>)> =
            texts.map(|((_, name), value)| (Some((*name).to_owned()), Some(value.clone()))).collect();
        for ((_, name), on) in TICKS.iter().zip([self.supported, self.required, self.read_only]) {
            properties.push((Some((*name).to_owned()), Some(on.to_string())));
        }
        properties.extend(self.extra.iter().map(|(name, value)| (Some(name.clone()), Some(value.clone()))));
        let attributes = self.attributes.iter().filter(|(_, attribute)| !attribute.is_empty());
        LocalClaim {
            uri: self.uri.clone(),
            attributes: attributes.map(|(store, name)| (store.clone(), Some(name.clone()))).collect(),
            properties,
        }
    }
}

/// The form, with a claim in it and a field for every user store.
fn form(visit: &Visit, is_new: bool, draft: &Draft) -> Result<tera::Context, Error> {
    let mut attributes = draft.attributes.clone();
    for store in visit.read(|tx| user::stores(tx, visit.tenant()))? {
        if !attributes.iter().any(|(known, _)| known.eq_ignore_ascii_case(&store.domain)) {
            attributes.push((store.domain, String::new()));
        }
    }
    let mut extra = draft.extra.clone();
    extra.extend(std::iter::repeat_n((String::new(), String::new()), SPARE));
    let title = if is_new { "add_claim_title" } else { "edit_claim_title" };
    let mut context = visit.context(texts::text(title));
    context.insert("is_new", &is_new);
    context.insert("action", if is_new { "/carbon/claims/add" } else { "/carbon/claims/edit" });
    context.insert("back", &dialect_address(LOCAL_DIALECT));
    context.insert("dialect", LOCAL_DIALECT);
    context.insert("claim", draft);
    context.insert("attributes", &attributes);
    context.insert("extra", &extra);
    Ok(context)
}

/// The claim of an address.
fn known(visit: &Visit) -> Result<Draft, Error> {
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    let uri = visit.text("uri");
    let found = catalogue.local().iter().find(|claim| claim.uri == uri);
    found.map(Draft::stored).ok_or_else(|| Error::refused(texts::filled("no_such_claim", &[uri])))
}

async fn save(visit: &Visit, is_new: bool) -> Answer {
    let draft = Draft::sent(visit);
    let context = form(visit, is_new, &draft)?;
    if let Some(objection) = draft.objection() {
        return visit.show_again(FORM, context, objection);
    }
    let claim = draft.claim();
    let done = change(visit, move |tx, now, actor| match is_new {
        true => metadata::add_local(tx, now, actor, &claim),
        false => metadata::update_local(tx, now, actor, &claim),
    });
    match done.await {
        Ok(()) => {
            let said = texts::filled("claim_saved", &[&draft.uri]);
            visit.go_with(&dialect_address(LOCAL_DIALECT), Flash::good(said))
        }
        Err(error) => visit.show_again(FORM, context, &visit::refused(error)?),
    }
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    if visit.is_post {
        return save(&visit, true).await;
    }
    visit.show(FORM, form(&visit, true, &Draft::default())?)
}

/// Changing one.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let stored = known(&visit)?;
    if visit.is_post {
        return save(&visit, false).await;
    }
    visit.show(FORM, form(&visit, false, &stored)?)
}

/// Removing one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let uri = known(&visit)?.uri;
    if !visit.is_post {
        return visit.confirm(Confirmation {
            title: texts::text("delete_claim_title"),
            lines: &[texts::filled("delete_claim_question", &[&uri])],
            action: "claims/delete",
            fields: &[("uri", &uri)],
            button: texts::text("delete"),
            back: "claims",
        });
    }
    let said = texts::filled("claim_deleted", &[&uri]);
    let done = change(&visit, move |tx, now, actor| metadata::remove_local(tx, now, actor, &uri)).await;
    onward(&visit, &dialect_address(LOCAL_DIALECT), done, said)
}
