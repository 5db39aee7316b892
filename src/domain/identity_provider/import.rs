//! Identity providers of an existing deployment, from the `IDP…` tables of its database, exported as CSV files with the
//! names of the columns in the first line. The row named `LOCAL` is the resident provider: its rows in `IDP_METADATA` are
//! the account policies. Keys of the tables only tie rows together and are not kept.
//!
//! Every provider goes through the rules that its administrator's requests go through; importing twice changes nothing.

use super::change::take_over;
use super::{
    Authenticator, Claim, ClaimMapping, Connector, IdentityProvider, Profile, Property, RoleMapping, Setting,
};
use crate::domain::bulk_import::csv;
use crate::domain::governance::RESIDENT;
use crate::domain::{Actor, Error, Now, Realm, resident_idp, role};
use crate::store::Tx;
use std::collections::HashMap;

/// The tables that are read.
pub const TABLES: [&str; 11] = [
    "IDP",
    "IDP_AUTHENTICATOR",
    "IDP_AUTHENTICATOR_PROPERTY",
    "IDP_METADATA",
    "IDP_CLAIM",
    "IDP_CLAIM_MAPPING",
    "IDP_LOCAL_CLAIM",
    "IDP_ROLE",
    "IDP_ROLE_MAPPING",
    "IDP_PROVISIONING_CONFIG",
    "IDP_PROV_CONFIG_PROPERTY",
];

