//! `ClaimMetadataManagementService`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, GIVEN_NAME, LOGIN, OTP};
use crate::support::tree::Element;
use crate::support::world::{OLD, TOM, World};

const SERVICE: &str = "ClaimMetadataManagementService";
const AXIS: &str = "http://org.apache.axis2/xsd";
const DTO: &str = "http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd";
const LOCAL: &str = "http://wso2.org/claims";
const COUNTRY: &str = "http://wso2.org/claims/country";
const SCIM: &str = "urn:scim:schemas:core:1.0";
const PERMISSION: &str = "/permission/admin/manage/identity/claimmgt/metadata";

/// A request with the content given.
fn request(operation: &str, content: &str) -> String {
    format!("<a:{operation} xmlns:a=\"{AXIS}\" xmlns:d=\"{DTO}\">{content}</a:{operation}>")
}

fn dialect(parameter: &str, uri: &str) -> String {
    format!("<a:{parameter}><d:claimDialectURI>{uri}</d:claimDialectURI></a:{parameter}>")
}

/// A local claim as the console sends it.
fn local(uri: &str, attributes: &[(&str, &str)], properties: &[(&str, &str)]) -> String {
    let attributes: String = attributes
        .iter()
        .map(|(domain, name)| {
            format!(
                "<d:attributeMappings><d:attributeName>{name}</d:attributeName>\
                 <d:userStoreDomain>{domain}</d:userStoreDomain></d:attributeMappings>"
            )
        })
        .collect();
    let properties: String = properties
        .iter()
        .map(|(name, value)| {
            format!(
                "<d:claimProperties><d:propertyName>{name}</d:propertyName>\
                 <d:propertyValue>{value}</d:propertyValue></d:claimProperties>"
            )
        })
        .collect();
    format!("<a:localClaim>{attributes}{properties}<d:localClaimURI>{uri}</d:localClaimURI></a:localClaim>")
}

fn external(dialect: &str, uri: &str, local: &str) -> String {
    format!(
        "<a:externalClaim><d:externalClaimDialectURI>{dialect}</d:externalClaimDialectURI>\
         <d:externalClaimURI>{uri}</d:externalClaimURI><d:mappedLocalClaimURI>{local}</d:mappedLocalClaimURI>\
         </a:externalClaim>"
    )
}

fn name_of_external(dialect: &str, uri: &str) -> String {
    format!(
        "<a:externalClaimDialectURI>{dialect}</a:externalClaimDialectURI>\
         <a:externalClaimURI>{uri}</a:externalClaimURI>"
    )
}

fn name_of_local(uri: &str) -> String {
    format!("<a:localClaimURI>{uri}</a:localClaimURI>")
}

/// Every void operation has an empty output message: 200 with a nil result.
fn accepted(caller: &Caller, operation: &str, content: &str) {
    let results = caller.results(SERVICE, operation, &request(operation, content));
    assert!(results.len() == 1 && results[0].is_nil(), "{operation}: {results:?}");
}

fn refused(caller: &Caller, operation: &str, content: &str) -> String {
    let fault = caller.fault(SERVICE, operation, &request(operation, content));
    let typed = &fault.detail[0];
    assert_eq!(typed.name, "ClaimMetadataManagementServiceClaimMetadataException", "{operation}");
    assert!(typed.find("errorCode").unwrap().is_nil());
    fault.text
}

fn local_claims(caller: &Caller) -> Vec<Element> {
    caller.results(SERVICE, "getLocalClaims", &request("getLocalClaims", ""))
}

fn find_local(caller: &Caller, uri: &str) -> Option<Element> {
    local_claims(caller).into_iter().find(|claim| claim.value("localClaimURI") == Some(uri))
}

/// Name and value of the properties, sorted.
fn properties(claim: &Element) -> Vec<(String, String)> {
    let properties = claim.all("claimProperties").into_iter();
    let mut found: Vec<(String, String)> = properties
        .map(|one| {
            (one.value("propertyName").unwrap().to_owned(), one.value("propertyValue").unwrap().to_owned())
        })
        .collect();
    found.sort();
    found
}

