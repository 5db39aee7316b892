//! Making, changing and deleting applications. Everything is checked before the first row is written, and all of it is one
//! transaction; of two changes the later one wins whole.

use super::{
    Application, Federated, Inbound, Profile, RESIDENT, STANDARD, Setting, Step, USUAL, limits, may,
    not_authorized, permissions, read, role_of, saml, write,
};
use crate::domain::name::{PRIMARY, shown};
use crate::domain::{Actor, Error, Now, Realm, TenantId, User, audit, identity_provider, role};
use crate::store::{self, Tx};

/// The name of the service provider that every installation has in a file: what holds for those without an application.
const OF_EVERY_FILE: &str = "default";
/// What the original calls this server where it is an identity provider.
const LOCAL_PROVIDER: &str = "wso2carbon-local-idp";
/// The kinds whose key is said; of any other it is the application's name.
const KEYED: [&str; 5] = ["oauth2", "wstrust", "samlsso", "openid", "passivests"];

/// What an application is made of; the rest comes with its first change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct New {
    /// Name.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Free names and values.
    pub properties: Vec<Setting>,
    /// Permissions of its own.
    pub permissions: Vec<String>,
}

/// What an application is to be from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// What was sent. Who made it is not looked at.
    pub application: Application,
    /// Whether it says anything about signing in; else only the steps go.
    pub says_authentication: bool,
    /// Whether it says anything about claims; else only the mappings go.
    pub says_claims: bool,
    /// Whether provisioning in both directions and permissions were sent, without which the original gives up.
    pub is_complete: bool,
}

fn is_in_a_file(tx: &mut Tx<'_>, name: &str) -> Result<bool, Error> {
    Ok(name == OF_EVERY_FILE || store::service_provider::is_of_file(tx, TenantId::SUPER.0, name)?)
}

/// Makes an application and the role of those who look after it, with the actor in it.
///
/// # Errors
/// The original's texts, in its order.
pub fn create(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, new: &New) -> Result<(), Error> {
    let name = &new.name;
    if name.trim().is_empty() {
        return Err(Error::refused("Application Name is required"));
    }
    if is_in_a_file(tx, name)? {
        return Err(Error::refused("Application with the same name loaded from the file system."));
    }
    let failed = || Error::refused("Error while Creating Application");
    if name == RESIDENT {
        return Err(failed());
    }
    limits::named(name, new.description.as_ref())
        .map_err(|error| error.reworded(|_| failed().to_string()))?;
    let kept = kept(&new.permissions).map_err(|error| {
        error.reworded(|_| format!("Error while storing permissions for application {name}"))
    })?;
    limits::settings(&new.properties).map_err(|error| error.reworded(|_| failed().to_string()))?;
    let profile = Profile { name: name.clone(), description: new.description.clone(), ..Profile::default() };
    let id = insert(tx, now, realm, actor, profile)?;
    write::properties(tx, id, &new.properties)?;
    write::permissions(tx, id, &kept)?;
    audit::record(tx, now, actor, "create", &id.to_string(), name)
}

/// Adds the row and the role of an application.
fn insert(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, profile: Profile) -> Result<i64, Error> {
    let owner = User::by_id(tx, actor.user.0)?;
    let (owner_domain, owner_name) =
        owner.map_or_else(|| (PRIMARY.to_owned(), actor.name.clone()), |user| (user.domain, user.name));
    let (role, member) = (role_of(&profile.name), shown(&owner_domain, &owner_name));
    role::add(tx, now, realm, actor, &role, &[member], &[]).map_err(|error| {
        error.reworded(|_| format!("Error while creating application role: {role} with user {}", actor.name))
    })?;
    let profile = Profile {
        tenant: actor.tenant.0,
        owner_domain,
        owner_name,
        authentication: USUAL.to_owned(),
        local_dialect: true,
        ..profile
    };
    match store::application::insert(tx, &profile) {
        Err(store::Error::Constraint(_)) => Err(Error::refused("Error while Creating Application")),
        other => Ok(other?),
    }
}

fn kept(typed: &[String]) -> Result<Vec<String>, Error> {
    let mut all: Vec<String> = Vec::with_capacity(typed.len());
    for one in typed {
        let one = permissions::kept(one)?;
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all)
}

