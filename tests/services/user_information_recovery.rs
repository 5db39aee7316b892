//! `UserInformationRecoveryService`.

use crate::recovery_wire::{
    CAR, CITY, FIRST_SET, RECOVERY as SERVICE, SECOND_SET, answer_both, bean, broken, denied, fields,
    refused, request, result, results,
};
use crate::support::caller::{Caller, DISABLED, GIVEN_NAME, LOCKED, LOGIN, MAIL};
use crate::support::tree::Element;
use crate::support::world::{LINK, Link, MINUTE, NEW, OLD, TOM, TOMS_MAIL, World};
use soapstone::domain::SecretKey;

/// The account that recovery programs sign in with: it may log in and nothing else.
const PORTAL: &str = "portal";

/// tom, and a program that leads recoveries; pictures are read elsewhere.
fn world() -> (World, Caller) {
    program(World::configured(&[], |settings| settings.recovery_captcha = false))
}

fn program(world: World) -> (World, Caller) {
    world.admin().add_user(PORTAL, OLD, &[]);
    world.admin().add_role("portals", &[PORTAL], &[LOGIN]);
    let portal = world.caller(PORTAL, OLD);
    (world, portal)
}

/// A step and its answer.
fn step(caller: &Caller, operation: &str, arguments: &[(&str, &str)]) -> Element {
    result(caller, SERVICE, operation, &fields(arguments))
}

/// The key in an answer without error.
fn key(answer: &Element) -> String {
    assert!(answer.value("error").is_none_or(str::is_empty), "{answer:?}");
    answer.value("key").unwrap_or_default().to_owned()
}

/// The error in an answer that hands out no key.
fn error(answer: &Element) -> String {
    assert_eq!(answer.value("key").unwrap_or_default(), "", "{answer:?}");
    let verified = answer.value("verified").or(answer.value("verfied")).unwrap_or("false");
    assert_eq!(verified, "false", "{answer:?}");
    answer.value("error").unwrap_or_default().to_owned()
}

fn begin(portal: &Caller, user: &str) -> String {
    key(&step(portal, "verifyUser", &[("username", user)]))
}

fn set_password(portal: &Caller, user: &str, key: &str, password: &str) -> Element {
    step(
        portal,
        "updatePassword",
        &[("username", user), ("confirmationCode", key), ("newPassword", password)],
    )
}

#[test]
fn a_mailed_code_leads_to_a_new_password() {
    let (world, portal) = world();
    let named = step(&portal, "verifyUser", &[("username", TOM)]);
    assert_eq!(
        named.kind.as_deref(),
        Some("{http://beans.mgt.identity.carbon.wso2.org/xsd}VerificationBean")
    );
    assert_eq!((named.value("userId"), named.value("verified")), (Some(TOM), Some("true")));
    let first = key(&named);
    let sent = step(
        &portal,
        "sendRecoveryNotification",
        &[("username", TOM), ("key", &first), ("notificationType", "EMAIL")],
    );
    assert_eq!((sent.value("verified"), sent.value("notificationData")), (Some("true"), None));
    let mail = world.mail();
    assert!(mail.to.iter().any(|to| to.contains(TOMS_MAIL)), "{:?}", mail.to);
    let code = Link::of(&mail).code;
    let confirmed = step(&portal, "verifyConfirmationCode", &[("username", TOM), ("code", &code)]);
    let done = set_password(&portal, TOM, &key(&confirmed), NEW);
    assert_eq!((done.value("verified"), done.value("error")), (Some("true"), None));
    assert!(world.lets_in(TOM, NEW) && !world.caller(TOM, OLD).is_known());
    let again = set_password(&portal, TOM, &key(&confirmed), OLD);
    assert_eq!(error(&again), "18013 Error while updating credential for user: tom");
}

