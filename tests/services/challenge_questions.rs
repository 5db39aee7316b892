//! `ChallengeQuestionManagementAdminService`.

use crate::recovery_wire::{
    CAR, CITY, FIRST_SET, MANAGE, QUESTIONS_ADMIN as SERVICE, SECOND_SET, accepted, bean, broken, denied,
    fields, refused, results,
};
use crate::support::caller::{Caller, LOGIN};
use crate::support::world::{OLD, TOM, World};

const ANN: &str = "ann";
const SUPER: &str = "carbon.super";

fn world(permissions: &[&str]) -> World {
    let world = World::new(&[]);
    world.admin().add_user(ANN, OLD, &[]);
    let permissions: Vec<&str> = [LOGIN].iter().chain(permissions).copied().collect();
    world.admin().add_role("helpers", &[ANN], &permissions);
    world
}

fn question(id: &str, set: &str, text: &str, locale: &str) -> String {
    let parts = [("locale", locale), ("question", text), ("questionId", id), ("questionSetId", set)];
    bean("challengeQuestions", &fields(&parts))
}

fn of_tenant(caller: &Caller, domain: &str) -> Vec<[String; 4]> {
    let found =
        results(caller, SERVICE, "getChallengeQuestionsOfTenant", &fields(&[("tenantDomain", domain)]));
    let part =
        |one: &crate::support::tree::Element, name: &str| one.value(name).unwrap_or_default().to_owned();
    found
        .iter()
        .map(|one| {
            [part(one, "questionSetId"), part(one, "questionId"), part(one, "question"), part(one, "locale")]
        })
        .collect()
}

fn user(name: &str) -> String {
    bean("user", &fields(&[("tenantDomain", SUPER), ("userName", name), ("userStoreDomain", "PRIMARY")]))
}

fn answer(set: &str, text: &str, answer: &str) -> String {
    let question = bean("question", &fields(&[("question", text), ("questionSetId", set)]));
    bean("userChallengeAnswers", &[fields(&[("answer", answer)]), question].concat())
}

#[test]
fn the_questions_of_a_tenant_are_listed_set_by_set() {
    let world = world(&[]);
    let found = of_tenant(&world.caller(TOM, OLD), SUPER);
    assert_eq!(found.len(), 8);
    assert_eq!(found[0], [FIRST_SET, "question1", CITY, "en_US"]);
    assert_eq!(found[4], [SECOND_SET, "question1", CAR, "en_US"]);
}

#[test]
fn nobody_asks_for_the_questions_of_another_tenant() {
    let world = world(&[]);
    let acme = world.tenant_with_tom("acme.example", &[]);
    let tom = world.caller(TOM, OLD);
    let text = |domain| {
        format!(
            "Unauthorized Access. User tom@carbon.super trying to retrieve challenge questions of {domain} tenant"
        )
    };
    let there = fields(&[("tenantDomain", "acme.example")]);
    for operation in
        ["getChallengeQuestionsOfTenant", "getChallengeQuestionsForLocale", "setChallengeQuestionsOfTenant"]
    {
        assert_eq!(broken(&tom, SERVICE, operation, &there), text("acme.example"), "{operation}");
        assert_eq!(broken(&tom, SERVICE, operation, ""), text("null"), "{operation}");
    }
    let gone = [question("question1", FIRST_SET, CITY, "en_US"), fields(&[("tenantDomain", "acme.example")])];
    let fault = broken(&world.admin(), SERVICE, "deleteChallengeQuestionsOfTenant", &gone.concat());
    assert!(fault.starts_with("Unauthorized Access. User admin@carbon.super"), "{fault}");
    assert_eq!(of_tenant(&acme, "acme.example").len(), 8);
}

