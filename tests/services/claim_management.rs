//! `ClaimManagementService`: claims as clients of older releases know them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, GIVEN_NAME, LOGIN, MAIL, OTP, escaped};
use crate::support::tree::Element;
use crate::support::world::{OLD, TOM, World};

const SERVICE: &str = "ClaimManagementService";
const PERMISSION: &str = "/permission/admin/manage/identity/claimmgt/claim";
const DTO: &str = "http://dto.mgt.claim.carbon.wso2.org/xsd";
const LOCAL: &str = "http://wso2.org/claims";
const AX: &str = "http://axschema.org";
const DESK: &str = "http://wso2.org/claims/desk";

fn request(operation: &str, content: &str) -> String {
    format!(
        "<a:{operation} xmlns:a=\"http://org.apache.axis2/xsd\" xmlns:d=\"{DTO}\" \
         xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">{content}</a:{operation}>"
    )
}

fn elements(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, text)| format!("<d:{name}>{}</d:{name}>", escaped(text))).collect()
}

/// What stands in a mapping: the claim, then the attribute.
fn content(dialect: &str, uri: &str, attribute: Option<&str>, said: &[(&str, &str)]) -> String {
    let attribute = attribute.map(|attribute| elements(&[("mappedAttribute", attribute)]));
    let claim = elements(&[("claimUri", uri), ("dialectURI", dialect)]) + &elements(said);
    format!("<d:claim>{claim}</d:claim>{}", attribute.unwrap_or_default())
}

/// A mapping as the argument of an operation.
fn mapping(dialect: &str, uri: &str, attribute: &str, said: &[(&str, &str)]) -> String {
    format!("<a:claimMappingDTO>{}</a:claimMappingDTO>", content(dialect, uri, Some(attribute), said))
}

/// The attribute of a store.
fn of_store(store: &str, attribute: &str) -> String {
    let inside = elements(&[("attributeName", attribute), ("domainName", store)]);
    format!("<d:mappedAttributes>{inside}</d:mappedAttributes>")
}

/// A dialect with the contents of its mappings.
fn new_dialect(uri: &str, contents: &[String]) -> String {
    let mappings: String =
        contents.iter().map(|content| format!("<d:claimMappings>{content}</d:claimMappings>")).collect();
    format!("<a:claimDialectDTO>{mappings}{}</a:claimDialectDTO>", elements(&[("dialectURI", uri)]))
}

fn names(dialect: &str, uri: &str) -> String {
    format!("<a:dialectUri>{dialect}</a:dialectUri><a:claimUri>{uri}</a:claimUri>")
}

/// Every void operation has an empty output message: 200 with a nil result.
fn accepted(caller: &Caller, operation: &str, content: &str) {
    let results = caller.results(SERVICE, operation, &request(operation, content));
    assert!(results.len() == 1 && results[0].is_nil(), "{operation}: {results:?}");
}

fn refused(caller: &Caller, operation: &str, content: &str) -> String {
    let fault = caller.fault(SERVICE, operation, &request(operation, content));
    assert_eq!(fault.detail[0].name, "ClaimManagementServiceClaimManagementException", "{operation}");
    fault.text
}

/// A dialect and its mappings; `None` for nil.
fn dialect(caller: &Caller, uri: &str) -> Option<Element> {
    let payload = request("getClaimMappingByDialect", &format!("<a:dialectUri>{uri}</a:dialectUri>"));
    let found = caller.results(SERVICE, "getClaimMappingByDialect", &payload);
    assert_eq!(found.len(), 1);
    found.into_iter().next().filter(|found| !found.is_nil())
}

fn find(caller: &Caller, of: &str, uri: &str) -> Option<Element> {
    let dialect = dialect(caller, of)?;
    let mut mappings = dialect.all("claimMappings").into_iter();
    mappings.find(|mapping| mapping.child("claim").unwrap().value("claimUri") == Some(uri)).cloned()
}

/// The attribute of a mapping, then those of stores, as people wrote them.
fn attributes(mapping: &Element) -> String {
    let general = mapping.value("mappedAttribute").map(str::to_owned);
    let of_store =
        |one: &Element| Some([one.value("domainName")?, "/", one.value("attributeName")?].concat());
    let stores = mapping.all("mappedAttributes").into_iter().filter_map(of_store);
    general.into_iter().chain(stores).collect::<Vec<_>>().join(";")
}

/// What a mapping says of a claim.
fn said<'m>(mapping: &'m Element, name: &str) -> Option<&'m str> {
    mapping.child("claim").unwrap().value(name)
}

