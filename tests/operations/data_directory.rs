//! The data directory and the process on it: what has to be there, and how the server ends.

use crate::support::caller::{Caller, LOGIN};
use crate::support::client::Client;
use crate::support::installation::{Installation, Watch};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

fn refused(installation: &Installation, arguments: &[&str]) -> String {
    let output = installation.command_line(arguments, "");
    assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const SERVE: [&str; 4] = ["--https-port", "0", "--http-port", "0"];

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
        installation.log().contains("secret.key is another than at the last start"),
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

/// Whether the first signal, the end of the terminal, is in a set of signals of a process.
fn has_hangup(pid: u32, set: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix(set)).unwrap();
    u64::from_str_radix(mask.trim_start_matches(':').trim(), 16).unwrap() & 1 == 1
}

/// A server that heeds the end of its terminal, whatever these tests themselves were started by; what it says and logs can
/// be read.
fn start_heeding(command: &Command) -> Child {
    Command::new("env")
        .args(["--default-signal=HUP", "RUST_LOG=info"])
        .arg(command.get_program())
        .args(command.get_args())
        .args(SERVE)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn hang_up(child: &Child) {
    assert!(Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_renewed_certificate_counts_once_the_server_is_told_and_a_bad_one_never() {
    let installation = Installation::new(&[]);
    let mut child = start_heeding(&installation.command());
    let _watch = Watch::over(&child);
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut address = |name: &str| {
        let name = format!("{name} listening on ");
        lines.find_map(|line| line.strip_prefix(&name).map(|at| at.parse().unwrap())).unwrap()
    };
    let (https, http) = (address("https"), address("http"));
    let file = |name: &str| installation.data().join(name);
    let is_trusted = || {
        let client = Client::new(https, http, &file("tls-cert.pem"));
        client.connect(true).write_all(b"GET").is_ok()
    };
    assert!(is_trusted());
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(file("tls-cert.pem"), made.pem()).unwrap();
    std::fs::write(file("tls-key.pem"), key.serialize_pem()).unwrap();
    assert!(!is_trusted(), "nobody has said so yet");
    hang_up(&child);
    until(&mut log, "the certificate was read again");
    assert!(is_trusted());
    std::fs::write(file("tls-key.pem"), "nothing").unwrap();
    hang_up(&child);
    until(&mut log, "the certificate could not be read again");
    assert!(is_trusted(), "the earlier one still counts");
    terminate(&child);
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_end_of_the_terminal_stops_a_server_in_order_unless_it_was_to_outlive_it() {
    let mut installation = Installation::start(&[]);
    assert!(installation.stop());
    let command = installation.command();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>();
    let log = installation.folder().join("terminal-log");
    let line = format!(
        "echo pid $$; exec env --default-signal=HUP RUST_LOG=info {} {} {} 2>{}",
        command.get_program().display(),
        words.join(" "),
        SERVE.join(" "),
        log.display()
    );
    // It has a terminal of its own, which ends with the program that made it.
    let mut terminal = Command::new("script")
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let watch = Watch::over(&terminal);
    let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines().map(Result::unwrap);
    let pid = lines.find_map(|line| Some(line.trim().strip_prefix("pid ")?.to_owned())).unwrap();
    assert!(lines.any(|line| line.starts_with("http listening on")));
    let (ended, end) = mpsc::channel();
    // A server holds it for as long as it runs.
    let lock = File::open(installation.data().join("server.lock")).unwrap();
    assert!(lock.try_lock_shared().is_err());
    std::thread::spawn(move || ended.send(lock.lock_shared()));
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    drop(watch);
    let in_time = end.recv_timeout(Duration::from_secs(60));
    let _ = Command::new("kill").args(["-KILL", &pid]).stderr(Stdio::null()).status();
    assert!(in_time.is_ok(), "it outlived its terminal");
    assert!(std::fs::read_to_string(log).unwrap().contains("stopping"));

    let command = installation.command();
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .args(SERVE)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _watch = Watch::over(&child);
    let mut said = BufReader::new(child.stdout.take().unwrap());
    until(&mut said, "https listening on");
    let (ignored, caught) = (has_hangup(child.id(), "SigIgn"), has_hangup(child.id(), "SigCgt"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ignored && !caught);
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
fn a_locale_that_no_mail_is_written_in_is_told_at_the_start() {
    let mut installation = Installation::new(&[]);
    installation.run();
    assert!(installation.stop() && !installation.log().contains("default_locale"));
    std::fs::write(installation.data().join("soapstone.toml"), "default_locale = \"xx\"\n").unwrap();
    installation.run();
    assert!(installation.log().contains("default_locale is xx"), "{}", installation.log());
}

/// Reads a log until a line holds the text.
fn until(log: &mut impl BufRead, text: &str) {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert!(log.read_line(&mut line).unwrap() > 0, "the log ends without {text:?}");
    }
}

fn terminate(child: &Child) {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn who_asks_a_second_time_waits_for_nobody() {
    let installation = Installation::new(&[]);
    let mut child = installation
        .command()
        .args(SERVE)
        .env("SOAPSTONE_SHUTDOWN_SECONDS", "3600")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _watch = Watch::over(&child);
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find_map(|line| line.strip_prefix("http listening on ").map(str::to_owned)).unwrap();
    // A request that is under way, and will be for as long as anybody waits for it.
    let mut slow = TcpStream::connect(address).unwrap();
    let head = "POST /services/UserAdmin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    slow.read_exact(&mut [0; 25]).unwrap();
    terminate(&child);
    until(&mut log, "stopping");
    terminate(&child);
    until(&mut log, "stopping at once");
    assert!(child.wait().unwrap().success());
}

#[test]
fn who_cannot_be_greeted_is_served_all_the_same() {
    let installation = Installation::new(&[]);
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut child = installation.command().args(SERVE).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let _watch = Watch::over(&child);
    until(&mut BufReader::new(child.stderr.take().unwrap()), "the greeting could not be written");
    terminate(&child);
    assert!(child.wait().unwrap().success());
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
