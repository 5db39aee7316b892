//! A plain page behind a real proxy, nginx, Caddy or Traefik, and the login form, in the configurations that the README
//! documents.
//!
//! Needs all three, as `.ci/run` installs them; skipped without, unless `SOAPSTONE_TEST_ALL` is set.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is wrong")]

mod application;
mod proxies;
#[path = "../support/mod.rs"]
mod support;

use application::{PAGE, SEEN};
use proxies::{CADDY, Kind, NGINX, Proxy, TRAEFIK, house};
use support::caller::LOCKED;
use support::client::Answer;
use support::visitor::{Browser, Page};
use support::world::{NEW, OFFLINE, OLD, TOM, World};

/// A lock by hand counts where locking is on.
const LOCKING: (&str, &str) = ("account.lock.handler.enable", "true");

/// The login page that the proxy sends a browser to.
fn login_page(proxy: &Proxy, browser: &mut Browser, path: &str) -> Page {
    let sent = proxy.open(browser, path);
    assert_eq!(sent.status, 302, "{}", sent.text());
    let page = browser.follow(&sent);
    assert!(page.address.contains("/authenticationendpoint/login.do?"), "{}", page.address);
    page
}

fn sign_in(browser: &mut Browser, page: &Page, password: &str) -> support::client::Answer {
    browser.submit(page, &page.form("loginForm"), &[("username", TOM), ("password", password)])
}

/// Headers that an answer of the application says it was sent, in order, with names in small letters.
fn seen(answer: &Answer) -> Vec<(String, String)> {
    let lines = answer.header(SEEN).unwrap().split('|').filter_map(|line| line.split_once(':'));
    let mut seen: Vec<_> =
        lines.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    seen.sort();
    seen
}

/// The same statements for each proxy.
macro_rules! behind {
    ($proxy:ident, $kind:expr) => {
        mod $proxy {
            #[test]
            fn a_page_is_shown_after_the_login_and_told_who_its_visitor_is() {
                super::is_shown_after_the_login(&$kind);
            }

            #[test]
            fn a_forced_reset_leads_from_the_page_through_the_one_time_password_back_to_it() {
                super::leads_back_after_a_reset(&$kind);
            }

            #[test]
            fn a_lock_takes_the_page_away_with_the_next_request() {
                super::is_taken_away_by_a_lock(&$kind);
            }

            #[test]
            fn a_page_for_a_role_is_shown_to_who_has_it_only() {
                super::is_for_a_role(&$kind);
            }
        }
    };
}

behind!(nginx, super::NGINX);
behind!(caddy, super::CADDY);
behind!(traefik, super::TRAEFIK);

fn is_shown_after_the_login(kind: &Kind) {
    let Some((world, proxy)) = house(kind, None) else { return };
    let mut browser = world.browser();
    let wanted = "/some/page?a=1&b=%C3%BC";
    let page = login_page(&proxy, &mut browser, wanted);
    // Browsers hold the policy of the form against where its answer leads.
    let policy = page.answer.header("Content-Security-Policy").unwrap();
    assert!(policy.contains(&format!("form-action 'self' {};", proxy.origin)), "{policy}");
    let failed = sign_in(&mut browser, &page, "wrong");
    let again = browser.follow(&failed);
    assert!(again.text().contains("Login failed!"));
    let entered = sign_in(&mut browser, &again, OLD);
    assert_eq!(entered.location(), format!("{}{wanted}", proxy.origin));
    let shown = proxy.open(&browser, wanted);
    assert_eq!((shown.status, shown.text().as_str()), (200, PAGE));
    // What the browser claimed of itself did not get through: each header once, with the server's word.
    let mut told = seen(&shown);
    let groups = told.iter().position(|(name, _)| name == "remote-groups").unwrap();
    let (_, groups) = told.remove(groups);
    let mut groups: Vec<&str> = groups.split(',').collect();
    groups.sort_unstable();
    assert_eq!(groups, ["Internal/everyone", "test role"]);
    let expected = [
        ("remote-email", "tom@example.org"),
        ("remote-name", "tom"),
        ("remote-tenant", "carbon.super"),
        ("remote-user", "tom"),
    ];
    assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    // Signing out is signing out of the page, too.
    browser.open("/dashboard/logout");
    assert_eq!(proxy.open(&browser, "/").status, 302);
}

