//! The rules of an account at every face: the login form, the console, basic authentication and `AuthenticationAdmin` of
//! the services, and the REST API. One table of states, the same decision everywhere.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::caller::{Caller, DISABLED, LOCKED, OTP};
use support::client::basic;
use support::visitor::Browser;
use support::world::{LINK, MINUTE, NEW, OFFLINE, OLD, SET_PASSWORD, TOM, World};

const LOCKING: (&str, &str) = ("account.lock.handler.enable", "true");
const ATTEMPTS: (&str, &str) = ("account.lock.handler.On.Failure.Max.Attempts", "2");
const FACES: [&str; 5] = ["login form", "console", "basic", "AuthenticationAdmin", "REST"];

/// Signs a browser in to the console; whether it is let in.
fn console(browser: &mut Browser, user: &str, password: &str) -> bool {
    let page = browser.visit("/carbon/");
    let text = page.text();
    let token = text.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let fields = [("csrf", token.as_str()), ("username", user), ("password", password)];
    let answer = browser.post("/carbon/admin/login_action.jsp", &fields);
    answer.location().ends_with("/carbon/")
}

/// The answer of `AuthenticationAdmin.login` and the session it opened.
fn soap_login(world: &World, password: &str) -> (bool, Option<String>) {
    let payload = format!(
        "<aut:login><aut:username>{TOM}</aut:username><aut:password>{password}</aut:password>\
         <aut:remoteAddress>127.0.0.1</aut:remoteAddress></aut:login>"
    );
    let answer = Caller::anonymous(&world.client()).call("AuthenticationAdmin", "login", &payload);
    (answer.text().contains(">true<"), answer.cookie("JSESSIONID"))
}

/// Whether each face lets tom in.
fn lets_in(world: &World, face: &str, password: &str) -> bool {
    match face {
        "login form" => {
            let mut browser = world.browser();
            browser.log_in(TOM, password).location().ends_with("/dashboard")
        }
        "console" => console(&mut world.browser(), TOM, password),
        "basic" => world.caller(TOM, password).is_known(),
        "AuthenticationAdmin" => soap_login(world, password).0,
        "REST" => {
            let authorization = basic(TOM, password);
            let headers = [("Content-Type", "application/json"), ("Authorization", authorization.as_str())];
            // He may not manage: known is 403, not known 401.
            world.client().send("POST", SET_PASSWORD, &headers, b"{}").status == 403
        }
        other => panic!("{other}"),
    }
}

/// Puts an account into a state; what it is then presented with.
type Prepare = fn(&World) -> String;

#[test]
fn every_face_decides_alike_whatever_state_the_account_is_in() {
    let states: [(&str, Prepare, bool); 11] = [
        ("nothing in the way", |_| OLD.into(), true),
        ("wrong password", |_| "Wrong@123".into(), false),
        (
            "disabled",
            |world| {
                world.admin().set_claims(TOM, &[(DISABLED, "true")]);
                OLD.into()
            },
            false,
        ),
        (
            "disabled and enabled again",
            |world| {
                world.admin().set_claims(TOM, &[(DISABLED, "true")]);
                world.admin().set_claims(TOM, &[(DISABLED, "false")]);
                OLD.into()
            },
            true,
        ),
        (
            "locked without the feature",
            |world| {
                world.admin().set_claims(TOM, &[(LOCKED, "true")]);
                OLD.into()
            },
            true,
        ),
        (
            "locked by hand",
            |world| {
                world.admin().configure(&[LOCKING]);
                world.admin().set_claims(TOM, &[(LOCKED, "true")]);
                OLD.into()
            },
            false,
        ),
        (
            "locked by failures",
            |world| {
                world.admin().configure(&[LOCKING, ATTEMPTS]);
                for _ in 0..2 {
                    world.assert_refused(TOM, "Wrong@123");
                }
                OLD.into()
            },
            false,
        ),
        (
            "in reset by a link",
            |world| {
                world.options(&[LINK]);
                world.admin().trigger(TOM);
                OLD.into()
            },
            false,
        ),
        (
            "in reset by a code, with the old password",
            |world| {
                world.options(&[OFFLINE]);
                world.admin().trigger(TOM);
                OLD.into()
            },
            false,
        ),
        (
            "in reset by a code, with the code",
            |world| {
                world.options(&[OFFLINE]);
                world.admin().trigger(TOM);
                world.admin().single_claim(TOM, OTP).unwrap()
            },
            false,
        ),
        (
            "with a password that an administrator set",
            |world| {
                world.admin().set_password(TOM, NEW);
                NEW.into()
            },
            true,
        ),
    ];
    for (state, prepare, expected) in states {
        let world = World::new(&[]);
        let password = prepare(&world);
        for face in FACES {
            assert_eq!(lets_in(&world, face, &password), expected, "{state}: {face}");
        }
    }
}

