//! SQL of applications: what a service provider is beside the settings of its protocol.

mod part;

pub use part::{
    ClaimRow, ConnectorRow, InboundRow, StepRow, ValueRow, claims, clear, connectors, inbound, insert_claim,
    insert_connector, insert_inbound, insert_step, insert_value, issuers, permissions, steps, values,
};

use super::{Error, Row, Tx, Value};

/// Scalars of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Key; 0 before it is stored.
    pub id: i64,
    /// The tenant it belongs to.
    pub tenant: i64,
    /// Name, unique in the tenant.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// The user store of who made it.
    pub owner_domain: String,
    /// His name there.
    pub owner_name: String,
    /// Whether users of every tenant may sign in.
    pub is_saas: bool,
    /// `default`, `local`, `federated` or `flow`.
    pub authentication: String,
    /// Whether the user name has its store in front.
    pub store_in_subject: bool,
    /// Whether it has its tenant behind.
    pub tenant_in_subject: bool,
    /// A claim that is sent instead of the user name.
    pub subject_claim: Option<String>,
    /// Whether a policy decides who may sign in.
    pub authorize: bool,
    /// Whether it is told who vouched for a user.
    pub send_providers: bool,
    /// Whether it speaks the local claim dialect.
    pub local_dialect: bool,
    /// Whether it is always sent the local name of a user.
    pub send_local_subject: bool,
    /// The claim that holds the roles.
    pub role_claim: Option<String>,
    /// The user store that it provisions users to.
    pub provisioning_store: Option<String>,
    /// Whether it provisions without the user store.
    pub dumb_mode: bool,
}

/// What an application is, but for its tenant and who made it, in the order of [`scalars`].
const SCALARS: &str = "name, description, saas, authentication, store_in_subject, tenant_in_subject, subject_claim, \
    authorize, send_providers, local_dialect, send_local_subject, role_claim, provisioning_store, dumb_mode";

fn scalars(row: &ApplicationRow) -> Vec<Value<'_>> {
    vec![
        (&row.name).into(),
        row.description.as_deref().into(),
        row.is_saas.into(),
        (&row.authentication).into(),
        row.store_in_subject.into(),
        row.tenant_in_subject.into(),
        row.subject_claim.as_deref().into(),
        row.authorize.into(),
        row.send_providers.into(),
        row.local_dialect.into(),
        row.send_local_subject.into(),
        row.role_claim.as_deref().into(),
        row.provisioning_store.as_deref().into(),
        row.dumb_mode.into(),
    ]
}

fn read(row: &Row<'_>) -> Result<ApplicationRow, Error> {
    Ok(ApplicationRow {
        id: row.int(0)?,
        tenant: row.int(1)?,
        owner_domain: row.text(2)?,
        owner_name: row.text(3)?,
        name: row.text(4)?,
        description: row.opt_text(5)?,
        is_saas: row.flag(6)?,
        authentication: row.text(7)?,
        store_in_subject: row.flag(8)?,
        tenant_in_subject: row.flag(9)?,
        subject_claim: row.opt_text(10)?,
        authorize: row.flag(11)?,
        send_providers: row.flag(12)?,
        local_dialect: row.flag(13)?,
        send_local_subject: row.flag(14)?,
        role_claim: row.opt_text(15)?,
        provisioning_store: row.opt_text(16)?,
        dumb_mode: row.flag(17)?,
    })
}

fn select(condition: &str) -> String {
    format!(
        "SELECT id, tenant_id, owner_domain, owner_name, {SCALARS} FROM application WHERE tenant_id = $1 AND {condition}"
    )
}

/// The application of that name.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64, name: &str) -> Result<Option<ApplicationRow>, Error> {
    tx.opt(&select("name = $2"), &[tenant.into(), name.into()], read)
}

/// The application of that key.
///
/// # Errors
/// As [`find`].
pub fn by_id(tx: &mut Tx<'_>, tenant: i64, id: i64) -> Result<Option<ApplicationRow>, Error> {
    tx.opt(&select("id = $2"), &[tenant.into(), id.into()], read)
}

/// The applications with a configuration of that kind and key, oldest first.
///
/// # Errors
/// As [`find`].
pub fn by_inbound(tx: &mut Tx<'_>, tenant: i64, kind: &str, key: &str) -> Result<Vec<ApplicationRow>, Error> {
    let condition =
        "id IN (SELECT application_id FROM application_inbound WHERE kind = $2 AND key = $3) ORDER BY id";
    tx.query(&select(condition), &[tenant.into(), kind.into(), key.into()], read)
}

/// Names and descriptions of the applications of a tenant, oldest first.
///
/// # Errors
/// As [`find`].
pub fn list(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(String, Option<String>)>, Error> {
    let sql = "SELECT name, description FROM application WHERE tenant_id = $1 ORDER BY id";
    tx.query(sql, &[tenant.into()], |row| Ok((row.text(0)?, row.opt_text(1)?)))
}

/// Adds an application; its key.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert(tx: &mut Tx<'_>, row: &ApplicationRow) -> Result<i64, Error> {
    let mut parameters = vec![row.tenant.into(), (&row.owner_domain).into(), (&row.owner_name).into()];
    parameters.extend(scalars(row));
    let places: Vec<String> = (1..=parameters.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "INSERT INTO application (tenant_id, owner_domain, owner_name, {SCALARS}) VALUES ({})",
        places.join(", ")
    );
    tx.insert(&sql, &parameters)
}

/// Replaces the scalars of an application, its name among them; who made it stays.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn update(tx: &mut Tx<'_>, row: &ApplicationRow) -> Result<usize, Error> {
    let mut parameters = scalars(row);
    let places: Vec<String> = (1..=parameters.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "UPDATE application SET ({SCALARS}) = ({}) WHERE id = ${}",
        places.join(", "),
        parameters.len() + 1
    );
    parameters.push(row.id.into());
    tx.execute(&sql, &parameters)
}

/// Deletes an application with everything that hangs on it.
///
/// # Errors
/// As [`find`].
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM application WHERE id = $1", &[id.into()])
}
