//! What hangs on an application. All of it is replaced with every change.

use crate::store::{Error, Tx};

/// A way for users to get to an application: one property of a configuration, or the configuration when it has none. The
/// value may be a secret: it is not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct InboundRow {
    /// `samlsso`, `oauth2` and the like.
    pub kind: String,
    /// What the application is called there; of `samlsso` the issuer.
    pub key: String,
    /// Which configuration of the kind this is.
    pub config: String,
    /// A property.
    pub name: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Whether the value is sealed.
    pub sealed: bool,
}

impl std::fmt::Debug for InboundRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} {:?}=***", self.kind, self.key, self.name)
    }
}

/// A way to sign in within a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepRow {
    /// Which step.
    pub step: i64,
    /// Whether it says who the user is.
    pub subject: bool,
    /// Whether it says what is known of him.
    pub attribute: bool,
    /// The identity provider; none for this server.
    pub idp: Option<i64>,
    /// Its name; not stored.
    pub idp_name: Option<String>,
    /// Whether it stands for further ones; not stored.
    pub federation_hub: bool,
    /// The authenticator.
    pub authenticator: String,
    /// Its name for people; of a provider's it is not stored.
    pub display_name: Option<String>,
}

/// A local claim and what an application calls it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimRow {
    /// The claim here.
    pub local: String,
    /// The claim there.
    pub remote: String,
    /// Whether it is sent.
    pub requested: bool,
    /// Whether nobody gets in without it.
    pub mandatory: bool,
    /// Value when a user has none.
    pub default_value: Option<String>,
}

/// Where users of an application are provisioned to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectorRow {
    /// The identity provider, if there is one of that name.
    pub idp: Option<i64>,
    /// Its name.
    pub idp_name: String,
    /// The connector.
    pub connector: String,
    /// Whether it happens as they sign in.
    pub at_sign_in: bool,
    /// Whether they wait for it.
    pub blocking: bool,
    /// Whether a policy is asked.
    pub rules: bool,
}

/// An entry of one of the lists that need no table of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueRow {
    /// What is in the list.
    pub name: String,
    /// What belongs to it.
    pub value: Option<String>,
    /// Name for people.
    pub label: Option<String>,
}

/// The ways for users to get to an application.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn inbound(tx: &mut Tx<'_>, application: i64) -> Result<Vec<InboundRow>, Error> {
    tx.query(
        "SELECT kind, key, config, name, value, sealed FROM application_inbound WHERE application_id = $1 \
         ORDER BY position",
        &[application.into()],
        |row| {
            Ok(InboundRow {
                kind: row.text(0)?,
                key: row.text(1)?,
                config: row.text(2)?,
                name: row.opt_text(3)?,
                value: row.opt_text(4)?,
                sealed: row.flag(5)?,
            })
        },
    )
}

/// Adds a way for users to get there.
///
/// # Errors
/// As [`inbound`].
pub fn insert_inbound(
    tx: &mut Tx<'_>,
    application: i64,
    position: i64,
    row: &InboundRow,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO application_inbound (application_id, position, kind, key, config, name, value, sealed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            application.into(),
            position.into(),
            (&row.kind).into(),
            (&row.key).into(),
            (&row.config).into(),
            row.name.as_deref().into(),
            row.value.as_deref().into(),
            row.sealed.into(),
        ],
    )
}

/// Every issuer that an application of a tenant has.
///
/// # Errors
/// As [`inbound`].
pub fn issuers(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<String>, Error> {
    let sql = "SELECT DISTINCT i.key FROM application a JOIN application_inbound i ON i.application_id = a.id \
        WHERE a.tenant_id = $1 AND i.kind = 'samlsso'";
    tx.query(sql, &[tenant.into()], |row| row.text(0))
}

/// The ways to sign in, step by step.
///
/// # Errors
/// As [`inbound`].
pub fn steps(tx: &mut Tx<'_>, application: i64) -> Result<Vec<StepRow>, Error> {
    tx.query(
        "SELECT s.step, s.subject, s.attribute, s.idp_id, p.name, coalesce(p.federation_hub, 0), s.authenticator, \
         coalesce(a.display_name, s.display_name) FROM application_step s \
         LEFT JOIN identity_provider p ON p.id = s.idp_id \
         LEFT JOIN idp_authenticator a ON a.idp_id = s.idp_id AND a.name = s.authenticator \
         WHERE s.application_id = $1 ORDER BY s.step, s.id",
        &[application.into()],
        |row| {
            Ok(StepRow {
                step: row.int(0)?,
                subject: row.flag(1)?,
                attribute: row.flag(2)?,
                idp: row.opt_int(3)?,
                idp_name: row.opt_text(4)?,
                federation_hub: row.flag(5)?,
                authenticator: row.text(6)?,
                display_name: row.opt_text(7)?,
            })
        },
    )
}

/// Adds a way to sign in.
///
/// # Errors
/// As [`inbound`].
pub fn insert_step(tx: &mut Tx<'_>, application: i64, row: &StepRow) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO application_step (application_id, step, subject, attribute, idp_id, authenticator, display_name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            application.into(),
            row.step.into(),
            row.subject.into(),
            row.attribute.into(),
            row.idp.into(),
            (&row.authenticator).into(),
            row.display_name.as_deref().into(),
        ],
    )
}

