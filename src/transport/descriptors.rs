//! How many files and connections the process may have open at once.
//!
//! Systems allow a thousand out of habit, for programs that cannot count further, and as many as are needed to whoever asks.
//! Connections must not take all of them: the database opens files for those who are connected already.

use super::limits::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Asks for as many as there are, and lowers the number of connections if two listeners could take what the server needs
/// for itself.
pub(super) fn leave_enough(limits: Limits) -> Limits {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let allowed = if raised.is_ok() { maximum } else { current };
    let Some(most) = allowed.map(of_each_listener) else { return limits };
    if most < limits.connections {
        tracing::warn!(
            files = allowed,
            connections = most,
            "the system allows too few open files for as many connections as are configured (ulimit -n, LimitNOFILE)"
        );
    }
    Limits { connections: limits.connections.min(most), ..limits }
}

/// The connections that each of two listeners may hold.
fn of_each_listener(files: u64) -> usize {
    let own = (files / 4).clamp(32, 256);
    usize::try_from(files.saturating_sub(own) / 2).unwrap_or(usize::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::of_each_listener;

    #[test]
    fn connections_leave_files_for_the_server_itself() {
        for (files, most) in [(20, 1), (40, 4), (256, 96), (1_024, 384), (1_048_576, 524_160)] {
            assert_eq!(of_each_listener(files), most, "{files}");
        }
    }
}
