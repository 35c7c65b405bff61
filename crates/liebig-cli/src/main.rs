//! The command line of Liebig: arguments in, library calls, tables or JSON out.

mod allocator;
mod args;
mod commands;
mod exit;
mod format;
mod printer;
mod progress;

use clap::Parser;

use crate::args::{Arguments, Command};
use crate::printer::Printer;

fn main() -> std::process::ExitCode {
    allocator::keep_memory();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::report_arguments(&error).into(),
    };
    if let Err(error) = liebig_grad::Level::from_environment() {
        return exit::report_environment(&error).into();
    }
    let result = match &arguments.command {
        Command::Distill(arguments) => {
            commands::distill::run(arguments, &Printer::new(arguments.json))
        }
        Command::Evaluate(arguments) => {
            commands::evaluate::run(arguments, &Printer::new(arguments.json))
        }
        Command::Show(arguments) => commands::show::run(arguments, &Printer::new(arguments.json)),
        Command::Data(arguments) => commands::data::run(arguments),
        Command::Bench(arguments) => commands::bench::run(arguments),
        #[cfg(feature = "papers")]
        Command::Papers(arguments) => commands::papers::run(arguments),
    };
    result.unwrap_or_else(|error| exit::report(&error)).into()
}