/// The field of a claim in a user's profile.
fn field(caller: &Caller, user: &str, uri: &str) -> Option<Element> {
    let payload = format!(
        "<mgt:getUserProfile><mgt:username>{user}</mgt:username><mgt:profileName>default</mgt:profileName>\
         </mgt:getUserProfile>"
    );
    let found = caller.results("UserProfileMgtService", "getUserProfile", &payload);
    found[0].all("fieldValues").into_iter().find(|field| field.value("claimUri") == Some(uri)).cloned()
}

/// Everything that is stored of claims, by name.
fn stored(world: &World, tenant: &str) -> Vec<String> {
    let of = format!(
        "FROM claim c JOIN claim_dialect d ON d.id = c.dialect_id JOIN tenant t ON t.id = d.tenant_id \
         LEFT JOIN claim m ON m.id = c.maps_to LEFT JOIN claim_attribute a ON a.claim_id = c.id \
         LEFT JOIN claim_property p ON p.claim_id = c.id WHERE t.domain = '{tenant}'"
    );
    let kept = [
        "d.uri || ' ' || c.uri || ' ' || COALESCE(m.uri, '')",
        "c.uri || ' ' || a.domain || ' ' || a.attribute",
        "c.uri || ' ' || p.name || ' ' || p.value",
    ];
    let list = |what| {
        world.stored(&format!(
            "SELECT group_concat(kept, char(10)) FROM (SELECT DISTINCT {what} AS kept {of} ORDER BY 1)"
        ))
    };
    kept.into_iter().map(list).collect()
}

#[test]
fn the_dialects_of_the_original_are_shown_with_their_claims() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let all = admin.results(SERVICE, "getClaimMappings", &request("getClaimMappings", ""));
    let counted: Vec<_> =
        all.iter().map(|one| (one.value("dialectURI").unwrap(), one.all("claimMappings").len())).collect();
    assert_eq!(
        counted,
        [
            (LOCAL, 75),
            ("http://schemas.xmlsoap.org/ws/2005/05/identity", 15),
            ("urn:scim:schemas:core:1.0", 49),
            ("http://wso2.org/oidc/claim", 26),
            ("http://schema.openid.net/2007/05/claims", 5),
            (AX, 9)
        ]
    );
    for one in &all {
        let again = dialect(&admin, one.value("dialectURI").unwrap()).unwrap();
        assert_eq!((&again.kind, &again.children), (&one.kind, &one.children));
        assert!(one.child("userStore").unwrap().is_nil());
        let described: Vec<_> =
            one.all("claim").iter().map(|claim| claim.value("description").unwrap().to_lowercase()).collect();
        assert!(described.is_sorted(), "{described:?}");
    }
    assert_eq!(all[0].kind.as_deref(), Some(format!("{{{DTO}}}ClaimDialectDTO").as_str()));
    let mail = find(&admin, LOCAL, MAIL).unwrap();
    assert_eq!(attributes(&mail), "mail");
    for (name, value) in [
        ("checkedAttribute", Some("false")),
        ("description", Some("Email Address")),
        ("dialectURI", Some(LOCAL)),
        ("displayOrder", Some("6")),
        ("displayTag", Some("Email")),
        ("readOnly", Some("false")),
        ("required", Some("true")),
        ("supportedByDefault", Some("true")),
        ("value", None),
    ] {
        assert_eq!(said(&mail, name), value, "{name}");
    }
    assert!(said(&mail, "regEx").unwrap().starts_with("^([a-zA-Z0-9_"));
    // A claim of another dialect has its own name, and else what is known of the local one.
    let other = find(&admin, AX, "http://axschema.org/contact/email").unwrap();
    assert_eq!((attributes(&other).as_str(), said(&other, "dialectURI")), ("mail", Some(AX)));
    assert_eq!(said(&other, "displayTag"), Some("Email"));
    assert!(dialect(&admin, "HTTP://WSO2.org/claims").unwrap().value("dialectURI") == Some(LOCAL));
    assert!(dialect(&admin, "urn:nosuch").is_none() && dialect(&admin, "").is_none());
}

