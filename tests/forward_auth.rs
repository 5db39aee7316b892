//! A static page behind a real proxy, nginx or Caddy, and the login form, in the configurations that the README documents.
//!
//! Needs both, as `.ci/run` installs them; skipped without, unless `SOAPSTONE_TEST_ALL` is set.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is wrong")]

mod support;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::client::Client;
use support::visitor::{Browser, Page};
use support::world::{NEW, OFFLINE, OLD, TOM, World, certificate};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A running proxy in front of an application; it ends when dropped.
struct Proxy {
    process: Child,
    client: Client,
    origin: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A proxy: where its program is, and how it is started with its documented configuration.
struct Kind {
    program: &'static str,
    start: fn(&World, u16) -> Proxy,
}

const NGINX: Kind = Kind { program: "/usr/sbin/nginx", start: Proxy::nginx };
const CADDY: Kind = Kind { program: "/usr/bin/caddy", start: Proxy::caddy };

impl Proxy {
    /// nginx with the documented configuration, its addresses put in place of the examples.
    fn nginx(world: &World, port: u16) -> Self {
        let folder = world.folder.path().join("nginx");
        std::fs::create_dir_all(folder.join("page")).unwrap();
        std::fs::write(folder.join("page/index.html"), "<h1>The page behind the form</h1>").unwrap();
        let (certificate, key) = certificate();
        let application = free_port();
        let documented = std::fs::read_to_string("fixtures/forward-auth/nginx.conf").unwrap();
        let server = documented
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"))
            .replace("app.example.org", "localhost")
            .replace("/etc/ssl/app.pem", &certificate.display().to_string())
            .replace("/etc/ssl/app.key", &key.display().to_string())
            .replace("https://sso.example.org:9443", world.public_url())
            .replace("http://127.0.0.1:8080", &format!("http://127.0.0.1:{application}"));
        // The application: a static page, and what it was told of its visitor.
        let configuration = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr warn; events {{}}\n\
             http {{ access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; \
             uwsgi_temp_path t4; scgi_temp_path t5;\n{server}\n\
             server {{ listen 127.0.0.1:{application}; root {}; try_files $uri /index.html;\n\
             add_header X-Seen \"$http_remote_user|$http_remote_name|$http_remote_email|$http_remote_groups\"; }}\n}}\n",
            folder.join("page").display()
        );
        std::fs::write(folder.join("nginx.conf"), configuration).unwrap();
        let mut command = Command::new(NGINX.program);
        command.arg("-p").arg(&folder).args(["-c", "nginx.conf", "-e", "stderr"]);
        Self::running(command, port)
    }

    /// Caddy, the same way.
    fn caddy(world: &World, port: u16) -> Self {
        let folder = world.folder.path().join("caddy");
        std::fs::create_dir_all(&folder).unwrap();
        let (certificate, key) = certificate();
        let application = free_port();
        let documented = std::fs::read_to_string("fixtures/forward-auth/Caddyfile").unwrap();
        let own = format!(
            "https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {} {}",
            certificate.display(),
            key.display()
        );
        let site = documented
            .replace("app.example.org {", &own)
            .replace("https://sso.example.org:9443", world.public_url())
            .replace("/etc/caddy/soapstone-tls-cert.pem", &certificate.display().to_string())
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{application}"));
        let seen =
            ["User", "Name", "Email", "Groups"].map(|name| format!("{{header.Remote-{name}}}")).join("|");
        let configuration = format!(
            "{{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n\tlog {{\n\t\tlevel WARN\n\t}}\n}}\n{site}\n\
             http://:{application} {{\n\tbind 127.0.0.1\n\theader X-Seen \"{seen}\"\n\
             \trespond \"<h1>The page behind the form</h1>\"\n}}\n"
        );
        std::fs::write(folder.join("Caddyfile"), configuration).unwrap();
        let mut command = Command::new(CADDY.program);
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
        // It keeps what it remembers below the home of its user.
        command.env("HOME", &folder).env("XDG_DATA_HOME", &folder).env("XDG_CONFIG_HOME", &folder);
        Self::running(command, port)
    }

    /// Starts a program and waits until it listens.
    fn running(mut command: Command, port: u16) -> Self {
        let process = command.stdin(Stdio::null()).spawn().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut started =
            Self { process, client: Client::new(address, address, certificate().0), origin: String::new() };
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "the proxy does not listen");
            assert!(started.process.try_wait().unwrap().is_none(), "the proxy has ended");
            std::thread::yield_now();
        }
        started.origin = format!("https://localhost:{port}");
        started
    }

    /// Asks for an address of the application with the cookies of a browser.
    fn open(&self, browser: &Browser, path: &str) -> support::client::Answer {
        browser.at(&self.client).send(
            "GET",
            path,
            &[("Remote-User", "admin"), ("Remote-Groups", "admin"), ("Remote-Name", "admin")],
            "",
        )
    }
}

/// A server with tom and a proxy in front of a page; `None`, with the reason told, without its program.
fn house(kind: &Kind) -> Option<(World, Proxy)> {
    if !Path::new(kind.program).exists() {
        let why = format!("needs {}: see .ci/run", kind.program);
        assert!(std::env::var_os("SOAPSTONE_TEST_ALL").is_none(), "{why}");
        eprintln!("skipped: {why}");
        return None;
    }
    let port = free_port();
    let world = World::configured(&[], |settings| {
        settings.forward_auth_origins = vec![format!("https://localhost:{port}")];
    });
    let proxy = (kind.start)(&world, port);
    Some((world, proxy))
}

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

#[test]
fn a_page_behind_nginx_is_shown_after_the_login_and_told_who_its_visitor_is() {
    is_shown_after_the_login(&NGINX);
}

#[test]
fn a_page_behind_caddy_is_shown_after_the_login_and_told_who_its_visitor_is() {
    is_shown_after_the_login(&CADDY);
}

fn is_shown_after_the_login(kind: &Kind) {
    let Some((world, proxy)) = house(kind) else { return };
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
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("The page behind the form"));
    // What the browser claimed of itself did not get through.
    let seen = shown.header("X-Seen").unwrap();
    assert!(seen.starts_with("tom|") && seen.contains("|tom@example.org|"), "{seen}");
    assert!(seen.contains("test role") && !seen.contains("admin"), "{seen}");
    // Signing out is signing out of the page, too.
    browser.open("/dashboard/logout");
    assert_eq!(proxy.open(&browser, "/").status, 302);
}

#[test]
fn a_forced_reset_leads_from_the_page_behind_nginx_through_the_one_time_password_back_to_it() {
    leads_back_after_a_reset(&NGINX);
}

#[test]
fn a_forced_reset_leads_from_the_page_behind_caddy_through_the_one_time_password_back_to_it() {
    leads_back_after_a_reset(&CADDY);
}

fn leads_back_after_a_reset(kind: &Kind) {
    let Some((world, proxy)) = house(kind) else { return };
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
    assert!(proxy.open(&browser, "/inside").text().contains("The page behind the form"));
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
