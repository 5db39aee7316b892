use super::*;
use crate::domain::credential;
use crate::domain::fixture::*;
use crate::domain::lockout::{ATTEMPTS, DISABLED, LOCKOUTS, UNLOCK_TIME};
use crate::store::scratch::Scratch;

mod locking;
mod remembered;

const MINUTE: i64 = 60_000;

/// A world that locks accounts after failures.
fn locking() -> (World, User) {
    let world = World::new();
    world.set("account.lock.handler.enable", "true");
    let tom = world.find("tom");
    (world, tom)
}

fn counted(failed: i64, max: i64) -> Option<Refusal> {
    Some(Refusal::WrongPassword { counted: Some(Attempts { failed, max }) })
}

fn recognised(world: &World, name: &str, password: &str) -> Option<SignedIn> {
    let presented = Presented { user_name: name.into(), password: password.into() };
    world.read(|tx| recognise(tx, world.now(), &world.realm, &presented))
}

fn published(world: &World, user: &User) -> Secret {
    Secret::new(world.claim(user, PUBLISHED).unwrap())
}

#[test]
fn the_right_password_lets_in_and_the_session_shows_the_typed_name() {
    let world = World::new();
    for (typed, shown) in [
        ("tom", "tom"),
        ("TOM", "TOM"),
        ("tom@carbon.super", "tom"),
        ("tom@CARBON.Super", "tom"),
        ("PRIMARY/tom", "PRIMARY/tom"),
        ("primary/tom@carbon.super", "primary/tom"),
    ] {
        match world.login(typed, OLD) {
            Outcome::In(signed_in) => {
                assert_eq!(signed_in.session_name, shown, "{typed}");
                assert_eq!(
                    (signed_in.user.name.as_str(), signed_in.tenant.domain.as_str()),
                    ("tom", "carbon.super")
                );
            }
            other => panic!("{typed}: {other:?}"),
        }
    }
}

#[test]
fn every_refusal_has_the_code_of_the_original() {
    let world = World::new();
    let there = world.tenant("closed.example");
    world.user_in(there, "PRIMARY", "tom");
    world.write(|tx| Ok(tx.execute("UPDATE tenant SET active = 0 WHERE id = 1", &[])?));
    for (name, password, refusal, code) in [
        ("tom@no.tenant", OLD, Refusal::UnknownTenant, None),
        ("tom@closed.example", OLD, Refusal::InactiveTenant, None),
        ("nobody", OLD, Refusal::UnknownUser, Some(17001)),
        ("NOSUCH/tom", OLD, Refusal::UnknownUser, Some(17001)),
        ("", OLD, Refusal::UnknownUser, Some(17001)),
        ("tom", "wrong", Refusal::WrongPassword { counted: None }, None),
        ("tom", "", Refusal::WrongPassword { counted: None }, None),
    ] {
        assert_eq!(world.refusal(name, password), Some(refusal), "{name}");
        assert_eq!(refusal.code(), code);
    }
}

// C33, C34
#[test]
fn a_forced_user_with_the_right_password_is_still_refused() {
    let world = World::new();
    world.set(LINK, "true");
    world.trigger(&world.find("tom")).unwrap();
    for face in [Face::Browser, Face::Services] {
        match world.login_at(face, "tom", OLD) {
            Outcome::Refused(refusal) => assert_eq!(refusal.code(), Some(17006)),
            other => panic!("{other:?}"),
        }
    }
}

// D51, D52
#[test]
fn with_a_one_time_password_pending_only_the_code_itself_is_good() {
    let (world, tom) = locking();
    world.set(OFFLINE, "true");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    for password in [OLD, "wrong", "", &code.reveal().to_lowercase(), &format!("{}x", code.reveal())] {
        let refusal = world.refusal("tom", password);
        // A code of digits alone has no lower case.
        if password != code.reveal() {
            assert_eq!(refusal.and_then(Refusal::code), Some(17008), "{password:?}");
        }
    }
}

// D53, D48
#[test]
fn the_right_code_names_user_store_and_tenant_for_the_reset_page() {
    let world = World::new();
    world.set(OTP, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    match world.login("TOM@carbon.super", code.reveal()) {
        Outcome::Redeem(right) => {
            assert_eq!((right.user, right.tenant.domain.as_str()), (tom, "carbon.super"));
            assert_eq!(right.code.reveal(), code.reveal());
        }
        other => panic!("{other:?}"),
    }
}

// D55
#[test]
fn the_right_code_over_basic_auth_is_refused_and_stays_good_for_the_browser() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    for _ in 0..10 {
        match world.login_at(Face::Services, "tom", code.reveal()) {
            Outcome::Refused(refusal) => assert_eq!(refusal.code(), Some(17007)),
            other => panic!("{other:?}"),
        }
    }
    assert!(world.redeems("tom", &code));
}

