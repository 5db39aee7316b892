//! The data directory and the process on it: what has to be there, and how the server ends.

use crate::support::installation::{Installation, Watch};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

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

#[test]
fn the_end_of_the_terminal_stops_a_server_in_order_unless_it_was_to_outlive_it() {
    let mut installation = Installation::start(&[]);
    assert!(installation.stop());
    let start = |under: &[&str]| {
        let command = installation.command();
        let (program, rest) = under.split_first().unwrap();
        let mut child = Command::new(program)
            .args(rest)
            .arg(command.get_program())
            .args(command.get_args())
            .args(SERVE)
            .current_dir(installation.folder())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let watch = Watch::over(&child);
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("https listening on"), "{line}");
        (child, lines, watch)
    };
    // Whatever these tests themselves were started by.
    let (mut child, _lines, _watch) = start(&["env", "--default-signal=HUP"]);
    assert!(Command::new("kill").args(["-HUP", &child.id().to_string()]).status().unwrap().success());
    assert!(child.wait().unwrap().success());

    let (mut child, _lines, _watch) = start(&["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"]);
    let (ignored, caught) = (has_hangup(child.id(), "SigIgn"), has_hangup(child.id(), "SigCgt"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ignored && !caught);
}
