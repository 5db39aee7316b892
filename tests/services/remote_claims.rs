//! `RemoteClaimManagerService`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::caller::{Caller, GIVEN_NAME, LOGIN, MAIL};
use crate::support::tree::Element;
use crate::support::world::{OLD, World};

const SERVICE: &str = "RemoteClaimManagerService";
const API: &str = "http://api.user.carbon.wso2.org/xsd";
const LOCAL: &str = "http://wso2.org/claims";
const SCIM: &str = "urn:scim:schemas:core:1.0";
const FAMILY: &str = "urn:scim:schemas:core:1.0:name.familyName";

/// A request; arguments are elements, in order.
fn request(operation: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: String =
        arguments.iter().map(|(name, text)| format!("<ser:{name}>{text}</ser:{name}>")).collect();
    format!("<ser:{operation}>{arguments}</ser:{operation}>")
}

fn results(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Vec<Element> {
    caller.results(SERVICE, operation, &request(operation, arguments))
}

/// The one result, if it is not nil.
fn result(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Option<Element> {
    let found = results(caller, operation, arguments);
    assert_eq!(found.len(), 1, "{operation}");
    found.into_iter().next().filter(|result| !result.is_nil())
}

/// The URIs of the claims of mappings.
fn uris(mappings: &[Element]) -> Vec<&str> {
    mappings.iter().map(|mapping| mapping.child("claim").unwrap().value("claimUri").unwrap()).collect()
}

/// Changes a local claim by the service that does.
fn add_local(caller: &Caller, uri: &str, domain: &str, attribute: &str, property: (&str, &str)) {
    let (name, value) = property;
    let payload = format!(
        "<c:addLocalClaim xmlns:c=\"http://org.apache.axis2/xsd\"><c:localClaim \
         xmlns:d=\"http://dto.mgt.metadata.claim.identity.carbon.wso2.org/xsd\"><d:attributeMappings>\
         <d:attributeName>{attribute}</d:attributeName><d:userStoreDomain>{domain}</d:userStoreDomain>\
         </d:attributeMappings><d:claimProperties><d:propertyName>{name}</d:propertyName>\
         <d:propertyValue>{value}</d:propertyValue></d:claimProperties><d:localClaimURI>{uri}</d:localClaimURI>\
         </c:localClaim></c:addLocalClaim>"
    );
    caller.done("ClaimMetadataManagementService", "addLocalClaim", &payload);
}

#[test]
fn a_mapping_shows_what_is_known_of_a_claim() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let mapping = result(&admin, "getClaimMapping", &[("claimURI", MAIL)]).unwrap();
    assert_eq!(mapping.kind.as_deref(), Some(format!("{{{API}}}ClaimMapping").as_str()));
    let names: Vec<&str> = mapping.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["claim", "mappedAttribute", "mappedAttributeWithNoDomain", "mappedAttributes"]);
    for attribute in ["mappedAttribute", "mappedAttributeWithNoDomain", "mappedAttributes"] {
        assert_eq!(mapping.value(attribute), Some("mail"));
    }
    let claim = mapping.child("claim").unwrap();
    for (name, value) in [
        ("checkedAttribute", Some("false")),
        ("claimUri", Some(MAIL)),
        ("description", Some("Email Address")),
        ("dialectURI", Some(LOCAL)),
        ("displayOrder", Some("6")),
        ("displayTag", Some("Email")),
        ("readOnly", Some("false")),
        ("required", Some("true")),
        ("supportedByDefault", Some("true")),
        ("value", None),
    ] {
        assert_eq!(claim.value(name), value, "{name}");
    }
    assert!(claim.value("regEx").unwrap().contains("([a-zA-Z0-9]{2,4})"));
    // A name of another dialect leads to the same mapping, an unknown one to none.
    let other =
        result(&admin, "getClaimMapping", &[("claimURI", "urn:scim:schemas:core:1.0:EMAILS")]).unwrap();
    assert_eq!(other, mapping);
    assert!(result(&admin, "getClaimMapping", &[("claimURI", "urn:nosuch")]).is_none());
    assert!(result(&admin, "getClaimMapping", &[]).is_none());
}

