//! Prefixes of bean types: numbered, or chosen for clients that look for names like `ax2615:claimUri` as they are written.
//! Answers and documents have the same, since some clients send back a bean with the `xsi:type` they read and declare what
//! the document declares.
//!
//! The original numbers them when it deploys its services, so each installation has its own, and keeps it.

/// First number of the prefixes; the original counts over the whole server, so any number may occur.
pub(super) const FIRST_PREFIX: usize = 2301;

/// Prefixes by namespace; a namespace that is not listed gets a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BeanPrefixes(Vec<(String, String)>);

impl BeanPrefixes {
    /// Those of a list like `ax2615=http://dao.service.ws.um.carbon.wso2.org/xsd`.
    #[must_use]
    pub fn listed(list: &[String]) -> Self {
        let chosen = list.iter().filter_map(|one| one.split_once('='));
        Self(chosen.map(|(prefix, namespace)| (namespace.into(), prefix.into())).collect())
    }

    /// Whether none was chosen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A prefix for each of these namespaces: the one that was chosen, or a number that no other has.
    pub(super) fn each<'n>(&self, namespaces: impl Iterator<Item = &'n str>) -> Vec<String> {
        let numbers = FIRST_PREFIX..;
        let mut numbered = numbers.map(|n| format!("ax{n}")).filter(|prefix| !self.has(prefix));
        let chosen = |namespace| self.of(namespace).map(str::to_owned);
        namespaces.filter_map(|namespace| chosen(namespace).or_else(|| numbered.next())).collect()
    }

    /// The one that was chosen for a namespace.
    fn of(&self, namespace: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == namespace).map(|(_, prefix)| prefix.as_str())
    }

    /// Whether a prefix is one of them.
    fn has(&self, prefix: &str) -> bool {
        self.0.iter().any(|(_, known)| known == prefix)
    }
}