#[test]
fn a_local_claim_comes_holds_values_is_shown_and_goes() {
    let world = World::new(&[]);
    let admin = world.admin();
    world.command(&["store", "add", "EMP"], "");
    admin.add_user("EMP/sue", OLD, &[]);
    let first =
        [("displayTag", "Desk"), ("description", "Where he sits"), ("displayOrder", "4"), ("regEx", "D.*")];
    accepted(&admin, "addNewClaimMapping", &mapping(LOCAL, DESK, "desk;emp/place", &first));
    let desk = find(&admin, LOCAL, DESK).unwrap();
    assert_eq!(attributes(&desk), "desk;EMP/place");
    for (name, value) in first.into_iter().chain([("supportedByDefault", "false"), ("readOnly", "false")]) {
        assert_eq!(said(&desk, name), Some(value), "{name}");
    }
    for user in [TOM, "EMP/sue"] {
        admin.set_claims(user, &[(DESK, "D7")]);
        assert_eq!(admin.claim(user, DESK).as_deref(), Some("D7"));
        assert!(field(&admin, user, DESK).is_none());
    }
    assert_eq!(
        world.stored(
            "SELECT group_concat(name, ' ') FROM (SELECT name FROM user_attribute WHERE value = 'D7' ORDER BY name)"
        ),
        "desk place"
    );
    // What is left out stays, what is empty goes; flags are what they say.
    let change =
        [("regEx", ""), ("supportedByDefault", "true"), ("required", "true"), ("checkedAttribute", "true")];
    accepted(&admin, "upateClaimMapping", &mapping(LOCAL, DESK, "desk;EMP/place", &change));
    let desk = find(&admin, LOCAL, DESK).unwrap();
    for (name, value) in [
        ("displayTag", Some("Desk")),
        ("description", Some("Where he sits")),
        ("displayOrder", Some("0")),
        ("regEx", None),
        ("supportedByDefault", Some("true")),
        ("required", Some("true")),
        ("checkedAttribute", Some("true")),
    ] {
        assert_eq!(said(&desk, name), value, "{name}");
    }
    for user in [TOM, "EMP/sue"] {
        let field = field(&admin, user, DESK).unwrap();
        assert_eq!((field.value("fieldValue"), field.value("displayName")), (Some("D7"), Some("Desk")));
        assert_eq!(field.value("required"), Some("true"));
    }
    // Another attribute is another value, and stores that are not named have the common one.
    accepted(&admin, "upateClaimMapping", &mapping(LOCAL, DESK, "place", &[("supportedByDefault", "true")]));
    assert_eq!(attributes(&find(&admin, LOCAL, DESK).unwrap()), "place");
    assert_eq!(field(&admin, TOM, DESK).unwrap().value("fieldValue"), None);
    assert_eq!(field(&admin, "EMP/sue", DESK).unwrap().value("fieldValue"), Some("D7"));
    accepted(&admin, "removeClaimMapping", &names(LOCAL, DESK));
    assert!(find(&admin, LOCAL, DESK).is_none() && field(&admin, TOM, DESK).is_none());
    let fault = admin.refused_claims(TOM, &[(DESK, "D8")]);
    assert!(fault.text.starts_with("Error in obtaining claim mapping"), "{}", fault.text);
    accepted(&admin, "removeClaimMapping", &names(LOCAL, DESK));
}

/// What scripts for 5.1 do.
#[test]
fn a_one_time_password_is_shown_once_its_claim_is_supported() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(OTP, "123456")]);
    accepted(
        &admin,
        "upateClaimMapping",
        &mapping(LOCAL, OTP, "oneTimePassword", &[("supportedByDefault", "true")]),
    );
    let field = field(&admin, TOM, OTP).unwrap();
    assert_eq!(
        (field.value("displayName"), field.value("fieldValue")),
        (Some("One Time Password"), Some("123456"))
    );
}

#[test]
fn attributes_of_stores_are_given_apart_too() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let add = |name: &str, attribute: Option<&str>, stores: &[String]| {
        let content = content(LOCAL, &["urn:", name].concat(), attribute, &[]) + &stores.concat();
        let argument = format!("<a:claimMappingDTO>{content}</a:claimMappingDTO>");
        accepted(&admin, "addNewClaimMapping", &argument);
        let mapping = find(&admin, LOCAL, &["urn:", name].concat()).unwrap();
        assert_eq!(said(&mapping, "displayTag"), Some("0"), "as the original names claims without one");
        attributes(&mapping)
    };
    let of_none = "<d:mappedAttributes><d:attributeName>n</d:attributeName></d:mappedAttributes>".to_owned();
    assert_eq!(add("a", Some("a"), &[of_store("emp", "b"), of_store("EMP", "c")]), "a;EMP/c");
    assert_eq!(add("b", Some("b"), &[of_store("PRIMARY", "p")]), "b;PRIMARY/p");
    assert_eq!(add("c", None, &[of_store("primary", "p")]), "p");
    assert_eq!(add("d", None, &[of_store("EMP", "e")]), "EMP/e");
    assert_eq!(add("e", None, &[of_none.clone(), of_store("EMP", "e")]), "n;EMP/e");
    assert_eq!(add("f", Some("f"), &[of_none]), "f");
    assert_eq!(add("g", Some("http://a.example/g"), &[]), "http://a.example/g");
}

