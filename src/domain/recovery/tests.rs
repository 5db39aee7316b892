use super::*;
use crate::domain::fixture::*;
use crate::domain::login::Refusal as LoginRefusal;

/// Tom in reset by a link; its code.
fn by_link() -> (World, User, Secret) {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    (world, tom, code)
}

/// Tom in reset by a published one-time password.
fn by_otp() -> (World, User, Secret) {
    let world = World::new();
    let tom = world.find("tom");
    world.set(OFFLINE, "true");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    (world, tom, code)
}

fn published(world: &World, user: &User) -> Secret {
    Secret::new(world.claim(user, PUBLISHED).unwrap())
}

fn hint(user_name: &str, store: &str, tenant: &str) -> Hint {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Hint { user_name: given(user_name), store: given(store), tenant: given(tenant) }
}

fn checked(world: &World, code: &Secret, hint: &Hint) -> Result<User, CodeProblem> {
    world.store.read(|tx| check(tx, world.now(), &world.realm, code, hint)).map(|pending| pending.user)
}

// C37
#[test]
fn the_code_sets_the_password_and_unlocks() {
    let (world, tom, code) = by_link();
    let completed = world.complete(&code, NEW).unwrap();
    assert_eq!((completed.user, completed.tenant.domain.as_str()), (tom.clone(), "carbon.super"));
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
    assert!(world.gets_in("tom", NEW));
    assert!(!world.gets_in("tom", OLD));
    assert!(world.row(&tom).is_none());
}

// C39
#[test]
fn a_used_code_is_invalid_and_changes_nothing() {
    let (world, _, code) = by_link();
    world.complete(&code, NEW).unwrap();
    let again = world.complete(&code, "Other@123").unwrap_err();
    assert_eq!(
        (again.code(), again.description(code.reveal())),
        (18001, format!("Invalid Code '{}.'", code.reveal()))
    );
    assert!(world.gets_in("tom", NEW));
}

// C40, C41, L120
#[test]
fn codes_that_are_none_are_told_apart_only_by_being_missing() {
    let (world, ..) = by_link();
    for (code, missing) in
        [("", true), ("  ", true), ("ABC123", false), ("5f0c0c5e-0000-4000-8000-000000000000", false)]
    {
        let problem = checked(&world, &code.into(), &Hint::default()).unwrap_err();
        assert_eq!(matches!(problem, CodeProblem::Missing), missing, "{code}");
        let refusal = Refusal::from(problem);
        let shown = if missing { "%s" } else { code };
        assert_eq!((refusal.code(), refusal.description(code)), (18001, format!("Invalid Code '{shown}.'")));
    }
}

#[test]
fn a_link_code_needs_no_hint_and_overlooks_a_wrong_one() {
    let (world, tom, code) = by_link();
    for hint in [hint("", "", ""), hint("nobody", "EMP", "no.tenant")] {
        assert_eq!(checked(&world, &code, &hint).unwrap(), tom);
    }
}

#[test]
fn a_one_time_password_is_good_without_a_hint_and_with_a_right_one() {
    let (world, tom, code) = by_otp();
    for hint in [
        hint("", "", ""),
        hint("tom", "", ""),
        hint("TOM", "primary", "CARBON.super"),
        hint("tom@carbon.super", "", ""),
        hint("PRIMARY/tom", "", ""),
        hint(" ", " ", " "),
    ] {
        assert_eq!(checked(&world, &code, &hint).unwrap(), tom, "{hint:?}");
    }
    for hint in [
        hint("admin", "", ""),
        hint("tom", "EMP", ""),
        hint("tom", "", "wso2.com"),
        hint("tom@wso2.com", "", ""),
    ] {
        assert!(matches!(checked(&world, &code, &hint), Err(CodeProblem::Invalid)), "{hint:?}");
    }
}

