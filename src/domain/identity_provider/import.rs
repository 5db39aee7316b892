//! Identity providers of an existing deployment, from the `IDP…` tables of its database, exported as CSV files with the
//! names of the columns in the first line. The row named `LOCAL` is the resident provider: its rows in `IDP_METADATA` are
//! the account policies. Keys of the tables only tie rows together and are not kept.
//!
//! Every provider goes through the rules that its administrator's requests go through; importing twice changes nothing.

use super::change::take_over;
use super::{
    Authenticator, Claim, ClaimMapping, Connector, IdentityProvider, Profile, Property, RoleMapping, Setting,
};
use crate::domain::exported::{Row, Table};
use crate::domain::governance::RESIDENT;
use crate::domain::{Actor, Error, Now, Realm, resident_idp, role};
use crate::store::Tx;
use std::collections::HashMap;

/// The tables that are read, and the columns they must have (IS 5.3.0, the scripts of its identity tables).
const TABLES: [(&str, &[&str]); 11] = [
    ("IDP", &["ID", "TENANT_ID", "NAME", "IS_ENABLED", "IS_PRIMARY"]),
    ("IDP_AUTHENTICATOR", &["ID", "IDP_ID", "NAME", "IS_ENABLED"]),
    ("IDP_AUTHENTICATOR_PROPERTY", &["AUTHENTICATOR_ID", "PROPERTY_KEY", "PROPERTY_VALUE", "IS_SECRET"]),
    ("IDP_METADATA", &["IDP_ID", "NAME", "VALUE"]),
    ("IDP_CLAIM", &["ID", "IDP_ID", "CLAIM"]),
    ("IDP_CLAIM_MAPPING", &["IDP_CLAIM_ID", "LOCAL_CLAIM"]),
    ("IDP_LOCAL_CLAIM", &["IDP_ID", "CLAIM_URI"]),
    ("IDP_ROLE", &["ID", "IDP_ID", "ROLE"]),
    ("IDP_ROLE_MAPPING", &["IDP_ROLE_ID", "USER_STORE_ID", "LOCAL_ROLE"]),
    ("IDP_PROVISIONING_CONFIG", &["ID", "IDP_ID", "PROVISIONING_CONNECTOR_TYPE", "IS_ENABLED"]),
    ("IDP_PROV_CONFIG_PROPERTY", &["PROVISIONING_CONFIG_ID", "PROPERTY_KEY", "PROPERTY_VALUE", "IS_SECRET"]),
];

