//! `liebig report`: what runs reached, at what cost, and what to be careful about.

mod caveats;
mod compare;
mod facts;
mod html;
mod markdown;

use std::path::PathBuf;

use anyhow::{Context, Result};
use liebig::atomic;

use crate::args::{CompareArguments, ReportArguments};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use facts::Run;

/// `liebig compare`: the same side by side.
pub fn compare(arguments: &CompareArguments, printer: &Printer) -> Result<ExitStatus> {
    let runs = read(&arguments.runs)?;
    let rows: Vec<_> = compare::rows(&runs)
        .into_iter()
        .map(|(name, values)| serde_json::json!({"name": name, "values": values}))
        .collect();
    printer.print(&rows, || compare::text(&runs))?;
    Ok(ExitStatus::Success)
}

fn read(paths: &[PathBuf]) -> Result<Vec<Run>> {
    let runs = paths.iter().map(|path| {
        let run = Run::read(path);
        run.with_context(|| path.display().to_string())
    });
    runs.collect()
}

pub fn run(arguments: &ReportArguments, printer: &Printer) -> Result<ExitStatus> {
    let runs = read(&arguments.runs)?;
    if let Some(path) = &arguments.html {
        atomic::write(path, html::page(&runs)?.as_bytes())?;
    }
    printer.print(&runs, || match arguments.markdown {
        true => markdown::text(&runs),
        false => markdown::summary(&runs),
    })?;
    Ok(ExitStatus::Success)
}
