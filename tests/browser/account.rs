//! What users do themselves, by clicks: the dashboard, forgotten passwords, security questions, and everything that
//! people do to forms without meaning it.

use super::support::soap::{ONE_TIME_PASSWORD, choose, claim, force, govern};
use super::{Chromium, FAILED, House};
use serde_json::json;

fn follow(chromium: &mut Chromium, link: &str) {
    chromium.tell(json!({ "command": "follow", "link": link }));
    chromium.go_on();
}

fn open(chromium: &mut Chromium, address: &str) {
    chromium.open(address);
    chromium.go_on();
}

fn sign_in(chromium: &mut Chromium, user: &str, password: &str) {
    chromium.sign_in(user, password);
    chromium.go_on();
}

fn sign_out(chromium: &mut Chromium) {
    chromium.press("Sign out");
    chromium.go_on();
}

fn pick(chromium: &mut Chromium, label: &str) {
    chromium.tell(json!({ "command": "check", "label": label }));
}

fn value(chromium: &mut Chromium, label: &str) -> String {
    chromium.tell(json!({ "command": "value", "label": label })).as_str().unwrap().to_owned()
}

/// Chooses the first question of a set.
fn select(chromium: &mut Chromium, label: &str) {
    chromium.tell(json!({ "command": "select", "label": label, "index": 1 }));
}