/// The tables by name; what was not exported is empty.
#[derive(Default)]
pub struct Tables(HashMap<&'static str, Table>);

impl std::fmt::Debug for Tables {
    /// Without what they say: there are secrets in them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Tables {
    /// Takes a file by its name; false for one that is not read.
    ///
    /// # Errors
    /// What is no table, with line and hint.
    pub fn take(&mut self, file: &str, exported: &[u8]) -> Result<bool, Error> {
        let stem = file.rsplit_once('.').filter(|(_, ending)| ending.eq_ignore_ascii_case("csv"));
        let known = |stem: &str| TABLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(stem));
        let Some((name, columns)) = stem.and_then(|(stem, _)| known(stem)) else { return Ok(false) };
        self.0.insert(name, Table::read(file, exported, columns)?);
        Ok(true)
    }

    /// The tables that were not there.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        TABLES.iter().map(|(name, _)| *name).filter(|name| !self.0.contains_key(name))
    }

    /// The rows of a table that belong to a key.
    fn of<'t>(&'t self, table: &str, column: &'t str, key: &'t str) -> impl Iterator<Item = Row<'t>> {
        let rows = self.0.get(table).into_iter().flat_map(Table::rows);
        rows.filter(move |row| row.text(column).map(str::trim) == Some(key))
    }

    /// The providers of a tenant, by the number it had; the resident one last, so that it stays primary if it was.
    #[must_use]
    pub fn providers(&self, tenant: i64) -> Vec<IdentityProvider> {
        let number = tenant.to_string();
        let mut found: Vec<IdentityProvider> =
            self.of("IDP", "TENANT_ID", &number).map(|row| self.provider(&row)).collect();
        found.sort_by_key(|one| one.profile.name == RESIDENT);
        found
    }

    fn provider(&self, row: &Row<'_>) -> IdentityProvider {
        let key = key_of(row);
        let profile = profile(row);
        let (claims, claim_mappings) = self.claims(key, profile.local_dialect);
        let roles: Vec<Row<'_>> = self.of("IDP_ROLE", "IDP_ID", key).collect();
        let role_mappings = roles.iter().flat_map(|role| {
            let mappings = self.of("IDP_ROLE_MAPPING", "IDP_ROLE_ID", key_of(role));
            mappings.map(|mapping| RoleMapping {
                remote: text(role, "ROLE"),
                user_store: text(&mapping, "USER_STORE_ID"),
                local: text(&mapping, "LOCAL_ROLE"),
            })
        });
        IdentityProvider {
            authenticators: self
                .of("IDP_AUTHENTICATOR", "IDP_ID", key)
                .map(|row| self.authenticator(&row))
                .collect(),
            connectors: self
                .of("IDP_PROVISIONING_CONFIG", "IDP_ID", key)
                .map(|row| self.connector(&row))
                .collect(),
            claims,
            claim_mappings,
            role_mappings: role_mappings.collect(),
            roles: roles.iter().filter_map(|role| text(role, "ROLE")).collect(),
            properties: self.of("IDP_METADATA", "IDP_ID", key).map(|row| setting(&row)).collect(),
            default_authenticator_enabled: false,
            profile,
        }
    }

    /// Claims and their mappings; those of the local dialect have a table of their own.
    fn claims(&self, key: &str, local_dialect: bool) -> (Vec<Claim>, Vec<ClaimMapping>) {
        let mapping = |row: &Row<'_>, local: &str, remote: Option<String>| ClaimMapping {
            local: text(row, local),
            remote,
            default_value: text(row, "DEFAULT_VALUE"),
            requested: row.flag("IS_REQUESTED"),
        };
        if local_dialect {
            let rows = self.of("IDP_LOCAL_CLAIM", "IDP_ID", key);
            return (Vec::new(), rows.map(|row| mapping(&row, "CLAIM_URI", None)).collect());
        }
        let (mut claims, mut mappings) = (Vec::new(), Vec::new());
        for row in self.of("IDP_CLAIM", "IDP_ID", key) {
            let Some(uri) = text(&row, "CLAIM") else { continue };
            let own = self.of("IDP_CLAIM_MAPPING", "IDP_CLAIM_ID", key_of(&row));
            mappings.extend(own.map(|row| mapping(&row, "LOCAL_CLAIM", Some(uri.clone()))));
            claims.push(Claim { id: 0, uri });
        }
        (claims, mappings)
    }

    fn authenticator(&self, row: &Row<'_>) -> Authenticator {
        let key = key_of(row);
        let property = |row: Row<'_>| Property {
            name: text(&row, "PROPERTY_KEY").unwrap_or_default(),
            value: Some(text(&row, "PROPERTY_VALUE").unwrap_or_default()),
            confidential: row.flag("IS_SECRET"),
            ..Property::default()
        };
        Authenticator {
            id: 0,
            name: text(row, "NAME").unwrap_or_default(),
            display_name: text(row, "DISPLAY_NAME"),
            enabled: row.flag("IS_ENABLED"),
            properties: self
                .of("IDP_AUTHENTICATOR_PROPERTY", "AUTHENTICATOR_ID", key)
                .map(property)
                .collect(),
        }
    }

    fn connector(&self, row: &Row<'_>) -> Connector {
        let key = key_of(row);
        let property = |row: Row<'_>| {
            let blob = row.text("PROPERTY_TYPE").is_some_and(|kind| kind.trim() == "BLOB");
            let column = if blob { "PROPERTY_BLOB_VALUE" } else { "PROPERTY_VALUE" };
            let value = text(&row, column).unwrap_or_default();
            Property {
                name: text(&row, "PROPERTY_KEY").unwrap_or_default(),
                value: Some(if blob { from_blob(value) } else { value }),
                confidential: row.flag("IS_SECRET"),
                blob,
                ..Property::default()
            }
        };
        let rows = self.of("IDP_PROV_CONFIG_PROPERTY", "PROVISIONING_CONFIG_ID", key);
        Connector {
            id: 0,
            name: text(row, "PROVISIONING_CONNECTOR_TYPE").unwrap_or_default(),
            enabled: row.flag("IS_ENABLED"),
            blocking: row.flag("IS_BLOCKING"),
            properties: rows.map(property).collect(),
        }
    }
}

fn profile(row: &Row<'_>) -> Profile {
    let certificate = text(row, "CERTIFICATE").map(from_blob);
    Profile {
        name: text(row, "NAME").unwrap_or_default(),
        enabled: row.flag("IS_ENABLED"),
        primary: row.flag("IS_PRIMARY"),
        federation_hub: row.flag("IS_FEDERATION_HUB"),
        home_realm: text(row, "HOME_REALM_ID"),
        alias: text(row, "ALIAS"),
        display_name: text(row, "DISPLAY_NAME"),
        description: text(row, "DESCRIPTION"),
        certificate: certificate.map(|text| text.replace(['\r', '\n'], "")),
        provisioning_role: text(row, "PROVISIONING_ROLE"),
        jit_enabled: row.flag("INBOUND_PROV_ENABLED"),
        jit_user_store: text(row, "INBOUND_PROV_USER_STORE_ID"),
        local_dialect: row.flag("IS_LOCAL_CLAIM_DIALECT"),
        user_claim: text(row, "USER_CLAIM_URI"),
        role_claim: text(row, "ROLE_CLAIM_URI"),
        default_authenticator: text(row, "DEFAULT_AUTHENTICATOR_NAME"),
        default_connector: text(row, "DEFAULT_PRO_CONNECTOR_NAME"),
        ..Profile::default()
    }
}

fn setting(row: &Row<'_>) -> Setting {
    Setting {
        name: text(row, "NAME").unwrap_or_default(),
        value: Some(text(row, "VALUE").unwrap_or_default()),
        display_name: text(row, "DISPLAY_NAME"),
    }
}

/// What other tables call a row by.
fn key_of<'r>(row: &Row<'r>) -> &'r str {
    row.text("ID").unwrap_or_default().trim()
}

fn text(row: &Row<'_>, column: &str) -> Option<String> {
    row.text(column).map(str::to_owned)
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
