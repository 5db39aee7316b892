//! Service providers: the applications that let users sign in here by SAML 2.0 (IS 5.3.0, SAMLSSOServiceProviderDO).
//!
//! Those of configuration files follow the files at every start and are open to every tenant, as in the original; those
//! an administrator adds belong to his tenant. Addresses are compared as they stand, so that no answer goes anywhere that
//! was not registered.

mod algorithm;
mod check;

use super::tenant::{self, SUPER_DOMAIN};
use super::user::like_part;
use super::{Actor, Error, Now, Realm, Tenant, TenantId, application, audit, tenant_key};
use crate::store::service_provider::Cut;
use crate::store::{self, Tx};

pub use crate::store::service_provider::ServiceProvider;
pub use algorithm::{DIGESTS, SIGNATURES, USUAL_DIGEST, USUAL_SIGNATURE};
pub use check::{is_one_word, is_web};

/// The service provider that the server brings: its own dashboard.
pub const DASHBOARD: &str = "wso2.my.dashboard";
/// The name of the application behind it.
const DASHBOARD_NAME: &str = "wso2_sp_dashboard";
/// What names are said to be when nothing else is configured, as in the original.
pub const EMAIL_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
/// The alias of the server's own certificate, which is also the super tenant's.
const OWN_ALIAS: &str = "wso2carbon";

impl ServiceProvider {
    /// Where an answer goes that no address was asked for.
    #[must_use]
    pub fn usual_url(&self) -> &str {
        if self.default_url.is_empty() {
            self.consumer_urls.first().map_or("", String::as_str)
        } else {
            &self.default_url
        }
    }

    /// The registered address that was asked for, or the usual one when none was.
    #[must_use]
    pub fn consumer_url<'a>(&'a self, asked: Option<&str>) -> Option<&'a str> {
        match asked {
            None => Some(self.usual_url()).filter(|url| !url.is_empty()),
            Some(asked) => {
                let known = self.consumer_urls.iter().map(String::as_str).chain([self.usual_url()]);
                known.into_iter().find(|known| *known == asked && !known.is_empty())
            }
        }
    }

    /// The dashboard of a server at that address: SaaS, signed, with store and tenant in the name, as the original ships it.
    #[must_use]
    pub fn dashboard(public_url: &str) -> Self {
        let consumer = [public_url, "/dashboard/acs"].concat();
        Self {
            issuer: DASHBOARD.to_owned(),
            name: DASHBOARD_NAME.to_owned(),
            is_saas: true,
            consumer_urls: vec![consumer.clone()],
            default_url: consumer,
            name_id_format: EMAIL_FORMAT.to_owned(),
            store_in_subject: true,
            tenant_in_subject: true,
            sign_response: true,
            sign_assertion: true,
            single_logout: true,
            idp_initiated: true,
            audiences: vec!["carbonServer".to_owned()],
            ..Self::default()
        }
    }

    /// What the original makes of a service provider that only its metadata describe: responses are signed, requests are
    /// verified where it says that it signs them and with which certificate, and the certificate goes under its issuer.
    #[must_use]
    pub fn published(self) -> Self {
        Self {
            certificate_alias: self.certificate.as_ref().map(|_| self.issuer.clone()),
            verify_requests: self.verify_requests && self.certificate.is_some(),
            sign_response: true,
            single_logout: self.logout_request_url.is_some(),
            logout_response_url: self.logout_response_url.or_else(|| self.logout_request_url.clone()),
            ..self
        }
    }

    /// Fills in what nobody said.
    fn completed(mut self) -> Self {
        if self.name.is_empty() {
            self.name.clone_from(&self.issuer);
        }
        if self.name_id_format.is_empty() {
            EMAIL_FORMAT.clone_into(&mut self.name_id_format);
        }
        if self.send_attributes && self.attribute_index.as_ref().is_none_or(String::is_empty) {
            self.attribute_index = Some(new_index());
        }
        self
    }
}

/// A number under which attributes can be asked for, as the original makes them up.
#[must_use]
pub fn new_index() -> String {
    (uuid::Uuid::new_v4().as_u128() % 1_000_000_000).to_string()
}

