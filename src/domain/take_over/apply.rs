//! Writes what an export says.

use super::roles::has_everybody;
use super::{OldRole, OldUser, PassedOver, Prepared};
use crate::domain::credential::Credential;
use crate::domain::name::folded;
use crate::domain::permission::EXECUTE;
use crate::domain::role::Grant;
use crate::domain::{Actor, Error, Now, Realm, TenantId, User, audit, claim, lockout, role, user};
use crate::store::{self, Tx};
use std::collections::{HashMap, HashSet};

/// How it went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Users that were added.
    pub users: usize,
    /// Users who were here already.
    pub users_here: usize,
    /// Attributes of those who were added.
    pub attributes: usize,
    /// Identity claims of those who were added.
    pub identity_claims: usize,
    /// Roles that were added.
    pub roles: usize,
    /// Roles that were here already.
    pub roles_here: usize,
    /// Memberships.
    pub memberships: usize,
    /// Permissions of the roles that were added.
    pub permissions: usize,
    /// Users who were added with a lock that keeps nobody out, because the tenant does not lock accounts.
    pub locked_in_vain: usize,
    /// What was passed over.
    pub passed_over: PassedOver,
}

/// The users of the export by their folded names.
#[derive(Default)]
struct Users {
    added: HashMap<String, User>,
    here: HashSet<String>,
}

/// What the tables have of a user beside himself.
#[derive(Clone, Copy)]
enum Belonging {
    Membership,
    IdentityClaim,
}

/// What every step needs.
struct Work<'w, 't> {
    tx: &'w mut Tx<'t>,
    now: Now,
    realm: &'w Realm,
    actor: &'w Actor,
    report: Report,
}

/// Refuses an export for a user store that is not there.
///
/// # Errors
/// Says how the store is made.
pub fn check_store(tx: &mut Tx<'_>, tenant: TenantId, store: &str) -> Result<(), Error> {
    user::check_domain(tx, tenant, store).map_err(|error| {
        error.reworded(|_| format!("there is no user store {store}; `soapstone store add {store}` makes it"))
    })
}

/// Takes everything over, in the actor's tenant, and `show`s how many users are done. The audit trail knows each of them,
/// the log all of them in a line.
///
/// # Errors
/// A user store that does not exist, and what the rules refuse, with its place in the export.
pub fn run(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    prepared: Prepared,
    mut show: impl FnMut(usize),
) -> Result<Report, Error> {
    let Prepared { export, credentials } = prepared;
    let store = &export.store;
    check_store(tx, actor.tenant, store)?;
    let report = Report { passed_over: export.passed_over, ..Report::default() };
    let mut work = Work { tx, now, realm, actor, report };
    let mut users = Users::default();
    for (old, credential) in export.users.into_iter().zip(&credentials) {
        let key = folded(&old.name);
        if let Some(added) = work.user(store, old, credential)? {
            users.added.insert(key, added);
        } else {
            users.here.insert(key);
        }
        show(work.report.users + work.report.users_here);
    }
    for role in export.roles {
        work.role(role, &users)?;
    }
    for fact in export.facts {
        let Some(user) = users.added.get(&fact.user) else {
            work.not_added(&users, &fact.user, Belonging::IdentityClaim);
            continue;
        };
        store::user::set_identity_claim(work.tx, user.id.0, &fact.uri, fact.value.as_deref())?;
        work.report.identity_claims += 1;
    }
    if lockout::settings(work.tx, work.actor.tenant)?.is_none() {
        for user in users.added.values() {
            let locked = claim::values(work.tx, realm, user, &[lockout::LOCKED])?;
            let is_locked = locked.iter().any(|(_, value)| value.trim().eq_ignore_ascii_case("true"));
            work.report.locked_in_vain += usize::from(is_locked);
        }
    }
    let Report { users, roles, .. } = work.report;
    work.tx.say_nothing();
    audit::record(
        work.tx,
        now,
        actor,
        "Take Over Users",
        store,
        &format!("Users : {users} Roles : {roles}"),
    )?;
    Ok(work.report)
}

