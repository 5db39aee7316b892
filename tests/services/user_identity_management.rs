//! `UserIdentityManagementAdminService`.

use crate::recovery_wire::{
    CAR, CITY, DELETE, FIRST_SET, IDENTITY_ADMIN as SERVICE, SECOND_SET, UPDATE, VIEW, accepted, answer_both,
    bean, broken, challenge, denied, fields, refused, request, result, results,
};
use crate::support::caller::{Caller, DISABLED, GIVEN_NAME, LOCKED, LOGIN, OTP, TRIGGER};
use crate::support::world::{LINK, NEW, OLD, TOM, World};

const ANN: &str = "ann";

/// tom, who may log in, and ann, who may also do what is listed.
fn world(permissions: &[&str]) -> World {
    let world = World::new(&[]);
    let admin = world.admin();
    admin.add_user(ANN, OLD, &[]);
    let permissions: Vec<&str> = [LOGIN].iter().chain(permissions).copied().collect();
    admin.add_role("helpers", &[ANN], &permissions);
    world
}

fn name(user: &str) -> String {
    fields(&[("userName", user)])
}

#[test]
fn everybody_who_may_log_in_sees_the_questions_of_his_tenant() {
    let world = world(&[]);
    let found = results(&world.caller(TOM, OLD), SERVICE, "getAllChallengeQuestions", "");
    assert_eq!(found.len(), 8);
    assert_eq!(
        found[0].kind.as_deref(),
        Some("{http://dto.mgt.identity.carbon.wso2.org/xsd}ChallengeQuestionDTO")
    );
    let row: Vec<&str> = found[0].children.iter().map(|field| field.text.as_str()).collect();
    assert_eq!(row, ["0", "false", CITY, FIRST_SET]);
}

#[test]
fn questions_are_grouped_by_set_for_those_who_may_view() {
    let world = world(&[VIEW]);
    let sets = results(&world.caller(ANN, OLD), SERVICE, "getAllPromotedUserChallenge", "");
    let ids: Vec<&str> = sets.iter().filter_map(|set| set.value("id")).collect();
    assert_eq!(ids, [FIRST_SET, SECOND_SET]);
    let cars = sets[1].all("challengesDTOs");
    assert_eq!(cars.len(), 4);
    assert_eq!((cars[0].value("question"), cars[0].value("id")), (Some(CAR), Some(SECOND_SET)));
    assert_eq!((cars[0].value("answer"), cars[0].value("verfied")), (None, Some("false")));
    denied(&world.caller(TOM, OLD), SERVICE, "getAllPromotedUserChallenge", "");
}

#[test]
fn the_questions_of_a_tenant_are_replaced_as_a_whole() {
    let world = world(&[VIEW]);
    let acme = world.tenant_with_tom("acme.example", &[]);
    let own = bean(
        "challengeQuestionDTOs",
        &fields(&[("promoteQuestion", "true"), ("question", "Colour ?"), ("questionSetId", FIRST_SET)]),
    );
    denied(&world.caller(TOM, OLD), SERVICE, "setChallengeQuestions", &own);
    // The permission to look is the one that the original asks for.
    accepted(&world.caller(ANN, OLD), SERVICE, "setChallengeQuestions", &own);
    let found = results(&world.admin(), SERVICE, "getAllChallengeQuestions", "");
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].value("question"), found[0].value("promoteQuestion")),
        (Some("Colour ?"), Some("false"))
    );
    assert_eq!(results(&acme, SERVICE, "getAllChallengeQuestions", "").len(), 8);
    accepted(&world.admin(), SERVICE, "setChallengeQuestions", "");
    assert!(results(&world.admin(), SERVICE, "getAllChallengeQuestions", "").is_empty());
}

#[test]
fn a_user_answers_his_questions_and_reads_back_hashes_only() {
    let world = world(&[]);
    let tom = world.caller(TOM, OLD);
    answer_both(&tom, TOM);
    let found = results(&tom, SERVICE, "getChallengeQuestionsOfUser", "");
    let rows: Vec<[Option<&str>; 4]> = found
        .iter()
        .map(|one| [one.value("id"), one.value("question"), one.value("order"), one.value("verfied")])
        .collect();
    assert_eq!(
        rows,
        [
            [Some(FIRST_SET), Some(CITY), Some("0"), Some("false")],
            [Some(SECOND_SET), Some(CAR), Some("1"), Some("false")]
        ]
    );
    let hash = found[0].value("answer").unwrap();
    assert!(hash.len() == 44 && !hash.contains("olombo"), "{hash}");
    // Posting the hash back keeps the answer, as consoles do.
    let again = [challenge(FIRST_SET, CITY, hash), challenge(SECOND_SET, CAR, "Morris")].concat();
    accepted(&tom, SERVICE, "setChallengeQuestionsOfUser", &again);
    let later = results(&tom, SERVICE, "getChallengeQuestionsOfUser", &name(TOM));
    assert_eq!(later[0].value("answer"), Some(hash));
    assert_ne!(later[1].value("answer"), found[1].value("answer"));
}

