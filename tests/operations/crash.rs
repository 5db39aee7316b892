//! Killed in the middle: what was answered is there, and nothing is there by halves.

use crate::support::caller::{Caller, GIVEN_NAME, LOGIN, MAIL, TRIGGER, set_user_profile};
use crate::support::installation::Installation;
use crate::support::visitor::{Browser, encoded};
use std::sync::mpsc;
use std::time::Duration;

/// A server that is about to be killed hangs up on its clients; that is no failure of theirs.
fn quietly<T>(call: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(call)).ok()
}

/// Calls that are answered before a kill is worth its name, for each user.
const WARM: u64 = 20;

/// Sets a claim of `user` to one number after the other until the server is gone, and says how far it got. Every answer
/// is counted on `warm` until there were [`WARM`]; then the sender goes, and so it does when the calls end early.
fn count_up(admin: &Caller, user: &str, first: u64, warm: mpsc::Sender<()>) -> u64 {
    let mut warm = Some(warm);
    let mut answered = first;
    loop {
        let payload = set_user_profile(user, &[(GIVEN_NAME, &(answered + 1).to_string())]);
        let call = || admin.call("UserProfileMgtService", "setUserProfile", &payload);
        let Some(answer) = quietly(call) else { return answered };
        assert_eq!(answer.status, 202, "{}", answer.text());
        answered += 1;
        if answered == first + WARM
            && let Some(warm) = warm.take()
        {
            warm.send(()).unwrap();
        }
    }
}

#[test]
fn every_answered_write_survives_a_kill() {
    let mut installation = Installation::start(&[]);
    let users = ["tom", "zoe", "bob", "amy"];
    let admin = Caller::basic(installation.client(), "admin", "admin");
    for user in users {
        admin.add_user(user, "Old@1234", &[(GIVEN_NAME, "0")]);
    }
    for round in 1..=3u64 {
        let first = round * 1_000_000;
        let admin = Caller::basic(installation.client(), "admin", "admin");
        let answered: Vec<u64> = std::thread::scope(|scope| {
            let (warm, warmed) = mpsc::channel();
            let calling: Vec<_> = users
                .iter()
                .map(|user| {
                    let (admin, warm) = (&admin, warm.clone());
                    scope.spawn(move || count_up(admin, user, first, warm))
                })
                .collect();
            drop(warm);
            // Kill when all are at full speed, not after a time. Callers that fail hang up, which ends the wait.
            let at_full_speed = warmed.iter().take(users.len()).count();
            installation.kill();
            let answered = calling.into_iter().map(|caller| caller.join().unwrap()).collect();
            assert_eq!(at_full_speed, users.len(), "callers stopped before the kill");
            answered
        });
        installation.run();
        let admin = Caller::basic(installation.client(), "admin", "admin");
        for (user, last) in users.iter().zip(answered) {
            let stored: u64 = admin.claim(user, GIVEN_NAME).unwrap().parse().unwrap();
            assert!(stored >= last, "{user}: {last} was answered, {stored} is stored");
            assert!(stored <= last + 1, "{user}: {stored} was never sent");
        }
    }
}

/// A provider in the words of one mark: fields, fifty properties of an authenticator, free ones, a role.
fn provider(name: &str, mark: &str) -> String {
    let property = |kind: &str, number: usize| {
        format!("<mod:{kind}><mod:name>p{number}</mod:name><mod:value>{mark}</mod:value></mod:{kind}>")
    };
    let properties: String = (0..50).map(|number| property("properties", number)).collect();
    let free: String = (0..5).map(|number| property("idpProperties", number)).collect();
    format!(
        "<mod:alias>{mark}</mod:alias><mod:enable>true</mod:enable><mod:federatedAuthenticatorConfigs>\
         <mod:enabled>true</mod:enabled><mod:name>A</mod:name>{properties}</mod:federatedAuthenticatorConfigs>\
         <mod:identityProviderName>{name}</mod:identityProviderName>{free}\
         <mod:permissionAndRoleConfig><mod:idpRoles>{mark}</mod:idpRoles></mod:permissionAndRoleConfig>"
    )
}