fn is_taken_away_by_a_lock(kind: &Kind) {
    let Some((world, proxy)) = house(kind, None) else { return };
    let mut browser = world.browser();
    let page = login_page(&proxy, &mut browser, "/");
    sign_in(&mut browser, &page, OLD);
    assert_eq!(proxy.open(&browser, "/").status, 200);
    world.admin().configure(&[LOCKING]);
    world.admin().set_claims(TOM, &[(LOCKED, "true")]);
    let page = login_page(&proxy, &mut browser, "/");
    let refused = sign_in(&mut browser, &page, OLD);
    assert!(refused.location().contains("authFailure=true"), "{}", refused.location());
    assert_eq!(proxy.open(&browser, "/").status, 302);
}

fn is_for_a_role(kind: &Kind) {
    for (role, status) in [("admin", 403), ("test%20role", 200)] {
        let Some((world, proxy)) = house(kind, Some(role)) else { return };
        let mut browser = world.browser();
        let page = login_page(&proxy, &mut browser, "/");
        sign_in(&mut browser, &page, OLD);
        let answer = proxy.open(&browser, "/");
        assert_eq!((answer.status, answer.text() == PAGE), (status, status == 200), "{role}");
    }
}

fn leads_back_after_a_reset(kind: &Kind) {
    let Some((world, proxy)) = house(kind, None) else { return };
    world.options(&[OFFLINE]);
    let mut signed_in = world.browser();
    let page = login_page(&proxy, &mut signed_in, "/");
    sign_in(&mut signed_in, &page, OLD);
    assert_eq!(proxy.open(&signed_in, "/").status, 200);
    world.admin().trigger(TOM);
    let code = world.admin().single_claim(TOM, "http://wso2.org/claims/oneTimePassword").unwrap();
    // The page is taken away at once.
    assert_eq!(proxy.open(&signed_in, "/").status, 302);
    let mut browser = world.browser();
    let page = login_page(&proxy, &mut browser, "/inside");
    let refused = sign_in(&mut browser, &page, OLD);
    assert!(refused.location().contains("authFailure=true"), "{}", refused.location());
    let page = browser.follow(&refused);
    let redeemed = sign_in(&mut browser, &page, &code);
    let reset = browser.follow(&redeemed);
    assert!(reset.text().contains("Enter New Password"), "{}", reset.text());
    let done = browser.choose(&reset, NEW);
    let text = done.text().replace("&#x2F;", "/");
    assert!(text.contains("Updated the password successfully"), "{text}");
    let back = format!("href=\"{}/inside\"", proxy.origin);
    assert!(text.contains(&back), "{back}: {text}");
    let page = login_page(&proxy, &mut browser, "/inside");
    let entered = sign_in(&mut browser, &page, NEW);
    assert_eq!(entered.location(), format!("{}/inside", proxy.origin));
    assert!(proxy.open(&browser, "/inside").text().contains(PAGE));
}

#[test]
fn a_login_leads_back_to_no_address_that_the_operator_did_not_name() {
    let world = World::configured(&[], |settings| {
        settings.forward_auth_origins = vec!["https://localhost:8443".into()];
    });
    for evil in [
        "https://evil.example/",
        "https://localhost:8443.evil.example/",
        "https://localhost:8443@evil.example/",
        "https://localhost:84430/",
        "//localhost:8443/",
        "http://localhost:8443/",
        "javascript:alert(1)",
        "",
    ] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("rd", evil).finish();
        let mut browser = world.browser();
        let answer = browser.open(&format!("/forward-auth/login?{query}"));
        assert_eq!(answer.status, 400, "{evil}");
        assert!(!answer.text().contains("evil"), "{}", answer.text());
        // Nor for somebody who is in already.
        browser.enter(TOM, OLD);
        assert_eq!(browser.open(&format!("/forward-auth/login?{query}")).status, 400, "{evil}");
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("callback", evil).finish();
        let page =
            browser.open(&format!("/accountrecoveryendpoint/confirmrecovery.do?confirmation=x&{query}"));
        assert!(!page.text().contains("evil"));
    }
}

