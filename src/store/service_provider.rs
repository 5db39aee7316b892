//! SQL of the service providers of single sign-on.

use super::{Error, Row, Tx, Value};
use std::collections::HashMap;

/// A service provider: an application that lets users sign in here by SAML 2.0.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceProvider {
    /// Key; 0 before it has one.
    pub id: i64,
    /// Key of the tenant it belongs to.
    pub tenant: i64,
    /// Whether it follows a configuration file; else an administrator added it.
    pub of_file: bool,
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
    /// Whether assertions are encrypted with the key of the certificate.
    pub encrypt_assertion: bool,
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
    /// What it wants signatures made with, a URI.
    pub signing_algorithm: Option<String>,
    /// What it wants hashed with for that, a URI.
    pub digest_algorithm: Option<String>,
}

/// The lists of a service provider, by the kind of their rows.
type List = (&'static str, fn(&mut ServiceProvider) -> &mut Vec<String>);
const LISTS: [List; 5] = [
    ("consumer", |one| &mut one.consumer_urls),
    ("audience", |one| &mut one.audiences),
    ("recipient", |one| &mut one.recipients),
    ("claim", |one| &mut one.claims),
    ("return", |one| &mut one.return_urls),
];

const FILE: &str = "file";
const SERVICE: &str = "service";

const COLUMNS: &str = "id, tenant_id, issuer, name, origin, saas, default_url, name_id_format, name_id_claim, \
    store_in_subject, tenant_in_subject, certificate, verify_requests, sign_response, sign_assertion, single_logout, \
    logout_request_url, logout_response_url, idp_initiated, idp_logout, send_attributes, attribute_index, \
    certificate_alias, login_page, signing_algorithm, digest_algorithm, encrypt_assertion";
/// The place of the last of them in a row.
const LAST_COLUMN: usize = 26;

fn read(row: &Row<'_>) -> Result<ServiceProvider, Error> {
    Ok(ServiceProvider {
        id: row.int(0)?,
        tenant: row.int(1)?,
        issuer: row.text(2)?,
        name: row.text(3)?,
        of_file: row.text(4)? == FILE,
        is_saas: row.flag(5)?,
        default_url: row.text(6)?,
        name_id_format: row.text(7)?,
        name_id_claim: row.opt_text(8)?,
        store_in_subject: row.flag(9)?,
        tenant_in_subject: row.flag(10)?,
        certificate: row.opt_text(11)?,
        verify_requests: row.flag(12)?,
        sign_response: row.flag(13)?,
        sign_assertion: row.flag(14)?,
        single_logout: row.flag(15)?,
        logout_request_url: row.opt_text(16)?,
        logout_response_url: row.opt_text(17)?,
        idp_initiated: row.flag(18)?,
        idp_logout: row.flag(19)?,
        send_attributes: row.flag(20)?,
        attribute_index: row.opt_text(21)?,
        certificate_alias: row.opt_text(22)?,
        login_page: row.opt_text(23)?,
        signing_algorithm: row.opt_text(24)?,
        digest_algorithm: row.opt_text(25)?,
        encrypt_assertion: row.flag(LAST_COLUMN)?,
        ..ServiceProvider::default()
    })
}

fn values(row: &ServiceProvider) -> Vec<Value<'_>> {
    vec![
        row.tenant.into(),
        (&row.issuer).into(),
        (&row.name).into(),
        (if row.of_file { FILE } else { SERVICE }).into(),
        row.is_saas.into(),
        (&row.default_url).into(),
        (&row.name_id_format).into(),
        row.name_id_claim.as_deref().into(),
        row.store_in_subject.into(),
        row.tenant_in_subject.into(),
        row.certificate.as_deref().into(),
        row.verify_requests.into(),
        row.sign_response.into(),
        row.sign_assertion.into(),
        row.single_logout.into(),
        row.logout_request_url.as_deref().into(),
        row.logout_response_url.as_deref().into(),
        row.idp_initiated.into(),
        row.idp_logout.into(),
        row.send_attributes.into(),
        row.attribute_index.as_deref().into(),
        row.certificate_alias.as_deref().into(),
        row.login_page.as_deref().into(),
        row.signing_algorithm.as_deref().into(),
        row.digest_algorithm.as_deref().into(),
        row.encrypt_assertion.into(),
    ]
}