/// The tables by name; what was not exported is empty.
#[derive(Debug, Default)]
pub struct Tables(HashMap<&'static str, Vec<Row>>);

/// A row by the names of its columns.
type Row = HashMap<String, String>;

impl Tables {
    /// Takes an exported table.
    ///
    /// # Errors
    /// [`Error::Refused`] for a table that is none of [`TABLES`].
    pub fn take(&mut self, name: &str, exported: &[u8]) -> Result<(), Error> {
        let known = TABLES.iter().find(|known| known.eq_ignore_ascii_case(name));
        let name =
            known.ok_or_else(|| Error::refused(format!("{name} is no table of identity providers")))?;
        let text = String::from_utf8_lossy(exported);
        let mut lines = csv::read(text.strip_prefix('\u{feff}').unwrap_or(&text)).into_iter();
        let columns: Vec<String> =
            lines.next().unwrap_or_default().iter().map(|column| column.trim().to_uppercase()).collect();
        // A blank line is no row.
        let rows = lines.filter(|line| line.iter().any(|cell| !cell.is_empty()));
        self.0.insert(name, rows.map(|line| columns.iter().cloned().zip(line).collect()).collect());
        Ok(())
    }

    /// The rows of a table that belong to a key.
    fn of<'t>(&'t self, table: &str, column: &'t str, key: &'t str) -> impl Iterator<Item = &'t Row> {
        let rows = self.0.get(table).map(Vec::as_slice).unwrap_or_default();
        rows.iter().filter(move |row| cell(row, column) == Some(key))
    }

    /// The providers of a tenant, by the number it had; the resident one last, so that it stays primary if it was.
    #[must_use]
    pub fn providers(&self, tenant: i64) -> Vec<IdentityProvider> {
        let number = tenant.to_string();
        let mut found: Vec<IdentityProvider> =
            self.of("IDP", "TENANT_ID", &number).map(|row| self.provider(row)).collect();
        found.sort_by_key(|one| one.profile.name == RESIDENT);
        found
    }

    fn provider(&self, row: &Row) -> IdentityProvider {
        let key = cell(row, "ID").unwrap_or_default();
        let profile = profile(row);
        let (claims, claim_mappings) = self.claims(key, profile.local_dialect);
        let roles: Vec<&Row> = self.of("IDP_ROLE", "IDP_ID", key).collect();
        let role_mappings = roles.iter().flat_map(|role| {
            let mappings = self.of("IDP_ROLE_MAPPING", "IDP_ROLE_ID", cell(role, "ID").unwrap_or_default());
            mappings.map(|mapping| RoleMapping {
                remote: text(role, "ROLE"),
                user_store: text(mapping, "USER_STORE_ID"),
                local: text(mapping, "LOCAL_ROLE"),
            })
        });
        IdentityProvider {
            authenticators: self
                .of("IDP_AUTHENTICATOR", "IDP_ID", key)
                .map(|row| self.authenticator(row))
                .collect(),
            connectors: self
                .of("IDP_PROVISIONING_CONFIG", "IDP_ID", key)
                .map(|row| self.connector(row))
                .collect(),
            claims,
            claim_mappings,
            role_mappings: role_mappings.collect(),
            roles: roles.iter().filter_map(|role| text(role, "ROLE")).collect(),
            properties: self.of("IDP_METADATA", "IDP_ID", key).map(setting).collect(),
            default_authenticator_enabled: false,
            profile,
        }
    }

    /// Claims and their mappings; those of the local dialect have a table of their own.
    fn claims(&self, key: &str, local_dialect: bool) -> (Vec<Claim>, Vec<ClaimMapping>) {
        let mapping = |row: &Row, local: &str, remote: Option<String>| ClaimMapping {
            local: text(row, local),
            remote,
            default_value: text(row, "DEFAULT_VALUE"),
            requested: flag(row, "IS_REQUESTED"),
        };
        if local_dialect {
            let rows = self.of("IDP_LOCAL_CLAIM", "IDP_ID", key);
            return (Vec::new(), rows.map(|row| mapping(row, "CLAIM_URI", None)).collect());
        }
        let (mut claims, mut mappings) = (Vec::new(), Vec::new());
        for row in self.of("IDP_CLAIM", "IDP_ID", key) {
            let Some(uri) = text(row, "CLAIM") else { continue };
            let own = self.of("IDP_CLAIM_MAPPING", "IDP_CLAIM_ID", cell(row, "ID").unwrap_or_default());
            mappings.extend(own.map(|row| mapping(row, "LOCAL_CLAIM", Some(uri.clone()))));
            claims.push(Claim { id: 0, uri });
        }
        (claims, mappings)
    }

    fn authenticator(&self, row: &Row) -> Authenticator {
        let key = cell(row, "ID").unwrap_or_default();
        let property = |row: &Row| Property {
            name: text(row, "PROPERTY_KEY").unwrap_or_default(),
            value: Some(text(row, "PROPERTY_VALUE").unwrap_or_default()),
            confidential: flag(row, "IS_SECRET"),
            ..Property::default()
        };
        Authenticator {
            id: 0,
            name: text(row, "NAME").unwrap_or_default(),
            display_name: text(row, "DISPLAY_NAME"),
            enabled: flag(row, "IS_ENABLED"),
            properties: self
                .of("IDP_AUTHENTICATOR_PROPERTY", "AUTHENTICATOR_ID", key)
                .map(property)
                .collect(),
        }
    }

    fn connector(&self, row: &Row) -> Connector {
        let key = cell(row, "ID").unwrap_or_default();
        let property = |row: &Row| {
            let blob = cell(row, "PROPERTY_TYPE").is_some_and(|kind| kind.trim() == "BLOB");
            let column = if blob { "PROPERTY_BLOB_VALUE" } else { "PROPERTY_VALUE" };
            let value = text(row, column).unwrap_or_default();
            Property {
                name: text(row, "PROPERTY_KEY").unwrap_or_default(),
                value: Some(if blob { from_blob(value) } else { value }),
                confidential: flag(row, "IS_SECRET"),
                blob,
                ..Property::default()
            }
        };
        let rows = self.of("IDP_PROV_CONFIG_PROPERTY", "PROVISIONING_CONFIG_ID", key);
        Connector {
            id: 0,
            name: text(row, "PROVISIONING_CONNECTOR_TYPE").unwrap_or_default(),
            enabled: flag(row, "IS_ENABLED"),
            blocking: flag(row, "IS_BLOCKING"),
            properties: rows.map(property).collect(),
        }
    }
}

