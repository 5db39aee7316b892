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
    /// Whether fields stand between quotes, or a quote is a letter like any other (`mysql --batch`, `COPY` of PostgreSQL).
    quotes: bool,
}

/// What MySQL writes where there is nothing, and what other tools do. Between quotes the same is a text.
const NOTHING: &str = "\\N";
const NULL: &str = "NULL";

/// A field; none where the tool wrote that there is nothing.
pub(super) type Field = Option<String>;

/// The fields of every line but blank ones, with the number of the line it begins in.
pub(super) type Lines = Vec<(usize, Vec<Field>)>;

/// Reads a file. The first line, which has the names of the columns, tells the separator. What quotes and backslashes mean
/// is told by which reading makes sense of the whole file: names, texts and passwords in clear have some of either.
pub(super) fn read(text: &str) -> Lines {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = first.chars().find(|letter| matches!(letter, ',' | ';' | '\t' | '|')).unwrap_or(',');
    let read = |quotes, escapes| Reader::new(Manner { separator, escapes, quotes }).read(text);
    let plain = read(true, false);
    let has_quotes = plain.needed > 0 || plain.needless > 0;
    // Tools that put quotes around fields put them around those that need some, or around the names of the columns, too.
    let is_quoted = first.trim_start().starts_with('"') || (plain.fits && has_quotes && plain.needless == 0);
    // Only databases write tables with tabs, and most of those escape them.
    if separator == '\t' && !is_quoted {
        let literal = read(false, true);
        if literal.fits || !has_quotes {
            return literal.lines;
        }
    }
    if !text.contains('\\') {
        return plain.lines;
    }
    if plain.fits && !plain.says_nothing {
        return plain.lines;
    }
    let escaped = read(true, true);
    if escaped.fits || !plain.fits { escaped.lines } else { plain.lines }
}

/// What a reading of a file found.
struct Found {
    lines: Lines,
    /// Whether every line has as many fields as the first, and every quote stands where one may.
    fits: bool,
    /// Whether a field is what MySQL writes where there is nothing.
    says_nothing: bool,
    /// Fields between quotes that could not have stood there without, and those that could.
    needed: usize,
    needless: usize,
}

struct Reader {
    manner: Manner,
    found: Found,
    line: Vec<Field>,
    field: String,
    number: usize,
    began: usize,
    /// Within quotes, and behind them.
    quoted: bool,
    closed: bool,
    is_nothing: bool,
}

impl Reader {
    fn new(manner: Manner) -> Self {
        let found = Found { lines: Vec::new(), fits: true, says_nothing: false, needed: 0, needless: 0 };
        Self {
            manner,
            found,
            line: Vec::new(),
            field: String::new(),
            number: 1,
            began: 1,
            quoted: false,
            closed: false,
            is_nothing: false,
        }
    }

