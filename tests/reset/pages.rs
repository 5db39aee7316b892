//! L. Pages and addresses in unusual use.

use crate::support::visitor::{Browser, parameter};
use crate::support::world::{LINK, NEW, OLD, SET_PASSWORD, TOM, World};

// L116
#[test]
fn a_failed_login_can_be_repeated_in_the_same_conversation() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    let failed = browser.log_in(TOM, "Wrong@1234");
    let key = parameter(failed.location(), "sessionDataKey").unwrap();
    let page = browser.follow(&failed);
    let form = page.form("loginForm");
    assert!(form.fields.iter().any(|(name, value)| name == "sessionDataKey" && *value == key));
    let entered = browser.submit(&page, &form, &[("username", TOM), ("password", OLD)]);
    assert!(browser.follow(&entered).text().contains(TOM));
}

// L117
#[test]
fn a_conversation_that_nobody_knows_ends_with_a_way_back() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    for key in ["made-up", ""] {
        let pairs = [("username", TOM), ("password", OLD), ("sessionDataKey", key)];
        let answer = browser.post("/commonauth", &pairs);
        assert!(answer.location().ends_with("/authenticationendpoint/retry.do"), "{}", answer.location());
        let page = browser.follow(&answer);
        assert!(
            page.text().contains(
                "Something went wrong during the authentication process. Please try signing in again."
            ),
            "{}",
            page.text()
        );
    }
    assert!(!browser.is_signed_in());
}

// L117: a conversation ends with its login
#[test]
fn a_finished_conversation_cannot_be_used_again() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    let page = browser.login_page();
    let form = page.form("loginForm");
    browser.submit(&page, &form, &[("username", TOM), ("password", OLD)]);
    let mut other = world.browser();
    let answer = other.submit(&page, &form, &[("username", TOM), ("password", OLD)]);
    assert!(answer.location().ends_with("/authenticationendpoint/retry.do"), "{}", answer.location());
}

// L118
#[test]
fn an_unknown_message_key_shows_a_generic_text_and_is_not_repeated() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    for key in ["no.such.key", "<script>alert(1)</script>"] {
        let query = crate::support::visitor::encoded(&[("authFailure", "true"), ("authFailureMsg", key)]);
        let page = browser.visit(&format!("/authenticationendpoint/login.do?{query}"));
        assert_eq!(page.answer.status, 200);
        assert!(page.text().contains("Authentication Failed! Please Retry"), "{}", page.text());
        assert!(!page.text().contains("no.such.key") && !page.text().contains("alert(1)"));
    }
}

// L119
#[test]
fn after_a_reset_the_way_on_is_a_fresh_login_page() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let mut browser = world.browser();
    // A conversation that was begun long before.
    browser.log_in(TOM, OLD);
    let page = browser.visit(&link.address);
    let done = browser.choose(&page, NEW).text().replace("&#x2F;", "/");
    world.clock.advance(2 * 3_600_000);
    let onward = done.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let onward =
        onward.filter(|address| address.contains("/dashboard")).last().expect("a link to go on with");
    let page = browser.visit(onward);
    assert_eq!(page.answer.status, 200);
    page.form("loginForm");
    assert!(!page.text().contains("error-msg"), "{}", page.text());
    browser.enter(TOM, NEW);
}

// L120
#[test]
fn an_empty_key_is_invalid_with_the_originals_unfilled_text() {
    let world = World::new(&[]);
    let answer = world.set_password_api("", NEW);
    assert_eq!(answer.status, 400);
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["code"], "18001");
    assert_eq!(body["description"], "Invalid Code '%s.'");
}

// L121, L123
#[test]
fn the_recovery_api_answers_bad_requests_clearly_and_leaves_the_code_good() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let code = world.mailed_link().code;
    let client = world.client();
    let authorization = crate::support::client::basic("admin", "admin");
    let headers = [("Content-Type", "application/json"), ("Authorization", authorization.as_str())];
    let long = serde_json::json!({ "key": code, "password": "x".repeat(10_000) }).to_string();
    let bodies = [
        format!("{{\"key\":\"{code}\"}}"),
        format!("{{\"key\":\"{code}\",\"password\":\"\"}}"),
        format!("{{\"key\":\"{code}\",\"password\":null}}"),
        format!("{{\"key\":\"{code}\",\"password\":7}}"),
        long,
        "{".to_owned(),
        "[]".to_owned(),
        String::new(),
    ];
    for body in bodies {
        let answer = client.send("POST", SET_PASSWORD, &headers, body.as_bytes());
        assert_eq!(answer.status, 400, "{body:.60}: {}", answer.text());
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(!problem["description"].as_str().unwrap().is_empty() && problem["message"] == "Bad Request");
    }
    let done = world.set_password_api(&code, NEW);
    assert_eq!((done.status, done.body.len()), (200, 0));
    assert!(world.lets_in(TOM, NEW));
}

// L122
#[test]
fn refused_service_calls_of_one_user_leave_no_trace_in_anothers_browser() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..4).for_each(|_| assert!(!world.caller(TOM, OLD).is_known())));
        }
    });
    let page = world.browser().login_page();
    assert!(!page.address.contains("authFailure") && !page.address.contains("retry.do"), "{}", page.address);
    assert!(!page.text().contains("error-msg"));
}