#[test]
fn the_questions_of_others_take_a_permission_of_their_own() {
    let world = world(&[UPDATE, VIEW]);
    let tom = world.caller(TOM, OLD);
    assert_eq!(
        refused(&tom, SERVICE, "getChallengeQuestionsOfUser", &name(ANN)),
        "Unauthorized access!! Possible violation of confidentiality. User tom trying to get challenge questions for user ann"
    );
    assert_eq!(
        refused(
            &tom,
            SERVICE,
            "setChallengeQuestionsOfUser",
            &[name(ANN), challenge(FIRST_SET, CITY, "x")].concat()
        ),
        "Unauthorized access!! Possible elevation of privilege attack. User tom trying to change challenge questions for user ann"
    );
    let ann = world.caller(ANN, OLD);
    answer_both(&ann, TOM);
    assert_eq!(results(&ann, SERVICE, "getChallengeQuestionsOfUser", &name(TOM)).len(), 2);
    assert!(results(&ann, SERVICE, "getChallengeQuestionsOfUser", &name("nobody")).is_empty());
}

#[test]
fn answers_that_do_not_fit_are_refused_in_the_words_of_the_original() {
    let world = world(&[]);
    let tom = world.caller(TOM, OLD);
    let set = |content: &str| refused(&tom, SERVICE, "setChallengeQuestionsOfUser", content);
    assert_eq!(set(&name(TOM)), "no challenges provided by user");
    assert_eq!(
        set(&[challenge(FIRST_SET, CITY, "a"), challenge(FIRST_SET, "Favorite food ?", "b")].concat()),
        "Error while validating user challenges, because these can't be more than one security challenges for one claim uri"
    );
    let unknown = "Error while persisting user challenges for user : tom, because these user challengers are not registered \
                   with the tenant";
    assert_eq!(set(&challenge(FIRST_SET, "What ?", "a")), unknown);
    assert_eq!(set(&challenge(SECOND_SET, CITY, "a")), unknown, "the question of another set");
    let admin = world.admin();
    assert_eq!(
        refused(
            &admin,
            SERVICE,
            "setChallengeQuestionsOfUser",
            &[name("nobody"), challenge(FIRST_SET, CITY, "a")].concat()
        ),
        "Error while persisting user challenges for user : nobody"
    );
    let nil = "<challengesDTOs><id>x</id></challengesDTOs><challengesDTOs \
               xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>";
    assert_eq!(
        broken(&tom, SERVICE, "setChallengeQuestionsOfUser", nil),
        "Exception occurred while trying to invoke service method setChallengeQuestionsOfUser"
    );
}

#[test]
fn locking_and_unlocking_write_the_claim_that_logins_look_at() {
    let world = world(&[UPDATE]);
    let ann = world.caller(ANN, OLD);
    let cannot = |name: &str| format!("Error occurred while trying to lock the account {name}");
    assert_eq!(
        refused(&ann, SERVICE, "lockUserAccount", &name(TOM)),
        cannot(TOM),
        "it would keep nobody out"
    );
    world.admin().configure(&[("account.lock.handler.enable", "true")]);
    for nobody in ["admin", ANN] {
        assert_eq!(refused(&ann, SERVICE, "lockUserAccount", &name(nobody)), cannot(nobody));
    }
    accepted(&ann, SERVICE, "lockUserAccount", &name(TOM));
    assert_eq!(world.admin().claim(TOM, LOCKED).as_deref(), Some("true"));
    assert!(!world.caller(TOM, OLD).is_known());
    accepted(
        &ann,
        SERVICE,
        "unlockUserAccount",
        &fields(&[("userName", TOM), ("notificationType", "EMAIL")]),
    );
    assert!(world.caller(TOM, OLD).is_known());
    assert_eq!(
        refused(&ann, SERVICE, "lockUserAccount", &name("nobody")),
        "Error occurred while trying to lock the account nobody"
    );
    assert_eq!(
        refused(&ann, SERVICE, "unlockUserAccount", &name("nobody")),
        "Error occurred while unlocking account for: nobody"
    );
    assert_eq!(
        refused(&ann, SERVICE, "lockUserAccount", ""),
        "Error occurred while trying to lock the account null"
    );
    let tom = world.caller(TOM, OLD);
    denied(&tom, SERVICE, "lockUserAccount", &name(ANN));
    denied(&tom, SERVICE, "unlockUserAccount", &name(ANN));
}

