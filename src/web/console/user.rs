//! One user: the state of his account, his roles and his profile (IS 5.3.0, `UserAdmin`, `UserProfileMgtService`,
//! `UserIdentityManagementAdminService`).

use super::flash::Flash;
use super::users::roles_of;
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::claim::{self, Changes, DEFAULT_PROFILE};
use crate::domain::profile::{self, Field};
use crate::domain::{Error, User, account, console, pattern, role, user};
use crate::store::Tx;
use serde::Serialize;
use std::sync::Arc;

/// First name, last name and mail address.
const KNOWN_BY: [&str; 3] = [
    "http://wso2.org/claims/givenname",
    "http://wso2.org/claims/lastname",
    "http://wso2.org/claims/emailaddress",
];

/// Everything about one user at a glance.
pub async fn show(visit: Arc<Visit>) -> Answer {
    let (user, state, roles, facts) = visit.read(|tx| {
        let user = user::find(tx, visit.tenant(), visit.text("name"))?;
        let state = account::state(tx, user.id.0)?;
        let roles = role::of_user(tx, &user)?;
        let facts = if visit.may("users/profile") { known_by(tx, &visit, &user)? } else { Vec::new() };
        Ok::<_, Error>((user, state, roles, facts))
    })?;
    let name = user.display_name();
    let mut context = visit.context(&name);
    context.insert("name", &name);
    context.insert("locked", &state.locked);
    context.insert("disabled", &state.disabled);
    context.insert("reset_pending", &state.reset_pending);
    context.insert("roles", &roles);
    context.insert("facts", &facts);
    for (key, path) in [
        ("to_profile", "users/profile"),
        ("to_password", "users/password"),
        ("to_roles", "users/roles"),
        ("to_reset", "users/reset"),
        ("to_delete", "users/delete"),
    ] {
        context.insert(key, &Visit::address(path, &[("name", &name)]));
    }
    visit.show("console/user.html", context)
}

/// What a user is known by to those who talk to him, under the names that the tenant has for it.
fn known_by(tx: &mut Tx<'_>, visit: &Visit, user: &User) -> Result<Vec<[String; 2]>, Error> {
    let catalogue = visit.realm().catalogues.of(tx, visit.tenant())?;
    let values = claim::values(tx, visit.realm(), user, &KNOWN_BY)?;
    let named = |uri: &str| {
        let claim = catalogue.local().iter().find(|claim| claim.uri == uri);
        claim.and_then(|claim| claim.property("DisplayName")).unwrap_or(uri).to_owned()
    };
    let of = |uri: &&str| values.iter().find(|(known, value)| known == uri && !value.trim().is_empty());
    Ok(KNOWN_BY.iter().filter_map(of).map(|(uri, value)| [named(uri), value.clone()]).collect())
}

/// Locks, unlocks, disables or enables an account.
pub async fn set_state(visit: Arc<Visit>) -> Answer {
    let name = visit.text("name").to_owned();
    if !visit.is_post {
        return visit.go(&Visit::address("users/user", &[("name", &name)]));
    }
    let what = visit.text("what").to_owned();
    let (now, realm, actor, typed) =
        (visit.now(), Arc::clone(visit.realm()), visit.actor.clone(), name.clone());
    let done = visit.write(move |tx| match what.as_str() {
        "lock" => account::set_locked(tx, now, &realm, &actor, &typed, true),
        "unlock" => account::set_locked(tx, now, &realm, &actor, &typed, false),
        "disable" => account::set_disabled(tx, now, &realm, &actor, &typed, true, None),
        "enable" => account::set_disabled(tx, now, &realm, &actor, &typed, false, None),
        _ => Err(Error::refused(texts::text("unknown_choice"))),
    });
    let flash = match done.await {
        Ok(()) => Flash::good(texts::filled("user_updated", &[&name])),
        Err(error) => Flash::bad(visit::refused(error)?),
    };
    visit.go_with(&Visit::address("users/user", &[("name", &name)]), flash)
}

/// The roles of a user, to tick.
pub async fn roles(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.text("name")))?.display_name();
    let here = Visit::address("users/roles", &[("name", &name)]);
    let ticks = roles_of(&visit, &name)?;
    if visit.is_post {
        let wanted: Vec<&str> = visit.parameters.all("role").collect();
        let shown: Vec<&str> = visit.parameters.all("shown").collect();
        let held = |name: &str| ticks.iter().any(|tick| tick.on && tick.name == name);
        // A name that is on no list is for the rules to refuse.
        let added: Vec<String> =
            wanted.iter().filter(|name| !held(name)).map(|name| (*name).to_owned()).collect();
        // What the form did not show it does not take away.
        let lost = |name: &&str| held(name) && !wanted.contains(name);
        let deleted: Vec<String> = shown.into_iter().filter(lost).map(str::to_owned).collect();
        if added.is_empty() && deleted.is_empty() {
            return visit.go(&here);
        }
        let (now, actor, typed) = (visit.now(), visit.actor.clone(), name.clone());
        let done = visit
            .write(move |tx| console::update_roles_of_user(tx, now, &actor, &typed, &added, &deleted))
            .await;
        let flash = match done {
            Ok(()) => Flash::good(texts::filled("user_updated", &[&name])),
            Err(error) => Flash::bad(texts::filled("roles_not_updated", &[&name, &visit::refused(error)?])),
        };
        return visit.go_with(&here, flash);
    }
    let mut context = visit.context(texts::text("roles_of_user_title"));
    context.insert("name", &name);
    context.insert("roles", &ticks);
    context.insert("back", &Visit::address("users/user", &[("name", &name)]));
    visit.show("console/user_roles.html", context)
}

