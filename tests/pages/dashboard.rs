//! The dashboard: what a user sees and changes of himself.

use super::server::{Answer, Running, add_role, add_user, claim, force_offline, govern, set_claim};
use super::{begin, get, is_in, post, send, tom_is_in};

/// A signed-in browser.
pub struct Account<'a> {
    running: &'a Running,
    cookie: String,
}

impl<'a> Account<'a> {
    pub async fn of(running: &'a Running, user: &str, password: &str) -> Self {
        let login = begin(running).await;
        let answer = send(running, &login.key, user, password, &login.cookie).await;
        assert!(is_in(&answer), "{}", answer.head);
        let session =
            answer.headers("Set-Cookie").into_iter().find(|cookie| cookie.starts_with("commonAuthId="));
        let session = session.unwrap().split(';').next().unwrap();
        Self { running, cookie: format!("Cookie: {session}\r\n") }
    }

    pub async fn open(&self, path: &str) -> Answer {
        get(self.running, path, &self.cookie).await
    }

    pub async fn is_open(&self) -> bool {
        self.open("/dashboard").await.status == 200
    }

    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        post(self.running, path, fields, &self.cookie).await
    }

    /// Sends a form with the token of its page.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.open(path).await;
        assert_eq!(page.status, 200, "{}", page.head);
        let token = field(&page.body, "csrf");
        let mut all = vec![("csrf", token.as_str())];
        all.extend(fields);
        self.post_raw(path, &all).await
    }

    /// Sends a form that must be taken; the page it leads to.
    pub async fn change(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.submit(path, fields).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        let target = super::below(self.running, answer.header("Location").unwrap());
        assert!(target.starts_with(path), "{target}");
        let page = self.open(&target).await;
        assert!(page.body.contains("role=\"status\""), "{}", page.body);
        page.body
    }
}

/// The value of a hidden field.
pub fn field(html: &str, name: &str) -> String {
    let rest =
        html.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {html}")).1;
    rest.split('"').next().unwrap().to_owned()
}

async fn with_tom() -> Running {
    let running = Running::with(|settings| settings.attempts_per_minute = 1_000_000).await;
    add_user(&running, "tom").await;
    add_role(&running, "test role", "tom", "/permission/admin/login").await;
    running
}

const LAST_NAME: &str = "claim http://wso2.org/claims/lastname";
const COUNTRY: &str = "claim http://wso2.org/claims/country";
const MAIL: &str = "claim http://wso2.org/claims/emailaddress";

#[tokio::test]
async fn every_page_of_the_dashboard_is_for_who_is_signed_in() {
    let running = with_tom().await;
    for path in ["/dashboard/profile", "/dashboard/password", "/dashboard/questions", "/dashboard/sessions"] {
        for answer in [get(&running, path, "").await, post(&running, path, &[("csrf", "x")], "").await] {
            assert_eq!(answer.status, 302, "{path}");
            let target = answer.header("Location").unwrap();
            assert!(target.contains("/dashboard/samlsso.jag?login=true&page="), "{target}");
        }
    }
    assert_eq!(get(&running, "/dashboard/nothing", "").await.status, 404);
    let tom = Account::of(&running, "tom", "Old@1234").await;
    for path in [
        "/dashboard",
        "/dashboard/profile",
        "/dashboard/password",
        "/dashboard/questions",
        "/dashboard/sessions",
    ] {
        let page = tom.open(path).await;
        assert_eq!((page.status, page.header("Cache-Control")), (200, Some("no-store")), "{path}");
        let html = &page.body;
        assert!(html.contains(&format!("href=\"{path}\" aria-current=\"page\"")), "{html}");
        assert_eq!(html.matches("<h1>").count(), 1, "{path}");
        assert!(!html.contains("<script") && !html.contains(" style="), "{path}");
        for form in html.split("<form ").skip(1).map(|form| form.split("</form>").next().unwrap()) {
            assert!(form.contains("name=\"csrf\""), "{form}");
        }
        for control in html.split("<input ").chain(html.split("<select ")).skip(1) {
            let tag = control.split('>').next().unwrap();
            let Some(id) = tag.split("id=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            assert!(html.contains(&format!("<label for=\"{id}\">")), "{path}: {id} has no label");
        }
    }
}

