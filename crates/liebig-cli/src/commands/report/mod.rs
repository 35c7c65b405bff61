//! `liebig report`: what runs reached, at what cost, and what to be careful about.

mod caveats;
mod compare;
mod continual;
mod facts;
mod folder;
mod html;
mod markdown;
mod privacy;
mod run;
mod scores;
mod search;
mod section;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use liebig::atomic;

use crate::args::{CompareArguments, ReportArguments};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use facts::Run;
use folder::Folder;
use html::Part;

/// `liebig compare`: the same side by side.
pub fn compare(arguments: &CompareArguments, printer: &Printer) -> Result<ExitStatus> {
    let runs = read(&arguments.runs, Run::read)?;
    let rows: Vec<_> = compare::rows(&runs)
        .into_iter()
        .map(|(name, values)| serde_json::json!({"name": name, "values": values}))
        .collect();
    printer.print(&rows, || compare::text(&runs))?;
    Ok(ExitStatus::Success)
}

fn read<T>(paths: &[PathBuf], read: impl Fn(&Path) -> Result<T>) -> Result<Vec<T>> {
    let all = paths.iter().map(|path| {
        let one = read(path);
        one.with_context(|| path.display().to_string())
    });
    all.collect()
}

pub fn run(arguments: &ReportArguments, printer: &Printer) -> Result<ExitStatus> {
    let folders = read(&arguments.runs, Folder::read)?;
    let parts = folders.iter().map(|folder| {
        Ok(Part {
            section: folder.section()?,
            run: matches!(folder, Folder::Run(_)),
        })
    });
    let mut parts: Vec<Part> = parts.collect::<Result<_>>()?;
    tell_apart(&mut parts, &arguments.runs);
    if let Some(path) = &arguments.html {
        atomic::write(path, html::page(&parts)?.as_bytes())?;
    }
    printer.print(&folders, || match arguments.markdown {
        true => markdown::text(parts.iter().map(|part| &part.section)),
        false => summary(&folders, &parts),
    })?;
    Ok(ExitStatus::Success)
}

/// Adds the folder to titles that several parts have, such as runs with other seeds.
fn tell_apart(parts: &mut [Part], folders: &[PathBuf]) {
    let titles: Vec<String> = parts
        .iter()
        .map(|part| part.section.title.clone())
        .collect();
    for (part, folder) in parts.iter_mut().zip(folders) {
        let title = &mut part.section.title;
        if titles.iter().filter(|other| *other == title).count() > 1 {
            *title = format!("{title} ({})", folder.display());
        }
    }
}

/// One table of all runs with what they lack, and one of each other folder.
fn summary(folders: &[Folder], parts: &[Part]) -> String {
    let runs = parts.iter().filter(|part| part.run);
    let runs = section::all_runs(runs.map(|part| &part.section));
    let others = folders.iter().filter_map(|folder| match folder {
        Folder::Run(_) => None,
        Folder::Continual(found) => Some(super::continual::text(&found.results)),
        Folder::Search(found) => Some(super::search::text(&found.results)),
        Folder::Privacy(found) => Some(super::privacy::text(&found.results)),
    });
    let remarks = parts.iter().filter(|part| part.run).flat_map(|part| {
        let remarks = part.section.remarks.iter();
        remarks.map(|remark| format!("{}: {remark}", part.section.title))
    });
    let all: Vec<String> = runs
        .map(|table| table.text())
        .into_iter()
        .chain(remarks)
        .chain(others)
        .collect();
    all.join("\n\n")
}