/// Changes an application that the actor looks after. Its parts are replaced; who made it stays. A service provider that
/// had no application gets one.
///
/// # Errors
/// That it is none of the actor's; whatever else there is reads the same, as in the original.
pub fn update(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, sent: Sent) -> Result<(), Error> {
    let (id, name) = (sent.application.profile.id, sent.application.profile.name.clone());
    let shown = if name.is_empty() { "null" } else { &name };
    let failed = || format!("Error occurred while updating the application: {shown}");
    let stored = match id {
        ..0 => adopted(tx, now, realm, actor, id).map_err(|error| error.reworded(|_| failed()))?,
        _ => store::application::by_id(tx, actor.tenant.0, id)?,
    };
    let Some(stored) = stored else {
        let is_known = store::application::find(tx, actor.tenant.0, &name)?.is_some();
        return Err(if is_known && may(tx, actor, &name)? {
            Error::refused(failed())
        } else {
            not_authorized()
        });
    };
    if stored.name != RESIDENT && !may(tx, actor, &stored.name)? {
        return Err(not_authorized());
    }
    let stored = read(tx, realm, stored)?;
    change(tx, now, realm, actor, stored, sent).map_err(|error| {
        error.reworded(|why| {
            tracing::info!(why, application = shown, "an application was not changed");
            failed()
        })
    })
}

/// The application that a service provider without one gets.
fn adopted(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    id: i64,
) -> Result<Option<Profile>, Error> {
    let alone = saml::alone(tx, actor.tenant)?.into_iter().find(|one| one.profile.id == id);
    let Some(alone) = alone else { return Ok(None) };
    if is_in_a_file(tx, &alone.profile.name)? || alone.profile.name == RESIDENT {
        return Ok(None);
    }
    let id = insert(tx, now, realm, actor, Profile { id: 0, ..alone.profile })?;
    Ok(store::application::by_id(tx, actor.tenant.0, id)?)
}

fn change(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    stored: Application,
    sent: Sent,
) -> Result<(), Error> {
    let new_name = sent.application.profile.name.clone();
    if new_name.trim().is_empty() {
        return Err(Error::refused("Application Name is required."));
    }
    if is_in_a_file(tx, &new_name)? {
        return Err(Error::refused("Application with the same name loaded from the file system."));
    }
    if !sent.is_complete {
        return Err(Error::refused("Provisioning and permissions have to be sent"));
    }
    let new = merged(tx, actor, &stored, sent)?;
    limits::whole(&new)?;
    if new_name != stored.profile.name {
        rename(tx, now, realm, actor, &stored, &new_name)?;
    }
    let id = new.profile.id;
    match store::application::update(tx, &new.profile) {
        Err(store::Error::Constraint(_)) => return Err(Error::refused("The name is taken")),
        other => other?,
    };
    let asked = kept(&new.permissions)?;
    permissions::revoke(tx, actor.tenant, &new_name, &stored.permissions, &asked)?;
    // None at all leaves them there, in nobody's hands, as in the original.
    let permissions = if asked.is_empty() { stored.permissions } else { asked };
    let new = Application { permissions, ..new };
    write::replace(tx, &realm.key, &new)?;
    saml::tell(tx, &new)?;
    audit::record(tx, now, actor, "update", &id.to_string(), &new_name)
}

/// Gives an application another name, and with it its role and permissions.
fn rename(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    stored: &Application,
    to: &str,
) -> Result<(), Error> {
    let from = stored.profile.name.as_str();
    if from == RESIDENT || to == RESIDENT {
        return Err(Error::refused("The application of the server itself keeps its name"));
    }
    // Somebody may have deleted the role.
    if role::find(tx, actor.tenant, &role_of(from))?.is_some() {
        role::rename(tx, now, realm, actor, &role_of(from), &role_of(to))?;
    }
    permissions::rename(tx, actor.tenant, (from, to), &stored.permissions)
}

/// What was sent, with what it does not say and what nobody may say.
fn merged(tx: &mut Tx<'_>, actor: &Actor, stored: &Application, sent: Sent) -> Result<Application, Error> {
    let Sent { mut application, says_authentication, says_claims, .. } = sent;
    let (new, old) = (&mut application.profile, &stored.profile);
    (new.id, new.tenant) = (old.id, old.tenant);
    new.owner_domain.clone_from(&old.owner_domain);
    new.owner_name.clone_from(&old.owner_name);
    if !says_authentication {
        new.authentication.clone_from(&old.authentication);
        new.subject_claim.clone_from(&old.subject_claim);
        (new.store_in_subject, new.tenant_in_subject) = (old.store_in_subject, old.tenant_in_subject);
        (new.authorize, new.send_providers) = (old.authorize, old.send_providers);
    } else if new.authentication.is_empty() || application.steps.is_empty() {
        USUAL.clone_into(&mut new.authentication);
    }
    if !says_claims {
        (new.local_dialect, new.send_local_subject) = (old.local_dialect, old.send_local_subject);
    }
    if new.role_claim.is_none() {
        new.role_claim.clone_from(&old.role_claim);
    }
    let authentication = new.authentication.clone();
    check_steps(tx, actor, &authentication, &mut application.steps)?;
    for one in &mut application.inbound {
        complete(one, &application.profile.name);
    }
    Ok(application)
}

