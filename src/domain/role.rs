//! Roles: those of the user stores, the hybrid ones (`Internal/…`, `Application/…`), and `Internal/everyone`, whose
//! members are all users and are stored nowhere. Refusals in the words of the kernel of IS 5.3.0.

use super::name::{APPLICATION, INTERNAL, PRIMARY, QualifiedName, folded, shown};
use super::{Actor, Error, Now, Realm, TenantId, User, audit, permission, user};
use crate::store::{self, Tx};

/// The role of the primary administrator.
pub const ADMIN: &str = "admin";
/// The role every user has.
pub const EVERYONE: &str = "Internal/everyone";

/// A permission to grant to a new role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Path in the permission tree.
    pub resource: String,
    /// What may be done there.
    pub action: String,
}

pub(super) fn is_everyone(typed: &str) -> bool {
    typed.eq_ignore_ascii_case(EVERYONE)
}

/// Whether a typed name is that of the administrators' role.
pub(super) fn is_admin(typed: &str) -> bool {
    let name = QualifiedName::parse(typed);
    name.domain_or_primary() == PRIMARY && folded(&name.name) == ADMIN
}

/// The key of a role by its typed name.
///
/// # Errors
/// Failures of the database.
pub fn find(tx: &mut Tx<'_>, tenant: TenantId, typed: &str) -> Result<Option<i64>, Error> {
    let name = QualifiedName::parse(typed);
    Ok(store::role::find(tx, tenant.0, name.domain_or_primary(), &folded(&name.name))?.map(|(id, _)| id))
}

