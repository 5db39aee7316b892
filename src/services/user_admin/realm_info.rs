//! What `getUserRealmInfo` says: the tenant, its claims and its user stores. The names of administrators and the claims
//! are for those who may manage users only; the rest is for everybody who signs in.

use super::contract::{UserRealmInfo, UserStoreInfo};
use crate::domain::catalogue::Claim;
use crate::domain::name::PRIMARY;
use crate::domain::role::{ADMIN, EVERYONE};
use crate::domain::user::{self, UserStore};
use crate::domain::{Actor, Error, Policy, Realm, tenant};
use crate::services::names::optional;
use crate::store::{self, Tx};

/// Any of these opens the first part.
const MANAGERS: [&str; 4] = [
    "/permission/admin/manage/identity",
    "/permission/admin/manage/identity/usermgt/users",
    "/permission/admin/manage/identity/usermgt/passwords",
    "/permission/admin/manage/identity/usermgt/profiles",
];
/// What browsers check names with: `UsernameJavaScriptRegEx` and `RolenameJavaScriptRegEx` as they ship.
const NAMES: &str = r"^[\S]{3,30}$";

pub(super) fn read(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor) -> Result<UserRealmInfo, Error> {
    let stores = user::stores(tx, actor.tenant)?;
    let infos: Vec<UserStoreInfo> = stores.iter().map(|store| info(store, &realm.policy)).collect();
    let mut answer = UserRealmInfo {
        domainNames: stores.iter().map(|store| Some(store.domain.clone())).collect(),
        enableUIPageCache: true,
        maxItemsPerUIPage: 15,
        maxUIPagesInCache: 6,
        multipleUserStore: stores.len() > 1,
        primaryUserStoreInfo: infos.first().cloned(),
        userStoresInfo: infos.into_iter().map(Some).collect(),
        ..UserRealmInfo::default()
    };
    if actor.may(tx, &MANAGERS)? {
        let tenant = tenant::by_id(tx, actor.tenant)?.ok_or(store::Error::Missing("tenant"))?;
        let catalogue = realm.catalogues.of(tx, actor.tenant)?;
        let sorted = |is_wanted: fn(&Claim) -> bool| {
            let wanted = catalogue.local().iter().filter(|claim| is_wanted(claim));
            let mut uris: Vec<String> = wanted.map(|claim| claim.uri.clone()).collect();
            uris.sort_unstable();
            Some(optional(uris))
        };
        answer.adminRole = Some(ADMIN.to_owned());
        answer.adminUser = Some(tenant.admin_name);
        answer.everyOneRole = Some(EVERYONE.to_owned());
        answer.userClaims = sorted(|_| true);
        answer.requiredUserClaims = sorted(|claim| claim.flag("Required"));
        answer.defaultUserClaims = sorted(|claim| claim.flag("SupportedByDefault"));
    }
    Ok(answer)
}

fn info(store: &UserStore, policy: &Policy) -> UserStoreInfo {
    let shipped = Policy::default();
    // An operator who has set rules of his own has said them once, in Java's form.
    let names = |own: &str, shipped: &str| if own == shipped { NAMES } else { own }.to_owned();
    UserStoreInfo {
        bulkImportSupported: false,
        caseSensitiveUsername: store.domain == PRIMARY,
        domainName: Some(store.domain.clone()),
        externalIdP: None,
        maxRoleLimit: 0,
        maxUserLimit: 0,
        passwordRegEx: Some(policy.password_pattern.clone()),
        passwordRegExViolationErrorMsg: Some(policy.password_message.clone()),
        passwordsExternallyManaged: false,
        readGroupsEnabled: true,
        readOnly: store.read_only,
        roleNameRegEx: Some(names(&policy.role_pattern, &shipped.role_pattern)),
        userNameRegEx: Some(names(&policy.username_pattern, &shipped.username_pattern)),
        usernameRegExViolationErrorMsg: Some("Username pattern policy violated".to_owned()),
        writeGroupsEnabled: !store.read_only,
    }
}