/// The service provider of an issuer, with the tenant it belongs to: of the tenant that is named beside it or behind an
/// `@`, else of the super tenant; and those of files everywhere.
///
/// # Errors
/// Failures of the database.
pub fn find(
    tx: &mut Tx<'_>,
    tenant_domain: Option<&str>,
    issuer: &str,
) -> Result<Option<(Tenant, ServiceProvider)>, Error> {
    let named = tenant_domain.filter(|domain| !domain.is_empty());
    let split = issuer.rsplit_once('@').filter(|(name, domain)| !name.is_empty() && !domain.is_empty());
    let tries = match (named, split) {
        (Some(domain), _) => vec![(domain, issuer)],
        (None, Some((name, domain))) => vec![(SUPER_DOMAIN, issuer), (domain, name)],
        (None, None) => vec![(SUPER_DOMAIN, issuer)],
    };
    for (domain, name) in tries {
        let Some(tenant) = tenant::find(tx, &domain.to_lowercase())?.filter(|tenant| tenant.active) else {
            continue;
        };
        if let Some(row) = store::service_provider::find(tx, tenant.id.0, name)? {
            return Ok(Some((tenant, row)));
        }
    }
    let shared = store::service_provider::find(tx, TenantId::SUPER.0, issuer)?;
    let Some(row) = shared.filter(|row| row.of_file) else { return Ok(None) };
    Ok(tenant::by_id(tx, TenantId::SUPER)?.map(|tenant| (tenant, row)))
}

/// The service provider of that key, with the tenant it belongs to.
///
/// # Errors
/// Failures of the database.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<(Tenant, ServiceProvider)>, Error> {
    let Some(row) = store::service_provider::by_id(tx, id)? else { return Ok(None) };
    let tenant = tenant::by_id(tx, TenantId(row.tenant))?;
    Ok(tenant.filter(|tenant| tenant.active).map(|tenant| (tenant, row)))
}

/// The service providers that administrators of a tenant added.
///
/// # Errors
/// Failures of the database.
pub fn list(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<ServiceProvider>, Error> {
    let mut added = store::service_provider::all(tx, tenant.0)?;
    added.retain(|one| !one.of_file);
    Ok(added)
}

/// Where users of a tenant may sign in: what its administrators added, and what files open to it. So many in the order of
/// their issuers, from behind one on, whose issuer, name or consumer URL has a part that matches (`*` is anything). Of
/// their lists they have the consumer URLs only.
///
/// # Errors
/// Failures of the database.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    part: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<ServiceProvider>, Error> {
    let pattern = like_part(part);
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let cut = Cut { tenant: tenant.0, shared: false, pattern: &pattern, after, limit: most };
    let mut found = store::service_provider::page(tx, cut)?;
    if tenant != TenantId::SUPER {
        let cut = Cut { tenant: TenantId::SUPER.0, shared: true, ..cut };
        found.extend(store::service_provider::page(tx, cut)?);
        // The sort keeps the tenant's own in front of a shared one of the same issuer, which it hides, see `visible`.
        found.sort_by(|one, other| one.issuer.cmp(&other.issuer));
        found.dedup_by(|later, earlier| later.issuer == earlier.issuer);
        found.truncate(limit);
    }
    Ok(found)
}

/// One of those that [`page`] lists.
///
/// # Errors
/// Failures of the database.
pub fn visible(tx: &mut Tx<'_>, tenant: TenantId, issuer: &str) -> Result<Option<ServiceProvider>, Error> {
    if let Some(own) = store::service_provider::find(tx, tenant.0, issuer)? {
        return Ok(Some(own));
    }
    let shared = store::service_provider::find(tx, TenantId::SUPER.0, issuer)?;
    Ok(shared.filter(|one| one.of_file && one.is_saas))
}

/// Adds a service provider to the actor's tenant; `false` when its issuer is taken, by a file too.
///
/// # Errors
/// What cannot work, in the original's words where it has some; failures of the database.
pub fn add(tx: &mut Tx<'_>, now: Now, actor: &Actor, new: &ServiceProvider) -> Result<bool, Error> {
    check::acceptable(new)?;
    let own = store::service_provider::find(tx, actor.tenant.0, &new.issuer)?;
    let shared = store::service_provider::find(tx, TenantId::SUPER.0, &new.issuer)?;
    if own.is_some() || shared.is_some_and(|one| one.of_file) {
        return Ok(false);
    }
    let mut new =
        ServiceProvider { id: 0, tenant: actor.tenant.0, of_file: false, ..new.clone() }.completed();
    application::adopt(tx, &mut new)?;
    store::service_provider::insert(tx, &new)?;
    audit::record(tx, now, actor, "add service provider", &new.issuer, &new.consumer_urls.join(","))?;
    Ok(true)
}

