//! Going through a long list. A list is read from a place on (`after`, the key of the last row that was shown), so that
//! the hundredth page costs what the first one does; the way back is the browser's, or the beginning.

use super::visit::Visit;
use serde::Serialize;

/// Rows on a page.
pub const ROWS: usize = 25;

/// Where a page leads to; shown by the component `pages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pages {
    /// The beginning, unless this is it.
    pub first: Option<String>,
    /// What comes next, if there is more.
    pub next: Option<String>,
}

impl Pages {
    /// Cuts the row off that was read to see whether there is more, and says where the rest is. `rows` are up to
    /// [`ROWS`]` + 1`, `key` is what the next page begins behind.
    pub fn of<T>(visit: &Visit, rows: &mut Vec<T>, key: impl Fn(&T) -> String) -> Self {
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let last = rows.last().filter(|_| has_more).map(key);
        Self {
            first: (!visit.key("after").is_empty()).then(|| visit.here_with(&[("after", "")])),
            next: last.map(|key| visit.here_with(&[("after", &key)])),
        }
    }
}
