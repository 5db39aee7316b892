//! Temporary data directories for unit tests.

use std::path::{Path, PathBuf};

/// A directory that is removed when the value is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes an empty directory of its own below the system's temporary folder.
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("soapstone-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