#[test]
fn a_claim_of_another_dialect_stands_for_the_local_one_that_has_its_attribute() {
    let world = World::new(&[]);
    let admin = world.admin();
    let country = "http://wso2.org/claims/country";
    admin.set_claims(TOM, &[(country, "US"), ("http://wso2.org/claims/stateorprovince", "Missouri")]);
    let of = "urn:paper";
    let contents = [
        content(of, "urn:paper:land", Some("country"), &[("description", "ours")]),
        content("", "urn:paper:state", Some("stateOrProvinceName"), &[]),
    ];
    accepted(&admin, "addNewClaimDialect", &new_dialect(of, &contents));
    assert_eq!(dialect(&admin, of).unwrap().all("claimMappings").len(), 2);
    assert_eq!(admin.single_claim(TOM, "urn:paper:land").as_deref(), Some("US"));
    let stands_for = |uri: &str| {
        world.stored(&format!(
            "SELECT m.uri FROM claim c JOIN claim m ON m.id = c.maps_to WHERE c.uri = '{uri}'"
        ))
    };
    // That one is known to other dialects, the list of challenge questions borrows its attribute.
    assert_eq!(stands_for("urn:paper:state"), "http://wso2.org/claims/stateorprovince");
    // A dialect is there once a claim names it, and the URI of a local claim means that one.
    accepted(&admin, "addNewClaimMapping", &mapping("urn:new", "urn:new:name", GIVEN_NAME, &[]));
    assert_eq!(stands_for("urn:new:name"), GIVEN_NAME);
    // The dialect may be there.
    let more = [content(of, "urn:paper:mail", Some("mail"), &[])];
    accepted(&admin, "addNewClaimDialect", &new_dialect(of, &more));
    assert_eq!(attributes(&find(&admin, of, "urn:paper:mail").unwrap()), "mail");
    accepted(&admin, "upateClaimMapping", &mapping(of, "urn:paper:land", "stateOrProvinceName", &[]));
    assert_eq!(admin.single_claim(TOM, "urn:paper:land").as_deref(), Some("Missouri"));
    let land = find(&admin, of, "urn:paper:land").unwrap();
    assert_eq!(
        (attributes(&land).as_str(), said(&land, "displayTag")),
        ("stateOrProvinceName", Some("State"))
    );
    accepted(&admin, "removeClaimMapping", &names(of, "urn:paper:land"));
    assert!(find(&admin, of, "urn:paper:land").is_none());
    assert_eq!(admin.claim(TOM, country).as_deref(), Some("US"));
    accepted(&admin, "removeClaimDialect", &format!("<a:dialectUri>{of}</a:dialectUri>"));
    assert!(dialect(&admin, of).is_none());
    accepted(&admin, "removeClaimDialect", &format!("<a:dialectUri>{of}</a:dialectUri>"));
    // Without claims there is no dialect.
    accepted(&admin, "removeClaimMapping", &names("urn:new", "urn:new:name"));
    assert!(dialect(&admin, "urn:new").is_none());
    assert_eq!(admin.results(SERVICE, "getClaimMappings", &request("getClaimMappings", "")).len(), 6);
}