fn offer(house: &House, settings: &[(&str, &str)]) {
    assert_eq!(govern(&house.client(), settings).status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tom_looks_after_his_account_in_any_language_and_nothing_he_types_becomes_a_page() {
    let Some(mut house) = House::open().await else { return };
    let dashboard = house.address("/dashboard");
    let chromium = &mut house.chromium;
    chromium.fresh();
    open(chromium, &dashboard);
    sign_in(chromium, "tom", "Old@1234");
    follow(chromium, "Profile");
    let html = "<b id=x>\"'&amp;</b><script>document.title='hacked'</script>";
    for (label, text) in [
        ("First Name *", "Jürgen Größe"),
        ("Last Name *", "דוד בן־גוריון"),
        ("Country", "المملكة العربية السعودية"),
        ("Organization", html),
        ("URL", "javascript:alert(1)"),
        ("IM", "{{ user_name }} {% raw %}"),
    ] {
        chromium.fill(label, text);
    }
    chromium.press("Save");
    chromium.shows("Your profile was saved.");
    assert_eq!(value(chromium, "First Name *"), "Jürgen Größe");
    assert_eq!(value(chromium, "Last Name *"), "דוד בן־גוריון");
    assert_eq!(value(chromium, "Country"), "المملكة العربية السعودية");
    assert_eq!(value(chromium, "Organization"), html);
    assert_eq!(value(chromium, "IM"), "{{ user_name }} {% raw %}");
    assert_eq!(chromium.ask("title"), "Profile – My account");
    chromium.picture("profile");
    // A reload after the change repeats nothing.
    chromium.fill("Email *", "no address");
    chromium.press("Save");
    chromium.shows("Email does not have the right form.");
    chromium.picture("profile-refused");
    follow(chromium, "Password");
    for (old, new, text) in [
        ("Wrong@123", "AbNew@123", "The current password is not right."),
        ("Old@1234", "Old@1234", "The new password must differ from the present one"),
        ("Old@1234", "AbNew@123", "Your password was changed."),
    ] {
        chromium.fill("Current Password", old);
        chromium.fill("Enter New Password", new);
        chromium.fill("Confirm Password", new);
        chromium.press("Change Password");
        chromium.shows(text);
    }
    follow(chromium, "Sessions");
    chromium.shows("this session");
    chromium.picture("sessions");
    chromium.press("End all sessions and sign out");
    chromium.go_on();
    chromium.shows("Sign in");
    for _ in 0..3 {
        sign_in(chromium, "tom", "Old@1234");
        chromium.shows(FAILED);
    }
    sign_in(chromium, "tom", "AbNew@123");
    assert_eq!(chromium.ask("address"), dashboard);
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_password_is_set_by_a_mail_and_by_answers_found_from_the_login_page() {
    let Some(mut house) = House::open().await else { return };
    let dashboard = house.address("/dashboard");
    house.chromium.fresh();
    open(&mut house.chromium, &dashboard);
    assert!(!house.chromium.ask("text").contains("Forgot"));
    offer(
        &house,
        &[
            ("Recovery.Notification.Password.Enable", "true"),
            ("Recovery.Question.Password.Enable", "true"),
            ("Recovery.Notification.Username.Enable", "true"),
        ],
    );
    let chromium = &mut house.chromium;
    open(chromium, &dashboard);
    sign_in(chromium, "tom", "Old@1234");
    follow(chromium, "Security questions");
    for (number, answer) in [(1, "Zürich"), (2, "Rex")] {
        select(chromium, &format!("Question {number}"));
        chromium.fill(&format!("Answer {number}"), answer);
    }
    chromium.press("Save");
    chromium.shows("Your security questions were saved.");
    chromium.picture("security-questions");
    sign_out(chromium);
    // By mail.
    follow(chromium, "Forgot Password");
    chromium.picture("forgot-password");
    chromium.fill("Username", "tom");
    chromium.press("Submit");
    chromium.shows("If there is an account of that name");
    let link = house.link().await;
    let chromium = &mut house.chromium;
    chromium.open(&link);
    chromium.choose_password("Mail@1234");
    chromium.shows("Updated the password successfully");
    follow(chromium, "Go to my account");
    sign_in(chromium, "tom", "Mail@1234");
    assert_eq!(chromium.ask("address"), dashboard);
    sign_out(chromium);
    // By answers; somebody who does not exist is asked as well.
    for (name, answers) in [("nobody", &["Zürich"][..]), ("tom", &["no", "zürich", "REX"])] {
        open(chromium, &dashboard);
        follow(chromium, "Forgot Password");
        chromium.fill("Username", name);
        pick(chromium, "Recover with security questions");
        chromium.press("Submit");
        chromium.shows("Answer the Security Question");
        for answer in answers {
            chromium.tell(json!({ "command": "type", "text": answer }));
            chromium.tell(json!({ "command": "key", "name": "Enter", "loads": true }));
            if answer == &"no" || name == "nobody" {
                chromium.shows("That is not the right answer.");
                chromium.tell(json!({ "command": "key", "name": "Tab" }));
            }
        }
    }
    chromium.choose_password("Asked@123");
    chromium.shows("Updated the password successfully");
    follow(chromium, "Go to my account");
    sign_in(chromium, "tom", "Asked@123");
    assert_eq!(chromium.ask("address"), dashboard);
    sign_out(chromium);
    // The name.
    follow(chromium, "Forgot Username");
    chromium.fill("Email", "tom@example.org");
    chromium.press("Submit");
    chromium.shows("If exactly one account fits");
    assert!(house.mails.next().await.body().contains("tom"));
    assert_eq!(house.chromium.complaints(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn second_use_two_tabs_the_back_button_and_no_cookies_do_no_harm() {
    let Some(mut house) = House::open().await else { return };
    let (client, dashboard) = (house.client(), house.address("/dashboard"));
    choose(&client, true, false, false);
    force(&client, "tom");
    let link = house.link().await;
    let chromium = &mut house.chromium;
    chromium.fresh();
    // The form in two tabs: the first that is sent counts, the second is told.
    chromium.open(&link);
    chromium.tell(json!({ "command": "tab" }));
    chromium.open(&link);
    chromium.choose_password("First@123");
    chromium.shows("Updated the password successfully");
    chromium.tell(json!({ "command": "turn", "tab": 0 }));
    chromium.choose_password("Second@123");
    chromium.shows("18001");
    // The way back shows no form that nobody takes, but what has become of the link.
    chromium.tell(json!({ "command": "back" }));
    chromium.shows("This link is no longer valid.");
    chromium.open(&link);
    chromium.shows("This link is no longer valid.");
    open(chromium, &dashboard);
    sign_in(chromium, "tom", "Second@123");
    chromium.shows(FAILED);
    sign_in(chromium, "tom", "First@123");
    assert_eq!(chromium.ask("address"), dashboard);
    // Back to the login form of a session that is open: it leads in again or begins anew, and breaks nothing.
    chromium.tell(json!({ "command": "back" }));
    open(chromium, &dashboard);
    chromium.shows("tom@example.org");

    // Without cookies a reset still works, from the code to the new password.
    choose(&client, false, false, true);
    force(&client, "tom");
    let code = claim(&client, "tom", ONE_TIME_PASSWORD).unwrap();
    let chromium = &mut house.chromium;
    chromium.fresh();
    open(chromium, &dashboard);
    chromium.tell(json!({ "command": "forget" }));
    sign_in(chromium, "tom", &code);
    chromium.tell(json!({ "command": "forget" }));
    chromium.choose_password("Hand@1234");
    chromium.shows("Updated the password successfully");
    // The dashboard needs them, and says what it wants by its form.
    chromium.tell(json!({ "command": "forget" }));
    open(chromium, &dashboard);
    chromium.shows("Sign in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_whose_time_is_over_says_what_to_do_and_a_new_one_works() {
    let Some(mut house) = House::open().await else { return };
    let client = house.client();
    choose(&client, true, false, false);
    force(&client, "tom");
    let link = house.link().await;
    // Two days later.
    let database = rusqlite::Connection::open(house.server.data().join("soapstone.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    database.execute("UPDATE recovery SET created_at = created_at - 172800000", []).unwrap();
    drop(database);
    let chromium = &mut house.chromium;
    chromium.fresh();
    chromium.open(&link);
    chromium.shows("This link is no longer valid. It was used, replaced or has expired.");
    chromium.picture("link-expired");
    follow(chromium, "Sign in");
    sign_in(chromium, "tom", "Old@1234");
    chromium.shows(FAILED);
    force(&client, "tom");
    let link = house.link().await;
    house.chromium.open(&link);
    house.chromium.choose_password("Later@123");
    house.chromium.shows("Updated the password successfully");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_on_the_pages_of_users_shuts_anybody_out() {
    let Some(mut house) = House::open().await else { return };
    offer(
        &house,
        &[
            ("Recovery.Notification.Password.Enable", "true"),
            ("Recovery.Question.Password.Enable", "true"),
            ("Recovery.Notification.Username.Enable", "true"),
        ],
    );
    let dashboard = house.address("/dashboard");
    for dark in [false, true] {
        let chromium = &mut house.chromium;
        chromium.tell(json!({ "command": "start", "dark": dark, "width": 320, "height": 640 }));
        let check = |chromium: &mut Chromium, name: &str| {
            assert_eq!(chromium.barriers(), Vec::<String>::new(), "{name}");
            assert!(!chromium.is_wide(), "{name} has to be scrolled sideways");
            chromium.picture(&format!("{name}-telephone{}", if dark { "-dark" } else { "" }));
        };
        open(chromium, &dashboard);
        check(chromium, "login-with-offers");
        follow(chromium, "Forgot Username");
        check(chromium, "forgot-username");
        open(chromium, &dashboard);
        follow(chromium, "Forgot Password");
        check(chromium, "forgot-password");
        chromium.fill("Username", "nobody");
        pick(chromium, "Recover with security questions");
        chromium.press("Submit");
        check(chromium, "question");
        open(chromium, &dashboard);
        sign_in(chromium, "tom", "Old@1234");
        for page in ["Profile", "Password", "Security questions", "Sessions"] {
            follow(chromium, page);
            check(chromium, &page.to_lowercase().replace(' ', "-"));
        }
        follow(chromium, "Profile");
        chromium.fill("First Name *", "Tom");
        chromium.fill("Email *", "x");
        chromium.press("Save");
        check(chromium, "profile-refused");
        sign_out(chromium);
    }
    assert_eq!(house.chromium.complaints(), Vec::<String>::new());
}
