mod oracle;

use super::*;

fn parse(text: &str) -> Document<'_> {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn refusal(text: &str) -> String {
    match Document::parse(text) {
        Ok(_) => panic!("{} is read", text.chars().take(200).collect::<String>()),
        Err(error) => error.to_string(),
    }
}

fn root<'d>(document: &'d Document<'d>) -> Element<'d> {
    document.root().unwrap()
}

#[test]
fn names_texts_and_values_are_lent_by_the_request() {
    let text = String::from("<p:a xmlns:p='urn:p' x='1'>plain</p:a>");
    let document = parse(&text);
    let lent = |part: &str| text.as_bytes().element_offset(&part.as_bytes()[0]).is_some();
    let root = root(&document);
    assert!(lent(root.local()) && lent(root.namespace()) && lent(root.attribute("", "x").unwrap()));
    assert!(matches!(root.text(), Cow::Borrowed(text) if lent(text)));
}

#[test]
fn a_prefix_means_what_the_nearest_declaration_says() {
    let document = parse(
        "<a xmlns='urn:1' xmlns:p='urn:2'><b/><p:c p:x='prefixed' x='plain'/><d xmlns='' xmlns:p='urn:3'><p:e/><f/></d><g/></a>",
    );
    let root = root(&document);
    assert!(root.is("urn:1", "a"));
    let names: Vec<_> = root.children().map(|one| (one.namespace(), one.local())).collect();
    assert_eq!(names, [("urn:1", "b"), ("urn:2", "c"), ("", "d"), ("urn:1", "g")]);
    let c = root.child("urn:2", "c").unwrap();
    assert_eq!(c.attribute("urn:2", "x"), Some("prefixed"));
    assert_eq!(c.attribute("", "x"), Some("plain"));
    assert_eq!(c.attribute("urn:1", "x"), None);
    let d = root.child("", "d").unwrap();
    let inside: Vec<_> = d.children().map(|one| (one.namespace(), one.local())).collect();
    assert_eq!(inside, [("urn:3", "e"), ("", "f")]);
}

#[test]
fn a_declaration_may_stand_behind_the_attributes_that_need_it() {
    let document = parse("<p:a p:x='1' xmlns:p='urn:p'/>");
    assert!(root(&document).is("urn:p", "a"));
    assert_eq!(root(&document).attribute("urn:p", "x"), Some("1"));
}

#[test]
fn a_declaration_ends_with_its_element() {
    for text in [
        "<a><p:b xmlns:p='urn:p'/><p:c/></a>",
        "<a><p:b xmlns:p='urn:p'><p:x/></p:b><p:c/></a>",
        "<p:a/>",
        "<a p:x='1'/>",
        "<:a/>",
    ] {
        assert!(refusal(text).contains("is bound to no namespace"), "{text}");
    }
}

#[test]
fn the_prefixes_xml_and_xmlns_keep_their_meaning() {
    let document = parse("<a xml:lang='en' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>");
    assert_eq!(root(&document).attribute("http://www.w3.org/XML/1998/namespace", "lang"), Some("en"));
    for text in [
        "<a xmlns:xml='urn:other'/>",
        "<a xmlns:xmlns='urn:other'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
    ] {
        assert!(refusal(text).contains("cannot be bound"), "{text}");
    }
}

#[test]
fn the_name_of_a_namespace_may_contain_references() {
    let document = parse("<a xmlns='urn:a&amp;b&#x21;'/>");
    assert_eq!(root(&document).namespace(), "urn:a&b!");
    assert!(refusal("<a xmlns='urn:a&b'/>").contains("'&'"));
}

#[test]
fn only_so_many_declarations_are_in_force_at_once() {
    let declarations = |count: usize| -> String {
        (0..count).map(|number| format!(" xmlns:p{number}='urn:{number}'")).collect()
    };
    parse(&format!("<a{}/>", declarations(256)));
    let limit = "javax.xml.stream.XMLStreamException: Namespace limit (256) Exceeded";
    assert_eq!(refusal(&format!("<a{}/>", declarations(257))), limit);
    assert_eq!(refusal(&format!("<a{}><b xmlns:q='urn:q'/></a>", declarations(256))), limit);
}

/// Looking each of them up among all of them would take minutes.
#[test]
fn a_message_may_use_a_hundred_thousand_namespaces() {
    let many: String = (0..100_000).map(|number| format!("<b xmlns='urn:{number}'/>")).collect();
    let text = format!("<a>{many}</a>");
    let document = parse(&text);
    assert_eq!(root(&document).children().last().unwrap().namespace(), "urn:99999");
}

