//! Permissions of applications: paths below `/permission/applications/<name>`, to be granted to roles like any others.

use crate::domain::{Error, TenantId};
use crate::store::{self, Tx};
use std::collections::BTreeSet;

/// What all of them are below.
pub const ROOT: &str = "/permission/applications";

/// A permission as it is kept: the way below the application's own node.
///
/// # Errors
/// An empty one, which the original stumbles over.
pub(super) fn kept(typed: &str) -> Result<String, Error> {
    let kept = typed.trim_matches('/');
    if kept.is_empty() {
        return Err(Error::refused("A permission must have a name"));
    }
    Ok(kept.to_owned())
}

/// Everything that can be granted of these permissions: the application's node, each permission, and what is between.
fn resources(name: &str, permissions: &[String]) -> BTreeSet<String> {
    let node = [ROOT, "/", name].concat();
    let mut all = BTreeSet::from([node.clone()]);
    for permission in permissions {
        let mut path = node.clone();
        for part in permission.split('/') {
            path = [&path, "/", part].concat();
            all.insert(path.clone());
        }
    }
    all.into_iter().map(|path| path.to_lowercase()).collect()
}

/// Has grants follow an application to its new name.
pub(super) fn rename(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    (old, new): (&str, &str),
    permissions: &[String],
) -> Result<(), Error> {
    for (from, to) in resources(old, permissions).iter().zip(&resources(new, permissions)) {
        if from != to {
            store::grant::clear_resource(tx, tenant.0, to)?;
            store::grant::move_resource(tx, tenant.0, from, to)?;
        }
    }
    Ok(())
}

/// Takes from everybody what an application no longer has.
pub(super) fn revoke(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    name: &str,
    stored: &[String],
    kept: &[String],
) -> Result<(), Error> {
    let kept = resources(name, kept);
    for gone in resources(name, stored).difference(&kept) {
        store::grant::clear_resource(tx, tenant.0, gone)?;
    }
    Ok(())
}

/// Takes everything of an application from everybody.
pub(super) fn revoke_all(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    name: &str,
    stored: &[String],
) -> Result<(), Error> {
    for gone in resources(name, stored) {
        store::grant::clear_resource(tx, tenant.0, &gone)?;
    }
    Ok(())
}

/// Paths and names of everything that the applications of a tenant add to the tree of permissions, parents first.
///
/// # Errors
/// Failures of the database.
pub fn of_tenant(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<(String, String)>, Error> {
    let mut all = BTreeSet::new();
    for (name, permission) in store::application::permissions(tx, tenant.0)? {
        let mut path = ROOT.to_owned();
        for part in [&*name, "/", &permission].concat().split('/') {
            path = [&path, "/", part].concat();
            all.insert((path.clone(), part.to_owned()));
        }
    }
    Ok(all.into_iter().collect())
}
