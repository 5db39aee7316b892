//! Taking over the users of an existing deployment.

use super::commands::{Desk, Failure, say};
use crate::domain::Actor;
use crate::domain::take_over::{Files, Meant, Report, run};
use std::path::Path;

impl Desk {
    /// `user take-over …`
    pub(super) fn take_over(&self, actor: &Actor, folder: &Path, meant: &Meant) -> Result<(), Failure> {
        let (files, unread) = files(folder)?;
        let prepared = files.read(meant)?.prepare()?;
        let actor = actor.clone();
        let report = self.write(move |tx, now, realm| run(tx, now, realm, &actor, prepared))?;
        tell(&report)?;
        unread.iter().try_for_each(|name| say(&format!("{name} is not read")))
    }
}

/// The files that are there, and the names of those that nobody reads.
fn files(folder: &Path) -> Result<(Files, Vec<String>), Failure> {
    let (mut files, mut unread) = (Files::default(), Vec::new());
    let mut paths = Vec::new();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Failure::Usage(format!("{}: {error}", folder.display())))?;
    for entry in entries {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !files.take(&name, &std::fs::read(&path)?)? {
            unread.push(name);
        }
    }
    Ok((files, unread))
}

fn tell(report: &Report) -> Result<(), Failure> {
    let Report { users, attributes, identity_claims, roles, memberships, permissions, .. } = report;
    say(&format!(
        "took over {users} users with {attributes} attributes and {identity_claims} identity claims, {roles} roles with \
         {permissions} permissions, and {memberships} memberships"
    ))?;
    let Report { users_here, roles_here, .. } = report;
    say(&format!("left as they are: {users_here} users and {roles_here} roles that were here already"))?;
    report.passed_over.iter().try_for_each(|(what, count)| say(&format!("passed over: {count} {what}")))
}