#[test]
fn comments_cdata_and_references_divide_no_text_and_elements_do_not_end_it() {
    let text = "<a> one<!-- - --><![CDATA[<two>&]]>&amp;&#x33;<b>inner</b>&lt;four<c/>\n<d>x</d> five </a>";
    let document = parse(text);
    let root = root(&document);
    assert_eq!(root.text(), " one<two>&&3<four\n five ");
    let inside: Vec<_> = root.children().map(Element::text).collect();
    assert_eq!(inside, ["inner", "", "x"]);
    assert_eq!(parse("<a><![CDATA[]]>x</a>").root().unwrap().text(), "x");
    assert_eq!(parse("<a/>").root().unwrap().text(), "");
}

#[test]
fn line_ends_are_read_as_line_feeds_unless_they_are_written_as_references() {
    assert_eq!(root(&parse("<a>1\r\n2\r3\n4&#xd;&#13;5</a>")).text(), "1\n2\n3\n4\r\r5");
    assert_eq!(root(&parse("<a><![CDATA[1\r\n2]]></a>")).text(), "1\n2");
}

#[test]
fn the_predefined_references_are_read_and_no_others() {
    let document =
        parse("<a x='&lt;&gt;&amp;&quot;&apos;&#65;&#x42;'>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>");
    assert_eq!(root(&document).text(), "<>&\"'AB");
    assert_eq!(root(&document).attribute("", "x"), Some("<>&\"'AB"));
    for text in
        ["<a>&nbsp;</a>", "<a x='&nbsp;'/>", "<a>a & b</a>", "<a x='a & b'/>", "<a>&#;</a>", "<a x='&#x;'/>"]
    {
        refusal(text);
    }
}

#[test]
fn characters_outside_of_xml_are_refused_however_they_are_written() {
    parse("<a x=']]>'>>]>]]&gt;]]<!-- -->><![CDATA[]]]]>></a>");
    parse("<a x='\t'>\t\n\u{7f}\u{d7ff}\u{fffd}\u{10ffff}ｱ</a>");
    for text in [
        "<a>\u{1}</a>",
        "<a>&#1;</a>",
        "<a>&#xFFFE;</a>",
        "<a>\u{ffff}</a>",
        "<a x='\u{b}'/>",
        "<a x='&#2;'/>",
        "<a x='&#xD800;'/>",
        "<a><![CDATA[\u{0}]]></a>",
        "<a xmlns='urn:\u{1}'/>",
    ] {
        refusal(text);
    }
    assert!(refusal("<a>\u{1}</a>").contains("a character that XML 1.0 does not allow"));
}

#[test]
fn document_types_are_refused_in_the_original_words() {
    for text in ["<!DOCTYPE a><a/>", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"] {
        assert_eq!(refusal(text), "javax.xml.stream.XMLStreamException: DOCTYPE is not allowed");
    }
}

#[test]
fn a_document_that_is_not_well_formed_is_refused_as_a_whole() {
    for (text, why) in [
        ("", "Unexpected EOF"),
        ("  <!-- nothing -->", "Unexpected EOF"),
        ("<a><b></b>", "Unexpected EOF"),
        ("<a><b></a>", ""),
        ("</a>", ""),
        ("<a/><b/>", "a second root element"),
        ("<a></a><b></b>", "a second root element"),
        ("not xml", "text outside the root element"),
        ("<a/>tail", "text outside the root element"),
        ("<a x='1' x='2'/>", "duplicated attribute"),
        ("<a x='1=1' y='2' x='2'/>", "duplicated attribute"),
        ("<a x=1/>", ""),
        ("<a x/>", ""),
        ("<a x='<'/>", "'<' in an attribute value"),
        ("< a/>", "an element without a name"),
        ("<1a/>", "a name that begins like none"),
        ("<a -x=''/>", "a name that begins like none"),
        ("<a x='1'y='2'/>", "attributes that no blank divides"),
        ("<a x[y='1'/>", "a character that no name has"),
        ("<a xmlns:p='' p:x=''/>", "a prefix that is declared for no namespace"),
        ("<?xml vers:on='1.0'?><a/>", "an XML declaration without a version that is known"),
        ("<?xml version='2.0'?><a/>", "an XML declaration without a version that is known"),
        ("<a>x]]></a>", "']]>' in text"),
        ("<a><?xml version='1.0'?></a>", "an XML declaration that does not begin the document"),
        (
            "<?xml version='1.0'?><?xml version='1.0'?><a/>",
            "an XML declaration that does not begin the document",
        ),
        ("<p: xmlns:p='urn:p'/>", "an element without a name"),
        ("<a><!-- -- --></a>", ""),
        ("<a", ""),
    ] {
        let found = refusal(text);
        assert!(found.contains(why), "{text}: {found}");
    }
}

#[test]
fn a_refusal_names_the_place() {
    assert_eq!(
        refusal("<a>&nbsp;</a>"),
        "The message is not well-formed XML at byte 9: a reference to an entity that is not defined"
    );
}

