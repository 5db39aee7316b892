//! What a role permits, as a tree to tick (IS 5.3.0, `UserAdmin`).

use super::flash::Flash;
use super::roles::known;
use super::sheet::{SHOWN, Sheet, agreed};
use super::visit::{self, Visit};
use super::{Answer, texts};
use crate::domain::permission_tree::{self, BelowRoot, Node};
use crate::domain::{Error, console, role};
use crate::web::sheet::Merged;
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;

/// The boxes of the form.
const PERMISSION: &str = "permission";

/// A node of the tree as the template walks through it: a tree written as a list, since a page has no recursion that
/// keeps the numbers of its boxes apart.
#[derive(Debug, Serialize)]
pub struct Step {
    number: usize,
    path: String,
    name: String,
    on: bool,
    /// Whether a list of children begins behind it.
    opens: bool,
    /// How many lists end behind it.
    closes: Vec<()>,
}

fn steps(node: &Node, ends: usize, found: &mut Vec<Step>) {
    let opens = !node.children.is_empty();
    found.push(Step {
        number: found.len(),
        path: node.path.clone(),
        name: node.name.clone(),
        on: node.selected,
        opens,
        closes: vec![(); if opens { 0 } else { ends }],
    });
    for (at, child) in node.children.iter().enumerate() {
        let is_last = at + 1 == node.children.len();
        steps(child, if is_last { ends + 1 } else { 0 }, found);
    }
}

/// The tree, written as a list.
pub fn walked(tree: &Node) -> Vec<Step> {
    let mut found = Vec::new();
    steps(tree, 0, &mut found);
    found
}

/// The paths that a form ticked, and whether the tree has them all.
pub fn ticked<'v>(visit: &'v Visit, tree: &Node) -> Option<HashSet<&'v str>> {
    let ticks: HashSet<&str> = visit.parameters.all(PERMISSION).collect();
    ticks.iter().all(|path| tree.has(path)).then_some(ticks)
}

/// Ticks these nodes and no others.
pub fn tick(node: &mut Node, ticks: &HashSet<&str>) {
    node.selected = ticks.contains(node.path.as_str());
    node.children.iter_mut().for_each(|child| tick(child, ticks));
}

fn is_list(field: &str) -> bool {
    field == PERMISSION
}

/// The form: the paths that are ticked.
fn sheet(tree: &Node) -> Sheet {
    fn collect(node: &Node, paths: &mut Vec<String>) {
        paths.extend(node.selected.then(|| node.path.clone()));
        node.children.iter().for_each(|child| collect(child, paths));
    }
    let (mut sheet, mut paths) = (Sheet::default(), Vec::new());
    collect(tree, &mut paths);
    sheet.list(PERMISSION, paths);
    sheet
}

fn paths(sheet: &Sheet) -> HashSet<&str> {
    sheet.all(PERMISSION).iter().map(String::as_str).collect()
}

/// What the ticks of a form that was made with what was `shown` make of the tree as it is by now.
fn merged(tree: &Node, shown: &Sheet, ticks: &HashSet<&str>) -> Merged {
    let (is, mut before) = (sheet(tree), tree.clone());
    tick(&mut before, &paths(shown));
    let mut sent = Sheet::default();
    sent.list(PERMISSION, before.chosen(ticks));
    let mut merged = sent.over(shown, &is, is_list);
    // A tick stands for everything below it. Where that would give back what somebody else took away, it is asked about.
    let chosen = tree.chosen(&paths(&merged.sheet));
    let (was, now) = (paths(shown), paths(&is));
    let given_back = |path: &&String| was.contains(path.as_str()) && !now.contains(path.as_str());
    merged.contested = chosen.iter().filter(given_back).cloned().collect();
    merged.sheet.list(PERMISSION, chosen);
    merged
}

/// What people call a path, with what is above it: many are called *List*.
fn label(above: &Node, path: &str) -> Option<String> {
    above.children.iter().find_map(|node| match node.path == path {
        true => Some([&above.name, " > ", &node.name].concat()),
        false => label(node, path),
    })
}

/// The tree, and what its form does.
pub async fn permissions(visit: Arc<Visit>) -> Answer {
    let name = known(&visit)?;
    let mut tree =
        visit.read(|tx| permission_tree::of_role(tx, visit.tenant(), &name, BelowRoot::OnlyHeld))?;
    let is = sheet(&tree);
    let mut wrong = None;
    if visit.is_post {
        let here = visit.link("roles/permissions", &[("name", &name)]);
        let Some(ticks) = ticked(&visit, &tree) else {
            return visit.go_with(&here, Flash::bad(texts::text("unknown_choice")));
        };
        wrong = saved(&visit, name.clone()).await?;
        if wrong.is_none() {
            return visit.go_with(&here, Flash::good(texts::filled("role_updated", &[&name])));
        }
        let standing = merged(&tree, &Sheet::shown(&visit.parameters, &is), &ticks).sheet;
        tick(&mut tree, &paths(&standing));
    }
    let mut context = visit.context(texts::text("permissions_title"));
    context.insert("name", &name);
    context.insert("steps", &walked(&tree));
    context.insert("is_fixed", &(name == role::ADMIN));
    context.insert(SHOWN, &is.packed());
    match wrong {
        Some(wrong) => visit.show_again("console/role_permissions.html", context, &wrong),
        None => visit.show("console/role_permissions.html", context),
    }
}

/// Writes what a form changed over what is stored by then; says what is wrong with it.
async fn saved(visit: &Arc<Visit>, name: String) -> Result<Option<String>, Error> {
    let sent = Arc::clone(visit);
    let done = visit.write(move |tx| {
        let tree = permission_tree::of_role(tx, sent.tenant(), &name, BelowRoot::OnlyHeld)?;
        let is = sheet(&tree);
        let ticks: HashSet<&str> = sent.parameters.all(PERMISSION).collect();
        let merged = merged(&tree, &Sheet::shown(&sent.parameters, &is), &ticks);
        let merged = agreed(merged, &is, |path| label(&tree, path).unwrap_or_else(|| path.to_owned()))?;
        if merged == is {
            return Ok(());
        }
        let permissions = merged.all(PERMISSION).to_vec();
        let done = console::tick_permissions(tx, sent.now(), &sent.actor, &name, &tree, permissions);
        done.or_else(|error| {
            Err(Error::refused(texts::filled("role_not_updated", &[&name, &visit::refused(error)?])))
        })
    });
    match done.await {
        Ok(()) => Ok(None),
        Err(error) => Ok(Some(visit::refused(error)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TenantId;

    #[test]
    fn a_tree_written_as_a_list_opens_and_closes_every_branch() {
        let world = crate::domain::fixture::World::new();
        let steps = walked(&world.read(|tx| permission_tree::all(tx, TenantId::SUPER)));
        let (mut depth, mut opened) = (0_usize, 0_usize);
        for step in &steps {
            depth += usize::from(step.opens);
            opened += usize::from(step.opens);
            depth -= step.closes.len();
        }
        assert_eq!(depth, 0);
        assert!(opened > 10 && steps.len() > 100);
        assert!(steps.iter().enumerate().all(|(at, step)| step.number == at));
    }
}
