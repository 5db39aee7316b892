//! Every screen of the console: where it is, who may see it, who may change something there, and what it does. The
//! permissions are those of the services that do the same.

use super::visit::Visit;
use super::{
    Work, bulk, claim, claims, external_claim, home, mail_templates, mails, providers, reset, resets,
    resident, role_permissions, roles, service_providers, tenants, trail, user, user_profile, users,
};
use std::sync::Arc;

/// A heading of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Users, roles, claims, providers.
    Identity,
    /// Templates, mails, resets, audit.
    Manage,
    /// Tenants.
    Configure,
}

impl Group {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Identity, Self::Manage, Self::Configure];

    /// The key of its heading.
    pub fn text(self) -> &'static str {
        match self {
            Self::Identity => "group_identity",
            Self::Manage => "group_manage",
            Self::Configure => "group_configure",
        }
    }
}

/// One screen.
#[derive(Clone, Copy)]
pub struct Screen {
    /// Its path below `/carbon/`.
    pub path: &'static str,
    /// Where it stands in the menu and under which text; none for what is reached from another screen.
    pub menu: Option<(Group, &'static str)>,
    /// Any of these permissions lets somebody see it.
    pub sees: &'static [&'static str],
    /// Any of these lets him send its form.
    pub changes: &'static [&'static str],
    /// What it does.
    pub show: fn(Arc<Visit>) -> Work,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.path)
    }
}

/// A screen that only shows something, or that needs the same permission for both.
const fn screen(
    path: &'static str,
    menu: Option<(Group, &'static str)>,
    needs: &'static [&'static str],
    show: fn(Arc<Visit>) -> Work,
) -> Screen {
    Screen { path, menu, sees: needs, changes: needs, show }
}

/// Makes an asynchronous function a screen's work.
macro_rules! work {
    ($function:path) => {
        |visit| Box::pin($function(visit))
    };
}

/// Whoever is signed in holds it.
const LOGIN: &[&str] = &["/permission/admin/login"];

const USER_LIST: &[&str] = &["/permission/admin/manage/identity/usermgt/list"];
const USER_CREATE: &[&str] = &["/permission/admin/manage/identity/usermgt/create"];
const USER_DELETE: &[&str] = &["/permission/admin/manage/identity/usermgt/delete"];
const USER_UPDATE: &[&str] = &["/permission/admin/manage/identity/usermgt/update"];
const ROLE_VIEW: &[&str] = &["/permission/admin/manage/identity/rolemgt/view"];
/// What `UserAdmin` takes for whatever has no permission of its own.
const USERS: &[&str] = &["/permission/admin/manage/identity/usermgt"];
const PROFILE_VIEW: &[&str] = &["/permission/admin/manage/identity/userprofile/view"];
const PROFILE: &[&str] = &["/permission/admin/manage/identity/userprofile"];
const ACCOUNT: &[&str] = &["/permission/admin/manage/identity/identitymgt/update"];
const CLAIM_VIEW: &[&str] = &["/permission/admin/manage/identity/claimmgt/metadata/view"];
const CLAIM_CREATE: &[&str] = &["/permission/admin/manage/identity/claimmgt/metadata/create"];
const CLAIM_UPDATE: &[&str] = &["/permission/admin/manage/identity/claimmgt/metadata/update"];
const CLAIM_DELETE: &[&str] = &["/permission/admin/manage/identity/claimmgt/metadata/delete"];
const IDP_VIEW: &[&str] = &["/permission/admin/manage/identity/idpmgt/view"];
const IDP_CREATE: &[&str] = &["/permission/admin/manage/identity/idpmgt/create"];
const IDP_DELETE: &[&str] = &["/permission/admin/manage/identity/idpmgt/delete"];
const IDP_UPDATE: &[&str] = &["/permission/admin/manage/identity/idpmgt/update"];
const SP_VIEW: &[&str] = &["/permission/admin/manage/identity/applicationmgt/view"];
const SP_CREATE: &[&str] = &["/permission/admin/manage/identity/applicationmgt/create"];
const SP_UPDATE: &[&str] = &["/permission/admin/manage/identity/applicationmgt/update"];
const SP_DELETE: &[&str] = &["/permission/admin/manage/identity/applicationmgt/delete"];
/// What `uploadRPServiceProvider` takes.
const MANAGE: &[&str] = &["/permission/admin/manage"];
const TENANT_LIST: &[&str] = &["/permission/protected/manage/monitor/tenants/list"];
const TENANT_VIEW: &[&str] = &["/permission/protected/manage/monitor/tenants"];
const TENANT_MODIFY: &[&str] = &["/permission/protected/manage/modify/tenants"];
/// What the original's menu asks for where its services ask for nothing.
const IDENTITY: &[&str] = &["/permission/admin/manage/identity"];
/// What the original's log viewer takes.
const LOGS: &[&str] = &["/permission/admin/monitor/logging"];

