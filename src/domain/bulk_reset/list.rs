//! Lists of names: what people type one a line, and the first column of a file. A name may hold whatever the pattern of
//! user names lets through, so nothing that is typed is taken apart, and a file only where it says so itself.

use crate::domain::name::{QualifiedName, folded};
use std::collections::HashSet;

/// What the first line of a file may be called.
const HEADINGS: [&str; 3] = ["username", "user name", "name"];
/// What spreadsheets write between columns, each in the languages it likes.
const SEPARATORS: [char; 3] = [',', ';', '\t'];
/// What a cell must not begin with in a spreadsheet; a quotation mark in front of it is no part of the text.
const FORMULA: [char; 4] = ['=', '+', '-', '@'];

/// A quotation mark that nothing closes: everything behind it would be one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unclosed {
    /// The line it is in, from 1.
    pub line: usize,
}

/// The names that were typed, one a line; blank lines and repetitions are left out.
#[must_use]
pub fn typed(text: &str) -> Vec<String> {
    distinct(text.lines().map(str::to_owned))
}

/// The names of a file: one a line, or the first column of a table. A heading is left out, too.
///
/// # Errors
/// [`Unclosed`].
pub fn of_file(text: &str) -> Result<Vec<String>, Unclosed> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut cells = first_column(text, separator(first))?;
    let at = cells.iter().position(|cell| !cell.trim().is_empty()).unwrap_or(0);
    if cells.get(at).is_some_and(|cell| HEADINGS.contains(&cell.trim().to_lowercase().as_str())) {
        cells.remove(at);
    }
    Ok(distinct(cells.into_iter().map(|cell| match cell.trim().strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) => rest.to_owned(),
        _ => cell,
    })))
}

/// What ends the first cell of a line.
fn separator(line: &str) -> char {
    let is_quoted = line.trim_start().starts_with('"');
    let mut inside = false;
    let ends = |letter: &char| {
        inside ^= is_quoted && *letter == '"';
        !inside && SEPARATORS.contains(letter)
    };
    line.chars().find(ends).unwrap_or(',')
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let names = names.map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty() && seen.insert(meant(name))).collect()
}

/// Whom a name means, however it is written: `PRIMARY/tom` is Tom, and would get two mails, the first with a code that is
/// void.
fn meant(name: &str) -> (String, String) {
    let parsed = QualifiedName::parse(name);
    (parsed.domain_or_primary().to_owned(), folded(&parsed.name))
}

/// The first cell of every line. A quotation mark opens a cell at its beginning only; inside a cell it is a letter like
/// any other.
fn first_column(text: &str, separator: char) -> Result<Vec<String>, Unclosed> {
    let (mut found, mut cell, mut is_first) = (Vec::new(), String::new(), true);
    let (mut line, mut opened) = (1, None);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends_line = letter == '\n' || (letter == '\r' && letters.peek() != Some(&'\n'));
        line += usize::from(ends_line);
        match letter {
            '"' if opened.is_some() && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' if opened.is_some() => opened = None,
            other if opened.is_some() => cell.push(other),
            '"' if cell.trim().is_empty() => {
                cell.clear();
                opened = Some(line);
            }
            _ if ends_line || letter == separator => {
                let ended = std::mem::take(&mut cell);
                if is_first {
                    found.push(ended);
                }
                is_first = ends_line;
            }
            other => cell.push(other),
        }
    }
    if let Some(line) = opened {
        return Err(Unclosed { line });
    }
    if is_first {
        found.push(cell);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_one_name_a_line_whatever_is_in_it() {
        let text = "a,b\r\nx\"y\n müller \nstaff;Smith\n\n\"q\"\n=1+1\nname\nMÜLLER\n'=x";
        assert_eq!(typed(text), ["a,b", "x\"y", "müller", "staff;Smith", "\"q\"", "=1+1", "name", "'=x"]);
    }

    #[test]
    fn files_are_read_as_people_and_spreadsheets_write_them() {
        for (text, expected) in [
            ("tom\nann\n", vec!["tom", "ann"]),
            ("\u{feff}UserName,mail\r\ntom,tom@example.org\r\nAAA/ann,\r\n", vec!["tom", "AAA/ann"]),
            ("tom;Tom;Smith, T.\nann;Ann;Bee\n", vec!["tom", "ann"]),
            ("\"a,b\";Tom\nann;Ann, A.\n", vec!["a,b", "ann"]),
            ("name;first\ntom;Tom, T.\nann;Ann\n", vec!["tom", "ann"]),
            ("user name\tmail\rtom\tx\rann\ty", vec!["tom", "ann"]),
            ("  tom \n\n\nTOM\n\"o'neil, x\"", vec!["tom", "o'neil, x"]),
            ("O\"Neil\ntom\nann", vec!["O\"Neil", "tom", "ann"]),
            ("\"a\"\"b\",\"two\nlines\"\nann,x\"y\n", vec!["a\"b", "ann"]),
            ("\"'=1+1\",done\n\"'-2\"\n'quoted'", vec!["=1+1", "-2", "'quoted'"]),
            ("tom\nname", vec!["tom", "name"]),
            ("tom\nPRIMARY/Tom\nAAA/tom\nprimary/ann\nANN\naaa/Tom", vec!["tom", "AAA/tom", "primary/ann"]),
            (" \n,\n", vec![]),
        ] {
            assert_eq!(of_file(text).unwrap(), expected, "{text:?}");
        }
        for (text, line) in [("tom\nann\n\"eve\nbob\n", 3), ("a,\"b\nc", 1), ("a\rb\r\"c", 3)] {
            assert_eq!(of_file(text), Err(Unclosed { line }), "{text:?}");
        }
    }
}
