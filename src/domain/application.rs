//! Applications: what a service provider is beside the settings of its protocol, and who may look after it. Refusals in
//! the words of IS 5.3.0, ApplicationManagementServiceImpl and ApplicationDAOImpl.
//!
//! An application belongs to the members of the role `Application/<name>`, which is made with it; unlike the original,
//! a tenant's administrators see all of them. Which users get in, and what an application learns of them, is said by the
//! service provider of its issuer, see `single_sign_on`; everything else is kept for those who ask.

mod change;
mod limits;
mod offered;
mod permissions;
mod saml;
#[cfg(test)]
mod tests;
mod write;

pub use change::{New, Sent, create, delete, update};
pub use offered::{
    LOCAL_AUTHENTICATORS, OfferedAuthenticator, REQUEST_PATH_AUTHENTICATORS, provider, providers,
};
pub(super) use permissions::{ROOT as PERMISSIONS, of_tenant as permissions_of_tenant};
pub(super) use saml::{adopt, settings_of};

use super::name::folded;
use super::permission::ADMINISTRATOR;
use super::{Actor, Error, Realm, TenantId, User, role};
use crate::store::application::{StepRow, ValueRow};
use crate::store::{self, Tx};

pub use crate::store::application::{
    ApplicationRow as Profile, ClaimRow as ClaimMapping, ConnectorRow as Connector,
};

/// The application that stands for this server itself. It is made when it is first asked for, and nobody owns it.
pub const RESIDENT: &str = "wso2carbon-local-sp";
/// The kind of configuration whose key is a SAML issuer.
pub const SAML: &str = "samlsso";
/// The name of a configuration that is none in particular.
const STANDARD: &str = "standardAPP";
/// How users sign in unless something else is said.
const USUAL: &str = "default";

/// A way for users to get to an application. Values may be secrets: they are not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Inbound {
    /// `samlsso`, `oauth2` and the like.
    pub kind: String,
    /// What the application is called there; of `samlsso` the issuer.
    pub key: String,
    /// Which configuration of the kind this is.
    pub config: String,
    /// Names and values.
    pub properties: Vec<(String, String)>,
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.key)
    }
}

/// An authenticator within a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub display_name: Option<String>,
}

/// An identity provider within a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Federated {
    /// Its name.
    pub name: String,
    /// Whether it stands for further ones.
    pub federation_hub: bool,
    /// The ways to sign in there.
    pub authenticators: Vec<Choice>,
}

/// A step of signing in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Which one.
    pub order: i64,
    /// Whether it says who the user is.
    pub subject: bool,
    /// Whether it says what is known of him.
    pub attribute: bool,
    /// Authenticators of this server.
    pub local: Vec<Choice>,
    /// Identity providers.
    pub federated: Vec<Federated>,
}

/// A free name and value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    /// Name, once in an application.
    pub name: String,
    /// Value.
    pub value: String,
    /// Name for people.
    pub display_name: Option<String>,
}

/// A local role and what an application calls it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleMapping {
    /// The role here.
    pub local: String,
    /// The role there.
    pub remote: String,
}

/// An application with everything that hangs on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// Its plain fields.
    pub profile: Profile,
    /// The ways for users to get there.
    pub inbound: Vec<Inbound>,
    /// How they sign in.
    pub steps: Vec<Step>,
    /// What it calls claims.
    pub claims: Vec<ClaimMapping>,
    /// Where users are provisioned to.
    pub connectors: Vec<Connector>,
    /// What it calls roles.
    pub roles: Vec<RoleMapping>,
    /// The names of authenticators that work without a page.
    pub request_paths: Vec<String>,
    /// Free names and values.
    pub properties: Vec<Setting>,
    /// Permissions of its own, below `/permission/applications/<name>`.
    pub permissions: Vec<String>,
}

/// The refusal that tells nothing: of an application that is not there, too.
fn not_authorized() -> Error {
    Error::refused("User not authorized")
}

/// The role whose members look after an application.
fn role_of(name: &str) -> String {
    ["Application/", name].concat()
}

/// Whether the actor looks after every application of his tenant.
fn looks_after_all(tx: &mut Tx<'_>, actor: &Actor) -> Result<bool, Error> {
    actor.may(tx, &ADMINISTRATOR)
}

/// Whether the actor may look after the application of that name.
fn may(tx: &mut Tx<'_>, actor: &Actor, name: &str) -> Result<bool, Error> {
    if looks_after_all(tx, actor)? {
        return Ok(true);
    }
    let Some(role) = role::find(tx, actor.tenant, &role_of(name))? else { return Ok(false) };
    Ok(store::role::is_member(tx, role, actor.user.0)?)
}

