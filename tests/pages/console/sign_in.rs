//! Signing in to the console and out of it, and what stands at its door.

use super::super::server::{Folder, Running, add_role, add_user, force_offline};
use super::super::{begin, get, post, send};
use super::{Console, LOGIN, SIGN_IN, borrowed, field, location, plain, stored, untouched};

const FAILED: &str = "Login failed! Please recheck the username and password and try again.";

#[tokio::test]
async fn the_administrator_signs_in_sees_the_console_and_signs_out() {
    let running = Running::start().await;
    let console = Console::new(&running);
    let start = console.get("/").await;
    assert!(location(&start).ends_with("/carbon/"));
    let begun = console.get("/carbon/").await;
    assert!(location(&begun).ends_with(LOGIN), "{}", begun.head);
    let signed_in = console.log_in("admin", "admin").await;
    assert!(location(&signed_in).ends_with("/carbon/"));
    let home = console.open("").await;
    assert!(home.body.contains("<span id=\"viewer\">admin@carbon.super</span>"), "{}", home.body);
    assert_eq!(home.header("Cache-Control"), Some("no-store"));
    let left = console.send("admin/logout_action.jsp", &[]).await;
    assert!(location(&left).ends_with(LOGIN));
    assert_eq!(console.cookie("carbonSession"), None);
}

#[tokio::test]
async fn a_session_that_was_ended_opens_nothing_any_more() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let kept = format!("Cookie: carbonSession={}\r\n", console.cookie("carbonSession").unwrap());
    assert_eq!(get(&running, "/carbon/", &kept).await.status, 200);
    console.send("admin/logout_action.jsp", &[]).await;
    assert_eq!(get(&running, "/carbon/", &kept).await.status, 302);
}

#[tokio::test]
async fn nobody_gets_in_with_a_wrong_password_without_the_permission_or_in_reset_and_all_of_it_reads_alike() {
    let running = Running::start().await;
    for user in ["tom", "ann", "eve"] {
        add_user(&running, user).await;
    }
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    let code = force_offline(&running, "tom").await;
    for (user, password) in [
        ("admin", "wrong"),
        ("nobody", "Old@1234"),
        ("ann", "Old@1234"),
        ("tom", "Old@1234"),
        ("tom", "WRONG1"),
        ("admin@no.such.tenant", "admin"),
        ("", ""),
    ] {
        let console = Console::new(&running);
        let refused = console.log_in(user, password).await;
        assert!(
            location(&refused).ends_with("/carbon/admin/login.jsp?loginStatus=false"),
            "{user}: {}",
            refused.head
        );
        let page = console.get("/carbon/admin/login.jsp?loginStatus=false").await;
        assert!(page.body.contains(FAILED));
        assert_eq!(console.cookie("carbonSession"), None);
    }
    // Who has his one-time password chooses a new password before he gets in.
    let console = Console::new(&running);
    let onward = console.log_in("tom", &code).await;
    assert!(location(&onward).contains("/accountrecoveryendpoint/confirmrecovery.do?"), "{}", onward.head);
    assert_eq!(console.cookie("carbonSession"), None);
    assert_eq!(console.get("/carbon/").await.status, 302);
}

#[tokio::test]
async fn a_login_form_that_is_not_the_browsers_own_is_sent_back() {
    let running = Running::start().await;
    let other = Console::new(&running);
    let foreign = field(&other.get(LOGIN).await.body, "csrf");
    let console = Console::new(&running);
    console.get(LOGIN).await;
    for token in [foreign.as_str(), "", "0"] {
        let fields = [("username", "admin"), ("password", "admin"), ("csrf", token)];
        let answer = console.post_raw(SIGN_IN, &fields).await;
        assert!(location(&answer).contains("loginStatus=cookies"), "{}", answer.head);
    }
    let fields = [("username", "admin"), ("password", "admin"), ("csrf", &foreign)];
    let without_cookies = post(&running, SIGN_IN, &fields, "").await;
    assert!(location(&without_cookies).contains("loginStatus=cookies"));
    let elsewhere = post(&running, SIGN_IN, &fields, "Sec-Fetch-Site: cross-site\r\n").await;
    assert_eq!(elsewhere.status, 403);
}

