//! What can go wrong below the rules.

/// A failure of the database, told apart as far as a caller acts on the difference.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that must be unique or must have a parent; the text names the constraint.
    #[error("constraint violated: {0}")]
    Constraint(String),
    /// The row that had to be there is not.
    #[error("no row where one was expected: {0}")]
    Missing(&'static str),
    /// Another process held the database for longer than the busy timeout.
    #[error("the database is busy")]
    Busy,
    /// The file was written by a newer program.
    #[error(
        "{path} has schema version {found}, this program knows {known}\n\
         hint: start the newer soapstone; or, to go back to what was there before it, put {path}.v{known}.bak in place of \
         the file, if it is there, and remove the -wal and -shm beside it", path = path.display()
    )]
    NewerSchema {
        /// The database file.
        path: std::path::PathBuf,
        /// Version found in the file.
        found: u32,
        /// Newest version this program can write.
        known: u32,
    },
    /// The file is no more where the data directory has it.
    #[error(
        "{0} was removed or replaced while the server runs: what is written now is lost when it stops. Stop it, and \
         restore the file from a backup"
    )]
    Gone(std::path::PathBuf),
    /// What is in the file contradicts itself.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Another server runs on the same data directory.
    #[error("another soapstone server already runs on {0}; stop it, or give this one its own --data-dir")]
    InUse(std::path::PathBuf),
    /// A file of the data directory could not be made, read or locked.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Anything else SQLite said.
    #[error("sqlite: {0}")]
    Sqlite(rusqlite::Error),
    /// The work was done, or was to be done, and nothing of it lasts: the commit that it shared failed. Each of those who
    /// shared it is told why.
    #[error("nothing of the commit lasts: {0}")]
    Lost(String),
    /// The writer stopped, because the server is shutting down or a job panicked.
    #[error("the store is closed")]
    Closed,
}

impl Error {
    /// Whether nothing is wrong with the file but that it cannot grow or be written.
    #[must_use]
    pub fn is_for_want_of_room(&self) -> bool {
        use rusqlite::ErrorCode::{DiskFull, ReadOnly, SystemIoFailure};
        match self {
            Self::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(DiskFull | ReadOnly | SystemIoFailure))
            }
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{ConstraintViolation, DatabaseBusy, DatabaseLocked};
        match &error {
            rusqlite::Error::SqliteFailure(failure, text) => match failure.code {
                ConstraintViolation => Self::Constraint(text.clone().unwrap_or_else(|| failure.to_string())),
                DatabaseBusy | DatabaseLocked => Self::Busy,
                _ => Self::Sqlite(error),
            },
            _ => Self::Sqlite(error),
        }
    }
}
