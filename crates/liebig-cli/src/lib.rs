//! The command line of Liebig: arguments in, library calls, tables or JSON out.
//!
//! A library, so that the binary is not the only program that has it: the Python package installs the same command.
#![deny(missing_docs)]

mod args;
mod chart;
mod commands;
mod curve;
mod exit;
mod flags;
mod format;
mod kept;
mod printer;
mod progress;
mod table;
mod theme;

use std::ffi::OsString;
use std::io::Write;
use std::process;

use anyhow::Context;
use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Voice;

pub use crate::commands::import::{Importer, PtImport};
pub use crate::exit::chain;

/// What runs the command.
#[derive(Default)]
pub struct Host<'a> {
    /// The program and its first arguments, to start the command again in another process. Default, if it is empty: this
    /// process's executable.
    pub program: Vec<OsString>,
    /// Reads the files of `liebig import`, which takes Python.
    pub importer: Option<&'a Importer>,
}

impl Host<'_> {
    /// The command in another process, without arguments.
    fn again(&self) -> anyhow::Result<process::Command> {
        let Some((program, first)) = self.program.split_first() else {
            let here = std::env::current_exe();
            let here = here.context("cannot find this program to start it again")?;
            return Ok(process::Command::new(here));
        };
        let mut command = process::Command::new(program);
        command.args(first);
        Ok(command)
    }
}

/// Runs the command with these arguments, the first of which is its name, and returns its exit code.
///
/// Commands that take long handle SIGINT from then on.
pub fn run(arguments: impl IntoIterator<Item = OsString>, host: &Host<'_>) -> u8 {
    let status = status(arguments, host);
    // A library's process does not flush on its own. A closed pipe is no failure.
    let _ = std::io::stdout().flush();
    status as u8
}

fn status(arguments: impl IntoIterator<Item = OsString>, host: &Host<'_>) -> ExitStatus {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return exit::report_arguments(&error),
    };
    if let Err(error) = liebig_grad::Level::from_environment() {
        return exit::report_environment(&error);
    }
    command(&arguments, host).unwrap_or_else(|error| exit::report(&error))
}

fn command(arguments: &Arguments, host: &Host<'_>) -> anyhow::Result<ExitStatus> {
    let voice = Voice::new(arguments.quiet, arguments.verbose);
    match &arguments.command {
        Command::Distill(arguments) => {
            commands::distill::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Evaluate(arguments) => {
            commands::evaluate::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Frontier(arguments) => {
            commands::frontier::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Continual(arguments) => {
            commands::continual::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Search(arguments) => {
            commands::search::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Privacy(arguments) => {
            let json = match &arguments.question {
                Some(question) => question.json(),
                None => arguments.json,
            };
            commands::privacy::run(arguments, &Printer::new(json), voice)
        }
        Command::Train(arguments) => {
            commands::train::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Experts(arguments) => commands::experts::run(arguments, voice),
        Command::Report(arguments) => {
            commands::report::run(arguments, &Printer::new(arguments.json))
        }
        Command::Compare(arguments) => {
            commands::report::compare(arguments, &Printer::new(arguments.json))
        }
        Command::Records(arguments) => commands::records::run(arguments),
        Command::Show(arguments) => commands::show::run(arguments, &Printer::new(arguments.json)),
        Command::Export(arguments) => {
            commands::export::run(arguments, &Printer::new(arguments.json), voice)
        }
        Command::Import(arguments) => {
            commands::import::run(arguments, host, &Printer::new(arguments.json), voice)
        }
        Command::Methods(arguments) => {
            commands::methods::run(arguments, &Printer::new(arguments.json))
        }
        Command::Models(arguments) => {
            commands::models::run(arguments, &Printer::new(arguments.json))
        }
        Command::Data(arguments) => commands::data::run(arguments),
        Command::Bench(arguments) => commands::bench::run(arguments, host),
        #[cfg(feature = "papers")]
        Command::Papers(arguments) => commands::papers::run(arguments),
        Command::Completions { shell } => commands::completions::run(*shell),
        Command::Man { folder } => commands::man::run(folder),
    }
}
