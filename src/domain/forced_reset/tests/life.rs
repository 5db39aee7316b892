//! What becomes of a reset that is pending: replaced, cancelled, expired, gone with its user; whom it concerns.

use super::*;

// F66
#[test]
fn forcing_again_replaces_the_link_and_drops_the_mail_that_still_waits() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let first = link_code(&world, &tom);
    world.trigger(&tom).unwrap();
    let mails = world.mails(&tom);
    assert_eq!(mails.len(), 1, "one mail waits, the newer one");
    let second = mails[0].code();
    assert_eq!(world.problem(&first, NEW), Some(18001));
    world.complete(&second, NEW).unwrap();
}

// F67
#[test]
fn forcing_again_replaces_the_published_code() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let first = published(&world, &tom).unwrap();
    world.trigger(&tom).unwrap();
    let second = published(&world, &tom).unwrap();
    assert_ne!(first.reveal(), second.reveal());
    assert_eq!(world.refusal("tom", first.reveal()), Some(Refusal::WrongCode));
    assert!(world.redeems("tom", &second));
}

#[test]
fn forcing_again_without_the_offline_option_takes_the_published_code_away() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    world.set(OFFLINE, "false");
    world.set(LINK, "true");
    world.trigger(&tom).unwrap();
    assert!(published(&world, &tom).is_none());
    assert_eq!(world.problem(&code, NEW), Some(18001));
}

/// Maps the claim of the published code to these attributes.
fn map_code_to(world: &World, attributes: &[(&str, &str)]) {
    use crate::domain::claim_metadata::{LocalClaim, update_local};
    let attributes =
        attributes.iter().map(|(store, name)| ((*store).to_owned(), Some((*name).to_owned()))).collect();
    let claim = LocalClaim { uri: PUBLISHED.to_owned(), attributes, properties: Vec::new() };
    as_admin(world, SUPER, move |tx, now, _, admin| update_local(tx, now, admin, &claim)).unwrap();
}

/// How many attributes hold this value, whatever their names.
fn places(world: &World, value: &str) -> i64 {
    let value = value.to_owned();
    world.read(move |tx| {
        let sql = "SELECT count(*) FROM user_attribute WHERE value = $1";
        Ok(tx.one(sql, &[(&value).into()], "places", |row| row.int(0))?)
    })
}

#[test]
fn a_published_code_follows_its_claim_to_other_attributes_and_is_gone_when_it_was_used() {
    let (world, tom) = with(&[OFFLINE]);
    world.user("zoe");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    map_code_to(&world, &[("PRIMARY", "elsewhere")]);
    assert_eq!(published(&world, &tom).unwrap().reveal(), code.reveal());
    assert_eq!(places(&world, code.reveal()), 1, "and in the old place it is no longer");
    // Another store's mapping is nothing to tom.
    map_code_to(&world, &[("SALES", "theirs"), ("PRIMARY", "elsewhere")]);
    assert_eq!(published(&world, &tom).unwrap().reveal(), code.reveal());
    world.complete(&code, NEW).unwrap();
    assert_eq!(places(&world, code.reveal()), 0);
}

#[test]
fn a_code_whose_new_place_is_taken_is_published_no_longer_but_good() {
    let (world, tom) = with(&[OFFLINE]);
    world.claims(&tom, &[(GIVEN_NAME, Some("Tom"))]).unwrap();
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    map_code_to(&world, &[("PRIMARY", "givenName")]);
    assert_eq!((places(&world, code.reveal()), world.claim(&tom, GIVEN_NAME).as_deref()), (0, Some("Tom")));
    assert!(world.redeems("tom", &code));
}

#[test]
fn a_published_code_goes_with_its_claim() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    let remove = |tx: &mut crate::store::Tx<'_>, now, _: &Realm, admin: &Actor| {
        crate::domain::claim_metadata::remove_local(tx, now, admin, PUBLISHED)
    };
    as_admin(&world, SUPER, remove).unwrap();
    assert_eq!(places(&world, code.reveal()), 0);
}