fn external_claims(caller: &Caller, dialect: &str) -> Vec<(String, String)> {
    let content = format!("<a:externalClaimDialectURI>{dialect}</a:externalClaimDialectURI>");
    let found = caller.results(SERVICE, "getExternalClaims", &request("getExternalClaims", &content));
    found
        .iter()
        .map(|claim| {
            assert_eq!(claim.value("externalClaimDialectURI"), Some(dialect));
            let text = |name| claim.value(name).unwrap().to_owned();
            (text("externalClaimURI"), text("mappedLocalClaimURI"))
        })
        .collect()
}

fn dialects(caller: &Caller) -> Vec<String> {
    let found = caller.results(SERVICE, "getClaimDialects", &request("getClaimDialects", ""));
    found.iter().map(|dialect| dialect.value("claimDialectURI").unwrap().to_owned()).collect()
}

/// The fields of a user's profile and their values.
fn profile(caller: &Caller, user: &str) -> Vec<(String, Option<String>)> {
    let payload = format!(
        "<mgt:getUserProfile><mgt:username>{user}</mgt:username><mgt:profileName>default</mgt:profileName>\
         </mgt:getUserProfile>"
    );
    let found = caller.results("UserProfileMgtService", "getUserProfile", &payload);
    let fields = found[0].all("fieldValues").into_iter();
    fields
        .map(|field| {
            (field.value("claimUri").unwrap().to_owned(), field.value("fieldValue").map(str::to_owned))
        })
        .collect()
}

#[test]
fn a_fresh_server_has_the_dialects_and_claims_of_the_original() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert_eq!(
        dialects(&admin),
        [
            LOCAL,
            "http://schemas.xmlsoap.org/ws/2005/05/identity",
            SCIM,
            "http://wso2.org/oidc/claim",
            "http://schema.openid.net/2007/05/claims",
            "http://axschema.org"
        ]
    );
    let claims = local_claims(&admin);
    assert_eq!(claims.len(), 75);
    assert_eq!(claims[0].value("localClaimURI"), Some("http://wso2.org/claims/addresses"));
    assert_eq!(claims[0].kind.as_deref(), Some(format!("{{{DTO}}}LocalClaimDTO").as_str()));
    let country = find_local(&admin, COUNTRY).unwrap();
    let fields: Vec<&str> = country.children.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields[0], "attributeMappings");
    assert_eq!(fields.last(), Some(&"localClaimURI"));
    let mapping = country.child("attributeMappings").unwrap();
    assert_eq!(
        (mapping.value("userStoreDomain"), mapping.value("attributeName")),
        (Some("PRIMARY"), Some("country"))
    );
    let expected = [
        ("Description", "Country"),
        ("DisplayName", "Country"),
        ("DisplayOrder", "5"),
        ("SupportedByDefault", "true"),
    ];
    assert_eq!(properties(&country), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let scim = external_claims(&admin, SCIM);
    assert_eq!(scim.len(), 49);
    assert!(scim.contains(&("urn:scim:schemas:core:1.0:name.givenName".to_owned(), GIVEN_NAME.to_owned())));
    let given = external_claims(&admin, "http://wso2.org/oidc/claim");
    assert!(given.contains(&("given_name".to_owned(), "http://wso2.org/claims/fullname".to_owned())));
    assert!(external_claims(&admin, "urn:nosuch").is_empty());
}

