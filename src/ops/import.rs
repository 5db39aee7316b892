//! Importing what an existing deployment has in its database.

use super::cli::Idp;
use super::commands::{Desk, Failure, say, unreadable};
use crate::domain::Error;
use crate::domain::identity_provider::import::{Tables, import};
use std::path::Path;

impl Desk {
    /// `idp …`
    ///
    /// # Errors
    /// A folder without the tables, and what the rules refuse; then nothing is imported.
    pub fn idp(&self, command: Idp) -> Result<(), Failure> {
        let Idp::Import { folder, tenant_id, of } = command;
        let actor = self.actor(&of)?;
        let (tables, unread) = tables(&folder)?;
        let providers = tables.providers(tenant_id);
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
        for missing in tables.missing() {
            say(&format!("there is no {missing}.csv; nothing of it is imported"))?;
        }
        unread.iter().try_for_each(|name| say(&format!("{name} is not read")))
    }
}

/// The tables whose files are there, and the names of the files that nobody reads.
fn tables(folder: &Path) -> Result<(Tables, Vec<String>), Failure> {
    let mut tables = Tables::default();
    let unread = each_file(folder, |name, content| tables.take(name, content))?;
    if tables.missing().any(|name| name == "IDP") {
        return Err(Failure::Usage(format!("{}: there is no IDP.csv", folder.display())));
    }
    Ok((tables, unread))
}

/// Hands every file of a folder over, in the order of their names; says which were not taken.
pub(super) fn each_file(
    folder: &Path,
    mut take: impl FnMut(&str, &[u8]) -> Result<bool, Error>,
) -> Result<Vec<String>, Failure> {
    let (mut unread, mut paths) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        paths.push(entry?.path());
    }
    paths.sort();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let content = std::fs::read(&path).map_err(unreadable(&path))?;
        if !take(&name, &content)? {
            unread.push(name);
        }
    }
    Ok(unread)
}
