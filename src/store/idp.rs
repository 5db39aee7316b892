//! SQL of identity providers: the resident one (`LOCAL`), those of partners, and what hangs on them.
//!
//! Every list is read with one statement for all rows it belongs to, whatever their number.

mod association;
mod authenticator;
mod connector;
mod mapping;
mod property;
mod reference;

pub use association::{associate, associated_user, associations, dissociate};
pub use authenticator::{
    AuthenticatorRow, authenticators, delete_authenticator_property, has_entity_id, insert_authenticator,
    set_authenticator_enabled, set_authenticator_property,
};
pub use connector::{
    ConnectorRow, clear_connectors, connectors, insert_connector, insert_connector_property,
};
pub use mapping::{
    ClaimMappingRow, ClaimRow, RoleMappingRow, claim_mappings, claims, clear_claims, clear_roles,
    insert_claim, insert_claim_mapping, insert_role, insert_role_mapping, rename_local_role, role_mappings,
    roles,
};
pub use property::{
    SettingRow, clear_properties, insert_property, listed_properties, properties, property, set_property,
};
pub use reference::{ReferenceRow, refer_to, references};

use super::{Error, Row, Tx, Value};

/// First letters of the providers that the super tenant shares with all tenants.
pub const SHARED: &str = "SHARED_";

/// Scalars of an identity provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdpRow {
    /// Key; 0 before it is stored.
    pub id: i64,
    /// The tenant it belongs to.
    pub tenant: i64,
    /// Name, unique in the tenant.
    pub name: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// Whether it is the default of its tenant.
    pub primary: bool,
    /// Whether it stands for further providers.
    pub federation_hub: bool,
    /// Home realm.
    pub home_realm: Option<String>,
    /// Name under which this server is known there.
    pub alias: Option<String>,
    /// Name for people.
    pub display_name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Certificate, base64.
    pub certificate: Option<String>,
    /// Provisioning roles, comma separated.
    pub provisioning_role: Option<String>,
    /// Whether users are provisioned as they sign in.
    pub jit_enabled: bool,
    /// The user store they are provisioned to.
    pub jit_user_store: Option<String>,
    /// Whether it speaks the local claim dialect.
    pub local_dialect: bool,
    /// The claim that holds the user's name.
    pub user_claim: Option<String>,
    /// The claim that holds the roles.
    pub role_claim: Option<String>,
    /// Name of the default authenticator.
    pub default_authenticator: Option<String>,
    /// Name of the default provisioning connector.
    pub default_connector: Option<String>,
}

/// A named value of an authenticator or a connector. The value may be a secret: it is not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PropertyRow {
    /// Key.
    pub name: String,
    /// Value, as it is stored or in clear.
    pub value: Option<String>,
    /// Whether the value is sealed.
    pub sealed: bool,
    /// Whether the client called it confidential.
    pub confidential: bool,
    /// Whether it is of type `BLOB`.
    pub blob: bool,
}

impl std::fmt::Debug for PropertyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}=***", self.name)
    }
}

/// The columns that say what a provider is, in the order of [`scalars`].
const SCALARS: &str = "name, enabled, is_primary, federation_hub, home_realm, alias, display_name, description, \
    certificate, provisioning_role, jit_enabled, jit_user_store, local_dialect, user_claim, role_claim, \
    default_authenticator, default_connector";
/// Their values in a statement.
const VALUES: &str = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17";

/// The values of [`SCALARS`], and what a statement needs besides.
fn scalars(row: &IdpRow, and: i64) -> [Value<'_>; 18] {
    [
        (&row.name).into(),
        row.enabled.into(),
        row.primary.into(),
        row.federation_hub.into(),
        row.home_realm.as_deref().into(),
        row.alias.as_deref().into(),
        row.display_name.as_deref().into(),
        row.description.as_deref().into(),
        row.certificate.as_deref().into(),
        row.provisioning_role.as_deref().into(),
        row.jit_enabled.into(),
        row.jit_user_store.as_deref().into(),
        row.local_dialect.into(),
        row.user_claim.as_deref().into(),
        row.role_claim.as_deref().into(),
        row.default_authenticator.as_deref().into(),
        row.default_connector.as_deref().into(),
        and.into(),
    ]
}

