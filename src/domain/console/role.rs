//! Roles through the console: adding, renaming and deleting them, who is in them and what they permit.

use super::{ANONYMOUS_ROLE, ANONYMOUS_USER, is_administrator, makes_administrators, primary};
use crate::domain::name::{QualifiedName, folded};
use crate::domain::permission::{EXECUTE, HeldByRole, condensed, is_reserved};
use crate::domain::permission_tree::Node;
use crate::domain::role::{self, EVERYONE, Grant};
use crate::domain::user::{self, is_primary_admin};
use crate::domain::{Actor, Error, Now, Realm, User, audit};
use crate::store::grant::GrantRow;
use crate::store::{self, Tx};

/// Where a new role goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleKind {
    /// Into a user store.
    External {
        /// Whether several tenants are to share it, which no store here can.
        shared: bool,
    },
    /// Beside the stores: `Internal/`, unless the name says `Application/`.
    Hybrid,
}

/// Adds a role with members and permissions.
///
/// # Errors
/// Permissions of administrators, an unknown or read-only store, and what [`role::add`] refuses.
#[expect(clippy::too_many_arguments, reason = "a role is added with everything at once")]
pub fn add(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    kind: RoleKind,
    typed: &str,
    members: &[String],
    permissions: Vec<String>,
) -> Result<(), Error> {
    let (_, is_primary) = primary(tx, actor)?;
    if !is_primary && permissions.iter().any(|permission| is_reserved(permission)) {
        return Err(Error::refused(
            "You do not have the required privilege to create a role with Admin permission",
        ));
    }
    let name = match kind {
        RoleKind::External { shared } => {
            check_store(tx, actor, typed)?;
            if shared {
                return Err(Error::refused(
                    "SharedUserRolesUser store doesn't support shared user roles functionality",
                ));
            }
            typed.to_owned()
        }
        RoleKind::Hybrid if typed.starts_with("Application/") => typed.to_owned(),
        RoleKind::Hybrid => ["Internal/", typed].concat(),
    };
    let grant = |resource| Grant { resource, action: EXECUTE.to_owned() };
    let grants: Vec<Grant> = condensed(permissions).into_iter().map(grant).collect();
    role::add(tx, now, realm, actor, &name, members, &grants)
}

/// Refuses a store that does not exist or takes no roles. The domains of hybrid roles are no stores.
fn check_store(tx: &mut Tx<'_>, actor: &Actor, typed: &str) -> Result<(), Error> {
    let name = QualifiedName::parse(typed);
    let Some(domain) = &name.domain else { return Ok(()) };
    match user::check_domain(tx, actor.tenant, domain) {
        Err(Error::UnknownDomain) => return Err(Error::refused("Invalid Domain")),
        other => other?,
    }
    if user::is_read_only(tx, actor.tenant, domain)? {
        return Err(Error::refused("Read only user store or Role creation is disabled"));
    }
    Ok(())
}

/// Deletes a role.
///
/// # Errors
/// Roles of administrators, and what [`role::delete`] refuses.
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, typed: &str) -> Result<(), Error> {
    let (_, is_primary) = primary(tx, actor)?;
    if !is_primary && HeldByRole::read(tx, actor.tenant, typed)?.is_administrator() {
        return Err(Error::refused("You have not privilege to delete a role with Admin permission"));
    }
    role::delete(tx, now, actor, typed)
}

/// Gives a role another name.
///
/// # Errors
/// Roles of administrators, and what [`role::rename`] refuses.
pub fn rename(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    from: &str,
    to: &str,
) -> Result<(), Error> {
    let (_, is_primary) = primary(tx, actor)?;
    if !is_primary && HeldByRole::read(tx, actor.tenant, from)?.is_administrator() {
        return Err(Error::refused("You have not privilege to rename a role with Admin permission"));
    }
    role::rename(tx, now, realm, actor, from, to)
}

/// Nobody decides who is anonymous, or who is everyone.
fn check_role(typed: &str) -> Result<(), Error> {
    if typed.eq_ignore_ascii_case(ANONYMOUS_ROLE) || typed.eq_ignore_ascii_case(EVERYONE) {
        return Err(Error::refused("Invalid data"));
    }
    Ok(())
}

fn check_user(typed: &str) -> Result<(), Error> {
    if typed.eq_ignore_ascii_case(ANONYMOUS_USER) {
        return Err(Error::refused("Invalid data"));
    }
    Ok(())
}

fn is_for_administrators(tx: &mut Tx<'_>, actor: &Actor, role: &str) -> Result<bool, Error> {
    Ok(role::is_admin(role) || HeldByRole::read(tx, actor.tenant, role)?.is_administrator())
}