// J101
#[test]
fn wrong_codes_void_the_code_at_the_limit_and_a_new_trigger_helps() {
    let world = World::with(|policy| policy.wrong_code_limit = 3);
    world.set(OFFLINE, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    for guess in ["AAAAAA", "BBBBBB"] {
        assert_eq!(world.refusal("tom", guess), Some(Refusal::WrongCode));
    }
    assert!(world.redeems("tom", &code), "two guesses are allowed");
    assert_eq!(world.refusal("tom", "CCCCCC"), Some(Refusal::WrongCode));
    assert_eq!(world.refusal("tom", code.reveal()), Some(Refusal::WrongCode));
    assert_eq!(world.problem(&code, NEW), Some(18001));
    assert_eq!(world.claim(&tom, PUBLISHED), None);
    assert!(
        world.audited(&tom).contains(&"Void One Time Password".to_owned()),
        "the administrator can see it"
    );
    world.trigger(&tom).unwrap();
    assert!(world.redeems("tom", &published(&world, &tom)));
}

#[test]
fn a_client_that_keeps_presenting_the_old_password_voids_nothing() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    for face in [Face::Services, Face::Browser] {
        for _ in 0..6 {
            world.login_at(face, "tom", OLD);
        }
    }
    assert_eq!(world.row(&tom).unwrap().wrong_codes, 0);
    assert!(world.redeems("tom", &published(&world, &tom)));
}

#[test]
fn with_link_and_offline_wrong_codes_void_the_typed_code_but_not_the_link() {
    let world = World::with(|policy| policy.wrong_code_limit = 2);
    world.set(OFFLINE, "true");
    world.set(LINK, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    for guess in ["AAAAAA", "BBBBBB", code.reveal()] {
        assert_eq!(world.refusal("tom", guess), Some(Refusal::ResetByLink), "{guess}");
    }
    world.complete(&world.mails(&tom)[0].code(), NEW).unwrap();
}

#[test]
fn disabling_and_enabling_are_announced_and_a_missing_address_does_not_matter() {
    let world = World::new();
    let tom = world.find("tom");
    for value in ["true", "true", "false"] {
        world.claims(&tom, &[(DISABLED, Some(value))]).unwrap();
    }
    let templates: Vec<String> = world.mails(&tom).into_iter().map(|mail| mail.template).collect();
    assert_eq!(templates, ["accountdisable", "accountenable"]);
    world.claims(&tom, &[(MAIL, None)]).unwrap();
    world.claims(&tom, &[(DISABLED, Some("true"))]).unwrap();
    assert_eq!(world.refusal("tom", OLD), Some(Refusal::Disabled));
}

#[test]
fn a_disabled_user_is_refused_before_anything_else_and_nothing_is_counted() {
    let (world, tom) = locking();
    world.claims(&tom, &[(DISABLED, Some("True"))]).unwrap();
    for password in [OLD, "wrong"] {
        assert_eq!(world.refusal("tom", password), Some(Refusal::Disabled));
    }
    assert_eq!(world.claim(&tom, ATTEMPTS), None);
}

#[test]
fn the_attribute_active_refuses_unless_it_says_true() {
    let world = World::new();
    let tom = world.find("tom");
    for (value, refused) in [("false", true), ("no", true), ("true", false), ("TRUE", false), ("", false)] {
        let id = tom.id.0;
        world.write(move |tx| {
            Ok(tx.execute(
                "INSERT INTO user_attribute (user_id, name, value) VALUES ($1, 'active', $2) \
                 ON CONFLICT (user_id, profile, name) DO UPDATE SET value = excluded.value",
                &[id.into(), value.into()],
            )?)
        });
        assert_eq!(world.refusal("tom", OLD), refused.then_some(Refusal::Inactive), "{value:?}");
    }
}

#[test]
fn an_unconfirmed_account_says_so_only_while_it_is_locked() {
    let world = World::new();
    let tom = world.find("tom");
    for (locked, refusal) in [("false", None), ("true", Some(Refusal::Unconfirmed))] {
        world.claims(&tom, &[(LOCKED, Some(locked))]).unwrap();
        let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
        world.write(move |tx| {
            let codes = recovery::Codes::default();
            recovery::begin(tx, now, &realm, &user, Scenario::SelfSignUp, codes, None)
        });
        assert_eq!(world.refusal("tom", OLD), refusal);
    }
}

#[test]
fn a_password_that_had_to_be_changed_counts_for_a_day_but_for_ever_in_the_primary_store() {
    let world = World::new();
    world.second_store("SALES");
    world.user_in(SUPER, "SALES", "sue");
    let set_at = world.now().0;
    world.write(move |tx| {
        let sql = "UPDATE user SET require_change = 1, password_changed_at = $1";
        Ok(tx.execute(sql, &[set_at.into()])?)
    });
    world.pass(24 * 60 * MINUTE);
    assert!(world.gets_in("tom", OLD) && world.gets_in("SALES/sue", OLD));
    world.pass(1);
    assert_eq!(world.refusal("SALES/sue", OLD), Some(Refusal::WrongPassword { counted: None }));
    assert!(world.gets_in("tom", OLD), "a directory does not keep it");
}

#[test]
fn an_imported_hash_is_replaced_at_the_next_successful_login_only() {
    let world = World::new();
    let tom = world.find("tom");
    let imported = Credential::import_ldap("{SHA-256}jGl25bVBBBW96Qi9Te4V37Fnqchz/Eu4qB9vKrRIqRg=").unwrap();
    let id = tom.id.0;
    let (stored, kept) = (imported.stored().to_owned(), imported.stored().to_owned());
    world.write(move |tx| {
        Ok(tx.execute("UPDATE user SET credential = $1 WHERE id = $2", &[(&stored).into(), id.into()])?)
    });
    let credential = || world.read(|tx| Ok(store::login::credential(tx, id)?)).unwrap();
    assert_eq!(world.refusal("tom", "wrong"), Some(Refusal::WrongPassword { counted: None }));
    assert_eq!(credential(), kept);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| assert!(world.gets_in("tom", "admin")));
        }
    });
    assert!(credential().starts_with("$argon2id$"));
    assert!(world.gets_in("tom", "admin") && recognised(&world, "tom", "admin").is_some());
}