/// A field of the profile form.
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

fn is_switch(field: &Field) -> bool {
    let value = field.value.as_deref().unwrap_or("");
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

/// What stands in front of a claim in the form.
const CLAIM: &str = "claim__";

/// The profile: every claim that is supported by default.
pub async fn profile(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.text("name")))?.display_name();
    let found = visit
        .read(|tx| profile::get(tx, visit.realm(), &visit.actor, &name, DEFAULT_PROFILE, |found| found))?;
    let mut fields = found.map(|profile| profile.fields).unwrap_or_default();
    fields.sort_by_key(|field| field.display_order);
    let mut wrong = None;
    if visit.is_post {
        match save(&visit, &name, &fields).await? {
            None => {
                let address = Visit::address("users/profile", &[("name", &name)]);
                return visit.go_with(&address, Flash::good(texts::text("profile_updated")));
            }
            told => wrong = told,
        }
    }
    let entry = |(number, field): (usize, Field)| {
        let is_switch = is_switch(&field);
        let sent = visit.parameters.get(&[CLAIM, &field.uri].concat()).map(str::to_owned);
        let value = if visit.is_post && !is_switch { sent } else { field.value.clone() };
        Entry {
            id: format!("claim{number}"),
            uri: [CLAIM, &field.uri].concat(),
            label: field.display_name.to_string(),
            value: value.unwrap_or_default(),
            is_switch,
            required: field.required,
            read_only: field.read_only,
        }
    };
    let entries: Vec<Entry> = fields.into_iter().enumerate().map(entry).collect();
    let mut context = visit.context(texts::text("profile_title"));
    context.insert("name", &name);
    context.insert("fields", &entries);
    context.insert("back", &Visit::address("users/user", &[("name", &name)]));
    match wrong {
        Some(wrong) => visit.show_again("console/user_profile.html", context, &wrong),
        None => visit.show("console/user_profile.html", context),
    }
}

/// Writes what the form changed; says what is wrong with it.
async fn save(visit: &Visit, name: &str, fields: &[Field]) -> Result<Option<String>, Error> {
    let wrong = |key, field: &Field| Ok(Some(texts::filled(key, &[&field.display_name])));
    let mut changes = Changes::default();
    let mut is_changed = false;
    for (uri, sent) in visit.parameters.below(CLAIM) {
        let Some(field) = fields.iter().find(|field| *field.uri == *uri) else {
            return Ok(Some(texts::text("unknown_choice").to_owned()));
        };
        if field.read_only && sent != field.value.as_deref().unwrap_or("") {
            return wrong("field_read_only", field);
        }
    }
    for field in fields.iter().filter(|field| !field.read_only) {
        let sent = visit.parameters.get(&[CLAIM, &field.uri].concat());
        let old = field.value.as_deref().unwrap_or("");
        let new = if is_switch(field) {
            if sent.is_some() { "true" } else { "false" }
        } else {
            // What the form did not have stays.
            sent.unwrap_or(old).trim()
        };
        let is_same = if is_switch(field) { new.eq_ignore_ascii_case(old) } else { new == old.trim() };
        if is_same {
            continue;
        }
        if field.required && new.is_empty() {
            return wrong("field_required", field);
        }
        let pattern = field.pattern.as_deref().filter(|pattern| !pattern.trim().is_empty());
        if let Some(pattern) = pattern
            && !new.is_empty()
            && !pattern::matches(pattern, new)
        {
            return wrong("field_malformed", field);
        }
        changes.set(&field.uri, Some(new.to_owned()));
        is_changed = true;
    }
    if !is_changed {
        return Ok(None);
    }
    let (now, realm, actor, typed) =
        (visit.now(), Arc::clone(visit.realm()), visit.actor.clone(), name.to_owned());
    let done =
        visit.write(move |tx| profile::set(tx, now, &realm, &actor, &typed, DEFAULT_PROFILE, changes)).await;
    match done {
        Ok(()) => Ok(None),
        Err(error) => Ok(Some(texts::filled("profile_not_updated", &[name, &visit::refused(error)?]))),
    }
}
