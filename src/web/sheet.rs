//! What stands in a form, by field, and how a change of it meets a change that somebody else made meanwhile.
//!
//! A form carries what it was made with. Only what its sender changed is written: fields he left alone stay what they
//! are by then, lines of a list are added and taken away one by one. Where both changed the same thing to something else,
//! nothing is written and he is asked. Knows no form of its own and no words.

use super::form::Parameters;
use std::collections::{BTreeMap, BTreeSet};

/// The field of a form that carries what it was made with.
pub const SHOWN: &str = "shown";

/// For forms in which no field holds several values.
pub fn no_list(_: &str) -> bool {
    false
}

/// The fields of a form: none, one or, in a list, several values each. Empty values do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet(BTreeMap<String, Vec<String>>);

/// A text as a field of one line shows it and sends it back: browsers take line breaks out (HTML, value sanitization
/// algorithm), and blanks around it are nobody's wish.
pub fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], "").trim().to_owned()
}

/// A text of many lines with the line ends of ours; browsers send others.
pub fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

impl Sheet {
    /// Puts a text into a field of [one line](one_line).
    pub fn write(&mut self, field: &str, text: &str) {
        self.write_raw(field, &one_line(text));
    }

    /// Puts a text into a field of [many lines](lines).
    pub fn write_lines(&mut self, field: &str, text: &str) {
        self.write_raw(field, &lines(text));
    }

    /// Puts a text into a field as it is.
    pub fn write_raw(&mut self, field: &str, text: &str) {
        self.list(field, Some(text.to_owned()));
    }

    /// Ticks a box, or not.
    pub fn tick(&mut self, field: &str, is_on: bool) {
        self.list(field, is_on.then(|| "on".to_owned()));
    }

    /// Puts values into a field.
    pub fn list(&mut self, field: &str, values: impl IntoIterator<Item = String>) {
        let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
        if values.is_empty() {
            self.0.remove(field);
        } else {
            self.0.insert(field.to_owned(), values);
        }
    }

    /// The text of a field; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        self.all(field).first().map_or("", String::as_str)
    }

    /// The text of a field, where it is another one than on the sheet of what is stored. What is stored may be more than a
    /// form can show: only what is new may take its place.
    pub fn new_text(&self, stored: &Self, field: &str) -> Option<&str> {
        let text = self.text(field);
        (text != stored.text(field)).then_some(text)
    }

    /// Whether a box is ticked.
    pub fn is_on(&self, field: &str) -> bool {
        !self.all(field).is_empty()
    }

    /// The values of a field.
    pub fn all(&self, field: &str) -> &[String] {
        self.0.get(field).map(Vec::as_slice).unwrap_or_default()
    }

    /// Fields and values of those that begin so, without the beginning.
    pub fn below<'s>(&'s self, beginning: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.0.iter().filter_map(move |(field, values)| {
            Some((field.strip_prefix(beginning)?, values.first().map_or("", String::as_str)))
        })
    }

    /// For a hidden field of the form.
    pub fn packed(&self) -> String {
        let mut packed = form_urlencoded::Serializer::new(String::new());
        for (field, values) in &self.0 {
            values.iter().for_each(|value| {
                packed.append_pair(field, value);
            });
        }
        packed.finish()
    }

    /// What [`Sheet::packed`] made.
    pub fn unpacked(packed: &str) -> Self {
        let mut sheet = Self::default();
        for (field, value) in form_urlencoded::parse(packed.as_bytes()).into_owned() {
            sheet.0.entry(field).or_default().push(value);
        }
        sheet
    }

    /// What a form was made with, as it says itself; one that does not say was made with what is there.
    pub fn shown(parameters: &Parameters, is: &Self) -> Self {
        parameters.get(SHOWN).map_or_else(|| is.clone(), Self::unpacked)
    }

    /// With what a form left out that does not say what it was made with, a script's: it means only what it speaks of.
    /// Others send every field, and a box that they do not send is off. `parameter` is what a field is sent as; none is left
    /// alone.
    #[must_use]
    pub fn with_left_out(
        mut self,
        parameters: &Parameters,
        is: &Self,
        parameter: impl Fn(&str) -> Option<&str>,
    ) -> Self {
        if parameters.get(SHOWN).is_none() {
            for (field, values) in &is.0 {
                if parameter(field).is_some_and(|name| parameters.get(name).is_none()) {
                    self.list(field, values.clone());
                }
            }
        }
        self
    }

    /// This sheet, made from one that was `shown`, brought to what is there `now`.
    pub fn over(&self, shown: &Self, now: &Self, is_list: fn(&str) -> bool) -> Merged {
        let mut merged = Merged::default();
        let fields = self.0.keys().chain(shown.0.keys()).chain(now.0.keys());
        for field in fields.collect::<BTreeSet<_>>() {
            let (was, sent, is) = (shown.all(field), self.all(field), now.all(field));
            let values = if sent == was || sent == is {
                is.to_vec()
            } else if is == was {
                sent.to_vec()
            } else if is_list(field) {
                changed(was, sent, is)
            } else {
                merged.contested.push(field.clone());
                sent.to_vec()
            };
            merged.sheet.list(field, values);
        }
        merged
    }
}

