//! The pages against what else may be sent to them.

use super::*;

// L116, L119
#[test]
fn a_conversation_can_be_retried_until_it_succeeded_and_not_after() {
    let pages = Pages::new();
    let key = pages.begin();
    assert!(is_generic_failure(&pages.sign_in_with(&key, "tom", "Wrong@123")));
    assert_eq!(pages.sign_in_with(&key, "tom", OLD).location(), "/dashboard");
    assert_eq!(pages.sign_in_with(&key, "tom", OLD).location(), "/authenticationendpoint/retry.do");
}

// L117
#[test]
fn an_unknown_conversation_ends_at_the_retry_page() {
    let pages = Pages::new();
    for key in ["", "none", "<script>"] {
        let answer = pages.sign_in_with(key, "tom", OLD);
        assert_eq!(answer.location(), "/authenticationendpoint/retry.do");
    }
    let page = pages.get("/authenticationendpoint/retry.do?status=%3Cb%3E&statusMsg=%3Cb%3E");
    assert!(page.body.contains("Authentication Error !") && !page.body.contains("<b>"));
    assert!(
        page.body
            .contains("Something went wrong during the authentication process. Please try signing in again.")
    );
}

// L118
#[test]
fn the_login_page_shows_texts_of_its_own_only() {
    let pages = Pages::new();
    for (query, text) in [
        ("authFailure=true&authFailureMsg=no.such.key", "Authentication Failed! Please Retry"),
        ("authFailure=true", "Authentication Failed! Please Retry"),
        ("authFailure=true&authFailureMsg=<i>evil</i>", "Authentication Failed! Please Retry"),
        ("authFailure=true&authFailureMsg=account.confirmation.pending", "Account is unverified."),
        ("authz_failure=true", "You are not authorized to login"),
    ] {
        let query = query.replace('<', "%3C").replace('>', "%3E");
        let page = pages.get(&format!("/authenticationendpoint/login.do?sessionDataKey=k&{query}"));
        assert!(page.body.contains(text), "{query}: {}", page.body);
        assert!(!page.body.contains("no.such.key") && !page.body.contains("evil"));
        assert!(page.body.contains("id=\"error-msg\"") && page.body.contains("role=\"alert\""));
    }
    let plain =
        pages.get("/authenticationendpoint/login.do?sessionDataKey=k&authFailureMsg=login.fail.message");
    assert!(!plain.body.contains("error-msg"));
}

// C45, C46
#[test]
fn only_addresses_of_our_own_come_back_as_a_link() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let link = pages.link(&tom);
    let dashboard = format!("{PUBLIC}/dashboard");
    for (callback, expected) in [
        ("", dashboard.as_str()),
        ("https://evil.example/", &dashboard),
        ("http://localhost:9443/dashboard", &dashboard),
        ("https://localhost:9443.evil.example/", &dashboard),
        ("https://localhost:9443@evil.example/", &dashboard),
        ("https://localhost:94430/", &dashboard),
        ("//evil.example/", &dashboard),
        ("/\\evil.example/", &dashboard),
        ("https://localhost:9443//evil.example/", &dashboard),
        ("javascript:alert(1)", &dashboard),
        (" javascript:alert(1)", &dashboard),
        ("data:text/html,x", &dashboard),
        ("/dashboard/\r\nSet-Cookie: a=b", &dashboard),
        ("/dashboard/index.jag", "https://localhost:9443/dashboard/index.jag"),
        ("https://localhost:9443/dashboard/index.jag?a=1", "https://localhost:9443/dashboard/index.jag?a=1"),
    ] {
        let form = pages.get(&format!("{link}&{}", encoded(&[("callback", callback)])));
        assert_eq!(form.field("callback").replace("&#x2F;", "/"), expected, "{callback}");
        assert!(!form.body.contains("evil") && !form.body.contains("javascript"));
    }
    let code = pages.world.mails(&tom)[0].code();
    let done = pages.post(
        COMPLETE,
        &[
            ("confirmation", code.reveal()),
            ("reset-password", NEW),
            ("reset-password2", NEW),
            ("callback", "https://evil.example/"),
        ],
    );
    assert!(done.body.contains("Updated the password successfully") && !done.body.contains("evil"));
}

