//! Users who finish their accounts themselves.

use super::*;
use crate::domain::fixture::*;
use crate::domain::login::Refusal as LoginRefusal;
use crate::domain::password::NewPassword;
use crate::domain::user::{self, NewUser};

const LOCKING: &str = "account.lock.handler.enable";
const VERIFY: &str = "http://wso2.org/claims/identity/verifyEmail";
const ASK: &str = "http://wso2.org/claims/identity/askPassword";
/// What ann is added with.
const FIRST: &str = "First@1234";

/// A world whose users finish their accounts.
fn world() -> World {
    let world = World::new();
    world.set(ENABLED, "true");
    world.set(LOCKING, "true");
    world
}

/// Adds ann with her mail address and these claims.
fn added(world: &World, claims: &[(&str, &str)]) -> Result<User, Error> {
    added_with(world, &[&[(MAIL, "ann@example.org")], claims].concat())
}

fn added_with(world: &World, claims: &[(&str, &str)]) -> Result<User, Error> {
    let mut changes = Changes::default();
    for (uri, value) in claims {
        changes.set(*uri, Some((*value).to_owned()));
    }
    let (realm, now) = (world.realm.clone(), world.now());
    let password = NewPassword::first(FIRST.into()).unwrap();
    world.store.write_blocking(move |tx| {
        let actor = admin(tx, SUPER)?;
        let claims = &changes;
        let new = NewUser {
            name: "ann",
            password: &password,
            roles: &[],
            claims,
            profile: "default",
            require_change: false,
        };
        user::add(tx, now, &realm, &actor, &new)
    })
}

fn deleted(world: &World) {
    world.write(|tx| {
        let actor = admin(tx, SUPER)?;
        user::delete(tx, START, &actor, "ann")
    });
}

/// The mails to ann: kind and code.
fn mailed(world: &World, user: &User) -> Vec<(String, Secret)> {
    world.mails(user).into_iter().map(|mail| (mail.template.clone(), mail.code())).collect()
}

fn confirms(world: &World, code: &Secret) -> Result<(), CodeProblem> {
    let (realm, now, code) = (world.realm.clone(), world.now(), code.clone());
    world.store.write_blocking(move |tx| confirm(tx, now, &realm, &code, &Hint::default()).map(drop))
}

fn is_locked_out(world: &World, password: &str) -> bool {
    matches!(world.refusal("ann", password), Some(LoginRefusal::Locked | LoginRefusal::Unconfirmed))
}

#[test]
fn who_is_to_choose_his_password_does_so_by_the_link_and_is_let_in_then() {
    let world = world();
    let user = added(&world, &[(ASK, "true")]).unwrap();
    assert!(is_locked_out(&world, FIRST));
    let mails = mailed(&world, &user);
    let [(kind, code)] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(kind, "askpassword");
    assert!(matches!(confirms(&world, code), Err(CodeProblem::Invalid)), "it is a code for another page");
    world.complete(code, NEW).unwrap();
    assert!(world.gets_in("ann", NEW) && !world.gets_in("ann", FIRST));
    assert_eq!(world.problem(code, "Third@1234"), Some(18001));
    assert_eq!(world.claim(&user, LOCKED).as_deref(), Some("false"));
    assert_eq!(world.claim(&user, ASK), None, "it is not kept");
}

#[test]
fn who_is_to_confirm_his_address_is_let_in_with_the_password_he_has() {
    let world = world();
    let user = added(&world, &[(VERIFY, "TRUE"), (ASK, "true")]).unwrap();
    assert!(is_locked_out(&world, FIRST));
    let mails = mailed(&world, &user);
    let [(kind, code)] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(kind, "emailconfirm");
    assert_eq!(world.problem(code, NEW), Some(18001), "it sets no password");
    confirms(&world, code).unwrap();
    assert!(world.gets_in("ann", FIRST));
    assert_eq!(world.claim(&user, VERIFIED).as_deref(), Some("true"));
    assert_eq!((world.claim(&user, VERIFY), world.claim(&user, ASK)), (None, None));
    assert_eq!(world.audited(&user).last().map(String::as_str), Some("Confirm User Account"));
    assert!(matches!(confirms(&world, code), Err(CodeProblem::Invalid)));
}

