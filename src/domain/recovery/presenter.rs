//! Who presents a code, as far as it matters to what comes of it.

use std::net::IpAddr;

/// Who presents a code.
#[derive(Debug, Clone, Default)]
pub struct Presenter {
    /// Where from, as far as his face knows.
    pub address: Option<IpAddr>,
    /// Further placeholders for the mail about it.
    pub properties: Vec<(String, String)>,
}

impl Presenter {
    /// What the audit trail says about where a reset was completed.
    pub(super) fn audited(&self) -> String {
        self.address.map_or_else(String::new, |address| format!("From : {}", address.to_canonical()))
    }
}
