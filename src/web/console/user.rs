//! One user: the state of his account and his roles (IS 5.3.0, `UserAdmin`, `UserIdentityManagementAdminService`).

use super::flash::Flash;
use super::sheet::{SHOWN, Sheet};
use super::users::{Tick, roles_of, roles_within};
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::catalogue::{EMAIL_ADDRESS, GIVEN_NAME, LAST_NAME};
use crate::domain::{Error, User, account, claim, console, role, user};
use crate::store::Tx;
use std::sync::Arc;

/// First name, last name and mail address.
const KNOWN_BY: [&str; 3] = [GIVEN_NAME, LAST_NAME, EMAIL_ADDRESS];

/// Everything about one user at a glance.
pub async fn show(visit: Arc<Visit>) -> Answer {
    let (user, state, roles, facts) = visit.read(|tx| {
        let user = user::find(tx, visit.tenant(), visit.key("name"))?;
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
        context.insert(key, &visit.link(path, &[("name", &name)]));
    }
    for what in ["lock", "unlock", "disable", "enable"] {
        let address = visit.link("users/state", &[("name", &name), ("what", what)]);
        context.insert(["to_", what].concat(), &address);
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

/// What is asked before an account is locked, unlocked, disabled or enabled: what the button says, and the question.
fn question(what: &str) -> Option<[&'static str; 2]> {
    match what {
        "lock" => Some(["lock_user", "lock_question"]),
        "unlock" => Some(["unlock_user", "unlock_question"]),
        "disable" => Some(["disable_user", "disable_question"]),
        "enable" => Some(["enable_user", "enable_question"]),
        _ => None,
    }
}

/// Locks, unlocks, disables or enables an account, after a question: locking keeps somebody out, unlocking gives up a reset.
pub async fn set_state(visit: Arc<Visit>) -> Answer {
    let name = visit.key("name").to_owned();
    let here = visit.link("users/user", &[("name", &name)]);
    if !visit.is_post {
        let what = visit.text("what");
        let Some([title, question]) = question(what) else { return visit.go(&here) };
        let known = visit.read(|tx| user::find(tx, visit.tenant(), &name))?.display_name();
        return visit.confirm(Confirmation {
            title: texts::text(title),
            lines: &[texts::filled(question, &[&known])],
            action: "users/state",
            fields: &[("name", &known), ("what", what)],
            button: texts::text(title),
            back: &here,
        });
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
    visit.onward(&here, done.await, texts::filled("user_updated", &[&name]))
}

/// The boxes of the form of roles.
const ROLE: &str = "role";

/// That form: the roles that are ticked.
fn sheet(ticks: &[Tick]) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.list(ROLE, ticks.iter().filter(|tick| tick.on).map(|tick| tick.name.clone()));
    sheet
}

/// The roles of a user, to tick.
pub async fn roles(visit: Arc<Visit>) -> Answer {
    let name = visit.read(|tx| user::find(tx, visit.tenant(), visit.key("name")))?.display_name();
    let here = visit.link("users/roles", &[("name", &name)]);
    if visit.is_post {
        let flash = match give(&visit, name.clone()).await {
            Ok(true) => Flash::good(texts::filled("user_updated", &[&name])),
            Ok(false) => return visit.go(&here),
            Err(error) => Flash::bad(texts::filled("roles_not_updated", &[&name, &visit::refused(error)?])),
        };
        return visit.go_with(&here, flash);
    }
    let ticks = roles_of(&visit, &name)?;
    let mut context = visit.context(texts::text("roles_of_user_title"));
    context.insert("name", &name);
    context.insert("roles", &ticks);
    context.insert(SHOWN, &sheet(&ticks).packed());
    context.insert("back", &visit.way_to(&visit.link("users/user", &[("name", &name)])));
    visit.show("console/user_roles.html", context)
}

/// Gives and takes what the form changed; whether that was anything.
async fn give(visit: &Arc<Visit>, name: String) -> Result<bool, Error> {
    let mut wanted = Sheet::default();
    // A name that is on no list is for the rules to refuse.
    wanted.list(ROLE, visit.parameters.all(ROLE).map(str::to_owned));
    // A form that does not say what it was made with takes nothing away.
    let shown = Sheet::shown(&visit.parameters, &Sheet::default());
    let sent = Arc::clone(visit);
    let done = visit.write(move |tx| {
        let is = sheet(&roles_within(tx, &sent, &name)?);
        let merged = wanted.over(&shown, &is, |field| field == ROLE).sheet;
        let beyond = |more: &Sheet, less: &Sheet| -> Vec<String> {
            more.all(ROLE).iter().filter(|role| !less.all(ROLE).contains(role)).cloned().collect()
        };
        let (added, deleted) = (beyond(&merged, &is), beyond(&is, &merged));
        if added.is_empty() && deleted.is_empty() {
            return Ok(false);
        }
        console::update_roles_of_user(tx, sent.now(), &sent.actor, &name, &added, &deleted)?;
        Ok(true)
    });
    done.await
}
