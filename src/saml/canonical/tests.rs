use super::*;
use crate::saml::xml::{Attribute, parse};
use proptest::prelude::*;
use std::sync::Arc;

/// What libxml2's `xmllint --c14n` and `--exc-c14n` made of documents; it drops the comment before the root only
/// without `--with-comments`, as we do.
const FIXTURES: [(&str, &str, &str); 3] = [
    (
        include_str!("../../../fixtures/saml/canonical/1-namespaces.xml"),
        include_str!("../../../fixtures/saml/canonical/1-namespaces.exclusive"),
        include_str!("../../../fixtures/saml/canonical/1-namespaces.inclusive"),
    ),
    (
        include_str!("../../../fixtures/saml/canonical/2-text.xml"),
        include_str!("../../../fixtures/saml/canonical/2-text.exclusive"),
        include_str!("../../../fixtures/saml/canonical/2-text.inclusive"),
    ),
    (
        include_str!("../../../fixtures/saml/canonical/3-message.xml"),
        include_str!("../../../fixtures/saml/canonical/3-message.exclusive"),
        include_str!("../../../fixtures/saml/canonical/3-message.inclusive"),
    ),
];

/// xmllint keeps comments; canonical XML as signatures use it does not.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!--") {
        out.push_str(before);
        rest = after.split_once("-->").unwrap().1;
    }
    out.push_str(rest);
    out.trim().to_owned()
}

#[test]
fn canonical_forms_are_those_of_libxml() {
    for (text, exclusive, inclusive) in FIXTURES {
        let root = parse(text).unwrap();
        assert_eq!(form(&root, Namespaces::Exclusive(&[]), None), without_comments(exclusive));
        assert_eq!(form(&root, Namespaces::Inclusive, None), without_comments(inclusive));
    }
}

#[test]
fn a_listed_prefix_is_declared_where_it_comes_into_force() {
    let text = "<a xmlns='urn:d' xmlns:xs='urn:xs'><b type='xs:string'/></a>";
    let root = parse(text).unwrap();
    let child = root.elements().next().unwrap();
    let listed = ["xs".to_owned()];
    assert_eq!(
        form(&root, Namespaces::Exclusive(&listed), None),
        "<a xmlns=\"urn:d\" xmlns:xs=\"urn:xs\"><b type=\"xs:string\"></b></a>"
    );
    // A part takes with it what is in force around it.
    assert_eq!(
        form(child, Namespaces::Exclusive(&listed), None),
        "<b xmlns=\"urn:d\" xmlns:xs=\"urn:xs\" type=\"xs:string\"></b>"
    );
    assert_eq!(form(child, Namespaces::Exclusive(&[]), None), "<b xmlns=\"urn:d\" type=\"xs:string\"></b>");
}

#[test]
fn only_the_very_element_is_left_out() {
    let root = parse("<a><s>1</s><s>1</s></a>").unwrap();
    let second = root.elements().nth(1).unwrap();
    assert_eq!(form(&root, Namespaces::Exclusive(&[]), Some(second)), "<a><s>1</s></a>");
}

fn names() -> impl Strategy<Value = (String, String)> {
    prop::sample::select(vec![("", ""), ("", "urn:d"), ("p", "urn:p"), ("p", "urn:q"), ("q", "urn:p")])
        .prop_map(|(prefix, namespace)| (prefix.to_owned(), namespace.to_owned()))
}

fn attribute() -> impl Strategy<Value = Attribute> {
    (names(), "[a-c]", "[\\x20-\\x7e\t\n\r\u{e4}]{0,6}").prop_map(|((prefix, namespace), local, value)| {
        let namespace = if prefix.is_empty() { String::new() } else { namespace };
        Attribute { prefix, local, namespace, value }
    })
}

fn element() -> impl Strategy<Value = Element> {
    let leaf = (names(), "[a-z]{1,3}", prop::collection::vec(attribute(), 0..3)).prop_map(
        |((prefix, namespace), local, mut attributes)| {
            // Prefixes of one element mean one thing each.
            attributes.retain(|one| one.prefix != prefix || one.namespace == namespace || prefix.is_empty());
            let mut seen: Vec<Attribute> = Vec::new();
            for one in attributes {
                let clashes = seen.iter().any(|known| {
                    (known.local == one.local && known.namespace == one.namespace)
                        || (known.prefix == one.prefix && known.namespace != one.namespace)
                });
                if !clashes {
                    seen.push(one);
                }
            }
            Element {
                prefix,
                local,
                namespace,
                attributes: seen,
                children: Vec::new(),
                scope: Arc::default(),
            }
        },
    );
    leaf.prop_recursive(4, 24, 4, |inner| {
        let node = prop_oneof![
            inner.clone().prop_map(Node::Element),
            "[\\x20-\\x7e\t\n\r\u{e4}]{1,8}".prop_map(Node::Text),
        ];
        (inner, prop::collection::vec(node, 0..4)).prop_map(|(mut element, children)| {
            element.children = children;
            element
        })
    })
}

proptest! {
    /// Reading a canonical form and writing it again changes nothing, whatever is in it.
    #[test]
    fn a_canonical_form_is_its_own_canonical_form(element in element()) {
        let text = form(&element, Namespaces::Exclusive(&[]), None);
        let read = parse(&text).unwrap();
        prop_assert_eq!(form(&read, Namespaces::Exclusive(&[]), None), text);
    }

    /// Whatever arrives is read or refused, never a panic.
    #[test]
    fn nothing_that_arrives_is_a_panic(text in "[<>/a-c:=\"'&;# x\\[\\]!?-]{0,60}") {
        if let Ok(read) = parse(&text) {
            let once = form(&read, Namespaces::Exclusive(&[]), None);
            prop_assert_eq!(form(&parse(&once).unwrap(), Namespaces::Exclusive(&[]), None), once);
        }
    }
}
