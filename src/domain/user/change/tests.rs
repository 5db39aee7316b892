use super::*;
use crate::domain::Secret;
use crate::domain::fixture::*;
use crate::domain::recovery::{Codes, Scenario};

fn adds(
    world: &World,
    name: &str,
    password: &str,
    roles: &[&str],
    claims: &[(&str, &str)],
) -> Option<String> {
    let (name, password) = (name.to_owned(), NewPassword::first(password.into()).unwrap());
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    let mut wanted = Changes::default();
    for (uri, value) in claims {
        wanted.set(*uri, Some((*value).to_owned()));
    }
    as_admin(world, SUPER, move |tx, now, realm, actor| {
        let new = NewUser {
            name: &name,
            password: &password,
            roles: &roles,
            claims: &wanted,
            profile: "default",
            require_change: false,
        };
        add(tx, now, realm, actor, &new)
    })
    .err()
}

fn deletes(world: &World, name: &'static str) -> Option<String> {
    as_admin(world, SUPER, move |tx, now, _, actor| delete(tx, now, actor, name)).err()
}

fn admin_sets(world: &World, name: &'static str, password: &str) -> Option<String> {
    let prepared = match world.read(|tx| look_up(tx, SUPER, name)) {
        Some(user) => world.prepared(&user, password),
        None => NewPassword::first(password.into()).unwrap(),
    };
    as_admin(world, SUPER, move |tx, now, realm, actor| {
        set_password_by_admin(tx, now, realm, actor, name, &prepared)
    })
    .err()
}

/// What the services do outside the write of a change: the old password is verified.
fn verified(world: &World, name: &str, old: &str) -> Option<Credential> {
    let user = world.read(|tx| look_up(tx, SUPER, name))?;
    let current = world.read(|tx| password::current(tx, user.id.0));
    current.filter(|current| current.verify(&old.into()))
}

/// And the write.
fn changes_if(world: &World, name: &'static str, verified: Option<Credential>, new: &str) -> Option<String> {
    let prepared = match world.read(|tx| look_up(tx, SUPER, name)) {
        Some(user) => world.prepared(&user, new),
        None => NewPassword::first(new.into()).unwrap(),
    };
    as_admin(world, SUPER, move |tx, now, realm, actor| {
        change_password(tx, now, realm, actor, name, &prepared, verified.as_ref())
    })
    .err()
}

fn changes(world: &World, name: &'static str, old: &str, new: &str) -> Option<String> {
    changes_if(world, name, verified(world, name, old), new)
}

const WRONG_OLD: &str = "PasswordInvalid Old credential does not match with the existing credentials.";
const STORE_RULE: &str = "Password length should be within 5 to 30 characters";

#[test]
fn an_added_user_has_claims_and_roles_and_signs_in_under_any_letter_case() {
    let world = World::new();
    assert_eq!(adds(&world, "Mary", "Ab@12345", &["Internal/everyone", "admin"], &[(MAIL, "m@x.org")]), None);
    assert!(world.gets_in("mary", "Ab@12345") && !world.gets_in("mary", "ab@12345"));
    let mary = world.find("MARY");
    assert_eq!(world.claim(&mary, MAIL).as_deref(), Some("m@x.org"));
    assert_eq!(world.read(|tx| role::of_user(tx, &mary)), ["admin", "Internal/everyone"]);
    assert_eq!(world.audited(&mary), ["Add User"]);
}

#[test]
fn what_cannot_be_added_is_refused_in_the_kernels_words_and_leaves_nothing() {
    let world = World::new();
    world.write(|tx| Ok(crate::store::user::add_store(tx, SUPER.0, "SALES")?));
    let taken =
        "UserAlreadyExistingUsername 'TOM' already exists in the system. Please pick another username.";
    for (name, password, roles, claims, text) in [
        (
            "",
            "Ab@12345",
            &[][..],
            &[][..],
            "Username  is not valid. User name must be a non null string with following format, [a-zA-Z0-9._-|//]{3,30}$",
        ),
        (
            "x y",
            "Ab@12345",
            &[],
            &[],
            "Username x y is not valid. User name must be a non null string with following format, [a-zA-Z0-9._-|//]{3,30}$",
        ),
        (
            "mary",
            "1234",
            &[],
            &[],
            r"Credential not valid. Credential must be a non null string with following format, ^[\S]{5,30}$",
        ),
        (
            "SALES/ab",
            "Ab@12345",
            &[],
            &[],
            "Username ab is not valid. User name must be a non null string with following format, [a-zA-Z0-9._-|//]{3,30}$",
        ),
        ("NONE/mary", "Ab@12345", &[], &[], "Invalid Domain Name"),
        ("NONE/ab", "Ab@12345", &[], &[], "Invalid Domain Name"),
        ("TOM", "Ab@12345", &[], &[], taken),
        ("mary", "Ab@12345", &["nobodys"], &[], "External role is not exist : nobodys"),
        ("mary", "Ab@12345", &["Internal/nobodys"], &[], "Internal role is not exist : nobodys"),
        ("mary", "Ab@12345", &[], &[("urn:none", "x")], "Invalid claim uri has been provided: urn:none"),
    ] {
        assert_eq!(adds(&world, name, password, roles, claims).as_deref(), Some(text), "{name}");
    }
    assert_eq!(world.read(|tx| look_up(tx, SUPER, "mary")), None);
}

