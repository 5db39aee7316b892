//! From the forced reset to the new password, in every way there is.

use super::*;

// C33, C35, C36, C37, C39
#[test]
fn a_mailed_link_leads_to_a_new_password_and_then_to_nothing() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let refused = pages.sign_in("tom", OLD);
    assert!(is_generic_failure(&refused), "{refused:?}");
    assert!(pages.get(refused.location()).body.contains(FAILED_TEXT));

    let link = pages.link(&tom);
    let (path, query) = link.strip_prefix(PUBLIC).unwrap().split_once('?').unwrap();
    assert_eq!(path, CONFIRM);
    let parameters: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(parameters["username"], "tom");
    assert_eq!(parameters["userstoredomain"], "PRIMARY");
    assert_eq!(parameters["tenantdomain"], "carbon.super");
    let code = parameters["confirmation"].clone();
    assert_eq!(code.len(), 36);

    pages.forget_cookies();
    for _ in 0..2 {
        let form = pages.get(&link);
        assert_eq!(form.status, 200);
        assert!(form.body.lines().any(|line| line.contains("Enter New Password")));
        assert!(
            form.body
                .contains(r#"<form method="post" action="completepasswordreset.do" id="passwordResetForm">"#)
        );
        assert_eq!(form.field("confirmation"), code);
    }
    let done = pages.reset(&code, NEW, NEW);
    assert_eq!(done.status, 200);
    assert!(done.body.contains("<title>Information</title>"));
    assert!(done.body.lines().any(|line| line.contains("Updated the password successfully")));
    assert!(done.body.contains(&format!("href=\"{PUBLIC}/dashboard\"")), "{}", done.body);

    assert!(pages.gets_in("tom", NEW));
    assert!(!pages.gets_in("tom", OLD));
    let again = pages.reset(&code, "Third@123", "Third@123");
    assert!(again.body.contains("id=\"server-error-code\"") && again.body.contains("Code    : 18001"));
    assert!(again.body.contains(&format!("Invalid Code &#39;{code}.&#39;")), "{}", again.body);
    assert!(pages.gets_in("tom", NEW));
}

// D47, D48, D53
#[test]
fn a_mailed_one_time_password_is_typed_at_the_login_form() {
    let pages = Pages::new();
    let tom = pages.force(&[OTP]);
    let code = pages.world.mails(&tom)[0].code();
    assert_eq!(pages.world.claim(&tom, PUBLISHED), None);
    assert_eq!(code.reveal().len(), 6);
    let onward = pages.sign_in("tom", code.reveal());
    assert!(onward.location().starts_with(&format!("{CONFIRM}?")), "{onward:?}");
    assert_eq!(onward.parameter("confirmation"), code.reveal());
    assert_eq!(onward.parameter("username"), "tom");
    assert_eq!(onward.parameter("userstoredomain"), "PRIMARY");
    assert_eq!(onward.parameter("tenantdomain"), "carbon.super");
    assert_eq!(onward.parameter("isSaaSApp"), "true");
    let before = onward.location().split("confirmation=").next().unwrap();
    assert!(!before["/accountrecoveryendpoint/confirmrecovery.do".len()..].contains("confirmation"));
    let form = pages.get(onward.location());
    assert!(form.body.contains("Enter New Password"));
    // The form as a browser would send it.
    let fields: Vec<(&str, String)> =
        ["confirmation", "username", "userstoredomain", "tenantdomain", "callback"]
            .into_iter()
            .map(|name| (name, form.field(name)))
            .collect();
    let mut fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("reset-password", NEW), ("reset-password2", NEW)]);
    assert!(pages.post(COMPLETE, &fields).body.contains("Updated the password successfully"));
    assert!(pages.gets_in("tom", NEW));
}