#[test]
fn unlocking_ends_a_forced_reset_as_the_claim_does() {
    let world = world(&[]);
    world.options(&[LINK]);
    world.admin().trigger(TOM);
    assert_eq!(world.pending(), "1");
    accepted(&world.admin(), SERVICE, "unlockUserAccount", &name(TOM));
    assert_eq!(world.pending(), "0");
    assert!(world.lets_in(TOM, OLD));
}

#[test]
fn disabling_and_enabling_write_the_claim_and_the_audit_line_of_the_original() {
    let world = world(&[UPDATE]);
    let ann = world.caller(ANN, OLD);
    let with_type = |kind| fields(&[("userName", TOM), ("notificationType", kind)]);
    for nobody in ["admin", ANN] {
        let text = format!("Error occurred while trying to disable the account {nobody}");
        assert_eq!(refused(&ann, SERVICE, "disableUserAccount", &name(nobody)), text);
    }
    assert!(world.admin().is_known());
    accepted(&ann, SERVICE, "disableUserAccount", &with_type("EMAIL"));
    assert_eq!(world.admin().claim(TOM, DISABLED).as_deref(), Some("true"));
    assert!(!world.caller(TOM, OLD).is_known());
    accepted(&ann, SERVICE, "enableUserAccount", &name(TOM));
    assert!(world.caller(TOM, OLD).is_known());
    let audited = |action: &str| {
        world.stored(&format!(
            "SELECT initiator || '|' || target || '|' || data FROM audit WHERE action = '{action}'"
        ))
    };
    assert_eq!(audited("Disable user account"), "ann@carbon.super|tom|Notification type :EMAIL");
    assert_eq!(audited("Enable user account"), "ann@carbon.super|tom|Notification type :null");
    assert_eq!(
        refused(&ann, SERVICE, "disableUserAccount", &name("nobody")),
        "Error occurred while trying to disable the account nobody"
    );
    assert_eq!(
        refused(&ann, SERVICE, "enableUserAccount", &name("nobody")),
        "Error occurred while enabling account for: nobody"
    );
    let tom = world.caller(TOM, OLD);
    denied(&tom, SERVICE, "disableUserAccount", &name(ANN));
    denied(&tom, SERVICE, "enableUserAccount", &name(ANN));
}

#[test]
fn users_are_deleted_with_one_text_for_every_refusal() {
    let world = world(&[DELETE]);
    let ann = world.caller(ANN, OLD);
    denied(&world.caller(TOM, OLD), SERVICE, "deleteUser", &name(ANN));
    for who in ["nobody", "admin", ANN] {
        let text = refused(&ann, SERVICE, "deleteUser", &name(who));
        assert_eq!(text, format!("Error occured while deleting user : {who}"));
    }
    accepted(&ann, SERVICE, "deleteUser", &name(TOM));
    assert!(!world.caller(TOM, OLD).is_known());
    assert_eq!(
        broken(&ann, SERVICE, "deleteUser", ""),
        "Exception occurred while trying to invoke service method deleteUser"
    );
}

#[test]
fn an_administrator_sets_a_password_and_learns_no_reason_for_a_refusal() {
    let world = world(&[UPDATE]);
    let ann = world.caller(ANN, OLD);
    let with = |user, password| fields(&[("userName", user), ("newPassword", password)]);
    accepted(&ann, SERVICE, "resetUserPassword", &with(TOM, NEW));
    assert!(world.caller(TOM, NEW).is_known() && !world.caller(TOM, OLD).is_known());
    for (user, password) in [("nobody", NEW), (TOM, "x"), (TOM, "")] {
        let text = refused(&ann, SERVICE, "resetUserPassword", &with(user, password));
        assert_eq!(text, format!("Error occurred while resetting password for: {user}"));
    }
    assert!(world.caller(TOM, NEW).is_known());
    denied(&world.caller(TOM, NEW), SERVICE, "resetUserPassword", &with(ANN, NEW));
}