fn profile(row: &Row) -> Profile {
    let certificate = text(row, "CERTIFICATE").map(from_blob);
    Profile {
        name: text(row, "NAME").unwrap_or_default(),
        enabled: flag(row, "IS_ENABLED"),
        primary: flag(row, "IS_PRIMARY"),
        federation_hub: flag(row, "IS_FEDERATION_HUB"),
        home_realm: text(row, "HOME_REALM_ID"),
        alias: text(row, "ALIAS"),
        display_name: text(row, "DISPLAY_NAME"),
        description: text(row, "DESCRIPTION"),
        certificate: certificate.map(|text| text.replace(['\r', '\n'], "")),
        provisioning_role: text(row, "PROVISIONING_ROLE"),
        jit_enabled: flag(row, "INBOUND_PROV_ENABLED"),
        jit_user_store: text(row, "INBOUND_PROV_USER_STORE_ID"),
        local_dialect: flag(row, "IS_LOCAL_CLAIM_DIALECT"),
        user_claim: text(row, "USER_CLAIM_URI"),
        role_claim: text(row, "ROLE_CLAIM_URI"),
        default_authenticator: text(row, "DEFAULT_AUTHENTICATOR_NAME"),
        default_connector: text(row, "DEFAULT_PRO_CONNECTOR_NAME"),
        ..Profile::default()
    }
}

fn setting(row: &Row) -> Setting {
    Setting {
        name: text(row, "NAME").unwrap_or_default(),
        value: Some(text(row, "VALUE").unwrap_or_default()),
        display_name: text(row, "DISPLAY_NAME"),
    }
}

/// A value. Exports write NULL as nothing at all, as MySQL's `\N`, or as the word.
fn cell<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    let value = row.get(column)?.as_str();
    (!matches!(value, "" | "\\N" | "NULL")).then_some(value)
}

fn text(row: &Row, column: &str) -> Option<String> {
    cell(row, column).map(str::to_owned)
}

fn flag(row: &Row, column: &str) -> bool {
    cell(row, column).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
}

/// Text that a table keeps as bytes: some exports write it as it is, others in hexadecimal digits, with or without a mark.
fn from_blob(exported: String) -> String {
    let digits = ["0x", "\\x"].iter().find_map(|mark| exported.strip_prefix(mark)).unwrap_or(&exported);
    if digits.len() % 2 != 0 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return exported;
    }
    let bytes: Option<Vec<u8>> =
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(exported)
}

/// What became of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// Local roles that are not here; nothing is mapped to them.
    pub missing_roles: Vec<String>,
}

/// Imports a provider into the actor's tenant: as a new one, or over the one of that name. Policies that it does not name
/// keep the values they have.
///
/// # Errors
/// The texts that a request with this content would be refused with; failures of the database.
pub fn import(
    tx: &mut Tx<'_>,
    now: Now,
    realm: &Realm,
    actor: &Actor,
    mut provider: IdentityProvider,
) -> Result<Imported, Error> {
    let name = provider.profile.name.clone();
    let mut missing_roles = Vec::new();
    let mut kept = Vec::with_capacity(provider.role_mappings.len());
    for mapping in provider.role_mappings {
        let parts = [mapping.user_store.as_deref(), mapping.local.as_deref()];
        let typed = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
        if role::find(tx, actor.tenant, &typed)?.is_some() {
            kept.push(mapping)
        } else {
            missing_roles.push(typed)
        }
    }
    provider.role_mappings = kept;
    if name == RESIDENT {
        // Its certificate is this server's own.
        provider.profile.certificate = None;
        resident_idp::update(tx, now, realm, actor, provider)?;
    } else {
        take_over(tx, now, realm, actor, provider)?;
    }
    Ok(Imported { name, missing_roles })
}
