//! `RemoteUserStoreManagerService`: the user store as it is, without the protections of the console.
//!
//! Void operations answer 202; their faults carry no detail. The caller's tenant is the only one it reaches.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;

use super::Call;
use super::fault::typed;
use super::names::{optional, texts};
use super::password::{change_password, set_password};
use crate::domain::claim::{self, Changes};
use crate::domain::login::{self, Face, Outcome, Presented};
use crate::domain::password::NewPassword;
use crate::domain::role::{self, Grant};
use crate::domain::{Error, Secret, TenantId, user};
use crate::soap::Fault;
use contract::{
    ArrayOfString, ClaimDTO, ClaimValue, CoreTenant, CoreUserStoreException, Operations, PermissionDTO,
};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

fn declared(fault: Fault) -> Fault {
    typed::<CoreUserStoreException>(fault)
}

/// A value that must be there; the original runs into a null pointer, whose text is this.
fn given<T>(value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| declared(Fault::unknown()))
}

fn changes(claims: Vec<Option<ClaimValue>>) -> Result<Changes, Fault> {
    let mut changes = Changes::default();
    for claim in claims {
        let claim = given(claim)?;
        changes.set(given(claim.claimURI)?, claim.value);
    }
    Ok(changes)
}

impl Operations for Behaviour {
    async fn authenticate(
        call: &Call,
        userName: Option<String>,
        credential: Option<String>,
    ) -> Result<bool, Fault> {
        let present = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (Some(name), Some(password)) = (present(userName), present(credential)) else { return Ok(false) };
        // Names are local to the caller's tenant here.
        let user_name = format!("{name}@{}", call.actor()?.domain);
        let presented = Presented { user_name, password: password.into() };
        let outcome = call
            .aside(move |app, now| login::attempt(&app.store, now, &app.realm, &presented, Face::Services))
            .await;
        Ok(matches!(outcome.map_err(declared)?, Outcome::In(_)))
    }

    async fn getUserList(
        call: &Call,
        claimUri: Option<String>,
        claimValue: Option<String>,
        _profile: Option<String>,
    ) -> Result<Vec<Option<String>>, Fault> {
        let (uri, value, tenant) = (given(claimUri)?, given(claimValue)?, call.actor()?.tenant);
        let found = call
            .aside(move |app, _| app.store.read(|tx| claim::search(tx, &app.realm, tenant, &uri, &value)))
            .await;
        Ok(optional(found.map_err(declared)?))
    }

    async fn getUserClaimValue(
        call: &Call,
        userName: Option<String>,
        claim: Option<String>,
        _profileName: Option<String>,
    ) -> Result<Option<String>, Fault> {
        let (name, uri, tenant) = (given(userName)?, given(claim)?, call.actor()?.tenant);
        call.read(|tx, realm| {
            let user = user::find(tx, tenant, &name)?;
            claim::single(tx, realm, &user, &uri)
        })
        .map_err(declared)
    }

    async fn getUserListOfRole(call: &Call, roleName: Option<String>) -> Result<Vec<Option<String>>, Fault> {
        let (name, tenant) = (given(roleName)?, call.actor()?.tenant);
        let found =
            call.aside(move |app, _| app.store.read(|tx| role::members(tx, &app.realm, tenant, &name))).await;
        Ok(optional(found.map_err(declared)?))
    }

    async fn isReadOnly(_: &Call) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn updateCredential(
        call: &Call,
        userName: Option<String>,
        newCredential: Option<String>,
        oldCredential: Option<String>,
    ) -> Result<(), Fault> {
        let (name, old) = (given(userName)?, Secret::from(given(oldCredential)?));
        change_password(call, name, given(newCredential)?, old).await
    }

    async fn setUserClaimValue(
        call: &Call,
        userName: Option<String>,
        claimURI: Option<String>,
        claimValue: Option<String>,
        _profileName: Option<String>,
    ) -> Result<(), Fault> {
        let (name, uri) = (given(userName)?, given(claimURI)?);
        call.write(move |tx, now, realm, actor| {
            let user = user::find(tx, actor.tenant, &name)?;
            claim::set_single(tx, now, realm, &user, &uri, claimValue.as_deref())
        })
        .await
    }

