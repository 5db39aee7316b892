//! The log: lines for people or JSON for machines, on standard error.

use std::io::{Stderr, Write};
use tracing_subscriber::EnvFilter;

/// Standard error, where every event is one line: what clients send is part of some, and must not look like another
/// event. Colours are none of theirs, so an escape is replaced as well unless the line may have them.
struct Lines {
    out: Stderr,
    colours: bool,
}

impl Write for Lines {
    /// Takes a whole event, which ends with the end of its line. That nobody reads the log any more is no reason to stop
    /// serving, and there is nowhere to say it.
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let _ = self.out.write_all(&one_line(event, self.colours));
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn one_line(event: &[u8], colours: bool) -> std::borrow::Cow<'_, [u8]> {
    let text = event.strip_suffix(b"\n").unwrap_or(event);
    let breaks = |byte: &u8| byte.is_ascii_control() && !(colours && *byte == 0x1b);
    if !text.iter().any(breaks) {
        return event.into();
    }
    let mut line: Vec<u8> = text.iter().map(|byte| if breaks(byte) { b' ' } else { *byte }).collect();
    line.extend(event.get(text.len()..).unwrap_or_default());
    line.into()
}

/// Begins logging: at the configured level, and as `RUST_LOG` says where it says something else.
pub fn start(level: &str, json: bool) {
    let asked = std::env::var("RUST_LOG").unwrap_or_default();
    let (filter, unreadable) = filter(level, &asked);
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = move || Lines { out: std::io::stderr(), colours };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines).with_ansi(colours);
    // A second start in one process, as in tests, keeps the first.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
    if let Some(why) = unreadable {
        tracing::warn!(
            RUST_LOG = asked,
            why,
            "the filter of the log cannot be read; the configured level counts"
        );
    }
}

/// What is logged, and why `asked` cannot be read if it cannot. Whoever asks for more of one target keeps all others, the
/// audit lines among them.
fn filter(level: &str, asked: &str) -> (EnvFilter, Option<String>) {
    if asked.trim().is_empty() {
        return (EnvFilter::new(level), None);
    }
    match EnvFilter::try_new(format!("{level},{asked}")) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(level), Some(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::{filter, one_line};

    #[test]
    fn what_is_asked_for_comes_on_top_of_the_configured_level_and_what_cannot_be_read_changes_nothing() {
        for (asked, expected, is_readable) in [
            ("", "info", true),
            (" ", "info", true),
            ("warn", "warn", true),
            ("soapstone=debug", "soapstone=debug,info", true),
            ("error,soapstone=debug", "soapstone=debug,error", true),
            ("soapstone=verbose", "info", false),
        ] {
            let (filter, unreadable) = filter("info", asked);
            assert_eq!(
                (filter.to_string().as_str(), unreadable.is_none()),
                (expected, is_readable),
                "{asked}"
            );
        }
    }

    #[test]
    fn an_event_is_one_line_whatever_is_in_it() {
        assert_eq!(&*one_line(b"said\r\nINFO AUDIT_LOG\x1b[0m\n", false), b"said  INFO AUDIT_LOG [0m\n");
        assert_eq!(&*one_line(b"\x1b[2msaid\nit\x1b[0m\n", true), b"\x1b[2msaid it\x1b[0m\n");
        assert_eq!(&*one_line("Zoë sagt\n".as_bytes(), false), "Zoë sagt\n".as_bytes());
    }
}
