//! TCP, TLS and HTTP as a client sees them: a server in this process, real sockets, bytes written by hand.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "tests/pages.rs uses the rest")]
#[path = "support/server.rs"]
mod server;

use server::{ADMIN, Folder, Running, clock, get_profile, set_claim, settings, within};
use soapstone::transport::Server;
use std::os::unix::fs::PermissionsExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const MEGABYTE: usize = 1024 * 1024;

fn mode(path: &std::path::Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn refusal(settings: &soapstone::config::Settings) -> String {
    match Server::start(settings, clock()).await {
        Ok(_) => panic!("the server started"),
        Err(error) => error.to_string(),
    }
}

// --- starting -----------------------------------------------------------------------------------------------------

#[tokio::test]
async fn a_second_server_on_the_same_data_directory_is_refused_until_the_first_is_gone() {
    let running = Running::start().await;
    let settings = settings(&running.folder.0);
    let text = refusal(&settings).await;
    assert!(text.contains("already runs on") && text.contains("--data-dir"), "{text}");
    // The first one is none the worse for it.
    assert_eq!(running.ask(&get_profile("admin", ADMIN)).await.status, 200);
    let _folder = running.stop().await;
    within(Server::start(&settings, clock()).await.unwrap().stop()).await;
}

#[tokio::test]
async fn the_first_start_makes_a_private_folder_a_key_and_a_certificate_that_later_starts_keep() {
    let folder = Folder::new();
    let first =
        Running::of(folder, |settings| settings.host_name = Some("is.example.org".into())).await.unwrap();
    assert!(first.server.is_new);
    let path = first.folder.0.clone();
    assert_eq!(mode(&path), 0o700);
    for private in ["tls-key.pem", "secret.key", "soapstone.db"] {
        assert_eq!(mode(&path.join(private)) & 0o077, 0, "{private}");
    }
    let certificate = std::fs::read_to_string(path.join("tls-cert.pem")).unwrap();
    first.connect().await;
    let folder = first.stop().await;
    let second = Running::of(folder, |_| {}).await.unwrap();
    assert!(!second.server.is_new);
    assert_eq!(std::fs::read_to_string(path.join("tls-cert.pem")).unwrap(), certificate);
    second.connect().await;
    second.stop().await;
}

#[tokio::test]
async fn a_lost_key_does_not_silently_replace_the_certificate_that_clients_pinned() {
    let folder = Folder::with_certificate();
    let certificate = std::fs::read(folder.0.join("tls-cert.pem")).unwrap();
    std::fs::remove_file(folder.0.join("tls-key.pem")).unwrap();
    let text = refusal(&settings(&folder.0)).await;
    assert!(text.contains("tls-key.pem") && text.contains("tls-cert.pem"), "{text}");
    assert_eq!(std::fs::read(folder.0.join("tls-cert.pem")).unwrap(), certificate);
}

#[tokio::test]
async fn certificate_and_key_that_do_not_work_are_named() {
    let (folder, other) = (Folder::with_certificate(), Folder::new());
    std::fs::create_dir_all(&other.0).unwrap();
    let foreign = soapstone::transport::tls::Files {
        certificate: other.0.join("cert.pem"),
        key: other.0.join("key.pem"),
        own: true,
    };
    soapstone::transport::tls::make_if_missing(&foreign, "localhost").unwrap();
    let mut settings = settings(&folder.0);
    settings.tls_certificate = Some(folder.0.join("tls-cert.pem"));
    for (key, expected) in [
        (foreign.key.clone(), "cannot be used together"),
        (folder.0.join("tls-cert.pem"), "expected a private key"),
        (folder.0.join("nothing.pem"), "nothing.pem"),
    ] {
        settings.tls_key = Some(key.clone());
        let text = refusal(&settings).await;
        assert!(text.contains(expected) && text.contains(key.to_str().unwrap()), "{text}");
    }
    settings.tls_certificate = Some(folder.0.join("tls-key.pem"));
    settings.tls_key = Some(folder.0.join("tls-key.pem"));
    let text = refusal(&settings).await;
    assert!(text.contains("expected a certificate"), "{text}");
    // As an interrupted copy leaves it.
    let certificate = std::fs::read(folder.0.join("tls-cert.pem")).unwrap();
    std::fs::write(folder.0.join("half.pem"), &certificate[..200]).unwrap();
    settings.tls_certificate = Some(folder.0.join("half.pem"));
    let text = refusal(&settings).await;
    assert!(text.contains("half.pem: it ends before its last line"), "{text}");
}

#[tokio::test]
async fn nobody_else_can_reach_a_server_whose_administrator_has_the_well_known_password() {
    let folder = Folder::with_certificate();
    let mut settings = settings(&folder.0);
    settings.bind = [0, 0, 0, 0].into();
    for password in ["", "admin"] {
        settings.admin_password.0 = password.into();
        let text = refusal(&settings).await;
        assert!(text.contains("0.0.0.0 is not loopback") && text.contains("set-password"), "{text}");
    }
    // The hint works: nothing was seeded yet that the password from the environment would come too late for.
    settings.admin_password.0 = "Str0ng@pass".into();
    within(Server::start(&settings, clock()).await.unwrap().stop()).await;
    // It was read at the first start, and stays.
    settings.admin_password.0 = String::new();
    within(Server::start(&settings, clock()).await.unwrap().stop()).await;
}

#[tokio::test]
async fn a_directory_filled_on_loopback_does_not_open_up_with_the_well_known_password() {
    let folder = Running::start().await.stop().await;
    let mut settings = settings(&folder.0);
    settings.bind = [0, 0, 0, 0].into();
    settings.admin_password.0 = "Str0ng@pass".into();
    let text = refusal(&settings).await;
    assert!(text.contains("soapstone admin set-password"), "{text}");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_the_flag_that_changes_it() {
    let running = Running::start().await;
    let folder = Folder::with_certificate();
    let mut settings = settings(&folder.0);
    settings.http_port = running.server.http().port();
    let text = refusal(&settings).await;
    assert!(text.contains(&running.server.http().to_string()) && text.contains("--http-port"), "{text}");
}

// --- TLS ----------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn clients_of_tls_1_2_and_of_tls_1_3_are_served() {
    let running = Running::start().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut wire = running.connect_with(&[version]).await.unwrap();
        assert_eq!(wire.0.get_ref().1.protocol_version(), Some(version.version));
        wire.send(get_profile("admin", ADMIN).as_bytes()).await;
        assert_eq!(wire.answer().await.status, 200);
    }
}

