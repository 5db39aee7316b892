//! Contract and permissions.

use super::*;
use crate::support::caller::LOGIN;
use crate::support::world::{OLD, World};

/// A world with `viewer`, who may look, and `plain`, who may only log in.
fn world() -> World {
    let world = World::empty(|_| {});
    let admin = world.admin();
    for name in ["viewer", "plain"] {
        admin.add_user(name, OLD, &[]);
    }
    admin.add_role("viewers", &["viewer"], &[LOGIN, &format!("{MANAGE}/view")]);
    admin.add_role("login", &["plain"], &[LOGIN]);
    world
}

#[test]
fn who_may_look_may_look_at_everything_and_change_nothing() {
    let world = world();
    accepted(&world.admin(), &adding("partner", ""));
    let viewer = world.caller("viewer", OLD);
    for operation in [
        "getResidentIdP",
        "getEnabledAllIdPs",
        "getAllFederatedAuthenticators",
        "getAllProvisioningConnectors",
        "getAllLocalClaimUris",
        "getResidentIDPMetadata",
        "getAllIdPs",
    ] {
        assert!(!all(&viewer, operation).is_empty(), "{operation}");
    }
    found(&viewer, "partner");
    for payload in [
        adding("other", ""),
        updating("partner", "partner", "<mod:enable>true</mod:enable>"),
        deleting("partner"),
        updating_resident(&setting("my.own.key", "v")),
    ] {
        denied(&viewer, &payload);
    }
    assert_eq!(names(&all(&world.admin(), "getAllIdPs")), ["partner"]);
    let resident = resident(&world.admin());
    assert!(!values(&resident, "idpProperties").iter().any(|(name, _)| *name == "my.own.key"));
}

#[test]
fn who_may_only_log_in_sees_the_list_and_nothing_else() {
    let world = world();
    accepted(&world.admin(), &adding("partner", ""));
    let plain = world.caller("plain", OLD);
    assert_eq!(names(&all(&plain, "getAllIdPs")), ["partner"]);
    for operation in ["getEnabledAllIdPs", "getAllLocalClaimUris", "getResidentIDPMetadata", "getResidentIdP"]
    {
        denied(&plain, &format!("<idp:{operation}/>"));
    }
    denied(&plain, "<idp:getIdPByName><idp:idPName>partner</idp:idPName></idp:getIdPByName>");
    denied(&plain, &adding("other", ""));
}

#[test]
fn each_change_has_a_permission_of_its_own() {
    let world = world();
    let admin = world.admin();
    for right in ["create", "update", "delete"] {
        admin.add_user(right, OLD, &[]);
        admin.add_role(&format!("may {right}"), &[right], &[LOGIN, &format!("{MANAGE}/{right}")]);
    }
    let may = |right: &str, payload: &str| {
        for caller in ["create", "update", "delete"].into_iter().filter(|caller| *caller != right) {
            denied(&world.caller(caller, OLD), payload);
        }
        accepted(&world.caller(right, OLD), payload);
    };
    may("create", &adding("partner", ""));
    may("update", &updating("partner", "partner", ""));
    may("delete", &deleting("partner"));
}

#[test]
fn a_request_of_an_older_client_is_understood() {
    let admin = World::empty(|_| {});
    let admin = admin.admin();
    // Fields in another order, namespace and letter case, one that nobody knows, and none that 5.3.0 added.
    accepted(
        &admin,
        "<idp:addIdP><idp:identityProvider xmlns:o=\"urn:other\"><o:PRIMARY>false</o:PRIMARY>\
         <o:identityproviderName>old</o:identityproviderName><unknown><deep/></unknown><ALIAS>me</ALIAS>\
         <mod:claimConfig><mod:claimMappings><mod:localClaim><mod:claimUri>http://wso2.org/claims/givenname\
         </mod:claimUri></mod:localClaim><mod:remoteClaim><mod:claimUri>first</mod:claimUri></mod:remoteClaim>\
         </mod:claimMappings><mod:idpClaims><mod:claimUri>first</mod:claimUri></mod:idpClaims></mod:claimConfig>\
         </idp:identityProvider></idp:addIdP>",
    );
    let old = found(&admin, "old");
    assert_eq!(old.value("alias"), Some("me"));
    assert_eq!(old.all("claimMappings").len(), 1);
    let text = senseless(
        &admin,
        "<idp:addIdP><idp:identityProvider xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"mod:Nothing\"><mod:identityProviderName>x</mod:identityProviderName></idp:identityProvider>\
         </idp:addIdP>",
    );
    assert!(text.starts_with("Unknow type"), "{text}");
}

#[test]
fn the_answer_to_a_refusal_names_its_exception_and_to_a_missing_argument_none() {
    let world = World::empty(|_| {});
    let admin = world.admin();
    assert_eq!(
        refused(&admin, &adding("SHARED_x", "")),
        "Identity provider name cannot have SHARED_ as prefix."
    );
    let nil = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"";
    for payload in
        ["<idp:addIdP/>".to_owned(), format!("<idp:addIdP><idp:identityProvider {nil}/></idp:addIdP>")]
    {
        let text = admin.fault(SERVICE, "addIdP", &payload);
        assert!(text.detail.is_empty());
        assert_eq!(text.text, "Identity provider cannot be null when adding an IdP");
    }
    let empty = "Invalid argument: Identity Provider Name value is empty";
    for content in ["", "<mod:identityProviderName/>", &format!("<mod:identityProviderName {nil}/>")] {
        let payload =
            format!("<idp:addIdP><idp:identityProvider>{content}</idp:identityProvider></idp:addIdP>");
        assert_eq!(senseless(&admin, &payload), empty);
    }
    assert_eq!(senseless(&admin, "<idp:deleteIdP></idp:deleteIdP>"), empty);
    assert_eq!(senseless(&admin, &deleting("")), empty);
    for name in ["", "  "] {
        let payload = format!("<idp:getIdPByName><idp:idPName>{name}</idp:idPName></idp:getIdPByName>");
        assert_eq!(senseless(&admin, &payload), "Provided IdP name is empty");
    }
    assert_eq!(senseless(&admin, &updating("", "x", "")), "The IdP name which need to be updated is empty");
    assert_eq!(
        senseless(&admin, "<idp:updateIdP><idp:oldIdPName>x</idp:oldIdPName></idp:updateIdP>"),
        "Invalid argument: 'newIdentityProvider' is NULL'"
    );
    assert_eq!(
        senseless(&admin, "<idp:updateResidentIdP></idp:updateResidentIdP>"),
        "Identity provider is null"
    );
    assert_eq!(
        refused(&admin, &updating("x", "", "")),
        "Invalid argument: Identity Provider Name value is empty for 'newIdentityProvider'"
    );
}
