//! `UserAdmin`: users, roles and permissions as the management console edits them.
//!
//! Beside the kernel's rules it keeps administrators who are not the primary one from making or unmaking administrators
//! (`domain::console`). Two things are refused where the original does something that has no meaning here: permissions
//! for a role that does not exist, and spreadsheets, whose rows have no password and so can never be added to the default
//! user store.
#![expect(non_snake_case, reason = "operations and their arguments are named as in the contract")]

pub mod contract;
mod lists;
mod realm_info;

use super::Call;
use super::authenticate;
use super::names::{optional, texts};
use super::password::set_password;
use crate::domain::account;
use crate::domain::bulk_import::{self, File};
use crate::domain::claim::{Changes, DEFAULT_PROFILE};
use crate::domain::console::{self, RoleKind};
use crate::domain::listing;
use crate::domain::login::{self, Outcome, Presented, Refusal, SignedIn};
use crate::domain::password::{self, NewPassword};
use crate::domain::permission_tree::{self, BelowRoot};
use crate::domain::{Error, Secret, user};
use crate::soap::{Binary, Fault, Nil};
use contract::{ClaimValue, FlaggedName, Operations, UIPermissionNode, UserAdminException, UserRealmInfo};
use lists::{all_roles, all_users, by_claim, flagged, list, node, with_tail};

/// What the service does.
#[derive(Debug)]
pub struct Behaviour;

/// The declared exception repeats the text, unless there is none.
fn declared(fault: Fault) -> Fault {
    let message = Some(fault.reason.clone()).filter(|text| text != &Fault::unknown().reason);
    Fault { detail: Some(Box::new(UserAdminException { message })), ..fault }
}

/// A value that must be there; the original runs into a null pointer and declares it, without a text.
fn given<T>(value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| declared(Fault::unknown()))
}

/// A filter that the store itself has to stumble over.
fn filter_of_store(filter: Option<String>) -> Result<String, Fault> {
    filter.ok_or_else(|| declared(Fault::server(Error::UNFORESEEN)))
}

impl Operations for Behaviour {
    async fn getUsersOfRole(
        call: &Call,
        roleName: Option<String>,
        filter: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        let role = given(roleName)?;
        if limit == 0 && filter.is_none() {
            return Err(declared(Fault::unknown()));
        }
        let found = list(call, move |tx, realm, tenant| {
            listing::users_of_role(tx, realm, tenant, &role, filter.as_deref(), limit.into())
        });
        Ok(with_tail(found.await?))
    }

    async fn getAllPermittedRoleNames(
        call: &Call,
        filter: Option<String>,
        permission: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        all_roles(call, filter, limit, Some(given(permission)?)).await
    }

    async fn addUser(
        call: &Call,
        userName: Option<String>,
        password: Option<String>,
        roles: Vec<Option<String>>,
        claims: Vec<Option<ClaimValue>>,
        profileName: Option<String>,
    ) -> Result<Nil, Fault> {
        let name = userName.unwrap_or_default();
        let plain = Secret::from(password.unwrap_or_default());
        let mut roles = texts(roles);
        roles.sort_unstable();
        let mut changes = Changes::default();
        for claim in claims {
            let claim = given(claim)?;
            changes.set(given(claim.claimURI)?, claim.value);
        }
        let password = call.aside(move |_, _| NewPassword::first(plain)).await.map_err(declared)?;
        let added = call.write(move |tx, now, realm, actor| {
            let new = user::NewUser {
                name: &name,
                password: &password,
                roles: &roles,
                claims: &changes,
                profile: profileName.as_deref().unwrap_or(DEFAULT_PROFILE),
                require_change: false,
            };
            console::add_user(tx, now, realm, actor, &new).map(|_| Nil)
        });
        added.await.map_err(declared)
    }

