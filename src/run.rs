//! Carries a command out: serves, or works on a data directory.

use crate::config::{Loaded, Settings};
use crate::domain::Secret;
use crate::domain::clock::SystemClock;
use crate::ops::cli::Command;
use crate::ops::commands::{Desk, say};
use crate::services::PUBLISHED;
use crate::transport::{Server, policy};
use std::error::Error;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

type Outcome = Result<(), Box<dyn Error>>;

/// Carries a command out.
///
/// # Errors
/// What went wrong, for a person to read.
pub fn command(command: Command, loaded: Loaded) -> Outcome {
    match command {
        Command::Serve(_) => serve(&loaded),
        Command::Services => services(&loaded.settings),
        Command::CheckConfig { .. } => check_config(&loaded),
        Command::Healthcheck => healthcheck(&loaded.settings),
        Command::User(command) => Ok(desk(&loaded.settings)?.user(command)?),
        Command::Role(command) => Ok(desk(&loaded.settings)?.role(command)?),
        Command::Claim(command) => Ok(desk(&loaded.settings)?.claim(command)?),
        Command::Governance(command) => Ok(desk(&loaded.settings)?.governance(command)?),
        Command::Store(command) => Ok(desk(&loaded.settings)?.store(command)?),
        Command::Tenant(command) => Ok(desk(&loaded.settings)?.tenant(command)?),
        Command::Idp(command) => Ok(desk(&loaded.settings)?.idp(command)?),
        Command::Admin(command) => Ok(desk(&loaded.settings)?.admin(command)?),
        Command::Mail(command) => Ok(desk(&loaded.settings)?.mail(command)?),
    }
}

fn desk(settings: &Settings) -> Result<Desk, Box<dyn Error>> {
    let rules = policy(settings, settings.https_port, String::new())?;
    let password = match settings.admin_password.0.as_str() {
        "" => Secret::from("admin"),
        own => Secret::from(own),
    };
    Ok(Desk::open(&settings.data_dir, rules, &settings.admin_name, &password)?)
}

/// Serves until SIGINT or SIGTERM.
fn serve(loaded: &Loaded) -> Outcome {
    gather_randomness();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        let server = Server::start(&loaded.settings, Arc::new(SystemClock)).await?;
        // Listened for before anybody is told that the server is up: who reads that may already ask it to stop.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        greet(&server, &loaded.settings)?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        server.stop().await;
        Ok(())
    })
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
        say("This is the first start. WSDLs to import:")?;
        for published in &PUBLISHED {
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
    std::io::stdout().flush()?;
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
    for warning in &loaded.warnings {
        say(&format!("warning: {warning}"))?;
    }
    say(&format!("{:#?}", loaded.settings))?;
    policy(&loaded.settings, loaded.settings.https_port, String::new())?;
    say("the configuration is good")?;
    Ok(())
}

/// Asks the plain listener of a running server.
fn healthcheck(settings: &Settings) -> Outcome {
    let address = std::net::SocketAddr::new(settings.bind, settings.http_port);
    let mut stream = std::net::TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200") {
        Ok(say("ok")?)
    } else {
        Err(format!("the server on {address} is not well: {}", answer.lines().next().unwrap_or("")).into())
    }
}