#[test]
fn a_user_changes_his_own_password_with_the_old_one() {
    let world = world(&[]);
    let tom = world.caller(TOM, OLD);
    let with = |new, old| fields(&[("newPassword", new), ("oldPassword", old)]);
    for (new, old) in [(NEW, "wrong"), ("x", OLD), (NEW, "")] {
        let text = refused(&tom, SERVICE, "changeUserPassword", &with(new, old));
        assert_eq!(text, "Error while resetting the password for: tom");
    }
    accepted(&tom, SERVICE, "changeUserPassword", &with(NEW, OLD));
    assert!(world.caller(TOM, NEW).is_known() && !world.caller(TOM, OLD).is_known());
}

#[test]
fn a_user_reads_and_writes_his_own_claims_but_not_those_of_the_account() {
    let world = world(&[]);
    let tom = world.caller(TOM, OLD);
    let claim = |uri, value| bean("userIdentityClaims", &fields(&[("claimUri", uri), ("claimValue", value)]));
    accepted(&tom, SERVICE, "updateUserIdentityClaims", &claim(GIVEN_NAME, "Thomas"));
    let found = results(&tom, SERVICE, "getAllUserIdentityClaims", "");
    let given = found.iter().find(|claim| claim.value("claimUri") == Some(GIVEN_NAME)).unwrap();
    assert_eq!((given.value("claimValue"), given.value("required")), (Some("Thomas"), Some("false")));
    assert!(found.iter().all(|claim| claim.value("claimUri").unwrap().starts_with("http://wso2.org/claims")));
    for uri in [LOCKED, TRIGGER, OTP, "http://wso2.org/claims/unknown"] {
        let content = [claim(GIVEN_NAME, "Tommy"), claim(uri, "false")].concat();
        let text = refused(&tom, SERVICE, "updateUserIdentityClaims", &content);
        assert_eq!(text, "Error while updating identity recovery data for : tom", "{uri}");
    }
    assert_eq!(world.admin().claim(TOM, GIVEN_NAME).as_deref(), Some("Thomas"), "all or nothing");
    assert_eq!(
        broken(&tom, SERVICE, "updateUserIdentityClaims", "<userIdentityClaims/>"),
        "Exception occurred while trying to invoke service method updateUserIdentityClaims"
    );
}

#[test]
fn the_primary_store_of_a_tenant_that_exists_is_not_read_only() {
    let world = world(&[VIEW]);
    let ann = world.caller(ANN, OLD);
    for content in [name(TOM), fields(&[("userName", TOM), ("tenantDomain", "carbon.super")]), String::new()]
    {
        assert_eq!(result(&ann, SERVICE, "isReadOnlyUserStore", &content).text, "false");
    }
    let elsewhere = fields(&[("userName", TOM), ("tenantDomain", "nowhere.example")]);
    assert_eq!(
        refused(&ann, SERVICE, "isReadOnlyUserStore", &elsewhere),
        "Error retrieving the user store manager for the tenant"
    );
    denied(&world.caller(TOM, OLD), SERVICE, "isReadOnlyUserStore", &name(TOM));
}

#[test]
fn nobody_reaches_into_another_tenant() {
    let world = world(&[]);
    let acme = world.tenant_with_tom("acme.example", &[]);
    answer_both(&acme, TOM);
    let admin = world.admin();
    assert!(results(&admin, SERVICE, "getChallengeQuestionsOfUser", &name(TOM)).is_empty());
    let foreign = name("tom@acme.example");
    for (operation, text) in [
        ("lockUserAccount", "Error occurred while trying to lock the account tom@acme.example"),
        ("deleteUser", "Error occured while deleting user : tom@acme.example"),
        ("disableUserAccount", "Error occurred while trying to disable the account tom@acme.example"),
    ] {
        assert_eq!(refused(&admin, SERVICE, operation, &foreign), text);
    }
    accepted(&acme, SERVICE, "disableUserAccount", &name(TOM));
    assert!(world.caller(TOM, OLD).is_known());
    assert!(!world.caller("tom@acme.example", OLD).is_known());
}

#[test]
fn nothing_is_open_to_strangers() {
    let world = world(&[]);
    let payload = request(SERVICE, "getAllChallengeQuestions", "");
    let stranger = Caller::anonymous(&world.client());
    assert_eq!(stranger.call(SERVICE, "getAllChallengeQuestions", &payload).status, 401);
}
