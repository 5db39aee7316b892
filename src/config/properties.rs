//! Files of properties, as Java reads them (`java.util.Properties`).

/// A property, and the line it begins at.
pub(super) type Line = (u32, String, String);

/// The properties in the order of the file. A backslash at the end of a line goes on with the next, elsewhere it stands for
/// the letter behind it or, as in `\n` and `\u00fc`, for another. A file that is not UTF-8 is in Latin-1, as Java takes it.
pub(super) fn read(bytes: &[u8]) -> Vec<Line> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    };
    let mut found = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let mut whole = line.trim_start().to_owned();
        if whole.is_empty() || whole.starts_with(['#', '!']) {
            continue;
        }
        while goes_on(&whole) {
            whole.pop();
            let Some((_, next)) = lines.next() else { break };
            whole.push_str(next.trim_start());
        }
        let (name, value) = parted(&whole);
        found.push((number, plain(name), plain(value)));
    }
    found
}

/// Whether a line ends with a backslash that stands for itself alone.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The name ends at the first `=`, `:` or blank without a backslash before it.
fn parted(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let ends = |letter: char| {
        let ends = !escaped && (matches!(letter, '=' | ':') || letter.is_ascii_whitespace());
        escaped = letter == '\\' && !escaped;
        ends
    };
    let (name, rest) = line.split_at(line.find(ends).unwrap_or(line.len()));
    let rest = rest.trim_start();
    (name, rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start())
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (letter == '\\').then(|| letters.next()).flatten() {
            None => plain.extend((letter != '\\').then_some(letter)),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('f') => plain.push('\u{c}'),
            Some('u') => {
                let code = letters.as_str().get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                plain.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
                letters.by_ref().take(4).for_each(drop);
            }
            Some(other) => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn properties_are_read_as_java_reads_them() {
        let text = "# no=1\n ! no=2\n\na=1\n  b : two words \nc three\nd\ne\\ f\\=g=x=y\npattern=^(?=.*\\\\d)\\#$\n\
                    long=one, \\\n   two\nend=a\\\\\nu=\\u00fc\\t\\q";
        let found: Vec<_> = read(text.as_bytes())
            .into_iter()
            .map(|(line, name, value)| format!("{line} {name}={value}"))
            .collect();
        let expected = [
            "4 a=1",
            "5 b=two words ",
            "6 c=three",
            "7 d=",
            "8 e f=g=x=y",
            "9 pattern=^(?=.*\\d)#$",
            "10 long=one, two",
            "12 end=a\\",
            "13 u=ü\tq",
        ];
        assert_eq!(found, expected);
        assert_eq!(read(b"a=\xfc"), [(1, "a".to_owned(), "ü".to_owned())]);
        assert_eq!(read("a=ü".as_bytes()), [(1, "a".to_owned(), "ü".to_owned())]);
    }
}
