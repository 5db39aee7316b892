//! Several tenants, several callers at once, and a server that dies.

use super::*;
use crate::support::caller::Fault;
use crate::support::client::{Answer, release_all};
use crate::support::world::World;

#[test]
fn tenants_do_not_see_each_other() {
    let world = World::empty(|_| {});
    let acme = world.tenant_with_tom("acme.com", &[]);
    let admin = world.admin();
    let content = [
        field("homeRealmId", "realm"),
        authenticator(
            "SAMLSSOAuthenticator",
            &[property("IdPEntityId", "urn:a"), property("DestinationURI.1", "u")].concat(),
        ),
    ]
    .concat();
    accepted(&admin, &adding("partner", &content));
    assert_eq!(by_name(&acme, "partner"), None);
    assert!(all(&acme, "getAllIdPs").is_empty() && all(&acme, "getEnabledAllIdPs").is_empty());
    let id = world.stored("SELECT id FROM tenant WHERE domain = 'acme.com'");
    assert_eq!(
        refused(&acme, &updating("partner", "partner", "")),
        "Identity Provider with name partner does not exist"
    );
    assert_eq!(
        refused(&acme, &deleting("partner")),
        "Trying to delete non-existent Identity Provider for tenant acme.com"
    );
    // The same name, realm and entity id are free in another tenant.
    accepted(&acme, &adding("partner", &content));
    let own = found(&acme, "partner");
    assert_eq!(own.value("homeRealmId"), Some("realm"));
    assert_eq!(of_authenticator(&own, "SAMLSSOAuthenticator", "IdPEntityId").as_deref(), Some("urn:a"));
    assert_eq!(
        refused(&acme, &adding("partner", "")),
        "An Identity Provider has already been registered with the name partner for tenant acme.com"
    );
    assert_eq!(
        refused(&acme, &adding("x", &setting("k", &"v".repeat(256)))),
        format!("Error occurred while adding Identity Provider for tenant {id}")
    );
    accepted(
        &acme,
        &updating(
            "partner",
            "mine",
            &authenticator("SAMLSSOAuthenticator", &property("DestinationURI.1", "other")),
        ),
    );
    let theirs = found(&admin, "partner");
    assert_eq!(of_authenticator(&theirs, "SAMLSSOAuthenticator", "DestinationURI.1").as_deref(), Some("u"));
    assert_eq!(theirs.value("enable"), Some("true"));
    accepted(&acme, &adding("first", "<mod:primary>true</mod:primary>"));
    assert_eq!(resident(&admin).value("primary"), Some("true"));
    // Policies are the tenant's own as well.
    accepted(&acme, &updating_resident(&setting("Recovery.ExpiryTime", "77")));
    assert!(!values(&resident(&admin), "idpProperties").contains(&("Recovery.ExpiryTime", Some("77"))));
    accepted(&acme, &deleting("mine"));
    found(&admin, "partner");
}

/// Has calls answered at the same instant; what they were answered.
fn at_once(caller: &Caller, payloads: &[String]) -> Vec<Answer> {
    let hold = |payload: &String| caller.hold(SERVICE, operation(payload), payload);
    release_all(payloads.iter().map(hold).collect())
}

#[test]
fn of_twenty_who_add_one_name_at_once_one_succeeds() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for round in 0..3 {
        let name = format!("partner{round}");
        let payloads: Vec<String> = (0..20)
            .map(|number| adding(&name, &authenticator("A", &property("p", &number.to_string()))))
            .collect();
        let answers = at_once(&admin, &payloads);
        let (done, rest): (Vec<_>, Vec<_>) =
            answers.iter().enumerate().partition(|(_, one)| one.status == 200);
        assert_eq!((done.len(), rest.len()), (1, 19));
        let text = format!(
            "An Identity Provider has already been registered with the name {name} for tenant carbon.super"
        );
        for (_, answer) in rest {
            assert_eq!(Fault::of(answer).text, text);
        }
        let of = format!("identity_provider WHERE name = '{name}'");
        assert_eq!(world.stored(&format!("SELECT count(*) FROM {of}")), "1");
        // What is stored is what the one sent who was told so.
        let winner = done[0].0.to_string();
        let kept = found(&admin, &name);
        assert_eq!(of_authenticator(&kept, "A", "p").as_deref(), Some(winner.as_str()));
        assert_eq!(kept.all("federatedAuthenticatorConfigs").len(), 1);
        accepted(&admin, &deleting(&name));
        assert_eq!(world.stored("SELECT count(*) FROM idp_authenticator_property"), "0");
    }
}

