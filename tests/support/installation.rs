//! A real `soapstone` process on a data directory of its own.

use super::client::Client;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a process may take for what a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Kills a process that is not done in time, so that whoever waits for it sees its end. Done is when this is dropped.
#[must_use]
pub struct Watch {
    _done: mpsc::Sender<()>,
}

impl Watch {
    pub fn over(child: &Child) -> Self {
        let (done, end) = mpsc::channel::<()>();
        let pid = child.id().to_string();
        std::thread::spawn(move || {
            if end.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
                let _ = Command::new("kill").args(["-KILL", &pid]).status();
            }
        });
        Self { _done: done }
    }
}

/// A data directory with a server that can be stopped, killed and started again.
pub struct Installation {
    folder: PathBuf,
    flags: Vec<String>,
    log_level: &'static str,
    server: Option<Child>,
    client: Option<Client>,
}

impl Installation {
    /// An empty data directory; the flags go to every command.
    pub fn new(flags: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("soapstone-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).unwrap();
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Self { folder, flags, log_level: "soapstone=debug,info", server: None, client: None }
    }

    /// As [`Installation::new`], with the server running.
    pub fn start(flags: &[&str]) -> Self {
        let mut installation = Self::new(flags);
        installation.run();
        installation
    }

    /// The folder around data directory and whatever a test puts beside it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The program on the data directory, in an environment that sets nothing of it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SOAPSTONE_")) {
            command.env_remove(name);
        }
        command.env_remove("RUST_LOG").current_dir(&self.folder).arg("--data-dir").arg(self.data());
        command
    }

    /// Adds flags of the server for the next start.
    pub fn add_flags(&mut self, flags: &[&str]) {
        self.flags.extend(flags.iter().map(|flag| (*flag).to_owned()));
    }

    /// Logs that much from the next start on.
    pub fn log_at(&mut self, level: &'static str) {
        self.log_level = level;
    }

    /// Logs no more than warnings from the next start on.
    pub fn quiet(&mut self) {
        self.log_level = "warn";
    }

    /// Starts the server and waits until it listens.
    pub fn run(&mut self) {
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        self.run_with_log(log.into());
    }

    /// Starts the server with a log that nobody reads any more.
    pub fn run_unheard(&mut self) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.run_with_log(writer.into());
    }

    /// Starts the server by another program.
    pub fn run_under(&mut self, program: &[&str]) {
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let own = self.command();
        let (first, rest) = program.split_first().unwrap();
        let mut command = Command::new(first);
        command.args(rest).arg(own.get_program()).args(own.get_args()).current_dir(&self.folder);
        for (name, value) in own.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.run_by(command, log.into());
    }

    fn run_with_log(&mut self, log: Stdio) {
        self.run_by(self.command(), log);
    }

    fn run_by(&mut self, mut command: Command, log: Stdio) {
        let mut server = command
            .args(["--https-port", "0", "--http-port", "0"])
            .args(&self.flags)
            .env("RUST_LOG", self.log_level)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let started = Watch::over(&server);
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let mut address = |prefix: &str| -> SocketAddr {
            loop {
                let line = lines.next().unwrap_or_else(|| panic!("no start: {}", self.log())).unwrap();
                if let Some(rest) = line.strip_prefix(prefix) {
                    return rest.parse().unwrap();
                }
            }
        };
        let (https, http) = (address("https listening on "), address("http listening on "));
        drop(started);
        // Nobody reads the rest; a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        self.client = Some(Client::new(https, http, &self.data().join("tls-cert.pem")));
        self.server = Some(server);
    }

    /// The client of the running server.
    pub fn client(&self) -> &Client {
        self.client.as_ref().expect("the server runs")
    }

    /// The process id of the running server.
    pub fn pid(&self) -> u32 {
        self.server.as_ref().expect("the server runs").id()
    }

    /// Whether the server process still runs.
    pub fn is_up(&mut self) -> bool {
        self.server.as_mut().is_some_and(|server| server.try_wait().unwrap().is_none())
    }

    /// Kills the server as a power failure would.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// Asks the server to stop and waits; says whether it ended well.
    pub fn stop(&mut self) -> bool {
        let Some(mut server) = self.server.take() else { return true };
        let pid = server.id().to_string();
        let _stopped = Watch::over(&server);
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        server.wait().unwrap().success()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Everything the servers of this installation logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Runs a command on the data directory, with a text on its standard input.
    pub fn command_line(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ended = Watch::over(&child);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// As [`Installation::command_line`], for commands that must succeed.
    pub fn must(&self, arguments: &[&str], input: &str) -> String {
        let output = self.command_line(arguments, input);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        out.into_owned()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
