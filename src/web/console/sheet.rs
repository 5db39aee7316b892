//! What an administrator is told whose form meets a change of somebody else.

use super::texts;
use crate::domain::Error;
use crate::web::form::Parameters;
use crate::web::sheet::Merged;
pub use crate::web::sheet::{SHOWN, Sheet, lines, no_list, one_line};

/// Whether a value is shown as a box to tick.
pub fn is_switch(value: &str) -> bool {
    value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
}

/// What a form says of a field that was shown with a value, as a box where that is [yes or no](is_switch). A box that is not
/// ticked is not sent; what a form does not speak of that does not say what it was made with, a script's, stays.
pub fn text_sent<'t>(parameters: &'t Parameters, field: &str, was: &'t str) -> &'t str {
    match parameters.get(field) {
        Some(sent) if !is_switch(was) => sent,
        Some(sent) if sent.eq_ignore_ascii_case("true") => "true",
        Some(_) => "false",
        None if is_switch(was) && parameters.get(SHOWN).is_some() => "false",
        None => was,
    }
}

/// As much of a value as a message holds.
const LONGEST: usize = 200;

fn told(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => [value.get(..end).unwrap_or_default(), "…"].concat(),
        None => value.to_owned(),
    }
}

/// The sheet, if nothing is contested.
///
/// # Errors
/// What is contested, and what it is `now`.
pub fn agreed(merged: Merged, now: &Sheet, label: impl Fn(&str) -> String) -> Result<Sheet, Error> {
    if merged.contested.is_empty() {
        return Ok(merged.sheet);
    }
    let is = merged.contested.iter().map(|field| match now.all(field) {
        [] => texts::filled("contested_empty", &[&label(field)]),
        values => texts::filled("contested_field", &[&label(field), &told(&values.join(" "))]),
    });
    Err(Error::refused(texts::filled("contested", &[&is.collect::<Vec<_>>().join("; ")])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_is_told_what_it_is_now_and_a_long_text_only_in_part() {
        let mut now = Sheet::default();
        now.write("b", "4");
        now.write("body", &"ö".repeat(300));
        let contested = ["a", "b", "body"].map(str::to_owned).to_vec();
        let merged = Merged { sheet: Sheet::default(), contested };
        let refused = agreed(merged, &now, str::to_uppercase).unwrap_err().to_string();
        let body = "ö".repeat(200);
        let expected = format!("Now: A is empty or off; B is “4”; BODY is “{body}…”.");
        assert!(refused.contains(&expected), "{refused}");
    }
}