#[test]
fn a_login_decided_before_a_reset_was_forced_no_longer_stands() {
    let world = World::new();
    world.set(LINK, "true");
    let tom = world.find("tom");
    let Outcome::In(signed_in) = world.login("tom", OLD) else { panic!("refused") };
    let stands = |world: &World| world.read(|tx| still_stands(tx, world.now(), &world.realm, &signed_in));
    assert!(stands(&world));
    world.trigger(&tom).unwrap();
    assert!(!stands(&world));
    world.claims(&tom, &[(crate::domain::forced_reset::TRIGGER, Some("false"))]).unwrap();
    assert!(stands(&world));
    let new = world.prepared(&tom, NEW);
    let now = world.now();
    world.write(move |tx| crate::domain::password::set(tx, now, SUPER, tom.id.0, &new));
    assert!(!stands(&world));
}

#[test]
fn a_password_changed_between_the_hash_and_the_write_is_looked_at_again() {
    let (world, tom) = locking();
    let presented = Presented { user_name: "tom".into(), password: OLD.into() };
    let look_and_decide = || {
        let Known::Users(asked) =
            world.read(|tx| look(tx, &world.realm, &presented.user_name, Face::Browser))
        else {
            panic!("nobody")
        };
        let decided = decide(world.now(), &world.realm, &presented, &asked).unwrap();
        (asked, decided)
    };
    let (asked, decided) = look_and_decide();
    assert!(decided[0].verdict == Verdict::In);
    let new = world.prepared(&tom, NEW);
    let (realm, now, kept) = (world.realm.clone(), world.now(), presented.clone());
    let recorded = world.write(move |tx| {
        crate::domain::password::set(tx, now, SUPER, tom.id.0, &new)?;
        record(tx, now, &realm, &kept, &asked, decided)
    });
    assert!(recorded.is_none());
    assert!(!look_and_decide().1[0].right);
}

