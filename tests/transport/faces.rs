//! Which face answers on which listener, and what only programs on this machine are told.

use super::*;

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

/// Everything still works, and would be lost when the server stops.
#[tokio::test]
async fn a_server_whose_database_was_removed_or_replaced_is_not_well() {
    let running = Running::start().await;
    let health = || running.ask("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (place, aside) = (running.folder.0.join("soapstone.db"), running.folder.0.join("moved"));
    std::fs::rename(&place, &aside).unwrap();
    let told = |body: &str| body.contains("was removed or replaced") && body.contains("backup");
    let answer = health().await;
    assert!(answer.status == 503 && told(&answer.body), "{} {}", answer.status, answer.body);
    std::fs::copy(&aside, &place).unwrap();
    let answer = health().await;
    assert!(answer.status == 503 && told(&answer.body), "{} {}", answer.status, answer.body);
    std::fs::rename(&aside, &place).unwrap();
    assert_eq!(health().await.status, 200);
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