/// What an application calls the local claims.
///
/// # Errors
/// As [`inbound`].
pub fn claims(tx: &mut Tx<'_>, application: i64) -> Result<Vec<ClaimRow>, Error> {
    tx.query(
        "SELECT local, remote, requested, mandatory, default_value FROM application_claim WHERE application_id = $1 \
         ORDER BY position",
        &[application.into()],
        |row| {
            Ok(ClaimRow {
                local: row.text(0)?,
                remote: row.text(1)?,
                requested: row.flag(2)?,
                mandatory: row.flag(3)?,
                default_value: row.opt_text(4)?,
            })
        },
    )
}

/// Adds a claim.
///
/// # Errors
/// As [`inbound`].
pub fn insert_claim(
    tx: &mut Tx<'_>,
    application: i64,
    position: i64,
    row: &ClaimRow,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO application_claim (application_id, position, local, remote, requested, mandatory, default_value) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            application.into(),
            position.into(),
            (&row.local).into(),
            (&row.remote).into(),
            row.requested.into(),
            row.mandatory.into(),
            row.default_value.as_deref().into(),
        ],
    )
}

/// Where users are provisioned to; a provider goes by the name it has by now.
///
/// # Errors
/// As [`inbound`].
pub fn connectors(tx: &mut Tx<'_>, application: i64) -> Result<Vec<ConnectorRow>, Error> {
    tx.query(
        "SELECT c.idp_id, coalesce(p.name, c.idp_name), c.connector, c.at_sign_in, c.blocking, c.rules \
         FROM application_connector c LEFT JOIN identity_provider p ON p.id = c.idp_id \
         WHERE c.application_id = $1 ORDER BY c.id",
        &[application.into()],
        |row| {
            Ok(ConnectorRow {
                idp: row.opt_int(0)?,
                idp_name: row.text(1)?,
                connector: row.text(2)?,
                at_sign_in: row.flag(3)?,
                blocking: row.flag(4)?,
                rules: row.flag(5)?,
            })
        },
    )
}

/// Adds where users are provisioned to.
///
/// # Errors
/// As [`inbound`].
pub fn insert_connector(tx: &mut Tx<'_>, application: i64, row: &ConnectorRow) -> Result<i64, Error> {
    tx.insert(
        "INSERT INTO application_connector (application_id, idp_id, idp_name, connector, at_sign_in, blocking, rules) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            application.into(),
            row.idp.into(),
            (&row.idp_name).into(),
            (&row.connector).into(),
            row.at_sign_in.into(),
            row.blocking.into(),
            row.rules.into(),
        ],
    )
}

/// A list of an application.
///
/// # Errors
/// As [`inbound`].
pub fn values(tx: &mut Tx<'_>, application: i64, kind: &str) -> Result<Vec<ValueRow>, Error> {
    tx.query(
        "SELECT name, value, label FROM application_value WHERE application_id = $1 AND kind = $2 ORDER BY position",
        &[application.into(), kind.into()],
        |row| Ok(ValueRow { name: row.text(0)?, value: row.opt_text(1)?, label: row.opt_text(2)? }),
    )
}

/// Adds to a list.
///
/// # Errors
/// As [`inbound`].
pub fn insert_value(
    tx: &mut Tx<'_>,
    application: i64,
    kind: &str,
    position: i64,
    row: &ValueRow,
) -> Result<usize, Error> {
    tx.execute(
        "INSERT INTO application_value (application_id, kind, position, name, value, label) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            application.into(),
            kind.into(),
            position.into(),
            (&row.name).into(),
            row.value.as_deref().into(),
            row.label.as_deref().into(),
        ],
    )
}

/// The permissions of every application of a tenant, each with the application's name.
///
/// # Errors
/// As [`inbound`].
pub fn permissions(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<(String, String)>, Error> {
    tx.query(
        "SELECT a.name, v.name FROM application a JOIN application_value v ON v.application_id = a.id \
         WHERE a.tenant_id = $1 AND v.kind = 'permission' ORDER BY a.name, v.position",
        &[tenant.into()],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Removes everything that hangs on an application.
///
/// # Errors
/// As [`inbound`].
pub fn clear(tx: &mut Tx<'_>, application: i64) -> Result<(), Error> {
    for table in ["inbound", "step", "claim", "connector", "value"] {
        let sql = format!("DELETE FROM application_{table} WHERE application_id = $1");
        tx.execute(&sql, &[application.into()])?;
    }
    Ok(())
}