/// What two who changed the same form come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    /// The fields; where both changed one, as the later one wants it.
    pub sheet: Sheet,
    /// The fields that both changed to something else: while there are any, nothing is written.
    pub contested: Vec<String>,
}

/// A list with the lines that were taken out of another one taken out, and those that were added to it added.
fn changed(was: &[String], sent: &[String], is: &[String]) -> Vec<String> {
    let kept = is.iter().filter(|line| sent.contains(line) || !was.contains(line));
    let added = sent.iter().filter(|line| !was.contains(line) && !is.contains(line));
    kept.chain(added).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(fields: &[(&str, &[&str])]) -> Sheet {
        let mut sheet = Sheet::default();
        for (field, values) in fields {
            sheet.list(field, values.iter().map(|value| (*value).to_owned()));
        }
        sheet
    }

    fn is_list(field: &str) -> bool {
        field == "urls"
    }

    #[test]
    fn two_who_change_different_things_both_have_their_way() {
        let shown = sheet(&[("a", &["1"]), ("b", &["1"]), ("box", &["on"]), ("urls", &["x", "y"])]);
        let sent = sheet(&[("a", &["2"]), ("b", &["1"]), ("urls", &["x", "y", "mine"])]);
        let now = sheet(&[("a", &["1"]), ("b", &["3"]), ("box", &["on"]), ("urls", &["y", "theirs"])]);
        let merged = sent.over(&shown, &now, is_list);
        assert!(merged.contested.is_empty(), "{merged:?}");
        assert_eq!(merged.sheet, sheet(&[("a", &["2"]), ("b", &["3"]), ("urls", &["y", "theirs", "mine"])]));
    }

    #[test]
    fn who_changes_what_another_changed_is_told_and_who_means_the_same_is_not() {
        let shown = sheet(&[("a", &["1"]), ("b", &["1"]), ("c", &["1"])]);
        let sent = sheet(&[("a", &["2"]), ("b", &["5"])]);
        let now = sheet(&[("a", &["2"]), ("b", &["4"]), ("c", &["9"])]);
        let merged = sent.over(&shown, &now, is_list);
        assert_eq!(merged.sheet, sheet(&[("a", &["2"]), ("b", &["5"])]));
        assert_eq!(merged.contested, ["b", "c"]);
        let same = sheet(&[("a", &["2"]), ("b", &["4"]), ("c", &["1"])]);
        assert_eq!(same.over(&shown, &now, is_list), Merged { sheet: now, contested: Vec::new() });
    }

    #[test]
    fn what_a_form_cannot_show_is_no_change() {
        let mut stored = Sheet::default();
        stored.write("street", " Main Street 1\r\nBerlin ");
        stored.write_lines("body", "\ra\r\nb ");
        let mut sent = Sheet::default();
        sent.write("street", "Main Street 1Berlin");
        sent.write_lines("body", "\r\na\r\nb ");
        sent.write("new", "x");
        let fields = ["street", "body", "new"];
        assert_eq!(fields.map(|field| sent.new_text(&stored, field)), [None, None, Some("x")]);
        assert_eq!(stored.new_text(&sent, "new"), Some(""));
    }

    #[test]
    fn a_sheet_comes_back_from_a_form_as_it_went() {
        let before = sheet(&[("a & b", &["=ö\r\n "]), ("urls", &["x", "y"])]);
        assert_eq!(Sheet::unpacked(&before.packed()), before);
        assert_eq!(Sheet::unpacked(""), Sheet::default());
    }
}
