//! The reset page, from the code to the new password.

use super::server::{Answer, claim, force_offline, govern};
use super::{COMPLETE, CONFIRM, NEW, begin, below, get, post, send, tom_in_reset, tom_is_in};

fn is_form(page: &Answer) -> bool {
    page.status == 200
        && page.body.contains("Enter New Password")
        && page.body.contains("action=\"completepasswordreset.do\" id=\"passwordResetForm\"")
        && page.body.contains("name=\"reset-password\"")
        && page.body.contains("name=\"reset-password2\"")
}

#[tokio::test]
async fn the_right_code_leads_to_the_reset_page_with_parameters_that_are_set_apart() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let login = begin(&running).await;
    let answer = send(&running, &login.key, "tom", &code, &login.cookie).await;
    assert_eq!(answer.status, 302);
    let address = answer.header("Location").unwrap();
    let query = address.strip_prefix(&format!("{}{CONFIRM}?", running.server.public_url())).unwrap();
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in [
        ("username", "tom"),
        ("userstoredomain", "PRIMARY"),
        ("tenantdomain", "carbon.super"),
        ("confirmation", code.as_str()),
        ("sessionDataKey", login.key.as_str()),
        ("callback", &format!("{}/dashboard", running.server.public_url())),
    ] {
        let found: Vec<&str> =
            pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(found, [value], "{name} in {address}");
    }
    // The original's test client takes the first piece between two & that contains the word.
    let piece = address.split('&').find(|piece| piece.contains("confirmation")).unwrap();
    assert_eq!(piece, format!("confirmation={code}"));

    // The conversation of the original's own test: the same address, the passwords in query and body.
    let page = get(&running, &below(&running, address), "").await;
    assert!(is_form(&page), "{}", page.body);
    let target = below(&running, address).replace("confirmrecovery.do", "completepasswordreset.do");
    let fields = [("reset-password", "AbNew@123"), ("reset-password2", "AbNew@123")];
    let target = format!("{target}&reset-password=AbNew@123&reset-password2=AbNew@123");
    let done = post(&running, &target, &fields, "").await;
    assert!(done.status == 200 && done.body.contains("Updated the password successfully"), "{}", done.body);
    assert!(done.body.contains("<title>Information</title>"), "{}", done.body);
    assert!(tom_is_in(&running, NEW).await && !tom_is_in(&running, "Old@1234").await);
    assert_eq!(claim(&running, "tom", "http://wso2.org/claims/oneTimePassword").await, "");
    assert_eq!(claim(&running, "tom", "http://wso2.org/claims/identity/accountLocked").await, "false");
}

#[tokio::test]
async fn the_passwords_alone_are_enough_for_the_browser_that_opened_the_page() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let page = get(&running, &format!("{CONFIRM}?confirmation={code}&username=tom"), "").await;
    let set = page.header("Set-Cookie").unwrap();
    assert!(!set.contains(&code), "the code is sealed");
    assert!(set.contains("Path=/accountrecoveryendpoint; Secure; HttpOnly; SameSite=Lax"), "{set}");
    let cookie = format!("Cookie: {}\r\n", set.split(';').next().unwrap());
    let fields = [("reset-password", NEW)];
    // Nobody else's page, and no browser that did not open it.
    for headers in [
        String::new(),
        format!("{cookie}Sec-Fetch-Site: cross-site\r\n"),
        format!("{cookie}Origin: null\r\n"),
    ] {
        let answer = post(&running, COMPLETE, &fields, &headers).await;
        assert!(answer.body.contains("18001"), "{headers:?}: {}", answer.body);
    }
    let done = post(&running, COMPLETE, &fields, &cookie).await;
    assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    assert!(done.header("Set-Cookie").unwrap().starts_with("recoveryCode=; "), "{}", done.head);
    assert!(tom_is_in(&running, NEW).await);
}

/// What a browser says of an address that was typed or followed from a mail.
const NAVIGATION: &str = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";