#[tokio::test]
async fn who_was_on_the_way_to_a_page_of_the_console_gets_there_and_nowhere_else() {
    let running = Running::start().await;
    for (asked, reached) in [
        ("/carbon/?x=1", "/carbon/?x=1"),
        ("https://evil.example/carbon/", "/carbon/"),
        ("//evil.example/carbon/", "/carbon/"),
        ("/carbon/\\evil.example", "/carbon/"),
        ("/carbon/\r\nSet-Cookie: a=b", "/carbon/"),
        ("/dashboard", "/carbon/"),
        ("/carbon/admin/logout_action.jsp", "/carbon/"),
    ] {
        let console = Console::new(&running);
        let asked = form_urlencoded::Serializer::new(String::new()).append_pair("back", asked).finish();
        let page = console.get(&format!("{LOGIN}?{asked}")).await.body;
        assert_eq!(field(&page, "back"), reached, "{asked}");
    }
    let console = Console::new(&running);
    let begun = console.get("/carbon/?x=1").await;
    let page = console.get(&super::super::below(&running, &location(&begun))).await.body;
    let (token, back) = (field(&page, "csrf"), field(&page, "back"));
    let fields = [("username", "admin"), ("password", "admin"), ("csrf", token.as_str()), ("back", &back)];
    assert!(location(&console.post_raw(SIGN_IN, &fields).await).ends_with("/carbon/?x=1"));
    let tampered = Console::new(&running);
    let token = field(&tampered.get(LOGIN).await.body, "csrf");
    let fields =
        [("username", "admin"), ("password", "admin"), ("csrf", token.as_str()), ("back", "//evil.example/")];
    assert_eq!(
        location(&tampered.post_raw(SIGN_IN, &fields).await),
        format!("{}/carbon/", running.server.public_url())
    );
}

#[tokio::test]
async fn the_dashboards_session_opens_no_console_but_tells_who_belongs_there() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    for (user, password, start) in [("tom", "Old@1234", "/dashboard"), ("admin", "admin", "/carbon/")] {
        let login = begin(&running).await;
        let answer = send(&running, &login.key, user, password, &login.cookie).await;
        let session = answer.header("Set-Cookie").unwrap().split(';').next().unwrap();
        let id = session.strip_prefix("commonAuthId=").unwrap();
        let headers = format!("Cookie: {session}; carbonSession={id}\r\n");
        assert!(location(&get(&running, "/carbon/", &headers).await).ends_with(LOGIN));
        let begun = get(&running, "/", &headers).await;
        assert!(location(&begun).ends_with(start), "{user}: {}", begun.head);
    }
}

#[tokio::test]
async fn a_page_that_does_not_exist_says_so_and_an_unsigned_change_is_not_made() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    assert_eq!(console.get("/carbon/users/").await.status, 200, "a slash at the end is no other page");
    let missing = console.get("/carbon/no/such/screen").await;
    assert_eq!(missing.status, 404);
    assert!(plain(&missing.body).contains("There is no such page in the console."));
    let fields = [("csrf", "0")];
    assert_eq!(console.post_raw("/carbon/", &fields).await.status, 403);
    assert_eq!(console.post_raw("/carbon/admin/logout_action.jsp", &fields).await.status, 403);
    assert!(console.cookie("carbonSession").is_some());
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used() {
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    running.clock.advance(14 * 60_000);
    console.open("").await;
    running.clock.advance(16 * 60_000);
    assert!(location(&console.get("/carbon/").await).ends_with(LOGIN));
}

#[tokio::test]
async fn who_sends_a_form_after_his_session_ended_is_told_so_and_comes_back_to_its_page() {
    const SCREEN: &str = "templates/edit?display=AccountDisable&locale=en_US";
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let page = console.open(SCREEN).await.body;
    let mut fields = untouched(&page, "emailTemplate");
    fields.iter_mut().find(|(name, _)| name == "footer").unwrap().1 = "Late".into();
    running.clock.advance(16 * 60_000);
    // A browser that keeps back where its forms come from.
    let token = console.token();
    let mut late = borrowed(&fields);
    late.push(("csrf", &token));
    let cookie =
        format!("Cookie: carbonSession={}\r\nOrigin: null\r\n", console.cookie("carbonSession").unwrap());
    let sent_on = post(&running, "/carbon/templates/edit", &late, &cookie).await;
    let login = console.get(&super::super::below(&running, &location(&sent_on))).await.body;
    assert!(login.contains("Your session had ended, so nothing was saved."), "{login}");
    let (token, back) = (field(&login, "csrf"), field(&login, "back"));
    let fields = [("username", "admin"), ("password", "admin"), ("csrf", token.as_str()), ("back", &back)];
    let signed_in = location(&console.post_raw(SIGN_IN, &fields).await);
    assert!(signed_in.ends_with(&format!("/carbon/{SCREEN}")), "{signed_in}");
    // A form that was shown again knows its page, too, and a made-up one leads nowhere else.
    console.open("").await;
    let fields = untouched(&page, "emailTemplate");
    let mut wrong = borrowed(&fields);
    wrong.extend([("do", "preview")]);
    let again = console.submit("templates/edit", &wrong).await.body;
    assert_eq!(field(&again, "here"), format!("/carbon/{SCREEN}"));
    running.clock.advance(16 * 60_000);
    for made_up in ["https://evil.example/carbon/", "//evil.example/", "/carbon/admin/logout_action.jsp", ""]
    {
        // There is nothing in it that could be kept.
        let sent_on = location(&console.send("templates/edit", &[("here", made_up)]).await);
        assert!(sent_on.ends_with("/carbon/admin/login.jsp?loginStatus=ended"), "{sent_on}");
    }
    let out = location(&console.send("admin/logout_action.jsp", &[]).await);
    assert!(out.ends_with("/carbon/admin/login.jsp"), "{out}");
}