#[test]
fn what_is_sent_back_as_it_was_read_changes_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let own = "urn:own";
    let stores = of_store("PRIMARY", "p") + &of_store("EMP", "e");
    let added = content(LOCAL, own, Some("x"), &[("description", "own")]) + &stores;
    accepted(&admin, "addNewClaimMapping", &format!("<a:claimMappingDTO>{added}</a:claimMappingDTO>"));
    let before = stored(&world, "carbon.super");
    assert!(before[1].contains("urn:own EMP e") && before[2].contains("urn:own DefaultAttribute x"));
    fn sent(bean: &Element) -> String {
        let child = |child: &Element| {
            let inside = if child.children.is_empty() { escaped(&child.text) } else { sent(child) };
            let nil = if child.is_nil() { " i:nil=\"true\"" } else { "" };
            format!("<d:{0}{nil}>{inside}</d:{0}>", child.name)
        };
        bean.children
            .iter()
            .filter(|child| child.name != "mappedAttributes" || !child.is_nil())
            .map(child)
            .collect()
    }
    let all = admin.results(SERVICE, "getClaimMappings", &request("getClaimMappings", ""));
    for read in all.iter().flat_map(|one| one.all("claimMappings")) {
        let argument = format!("<a:claimMappingDTO>{}</a:claimMappingDTO>", sent(read));
        accepted(&admin, "upateClaimMapping", &argument);
    }
    assert_eq!(stored(&world, "carbon.super"), before);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = stored(&world, "carbon.super");
    let nobody = format!("No claim of the dialect {LOCAL} has the mapped attribute");
    let no_attribute = "Attribute name cannot be null for the primary domain";
    let duplicate = "Duplicate claim exist in the system. Please pick a different Claim Uri";
    let bare =
        |dialect, uri| format!("<a:claimMappingDTO>{}</a:claimMappingDTO>", content(dialect, uri, None, &[]));
    let half =
        [content("urn:d", "urn:d:1", Some("mail"), &[]), content("urn:d", "urn:d:2", Some("nosuch"), &[])];
    let twice =
        [content("urn:d", "urn:d:1", Some("mail"), &[]), content("urn:d", "urn:d:1", Some("mail"), &[])];
    let unknown = |uri, dialect| format!("Invalid Claim URI : {uri} for Claim Dialect : {dialect}");
    for (operation, content, text) in [
        ("addNewClaimMapping", mapping(LOCAL, MAIL, "x", &[]), duplicate.into()),
        (
            "addNewClaimMapping",
            mapping(LOCAL, "HTTP://wso2.org/claims/EMAILADDRESS", "x", &[]),
            duplicate.into(),
        ),
        ("addNewClaimMapping", mapping(AX, MAIL, "mail", &[]), duplicate.into()),
        ("addNewClaimMapping", mapping("", "urn:x", "mail", &[]), "Claim dialect URI cannot be empty".into()),
        ("addNewClaimMapping", mapping(LOCAL, " ", "mail", &[]), "Local claim URI cannot be empty".into()),
        ("addNewClaimMapping", mapping(AX, "", "mail", &[]), "External claim URI cannot be empty".into()),
        ("addNewClaimMapping", bare(LOCAL, "urn:x"), no_attribute.into()),
        ("addNewClaimMapping", mapping(LOCAL, "urn:x", " ; ", &[]), no_attribute.into()),
        ("addNewClaimMapping", bare(AX, "urn:x"), no_attribute.into()),
        ("addNewClaimMapping", mapping(AX, "urn:x", "nosuch;EMP/x", &[]), format!("{nobody} nosuch;EMP/x")),
        ("addNewClaimMapping", mapping("urn:new", "urn:x", "nosuch", &[]), format!("{nobody} nosuch")),
        (
            "addNewClaimMapping",
            mapping(LOCAL, "urn:x", "x", &[("description", &"x".repeat(256))]),
            "Error while adding claim properties".into(),
        ),
        ("upateClaimMapping", mapping(LOCAL, "urn:x", "x", &[]), unknown("urn:x", LOCAL)),
        ("upateClaimMapping", mapping(AX, "urn:x", "mail", &[]), unknown("urn:x", AX)),
        ("upateClaimMapping", mapping("urn:new", MAIL, "mail", &[]), unknown(MAIL, "urn:new")),
        ("upateClaimMapping", bare(LOCAL, MAIL), no_attribute.into()),
        (
            "upateClaimMapping",
            mapping(AX, "http://axschema.org/contact/email", "nosuch", &[]),
            format!("{nobody} nosuch"),
        ),
        ("addNewClaimDialect", new_dialect("urn:d", &half), format!("{nobody} nosuch")),
        (
            "addNewClaimDialect",
            new_dialect("urn:d", &twice),
            "Error while adding claim urn:d:1 to dialect urn:d".into(),
        ),
        ("addNewClaimDialect", new_dialect(" ", &half), "Claim dialect URI cannot be empty".into()),
        (
            "removeClaimMapping",
            names(LOCAL, MAIL),
            format!("Cannot remove local claim {MAIL} while having associations with external claims."),
        ),
        ("removeClaimMapping", names("", MAIL), "External claim dialect URI cannot be empty".into()),
        ("removeClaimMapping", String::new(), "External claim dialect URI cannot be empty".into()),
        ("removeClaimMapping", names(LOCAL, ""), "Local claim URI cannot be empty".into()),
        (
            "removeClaimDialect",
            format!("<a:dialectUri>{LOCAL}</a:dialectUri>"),
            format!("Invalid external claim dialect {LOCAL}"),
        ),
        ("removeClaimDialect", String::new(), "Claim dialect URI cannot be empty".into()),
    ] {
        assert_eq!(refused(&admin, operation, &content), text, "{operation} {content}");
    }
    assert_eq!(stored(&world, "carbon.super"), before);
    assert_eq!(
        world.stored("SELECT count(*) FROM claim_dialect WHERE uri LIKE 'urn:d%' OR uri = 'urn:new'"),
        "0"
    );
}