#[test]
fn a_claim_is_found_by_its_own_name() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let claim = |uri| {
        let found = result(&admin, "getClaim", &[("claimURI", uri)])?;
        Some(found.value("claimUri").unwrap().to_owned())
    };
    assert_eq!(claim("HTTP://wso2.org/claims/GIVENname").as_deref(), Some(GIVEN_NAME));
    assert_eq!(claim("urn:nosuch"), None);
    // A slip of the original: for other dialects it answers the first claim there is.
    assert_eq!(claim(FAMILY).as_deref(), Some("http://wso2.org/claims/addresses"));
    assert!(result(&admin, "getClaim", &[]).is_none());
}

#[test]
fn claims_are_listed_by_dialect_and_by_what_is_said_of_them() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let all = results(&admin, "getAllClaimUris", &[]);
    assert_eq!((all.len(), all[0].text.as_str()), (75, "http://wso2.org/claims/addresses"));
    for arguments in [&[][..], &[("dialectUri", LOCAL)], &[("dialectUri", "HTTP://WSO2.org/claims")]] {
        let mappings = results(&admin, "getAllClaimMappings", arguments);
        let names: Vec<&str> = all.iter().map(|uri| uri.text.as_str()).collect();
        assert_eq!(uris(&mappings), names);
    }
    let scim = results(&admin, "getAllClaimMappings", &[("dialectUri", SCIM)]);
    assert_eq!(scim.len(), 49);
    let family = scim.iter().find(|mapping| uris(std::slice::from_ref(mapping)) == [FAMILY]).unwrap();
    let claim = family.child("claim").unwrap();
    assert_eq!((claim.value("dialectURI"), claim.value("displayTag")), (Some(SCIM), Some("Last Name")));
    assert_eq!(family.value("mappedAttribute"), Some("sn"));
    assert!(results(&admin, "getAllClaimMappings", &[("dialectUri", "urn:nosuch")]).is_empty());
    let required = results(&admin, "getAllRequiredClaimMappings", &[]);
    assert_eq!(uris(&required), ["http://wso2.org/claims/lastname", MAIL, GIVEN_NAME]);
    let supported = results(&admin, "getAllSupportClaimMappingsByDefault", &[]);
    assert_eq!(supported.len(), 10);
    assert!(uris(&supported).contains(&"http://wso2.org/claims/role"));
}

#[test]
fn an_attribute_is_that_of_the_store_or_of_the_primary_one() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let name = |arguments: &[(&str, &str)]| {
        let operation = if arguments.len() == 1 { "getAttributeName" } else { "getAttributeNameFromDomain" };
        result(&admin, operation, arguments).map(|found| found.text)
    };
    assert_eq!(name(&[("claimURI", MAIL)]).as_deref(), Some("mail"));
    assert_eq!(name(&[("claimURI", FAMILY)]).as_deref(), Some("sn"));
    assert_eq!(name(&[("claimURI", "urn:nosuch")]), None);
    assert_eq!(name(&[("domainName", "EMP"), ("claimURI", MAIL)]).as_deref(), Some("mail"));
    add_local(&admin, "urn:emp", "EMP", "empNo", ("DisplayName", "No"));
    assert_eq!(name(&[("domainName", "emp"), ("claimURI", "urn:emp")]).as_deref(), Some("empNo"));
    for (operation, arguments, text) in [
        (
            "getAttributeName",
            &[("claimURI", "urn:emp")][..],
            "Cannot find suitable mapped attribute for local claim urn:emp",
        ),
        ("getAttributeName", &[], "Local claim URI parameter cannot be empty"),
        ("getAttributeNameFromDomain", &[("domainName", "EMP")], "Local claim URI parameter cannot be empty"),
        (
            "getAttributeNameFromDomain",
            &[("claimURI", MAIL)],
            "User store domain name parameter cannot be empty",
        ),
        ("getAttributeNameFromDomain", &[], "User store domain name parameter cannot be empty"),
    ] {
        let fault = admin.fault(SERVICE, operation, &request(operation, arguments));
        assert_eq!((fault.text.as_str(), fault.detail.len()), (text, 0), "{operation}");
    }
    let unmapped = result(&admin, "getClaimMapping", &[("claimURI", "urn:emp")]).unwrap();
    assert!(unmapped.child("mappedAttribute").unwrap().is_nil());
}

