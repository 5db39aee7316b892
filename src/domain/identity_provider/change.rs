//! Adding, changing and deleting providers of a tenant. Everything is checked before the first row is written, and all
//! of it is one transaction; of two changes the later one wins whole.

use super::check::{self, Occasion};
use super::write::{merge_authenticator, replace_connectors, replace_mappings, replace_properties};
use super::{IdentityProvider, SHARED, masking, reference, visible};
use crate::domain::governance::RESIDENT;
use crate::domain::tenant::SUPER_DOMAIN;
use crate::domain::{Actor, Error, Now, Realm, TenantId, audit};
use crate::store::{self, Tx};

/// Target or data of an audit line: a name with the tenant behind it.
fn in_tenant(name: Option<&str>, actor: &Actor) -> String {
    let name = name.filter(|name| !name.is_empty()).unwrap_or("Undefined");
    [name, "@", &actor.domain].concat()
}

fn is_in_a_file(realm: &Realm, name: &str) -> bool {
    realm.policy.file_providers.iter().any(|known| known == name)
}

/// Adds a provider, which is enabled whatever the request says.
///
/// # Errors
/// The original's texts, in its order.
pub fn add(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    mut new: IdentityProvider,
) -> Result<(), Error> {
    let name = &new.profile.name;
    if name.starts_with(SHARED) {
        return Err(Error::refused(format!("Identity provider name cannot have {SHARED} as prefix.")));
    }
    if is_in_a_file(realm, name) {
        // The blanks around the name are missing in the original.
        return Err(Error::refused(format!(
            "Identity provider with the name{name}exists in the file system."
        )));
    }
    new.profile.enabled = true;
    add_allowed(tx, now, realm, actor, new)
}

/// Adds a provider under a name that may be given to it.
fn add_allowed(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    mut new: IdentityProvider,
) -> Result<(), Error> {
    let (tenant, name) = (actor.tenant.0, new.profile.name.clone());
    let local_roles = check::local_roles(tx, actor, &new.role_mappings)?;
    let taken = || {
        Error::refused(format!(
            "An Identity Provider has already been registered with the name {name} for tenant {}",
            actor.domain
        ))
    };
    if visible(tx, actor.tenant, &name)?.is_some() {
        return Err(taken());
    }
    check::metadata(&new.authenticators)?;
    check::unique_entity_id(tx, actor, &new.authenticators, &[])?;
    check::certificate(&new)?;
    check::mappings(&mut new, Occasion::Add, tenant)?;
    if !check::is_storable(&new, &[]) {
        return Err(Error::refused(format!(
            "Error occurred while adding Identity Provider for tenant {tenant}"
        )));
    }
    if new.profile.primary {
        store::idp::clear_primary(tx, tenant)?;
    }
    new.profile.tenant = tenant;
    let id = match store::idp::insert(tx, &new.profile) {
        Err(store::Error::Constraint(_)) => return Err(taken()),
        other => other?,
    };
    for authenticator in &new.authenticators {
        merge_authenticator(tx, &realm.key, id, authenticator, None)?;
    }
    replace_connectors(tx, &realm.key, id, &new.connectors)?;
    replace_mappings(tx, id, &new, &local_roles)?;
    replace_properties(tx, id, &new.properties)?;
    let target = in_tenant(new.profile.display_name.as_deref(), actor);
    audit::record(tx, now, actor, "add", &target, &name)
}

/// Changes a provider of the actor's tenant. Scalars, claims, roles, connectors and free properties are replaced;
/// authenticators are merged by name. A masked password stands for the stored one.
///
/// # Errors
/// The original's texts, in its order. The resident provider cannot be changed this way.
pub fn update(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    old_name: &str,
    new: IdentityProvider,
) -> Result<(), Error> {
    update_by(tx, now, realm, actor, old_name, new, Source::Request)?;
    Ok(())
}

/// A property that an authenticator shall have no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The name of the authenticator.
    pub authenticator: String,
    /// The name of the property.
    pub property: String,
}

