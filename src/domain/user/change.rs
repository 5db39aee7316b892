//! Adding and deleting users, and setting their passwords.
//!
//! The order of the checks and the texts are those of the kernel of IS 5.3.0.

use super::{User, UserId, check_domain, is_primary_admin, look_up};
use crate::domain::claim::{self, Changes};
use crate::domain::credential::Credential;
use crate::domain::name::{ANONYMOUS_USER, QualifiedName, folded, is_reserved};
use crate::domain::password::{self, NewPassword};
use crate::domain::{
    Actor, Error, Now, Realm, audit, forced_reset, onboarding, pattern, recovery, role, session, tenant,
};
use crate::store::{self, Tx};

/// A user to add.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Name, with a domain for a secondary store.
    pub name: &'a str,
    /// The password, hashed.
    pub password: &'a NewPassword,
    /// Roles to join, which must exist.
    pub roles: &'a [String],
    /// Claims to set. They keep out whom they say is locked or disabled, and may ask him [to finish his account](onboarding);
    /// nothing else is triggered by them.
    pub claims: &'a Changes,
    /// Profile the claims belong to.
    pub profile: &'a str,
    /// Whether the password must be changed soon.
    pub require_change: bool,
}

/// Adds a user.
///
/// # Errors
/// The kernel's refusals, in its order: name, password, existence, roles, claims.
pub fn add(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    new: &NewUser<'_>,
) -> Result<User, Error> {
    let name = QualifiedName::parse(new.name.trim());
    let domain = name.domain_or_primary().to_owned();
    check_domain(tx, actor.tenant, &domain)?;
    let (pattern, free) = (&realm.policy.username_pattern, &name.name);
    if free.is_empty() || !pattern::matches(pattern, free) {
        return Err(Error::refused(format!(
            "Username {free} is not valid. User name must be a non null string with following format, {pattern}"
        )));
    }
    if !pattern::matches(&realm.policy.password_pattern, new.password.plain().reveal()) {
        let pattern = &realm.policy.password_pattern;
        return Err(Error::refused(format!(
            "Credential not valid. Credential must be a non null string with following format, {pattern}"
        )));
    }
    password::check_text(tx, realm, actor.tenant, &name.name, new.password.plain())?
        .map_err(|refused| Error::refused(refused.to_string()))?;
    let row = store::user::NewUser {
        tenant: actor.tenant.0,
        domain: &domain,
        name: &name.name,
        folded: &folded(&name.name),
        credential: new.password.credential().stored(),
        require_change: new.require_change,
        created_at: now.0,
    };
    // The audit trail knows the server by its name, and permissions are asked by name, too.
    if is_reserved(&name.name) || store::user::find(tx, actor.tenant.0, &domain, row.folded)?.is_some() {
        return Err(already_there(&name.name));
    }
    let roles = role::existing(tx, actor.tenant, &domain, new.roles)?;
    let (task, claims) = onboarding::asked(tx, actor.tenant, new.claims)?;
    claim::check_known(tx, realm, actor.tenant, &claims)?;
    let id = store::user::insert(tx, &row)?;
    password::remember(tx, now, actor.tenant, id, new.password)?;
    let user = User { id: UserId(id), tenant: actor.tenant, domain, name: name.name };
    for role in roles {
        store::role::add_member(tx, role, id)?;
    }
    claim::set_at_creation(tx, now, realm, &user, new.profile, &claims)?;
    if let Some(task) = task {
        onboarding::begin(tx, now, realm, &user, task)?;
    }
    let data = new.roles.iter().fold(String::from("Roles :"), |text, role| text + role + ",");
    // The original's line names the new user without his domain.
    audit::record(tx, now, actor, "Add User", &user.name, &data)?;
    Ok(user)
}

fn already_there(name: &str) -> Error {
    Error::refused(format!(
        "UserAlreadyExistingUsername '{name}' already exists in the system. Please pick another username."
    ))
}

/// Deletes a user with claims, memberships, sessions and any recovery under way.
///
/// # Errors
/// The kernel's refusals, in its order: oneself, the primary administrator, the anonymous user, nobody.
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, typed: &str) -> Result<(), Error> {
    let tenant = tenant::by_id(tx, actor.tenant)?.ok_or(store::Error::Missing("tenant"))?;
    let found = look_up(tx, actor.tenant, typed)?;
    if found.as_ref().is_some_and(|user| user.id == actor.user) {
        return Err(Error::refused("LoggedInUser Cannot delete logged in user"));
    }
    if found.as_ref().is_some_and(|user| is_primary_admin(&tenant, user)) {
        return Err(Error::refused("AdminUserCannot delete admin user"));
    }
    if folded(typed) == ANONYMOUS_USER {
        return Err(Error::refused("AnonymousUserCannot delete anonymous user"));
    }
    let Some(user) = found else {
        return Err(Error::refused("Cannot delete user who is not exist"));
    };
    // Mails that wait for him would carry a code of nobody.
    recovery::end(tx, now, &user)?;
    store::user::delete(tx, user.id.0)?;
    audit::record(tx, now, actor, "Delete User", &user.display_name(), "")
}

/// Sets a password as an administrator: a pending reset ends, and so do the user's sessions.
///
/// # Errors
/// The kernel's refusals: an unknown user, a password the rules refuse.
pub fn set_password_by_admin(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    new: &NewPassword,
) -> Result<(), Error> {
    let Some(user) = look_up(tx, actor.tenant, typed)? else {
        // The password is looked at first.
        let name = QualifiedName::parse(typed).name;
        password::check_text(tx, realm, actor.tenant, &name, new.plain())?
            .map_err(|refused| Error::refused(refused.to_string()))?;
        return Err(Error::refused(format!("User {typed} does not exisit in the user store")));
    };
    store_password(tx, now, realm, &user, new)?;
    forced_reset::cancel(tx, now, realm, actor, &user)?;
    onboarding::password_is_set(tx, now, &user)?;
    audit::record(tx, now, actor, "Change Password by Administrator", &user.display_name(), "")
}

/// What the audit log calls a password that was changed for the old one.
pub const CHANGED_BY_USER: &str = "Change Password by User";

/// The kernel's refusal of an old password that is none.
#[must_use]
pub fn wrong_old_password() -> Error {
    Error::refused("PasswordInvalid Old credential does not match with the existing credentials.")
}

/// Sets a password for one who knew the old one, which is what `verified` was made of. Whoever changed it meanwhile wins:
/// the old password is none any more.
///
/// # Errors
/// The kernel's refusals: a wrong old password (an unknown user has none), a password the rules refuse.
pub fn change_password(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    new: &NewPassword,
    verified: Option<&Credential>,
) -> Result<(), Error> {
    let user = look_up(tx, actor.tenant, typed)?;
    let present = match &user {
        Some(user) => password::current(tx, user.id.0)?,
        None => None,
    };
    let Some(user) = user.filter(|_| present.is_some() && present.as_ref() == verified) else {
        return Err(wrong_old_password());
    };
    store_password(tx, now, realm, &user, new)?;
    audit::record(tx, now, actor, CHANGED_BY_USER, &user.display_name(), "")
}

fn store_password(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    user: &User,
    new: &NewPassword,
) -> Result<(), Error> {
    password::check(tx, realm, user.tenant, user.id.0, &user.name, new)?
        .map_err(|refused| Error::refused(refused.to_string()))?;
    password::set(tx, now, user.tenant, user.id.0, new)?;
    session::close_all(tx, user.id)
}

#[cfg(test)]
mod tests;
