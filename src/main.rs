//! The `soapstone` binary: arguments, settings, and the command that was asked for.

use clap::Parser as _;
use soapstone::config::{self, Sources};
use soapstone::ops::cli::{Arguments, Command};
use soapstone::ops::logging;
use soapstone::run;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::CheckConfig { print_defaults: true }) = arguments.command {
        print!("{}", config::reference());
        return ExitCode::SUCCESS;
    }
    let sources = Sources {
        file: arguments.config.clone(),
        flags: arguments.flags(),
        environment: std::env::vars().collect(),
    };
    let loaded = match config::load(&sources) {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    logging::start(&loaded.settings.log.level, loaded.settings.log.json);
    match run::command(arguments.command.unwrap_or(Command::Serve(arguments.serve)), loaded) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
