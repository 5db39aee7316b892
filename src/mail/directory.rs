//! Mails as `.eml` files, for development without a mail server.

use super::{Failure, SettingsError};
use crate::store::aside;
use std::path::{Path, PathBuf};

/// Makes the folder, readable by its owner only: mails carry codes.
pub(super) fn prepare(folder: &Path) -> Result<(), SettingsError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| SettingsError::Directory { path: folder.to_owned(), source })
}

/// Writes one mail. The name sorts by time and stays the same over attempts, so that none is written twice.
pub(super) async fn deliver(folder: PathBuf, name: String, message: Vec<u8>) -> Result<(), Failure> {
    let written = aside(move || write(&folder, &name, &message)).await;
    match written {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => Err(Failure::Later(format!("the mail file cannot be written: {error}"))),
        None => Err(Failure::Later("the mail file was not written".into())),
    }
}

fn write(folder: &Path, name: &str, message: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    // A reader that watches the folder never sees half a mail.
    let unfinished = folder.join(format!(".{name}.part"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&unfinished)?.write_all(message)?;
    std::fs::rename(unfinished, folder.join(name))
}
