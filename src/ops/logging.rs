//! The log: lines for people or JSON for machines, on standard error.

use tracing_subscriber::EnvFilter;

/// Begins logging. `RUST_LOG` wins over the configured level.
pub fn start(level: &str, json: bool) {
    let filter = EnvFilter::try_from_default_env()
        .or_else(|_| EnvFilter::try_new(level))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // A second start in one process, as in tests, keeps the first.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
}