#[test]
fn questions_asked_one_by_one_lead_to_a_new_password() {
    let (world, portal) = world();
    answer_both(&world.admin(), TOM);
    let first = begin(&portal, TOM);
    let ids = step(&portal, "getUserChallengeQuestionIds", &[("username", TOM), ("confirmation", &first)]);
    let sets: Vec<&str> = ids.all("ids").into_iter().map(|id| id.text.as_str()).collect();
    assert_eq!(sets, [FIRST_SET, SECOND_SET]);
    let mut last = key(&ids);
    for (set, question, answer) in [(FIRST_SET, CITY, "colombo"), (SECOND_SET, CAR, "mini")] {
        let asked = step(
            &portal,
            "getUserChallengeQuestion",
            &[("userName", TOM), ("confirmation", &last), ("questionId", set)],
        );
        assert_eq!((asked.value("question"), asked.value("id")), (Some(question), Some(set)));
        assert_eq!((asked.value("answer"), asked.value("verfied")), (None, Some("true")));
        last = key(&asked);
        let wrong = say(&portal, &last, set, "Paris");
        assert_eq!(error(&wrong), "Challenge answer verification failed for user : tom");
        let right = say(&portal, &last, set, answer);
        assert_eq!((right.value("userId"), right.value("error")), (Some(TOM), Some("")));
        last = key(&right);
    }
    assert_eq!(set_password(&portal, TOM, &last, NEW).value("verified"), Some("true"));
    assert!(world.lets_in(TOM, NEW));
}

fn say(portal: &Caller, key: &str, set: &str, answer: &str) -> Element {
    let arguments = [("userName", TOM), ("confirmation", key), ("questionId", set), ("answer", answer)];
    step(portal, "verifyUserChallengeAnswer", &arguments)
}

fn say_all(portal: &Caller, key: &str, answers: &[(&str, &str)]) -> Element {
    let answers: String = answers
        .iter()
        .map(|(set, answer)| bean("userChallengesDTOs", &fields(&[("answer", answer), ("id", set)])))
        .collect();
    let content = [fields(&[("userName", TOM), ("confirmation", key)]), answers].concat();
    result(portal, SERVICE, "verifyUserChallengeAnswers", &content)
}

#[test]
fn questions_asked_together_lead_to_a_new_password() {
    let (world, portal) = world();
    answer_both(&world.admin(), TOM);
    let named = step(&portal, "verifyUser", &[("username", "Tom@carbon.super")]);
    assert_eq!(named.value("userId"), Some("Tom"), "as it was given, without the tenant");
    let first = key(&named);
    let listed = step(&portal, "getUserChallengeQuestions", &[("userName", TOM), ("confirmation", &first)]);
    let questions: Vec<Option<&str>> =
        listed.all("userChallengesDTOs").into_iter().map(|one| one.value("question")).collect();
    assert_eq!(questions, [Some(CITY), Some(CAR)]);
    let second = key(&listed);
    let wrong = "Verification failed for one or more answers provided by user : tom";
    assert_eq!(error(&say_all(&portal, &second, &[(FIRST_SET, "Colombo")])), wrong);
    assert_eq!(error(&say_all(&portal, &second, &[(FIRST_SET, "Colombo"), (SECOND_SET, "x")])), wrong);
    let right = say_all(&portal, &second, &[(FIRST_SET, "Colombo"), (SECOND_SET, "Mini")]);
    assert_eq!(set_password(&portal, TOM, &key(&right), NEW).value("verified"), Some("true"));
    let empty = say_all(&portal, &second, &[]);
    assert_eq!(error(&empty), "No challenge question id provided for verification");
}

