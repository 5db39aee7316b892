//! J. What strangers can find out, and how often they may try.

use crate::support::caller::{DISABLED, LOCKED, MAIL, OTP};
use crate::support::client::Answer;
use crate::support::visitor::encoded;
use crate::support::world::{BY_OTP, LINK, NEW, OFFLINE, OLD, SET_PASSWORD, TOM, World};

/// Users in every state in which a login fails.
fn crowd(world: &World) -> [(&'static str, &'static str); 6] {
    let admin = world.admin();
    admin.configure(&[
        ("account.lock.handler.enable", "true"),
        ("account.lock.handler.On.Failure.Max.Attempts", "1000"),
    ]);
    for user in ["locked", "disabled", "linked", "coded"] {
        admin.add_user(user, OLD, &[(MAIL, "crowd@example.org")]);
        admin.assign("test role", user);
    }
    admin.set_claims("locked", &[(LOCKED, "true")]);
    admin.set_claims("disabled", &[(DISABLED, "true")]);
    world.options(&[LINK]);
    admin.trigger("linked");
    world.options(&[BY_OTP]);
    admin.trigger("coded");
    [
        ("nobody", OLD),
        (TOM, "Wrong@1234"),
        ("locked", OLD),
        ("disabled", OLD),
        ("linked", OLD),
        ("coded", "ABC123"),
    ]
}

/// A login as bytes, without what is new in every conversation.
fn shape(mut answer: Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    for (name, value) in &mut answer.headers {
        if name == "Location" {
            let (before, rest) = value.split_once("sessionDataKey=").unwrap();
            let after = rest.split_once('&').map_or("", |(_, after)| after);
            *value = format!("{before}sessionDataKey=K&{after}");
        }
    }
    answer.headers.retain(|(name, _)| name != "Date");
    (answer.status, answer.headers, answer.body)
}

// J100; that each of them takes the time of one hash is counted in the tests of `domain::login`
#[test]
fn every_failed_login_looks_the_same() {
    let world = World::new(&[]);
    let shapes: Vec<_> = crowd(&world)
        .iter()
        .map(|(user, password)| {
            let mut browser = world.browser();
            let answer = browser.log_in(user, password);
            let page = browser.follow(&answer);
            let key = crate::support::visitor::parameter(answer.location(), "sessionDataKey").unwrap();
            let page = page.text();
            let number = page.split("name=\"once\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            (shape(answer), page.replace(&key, "K").replace(number.unwrap(), "N"))
        })
        .collect();
    for other in &shapes[1..] {
        assert_eq!(&shapes[0], other);
    }
}

// J100, over SOAP
#[test]
fn every_refused_call_looks_the_same() {
    let world = World::new(&[]);
    let texts: Vec<_> = crowd(&world)
        .iter()
        .map(|(user, password)| {
            let call = world.caller(user, password);
            let answer =
                call.call("UserProfileMgtService", "isReadOnlyUserStore", "<mgt:isReadOnlyUserStore/>");
            // The prefix of the fault's code counts up over the whole process.
            let fault = crate::support::caller::Fault::of(&answer);
            (answer.status, fault.code, fault.text)
        })
        .collect();
    for other in &texts[1..] {
        assert_eq!(&texts[0], other);
    }
    assert_eq!(texts[0].2, "Access Denied. Authentication failed - Invalid credentials provided.");
}

// J101
#[test]
fn too_many_wrong_codes_void_the_code() {
    let world = World::new(&[OFFLINE]);
    let admin = world.admin();
    admin.trigger(TOM);
    let code = admin.single_claim(TOM, OTP).unwrap();
    for _ in 0..5 {
        world.assert_refused(TOM, "WRONG1");
    }
    world.assert_refused(TOM, &code);
    world.assert_refused(TOM, OLD);
    assert_eq!(world.set_password_api(&code, NEW).status, 400);
    // The administrator sees it and forces the reset again.
    admin.trigger(TOM);
    let code = admin.single_claim(TOM, OTP).unwrap();
    world.redeem(&mut world.browser(), TOM, &code).form("passwordResetForm");
}

// J101: one try less costs nothing
#[test]
fn the_right_code_after_some_wrong_ones_is_still_good() {
    let world = World::new(&[OFFLINE]);
    world.admin().trigger(TOM);
    let code = world.admin().single_claim(TOM, OTP).unwrap();
    for _ in 0..4 {
        world.assert_refused(TOM, "WRONG1");
    }
    world.redeem(&mut world.browser(), TOM, &code).form("passwordResetForm");
}

// J102, J104
#[test]
fn one_address_cannot_try_without_end() {
    let world = World::configured(&[], |settings| settings.attempts_per_minute = 20);
    let client = world.client();
    let body = encoded(&[("username", TOM), ("password", "ABC123"), ("sessionDataKey", "none")]);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let statuses: Vec<u16> =
        (0..40).map(|_| client.send("POST", "/commonauth", &form, body.as_bytes()).status).collect();
    assert_eq!(statuses[0], 302);
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!((15..=22).contains(&refused), "{statuses:?}");
    // The same address is also held back where codes are presented; pages and services go on.
    assert_eq!(world.set_password_api("ABC123", NEW).status, 429);
    assert_eq!(client.get("/authenticationendpoint/login.do", &[]).status, 200);
    assert!(world.caller(TOM, OLD).is_known());
}

// J104
#[test]
fn random_codes_are_invalid_whatever_they_look_like() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let codes =
        ["ABC123", "0", "é", "' OR 1=1 --", "<x>", &uuid::Uuid::new_v4().to_string(), &"A".repeat(5000)];
    for code in codes {
        let answer = world.set_password_api(code, NEW);
        assert_eq!(answer.status, 400, "{code}");
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["code"], "18001", "{code}");
        assert_eq!(body["description"], format!("Invalid Code '{code}.'"));
    }
}

