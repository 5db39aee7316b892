//! Carries a command out: serves, or works on a data directory.

use crate::config::{self, Loaded, Settings};
use crate::domain::Policy;
use crate::domain::clock::SystemClock;
use crate::ops::cli::Command;
use crate::ops::commands::{Desk, say};
use crate::ops::installation;
use crate::services::{PUBLISHED, find};
use crate::transport::{Server, check, policy};
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

type Outcome = Result<(), Box<dyn Error>>;

/// Carries a command out.
///
/// # Errors
/// What went wrong, for a person to read.
pub fn command(command: Command, loaded: Loaded) -> Outcome {
    let desk = |loaded: &Loaded| {
        installation::must_exist(&loaded.settings.data_dir)?;
        open_desk(loaded)
    };
    match command {
        Command::Serve(_) => serve(&loaded),
        Command::Services => services(&loaded.settings),
        Command::CheckConfig { .. } => check_config(&loaded),
        Command::Healthcheck(_) => healthcheck(&loaded.settings),
        Command::User(command) => Ok(desk(&loaded)?.user(command)?),
        Command::Role(command) => Ok(desk(&loaded)?.role(command)?),
        Command::Claim(command) => Ok(desk(&loaded)?.claim(command)?),
        Command::Governance(command) => Ok(desk(&loaded)?.governance(command)?),
        Command::Store(command) => Ok(desk(&loaded)?.store(command)?),
        Command::Tenant(command) => Ok(desk(&loaded)?.tenant(command)?),
        Command::Idp(command) => Ok(desk(&loaded)?.idp(command)?),
        // The one command that is there to make an installation.
        Command::Admin(command) => Ok(open_desk(&loaded)?.admin(command)?),
        Command::Mail(command) => Ok(desk(&loaded)?.mail(command)?),
    }
}

fn open_desk(loaded: &Loaded) -> Result<Desk, Box<dyn Error>> {
    let (rules, settings) = (rules(loaded)?, &loaded.settings);
    let password = installation::first_password(&settings.admin_password.0);
    Ok(Desk::open(&settings.data_dir, rules, &settings.admin_name, &password)?)
}

/// The domain's rules. What only they find wrong in the settings is told with its place, too.
fn rules(loaded: &Loaded) -> Result<Policy, config::Error> {
    policy(&loaded.settings, loaded.settings.https_port, String::new())
        .map_err(|bad| loaded.refused(bad.key, bad.why, bad.hint))
}