#[test]
fn a_default_attribute_stands_before_that_of_the_primary_store_and_may_name_a_store() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let mapping = |uri: &str| {
        let found = result(&admin, "getClaimMapping", &[("claimURI", uri)]).unwrap();
        let text = |name: &str| found.value(name).map(str::to_owned);
        assert_eq!(text("mappedAttribute"), text("mappedAttributeWithNoDomain"));
        let all = found.all("mappedAttributes").into_iter().map(|one| one.text.clone()).collect::<Vec<_>>();
        (text("mappedAttribute"), all)
    };
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    add_local(&admin, "urn:plain", "PRIMARY", "primary", ("DefaultAttribute", "default"));
    assert_eq!(mapping("urn:plain"), (Some("default".into()), all(&["primary"])));
    add_local(&admin, "urn:other", "EMP", "empNo", ("DefaultAttribute", "emp/badge"));
    assert_eq!(mapping("urn:other"), (None, all(&["emp/badge"])));
    add_local(&admin, "urn:more", "PRIMARY", "primary", ("DefaultAttribute", "emp/badge"));
    assert_eq!(mapping("urn:more"), (None, all(&["primary", "emp/badge"])));
    add_local(&admin, "urn:slash", "PRIMARY", "/badge", ("DisplayName", "Badge"));
    assert_eq!(mapping("urn:slash"), (Some("/badge".into()), all(&["/badge"])));
    // The look-up takes the text as it is, and asks the primary store first for its own.
    let name = |domain: &str, uri: &str| {
        let arguments = [("domainName", domain), ("claimURI", uri)];
        result(&admin, "getAttributeNameFromDomain", &arguments).unwrap().text
    };
    assert_eq!(
        (name("PRIMARY", "urn:plain").as_str(), name("EMP", "urn:plain").as_str()),
        ("primary", "default")
    );
    assert_eq!(
        (name("EMP", "urn:other").as_str(), name("PRIMARY", "urn:other").as_str()),
        ("empNo", "emp/badge")
    );
}

#[test]
fn nothing_can_be_written_here() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let mapping = format!(
        "<ser:mapping xmlns:u=\"{API}\"><u:claim><u:claimUri>urn:new</u:claimUri></u:claim>\
         <u:mappedAttribute>x</u:mappedAttribute></ser:mapping>"
    );
    for operation in ["addNewClaimMapping", "updateClaimMapping", "deleteClaimMapping"] {
        for content in ["", &mapping] {
            let payload = format!("<ser:{operation}>{content}</ser:{operation}>");
            let fault = admin.fault(SERVICE, operation, &payload);
            assert_eq!(fault.text, "ClaimMetadataStore does not supports management operations");
            assert!(fault.detail.is_empty());
        }
    }
    assert!(result(&admin, "getClaimMapping", &[("claimURI", "urn:new")]).is_none());
}

#[test]
fn it_takes_an_identity_administrator_and_shows_his_own_tenant() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    admin.add_user("plain", OLD, &[]);
    admin.add_role("plain", &["plain"], &[LOGIN]);
    for operation in [
        "getAllClaimMappings",
        "getClaimMapping",
        "addNewClaimMapping",
        "getClaim",
        "getAllRequiredClaimMappings",
        "getAllClaimUris",
        "updateClaimMapping",
        "getAttributeName",
        "getAttributeNameFromDomain",
        "deleteClaimMapping",
        "getAllSupportClaimMappingsByDefault",
    ] {
        let fault = world.caller("plain", OLD).fault(SERVICE, operation, &request(operation, &[]));
        assert_eq!((fault.local_code(), fault.text.as_str()), ("50978", "Access Denied."), "{operation}");
    }
    let other = world.tenant_with_tom("wso2.com", &[]);
    add_local(&other, "urn:theirs", "PRIMARY", "x", ("Required", "true"));
    assert_eq!(results(&other, "getAllClaimUris", &[]).len(), 76);
    assert_eq!(results(&other, "getAllRequiredClaimMappings", &[]).len(), 4);
    assert_eq!(results(&admin, "getAllClaimUris", &[]).len(), 75);
    assert!(result(&admin, "getClaim", &[("claimURI", "urn:theirs")]).is_none());
}