// J105
#[test]
fn pages_with_a_code_are_never_kept_and_never_named_to_others() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let mut browser = world.browser();
    let page = browser.visit(&link.address);
    let done = browser.choose(&page, "x");
    for answer in [&page.answer, &done] {
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{:?}", answer.headers);
        assert_eq!(answer.header("Referrer-Policy"), Some("no-referrer"), "{:?}", answer.headers);
    }
}

// J107
#[test]
fn the_database_holds_no_code_that_could_be_used() {
    let mut world = World::new(&[LINK]);
    let admin = world.admin();
    admin.trigger(TOM);
    let link = world.mailed_link().code;
    admin.add_user("zoe", "Zoe@1234", &[(MAIL, "zoe@example.org")]);
    world.options(&[BY_OTP]);
    admin.trigger("zoe");
    let otp = world.mailed_otp();
    // Everything is written out of the log into the file.
    world.restart();
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(&world.settings.data_dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("tom@example.org"), "the search works");
    for secret in [link.as_str(), &link.replace('-', ""), OLD, "Zoe@1234"] {
        assert!(!holds(secret), "{secret} is in the data directory");
    }
    // Six characters may stand in random bytes by accident; in a text of the database they may not.
    let database = rusqlite::Connection::open(world.settings.data_dir.join("soapstone.db")).unwrap();
    for (table, column) in text_columns(&database) {
        let sql = format!(
            "SELECT count(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE '%' || ?1 || '%'"
        );
        let found: i64 = database.query_row(&sql, [&otp], |row| row.get(0)).unwrap();
        assert_eq!(found, 0, "{table}.{column} holds the code");
    }
}

fn text_columns(database: &rusqlite::Connection) -> Vec<(String, String)> {
    let sql =
        "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

// L120 in its safe part: nobody sets passwords without being known
#[test]
fn the_recovery_api_wants_an_administrator() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let code = world.mailed_link().code;
    let body = serde_json::json!({ "key": code, "password": NEW, "properties": [] }).to_string();
    let client = world.client();
    let send = |authorization: Option<&str>| {
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(authorization.map(|value| ("Authorization", value)));
        client.send("POST", SET_PASSWORD, &headers, body.as_bytes())
    };
    let basic = crate::support::client::basic;
    assert_eq!(send(None).status, 401);
    assert!(send(None).header("WWW-Authenticate").is_some());
    assert_eq!(send(Some("Basic")).status, 400);
    assert_eq!(send(Some(&basic("admin", "wrong"))).status, 401);
    world.admin().add_user("eve", "Eve@1234", &[]);
    assert_eq!(send(Some(&basic("eve", "Eve@1234"))).status, 403);
    assert_eq!(world.pending(), "1");
    let done = send(Some(&basic("admin", "admin")));
    assert_eq!((done.status, done.body.len()), (200, 0));
    assert!(world.lets_in(TOM, NEW));
}