#[test]
fn a_link_that_comes_too_late_lets_nobody_in() {
    let world = world();
    let user = added(&world, &[(VERIFY, "true")]).unwrap();
    let (_, code) = mailed(&world, &user).remove(0);
    world.pass_minutes(1_440);
    world.pass(1);
    assert!(matches!(confirms(&world, &code), Err(CodeProblem::Expired)));
    assert!(is_locked_out(&world, FIRST));
    assert!(matches!(confirms(&world, &"".into()), Err(CodeProblem::Missing)));
}

#[test]
fn nobody_is_asked_while_it_is_off_or_who_is_not_to_be() {
    let world = world();
    for (uri, value) in [(ASK, "false"), (VERIFY, "")] {
        let user = added(&world, &[(uri, value)]).unwrap();
        assert!(world.gets_in("ann", FIRST) && mailed(&world, &user).is_empty(), "{uri}");
        assert_eq!(world.claim(&user, uri), None);
        deleted(&world);
    }
    world.set(ENABLED, "false");
    let user = added(&world, &[(ASK, "true")]).unwrap();
    assert!(world.gets_in("ann", FIRST) && mailed(&world, &user).is_empty());
    assert_eq!(world.claim(&user, ASK).as_deref(), Some("true"), "a claim like any other");
}

#[test]
fn the_tenant_decides_whether_there_is_a_lock_and_whether_a_mail() {
    let world = world();
    world.set(MAILS, "false");
    let user = added(&world, &[(ASK, "true")]).unwrap();
    assert!(is_locked_out(&world, FIRST) && mailed(&world, &user).is_empty());
    deleted(&world);
    world.set(MAILS, "true");
    world.set(LOCKS, "false");
    let user = added(&world, &[(ASK, "true")]).unwrap();
    assert!(world.gets_in("ann", FIRST));
    let (_, code) = mailed(&world, &user).remove(0);
    world.complete(&code, NEW).unwrap();
    assert!(world.gets_in("ann", NEW) && !world.gets_in("ann", FIRST));
}

/// As in the original.
#[test]
fn where_accounts_are_not_locked_only_who_is_to_confirm_is_kept_out() {
    let world = world();
    world.set(LOCKING, "false");
    added(&world, &[(ASK, "true")]).unwrap();
    assert!(world.gets_in("ann", FIRST));
    deleted(&world);
    let user = added(&world, &[(VERIFY, "true")]).unwrap();
    assert!(matches!(world.refusal("ann", FIRST), Some(LoginRefusal::Unconfirmed)));
    confirms(&world, &mailed(&world, &user).remove(0).1).unwrap();
    assert!(world.gets_in("ann", FIRST));
}

/// The link may lie in a mailbox that is somebody else's, and a mail of before lifts no lock of later.
#[test]
fn a_link_ends_with_what_an_administrator_decides() {
    let world = world();
    let user = added(&world, &[(ASK, "true")]).unwrap();
    let (_, code) = mailed(&world, &user).remove(0);
    let (realm, now) = (world.realm.clone(), world.now());
    world.write(move |tx| {
        let (actor, password) = (admin(tx, SUPER)?, NewPassword::first("Given@1234".into())?);
        user::set_password_by_admin(tx, now, &realm, &actor, "ann", &password)
    });
    assert!(world.gets_in("ann", "Given@1234"));
    assert_eq!(world.problem(&code, NEW), Some(18001));
    deleted(&world);

    let user = added(&world, &[(VERIFY, "true")]).unwrap();
    let (_, code) = mailed(&world, &user).remove(0);
    world.claims(&user, &[(LOCKED, Some("true"))]).unwrap();
    assert!(world.row(&user).is_some(), "who writes back what he read decides nothing");
    world.claims(&user, &[(LOCKED, Some("false"))]).unwrap();
    assert!(world.gets_in("ann", FIRST));
    world.claims(&user, &[(LOCKED, Some("true"))]).unwrap();
    assert!(matches!(confirms(&world, &code), Err(CodeProblem::Invalid)));
    assert!(matches!(world.refusal("ann", FIRST), Some(LoginRefusal::Locked)));
}

#[test]
fn a_user_who_cannot_be_reached_is_not_added() {
    let world = world();
    let refused = added_with(&world, &[(ASK, "true")]).unwrap_err().to_string();
    assert!(refused.contains("Sending email address is not configured for the user."), "{refused}");
    assert!(world.read(|tx| user::look_up(tx, SUPER, "ann")).is_none());
}