/// The names of users or roles as they are meant together with a role or user of a store: a bare name is one of that
/// store, where there is such a one (IS 5.3.0 hands the names on to the store). Hybrid roles are beside all stores.
fn meant(
    tx: &mut Tx<'_>,
    domain: &str,
    typed: &[String],
    mut is_there: impl FnMut(&mut Tx<'_>, &str) -> Result<bool, Error>,
) -> Result<Vec<String>, Error> {
    let mut names = typed.to_vec();
    if domain == PRIMARY || is_hybrid(domain) {
        return Ok(names);
    }
    for name in names.iter_mut().filter(|name| QualifiedName::parse(name).domain.is_none()) {
        let in_store = [domain, "/", name].concat();
        if is_there(tx, &in_store)? {
            *name = in_store;
        }
    }
    Ok(names)
}

/// The names of roles as they are meant for a user of a store.
///
/// # Errors
/// Failures of the database.
pub(super) fn meant_for_user(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    domain: &str,
    typed: &[String],
) -> Result<Vec<String>, Error> {
    meant(tx, domain, typed, |tx, name| Ok(find(tx, tenant, name)?.is_some()))
}

/// The names of users as they are meant for a role.
///
/// # Errors
/// Failures of the database.
pub(super) fn meant_for_role(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    role: &str,
    typed: &[String],
) -> Result<Vec<String>, Error> {
    let role = QualifiedName::parse(role);
    meant(tx, role.domain_or_primary(), typed, |tx, name| Ok(user::look_up(tx, tenant, name)?.is_some()))
}

/// Whether the roles of a domain are beside the user stores.
pub(super) fn is_hybrid(domain: &str) -> bool {
    matches!(domain, INTERNAL | APPLICATION)
}

/// Whether users and roles of these domains go together: of one store, or of any with a hybrid role.
fn go_together(one: &str, other: &str) -> bool {
    one == other || is_hybrid(one) || is_hybrid(other)
}

/// The keys of roles that must exist for a user of a store; everyone is accepted and left out, and so is a blank name.
///
/// # Errors
/// Names the role that does not exist.
pub fn existing(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    domain: &str,
    typed: &[String],
) -> Result<Vec<i64>, Error> {
    let mut found = Vec::with_capacity(typed.len());
    let typed = meant_for_user(tx, tenant, domain, &named(typed))?;
    for role in typed.iter().filter(|role| !is_everyone(role)) {
        match find_for(tx, tenant, domain, role)? {
            Some(id) => found.push(id),
            None => {
                let name = QualifiedName::parse(role);
                let (kind, role) = match name.domain.as_deref() {
                    Some(INTERNAL) => ("Internal", &name.name),
                    Some(APPLICATION) => ("Internal", role),
                    _ => ("External", &name.name),
                };
                return Err(Error::refused(format!("{kind} role is not exist : {role}")));
            }
        }
    }
    Ok(found)
}

/// Adds a role with members and permissions.
///
/// # Errors
/// The kernel's refusals: name, existence, members.
pub fn add(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
    members: &[String],
    grants: &[Grant],
) -> Result<(), Error> {
    let name = QualifiedName::parse(typed);
    let domain = name.domain_or_primary().to_owned();
    let hybrid = is_hybrid(&domain);
    if !hybrid {
        user::check_domain(tx, actor.tenant, &domain)?;
    }
    check_name(realm, hybrid, &name.name, typed)?;
    add_named(tx, now, actor, typed, members, grants)
}

/// As [`add`], for a role that has its name from elsewhere: the pattern is for those that somebody makes up.
///
/// # Errors
/// The kernel's refusals: existence, members.
pub fn add_named(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    members: &[String],
    grants: &[Grant],
) -> Result<(), Error> {
    let name = QualifiedName::parse(typed);
    let domain = name.domain_or_primary().to_owned();
    if find(tx, actor.tenant, typed)?.is_some() {
        let code = if is_hybrid(&domain) { "" } else { "RoleExisting " };
        return Err(Error::refused(format!(
            "{code}Role name: {} in the system. Please pick another role name.",
            name.name
        )));
    }
    let members = meant_for_role(tx, actor.tenant, typed, members)?;
    let members = members_that_exist(tx, actor.tenant, &members, Some(&domain))?;
    let id = store::role::insert(tx, actor.tenant.0, &domain, &name.name, &folded(&name.name))?;
    for member in &members {
        store::role::add_member(tx, id, member.id.0)?;
    }
    // IS 5.3.0 passes over what names nothing.
    let grants: Vec<&Grant> = grants.iter().filter(|grant| !permission::is_blank(&grant.resource)).collect();
    for grant in &grants {
        store::role::set_grant(tx, id, &grant.resource.to_lowercase(), &grant.action, true)?;
    }
    let users: Vec<String> = members.iter().map(User::display_name).collect();
    let resources: Vec<&str> = grants.iter().map(|grant| grant.resource.as_str()).collect();
    let data = format!("Users : [{}] Permissions : [{}]", users.join(", "), resources.join(", "));
    audit::record(tx, now, actor, "Add Role", &shown(&domain, &name.name), &data)
}

/// Refuses a name that is none. `typed` is what has to match the pattern, which hybrid roles do not have.
fn check_name(realm: &Realm, hybrid: bool, name: &str, typed: &str) -> Result<(), Error> {
    let pattern = &realm.policy.role_pattern;
    if name.trim().is_empty() || !(hybrid || super::pattern::matches(pattern, typed)) {
        return Err(Error::refused(format!(
            "InvalidRole Role name not valid. Role name must be a non null string with following format, {pattern}"
        )));
    }
    Ok(())
}

/// The users of these names, or the directory's refusal that lists those who do not exist. Whoever joins a role of a
/// domain has to be of that store.
fn members_that_exist(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    typed: &[String],
    domain: Option<&str>,
) -> Result<Vec<User>, Error> {
    let mut found = Vec::with_capacity(typed.len());
    let mut missing = Vec::new();
    for name in typed.iter().filter(|name| !name.trim().is_empty()) {
        let user = user::look_up(tx, tenant, name)?;
        match user.filter(|user| domain.is_none_or(|domain| go_together(domain, &user.domain))) {
            Some(user) => found.push(user),
            None => missing.push(name.as_str()),
        }
    }
    if missing.is_empty() {
        Ok(found)
    } else {
        Err(Error::refused(format!("'{}' not in the user store.", missing.join(" "))))
    }
}

/// Refuses a prefix that names neither a user store nor hybrid roles.
fn check_domain(tx: &mut Tx<'_>, tenant: TenantId, name: &QualifiedName) -> Result<(), Error> {
    match name.domain_or_primary() {
        INTERNAL | APPLICATION => Ok(()),
        domain => user::check_domain(tx, tenant, domain),
    }
}

/// Deletes a role.
///
/// # Errors
/// The kernel's refusals: the admin role, everyone, an unknown domain, none of that name.
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, typed: &str) -> Result<(), Error> {
    if is_admin(typed) {
        return Err(Error::refused("Cannot delete admin role"));
    }
    if is_everyone(typed) {
        return Err(Error::refused("Cannot delete everyone role"));
    }
    check_domain(tx, actor.tenant, &QualifiedName::parse(typed))?;
    let id =
        find(tx, actor.tenant, typed)?.ok_or_else(|| Error::refused("Can not delete non exiting role"))?;
    store::role::delete(tx, id)?;
    audit::record(tx, now, actor, "Delete Role", typed, "")
}

