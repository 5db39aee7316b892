//! `UserInformationRecoveryService`.

mod pictures;
mod refusals;
mod registration;

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
