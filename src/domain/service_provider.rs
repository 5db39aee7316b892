//! Service providers: the applications that let users sign in here by SAML 2.0 (IS 5.3.0, SAMLSSOServiceProviderDO).
//!
//! Those of configuration files follow the files at every start and are open to every tenant, as in the original; those
//! an administrator adds belong to his tenant. Addresses are compared as they stand, so that no answer goes anywhere that
//! was not registered.

use super::tenant::{self, SUPER_DOMAIN};
use super::{Actor, Error, Now, Tenant, TenantId, audit};
use crate::store::service_provider::ProviderRow;
use crate::store::{self, Tx};

/// The service provider that the server brings: its own dashboard.
pub const DASHBOARD: &str = "wso2.my.dashboard";
/// The name of the application behind it.
const DASHBOARD_NAME: &str = "wso2_sp_dashboard";
/// What names are said to be when nothing else is configured, as in the original.
pub const EMAIL_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

const FROM_FILE: &str = "file";
const FROM_SERVICE: &str = "service";

/// A service provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceProvider {
    /// Key; 0 before it has one.
    pub id: i64,
    /// What requests name.
    pub issuer: String,
    /// What addresses of the login page show.
    pub name: String,
    /// Whether users of every tenant may sign in.
    pub is_saas: bool,
    /// Where answers may go.
    pub consumer_urls: Vec<String>,
    /// Where they go when the request names none; the first of the others when it is empty.
    pub default_url: String,
    /// Format of the user's name.
    pub name_id_format: String,
    /// A claim that is sent instead of the user name.
    pub name_id_claim: Option<String>,
    /// Whether the user name has its store in front.
    pub store_in_subject: bool,
    /// Whether it has its tenant behind.
    pub tenant_in_subject: bool,
    /// Base64 of the certificate that requests are verified with.
    pub certificate: Option<String>,
    /// Whether requests have to be signed.
    pub verify_requests: bool,
    /// Whether responses are signed.
    pub sign_response: bool,
    /// Whether assertions are signed.
    pub sign_assertion: bool,
    /// Whether it takes part in single logout.
    pub single_logout: bool,
    /// Where it wants logout requests; else its default URL.
    pub logout_request_url: Option<String>,
    /// Where it wants logout responses; else its default URL.
    pub logout_response_url: Option<String>,
    /// Whether a user may be sent there who did not ask.
    pub idp_initiated: bool,
    /// Whether a mere address may sign users out.
    pub idp_logout: bool,
    /// Where that may lead to.
    pub return_urls: Vec<String>,
    /// Further audiences.
    pub audiences: Vec<String>,
    /// Further recipients.
    pub recipients: Vec<String>,
    /// Whether claims are sent.
    pub send_attributes: bool,
    /// Which.
    pub claims: Vec<String>,
    /// Index of the attributes, which the original wants in requests.
    pub attribute_index: Option<String>,
    /// Name of the certificate in the original's key store; kept for those who ask.
    pub certificate_alias: Option<String>,
    /// Kept for those who ask.
    pub login_page: Option<String>,
    /// What it wants signatures made with; kept for those who ask.
    pub signing_algorithm: Option<String>,
    /// As well.
    pub digest_algorithm: Option<String>,
}

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
}

const LISTS: [&str; 5] = ["consumer", "audience", "recipient", "claim", "return"];

impl ServiceProvider {
    fn lists(&self) -> [&Vec<String>; 5] {
        [&self.consumer_urls, &self.audiences, &self.recipients, &self.claims, &self.return_urls]
    }

    fn row(&self, tenant: TenantId, origin: &str) -> ProviderRow {
        let own = self.clone();
        let lists = LISTS.into_iter().zip(self.lists());
        ProviderRow {
            id: own.id,
            tenant: tenant.0,
            origin: origin.to_owned(),
            saas: own.is_saas,
            lists: lists
                .flat_map(|(kind, values)| values.iter().map(|value| (kind.to_owned(), value.clone())))
                .collect(),
            issuer: own.issuer,
            name: own.name,
            default_url: own.default_url,
            name_id_format: own.name_id_format,
            name_id_claim: own.name_id_claim,
            store_in_subject: own.store_in_subject,
            tenant_in_subject: own.tenant_in_subject,
            certificate: own.certificate,
            verify_requests: own.verify_requests,
            sign_response: own.sign_response,
            sign_assertion: own.sign_assertion,
            single_logout: own.single_logout,
            logout_request_url: own.logout_request_url,
            logout_response_url: own.logout_response_url,
            idp_initiated: own.idp_initiated,
            idp_logout: own.idp_logout,
            send_attributes: own.send_attributes,
            attribute_index: own.attribute_index,
            certificate_alias: own.certificate_alias,
            login_page: own.login_page,
            signing_algorithm: own.signing_algorithm,
            digest_algorithm: own.digest_algorithm,
        }
    }
}

