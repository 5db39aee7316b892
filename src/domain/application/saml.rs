//! An application and the service provider of its SAML issuer: two things in the original, one to an administrator. What
//! both say (who may sign in, and what the name of a user has around it) is kept with the service provider, whichever of
//! them is changed. Where several applications name an issuer, it is the oldest one's.

use super::{Application, Inbound, Profile, SAML, STANDARD, USUAL};
use crate::domain::name::PRIMARY;
use crate::domain::service_provider::{self, ServiceProvider};
use crate::domain::{Actor, Error, Now, TenantId, tenant};
use crate::store::application::ClaimRow;
use crate::store::{self, Tx};
use std::collections::HashSet;

/// What the application of a service provider says about its users.
#[derive(Debug, Default)]
pub(in crate::domain) struct Settings {
    /// The local claim that is sent instead of the user name.
    pub(in crate::domain) subject_claim: Option<String>,
    /// Local claims that are sent, and under which name.
    pub(in crate::domain) claims: Vec<(String, String)>,
}

/// The application that an issuer belongs to.
fn application_of(tx: &mut Tx<'_>, tenant: i64, issuer: &str) -> Result<Option<Profile>, Error> {
    Ok(store::application::by_inbound(tx, tenant, SAML, issuer)?.into_iter().next())
}

/// The service providers that are this application's: registered for one of its issuers, and not by a file.
fn own(tx: &mut Tx<'_>, application: &Application) -> Result<Vec<ServiceProvider>, Error> {
    let Profile { id, tenant, .. } = application.profile;
    let mut found = Vec::new();
    for one in application.inbound.iter().filter(|one| one.kind == SAML) {
        if application_of(tx, tenant, &one.key)?.is_none_or(|owner| owner.id != id) {
            continue;
        }
        found.extend(store::service_provider::find(tx, tenant, &one.key)?.filter(|one| !one.of_file));
    }
    Ok(found)
}

/// Has an application say what its service provider says.
pub(super) fn show(tx: &mut Tx<'_>, application: &mut Application) -> Result<(), Error> {
    if let Some(provider) = own(tx, application)?.first() {
        let profile = &mut application.profile;
        profile.is_saas = provider.is_saas;
        profile.store_in_subject = provider.store_in_subject;
        profile.tenant_in_subject = provider.tenant_in_subject;
    }
    Ok(())
}

fn follow(provider: &mut ServiceProvider, profile: &Profile) {
    provider.name.clone_from(&profile.name);
    provider.is_saas = profile.is_saas;
    provider.store_in_subject = profile.store_in_subject;
    provider.tenant_in_subject = profile.tenant_in_subject;
}

/// Has the service providers of an application follow it.
pub(super) fn tell(tx: &mut Tx<'_>, application: &Application) -> Result<(), Error> {
    for stored in own(tx, application)? {
        let mut provider = stored.clone();
        follow(&mut provider, &application.profile);
        if provider != stored {
            store::service_provider::update(tx, &provider)?;
        }
    }
    Ok(())
}

/// Removes the service providers of an application.
pub(super) fn remove(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    application: &Application,
) -> Result<(), Error> {
    for provider in own(tx, application)? {
        service_provider::remove(tx, now, actor, &provider.issuer)?;
    }
    Ok(())
}

/// Has a new service provider say what the application says that was there before it.
///
/// # Errors
/// Failures of the database.
pub(in crate::domain) fn adopt(tx: &mut Tx<'_>, provider: &mut ServiceProvider) -> Result<(), Error> {
    if let Some(profile) = application_of(tx, provider.tenant, &provider.issuer)? {
        follow(provider, &profile);
    }
    Ok(())
}

/// What the application of a service provider says about its users; nothing where it has none. A name of the
/// application's own dialect means the local claim that it is mapped to.
///
/// # Errors
/// Failures of the database.
pub(in crate::domain) fn settings_of(tx: &mut Tx<'_>, provider: &ServiceProvider) -> Result<Settings, Error> {
    // What a file says holds.
    if provider.of_file {
        return Ok(Settings::default());
    }
    let Some(profile) = application_of(tx, provider.tenant, &provider.issuer)? else {
        return Ok(Settings::default());
    };
    let mappings = store::application::claims(tx, profile.id)?;
    let subject_claim = profile.subject_claim.filter(|uri| !uri.is_empty()).map(|uri| {
        let meant = mappings.iter().find(|mapping| mapping.remote == uri);
        meant.map_or(uri, |mapping| mapping.local.clone())
    });
    let requested = mappings.into_iter().filter(|mapping| mapping.requested);
    Ok(Settings { subject_claim, claims: requested.map(|one| (one.local, one.remote)).collect() })
}

/// The service providers of a tenant that no application has, as applications. Their keys are negative. One whose name an
/// application has by now is passed over.
pub(super) fn alone(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<Application>, Error> {
    let registered = service_provider::list(tx, tenant)?;
    if registered.is_empty() {
        return Ok(Vec::new());
    }
    let issuers: HashSet<String> = store::application::issuers(tx, tenant.0)?.into_iter().collect();
    let mut names: HashSet<String> =
        store::application::list(tx, tenant.0)?.into_iter().map(|(name, _)| name).collect();
    let owner = tenant::by_id(tx, tenant)?.map(|tenant| tenant.admin_name).unwrap_or_default();
    let registered = registered.into_iter().filter(|one| !issuers.contains(&one.issuer));
    let registered = registered.filter(|one| names.insert(one.name.clone()));
    Ok(registered.map(|one| as_application(one, &owner)).collect())
}

fn as_application(provider: ServiceProvider, owner: &str) -> Application {
    let asked =
        |uri: String| ClaimRow { local: uri.clone(), remote: uri, requested: true, ..ClaimRow::default() };
    Application {
        profile: Profile {
            id: -provider.id,
            tenant: provider.tenant,
            name: provider.name,
            owner_domain: PRIMARY.to_owned(),
            owner_name: owner.to_owned(),
            is_saas: provider.is_saas,
            authentication: USUAL.to_owned(),
            store_in_subject: provider.store_in_subject,
            tenant_in_subject: provider.tenant_in_subject,
            local_dialect: true,
            ..Profile::default()
        },
        inbound: vec![Inbound {
            kind: SAML.to_owned(),
            key: provider.issuer,
            config: STANDARD.to_owned(),
            properties: Vec::new(),
        }],
        claims: provider.claims.into_iter().map(asked).collect(),
        ..Application::default()
    }
}