#[test]
fn html_in_every_field_comes_out_as_text() {
    let pages = Pages::new();
    let nasty = r#""><script>alert('x')</script><b x=""#;
    let tom = pages.force(&[LINK]);
    let field = |name: &str| encoded(&[(name, nasty)]);
    let mut shown = Vec::new();
    shown.push(pages.get(&format!(
        "/authenticationendpoint/login.do?{}&authFailure=true&{}",
        field("sessionDataKey"),
        field("authFailureMsg")
    )));
    let rest = ["username", "userstoredomain", "tenantdomain", "callback"].map(field).join("&");
    let code = pages.world.mails(&tom)[0].code();
    let form = pages.get(&format!("{CONFIRM}?confirmation={}&{rest}", code.reveal()));
    assert!(form.body.contains("passwordResetForm") && form.body.contains("&lt;script&gt;"), "{}", form.body);
    shown.push(form);
    shown.push(pages.get(&format!("{CONFIRM}?{}", field("confirmation"))));
    shown.push(pages.reset(nasty, NEW, NEW));
    pages.world.set("passwordPolicy.enable", "true");
    pages.world.set("passwordPolicy.errorMsg", nasty);
    shown.push(pages.reset(code.reveal(), "abcdefgh", "abcdefgh"));
    let odd = pages.world.user("<script>alert(1)");
    pages.allow(&[&odd.name]);
    pages.world.claims(&odd, &[(MAIL, Some("<script>@example.org"))]).unwrap();
    assert_eq!(pages.sign_in(&odd.name, OLD).location(), "/dashboard");
    shown.push(pages.get("/dashboard"));
    shown.push(pages.get("/<script>".replace('<', "%3C").replace('>', "%3E").as_str()));
    for page in shown {
        assert!(!page.body.contains("<script") && !page.body.contains("<b x"), "{}", page.body);
    }
}

// J105
#[test]
fn every_page_is_guarded_and_readable_by_machines() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let link = pages.link(&tom);
    let code = pages.world.mails(&tom)[0].code();
    let mut shown = vec![
        pages.get("/authenticationendpoint/login.do?authFailure=true"),
        pages.get("/authenticationendpoint/retry.do"),
        pages.get(&link),
        pages.get(CONFIRM),
        pages.get("/nowhere"),
        pages.reset(code.reveal(), "", ""),
        pages.reset(code.reveal(), NEW, NEW),
    ];
    assert!(pages.gets_in("tom", NEW));
    shown.push(pages.get("/dashboard"));
    for page in &shown {
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("content-type"), "text/html; charset=UTF-8");
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "form-action 'self'",
            "img-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        let body = &page.body;
        assert!(body.starts_with("<!DOCTYPE html>") && body.contains("<html lang=\"en\">"), "{body}");
        assert_eq!(body.matches("<h1>").count(), 1, "{body}");
        assert!(!body.contains(" style=") && !body.contains("<script") && !body.contains(" onclick"));
        // Those of the original's own pages are the original's.
        let title = match () {
            () if body.contains("Updated the password") => "Information",
            () if body.contains("<body class=\"account\">") => "My account",
            () => "WSO2 Identity Server",
        };
        assert!(body.contains(&format!("<title>{title}</title>")), "{body}");
        for field in body.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            if !field.contains("type=\"hidden\"") {
                let id = field.split("id=\"").nth(1).expect(field).split('"').next().unwrap();
                assert!(body.contains(&format!("<label for=\"{id}\">")), "{field}");
            }
        }
    }
    for redirect in [pages.get("/"), pages.get("/dashboard/logout")] {
        assert_eq!(redirect.header("cache-control"), "no-store");
        assert!(redirect.header("location").starts_with(PUBLIC));
    }
}

