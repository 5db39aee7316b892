//! Exclusive canonical XML (W3C Recommendation of 18 July 2002), without comments; the inclusive kind too, for elements
//! whose ancestors carry no `xml:` attributes, as no SAML message has them.
//!
//! It is also the one way messages are written: what we sign is sent byte for byte as it was hashed.

use super::xml::{Element, Node};
use std::collections::BTreeMap;

/// Which of the namespaces in force are written beside those that a name uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespaces<'a> {
    /// Those of these prefixes (the `PrefixList` of `InclusiveNamespaces`; the default one is `#default`).
    Exclusive(&'a [String]),
    /// All of them.
    Inclusive,
}

/// What is left out of a canonical form: for an enveloped signature, itself.
pub type Without<'e> = Option<&'e Element>;

/// The canonical form of an element.
#[must_use]
pub fn form(element: &Element, namespaces: Namespaces<'_>, without: Without<'_>) -> String {
    let mut out = String::with_capacity(1024);
    write(&mut out, element, namespaces, without, &BTreeMap::new());
    out
}

/// The namespaces that an element has to declare where those `written` are declared already, by prefix.
fn declarations(
    element: &Element,
    namespaces: Namespaces<'_>,
    written: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut declared = BTreeMap::new();
    let mut declare = |prefix: &str, namespace: &str| {
        let known = written.get(prefix).map(String::as_str);
        // No namespace needs saying only where there was one.
        let is_new =
            if prefix.is_empty() { known.unwrap_or("") != namespace } else { known != Some(namespace) };
        if is_new && prefix != "xml" {
            declared.insert(prefix.to_owned(), namespace.to_owned());
        }
    };
    declare(&element.prefix, &element.namespace);
    for attribute in element.attributes.iter().filter(|attribute| !attribute.prefix.is_empty()) {
        declare(&attribute.prefix, &attribute.namespace);
    }
    for (prefix, namespace) in element.scope.iter() {
        let is_listed = match namespaces {
            Namespaces::Inclusive => true,
            Namespaces::Exclusive(list) => {
                list.iter().any(|listed| listed == if prefix.is_empty() { "#default" } else { prefix })
            }
        };
        if is_listed {
            declare(prefix, namespace);
        }
    }
    declared
}

fn write(
    out: &mut String,
    element: &Element,
    namespaces: Namespaces<'_>,
    without: Without<'_>,
    written: &BTreeMap<String, String>,
) {
    let declared = declarations(element, namespaces, written);
    out.push('<');
    push_name(out, &element.prefix, &element.local);
    for (prefix, namespace) in &declared {
        out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
        out.push_str(prefix);
        push_value(out, namespace);
    }
    let mut attributes: Vec<_> = element.attributes.iter().collect();
    attributes.sort_by(|a, b| (&a.namespace, &a.local).cmp(&(&b.namespace, &b.local)));
    for attribute in attributes {
        out.push(' ');
        push_name(out, &attribute.prefix, &attribute.local);
        push_value(out, &attribute.value);
    }
    out.push('>');
    let inner;
    let written = if declared.is_empty() {
        written
    } else {
        let mut all = written.clone();
        all.extend(declared);
        inner = all;
        &inner
    };
    for node in &element.children {
        match node {
            Node::Element(child) if without.is_some_and(|left_out| std::ptr::eq(left_out, child)) => {}
            Node::Element(child) => write(out, child, namespaces, without, written),
            Node::Text(text) => push_text(out, text),
        }
    }
    out.push_str("</");
    push_name(out, &element.prefix, &element.local);
    out.push('>');
}

fn push_name(out: &mut String, prefix: &str, local: &str) {
    if !prefix.is_empty() {
        out.push_str(prefix);
        out.push(':');
    }
    out.push_str(local);
}

fn push_value(out: &mut String, value: &str) {
    out.push_str("=\"");
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn push_text(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