#[test]
fn the_password_policy_holds_for_added_users() {
    let world = World::new();
    world.set("passwordPolicy.enable", "true");
    let text = adds(&world, "mary", "Ab@12", &[], &[]);
    assert_eq!(text.as_deref(), Some("Password at least should have 6 characters"));
    assert_eq!(adds(&world, "mary", "Ab@123", &[], &[]), None);
}

// B22
#[test]
fn the_trigger_among_the_claims_of_a_new_user_forces_nothing() {
    let world = World::new();
    world.set(OTP, "true");
    assert_eq!(adds(&world, "mary", "Ab@12345", &[], &[(TRIGGER, "true"), (MAIL, "m@x.org")]), None);
    assert!(world.gets_in("mary", "Ab@12345"));
    assert!(world.row(&world.find("mary")).is_none() && world.all_mails().is_empty());
}

// G77
#[test]
fn whoever_is_added_as_disabled_or_locked_does_not_get_in() {
    let world = World::new();
    let disabled = "http://wso2.org/claims/identity/accountDisabled";
    assert_eq!(adds(&world, "dora", "Dora@1234", &[], &[(disabled, "true")]), None);
    assert_eq!(adds(&world, "lola", "Lola@1234", &[], &[(LOCKED, "true")]), None);
    // What the profile says is what counts; mails are for those who could do something before.
    assert_eq!(world.claim(&world.find("dora"), disabled).as_deref(), Some("true"));
    assert_eq!(world.claim(&world.find("lola"), LOCKED).as_deref(), Some("true"));
    assert!(!world.gets_in("dora", "Dora@1234"));
    world.set("account.lock.handler.enable", "true");
    assert!(!world.gets_in("lola", "Lola@1234"));
    assert!(world.all_mails().is_empty());
    let (dora, lola) = (world.find("dora"), world.find("lola"));
    world.claims(&dora, &[(disabled, Some("false"))]).unwrap();
    world.claims(&lola, &[(LOCKED, Some("false"))]).unwrap();
    assert!(world.gets_in("dora", "Dora@1234") && world.gets_in("lola", "Lola@1234"));
}

#[test]
fn nobody_is_added_by_the_name_of_the_server_itself_or_of_whoever_is_not_signed_in() {
    let world = World::new();
    world.second_store("OTHER");
    for name in ["wso2.system.user", "WSO2.System.User", "wso2.anonymous.user", "OTHER/wso2.system.user"] {
        let bare = name.rsplit('/').next().unwrap();
        let taken = format!(
            "UserAlreadyExistingUsername '{bare}' already exists in the system. Please pick another username."
        );
        assert_eq!(adds(&world, name, "Some@1234", &[], &[]), Some(taken));
    }
}

