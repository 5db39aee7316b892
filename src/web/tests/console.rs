//! The management console against forms that its pages did not make. Whole screens are tried out in `tests/pages`.

use super::*;
use crate::web::console::SCREENS;

/// A browser in which the administrator is signed in to the console.
fn console() -> Pages {
    let pages = Pages::new();
    sign_in(&pages);
    pages
}

fn sign_in(pages: &Pages) {
    let form = pages.get("/carbon/admin/login.jsp");
    let token = form.field("csrf");
    let fields = [("username", "admin"), ("password", OLD), ("csrf", &token)];
    assert_eq!(pages.post("/carbon/admin/login_action.jsp", &fields).location(), "/carbon/");
}

/// The answer to the console's login form, and what is asked for with it.
fn sign_in_as(pages: &Pages, name: &str, password: &str, back: &str) -> Page {
    let token = pages.get("/carbon/admin/login.jsp").field("csrf");
    let fields = [("username", name), ("password", password), ("csrf", &token), ("back", back)];
    pages.post("/carbon/admin/login_action.jsp", &fields)
}

#[test]
fn the_right_one_time_password_leads_from_the_login_form_to_the_reset_page_and_back() {
    let pages = Pages::new();
    let tom = pages.force(&[OFFLINE]);
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    let refused = "/carbon/admin/login.jsp?loginStatus=false";
    assert_eq!(sign_in_as(&pages, "tom", OLD, "").location(), refused);
    assert_eq!(sign_in_as(&pages, "tom", "WRONG1", "").location(), refused);
    for (back, leads_to) in [
        ("/carbon/users?filter=a%26b", "/carbon/users?filter=a%26b"),
        ("https://evil.example/carbon/", "/carbon/"),
        ("//evil.example", "/carbon/"),
    ] {
        let onward = sign_in_as(&pages, "tom", &code, back);
        assert!(onward.location().starts_with(&format!("{CONFIRM}?")), "{onward:?}");
        for (name, value) in [
            ("username", "tom"),
            ("userstoredomain", "PRIMARY"),
            ("tenantdomain", "carbon.super"),
            ("confirmation", &code),
            ("callback", &[PUBLIC, leads_to].concat()),
        ] {
            assert_eq!(onward.parameter(name), value);
        }
        assert_eq!(pages.get(onward.location()).field("callback"), [PUBLIC, leads_to].concat());
    }
    assert!(!pages.cookies.borrow().contains_key("carbonSession"), "a code opens no session");
    let form = pages.get(sign_in_as(&pages, "tom", &code, "").location());
    let fields: Vec<(&str, String)> =
        ["confirmation", "username", "userstoredomain", "tenantdomain", "callback"]
            .into_iter()
            .map(|name| (name, form.field(name)))
            .collect();
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("reset-password", NEW), ("reset-password2", NEW)]);
    let done = pages.post(COMPLETE, &fields).body;
    assert!(done.contains("Updated the password successfully"), "{done}");
    assert!(done.contains(&format!("href=\"{PUBLIC}/carbon/\"")), "{done}");
    assert_eq!(sign_in_as(&pages, "tom", &code, "").location(), refused, "a code is good once");
    assert_eq!(sign_in_as(&pages, "tom", NEW, "").location(), "/carbon/");
}

#[test]
fn codes_at_the_login_form_are_judged_as_at_the_other_one() {
    let pages = Pages::new();
    let tom = pages.force(&[OFFLINE]);
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    let refused = "/carbon/admin/login.jsp?loginStatus=false";
    // Another site's form, and a link.
    let fields = [("username", "tom"), ("password", code.as_str()), ("csrf", "0")];
    let foreign = pages.post("/carbon/admin/login_action.jsp", &fields);
    assert!(foreign.location().starts_with("/carbon/admin/login.jsp?loginStatus=cookies"), "{foreign:?}");
    let link = pages.get(&format!("/carbon/admin/login_action.jsp?{}", encoded(&fields[..2])));
    assert!(link.location().starts_with("/carbon/admin/login.jsp"), "{link:?}");
    for _ in 0..5 {
        assert_eq!(sign_in_as(&pages, "tom", "WRONG1", "").location(), refused);
    }
    assert_eq!(
        sign_in_as(&pages, "tom", &code, "").location(),
        refused,
        "five wrong ones void the right one"
    );
    pages.world.trigger(&tom).unwrap();
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    pages.pass_minutes(1441);
    assert_eq!(sign_in_as(&pages, "tom", &code, "").location(), refused, "nor does an expired one lead on");
}