impl From<ProviderRow> for ServiceProvider {
    fn from(row: ProviderRow) -> Self {
        let list = |kind: &str| {
            row.lists.iter().filter(|(known, _)| known == kind).map(|(_, value)| value.clone()).collect()
        };
        let [consumer_urls, audiences, recipients, claims, return_urls] = LISTS.map(list);
        Self {
            consumer_urls,
            audiences,
            recipients,
            claims,
            return_urls,
            id: row.id,
            issuer: row.issuer,
            name: row.name,
            is_saas: row.saas,
            default_url: row.default_url,
            name_id_format: row.name_id_format,
            name_id_claim: row.name_id_claim,
            store_in_subject: row.store_in_subject,
            tenant_in_subject: row.tenant_in_subject,
            certificate: row.certificate,
            verify_requests: row.verify_requests,
            sign_response: row.sign_response,
            sign_assertion: row.sign_assertion,
            single_logout: row.single_logout,
            logout_request_url: row.logout_request_url,
            logout_response_url: row.logout_response_url,
            idp_initiated: row.idp_initiated,
            idp_logout: row.idp_logout,
            send_attributes: row.send_attributes,
            attribute_index: row.attribute_index,
            certificate_alias: row.certificate_alias,
            login_page: row.login_page,
            signing_algorithm: row.signing_algorithm,
            digest_algorithm: row.digest_algorithm,
        }
    }
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
            return Ok(Some((tenant, row.into())));
        }
    }
    let shared = store::service_provider::find(tx, TenantId::SUPER.0, issuer)?;
    let Some(row) = shared.filter(|row| row.origin == FROM_FILE) else { return Ok(None) };
    Ok(tenant::by_id(tx, TenantId::SUPER)?.map(|tenant| (tenant, row.into())))
}

/// The service provider of that key, with the tenant it belongs to.
///
/// # Errors
/// Failures of the database.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<(Tenant, ServiceProvider)>, Error> {
    let Some(row) = store::service_provider::by_id(tx, id)? else { return Ok(None) };
    let tenant = tenant::by_id(tx, TenantId(row.tenant))?;
    Ok(tenant.filter(|tenant| tenant.active).map(|tenant| (tenant, row.into())))
}

/// The service providers that administrators of a tenant added.
///
/// # Errors
/// Failures of the database.
pub fn list(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<ServiceProvider>, Error> {
    let rows = store::service_provider::all(tx, tenant.0)?;
    Ok(rows.into_iter().filter(|row| row.origin == FROM_SERVICE).map(ServiceProvider::from).collect())
}

/// Adds a service provider to the actor's tenant; `false` when its issuer is taken, by a file too.
///
/// # Errors
/// Failures of the database.
pub fn add(tx: &mut Tx<'_>, now: Now, actor: &Actor, new: &ServiceProvider) -> Result<bool, Error> {
    let own = store::service_provider::find(tx, actor.tenant.0, &new.issuer)?;
    let shared = store::service_provider::find(tx, TenantId::SUPER.0, &new.issuer)?;
    if own.is_some() || shared.is_some_and(|row| row.origin == FROM_FILE) {
        return Ok(false);
    }
    store::service_provider::insert(tx, &new.row(actor.tenant, FROM_SERVICE))?;
    audit::record(tx, now, actor, "add service provider", &new.issuer, &new.consumer_urls.join(","))?;
    Ok(true)
}

/// Removes a service provider that was added to the actor's tenant; says whether it was there.
///
/// # Errors
/// Failures of the database.
pub fn remove(tx: &mut Tx<'_>, now: Now, actor: &Actor, issuer: &str) -> Result<bool, Error> {
    let known = store::service_provider::find(tx, actor.tenant.0, issuer)?;
    if known.is_none_or(|row| row.origin != FROM_SERVICE) {
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
        let mut row = provider.row(TenantId::SUPER, FROM_FILE);
        match known.iter().find(|known| known.issuer == row.issuer) {
            Some(same) => {
                row.id = same.id;
                if *same != row {
                    store::service_provider::update(tx, &row)?;
                }
            }
            None => {
                store::service_provider::insert(tx, &row)?;
            }
        }
    }
    let is_gone = |row: &&ProviderRow| {
        row.origin == FROM_FILE && !configured.iter().any(|provider| provider.issuer == row.issuer)
    };
    for row in known.iter().filter(is_gone) {
        store::service_provider::delete(tx, row.tenant, &row.issuer)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
