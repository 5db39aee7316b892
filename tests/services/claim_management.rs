//! `ClaimManagementService`, the shell.

use crate::support::caller::{Caller, LOGIN};
use crate::support::world::{OLD, World};

const SERVICE: &str = "ClaimManagementService";
const PERMISSION: &str = "/permission/admin/manage/identity/claimmgt/claim";

fn request(operation: &str, content: &str) -> String {
    format!(
        "<a:{operation} xmlns:a=\"http://org.apache.axis2/xsd\" xmlns:d=\"http://dto.mgt.claim.carbon.wso2.org/xsd\" \
         xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">{content}</a:{operation}>"
    )
}

const CLAIM: &str = "<d:claim><d:claimUri>urn:old</d:claimUri><d:dialectURI>http://wso2.org/claims</d:dialectURI>\
                     <d:displayOrder>3</d:displayOrder></d:claim>";

/// A mapping as SoapUI proposes it.
fn mapping(content: &str) -> String {
    format!("<a:claimMappingDTO>{content}<d:mappedAttribute>old</d:mappedAttribute></a:claimMappingDTO>")
}

fn accepted(caller: &Caller, operation: &str, content: &str) {
    let results = caller.results(SERVICE, operation, &request(operation, content));
    assert!(results.len() == 1 && results.iter().all(|result| result.is_nil()), "{operation}: {results:?}");
}

#[test]
fn it_shows_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert!(admin.results(SERVICE, "getClaimMappings", &request("getClaimMappings", "")).is_empty());
    for content in ["", "<a:dialectUri>http://wso2.org/claims</a:dialectUri>"] {
        accepted(&admin, "getClaimMappingByDialect", content);
    }
}

#[test]
fn it_says_yes_and_changes_nothing() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let before = world.stored("SELECT version FROM area_version WHERE tenant_id = -1234 AND area = 'claims'");
    let attributes = "<d:mappedAttributes><d:attributeName>old</d:attributeName></d:mappedAttributes>";
    for operation in ["addNewClaimMapping", "upateClaimMapping"] {
        accepted(&admin, operation, &mapping(CLAIM));
        accepted(&admin, operation, &mapping(&[CLAIM, attributes].concat()));
    }
    let dialect = format!(
        "<a:claimDialectDTO><d:claimMappings>{CLAIM}</d:claimMappings><d:dialectURI>urn:d</d:dialectURI></a:claimDialectDTO>"
    );
    accepted(&admin, "addNewClaimDialect", &dialect);
    accepted(&admin, "removeClaimMapping", "<a:dialectUri>http://wso2.org/claims</a:dialectUri>");
    accepted(&admin, "removeClaimMapping", "");
    accepted(&admin, "removeClaimDialect", "<a:dialectUri>http://wso2.org/claims</a:dialectUri>");
    assert_eq!(
        world.stored("SELECT version FROM area_version WHERE tenant_id = -1234 AND area = 'claims'"),
        before
    );
    assert_eq!(world.stored("SELECT count(*) FROM claim WHERE uri = 'urn:old'"), "0");
}

#[test]
fn beans_that_the_original_cannot_convert_are_refused() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let null = "<d:mappedAttributes/><d:mappedAttributes i:nil=\"true\"/>";
    for (operation, content) in [
        ("addNewClaimMapping", String::new()),
        ("upateClaimMapping", String::new()),
        ("upateClaimMapping", mapping("")),
        ("addNewClaimMapping", mapping(&[CLAIM, null].concat())),
        ("addNewClaimDialect", String::new()),
        (
            "addNewClaimDialect",
            "<a:claimDialectDTO><d:dialectURI>urn:d</d:dialectURI></a:claimDialectDTO>".into(),
        ),
        ("addNewClaimDialect", "<a:claimDialectDTO><d:claimMappings/></a:claimDialectDTO>".into()),
    ] {
        let fault = admin.fault(SERVICE, operation, &request(operation, &content));
        let text = format!("Exception occurred while trying to invoke service method {operation}");
        assert_eq!((fault.text, fault.detail.len()), (text, 0), "{content}");
    }
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