fn add_to_list(provider: &mut ServiceProvider, kind: &str, value: String) {
    if let Some((_, list)) = LISTS.iter().find(|(known, _)| *known == kind) {
        list(provider).push(value);
    }
}

fn with_lists(tx: &mut Tx<'_>, mut provider: ServiceProvider) -> Result<ServiceProvider, Error> {
    let values = tx.query(
        "SELECT kind, value FROM service_provider_value WHERE provider_id = $1 ORDER BY kind, position",
        &[provider.id.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    values.into_iter().for_each(|(kind, value)| add_to_list(&mut provider, &kind, value));
    Ok(provider)
}

/// The service provider of an issuer.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64, issuer: &str) -> Result<Option<ServiceProvider>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM service_provider WHERE tenant_id = $1 AND issuer = $2");
    let found = tx.opt(&sql, &[tenant.into(), issuer.into()], read)?;
    found.map(|row| with_lists(tx, row)).transpose()
}

/// The service provider of that key.
///
/// # Errors
/// As [`find`].
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<ServiceProvider>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM service_provider WHERE id = $1");
    let found = tx.opt(&sql, &[id.into()], read)?;
    found.map(|row| with_lists(tx, row)).transpose()
}

/// What a page of service providers is cut out of.
#[derive(Debug, Clone, Copy)]
pub struct Cut<'a> {
    /// Tenant.
    pub tenant: i64,
    /// Whether only those are listed that its configuration files open to every tenant.
    pub shared: bool,
    /// A `LIKE` pattern over issuers, names and consumer URLs; the case of letters is no matter.
    pub pattern: &'a str,
    /// The issuer that the page begins behind.
    pub after: &'a str,
    /// Most rows.
    pub limit: i64,
}

/// Service providers of a tenant in the order of their issuers; of their lists they have the consumer URLs only.
///
/// # Errors
/// As [`find`].
pub fn page(tx: &mut Tx<'_>, cut: Cut<'_>) -> Result<Vec<ServiceProvider>, Error> {
    let rows = tx.query(
        &page_statement(cut.shared),
        &[cut.tenant.into(), cut.after.into(), cut.pattern.into(), cut.limit.into()],
        |row| Ok((read(row)?, row.opt_text(LAST_COLUMN + 1)?)),
    )?;
    let mut listed: Vec<ServiceProvider> = Vec::new();
    for (row, url) in rows {
        if listed.last().is_none_or(|last| last.id != row.id) {
            listed.push(row);
        }
        if let Some(last) = listed.last_mut() {
            last.consumer_urls.extend(url);
        }
    }
    Ok(listed)
}

fn page_statement(shared: bool) -> String {
    let which = if shared { "AND p.origin = 'file' AND p.saas = 1" } else { "" };
    format!(
        "SELECT {COLUMNS}, v.value FROM (SELECT * FROM service_provider p \
         WHERE p.tenant_id = $1 {which} AND p.issuer > $2 AND (lower(p.issuer) LIKE lower($3) ESCAPE '\\' \
         OR lower(p.name) LIKE lower($3) ESCAPE '\\' OR EXISTS (SELECT 1 FROM service_provider_value u \
         WHERE u.provider_id = p.id AND u.kind = 'consumer' AND lower(u.value) LIKE lower($3) ESCAPE '\\')) \
         ORDER BY p.issuer LIMIT $4) one LEFT JOIN service_provider_value v \
         ON v.provider_id = one.id AND v.kind = 'consumer' ORDER BY issuer, position"
    )
}

/// Whether a configuration file of a tenant has a service provider of that name.
///
/// # Errors
/// As [`find`].
pub fn is_of_file(tx: &mut Tx<'_>, tenant: i64, name: &str) -> Result<bool, Error> {
    let sql =
        "SELECT id FROM service_provider WHERE tenant_id = $1 AND origin = 'file' AND name = $2 LIMIT 1";
    Ok(tx.opt(sql, &[tenant.into(), name.into()], |row| row.int(0))?.is_some())
}

