//! Taking over the users of an existing deployment.

use super::commands::{Desk, Failure, say};
use super::import::each_file;
use super::progress::Progress;
use crate::domain::Actor;
use crate::domain::take_over::{Files, Meant, Report, check_store, run};
use std::path::Path;
use std::sync::Mutex;

impl Desk {
    /// `user take-over …`
    pub(super) fn take_over(&self, actor: &Actor, folder: &Path, meant: &Meant) -> Result<(), Failure> {
        let mut files = Files::default();
        let unread = each_file(folder, |name, content| files.take(name, content))?;
        let export = files.read(meant)?;
        drop(files);
        // Before the passwords: those in clear take minutes.
        self.read(|tx| check_store(tx, actor.tenant, &meant.store))?;
        let users = export.users();
        let hashing = Mutex::new((Progress::begin("passwords", users), 0));
        let prepared = export.prepare(|| {
            if let Ok(mut hashing) = hashing.lock() {
                hashing.1 += 1;
                let done = hashing.1;
                hashing.0.show(done);
            }
        })?;
        let (actor, mut adding) = (actor.clone(), Progress::begin("users", users));
        let report = self
            .write(move |tx, now, realm| run(tx, now, realm, &actor, prepared, |done| adding.show(done)))?;
        tell(&report)?;
        unread.iter().try_for_each(|name| say(&format!("{name} is not read")))
    }
}

fn tell(report: &Report) -> Result<(), Failure> {
    let Report { users, attributes, identity_claims, roles, memberships, permissions, .. } = report;
    say(&format!(
        "took over {users} users with {attributes} attributes and {identity_claims} identity claims, {roles} roles with \
         {permissions} permissions, and {memberships} memberships"
    ))?;
    let Report { users_here, roles_here, .. } = report;
    say(&format!("left as they are: {users_here} users and {roles_here} roles that were here already"))?;
    if report.locked_in_vain > 0 {
        say(&format!(
            "{} of the users are locked and get in all the same, because Account Locking is off: `soapstone idp import` takes \
             the policy over, `soapstone governance set account.lock.handler.enable true` switches it on",
            report.locked_in_vain
        ))?;
    }
    report.passed_over.iter().try_for_each(|(what, count)| say(&format!("passed over: {count} {what}")))
}