impl Work<'_, '_> {
    /// Adds a user with his attributes; nothing for one who is here.
    fn user(&mut self, domain: &str, old: OldUser, credential: &Credential) -> Result<Option<User>, Error> {
        let Self { tx, now, realm, actor, report } = self;
        let (tenant, key) = (actor.tenant, folded(&old.name));
        if store::user::find(tx, tenant.0, domain, &key)?.is_some() {
            report.users_here += 1;
            return Ok(None);
        }
        let row = store::user::NewUser {
            tenant: tenant.0,
            domain,
            name: &old.name,
            folded: &key,
            credential: credential.stored(),
            require_change: old.require_change,
            created_at: now.0,
        };
        let id = store::user::insert(tx, &row)?;
        if let Some(changed_at) = old.changed_at {
            store::user::set_password_age(tx, id, changed_at.0)?;
        }
        let user = User::by_id(tx, id)?.ok_or(store::Error::Missing("user"))?;
        let had_code = claim::take_over(tx, *now, realm, &user, &old.attributes)?;
        if had_code {
            *report.passed_over.entry("one-time passwords of resets that were under way").or_default() += 1;
        }
        audit::record(tx, *now, actor, "Take Over User", &user.display_name(), "")?;
        report.users += 1;
        report.attributes += old.attributes.len() - usize::from(had_code);
        Ok(Some(user))
    }

    /// Adds a role, or adds members to the one that is here.
    fn role(&mut self, old: OldRole, users: &Users) -> Result<(), Error> {
        let everybody = has_everybody(&old);
        let mut members = Vec::new();
        for name in old.members.iter().filter(|_| !everybody) {
            match users.added.get(name) {
                Some(user) => members.push(user.display_name()),
                None => self.not_added(users, name, Belonging::Membership),
            }
        }
        let Self { tx, now, actor, report, .. } = self;
        report.memberships += members.len();
        let place = |error: Error| error.reworded(|why| format!("{}: {}: {why}", old.place, old.typed));
        if everybody || role::find(tx, actor.tenant, &old.typed)?.is_some() {
            report.roles_here += 1;
            if !old.grants.is_empty() {
                *report.passed_over.entry("permissions of roles that were here already").or_default() +=
                    old.grants.len();
            }
            if !members.is_empty() {
                role::update_members(tx, *now, actor, &old.typed, &[], &members).map_err(place)?;
            }
            return Ok(());
        }
        let (allowed, denied): (Vec<_>, Vec<_>) = old.grants.iter().partition(|(_, allowed)| *allowed);
        let grants: Vec<Grant> = allowed
            .iter()
            .map(|(resource, _)| Grant { resource: resource.clone(), action: EXECUTE.to_owned() })
            .collect();
        role::add_named(tx, *now, actor, &old.typed, &members, &grants).map_err(place)?;
        let id = role::find(tx, actor.tenant, &old.typed)?.ok_or(store::Error::Missing("role"))?;
        for (resource, _) in denied {
            store::role::set_grant(tx, id, &resource.to_lowercase(), EXECUTE, false)?;
        }
        report.roles += 1;
        report.permissions += old.grants.len();
        Ok(())
    }

    /// Counts what belongs to somebody who was not added.
    fn not_added(&mut self, users: &Users, name: &str, what: Belonging) {
        let what = match (users.here.contains(name), what) {
            (true, Belonging::Membership) => "memberships of users who were here already",
            (false, Belonging::Membership) => "memberships of users who are not there",
            (true, Belonging::IdentityClaim) => "identity claims of users who were here already",
            (false, Belonging::IdentityClaim) => "identity claims of users who are not there",
        };
        *self.report.passed_over.entry(what).or_default() += 1;
    }
}
