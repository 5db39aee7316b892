//! Reads comma-separated text as opencsv does, which the original uses: quotes around fields, doubled or escaped by a
//! backslash inside them, and line breaks inside quotes. A backslash that escapes nothing stays, so that passwords do.

/// A line: where it begins in the file, from 1, and its fields; a blank one is one empty field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub cells: Vec<String>,
}

/// The lines of a text.
pub fn read(text: &str, separator: char) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut cells, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let (mut begun, mut number) = (1, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let breaks = letter == '\n' || (letter == '\r' && letters.peek() != Some(&'\n'));
        number += usize::from(breaks);
        match letter {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => {
                // White space before a quote is none of the field.
                if !quoted && field.trim().is_empty() {
                    field.clear();
                }
                quoted = !quoted;
            }
            '\\' if quoted => {
                field.push(letters.next_if(|next| matches!(next, '"' | '\\')).unwrap_or(letter))
            }
            _ if quoted => field.push(letter),
            '\r' if !breaks => {}
            _ if breaks => {
                cells.push(std::mem::take(&mut field));
                lines.push(Line { number: begun, cells: std::mem::take(&mut cells) });
                begun = number;
            }
            _ if letter == separator => cells.push(std::mem::take(&mut field)),
            _ => field.push(letter),
        }
    }
    if !field.is_empty() || !cells.is_empty() {
        cells.push(field);
        lines.push(Line { number: begun, cells });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn fields_stand_between_separators_and_in_quotes_where_they_need_them() {
        for (text, expected) in [
            ("a,b\nc,d\n", vec![(1, vec!["a", "b"]), (2, vec!["c", "d"])]),
            ("a,b\r\nc", vec![(1, vec!["a", "b"]), (2, vec!["c"])]),
            ("\"a,b\", \"c\"\"d\"", vec![(1, vec!["a,b", "c\"d"])]),
            ("\"a\r\nb\",c\rd", vec![(1, vec!["a\r\nb", "c"]), (3, vec!["d"])]),
            ("\"a\\\"b\\\\\",c", vec![(1, vec!["a\"b\\", "c"])]),
            ("tom,pass\\word", vec![(1, vec!["tom", "pass\\word"])]),
            ("a,,\n\nb", vec![(1, vec!["a", "", ""]), (2, vec![""]), (3, vec!["b"])]),
            ("", vec![]),
        ] {
            for separator in [',', ';'] {
                let change = |text: &str| text.replace(',', &separator.to_string());
                let lines = read(&change(text), separator);
                let found: Vec<_> = lines.into_iter().map(|line| (line.number, line.cells)).collect();
                let expected: Vec<(usize, Vec<String>)> = expected
                    .iter()
                    .map(|(number, cells)| (*number, cells.iter().map(|cell| change(cell)).collect()))
                    .collect();
                assert_eq!(found, expected, "{text:?}");
            }
        }
    }
}
