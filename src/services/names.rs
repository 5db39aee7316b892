//! Names as messages carry them, and as texts of the original show them.
//!
//! Lists have nil elements among them, which count for nothing.

/// The names that are there.
pub fn texts(values: Vec<Option<String>>) -> Vec<String> {
    values.into_iter().flatten().collect()
}

/// Names to be answered.
pub fn optional(values: Vec<String>) -> Vec<Option<String>> {
    values.into_iter().map(Some).collect()
}

/// A name inside a sentence; Java writes one that is missing like this.
pub fn or_null(name: Option<&String>) -> &str {
    name.map_or("null", String::as_str)
}