// 2.2, I98
#[test]
fn the_stores_are_tried_in_their_order_and_the_one_whose_password_fits_wins() {
    let (world, tom) = locking();
    world.write(|tx| {
        for (domain, position, disabled) in [("EMP", 2, false), ("HR", 1, false), ("OLD", 3, true)] {
            tx.execute(
                "INSERT INTO user_store (tenant_id, domain, position, disabled) VALUES (-1234, $1, $2, $3)",
                &[domain.into(), i64::from(position).into(), disabled.into()],
            )?;
        }
        Ok(())
    });
    let emp = world.user_in(SUPER, "EMP", "Tom");
    let new = world.prepared(&emp, NEW);
    let (now, id) = (world.now(), emp.id.0);
    world.write(move |tx| crate::domain::password::set(tx, now, SUPER, id, &new));
    let Outcome::In(signed_in) = world.login("tom", NEW) else { panic!("refused") };
    assert_eq!((signed_in.user.domain.as_str(), signed_in.session_name.as_str()), ("EMP", "tom"));
    assert_eq!(world.claim(&tom, ATTEMPTS), None, "it was no failure of the other tom");
    assert!(matches!(world.login("EMP/TOM", NEW), Outcome::In(_)));
    assert_eq!(world.refusal("HR/tom", NEW), Some(Refusal::UnknownUser));
    world.user_in(SUPER, "OLD", "ann");
    for name in ["ann", "OLD/ann"] {
        assert_eq!(world.refusal(name, OLD), Some(Refusal::UnknownUser), "a disabled store is not asked");
    }
}

// I98
#[test]
fn names_are_compared_without_letter_case() {
    let world = World::new();
    world.set(OFFLINE, "true");
    let tom = world.find("TOM");
    world.trigger(&tom).unwrap();
    let code = published(&world, &tom);
    assert_eq!(world.refusal("tOm", OLD), Some(Refusal::WrongCode));
    assert!(world.redeems("ToM", &code));
}

// J100: every refusal is one read, one hash and one write; the counts are visible to the operator.
#[test]
fn every_refusal_leaves_exactly_one_tally() {
    let world = World::new();
    world.set(LINK, "true");
    world.trigger(&world.find("admin")).unwrap();
    for (name, reason) in [
        ("nobody", "unknown_user"),
        ("tom", "wrong_password"),
        ("admin", "reset_by_link"),
        ("a@b.c", "unknown_tenant"),
    ] {
        let tally = || {
            let all = world.read(|tx| Ok(store::login::tallies(tx)?));
            (
                all.iter().map(|(_, count)| count).sum::<i64>(),
                all.iter().find(|(it, _)| it == reason).map(|it| it.1),
            )
        };
        let (before, _) = tally();
        world.login(name, "wrong");
        assert_eq!(tally(), (before + 1, Some(1)), "{name}");
    }
}

// J100
#[test]
fn every_outcome_takes_exactly_one_hash_whoever_is_meant() {
    let (world, tom) = locking();
    credential::verify_nobody(&"the hash of nobody is made at its first use".into());
    let hashes = |name: &str, password: &str| {
        let before = credential::COMPUTED.get();
        world.login(name, password);
        credential::COMPUTED.get() - before
    };
    for (name, password) in
        [("nobody", OLD), ("tom@no.tenant", OLD), ("NO/tom", OLD), ("tom", "wrong"), ("tom", OLD)]
    {
        assert_eq!(hashes(name, password), 1, "{name} {password}");
    }
    for claim in [(DISABLED, "true"), (LOCKED, "true")] {
        world.claims(&tom, &[(claim.0, Some(claim.1))]).unwrap();
        assert_eq!(hashes("tom", OLD), 1, "{claim:?}");
        world.claims(&tom, &[(claim.0, Some("false"))]).unwrap();
    }
    for option in [LINK, OFFLINE] {
        world.set(option, "true");
        world.trigger(&tom).unwrap();
        for password in [OLD, "wrong", "ABC123"] {
            assert_eq!(hashes("tom", password), 1, "{option} {password}");
        }
    }
    assert_eq!(hashes("tom", published(&world, &tom).reveal()), 1, "the right code");
}

#[test]
fn a_write_that_fails_lets_nobody_in() {
    let world = World::new();
    world.set("account.lock.handler.enable", "true");
    let dir = Scratch::new();
    let other = Store::open(dir.path()).unwrap();
    let presented = Presented { user_name: "tom".into(), password: OLD.into() };
    world.store.close();
    assert!(attempt(&world.store, world.now(), &world.realm, &presented, Face::Browser).is_err());
    // An empty database knows no tenant; that is a refusal like any other.
    assert!(matches!(
        attempt(&other, world.now(), &world.realm, &presented, Face::Browser),
        Ok(Outcome::Refused(Refusal::UnknownTenant))
    ));
}