/// Sends one numbered request after the other until the server is gone; says when `enough` were answered, and how many
/// were in the end.
fn until_gone(
    (admin, service, enough): (&Caller, &str, u64),
    operation: &str,
    payload: impl Fn(u64) -> String,
    warm: &mpsc::Sender<()>,
) -> u64 {
    let mut answered = 0;
    loop {
        let payload = payload(answered + 1);
        let Some(answer) = quietly(|| admin.call(service, operation, &payload)) else { return answered };
        assert_eq!(answer.status, 200, "{}", answer.text());
        answered += 1;
        if answered == enough {
            warm.send(()).unwrap();
        }
    }
}

// I147
#[test]
fn an_identity_provider_is_there_as_it_was_sent_or_as_it_was() {
    let mut installation = Installation::start(&[]);
    const SERVICE: &str = "IdentityProviderMgtService";
    let add = |name: &str, mark: &str| {
        let content = provider(name, mark);
        format!("<idp:addIdP><idp:identityProvider>{content}</idp:identityProvider></idp:addIdP>")
    };
    let update = |name: &str, mark: &str| {
        let content = provider(name, mark);
        format!(
            "<idp:updateIdP><idp:oldIdPName>{name}</idp:oldIdPName><idp:identityProvider>{content}\
             </idp:identityProvider></idp:updateIdP>"
        )
    };
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.done(SERVICE, "addIdP", &add("known", "0"));
    for round in 1..=4u64 {
        let admin = Caller::basic(installation.client(), "admin", "admin");
        // One adds providers, the other changes a known one, until the server is gone; how far each got.
        let (added, changed) = std::thread::scope(|scope| {
            let (warm, warmed) = mpsc::channel();
            let of = (&admin, SERVICE, round * 3);
            let (first, second) = (warm.clone(), warm);
            let new = |number| add(&format!("r{round}n{number}"), "new");
            let changed = |number| update("known", &format!("{round}.{number}"));
            let adding = scope.spawn(move || until_gone(of, "addIdP", new, &first));
            let changing = scope.spawn(move || until_gone(of, "updateIdP", changed, &second));
            assert_eq!(warmed.iter().take(2).count(), 2);
            installation.kill();
            (adding.join().unwrap(), changing.join().unwrap())
        });
        installation.run();
        let admin = Caller::basic(installation.client(), "admin", "admin");
        let read = |name: &str| {
            let payload = format!("<idp:getIdPByName><idp:idPName>{name}</idp:idPName></idp:getIdPByName>");
            admin.call(SERVICE, "getIdPByName", &payload).text()
        };
        // The alias, fifty properties of the authenticator, five free ones and a role.
        let marks = |text: &str, mark: &str| text.matches(&format!(">{mark}<")).count();
        for number in 1..=added {
            assert_eq!(marks(&read(&format!("r{round}n{number}")), "new"), 57, "answered, and whole");
        }
        let last = marks(&read(&format!("r{round}n{}", added + 1)), "new");
        assert!(matches!(last, 0 | 57), "a half of one: {last}");
        let known = read("known");
        let whole = [changed, changed + 1].map(|number| marks(&known, &format!("{round}.{number}")));
        assert!(matches!(whole, [57, 0] | [0, 57]), "after {changed} answers: {whole:?}");
    }
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let orphans = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(database.query_row(orphans, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

// F72
#[test]
fn a_reset_is_there_with_its_mail_or_not_at_all() {
    let mut installation = Installation::new(&["--config", "soapstone.toml"]);
    // A mail server that is never there: every mail stays where it was put.
    std::fs::write(installation.folder().join("soapstone.toml"), "[mail]\nhost = \"127.0.0.1\"\nport = 1\n")
        .unwrap();
    installation.run();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    let users: Vec<String> = (0..12).map(|number| format!("user{number}")).collect();
    for user in &users {
        admin.add_user(user, "Old@1234", &[(MAIL, &format!("{user}@example.org"))]);
    }
    admin.configure(&[("Recovery.AdminPasswordReset.RecoveryLink", "true")]);
    std::thread::scope(|scope| {
        let (begun, beginning) = mpsc::channel();
        for user in &users {
            let (admin, begun) = (&admin, begun.clone());
            scope.spawn(move || {
                let payload = set_user_profile(user, &[(TRIGGER, "true")]);
                // Whoever begins after the server was killed finds nobody who still counts.
                let _ = begun.send(());
                quietly(|| admin.call("UserProfileMgtService", "setUserProfile", &payload));
            });
        }
        drop(begun);
        assert_eq!(beginning.iter().take(8).count(), 8);
        installation.kill();
    });
    let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(
        count("SELECT count(*) FROM recovery"),
        count("SELECT count(*) FROM outbox WHERE state = 'queued'")
    );
    assert_eq!(
        count(
            "SELECT count(*) FROM recovery r WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE recovery_id = r.id)"
        ),
        0
    );
    assert_eq!(
        database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(),
        "ok"
    );
    drop(database);
    installation.run();
    assert!(Caller::basic(installation.client(), "admin", "admin").is_known());
}

// F72: between password and unlock
#[test]
fn a_new_password_is_there_with_its_unlock_or_not_at_all() {
    for pause in [0, 300, 1000, 3000, 8000] {
        let mut installation = Installation::start(&[]);
        let admin = Caller::basic(installation.client(), "admin", "admin");
        admin.add_user("tom", "Old@1234", &[]);
        admin.add_role("test role", &["tom"], &[LOGIN]);
        admin.configure(&[("Recovery.AdminPasswordReset.Offline", "true")]);
        admin.trigger("tom");
        let code = admin.single_claim("tom", crate::support::caller::OTP).unwrap();
        let client = installation.client().clone();
        let posted = std::thread::spawn(move || {
            let body = encoded(&[
                ("confirmation", code.as_str()),
                ("username", "tom"),
                ("tenantdomain", "carbon.super"),
                ("reset-password", "AbNew@123"),
            ]);
            let form = [("Content-Type", "application/x-www-form-urlencoded")];
            let path = "/accountrecoveryendpoint/completepasswordreset.do";
            quietly(|| client.send("POST", path, &form, body.as_bytes()))
        });
        // Hashing takes some twenty milliseconds; the kills fall before, into and behind it.
        std::thread::park_timeout(Duration::from_micros(pause * 10));
        installation.kill();
        let answered = posted.join().unwrap().is_some_and(|answer| answer.text().contains("successfully"));
        installation.run();
        let client = installation.client();
        let is_new = lets_in(client, "AbNew@123");
        let database = rusqlite::Connection::open(installation.data().join("soapstone.db")).unwrap();
        let pending: i64 = database.query_row("SELECT count(*) FROM recovery", [], |row| row.get(0)).unwrap();
        assert_eq!(pending, i64::from(!is_new), "after {pause}0 µs");
        assert!(is_new || !answered, "a success that was answered is kept");
    }
}

fn lets_in(client: &crate::support::client::Client, password: &str) -> bool {
    let mut browser = Browser::new(client);
    let answer = browser.log_in("tom", password);
    browser.follow(&answer).address.contains("/dashboard")
}

#[test]
fn a_session_survives_a_restart() {
    let mut installation = Installation::start(&[]);
    let payload = "<aut:login><aut:username>admin</aut:username><aut:password>admin</aut:password>\
                   <aut:remoteAddress>127.0.0.1</aut:remoteAddress></aut:login>";
    let answer = Caller::anonymous(installation.client()).call("AuthenticationAdmin", "login", payload);
    let id = answer.cookie("JSESSIONID").unwrap();
    assert!(installation.stop());
    installation.run();
    assert!(Caller::session(installation.client(), &id).is_known());
}