#[test]
fn a_change_and_a_deletion_at_once_leave_nothing_half_done() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    let rows = || {
        world.stored(
            "SELECT (SELECT count(*) FROM identity_provider) || ' ' || (SELECT count(*) FROM idp_authenticator) || ' ' || \
             (SELECT count(*) FROM idp_authenticator_property)",
        )
    };
    let before = rows();
    let mut changed_first = 0;
    const ROUNDS: usize = 40;
    for round in 0..ROUNDS {
        accepted(&admin, &adding("partner", &authenticator("A", &property("p", "1"))));
        let name = ["partner", "renamed"][round % 2];
        let change = updating("partner", name, &authenticator("B", &property("q", "1")));
        let mut calls = vec![change, deleting("partner")];
        // Neither of them is always the first one to be heard.
        let turn = round / 2 % 2;
        calls.rotate_left(turn);
        let mut answers = at_once(&admin, &calls);
        answers.rotate_right(turn);
        let texts = answers.iter().map(|answer| match answer.status {
            200 => String::new(),
            _ => Fault::of(answer).text,
        });
        let texts: Vec<String> = texts.collect();
        if texts[0].is_empty() {
            changed_first += 1;
        } else {
            assert_eq!(texts[0], "Identity Provider with name partner does not exist");
        }
        if texts[0].is_empty() && name == "renamed" {
            // The change took the name away from under the deletion.
            assert_eq!(texts[1], "Trying to delete non-existent Identity Provider for tenant carbon.super");
            assert_eq!(found(&admin, "renamed").all("federatedAuthenticatorConfigs").len(), 2);
            accepted(&admin, &deleting("renamed"));
        } else {
            assert_eq!(texts[1], "");
        }
        assert_eq!(by_name(&admin, "partner"), None, "round {round}");
        assert_eq!(rows(), before, "round {round}: nothing is left of it");
    }
    assert!(changed_first > 0 && changed_first < ROUNDS, "both orders came up: {changed_first}");
}

#[test]
fn changes_survive_a_restart_with_their_secrets() {
    let mut world = World::empty(|_| {});
    let properties: String = (0..50).map(|number| property(&format!("p{number}"), "v")).collect();
    let content = authenticator("A", &[properties, property("ClientSecret", "t0p")].concat());
    accepted(&world.admin(), &adding("partner", &content));
    let before = found(&world.admin(), "partner");
    world.restart();
    let after = found(&world.admin(), "partner");
    assert_eq!(after, before);
    assert_eq!(of_authenticator(&after, "A", "ClientSecret").as_deref(), Some("t0p"));
    assert_eq!(after.all("properties").len(), 51);
}

#[test]
fn each_tenant_shows_and_keeps_a_certificate_of_its_own() {
    let mut world = World::empty(|_| {});
    for tenant in ["acme.com", "other.com"] {
        world.tenant_with_tom(tenant, &[]);
    }
    let certificates = |world: &World| {
        let acme = world.caller("admin@acme.com", "Tenant@123");
        let other = world.caller("admin@other.com", "Tenant@123");
        [world.admin(), acme, other].map(|admin| resident(&admin).value("certificate").unwrap().to_owned())
    };
    let before = certificates(&world);
    assert!(before[0] != before[1] && before[1] != before[2] && before[2] != before[0]);
    world.restart();
    assert_eq!(certificates(&world), before);
    let acme = world.caller("admin@acme.com", "Tenant@123");
    let metadata = all(&acme, "getResidentIDPMetadata").pop().unwrap().text;
    assert!(metadata.contains(&before[1]), "{metadata}");
    // It is not for anybody to set.
    accepted(&acme, &updating_resident(&field("certificate", &before[2])));
    assert_eq!(resident(&acme).value("certificate"), Some(before[1].as_str()));
    let stored = world.stored("SELECT count(*) FROM tenant_key WHERE private_key LIKE 'sealed1:%'");
    assert_eq!(stored, "2");
}

