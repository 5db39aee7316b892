//! Lists of names as messages carry them: with nil elements among them, which count for nothing.

/// The names that are there.
pub fn texts(values: Vec<Option<String>>) -> Vec<String> {
    values.into_iter().flatten().collect()
}

/// Names to be answered.
pub fn optional(values: Vec<String>) -> Vec<Option<String>> {
    values.into_iter().map(Some).collect()
}