/// Issuers of the service providers of a tenant whose certificate goes under their own name.
///
/// # Errors
/// As [`find`].
pub fn certificate_aliases(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<String>, Error> {
    let sql = "SELECT issuer FROM service_provider \
        WHERE tenant_id = $1 AND origin = 'service' AND certificate_alias = issuer ORDER BY issuer";
    tx.query(sql, &[tenant.into()], |row| row.text(0))
}

/// The service providers of a tenant, by issuer.
///
/// # Errors
/// As [`find`].
pub fn all(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<ServiceProvider>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM service_provider WHERE tenant_id = $1 ORDER BY issuer");
    let mut rows = tx.query(&sql, &[tenant.into()], read)?;
    let lists = tx.query(
        "SELECT v.provider_id, v.kind, v.value FROM service_provider p \
         JOIN service_provider_value v ON v.provider_id = p.id WHERE p.tenant_id = $1 \
         ORDER BY v.provider_id, v.kind, v.position",
        &[tenant.into()],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)),
    )?;
    let places: HashMap<i64, usize> = rows.iter().map(|row| row.id).zip(0..).collect();
    for (id, kind, value) in lists {
        if let Some(row) = places.get(&id).and_then(|place| rows.get_mut(*place)) {
            add_to_list(row, &kind, value);
        }
    }
    Ok(rows)
}

/// Adds a service provider; its key.
///
/// # Errors
/// As [`find`].
pub fn insert(tx: &mut Tx<'_>, row: &ServiceProvider) -> Result<i64, Error> {
    let columns = COLUMNS.strip_prefix("id, ").unwrap_or(COLUMNS);
    let places: Vec<String> = (1..=values(row).len()).map(|place| format!("${place}")).collect();
    let sql = format!("INSERT INTO service_provider ({columns}) VALUES ({})", places.join(", "));
    let id = tx.insert(&sql, &values(row))?;
    insert_lists(tx, id, row)?;
    Ok(id)
}

/// Changes a service provider; who is signed in there stays so.
///
/// # Errors
/// As [`find`].
pub fn update(tx: &mut Tx<'_>, row: &ServiceProvider) -> Result<usize, Error> {
    let columns = COLUMNS.strip_prefix("id, ").unwrap_or(COLUMNS);
    let settings: Vec<String> = (1..)
        .zip(columns.split(", "))
        .map(|(place, column)| format!("{} = ${place}", column.trim()))
        .collect();
    let mut parameters = values(row);
    let sql =
        format!("UPDATE service_provider SET {} WHERE id = ${}", settings.join(", "), parameters.len() + 1);
    parameters.push(row.id.into());
    let changed = tx.execute(&sql, &parameters)?;
    tx.execute("DELETE FROM service_provider_value WHERE provider_id = $1", &[row.id.into()])?;
    insert_lists(tx, row.id, row)?;
    Ok(changed)
}

fn insert_lists(tx: &mut Tx<'_>, id: i64, row: &ServiceProvider) -> Result<(), Error> {
    let mut own = row.clone();
    for (kind, list) in LISTS {
        for (position, value) in (0_i64..).zip(list(&mut own).iter()) {
            tx.execute(
                "INSERT INTO service_provider_value (provider_id, kind, position, value) VALUES ($1, $2, $3, $4)",
                &[id.into(), kind.into(), position.into(), value.into()],
            )?;
        }
    }
    Ok(())
}

/// Removes a service provider; says whether it was there.
///
/// # Errors
/// As [`find`].
pub fn delete(tx: &mut Tx<'_>, tenant: i64, issuer: &str) -> Result<bool, Error> {
    let sql = "DELETE FROM service_provider WHERE tenant_id = $1 AND issuer = $2";
    Ok(tx.execute(sql, &[tenant.into(), issuer.into()])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::listing::tests::plan;

    #[test]
    fn a_page_is_read_along_the_index_of_its_order() {
        for shared in [false, true] {
            let plan = plan(&page_statement(shared));
            assert!(plan.contains("SEARCH p USING INDEX"), "{plan}");
            assert!(plan.contains("(tenant_id=? AND issuer>?)") && !plan.contains("SCAN p"), "{plan}");
            // Only the addresses of a page's rows are sorted.
            assert_eq!(plan.matches("TEMP B-TREE").count(), 1, "{plan}");
        }
    }
}
