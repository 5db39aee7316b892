//! Roles: listing, adding, renaming, deleting and who is in them (IS 5.3.0, `UserAdmin`).

use super::flash::Flash;
use super::paging::{Pages, ROWS};
use super::role_permissions::{tick, ticked, walked};
use super::users::{Choice, Tick, qualified, writable};
use super::visit::{self, Confirmation, Visit};
use super::{Answer, texts};
use crate::domain::console::{self, RoleKind};
use crate::domain::listing::page;
use crate::domain::permission_tree::{self, Node};
use crate::domain::{Error, role};
use serde::Serialize;
use std::sync::Arc;

/// The domain of roles beside the user stores.
const INTERNAL: &str = "Internal";

/// A role of the list.
#[derive(Debug, Serialize)]
struct Line {
    name: String,
    members: String,
    permissions: String,
    rename: String,
    delete: String,
    /// Nobody renames or deletes it.
    is_fixed: bool,
}

/// The role of a form or an address; one that does not exist is refused.
pub fn known(visit: &Visit) -> Result<String, Error> {
    let name = visit.key("name").to_owned();
    if visit.read(|tx| role::exists(tx, visit.tenant(), &name))? {
        return Ok(name);
    }
    Err(Error::refused(texts::filled("no_such_role", &[&name])))
}

/// The list.
pub async fn list(visit: Arc<Visit>) -> Answer {
    let pattern = visit.text("pattern");
    let mut rows = visit.read(|tx| page::roles(tx, visit.tenant(), pattern, visit.key("after"), ROWS + 1))?;
    let pages = Pages::of(&visit, &mut rows, |row| row.place.clone());
    let line = |row: page::Line| {
        let to = |path: &str| visit.link(path, &[("name", &row.name)]);
        Line {
            members: to("roles/members"),
            permissions: to("roles/permissions"),
            rename: to("roles/rename"),
            delete: to("roles/delete"),
            is_fixed: row.name == role::EVERYONE || row.name == role::ADMIN,
            name: row.name,
        }
    };
    let mut context = visit.context(texts::text("roles_title"));
    context.insert("lines", &rows.into_iter().map(line).collect::<Vec<_>>());
    context.insert("pages", &pages);
    context.insert("pattern", pattern);
    visit.show("console/roles.html", context)
}

/// The names of a text area, one a line.
fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.lines().map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Adding one, with its permissions and first members.
pub async fn add(visit: Arc<Visit>) -> Answer {
    let mut tree = visit.read(|tx| permission_tree::all(tx, visit.tenant()))?;
    let mut wrong = None;
    if visit.is_post {
        match added(&visit, &tree).await? {
            Ok(name) => {
                let said = texts::filled("role_added", &[&name]);
                return visit.go_with(&Visit::address("roles", &[]), Flash::good(said));
            }
            Err(told) => wrong = Some(told),
        }
        if let Some(ticks) = ticked(&visit, &tree) {
            tick(&mut tree, &ticks);
        }
    }
    let internal = Choice::plain(INTERNAL);
    let domains: Vec<Choice> = writable(&visit)?.into_iter().chain([internal]).collect();
    let mut context = visit.context(texts::text("add_role_title"));
    context.insert("domains", &domains);
    context.insert("domain", visit.text("domain"));
    context.insert("name", visit.text("name"));
    context.insert("users", visit.text("users"));
    context.insert("steps", &walked(&tree));
    match wrong {
        Some(wrong) => visit.show_again("console/role_add.html", context, &wrong),
        None => visit.show("console/role_add.html", context),
    }
}

/// Adds the role of a form; says what is wrong with it.
async fn added(visit: &Visit, tree: &Node) -> Result<Result<String, String>, Error> {
    let wrong = |key| Ok(Err(texts::text(key).to_owned()));
    let (domain, name) = (visit.text("domain").to_owned(), visit.text("name").to_owned());
    if name.is_empty() {
        return wrong("role_name_empty");
    }
    if name.contains('/') {
        return wrong("role_name_with_domain");
    }
    let Some(ticks) = ticked(visit, tree) else { return wrong("unknown_choice") };
    let (permissions, members) = (tree.chosen(&ticks), names(visit.raw("users")));
    let is_internal = domain == INTERNAL;
    let full = qualified(&domain, &name);
    if visit.read(|tx| role::exists(tx, visit.tenant(), &full))? {
        return Ok(Err(texts::filled("role_exists", &[&full])));
    }
    let kind = if is_internal { RoleKind::Hybrid } else { RoleKind::External { shared: false } };
    let typed = if is_internal { name } else { full.clone() };
    let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
    let done = visit
        .write(move |tx| console::add_role(tx, now, &realm, &actor, kind, &typed, &members, permissions));
    match done.await {
        Ok(()) => Ok(Ok(full)),
        Err(error) => Ok(Err(texts::filled("role_not_added", &[&full, &visit::refused(error)?]))),
    }
}

