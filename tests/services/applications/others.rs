//! What else there is: other tenants, other callers at the same time, SAML service providers, the server itself.

use super::*;
use crate::support::caller::{Fault, sent_back};
use crate::support::client::release_all;
use crate::support::world::World;

#[test]
fn tenants_do_not_see_each_others_applications() {
    let world = World::empty(|_| {});
    let (admin, acme) = (world.admin(), world.tenant_with_tom("acme.example", &[]));
    accepted(&admin, &creating("shop", "ours"));
    let ours = found(&admin, "shop");
    assert!(names(&acme).is_empty());
    for payload in [getting("shop"), updating(&sent_back(&ours)), deleting("shop")] {
        assert_eq!(refused(&acme, &payload), "User not authorized");
    }
    accepted(&acme, &creating("shop", "theirs"));
    let theirs = found(&acme, "shop");
    assert_eq!(theirs.value("description"), Some("theirs"));
    assert_eq!(theirs.find("tenantDomain").unwrap().text, "acme.example");
    let key = ours.value("applicationID").unwrap();
    let foreign = updating(&sent_back_with(&theirs, &[("applicationID", key), ("description", "mine")]));
    assert_eq!(refused(&acme, &foreign), "Error occurred while updating the application: shop");
    accepted(&acme, &deleting("shop"));
    assert_eq!(found(&admin, "shop"), ours);
}

#[test]
fn of_ten_who_make_one_application_at_once_one_succeeds_and_owns_it() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let hold = |number: usize| {
        let payload = creating("shop", &number.to_string());
        admin.hold(SERVICE, "createApplication", &payload)
    };
    let answers = release_all((0..10).map(hold).collect());
    let (done, rest): (Vec<_>, Vec<_>) = answers.iter().enumerate().partition(|(_, one)| one.status == 200);
    assert_eq!((done.len(), rest.len()), (1, 9));
    for (_, answer) in rest {
        let text = Fault::of(answer).text;
        assert_eq!(text, "Error while creating application role: Application/shop with user admin");
    }
    assert_eq!(found(&admin, "shop").value("description"), Some(done[0].0.to_string().as_str()));
}

fn register(caller: &Caller, issuer: &str) {
    let payload = format!(
        "<s:addRPServiceProvider xmlns:s=\"http://org.apache.axis2/xsd\" \
         xmlns:d=\"http://dto.saml.sso.identity.carbon.wso2.org/xsd\"><s:spDto>\
         <d:assertionConsumerUrls>https://app.example/acs</d:assertionConsumerUrls><d:issuer>{issuer}</d:issuer>\
         </s:spDto></s:addRPServiceProvider>"
    );
    let done = caller.results("IdentitySAMLSSOConfigService", "addRPServiceProvider", &payload);
    assert_eq!(done[0].text, "true");
}

#[test]
fn an_application_and_the_service_provider_of_its_issuer_come_and_go_together() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    // As tests of the original do it.
    accepted(&admin, &creating("travelocity", "SAML"));
    register(&admin, "travelocity.com");
    assert_eq!(names(&admin), ["travelocity", "travelocity.com"], "nobody has said yet that they are one");
    let inbound = format!(
        "<mod:inboundAuthenticationRequestConfigs>{}{}</mod:inboundAuthenticationRequestConfigs>",
        field("inboundAuthKey", "travelocity.com"),
        field("inboundAuthType", "samlsso")
    );
    let changes = [("inboundAuthenticationConfig", inbound.as_str()), ("saasApp", "true")];
    let linked = changed(&admin, "travelocity", &changes);
    assert_eq!(names(&admin), ["travelocity"]);
    assert_eq!(linked.value("saasApp"), Some("true"));
    let stored = "SELECT name || ' ' || saas FROM service_provider WHERE issuer = 'travelocity.com'";
    assert_eq!(world.stored(stored), "travelocity 1");
    accepted(&admin, &deleting("travelocity"));
    assert_eq!(world.stored("SELECT count(*) FROM service_provider WHERE issuer = 'travelocity.com'"), "0");

    register(&admin, "alone.example");
    let alone = found(&admin, "alone.example");
    assert_eq!(alone.find("inboundAuthKey").unwrap().text, "alone.example");
    let taken_in = changed(&admin, "alone.example", &[("description", "with words of its own")]);
    assert_eq!(taken_in.value("description"), Some("with words of its own"));
    assert_eq!(names(&admin), ["alone.example"]);
}

#[test]
fn the_application_of_the_server_itself_is_there_for_who_may_look_and_in_no_list() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let resident = found(&admin, "wso2carbon-local-sp");
    assert_eq!(resident.value("description"), Some("Local Service Provider"));
    assert_eq!(resident.find("userName").unwrap().text, "wso2.system.user");
    assert_eq!(found(&admin, "wso2carbon-local-sp"), resident, "it is made once");
    let store = field("provisioningUserStore", "PRIMARY");
    let changed = changed(&admin, "wso2carbon-local-sp", &[("inboundProvisioningConfig", &store)]);
    assert_eq!(changed.find("provisioningUserStore").unwrap().text, "PRIMARY");
    assert!(names(&admin).is_empty());
    assert_eq!(refused(&admin, &deleting("wso2carbon-local-sp")), "User not authorized");
}