// D48, I95, I97
#[test]
fn a_name_may_hold_what_parts_names_from_tenants_and_stores() {
    let world = World::new();
    world.second_store("EMP");
    let there = world.tenant("acme.com");
    for (tenant, domain) in [(SUPER, "carbon.super"), (there, "acme.com")] {
        world.set_in(tenant, OFFLINE, "true");
        for (store, name) in [("PRIMARY", "ann@acme.com"), ("EMP", "ann/smith"), ("EMP", "a/b@x.org")] {
            if tenant != SUPER && store == "EMP" {
                continue;
            }
            let user = world.user_in(tenant, store, name);
            world.trigger(&user).unwrap();
            let code = published(&world, &user);
            // What the login form's redirect says.
            let found = checked(&world, &code, &hint(name, store, domain));
            assert_eq!(found.unwrap(), user, "{name} in {domain}");
            assert!(checked(&world, &code, &hint("ann", store, domain)).is_err(), "somebody else is meant");
        }
    }
}

/// However a guess names somebody by whom the right code would be found, it counts against him.
#[test]
fn a_wrong_code_counts_against_whom_the_right_one_would_open() {
    let world = World::new();
    let there = world.tenant("acme.com");
    let here = world.user("ann@acme.com");
    let ann = world.user_in(there, "PRIMARY", "ann");
    for (tenant, user) in [(SUPER, &here), (there, &ann)] {
        world.set_in(tenant, OFFLINE, "true");
        world.trigger(user).unwrap();
    }
    let [code_here, code_there] = [&here, &ann].map(|user| published(&world, user));
    // One name without a tenant, two people.
    let both = hint("ann@acme.com", "", "");
    assert_eq!(checked(&world, &code_here, &both).unwrap(), here);
    assert_eq!(checked(&world, &code_there, &both).unwrap(), ann);
    assert!(
        checked(&world, &code_there, &hint("ann", "", "")).is_err(),
        "a bare name is one of carbon.super"
    );
    for _ in 0..5 {
        let (now, realm, hint) = (world.now(), world.realm.clone(), both.clone());
        world.write(move |tx| note_wrong_code(tx, now, &realm, &"WRONG1".into(), &hint));
    }
    assert!(checked(&world, &code_here, &hint("ann@acme.com", "", "carbon.super")).is_err());
    assert!(checked(&world, &code_there, &hint("ann", "", "acme.com")).is_err());
}

// F73
#[test]
fn the_same_one_time_password_in_two_tenants_works_for_each_account_alone() {
    let (world, tom, code) = by_otp();
    let there = world.tenant("wso2.com");
    let other = world.user_in(there, "PRIMARY", "tom");
    let (realm, now, kept, user) = (world.realm.clone(), world.now(), code.clone(), other.clone());
    world.write(move |tx| {
        let codes = Codes { link: None, otp: Some(&kept) };
        begin(tx, now, &realm, &user, Scenario::ForcedByOtp, codes, None)
    });
    assert_eq!(world.problem(&code, NEW), Some(18001), "without a hint it could be either");
    let theirs = hint("tom", "PRIMARY", "wso2.com");
    assert_eq!(world.complete_for(&code, &theirs, NEW).unwrap().user, other);
    assert!(world.gets_in("tom@wso2.com", NEW));
    assert_eq!(
        world.refusal("tom", OLD),
        Some(LoginRefusal::WrongCode),
        "the other account is still in reset"
    );
    let again = world.complete_for(&code, &theirs, "Other@123").unwrap_err();
    assert_eq!(again.code(), 18001, "a used code does not reach the other account");
    assert_eq!(world.complete_for(&code, &hint("tom", "PRIMARY", "carbon.super"), NEW).unwrap().user, tom);
}

// D57
#[test]
fn the_present_password_and_the_code_itself_are_no_new_passwords() {
    let (world, tom, code) = by_otp();
    for password in [OLD, code.reveal()] {
        let refused = world.complete(&code, password).unwrap_err();
        assert_eq!(refused.code(), 20035, "{password}");
    }
    assert!(world.row(&tom).is_some(), "the code stays good");
    world.complete(&code, NEW).unwrap();
}

// E58
#[test]
fn a_code_is_good_to_the_last_millisecond_of_its_last_minute() {
    for (minutes, setting) in [(1_440, None), (3, Some("3"))] {
        let (world, _, code) = by_link();
        if let Some(setting) = setting {
            world.set("Recovery.ExpiryTime", setting);
        }
        world.pass_minutes(minutes);
        assert!(checked(&world, &code, &Hint::default()).is_ok());
        world.pass(1);
        assert!(matches!(checked(&world, &code, &Hint::default()), Err(CodeProblem::Expired)));
    }
}

