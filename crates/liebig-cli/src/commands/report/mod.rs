//! `liebig report`: what runs reached, at what cost, and what to be careful about.

mod caveats;
mod facts;
mod html;
mod losses;
mod markdown;

use anyhow::{Context, Result};
use liebig::atomic;

use crate::args::ReportArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use facts::Run;

pub fn run(arguments: &ReportArguments, printer: &Printer) -> Result<ExitStatus> {
    let runs = arguments.runs.iter().map(|path| {
        let run = Run::read(path);
        run.with_context(|| path.display().to_string())
    });
    let runs: Vec<Run> = runs.collect::<Result<_>>()?;
    if let Some(path) = &arguments.html {
        atomic::write(path, html::page(&runs)?.as_bytes())?;
    }
    printer.print(&runs, || match arguments.markdown {
        true => markdown::text(&runs),
        false => markdown::summary(&runs),
    })?;
    Ok(ExitStatus::Success)
}