fn token(pages: &Pages) -> String {
    pages.get("/carbon/users/add").field("csrf")
}

/// Every value of the database but when sessions were last used.
fn contents(pages: &Pages) -> Vec<String> {
    pages.world.read(|tx| {
        let named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'session' ORDER BY name";
        let tables = tx.query(named, &[], |row| row.text(0))?;
        let mut counted = Vec::new();
        for table in tables {
            let columns =
                tx.query(&format!("SELECT name FROM pragma_table_info('{table}')"), &[], |row| row.text(0))?;
            let row = columns
                .iter()
                .map(|column| format!("quote({column})"))
                .collect::<Vec<_>>()
                .join(" || ',' || ");
            counted.extend(
                tx.query(&format!("SELECT '{table}: ' || {row} FROM {table}"), &[], |row| row.text(0))?,
            );
        }
        Ok(counted)
    })
}

#[test]
fn no_screen_takes_a_form_without_the_token_of_its_session() {
    let pages = console();
    let foreign = token(&pages);
    pages.forget_cookies();
    sign_in(&pages);
    assert_ne!(foreign, token(&pages));
    let before = contents(&pages);
    for screen in SCREENS {
        for sent in [None, Some(""), Some("0"), Some(foreign.as_str())] {
            let fields: Vec<(&str, &str)> =
                [("name", "tom")].into_iter().chain(sent.map(|token| ("csrf", token))).collect();
            let answer = pages.post(&format!("/carbon/{}", screen.path), &fields);
            assert_eq!(answer.status, 403, "{screen:?} {sent:?}");
            assert!(answer.body.contains("The form is not one of this session."), "{}", answer.body);
        }
    }
    assert_eq!(contents(&pages), before, "no state changed");
}

/// What fields are called on some page or other.
const FIELDS: &str = "action admin after assertionConsumerUrls body certAlias certificate claim claimRequested contentType \
    description dialect display displayName displayOrder do domain email enable extraName extraValue firstName footer from id \
    initiator issuer lastName leave list local locale mark metadata name names new_name oldName page part password password2 \
    pattern permission readOnly regEx required role shown state subject supported target type until uri user users what";

/// What nobody types.
const MADE_UP: [&str; 9] = [
    "",
    "x\r\nSet-Cookie: evil=1\r\n\r\n<script>evil()</script>",
    "evil\0",
    "-1",
    "99999999999999999999999",
    "../../../etc/passwd",
    "' OR 1=1 --",
    "\u{202e}\"><script>evil()</script>",
    "%s%n{{ evil }}{% evil %}",
];

#[test]
fn what_is_made_up_breaks_no_screen_and_adds_no_header_or_script() {
    let pages = console();
    let long = "a".repeat(20_000);
    for value in MADE_UP.into_iter().chain([long.as_str()]) {
        let made_up: Vec<(&str, &str)> = FIELDS.split_whitespace().map(|name| (name, value)).collect();
        for screen in SCREENS {
            let token = token(&pages);
            let path = format!("/carbon/{}", screen.path);
            let fields: Vec<(&str, &str)> =
                made_up.iter().copied().chain([("csrf", token.as_str())]).collect();
            let seen = (value.len() < 1_000).then(|| pages.get(&format!("{path}?{}", encoded(&made_up))));
            for answer in seen.into_iter().chain([pages.post(&path, &fields)]) {
                assert!(matches!(answer.status, 200 | 302 | 400), "{screen:?} {value:?}: {}", answer.body);
                for (name, header) in &answer.headers {
                    assert!(
                        !header.contains(['\r', '\n']) && !header.contains("evil=1"),
                        "{screen:?} {name}: {header}"
                    );
                }
                if answer.status == 302 {
                    assert!(answer.location().starts_with("/carbon/"), "{screen:?}: {}", answer.location());
                }
                assert!(!answer.body.contains("<script>evil"), "{screen:?} {value:?}: {}", answer.body);
            }
        }
    }
    assert_eq!(pages.get("/carbon/").status, 200, "the administrator is still signed in");
}
