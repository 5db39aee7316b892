//! Reads comma-separated text as opencsv does, which the original uses: quotes around fields, doubled or escaped by a
//! backslash inside them, and line breaks inside quotes. A backslash that escapes nothing stays, so that passwords do.

/// The fields of every line; blank lines are one empty field.
pub fn read(text: &str) -> Vec<Vec<String>> {
    numbered(text).into_iter().map(|(_, fields)| fields).collect()
}

/// As [`read`], each with the number of the line it begins in: whoever is told of a mistake can find it.
pub fn numbered(text: &str) -> Vec<(usize, Vec<String>)> {
    let (mut lines, mut number, mut began) = (Vec::new(), 1, 1);
    let (mut line, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\n' || (letter == '\r' && letters.peek() != Some(&'\n')) {
            number += 1;
        }
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
            ',' if !quoted => line.push(std::mem::take(&mut field)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                line.push(std::mem::take(&mut field));
                lines.push((began, std::mem::take(&mut line)));
                began = number;
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !line.is_empty() {
        line.push(field);
        lines.push((began, line));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{numbered, read};

    #[test]
    fn a_line_is_known_by_where_it_begins() {
        let numbers = |text| numbered(text).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers("a\nb,\"c\nd\"\n\ne"), [1, 2, 4, 5]);
        assert_eq!(numbers("a\r\n\"b\r\nc\"\r\nd\re"), [1, 2, 4, 5]);
    }

    #[test]
    fn fields_stand_between_commas_and_in_quotes_where_they_need_them() {
        for (text, expected) in [
            ("a,b\nc,d\n", vec![vec!["a", "b"], vec!["c", "d"]]),
            ("a,b\r\nc", vec![vec!["a", "b"], vec!["c"]]),
            ("\"a,b\", \"c\"\"d\"", vec![vec!["a,b", "c\"d"]]),
            ("\"a\nb\",c", vec![vec!["a\nb", "c"]]),
            ("\"a\\\"b\\\\\",c", vec![vec!["a\"b\\", "c"]]),
            ("tom,pass\\word", vec![vec!["tom", "pass\\word"]]),
            ("a,,\n\nb", vec![vec!["a", "", ""], vec![""], vec!["b"]]),
            ("", vec![]),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }
}