/// The application of that name. A service provider that was registered without an application counts as one.
///
/// # Errors
/// That it is not there, or that it is not for the actor: both read the same.
pub fn get(tx: &mut Tx<'_>, realm: &Realm, actor: &Actor, name: &str) -> Result<Application, Error> {
    if let Some(profile) = store::application::find(tx, actor.tenant.0, name)? {
        if name != RESIDENT && !may(tx, actor, name)? {
            return Err(not_authorized());
        }
        return read(tx, realm, profile);
    }
    let alone = saml::alone(tx, actor.tenant)?.into_iter().find(|one| one.profile.name == name);
    alone.ok_or_else(not_authorized)
}

/// Makes the application of the server itself, if it is not there yet.
///
/// # Errors
/// Failures of the database.
pub fn ensure_resident(tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Error> {
    if store::application::find(tx, tenant.0, RESIDENT)?.is_none() {
        let profile = Profile {
            tenant: tenant.0,
            name: RESIDENT.to_owned(),
            description: Some("Local Service Provider".to_owned()),
            owner_domain: super::name::PRIMARY.to_owned(),
            owner_name: super::name::SYSTEM_USER.to_owned(),
            authentication: USUAL.to_owned(),
            local_dialect: true,
            ..Profile::default()
        };
        store::application::insert(tx, &profile)?;
    }
    Ok(())
}

/// Whether [`ensure_resident`] has anything to do.
///
/// # Errors
/// Failures of the database.
pub fn has_resident(tx: &mut Tx<'_>, tenant: TenantId) -> Result<bool, Error> {
    Ok(store::application::find(tx, tenant.0, RESIDENT)?.is_some())
}

/// Names and descriptions of the applications that the actor looks after, oldest first, and behind them of the service
/// providers without one. That of the server itself is not among them.
///
/// # Errors
/// Failures of the database.
pub fn list(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<(String, Option<String>)>, Error> {
    let mut listed = store::application::list(tx, actor.tenant.0)?;
    listed.retain(|(name, _)| name != RESIDENT);
    if !looks_after_all(tx, actor)? {
        let own = match User::by_id(tx, actor.user.0)? {
            Some(user) => role::of_user(tx, &user)?,
            None => Vec::new(),
        };
        let own: std::collections::HashSet<String> = own.iter().map(|role| folded(role)).collect();
        listed.retain(|(name, _)| own.contains(&folded(&role_of(name))));
    }
    let alone = saml::alone(tx, actor.tenant)?;
    listed.extend(alone.into_iter().map(|one| (one.profile.name, one.profile.description)));
    Ok(listed)
}

/// A stored application with everything that hangs on it, secrets in clear.
fn read(tx: &mut Tx<'_>, realm: &Realm, profile: Profile) -> Result<Application, Error> {
    let id = profile.id;
    let names = |rows: Vec<ValueRow>| rows.into_iter().map(|row| row.name).collect();
    let mut application = Application {
        inbound: write::opened(&realm.key, id, store::application::inbound(tx, id)?)?,
        steps: steps(store::application::steps(tx, id)?),
        claims: store::application::claims(tx, id)?,
        connectors: store::application::connectors(tx, id)?,
        roles: store::application::values(tx, id, write::ROLE)?
            .into_iter()
            .map(|row| RoleMapping { local: row.name, remote: row.value.unwrap_or_default() })
            .collect(),
        request_paths: names(store::application::values(tx, id, write::REQUEST_PATH)?),
        properties: store::application::values(tx, id, write::PROPERTY)?
            .into_iter()
            .map(|row| Setting {
                name: row.name,
                value: row.value.unwrap_or_default(),
                display_name: row.label,
            })
            .collect(),
        permissions: names(store::application::values(tx, id, write::PERMISSION)?),
        profile,
    };
    saml::show(tx, &mut application)?;
    Ok(application)
}

/// Rows of steps, in their order, made into steps. A step without any way to sign in is none.
fn steps(rows: Vec<StepRow>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for row in rows {
        if steps.last().is_none_or(|last| last.order != row.step) {
            steps.push(Step { order: row.step, ..Step::default() });
        }
        let Some(step) = steps.last_mut() else { continue };
        (step.subject, step.attribute) = (row.subject, row.attribute);
        let choice = Choice { name: row.authenticator, display_name: row.display_name };
        let Some(name) = row.idp_name else {
            step.local.push(choice);
            continue;
        };
        match step.federated.iter_mut().find(|known| known.name == name) {
            Some(known) => known.authenticators.push(choice),
            None => step.federated.push(Federated {
                name,
                federation_hub: row.federation_hub,
                authenticators: vec![choice],
            }),
        }
    }
    steps
}
