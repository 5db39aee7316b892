//! SQL of the service providers of single sign-on.

use super::{Error, Row, Tx, Value};

/// A service provider as stored, with its lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the schema says what a column means")]
pub struct ProviderRow {
    pub id: i64,
    pub tenant: i64,
    pub issuer: String,
    pub name: String,
    pub origin: String,
    pub saas: bool,
    pub default_url: String,
    pub name_id_format: String,
    pub name_id_claim: Option<String>,
    pub store_in_subject: bool,
    pub tenant_in_subject: bool,
    pub certificate: Option<String>,
    pub verify_requests: bool,
    pub sign_response: bool,
    pub sign_assertion: bool,
    pub single_logout: bool,
    pub logout_request_url: Option<String>,
    pub logout_response_url: Option<String>,
    pub idp_initiated: bool,
    pub idp_logout: bool,
    pub send_attributes: bool,
    pub attribute_index: Option<String>,
    pub certificate_alias: Option<String>,
    pub login_page: Option<String>,
    pub signing_algorithm: Option<String>,
    pub digest_algorithm: Option<String>,
    pub lists: Vec<(String, String)>,
}

const COLUMNS: &str = "id, tenant_id, issuer, name, origin, saas, default_url, name_id_format, name_id_claim, \
    store_in_subject, tenant_in_subject, certificate, verify_requests, sign_response, sign_assertion, single_logout, \
    logout_request_url, logout_response_url, idp_initiated, idp_logout, send_attributes, attribute_index, \
    certificate_alias, login_page, signing_algorithm, digest_algorithm";

fn read(row: &Row<'_>) -> Result<ProviderRow, Error> {
    Ok(ProviderRow {
        id: row.int(0)?,
        tenant: row.int(1)?,
        issuer: row.text(2)?,
        name: row.text(3)?,
        origin: row.text(4)?,
        saas: row.flag(5)?,
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
        lists: Vec::new(),
    })
}

fn values(row: &ProviderRow) -> Vec<Value<'_>> {
    vec![
        row.tenant.into(),
        (&row.issuer).into(),
        (&row.name).into(),
        (&row.origin).into(),
        row.saas.into(),
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
    ]
}

fn with_lists(tx: &mut Tx<'_>, mut row: ProviderRow) -> Result<ProviderRow, Error> {
    row.lists = tx.query(
        "SELECT kind, value FROM service_provider_value WHERE provider_id = $1 ORDER BY kind, position",
        &[row.id.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    Ok(row)
}

/// The service provider of an issuer.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64, issuer: &str) -> Result<Option<ProviderRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM service_provider WHERE tenant_id = $1 AND issuer = $2");
    let found = tx.opt(&sql, &[tenant.into(), issuer.into()], read)?;
    found.map(|row| with_lists(tx, row)).transpose()
}

/// The service provider of that key.
///
/// # Errors
/// As [`find`].
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<ProviderRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM service_provider WHERE id = $1");
    let found = tx.opt(&sql, &[id.into()], read)?;
    found.map(|row| with_lists(tx, row)).transpose()
}

/// The service providers of a tenant, by issuer.
///
/// # Errors
/// As [`find`].
pub fn all(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<ProviderRow>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM service_provider WHERE tenant_id = $1 ORDER BY issuer");
    let mut rows = tx.query(&sql, &[tenant.into()], read)?;
    let lists = tx.query(
        "SELECT v.provider_id, v.kind, v.value FROM service_provider p \
         JOIN service_provider_value v ON v.provider_id = p.id WHERE p.tenant_id = $1 \
         ORDER BY v.provider_id, v.kind, v.position",
        &[tenant.into()],
        |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)),
    )?;
    for (id, kind, value) in lists {
        if let Some(row) = rows.iter_mut().find(|row| row.id == id) {
            row.lists.push((kind, value));
        }
    }
    Ok(rows)
}

/// Adds a service provider; its key.
///
/// # Errors
/// As [`find`].
pub fn insert(tx: &mut Tx<'_>, row: &ProviderRow) -> Result<i64, Error> {
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
pub fn update(tx: &mut Tx<'_>, row: &ProviderRow) -> Result<usize, Error> {
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

fn insert_lists(tx: &mut Tx<'_>, id: i64, row: &ProviderRow) -> Result<(), Error> {
    for (position, (kind, value)) in (0_i64..).zip(&row.lists) {
        tx.execute(
            "INSERT INTO service_provider_value (provider_id, kind, position, value) VALUES ($1, $2, $3, $4)",
            &[id.into(), kind.into(), position.into(), value.into()],
        )?;
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
