//! `AuthenticationAdmin`: signing in, staying signed in for a week, and signing out, over SOAP.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::caller::{AUT, Caller, LOGIN, escaped};
use crate::support::client::Answer;
use crate::support::tree::Element;
use crate::support::world::{MINUTE, OFFLINE, OLD, TOM, World};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const SERVICE: &str = "AuthenticationAdmin";
const DAY: i64 = 24 * 60 * MINUTE;

fn request(operation: &str, arguments: &[(&str, &str)]) -> String {
    let arguments: String =
        arguments.iter().map(|(name, text)| format!("<aut:{name}>{}</aut:{name}>", escaped(text))).collect();
    format!("<aut:{operation}>{arguments}</aut:{operation}>")
}

fn named<'a>(user: &'a str, password: &'a str) -> [(&'static str, &'a str); 2] {
    [("username", user), ("password", password)]
}

fn call(world: &World, operation: &str, arguments: &[(&str, &str)]) -> Answer {
    Caller::anonymous(&world.client()).call(SERVICE, operation, &request(operation, arguments))
}

fn result(answer: &Answer) -> Element {
    assert_eq!(answer.status, 200, "{}", answer.text());
    Element::parse(&answer.text()).unwrap().find("return").unwrap().clone()
}

/// What a login answers, and the session it opens.
fn log_in(world: &World, arguments: &[(&str, &str)]) -> (String, Option<String>) {
    let answer = call(world, "login", arguments);
    (result(&answer).text, answer.cookie("JSESSIONID"))
}

fn is_open(world: &World, session: &str) -> bool {
    Caller::session(&world.client(), session).is_known()
}

/// A refusal with the declared exception.
fn refused(world: &World, operation: &str, arguments: &[(&str, &str)]) -> String {
    let caller = Caller::anonymous(&world.client());
    let fault = caller.fault(SERVICE, operation, &request(operation, arguments));
    assert_eq!(fault.detail.first().unwrap().name, "AuthenticationAdminAuthenticationException");
    assert!(fault.detail.first().unwrap().find("uiErrorCode").unwrap().is_nil());
    fault.text
}

#[test]
fn the_session_of_basic_credentials_bears_the_name_that_was_sent() {
    let world = World::new(&[]);
    world.admin().add_role("logins", &[TOM], &[LOGIN]);
    let (service, payload) = (
        "LoggedUserInfoAdmin",
        "<lui:getUserInfo xmlns:lui=\"http://loggeduserinfo.services.core.carbon.wso2.org\"/>",
    );
    let mut sessions = Vec::new();
    for name in [TOM, "TOM", "PRIMARY/tom", TOM, "TOM"] {
        let answer = world.caller(name, OLD).call(service, "getUserInfo", payload);
        let session = answer.cookie("JSESSIONID").unwrap();
        let found = Caller::session(&world.client(), &session).results(service, "getUserInfo", payload);
        assert_eq!(found.first().unwrap().value("userName"), Some(name));
        sessions.push(session);
    }
    assert!(
        sessions[0] == sessions[3] && sessions[1] == sessions[4],
        "no session for every call: {sessions:?}"
    );
}