#[test]
fn questions_are_added_changed_and_deleted_by_set_name_and_locale() {
    let world = world(&[MANAGE]);
    let ann = world.caller(ANN, OLD);
    let tenant = fields(&[("tenantDomain", SUPER)]);
    let set = |content: String| {
        accepted(&ann, SERVICE, "setChallengeQuestionsOfTenant", &[content, tenant.clone()].concat())
    };
    set([
        question("question5", FIRST_SET, "Colour ?", "en_US"),
        question("question1", FIRST_SET, "Ville ?", "fr_FR"),
    ]
    .concat());
    set(question("question1", FIRST_SET, "Town ?", "en_US"));
    let found = of_tenant(&ann, SUPER);
    assert_eq!(found.len(), 10);
    assert!(found.contains(&[FIRST_SET, "question1", "Town ?", "en_US"].map(str::to_owned)));
    let french = results(
        &ann,
        SERVICE,
        "getChallengeQuestionsForLocale",
        &fields(&[("tenantDomain", SUPER), ("locale", "fr_fr")]),
    );
    assert_eq!(french.len(), 1);
    assert_eq!((french[0].value("question"), french[0].value("locale")), (Some("Ville ?"), Some("fr_FR")));
    let gone = [question("question1", FIRST_SET, "anything", "en_US"), tenant.clone()].concat();
    denied(&world.caller(TOM, OLD), SERVICE, "deleteChallengeQuestionsOfTenant", &gone);
    accepted(&ann, SERVICE, "deleteChallengeQuestionsOfTenant", &gone);
    assert_eq!(of_tenant(&ann, SUPER).len(), 9);
}

#[test]
fn questions_that_cannot_be_stored_are_the_declared_exception() {
    let world = world(&[]);
    let admin = world.admin();
    let tenant = fields(&[("tenantDomain", SUPER)]);
    for bad in [question("", FIRST_SET, "x", "en_US"), question("a/b", FIRST_SET, "x", "en_US")] {
        let content = [question("ok", FIRST_SET, "x", "en_US"), bad, tenant.clone()].concat();
        assert_eq!(
            refused(&admin, SERVICE, "setChallengeQuestionsOfTenant", &content),
            "Error setting challenge questions for tenant domain carbon.super."
        );
        assert_eq!(
            refused(&admin, SERVICE, "deleteChallengeQuestionsOfTenant", &content),
            "Error deleting challenge questions in tenant domain carbon.super."
        );
    }
    assert_eq!(of_tenant(&admin, SUPER).len(), 8, "all or nothing");
    let content = fields(&[("tenantDomain", SUPER), ("locale", "../secret")]);
    assert_eq!(
        refused(&admin, SERVICE, "getChallengeQuestionsForLocale", &content),
        "Error loading challenge questions for tenant carbon.super in ../secret locale."
    );
    let payload = crate::recovery_wire::request(SERVICE, "getChallengeQuestionsForLocale", &content);
    let fault = admin.fault(SERVICE, "getChallengeQuestionsForLocale", &payload);
    let exception = &fault.detail[0].children[0];
    assert_eq!(exception.value("errorCode"), Some("18013"));
    assert_eq!(exception.value("errorDescription"), Some(fault.text.as_str()));
}

#[test]
fn a_user_is_asked_in_his_locale() {
    let world = world(&[]);
    let admin = world.admin();
    let french = [question("question1", FIRST_SET, "Ville ?", "fr_FR"), fields(&[("tenantDomain", SUPER)])];
    accepted(&admin, SERVICE, "setChallengeQuestionsOfTenant", &french.concat());
    let tom = world.caller(TOM, OLD);
    assert_eq!(results(&tom, SERVICE, "getChallengeQuestionsForUser", &user(TOM)).len(), 8);
    admin.set_claims(TOM, &[("http://wso2.org/claims/locality", "fr_FR")]);
    assert_eq!(results(&tom, SERVICE, "getChallengeQuestionsForUser", &user(TOM)).len(), 1);
    assert_eq!(
        refused(&tom, SERVICE, "getChallengeQuestionsForUser", &user("nobody")),
        "Error loading challenge questions for user : nobody@carbon.super."
    );
    assert_eq!(broken(&tom, SERVICE, "getChallengeQuestionsForUser", ""), "User object provided is null.");
}

