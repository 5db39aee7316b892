//! The `soapstone` binary: arguments, settings, and the command that was asked for.

use clap::Parser as _;
use soapstone::config::{self, Sources};
use soapstone::ops::cli::{Arguments, Command};
use soapstone::ops::{commands, logging};
use soapstone::run;
use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match carry_out(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody may be there to read it; the status says it as well.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(if error.is::<config::Error>() { 2 } else { 1 })
        }
    }
}

fn carry_out(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(Command::CheckConfig { print_defaults: true }) = arguments.command {
        return Ok(commands::say(config::reference().trim_end())?);
    }
    let sources = Sources {
        file: arguments.config.clone(),
        flags: arguments.flags(),
        environment: config::environment(std::env::vars_os())?,
    };
    let loaded = config::load(&sources)?;
    logging::start(&loaded.settings.log.level, loaded.settings.log.json);
    run::command(arguments.command.unwrap_or(Command::Serve(arguments.serve)), loaded)
}
