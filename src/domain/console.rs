//! What the console's user management keeps from administrators who are not the primary one, before the kernel's own
//! rules are asked: nobody else makes or unmakes administrators (IS 5.3.0, UserRealmProxy).
//!
//! An administrator is who holds `/permission` or `/permission/admin`; the primary one is the tenant's first.

use super::name::{ANONYMOUS_USER, QualifiedName};
use super::permission::{self, ADMINISTRATOR, HeldByRole};
use super::user::{self, NewUser, is_primary_admin};
use super::{Actor, Error, Now, Realm, User, tenant};
use crate::store::{self, Tx};

mod role;

pub use role::{
    RoleKind, add as add_role, delete as delete_role, rename as rename_role, replace_roles_of_user,
    set_permissions, tick_members, tick_permissions, update_members, update_roles_of_user,
};

/// The role of the anonymous user, whom nobody may touch.
const ANONYMOUS_ROLE: &str = "system/wso2.anonymous.role";

/// The tenant of an actor and whether he is its primary administrator, as the server itself is.
fn primary(tx: &mut Tx<'_>, actor: &Actor) -> Result<(super::Tenant, bool), Error> {
    let tenant = tenant::by_id(tx, actor.tenant)?.ok_or(store::Error::Missing("tenant"))?;
    let user = User::by_id(tx, actor.user.0)?;
    let is_primary = actor.is_system() || user.is_some_and(|user| is_primary_admin(&tenant, &user));
    Ok((tenant, is_primary))
}

/// Whether a user who exists is an administrator.
fn is_administrator(tx: &mut Tx<'_>, user: &User) -> Result<bool, Error> {
    permission::authorized(tx, user.tenant, user.id, &ADMINISTRATOR)
}

/// The first of some roles that makes its members administrators.
fn makes_administrators(tx: &mut Tx<'_>, actor: &Actor, roles: &[String]) -> Result<bool, Error> {
    for role in roles {
        if HeldByRole::read(tx, actor.tenant, role)?.is_administrator() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds a user.
///
/// # Errors
/// A role that makes him an administrator, and what [`user::add`] refuses.
pub fn add_user(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    new: &NewUser<'_>,
) -> Result<User, Error> {
    let (_, is_primary) = primary(tx, actor)?;
    let name = QualifiedName::parse(new.name.trim());
    let roles = super::role::meant_for_user(tx, actor.tenant, name.domain_or_primary(), new.roles)?;
    if !is_primary && makes_administrators(tx, actor, &roles)? {
        return Err(Error::refused("You have not privilege to assign user to Admin permission role"));
    }
    user::add(tx, now, realm, actor, new)
}

/// Checks whether an actor may set somebody's password without knowing the old one. His own he may not.
///
/// # Errors
/// Says whose password it would be.
pub fn check_password_change(tx: &mut Tx<'_>, actor: &Actor, typed: &str) -> Result<(), Error> {
    let user = user::look_up(tx, actor.tenant, typed)?;
    let own = user.as_ref().is_some_and(|user| user.id == actor.user);
    if own || actor.name.eq_ignore_ascii_case(typed) {
        return Err(Error::refused("An attempt to change password with out providing old password"));
    }
    let (tenant, is_primary) = primary(tx, actor)?;
    match user {
        Some(user) if !is_primary && is_primary_admin(&tenant, &user) => {
            Err(Error::refused("You have not privilege to change password of Admin user"))
        }
        Some(user) if !is_primary && is_administrator(tx, &user)? => {
            Err(Error::refused("You have not privilege to change password of user has admin permission"))
        }
        _ => Ok(()),
    }
}

/// Deletes a user.
///
/// # Errors
/// Administrators, and what [`user::delete`] refuses.
pub fn delete_user(tx: &mut Tx<'_>, now: Now, actor: &Actor, typed: &str) -> Result<(), Error> {
    let (tenant, is_primary) = primary(tx, actor)?;
    if !is_primary && let Some(user) = user::look_up(tx, actor.tenant, typed)? {
        if is_primary_admin(&tenant, &user) {
            return Err(Error::refused("You have not privilege to delete Admin user"));
        }
        if is_administrator(tx, &user)? {
            return Err(Error::refused("You have not privilege to delete user has Admin permission"));
        }
    }
    user::delete(tx, now, actor, typed)
}

#[cfg(test)]
mod tests;
