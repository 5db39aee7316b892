//! What is wrong with a step, and who gets no further.

use super::*;

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
fn whoever_may_not_log_in_recovers_nobody() {
    let (world, _) = world();
    world.admin().add_user("eve", OLD, &[]);
    denied(&world.caller("eve", OLD), SERVICE, "verifyUser", &fields(&[("username", TOM)]));
    let stranger = Caller::anonymous(&world.client());
    let payload = request(SERVICE, "getCaptcha", "");
    assert_eq!(stranger.call(SERVICE, "getCaptcha", &payload).status, 401);
}
