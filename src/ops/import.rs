//! Importing what an existing deployment has in its database.

use super::cli::Idp;
use super::commands::{Desk, Failure, say};
use crate::domain::identity_provider::import::{TABLES, Tables, import};
use std::path::Path;

impl Desk {
    /// `idp …`
    ///
    /// # Errors
    /// A folder without the tables, and what the rules refuse; then nothing is imported.
    pub fn idp(&self, command: Idp) -> Result<(), Failure> {
        let Idp::Import { folder, tenant_id, of } = command;
        let actor = self.actor(&of)?;
        let providers = tables(&folder)?.providers(tenant_id);
        if providers.is_empty() {
            return Err(Failure::Usage(format!(
                "{}: IDP.csv has no row of tenant {tenant_id}; --tenant-id says which one is meant",
                folder.display()
            )));
        }
        let imported = self.write(move |tx, now, realm| {
            providers
                .into_iter()
                .map(|provider| import(tx, now, realm, &actor, provider))
                .collect::<Result<Vec<_>, _>>()
        })?;
        for one in &imported {
            for role in &one.missing_roles {
                say(&format!("{}: there is no role {role}, nothing is mapped to it", one.name))?;
            }
            say(&format!("imported {}", one.name))?;
        }
        Ok(())
    }
}

/// The tables whose files are there.
fn tables(folder: &Path) -> Result<Tables, Failure> {
    let mut tables = Tables::default();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_uppercase();
        let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        if is_csv && TABLES.contains(&name.as_str()) {
            tables.take(&name, &std::fs::read(&path)?)?;
            names.push(name);
        }
    }
    if !names.iter().any(|name| name == "IDP") {
        return Err(Failure::Usage(format!("{}: there is no IDP.csv", folder.display())));
    }
    Ok(tables)
}