#[test]
fn a_deleted_user_takes_a_pending_reset_sessions_and_waiting_mails_along() {
    let world = World::new();
    world.set(LINK, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    world.open_session(&tom);
    assert_eq!(deletes(&world, "TOM"), None);
    assert_eq!((world.sessions(&tom), world.mails(&tom)), (0, vec![]));
    assert_eq!(world.audited(&tom).last().unwrap(), "Delete User");
    assert_eq!(adds(&world, "tom", OLD, &[], &[]), None);
    assert!(world.gets_in("tom", OLD));
    assert_eq!(world.problem(&code, NEW), Some(18001));
}

#[test]
fn some_users_cannot_be_deleted() {
    let world = World::new();
    let taken = adds(&world, "WSO2.anonymous.user", NEW, &[], &[]).unwrap();
    assert!(taken.starts_with("UserAlreadyExisting"), "nobody gets that name: {taken}");
    let tom = world.find("tom");
    for (name, text) in [
        ("admin", "LoggedInUser Cannot delete logged in user"),
        ("wso2.anonymous.user", "AnonymousUserCannot delete anonymous user"),
        ("nobody", "Cannot delete user who is not exist"),
        ("NONE/tom", "Invalid Domain Name"),
    ] {
        assert_eq!(deletes(&world, name).as_deref(), Some(text), "{name}");
    }
    let now = world.now();
    for (name, text) in
        [("tom", "LoggedInUser Cannot delete logged in user"), ("admin", "AdminUserCannot delete admin user")]
    {
        let tom = tom.clone();
        let refused = world.store.write_blocking(move |tx| {
            let tenant = tenant::by_id(tx, SUPER)?.unwrap();
            delete(tx, now, &Actor::of(&tenant, &tom, "tom"), name)
        });
        assert_eq!(refused.unwrap_err().to_string(), text);
    }
    assert!(world.gets_in("tom", OLD) && world.gets_in("admin", OLD));
}

// G75
#[test]
fn a_password_set_by_an_administrator_ends_a_pending_reset_and_all_sessions() {
    let world = World::new();
    world.set(LINK, "true");
    world.set(OFFLINE, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    let code = world.mails(&tom)[0].code();
    world.open_session(&tom);
    assert_eq!(admin_sets(&world, "tom", NEW), None);
    assert!(world.gets_in("tom", NEW) && !world.gets_in("tom", OLD));
    assert_eq!((world.row(&tom), world.sessions(&tom)), (None, 0));
    assert_eq!(world.claim(&tom, LOCKED).as_deref(), Some("false"));
    assert_eq!(world.claim(&tom, PUBLISHED), None);
    assert_eq!(world.problem(&code, "Other@123"), Some(18001));
    let audited = world.audited(&tom);
    assert!(
        audited
            .ends_with(&["Cancel Forced Password Reset".into(), "Change Password by Administrator".into()])
    );
}

#[test]
fn a_refused_password_of_an_administrator_leaves_a_pending_reset_alone() {
    let world = World::new();
    world.set(LINK, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    assert_eq!(admin_sets(&world, "tom", "1234").as_deref(), Some(STORE_RULE));
    assert!(world.row(&tom).is_some() && !world.gets_in("tom", OLD));
    let nobody = admin_sets(&world, "nobody", NEW);
    assert_eq!(nobody.as_deref(), Some("User nobody does not exisit in the user store"));
    let nobody = admin_sets(&world, "nobody", "1234");
    assert_eq!(nobody.as_deref(), Some(STORE_RULE), "the password is looked at before the name");
}

#[test]
fn only_who_knows_the_old_password_changes_it() {
    let world = World::new();
    let tom = world.find("tom");
    world.open_session(&tom);
    assert_eq!(changes(&world, "tom", "wrong", NEW).as_deref(), Some(WRONG_OLD));
    assert_eq!(changes(&world, "nobody", OLD, NEW).as_deref(), Some(WRONG_OLD));
    assert_eq!(changes(&world, "tom", OLD, "1234").as_deref(), Some(STORE_RULE));
    assert!(world.gets_in("tom", OLD) && world.sessions(&tom) == 1);
    assert_eq!(changes(&world, "tom", OLD, NEW), None);
    assert!(world.gets_in("tom", NEW) && !world.gets_in("tom", OLD));
    assert_eq!(world.sessions(&tom), 0);
    assert_eq!(world.audited(&tom).last().unwrap(), "Change Password by User");
}

#[test]
fn the_user_himself_cannot_leave_a_pending_reset_by_changing_the_password() {
    let world = World::new();
    world.set(LINK, "true");
    let tom = world.find("tom");
    world.trigger(&tom).unwrap();
    assert_eq!(changes(&world, "tom", OLD, NEW), None);
    assert!(world.row(&tom).is_some() && !world.gets_in("tom", NEW));
}

#[test]
fn the_history_counts_for_both_ways_of_setting_a_password() {
    let world = World::new();
    world.set("passwordHistory.enable", "true");
    let used = "This password has been used in recent history. Please choose a different password";
    assert_eq!(admin_sets(&world, "tom", NEW), None);
    assert_eq!(admin_sets(&world, "tom", NEW).as_deref(), Some(used));
    assert_eq!(changes(&world, "tom", NEW, NEW).as_deref(), Some(used));
    assert_eq!(changes(&world, "tom", NEW, "Third@123"), None);
    assert_eq!(admin_sets(&world, "tom", NEW).as_deref(), Some(used));
}

#[test]
fn a_password_set_by_an_administrator_leaves_other_users_recoveries_alone() {
    let world = World::new();
    let (tom, mary) = (world.find("tom"), world.user("mary"));
    let (realm, now, owner) = (world.realm.clone(), world.now(), mary.clone());
    world.write(move |tx| {
        let code = Secret::from("link of mary");
        let codes = Codes { link: Some(&code), otp: None };
        recovery::begin(tx, now, &realm, &owner, Scenario::ForcedByLink, codes, None)
    });
    assert_eq!(admin_sets(&world, "tom", NEW), None);
    assert!(world.row(&mary).is_some() && world.row(&tom).is_none());
}

#[test]
fn an_old_password_counts_no_more_once_another_was_set_however_early_it_was_verified() {
    let world = World::new();
    let early = verified(&world, "tom", OLD);
    assert!(early.is_some());
    assert_eq!(admin_sets(&world, "tom", "Admins@1234"), None);
    assert_eq!(changes_if(&world, "tom", early, "Thiefs@1234").as_deref(), Some(WRONG_OLD));
    assert!(world.gets_in("tom", "Admins@1234") && !world.gets_in("tom", "Thiefs@1234"));
}