#[tokio::test]
async fn a_form_without_the_token_of_the_session_changes_nothing() {
    let running = with_tom().await;
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let other = Account::of(&running, "tom", "Old@1234").await;
    let foreign = field(&other.open("/dashboard/profile").await.body, "csrf");
    for token in ["", "x", foreign.as_str()] {
        for (path, fields) in [
            ("/dashboard/profile", vec![(LAST_NAME, "Changed")]),
            ("/dashboard/sessions", vec![("end", "all")]),
            (
                "/dashboard/password",
                vec![
                    ("old-password", "Old@1234"),
                    ("new-password", "AbNew@123"),
                    ("new-password2", "AbNew@123"),
                ],
            ),
            ("/dashboard/questions", vec![("question1", "x")]),
        ] {
            let mut fields = fields;
            fields.push(("csrf", token));
            assert_eq!(tom.post_raw(path, &fields).await.status, 403, "{path} {token}");
        }
    }
    assert!(tom.is_open().await && other.is_open().await);
    assert!(!tom.open("/dashboard/profile").await.body.contains("Changed"));
    assert!(tom_is_in(&running, "Old@1234").await);
}

#[tokio::test]
async fn a_user_edits_his_profile_and_is_told_what_is_wrong_with_it() {
    let running = with_tom().await;
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let page = tom
        .change(
            "/dashboard/profile",
            &[(LAST_NAME, "Größe <b>&\"'"), (COUNTRY, "ישראל"), (MAIL, "tom@example.org")],
        )
        .await;
    assert!(page.contains("Your profile was saved."));
    assert!(page.contains("Größe &lt;b&gt;&amp;&quot;&#39;") && page.contains("value=\"ישראל\""), "{page}");
    assert!(page.contains("dir=\"auto\"") && !page.contains("<b>"));
    assert!(tom.open("/dashboard").await.body.contains("tom@example.org"));
    // Roles are shown and stay: the field is not there, and what is sent for it is passed over.
    assert!(page.contains("test role") && !page.contains("name=\"claim http://wso2.org/claims/role\""));
    let forced = "claim http://wso2.org/claims/identity/adminForcedPasswordReset";
    tom.change(
        "/dashboard/profile",
        &[("claim http://wso2.org/claims/role", "admin"), (forced, "true"), (COUNTRY, "Ö")],
    )
    .await;
    assert!(!tom.open("/dashboard/profile").await.body.contains(">admin"));
    // Refused: what was typed is still there, nothing was stored, each flaw is at its field.
    let refused = tom
        .submit("/dashboard/profile", &[(LAST_NAME, ""), (MAIL, "<i>no address"), (COUNTRY, "Elsewhere")])
        .await;
    assert_eq!(refused.status, 200);
    for text in [
        "Nothing was saved.",
        "Last Name is required.",
        "Email does not have the right form.",
        "value=\"&lt;i&gt;no address\"",
        "value=\"Elsewhere\"",
        "aria-invalid=\"true\"",
    ] {
        assert!(refused.body.contains(text), "{text}: {}", refused.body);
    }
    let page = tom.open("/dashboard/profile").await.body;
    assert!(page.contains("Größe") && !page.contains("Elsewhere"));
    // A reload of the page after a change says nothing that the address makes up.
    assert!(!tom.open("/dashboard/profile?done=%3Cb%3E").await.body.contains("role=\"status\""));
}