    async fn addRemoveUsersOfRole(
        call: &Call,
        roleName: Option<String>,
        newUsers: Vec<Option<String>>,
        deletedUsers: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        let (role, added, deleted) = (given(roleName)?, texts(newUsers), texts(deletedUsers));
        call.write(move |tx, now, _, actor| console::update_members(tx, now, actor, &role, &added, &deleted))
            .await
    }

    /// Open to everybody who knows the old password; wrong ones count as failed logins.
    async fn changePasswordByUser(
        call: &Call,
        userName: Option<String>,
        oldPassword: Option<String>,
        newPassword: Option<String>,
    ) -> Result<Nil, Fault> {
        // Nobody, or nobody's tenant: a null pointer that is not declared.
        let null = || Fault::invocation("changePasswordByUser");
        let name = userName.ok_or_else(null)?;
        let wrong = "Error while updating password. Wrong old credential provided ";
        let unaware = "Error while updating password. Please enter tenant unaware username";
        let refused = |text: &str| Err(declared(Fault::server(text)));
        let Some(old) = oldPassword.filter(|old| !old.is_empty()) else { return refused(wrong) };
        let presented = Presented { user_name: name, password: old.into() };
        let signed_in: SignedIn =
            match authenticate::attempt(call.app(), call.now(), call.peer, presented).await {
                Ok(Outcome::In(signed_in)) => signed_in,
                Ok(Outcome::Refused(Refusal::UnknownTenant)) => return Err(null()),
                Ok(Outcome::Refused(Refusal::WrongPassword { .. } | Refusal::UnknownUser)) => {
                    return refused(wrong);
                }
                Ok(_) => return refused(unaware),
                Err(error) => {
                    tracing::error!(%error, "a password could not be checked");
                    return refused(unaware);
                }
            };
        let (tenant, id) = (signed_in.tenant.id, signed_in.user.id.0);
        let plain = Secret::from(newPassword.unwrap_or_default());
        let prepared = call.aside(move |app, _| {
            let earlier = app.store.read(|tx| password::earlier(tx, tenant, id))?;
            password::prepare(plain, &earlier)
        });
        let new = prepared.await.map_err(declared)?;
        let name = signed_in.user.display_name();
        let changed = call.write_as(signed_in.actor(), move |tx, now, realm, actor| {
            let verified = login::verified(tx, now, realm, &signed_in)?;
            user::change_password(tx, now, realm, actor, &name, &new, verified).map(|()| Nil)
        });
        changed.await.map_err(declared)
    }

    async fn isSharedRolesEnabled(_: &Call) -> Result<bool, Fault> {
        Ok(false)
    }

    async fn listUserByClaim(
        call: &Call,
        claimValue: Option<ClaimValue>,
        _filter: Option<String>,
        _maxLimit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        let Some(rows) = by_claim(call, claimValue, None).await? else { return Ok(Vec::new()) };
        // The place for the last word is there even when nobody was found to say it of.
        let tail = (!rows.is_empty()).then(|| FlaggedName {
            itemName: Some("false".to_owned()),
            domainName: Some(String::new()),
            ..FlaggedName::default()
        });
        Ok(rows.into_iter().map(flagged).chain([tail]).collect())
    }

    async fn getRolesOfUser(
        call: &Call,
        userName: Option<String>,
        filter: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        let name = given(userName)?;
        let filter = filter.unwrap_or_else(|| "*".to_owned());
        let found = list(call, move |tx, realm, tenant| {
            listing::roles_of_user(tx, realm, tenant, &name, &filter, limit.into())
        });
        Ok(with_tail(found.await?))
    }

    async fn updateUsersOfRole(
        call: &Call,
        roleName: Option<String>,
        userList: Vec<Option<FlaggedName>>,
    ) -> Result<Nil, Fault> {
        let role = given(roleName)?;
        let mut ticks = Vec::with_capacity(userList.len());
        for row in userList {
            let row = given(row)?;
            ticks.push((given(row.itemName)?, row.selected));
        }
        let updated = call.write(move |tx, now, _, actor| {
            console::tick_members(tx, now, actor, &role, &ticks).map(|()| Nil)
        });
        updated.await.map_err(declared)
    }