/// What the console does to make "One Time Password" visible.
#[test]
fn a_claim_supported_by_default_is_in_the_very_next_profile() {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.set_claims(TOM, &[(OTP, "123456")]);
    let uris =
        |fields: &[(String, Option<String>)]| fields.iter().map(|(uri, _)| uri.clone()).collect::<Vec<_>>();
    let before = profile(&admin, TOM);
    assert!(!uris(&before).contains(&OTP.to_owned()));
    let mut all = properties(&find_local(&admin, OTP).unwrap());
    all.push(("SupportedByDefault".to_owned(), "true".to_owned()));
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    accepted(&admin, "updateLocalClaim", &local(OTP, &[("PRIMARY", "oneTimePassword")], &all));
    let after = profile(&admin, TOM);
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.contains(&(OTP.to_owned(), Some("123456".to_owned()))));
    // What is not sent is gone: without a display name there is no field.
    accepted(
        &admin,
        "updateLocalClaim",
        &local(OTP, &[("PRIMARY", "oneTimePassword")], &[("SupportedByDefault", "true")]),
    );
    assert_eq!(uris(&profile(&admin, TOM)), uris(&before));
    // Another attribute, another value; the value is still there under the old one.
    accepted(&admin, "updateLocalClaim", &local(OTP, &[("PRIMARY", "description")], &all));
    assert!(profile(&admin, TOM).contains(&(OTP.to_owned(), None)));
    accepted(&admin, "updateLocalClaim", &local(OTP, &[("primary", "oneTimePassword")], &all));
    assert!(profile(&admin, TOM).contains(&(OTP.to_owned(), Some("123456".to_owned()))));
}

#[test]
fn a_value_is_kept_under_the_attribute_of_the_users_store_else_the_default_else_that_of_the_primary_store() {
    let world = World::new(&[]);
    let admin = world.admin();
    for store in ["EMP", "SALES"] {
        world.command(&["store", "add", store], "");
        admin.add_user(&format!("{store}/sue"), OLD, &[]);
    }
    // Each of these shows one attribute in every store.
    let at = |attribute: &str| format!("urn:at:{attribute}");
    for attribute in ["own", "default", "primary"] {
        accepted(
            &admin,
            "addLocalClaim",
            &local(&at(attribute), &[("PRIMARY", attribute)], &[("DisplayName", "x")]),
        );
    }
    let users = [TOM, "EMP/sue", "SALES/sue"];
    let kept = |user: &str| {
        let shown = ["own", "default", "primary"].map(|attribute| admin.claim(user, &at(attribute)));
        let names = ["own", "default", "primary"].into_iter().zip(shown);
        names.filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect::<Vec<_>>().join(" ")
    };
    let uri = "urn:desk";
    let mappings = [("emp", "own"), ("PRIMARY", "primary")];
    let named = [("DisplayName", "Desk"), ("DefaultAttribute", "default")];
    accepted(&admin, "addLocalClaim", &local(uri, &mappings, &named));
    for (number, user) in users.into_iter().enumerate() {
        admin.set_claims(user, &[(uri, &number.to_string())]);
        assert_eq!(admin.single_claim(user, uri), Some(number.to_string()));
    }
    assert_eq!(users.map(kept), ["primary=0", "own=1", "default=2"]);
    // Without a default, the attribute of the primary store is that of every other one.
    accepted(&admin, "updateLocalClaim", &local(uri, &mappings, &named[..1]));
    admin.set_claims("SALES/sue", &[(uri, "3")]);
    assert_eq!(users.map(kept), ["primary=0", "own=1", "default=2 primary=3"]);
    // Without either, users of other stores have no such claim, and the original does not know what to say of it.
    accepted(&admin, "updateLocalClaim", &local(uri, &mappings[..1], &named[..1]));
    assert_eq!(admin.single_claim("EMP/sue", uri).as_deref(), Some("1"));
    let unforeseen = "Error occurred while accessing Java Security Manager Privilege Block";
    let read = format!(
        "<ser:getUserClaimValue><ser:userName>tom</ser:userName><ser:claim>{uri}</ser:claim></ser:getUserClaimValue>"
    );
    assert_eq!(admin.fault("RemoteUserStoreManagerService", "getUserClaimValue", &read).text, unforeseen);
    let search = format!(
        "<ser:getUserList><ser:claimUri>{uri}</ser:claimUri><ser:claimValue>1</ser:claimValue></ser:getUserList>"
    );
    assert_eq!(admin.fault("RemoteUserStoreManagerService", "getUserList", &search).text, unforeseen);
    assert_eq!(
        admin.refused_claims(TOM, &[(uri, "4")]).text,
        "Error in obtaining claim mapping for user : tom"
    );
    assert_eq!(kept(TOM), "primary=0");
}

