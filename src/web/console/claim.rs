//! One local claim: its name, its attributes, and what is said about it, such as *Supported by Default*.
//!
//! The service replaces everything that is said about a claim, so the form has all of it, the properties nobody here knows
//! included; what it did not change is written as it is by then.

use super::claims::{change, dialect_address};
use super::flash::Flash;
use super::sheet::{SHOWN, Sheet, agreed, no_list};
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::catalogue::{Claim, LOCAL_DIALECT};
use crate::domain::claim_metadata::{self as metadata, LocalClaim};
use crate::domain::{Error, pattern, user};
use crate::store::Tx;
use crate::web::sheet::Merged;
use serde::Serialize;
use std::sync::Arc;

/// Properties that have a field of their own: field, property, label.
const TEXTS: [(&str, &str, &str); 4] = [
    ("displayName", "DisplayName", "claim_display_name"),
    ("description", "Description", "claim_description"),
    ("regEx", "RegEx", "claim_regex"),
    ("displayOrder", "DisplayOrder", "claim_order"),
];
/// Properties that are ticked.
const TICKS: [(&str, &str, &str); 3] = [
    ("supported", "SupportedByDefault", "claim_supported"),
    ("required", "Required", "claim_required"),
    ("readOnly", "ReadOnly", "claim_read_only"),
];
/// What a field of an attribute begins with; the user store follows.
const ATTRIBUTE: &str = "attribute__";
/// What stands in front of a further property on the sheet.
const EXTRA: &str = "extra__";
/// Empty lines for further properties.
const SPARE: usize = 2;
const FORM: &str = "console/claim.html";

/// A claim as the form holds it.
#[derive(Debug, Clone, Default, Serialize)]
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
    TEXTS.iter().chain(&TICKS).any(|(_, known, _)| *known == property)
}

fn label(field: &str) -> String {
    let known = TEXTS.iter().chain(&TICKS).find(|(name, _, _)| *name == field);
    let own = || [ATTRIBUTE, EXTRA].iter().find_map(|begin| field.strip_prefix(begin)).unwrap_or(field);
    known.map_or_else(|| own().to_owned(), |(_, _, label)| texts::text(label).to_owned())
}