/// What `change` makes of a provider as administrators see it at that moment, and properties of authenticators that it
/// drops: [`update`] keeps what is not sent, as the service does.
///
/// # Errors
/// As [`update`], and those of `change`.
pub fn edit(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    name: &str,
    change: impl FnOnce(IdentityProvider) -> Result<(IdentityProvider, Vec<Dropped>), Error>,
) -> Result<(), Error> {
    let found = super::by_name(tx, realm, actor, name)?.filter(|one| one.profile.name != RESIDENT);
    let shown = found.ok_or_else(|| not_there(name))?;
    let (new, dropped) = change(shown)?;
    let stored = update_by(tx, now, realm, actor, name, new, Source::Request)?;
    for one in dropped {
        if let Some(known) = stored.authenticators.iter().find(|known| known.name == one.authenticator) {
            store::idp::delete_authenticator_property(tx, known.id, &one.property)?;
        }
    }
    Ok(())
}

fn not_there(name: &str) -> Error {
    Error::refused(format!("Identity Provider with name {name} does not exist"))
}

/// Has a provider as another installation had it, whether or not one of that name is there. The names of files are not
/// refused to it, and it keeps the claims that nothing is mapped to, which a request to add drops.
///
/// # Errors
/// As [`add`] and [`update`].
pub(super) fn take_over(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    provider: IdentityProvider,
) -> Result<(), Error> {
    let name = provider.profile.name.clone();
    if store::idp::find(tx, actor.tenant.0, &name)?.is_none() {
        add_allowed(tx, now, realm, actor, provider.clone())?;
    }
    update_by(tx, now, realm, actor, &name, provider, Source::File)?;
    Ok(())
}

/// Who says what a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// An administrator.
    Request,
    /// A file of the server, or another installation, to whom the names of files are not refused.
    File,
}

/// Answers what was stored before.
fn update_by(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    old_name: &str,
    mut new: IdentityProvider,
    source: Source,
) -> Result<IdentityProvider, Error> {
    let tenant = actor.tenant.0;
    check::metadata(&new.authenticators)?;
    let found = visible(tx, actor.tenant, old_name)?.filter(|profile| profile.name != RESIDENT);
    let followers = match &found {
        Some(profile) => reference::check_update(tx, actor.tenant, profile, &new)?,
        None => Vec::new(),
    };
    let new_name = new.profile.name.clone();
    if new_name.is_empty() {
        return Err(Error::refused(
            "Invalid argument: Identity Provider Name value is empty for 'newIdentityProvider'",
        ));
    }
    if new_name.starts_with(SHARED) && !old_name.starts_with(SHARED) {
        return Err(Error::refused(format!(
            "Cannot update Idp name to have '{SHARED}' as a prefix (previous name:{old_name}, New name: {new_name})"
        )));
    }
    // Whoever only sees a shared one is told that it is not his, whatever else is true of its file.
    let is_foreign = found.as_ref().is_some_and(|profile| profile.tenant != tenant);
    if source == Source::Request && !is_foreign && is_in_a_file(realm, &new_name) {
        return Err(Error::refused("Identity provider with the same name exists in the file system."));
    }
    let Some(profile) = found else {
        return Err(not_there(old_name));
    };
    if profile.primary && !new.profile.primary {
        return Err(Error::refused(
            "Invalid argument: Cannot unset Identity Provider from primary. Alternatively set new Identity Provider to \
             primary",
        ));
    }
    let local_roles = check::local_roles(tx, actor, &new.role_mappings)?;
    let stored = super::read(tx, realm, profile)?;
    check::unique_entity_id(tx, actor, &new.authenticators, &stored.authenticators)?;
    if stored.profile.tenant != tenant {
        return Err(Error::refused(format!(
            "Trying to update non-existent Identity Provider for tenant {tenant}"
        )));
    }
    check::certificate(&new)?;
    check::mappings(&mut new, Occasion::Update, tenant)?;
    masking::unmask(&mut new.connectors, &stored.connectors);
    let taken = new_name != old_name && store::idp::find(tx, tenant, &new_name)?.is_some();
    if taken || !check::is_storable(&new, &stored.authenticators) {
        return Err(update_failed(actor));
    }
    write_over(tx, realm, actor, &stored, &mut new, &local_roles)?;
    reference::follow(tx, &followers, &new.profile)?;
    let data = in_tenant(new.profile.display_name.as_deref(), actor);
    audit::record(tx, now, actor, "update", old_name, &data)?;
    Ok(stored)
}