/// Whether somebody, by the name that was typed, is in a role that may not exist.
fn is_member(tx: &mut Tx<'_>, actor: &Actor, role: Option<i64>, typed: &str) -> Result<bool, Error> {
    let Some(role) = role else { return Ok(false) };
    Ok(match user::look_up(tx, actor.tenant, typed)? {
        Some(user) => store::role::is_member(tx, role, user.id.0)?,
        None => false,
    })
}

/// Puts the ticked users into a role and takes the others out; who is not named stays where he is. A row that names the
/// anonymous user ends the call without a word (IS 5.3.0).
///
/// # Errors
/// The roles of everyone and of administrators, leaving a role oneself, and what [`role::update_members`] refuses.
pub fn tick_members(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    ticks: &[(String, bool)],
) -> Result<(), Error> {
    check_role(typed)?;
    let role = role::find(tx, actor.tenant, typed)?;
    let (mut leaving, mut joining) = (Vec::new(), Vec::new());
    let (names, ticked): (Vec<String>, Vec<bool>) = ticks.iter().cloned().unzip();
    let names = role::meant_for_role(tx, actor.tenant, typed, &names)?;
    for (name, ticked) in names.iter().zip(&ticked) {
        if name.eq_ignore_ascii_case(ANONYMOUS_USER) {
            return Ok(());
        }
        match (is_member(tx, actor, role, name)?, *ticked) {
            (true, false) => leaving.push(name.clone()),
            (false, true) => joining.push(name.clone()),
            _ => {}
        }
    }
    let (_, is_primary) = primary(tx, actor)?;
    if !is_primary && is_for_administrators(tx, actor, typed)? {
        return Err(Error::refused("Can not add or remove user from Admin permission role"));
    }
    // The original compares with the domain in front, so that it misses users of the primary store.
    if !is_primary && actor.name.contains('/') && leaving.contains(&actor.name) {
        return Err(Error::refused(format!("Can not remove yourself from role : {typed}")));
    }
    role::update_members(tx, now, actor, typed, &leaving, &joining)
}

/// Takes users out of a role and puts others in; who is out or in already is passed over.
///
/// # Errors
/// As [`tick_members`].
pub fn update_members(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    added: &[String],
    deleted: &[String],
) -> Result<(), Error> {
    check_role(typed)?;
    let (tenant, is_primary) = primary(tx, actor)?;
    if !is_primary && is_for_administrators(tx, actor, typed)? {
        return Err(Error::refused(
            "You have not privilege to add or remove user from Admin permission role",
        ));
    }
    if role::is_admin(typed) && deleted.iter().any(|name| folded(name) == folded(&tenant.admin_name)) {
        return Err(Error::refused("Can not remove Admin user from Admin role"));
    }
    let role = role::find(tx, actor.tenant, typed)?;
    let (mut leaving, mut joining) = (Vec::new(), Vec::new());
    for name in role::meant_for_role(tx, actor.tenant, typed, added)? {
        if !is_member(tx, actor, role, &name)? {
            joining.push(name);
        }
    }
    for name in role::meant_for_role(tx, actor.tenant, typed, deleted)? {
        if is_member(tx, actor, role, &name)? {
            leaving.push(name);
        }
    }
    role::update_members(tx, now, actor, typed, &leaving, &joining)
}

/// Gives a user exactly these roles; that of everyone stays.
///
/// # Errors
/// The anonymous user, making or unmaking administrators, and what [`role::update_of_user`] refuses.
pub fn replace_roles_of_user(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    wanted: &[String],
) -> Result<(), Error> {
    check_user(typed)?;
    let held = roles_of(tx, actor, typed)?;
    let wanted = &meant_for(tx, actor, typed, wanted)?;
    let (_, is_primary) = primary(tx, actor)?;
    if !is_primary {
        let wants_admin = wanted.iter().any(|role| role::is_admin(role));
        if held.iter().any(|role| role::is_admin(role)) {
            if !wants_admin {
                return Err(Error::refused("Can not remove users from Admin role"));
            }
        } else {
            let becomes =
                !makes_administrators(tx, actor, &held)? && makes_administrators(tx, actor, wanted)?;
            if wants_admin || becomes {
                return Err(Error::refused("Can not add users to Admin permission role"));
            }
        }
    }
    let added: Vec<String> = wanted.iter().filter(|role| !held.contains(role)).cloned().collect();
    let deleted: Vec<String> = held
        .into_iter()
        .filter(|role| !wanted.contains(role) && !role.eq_ignore_ascii_case(EVERYONE))
        .collect();
    role::update_of_user(tx, now, actor, typed, &deleted, &added)
}

