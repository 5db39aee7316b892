//! The README: its commands run as they stand, the `sh` blocks, in order, in one shell, beside a fresh server; its
//! configurations, pictures and links.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is wrong")]

use std::process::{Command, Stdio};
use std::time::Duration;

/// The blocks that are marked as being of that language.
fn blocks(language: &str) -> Vec<String> {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let mark = format!("```{language}\n");
    let parts = readme.split(&mark).skip(1);
    parts.map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// What the README shows: for each picture its words for who does not see it, and its file.
fn pictures(readme: &str) -> Vec<(&str, &str)> {
    let parts = readme.split("![").skip(1);
    parts
        .map(|part| {
            let (words, rest) = part.split_once("](").unwrap();
            (words, rest.split_once(')').unwrap().0)
        })
        .collect()
}

#[test]
fn every_picture_of_the_readme_is_there_small_and_described_and_none_lies_about() {
    const LARGEST: usize = 60 * 1024;
    let readme = std::fs::read_to_string("README.md").unwrap();
    let pictures = pictures(&readme);
    assert!(pictures.len() >= 5, "{pictures:?}");
    for (words, file) in &pictures {
        assert!(words.split_whitespace().count() >= 4, "{file} is not described: {words:?}");
        let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{file} is no PNG");
        assert!(bytes.len() <= LARGEST, "{file} has {} bytes", bytes.len());
    }
    for entry in std::fs::read_dir("fixtures/screenshots").unwrap() {
        let file = entry.unwrap().path();
        let is_shown = pictures.iter().any(|(_, shown)| file.ends_with(shown));
        assert!(is_shown, "the README does not show {}", file.display());
    }
}

/// What a link to a heading is called on the web.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_link_of_the_readme_leads_somewhere() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let headings: Vec<String> =
        readme.lines().filter_map(|line| line.strip_prefix("## ")).map(anchor).collect();
    let links = readme.split("](").skip(1).map(|rest| rest.split_once(')').unwrap().0);
    for link in links {
        let is_there = match link.strip_prefix('#') {
            Some(name) => headings.iter().any(|heading| heading == name),
            None => std::path::Path::new(link).exists(),
        };
        assert!(is_there, "{link}");
    }
}

#[test]
fn every_configuration_of_the_readme_is_taken_as_it_stands() {
    let blocks = blocks("toml");
    assert!(blocks.len() >= 4, "{}", blocks.len());
    for block in blocks {
        let folder = std::env::temp_dir().join(format!("soapstone-readme-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(folder.join("data")).unwrap();
        std::fs::write(folder.join("data/soapstone.toml"), &block).unwrap();
        // The certificate of the application.
        let parameters = rcgen::CertificateParams::new(vec!["app.example.org".into()]).unwrap();
        let own = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join("data/app.pem"), own.pem()).unwrap();
        let checked = Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .current_dir(&folder)
            .args(["--data-dir", "data", "check-config"])
            // Whoever listens elsewhere has set one.
            .env("SOAPSTONE_ADMIN_PASSWORD", "Own@12345")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        let _ = std::fs::remove_dir_all(&folder);
        assert!(checked.status.success(), "{block}\n{said}");
    }
}

struct Server(std::process::Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The walkthrough names the default ports; whoever uses them keeps them.
fn ports_are_free() -> bool {
    [9443, 9763].iter().all(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
}

#[test]
fn the_walkthrough_of_the_readme_works_as_it_stands() {
    if !ports_are_free() || Command::new("curl").arg("--version").output().is_err() {
        let why = "needs curl, and ports 9443 and 9763 free";
        assert!(std::env::var_os("SOAPSTONE_TEST_ALL").is_none(), "{why}");
        eprintln!("skipped: {why}");
        return;
    }
    let mut blocks = blocks("sh");
    assert_eq!(blocks.remove(0), "cargo run --release\n", "the first block starts the server");
    let folder = std::env::temp_dir().join(format!("soapstone-readme-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let server = Command::new(env!("CARGO_BIN_EXE_soapstone"))
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server(server);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(server.0.stdout.take().unwrap()));
    let listens =
        |line: &Result<String, _>| line.as_ref().is_ok_and(|line| line.starts_with("https listening"));
    assert!(lines.any(|line| listens(&line)), "it does not start");
    std::thread::spawn(move || lines.for_each(drop));
    let script = blocks.join("\n");
    let mut shell = Command::new("timeout")
        .args([
            &Duration::from_secs(120).as_secs().to_string(),
            "bash",
            "-e",
            "-o",
            "pipefail",
            "-c",
            &script,
        ])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut shell.stdout.take().unwrap(), &mut said).unwrap();
    let output = shell.wait_with_output().unwrap();
    let _ = std::fs::remove_dir_all(&folder);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    // What the reader sees, in order.
    let mut rest = said.as_str();
    for expected in [
        "202",
        "202",
        "https://localhost:9443/dashboard",
        "<dd id=\"user-name\">tom</dd>",
        "200",
        "202",
        "authFailure=true&authFailureMsg=login.fail.message",
        "Updated the password successfully",
        "https://localhost:9443/dashboard\n",
        "authFailure=true&authFailureMsg=login.fail.message",
        "this link is no longer valid",
        "200",
        "200",
        "202",
        "Updated the password successfully",
        "https://localhost:9443/dashboard\n",
        "authFailure=true&authFailureMsg=login.fail.message",
    ] {
        let at =
            rest.find(expected).unwrap_or_else(|| panic!("{expected} is missing in what follows:\n{rest}"));
        rest = rest.get(at + expected.len()..).unwrap();
    }
}
