//! Names with a user-store domain in front: `DOM/tom`, `Internal/everyone`.

use std::borrow::Cow;

/// The primary user store; its names are written without domain.
pub const PRIMARY: &str = "PRIMARY";
/// Domain of the hybrid roles, kept outside the user stores.
pub const INTERNAL: &str = "INTERNAL";
/// Domain of the roles of applications.
pub const APPLICATION: &str = "APPLICATION";

/// Whom the registry of IS 5.3.0 takes everybody for who has not signed in.
pub const ANONYMOUS_USER: &str = "wso2.anonymous.user";
/// Whom the server itself goes by.
pub const SYSTEM_USER: &str = "wso2.system.user";

/// Whether a name belongs to nobody who could sign in.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    [ANONYMOUS_USER, SYSTEM_USER].contains(&folded(name).as_str())
}

/// A name taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualifiedName {
    /// The domain in upper case, if one was typed.
    pub domain: Option<String>,
    /// The rest.
    pub name: String,
}

impl QualifiedName {
    /// Takes a typed name apart at its first slash; one that stands in front belongs to the name.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        match typed.split_once('/').filter(|(domain, _)| !domain.is_empty()) {
            Some((domain, name)) => Self { domain: Some(domain.to_uppercase()), name: name.to_owned() },
            None => Self { domain: None, name: typed.to_owned() },
        }
    }

    /// The domain, the primary one when none was typed.
    #[must_use]
    pub fn domain_or_primary(&self) -> &str {
        self.domain.as_deref().unwrap_or(PRIMARY)
    }
}

/// A name as clients see it: bare for the primary store, with the domain otherwise.
#[must_use]
pub fn shown(domain: &str, name: &str) -> String {
    match domain {
        PRIMARY => name.to_owned(),
        INTERNAL => ["Internal/", name].concat(),
        APPLICATION => ["Application/", name].concat(),
        other => [other, "/", name].concat(),
    }
}

/// The form of a name that look-ups compare.
#[must_use]
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// A text in lower case, for comparing what mostly is already, as claims and permissions are.
#[must_use]
pub fn lowered(text: &str) -> Cow<'_, str> {
    // All of it, which the compiler looks at many bytes at a time.
    match text.bytes().fold(false, |found, byte| found | !byte.is_ascii() | byte.is_ascii_uppercase()) {
        false => Cow::Borrowed(text),
        true => Cow::Owned(text.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_parts_the_domain_from_the_name_unless_it_stands_in_front() {
        for (typed, domain, name) in [
            ("tom", None, "tom"),
            ("sales/tom", Some("SALES"), "tom"),
            ("SALES/a/b", Some("SALES"), "a/b"),
            ("SALES/", Some("SALES"), ""),
            ("/tom", None, "/tom"),
            ("", None, ""),
        ] {
            let parsed = QualifiedName::parse(typed);
            assert_eq!((parsed.domain.as_deref(), parsed.name.as_str()), (domain, name), "{typed}");
        }
    }
}