/// The names of roles as they are meant for the user of a typed name: the rules have to look at those that he gets.
fn meant_for(tx: &mut Tx<'_>, actor: &Actor, typed: &str, roles: &[String]) -> Result<Vec<String>, Error> {
    let name = QualifiedName::parse(typed);
    role::meant_for_user(tx, actor.tenant, name.domain_or_primary(), roles)
}

fn roles_of(tx: &mut Tx<'_>, actor: &Actor, typed: &str) -> Result<Vec<String>, Error> {
    match user::look_up(tx, actor.tenant, typed)? {
        Some(user) => role::of_user(tx, &user),
        None => Ok(vec![EVERYONE.to_owned()]),
    }
}

/// Takes roles from a user and gives others.
///
/// # Errors
/// As [`replace_roles_of_user`]; a role that the user has cannot be given again.
pub fn update_roles_of_user(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    added: &[String],
    deleted: &[String],
) -> Result<(), Error> {
    check_user(typed)?;
    let added = &meant_for(tx, actor, typed, added)?;
    let deleted = &meant_for(tx, actor, typed, deleted)?;
    let (tenant, is_primary) = primary(tx, actor)?;
    let user: Option<User> = user::look_up(tx, actor.tenant, typed)?;
    let is_admin_user = user.as_ref().is_some_and(|user| is_primary_admin(&tenant, user));
    for role in deleted {
        if role.eq_ignore_ascii_case(EVERYONE) {
            return Err(Error::refused("Invalid data"));
        }
        if is_admin_user && role::is_admin(role) {
            return Err(Error::refused("Can not remove admin user from admin role"));
        }
    }
    if !is_primary {
        let was_administrator = match &user {
            Some(user) => is_administrator(tx, user)?,
            None => false,
        };
        let admin_role = added.iter().any(|role| role::is_admin(role));
        if admin_role || (!was_administrator && makes_administrators(tx, actor, added)?) {
            return Err(Error::refused("Can not add users to Admin permission role"));
        }
        if was_administrator && makes_administrators(tx, actor, deleted)? {
            return Err(Error::refused("Can not remove users from Admin role"));
        }
    }
    role::update_of_user(tx, now, actor, typed, deleted, added)
}

/// Lets a role execute exactly these permissions; those that another one covers are left out.
///
/// # Errors
/// The admin role, permissions of administrators, and a role that does not exist: the original would keep the
/// permissions for whoever makes a role of that name later.
pub fn set_permissions(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    permissions: Vec<String>,
) -> Result<(), Error> {
    let id = role_to_permit(tx, actor, typed, &permissions)?;
    permit(tx, now, actor, (id, typed), permissions, &[])
}

/// Lets a role execute what is `ticked` of a tree. What the tree does not have stays, and what is denied below a tick.
///
/// # Errors
/// As [`set_permissions`].
pub fn tick_permissions(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    tree: &Node,
    ticked: Vec<String>,
) -> Result<(), Error> {
    let id = role_to_permit(tx, actor, typed, &ticked)?;
    let staying = HeldByRole::read(tx, actor.tenant, typed)?.beside(&tree.paths(), &ticked);
    permit(tx, now, actor, (id, typed), ticked, &staying)
}

/// The key of a role that an actor may give these permissions to.
fn role_to_permit(tx: &mut Tx<'_>, actor: &Actor, typed: &str, permissions: &[String]) -> Result<i64, Error> {
    if role::is_admin(typed) {
        return Err(Error::refused("UI permissions of Admin is not allowed to change"));
    }
    let (_, is_primary) = primary(tx, actor)?;
    if !is_primary && permissions.iter().any(|permission| is_reserved(permission)) {
        return Err(Error::refused("Can not assign Admin for permission role"));
    }
    role::must_exist(tx, actor.tenant, typed)
}

/// Gives a role permissions in the place of those that it had.
fn permit(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    (id, typed): (i64, &str),
    permissions: Vec<String>,
    staying: &[GrantRow],
) -> Result<(), Error> {
    store::grant::clear_role(tx, id, Some(EXECUTE))?;
    let permissions = condensed(permissions);
    for permission in &permissions {
        store::role::set_grant(tx, id, &folded(permission), EXECUTE, true)?;
    }
    for entry in staying {
        store::role::set_grant(tx, id, &entry.resource, EXECUTE, entry.allowed)?;
    }
    let allowed = staying.iter().filter(|entry| entry.allowed).map(|entry| entry.resource.as_str());
    let all: Vec<&str> = permissions.iter().map(String::as_str).chain(allowed).collect();
    let data = format!("Permissions : [{}]", all.join(", "));
    audit::record(tx, now, actor, "Update Permissions of Role", typed, &data)
}
