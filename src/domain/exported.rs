//! Tables of another deployment's database, exported as text files with the names of the columns in the first line.

mod fields;

use super::Error;

/// An exported table.
pub(super) struct Table {
    file: String,
    columns: Vec<String>,
    rows: fields::Lines,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// A column that is missing, a line with more or fewer fields than the first.
    pub(super) fn read(file: &str, exported: &[u8], needed: &[&str]) -> Result<Self, Error> {
        let text = utf8(file, exported)?;
        let mut lines = fields::read(text).into_iter();
        let (line, names) = lines.next().unwrap_or((1, Vec::new()));
        let columns: Vec<String> =
            names.iter().map(|name| name.as_deref().unwrap_or_default().trim().to_uppercase()).collect();
        if let Some(missing) = needed.iter().find(|name| !columns.iter().any(|column| column == *name)) {
            return Err(Error::refused(format!(
                "{file}, line {line}: there is no column {missing}; export the table with all columns and their names in the \
                 first line"
            )));
        }
        let rows: Vec<_> = lines.collect();
        if let Some((line, cells)) = rows.iter().find(|(_, cells)| cells.len() != columns.len()) {
            return Err(Error::refused(format!(
                "{file}, line {line}: {} fields for {} columns; put fields with commas, quotes or line breaks between \
                 quotes, and take out what is no row",
                cells.len(),
                columns.len()
            )));
        }
        Ok(Self { file: file.to_owned(), columns, rows })
    }

    /// The rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { table: self, line: *line, cells })
    }

    /// The rows of a tenant, by the number it had.
    pub(super) fn of_tenant(&self, tenant: i64) -> impl Iterator<Item = Row<'_>> {
        self.rows().filter(move |row| {
            let number = row.text("UM_TENANT_ID").or_else(|| row.text("TENANT_ID"));
            number.and_then(|number| number.trim().parse().ok()) == Some(tenant)
        })
    }
}

/// What a file says, without the mark that some programs begin it with.
pub(super) fn utf8<'t>(file: &str, exported: &'t [u8]) -> Result<&'t str, Error> {
    let text = std::str::from_utf8(exported).map_err(|error| {
        let good = exported.get(..error.valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        Error::refused(format!("{file}, line {line}: this is not UTF-8; export the file in that encoding"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// A row.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    table: &'t Table,
    line: usize,
    cells: &'t [fields::Field],
}

impl<'t> Row<'t> {
    /// A value; an empty one is none.
    pub(super) fn text(&self, column: &str) -> Option<&'t str> {
        let at = self.table.columns.iter().position(|known| known == column)?;
        self.cells.get(at)?.as_deref().filter(|value| !value.is_empty())
    }

    /// A value without which the row makes no sense.
    pub(super) fn must(&self, column: &str) -> Result<&'t str, Error> {
        self.text(column).ok_or_else(|| self.refuse(&format!("{column} is empty")))
    }

    /// Whether a column says yes, in the words of any database.
    pub(super) fn flag(&self, column: &str) -> bool {
        let yes = ["1", "true", "t", "\u{1}", "b'1'"];
        self.text(column).is_some_and(|value| yes.iter().any(|word| value.eq_ignore_ascii_case(word)))
    }

    /// Where it stands.
    pub(super) fn place(&self) -> String {
        format!("{}, line {}", self.table.file, self.line)
    }

    /// What is wrong with it.
    pub(super) fn refuse(&self, what: &str) -> Error {
        Error::refused(format!("{}: {what}", self.place()))
    }
}