#[test]
fn declarations_instructions_marks_and_blanks_around_the_root_are_accepted() {
    for text in [
        "<?xml version='1.0' encoding='ISO-8859-1'?>\r\n<a/>\n",
        "\n\t <a/>",
        "\u{feff}<?xml version='1.0'?><a/>",
        "\n<?xml version='1.0'?><a/>",
        "\u{feff}<a/>",
        "<!-- c --><?pi?><a/><!-- c --><?pi?>",
    ] {
        assert!(root(&parse(text)).is("", "a"), "{text}");
    }
}

#[test]
fn depth_is_bounded_as_in_the_original() {
    let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    parse(&deep(1000));
    let limit = "javax.xml.stream.XMLStreamException: Maximum Element Depth limit (1000) Exceeded";
    assert_eq!(refusal(&deep(1001)), limit);
    assert_eq!(refusal(&format!("{}<b/>{}", "<a>".repeat(1000), "</a>".repeat(1000))), limit);
}

#[test]
fn attributes_are_bounded_as_in_the_original() {
    let wide = |count: usize| -> String {
        let attributes: String = (0..count).map(|number| format!(" x{number}=''")).collect();
        format!("<a{attributes}/>")
    };
    let text = wide(1000);
    assert_eq!(root(&parse(&text)).attribute("", "x999"), Some(""));
    assert!(refusal(&wide(1001)).ends_with("Attribute limit (1000) Exceeded"));
}

#[test]
fn elements_are_bounded() {
    let long = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count - 1));
    parse(&long(250_000));
    assert!(refusal(&long(250_001)).ends_with("Maximum Element Count limit (250000) Exceeded"));
}

#[test]
fn the_type_of_an_element_is_resolved_where_it_stands_and_is_no_attribute() {
    let text = format!(
        "<a xmlns:i='{XSI}' xmlns='urn:d'><b i:type='p:One' xmlns:p='urn:p'/><c i:type=' Two '/><d i:type='x:string'/><e/><f type='p:No'/><g i:type='O&#110;e'/></a>"
    );
    let document = parse(&text);
    let types: Vec<_> = root(&document).children().map(Element::type_name).collect();
    let name = |namespace, local| Some(TypeName { namespace, local });
    // A prefix that leads nowhere means no namespace: Perl writes such.
    let expected =
        [name("urn:p", "One"), name("urn:d", "Two"), name("", "string"), None, None, name("urn:d", "One")];
    assert_eq!(types, expected);
    assert_eq!(root(&document).children().next().unwrap().attribute(XSI, "type"), None);
    assert_eq!(types[0].unwrap().to_string(), "{urn:p}One");
}

#[test]
fn nil_is_known_by_its_namespace_whatever_the_prefix() {
    let text = format!("<a xmlns:i='{XSI}' i:nil='1'><b nil='true'/></a>");
    let document = parse(&text);
    assert_eq!(root(&document).nil_attribute(), Some("1"));
    assert_eq!(root(&document).children().next().unwrap().nil_attribute(), None);
}

#[test]
fn siblings_follow_in_document_order() {
    let document = parse("<a><b><x/></b><c/><b/><d/></a>");
    let names = |elements: Siblings<'_>| elements.map(|one| one.local().to_owned()).collect::<Vec<_>>();
    let root = root(&document);
    assert_eq!(names(root.children()), ["b", "c", "b", "d"]);
    let second = root.children().nth(1).unwrap();
    assert_eq!(names(second.and_following()), ["c", "b", "d"]);
    assert_eq!(names(second.children()), Vec::<String>::new());
}

const INCLUDE: &str = "<xop:Include xmlns:xop='http://www.w3.org/2004/08/xop/include' href='cid:1'/>";

#[test]
fn an_include_stands_for_the_text_of_its_attachment() {
    let text = format!("<a><b>{INCLUDE}</b><b>x{INCLUDE}y</b></a>");
    let attachment = |href: &str| (href == "cid:1").then(|| "QUJD".to_owned());
    let document = Document::parse_with(&text, &attachment).unwrap();
    let texts: Vec<_> = root(&document).children().map(Element::text).collect();
    assert_eq!(texts, ["QUJD", "xQUJDy"]);
    let missing = Document::parse(&text).unwrap_err().to_string();
    assert!(missing.ends_with("an xop:Include of an attachment that is not there"), "{missing}");
}

#[test]
fn an_attachment_that_is_included_often_is_refused_at_sixteen_megabytes() {
    let text = |times: usize| format!("<a>{}</a>", INCLUDE.repeat(times));
    let attachment = |_: &str| Some("A".repeat(4 * 1024 * 1024));
    assert!(Document::parse_with(&text(4), &attachment).is_ok());
    let error = Document::parse_with(&text(5), &attachment).unwrap_err();
    assert_eq!(error, Malformed::TooMuch { what: "Included attachment size", limit: 16 * 1024 * 1024 });
}