#[test]
fn every_step_says_what_is_wrong_in_the_words_of_the_original() {
    let (world, portal) = world();
    answer_both(&world.admin(), TOM);
    let bad = "12345678-0000-0000-0000-000000000000";
    let told = |operation: &str, arguments: &[(&str, &str)]| error(&step(&portal, operation, arguments));
    for (operation, name, argument, bad_name, bad_key) in [
        (
            "sendRecoveryNotification",
            "username",
            "key",
            "18003 invalid user : ",
            "18001 Invalid confirmation code for user : tom",
        ),
        (
            "verifyConfirmationCode",
            "username",
            "code",
            "18003 invalid user : ",
            "18001 Error verifying confirmation code for user : tom",
        ),
        (
            "getUserChallengeQuestionIds",
            "username",
            "confirmation",
            "18003 Error validating user : ",
            "18013 Error when validating code",
        ),
        (
            "getUserChallengeQuestion",
            "userName",
            "confirmation",
            "18003 Error validating user : ",
            "18003 null",
        ),
        (
            "getUserChallengeQuestions",
            "userName",
            "confirmation",
            "18003 Error validating user : ",
            "18001 Invalid confirmation code",
        ),
    ] {
        assert_eq!(told(operation, &[(name, TOM), (argument, bad)]), bad_key, "{operation}");
        assert_eq!(told(operation, &[(name, TOM)]), bad_key, "{operation} without key");
        for user in ["tom@acme.example", ""] {
            assert_eq!(
                told(operation, &[(name, user), (argument, bad)]),
                format!("{bad_name}{user}"),
                "{operation}"
            );
        }
        assert_eq!(told(operation, &[]), format!("{bad_name}null"), "{operation}");
        // A key of somebody who is not there is a wrong key and says no more.
        let unknown = told(operation, &[(name, "nobody"), (argument, bad)]);
        assert_eq!(unknown.replace("nobody", TOM), bad_key, "{operation}");
    }
    assert_eq!(
        error(&say(&portal, bad, FIRST_SET, "x")),
        "18001 Error verifying confirmation code for user : tom"
    );
    assert_eq!(
        error(&say_all(&portal, bad, &[(FIRST_SET, "Colombo"), (SECOND_SET, "Mini")])),
        "18001 Error verifying confirmation code for user : tom",
        "right answers without a key are not told to be right"
    );
    assert_eq!(
        told("verifyUserChallengeAnswer", &[("userName", TOM), ("confirmation", bad)]),
        "No challenge question id provided for verification"
    );
    assert_eq!(
        told("updatePassword", &[("username", "x@y.z"), ("newPassword", NEW)]),
        "18013 Error while updating credential for user: x@y.z"
    );
    let key = key(&step(
        &portal,
        "getUserChallengeQuestionIds",
        &[("username", TOM), ("confirmation", &begin(&portal, TOM))],
    ));
    assert_eq!(
        told(
            "getUserChallengeQuestion",
            &[("userName", TOM), ("confirmation", &key), ("questionId", "urn:none")]
        ),
        "Challenge questions have not been answered by the user: tom"
    );
    world.clock.advance(6 * MINUTE);
    assert_eq!(
        told(
            "getUserChallengeQuestion",
            &[("userName", TOM), ("confirmation", &key), ("questionId", FIRST_SET)]
        ),
        "18002 The code is expired"
    );
}

#[test]
fn names_that_cannot_be_recovered_are_refused_at_the_first_step() {
    let (world, portal) = world();
    let told = |user: &str| error(&step(&portal, "verifyUser", &[("username", user)]));
    assert_eq!(told("nobody"), "18003 User does not exist : nobody");
    assert_eq!(told("tom@acme.example"), "18003 invalid user : tom@acme.example");
    assert_eq!(error(&step(&portal, "verifyUser", &[])), "18003 invalid user : null");
    let admin = world.admin();
    admin.set_claims(TOM, &[(DISABLED, "true")]);
    assert_eq!(told(TOM), "17003 Account is disabled for user tom. Can not allow to recover.");
    admin.set_claims(TOM, &[(DISABLED, "false"), (LOCKED, "true")]);
    assert_eq!(told(TOM), "18013 Error verifying user : tom");
    admin.set_claims(TOM, &[(LOCKED, "false")]);
    world.options(&[LINK]);
    admin.trigger(TOM);
    assert_eq!(told(TOM), "18013 Error verifying user : tom");
}