// D50, D56; the client of the original's own test posts to the address it was sent to, and keeps no page
#[test]
fn an_offline_code_works_for_a_script_that_only_rewrites_the_address() {
    let pages = Pages::new();
    let tom = pages.force(&[OFFLINE]);
    assert!(pages.world.mails(&tom).is_empty());
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    assert!(is_generic_failure(&pages.sign_in("tom", OLD)));
    let onward = pages.sign_in("tom", &code);
    pages.forget_cookies();
    assert!(pages.get(onward.location()).body.lines().any(|line| line.contains("Enter New Password")));
    let address = onward.location().replace("confirmrecovery.do", "completepasswordreset.do");
    let address = format!("{address}&reset-password={NEW}&reset-password2={NEW}");
    let done = pages.post(&address, &[("reset-password", NEW), ("reset-password2", NEW)]);
    assert!(done.body.lines().any(|line| line.contains("Updated the password successfully")));
    assert_eq!(pages.world.claim(&tom, PUBLISHED), None);
    assert!(pages.gets_in("tom", NEW));
}

#[test]
fn following_a_link_sets_no_password_even_while_a_reset_page_is_open() {
    let pages = Pages::new();
    pages.force(&[OFFLINE]);
    let code = pages.world.claim(&pages.world.find("tom"), PUBLISHED).unwrap();
    pages.get(&format!("{CONFIRM}?confirmation={code}&username=tom"));
    assert!(pages.cookies.borrow().contains_key("recoveryCode"));
    let evil = format!("{COMPLETE}?reset-password=Evil@1234&reset-password2=Evil@1234");
    for method in ["GET", "HEAD"] {
        let without = pages.send_from(1, pages.request(method, &evil, String::new()));
        assert!(without.body.contains("18001"), "{method}: {}", without.body);
        // Whoever has the code gets the form, which he still has to send.
        let with_code = format!("{evil}&confirmation={code}");
        let with_code = pages.send_from(1, pages.request(method, &with_code, String::new()));
        assert!(with_code.body.contains("Enter New Password"), "{method}: {}", with_code.body);
        assert!(!with_code.body.contains("Evil@1234"));
    }
    assert!(pages.post(COMPLETE, &[("reset-password", NEW)]).body.contains("Updated the password"));
    assert!(pages.gets_in("tom", NEW));
}

// A9
#[test]
fn with_link_and_offline_both_codes_work_and_each_use_consumes_both() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK, OFFLINE]);
    let link = pages.link(&tom);
    let code = pages.world.claim(&tom, PUBLISHED).unwrap();
    let form = pages.get(pages.sign_in("tom", &code).location());
    assert!(form.body.contains("Enter New Password") && pages.get(&link).body.contains("Enter New Password"));
    assert!(pages.reset(&code, NEW, NEW).body.contains("Updated the password successfully"));
    assert!(pages.get(&link).body.contains("no longer valid"));
}

// C43, C44, D57, H88, H90, H91
#[test]
fn a_refused_password_shows_the_form_again_and_leaves_the_code_good() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    pages.world.set("passwordPolicy.enable", "true");
    pages.world.set("passwordPolicy.errorMsg", "'A <digit> & a letter'");
    pages.world.set("passwordHistory.enable", "true");
    let code = pages.world.mails(&tom)[0].code();
    for (first, second, text) in [
        ("", "", "Password cannot be empty."),
        ("  ", "  ", "Password cannot be empty."),
        (NEW, "other", "Passwords did not match. Please try again."),
        ("Ab@1", "Ab@1", "Password at least should have 6 characters"),
        ("Abc @1", "Abc @1", "Password length should be within 5 to 30 characters"),
        ("Abcdefgh@1234", "Abcdefgh@1234", "Password cannot have more than 12 characters"),
        ("abcdefgh", "abcdefgh", "&#39;A &lt;digit&gt; &amp; a letter&#39;"),
        (OLD, OLD, "The new password must differ from the present one"),
    ] {
        let form = pages.reset(code.reveal(), first, second);
        let alert = form.body.split_once("id=\"server-error-msg\"").expect(text).1;
        let alert = alert.split_once('>').unwrap().1.split("</div>").next().unwrap();
        assert_eq!((form.status, alert), (200, text));
        assert_eq!(form.field("confirmation"), code.reveal());
        assert!(!form.body.contains(&format!("\"{first}\"")) || first.trim().is_empty());
    }
    let long = "x".repeat(10_000);
    assert!(pages.reset(code.reveal(), &long, &long).body.contains("within 5 to 30 characters"));
    assert!(pages.reset(code.reveal(), NEW, NEW).body.contains("Updated the password successfully"));
    // The history knows what was set while it was on.
    pages.world.trigger(&tom).unwrap();
    let code = pages.world.mails(&tom).pop().unwrap().code();
    let back = pages.reset(code.reveal(), NEW, NEW).body;
    assert!(
        back.contains("This password has been used in recent history. Please choose a different password")
    );
}