/// Gives a role another name; members and permissions stay.
///
/// # Errors
/// The kernel's refusals: the admin role, everyone, another domain, a taken name, none of that name.
pub fn rename(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    from: &str,
    to: &str,
) -> Result<(), Error> {
    // The kernel looks at the new name alone. To lose the role of the administrators by its old one would help nobody.
    if is_admin(to) || is_admin(from) {
        return Err(Error::refused("Cannot rename admin role"));
    }
    if is_everyone(to) || is_everyone(from) {
        return Err(Error::refused("Cannot rename everyone role"));
    }
    let (old, new) = (QualifiedName::parse(from), QualifiedName::parse(to));
    check_domain(tx, actor.tenant, &old)?;
    check_domain(tx, actor.tenant, &new)?;
    if new.domain.is_some() && new.domain_or_primary() != old.domain_or_primary() {
        return Err(Error::refused("The role cannot be renamed"));
    }
    let hybrid = is_hybrid(old.domain_or_primary());
    check_name(realm, hybrid, &new.name, &new.name)?;
    let id = find(tx, actor.tenant, from)?;
    let taken = store::role::find(tx, actor.tenant.0, old.domain_or_primary(), &folded(&new.name))?;
    if taken.is_some_and(|(other, _)| Some(other) != id) {
        // As typed, but where the kernel has handed it on without its domain.
        let name = if matches!(old.domain_or_primary(), PRIMARY | APPLICATION) { to } else { &new.name };
        return Err(Error::refused(format!(
            "Role name: {name} in the system. Please pick another role name."
        )));
    }
    // Only then does the kernel look for the old one.
    let id = id.ok_or_else(|| no_such_role(from))?;
    store::role::rename(tx, id, &new.name, &folded(&new.name))?;
    let domain = old.domain_or_primary();
    let qualified =
        if domain == PRIMARY { [PRIMARY, "/", &new.name].concat() } else { shown(domain, &new.name) };
    store::idp::rename_local_role(tx, id, &new.name, &qualified)?;
    let data = format!("Old : {from} New : {to}");
    audit::record(tx, now, actor, "Update Role Name", from, &data)
}

/// Whether a role exists; an unknown domain has none, nor has a store out of use.
///
/// # Errors
/// Failures of the database.
pub fn exists(tx: &mut Tx<'_>, tenant: TenantId, typed: &str) -> Result<bool, Error> {
    match check_domain(tx, tenant, &QualifiedName::parse(typed)) {
        Err(Error::UnknownDomain) => Ok(false),
        Err(error) => Err(error),
        Ok(()) => Ok(is_everyone(typed) || find(tx, tenant, typed)?.is_some()),
    }
}

