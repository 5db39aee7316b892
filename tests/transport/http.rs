//! HTTP: heads, bodies, their limits, and connections that are used again.

use super::*;

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
async fn whoever_waits_longest_makes_room_when_all_places_are_taken() {
    let running = Running::with(|settings| settings.connections = 2).await;
    let profile = get_profile("admin", ADMIN);
    let (mut served, mut silent) = (running.connect().await, running.connect().await);
    served.send(profile.as_bytes()).await;
    assert_eq!(served.answer().await.status, 200);
    // A head that never ends is no request.
    silent.send(b"POST /services/UserProfileMgtService HTTP/1.1\r\n").await;
    let mut next = running.connect().await;
    next.send(profile.as_bytes()).await;
    assert_eq!(within(next.answer()).await.status, 200);
    assert!(silent.is_closed().await);
    served.send(profile.as_bytes()).await;
    assert_eq!(served.answer().await.status, 200, "who was not the one who waited longest stays");
    assert_eq!(within(running.ask(&profile)).await.status, 200);
    assert!(next.is_closed().await);
}
