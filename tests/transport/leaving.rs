//! Clients that go away, and a server that stops: what was begun is carried out.

use super::*;

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