/// Renaming one.
pub async fn rename(visit: Arc<Visit>) -> Answer {
    let name = known(&visit)?;
    let mut wrong = None;
    if visit.is_post {
        let bare = visit.text("new_name");
        let domain = name.split_once('/').map_or("", |(domain, _)| domain);
        let to = qualified(domain, bare);
        if bare.is_empty() {
            wrong = Some(texts::text("role_name_empty").to_owned());
        } else if bare.contains('/') {
            wrong = Some(texts::text("role_name_with_domain").to_owned());
        } else {
            let (now, realm, actor) = (visit.now(), Arc::clone(visit.realm()), visit.actor.clone());
            let (from, new) = (name.clone(), to.clone());
            let done =
                visit.write(move |tx| console::rename_role(tx, now, &realm, &actor, &from, &new)).await;
            match done {
                Ok(()) => {
                    let said = texts::filled("role_updated", &[&to]);
                    return visit.go_with(&visit.list("roles"), Flash::good(said));
                }
                Err(error) => {
                    wrong = Some(texts::filled("role_not_updated", &[&name, &visit::refused(error)?]));
                }
            }
        }
    }
    let mut context = visit.context(texts::text("rename_role_title"));
    context.insert("name", &name);
    context.insert("new_name", visit.text("new_name"));
    match wrong {
        Some(wrong) => visit.show_again("console/role_rename.html", context, &wrong),
        None => visit.show("console/role_rename.html", context),
    }
}

/// Deleting one, after a question.
pub async fn delete(visit: Arc<Visit>) -> Answer {
    let name = known(&visit)?;
    if !visit.is_post {
        return visit.confirm(Confirmation {
            title: texts::text("delete_role_title"),
            lines: &[texts::filled("delete_role_question", &[&name])],
            action: "roles/delete",
            fields: &[("name", &name)],
            button: texts::text("delete"),
            back: &visit.list("roles"),
        });
    }
    let (now, actor, typed) = (visit.now(), visit.actor.clone(), name.clone());
    let flash = match visit.write(move |tx| console::delete_role(tx, now, &actor, &typed)).await {
        Ok(()) => Flash::good(texts::filled("role_deleted", &[&name])),
        Err(error) => Flash::bad(texts::filled("role_not_deleted", &[&name, &visit::refused(error)?])),
    };
    visit.go_with(&visit.list("roles"), flash)
}

/// Who is in a role: a page of them to take out, and a field for who is to join.
pub async fn members(visit: Arc<Visit>) -> Answer {
    let name = known(&visit)?;
    let leaving: Vec<String> = visit.parameters.all("leave").map(str::to_owned).collect();
    let mut wrong = None;
    if visit.is_post {
        let (joining, leaving) = (names(visit.raw("users")), leaving.clone());
        let (now, actor, typed) = (visit.now(), visit.actor.clone(), name.clone());
        let done = visit.write(move |tx| {
            for name in joining.iter().chain(&leaving) {
                crate::domain::user::find(tx, actor.tenant, name)?;
            }
            console::update_members(tx, now, &actor, &typed, &joining, &leaving)
        });
        match done.await {
            Ok(()) => {
                let said = Flash::good(texts::filled("role_updated", &[&name]));
                return visit.go_with(&visit.here_with(&[("name", &name)]), said);
            }
            Err(error) => {
                wrong = Some(texts::filled("role_not_updated", &[&name, &visit::refused(error)?]));
            }
        }
    }
    let mut rows = visit.read(|tx| page::members(tx, visit.tenant(), &name, visit.key("after"), ROWS + 1))?;
    let pages = Pages::of(&visit, &mut rows, |row| row.place.clone());
    let tick = |row: page::Line| Tick { on: leaving.contains(&row.name), name: row.name };
    let mut context = visit.context(texts::text("members_title"));
    context.insert("name", &name);
    // What is refused comes back to the same part of the list.
    context.insert("action", &visit.here_with(&[("name", &name)]));
    context.insert("members", &rows.into_iter().map(tick).collect::<Vec<_>>());
    context.insert("users", visit.raw("users"));
    context.insert("pages", &pages);
    context.insert("is_fixed", &(name == role::EVERYONE));
    match wrong {
        Some(wrong) => visit.show_again("console/role_members.html", context, &wrong),
        None => visit.show("console/role_members.html", context),
    }
}