#[test]
fn a_local_claim_comes_holds_values_and_goes() {
    let mut world = World::new(&[]);
    let admin = world.admin();
    let badge = "http://wso2.org/claims/badge";
    assert!(admin.refused_claims(TOM, &[(badge, "7")]).text.contains("claim mapping"));
    accepted(
        &admin,
        "addLocalClaim",
        &local(badge, &[("PRIMARY", "badge"), ("emp", "badgeNo")], &[("DisplayName", "Badge &amp; co")]),
    );
    admin.set_claims(TOM, &[(badge, "7")]);
    world.restart();
    let admin = world.admin();
    assert_eq!(admin.claim(TOM, badge).as_deref(), Some("7"));
    let claims = local_claims(&admin);
    let last = claims.last().unwrap();
    assert_eq!(last.value("localClaimURI"), Some(badge), "a new claim stands behind the others");
    let mappings: Vec<(Option<&str>, Option<&str>)> = last
        .all("attributeMappings")
        .iter()
        .map(|one| (one.value("userStoreDomain"), one.value("attributeName")))
        .collect();
    assert_eq!(mappings, [(Some("PRIMARY"), Some("badge")), (Some("EMP"), Some("badgeNo"))]);
    assert_eq!(properties(last), [("DisplayName".to_owned(), "Badge & co".to_owned())]);
    assert_eq!(
        refused(&admin, "addLocalClaim", &local(badge, &[], &[("DisplayName", "again")])),
        format!("Error while adding claim {badge} to dialect {LOCAL}")
    );
    accepted(&admin, "addExternalClaim", &external(SCIM, "urn:badge", badge));
    assert_eq!(admin.claim(TOM, "urn:badge").as_deref(), Some("7"));
    assert_eq!(
        refused(&admin, "removeLocalClaim", &name_of_local(badge)),
        format!("Cannot remove local claim {badge} while having associations with external claims.")
    );
    accepted(&admin, "removeExternalClaim", &name_of_external(SCIM, "urn:badge"));
    accepted(&admin, "removeLocalClaim", &name_of_local(badge));
    assert!(find_local(&admin, badge).is_none());
    // Removing what is not there is no mistake in the original.
    accepted(&admin, "removeLocalClaim", &name_of_local(badge));
    assert_eq!(
        refused(&admin, "updateLocalClaim", &local(badge, &[], &[("DisplayName", "gone")])),
        format!("Invalid Claim URI : {badge} for Claim Dialect : {LOCAL}")
    );
}

#[test]
fn a_local_claim_that_cannot_be_stored_is_refused_whole() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let uri = "http://wso2.org/claims/odd";
    let twice = local(uri, &[("PRIMARY", "a"), ("primary", "b")], &[("DisplayName", "x")]);
    assert_eq!(refused(&admin, "addLocalClaim", &twice), "Error while adding attribute mappings");
    let inside = |content: &str| {
        format!("<a:localClaim>{content}<d:localClaimURI>{uri}</d:localClaimURI></a:localClaim>")
    };
    let display = "<d:claimProperties><d:propertyName>DisplayName</d:propertyName></d:claimProperties>";
    assert_eq!(refused(&admin, "addLocalClaim", &inside(display)), "Error while adding claim properties");
    // Nulls in the bean.
    for content in [
        "",
        "<d:claimProperties/><d:claimProperties xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>",
        "<d:attributeMappings><d:attributeName>x</d:attributeName></d:attributeMappings><d:claimProperties/>",
    ] {
        assert_eq!(refused(&admin, "addLocalClaim", &inside(content)), "unknown", "{content}");
    }
    assert!(find_local(&admin, uri).is_none());
    let blank = local(" ", &[], &[("DisplayName", "x")]);
    for operation in ["addLocalClaim", "updateLocalClaim"] {
        assert_eq!(refused(&admin, operation, ""), "Local claim URI cannot be empty");
        assert_eq!(refused(&admin, operation, &blank), "Local claim URI cannot be empty");
    }
    assert_eq!(refused(&admin, "removeLocalClaim", ""), "Local claim URI cannot be empty");
}