    async fn listAllUsers(
        call: &Call,
        filter: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        all_users(call, filter, limit, None).await
    }

    async fn getAllUIPermissions(call: &Call) -> Result<Option<UIPermissionNode>, Fault> {
        let tenant = call.actor()?.tenant;
        let tree = call.read(|tx, _| permission_tree::all(tx, tenant)).map_err(declared)?;
        Ok(Some(node(tree)))
    }

    async fn hasMultipleUserStores(call: &Call) -> Result<bool, Fault> {
        let tenant = call.actor()?.tenant;
        Ok(call.read(|tx, _| user::stores(tx, tenant)).map_err(declared)?.len() > 1)
    }

    async fn updateRolesOfUser(
        call: &Call,
        userName: Option<String>,
        newRoleList: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        let (name, roles) = (given(userName)?, texts(newRoleList));
        call.write(move |tx, now, _, actor| console::replace_roles_of_user(tx, now, actor, &name, &roles))
            .await
    }

    /// No store here shares roles; the original answers all roles then.
    async fn getAllSharedRoleNames(
        call: &Call,
        filter: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        all_roles(call, filter, limit, None).await
    }

    async fn setRoleUIPermission(
        call: &Call,
        roleName: Option<String>,
        rawResources: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        let (role, permissions) = (given(roleName)?, texts(rawResources));
        call.write(move |tx, now, _, actor| console::set_permissions(tx, now, actor, &role, permissions))
            .await
    }

    async fn getRolePermissions(
        call: &Call,
        roleName: Option<String>,
    ) -> Result<Option<UIPermissionNode>, Fault> {
        let tenant = call.actor()?.tenant;
        // No role holds nothing, as one that does not exist.
        let Some(role) = roleName else { return Self::getAllUIPermissions(call).await };
        let tree = call.read(|tx, _| permission_tree::of_role(tx, tenant, &role, BelowRoot::Everything));
        Ok(Some(node(tree.map_err(declared)?)))
    }

    async fn getRolesOfCurrentUser(call: &Call) -> Result<Vec<Option<FlaggedName>>, Fault> {
        let actor = call.actor()?;
        let name = if actor.name.contains('/') {
            actor.name.clone()
        } else {
            // Who signed in to another store without its name is not his namesake in the primary one.
            call.read(|tx, _| account::own(tx, actor)).map_err(declared)?.display_name()
        };
        Self::getRolesOfUser(call, Some(name), Some("*".to_owned()), -1).await
    }

    async fn listUserByClaimWithPermission(
        call: &Call,
        claimValue: Option<ClaimValue>,
        _filter: Option<String>,
        permission: Option<String>,
        _maxLimit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        let rows = by_claim(call, claimValue, Some(given(permission)?)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(flagged).collect())
    }

    async fn deleteRole(call: &Call, roleName: Option<String>) -> Result<(), Fault> {
        let role = given(roleName)?;
        call.write(move |tx, now, _, actor| console::delete_role(tx, now, actor, &role)).await
    }

    async fn addRemoveRolesOfUser(
        call: &Call,
        userName: Option<String>,
        newRoles: Vec<Option<String>>,
        deletedRoles: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        let (name, added, deleted) = (given(userName)?, texts(newRoles), texts(deletedRoles));
        call.write(move |tx, now, _, actor| {
            console::update_roles_of_user(tx, now, actor, &name, &added, &deleted)
        })
        .await
    }

    async fn addInternalRole(
        call: &Call,
        roleName: Option<String>,
        userList: Vec<Option<String>>,
        permissions: Vec<Option<String>>,
    ) -> Result<(), Fault> {
        add_role(call, RoleKind::Hybrid, roleName, userList, permissions).await
    }