/// A statement that reads providers.
fn select(condition: &str) -> String {
    ["SELECT id, tenant_id, ", SCALARS, " FROM identity_provider WHERE tenant_id = $1 AND ", condition]
        .concat()
}

fn row_of(row: &Row<'_>) -> Result<IdpRow, Error> {
    Ok(IdpRow {
        id: row.int(0)?,
        tenant: row.int(1)?,
        name: row.text(2)?,
        enabled: row.flag(3)?,
        primary: row.flag(4)?,
        federation_hub: row.flag(5)?,
        home_realm: row.opt_text(6)?,
        alias: row.opt_text(7)?,
        display_name: row.opt_text(8)?,
        description: row.opt_text(9)?,
        certificate: row.opt_text(10)?,
        provisioning_role: row.opt_text(11)?,
        jit_enabled: row.flag(12)?,
        jit_user_store: row.opt_text(13)?,
        local_dialect: row.flag(14)?,
        user_claim: row.opt_text(15)?,
        role_claim: row.opt_text(16)?,
        default_authenticator: row.opt_text(17)?,
        default_connector: row.opt_text(18)?,
    })
}

/// The tenant's own provider of that name.
///
/// # Errors
/// Failures of the database; so it is for every function here.
pub fn find(tx: &mut Tx<'_>, tenant: i64, name: &str) -> Result<Option<IdpRow>, Error> {
    tx.opt(&select("name = $2"), &[tenant.into(), name.into()], row_of)
}

/// Every provider of a tenant but the resident one, oldest first.
///
/// # Errors
/// As [`find`].
pub fn list(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<IdpRow>, Error> {
    tx.query(&select("name <> 'LOCAL' ORDER BY id"), &[tenant.into()], row_of)
}

/// So many providers of a tenant in the order of their names, from behind one on, neither the resident nor shared ones,
/// with a name or description that a `LIKE` pattern matches; the case of letters is no matter.
///
/// # Errors
/// As [`find`].
pub fn page(
    tx: &mut Tx<'_>,
    tenant: i64,
    pattern: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<IdpRow>, Error> {
    let sql = select(PAGE);
    tx.query(&sql, &[tenant.into(), after.into(), pattern.into(), limit.into()], row_of)
}

const PAGE: &str = "name > $2 AND name <> 'LOCAL' AND NOT (name >= 'SHARED_' AND name < 'SHARED`') AND \
    (lower(name) LIKE lower($3) ESCAPE '\\' OR lower(display_name) LIKE lower($3) ESCAPE '\\' \
    OR lower(description) LIKE lower($3) ESCAPE '\\') ORDER BY name LIMIT $4";

/// The providers that a tenant shares, oldest first.
///
/// # Errors
/// As [`find`].
pub fn list_shared(tx: &mut Tx<'_>, tenant: i64) -> Result<Vec<IdpRow>, Error> {
    // The first text behind all that start with the prefix ends in the letter after the underscore.
    tx.query(&select("name >= 'SHARED_' AND name < 'SHARED`' ORDER BY id"), &[tenant.into()], row_of)
}

/// Adds a provider.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn insert(tx: &mut Tx<'_>, row: &IdpRow) -> Result<i64, Error> {
    let sql = format!("INSERT INTO identity_provider ({SCALARS}, tenant_id) VALUES ({VALUES}, $18)");
    tx.insert(&sql, &scalars(row, row.tenant))
}

/// Replaces the scalars of a provider, its name among them.
///
/// # Errors
/// [`Error::Constraint`] when the name is taken.
pub fn update(tx: &mut Tx<'_>, row: &IdpRow) -> Result<usize, Error> {
    let sql = format!("UPDATE identity_provider SET ({SCALARS}) = ({VALUES}) WHERE id = $18");
    tx.execute(&sql, &scalars(row, row.id))
}

/// Takes the mark of the default from every provider of a tenant.
///
/// # Errors
/// As [`find`].
pub fn clear_primary(tx: &mut Tx<'_>, tenant: i64) -> Result<usize, Error> {
    tx.execute(
        "UPDATE identity_provider SET is_primary = 0 WHERE tenant_id = $1 AND is_primary = 1",
        &[tenant.into()],
    )
}

/// Deletes a provider with everything that hangs on it.
///
/// # Errors
/// As [`find`].
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<usize, Error> {
    tx.execute("DELETE FROM identity_provider WHERE id = $1", &[id.into()])
}