// E59, E62
#[test]
fn an_expired_code_is_said_to_be_and_only_a_new_one_helps() {
    let (world, tom, code) = by_link();
    world.pass_minutes(1_441);
    let refusal = world.complete(&code, NEW).unwrap_err();
    assert_eq!(
        (refusal.code(), refusal.description(code.reveal())),
        (18002, format!("Expired Code '{}.'", code.reveal()))
    );
    assert_eq!(world.refusal("tom", OLD), Some(LoginRefusal::ResetByLink));
    world.trigger(&tom).unwrap();
    world.complete(&world.mails(&tom).last().unwrap().code(), NEW).unwrap();
}

// E61
#[test]
fn an_expired_one_time_password_is_refused_at_login_and_taken_out_of_the_claims() {
    let (world, tom, code) = by_otp();
    world.pass_minutes(1_440);
    assert!(world.redeems("tom", &code));
    world.pass(1);
    assert_eq!(world.refusal("tom", code.reveal()), Some(LoginRefusal::WrongCode));
    assert_eq!(world.claim(&tom, PUBLISHED), None);
    assert_eq!(world.row(&tom).unwrap().wrong_codes, 0, "it is no guess");
    assert_eq!(world.problem(&code, NEW), Some(18002));
}

// E63
#[test]
fn the_expiry_is_read_when_a_code_is_used() {
    let (world, _, code) = by_link();
    world.pass_minutes(60);
    world.set("Recovery.ExpiryTime", "59");
    assert_eq!(world.problem(&code, NEW), Some(18002));
    world.set("Recovery.ExpiryTime", "60");
    world.complete(&code, NEW).unwrap();
}

// E64
#[test]
fn every_tenant_has_its_own_expiry() {
    let (world, _, code) = by_link();
    let there = world.tenant("wso2.com");
    let other = world.user_in(there, "PRIMARY", "ann");
    world.set_in(there, LINK, "true");
    world.set_in(there, "Recovery.ExpiryTime", "1");
    world.trigger(&other).unwrap();
    let theirs = world.mails(&other)[0].code();
    world.pass_minutes(2);
    assert_eq!(world.problem(&theirs, NEW), Some(18002));
    world.complete(&code, NEW).unwrap();
}

// E65
#[test]
fn an_expiry_that_makes_no_sense_counts_as_the_default() {
    for value in ["abc", "0", "-5", "", "1.5"] {
        let (world, _, code) = by_link();
        world.set("Recovery.ExpiryTime", value);
        world.pass_minutes(1_440);
        assert!(checked(&world, &code, &Hint::default()).is_ok(), "{value:?}");
        world.pass(1);
        assert!(checked(&world, &code, &Hint::default()).is_err(), "{value:?}");
    }
}