#[test]
fn the_form_lists_the_rules_in_force() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let link = pages.link(&tom);
    let rules = |page: Page| {
        let list = page
            .body
            .split_once("<ul id=\"password-rules\">")
            .unwrap()
            .1
            .split("</ul>")
            .next()
            .unwrap()
            .to_owned();
        let items = list.split("<li>").skip(1).map(|item| item.split("</li>").next().unwrap().to_owned());
        items.collect::<Vec<_>>()
    };
    let (store, present) =
        ("Password length should be within 5 to 30 characters", "Different from the present password");
    assert_eq!(rules(pages.get(&link)), [store, present]);
    pages.world.set("passwordPolicy.enable", "true");
    pages.world.set("passwordPolicy.min.length", "9");
    pages.world.set("passwordPolicy.errorMsg", "'One digit'");
    pages.world.set("passwordHistory.enable", "true");
    assert_eq!(
        rules(pages.get(&link)),
        [
            store,
            "Between 9 and 12 characters",
            "Different from the username",
            "One digit",
            present,
            "None of the last 5 passwords"
        ]
    );
}

// G84, G85
#[test]
fn forcing_a_reset_ends_the_sessions_of_all_browsers() {
    let pages = Pages::new();
    assert!(pages.gets_in("tom", OLD));
    let other = pages.cookies.borrow().clone();
    assert!(pages.gets_in("tom", OLD));
    pages.force(&[OTP]);
    let this = pages.cookies.borrow().clone();
    for cookies in [this, other] {
        *pages.cookies.borrow_mut() = cookies;
        assert_eq!(pages.get("/dashboard").location(), "/dashboard/samlsso.jag?login=true");
    }
}

// I93, I95
#[test]
fn a_tenants_user_signs_in_with_the_code_under_the_full_name() {
    let pages = Pages::new();
    let tenant = pages.world.tenant("wso2.com");
    let tom = pages.world.user_in(tenant, "PRIMARY", "tom");
    pages.world.set_in(tenant, OTP, "true");
    pages.world.trigger(&tom).unwrap();
    let code = pages.world.mails(&tom)[0].code();
    let onward = pages.sign_in("tom@wso2.com", code.reveal());
    assert_eq!(onward.parameter("tenantdomain"), "wso2.com");
    assert_eq!(onward.parameter("username"), "tom");
    assert!(pages.get(onward.location()).body.contains("Enter New Password"));
    let address = onward.location().replace("confirmrecovery.do", "completepasswordreset.do");
    let done = pages.post(&address, &[("reset-password", NEW), ("reset-password2", NEW)]);
    assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    assert!(pages.world.gets_in("tom@wso2.com", NEW) && pages.world.gets_in("tom", OLD));
}