#[tokio::test]
async fn a_profile_that_is_open_in_two_tabs_keeps_what_both_change_and_asks_where_they_differ() {
    let running = with_tom().await;
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let shown = field(&tom.open("/dashboard/profile").await.body, "shown").replace("&#x2F;", "/");
    let shown = shown.replace("&amp;", "&");
    tom.change("/dashboard/profile", &[("shown", &shown), (MAIL, "second@x.org"), (COUNTRY, "")]).await;
    let mail = "tom@example.org";
    let page = tom.change("/dashboard/profile", &[("shown", &shown), (MAIL, mail), (COUNTRY, "Ö")]).await;
    assert!(page.contains("value=\"second@x.org\"") && page.contains("value=\"Ö\""), "{page}");
    let fields = [("shown", shown.as_str()), (MAIL, "third@x.org"), (COUNTRY, "Ö"), (LAST_NAME, "Later")];
    let asked = tom.submit("/dashboard/profile", &fields).await.body;
    assert!(asked.contains("it is “second@x.org” now") && asked.contains("Nothing was saved."), "{asked}");
    assert!(asked.contains("value=\"third@x.org\"") && asked.contains("value=\"Later\""), "{asked}");
    assert!(!tom.open("/dashboard/profile").await.body.contains("Later"), "nothing was written");
    let fresh = field(&asked, "shown").replace("&#x2F;", "/").replace("&amp;", "&");
    let fields = [("shown", fresh.as_str()), (MAIL, "third@x.org"), (COUNTRY, "Ö"), (LAST_NAME, "Later")];
    let page = tom.change("/dashboard/profile", &fields).await;
    assert!(page.contains("value=\"third@x.org\"") && page.contains("value=\"Later\""), "{page}");
}

#[tokio::test]
async fn a_value_of_several_lines_that_nobody_touched_stays_so_and_keeps_nobody_from_saving() {
    const COUNTRY_CLAIM: &str = "http://wso2.org/claims/country";
    let running = with_tom().await;
    let set = set_claim("tom", COUNTRY_CLAIM, "A&#10;B ", "Authorization: Basic YWRtaW46YWRtaW4=\r\n");
    assert_eq!(running.ask(&set).await.status, 202);
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let page = tom.open("/dashboard/profile").await.body;
    let shown = field(&page, "shown").replace("&#x2F;", "/").replace("&amp;", "&");
    // As browsers send it.
    let fields =
        [("shown", shown.as_str()), (COUNTRY, "AB"), (LAST_NAME, "Later"), (MAIL, "tom@example.org")];
    assert!(tom.change("/dashboard/profile", &fields).await.contains("value=\"Later\""));
    assert_eq!(claim(&running, "tom", COUNTRY_CLAIM).await, "A\nB ");
    tom.change("/dashboard/profile", &[("shown", shown.as_str()), (COUNTRY, "C")]).await;
    assert_eq!(claim(&running, "tom", COUNTRY_CLAIM).await, "C");
}

#[tokio::test]
async fn a_user_changes_his_password_and_only_his_other_sessions_end() {
    let running = with_tom().await;
    let (here, there) =
        (Account::of(&running, "tom", "Old@1234").await, Account::of(&running, "tom", "Old@1234").await);
    let form = |old, new, again| [("old-password", old), ("new-password", new), ("new-password2", again)];
    govern(&running, &[("passwordPolicy.enable", "true"), ("passwordHistory.enable", "true")]).await;
    for (fields, text) in [
        (form("wrong", "AbNew@123", "AbNew@123"), "The current password is not right."),
        (form("Old@1234", "AbNew@123", "AbNew@124"), "Passwords did not match. Please try again."),
        (form("Old@1234", "", ""), "Password cannot be empty."),
        (form("Old@1234", "A b@123", "A b@123"), "Password length should be within 5 to 30 characters"),
        (form("Old@1234", "Ab@1x", "Ab@1x"), "Password at least should have 6 characters"),
        (form("Old@1234", "abcdefgh", "abcdefgh"), "Password pattern policy violated."),
        (form("Old@1234", "Old@1234", "Old@1234"), "The new password must differ from the present one"),
    ] {
        let answer = here.submit("/dashboard/password", &fields).await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(text), "{text}: {}", answer.body);
        assert!(!answer.body.contains("AbNew@12"), "no password is shown again");
    }
    assert!(there.is_open().await);
    let page = here.change("/dashboard/password", &form("Old@1234", "AbNew@123", "AbNew@123")).await;
    assert!(page.contains("Your password was changed."));
    assert!(here.is_open().await && !there.is_open().await);
    assert!(tom_is_in(&running, "AbNew@123").await && !tom_is_in(&running, "Old@1234").await);
    here.change("/dashboard/password", &form("AbNew@123", "AbNew@456", "AbNew@456")).await;
    let again = here.submit("/dashboard/password", &form("AbNew@456", "AbNew@123", "AbNew@123")).await;
    assert!(again.body.contains("This password has been used in recent history."), "{}", again.body);
}