#[test]
fn external_claims_come_change_and_go() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    accepted(&admin, "addClaimDialect", &dialect("claimDialect", "urn:mine"));
    accepted(&admin, "addExternalClaim", &external("urn:mine", "land", COUNTRY));
    assert_eq!(external_claims(&admin, "urn:mine"), [("land".to_owned(), COUNTRY.to_owned())]);
    accepted(&admin, "updateExternalClaim", &external("urn:mine", "land", GIVEN_NAME));
    assert_eq!(external_claims(&admin, "urn:mine"), [("land".to_owned(), GIVEN_NAME.to_owned())]);
    for (operation, claim, text) in [
        (
            "addExternalClaim",
            external("urn:mine", "land", COUNTRY),
            "Error while adding claim land to dialect urn:mine",
        ),
        (
            "addExternalClaim",
            external("urn:no", "x", COUNTRY),
            "Error while adding claim x to dialect urn:no",
        ),
        (
            "updateExternalClaim",
            external("urn:mine", "x", COUNTRY),
            "Invalid Claim URI : x for Claim Dialect : urn:mine",
        ),
        (
            "updateExternalClaim",
            external("urn:mine", "land", "urn:no"),
            "Invalid Claim URI : urn:no for Claim Dialect : http://wso2.org/claims",
        ),
        (
            "addExternalClaim",
            external("urn:mine", "x", "urn:no"),
            "Invalid Claim URI : urn:no for Claim Dialect : http://wso2.org/claims",
        ),
    ] {
        assert_eq!(refused(&admin, operation, &claim), text);
    }
    for operation in ["addExternalClaim", "updateExternalClaim"] {
        for (claim, text) in [
            (String::new(), "External claim URI cannot be empty"),
            (external("urn:mine", "", COUNTRY), "External claim URI cannot be empty"),
            (external("", "x", COUNTRY), "External dialect URI cannot be empty"),
            (external("urn:mine", "x", ""), "Mapped local claim URI cannot be empty"),
            (external(LOCAL, "x", COUNTRY), "Invalid external claim dialect http://wso2.org/claims"),
        ] {
            assert_eq!(refused(&admin, operation, &claim), text, "{operation}");
        }
    }
    for (content, text) in [
        (String::new(), "External claim dialect URI cannot be empty"),
        (name_of_external("urn:mine", ""), "External claim URI cannot be empty"),
        (name_of_external(LOCAL, COUNTRY), "Invalid external claim dialect http://wso2.org/claims"),
    ] {
        assert_eq!(refused(&admin, "removeExternalClaim", &content), text);
    }
    assert_eq!(refused(&admin, "getExternalClaims", ""), "External claim dialect URI cannot be empty");
    assert_eq!(
        refused(
            &admin,
            "getExternalClaims",
            &format!("<a:externalClaimDialectURI>{LOCAL}</a:externalClaimDialectURI>")
        ),
        "Invalid external claim dialect http://wso2.org/claims"
    );
    accepted(&admin, "removeExternalClaim", &name_of_external("urn:mine", "land"));
    accepted(&admin, "removeExternalClaim", &name_of_external("urn:mine", "land"));
    assert!(external_claims(&admin, "urn:mine").is_empty());
}

