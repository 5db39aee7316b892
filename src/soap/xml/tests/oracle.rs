//! What is read here against what quick-xml alone makes of the same text.

use super::{Document, Element};
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// An element with all that is inside.
#[derive(Debug, Default, PartialEq)]
struct Tree {
    name: String,
    attributes: Vec<String>,
    text: String,
    children: Vec<Tree>,
}

fn ours(element: Element<'_>, attributes: &[String]) -> Tree {
    let mut found: Vec<String> = Vec::new();
    for name in attributes {
        let (namespace, local) = name.rsplit_once(' ').unwrap();
        if let Some(value) = element.attribute(namespace, local) {
            found.push(format!("{name} {value:?}"));
        }
    }
    Tree {
        name: format!("{} {}", element.namespace(), element.local()),
        attributes: found,
        text: element.text().into_owned(),
        children: element.children().map(|child| ours(child, attributes)).collect(),
    }
}

fn name(namespace: ResolveResult<'_>, local: &str) -> Option<String> {
    match namespace {
        ResolveResult::Unbound => Some(format!(" {local}")),
        ResolveResult::Bound(namespace) => Some(format!("{} {local}", namespace.into_inner())),
        ResolveResult::Unknown(_) => None,
    }
}

/// The tree, or nothing where quick-xml finds fault with the text.
fn theirs(text: &str, attributes: &[String]) -> Option<Tree> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Tree::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let (namespace, local) = reader.resolver().resolve_element(start.name());
                let mut tree = Tree { name: name(namespace, local.into_inner())?, ..Tree::default() };
                for attribute in start.attributes() {
                    let attribute = attribute.ok()?;
                    let value = quick_xml::escape::unescape(&attribute.value).ok()?;
                    let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
                    let name = name(namespace, local.into_inner())?;
                    if attributes.contains(&name) {
                        tree.attributes.push(format!("{name} {value:?}"));
                    }
                }
                tree.attributes.sort_by_key(|found| {
                    attributes.iter().position(|name| found.starts_with(&format!("{name} ")))
                });
                open.push(tree);
            }
            Event::End(_) => {
                let tree = open.pop()?;
                open.last_mut()?.children.push(tree);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let whole = format!("&{};", reference.into_inner());
                open.last_mut()?.text.push_str(&quick_xml::escape::unescape(&whole).ok()?);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let around = open.pop().filter(|_| open.is_empty())?;
    around.children.into_iter().next()
}

const ATTRIBUTES: [&str; 4] = ["x", "p:x", "q:type", "y-1.z"];
const RESOLVED: [&str; 4] = [" x", "urn:p x", "urn:q type", " y-1.z"];

fn resolved() -> Vec<String> {
    RESOLVED.map(str::to_owned).to_vec()
}

fn tag_name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "p:a", "p:a:b", "q:thing", "_x", "é", "a-b.c1", "Include"])
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n", "\r\n\t "])
}

/// Attributes of different names, in either quotes and with what may stand around their parts.
fn attributes() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "",
        "1",
        "a &amp; b",
        "&#x41;&#66;",
        "x>y/",
        "]]>",
        "é\u{10348}",
        "=",
        "xmlns",
    ]);
    let one = (value, prop::sample::select(vec!['"', '\'']), blank(), blank());
    prop::collection::vec(one, ATTRIBUTES.len()).prop_flat_map(|values| {
        let all = ATTRIBUTES.into_iter().zip(values).collect::<Vec<_>>();
        let count = 0..=all.len();
        (prop::sample::subsequence(all, count), blank()).prop_map(|(chosen, end)| {
            let mut text = String::new();
            for (name, (value, quote, before, after)) in chosen {
                text.push_str(&format!(" {before}{name}{before}={after}{quote}{value}{quote}"));
            }
            text + end
        })
    })
}

fn content() -> impl Strategy<Value = String> {
    let pieces = vec![
        "text",
        " ",
        "\r\n",
        "\r",
        "&lt;",
        "&#10;",
        "&#x10348;",
        "é",
        "<!-- < & - -->",
        "<?pi > ?>",
        "<![CDATA[<a> & ]] ]]>",
        "]] ",
        ">",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..5).prop_map(|pieces| pieces.concat())
}

fn element() -> impl Strategy<Value = String> {
    let leaf =
        (tag_name(), attributes(), content(), blank()).prop_map(|(name, attributes, content, blank)| {
            match content.is_empty() {
                true => format!("<{name}{attributes}/>"),
                false => format!("<{name}{attributes}>{content}</{name}{blank}>"),
            }
        });
    leaf.prop_recursive(4, 24, 4, |inner| {
        let inside = prop::collection::vec((content(), inner), 0..4);
        let declared =
            prop::sample::select(vec!["", " xmlns='urn:other'", " xmlns:p = \"urn:q\"", " xmlns=\"\""]);
        (tag_name(), declared, attributes(), inside).prop_map(|(name, declared, attributes, inside)| {
            let inside: String = inside.into_iter().map(|(text, child)| text + &child).collect();
            format!("<{name}{declared}{attributes}>{inside}</{name}>")
        })
    })
}

fn document() -> impl Strategy<Value = String> {
    let before = prop::sample::select(vec![
        "",
        "\u{feff}",
        "<?xml version='1.0' encoding=\"UTF-8\"?>\n",
        "<!-- c -->\n ",
    ]);
    (before, element()).prop_map(|(before, element)| {
        format!("{before}<root xmlns:p='urn:p' xmlns:q=\"urn:q\">{element}</root>\n")
    })
}

proptest! {
    #[test]
    fn well_formed_documents_are_read_as_quick_xml_reads_them(text in document()) {
        let document = Document::parse(&text);
        let document = document.map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        let expected = theirs(&text, &resolved());
        prop_assert_eq!(Some(ours(document.root().unwrap(), &resolved())), expected, "{}", text);
    }

    /// Something is missing, doubled or in the wrong place: what quick-xml refuses is refused, and what is read is read
    /// alike.
    #[test]
    fn broken_documents_are_refused_or_read_as_quick_xml_reads_them(
        text in document(),
        place in any::<prop::sample::Index>(),
        length in 0..3_usize,
        instead in prop::sample::select(vec!["", "<", ">", "/", "'", "\"", "=", "&", ";", " ", ":", "a", "!", "?", "</", "/>", "<!--", "]]>"]),
    ) {
        let characters: Vec<char> = text.chars().collect();
        let place = place.index(characters.len());
        let end = (place + length).min(characters.len());
        let broken = characters[..place].iter().chain(&instead.chars().collect::<Vec<_>>()).chain(&characters[end..]).collect::<String>();
        if let Ok(document) = Document::parse(&broken) {
            let expected = theirs(&broken, &resolved());
            prop_assert_eq!(Some(ours(document.root().unwrap(), &resolved())), expected, "{}", broken);
        }
    }
}
