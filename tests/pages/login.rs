//! Signing in and out.

use super::server::{self, ADMIN, Answer, Running, add_role, add_user, force, force_offline, govern};
use super::{BEGIN, CONFIRM, SAME_SITE_FORM, basic, begin, below, get, is_in, post, send, set_password};

#[tokio::test]
async fn a_browser_that_keeps_its_origin_back_can_sign_in() {
    let running = Running::start().await;
    let login = begin(&running).await;
    assert!(get(&running, &login.form, &login.cookie).await.body.contains("id=\"loginForm\""));
    // With cookies, without, and one of the age before Sec-Fetch-Site.
    for headers in [
        format!("{SAME_SITE_FORM}{}", login.cookie),
        SAME_SITE_FORM.to_owned(),
        format!("Origin: null\r\n{}", login.cookie),
        format!("Origin: {}\r\n{}", running.server.public_url(), login.cookie),
        String::new(),
    ] {
        let key = begin_for(&running, &login.cookie).await;
        let answer = send(&running, &key, "admin", "admin", &headers).await;
        assert!(is_in(&answer), "{headers:?}: {}", answer.head);
    }
}

/// Begins another login of a browser that has its cookie already.
async fn begin_for(running: &Running, cookie: &str) -> String {
    let start = get(running, BEGIN, cookie).await;
    assert_eq!(start.header("Set-Cookie"), None, "the browser is known");
    let form = start.header("Location").unwrap().to_owned();
    form.split("sessionDataKey=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

#[tokio::test]
async fn two_tabs_of_one_browser_can_both_finish_their_logins() {
    let running = Running::start().await;
    let first = begin(&running).await;
    let second = begin_for(&running, &first.cookie).await;
    for key in [&first.key, &second] {
        let answer =
            send(&running, key, "admin", "admin", &format!("{SAME_SITE_FORM}{}", first.cookie)).await;
        assert!(is_in(&answer), "{}", answer.head);
    }
}

#[tokio::test]
async fn nobody_signs_a_browser_in_as_somebody_else() {
    let running = Running::start().await;
    let (own, others) = (begin(&running).await, begin(&running).await);
    let refused = |answer: &Answer| {
        !answer.headers("Set-Cookie").iter().any(|cookie| cookie.starts_with("commonAuthId="))
    };
    // A page of another site sends a form with its own key, in whatever way.
    for headers in [
        "Origin: null\r\nSec-Fetch-Site: cross-site\r\n",
        "Origin: https://evil.example\r\n",
        "Origin: https://sub.localhost\r\nSec-Fetch-Site: same-site\r\n",
    ] {
        let answer = send(&running, &own.key, "admin", "admin", &format!("{headers}{}", own.cookie)).await;
        assert!(answer.status == 403 && refused(&answer), "{headers:?}: {}", answer.head);
        let query = format!("/commonauth?username=admin&password=admin&sessionDataKey={}", own.key);
        assert_eq!(get(&running, &query, headers).await.status, 403);
    }
    // A browser too old to say where a form comes from keeps cookies all the same: the conversation is not its own.
    for headers in
        [format!("Origin: null\r\n{}", own.cookie), own.cookie.clone(), "Origin: null\r\n".to_owned()]
    {
        let answer = send(&running, &others.key, "admin", "admin", &headers).await;
        assert!(refused(&answer), "{headers:?}");
        assert!(
            answer.header("Location").unwrap().ends_with("/authenticationendpoint/retry.do"),
            "{}",
            answer.head
        );
    }
}

#[tokio::test]
async fn a_session_cookie_is_a_uuid_for_this_server_only_and_lasts_when_asked() {
    let running = Running::start().await;
    for (remember, expected) in [(false, None), (true, Some("1209600"))] {
        let login = begin(&running).await;
        let mut fields = vec![("username", "admin"), ("password", "admin"), ("sessionDataKey", &login.key)];
        fields.extend(remember.then_some(("chkRemember", "on")));
        let answer = post(&running, "/commonauth", &fields, "").await;
        let cookie = answer.header("Set-Cookie").unwrap();
        let (id, attributes) = cookie.split_once(';').unwrap();
        assert_eq!(
            uuid::Uuid::parse_str(id.strip_prefix("commonAuthId=").unwrap()).unwrap().get_version_num(),
            4
        );
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(attributes.split("; ").any(|part| part.trim() == attribute), "{attribute} of {cookie}");
        }
        assert_eq!(attributes.split("Max-Age=").nth(1), expected);
        let page = get(&running, "/dashboard", &format!("Cookie: {id}\r\n")).await;
        assert!(page.status == 200 && page.body.contains("admin"));
    }
}

#[tokio::test]
async fn every_refused_login_looks_the_same_to_the_last_byte() {
    let running = Running::start().await;
    for user in ["wrong", "locked", "disabled", "link", "code"] {
        add_user(&running, user).await;
        add_role(&running, &format!("role_{user}"), user, "/permission/admin/login").await;
    }
    govern(&running, &[("account.lock.handler.enable", "true")]).await;
    for (user, uri) in [("locked", "accountLocked"), ("disabled", "accountDisabled")] {
        let set = server::set_claim(user, &format!("http://wso2.org/claims/identity/{uri}"), "true", ADMIN);
        assert_eq!(running.ask(&set).await.status, 202);
    }
    force_offline(&running, "code").await;
    govern(
        &running,
        &[
            ("Recovery.AdminPasswordReset.Offline", "false"),
            ("Recovery.AdminPasswordReset.RecoveryLink", "true"),
        ],
    )
    .await;
    force(&running, "link").await;
    let mut seen: Vec<(String, String)> = Vec::new();
    for (user, password) in [
        ("nobody", "Old@1234"),
        ("wrong", "Wrong@123"),
        ("locked", "Old@1234"),
        ("disabled", "Old@1234"),
        ("link", "Old@1234"),
        ("link", "ABC123"),
        ("code", "Old@1234"),
        ("code", "ZZZZZZ"),
        ("wrong@nowhere.example", "Old@1234"),
        ("NOSUCH/wrong", "Old@1234"),
        ("", ""),
    ] {
        let login = begin(&running).await;
        let answer = send(&running, &login.key, user, password, &login.cookie).await;
        let target = below(&running, answer.header("Location").unwrap());
        assert!(
            target.ends_with(
                "&authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg=login.fail.message"
            ),
            "{user}: {target}"
        );
        let page = get(&running, &target, &login.cookie).await;
        assert!(page.body.contains("Login failed! Please recheck the username and password and try again."));
        // But for the time, and for the number that every page has of its own.
        let plain = |text: &str| {
            let is_told = |line: &&str| !line.starts_with("Date: ") && !line.contains("name=\"once\"");
            let lines: Vec<&str> = text.lines().filter(is_told).collect();
            lines.join("\n").replace(&login.key, "KEY")
        };
        seen.push((plain(&answer.head), format!("{}{}", plain(&page.head), plain(&page.body))));
    }
    for one in &seen {
        assert_eq!(one, &seen[0]);
    }
}

#[tokio::test]
async fn reasons_are_shown_under_the_originals_codes_when_the_operator_wants_them() {
    let running = Running::with(|settings| settings.show_auth_failure_reason = true).await;
    for user in ["tom", "link", "code", "disabled"] {
        add_user(&running, user).await;
    }
    govern(
        &running,
        &[("account.lock.handler.enable", "true"), ("account.lock.handler.On.Failure.Max.Attempts", "3")],
    )
    .await;
    let disable =
        server::set_claim("disabled", "http://wso2.org/claims/identity/accountDisabled", "true", ADMIN);
    assert_eq!(running.ask(&disable).await.status, 202);
    force_offline(&running, "code").await;
    govern(
        &running,
        &[
            ("Recovery.AdminPasswordReset.Offline", "false"),
            ("Recovery.AdminPasswordReset.RecoveryLink", "true"),
        ],
    )
    .await;
    force(&running, "link").await;
    let login = "/authenticationendpoint/login.do?Q";
    let failed = "authenticators=BasicAuthenticator:LOCAL&authFailure=true&authFailureMsg";
    for (user, expected) in [
        (
            "no body+1",
            format!("{login}&{failed}=login.fail.message&errorCode=17001&failedUsername=no+body%2B1"),
        ),
        (
            "tom",
            format!(
                "{login}&{failed}=login.fail.message&errorCode=17002&failedUsername=tom&remainingAttempts=2"
            ),
        ),
        (
            "tom",
            format!(
                "{login}&{failed}=login.fail.message&errorCode=17002&failedUsername=tom&remainingAttempts=1"
            ),
        ),
        (
            "tom",
            "/authenticationendpoint/retry.do?Q&errorCode=17003&failedUsername=tom&remainingAttempts=0"
                .to_owned(),
        ),
        ("disabled", format!("{login}&{failed}=login.fail.message&errorCode=17004&failedUsername=disabled")),
        ("link", format!("{login}&failedUsername=link&errorCode=17006&{failed}=password.reset.pending")),
        ("code", format!("{login}&failedUsername=code&errorCode=17008&{failed}=login.fail.message")),
    ] {
        let begun = begin(&running).await;
        let answer = send(&running, &begun.key, user, "Wrong@123", &begun.cookie).await;
        let target = below(&running, answer.header("Location").unwrap());
        let query = begun.form.split_once('?').unwrap().1.split("&authenticators").next().unwrap();
        assert_eq!(target.replace(query, "Q"), expected);
        let page = get(&running, &target, "").await;
        let text = match user {
            "link" => "Password reset is required. A password reset link has been sent",
            _ if target.contains("retry.do") => "Something went wrong during the authentication process.",
            _ => "Login failed! Please recheck",
        };
        assert!(page.body.contains(text), "{}", page.body);
    }
}

#[tokio::test]
async fn a_refused_login_can_be_repeated_and_an_unknown_one_begins_anew() {
    let running = Running::start().await;
    let login = begin(&running).await;
    assert!(!is_in(&send(&running, &login.key, "admin", "wrong", &login.cookie).await));
    assert!(is_in(&send(&running, &login.key, "admin", "admin", &login.cookie).await));
    // It is used up now, and one that never was is no better.
    for key in [login.key.as_str(), "9a3c", ""] {
        let answer = send(&running, key, "admin", "admin", &login.cookie).await;
        assert_eq!(answer.status, 302);
        let target = below(&running, answer.header("Location").unwrap());
        assert_eq!(target, "/authenticationendpoint/retry.do");
        let page = get(&running, &target, "").await;
        assert!(page.body.contains("Authentication Error !"));
        assert!(page.body.contains(
            "Something went wrong during the authentication process. Please try signing in again."
        ));
    }
}

#[tokio::test]
async fn what_stands_in_an_address_never_gets_into_a_page_as_it_is() {
    let running = Running::start().await;
    let attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for path in [
        format!(
            "/authenticationendpoint/login.do?authFailure=true&authFailureMsg={attack}&sessionDataKey={attack}"
        ),
        format!("/authenticationendpoint/retry.do?status={attack}&statusMsg={attack}"),
        format!("/accountrecoveryendpoint/confirmrecovery.do?confirmation={attack}&callback={attack}"),
        format!("/accountrecoveryendpoint/completepasswordreset.do?confirmation={attack}&reset-password=x"),
        format!("/{attack}"),
    ] {
        let page = get(&running, &path, "").await;
        assert!(!page.body.contains("<script"), "{path}: {}", page.body);
    }
    let page =
        get(&running, "/authenticationendpoint/login.do?authFailure=true&authFailureMsg=no.such.key", "")
            .await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Authentication Failed! Please Retry") && !page.body.contains("no.such.key"));
}

#[tokio::test]
async fn a_user_who_may_not_log_in_is_told_so_once_the_password_is_right() {
    let running = Running::start().await;
    add_user(&running, "tom").await;
    let login = begin(&running).await;
    let answer = send(&running, &login.key, "tom", "Old@1234", &login.cookie).await;
    let target = below(&running, answer.header("Location").unwrap());
    assert!(target.ends_with("&authz_failure=true"), "{target}");
    assert_eq!(answer.headers("Set-Cookie"), Vec::<&str>::new());
    assert!(get(&running, &target, "").await.body.contains("You are not authorized to login"));
}

#[tokio::test]
async fn signing_out_needs_our_own_form_or_a_click_of_the_users_own() {
    let running = Running::start().await;
    let signed_in = async || {
        let login = begin(&running).await;
        let answer = send(&running, &login.key, "admin", "admin", &login.cookie).await;
        format!("Cookie: {}\r\n", answer.header("Set-Cookie").unwrap().split(';').next().unwrap())
    };
    let (cookie, other) = (signed_in().await, signed_in().await);
    let is_open = async |cookie: &str| get(&running, "/dashboard", cookie).await.status == 200;
    let token = |page: &Answer| page.body.split("name=\"csrf\" value=\"").nth(1).unwrap()[..64].to_owned();
    let (own, foreign) = (
        token(&get(&running, "/dashboard", &cookie).await),
        token(&get(&running, "/dashboard", &other).await),
    );
    assert_ne!(own, foreign);
    for fields in [&[][..], &[("csrf", "")], &[("csrf", foreign.as_str())]] {
        assert_eq!(post(&running, "/dashboard/logout", fields, &cookie).await.status, 403);
    }
    let cross = format!("{cookie}Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(post(&running, "/dashboard/logout", &[("csrf", &own)], &cross).await.status, 403);
    assert_eq!(get(&running, "/dashboard/logout", &cross).await.status, 403);
    assert!(is_open(&cookie).await);

    let answer = post(&running, "/dashboard/logout", &[("csrf", &own)], &cookie).await;
    assert_eq!(answer.status, 302);
    assert!(answer.header("Set-Cookie").unwrap().starts_with("commonAuthId=; "));
    assert!(!is_open(&cookie).await && is_open(&other).await);
    // As in the original, following the address is enough.
    assert_eq!(get(&running, "/dashboard/logout", &other).await.status, 302);
    assert!(!is_open(&other).await);
}

#[tokio::test]
async fn a_browser_session_ends_when_it_is_not_used() {
    let running = Running::start().await;
    let login = begin(&running).await;
    let answer = send(&running, &login.key, "admin", "admin", "").await;
    let cookie = format!("Cookie: {}\r\n", answer.header("Set-Cookie").unwrap().split(';').next().unwrap());
    for minutes in [14, 14, 16] {
        let before = get(&running, "/dashboard", &cookie).await.status;
        assert_eq!(before, 200);
        running.clock.advance(minutes * 60_000);
    }
    assert_eq!(get(&running, "/dashboard", &cookie).await.status, 302);
}

#[tokio::test]
async fn an_address_that_tries_too_often_has_to_wait_and_others_do_not() {
    let running = Running::with(|settings| {
        settings.attempts_per_minute = 4;
        settings.show_auth_failure_reason = true;
    })
    .await;
    let login = begin(&running).await;
    for _ in 0..4 {
        assert_eq!(send(&running, &login.key, "nobody", "x", &login.cookie).await.status, 302);
    }
    let waiting = send(&running, &login.key, "admin", "admin", &login.cookie).await;
    assert_eq!((waiting.status, waiting.header("Retry-After")), (429, Some("60")));
    assert!(waiting.body.contains("Too many attempts") && waiting.headers("Set-Cookie").is_empty());
    assert_eq!(get(&running, &format!("{CONFIRM}?confirmation=ABC123"), "").await.status, 429);
    let api = set_password(&running, "", "{}", &basic("admin", "admin")).await;
    assert_eq!((api.status, api.header("Content-Type")), (429, Some("application/json")));
    // Pages that present nothing, and the admin services, go on.
    assert_eq!(get(&running, &login.form, "").await.status, 200);
    assert_eq!(running.ask(&server::get_profile("admin", ADMIN)).await.status, 200);
}
