//! `liebig records`: measured results that are kept, checked and gathered into one table.

mod leaderboard;
mod record;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use liebig::atomic;

use crate::args::{RecordsArguments, RecordsCommand};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use record::Record;

/// Where the table stands in a file.
const BEGIN: &str = "<!-- records -->";
const END: &str = "<!-- /records -->";

pub fn run(arguments: &RecordsArguments) -> Result<ExitStatus> {
    match &arguments.command {
        RecordsCommand::Check { folder, json } => check(folder, &Printer::new(*json)),
        RecordsCommand::Table {
            folder,
            write,
            json,
        } => table(folder, *write, &Printer::new(*json)),
    }
}

/// Reads all records and compares the table in the README with them.
fn check(folder: &Path, printer: &Printer) -> Result<ExitStatus> {
    let (mut records, mut wrong) = (Vec::new(), Vec::new());
    for path in folders(folder)? {
        match Record::read(folder, &path) {
            Ok(record) => records.push(record),
            Err(error) => wrong.push(format!("{}: {error:#}", path.display())),
        }
    }
    let readme = readme(folder);
    if wrong.is_empty() && readme.exists() {
        let text = std::fs::read_to_string(&readme)?;
        if inserted(&text, &leaderboard::markdown(&records)).is_some_and(|new| new != text) {
            let shown = readme.display();
            wrong.push(format!(
                "{shown}: the table is not that of the records\nhint: `liebig records table --write` renews it"
            ));
        }
    }
    let json = serde_json::json!({"records": records.len(), "wrong": wrong});
    printer.print(&json, || match &wrong[..] {
        [] => format!("{} records, all complete", records.len()),
        wrong => wrong.join("\n"),
    })?;
    Ok(match wrong.is_empty() {
        true => ExitStatus::Success,
        false => ExitStatus::Failure,
    })
}

fn table(folder: &Path, write: bool, printer: &Printer) -> Result<ExitStatus> {
    let records = folders(folder)?;
    let records = records.iter().map(|path| {
        let record = Record::read(folder, path);
        record.with_context(|| path.display().to_string())
    });
    let records: Vec<Record> = records.collect::<Result<_>>()?;
    let table = leaderboard::markdown(&records);
    if write {
        let path = readme(folder);
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let Some(new) = inserted(&text, &table) else {
            bail!(
                "{}: there is no place for the table\nhint: add the lines {BEGIN} and {END}",
                path.display()
            );
        };
        atomic::write(&path, new.as_bytes())?;
    }
    printer.print(&records, || table)?;
    Ok(ExitStatus::Success)
}

fn readme(folder: &Path) -> PathBuf {
    folder.join("README.md")
}

/// The text with another table between the marks; `None` without marks.
fn inserted(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

/// Folders with a configuration or a manifest, at any depth, in the order of their paths.
fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries = std::fs::read_dir(&folder);
        let mut holds_record = false;
        for entry in entries.with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let name = entry.file_name();
            holds_record |= ["config.toml", "manifest.json", "results.json"]
                .iter()
                .any(|known| name == *known);
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
        }
        if holds_record {
            found.push(folder);
        }
    }
    found.sort_unstable();
    if found.is_empty() {
        bail!(
            "{}: there are no records\nhint: a record is a run's folder with config.toml, manifest.json and results",
            root.display()
        );
    }
    Ok(found)
}
