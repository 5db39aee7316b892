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
                begun.send(()).unwrap();
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