/// The roles of a user, everyone among them.
///
/// # Errors
/// Failures of the database.
pub fn of_user(tx: &mut Tx<'_>, user: &User) -> Result<Vec<String>, Error> {
    let mut roles: Vec<String> = store::role::of_user(tx, user.id.0)?
        .into_iter()
        .map(|(domain, name)| shown(&domain, &name))
        .collect();
    roles.push(EVERYONE.to_owned());
    Ok(roles)
}

/// The names of all roles of a tenant: those of the stores in use first, one store after the other.
///
/// # Errors
/// Failures of the database.
pub fn list(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId) -> Result<Vec<String>, Error> {
    let (hybrid, mut stores): (Vec<_>, Vec<_>) =
        store::role::list(tx, tenant.0)?.into_iter().partition(|(domain, _)| is_hybrid(domain));
    in_use(tx, tenant, &mut stores)?;
    // The limit holds for each store, never for hybrid roles.
    let most = usize::try_from(realm.policy.role_list_limit).unwrap_or(usize::MAX);
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    stores.retain(|(domain, _)| {
        let count = seen.entry(domain.clone()).or_default();
        *count += 1;
        *count <= most
    });
    Ok(stores.into_iter().chain(hybrid).map(|(domain, name)| shown(&domain, &name)).collect())
}

