//! TLS, and what is none.

use super::*;

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
