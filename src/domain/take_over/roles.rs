//! Roles from `UM_ROLE` and `UM_HYBRID_ROLE`, with their members and permissions.

use super::OldRole;
use super::export::{Export, Files, Meant};
use crate::domain::Error;
use crate::domain::exported::Row;
use crate::domain::name::{APPLICATION, INTERNAL, folded, shown};
use crate::domain::permission::{EXECUTE, action};
use crate::domain::role::is_everyone;
use std::collections::HashMap;

/// How the names of applications' roles begin in the tables, which leave the domain of the other hybrid roles out.
const OF_APPLICATIONS: &str = "application/";

/// Reads the roles. `users` has the folded names by key.
pub(super) fn read(
    files: &Files,
    meant: &Meant,
    users: &HashMap<String, String>,
    export: &mut Export,
) -> Result<(), Error> {
    let tables = Tables::of(files, meant.tenant_id)?;
    own(&tables, meant, users, export)?;
    hybrid(&tables, meant, export)?;
    permissions(&tables, meant, export)
}

/// The rows of the tenant that is meant.
struct Tables<'f> {
    files: &'f Files,
    tenant: i64,
    /// Names by key.
    domains: HashMap<&'f str, String>,
}

impl<'f> Tables<'f> {
    fn of(files: &'f Files, tenant: i64) -> Result<Self, Error> {
        let mut tables = Self { files, tenant, domains: HashMap::new() };
        for row in tables.rows("UM_DOMAIN") {
            let name = row.must("UM_DOMAIN_NAME")?.to_uppercase();
            tables.domains.insert(row.must("UM_DOMAIN_ID")?.trim(), name);
        }
        Ok(tables)
    }

    fn rows(&self, table: &str) -> Vec<Row<'f>> {
        let found = self.files.tables.get(table).into_iter();
        found.flat_map(|table| table.of_tenant(self.tenant)).collect()
    }

    /// The domain that a row names by its key.
    fn domain(&self, row: &Row<'_>) -> Result<&str, Error> {
        let key = row.must("UM_DOMAIN_ID")?.trim();
        self.domains.get(key).map(String::as_str).ok_or_else(|| {
            row.refuse(&format!("there is no domain {key} of this tenant in UM_DOMAIN.csv; export it whole"))
        })
    }
}

/// Roles of the user store itself, whose members are named by key.
fn own(
    tables: &Tables<'_>,
    meant: &Meant,
    users: &HashMap<String, String>,
    export: &mut Export,
) -> Result<(), Error> {
    let places = keyed(&tables.rows("UM_ROLE"), export, &meant.store)?;
    for row in tables.rows("UM_USER_ROLE") {
        match (
            places.get(row.must("UM_ROLE_ID")?.trim()).and_then(|place| export.roles.get_mut(*place)),
            users.get(row.must("UM_USER_ID")?.trim()),
        ) {
            (Some(role), Some(user)) => role.members.push(user.clone()),
            (None, _) => export.pass_over("memberships of roles that are not there"),
            (_, None) => export.pass_over("memberships of users who are not there"),
        }
    }
    Ok(())
}

/// Hybrid roles, whose members are named by domain and name.
fn hybrid(tables: &Tables<'_>, meant: &Meant, export: &mut Export) -> Result<(), Error> {
    let places = keyed(&tables.rows("UM_HYBRID_ROLE"), export, INTERNAL)?;
    for row in tables.rows("UM_HYBRID_USER_ROLE") {
        let user = folded(row.must("UM_USER_NAME")?);
        if tables.domain(&row)? != meant.store {
            export.pass_over("memberships of users of other user stores");
            continue;
        }
        match places.get(row.must("UM_ROLE_ID")?.trim()).and_then(|place| export.roles.get_mut(*place)) {
            Some(role) => role.members.push(user),
            None => export.pass_over("memberships of roles that are not there"),
        }
    }
    Ok(())
}

/// What the roles may, which the tables say by their names.
fn permissions(tables: &Tables<'_>, meant: &Meant, export: &mut Export) -> Result<(), Error> {
    let mut known = HashMap::new();
    for row in tables.rows("UM_PERMISSION") {
        known.insert(row.must("UM_ID")?.trim(), (row.must("UM_RESOURCE_ID")?, row.must("UM_ACTION")?));
    }
    let places: HashMap<String, usize> =
        export.roles.iter().enumerate().map(|(place, role)| (folded(&role.typed), place)).collect();
    for row in tables.rows("UM_ROLE_PERMISSION") {
        let (key, name) = (row.must("UM_PERMISSION_ID")?.trim(), row.must("UM_ROLE_NAME")?);
        let Some((resource, done)) = known.get(key) else {
            export.pass_over("permissions that are not in UM_PERMISSION");
            continue;
        };
        if action(done) != Some(EXECUTE) {
            export.pass_over("permissions for other actions than ui.execute");
            continue;
        }
        // The original writes none where the domain of a role was not registered.
        if row.text("UM_DOMAIN_ID").is_none() {
            export.pass_over("permissions of roles that are in no domain");
            continue;
        }
        let domain = tables.domain(&row)?;
        let typed = match domain {
            INTERNAL | APPLICATION if is_of_application(name) => name.to_owned(),
            domain => shown(domain, name),
        };
        let allowed = row.flag("UM_IS_ALLOWED");
        match places.get(&folded(&typed)).and_then(|place| export.roles.get_mut(*place)) {
            Some(role) => role.grants.push(((*resource).to_owned(), allowed)),
            None if [meant.store.as_str(), INTERNAL, APPLICATION].contains(&domain) => {
                export.pass_over("permissions of roles that are not there");
            }
            None => export.pass_over("permissions of roles of other user stores"),
        }
    }
    Ok(())
}

/// Adds the roles of a domain to the export and says which place each has by its key.
fn keyed(rows: &[Row<'_>], export: &mut Export, domain: &str) -> Result<HashMap<String, usize>, Error> {
    let mut places = HashMap::new();
    for row in rows {
        let name = row.must("UM_ROLE_NAME")?;
        let of_application = domain == INTERNAL && is_of_application(name);
        if name.contains('/') && !of_application {
            return Err(row.refuse(&format!("{name} has a slash in it, which no role can have here")));
        }
        let typed = if of_application { name.to_owned() } else { shown(domain, name) };
        places.insert(row.must("UM_ID")?.trim().to_owned(), export.roles.len());
        export.roles.push(OldRole { place: row.place(), typed, members: Vec::new(), grants: Vec::new() });
    }
    Ok(places)
}

fn is_of_application(name: &str) -> bool {
    name.to_lowercase().starts_with(OF_APPLICATIONS)
}

/// Everybody has this role; nobody is written down as a member.
pub(super) fn has_everybody(role: &OldRole) -> bool {
    is_everyone(&role.typed)
}