    async fn getUserClaimValuesForClaims(
        call: &Call,
        userName: Option<String>,
        claims: Vec<Option<String>>,
        _profileName: Option<String>,
    ) -> Result<Vec<Option<ClaimValue>>, Fault> {
        let (name, claims, tenant) = (given(userName)?, texts(claims), call.actor()?.tenant);
        let uris: Vec<&str> = claims.iter().map(String::as_str).collect();
        let values = call
            .read(|tx, realm| {
                let user = user::find(tx, tenant, &name)?;
                claim::values(tx, realm, &user, &uris)
            })
            .map_err(declared)?;
        let value = |(uri, value)| Some(ClaimValue { claimURI: Some(uri), value: Some(value) });
        Ok(values.into_iter().map(value).collect())
    }

    async fn deleteUserClaimValues(
        call: &Call,
        userName: Option<String>,
        claims: Vec<Option<String>>,
        _profileName: Option<String>,
    ) -> Result<(), Fault> {
        let (name, claims) = (given(userName)?, texts(claims));
        call.write(move |tx, _, realm, actor| {
            let user = user::find(tx, actor.tenant, &name)?;
            claims.iter().try_for_each(|uri| claim::remove(tx, realm, &user, uri))
        })
        .await
    }

    async fn deleteUserClaimValue(
        call: &Call,
        userName: Option<String>,
        claimURI: Option<String>,
        profileName: Option<String>,
    ) -> Result<(), Fault> {
        let uri = given(claimURI)?;
        Self::deleteUserClaimValues(call, userName, vec![Some(uri)], profileName).await
    }

    async fn isExistingUser(call: &Call, userName: Option<String>) -> Result<bool, Fault> {
        let (name, tenant) = (given(userName)?, call.actor()?.tenant);
        let found = call.read(|tx, _| user::look_up(tx, tenant, &name)).map_err(declared)?;
        Ok(found.is_some())
    }

    async fn updateCredentialByAdmin(
        call: &Call,
        userName: Option<String>,
        newCredential: Option<String>,
    ) -> Result<(), Fault> {
        set_password(call, given(userName)?, given(newCredential)?).await
    }

    async fn getRoleNames(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let tenant = call.actor()?.tenant;
        let found = call.aside(move |app, _| app.store.read(|tx| role::list(tx, &app.realm, tenant))).await;
        Ok(optional(found.map_err(declared)?))
    }

    async fn getTenantId(call: &Call) -> Result<i32, Fault> {
        let id = call.actor()?.tenant.0;
        i32::try_from(id).map_err(|_| declared(Fault::unknown()))
    }

    /// The super tenant has no properties to show, and nobody else may ask.
    async fn getProperties(call: &Call, _: Option<CoreTenant>) -> Result<Vec<Option<ArrayOfString>>, Fault> {
        if call.actor()?.tenant == TenantId::SUPER {
            Ok(Vec::new())
        } else {
            Err(declared(Fault::server("Access Denied")))
        }
    }

    /// The default user store has no numeric ids.
    async fn getUserId(_: &Call, _: Option<String>) -> Result<i32, Fault> {
        Err(declared(Fault::server("Invalid operation")))
    }

    async fn getAllProfileNames(_: &Call) -> Result<Vec<Option<String>>, Fault> {
        Ok(vec![Some(claim::DEFAULT_PROFILE.to_owned())])
    }

    /// Passwords of the default user store do not expire.
    async fn getPasswordExpirationTime(_: &Call, _: Option<String>) -> Result<i64, Fault> {
        Ok(-1)
    }

    async fn deleteRole(call: &Call, roleName: Option<String>) -> Result<(), Fault> {
        let name = given(roleName)?;
        call.write(move |tx, now, _, actor| role::delete(tx, now, actor, &name)).await
    }

