//! Accounts that belong to one person: linking them, and going from one to another without a password.
//!
//! Links reach across user stores and tenants, as in IS 5.3.0 (identity-user-account-association). Whoever links proved
//! with a password that both accounts are his, or holds a permission; the latter reaches no further than the caller's
//! tenant, except from the super tenant. The texts are the original's.

use super::name::shown;
use super::tenant::{self, Tenant};
use super::{Actor, Error, Now, Realm, TenantId, User, audit, login, permission, user};
use crate::store::{self, Tx};

/// 8500
const INVALID_INPUTS: &str = "8500 - Valid username and password must be provided";
/// 8501; also for a user whom IS 5.3.0 would link without his being there.
const CANNOT_LINK: &str = "8501 - Error occurred while associating the user account";
/// 8524
pub const INVALID_TENANT: &str = "8524 - Invalid or inactivated tenant domain";
/// 8525
const ALREADY_LINKED: &str = "8525 - Provided user account is already associated to the logged in user";
/// 8526
pub const NOT_AUTHENTIC: &str = "8526 - The user name or password you entered is incorrect";
/// 8529
const NOT_LINKED: &str = "8529 - User does not have valid association to proceed with this operation";
/// 8531
const CANNOT_SWITCH: &str = "8531 - Error occurred while switching the user account";
/// 8533
const SAME_ACCOUNT: &str = "8533 - User can not associate logged in user account to itself";

/// Another account of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// User store.
    pub store: String,
    /// Name without store.
    pub name: String,
    /// Domain of the tenant.
    pub tenant: String,
}

/// Who is meant by a name with its tenant behind it; nobody when the tenant has no such user.
fn locate(tx: &mut Tx<'_>, realm: &Realm, typed: &str) -> Result<(Tenant, Option<User>), Error> {
    let (name, domain) = tenant::split_name(realm, typed);
    let tenant = tenant::find(tx, &domain)?.ok_or_else(|| Error::refused(INVALID_TENANT))?;
    let found = match user::look_up(tx, tenant.id, &name) {
        Err(Error::UnknownDomain) => None,
        found => found?,
    };
    Ok((tenant, found))
}

/// As [`locate`], for one who acts by permission.
fn locate_for(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor, typed: &str) -> Result<Option<User>, Error> {
    if typed.trim().is_empty() {
        return Err(Error::refused(INVALID_INPUTS));
    }
    let (tenant, found) = locate(tx, realm, typed)?;
    if actor.tenant != TenantId::SUPER && actor.tenant != tenant.id {
        return Err(Error::refused(INVALID_TENANT));
    }
    Ok(found)
}

/// Links two accounts, with everything that either is linked with already.
///
/// # Errors
/// The same account twice, accounts that are linked already.
pub fn link(tx: &mut Tx<'_>, now: Now, actor: &Actor, first: &User, second: &User) -> Result<(), Error> {
    if first.id == second.id {
        return Err(Error::refused(SAME_ACCOUNT));
    }
    let groups =
        (store::linked_account::group_of(tx, first.id.0)?, store::linked_account::group_of(tx, second.id.0)?);
    match &groups {
        (Some(one), Some(other)) if one == other => return Err(Error::refused(ALREADY_LINKED)),
        (Some(one), Some(other)) => store::linked_account::merge(tx, other, one)?,
        (Some(group), None) => store::linked_account::join(tx, second.id.0, group)?,
        (None, Some(group)) => store::linked_account::join(tx, first.id.0, group)?,
        (None, None) => {
            let group = uuid::Uuid::new_v4().to_string();
            store::linked_account::join(tx, first.id.0, &group)?;
            store::linked_account::join(tx, second.id.0, &group)?
        }
    };
    let data = format!("Account : {}", full_name(tx, second)?);
    audit::record(tx, now, actor, "Associate User Account", &first.display_name(), &data)
}

fn full_name(tx: &mut Tx<'_>, user: &User) -> Result<String, Error> {
    Ok([&user.display_name(), "@", &tenant::domain_of(tx, user.tenant)?].concat())
}