#[test]
fn failures_at_any_face_count_for_all_and_the_lock_grows_by_its_ratio_and_ends_by_itself() {
    for face in FACES {
        let world = World::new(&[]);
        world.admin().configure(&[LOCKING, ATTEMPTS, ("account.lock.handler.Time", "5")]);
        for minutes in [5, 10, 20] {
            for _ in 0..2 {
                assert!(!lets_in(&world, face, "Wrong@123"), "{face}");
            }
            for door in FACES {
                assert!(!lets_in(&world, door, OLD), "{face} locked, {door}");
            }
            world.clock.advance(minutes * MINUTE - 1);
            assert!(!lets_in(&world, face, OLD), "{face} after almost {minutes}");
            world.clock.advance(1);
            // Not a success yet, which would set the ratio back: the time is over, and the next failures lock longer.
        }
        assert!(lets_in(&world, face, OLD), "{face}");
        assert_eq!(world.admin().claim(TOM, LOCKED).as_deref(), Some("false"));
    }
}

/// Does something to an account.
type Happen = fn(&World);

#[test]
fn what_keeps_somebody_out_at_the_door_ends_his_sessions_inside() {
    let causes: [(&str, Happen); 5] = [
        ("disabled", |world| world.admin().set_claims(TOM, &[(DISABLED, "true")])),
        ("locked", |world| {
            world.admin().configure(&[LOCKING]);
            world.admin().set_claims(TOM, &[(LOCKED, "true")]);
        }),
        ("in reset", |world| {
            world.options(&[LINK]);
            world.admin().trigger(TOM);
        }),
        ("a new password", |world| world.admin().set_password(TOM, NEW)),
        ("deleted", |world| world.admin().delete_user(TOM)),
    ];
    for (cause, happen) in causes {
        let world = World::new(&[]);
        let (mut browser, mut administrator) = (world.browser(), world.browser());
        browser.enter(TOM, OLD);
        assert!(console(&mut administrator, TOM, OLD));
        let soap = Caller::session(&world.client(), &soap_login(&world, OLD).1.unwrap());
        let basic = world.caller(TOM, OLD);
        assert!(browser.is_signed_in() && administrator.open("/carbon/").status == 200);
        assert!(soap.is_known() && basic.is_known());
        happen(&world);
        assert!(!browser.is_signed_in(), "{cause}: dashboard");
        assert_ne!(administrator.open("/carbon/").status, 200, "{cause}: console");
        assert!(!soap.is_known() && !basic.is_known(), "{cause}: services");
    }
}

/// The ways to a new password for the present one.
const CHANGES: [&str; 3] = ["dashboard", "changeUserPassword", "updateCredential"];

/// Tom inside, in a browser and at the services, beside the administrator.
struct Inside {
    world: World,
    browser: Browser,
    tom: Caller,
}

impl Inside {
    fn new() -> Self {
        let world = World::new(&[]);
        world.admin().configure(&[LOCKING, ATTEMPTS]);
        let mut browser = world.browser();
        browser.enter(TOM, OLD);
        let tom = Caller::session(&world.client(), &soap_login(&world, OLD).1.unwrap());
        Self { world, browser, tom }
    }

