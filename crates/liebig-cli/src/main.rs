//! The command line of Liebig: arguments in, library calls, tables or JSON out.

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

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Voice;

fn main() -> std::process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::report_arguments(&error).into(),
    };
    if let Err(error) = liebig_grad::Level::from_environment() {
        return exit::report_environment(&error).into();
    }
    let result = run(&arguments);
    result.unwrap_or_else(|error| exit::report(&error)).into()
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
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
        Command::Methods(arguments) => {
            commands::methods::run(arguments, &Printer::new(arguments.json))
        }
        Command::Models(arguments) => {
            commands::models::run(arguments, &Printer::new(arguments.json))
        }
        Command::Data(arguments) => commands::data::run(arguments),
        Command::Bench(arguments) => commands::bench::run(arguments),
        #[cfg(feature = "papers")]
        Command::Papers(arguments) => commands::papers::run(arguments),
        Command::Completions { shell } => commands::completions::run(*shell),
        Command::Man { folder } => commands::man::run(folder),
    }
}
