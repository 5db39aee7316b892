//! The server process: since when it runs, on what machine, and whether it is about to stop. Filled at start-up; knows
//! no service.

use crate::domain::Now;
use tokio::sync::watch;

/// What a server can say of itself.
#[derive(Debug, Clone)]
pub struct Process {
    /// When the start began.
    pub started_at: Now,
    /// When everything listened.
    pub ready_at: Now,
    /// Becomes true when no more connections are taken.
    pub draining: watch::Receiver<bool>,
    /// The data directory.
    pub data_dir: String,
    /// The machine and the account.
    pub machine: Machine,
}

/// The machine and the account that the server runs on; what cannot be found out is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// Name of the operating system.
    pub system: String,
    /// Its version.
    pub system_version: Option<String>,
    /// Name of the account.
    pub user: Option<String>,
    /// Its home directory.
    pub home: Option<String>,
    /// Its country, of two letters.
    pub country: Option<String>,
}

impl Process {
    /// Whether it finishes what was accepted and then stops.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        *self.draining.borrow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_drains_is_about_to_stop() {
        let (drain, draining) = watch::channel(false);
        let process = Process {
            started_at: Now(0),
            ready_at: Now(0),
            draining,
            data_dir: String::new(),
            machine: Machine::default(),
        };
        assert!(!process.is_stopping());
        drain.send(true).unwrap();
        assert!(process.is_stopping());
    }
}