#[tokio::test]
async fn what_was_typed_into_a_form_whose_session_ended_is_kept_until_it_can_be_sent() {
    const SCREEN: &str = "/carbon/templates/edit";
    const SUBJECT: &str =
        "SELECT subject FROM email_template WHERE key = 'accountdisable' AND locale = 'en_US'";
    let running = Running::start().await;
    let console = Console::admin(&running).await;
    let page = console.open("templates/edit?display=AccountDisable&locale=en_US").await.body;
    let mut fields = untouched(&page, "emailTemplate");
    fields.iter_mut().find(|(name, _)| name == "subject").unwrap().1 = "Late <b>&\"'".into();
    fields.push(("do".into(), "save".into()));
    running.clock.advance(16 * 60_000);
    let late = console.send("templates/edit", &borrowed(&fields)).await;
    assert!(
        late.status == 403 && late.body.contains("What you typed is kept on this page."),
        "{}",
        late.body
    );
    assert!(late.body.contains("href=\"/carbon/admin/login.jsp\" target=\"_blank\""), "{}", late.body);
    assert!(!late.body.contains("Late <b>"), "{}", late.body);
    let kept = untouched(&late.body, "lateForm");
    let typed = |fields: &[(String, String)]| -> Vec<(String, String)> {
        // A browser makes its own line ends, and every page has a number of its own.
        let lines = fields.iter().map(|(name, value)| (name.clone(), value.replace("\r\n", "\n")));
        lines.filter(|(name, _)| name != "once").collect()
    };
    let in_order = |mut fields: Vec<(String, String)>| {
        fields.sort();
        fields
    };
    assert_eq!(in_order(typed(&kept)), in_order(typed(&fields)));
    // Still nobody is signed in.
    let again = console.send("templates/edit", &borrowed(&kept)).await;
    assert!(again.body.contains("Your session has ended"), "{}", again.body);
    let signed_in = console.log_in("admin", "admin").await;
    assert!(location(&signed_in).ends_with("/carbon/"));
    // Whoever is signed in by now is asked, and nothing is done before he agrees.
    let mut old = borrowed(&kept);
    old.push(("csrf", "of another session"));
    let asked = console.post_raw(SCREEN, &old).await;
    assert!(asked.status == 403 && asked.body.contains("Now you are signed in as admin."), "{}", asked.body);
    assert!(asked.body.contains("href=\"/carbon/\">Cancel</a>"), "{}", asked.body);
    assert!(!stored(&running, SUBJECT).contains("Late"));
    let token = field(&asked.body, "csrf");
    let kept = untouched(&asked.body, "lateForm");
    let mut fields = borrowed(&kept);
    fields.push(("csrf", &token));
    assert!(location(&console.post_raw(SCREEN, &fields).await).ends_with("/carbon/templates"));
    assert_eq!(stored(&running, SUBJECT), "Late <b>&\"'");
    // A page of another site gets nothing shown, and a password stands in no page.
    let session = format!("Cookie: carbonSession={}\r\n", console.cookie("carbonSession").unwrap());
    for site in ["Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n", "Origin: null\r\n", ""] {
        let refused = post(&running, SCREEN, &fields[..1], &format!("{session}{site}")).await;
        assert!(refused.status == 403 && !refused.body.contains("lateForm"), "{site}: {}", refused.body);
    }
    let new = [("name", "late"), ("password", "Old@1234"), ("password2", "Old@1234"), ("csrf", "0")];
    let asked = console.post_raw("/carbon/users/add", &new).await.body;
    assert!(asked.contains("value=\"late\"") && !asked.contains("Old@1234"), "{asked}");
    assert!(asked.contains("have to be given again"), "{asked}");
}

#[tokio::test]
async fn an_operators_own_page_and_style_replace_ours() {
    let folder = Folder::with_certificate();
    let own = folder.0.join("templates/console");
    std::fs::create_dir_all(&own).unwrap();
    let page =
        "{% extends \"console/layout.html\" %}{% block content %}<p>House rules</p>{% endblock content %}";
    std::fs::write(own.join("home.html"), page).unwrap();
    std::fs::write(own.join("style.css"), "body { color: teal; }").unwrap();
    let running = Running::of(folder, |_| {}).await.unwrap();
    let console = Console::admin(&running).await;
    let home = console.open("").await.body;
    assert!(home.contains("<p>House rules</p>") && home.contains("id=\"signOut\""), "{home}");
    let sheet = home.split("<link rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = console.get(&plain(sheet)).await;
    assert_eq!(style.body, "body { color: teal; }");
    assert_eq!(style.header("Cache-Control"), Some("public, max-age=31536000, immutable"));
}