#[test]
fn a_user_answers_and_reads_back_hashes_only() {
    let world = world(&[]);
    let tom = world.caller(TOM, OLD);
    let content = [user(TOM), answer(FIRST_SET, CITY, "Colombo"), answer(SECOND_SET, CAR, "Mini")].concat();
    accepted(&tom, SERVICE, "setUserChallengeAnswers", &content);
    let found = results(&tom, SERVICE, "getUserChallengeAnswers", &user(TOM));
    assert_eq!(found.len(), 2);
    let asked = found[0].child("question").unwrap();
    assert_eq!((asked.value("question"), asked.value("questionSetId")), (Some(CITY), Some(FIRST_SET)));
    assert_eq!((asked.value("questionId"), asked.value("locale")), (None, None));
    assert_eq!(found[0].value("answer").map(str::len), Some(44));
    // The other service shows the same answers.
    let same = results(&tom, crate::recovery_wire::IDENTITY_ADMIN, "getChallengeQuestionsOfUser", "");
    assert_eq!(same[1].value("answer"), found[1].value("answer"));
}

#[test]
fn answers_of_others_take_the_permission_of_the_caller_not_of_the_user() {
    let world = world(&[MANAGE]);
    let (tom, ann) = (world.caller(TOM, OLD), world.caller(ANN, OLD));
    // ann may manage identities; that makes her answers nobody else's.
    let content = [user(ANN), answer(FIRST_SET, CITY, "Colombo")].concat();
    assert_eq!(
        broken(&tom, SERVICE, "setUserChallengeAnswers", &content),
        "Unauthorized access!! Possible elevation of privilege attack. User tom trying to change challenge questions for \
         user ann"
    );
    assert_eq!(
        broken(&tom, SERVICE, "getUserChallengeAnswers", &user(ANN)),
        "Unauthorized access!! Possible violation of confidentiality. User tom trying to get challenge questions for user ann"
    );
    accepted(
        &ann,
        SERVICE,
        "setUserChallengeAnswers",
        &[user(TOM), answer(FIRST_SET, CITY, "Kandy")].concat(),
    );
    assert_eq!(results(&ann, SERVICE, "getUserChallengeAnswers", &user(TOM)).len(), 1);
    let elsewhere = bean("user", &fields(&[("tenantDomain", "acme.example"), ("userName", TOM)]));
    assert_eq!(
        refused(&ann, SERVICE, "getUserChallengeAnswers", &elsewhere),
        "Error retrieving user challenge answers for tom"
    );
    // His own name in another tenant is not himself.
    let fault = broken(&tom, SERVICE, "getUserChallengeAnswers", &elsewhere);
    assert!(fault.starts_with("Unauthorized access!!"), "{fault}");
}

#[test]
fn answers_that_do_not_fit_are_refused() {
    let world = world(&[]);
    let tom = world.caller(TOM, OLD);
    let set =
        |content: String| refused(&tom, SERVICE, "setUserChallengeAnswers", &[user(TOM), content].concat());
    let text = "Error while persisting user challenges for user : tom";
    assert_eq!(set([answer(FIRST_SET, CITY, "a"), answer(FIRST_SET, "Favorite food ?", "b")].concat()), text);
    assert_eq!(set(answer(FIRST_SET, "What ?", "a")), text);
    assert_eq!(set(bean("userChallengeAnswers", &fields(&[("answer", "a")]))), text);
    assert_eq!(
        broken(&tom, SERVICE, "setUserChallengeAnswers", &user(TOM)),
        "No challenge question answers provided by the user tom"
    );
    assert_eq!(broken(&tom, SERVICE, "setUserChallengeAnswers", ""), "User object provided is null.");
    assert_eq!(broken(&tom, SERVICE, "getUserChallengeAnswers", ""), "User object provided is null.");
    assert_eq!(
        broken(&tom, SERVICE, "getUserChallengeAnswers", "<user/>"),
        "Exception occurred while trying to invoke service method getUserChallengeAnswers"
    );
    assert!(results(&tom, SERVICE, "getUserChallengeAnswers", &user(TOM)).is_empty());
}
