//! Starting: the data directory, certificate and key, and what refuses to start.

use super::*;

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