#[tokio::test]
async fn guessing_the_present_password_is_slowed_down() {
    let running = Running::with(|settings| settings.attempts_per_minute = 6).await;
    let admin = Account::of(&running, "admin", "admin").await;
    let token = field(&admin.open("/dashboard/profile").await.body, "csrf");
    let mut last = 200;
    for _ in 0..10 {
        let fields = [
            ("csrf", token.as_str()),
            ("old-password", "guess"),
            ("new-password", "AbNew@123"),
            ("new-password2", "AbNew@123"),
        ];
        last = admin.post_raw("/dashboard/password", &fields).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_user_sees_where_he_is_signed_in_and_ends_it() {
    let running = with_tom().await;
    let (here, there, third) = (
        Account::of(&running, "tom", "Old@1234").await,
        Account::of(&running, "tom", "Old@1234").await,
        Account::of(&running, "tom", "Old@1234").await,
    );
    let admin = Account::of(&running, "admin", "admin").await;
    let page = here.open("/dashboard/sessions").await.body;
    assert_eq!(page.matches("<td>Applications in a browser").count(), 3, "{page}");
    assert!(page.contains("<title>Sessions – My account</title>"), "{page}");
    assert_eq!(
        page.matches("aria-label=\"End this session: Applications in a browser, 2023-").count(),
        2,
        "{page}"
    );
    assert_eq!(page.matches("(this session)").count(), 1);
    assert!(page.contains("2023-11-14 22:13 UTC") && page.contains("127.0.0.1"), "{page}");
    let name = page.split("name=\"end\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(here.change("/dashboard/sessions", &[("end", &name)]).await.contains("The session has ended."));
    assert_eq!(usize::from(there.is_open().await) + usize::from(third.is_open().await), 1);
    here.change("/dashboard/sessions", &[("end", "others")]).await;
    assert!(here.is_open().await && !there.is_open().await && !third.is_open().await);
    // Nobody ends the sessions of others; those of services are listed, too.
    let admins = admin.open("/dashboard/sessions").await.body;
    assert!(admins.contains("Admin services"), "{admins}");
    let answer = here.submit("/dashboard/sessions", &[("end", "all")]).await;
    assert!(
        answer.headers("Set-Cookie").iter().any(|cookie| cookie.contains("Max-Age=0")),
        "{}",
        answer.head
    );
    assert!(!here.is_open().await && admin.is_open().await);
}

#[tokio::test]
async fn a_forced_reset_takes_the_dashboard_away_at_once() {
    let running = with_tom().await;
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let token = field(&tom.open("/dashboard/password").await.body, "csrf");
    force_offline(&running, "tom").await;
    let fields = [
        ("csrf", token.as_str()),
        ("old-password", "Old@1234"),
        ("new-password", "AbNew@123"),
        ("new-password2", "AbNew@123"),
    ];
    let answer = tom.post_raw("/dashboard/password", &fields).await;
    assert!(answer.header("Location").unwrap().contains("samlsso.jag?login=true"), "{}", answer.head);
    assert!(!tom_is_in(&running, "AbNew@123").await && !tom_is_in(&running, "Old@1234").await);
}

#[tokio::test]
async fn a_user_chooses_his_security_questions_and_nobody_sees_the_answers() {
    let running = with_tom().await;
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let page = tom.open("/dashboard/questions").await.body;
    let questions: Vec<String> = page
        .split("<select ")
        .skip(1)
        .map(|select| select.split("<option value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned())
        .collect();
    assert!(questions.len() >= 2, "{page}");
    let plain = |text: &str| text.replace("&#39;", "'").replace("&#x27;", "'").replace("&amp;", "&");
    let (first, second) = (plain(&questions[0]), plain(&questions[1]));
    let form = [
        ("question1", first.as_str()),
        ("answer1", "Rotkäppchen"),
        ("question2", &second),
        ("answer2", "Blau"),
    ];
    let page = tom.change("/dashboard/questions", &form).await;
    assert!(page.contains("Your security questions were saved.") && !page.contains("Rotk"), "{page}");
    assert_eq!(page.matches(" selected>").count(), 2, "{page}");
    // Empty answers keep what there is.
    let form = [("question1", first.as_str()), ("answer1", ""), ("question2", &second), ("answer2", "Grün")];
    tom.change("/dashboard/questions", &form).await;
    // Letters are counted, not bytes.
    let long = "漢".repeat(250);
    tom.change(
        "/dashboard/questions",
        &[("question1", first.as_str()), ("answer1", &long), ("question2", &second)],
    )
    .await;
    let longer = [&long, "字"].concat();
    let refused =
        tom.submit("/dashboard/questions", &[("question1", first.as_str()), ("answer1", &longer)]).await;
    assert!(refused.body.contains("at most 250 characters"), "{}", refused.body);
    for form in [
        vec![("question1", "What is the password of the administrator?"), ("answer1", "x")],
        vec![("question1", first.as_str()), ("answer1", "x"), ("question2", "?"), ("answer2", "y")],
    ] {
        let refused = tom.submit("/dashboard/questions", &form).await;
        assert!(refused.status == 200 && refused.body.contains("role=\"alert\""), "{}", refused.body);
    }
    // A set that is not chosen any more is not asked any more.
    let page = tom.change("/dashboard/questions", &[("question1", first.as_str()), ("answer1", "x")]).await;
    assert_eq!(page.matches(" selected>").count(), 1, "{page}");
}

#[tokio::test]
async fn what_was_typed_into_a_form_whose_session_ended_can_be_sent_after_signing_in_again() {
    let running = with_tom().await;
    let tom = Account::of(&running, "tom", "Old@1234").await;
    let token = field(&tom.open("/dashboard/profile").await.body, "csrf");
    running.clock.advance(60 * 60_000);
    let headers = |cookie: &str| [cookie, super::SAME_SITE_FORM].concat();
    let fields = [("csrf", token.as_str()), (LAST_NAME, "Late\"<b>")];
    let late = post(&running, "/dashboard/profile", &fields, &headers(&tom.cookie)).await;
    assert!(
        late.status == 403 && late.body.contains("What you typed is kept on this page."),
        "{}",
        late.body
    );
    assert!(late.body.contains("href=\"/dashboard\" target=\"_blank\""), "{}", late.body);
    assert!(late.body.contains("value=\"Late&quot;&lt;b&gt;\""), "{}", late.body);
    let passwords = [("csrf", token.as_str()), ("old-password", "Old@1234"), ("new-password", "AbNew@123")];
    let gone = post(&running, "/dashboard/password", &passwords, &headers(&tom.cookie)).await;
    assert_eq!(gone.status, 302, "{}", gone.body);
    let again = Account::of(&running, "tom", "Old@1234").await;
    let asked = post(&running, "/dashboard/profile", &fields, &headers(&again.cookie)).await;
    assert!(asked.body.contains("Now you are signed in as tom."), "{}", asked.body);
    assert!(asked.body.contains("href=\"/dashboard/profile\">Cancel</a>"), "{}", asked.body);
    assert!(!again.open("/dashboard/profile").await.body.contains("Late"), "nothing was done yet");
    let token = field(&asked.body, "csrf");
    let fields = [("csrf", token.as_str()), (LAST_NAME, "Late\"<b>")];
    let saved = post(&running, "/dashboard/profile", &fields, &headers(&again.cookie)).await;
    assert_eq!(saved.status, 302, "{}", saved.body);
    assert!(again.open("/dashboard/profile").await.body.contains("value=\"Late&quot;&lt;b&gt;\""));
}