/// Links two accounts by permission.
///
/// # Errors
/// As [`link`], blank names, tenants out of reach, users who are not there.
pub fn link_by_name(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    first: &str,
    second: &str,
) -> Result<(), Error> {
    let (first, second) = (locate_for(tx, realm, actor, first)?, locate_for(tx, realm, actor, second)?);
    let (Some(first), Some(second)) = (first, second) else { return Err(Error::refused(CANNOT_LINK)) };
    link(tx, now, actor, &first, &second)
}

/// Takes an account out of its group, when it is linked with one's own.
///
/// # Errors
/// Unknown tenants, and accounts that are not linked with one's own.
pub fn unlink_own(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, typed: &str) -> Result<(), Error> {
    let (_, found) = locate(tx, realm, typed)?;
    match found {
        Some(user) if are_linked(tx, actor.user.0, user.id.0)? => unlink(tx, now, actor, &user),
        _ => Err(Error::refused(NOT_LINKED)),
    }
}

/// Takes an account out of its group by permission; one that is in none, or is not there, is passed over.
///
/// # Errors
/// Blank names, tenants out of reach.
pub fn unlink_by_name(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
) -> Result<(), Error> {
    match locate_for(tx, realm, actor, typed)? {
        Some(user) => unlink(tx, now, actor, &user),
        None => Ok(()),
    }
}

/// Takes an account out of its group.
///
/// # Errors
/// Failures of the database.
pub fn unlink(tx: &mut Tx<'_>, now: Now, actor: &Actor, user: &User) -> Result<(), Error> {
    if !store::linked_account::leave(tx, user.id.0)? {
        return Ok(());
    }
    let target = full_name(tx, user)?;
    audit::record(tx, now, actor, "Delete User Account Association", &target, "")
}

fn are_linked(tx: &mut Tx<'_>, one: i64, other: i64) -> Result<bool, Error> {
    let group = store::linked_account::group_of(tx, one)?;
    Ok(group.is_some() && group == store::linked_account::group_of(tx, other)?)
}

/// The accounts that are linked with one.
///
/// # Errors
/// Failures of the database.
pub fn others(tx: &mut Tx<'_>, user: i64) -> Result<Vec<Linked>, Error> {
    let members = store::linked_account::members(tx, user)?;
    let others = members.into_iter().filter(|member| member.user != user);
    Ok(others.map(|row| Linked { store: row.domain, name: row.name, tenant: row.tenant_domain }).collect())
}

/// As [`others`], of somebody whom the actor names by permission; one who is not there has none.
///
/// # Errors
/// Blank names, tenants out of reach.
pub fn others_by_name(
    tx: &mut Tx<'_>,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
) -> Result<Vec<Linked>, Error> {
    match locate_for(tx, realm, actor, typed)? {
        Some(user) => others(tx, user.id.0),
        None => Ok(Vec::new()),
    }
}

/// Who the actor becomes by going to a linked account: nobody when the tenant is inactive or the account may not log in.
///
/// # Errors
/// Blank names, unknown tenants, accounts that are not linked, and those that a login would refuse: disabled, locked,
/// in reset.
pub fn switch(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    typed: &str,
) -> Result<Option<Actor>, Error> {
    if typed.trim().is_empty() {
        return Err(Error::refused(INVALID_INPUTS));
    }
    let (tenant, found) = locate(tx, realm, typed)?;
    let user = match found {
        Some(user) if are_linked(tx, actor.user.0, user.id.0)? => user,
        _ => return Err(Error::refused(NOT_LINKED)),
    };
    if !tenant.active {
        return Ok(None);
    }
    if !login::is_open(tx, now, realm, &tenant, &user)? {
        return Err(Error::refused(CANNOT_SWITCH));
    }
    let other = Actor::of(&tenant, &user, &shown(&user.domain, &user.name));
    Ok(if other.may(tx, &[permission::LOGIN])? { Some(other) } else { None })
}

#[cfg(test)]
mod tests;