/// Writes a provider in the place of the one that is stored.
fn write_over(
    tx: &mut Tx<'_>,
    realm: &Realm,
    actor: &Actor,
    stored: &IdentityProvider,
    new: &mut IdentityProvider,
    local_roles: &[i64],
) -> Result<(), Error> {
    let tenant = actor.tenant.0;
    if new.profile.primary && !stored.profile.primary {
        store::idp::clear_primary(tx, tenant)?;
    }
    let id = stored.profile.id;
    (new.profile.id, new.profile.tenant) = (id, tenant);
    match store::idp::update(tx, &new.profile) {
        Err(store::Error::Constraint(_)) => return Err(update_failed(actor)),
        other => other?,
    };
    for authenticator in &new.authenticators {
        let known = stored.authenticators.iter().find(|known| known.name == authenticator.name);
        merge_authenticator(tx, &realm.key, id, authenticator, known)?;
    }
    replace_connectors(tx, &realm.key, id, &new.connectors)?;
    replace_mappings(tx, id, new, local_roles)?;
    replace_properties(tx, id, &new.properties)
}

/// What the original answers when its tables cannot hold a change; the two blanks are its own.
pub(crate) fn update_failed(actor: &Actor) -> Error {
    Error::refused(format!(
        "Error occurred while updating Identity Provider information  for tenant {}",
        actor.tenant.0
    ))
}

/// Deletes a provider of the actor's tenant with everything that hangs on it. A shared provider of another tenant stays,
/// without a word.
///
/// # Errors
/// The original's texts: the resident provider, one in use, none of that name.
pub fn delete(tx: &mut Tx<'_>, now: Now, actor: &Actor, name: &str) -> Result<(), Error> {
    let domain = &actor.domain;
    if name == RESIDENT {
        return Err(Error::refused(if domain == SUPER_DOMAIN {
            "Cannot delete Resident Identity Provider of Super Tenant".to_owned()
        } else {
            format!("Tenant user of {domain} cannot delete Resident Identity Provider of tenant {domain}")
        }));
    }
    let Some(profile) = visible(tx, actor.tenant, name)? else {
        return Err(Error::refused(format!(
            "Trying to delete non-existent Identity Provider for tenant {domain}"
        )));
    };
    reference::check_delete(tx, actor.tenant, &profile)?;
    if TenantId(profile.tenant) != actor.tenant {
        return Ok(());
    }
    store::idp::delete(tx, profile.id)?;
    audit::record(tx, now, actor, "delete", &in_tenant(Some(name), actor), "null")
}

/// Brings the providers that the super tenant shares to what the files of the server say: adds, changes and deletes. One
/// that is refused is reported in the log and left as it is, as in the original.
///
/// # Errors
/// Failures of the database.
pub fn share(tx: &mut Tx<'_>, now: Now, realm: &Realm, shared: Vec<IdentityProvider>) -> Result<(), Error> {
    let Some(tenant) = crate::domain::tenant::by_id(tx, TenantId::SUPER)? else { return Ok(()) };
    let actor = Actor::system(&tenant);
    let report = |name: &str, done: Result<(), Error>| match done {
        Err(refusal @ Error::Refused(_)) => {
            tracing::error!(provider = name, %refusal, "a shared identity provider is not as its file says");
            Ok(())
        }
        other => other,
    };
    for known in store::idp::list_shared(tx, actor.tenant.0)? {
        if !shared.iter().any(|file| file.profile.name == known.name) {
            let done = delete(tx, now, &actor, &known.name);
            report(&known.name, done)?;
        }
    }
    for file in shared {
        let name = file.profile.name.clone();
        let done = match store::idp::find(tx, actor.tenant.0, &name)? {
            None => add_allowed(tx, now, realm, &actor, file),
            Some(known) => {
                let known = super::read(tx, realm, known)?;
                if is_same(&known, &file) {
                    continue;
                }
                update_by(tx, now, realm, &actor, &name, file, Source::File).map(drop)
            }
        };
        report(&name, done)?;
    }
    Ok(())
}

/// Whether a file says what is stored.
fn is_same(stored: &IdentityProvider, file: &IdentityProvider) -> bool {
    let mut stored = stored.clone();
    (stored.profile.id, stored.profile.tenant) = (0, 0);
    stored.authenticators.iter_mut().for_each(|one| one.id = 0);
    stored.connectors.iter_mut().for_each(|one| one.id = 0);
    stored.claims.iter_mut().for_each(|one| one.id = 0);
    stored.default_authenticator_enabled = file.default_authenticator_enabled;
    stored == *file
}