// F68
#[test]
fn two_triggers_at_the_same_instant_leave_one_row_and_one_good_code() {
    let (world, tom) = with(&[LINK]);
    for _ in 0..50 {
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| world.trigger(&tom).unwrap());
            }
        });
        let mails = world.mails(&tom);
        assert_eq!(mails.len(), 1);
        let good = world.read(|tx| {
            Ok(recovery::check(tx, world.now(), &world.realm, &mails[0].code(), &Hint::default()).is_ok())
        });
        assert!(good);
    }
}

// F74
#[test]
fn a_thousand_triggers_in_a_row_leave_one_row() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    for _ in 0..1_000 {
        world.trigger(&tom).unwrap();
    }
    let rows = world.read(|tx| Ok(tx.one("SELECT COUNT(*) FROM recovery", &[], "n", |row| row.int(0))?));
    assert_eq!((rows, world.all_mails().len()), (1, 1));
    assert!(world.redeems("tom", &published(&world, &tom).unwrap()));
}

// F72
#[test]
fn a_transaction_that_fails_at_its_end_leaves_nothing_of_the_reset() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.open_session(&tom);
    let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
    let failed: Result<(), Error> = world.store.write_blocking(move |tx| {
        let actor = admin(tx, user.tenant)?;
        let mut changes = Changes::default();
        changes.set(TRIGGER, Some("true".to_owned()));
        claim::write(tx, now, &realm, &actor, &user, "default", changes)?;
        assert!(is_pending(tx, user.id.0)?);
        Err(Error::Broken("power failure"))
    });
    assert!(failed.is_err());
    assert_untouched(&world, &tom);
}

// G75
#[test]
fn a_cancelled_reset_leaves_no_lock_and_no_code() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let link = link_code(&world, &tom);
    let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
    let cancelled = world.write(move |tx| {
        let actor = admin(tx, user.tenant)?;
        Ok((cancel(tx, now, &realm, &actor, &user)?, cancel(tx, now, &realm, &actor, &user)?))
    });
    assert_eq!(cancelled, (true, false));
    assert_eq!(world.problem(&link, NEW), Some(18001));
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
}

#[test]
fn a_lock_after_failed_logins_outlives_a_cancelled_reset() {
    let (world, tom) = with(&[LINK]);
    world.set("account.lock.handler.enable", "true");
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    world.trigger(&tom).unwrap();
    world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::Locked));
}

/// Whom his administrator gives a new password would else not get in with it.
#[test]
fn a_lock_by_wrong_codes_ends_with_the_reset() {
    let (world, tom) = with(&[OFFLINE]);
    world.set("account.lock.handler.enable", "true");
    world.set("account.lock.handler.On.Failure.Max.Attempts", "2");
    for way_out in [TRIGGER, LOCKED] {
        world.trigger(&tom).unwrap();
        for _ in 0..2 {
            world.refusal("tom", "ZZZZZZ");
        }
        assert!(world.read(|tx| is_locked(tx, &tom)));
        world.claims(&tom, &[(way_out, Some("false"))]).unwrap();
        assert!(world.gets_in("tom", OLD), "{way_out}");
    }
}

// G78
#[test]
fn a_forgotten_password_link_is_replaced_by_a_forced_reset() {
    let (world, tom) = with(&[LINK]);
    let code = otp::link_code();
    let (realm, user, now, kept) = (world.realm.clone(), tom.clone(), world.now(), code.clone());
    world.write(move |tx| {
        let codes = Codes { link: Some(&kept), otp: None };
        recovery::begin(tx, now, &realm, &user, Scenario::Forgotten, codes, None)
    });
    assert!(world.gets_in("tom", OLD), "a forgotten password does not block logins");
    world.trigger(&tom).unwrap();
    assert_eq!(world.problem(&code, NEW), Some(18001));
}

// G82
#[test]
fn the_reset_mail_is_the_only_one_unless_lock_mails_are_switched_on() {
    for (show, expected) in [
        (false, &["adminforcedpasswordreset"][..]),
        (true, &["adminforcedpasswordreset", "accountlock", "accountunlock"]),
    ] {
        let world = World::with(|policy| policy.show_lock_mails = show);
        let tom = world.find("tom");
        world.set(LINK, "true");
        world.set("account.lock.handler.enable", "true");
        world.trigger(&tom).unwrap();
        let mut templates: Vec<String> = world.mails(&tom).into_iter().map(|mail| mail.template).collect();
        world.complete(&link_code_of(&world, &tom), NEW).unwrap();
        templates.extend(
            world.mails(&tom).into_iter().map(|mail| mail.template).filter(|it| it == "accountunlock"),
        );
        assert_eq!(templates, expected);
    }
}