#[test]
fn proxies_that_pass_answers_on_are_told_the_way_to_the_form_and_others_a_status() {
    let world = World::configured(&[], |settings| {
        settings.forward_auth_origins = vec!["https://localhost:8443".into()];
    });
    let mut browser = world.browser();
    let sent = [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "localhost:8443"),
        ("X-Forwarded-Uri", "/a?b=1&c=2"),
        ("X-Forwarded-Method", "GET"),
    ];
    let answer = browser.send("GET", "/forward-auth/redirect", &sent, "");
    let expected = "/forward-auth/login?rd=https%3A%2F%2Flocalhost%3A8443%2Fa%3Fb%3D1%26c%3D2";
    assert!(answer.status == 302 && answer.location().ends_with(expected), "{}", answer.location());
    let page = browser.follow(&answer);
    let entered = sign_in(&mut browser, &page, OLD);
    assert_eq!(entered.location(), "https://localhost:8443/a?b=1&c=2");
    let known = browser.send("GET", "/forward-auth/redirect", &sent, "");
    assert_eq!((known.status, known.header("Remote-User")), (200, Some(TOM)));
    assert_eq!(known.header("Cache-Control"), Some("no-store"));
    // A role can be asked for.
    for (role, status) in [("test%20role", 200), ("admin", 403), ("admin&role=test+role", 200)] {
        assert_eq!(browser.open(&format!("/forward-auth/check?role={role}")).status, status, "{role}");
    }
    // Without a session: no redirect for what cannot be repeated or is not one of ours.
    let mut nobody = world.browser();
    for (name, value) in [("X-Forwarded-Method", "POST"), ("X-Forwarded-Host", "evil.example")] {
        let changed: Vec<_> =
            sent.iter().map(|(known, old)| (*known, if *known == name { value } else { *old })).collect();
        assert_eq!(nobody.send("GET", "/forward-auth/redirect", &changed, "").status, 401, "{name}");
    }
    assert_eq!(nobody.send("GET", "/forward-auth/redirect", &[], "").status, 401);
    assert_eq!(nobody.send("GET", "/forward-auth/check", &sent, "").status, 401);
}

#[test]
fn a_user_of_another_tenant_is_let_in_only_where_his_tenant_is_named_and_never_passes_for_somebody_else() {
    let world = World::configured(&[], |settings| {
        settings.forward_auth_origins = vec!["https://localhost:8443".into()];
    });
    world.tenant_with_tom("acme.example", &[]);
    let (mut own, mut theirs, mut boss) = (world.browser(), world.browser(), world.browser());
    own.enter(TOM, OLD);
    theirs.enter("tom@acme.example", OLD);
    boss.enter("admin@acme.example", "Tenant@123");
    for path in ["/forward-auth/check", "/forward-auth/redirect"] {
        // To the application he is nobody: not tom, and not the administrator whose name and role he has.
        assert_eq!(own.open(path).status, 200);
        assert_eq!(theirs.open(path).status, 403);
        assert_eq!(boss.open(&format!("{path}?role=admin")).status, 403);
        let known = theirs.open(&format!("{path}?tenant=ACME.example"));
        assert_eq!((known.status, known.header("Remote-User")), (200, Some(TOM)));
        assert_eq!(known.header("Remote-Tenant"), Some("acme.example"));
        assert_eq!(own.open(&format!("{path}?tenant=acme.example")).status, 403);
        // Where there are several, all have their tenant behind.
        for several in ["tenant=*", "tenant=carbon.super&tenant=acme.example"] {
            for (browser, domain) in [(&mut own, "carbon.super"), (&mut theirs, "acme.example")] {
                let known = browser.open(&format!("{path}?{several}"));
                assert_eq!(known.header("Remote-User"), Some(&*format!("tom@{domain}")), "{several}");
                let groups = known.header("Remote-Groups").unwrap();
                assert!(groups.split(',').all(|group| group.ends_with(&format!("@{domain}"))), "{groups}");
            }
        }
        for (role, status) in [("admin", 403), ("admin%40carbon.super", 403), ("admin%40acme.example", 200)] {
            assert_eq!(boss.open(&format!("{path}?tenant=*&role={role}")).status, status, "{role}");
        }
        assert_eq!(theirs.open(&format!("{path}?tenant=nowhere.example")).status, 403);
    }
}