    /// Whether a new password is set for what is said to be the present one.
    fn is_changed(&mut self, way: &str, old: &str) -> bool {
        let of = |name: &str, prefix: &str, text: &str| format!("<{prefix}:{name}>{text}</{prefix}:{name}>");
        match way {
            "dashboard" => {
                let page = self.browser.visit("/dashboard/password");
                let values = [("old-password", old), ("new-password", NEW), ("new-password2", NEW)];
                self.browser.submit(&page, &page.form("passwordForm"), &values).status == 302
            }
            "changeUserPassword" => {
                let given = [of("newPassword", "ser", NEW), of("oldPassword", "ser", old)].concat();
                let payload = format!(
                    "<ser:changeUserPassword xmlns:ser=\"http://services.mgt.identity.carbon.wso2.org\">{given}\
                     </ser:changeUserPassword>"
                );
                let service = "UserIdentityManagementAdminService";
                self.tom.call(service, "changeUserPassword", &payload).status == 200
            }
            _ => {
                let given = [("userName", TOM), ("newCredential", NEW), ("oldCredential", old)];
                let given = given.map(|(name, text)| of(name, "ser", text)).concat();
                let payload = format!("<ser:updateCredential>{given}</ser:updateCredential>");
                let answer =
                    self.world.admin().call("RemoteUserStoreManagerService", "updateCredential", &payload);
                answer.status == 202
            }
        }
    }
}

#[test]
fn whoever_guesses_a_present_password_inside_locks_the_account_as_at_the_door() {
    for way in CHANGES {
        let mut inside = Inside::new();
        assert!(inside.is_changed(way, OLD), "{way}");
        let mut inside = Inside::new();
        for _ in 0..2 {
            assert!(!inside.is_changed(way, "Wrong@123"), "{way}");
        }
        assert_eq!(inside.world.admin().claim(TOM, LOCKED).as_deref(), Some("true"), "{way}");
        assert!(!inside.is_changed(way, OLD), "{way}: nor is he told that it is right by now");
        assert!(inside.browser.is_signed_in(), "{way}: nobody is put out by it");
    }
}

#[test]
fn nobody_signs_somebody_else_out_by_presenting_wrong_passwords() {
    let world = World::new(&[]);
    world.admin().configure(&[LOCKING, ATTEMPTS]);
    let mut browser = world.browser();
    browser.enter(TOM, OLD);
    for _ in 0..2 {
        world.assert_refused(TOM, "Wrong@123");
    }
    assert!(!world.caller(TOM, OLD).is_known(), "the account is locked");
    assert!(browser.is_signed_in());
}

#[test]
fn every_face_refuses_a_new_password_with_the_same_words() {
    let policy = ("passwordPolicy.enable", "true");
    let history = ("passwordHistory.enable", "true");
    for (password, text) in [
        ("A b@1234", "Password length should be within 5 to 30 characters"),
        ("Ab@1x", "Password at least should have 6 characters"),
        ("AbNew@1234567", "Password cannot have more than 12 characters"),
        ("abcdefgh", "Password pattern policy violated."),
        ("First@123", "This password has been used in recent history. Please choose a different password"),
    ] {
        let world = World::new(&[OFFLINE]);
        let admin = world.admin();
        admin.configure(&[policy, history]);
        admin.set_password(TOM, "First@123");
        admin.set_password(TOM, "Second@123");
        // An administrator over SOAP, and tom himself there.
        let by_admin = format!(
            "<ser:updateCredentialByAdmin><ser:userName>{TOM}</ser:userName>\
             <ser:newCredential>{password}</ser:newCredential></ser:updateCredentialByAdmin>"
        );
        let fault = admin.fault("RemoteUserStoreManagerService", "updateCredentialByAdmin", &by_admin);
        assert!(fault.text.contains(text), "{password}: {}", fault.text);
        // The dashboard.
        let mut browser = world.browser();
        browser.enter(TOM, "Second@123");
        let page = browser.visit("/dashboard/password");
        let values =
            [("old-password", "Second@123"), ("new-password", password), ("new-password2", password)];
        let answer = browser.submit(&page, &page.form("passwordForm"), &values);
        assert!(answer.text().contains(text), "{password}: {}", answer.text());
        // The reset page and the REST API, with a code that stays good.
        admin.trigger(TOM);
        let code = admin.single_claim(TOM, OTP).unwrap();
        let page = world.redeem(&mut browser, TOM, &code);
        let answer = browser.choose(&page, password);
        assert!(answer.text().contains(text), "{password}: {}", answer.text());
        let answer = world.set_password_api(&code, password);
        assert!(answer.text().contains(text), "{password}: {}", answer.text());
        assert_eq!(answer.status, if text.contains("history") { 412 } else { 400 });
        assert_eq!(world.set_password_api(&code, "Third@123").status, 200);
        assert!(world.lets_in(TOM, "Third@123"));
    }
}
