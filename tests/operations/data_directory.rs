//! The data directory and the process on it: what has to be there, and what is said when it is not.

use crate::support::caller::{Caller, LOGIN};
use crate::support::installation::Installation;
use std::net::TcpStream;
use std::process::{Command, Stdio};

fn refused(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.command_line(arguments, "");
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub const SERVE: [&str; 4] = ["--https-port", "0", "--http-port", "0"];

#[test]
fn a_key_that_is_lost_is_not_replaced_without_a_word() {
    let mut installation = Installation::new(&[]);
    installation.must(&["admin", "set-password", "--password-stdin"], "Better@123");
    let key = installation.data().join("secret.key");
    let kept = std::fs::read_to_string(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for arguments in [&SERVE[..], &["user", "list"], &["admin", "set-password", "--password-stdin"]] {
        let said = refused(&installation, arguments);
        assert!(said.contains("secret.key is lost") && said.contains("hint: restore it"), "{said}");
        assert!(!key.exists());
    }
    std::fs::write(&key, kept).unwrap();
    installation.run();
    assert!(installation.stop());

    // What a crash in the middle of the first start leaves behind is no loss.
    let fresh = Installation::new(&[]);
    std::fs::create_dir(fresh.data()).unwrap();
    std::fs::write(fresh.data().join("soapstone.db"), "").unwrap();
    fresh.must(&["admin", "set-password", "--password-stdin"], "Better@123");
}

/// `sqlite3 .backup` makes a file that everybody can read, and whoever can open the lock can hold it.
#[test]
fn what_others_could_read_or_lock_is_kept_from_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut installation = Installation::start(&[]);
    assert!(installation.stop());
    let file = |name: &str| installation.data().join(name);
    let rights = |name: &str| file(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((rights("soapstone.db"), rights("server.lock")), (0o600, 0o600));
    for name in ["soapstone.db", "server.lock"] {
        std::fs::set_permissions(file(name), std::fs::Permissions::from_mode(0o666)).unwrap();
    }
    let (database, lock) = (file("soapstone.db"), file("server.lock"));
    installation.run();
    let rights = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((rights(&database), rights(&lock)), (0o660, 0o660), "a group may be meant");
}

/// Whoever lost his database, or restored one without what was written last, would be served an empty installation whose
/// administrator has the password that everybody knows.
#[test]
fn a_database_that_is_lost_is_not_begun_anew_without_a_word() {
    let mut installation = Installation::start(&[]);
    let database = installation.data().join("soapstone.db");
    // As a program copies it that does not know of the file beside it: nothing was folded in yet.
    let half = std::fs::read(&database).unwrap();
    assert!(installation.stop());
    let kept = std::fs::read(&database).unwrap();
    for left in [None, Some(Vec::new()), Some(half)] {
        match left {
            Some(bytes) => std::fs::write(&database, bytes).unwrap(),
            None => std::fs::remove_file(&database).unwrap(),
        }
        for arguments in [&SERVE[..], &["admin", "set-password", "--password-stdin"]] {
            let said = refused(&installation, arguments);
            assert!(
                said.contains("soapstone.db is lost or empty") && said.contains("hint: restore it"),
                "{said}"
            );
        }
        let beside = installation.data().join("soapstone.db-wal").metadata().map_or(0, |file| file.len());
        assert_eq!(beside, 0, "what is in it would be taken for that of the backup");
    }
    std::fs::write(&database, kept).unwrap();
    installation.run();
    assert!(installation.stop());
    // Who means it says so.
    std::fs::remove_file(&database).unwrap();
    std::fs::remove_file(installation.data().join("recovery-api-client")).unwrap();
    installation.run();
}

/// SQLite writes the log that a crash left behind into whatever file stands beside it.
#[test]
fn a_backup_that_is_put_beside_the_log_of_a_crashed_server_is_not_served() {
    let mut installation = Installation::start(&[]);
    assert!(installation.stop());
    let database = installation.data().join("soapstone.db");
    let backup = std::fs::read(&database).unwrap();
    let work_for_days = || {
        let days = "WITH RECURSIVE day (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM day WHERE n < 2000) \
            INSERT INTO audit (tenant_id, at, initiator, action, target, data, result) \
            SELECT -1234, n, 'admin@carbon.super', 'Add User', 'user' || n, '{}', 'Success' FROM day";
        rusqlite::Connection::open(&database).unwrap().execute_batch(days).unwrap();
    };
    work_for_days();
    // A crash alone does no harm.
    for _ in 0..2 {
        installation.run();
        work_for_days();
        installation.kill();
    }
    std::fs::write(&database, &backup).unwrap();
    let said = refused(&installation, &SERVE);
    assert!(said.contains("damaged") && said.contains("hint: restore it"), "{said}");
    for left in ["soapstone.db-wal", "soapstone.db-shm"] {
        let _ = std::fs::remove_file(installation.data().join(left));
    }
    std::fs::write(&database, &backup).unwrap();
    installation.run();
}

#[test]
fn a_certificate_that_has_expired_is_told() {
    let mut installation = Installation::new(&[]);
    std::fs::create_dir(installation.data()).unwrap();
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    let mut start_with = |year: i32| {
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = params.self_signed(&key).unwrap();
        std::fs::write(installation.data().join("tls-cert.pem"), made.pem()).unwrap();
        std::fs::write(installation.data().join("tls-key.pem"), key.serialize_pem()).unwrap();
        installation.run();
        assert!(installation.stop());
        installation.log().contains("tls-cert.pem") && installation.log().contains("has expired")
    };
    assert!(!start_with(2090));
    assert!(start_with(2020));
}

#[test]
fn another_key_than_the_one_that_was_there_is_told() {
    let mut installation = Installation::start(&[]);
    assert!(installation.stop());
    installation.run();
    assert!(installation.stop());
    assert!(!installation.log().contains("secret.key"), "{}", installation.log());
    std::fs::write(installation.data().join("secret.key"), "ab".repeat(32)).unwrap();
    installation.run();
    assert!(installation.stop());
    assert!(
        installation.log().contains("secret.key is another than at the last start")
            && installation.log().contains("keys that tenants sign with"),
        "{}",
        installation.log()
    );
}

#[test]
fn a_database_that_is_none_is_named() {
    let installation = Installation::new(&[]);
    std::fs::create_dir(installation.data()).unwrap();
    std::fs::write(
        installation.data().join("soapstone.db"),
        "no database, but long enough to be looked at\n".repeat(99),
    )
    .unwrap();
    let said = refused(&installation, &["user", "list"]);
    assert!(said.contains("soapstone.db: sqlite: file is not a database\nhint: "), "{said}");
}

#[test]
fn a_command_that_finds_no_installation_makes_none() {
    let installation = Installation::new(&[]);
    for arguments in [
        &["user", "list"][..],
        &["user", "add", "tom", "--password-stdin"],
        &["role", "list"],
        &["claim", "get", "tom"],
        &["governance", "get"],
        &["store", "list"],
        &["tenant", "list"],
        &["mail", "list"],
        &["idp", "import", "."],
    ] {
        let said = refused(&installation, arguments);
        assert!(
            said.contains("there is no installation in") && said.contains("hint: check --data-dir"),
            "{said}"
        );
        assert!(!installation.data().exists(), "{arguments:?}");
    }
}

#[test]
fn whoever_reads_no_further_is_told_nothing() {
    let installation = Installation::new(&[]);
    let mut child = installation
        .command()
        .args(["check-config", "--print-defaults"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// A full disk is one of the things that make files stay as small as they are.
#[test]
fn a_start_that_cannot_write_names_the_folder() {
    let installation = Installation::new(&[]);
    let command = installation.command();
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .args(SERVE)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    let folder = installation.data().display().to_string();
    assert!(
        said.contains(&format!("error: {folder}: ")) && said.contains("hint: look whether the disk is full"),
        "{said}"
    );
}

#[test]
fn nobody_is_made_the_first_administrator_who_could_never_sign_in() {
    let installation = Installation::new(&[]);
    let conf = installation.folder().join("conf");
    std::fs::create_dir(&conf).unwrap();
    let text = "<UserManager><Realm><Configuration><AdminUser><UserName>SALES/boss</UserName></AdminUser></Configuration>\
                </Realm></UserManager>";
    std::fs::write(conf.join("user-mgt.xml"), text).unwrap();
    let start = [&["--config-dir", "conf", "serve"][..], &SERVE].concat();
    for command in [&["--config-dir", "conf", "check-config"][..], &start] {
        let said = refused(&installation, command);
        let why = "\"SALES/boss\" cannot be the first administrator";
        assert!(said.contains(why) && said.contains("hint: "), "{said}");
    }
}

#[test]
fn a_locale_that_no_mail_is_written_in_is_told_at_the_start() {
    let mut installation = Installation::new(&[]);
    installation.run();
    assert!(installation.stop() && !installation.log().contains("default_locale"));
    std::fs::write(installation.data().join("soapstone.toml"), "default_locale = \"xx\"\n").unwrap();
    installation.run();
    assert!(installation.log().contains("default_locale is xx"), "{}", installation.log());
}

/// The database opens files for those who are connected; connections once took all that the system allows.
#[test]
fn connections_take_no_files_that_the_server_needs_itself() {
    let mut installation = Installation::new(&[]);
    installation.run_under(&[
        "sh",
        "-c",
        "ulimit -n 128; export SOAPSTONE_HEADER_SECONDS=3600; exec \"$@\"",
        "sh",
    ]);
    assert!(installation.log().contains("too few open files"), "{}", installation.log());
    let idle = || TcpStream::connect(installation.client().http).unwrap();
    let _idle: Vec<_> = (0..150).map(|_| idle()).collect();
    let admin = Caller::basic(installation.client(), "admin", "admin");
    admin.add_user("tom", "Old@1234", &[]);
    admin.add_role("test role", &["tom"], &[LOGIN]);
}