/// Serves until SIGINT, SIGTERM, or the end of its terminal. SIGHUP otherwise has it read its certificate again, which is
/// how those who renew certificates say so.
fn serve(loaded: &Loaded) -> Outcome {
    rules(loaded)?;
    loaded.check_files()?;
    gather_randomness();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for warning in warnings(loaded) {
            tracing::warn!("{warning}");
        }
        let server = Server::start(&loaded.settings, Arc::new(SystemClock)).await?;
        // Listened for before anybody is told that the server is up: who reads that may already ask it to stop.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let in_terminal = has_terminal();
        let mut hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
        if let Err(error) = greet(&server, &loaded.settings) {
            // Where it listens is in the configuration, too.
            tracing::warn!(%error, "the greeting could not be written");
        }
        let mut asked = async |server: Option<&Server>| loop {
            tokio::select! {
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                () = received(&mut hangup) => match server {
                    Some(server) if !in_terminal || has_terminal() => renew_certificate(server),
                    _ => break,
                },
            }
        };
        asked(Some(&server)).await;
        tracing::info!("stopping");
        tokio::select! {
            () = server.stop() => {}
            () = asked(None) => tracing::warn!("stopping at once: open connections are not waited for"),
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    // Whoever has been answered is safe. Nobody else is waited for.
    runtime.shutdown_background();
    Ok(())
}

/// What should be said about the settings. That a service is missing here is no mistake: the files of the original name
/// others, too.
fn warnings(loaded: &Loaded) -> Vec<String> {
    let missing =
        loaded.settings.http_admin_services.iter().filter(|name| *name != "*" && find(name).is_none());
    let place = loaded.place_of("http_admin_services");
    let missing = missing.map(|name| format!("{place}: http_admin_services: there is no service {name}"));
    loaded.warnings.iter().cloned().chain(missing).collect()
}

/// Waits for a signal, for ever if it is not listened for.
async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

fn renew_certificate(server: &Server) {
    match server.renew_certificate() {
        Ok(()) => tracing::info!("the certificate was read again, and counts from now on"),
        Err(error) => {
            tracing::error!(%error, "the certificate could not be read again; the earlier one still counts")
        }
    }
}

/// Whether the process belongs to a terminal. It does not when that has ended, even before it is told so.
fn has_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

/// Whether whoever started the server asked it to outlive his terminal, as `nohup` does. Listening for the signal would
/// undo that.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // Signals are counted from 1, and this is the first.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// The first random number of a process takes 20 ms, which the first client would wait for: it is made beside the start.
fn gather_randomness() {
    // Without this thread it is made when it is needed.
    let _ = std::thread::Builder::new().name("randomness".into()).spawn(|| {
        let _ = aws_lc_rs::rand::fill(&mut [0]);
    });
}

/// Says where it listens and, at the first start, what to do next.
fn greet(server: &Server, settings: &Settings) -> Outcome {
    say(&format!("https listening on {}", server.https()))?;
    say(&format!("http listening on {}", server.http()))?;
    say(&format!("data in {}", settings.data_dir.display()))?;
    if server.is_new {
        say("")?;
        match settings.hide_admin_service_wsdls {
            true => say("This is the first start. The WSDLs of admin services are hidden; to import are:")?,
            false => say("This is the first start. WSDLs to import:")?,
        }
        let hidden = settings.hide_admin_service_wsdls;
        for published in PUBLISHED.iter().filter(|one| one.contract.open || !hidden) {
            say(&format!("  {}/services/{}?wsdl", server.public_url(), published.contract.name))?;
        }
        say(&format!("The administrator is {}; the README walks through the rest.", settings.admin_name))?;
        if settings.admin_password.0.is_empty() {
            say(
                "His password is admin, which works on this machine only: `soapstone admin set-password` changes it.",
            )?;
        }
        say(&format!("Administrators work at {}/carbon/.", server.public_url()))?;
        say(&format!("Users sign in at {}/dashboard.", server.public_url()))?;
    }
    Ok(())
}

/// The list that the original's console command `listAdminServices` prints.
fn services(settings: &Settings) -> Outcome {
    say("Admin services deployed on this server:")?;
    let admin = PUBLISHED.iter().filter(|published| !published.contract.open);
    for (number, published) in (1..).zip(admin) {
        let name = published.contract.name;
        let (host, port) = (settings.host(), settings.https_port);
        say(&format!("{number}. {name}, {name}, https://{host}:{port}/services/{name}/ "))?;
    }
    Ok(())
}

fn check_config(loaded: &Loaded) -> Outcome {
    for file in &loaded.files {
        say(&format!("read {}", file.display()))?;
    }
    for warning in warnings(loaded) {
        say(&format!("warning: {warning}"))?;
    }
    say(&format!("{:#?}", loaded.settings))?;
    rules(loaded)?;
    loaded.check_files()?;
    check(&loaded.settings)?;
    if !loaded.settings.is_loopback() {
        say(
            "bind is no loopback address: the server starts once its administrator has a password that is not admin",
        )?;
    }
    say("the configuration is good")?;
    Ok(())
}

/// Asks the plain listener of a running server.
fn healthcheck(settings: &Settings) -> Outcome {
    let address = std::net::SocketAddr::new(settings.bind, settings.http_port);
    let mut stream = std::net::TcpStream::connect_timeout(&address, Duration::from_secs(5)).map_err(|error| {
        format!(
            "nobody answers on {address}: {error}\n\
             hint: the plain listener of the configuration is asked; say --http-port or --bind if the server has others"
        )
    })?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200") {
        Ok(say("ok")?)
    } else {
        let said = |line: Option<&str>| line.unwrap_or("").to_owned();
        let (status, why) = (said(answer.lines().next()), said(answer.lines().last()));
        Err(format!("the server on {address} is not well: {status}: {why}").into())
    }
}
