//! Reads comma-separated text as opencsv does, which the original uses: quotes around fields, doubled or escaped by a
//! backslash inside them, and line breaks inside quotes. A backslash that escapes nothing stays, so that passwords do.

/// The fields of every line; blank lines are one empty field.
pub fn read(text: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let (mut line, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
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
                lines.push(std::mem::take(&mut line));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !line.is_empty() {
        line.push(field);
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::read;

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