    fn read(mut self, text: &str) -> Found {
        // Alone it ends lines where nothing else does; elsewhere it belongs to a value.
        let is_end = if text.contains('\n') { '\n' } else { '\r' };
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            let ends_line = letter == is_end;
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
                '"' if self.manner.quotes && self.field.trim().is_empty() && !self.closed => {
                    self.field.clear();
                    self.quoted = true;
                }
                '\r' if !self.quoted && letters.peek() == Some(&'\n') => {}
                _ if ends_line && !self.quoted => self.end_of_line(),
                letter if letter == self.manner.separator && !self.quoted => self.end_of_field(),
                letter => {
                    let is_misplaced = letter == '"' || (self.closed && !letter.is_whitespace());
                    self.found.fits &= !(self.manner.quotes && is_misplaced);
                    self.field.push(letter);
                }
            }
        }
        self.found.fits &= !self.quoted;
        self.end_of_line();
        let mut widths = self.found.lines.iter().map(|(_, fields)| fields.len());
        let first = widths.next();
        self.found.fits &= widths.all(|width| Some(width) == first);
        self.found
    }

    fn escaped(&mut self, letter: Option<char>) {
        match letter {
            Some('N') if !self.quoted && !self.closed && self.field.is_empty() => self.is_nothing = true,
            Some('n') => self.field.push('\n'),
            Some('r') => self.field.push('\r'),
            Some('t') => self.field.push('\t'),
            Some('0') => self.field.push('\0'),
            Some(other) => self.field.push(other),
            None => self.field.push('\\'),
        }
    }

    fn end_of_field(&mut self) {
        let field = std::mem::take(&mut self.field);
        if self.closed {
            let separator = self.manner.separator;
            let is_needed = |letter| matches!(letter, '"' | '\n' | '\r') || letter == separator;
            self.found.needed += usize::from(field.contains(is_needed));
            self.found.needless += usize::from(!field.is_empty() && !field.contains(is_needed));
        } else {
            self.found.says_nothing |= field == NOTHING;
            self.is_nothing |= field == NULL;
        }
        let is_nothing = std::mem::take(&mut self.is_nothing) && (field.is_empty() || field == NULL);
        self.line.push((!is_nothing).then_some(field));
        self.closed = false;
    }

    /// A blank line is no row.
    fn end_of_line(&mut self) {
        self.end_of_field();
        let line = std::mem::take(&mut self.line);
        if line.iter().flatten().any(|field| !field.trim().is_empty()) {
            self.found.lines.push((self.began, line));
        }
        self.began = self.number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        let shown = |field: Field| field.filter(|field| !field.is_empty()).unwrap_or_else(|| "-".to_owned());
        read(text).into_iter().map(|(_, fields)| fields.into_iter().map(shown).collect()).collect()
    }

    #[test]
    fn a_table_is_the_same_whichever_tool_wrote_it() {
        let expected =
            [["ID", "NAME", "TEXT"], ["1", "C:\\", "said \"hi\", and\nleft"], ["2", "a\\\\b", "-"]];
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
            assert_eq!(fields(text), expected, "{tool}");
        }
    }

    /// As MariaDB 10.11, PostgreSQL 15 and H2 1.3 wrote them.
    #[test]
    fn quotes_and_backslashes_in_values_spoil_nothing() {
        let expected = [
            ["ID", "NAME", "TEXT"],
            ["1", "\"start", "a \"b\" c"],
            ["2", "\"tom\"", "end\\"],
            ["3", "-", "NULL"],
            ["4", "x", "a\tb"],
        ];
        for (tool, text) in [
            (
                "mysql --batch",
                "ID\tNAME\tTEXT\n1\t\"start\ta \"b\" c\n2\t\"tom\"\tend\\\\\n3\tNULL\tNULL\n4\tx\ta\\tb\n",
            ),
            (
                "MySQL, outfile",
                "\"ID\",\"NAME\",\"TEXT\"\n\"1\",\"\\\"start\",\"a \\\"b\\\" c\"\n\"2\",\"\\\"tom\\\"\",\"end\\\\\"\n\
                 \"3\",\\N,\"NULL\"\n\"4\",\"x\",\"a\tb\"\n",
            ),
            (
                "PostgreSQL",
                "ID,NAME,TEXT\n1,\"\"\"start\",\"a \"\"b\"\" c\"\n2,\"\"\"tom\"\"\",end\\\n3,,\"NULL\"\n4,x,a\tb\n",
            ),
            (
                "PostgreSQL, text",
                "ID\tNAME\tTEXT\n1\t\"start\ta \"b\" c\n2\t\"tom\"\tend\\\\\n3\t\\N\tNULL\n4\tx\ta\\tb\n",
            ),
            (
                "H2",
                "\"ID\",\"NAME\",\"TEXT\"\n\"1\",\"\"\"start\",\"a \"\"b\"\" c\"\n\"2\",\"\"\"tom\"\"\",\"end\\\"\n\
                 \"3\",,\"NULL\"\n\"4\",\"x\",\"a\tb\"\n",
            ),
            (
                "a program, tabs",
                "ID\tNAME\tTEXT\n1\t\"\"\"start\"\t\"a \"\"b\"\" c\"\n2\t\"\"\"tom\"\"\"\tend\\\n3\t\tNULL\n\
                 4\tx\t\"a\tb\"\n",
            ),
        ] {
            let mut found = fields(text);
            // With tabs the word cannot be told from nothing.
            let word = found.get_mut(3).and_then(|line| line.get_mut(2)).unwrap();
            if text.contains("\tNULL") {
                assert_eq!(std::mem::replace(word, NULL.to_owned()), "-", "{tool}");
            }
            assert_eq!(found, expected, "{tool}");
        }
        // A text that looks like what MySQL writes for nothing makes no escapes of the other backslashes.
        assert_eq!(fields("A,B\n\\N,x\\\n1,2\n"), [["A", "B"], ["\\N", "x\\"], ["1", "2"]]);
    }

    #[test]
    fn a_line_is_known_by_where_it_begins() {
        let numbers = |text| read(text).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!(numbers("a\nb,\"c\nd\"\n\ne"), [1, 2, 5]);
        assert_eq!(numbers("a\r\n\"b\r\nc\"\r\nd\re"), [1, 2, 4], "alone it is no end where others are");
        assert_eq!(numbers("a\rb\rc"), [1, 2, 3]);
        assert_eq!(numbers("a,b\n\"c\\\nd\",\\N\ne"), [1, 2, 4], "escaped line breaks count, too");
        assert!(numbers("").is_empty() && numbers("\n \n\n").is_empty());
    }
}