#[test]
fn the_audit_trail_says_where_a_reset_was_completed() {
    let pages = Pages::new();
    let tom = pages.force(&[LINK]);
    let address = pages.link(&tom).replace("confirmrecovery.do", "completepasswordreset.do");
    let fields = encoded(&[("reset-password", NEW), ("reset-password2", NEW)]);
    let done = pages.send_from(7, pages.request("POST", &address, fields));
    assert!(done.body.contains("Updated the password successfully"), "{}", done.body);
    let told: Vec<(String, String)> = pages.world.read(|tx| {
        let sql = "SELECT target, data FROM audit WHERE action = 'Complete Forced Password Reset'";
        Ok(tx.query(sql, &[], |row| Ok((row.text(0)?, row.text(1)?)))?)
    });
    assert_eq!(told, [("tom".to_owned(), "From : 10.0.0.7".to_owned())]);
}

/// Anybody can put a link into a mail, and who follows it brings neither the cookie of another login nor a page it was on.
#[test]
fn following_a_link_signs_nobody_in() {
    let pages = Pages::new();
    let key = pages.begin();
    pages.forget_cookies();
    let form = encoded(&[("username", "tom"), ("password", OLD), ("sessionDataKey", &key)]);
    for path in ["/commonauth", "/samlsso"] {
        for method in ["GET", "HEAD"] {
            let address = format!("{path}?{form}&tocommonauth=true");
            let answer = pages.send_from(1, pages.request(method, &address, String::new()));
            assert!(answer.location().starts_with("/authenticationendpoint/login.do?"), "{answer:?}");
            assert!(!pages.cookies.borrow().contains_key("commonAuthId"), "{method} {path}");
        }
    }
    assert_eq!(pages.sign_in_with(&key, "tom", OLD).location(), "/dashboard");
}

/// An application of the domain is sent what the browser sends it: that tells who the user is, and opens nothing.
#[test]
fn what_applications_of_the_domain_are_sent_lets_them_be_nobody() {
    let change = |policy: &mut Policy| policy.session_cookie_domain = Some("example.org".to_owned());
    let pages = Pages::with(change, false, 1_000_000);
    let key = pages.begin();
    let fields = encoded(&[("username", "tom"), ("password", OLD), ("sessionDataKey", &key)]);
    let request = pages.request("POST", "/commonauth", fields);
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let response = pages.runtime.block_on(answer(&pages.site, request, peer));
    let cookies: Vec<&str> =
        response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let (wide, own): (Vec<&str>, Vec<&str>) =
        cookies.into_iter().partition(|cookie| cookie.contains("; Domain=example.org"));
    let alive = |cookies: &[&str]| {
        let alive = cookies.iter().filter(|cookie| !cookie.contains("Max-Age=0"));
        let pairs: Vec<String> = alive.map(|cookie| cookie.split(';').next().unwrap().to_owned()).collect();
        pairs.join("; ")
    };
    let asked = |cookies: &str, path: &str| {
        pages.forget_cookies();
        let mut request = pages.request("GET", path, String::new());
        request.headers_mut().insert("Cookie", cookies.parse().unwrap());
        pages.send_from(1, request)
    };
    let (wide, own) = (alive(&wide), alive(&own));
    assert!(
        own.starts_with("commonAuthId=") && !wide.is_empty() && !wide.contains("commonAuthId="),
        "{wide}"
    );
    let check = asked(&wide, "/forward-auth/check");
    assert_eq!((check.status, check.header("remote-user")), (200, "tom"));
    assert_eq!(asked(&own, "/dashboard").status, 200);
    let value = wide.split_once('=').unwrap().1;
    for stolen in [wide.clone(), format!("commonAuthId={value}"), format!("carbonSession={value}")] {
        assert_eq!(asked(&stolen, "/dashboard").status, 302, "{stolen}");
        assert_eq!(asked(&stolen, "/dashboard/sessions").status, 302, "{stolen}");
    }
    asked(&own, "/dashboard/logout");
    assert_eq!(asked(&wide, "/forward-auth/check").status, 401, "it ends with the session");
}
