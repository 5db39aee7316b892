//! Writing what hangs on an application. Everything was checked before; secrets are sealed on the way.

use super::{Application, Connector, Inbound, RoleMapping, Setting, Step};
use crate::domain::governance;
use crate::domain::identity_provider::{self, Property, is_secret};
use crate::domain::{Error, SecretKey, TenantId};
use crate::store::application::{InboundRow, StepRow, ValueRow};
use crate::store::{self, Tx};

pub(super) const PERMISSION: &str = "permission";
pub(super) const PROPERTY: &str = "property";
pub(super) const REQUEST_PATH: &str = "request path";
pub(super) const ROLE: &str = "role";

/// What a sealed value belongs to.
fn place(application: i64, kind: &str, name: &str) -> String {
    format!("application {application} {kind} {name}")
}

/// Rows made into configurations, with their secrets in clear.
///
/// # Errors
/// [`Error::Broken`] when the key of the installation is another one.
pub(super) fn opened(
    key: &SecretKey,
    application: i64,
    rows: Vec<InboundRow>,
) -> Result<Vec<Inbound>, Error> {
    let mut all: Vec<Inbound> = Vec::new();
    for row in rows {
        let property = match (row.name, row.value) {
            (Some(name), Some(value)) if row.sealed => {
                let opened = key.open(&place(application, &row.kind, &name), &value);
                let opened =
                    opened.ok_or(Error::Broken("a secret of an application was sealed with another key"))?;
                Some((name, opened.reveal().to_owned()))
            }
            (name, value) => name.zip(value),
        };
        // As in the original, those of one kind and key are one.
        match all.iter_mut().find(|known| known.kind == row.kind && known.key == row.key) {
            Some(known) => known.properties.extend(property),
            None => all.push(Inbound {
                kind: row.kind,
                key: row.key,
                config: row.config,
                properties: property.into_iter().collect(),
            }),
        }
    }
    Ok(all)
}

/// Replaces everything that hangs on an application.
pub(super) fn replace(tx: &mut Tx<'_>, key: &SecretKey, new: &Application) -> Result<(), Error> {
    let id = new.profile.id;
    store::application::clear(tx, id)?;
    for (position, row) in (0..).zip(sealed(key, id, &new.inbound)?) {
        store::application::insert_inbound(tx, id, position, &row)?;
    }
    let tenant = TenantId(new.profile.tenant);
    for step in &new.steps {
        for row in rows_of(tx, tenant, step)? {
            store::application::insert_step(tx, id, &row)?;
        }
    }
    for (position, claim) in (0..).zip(&new.claims) {
        store::application::insert_claim(tx, id, position, claim)?;
    }
    for connector in &new.connectors {
        let idp = provider(tx, tenant, &connector.idp_name)?;
        store::application::insert_connector(tx, id, &Connector { idp, ..connector.clone() })?;
    }
    properties(tx, id, &new.properties)?;
    permissions(tx, id, &new.permissions)?;
    let role = |one: &RoleMapping| ValueRow {
        name: one.local.clone(),
        value: Some(one.remote.clone()),
        label: None,
    };
    list(tx, id, ROLE, new.roles.iter().map(role))?;
    let path = |name: &String| ValueRow { name: name.clone(), ..ValueRow::default() };
    list(tx, id, REQUEST_PATH, new.request_paths.iter().map(path))
}

/// Adds free properties.
pub(super) fn properties(tx: &mut Tx<'_>, id: i64, all: &[Setting]) -> Result<(), Error> {
    let property = |one: &Setting| ValueRow {
        name: one.name.clone(),
        value: Some(one.value.clone()),
        label: one.display_name.clone(),
    };
    list(tx, id, PROPERTY, all.iter().map(property))
}

/// Adds permissions.
pub(super) fn permissions(tx: &mut Tx<'_>, id: i64, all: &[String]) -> Result<(), Error> {
    let permission = |name: &String| ValueRow { name: name.clone(), ..ValueRow::default() };
    list(tx, id, PERMISSION, all.iter().map(permission))
}

fn list(tx: &mut Tx<'_>, id: i64, kind: &str, rows: impl Iterator<Item = ValueRow>) -> Result<(), Error> {
    for (position, row) in (0..).zip(rows) {
        store::application::insert_value(tx, id, kind, position, &row)?;
    }
    Ok(())
}

fn sealed(key: &SecretKey, application: i64, all: &[Inbound]) -> Result<Vec<InboundRow>, Error> {
    let mut rows = Vec::new();
    for one in all {
        let row = InboundRow {
            kind: one.kind.clone(),
            key: one.key.clone(),
            config: one.config.clone(),
            ..InboundRow::default()
        };
        if one.properties.is_empty() {
            rows.push(row.clone());
        }
        for (name, value) in &one.properties {
            let sealed = is_secret(&Property { name: name.clone(), ..Property::default() });
            let value =
                if sealed { key.seal(&place(application, &one.kind, name), value)? } else { value.clone() };
            rows.push(InboundRow { name: Some(name.clone()), value: Some(value), sealed, ..row.clone() });
        }
    }
    Ok(rows)
}

/// The key of a provider that the tenant sees; this server itself is none.
fn provider(tx: &mut Tx<'_>, tenant: TenantId, name: &str) -> Result<Option<i64>, Error> {
    let found = identity_provider::visible(tx, tenant, name)?;
    Ok(found.filter(|profile| profile.name != governance::RESIDENT).map(|profile| profile.id))
}

/// The rows of a step. Providers and authenticators that are not there are left out, as in the original.
fn rows_of(tx: &mut Tx<'_>, tenant: TenantId, step: &Step) -> Result<Vec<StepRow>, Error> {
    let row =
        StepRow { step: step.order, subject: step.subject, attribute: step.attribute, ..StepRow::default() };
    let local = step.local.iter().map(|one| StepRow {
        authenticator: one.name.clone(),
        display_name: one.display_name.clone(),
        ..row.clone()
    });
    let mut rows: Vec<StepRow> = local.collect();
    for federated in &step.federated {
        let Some(idp) = provider(tx, tenant, &federated.name)? else { continue };
        let known = store::idp::authenticators(tx, idp)?;
        for one in &federated.authenticators {
            if known.iter().any(|known| known.name == one.name) {
                let authenticator = one.name.clone();
                rows.push(StepRow { idp: Some(idp), authenticator, ..row.clone() });
            }
        }
    }
    Ok(rows)
}