// L124
#[test]
fn every_redirect_is_a_302_to_an_absolute_address_in_a_header_spelt_location() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    let dashboard = browser.open("/dashboard");
    let begun = browser.open("/commonauth?relyingParty=wso2.my.dashboard");
    let page = browser.follow(&begun);
    let key =
        page.form("loginForm").fields.iter().find(|(name, _)| name == "sessionDataKey").unwrap().1.clone();
    let post = |browser: &mut Browser, password: &str, key: &str| {
        browser.post("/commonauth", &[("username", TOM), ("password", password), ("sessionDataKey", key)])
    };
    let refused = post(&mut browser, "Wrong@1234", &key);
    let lost = post(&mut browser, OLD, "lost");
    let entered = post(&mut browser, OLD, &key);
    for answer in [dashboard, begun, refused, lost, entered, browser.open("/carbon"), browser.open("/")] {
        assert_eq!(answer.status, 302);
        let start = format!("{}/", world.public_url());
        assert!(answer.location().starts_with(&start), "{}", answer.location());
    }
}

// 4.1, 4.5: what a browser must be told about every page
#[test]
fn every_page_forbids_scripts_frames_and_guessing() {
    let world = World::new(&[LINK]);
    world.admin().trigger(TOM);
    let link = world.mailed_link();
    let mut browser = world.browser();
    let pages = [
        browser.login_page(),
        browser.visit(&link.address),
        browser.visit("/authenticationendpoint/retry.do"),
        browser.visit("/accountrecoveryendpoint/confirmrecovery.do"),
        browser.visit("/no/such/page"),
    ];
    for page in pages {
        let header =
            |name: &str| page.answer.header(name).unwrap_or_else(|| panic!("{name} at {}", page.address));
        let policy = header("Content-Security-Policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(policy.contains("form-action 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(header("X-Frame-Options"), "DENY");
        assert_eq!(header("X-Content-Type-Options"), "nosniff");
        assert_eq!(header("Cache-Control"), "no-store");
        assert!(header("Content-Type").starts_with("text/html"));
        assert!(page.text().contains("<html lang=\"en\">") && page.text().contains("name=\"viewport\""));
    }
}

// decision: forms of other sites are refused
#[test]
fn a_form_of_another_site_is_refused() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    browser.enter(TOM, OLD);
    let foreign = [("Origin", "https://evil.example"), ("Content-Type", "application/x-www-form-urlencoded")];
    // The reset form needs no such guard: whoever can send it has the code.
    for path in ["/dashboard/logout", "/commonauth"] {
        let answer = browser.send("POST", path, &foreign, "username=tom&password=Old%401234");
        assert_eq!(answer.status, 403, "{path}");
    }
    let cross = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(browser.send("GET", "/dashboard/logout", &cross, "").status, 403);
    // A form without the token of this session does not sign anybody out either.
    let answer = browser.post("/dashboard/logout", &[("csrf", "guess")]);
    assert_eq!(answer.status, 403);
    assert!(browser.is_signed_in());
}

// 4.6
#[test]
fn signing_out_ends_the_session_for_good() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    browser.enter(TOM, OLD);
    let stolen = browser.clone();
    let page = browser.visit("/dashboard");
    let token =
        page.text().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answer = browser.post("/dashboard/logout", &[("csrf", &token)]);
    assert_eq!(answer.status, 302);
    assert!(!browser.is_signed_in());
    assert!(!stolen.clone().is_signed_in(), "the cookie is worth nothing any more");
}

// 4.3: the cookie of a browser session
#[test]
fn the_session_cookie_is_for_this_server_and_no_script() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    let page = browser.login_page();
    let mut form = page.form("loginForm");
    let cookie_of = |answer: &crate::support::client::Answer| {
        answer.all("Set-Cookie").find(|cookie| cookie.starts_with("commonAuthId=")).unwrap().to_owned()
    };
    let answer = browser.submit(&page, &form, &[("username", TOM), ("password", OLD)]);
    let cookie = cookie_of(&answer);
    for part in ["; Path=/", "; Secure", "; HttpOnly"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Max-Age"), "{cookie}");
    // Remembered, it lives for two weeks.
    let mut browser = world.browser();
    let page = browser.login_page();
    form = page.form("loginForm");
    form.fields.push(("chkRemember".into(), "on".into()));
    let answer = browser.submit(&page, &form, &[("username", TOM), ("password", OLD)]);
    assert!(cookie_of(&answer).contains("Max-Age=1209600"), "{}", cookie_of(&answer));
    world.clock.advance(13 * 24 * 3_600_000);
    assert!(browser.is_signed_in());
}

// 3.4 of the product: idle sessions end
#[test]
fn a_session_without_use_ends_after_fifteen_minutes() {
    let world = World::new(&[]);
    let mut browser = world.browser();
    browser.enter(TOM, OLD);
    world.clock.advance(14 * 60_000);
    assert!(browser.is_signed_in());
    world.clock.advance(14 * 60_000);
    assert!(browser.is_signed_in(), "its use a while ago counts");
    world.clock.advance(16 * 60_000);
    assert!(!browser.is_signed_in());
}
