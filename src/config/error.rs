//! What is wrong with a configuration, where, and what to do.

use std::path::PathBuf;

/// A mistake in a configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{path}: {source}\nhint: check the path and its permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not written as it should be.
    #[error("{path}:{line}:{column}: {why}\nhint: {hint}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1; 0 when it is not known.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What was found.
        why: String,
        /// What to do.
        hint: &'static str,
    },
    /// A value cannot be used.
    #[error("{origin}: {key}: {why}\nhint: {hint}")]
    Value {
        /// Where it was set: a file with its line, an environment variable, a flag.
        origin: String,
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
        /// What to do.
        hint: String,
    },
}

/// What the reader of settings says, without the names that its types have in this program.
pub(super) fn plainly(message: &str) -> String {
    const WORDS: [(&str, &str); 9] = [
        ("expected u16", "expected a number from 0 to 65535"),
        ("expected u32", "expected a whole number"),
        ("expected u64", "expected a whole number"),
        ("expected usize", "expected a whole number"),
        ("expected i64", "expected a whole number"),
        ("expected a sequence", "expected a list in brackets"),
        ("expected struct Log", "expected a table, [log]"),
        ("expected struct Mail", "expected a table, [mail]"),
        ("invalid IP address syntax", "invalid IP address, write it like 127.0.0.1 or ::1"),
    ];
    WORDS.iter().fold(message.to_owned(), |said, (word, plain)| said.replace(word, plain))
}