/// Changes a service provider that was added to the actor's tenant; its issuer stays. Who is signed in there stays so.
/// `change` is given what is stored at that moment.
///
/// # Errors
/// As [`add`]; those of `change`; and that there is none, or that a file says what it is.
pub fn edit(
    tx: &mut Tx<'_>,
    now: Now,
    actor: &Actor,
    issuer: &str,
    change: impl FnOnce(&mut Tx<'_>, &mut ServiceProvider) -> Result<(), Error>,
) -> Result<(), Error> {
    let stored = visible(tx, actor.tenant, issuer)?
        .ok_or_else(|| Error::refused(format!("There is no service provider {issuer}.")))?;
    if stored.of_file {
        return Err(Error::refused(format!(
            "The service provider {issuer} is set in a configuration file and can be changed only there."
        )));
    }
    let mut new = stored.clone();
    change(tx, &mut new)?;
    let (id, tenant, issuer) = (stored.id, stored.tenant, stored.issuer.clone());
    let new = ServiceProvider { id, tenant, issuer, of_file: false, ..new }.completed();
    check::acceptable(&new)?;
    if new != stored {
        store::service_provider::update(tx, &new)?;
        audit::record(tx, now, actor, "change service provider", &new.issuer, &new.consumer_urls.join(","))?;
    }
    Ok(())
}

/// The alias of a tenant's own certificate: a key store of the original has it under the domain.
fn own_alias(tx: &mut Tx<'_>, tenant: TenantId) -> Result<String, Error> {
    if tenant == TenantId::SUPER { Ok(OWN_ALIAS.to_owned()) } else { tenant::domain_of(tx, tenant) }
}

/// Names of certificates: the tenant's own, and those that service providers of the tenant brought.
///
/// # Errors
/// Failures of the database.
pub fn aliases(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<String>, Error> {
    let brought = store::service_provider::certificate_aliases(tx, tenant.0)?;
    Ok(std::iter::once(own_alias(tx, tenant)?).chain(brought).collect())
}

/// The certificate behind an alias. There is no key store: it is the tenant's own, or one that a service provider
/// brought, which goes under its issuer as in the original.
///
/// # Errors
/// Failures of the database.
pub fn certificate(
    tx: &mut Tx<'_>,
    realm: &Realm,
    tenant: TenantId,
    alias: Option<&str>,
) -> Result<Option<String>, Error> {
    let Some(alias) = alias else { return Ok(None) };
    if alias == own_alias(tx, tenant)? {
        return tenant_key::certificate(tx, realm, tenant);
    }
    let known = store::service_provider::find(tx, tenant.0, alias)?.filter(|one| !one.of_file);
    Ok(known.and_then(|one| one.certificate))
}

/// Removes a service provider that was added to the actor's tenant; says whether it was there.
///
/// # Errors
/// Failures of the database.
pub fn remove(tx: &mut Tx<'_>, now: Now, actor: &Actor, issuer: &str) -> Result<bool, Error> {
    let known = store::service_provider::find(tx, actor.tenant.0, issuer)?;
    if known.is_none_or(|one| one.of_file) {
        return Ok(false);
    }
    store::service_provider::delete(tx, actor.tenant.0, issuer)?;
    audit::record(tx, now, actor, "remove service provider", issuer, "")?;
    Ok(true)
}

/// Brings the service providers of files to what the files say now.
///
/// # Errors
/// Failures of the database.
pub fn settle(tx: &mut Tx<'_>, configured: &[ServiceProvider]) -> Result<(), Error> {
    let known = store::service_provider::all(tx, TenantId::SUPER.0)?;
    for provider in configured {
        let (tenant, mut new) = (TenantId::SUPER.0, provider.clone());
        (new.tenant, new.of_file) = (tenant, true);
        match known.iter().find(|known| known.issuer == new.issuer) {
            Some(same) => {
                new.id = same.id;
                if !same.of_file {
                    let issuer = &same.issuer;
                    tracing::warn!(
                        issuer,
                        "a service provider that an administrator registered is the configuration's from now on, and gone with it"
                    );
                }
                if *same != new {
                    store::service_provider::update(tx, &new)?;
                }
            }
            None => {
                store::service_provider::insert(tx, &new)?;
            }
        }
    }
    let is_gone = |one: &&ServiceProvider| {
        one.of_file && !configured.iter().any(|provider| provider.issuer == one.issuer)
    };
    for one in known.iter().filter(is_gone) {
        store::service_provider::delete(tx, one.tenant, &one.issuer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
