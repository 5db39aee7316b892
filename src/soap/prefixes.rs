//! Prefixes of bean types that were chosen, for clients that look for names like `ax2615:claimUri` as they are written.
//!
//! The original numbers them when it deploys its services, so each installation has its own, and keeps it.

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

    /// The one that was chosen for a namespace.
    pub(super) fn of(&self, namespace: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == namespace).map(|(_, prefix)| prefix.as_str())
    }

    /// Whether a prefix is one of them.
    pub(super) fn has(&self, prefix: &str) -> bool {
        self.0.iter().any(|(_, known)| known == prefix)
    }
}
