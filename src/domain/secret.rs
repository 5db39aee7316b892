//! Texts that must never be printed: passwords, codes, session ids.

use zeroize::Zeroizing;

/// A secret text. Wiped when dropped, silent in debug output, and not comparable by accident.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the one who checks or sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text without the blanks around it, which come along when somebody copies it.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        Self::from(self.0.trim())
    }

    /// Whether `presented` is this secret, in time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}
