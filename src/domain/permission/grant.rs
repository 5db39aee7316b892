//! Granting: allowing and denying resources to roles and users, and forgetting it again.
//!
//! Resources need not be in the tree that the console shows (IS 5.3.0 checks none); roles and users must be there.
//! Every change is in the audit trail.

use super::action;
use crate::domain::name::{QualifiedName, shown};
use crate::domain::{Actor, Error, Now, audit, role, user};
use crate::store::{self, Tx};

/// Who is allowed or denied something, by the name that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A role.
    Role(String),
    /// A user.
    User(String),
}

impl Holder {
    fn kind(&self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::User(_) => "user",
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Role(name) | Self::User(name) => name,
        }
    }

    /// The key, if there is such a holder in the actor's tenant.
    fn find(&self, tx: &mut Tx<'_>, actor: &Actor) -> Result<Option<i64>, Error> {
        match self {
            Self::Role(name) => role::find(tx, actor.tenant, name),
            Self::User(name) => match user::look_up(tx, actor.tenant, name) {
                Ok(found) => Ok(found.map(|user| user.id.0)),
                Err(Error::UnknownDomain) => Ok(None),
                Err(error) => Err(error),
            },
        }
    }

    fn record(&self, tx: &mut Tx<'_>, now: Now, actor: &Actor, verb: &str, data: &str) -> Result<(), Error> {
        let kind = match self {
            Self::Role(_) => "Role",
            Self::User(_) => "User",
        };
        audit::record(tx, now, actor, &format!("{verb} {kind}"), self.name(), data)
    }
}

/// Allows an action on a resource, or denies it; an earlier word on the same is replaced.
///
/// # Errors
/// The original's sentence for what is no action. A role or user that does not exist is refused in the words of the
/// user store: the original would keep the name for whoever gets it later.
pub fn set(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    holder: &Holder,
    resource: &str,
    typed: &str,
    allowed: bool,
) -> Result<(), Error> {
    let name = holder.name();
    let Some(action) = action(typed) else {
        let (verb, kind) = (if allowed { "authorizing" } else { "denying" }, holder.kind());
        return Err(Error::refused(format!(
            "Error! Error while {verb} {kind}: {name}in permission tree for resource id: {resource}for action: {typed}"
        )));
    };
    let Some(id) = holder.find(tx, actor)? else {
        return Err(match holder {
            Holder::Role(name) => role::no_such_role(name),
            Holder::User(name) => Error::refused(format!("User {name} does not exisit in the user store")),
        });
    };
    let kept = resource.to_lowercase();
    match holder {
        Holder::Role(_) => store::role::set_grant(tx, id, &kept, action, allowed)?,
        Holder::User(_) => store::grant::set_of_user(tx, actor.tenant.0, id, &kept, action, allowed)?,
    };
    let verb = if allowed { "Authorize" } else { "Deny" };
    holder.record(tx, now, actor, verb, &format!("Resource : {resource} Action : {action}"))
}

/// Forgets what was said on one action and one resource. There need not be anything.
///
/// # Errors
/// The original's text for what is no action.
pub fn clear_one(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    holder: &Holder,
    resource: &str,
    typed: &str,
) -> Result<(), Error> {
    let action = action(typed).ok_or_else(Error::unforeseen)?;
    let Some(id) = holder.find(tx, actor)? else { return Ok(()) };
    let kept = resource.to_lowercase();
    match holder {
        Holder::Role(_) => store::grant::clear_of_role(tx, id, &kept, action)?,
        Holder::User(_) => store::grant::clear_of_user(tx, id, &kept, action)?,
    };
    let data = format!("Resource : {resource} Action : {action}");
    holder.record(tx, now, actor, "Clear Authorization of", &data)
}

/// Forgets everything that was said on a role or user.
///
/// # Errors
/// Failures of the database.
pub fn clear_all(tx: &mut Tx<'_>, now: Now, actor: &Actor, holder: &Holder) -> Result<(), Error> {
    let Some(id) = holder.find(tx, actor)? else { return Ok(()) };
    match holder {
        Holder::Role(_) => store::grant::clear_role(tx, id, None)?,
        Holder::User(_) => store::grant::clear_user(tx, id)?,
    };
    holder.record(tx, now, actor, "Clear Authorizations of", "")
}

/// Forgets what was said on a role and one action, whatever the resource.
///
/// # Errors
/// The original's text for what is no action.
pub fn clear_everywhere(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    name: &str,
    typed: &str,
) -> Result<(), Error> {
    let action = action(typed).ok_or_else(Error::unforeseen)?;
    let holder = Holder::Role(name.to_owned());
    let Some(id) = holder.find(tx, actor)? else { return Ok(()) };
    store::grant::clear_role(tx, id, Some(action))?;
    holder.record(tx, now, actor, "Clear Authorizations of", &format!("Action : {action}"))
}

/// Forgets everything that was said on exactly that resource, in the actor's tenant.
///
/// # Errors
/// Failures of the database.
pub fn clear_resource(tx: &mut Tx<'_>, now: Now, actor: &Actor, resource: &str) -> Result<(), Error> {
    store::grant::clear_resource(tx, actor.tenant.0, &resource.to_lowercase())?;
    audit::record(tx, now, actor, "Clear Authorizations of Resource", resource, "")
}

/// Gives what was said on one role to another: what follows renaming a role where grants are kept by name.
///
/// # Errors
/// The new role must exist, as in [`set`]; of an old one that does not there is nothing to give.
pub fn hand_over(tx: &mut Tx<'_>, now: Now, actor: &Actor, from: &str, to: &str) -> Result<(), Error> {
    let old = Holder::Role(from.to_owned());
    let Some(old_id) = old.find(tx, actor)? else { return Ok(()) };
    let new_id = role::must_exist(tx, actor.tenant, to)?;
    if old_id != new_id {
        store::grant::move_to(tx, old_id, new_id)?;
    }
    let name = QualifiedName::parse(to);
    let shown = shown(name.domain_or_primary(), &name.name);
    old.record(tx, now, actor, "Hand over Authorizations of", &format!("New : {shown}"))
}