#[test]
fn dialects_come_change_their_name_and_go() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let rename = |from, to| [dialect("oldClaimDialect", from), dialect("newClaimDialect", to)].concat();
    accepted(&admin, "addClaimDialect", &dialect("claimDialect", "urn:mine"));
    accepted(&admin, "addExternalClaim", &external("urn:mine", "land", COUNTRY));
    accepted(&admin, "renameClaimDialect", &rename("urn:mine", "urn:ours"));
    assert_eq!(dialects(&admin).last().map(String::as_str), Some("urn:ours"));
    assert_eq!(external_claims(&admin, "urn:ours"), [("land".to_owned(), COUNTRY.to_owned())]);
    for (operation, content, text) in [
        ("addClaimDialect", dialect("claimDialect", "urn:ours"), "Error while adding claim dialect urn:ours"),
        ("addClaimDialect", dialect("claimDialect", " "), "Claim dialect cannot be empty"),
        ("addClaimDialect", String::new(), "Claim dialect cannot be empty"),
        ("removeClaimDialect", dialect("claimDialect", ""), "Claim dialect URI cannot be empty"),
        ("removeClaimDialect", String::new(), "Claim dialect URI cannot be empty"),
        ("renameClaimDialect", rename("urn:ours", SCIM), "Error while renaming claim dialect urn:ours"),
        ("renameClaimDialect", rename("urn:ours", ""), "Claim dialect cannot be empty"),
        ("renameClaimDialect", String::new(), "Claim dialect cannot be empty"),
        // Ours: the original would lose every claim.
        (
            "removeClaimDialect",
            dialect("claimDialect", LOCAL),
            "Invalid external claim dialect http://wso2.org/claims",
        ),
        (
            "renameClaimDialect",
            rename(LOCAL, "urn:x"),
            "Invalid external claim dialect http://wso2.org/claims",
        ),
    ] {
        assert_eq!(refused(&admin, operation, &content), text, "{operation} {content}");
    }
    accepted(&admin, "removeClaimDialect", &dialect("claimDialect", "urn:ours"));
    accepted(&admin, "removeClaimDialect", &dialect("claimDialect", "urn:ours"));
    assert!(!dialects(&admin).contains(&"urn:ours".to_owned()));
    assert!(external_claims(&admin, "urn:ours").is_empty());
}

#[test]
fn each_operation_takes_its_own_permission() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for leaf in ["view", "create", "update", "delete"] {
        admin.add_user(leaf, OLD, &[]);
        admin.add_role(&format!("{leaf}s"), &[leaf], &[LOGIN, &format!("{PERMISSION}/{leaf}")]);
    }
    let unharmful = |operation: &str| match operation {
        "getExternalClaims" => format!("<a:externalClaimDialectURI>{SCIM}</a:externalClaimDialectURI>"),
        _ => String::new(),
    };
    for (operation, needed) in [
        ("getClaimDialects", "view"),
        ("getLocalClaims", "view"),
        ("getExternalClaims", "view"),
        ("addClaimDialect", "create"),
        ("addLocalClaim", "create"),
        ("addExternalClaim", "create"),
        ("renameClaimDialect", "update"),
        ("updateLocalClaim", "update"),
        ("updateExternalClaim", "update"),
        ("removeClaimDialect", "delete"),
        ("removeLocalClaim", "delete"),
        ("removeExternalClaim", "delete"),
    ] {
        for leaf in ["view", "create", "update", "delete"] {
            let answer =
                world.caller(leaf, OLD).call(SERVICE, operation, &request(operation, &unharmful(operation)));
            let denied = answer.text().contains("Access Denied.");
            assert_eq!(denied, leaf != needed, "{operation} by {leaf}: {}", answer.text());
        }
    }
}

#[test]
fn tenants_have_claims_of_their_own() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let other = world.tenant_with_tom("wso2.com", &[]);
    assert_eq!((local_claims(&other).len(), dialects(&other).len()), (75, 6));
    accepted(&other, "addLocalClaim", &local("urn:theirs", &[("PRIMARY", "x")], &[("DisplayName", "x")]));
    accepted(&other, "removeClaimDialect", &dialect("claimDialect", SCIM));
    accepted(
        &other,
        "updateLocalClaim",
        &local(COUNTRY, &[("PRIMARY", "country")], &[("DisplayName", "Land")]),
    );
    assert!(find_local(&admin, "urn:theirs").is_none());
    assert_eq!(external_claims(&admin, SCIM).len(), 49);
    assert_eq!(properties(&find_local(&admin, COUNTRY).unwrap()).len(), 4);
    assert!(profile(&admin, "admin").iter().any(|(uri, _)| uri == COUNTRY));
    assert!(!profile(&other, TOM).iter().any(|(uri, _)| uri == COUNTRY));
}
