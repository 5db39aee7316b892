//! A progress bar on standard error: drawn over itself on a terminal, a line per tenth elsewhere.

use std::io::{IsTerminal as _, Write as _};

/// Characters of the bar.
const WIDTH: usize = 40;

/// How far something is whose size is known.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: usize,
    /// Whether it can be drawn over.
    terminal: bool,
    /// Tenths that were told.
    told: usize,
}

impl Progress {
    /// Begins at nothing; `what` names what is counted.
    #[must_use]
    pub fn begin(what: &'static str, total: usize) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { what, total, terminal, told: 0 }
    }

    /// Shows that so many are done. What cannot be shown is not worth failing for.
    pub fn show(&mut self, done: usize) {
        let tenths = done * 10 / self.total.max(1);
        if self.terminal {
            // The cursor goes back to the margin, so that what is logged meanwhile covers the bar instead of following it.
            let end = if done >= self.total { "\n" } else { "\r" };
            let _ = write!(std::io::stderr(), "\r\x1b[K{}{end}", self.line(done));
        } else if tenths > self.told {
            self.told = tenths;
            let _ = writeln!(std::io::stderr(), "{}", self.line(done));
        }
    }

    /// Says something in between.
    pub fn interrupt(&self, text: &str) {
        let clear = if self.terminal { "\r\x1b[K" } else { "" };
        let _ = writeln!(std::io::stderr(), "{clear}{text}");
    }

    fn line(&self, done: usize) -> String {
        let total = self.total.max(1);
        let filled = (done.min(total) * WIDTH) / total;
        let bar = ["#".repeat(filled), "-".repeat(WIDTH - filled)].concat();
        format!("[{bar}] {:3} % {done}/{} {}", done * 100 / total, self.total, self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_how_much_is_done() {
        let progress = Progress::begin("users", 200);
        let line = progress.line(50);
        assert!(
            line.starts_with(&format!("[{}{}]  25 % 50/200 users", "#".repeat(10), "-".repeat(30))),
            "{line}"
        );
        assert!(Progress::begin("users", 0).line(0).contains("  0 % 0/0"));
    }
}