#[test]
fn a_login_opens_a_session_that_every_service_takes_until_the_logout() {
    let world = World::new(&[]);
    world.tenant_with_tom("acme.com", &[]);
    for user in [TOM, "TOM", "PRIMARY/tom", "tom@carbon.super", "tom@acme.com", "tom@ACME.com"] {
        let answer = call(&world, "login", &named(user, OLD));
        assert_eq!(result(&answer).text, "true", "{user}");
        let cookie = answer.all("set-cookie").find(|cookie| cookie.starts_with("JSESSIONID=")).unwrap();
        for part in ["; Path=/", "; Secure", "; HttpOnly"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        let session = answer.cookie("JSESSIONID").unwrap();
        assert!(is_open(&world, &session), "{user}");
        let caller = Caller::session(&world.client(), &session);
        assert!(caller.done(SERVICE, "logout", &request("logout", &[])).is_none());
        assert!(!is_open(&world, &session), "{user}");
        assert!(caller.done(SERVICE, "logout", &request("logout", &[])).is_none(), "a second time is fine");
    }
    assert!(Caller::anonymous(&world.client()).done(SERVICE, "logout", &request("logout", &[])).is_none());
    // Sessions are apart: the end of one is not that of another.
    let open = || log_in(&world, &named(TOM, OLD)).1.unwrap();
    let (first, second) = (open(), open());
    assert_ne!(first, second);
    Caller::session(&world.client(), &first).done(SERVICE, "logout", &request("logout", &[]));
    assert!(!is_open(&world, &first) && is_open(&world, &second));
}

#[test]
fn of_several_sessions_that_a_client_names_the_open_one_counts() {
    let world = World::new(&[]);
    let session = log_in(&world, &named(TOM, OLD)).1.unwrap();
    for (cookies, opens) in [
        (format!("of-another-server; JSESSIONID={session}"), true),
        (format!("{session}; JSESSIONID=of-another-server"), true),
        ("of-another-server; JSESSIONID=closed".to_owned(), false),
    ] {
        assert_eq!(is_open(&world, &cookies), opens, "{cookies}");
    }
}

#[test]
fn a_refused_login_is_false_whatever_the_reason_and_opens_nothing() {
    let world = World::new(&[]);
    world.admin().add_user("idle", OLD, &[]);
    for arguments in [
        &named(TOM, "Wrong@1234")[..],
        &named("nobody", OLD),
        &named("NOWHERE/tom", OLD),
        &named("idle", OLD),
        &named(TOM, ""),
        &named(TOM, "  "),
        &named("", OLD),
        &named(" ", OLD),
        &[("username", TOM)],
        &[("password", OLD)],
        &[],
    ] {
        let (answer, session) = log_in(&world, arguments);
        assert_eq!(answer, "false", "{arguments:?}");
        assert!(session.is_none_or(|session| !is_open(&world, &session)), "{arguments:?}");
        let kept = result(&call(&world, "loginWithRememberMeOption", arguments));
        assert!(kept.is_nil(), "{arguments:?}");
    }
    world.admin().add_role("late", &["idle"], &[LOGIN]);
    assert_eq!(log_in(&world, &named("idle", OLD)).0, "true");
}

#[test]
fn an_unknown_tenant_and_an_address_that_is_none_are_faults() {
    let world = World::new(&[]);
    world.tenant_with_tom("acme.com", &[]);
    let from = |user: &'static str, address: &'static str| {
        [("username", user), ("password", OLD), ("remoteAddress", address)]
    };
    for operation in ["login", "loginWithRememberMeOption"] {
        assert_eq!(
            refused(&world, operation, &named("tom@nowhere.com", OLD)),
            "Invalid domain or unactivated tenant login"
        );
        for address in ["not a host", "a/b", "<x>"] {
            assert_eq!(
                refused(&world, operation, &from(TOM, address)),
                format!("Authentication Failed : Invalid remote address passed - {address}")
            );
        }
    }
    for address in ["localhost", "127.0.0.1", "::1", "client.example.org", ""] {
        assert_eq!(log_in(&world, &from(TOM, address)).0, "true", "{address}");
    }
    world.admin().done(
        "TenantMgtAdminService",
        "deactivateTenant",
        "<t:deactivateTenant xmlns:t=\"http://services.mgt.tenant.carbon.wso2.org\"><t:tenantDomain>acme.com</t:tenantDomain>\
         </t:deactivateTenant>",
    );
    assert_eq!(
        refused(&world, "login", &named("tom@acme.com", OLD)),
        "Invalid domain or unactivated tenant login"
    );
}

#[test]
fn a_remembered_login_opens_sessions_for_a_week() {
    let world = World::new(&[]);
    let answer = call(&world, "loginWithRememberMeOption", &named(TOM, OLD));
    let kept = result(&answer);
    assert_eq!((kept.value("authenticated"), kept.value("maxAge")), (Some("true"), Some("604800")));
    assert!(is_open(&world, &answer.cookie("JSESSIONID").unwrap()));
    let value = kept.value("value").unwrap();
    let id = value.strip_prefix("tom-").unwrap();
    assert!(uuid::Uuid::parse_str(id).is_ok(), "{value}");
    let open = |cookie: &str| {
        let answer = call(&world, "loginWithRememberMeCookie", &[("cookie", cookie)]);
        let session = answer.cookie("JSESSIONID").filter(|session| is_open(&world, session));
        (result(&answer).text == "true", session.is_some())
    };
    assert_eq!(open(value), (true, true));
    world.clock.advance(7 * DAY - MINUTE);
    assert_eq!(open(value), (true, true), "again, until the week is over");
    for wrong in ["", "tom", &["admin-", id].concat(), &[value, "x"].concat()] {
        assert_eq!(open(wrong), (false, false), "{wrong}");
    }
    assert_eq!(result(&call(&world, "loginWithRememberMeCookie", &[])).text, "false");
    world.clock.advance(2 * MINUTE);
    assert_eq!(open(value), (false, false));
    // Who may not sign in now may not do so with it either, and what was remembered of him is forgotten.
    let kept = result(&call(&world, "loginWithRememberMeOption", &named(TOM, OLD)));
    let value = kept.value("value").unwrap();
    assert_eq!(open(value), (true, true));
    world.admin().configure(&[("account.disable.handler.enable", "true")]);
    let disabled = |value: &str| {
        world.admin().set_claims(TOM, &[("http://wso2.org/claims/identity/accountDisabled", value)]);
    };
    disabled("true");
    assert_eq!(open(value), (false, false));
    disabled("false");
    assert_eq!(open(value), (false, false));
    assert_eq!(log_in(&world, &named(TOM, OLD)).0, "true");
}

fn own_profile(user: &str) -> String {
    format!(
        "<m:getUserProfile xmlns:m=\"http://mgt.profile.user.identity.carbon.wso2.org\"><m:username>{user}</m:username>\
         <m:profileName>default</m:profileName></m:getUserProfile>"
    )
}

/// A call under a remember-me token alone.
fn call_with_token(world: &World, token: &str) -> Answer {
    let headers = [("RememberMeCookieData", token)];
    let payload = own_profile(TOM);
    Caller::anonymous(&world.client()).call_with(
        "UserProfileMgtService",
        "getUserProfile",
        &payload,
        &headers,
    )
}

#[test]
fn a_remember_me_token_in_its_header_stands_for_credentials() {
    let world = World::new(&[]);
    let kept = result(&call(&world, "loginWithRememberMeOption", &named(TOM, OLD)));
    let token = kept.value("value").unwrap();
    let answer = call_with_token(&world, token);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(is_open(&world, &answer.cookie("JSESSIONID").unwrap()), "the session is the user's");
    for wrong in ["", "tom", &[token, "x"].concat()] {
        let answer = call_with_token(&world, wrong);
        assert_eq!(answer.status, 500);
        let text = "Access Denied. Authentication failed - Invalid credentials provided.";
        assert!(answer.text().contains(text), "{}", answer.text());
    }
    world.admin().set_password(TOM, "Other@1234");
    assert_eq!(call_with_token(&world, token).status, 500, "it ends with the password");
}

#[test]
fn a_refused_login_ends_the_session_it_came_with() {
    let world = World::new(&[]);
    let session = log_in(&world, &named(TOM, OLD)).1.unwrap();
    let caller = Caller::session(&world.client(), &session);
    let answer = caller.call(SERVICE, "login", &request("login", &named(TOM, "Wrong@1234")));
    assert_eq!(result(&answer).text, "false");
    assert!(!is_open(&world, &session));
}

#[test]
fn who_signs_in_is_known_under_the_name_he_typed() {
    let world = World::new(&[]);
    for typed in ["tom", "TOM", "tom@carbon.super"] {
        let session = log_in(&world, &named(typed, OLD)).1.unwrap();
        let caller = Caller::session(&world.client(), &session);
        // One's own profile takes no permission but the name of the session.
        let own = typed.split('@').next().unwrap();
        let profile = own_profile(own);
        assert_eq!(caller.call("UserProfileMgtService", "getUserProfile", &profile).status, 200, "{typed}");
    }
}

/// Somebody who signs in at the very moment in which a reset is forced is out, whichever of the two was first.
#[test]
fn no_session_slips_past_a_reset_that_is_forced_meanwhile() {
    let world = World::new(&[OFFLINE]);
    let kept = || result(&call(&world, "loginWithRememberMeOption", &named(TOM, OLD)));
    let kept = kept();
    let token = kept.value("value").unwrap();
    let (over, signed_in) = (AtomicBool::new(false), AtomicUsize::new(0));
    let opened: Vec<String> = std::thread::scope(|scope| {
        let sign_in = || {
            let mut opened = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let answer = call(&world, "loginWithRememberMeCookie", &[("cookie", token)]);
                if result(&answer).text == "true" {
                    opened.extend(answer.cookie("JSESSIONID"));
                    signed_in.fetch_add(1, Ordering::Relaxed);
                }
            }
            opened
        };
        let threads = [(); 4].map(|()| scope.spawn(sign_in));
        // They are at it.
        while signed_in.load(Ordering::Relaxed) < 4 {
            std::thread::yield_now();
        }
        world.admin().trigger(TOM);
        over.store(true, Ordering::Relaxed);
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(!opened.is_empty());
    assert!(opened.iter().all(|session| !is_open(&world, session)), "{} were opened", opened.len());
}

#[test]
fn the_authenticator_says_what_it_is_and_that_it_takes_no_object_of_the_framework() {
    let world = World::new(&[]);
    for (operation, text) in [
        ("getAuthenticatorName", "DefaultCarbonAuthenticator"),
        ("getPriority", "5"),
        ("isDisabled", "false"),
        ("authenticateWithRememberMe", "false"),
    ] {
        let answer = result(&call(&world, operation, &[]));
        assert_eq!((answer.text.as_str(), answer.is_nil()), (text, false), "{operation}");
    }
    // Without a session, whatever the object is said to hold.
    let payload = format!(
        "<a:authenticateWithRememberMe xmlns:a=\"{AUT}\"><a:messageContext><messageID>1</messageID></a:messageContext>\
         </a:authenticateWithRememberMe>"
    );
    let answer = Caller::anonymous(&world.client()).call(SERVICE, "authenticateWithRememberMe", &payload);
    assert_eq!(result(&answer).text, "false");
    assert!(answer.cookie("JSESSIONID").is_none_or(|session| !is_open(&world, &session)));
}

// CARBON15051EmailLoginTestCase
#[test]
fn mail_addresses_are_names_where_the_operator_says_so() {
    let world = World::empty(|settings| settings.email_user_names = true);
    let admin = world.admin();
    admin.add_user("user1@test.com", "passWord1@", &[]);
    admin.add_role("test role", &["user1@test.com"], &[LOGIN]);
    for (name, password) in [
        ("admin", "admin"),
        ("admin@carbon.super", "admin"),
        ("admin@Carbon.Super", "admin"),
        ("user1@test.com", "passWord1@"),
        ("user1@test.com@carbon.super", "passWord1@"),
    ] {
        assert_eq!(log_in(&world, &named(name, password)).0, "true", "{name}");
        assert!(world.caller(name, password).is_known(), "{name}");
    }
    let payload = "<ser:addUser xmlns:ser=\"http://service.ws.um.carbon.wso2.org\"><ser:userName>tom</ser:userName>\
                   <ser:credential>Old@1234</ser:credential><ser:requirePasswordChange>false</ser:requirePasswordChange></ser:addUser>";
    let refused = admin.fault("RemoteUserStoreManagerService", "addUser", payload).text;
    assert!(refused.starts_with("Username tom is not valid."), "{refused}");
}