#[test]
fn a_user_without_answers_or_address_gets_no_further() {
    let (world, portal) = world();
    let first = begin(&portal, TOM);
    let told = |operation: &str, name: &str, argument: &str| {
        error(&step(&portal, operation, &[(name, TOM), (argument, &first)]))
    };
    assert_eq!(
        told("getUserChallengeQuestionIds", "username", "confirmation"),
        "18016 Error when getting user challenge questions for user : tom"
    );
    assert_eq!(
        told("getUserChallengeQuestions", "userName", "confirmation"),
        "18016 No associated challenge questions found for the user : tom"
    );
    world.admin().set_claims(TOM, &[(MAIL, "")]);
    assert_eq!(
        told("sendRecoveryNotification", "username", "key"),
        "18015: 18013 Error when sending recovery message for user: tom"
    );
    world.assert_no_mail();
}

#[test]
fn a_tenant_that_sends_mails_itself_is_given_what_goes_into_them() {
    let (world, portal) = world();
    let admin = world.admin();
    admin.configure(&[("Recovery.Notification.InternallyManage", "false")]);
    admin.set_claims(TOM, &[(GIVEN_NAME, "Thomas")]);
    let first = begin(&portal, TOM);
    let arguments = [("username", TOM), ("key", first.as_str()), ("notificationType", "SMS")];
    // Who merely may log in would have everybody's account with everybody's code.
    let refused = step(&portal, "sendRecoveryNotification", &arguments);
    assert_eq!(error(&refused), "18015: 18013 Error when sending recovery message for user: tom");
    assert!(!refused.children.iter().any(|child| child.name == "notificationData" && !child.is_nil()));
    admin.add_role("senders", &[PORTAL], &["/permission/admin/manage"]);
    let sent = step(&portal, "sendRecoveryNotification", &arguments);
    let data = sent.child("notificationData").unwrap();
    let part = |name: &str| data.value(name).unwrap_or_default().to_owned();
    assert_eq!(
        [
            "domainName",
            "firstName",
            "notification",
            "notificationAddress",
            "notificationSent",
            "notificationType",
            "userId"
        ]
        .map(part),
        ["carbon.super", "Thomas", "passwordReset", TOMS_MAIL, "false", "SMS", TOM]
    );
    assert!(data.all("transportHeaders").iter().all(|header| header.is_nil()), "no header is handed on");
    let code = part("notificationCode");
    let confirmed = step(&portal, "verifyConfirmationCode", &[("username", TOM), ("code", &code)]);
    assert_eq!(set_password(&portal, TOM, &key(&confirmed), NEW).value("verified"), Some("true"));
    world.assert_no_mail();
}

fn claim(uri: &str, value: &str) -> String {
    bean("claims", &fields(&[("claimUri", uri), ("claimValue", value)]))
}

#[test]
fn a_forgotten_name_is_mailed_to_the_one_whom_the_claims_fit() {
    let (world, portal) = world();
    let verify = |content: &str| result(&portal, SERVICE, "verifyAccount", content);
    let found = verify(&claim(MAIL, TOMS_MAIL));
    assert_eq!(
        (found.value("verified"), found.value("error"), found.value("userId")),
        (Some("true"), None, None)
    );
    let mail = world.mail();
    assert!(mail.body().contains("PRIMARY/tom@carbon.super"), "{}", mail.body());
    let none = "18003 Error verifying user account";
    assert_eq!(error(&verify(&claim(MAIL, "x@example.org"))), none);
    assert_eq!(error(&verify(&claim(MAIL, "tom@*"))), none);
    assert_eq!(error(&verify("")), none);
    assert_eq!(error(&verify(&bean("claims", &fields(&[("claimUri", MAIL)])))), "User not found");
    let elsewhere = [claim(MAIL, TOMS_MAIL), fields(&[("tenantDomain", "acme.example")])].concat();
    assert_eq!(
        refused(&portal, SERVICE, "verifyAccount", &elsewhere),
        "Trying to verify account unauthorized tenant space"
    );
    world.assert_no_mail();
}

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