/// The names of the hybrid roles.
///
/// # Errors
/// Failures of the database.
pub fn hybrid(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<String>, Error> {
    let roles = store::role::list(tx, tenant.0)?;
    let hybrid = roles.into_iter().filter(|(domain, _)| is_hybrid(domain));
    Ok(hybrid.map(|(domain, name)| shown(&domain, &name)).collect())
}

/// Keeps the names, each behind its domain, that belong to stores in use, one store after the other.
fn in_use(tx: &mut Tx<'_>, tenant: TenantId, names: &mut Vec<(String, String)>) -> Result<(), Error> {
    let order = user::stores(tx, tenant)?;
    let place = |domain: &str| order.iter().position(|store| store.domain == domain);
    names.retain(|(domain, _)| place(domain).is_some());
    names.sort_by_key(|(domain, _)| place(domain));
    Ok(())
}

/// The members of a role; of everyone, all users up to the store's limit; of an unknown role, nobody. Whose store is out
/// of use is on no list.
///
/// # Errors
/// [`Error::UnknownDomain`].
pub fn members(tx: &mut Tx<'_>, realm: &Realm, tenant: TenantId, typed: &str) -> Result<Vec<String>, Error> {
    if is_everyone(typed) {
        return user::list(tx, realm, tenant, "*", -1);
    }
    check_domain(tx, tenant, &QualifiedName::parse(typed))?;
    let Some(id) = find(tx, tenant, typed)? else { return Ok(Vec::new()) };
    let mut members = store::role::members(tx, id, i64::MAX)?;
    in_use(tx, tenant, &mut members)?;
    Ok(members.into_iter().map(|(domain, name)| shown(&domain, &name)).collect())
}

/// Takes roles from a user and gives others. Blank names are passed over as in all lists, and a role that is given twice is
/// given once.
///
/// # Errors
/// The kernel's refusals: everyone in a list, the admin role of the administrator, unknown roles, memberships that are
/// there already.
pub fn update_of_user(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    deleted: &[String],
    added: &[String],
) -> Result<(), Error> {
    let user = user::find(tx, actor.tenant, typed)?;
    let tenant = super::tenant::by_id(tx, actor.tenant)?.ok_or(store::Error::Missing("tenant"))?;
    if user::is_primary_admin(&tenant, &user) && deleted.iter().any(|role| is_admin(role)) {
        return Err(Error::refused("Cannot remove Admin user from Admin role"));
    }
    if deleted.iter().chain(added).any(|role| is_everyone(role)) {
        return Err(Error::refused("Everyone role cannot be updated"));
    }
    // Roles of other stores, which earlier versions gave, can be taken and not be given.
    for role in &meant_for_user(tx, actor.tenant, &user.domain, &named(deleted))? {
        let id = must_exist(tx, actor.tenant, role)?;
        store::role::remove_member(tx, id, user.id.0)?;
    }
    let mut given = Vec::with_capacity(added.len());
    for role in &meant_for_user(tx, actor.tenant, &user.domain, &named(added))? {
        let id = find_for(tx, actor.tenant, &user.domain, role)?.ok_or_else(|| no_such_role(role))?;
        if given.contains(&id) {
            continue;
        }
        given.push(id);
        if !store::role::add_member(tx, id, user.id.0)? {
            // Hybrid roles are beside the store; the directory names its entry.
            let role = QualifiedName::parse(role);
            if is_hybrid(role.domain_or_primary()) {
                let user = user.display_name();
                return Err(Error::refused(format!(
                    "Error occurred while updating hybrid role list of user : {user}"
                )));
            }
            let (user, role) = (user.name, role.name);
            return Err(Error::refused(format!("User: {user} already belongs to role: cn={role}")));
        }
    }
    let data = format!("Roles : [{}]", added.join(", "));
    audit::record(tx, now, actor, "Update Roles of User", &user.display_name(), &data)
}

/// The names of a list without blank ones: an empty element of it is one (IS 5.3.0).
fn named(typed: &[String]) -> Vec<String> {
    typed.iter().filter(|name| !name.trim().is_empty()).cloned().collect()
}

/// Takes users out of a role and puts others in.
///
/// # Errors
/// The kernel's refusals: everyone, the administrator out of the admin role, unknown role or users.
pub fn update_members(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    typed: &str,
    deleted: &[String],
    added: &[String],
) -> Result<(), Error> {
    if is_everyone(typed) {
        return Err(Error::refused("Cannot update everyone role"));
    }
    let name = QualifiedName::parse(typed);
    check_domain(tx, actor.tenant, &name)?;
    let id = must_exist(tx, actor.tenant, typed)?;
    let tenant = super::tenant::by_id(tx, actor.tenant)?.ok_or(store::Error::Missing("tenant"))?;
    let deleted = meant_for_role(tx, actor.tenant, typed, deleted)?;
    let leaving = members_that_exist(tx, actor.tenant, &deleted, None)?;
    if is_admin(typed) && leaving.iter().any(|user| user::is_primary_admin(&tenant, user)) {
        return Err(Error::refused("RemoveAdminUser Cannot remove Admin user from Admin role"));
    }
    let joining = meant_for_role(tx, actor.tenant, typed, added)?;
    let joining = members_that_exist(tx, actor.tenant, &joining, Some(name.domain_or_primary()))?;
    for user in &leaving {
        store::role::remove_member(tx, id, user.id.0)?;
    }
    for user in &joining {
        store::role::add_member(tx, id, user.id.0)?;
    }
    let data = format!("Users : [{}]", added.join(", "));
    audit::record(tx, now, actor, "Update Users of Role", typed, &data)
}

/// The key of a role that must be there.
///
/// # Errors
/// None of that name.
pub(super) fn must_exist(tx: &mut Tx<'_>, tenant: TenantId, typed: &str) -> Result<i64, Error> {
    find(tx, tenant, typed)?.ok_or_else(|| no_such_role(typed))
}

pub(super) fn no_such_role(role: &str) -> Error {
    Error::refused(format!("The role: {role} does not exist."))
}

/// The key of a role that a user of a store may have.
fn find_for(tx: &mut Tx<'_>, tenant: TenantId, domain: &str, role: &str) -> Result<Option<i64>, Error> {
    match go_together(domain, QualifiedName::parse(role).domain_or_primary()) {
        true => find(tx, tenant, role),
        false => Ok(None),
    }
}

#[cfg(test)]
mod tests;