/// The screens, in the order of the menu.
pub const SCREENS: &[Screen] = &[
    screen("", None, LOGIN, work!(home::show)),
    screen("users", Some((Group::Identity, "users_menu")), USER_LIST, work!(users::list)),
    screen("users/add", None, USER_CREATE, work!(users::add)),
    screen("users/user", None, USER_LIST, work!(user::show)),
    screen("users/delete", None, USER_DELETE, work!(users::delete)),
    screen("users/password", None, USER_UPDATE, work!(users::password)),
    screen("users/state", None, ACCOUNT, work!(user::set_state)),
    screen("users/roles", None, USERS, work!(user::roles)),
    Screen {
        path: "users/profile",
        menu: None,
        sees: PROFILE_VIEW,
        changes: PROFILE,
        show: work!(user_profile::profile),
    },
    screen("users/reset", None, PROFILE, work!(reset::show)),
    screen("roles", Some((Group::Identity, "roles_menu")), ROLE_VIEW, work!(roles::list)),
    screen("roles/add", None, USERS, work!(roles::add)),
    screen("roles/permissions", None, USERS, work!(role_permissions::permissions)),
    screen("roles/members", None, USERS, work!(roles::members)),
    screen("roles/rename", None, USERS, work!(roles::rename)),
    screen("roles/delete", None, USERS, work!(roles::delete)),
    screen("claims", Some((Group::Identity, "claims_menu")), CLAIM_VIEW, work!(claims::list)),
    screen("claims/dialect", None, CLAIM_VIEW, work!(claims::dialect)),
    screen("claims/dialects/add", None, CLAIM_CREATE, work!(claims::add_dialect)),
    screen("claims/dialects/rename", None, CLAIM_UPDATE, work!(claims::rename_dialect)),
    screen("claims/dialects/delete", None, CLAIM_DELETE, work!(claims::delete_dialect)),
    screen("claims/add", None, CLAIM_CREATE, work!(claim::add)),
    screen("claims/edit", None, CLAIM_UPDATE, work!(claim::edit)),
    screen("claims/delete", None, CLAIM_DELETE, work!(claim::delete)),
    screen("claims/external/add", None, CLAIM_CREATE, work!(external_claim::add)),
    screen("claims/external/edit", None, CLAIM_UPDATE, work!(external_claim::edit)),
    screen("claims/external/delete", None, CLAIM_DELETE, work!(external_claim::delete)),
    screen("idp", Some((Group::Identity, "providers_menu")), IDP_VIEW, work!(providers::list)),
    screen("idp/add", None, IDP_CREATE, work!(providers::add)),
    screen("idp/edit", None, IDP_UPDATE, work!(providers::edit)),
    screen("idp/enable", None, IDP_UPDATE, work!(providers::switch)),
    screen("idp/delete", None, IDP_DELETE, work!(providers::delete)),
    Screen {
        path: "idp/resident",
        menu: Some((Group::Identity, "resident_menu")),
        sees: IDP_VIEW,
        changes: IDP_UPDATE,
        show: work!(resident::show),
    },
    screen("service-providers", Some((Group::Identity, "sps_menu")), SP_VIEW, work!(service_providers::list)),
    screen("service-providers/add", None, SP_CREATE, work!(service_providers::add)),
    screen("service-providers/upload", None, MANAGE, work!(service_providers::upload)),
    Screen {
        path: "service-providers/edit",
        menu: None,
        sees: SP_VIEW,
        changes: SP_UPDATE,
        show: work!(service_providers::edit),
    },
    screen("service-providers/delete", None, SP_DELETE, work!(service_providers::delete)),
    screen("templates", Some((Group::Manage, "templates_menu")), IDENTITY, work!(mail_templates::list)),
    screen("templates/add", None, IDENTITY, work!(mail_templates::add)),
    screen("templates/edit", None, IDENTITY, work!(mail_templates::edit)),
    screen("templates/delete", None, IDENTITY, work!(mail_templates::delete)),
    screen("templates/types/add", None, IDENTITY, work!(mail_templates::add_type)),
    screen("templates/types/delete", None, IDENTITY, work!(mail_templates::delete_type)),
    screen("mails", Some((Group::Manage, "mails_menu")), IDENTITY, work!(mails::list)),
    screen("mails/retry", None, IDENTITY, work!(mails::retry)),
    screen("mails/drop", None, IDENTITY, work!(mails::drop)),
    screen("resets", Some((Group::Manage, "resets_menu")), PROFILE_VIEW, work!(resets::list)),
    screen("resets/cancel", None, PROFILE, work!(resets::cancel)),
    screen("audit", Some((Group::Manage, "audit_menu")), LOGS, work!(trail::list)),
    screen("bulk-resets", Some((Group::Manage, "bulk_menu")), PROFILE, work!(bulk::jobs)),
    screen("bulk-resets/job", None, PROFILE, work!(bulk::job)),
    screen("bulk-resets/result", None, PROFILE, work!(bulk::result)),
    screen("tenants", Some((Group::Configure, "tenants_menu")), TENANT_LIST, work!(tenants::list)),
    screen("tenants/add", None, TENANT_VIEW, work!(tenants::add)),
    Screen {
        path: "tenants/edit",
        menu: None,
        sees: TENANT_VIEW,
        changes: TENANT_MODIFY,
        show: work!(tenants::edit),
    },
    screen("tenants/activate", None, TENANT_MODIFY, work!(tenants::activate)),
    screen("tenants/deactivate", None, TENANT_MODIFY, work!(tenants::deactivate)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_is_taken_twice_and_every_screen_needs_a_permission() {
        for (at, screen) in SCREENS.iter().enumerate() {
            assert!(SCREENS.iter().skip(at + 1).all(|other| other.path != screen.path), "{screen:?}");
            assert!(!screen.sees.is_empty() && !screen.changes.is_empty(), "{screen:?}");
            let all = screen.sees.iter().chain(screen.changes);
            assert!(all.clone().all(|needed| needed.starts_with("/permission/")), "{screen:?}");
        }
    }
}
