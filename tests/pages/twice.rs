//! A form that is sent twice by two clicks: it is carried out once, and the answer that the browser shows, the second one,
//! says so.

use super::console::{Console, borrowed, field, location, stored, untouched};
use super::server::Running;
use super::{
    COMPLETE, CONFIRM, NEW, SAME_SITE_FORM, begin, below, get, is_in, post, tom_in_reset, tom_is_in,
};

#[tokio::test]
async fn a_login_and_a_new_password_that_are_sent_twice_succeed() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let page = get(&running, &format!("{CONFIRM}?confirmation={code}&username=tom"), "").await.body;
    let number = field(&page, "once");
    let fields = [
        ("confirmation", code.as_str()),
        ("reset-password", NEW),
        ("reset-password2", NEW),
        ("once", &number),
    ];
    for _ in 0..2 {
        let done = post(&running, COMPLETE, &fields, SAME_SITE_FORM).await;
        let done = get(&running, &below(&running, done.header("Location").unwrap()), SAME_SITE_FORM).await;
        assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    }
    // Sent by a page of another site, or without a number, the code is used.
    let fields = [("confirmation", code.as_str()), ("reset-password", NEW), ("once", "")];
    assert!(post(&running, COMPLETE, &fields, SAME_SITE_FORM).await.body.contains("18001"));
    assert!(tom_is_in(&running, NEW).await);

    let login = begin(&running).await;
    let number = field(&get(&running, &login.form, &login.cookie).await.body, "once");
    let mut fields =
        [("username", "tom"), ("password", NEW), ("sessionDataKey", &login.key), ("once", number.as_str())];
    let headers = [&login.cookie, SAME_SITE_FORM].concat();
    let first = post(&running, "/commonauth", &fields, &headers).await;
    // By then the browser may have the cookie of the first answer.
    let headers = [&login.cookie, "Cookie: commonAuthId=x\r\n", SAME_SITE_FORM].concat();
    let second = post(&running, "/commonauth", &fields, &headers).await;
    assert!(is_in(&first) && is_in(&second), "{}", second.head);
    assert_eq!(first.header("Set-Cookie"), second.header("Set-Cookie"), "one session");
    // What is typed anew is another form.
    fields[1].1 = "Other@123";
    let other = post(&running, "/commonauth", &fields, &headers).await;
    assert!(!is_in(&other), "{}", other.head);
}

#[tokio::test]
async fn a_change_in_the_console_that_is_sent_twice_is_made_once_and_said() {
    let running = Running::start().await;
    super::server::govern(&running, &[("Recovery.AdminPasswordReset.Offline", "true")]).await;
    let console = Console::admin(&running).await;
    let mut fields = untouched(&console.open("users/add").await.body, "addUser");
    for (name, value) in [("name", "tom"), ("password", "Old@1234"), ("password2", "Old@1234")] {
        fields.iter_mut().find(|(known, _)| known == name).unwrap().1 = value.to_owned();
    }
    for _ in 0..2 {
        let added = location(&console.send("users/add", &borrowed(&fields)).await);
        assert!(added.ends_with("/carbon/users/user?name=tom"), "{added}");
    }
    let mut fields = untouched(&console.open("users/reset?name=tom").await.body, "forceReset");
    fields.push(("what".into(), "force".into()));
    let code =
        |body: &str| body.split_once("id=\"one-time-password\">").map(|(_, rest)| rest[..6].to_owned());
    let first = console.send("users/reset", &borrowed(&fields)).await.body;
    let second = console.send("users/reset", &borrowed(&fields)).await.body;
    assert!(code(&first).is_some() && code(&first) == code(&second), "{second}");
    let mut fields = untouched(&console.open("bulk-resets").await.body, "byRole");
    fields.iter_mut().find(|(known, _)| known == "role").unwrap().1 = "admin".to_owned();
    let jobs = [
        console.send("bulk-resets", &borrowed(&fields)).await,
        console.send("bulk-resets", &borrowed(&fields)).await,
    ];
    assert_eq!(location(&jobs[0]), location(&jobs[1]));
    assert_eq!(stored(&running, "SELECT count(*) FROM reset_job"), "1");
    // The same page again is another one.
    let mut fields = untouched(&console.open("bulk-resets").await.body, "byRole");
    fields.iter_mut().find(|(known, _)| known == "role").unwrap().1 = "admin".to_owned();
    console.send("bulk-resets", &borrowed(&fields)).await;
    assert_eq!(stored(&running, "SELECT count(*) FROM reset_job"), "2");
}