    async fn listUsers(
        call: &Call,
        filter: Option<String>,
        maxItemLimit: i32,
    ) -> Result<Vec<Option<String>>, Fault> {
        // A null filter makes the original fail in this way.
        let filter = filter.ok_or_else(|| declared(Fault::server(Error::UNFORESEEN)))?;
        let tenant = call.actor()?.tenant;
        let found = call
            .aside(move |app, _| {
                app.store.read(|tx| user::list(tx, &app.realm, tenant, &filter, maxItemLimit.into()))
            })
            .await;
        Ok(optional(found.map_err(declared)?))
    }

    async fn deleteUser(call: &Call, userName: Option<String>) -> Result<(), Fault> {
        let name = given(userName)?;
        call.write(move |tx, now, _, actor| user::delete(tx, now, actor, &name)).await
    }

    async fn getRoleListOfUser(call: &Call, userName: Option<String>) -> Result<Vec<Option<String>>, Fault> {
        let (name, tenant) = (given(userName)?, call.actor()?.tenant);
        let roles = call.read(|tx, _| match user::look_up(tx, tenant, &name)? {
            Some(user) => role::of_user(tx, &user),
            // Everyone is everyone, even somebody who does not exist.
            None => Ok(vec![role::EVERYONE.to_owned()]),
        });
        Ok(optional(roles.map_err(declared)?))
    }

    async fn isExistingRole(call: &Call, roleName: Option<String>) -> Result<bool, Fault> {
        let (name, tenant) = (given(roleName)?, call.actor()?.tenant);
        call.read(|tx, _| role::exists(tx, tenant, &name)).map_err(declared)
    }

    async fn updateRoleName(
        call: &Call,
        roleName: Option<String>,
        newRoleName: Option<String>,
    ) -> Result<(), Fault> {
        let (from, to) = (given(roleName)?, given(newRoleName)?);
        call.write(move |tx, now, realm, actor| role::rename(tx, now, realm, actor, &from, &to)).await
    }

    async fn updateRoleListOfUser(
        call: &Call,
        userName: Option<String>,
        deletedRoles: Vec<Option<String>>,
        newRoles: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        let (name, deleted, added) = (given(userName)?, texts(deletedRoles), texts(newRoles));
        call.write(move |tx, now, _, actor| role::update_of_user(tx, now, actor, &name, &deleted, &added))
            .await
    }

    async fn getUserClaimValues(
        call: &Call,
        userName: Option<String>,
        _profileName: Option<String>,
    ) -> Result<Vec<Option<ClaimDTO>>, Fault> {
        let (name, tenant) = (given(userName)?, call.actor()?.tenant);
        let values = call
            .read(|tx, realm| {
                let user = user::find(tx, tenant, &name)?;
                claim::all_values(tx, realm, &user)
            })
            .map_err(declared)?;
        // The original sets nothing else of the type.
        let claim =
            |(uri, value)| Some(ClaimDTO { claimUri: Some(uri), value: Some(value), ..ClaimDTO::default() });
        Ok(values.into_iter().map(claim).collect())
    }

    async fn getHybridRoles(call: &Call) -> Result<Vec<Option<String>>, Fault> {
        let tenant = call.actor()?.tenant;
        Ok(optional(call.read(|tx, _| role::hybrid(tx, tenant)).map_err(declared)?))
    }

    async fn addUserClaimValues(
        call: &Call,
        userName: Option<String>,
        claims: Vec<Option<ClaimValue>>,
        _profileName: Option<String>,
    ) -> Result<(), Fault> {
        let name = given(userName)?;
        // One after the other: a claim that is named twice gets both values.
        let claims = claims
            .into_iter()
            .map(|claim| given(claim).and_then(|claim| Ok((given(claim.claimURI)?, claim.value))))
            .collect::<Result<Vec<_>, Fault>>()?;
        call.write(move |tx, now, realm, actor| {
            let user = user::find(tx, actor.tenant, &name)?;
            claims
                .iter()
                .try_for_each(|(uri, value)| claim::append(tx, now, realm, &user, uri, value.as_deref()))
        })
        .await
    }