#[tokio::test]
async fn a_client_that_never_says_hello_is_dropped() {
    let running = Running::with(|settings| settings.handshake_seconds = 1).await;
    let mut silent = TcpStream::connect(running.server.https()).await.unwrap();
    let mut rest = Vec::new();
    assert_eq!(within(silent.read_to_end(&mut rest)).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn plain_http_at_the_https_port_does_no_harm() {
    let running = Running::start().await;
    let mut wrong = TcpStream::connect(running.server.https()).await.unwrap();
    wrong.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    let _ = within(wrong.read_to_end(&mut rest)).await;
    assert!(!rest.starts_with(b"HTTP/"));
    assert_eq!(running.ask(&get_profile("admin", ADMIN)).await.status, 200);
}

// --- HTTP ---------------------------------------------------------------------------------------------------------

#[tokio::test]
async fn every_answer_carries_the_headers_of_the_original_in_its_spelling() {
    let running = Running::start().await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (request, status) in [
        (get_profile("admin", ADMIN), 200),
        (get_profile("admin", ""), 401),
        (get_profile("nobody", ADMIN), 500),
        (set_claim("admin", "http://wso2.org/claims/givenname", "Ann", ADMIN), 202),
        (get("/services/UserProfileMgtService?wsdl"), 200),
        (get("/authenticationendpoint/login.do"), 200),
        (get("/dashboard"), 302),
        (get("/no/such/page"), 404),
    ] {
        let answer = running.ask(&request).await;
        assert_eq!(answer.status, status, "{request}\n{}", answer.head);
        for (name, value) in [
            ("Server", "WSO2 Carbon Server"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Xss-Protection", "1; mode=block"),
            ("X-Frame-Options", "DENY"),
        ] {
            assert_eq!(answer.headers(name), [value], "{name} of {}", answer.head);
        }
        assert!(answer.header("Date").is_some_and(|date| date.ends_with(" GMT")), "{}", answer.head);
    }
}

#[tokio::test]
async fn a_client_of_http_1_0_gets_a_length_and_a_closed_connection() {
    let running = Running::start().await;
    let mut wire = running.connect().await;
    wire.send(get_profile("admin", ADMIN).replacen("HTTP/1.1", "HTTP/1.0", 1).as_bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 200);
    assert!(answer.head.starts_with("HTTP/1.0 200") && answer.header("Content-Length").is_some());
    assert!(answer.body.contains("getUserProfileResponse"));
    assert!(wire.is_closed().await);
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_gets_it_also_when_401_follows() {
    let running = Running::start().await;
    for (headers, status) in [(ADMIN, 200), ("", 401)] {
        let request = get_profile("admin", &format!("{headers}Expect: 100-continue\r\n"));
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut wire = running.connect().await;
        wire.send(format!("{head}\r\n\r\n").as_bytes()).await;
        assert!(wire.head().await.starts_with("HTTP/1.1 100 Continue"));
        wire.send(body.as_bytes()).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, status);
        if status == 401 {
            assert_eq!(answer.header("Www-Authenticate"), Some("Basic realm=\"WSO2 Identity Server\""));
            // The connection stays good: most clients repeat the call on it.
            wire.send(get_profile("admin", ADMIN).as_bytes()).await;
            assert_eq!(wire.answer().await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_announced_too_large_is_refused_before_it_is_sent() {
    let running = Running::start().await;
    let mut wire = running.connect().await;
    let head = format!(
        "POST /services/UserProfileMgtService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n{ADMIN}\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        100 * MEGABYTE
    );
    wire.send(head.as_bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.header("Connection"), Some("close"));
}

#[tokio::test]
async fn a_client_that_sends_too_much_without_asking_still_reads_why_it_is_refused() {
    let running = Running::start().await;
    let head =
        "POST /services/UserProfileMgtService HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n";
    for announced in [true, false] {
        let mut wire = running.connect().await;
        let length = 24 * MEGABYTE;
        let mut bytes = Vec::from(head);
        if announced {
            bytes.extend_from_slice(format!("Content-Length: {length}\r\n\r\n").as_bytes());
            bytes.resize(bytes.len() + length, b' ');
        } else {
            bytes.extend_from_slice(format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n").as_bytes());
            bytes.resize(bytes.len() + length, b' ');
            bytes.extend_from_slice(b"\r\n0\r\n\r\n");
        }
        wire.send(&bytes).await;
        assert_eq!(wire.answer().await.status, 413, "announced: {announced}");
        assert!(wire.is_closed().await);
    }
    // Just below the limit the request is read as any other.
    let padded = get_profile("admin", ADMIN).replace("</m:username>", "</m:username>PADDING");
    let length = |request: &str| request.split_once("\r\n\r\n").unwrap().1.len();
    let padding = " ".repeat(10 * MEGABYTE + "PADDING".len() - length(&padded));
    let request = padded.replace("PADDING", &padding).replace(
        &format!("Content-Length: {}", length(&padded) - "PADDING".len()),
        &format!("Content-Length: {}", 10 * MEGABYTE),
    );
    assert_eq!(length(&request), 10 * MEGABYTE);
    let answer = running.ask(&request).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_chunked_request_is_read_whole() {
    let running = Running::start().await;
    let request = get_profile("admin", ADMIN);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("Content-Length")).collect();
    let mut bytes = format!("{}\r\nTransfer-Encoding: chunked\r\n\r\n", head.join("\r\n"));
    for piece in body.as_bytes().chunks(7) {
        bytes.push_str(&format!("{:x}\r\n{}\r\n", piece.len(), std::str::from_utf8(piece).unwrap()));
    }
    bytes.push_str("0\r\n\r\n");
    let answer = running.ask(&bytes).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn heads_with_too_many_or_too_long_headers_are_refused() {
    let running = Running::start().await;
    let many = (0..150).map(|n| format!("X-{n}: 1\r\n")).collect::<String>();
    let long = format!("X-Long: {}\r\n", "a".repeat(9000));
    for headers in [many, long] {
        let mut wire = running.connect().await;
        wire.send(format!("GET /dashboard HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").as_bytes()).await;
        let head = wire.head().await;
        assert!(head.starts_with("HTTP/1.1 431"), "{head}");
    }
    // 8 KiB is the limit, so what the original took is still taken.
    let fits = format!("X-Long: {}\r\n", "a".repeat(7000));
    let answer = running.ask(&get_profile("admin", &format!("{ADMIN}{fits}"))).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let running = Running::start().await;
    for bytes in
        ["\x16\x03\x01 nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", "GET /\r\n\r\n"]
    {
        let mut wire = running.connect().await;
        wire.send(bytes.as_bytes()).await;
        assert!(wire.head().await.starts_with("HTTP/1.1 400"), "{bytes:?}");
    }
    // Two lengths, a length beside chunks, or two hosts are how requests are smuggled past a proxy.
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Host: other.example\r\nContent-Length: 5\r\n",
    ] {
        let mut wire = running.connect().await;
        wire.send(format!("POST /services HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nhello").as_bytes())
            .await;
        assert!(wire.head().await.starts_with("HTTP/1.1 400"), "{headers:?}");
    }
}

#[tokio::test]
async fn a_client_that_is_slow_with_its_head_is_dropped_and_one_slow_with_its_body_is_told() {
    let running = Running::with(|settings| {
        settings.header_seconds = 1;
        settings.body_seconds = 1;
    })
    .await;
    let mut wire = running.connect().await;
    wire.send(b"POST /services/UserProfileMgtService HTTP/1.1\r\nHost: local").await;
    assert!(wire.is_closed().await);

    let request = get_profile("admin", ADMIN);
    let mut wire = running.connect().await;
    wire.send(&request.as_bytes()[..request.len() - 10]).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 408);
    assert_eq!(answer.header("Connection"), Some("close"));

    // A connection that is merely kept is let go of in the end.
    let mut wire = running.connect().await;
    wire.send(request.as_bytes()).await;
    assert_eq!(wire.answer().await.status, 200);
    assert!(wire.is_closed().await);
}

#[tokio::test]
async fn a_client_that_reads_nothing_of_its_answers_is_let_go() {
    let running = Running::with(|settings| {
        settings.connections = 1;
        settings.body_seconds = 1;
    })
    .await;
    let asked =
        "GET /services/RemoteUserStoreManagerService?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(150);
    let mut deaf = running.connect().await;
    deaf.send(asked.as_bytes()).await;
    // There is one place only, and the client that has it never hangs up.
    assert_eq!(running.ask(&get_profile("admin", ADMIN)).await.status, 200);

    let mut deaf = running.connect_plain().await;
    deaf.send(asked.as_bytes()).await;
    let mut next = running.connect_plain().await;
    next.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(next.answer().await.status, 200);
}

#[tokio::test]
async fn a_connection_is_used_for_many_requests_up_to_the_limit() {
    let running = Running::with(|settings| settings.requests_per_connection = 3).await;
    let mut wire = running.connect().await;
    for last in [false, false, true] {
        wire.send(get_profile("admin", ADMIN).as_bytes()).await;
        let answer = wire.answer().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("Connection").is_some(), last);
    }
    assert!(wire.is_closed().await);
}

#[tokio::test]
async fn further_clients_wait_until_a_connection_is_free() {
    let running = Running::with(|settings| settings.connections = 2).await;
    let (first, mut second) = (running.connect().await, running.connect().await);
    let third = async {
        let mut wire = running.connect().await;
        wire.send(get_profile("admin", ADMIN).as_bytes()).await;
        wire.answer().await.status
    };
    let mut third = std::pin::pin!(third);
    // The open connections are served while it waits.
    tokio::select! {
        biased;
        _ = &mut third => panic!("the limit did not hold"),
        () = async {
            second.send(get_profile("admin", ADMIN).as_bytes()).await;
            assert_eq!(second.answer().await.status, 200);
        } => {}
    }
    drop(first);
    assert_eq!(within(third).await, 200);
}

// --- clients that go away -----------------------------------------------------------------------------------------

/// Reads a claim until it has the value; the call that sets it has no answer to wait for.
async fn becomes(running: &Running, value: &str) {
    let mut wire = running.connect().await;
    within(async {
        loop {
            wire.send(get_profile("admin", ADMIN).as_bytes()).await;
            let answer = wire.answer().await;
            assert_eq!(answer.status, 200);
            if answer.body.contains(value) {
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_is_carried_out_although_its_client_hung_up_right_after_sending_it() {
    let running = Running::with(|settings| settings.requests_per_connection = 1_000_000).await;
    for round in 0..10 {
        let value = format!("Given{round}");
        let mut wire = running.connect().await;
        wire.send(set_claim("admin", "http://wso2.org/claims/givenname", &value, ADMIN).as_bytes()).await;
        // PHP ends the TCP connection without a goodbye of TLS, and never reads.
        let (mut tcp, _) = wire.0.into_inner();
        if round % 2 == 0 {
            let _ = tcp.shutdown().await;
        }
        drop(tcp);
        becomes(&running, &value).await;
    }
}

#[tokio::test]
async fn a_client_that_closes_its_side_early_still_gets_the_answer() {
    let running = Running::start().await;
    let mut wire = running.connect().await;
    wire.send(get_profile("admin", ADMIN).as_bytes()).await;
    wire.0.shutdown().await.unwrap();
    assert_eq!(wire.answer().await.status, 200);
    assert!(wire.is_closed().await);
}

#[tokio::test]
async fn stopping_finishes_a_call_that_was_begun_although_its_client_hung_up() {
    let mut folder = Folder::with_certificate();
    for round in 0..3 {
        let running = Running::of(folder, |_| {}).await.unwrap();
        let value = format!("Stopped{round}");
        let headers = format!("{ADMIN}Expect: 100-continue\r\n");
        let request = set_claim("admin", "http://wso2.org/claims/givenname", &value, &headers);
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let mut wire = running.connect().await;
        wire.send(format!("{head}\r\n\r\n").as_bytes()).await;
        // Now the server is at it; the password's hash, which nobody has verified yet, takes it a while.
        assert!(wire.head().await.starts_with("HTTP/1.1 100"));
        wire.send(body.as_bytes()).await;
        drop(wire.0.into_inner());
        folder = running.stop().await;
        let running = Running::of(folder, |_| {}).await.unwrap();
        let answer = running.ask(&get_profile("admin", ADMIN)).await;
        assert!(answer.body.contains(&value), "round {round}");
        folder = running.stop().await;
    }
}

#[tokio::test]
async fn stopping_does_not_wait_for_clients_that_say_nothing() {
    let running = Running::with(|settings| {
        settings.handshake_seconds = 3600;
        settings.header_seconds = 3600;
        settings.shutdown_seconds = 3600;
    })
    .await;
    let _never_said_hello = TcpStream::connect(running.server.https()).await.unwrap();
    let mut idle = running.connect().await;
    idle.send(get_profile("admin", ADMIN).as_bytes()).await;
    assert_eq!(idle.answer().await.status, 200);
    let fresh = running.connect().await;
    running.stop().await;
    assert!(idle.is_closed().await);
    drop(fresh);
}

// --- which face answers -------------------------------------------------------------------------------------------

#[tokio::test]
async fn the_plain_listener_refuses_services_and_sends_browsers_to_the_public_address() {
    let running = Running::with(|settings| settings.public_url = Some("https://is.example.org".into())).await;
    let mut wire = running.connect_plain().await;
    wire.send(get_profile("admin", ADMIN).as_bytes()).await;
    let answer = wire.answer().await;
    assert_eq!(answer.status, 500);
    assert!(
        answer
            .body
            .contains("The service cannot be found for the endpoint reference (EPR) http://localhost/")
    );

    let mut wire = running.connect_plain().await;
    wire.send(b"GET /dashboard?x=1 HTTP/1.1\r\nHost: evil.example\r\n\r\n").await;
    let answer = wire.answer().await;
    assert_eq!(
        (answer.status, answer.header("Location")),
        (302, Some("https://is.example.org/dashboard?x=1"))
    );
    // The documents are for everybody.
    wire.send(b"GET /services/UserProfileMgtService?wsdl HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(wire.answer().await.status, 200);
}

#[tokio::test]
async fn health_and_metrics_are_for_programs_on_this_machine() {
    let running = Running::start().await;
    running.ask(&get_profile("admin", ADMIN)).await;
    running.ask(&get_profile("admin", "")).await;
    // admin:wrong
    running.ask(&get_profile("admin", "Authorization: Basic YWRtaW46d3Jvbmc=\r\n")).await;
    let mut wire = running.connect_plain().await;
    wire.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let answer = wire.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
    wire.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let metrics = wire.answer().await.body;
    for line in [
        "soapstone_requests_total{service=\"UserProfileMgtService\",operation=\"getUserProfile\",status=\"200\"} 1",
        "soapstone_requests_total{service=\"UserProfileMgtService\",operation=\"getUserProfile\",status=\"401\"} 1",
        "soapstone_request_seconds_count",
        "soapstone_outbox_mails{state=\"queued\"} 0",
        "soapstone_refused_logins_total{reason=\"wrong_password\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} in\n{metrics}");
    }
    // A proxy on this machine passes on what comes from elsewhere.
    for path in ["/metrics", "/health"] {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n");
        assert_eq!(running.ask(&request).await.status, 404, "{path}");
    }
}

/// As a full disk does: everything can be read.
#[tokio::test]
async fn a_server_that_can_write_nothing_is_not_well_and_says_why() {
    let running = Running::start().await;
    let health = || running.ask("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let database = rusqlite::Connection::open(running.folder.0.join("soapstone.db")).unwrap();
    let full =
        "CREATE TRIGGER full BEFORE UPDATE ON change_count BEGIN SELECT RAISE(ABORT, 'no room left'); END";
    database.execute_batch(full).unwrap();
    let answer = health().await;
    assert_eq!(answer.status, 503);
    assert!(
        answer.body.contains("takes no changes") && answer.body.contains("no room left"),
        "{}",
        answer.body
    );
    database.execute_batch("DROP TRIGGER full").unwrap();
    let count =
        || database.query_row("SELECT count FROM change_count", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = count();
    assert_eq!((health().await.status, count()), (200, before), "it leaves everything as it was");
}

#[tokio::test]
async fn time_comes_from_the_clock_that_the_server_was_given() {
    let running = Running::start().await;
    let login = running.ask(&get_profile("admin", ADMIN)).await;
    let cookie = login.header("Set-Cookie").unwrap().split(';').next().unwrap().to_owned();
    let with_cookie = get_profile("admin", &format!("Cookie: {cookie}\r\n"));
    assert_eq!(running.ask(&with_cookie).await.status, 200);
    running.clock.advance(16 * 60_000);
    assert_eq!(running.ask(&with_cookie).await.status, 401);
}