// G82
#[test]
fn the_lock_of_a_reset_is_announced_when_it_begins_and_ends_and_only_then() {
    let world = World::with(|policy| policy.show_lock_mails = true);
    let tom = world.find("tom");
    world.set(LINK, "true");
    world.set("account.lock.handler.enable", "true");
    let count = |kind| world.mails(&tom).iter().filter(|mail| mail.template == kind).count();
    world.trigger(&tom).unwrap();
    world.trigger(&tom).unwrap();
    assert_eq!((count("accountlock"), count("accountunlock")), (1, 0), "nothing changed with the second");
    world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
    assert_eq!((count("accountlock"), count("accountunlock")), (1, 1));
    // Who is locked anyway stays so.
    world.claims(&tom, &[(LOCKED, Some("true"))]).unwrap();
    assert_eq!(count("accountlock"), 2);
    world.trigger(&tom).unwrap();
    world.claims(&tom, &[(TRIGGER, Some("false"))]).unwrap();
    assert_eq!((count("accountlock"), count("accountunlock")), (2, 1));
    // An unlock that ends both is told once.
    world.trigger(&tom).unwrap();
    world.claims(&tom, &[(LOCKED, Some("false"))]).unwrap();
    assert_eq!((count("accountlock"), count("accountunlock")), (2, 2));
}

#[test]
fn what_is_written_with_a_reset_has_its_own_mails() {
    let (world, tom) = with(&[LINK]);
    let count = |kind| world.mails(&tom).iter().filter(|mail| mail.template == kind).count();
    world.claims(&tom, &[(TRIGGER, Some("true")), (DISABLED, Some("true"))]).unwrap();
    assert_eq!((count("adminforcedpasswordreset"), count("accountdisable")), (1, 1));
    world.claims(&tom, &[(DISABLED, Some("false")), (TRIGGER, Some("true"))]).unwrap();
    assert_eq!(
        (count("adminforcedpasswordreset"), count("accountenable")),
        (1, 1),
        "the first reset mail is dropped"
    );
}

fn link_code_of(world: &World, user: &User) -> Secret {
    world.mails(user).iter().find(|mail| mail.template == "adminforcedpasswordreset").unwrap().code()
}

// G84
#[test]
fn forcing_a_reset_ends_every_session_of_the_user_and_no_other() {
    let (world, tom) = with(&[OFFLINE]);
    let admin = world.find("admin");
    for user in [&tom, &tom, &tom, &admin] {
        world.open_session(user);
    }
    world.trigger(&tom).unwrap();
    assert_eq!((world.sessions(&tom), world.sessions(&admin)), (0, 1));
}

// G87
#[test]
fn an_administrator_who_forces_himself_is_out_until_another_helps() {
    let (world, _) = with(&[LINK]);
    let admin = world.find("admin");
    world.trigger(&admin).unwrap();
    assert_eq!(world.refusal("admin", OLD), Some(Refusal::ResetByLink));
    world.claims(&admin, &[(TRIGGER, Some("false"))]).unwrap();
    assert!(world.gets_in("admin", OLD));
}

// G77
#[test]
fn a_deleted_user_takes_the_reset_along() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let link = link_code(&world, &tom);
    let id = tom.id.0;
    world.write(move |tx| Ok(tx.execute("DELETE FROM user WHERE id = $1", &[id.into()])?));
    let again = world.user("tom");
    assert_eq!(world.problem(&link, NEW), Some(18001));
    assert!(world.row(&again).is_none() && world.gets_in("tom", OLD));
}

// I93
#[test]
fn a_tenants_reset_is_its_own_affair() {
    let (world, tom) = with(&[]);
    let there = world.tenant("wso2.com");
    let other = world.user_in(there, "PRIMARY", "tom");
    world.set_in(there, LINK, "true");
    world.trigger(&tom).unwrap();
    assert!(world.row(&tom).is_none());
    world.trigger(&other).unwrap();
    let mail = &world.mails(&other)[0];
    assert!(
        mail.body.contains("&userstoredomain=PRIMARY&username=tom&tenantdomain=wso2.com\n"),
        "{}",
        mail.body
    );
    assert_eq!(world.refusal("tom@wso2.com", OLD), Some(Refusal::ResetByLink));
    assert!(world.gets_in("tom", OLD));
    world.complete(&mail.code(), NEW).unwrap();
    assert!(world.gets_in("tom@WSO2.com", NEW) && world.gets_in("tom", OLD));
}