#[tokio::test]
async fn a_browser_gets_the_form_at_an_address_without_the_code() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let link = format!("{CONFIRM}?confirmation={code}&username=tom");
    // A browser that was never here is asked whether it keeps cookies.
    let first = get(&running, &link, NAVIGATION).await;
    let again = below(&running, first.header("Location").unwrap());
    let kept = first.header("Set-Cookie").unwrap().split(';').next().unwrap();
    let cookie = format!("{NAVIGATION}Cookie: {kept}\r\n");
    let second = get(&running, &again, &cookie).await;
    let opened = below(&running, second.header("Location").unwrap());
    assert!(opened.starts_with(&format!("{CONFIRM}?opened=")) && !opened.contains(&code), "{opened}");
    let page = get(&running, &opened, &cookie).await;
    assert!(is_form(&page) && page.body.contains(&code), "{}", page.body);
    assert!(is_form(&get(&running, &opened, &cookie).await), "a reload");
    // One that keeps none gets the form where it is.
    let page = get(&running, &again, NAVIGATION).await;
    assert!(is_form(&page) && page.body.contains(&code), "{}", page.body);
    // Where it goes on is not lost, and no other site gets there.
    for (callback, expected) in
        [("/dashboard/profile", "/dashboard/profile"), ("//evil.example", "/dashboard")]
    {
        let answer = get(&running, &format!("{link}&callback={callback}"), &cookie).await;
        let target = answer.header("Location").unwrap();
        let wanted =
            form_urlencoded::byte_serialize(format!("{}{expected}", running.server.public_url()).as_bytes())
                .collect::<String>();
        assert_eq!(below(&running, target), format!("{opened}&callback={wanted}"));
    }
    // What is no longer good is said at once.
    let bad = get(&running, &format!("{CONFIRM}?confirmation=ZZZZZZ&username=tom"), &cookie).await;
    assert!(bad.status == 200 && bad.body.contains("no longer valid"), "{}", bad.body);
    let none = get(&running, CONFIRM, NAVIGATION).await;
    assert!(none.body.contains("18001"), "{}", none.body);
    // Another link in the same browser does not become this page's.
    super::server::add_user(&running, "ann").await;
    let other = super::server::force_offline(&running, "ann").await;
    let second = get(&running, &format!("{CONFIRM}?confirmation={other}&username=ann"), &cookie).await;
    let kept = second.header("Set-Cookie").unwrap().split(';').next().unwrap();
    let both = format!("{NAVIGATION}Cookie: {kept}\r\n");
    let overtaken = get(&running, &opened, &both).await;
    assert!(!is_form(&overtaken) && overtaken.body.contains("Another link was opened"), "{}", overtaken.body);
    let hers = below(&running, second.header("Location").unwrap());
    assert!(is_form(&get(&running, &hers, &both).await));
    // The way back after the cookie is gone.
    let over = get(&running, &opened, NAVIGATION).await;
    assert!(over.body.contains("no longer valid"), "{}", over.body);
    let fields = [("confirmation", code.as_str()), ("reset-password", NEW)];
    let done = post(&running, COMPLETE, &fields, &cookie).await;
    let done = get(&running, &below(&running, done.header("Location").unwrap()), &cookie).await;
    assert!(done.body.contains("Updated the password"), "{}", done.body);
}

/// The form would be sent again, and its code is used.
#[tokio::test]
async fn who_loads_the_page_of_a_finished_reset_again_is_told_the_same() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let fields = [("confirmation", code.as_str()), ("reset-password", NEW), ("callback", "//evil.example/")];
    let own = format!(
        "Origin: {}\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: navigate\r\n",
        running.server.public_url()
    );
    let sent = post(&running, COMPLETE, &fields, &own).await;
    assert_eq!(sent.status, 302, "{}", sent.body);
    let done = below(&running, sent.header("Location").unwrap());
    assert!(!done.contains(&code) && !done.contains("evil"), "{done}");
    for _ in 0..2 {
        let page = get(&running, &done, NAVIGATION).await;
        assert!(page.body.contains("Updated the password successfully"), "{}", page.body);
    }
    assert!(tom_is_in(&running, NEW).await);
    let elsewhere =
        get(&running, &format!("{COMPLETE}?done=true&callback=https%3A%2F%2Fevil.example"), "").await;
    assert!(!elsewhere.body.contains("evil"), "{}", elsewhere.body);
}