#[test]
fn a_session_lasts_as_long_as_the_tenant_says() {
    let pages = Pages::new();
    pages.world.set("SessionIdleTimeout", "30");
    pages.world.set("RememberMeTimeout", "100");
    assert!(pages.gets_in("tom", OLD));
    pages.pass_minutes(30);
    assert_eq!(pages.get("/dashboard").status, 200);
    pages.pass_minutes(31);
    assert_eq!(pages.get("/dashboard").status, 302);
    let key = pages.begin();
    let entered = pages.post(
        "/commonauth",
        &[("username", "tom"), ("password", OLD), ("sessionDataKey", &key), ("chkRemember", "on")],
    );
    let cookie = entered.header("set-cookie");
    for part in ["commonAuthId=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=6000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    pages.pass_minutes(99);
    assert_eq!(pages.get("/dashboard").status, 200);
}

// J102
#[test]
fn an_address_that_tries_too_much_waits_and_others_do_not() {
    let pages = Pages::with(|_| {}, false, 3);
    let ask = |peer, path: &str| pages.send_from(peer, pages.request("GET", path, String::new()));
    for _ in 0..3 {
        assert_eq!(ask(1, CONFIRM).status, 200);
    }
    let refused = ask(1, CONFIRM);
    assert_eq!((refused.status, refused.header("retry-after")), (429, "60"));
    // No other way to present a code is left, and none to present a password.
    for path in [COMPLETE, "/api/identity/recovery/v0.9/set-password"] {
        assert_eq!(ask(1, path).status, 429, "{path}");
    }
    let login = pages.request("POST", "/commonauth", String::new());
    assert_eq!(pages.send_from(1, login).status, 429);
    assert_eq!(ask(2, CONFIRM).status, 200);
    assert_eq!(ask(1, "/authenticationendpoint/login.do").status, 200);
}

#[test]
fn an_address_that_begins_too_many_logins_waits_and_others_do_not() {
    let pages = Pages::with(|_| {}, false, 3);
    let begin = |peer| {
        pages.send_from(
            peer,
            pages.request("GET", "/commonauth?relyingParty=wso2.my.dashboard", String::new()),
        )
    };
    for _ in 0..30 {
        assert_eq!(begin(1).status, 302);
    }
    let refused = begin(1);
    assert_eq!((refused.status, refused.header("retry-after")), (429, "60"));
    assert_eq!(begin(2).status, 302);
}

/// A request that only asks has no body: what one says must not keep its query from being counted.
#[test]
fn what_is_counted_is_what_is_read() {
    let pages = Pages::with(|_| {}, false, 3);
    let key = pages.begin();
    let form = format!("/samlsso?tocommonauth=true&username=tom&password=Wrong@123&sessionDataKey={key}");
    let guess = || pages.send_from(1, pages.request("GET", &form, "tocommonauth=no".to_owned())).status;
    assert_eq!([0; 4].map(|_| guess()), [302, 302, 302, 429]);
}

#[test]
fn a_form_of_more_fields_than_anybody_has_is_not_read() {
    let pages = Pages::new();
    let fields = |count: usize| "a=&".repeat(count);
    let posted = |count| pages.send_from(1, pages.request("POST", "/commonauth", fields(count))).status;
    assert_eq!((posted(9_999), posted(10_000)), (302, 413));
    let asked = |count| pages.get(&format!("/dashboard?{}", fields(count))).status;
    assert_eq!((asked(9_999), asked(10_000)), (302, 413));
}

#[test]
fn addresses_of_one_network_are_one_client() {
    let near = |address: &str| crate::domain::neighbourhood::of(address.parse().unwrap());
    assert_eq!(near("2001:db8::1"), near("2001:db8::ffff:1"));
    assert_ne!(near("2001:db8::1"), near("2001:db8:0:1::1"));
    assert_eq!(near("::ffff:192.0.2.1"), near("192.0.2.1"));
    assert_ne!(near("192.0.2.1"), near("192.0.2.2"));
}

#[test]
fn the_login_page_is_there_under_the_name_of_every_protocol() {
    let pages = Pages::new();
    for name in ["login", "samlsso_login", "oauth2_login", "openid_login", "passivests_login"] {
        let page = pages.get(&format!(
            "/authenticationendpoint/{name}.do?sessionDataKey=k&authenticators=BasicAuthenticator:LOCAL"
        ));
        assert!(page.status == 200 && page.body.contains("id=\"loginForm\""), "{name}: {}", page.body);
    }
    for name in ["samlsso_logout", "oauth2_logout"] {
        let page = pages.get(&format!("/authenticationendpoint/{name}.do"));
        assert!(page.body.contains("You have successfully logged out."), "{name}: {}", page.body);
    }
}

#[test]
fn whoever_is_not_signed_in_gets_nothing_long_shown_again() {
    let pages = Pages::new();
    let sent = |path: &str, length: usize| {
        let body = ["once=1&csrf=x&username=", &"\"".repeat(length)].concat();
        let mut request = pages.request("POST", path, body);
        request.headers_mut().insert("sec-fetch-site", "same-origin".parse().unwrap());
        pages.send_from(1, request)
    };
    for path in ["/dashboard/profile", "/carbon/users"] {
        let kept = sent(path, 200_000);
        assert!(kept.status == 403 && kept.body.contains("lateForm"), "{path}");
        let answer = sent(path, 2_000_000);
        assert_eq!((answer.status, answer.body.len()), (302, 0), "{path}");
    }
    for path in
        ["/authenticationendpoint/login.do", "/accountrecoveryendpoint/recoverpassword.do", "/samlsso"]
    {
        let answer = sent(path, 1024 * 1024);
        assert!(answer.status == 413 && answer.body.len() < 10_000, "{path}: {}", answer.status);
    }
}

/// Every address that somebody reaches who is not signed in to the console.
const ADDRESSES: [&str; 27] = [
    "/",
    "/commonauth",
    "/samlsso",
    "/identity/metadata/saml2",
    "/authenticationendpoint/login.do",
    "/authenticationendpoint/retry.do",
    "/authenticationendpoint/samlsso_notification.do",
    "/authenticationendpoint/samlsso_logout.do",
    "/accountrecoveryendpoint/confirmrecovery.do",
    "/accountrecoveryendpoint/completepasswordreset.do",
    "/accountrecoveryendpoint/recoverpassword.do",
    "/accountrecoveryendpoint/recoverusername.do",
    "/dashboard",
    "/dashboard/index.jag",
    "/dashboard/login.jag",
    "/dashboard/acs",
    "/dashboard/samlsso.jag",
    "/dashboard/logout.jag",
    "/dashboard/profile",
    "/dashboard/password",
    "/dashboard/questions",
    "/dashboard/sessions",
    "/forward-auth/login",
    "/forward-auth/check",
    "/forward-auth/redirect",
    "/carbon/",
    "/carbon/admin/login_action.jsp",
];

/// What fields are called on some page or other.
const FIELDS: &str = "SAMLRequest SAMLResponse RelayState SSOAuthSessionID SigAlg Signature acs back callback chkRemember \
    confirmation csrf end loginStatus logout new-password new-password2 old-password password question1 rd relyingParty \
    reset-password reset-password2 returnTo role sessionDataKey slo spEntityID tenantDomain tenantdomain tocommonauth type \
    username userstoredomain";

#[test]
fn what_is_made_up_leads_nowhere_else_adds_no_header_and_changes_nothing() {
    let pages = Pages::new();
    pages.world.set("Recovery.Notification.Password.Enable", "true");
    pages.world.set("Recovery.Notification.Username.Enable", "true");
    let before = pages.world.read(|tx| {
        let count = |table: &str| format!("(SELECT count(*) FROM {table})");
        let tables =
            ["user", "session", "recovery", "outbox", "saml_message", "user_attribute", "identity_claim"];
        let sql = format!("SELECT {}", tables.map(count).join(" || ' ' || "));
        Ok((tx.one(&sql, &[], "counts", |row| row.text(0))?, sql))
    });
    for value in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "https://localhost:9443@evil.example/",
        "javascript:evil()",
        "x\r\nSet-Cookie: evil=1\r\n\r\n<script>evil()</script>",
        "\0",
        "true",
        "' OR 1=1 --",
        "\u{202e}\"><script>evil()</script>",
    ] {
        let all: Vec<(&str, &str)> = FIELDS.split_whitespace().map(|name| (name, value)).collect();
        // Some fields decide where a request goes; alone, each is looked at by whom it was meant for.
        let alone = all.iter().map(|field| vec![*field]);
        for fields in alone.chain([all.clone()]) {
            for address in ADDRESSES {
                pages.forget_cookies();
                let seen = pages.get(&format!("{address}?{}", encoded(&fields)));
                for answer in [seen, pages.post(address, &fields)] {
                    let what = format!("{address} {fields:?}: {} {:?}", answer.status, answer.headers);
                    assert!(matches!(answer.status, 200 | 302 | 400 | 401 | 403 | 404), "{what}");
                    if answer.status == 302 {
                        assert!(answer.header("location").starts_with(&format!("{PUBLIC}/")), "{what}");
                    }
                    assert!(answer.headers.values().all(|header| !header.contains(['\r', '\n'])), "{what}");
                    assert!(!pages.cookies.borrow().contains_key("evil"), "{what}");
                    let page = answer.body.replace("&#x2F;", "/").to_lowercase();
                    for link in ["href=\"", "href='", "action=\"", "action='", "src=\""] {
                        for to in
                            ["https://evil", "//evil", "/\\evil", "javascript:", "https://localhost:9443@"]
                        {
                            assert!(!page.contains(&format!("{link}{to}")), "{what} {page}");
                        }
                    }
                    assert!(!page.contains("<script>evil"), "{what} {page}");
                }
            }
        }
    }
    let after = pages.world.read(|tx| Ok(tx.one(&before.1, &[], "counts", |row| row.text(0))?));
    assert_eq!(after, before.0, "no state changed");
}