// I97
#[test]
fn a_user_of_a_secondary_store_is_reset_under_his_own_store() {
    let (world, tom) = with(&[LINK]);
    world.second_store("EMP");
    let other = world.user_in(SUPER, "EMP", "tom");
    world.trigger(&other).unwrap();
    let mail = &world.mails(&other)[0];
    assert!(
        mail.body.contains("&userstoredomain=EMP&username=tom&tenantdomain=carbon.super"),
        "{}",
        mail.body
    );
    assert!(world.row(&tom).is_none() && world.gets_in("tom", OLD));
    assert_eq!(world.refusal("emp/tom", OLD), Some(Refusal::ResetByLink));
    world.complete(&mail.code(), NEW).unwrap();
    assert!(world.gets_in("EMP/tom", NEW));
}

// (c) of the life cycle
#[test]
fn an_expired_code_is_taken_out_of_the_claims_and_the_user_stays_in_reset() {
    let (world, tom) = with(&[OFFLINE]);
    world.trigger(&tom).unwrap();
    let sweep = || {
        let (realm, now) = (world.realm.clone(), world.now());
        world.write(move |tx| clear_expired(tx, now, &realm))
    };
    world.pass_minutes(1_440);
    assert_eq!(sweep(), 0);
    assert!(published(&world, &tom).is_some());
    world.pass(1);
    assert_eq!(sweep(), 1);
    assert_eq!(sweep(), 0, "there is nothing more to clear");
    assert!(published(&world, &tom).is_none());
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::WrongCode));
    assert!(world.row(&tom).is_some());
}

#[test]
fn a_code_that_has_expired_stays_so_when_codes_are_good_for_longer() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.trigger(&tom).unwrap();
    let (link, otp) = (link_code(&world, &tom), published(&world, &tom).unwrap());
    world.pass_minutes(1_441);
    let (realm, now) = (world.realm.clone(), world.now());
    world.write(move |tx| clear_expired(tx, now, &realm));
    world.set("Recovery.ExpiryTime", "14400");
    for code in [&link, &otp] {
        assert_eq!(world.problem(code, NEW), Some(18002));
    }
    assert!(!world.redeems("tom", &otp));
    // A clock that was ahead for a while has spoilt nothing.
    world.pass_minutes(-1_441);
    world.complete(&link, NEW).unwrap();
    world.pass_minutes(1_441);
    // A new one is good for as long as codes are now.
    world.trigger(&tom).unwrap();
    world.pass_minutes(1_441);
    world.complete(&link_code(&world, &tom), "Third@1234").unwrap();
}

#[test]
fn forcing_and_completing_a_reset_leave_their_marks_in_the_audit_trail_without_the_code() {
    let (world, tom) = with(&[LINK, OFFLINE]);
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom).unwrap();
    world.complete(&code, NEW).unwrap();
    assert_eq!(
        world.audited(&tom),
        ["Force Password Reset", "Change Password by Administrator", "Complete Forced Password Reset"]
    );
    let data: Vec<(String, String)> = world.read(|tx| {
        Ok(tx.query("SELECT initiator, data FROM audit ORDER BY id", &[], |row| {
            Ok((row.text(0)?, row.text(1)?))
        })?)
    });
    assert!(
        data[0].1 == "RecoveryLink, Offline" && data.iter().all(|(_, data)| !data.contains(code.reveal()))
    );
}

#[test]
fn check_changes_nothing() {
    let (world, tom) = with(&[LINK]);
    world.trigger(&tom).unwrap();
    let code = link_code(&world, &tom);
    for _ in 0..3 {
        let found: Result<_, CodeProblem> = Store::read(&world.store, |tx| {
            recovery::check(tx, world.now(), &world.realm, &code, &Hint::default())
        });
        assert_eq!(found.unwrap().user, tom);
    }
}