/// What the original makes of a configuration: a key where none counts, and no empty properties.
fn complete(one: &mut Inbound, name: &str) {
    if !KEYED.contains(&one.kind.as_str()) || one.key.trim().is_empty() {
        name.clone_into(&mut one.key);
    }
    if one.config.trim().is_empty() {
        STANDARD.clone_into(&mut one.config);
    }
    one.properties.retain(|(_, value)| !value.trim().is_empty());
}

/// Refuses steps that make no sense for a kind of authentication. A provider that is used as a whole is used by its
/// default authenticator.
fn check_steps(
    tx: &mut Tx<'_>,
    actor: &Actor,
    authentication: &str,
    steps: &mut [Step],
) -> Result<(), Error> {
    if steps.iter().any(|step| step.local.is_empty() && step.federated.is_empty()) {
        return Err(Error::refused(
            "An authentication step should have at least one federated identity provider or a local authenticator",
        ));
    }
    let mut named = steps.iter().flat_map(|step| &step.federated);
    if named.any(|one| one.name.eq_ignore_ascii_case(LOCAL_PROVIDER)) {
        return Err(Error::refused(format!("The federated IdP name cannot be equal to {LOCAL_PROVIDER}")));
    }
    let shape = |step: &Step| (step.local.len(), step.federated.len());
    match (authentication.to_lowercase().as_str(), steps) {
        (_, []) => Ok(()),
        ("local", [only]) if shape(only) == (1, 0) => Ok(()),
        ("local", _) => Err(Error::refused(
            "For local authentication there can only be one authentication step and one local authenticator",
        )),
        ("federated", [only]) if shape(only) == (0, 1) => {
            only.federated.iter_mut().try_for_each(|one| use_default(tx, actor, one))
        }
        ("federated", _) => Err(Error::refused(
            "For federated authentication there can only be one authentication step and one identity provider",
        )),
        _ => Ok(()),
    }
}

/// Has a provider be used by its default authenticator, unless another was named.
fn use_default(tx: &mut Tx<'_>, actor: &Actor, one: &mut Federated) -> Result<(), Error> {
    if one.authenticators.is_empty() {
        let found = identity_provider::visible(tx, actor.tenant, &one.name)?;
        let found =
            found.ok_or_else(|| Error::refused(format!("There is no identity provider {}", one.name)))?;
        let named = found.default_authenticator.map(|name| super::Choice { name, display_name: None });
        one.authenticators.extend(named);
    }
    Ok(())
}

/// Deletes an application that the actor looks after, with its role, its permissions and the service providers of its
/// issuers. That of the server itself stays.
///
/// # Errors
/// That it is none of the actor's.
pub fn delete(tx: &mut Tx<'_>, now: Now, realm: &Realm, actor: &Actor, name: &str) -> Result<(), Error> {
    let Some(profile) = store::application::find(tx, actor.tenant.0, name)? else {
        let alone = saml::alone(tx, actor.tenant)?.into_iter().find(|one| one.profile.name == name);
        let alone = alone.ok_or_else(not_authorized)?;
        for one in &alone.inbound {
            crate::domain::service_provider::remove(tx, now, actor, &one.key)?;
        }
        return Ok(());
    };
    if name == RESIDENT || !may(tx, actor, name)? {
        return Err(not_authorized());
    }
    let stored = read(tx, realm, profile)?;
    saml::remove(tx, now, actor, &stored)?;
    permissions::revoke_all(tx, actor.tenant, name, &stored.permissions)?;
    if role::find(tx, actor.tenant, &role_of(name))?.is_some() {
        role::delete(tx, now, actor, &role_of(name))?;
    }
    store::application::delete(tx, stored.profile.id)?;
    audit::record(tx, now, actor, "delete", name, "null")
}
