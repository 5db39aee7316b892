//! The fields of a file in which tools have written a table, each in its own way: with commas, semicolons or tabs, quotes
//! doubled or behind a backslash.

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Manner {
    /// What stands between fields.
    separator: char,
    /// Whether a backslash changes the meaning of what follows (MySQL), or is a letter like any other (RFC 4180: H2,
    /// PostgreSQL, Oracle).
    escapes: bool,
}

/// What MySQL writes where there is nothing.
pub(super) const NOTHING: &str = "\\N";

/// The fields of every line but blank ones, with the number of the line it begins in.
pub(super) type Lines = Vec<(usize, Vec<String>)>;

/// Reads a file. The first line, which has the names of the columns, tells the separator. A backslash is one unless only
/// the other reading makes sense: passwords in clear and names of Windows domains have some.
pub(super) fn read(text: &str) -> Lines {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = first.chars().find(|letter| matches!(letter, ',' | ';' | '\t' | '|')).unwrap_or(',');
    let (lines, is_clean) = Reader::new(Manner { separator, escapes: false }).read(text);
    if !text.contains('\\') {
        return lines;
    }
    let says_nothing = lines.iter().any(|(_, fields)| fields.iter().any(|field| field == NOTHING));
    // Only databases write tables with tabs, and all of those escape them.
    let of_mysql = !is_clean || says_nothing || separator == '\t';
    match of_mysql {
        true => Reader::new(Manner { separator, escapes: true }).read(text).0,
        false => lines,
    }
}

struct Reader {
    manner: Manner,
    lines: Lines,
    line: Vec<String>,
    field: String,
    number: usize,
    began: usize,
    /// Within quotes, and behind them.
    quoted: bool,
    closed: bool,
    is_clean: bool,
}

impl Reader {
    fn new(manner: Manner) -> Self {
        Self {
            manner,
            lines: Vec::new(),
            line: Vec::new(),
            field: String::new(),
            number: 1,
            began: 1,
            quoted: false,
            closed: false,
            is_clean: true,
        }
    }

    /// Says also whether every quote stands where one may.
    fn read(mut self, text: &str) -> (Lines, bool) {
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let ends_line = letter == '\n' || (letter == '\r' && letters.peek() != Some(&'\n'));
            self.number += usize::from(ends_line);
            match letter {
                '\\' if self.manner.escapes => {
                    let next = letters.next();
                    self.number += usize::from(next == Some('\n'));
                    self.escaped(next);
                }
                '"' if self.quoted => {
                    self.quoted = letters.next_if_eq(&'"').is_some();
                    self.closed = !self.quoted;
                    if self.quoted {
                        self.field.push('"');
                    }
                }
                // White space before a quote is none of the field.
                '"' if self.field.trim().is_empty() && !self.closed => {
                    self.field.clear();
                    self.quoted = true;
                }
                '\r' if !self.quoted && letters.peek() == Some(&'\n') => {}
                '\n' | '\r' if !self.quoted => self.end_of_line(),
                letter if letter == self.manner.separator && !self.quoted => self.end_of_field(),
                letter => {
                    self.is_clean &= letter != '"' && (!self.closed || letter.is_whitespace());
                    self.field.push(letter);
                }
            }
        }
        self.is_clean &= !self.quoted;
        self.end_of_line();
        (self.lines, self.is_clean)
    }

    fn escaped(&mut self, letter: Option<char>) {
        match letter {
            Some('N') if !self.quoted && self.field.is_empty() => self.field.push_str(NOTHING),
            Some('n') => self.field.push('\n'),
            Some('r') => self.field.push('\r'),
            Some('t') => self.field.push('\t'),
            Some('0') => self.field.push('\0'),
            Some(other) => self.field.push(other),
            None => self.field.push('\\'),
        }
    }

    fn end_of_field(&mut self) {
        self.line.push(std::mem::take(&mut self.field));
        self.closed = false;
    }

    /// A blank line is no row.
    fn end_of_line(&mut self) {
        self.end_of_field();
        let line = std::mem::take(&mut self.line);
        if line.iter().any(|field| !field.trim().is_empty()) {
            self.lines.push((self.began, line));
        }
        self.began = self.number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        read(text).into_iter().map(|(_, fields)| fields).collect()
    }

    #[test]
    fn a_table_is_the_same_whichever_tool_wrote_it() {
        let expected =
            [["ID", "NAME", "TEXT"], ["1", "C:\\", "said \"hi\", and\nleft"], ["2", "a\\\\b", "\\N"]];
        for (tool, text) in [
            (
                "H2",
                "\"ID\",\"NAME\",\"TEXT\"\n\"1\",\"C:\\\",\"said \"\"hi\"\", and\nleft\"\n\"2\",\"a\\\\b\",\n",
            ),
            ("PostgreSQL", "ID,NAME,TEXT\n1,C:\\,\"said \"\"hi\"\", and\nleft\"\n2,a\\\\b,\n"),
            (
                "MySQL",
                "ID,NAME,TEXT\n\"1\",\"C:\\\\\",\"said \\\"hi\\\", and\\\nleft\"\n\"2\",\"a\\\\\\\\b\",\\N\n",
            ),
            ("MySQL, batch", "ID\tNAME\tTEXT\n1\tC:\\\\\tsaid \"hi\", and\\nleft\n2\ta\\\\\\\\b\t\\N\n"),
            (
                "SQL*Plus",
                "\r\n\"ID\",\"NAME\",\"TEXT\"\r\n1,\"C:\\\",\"said \"\"hi\"\", and\nleft\"\r\n2,\"a\\\\b\",\r\n",
            ),
            ("Excel", "ID;NAME;TEXT\r\n1;C:\\;\"said \"\"hi\"\", and\nleft\"\r\n2;a\\\\b;\r\n"),
        ] {
            let mut found = fields(text);
            for field in found.iter_mut().flatten().filter(|field| field.is_empty()) {
                NOTHING.clone_into(field);
            }
            assert_eq!(found, expected, "{tool}");
        }
    }

    #[test]
    fn a_line_is_known_by_where_it_begins() {
        let numbers = |text| read(text).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers("a\nb,\"c\nd\"\n\ne"), [1, 2, 5]);
        assert_eq!(numbers("a\r\n\"b\r\nc\"\r\nd\re"), [1, 2, 4, 5]);
        assert_eq!(numbers("a,b\n\"c\\\nd\",\\N\ne"), [1, 2, 4], "escaped line breaks count, too");
        assert!(numbers("").is_empty() && numbers("\n \n\n").is_empty());
    }
}
