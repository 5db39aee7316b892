//! What the process is told while it runs: to stop, that its terminal has ended, to read its certificate again.

use super::data_directory::SERVE;
use crate::support::client::Client;
use crate::support::installation::{Installation, Watch};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

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