#[test]
fn a_tenants_program_leads_recoveries_of_its_own_users() {
    let (world, _) = world();
    let acme = world.tenant_with_tom("acme.example", &[]);
    answer_both(&acme, TOM);
    let named = begin(&acme, "tom@acme.example");
    // A bare name is one of the super tenant, whoever calls.
    assert_eq!(error(&step(&acme, "verifyUser", &[("username", TOM)])), "18003 invalid user : tom");
    let ids = [("username", "tom@acme.example"), ("confirmation", named.as_str())];
    assert!(!key(&step(&acme, "getUserChallengeQuestionIds", &ids)).is_empty());
}

#[test]
fn whoever_may_not_log_in_recovers_nobody() {
    let (world, _) = world();
    world.admin().add_user("eve", OLD, &[]);
    denied(&world.caller("eve", OLD), SERVICE, "verifyUser", &fields(&[("username", TOM)]));
    let stranger = Caller::anonymous(&world.client());
    let payload = request(SERVICE, "getCaptcha", "");
    assert_eq!(stranger.call(SERVICE, "getCaptcha", &payload).status, 401);
}

/// What a person would read in a picture.
fn read(world: &World, key: &str) -> Option<String> {
    let written = std::fs::read_to_string(world.settings.data_dir.join("secret.key")).ok()?;
    let digits = written.trim().as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> =
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let own = SecretKey::new(&bytes?.try_into().ok()?).ok()?;
    let sealed = world.stored("SELECT text FROM captcha");
    Some(own.open(&format!("captcha {key}"), &sealed)?.reveal().to_owned())
}

#[test]
fn a_picture_is_shown_to_everybody_until_it_is_answered_and_its_answer_opens_the_first_step() {
    let (world, portal) = program(World::new(&[]));
    let told = |captcha: &str, operation: &str| {
        error(&result(
            &portal,
            SERVICE,
            operation,
            &[fields(&[("username", TOM)]), captcha.to_owned()].concat(),
        ))
    };
    let without = "18004 Error while validating captcha";
    assert_eq!(told("", "verifyUser"), without);
    assert_eq!(
        told("", "confirmUserSelfRegistration"),
        "18004 Error while validating captcha for user : tom"
    );
    assert_eq!(told("", "verifyConfirmationCode"), "18001 Error while validating captcha for user : tom");
    assert_eq!(
        error(&result(&portal, SERVICE, "verifyAccount", &claim(MAIL, TOMS_MAIL))),
        "18004 Error processing captcha"
    );
    let captcha = result(&portal, SERVICE, "getCaptcha", "");
    let secret = captcha.value("secretKey").unwrap();
    let path = format!("/{}", captcha.value("imagePath").unwrap());
    assert!(path.ends_with(&format!("{secret}.png")), "{path}");
    let picture = world.client().get(&path, &[]);
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert_eq!(picture.header("cache-control"), Some("no-store"));
    assert!(picture.body.starts_with(b"\x89PNG"));
    let text = read(&world, secret).unwrap();
    let answer = |text: &str| bean("captcha", &fields(&[("secretKey", secret), ("userAnswer", text)]));
    let right = [fields(&[("username", TOM)]), answer(&text)].concat();
    assert!(!key(&result(&portal, SERVICE, "verifyUser", &right)).is_empty());
    assert_eq!(told(&answer(&text), "verifyUser"), without, "a picture is answered once");
    assert_eq!(world.client().get(&path, &[]).status, 404);
    let captcha = result(&portal, SERVICE, "getCaptcha", "");
    let wrong = bean(
        "captcha",
        &fields(&[("secretKey", captcha.value("secretKey").unwrap()), ("userAnswer", "wrong")]),
    );
    assert_eq!(told(&wrong, "verifyUser"), without);
}