#[test]
fn providers_in_files_are_shared_with_every_tenant_while_the_files_are_there() {
    let text = "<IdentityProvider><IdentityProviderName>NAME</IdentityProviderName><Alias>me</Alias>\
        <FederatedAuthenticatorConfigs><SAML2><Name>SAMLSSOAuthenticator</Name><IsEnabled>true</IsEnabled></SAML2>\
        </FederatedAuthenticatorConfigs><DefaultAuthenticatorConfig>SAMLSSOAuthenticator</DefaultAuthenticatorConfig>\
        </IdentityProvider>";
    let folder = crate::support::world::Folder::new();
    let files = folder.path().join("identity/identity-providers");
    std::fs::create_dir_all(&files).unwrap();
    for name in ["SHARED_s", "travelocity"] {
        std::fs::write(files.join(format!("{name}.xml")), text.replace("NAME", name)).unwrap();
    }
    let load = || {
        let flags = [("config_dir", folder.path().display().to_string())];
        let sources = soapstone::config::Sources { flags: flags.to_vec(), ..Default::default() };
        soapstone::config::load(&sources).unwrap().settings.identity_providers
    };
    let mut world = World::empty(|settings| settings.identity_providers = load());
    let acme = world.tenant_with_tom("acme.com", &[]);
    let admin = world.admin();
    accepted(&acme, &adding("mine", ""));
    let shared = found(&acme, "SHARED_s");
    assert_eq!((shared.value("alias"), shared.value("enable")), (Some("me"), Some("true")));
    assert_eq!(
        shared.child("defaultAuthenticatorConfig").unwrap().value("name"),
        Some("SAMLSSOAuthenticator")
    );
    assert_eq!(names(&all(&acme, "getEnabledAllIdPs")), ["mine", "SHARED_s"]);
    assert_eq!(names(&all(&acme, "getAllIdPs")), ["mine"]);
    let id = world.stored("SELECT id FROM tenant WHERE domain = 'acme.com'");
    for name in ["SHARED_s", "SHARED_t", "mine too"] {
        assert_eq!(
            refused(&acme, &updating("SHARED_s", name, &field("alias", "theirs"))),
            format!("Trying to update non-existent Identity Provider for tenant {id}"),
            "{name}"
        );
    }
    accepted(&acme, &deleting("SHARED_s"));
    // It is what it was for everybody.
    for caller in [&acme, &admin, &world.tenant_with_tom("third.com", &[])] {
        assert_eq!(found(caller, "SHARED_s"), shared);
    }
    assert_eq!(
        refused(&admin, &updating("SHARED_s", "SHARED_s", "")),
        "Identity provider with the same name exists in the file system."
    );
    // Others in files are read by nobody here, but keep their names.
    assert_eq!(by_name(&admin, "travelocity"), None);
    assert_eq!(
        refused(&acme, &adding("travelocity", "")),
        "Identity provider with the nametravelocityexists in the file system."
    );
    std::fs::remove_file(files.join("SHARED_s.xml")).unwrap();
    world.settings.identity_providers = load();
    world.restart();
    // Ports are new after a restart.
    let acme = world.caller("admin@acme.com", "Tenant@123");
    assert_eq!(by_name(&acme, "SHARED_s"), None);
    accepted(&acme, &adding("SHAREDxA", ""));
}
