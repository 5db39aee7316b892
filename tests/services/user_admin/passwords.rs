//! Passwords that administrators set, and that users change.

use super::*;

#[test]
fn an_administrator_sets_passwords_of_others_and_everybody_changes_his_own() {
    let world = world();
    let admin = world.admin();
    done(&admin, "changePassword", &[("userName", TOM), ("newPassword", NEW)]);
    assert!(world.caller(TOM, NEW).is_known() && !world.caller(TOM, OLD).is_known());
    assert_eq!(
        refused(&admin, "changePassword", &[("userName", "admin"), ("newPassword", NEW)]),
        "An attempt to change password with out providing old password"
    );
    assert_eq!(
        refused(&world.caller(HUGO, OLD), "changePassword", &[("userName", "admin"), ("newPassword", NEW)]),
        "You have not privilege to change password of Admin user"
    );
    let short = "Password length should be within 5 to 30 characters";
    assert_eq!(refused(&admin, "changePassword", &[("userName", TOM), ("newPassword", "x")]), short);
    assert_eq!(
        refused(&admin, "changePassword", &[("userName", "nobody"), ("newPassword", NEW)]),
        "User nobody does not exisit in the user store"
    );
    let anybody = Caller::anonymous(&world.client());
    let change = |name: &str, old: &str, new: &str| {
        [("userName", name.to_owned()), ("oldPassword", old.to_owned()), ("newPassword", new.to_owned())]
    };
    let arguments = |change: &[(&'static str, String); 3]| change.clone();
    let run = |name: &str, old: &str, new: &str| {
        let change = arguments(&change(name, old, new));
        let content: Vec<(&str, &str)> = change.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let answer =
            anybody.call(SERVICE, "changePasswordByUser", &request("changePasswordByUser", &texts(&content)));
        if answer.status == 200 { String::new() } else { Fault::of(&answer).text }
    };
    assert_eq!(run("tom@carbon.super", NEW, OLD), "");
    assert!(world.caller(TOM, OLD).is_known());
    let wrong = "Error while updating password. Wrong old credential provided ";
    assert_eq!(run(TOM, "Wrong@1234", NEW), wrong);
    assert_eq!(run("nobody", OLD, NEW), wrong);
    assert_eq!(run(TOM, OLD, "x"), short);
    let null = "Exception occurred while trying to invoke service method changePasswordByUser";
    assert_eq!(run("tom@nowhere.example", OLD, NEW), null);
    let nobody = anybody.fault(SERVICE, "changePasswordByUser", &request("changePasswordByUser", ""));
    assert_eq!(nobody.text, null);
    world.tenant_with_tom("acme.example", &[]);
    assert_eq!(run("tom@acme.example", OLD, NEW), "");
    assert!(world.caller("tom@acme.example", NEW).is_known());
    assert!(world.caller(TOM, OLD).is_known(), "the other tom keeps his");
}

#[test]
fn a_user_whose_reset_is_pending_cannot_get_round_it_by_changing_the_password() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let anybody = Caller::anonymous(&world.client());
    let change = [("userName", TOM), ("oldPassword", OLD), ("newPassword", NEW)];
    assert_eq!(
        refused(&anybody, "changePasswordByUser", &change),
        "Error while updating password. Please enter tenant unaware username"
    );
    assert_eq!(world.pending(), "1");
}