/// Gives a name another value; none takes it away.
fn put(pairs: &mut Vec<(String, String)>, name: &str, value: &str) {
    let known = pairs.iter().position(|(known, _)| known == name);
    match known.and_then(|at| pairs.get_mut(at)) {
        Some((_, old)) => value.clone_into(old),
        None => pairs.push((name.to_owned(), value.to_owned())),
    }
    pairs.retain(|(known, value)| known != name || !value.is_empty());
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

    fn texts(&mut self) -> [&mut String; 4] {
        [&mut self.display_name, &mut self.description, &mut self.reg_ex, &mut self.display_order]
    }

    fn ticks(&mut self) -> [&mut bool; 3] {
        [&mut self.supported, &mut self.required, &mut self.read_only]
    }

    fn sheet(&self) -> Sheet {
        let (mut own, mut sheet) = (self.clone(), Sheet::default());
        TEXTS.iter().zip(own.texts()).for_each(|((field, ..), value)| sheet.write(field, value));
        TICKS.iter().zip(own.ticks()).for_each(|((field, ..), on)| sheet.tick(field, *on));
        self.attributes.iter().for_each(|(store, name)| sheet.write(&[ATTRIBUTE, store].concat(), name));
        self.extra.iter().for_each(|(name, value)| sheet.write(&[EXTRA, name].concat(), value));
        sheet
    }

    /// The claim as a form makes it; what the form did not change stays to the letter.
    fn changed(mut self, form: &Sheet) -> Self {
        let is = self.sheet();
        for ((field, ..), value) in TEXTS.iter().zip(self.texts()) {
            if let Some(new) = form.new_text(&is, field) {
                new.clone_into(value);
            }
        }
        TICKS.iter().zip(self.ticks()).for_each(|((field, ..), on)| *on = form.is_on(field));
        for (begin, pairs) in [(ATTRIBUTE, &mut self.attributes), (EXTRA, &mut self.extra)] {
            for (name, _) in is.below(begin).chain(form.below(begin)) {
                let field = [begin, name].concat();
                if let Some(new) = form.new_text(&is, &field) {
                    put(pairs, name, new);
                }
            }
        }
        self
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
        // It would match nothing, and nobody could save a profile with that claim any more.
        if !pattern::is_valid(&self.reg_ex) {
            return Some(texts::text("claim_bad_expression"));
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
            texts.map(|((_, name, _), value)| (Some((*name).to_owned()), Some(value.clone()))).collect();
        for ((_, name, _), on) in TICKS.iter().zip([self.supported, self.required, self.read_only]) {
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

/// The form, with a claim in it and a field for every user store; `shown` is what it is made with.
fn form(visit: &Visit, is_new: bool, draft: &Draft, shown: &Sheet) -> Result<tera::Context, Error> {
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
    context.insert(SHOWN, &shown.packed());
    context.insert("attributes", &attributes);
    context.insert("extra", &extra);
    Ok(context)
}

/// The claim of an address.
fn known(visit: &Visit) -> Result<Draft, Error> {
    visit.read(|tx| known_within(tx, visit))
}

/// As [`known`], within a change.
fn known_within(tx: &mut Tx<'_>, visit: &Visit) -> Result<Draft, Error> {
    let catalogue = visit.realm().catalogues.of(tx, visit.tenant())?;
    let uri = visit.key("uri");
    let found = catalogue.local().iter().find(|claim| claim.uri == uri);
    found.map(Draft::stored).ok_or_else(|| Error::refused(texts::filled("no_such_claim", &[uri])))
}

/// What a field of the sheet is sent as.
fn parameter(field: &str) -> Option<&str> {
    Some(if field.starts_with(EXTRA) { "extraName" } else { field })
}

/// What was sent, brought to what is there.
fn merged(visit: &Visit, is: &Sheet) -> Merged {
    let sent = Draft::sent(visit).sheet();
    let sent = sent.with_left_out(&visit.parameters, is, parameter);
    sent.over(&Sheet::shown(&visit.parameters, is), is, no_list)
}

fn check(draft: &Draft) -> Result<(), Error> {
    draft.objection().map_or(Ok(()), |objection| Err(Error::refused(objection)))
}

/// On to the list; or the form again, with what stands in it and what it is made with by now.
fn saved(visit: &Visit, done: Result<(), Error>, is_new: bool, standing: (&Draft, &Sheet)) -> Answer {
    match done {
        Ok(()) => {
            let said = texts::filled("claim_saved", &[visit.text("uri")]);
            visit.go_with(&dialect_address(LOCAL_DIALECT), Flash::good(said))
        }
        Err(error) => {
            let said = visit::refused(error)?;
            visit.show_again(FORM, form(visit, is_new, standing.0, standing.1)?, &said)
        }
    }
}

/// Adding one.
pub async fn add(visit: Arc<Visit>) -> Answer {
    let nothing = Sheet::default();
    if !visit.is_post {
        return visit.show(FORM, form(&visit, true, &Draft::default(), &nothing)?);
    }
    let draft = Draft::sent(&visit);
    let catalogue = visit.read(|tx| visit.realm().catalogues.of(tx, visit.tenant()))?;
    if catalogue.local().iter().any(|known| known.uri == draft.uri) {
        let there = Error::refused(texts::filled("claim_there", &[&draft.uri]));
        return saved(&visit, Err(there), true, (&draft, &nothing));
    }
    let new = draft.clone();
    let done = change(&visit, move |tx, now, actor| {
        check(&new)?;
        metadata::add_local(tx, now, actor, &new.claim())
    });
    saved(&visit, done.await, true, (&draft, &nothing))
}

/// Changing one: what was changed on the form, over what is stored by then.
pub async fn edit(visit: Arc<Visit>) -> Answer {
    let stored = known(&visit)?;
    if !visit.is_post {
        return visit.show(FORM, form(&visit, false, &stored, &stored.sheet())?);
    }
    let sent = Arc::clone(&visit);
    let done = change(&visit, move |tx, now, actor| {
        let stored = known_within(tx, &sent)?;
        let is = stored.sheet();
        let merged = agreed(merged(&sent, &is), &is, label)?;
        let new = stored.changed(&merged);
        check(&new)?;
        match merged == is {
            true => Ok(()),
            false => metadata::update_local(tx, now, actor, &new.claim()),
        }
    });
    let done = done.await;
    let is = stored.sheet();
    let merged = merged(&visit, &is).sheet;
    saved(&visit, done, false, (&stored.changed(&merged), &is))
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
            back: &Visit::address("claims", &[]),
        });
    }
    let said = texts::filled("claim_deleted", &[&uri]);
    let done = change(&visit, move |tx, now, actor| metadata::remove_local(tx, now, actor, &uri)).await;
    visit.onward(&dialect_address(LOCAL_DIALECT), done, said)
}