#[tokio::test]
async fn a_password_is_read_in_the_charset_of_the_form() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let body = format!("confirmation={code}&reset-password=M%FCl%4012345&reset-password2=M%FCl%4012345");
    let length = body.len();
    let done = running
        .ask(&format!(
            "POST {COMPLETE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded; \
             charset=ISO-8859-1\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await;
    assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    assert!(!tom_is_in(&running, "M\u{FFFD}l@12345").await);
    assert!(tom_is_in(&running, "M\u{fc}l@12345").await);
}

#[tokio::test]
async fn a_password_that_is_refused_can_be_corrected_with_the_same_code() {
    let (running, code) = tom_in_reset(|_| {}).await;
    govern(
        &running,
        &[
            ("passwordPolicy.enable", "true"),
            ("passwordPolicy.min.length", "6"),
            ("passwordPolicy.max.length", "20"),
            ("passwordHistory.enable", "true"),
        ],
    )
    .await;
    let page = get(&running, &format!("{CONFIRM}?confirmation={code}&username=tom"), "").await;
    for rule in ["Between 6 and 20 characters", "should contain a digit[0-9]", "None of the last 5 passwords"]
    {
        assert!(page.body.contains(rule), "{rule} in {}", page.body);
    }
    for (first, second, text) in [
        ("", "", "Password cannot be empty."),
        (" ", " ", "Password cannot be empty."),
        (NEW, "AbNew@124", "Passwords did not match. Please try again."),
        (NEW, "", "Passwords did not match. Please try again."),
        ("Ab@1x", "Ab@1x", "Password at least should have 6 characters"),
        ("abcdefgh", "abcdefgh", "Password pattern policy violated."),
        ("a b@C1234", "a b@C1234", "Password length should be within 5 to 30 characters"),
    ] {
        let fields =
            [("confirmation", code.as_str()), ("reset-password", first), ("reset-password2", second)];
        let again = post(&running, COMPLETE, &fields, "").await;
        assert!(is_form(&again), "{first}: {}", again.body);
        let shown = again.body.split("id=\"server-error-msg\"").nth(1).unwrap();
        assert!(shown.split("</div>").next().unwrap().contains(text), "{text}: {}", again.body);
    }
    // Neither the old password nor the code becomes the new one.
    govern(&running, &[("passwordPolicy.enable", "false"), ("passwordHistory.enable", "false")]).await;
    for unchanged in ["Old@1234", code.as_str()] {
        let fields = [("confirmation", code.as_str()), ("reset-password", unchanged)];
        assert!(is_form(&post(&running, COMPLETE, &fields, "").await), "{unchanged}");
    }
    let fields = [("confirmation", code.as_str()), ("reset-password", NEW), ("reset-password2", NEW)];
    assert!(post(&running, COMPLETE, &fields, "").await.body.contains("Updated the password successfully"));
    assert!(tom_is_in(&running, NEW).await);
}

#[tokio::test]
async fn bad_expired_and_used_codes_show_one_page_and_a_missing_one_is_said() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let path = |code: &str| format!("{CONFIRM}?confirmation={code}&username=tom");
    let made_up = get(&running, &path("ZZZZZZ"), "").await;
    let uuid = get(&running, &path("0b9c8c8e-3a8e-4f7e-9d0e-2c8f2a9d1f11"), "").await;
    assert!(made_up.body.contains("no longer valid") && !made_up.body.contains("<form"), "{}", made_up.body);
    running.clock.advance(1440 * 60_000);
    assert!(is_form(&get(&running, &path(&code), "").await), "good to its last minute");
    running.clock.advance(1);
    let expired = get(&running, &path(&code), "").await;
    let code = force_offline(&running, "tom").await;
    let fields = [("confirmation", code.as_str()), ("reset-password", NEW)];
    assert!(post(&running, COMPLETE, &fields, "").await.body.contains("Updated the password"));
    let used = get(&running, &path(&code), "").await;
    for page in [&uuid, &expired, &used] {
        assert_eq!((page.status, &page.body), (200, &made_up.body));
    }
    // The second use.
    let again =
        post(&running, COMPLETE, &[("confirmation", &code), ("reset-password", "Other@123")], "").await;
    assert!(
        again.body.contains("id=\"server-error-code\"") && again.body.contains("Code    : 18001"),
        "{}",
        again.body
    );
    assert!(tom_is_in(&running, NEW).await);
    for path in
        [CONFIRM.to_owned(), format!("{CONFIRM}?confirmation="), format!("{CONFIRM}?confirmation=%20")]
    {
        let page = get(&running, &path, "").await;
        assert!(page.body.contains("18001"), "{}", page.body);
        assert!(
            page.body.contains(
                "Cannot process the email notification confirmation. confirmation code is missing."
            )
        );
    }
}

#[tokio::test]
async fn an_address_of_another_site_is_never_called_back() {
    let (running, code) = tom_in_reset(|_| {}).await;
    let public = running.server.public_url().to_owned();
    for bad in ["https://evil.example/", "javascript:alert(1)", "//evil.example"] {
        let fields = [("confirmation", code.as_str()), ("reset-password", ""), ("callback", bad)];
        let page = post(&running, COMPLETE, &fields, "").await;
        assert!(is_form(&page) && !page.body.contains("evil") && !page.body.contains("javascript"));
    }
    let fields =
        [("confirmation", code.as_str()), ("reset-password", NEW), ("callback", "/dashboard?from=reset")];
    let done = post(&running, COMPLETE, &fields, "").await;
    let link =
        done.body.split("<a href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&#x2F;", "/");
    assert_eq!(link, format!("{public}/dashboard?from=reset"));
}
