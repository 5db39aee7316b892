//! `RemoteAuthorizationManagerService`: what roles and users are allowed and denied, in the caller's tenant.
//!
//! Void operations answer 202; their faults carry no detail. An argument that is missing, and what is no action, make
//! the original fail in one way, except where it allows or denies something.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use super::remote_user_store_manager::contract::CoreUserStoreException;
use crate::domain::permission::{self, Holder};
use crate::domain::{Error, TenantId};
use crate::soap::Fault;
use crate::store::Tx;
use contract::Operations;

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<CoreUserStoreException>(fault)
}

/// What the original calls a failure that it did not foresee.
fn unforeseen() -> Fault {
    declared(Fault::server(Error::UNFORESEEN))
}

fn given(value: Option<String>) -> Result<String, Fault> {
    value.ok_or_else(unforeseen)
}

impl Operations for Behaviour {
    async fn authorizeUser(
        call: &Call,
        userName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        let resource = open(call, resourceId)?;
        set(call, userName.map(Holder::User), Some(resource), action, true).await
    }

    async fn isUserAuthorized(
        call: &Call,
        userName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<bool, Fault> {
        let (name, resource, action) = (given(userName)?, given(resourceId)?, known(action)?);
        let tenant = call.actor()?.tenant;
        let may = call.read(|tx, _| permission::user_authorized(tx, tenant, &name, &resource, action));
        may.map_err(declared)
    }

    async fn clearAllUserAuthorization(call: &Call, userName: Option<String>) -> Result<(), Fault> {
        clear_all(call, Holder::User(given(userName)?)).await
    }

    async fn denyUser(
        call: &Call,
        userName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        set(call, userName.map(Holder::User), resourceId, action, false).await
    }

    async fn clearUserAuthorization(
        call: &Call,
        userName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        clear(call, Holder::User(given(userName)?), resourceId, action).await
    }

    async fn getExplicitlyDeniedUsersForResource(
        call: &Call,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<Vec<Option<String>>, Fault> {
        holders(call, permission::users_for, resourceId, action, false).await
    }

    async fn authorizeRole(
        call: &Call,
        roleName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        let resource = open(call, resourceId)?;
        set(call, roleName.map(Holder::Role), Some(resource), action, true).await
    }

    async fn getDeniedRolesForResource(
        call: &Call,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<Vec<Option<String>>, Fault> {
        holders(call, permission::roles_for, resourceId, action, false).await
    }

    async fn getAllowedUIResourcesForUser(
        call: &Call,
        userName: Option<String>,
        permissionRootPath: Option<String>,
    ) -> Result<Vec<Option<String>>, Fault> {
        let (name, tenant) = (given(userName)?, call.actor()?.tenant);
        let found = call.aside(move |app, _| {
            let root = permissionRootPath.as_deref();
            app.store.read(|tx| permission::resources_of_user(tx, tenant, &name, root))
        });
        Ok(found.await.map_err(declared)?.into_iter().map(Some).collect())
    }

    async fn isRoleAuthorized(
        call: &Call,
        roleName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<bool, Fault> {
        let (name, resource, action) = (given(roleName)?, given(resourceId)?, known(action)?);
        let tenant = call.actor()?.tenant;
        let may = call.read(|tx, _| permission::role_authorized(tx, tenant, &name, &resource, action));
        may.map_err(declared)
    }

    async fn denyRole(
        call: &Call,
        roleName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        set(call, roleName.map(Holder::Role), resourceId, action, false).await
    }

    async fn clearRoleAuthorization(
        call: &Call,
        roleName: Option<String>,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        clear(call, Holder::Role(given(roleName)?), resourceId, action).await
    }

    async fn getExplicitlyAllowedUsersForResource(
        call: &Call,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<Vec<Option<String>>, Fault> {
        holders(call, permission::users_for, resourceId, action, true).await
    }

    async fn clearAllRoleAuthorization(call: &Call, roleName: Option<String>) -> Result<(), Fault> {
        clear_all(call, Holder::Role(given(roleName)?)).await
    }

    async fn resetPermissionOnUpdateRole(
        call: &Call,
        roleName: Option<String>,
        newRoleName: Option<String>,
    ) -> Result<(), Fault> {
        let (from, to) = (given(roleName)?, given(newRoleName)?);
        call.write(move |tx, now, _, actor| permission::hand_over(tx, now, actor, &from, &to)).await
    }

    async fn clearRoleActionOnAllResources(
        call: &Call,
        roleName: Option<String>,
        action: Option<String>,
    ) -> Result<(), Fault> {
        let (name, action) = (given(roleName)?, given(action)?);
        call.write(move |tx, now, _, actor| permission::clear_everywhere(tx, now, actor, &name, &action))
            .await
    }

    async fn getAllowedRolesForResource(
        call: &Call,
        resourceId: Option<String>,
        action: Option<String>,
    ) -> Result<Vec<Option<String>>, Fault> {
        holders(call, permission::roles_for, resourceId, action, true).await
    }

    async fn clearResourceAuthorizations(call: &Call, resourceId: Option<String>) -> Result<(), Fault> {
        let resource = given(resourceId)?;
        call.write(move |tx, now, _, actor| permission::clear_resource(tx, now, actor, &resource)).await
    }
}

fn known(action: Option<String>) -> Result<&'static str, Fault> {
    permission::action(&given(action)?).ok_or_else(unforeseen)
}

/// A resource that may be granted: what is protected is the super tenant's alone.
fn open(call: &Call, resource: Option<String>) -> Result<String, Fault> {
    let resource = resource.ok_or_else(Fault::unknown)?;
    let protected = resource.to_lowercase().contains("protected");
    if protected && call.actor()?.tenant != TenantId::SUPER {
        return Err(Fault::server("Access Denied"));
    }
    Ok(resource)
}

async fn set(
    call: &Call,
    holder: Option<Holder>,
    resource: Option<String>,
    action: Option<String>,
    allowed: bool,
) -> Result<(), Fault> {
    let (Some(resource), Some(action)) = (resource, action) else {
        return Err(Fault::server("Invalid data provided"));
    };
    let holder = holder.ok_or_else(|| Fault::server("Error! null"))?;
    let work = move |tx: &mut Tx<'_>, now, _: &_, actor: &_| {
        permission::set(tx, now, actor, &holder, &resource, &action, allowed)
    };
    call.write(work).await
}

async fn clear(
    call: &Call,
    holder: Holder,
    resource: Option<String>,
    action: Option<String>,
) -> Result<(), Fault> {
    let (resource, action) = (given(resource)?, given(action)?);
    let work = move |tx: &mut Tx<'_>, now, _: &_, actor: &_| {
        permission::clear_one(tx, now, actor, &holder, &resource, &action)
    };
    call.write(work).await
}

async fn clear_all(call: &Call, holder: Holder) -> Result<(), Fault> {
    call.write(move |tx, now, _, actor| permission::clear_all(tx, now, actor, &holder)).await
}

/// Lists roles or users.
type List = fn(&mut Tx<'_>, TenantId, &str, &str, bool) -> Result<Vec<String>, Error>;

async fn holders(
    call: &Call,
    list: List,
    resource: Option<String>,
    action: Option<String>,
    allowed: bool,
) -> Result<Vec<Option<String>>, Fault> {
    let (resource, action, tenant) = (given(resource)?, known(action)?, call.actor()?.tenant);
    let found =
        call.aside(move |app, _| app.store.read(|tx| list(tx, tenant, &resource, action, allowed))).await;
    Ok(found.map_err(declared)?.into_iter().map(Some).collect())
}