// F69
#[test]
fn of_twenty_parallel_posts_with_one_code_exactly_one_succeeds() {
    let (world, _, code) = by_link();
    let outcomes: Vec<(String, Option<u32>)> = std::thread::scope(|threads| {
        let posts: Vec<_> = (0..20)
            .map(|number| {
                let (world, code) = (&world, &code);
                threads.spawn(move || {
                    let password = format!("New@12{number:02}");
                    let problem = world.problem(code, &password);
                    (password, problem)
                })
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    let winners: Vec<&String> =
        outcomes.iter().filter(|(_, it)| it.is_none()).map(|(password, _)| password).collect();
    assert_eq!(winners.len(), 1);
    assert!(outcomes.iter().all(|(_, problem)| problem.is_none_or(|code| code == 18001)));
    assert!(world.gets_in("tom", winners[0]));
}

// F70
#[test]
fn a_reset_racing_with_a_new_trigger_never_ends_outside_the_new_reset() {
    for _ in 0..20 {
        let (world, tom, code) = by_link();
        let problem = std::thread::scope(|threads| {
            let post = threads.spawn(|| world.problem(&code, NEW));
            threads.spawn(|| world.trigger(&tom).unwrap());
            post.join().unwrap()
        });
        assert!(problem.is_none_or(|code| code == 18001));
        assert!(world.row(&tom).is_some(), "the trigger stands whichever came first");
        world.complete(&world.mails(&tom).last().unwrap().code(), "Third@123").unwrap();
    }
}

// F72
#[test]
fn a_completion_that_fails_at_its_end_leaves_everything_as_it_was() {
    let (world, tom, code) = by_otp();
    world.open_session(&tom);
    let new = world.prepared(&tom, NEW);
    let (realm, now, kept) = (world.realm.clone(), world.now(), code.clone());
    let failed: Result<(), Refusal> = world.store.write_blocking(move |tx| {
        complete(tx, now, &realm, &kept, &Hint::default(), &new, &Presenter::default())?;
        Err(Error::Broken("power failure").into())
    });
    assert_eq!(failed.unwrap_err().code(), 18013);
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
    assert_eq!((published(&world, &tom).reveal(), world.sessions(&tom)), (code.reveal(), 1));
    world.complete(&code, NEW).unwrap();
}

// G80
#[test]
fn a_completed_reset_unlocks_a_user_locked_by_failures_and_forgets_them() {
    let world = World::new();
    let tom = world.find("tom");
    world.set("account.lock.handler.enable", "true");
    world.set(OFFLINE, "true");
    for _ in 0..5 {
        world.login("tom", "wrong");
    }
    assert_eq!(world.refusal("tom", OLD), Some(LoginRefusal::Locked));
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    assert!(world.redeems("tom", &code), "the lock does not stand in the way of the code");
    world.complete(&code, NEW).unwrap();
    for (claim, value) in [
        ("accountLocked", "false"),
        ("unlockTime", "0"),
        ("failedLoginAttempts", "0"),
        ("failedLoginLockoutCount", "0"),
    ] {
        let uri = format!("http://wso2.org/claims/identity/{claim}");
        assert_eq!(world.claim(&tom, &uri).as_deref(), Some(value), "{claim}");
    }
    assert!(world.gets_in("tom", NEW));
}

// G85
#[test]
fn a_completed_reset_ends_the_sessions_opened_before_it() {
    let (world, tom, code) = by_link();
    world.open_session(&tom);
    world.complete(&code, NEW).unwrap();
    assert_eq!(world.sessions(&tom), 0);
}

// G86
#[test]
fn the_success_mail_goes_out_when_both_settings_say_so() {
    for (notify, internally, expected) in
        [("false", "true", false), ("true", "true", true), ("true", "false", false)]
    {
        let (world, tom, code) = by_link();
        world.set("Recovery.NotifySuccess", notify);
        world.set("Recovery.Notification.InternallyManage", internally);
        world.complete(&code, NEW).unwrap();
        let told = world.mails(&tom).iter().any(|mail| mail.template == "passwordresetsucess");
        assert_eq!(told, expected, "{notify} {internally}");
    }
}

#[test]
fn a_success_mail_that_cannot_be_made_does_not_fail_the_reset() {
    let (world, tom, code) = by_link();
    world.set("Recovery.NotifySuccess", "true");
    world.claims(&tom, &[(MAIL, None)]).unwrap();
    world.complete(&code, NEW).unwrap();
}

#[test]
fn a_completed_reset_drops_the_mail_with_the_code_that_still_waits() {
    let (world, tom, code) = by_link();
    world.complete(&code, NEW).unwrap();
    assert!(world.mails(&tom).is_empty());
}

// H88, H89, H90, H92, L123
#[test]
fn a_refused_password_is_told_by_the_first_broken_rule_and_leaves_the_code_good() {
    let (world, tom, code) = by_link();
    let store_text = "Password length should be within 5 to 30 characters";
    let long = "x".repeat(10_000);
    for password in ["", "ab c@12", "abcd", long.as_str()] {
        let refused = world.complete(&code, password).unwrap_err();
        assert_eq!((refused.code(), refused.description("")), (20035, store_text.to_owned()));
    }
    world.set("passwordPolicy.enable", "true");
    world.set("passwordPolicy.errorMsg", "needs more");
    for (password, text) in [
        ("Ab@1", "Password at least should have 6 characters"),
        ("AbNew @1", store_text),
        ("AbNew@1234567", "Password cannot have more than 12 characters"),
        ("AbNew@xyz", "needs more"),
    ] {
        let refused = world.complete(&code, password).unwrap_err();
        assert_eq!((refused.code(), refused.description("")), (20035, text.to_owned()), "{password}");
    }
    assert!(world.row(&tom).is_some());
    world.complete(&code, NEW).unwrap();
}

// H91
#[test]
fn one_of_the_last_passwords_is_refused_and_an_older_one_is_not() {
    let world = World::new();
    let tom = world.find("tom");
    world.set(LINK, "true");
    world.set("passwordHistory.enable", "true");
    world.set("passwordHistory.count", "2");
    let reset = |password: &str| {
        world.trigger(&tom).unwrap();
        world.problem(&world.mails(&tom).last().unwrap().code(), password)
    };
    assert_eq!(reset("First@123"), None);
    assert_eq!(reset("Second@123"), None);
    assert_eq!(reset("First@123"), Some(22001));
    assert_eq!(reset("Second@123"), Some(22001));
    assert_eq!(reset("Third@123"), None);
    assert_eq!(reset("First@123"), None);
    let text = Refusal::from(Refused::History).description("x");
    assert_eq!(text, "This password has been used in recent history. Please choose a different password");
}

// I95
#[test]
fn a_tenants_one_time_password_is_good_for_its_user() {
    let world = World::new();
    let there = world.tenant("wso2.com");
    let tom = world.user_in(there, "PRIMARY", "tom");
    world.set_in(there, OTP, "true");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    assert!(world.redeems("tom@wso2.com", &code));
    assert!(!world.redeems("tom", &code));
    assert_eq!(world.complete(&code, NEW).unwrap().tenant.domain, "wso2.com");
}

// I99
#[test]
fn a_deactivated_tenants_code_waits_for_the_tenant() {
    let world = World::new();
    let there = world.tenant("wso2.com");
    let tom = world.user_in(there, "PRIMARY", "tom");
    world.set_in(there, LINK, "true");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    let activate = |active: bool| {
        world
            .write(move |tx| Ok(tx.execute("UPDATE tenant SET active = $1 WHERE id = 1", &[active.into()])?));
    };
    activate(false);
    assert_eq!(world.refusal("tom@wso2.com", OLD), Some(LoginRefusal::InactiveTenant));
    assert_eq!(world.problem(&code, NEW), Some(18001));
    activate(true);
    assert_eq!(world.problem(&code, NEW), None);
}

#[test]
fn a_code_of_a_store_out_of_use_waits_for_the_store() {
    let world = World::new();
    world.second_store("LDAP");
    let ann = world.user_in(SUPER, "LDAP", "ann");
    world.set(LINK, "true");
    world.trigger(&ann).unwrap();
    let code = world.mails(&ann)[0].code();
    let disable = |disabled: bool| {
        world.write(move |tx| Ok(tx.execute("UPDATE user_store SET disabled = $1", &[disabled.into()])?));
    };
    disable(true);
    assert_eq!(world.problem(&code, NEW), Some(18001));
    disable(false);
    assert_eq!(world.problem(&code, NEW), None);
}

#[test]
fn a_confirmation_of_a_new_account_sets_no_password() {
    let world = World::new();
    let tom = world.find("tom");
    let code = crate::domain::otp::link_code();
    let (realm, now, kept) = (world.realm.clone(), world.now(), code.clone());
    world.write(move |tx| {
        let codes = Codes { link: Some(&kept), otp: None };
        begin(tx, now, &realm, &tom, Scenario::SelfSignUp, codes, None)
    });
    assert_eq!(world.problem(&code, NEW), Some(18001));
}

#[test]
fn a_forgotten_password_code_sets_the_password_and_leaves_locks_alone() {
    let world = World::new();
    let tom = world.find("tom");
    let code = crate::domain::otp::link_code();
    let (realm, now, kept, user) = (world.realm.clone(), world.now(), code.clone(), tom.clone());
    world.write(move |tx| {
        let codes = Codes { link: Some(&kept), otp: None };
        begin(tx, now, &realm, &user, Scenario::Forgotten, codes, None)
    });
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    world.complete(&code, NEW).unwrap();
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("true"));
}
