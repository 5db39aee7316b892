//! Users who register themselves.

use super::*;

fn register(portal: &Caller, user: &str, password: &str, claims: &str, domain: &str) -> Element {
    let content = [
        fields(&[("userName", user), ("password", password)]),
        claims.to_owned(),
        fields(&[("profileName", "default"), ("tenantDomain", domain)]),
    ];
    result(portal, SERVICE, "registerUser", &content.concat())
}

#[test]
fn a_user_registers_and_may_log_in() {
    let (world, portal) = world();
    let done = register(&portal, "ann", NEW, &claim(MAIL, "ann@example.org"), "carbon.super");
    assert_eq!((done.value("verified"), done.value("error")), (Some("true"), None));
    assert!(world.caller("ann", NEW).is_known());
    assert_eq!(world.admin().claim("ann", MAIL).as_deref(), Some("ann@example.org"));
    let roles = "<ser:getRoleListOfUser><ser:userName>ann</ser:userName></ser:getRoleListOfUser>";
    let roles = world.admin().results("RemoteUserStoreManagerService", "getRoleListOfUser", roles);
    assert!(roles.iter().any(|role| role.text == "Internal/identity"), "{roles:?}");
    denied(
        &world.caller("ann", NEW),
        crate::recovery_wire::IDENTITY_ADMIN,
        "deleteUser",
        &fields(&[("userName", TOM)]),
    );
    // Without a tenant it is the caller's.
    assert_eq!(register(&portal, "bob", NEW, "", "").value("verified"), Some("true"));
}

#[test]
fn registrations_that_fail_are_told_inside_the_answer() {
    let (world, portal) = world();
    let told =
        |user: &str, password: &str, claims: &str| error(&register(&portal, user, password, claims, ""));
    assert_eq!(told(TOM, NEW, ""), "18013 Error occurred while adding user : tom");
    assert_eq!(told("", NEW, ""), "18013 Error occurred while adding user : ");
    assert_eq!(
        told("ann", "", ""),
        "17002 Credential not valid. Credential must be a non null for the user : ann"
    );
    assert_eq!(told("ann", NEW, &claim("urn:none", "x")), "18013 Error occurred while adding user : ann");
    world.admin().configure(&[("passwordPolicy.enable", "true"), ("passwordPolicy.min.length", "8")]);
    assert_eq!(told("ann", "Short@1", ""), "18013 Password at least should have 8 characters");
    assert!(!world.caller("ann", NEW).is_known());
    let elsewhere = fields(&[("userName", "ann"), ("password", NEW), ("tenantDomain", "acme.example")]);
    assert_eq!(
        refused(&portal, SERVICE, "registerUser", &elsewhere),
        "Trying to create users in unauthorized tenant space"
    );
    let nil = "<claims><claimUri>x</claimUri></claims><claims xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
               xsi:nil=\"true\"/>";
    assert_eq!(
        broken(&portal, SERVICE, "registerUser", nil),
        "Exception occurred while trying to invoke service method registerUser"
    );
}

#[test]
fn confirming_a_registration_takes_a_key_and_unlocks_nobody() {
    let (world, portal) = world();
    let resend =
        |code: &str| step(&portal, "resendSignUpConfiramtionCode", &[("userName", TOM), ("code", code)]);
    let confirm =
        |code: &str| step(&portal, "confirmUserSelfRegistration", &[("username", TOM), ("code", code)]);
    let bad = "Error while validating confirmation code for user : tom";
    assert_eq!(error(&resend("nonsense")), bad);
    assert_eq!(error(&confirm("nonsense")), bad);
    let first = begin(&portal, TOM);
    assert_eq!(resend(&first).value("verified"), Some("true"));
    assert_eq!(error(&resend(&first)), bad, "a key is used once");
    assert_eq!(confirm(&begin(&portal, TOM)).value("verified"), Some("true"));
    let first = begin(&portal, TOM);
    world.admin().set_claims(TOM, &[(LOCKED, "true")]);
    assert_eq!(error(&confirm(&first)), bad);
    assert_eq!(world.admin().claim(TOM, LOCKED).as_deref(), Some("true"));
    let elsewhere = [("username", TOM), ("code", "x"), ("tenantDomain", "acme.example")];
    assert_eq!(
        error(&step(&portal, "confirmUserSelfRegistration", &elsewhere)),
        "18016 Trying to confirm users in unauthorized tenant space"
    );
    let elsewhere = fields(&[("userName", TOM), ("code", "x"), ("tenantDomain", "acme.example")]);
    assert_eq!(
        refused(&portal, SERVICE, "resendSignUpConfiramtionCode", &elsewhere),
        "Trying to resend self sign up code  in unauthorized tenant space"
    );
}

#[test]
fn forms_are_told_which_claims_to_ask_for() {
    let (_world, portal) = world();
    let local = fields(&[("dialect", "http://wso2.org/claims")]);
    let found = results(&portal, SERVICE, "getUserIdentitySupportedClaims", &local);
    let mail = found.iter().find(|one| one.value("claimUri") == Some(MAIL)).unwrap();
    assert_eq!(
        (mail.value("displayName"), mail.value("required"), mail.value("claimValue")),
        (Some("Email"), Some("true"), None)
    );
    assert!(results(&portal, SERVICE, "getUserIdentitySupportedClaims", "").is_empty());
    assert_eq!(results(&portal, SERVICE, "getAllChallengeQuestions", "").len(), 8);
}