#[test]
fn beans_that_the_original_cannot_convert_are_refused() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let null = content(LOCAL, "urn:x", Some("x"), &[]) + &of_store("EMP", "e");
    let null = format!("<a:claimMappingDTO>{null}<d:mappedAttributes i:nil=\"true\"/></a:claimMappingDTO>");
    let no_claim = "<a:claimMappingDTO><d:mappedAttribute>x</d:mappedAttribute></a:claimMappingDTO>";
    for (operation, content) in [
        ("addNewClaimMapping", String::new()),
        ("upateClaimMapping", String::new()),
        ("upateClaimMapping", no_claim.into()),
        ("addNewClaimMapping", null),
        ("addNewClaimDialect", String::new()),
        (
            "addNewClaimDialect",
            "<a:claimDialectDTO><d:dialectURI>urn:d</d:dialectURI></a:claimDialectDTO>".into(),
        ),
        ("addNewClaimDialect", new_dialect("urn:d", &[String::new()])),
    ] {
        let fault = admin.fault(SERVICE, operation, &request(operation, &content));
        let text = format!("Exception occurred while trying to invoke service method {operation}");
        assert_eq!((fault.text, fault.detail.len()), (text, 0), "{content}");
    }
}

#[test]
fn tenants_have_claims_of_their_own() {
    let world = World::new(&[]);
    let ours = world.admin();
    let theirs = world.tenant_with_tom("a.example", &[]);
    let before = stored(&world, "carbon.super");
    accepted(&theirs, "addNewClaimMapping", &mapping(LOCAL, DESK, "desk", &[("supportedByDefault", "true")]));
    accepted(
        &theirs,
        "upateClaimMapping",
        &mapping(LOCAL, OTP, "oneTimePassword", &[("supportedByDefault", "true")]),
    );
    accepted(&theirs, "addNewClaimMapping", &mapping("urn:d", "urn:d:desk", "desk", &[]));
    accepted(&theirs, "removeClaimDialect", &format!("<a:dialectUri>{AX}</a:dialectUri>"));
    theirs.set_claims(TOM, &[("urn:d:desk", "D7")]);
    assert_eq!(field(&theirs, TOM, DESK).unwrap().value("fieldValue"), Some("D7"));
    assert!(dialect(&theirs, AX).is_none());
    assert_eq!(stored(&world, "carbon.super"), before);
    assert!(find(&ours, LOCAL, DESK).is_none() && field(&ours, TOM, OTP).is_none());
    assert_eq!(dialect(&ours, AX).unwrap().all("claimMappings").len(), 9);
    assert!(dialect(&ours, "urn:d").is_none());
}

#[test]
fn each_operation_takes_its_own_permission() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for leaf in ["view", "create", "update", "delete"] {
        admin.add_user(leaf, OLD, &[]);
        admin.add_role(&format!("{leaf}s"), &[leaf], &[LOGIN, &format!("{PERMISSION}/{leaf}")]);
    }
    for (operation, needed) in [
        ("getClaimMappings", "view"),
        ("getClaimMappingByDialect", "view"),
        ("addNewClaimMapping", "create"),
        ("addNewClaimDialect", "create"),
        ("upateClaimMapping", "update"),
        ("removeClaimMapping", "delete"),
        ("removeClaimDialect", "delete"),
    ] {
        for leaf in ["view", "create", "update", "delete"] {
            let answer = world.caller(leaf, OLD).call(SERVICE, operation, &request(operation, ""));
            let denied = answer.text().contains("Access Denied.");
            assert_eq!(denied, leaf != needed, "{operation} by {leaf}: {}", answer.text());
        }
    }
}