    async fn addUser(
        call: &Call,
        userName: Option<String>,
        credential: Option<String>,
        roleList: Vec<Option<String>>,
        claims: Vec<Option<ClaimValue>>,
        profileName: Option<String>,
        requirePasswordChange: bool,
    ) -> Result<(), Fault> {
        let name = userName.unwrap_or_default();
        let plain = Secret::from(credential.unwrap_or_default());
        let (roles, claims) = (texts(roleList), changes(claims)?);
        let password = call.aside(move |_, _| NewPassword::first(plain)).await?;
        call.write(move |tx, now, realm, actor| {
            let new = user::NewUser {
                name: &name,
                password: &password,
                roles: &roles,
                claims: &claims,
                profile: profileName.as_deref().unwrap_or(claim::DEFAULT_PROFILE),
                require_change: requirePasswordChange,
            };
            user::add(tx, now, realm, actor, &new).map(|_| ())
        })
        .await
    }

    async fn addRole(
        call: &Call,
        roleName: Option<String>,
        userList: Vec<Option<String>>,
        permissions: Vec<Option<PermissionDTO>>,
    ) -> Result<(), Fault> {
        let (name, users) = (roleName.unwrap_or_default(), texts(userList));
        let grants: Vec<Grant> = permissions
            .into_iter()
            .flatten()
            .map(|permission| Grant {
                resource: permission.resourceId.unwrap_or_default(),
                action: permission.action.unwrap_or_default(),
            })
            .collect();
        call.write(move |tx, now, realm, actor| role::add(tx, now, realm, actor, &name, &users, &grants))
            .await
    }

    async fn updateUserListOfRole(
        call: &Call,
        roleName: Option<String>,
        deletedUsers: Vec<Option<String>>,
        newUsers: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        let (name, deleted, added) = (given(roleName)?, texts(deletedUsers), texts(newUsers));
        call.write(move |tx, now, _, actor| role::update_members(tx, now, actor, &name, &deleted, &added))
            .await
    }

    /// Answered from the name alone by stores with numeric ids; the default one has none. Nobody but the super tenant
    /// may ask.
    async fn getTenantIdofUser(call: &Call, _: Option<String>) -> Result<i32, Fault> {
        let is_super = call.actor()?.tenant == TenantId::SUPER;
        Err(declared(Fault::server(if is_super { "Invalid operation" } else { "Access Denied" })))
    }

    async fn setUserClaimValues(
        call: &Call,
        userName: Option<String>,
        claims: Vec<Option<ClaimValue>>,
        profileName: Option<String>,
    ) -> Result<(), Fault> {
        let (name, claims) = (given(userName)?, changes(claims)?);
        call.write(move |tx, now, realm, actor| {
            let user = user::find(tx, actor.tenant, &name)?;
            let profile = profileName.as_deref().unwrap_or(claim::DEFAULT_PROFILE);
            claim::write(tx, now, realm, actor, &user, profile, claims)
        })
        .await
    }

    async fn addUserClaimValue(
        call: &Call,
        userName: Option<String>,
        claimURI: Option<String>,
        claimValue: Option<String>,
        _profileName: Option<String>,
    ) -> Result<(), Fault> {
        let (name, uri) = (given(userName)?, given(claimURI)?);
        call.write(move |tx, now, realm, actor| {
            let user = user::find(tx, actor.tenant, &name)?;
            let old = claim::single(tx, realm, &user, &uri)?;
            let value = match (old, claimValue) {
                (Some(old), Some(new)) if !new.is_empty() => Some(format!("{old},{new}")),
                (_, new) => new,
            };
            claim::set_single(tx, now, realm, &user, &uri, value.as_deref())
        })
        .await
    }

    async fn getProfileNames(call: &Call, userName: Option<String>) -> Result<Vec<Option<String>>, Fault> {
        let (name, tenant) = (given(userName)?, call.actor()?.tenant);
        call.read(|tx, _| user::find(tx, tenant, &name)).map_err(declared)?;
        Self::getAllProfileNames(call).await
    }
}
