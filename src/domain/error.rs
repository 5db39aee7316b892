//! What the rules can answer instead of a result.
//!
//! The text of a refusal is the one clients of IS 5.3.0 know; a face may show it as it stands. That of a failure is for
//! the log, and every face has a fixed text of its own for it.

/// A refusal, or a failure below the rules.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The named user does not exist (claim reads and writes; IS 5.3.0 leaves out the blank before "does").
    #[error("UserNotFound: User {name}does not exist in: {domain}")]
    NoSuchUser {
        /// Name without domain.
        name: String,
        /// The user store that was asked.
        domain: String,
    },
    /// The name carries a user-store prefix that no store has.
    #[error("Invalid Domain Name")]
    UnknownDomain,
    /// There is no tenant of that name or key; IS 5.3.0 runs into a null pointer where one is needed.
    #[error("there is no such tenant")]
    NoSuchTenant,
    /// The caller may not do this to that user (IS 5.3.0, UserProfileAdmin).
    #[error("You are not authorized to perform this action.")]
    NotAuthorized,
    /// A refusal whose text is said where the rule is; used when no caller acts on the difference.
    #[error("{0}")]
    Refused(String),
    /// The database failed; never shown to a client.
    #[error("internal: {0}")]
    Internal(#[from] crate::store::Error),
    /// The machine failed: no randomness, no memory; never shown to a client.
    #[error("internal: {0}")]
    Broken(&'static str),
}

impl Error {
    /// Whether something failed below the rules: its text is for the log, and no client acts on it.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Internal(_) | Self::Broken(_))
    }

    /// The same refusal in other words; a failure stays what it is.
    #[must_use]
    pub fn reworded(self, words: impl FnOnce(&str) -> String) -> Self {
        if self.is_failure() { self } else { Self::Refused(words(&self.to_string())) }
    }

    /// A refusal with the text that the original answers.
    pub fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }

    /// What the original says of a failure of its own that it did not foresee.
    pub const UNFORESEEN: &str = "Error occurred while accessing Java Security Manager Privilege Block";

    /// A refusal where the original fails without having foreseen it.
    #[must_use]
    pub fn unforeseen() -> Self {
        Self::refused(Self::UNFORESEEN)
    }
}
