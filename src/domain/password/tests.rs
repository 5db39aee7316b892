use super::*;
use crate::domain::fixture::*;

/// What [`check_text`] says about a password of tom; empty when it is taken.
fn verdict(world: &World, plain: &str) -> String {
    let realm = world.realm.clone();
    let checked = world.read(|tx| check_text(tx, &realm, SUPER, "tom", &plain.into()));
    checked.err().map(|refused| refused.to_string()).unwrap_or_default()
}

#[test]
fn without_a_policy_only_the_user_stores_pattern_counts() {
    let world = World::new();
    for good in ["12345", "tomtomtom", "x".repeat(30).as_str(), "pässwörd"] {
        assert_eq!(verdict(&world, good), "", "{good}");
    }
    for bad in ["", "1234", "with blank", "x".repeat(31).as_str(), "tab\there"] {
        assert_eq!(verdict(&world, bad), "Password length should be within 5 to 30 characters", "{bad}");
    }
}

#[test]
fn nobody_types_more_than_a_kilobyte_whatever_the_expression_takes() {
    let world = World::with(|policy| policy.password_pattern = "^.*$".into());
    assert_eq!(verdict(&world, &"x".repeat(1_024)), "");
    assert_eq!(verdict(&world, &"x".repeat(1_025)), world.realm.policy.password_message);
}

// H88, H89, H90
#[test]
fn the_policy_speaks_in_its_order_of_its_length_before_the_user_store() {
    let world = World::new();
    world.set("passwordPolicy.enable", "true");
    world.set("passwordPolicy.min.length", "8");
    world.set("passwordPolicy.errorMsg", "'pattern violated'");
    for (password, text) in [
        ("Ab@1", "Password at least should have 8 characters"),
        ("Abcdef @1", "Password length should be within 5 to 30 characters"),
        ("Abcdefgh@1234", "Password cannot have more than 12 characters"),
        ("abcdefgh", "'pattern violated'"),
        ("Abcdefg@1", ""),
    ] {
        assert_eq!(verdict(&world, password), text, "{password}");
    }
    let realm = world.realm.clone();
    let own_name = world.read(|tx| check_text(tx, &realm, SUPER, "Abcdefg@1", &"aBCDEFG@1".into()));
    assert_eq!(own_name.unwrap_err().to_string(), "Cannot use the username as the password");
}

#[test]
fn a_pattern_that_is_none_counts_as_the_default_and_shuts_nobody_out() {
    let world = World::new();
    world.set("passwordPolicy.enable", "true");
    world.set("passwordPolicy.errorMsg", " ");
    for pattern in ["", "  ", "[a-z", "(?=.*\\d"] {
        world.set("passwordPolicy.pattern", pattern);
        assert_eq!(verdict(&world, "Abcdef@1"), "", "{pattern}");
        let refused = verdict(&world, "abcdefgh");
        assert!(refused.starts_with("'Password pattern policy violated."), "{pattern}: {refused}");
    }
    world.set("passwordPolicy.pattern", "[a-z]+");
    assert_eq!(verdict(&world, "abcdefgh"), "");
}

#[test]
fn characters_are_counted_as_java_counts_them() {
    let world = World::new();
    world.set("passwordPolicy.enable", "true");
    world.set("passwordPolicy.pattern", ".*");
    // Six letters outside the basic plane are twelve units.
    assert_eq!(verdict(&world, "😀😀😀😀😀😀"), "");
    assert_eq!(verdict(&world, "😀😀😀😀😀😀x"), "Password cannot have more than 12 characters");
}

// H91
#[test]
fn the_history_holds_the_last_passwords_set_while_it_was_on() {
    let world = World::new();
    let tom = world.find("tom");
    let change = |password: &str| {
        let new = world.prepared(&tom, password);
        let (realm, user, now) = (world.realm.clone(), tom.clone(), world.now());
        world.write(move |tx| {
            let checked = check(tx, &realm, SUPER, user.id.0, &user.name, &new)?;
            if checked.is_ok() {
                set(tx, now, SUPER, user.id.0, &new)?;
            }
            Ok(checked)
        })
    };
    assert_eq!(change("Before@1"), Ok(()));
    world.set("passwordHistory.enable", "true");
    world.set("passwordHistory.count", "2");
    assert_eq!(change("Before@1"), Ok(()), "nothing was remembered while it was off");
    assert_eq!(change("Second@1"), Ok(()));
    assert_eq!(change("Before@1"), Err(Refused::History));
    assert_eq!(change("Third@1"), Ok(()));
    assert_eq!(change("Before@1"), Ok(()), "only the last two are remembered");
    world.set("passwordHistory.count", "0");
    assert_eq!(change("Before@1"), Ok(()));
}

#[test]
fn codes_are_those_of_the_recovery_api() {
    assert_eq!(Refused::History.code(), 22001);
    for refused in [Refused::Unchanged, Refused::Store(String::new()), Refused::Policy(String::new())] {
        assert_eq!(refused.code(), 20035);
    }
}

#[test]
fn a_new_password_never_shows_in_debug_output() {
    let new = NewPassword::first("Visible@1".into()).unwrap();
    let printed = format!("{new:?}");
    assert!(!printed.contains("Visible") && !printed.contains("argon2"), "{printed}");
}