    async fn changePassword(
        call: &Call,
        userName: Option<String>,
        newPassword: Option<String>,
    ) -> Result<Nil, Fault> {
        let (name, actor) = (given(userName)?, call.actor()?);
        call.read(|tx, _| console::check_password_change(tx, actor, &name)).map_err(declared)?;
        set_password(call, name, newPassword.unwrap_or_default()).await.map_err(declared)?;
        Ok(Nil)
    }

    async fn listAllUsersWithPermission(
        call: &Call,
        filter: Option<String>,
        permission: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        all_users(call, filter, limit, Some(given(permission)?)).await
    }

    async fn getUserRealmInfo(call: &Call) -> Result<Option<UserRealmInfo>, Fault> {
        let actor = call.actor()?;
        call.read(|tx, realm| realm_info::read(tx, realm, actor)).map(Some).map_err(declared)
    }

    async fn listUsers(
        call: &Call,
        filter: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<String>>, Fault> {
        let filter = filter_of_store(filter)?;
        let found = list(call, move |tx, realm, tenant| user::list(tx, realm, tenant, &filter, limit.into()));
        Ok(optional(found.await?))
    }

    async fn deleteUser(call: &Call, userName: Option<String>) -> Result<Nil, Fault> {
        let name = given(userName)?;
        let deleted =
            call.write(move |tx, now, _, actor| console::delete_user(tx, now, actor, &name).map(|()| Nil));
        deleted.await.map_err(declared)
    }

    async fn getAllRolesNames(
        call: &Call,
        filter: Option<String>,
        limit: i32,
    ) -> Result<Vec<Option<FlaggedName>>, Fault> {
        all_roles(call, filter, limit, None).await
    }

    async fn updateRoleName(
        call: &Call,
        roleName: Option<String>,
        newRoleName: Option<String>,
    ) -> Result<(), Fault> {
        let (from, to) = (given(roleName)?, given(newRoleName)?);
        call.write(move |tx, now, realm, actor| console::rename_role(tx, now, realm, actor, &from, &to)).await
    }

    async fn addRole(
        call: &Call,
        roleName: Option<String>,
        userList: Vec<Option<String>>,
        permissions: Vec<Option<String>>,
        isSharedRole: bool,
    ) -> Result<(), Fault> {
        let kind = RoleKind::External { shared: isSharedRole };
        add_role(call, kind, roleName, userList, permissions).await
    }

    /// The passwords are in the file; the one of the request is not used.
    async fn bulkImportUsers(
        call: &Call,
        userStoreDomain: Option<String>,
        fileName: Option<String>,
        handler: Option<Binary>,
        _defaultPassword: Option<String>,
    ) -> Result<(), Fault> {
        let (Some(file), Some(Binary(bytes))) = (fileName, handler) else {
            return Err(Fault::server("Required data not provided"));
        };
        let (actor, domain) = (call.actor()?.clone(), userStoreDomain.unwrap_or_default());
        call.aside(move |app, now| {
            if file.ends_with("xls") || file.ends_with("xlsx") {
                return Err(bulk_import::spreadsheet(&app.realm, &bytes));
            }
            if !file.ends_with("csv") {
                return Err(Error::refused("Unsupported format"));
            }
            let file = File::csv(&bytes).map_err(bulk_import::no_text)?;
            bulk_import::run(&app.store, now, &app.realm, &actor, &domain, file, |_| {})?.into_result()
        })
        .await
    }
}

async fn add_role(
    call: &Call,
    kind: RoleKind,
    name: Option<String>,
    users: Vec<Option<String>>,
    permissions: Vec<Option<String>>,
) -> Result<(), Fault> {
    let name = name.ok_or_else(|| Fault::server("Role name is reserved by the system"))?;
    let (users, permissions) = (texts(users), texts(permissions));
    call.write(move |tx, now, realm, actor| {
        console::add_role(tx, now, realm, actor, kind, &name, &users, permissions)
    })
    .await
}
