//! `liebig methods`: what can be distilled with, and how it is set.

use anyhow::Result;
use liebig::config::common_settings;
use liebig::{Facts, methods};
use serde_json::json;

use super::settings_text;
use crate::args::MethodsArguments;
use crate::exit::ExitStatus;
use crate::printer::{Printer, table};

pub fn run(arguments: &MethodsArguments, printer: &Printer) -> Result<ExitStatus> {
    match &arguments.name {
        None => list(printer)?,
        Some(name) => {
            let Some(entry) = methods::find(name) else {
                return Err(unknown(name).into());
            };
            one(entry, arguments.ipc as usize, printer)?;
        }
    }
    Ok(ExitStatus::Success)
}

fn unknown(name: &str) -> liebig::Error {
    let known: Vec<&str> = methods::all().map(|entry| entry.name).collect();
    liebig::config::Error::UnknownMethod {
        place: "liebig methods".into(),
        name: name.into(),
        known: known.join(", "),
    }
    .into()
}

fn list(printer: &Printer) -> Result<()> {
    let value: Vec<_> = methods::all()
        .map(|entry| json!({"name": entry.name, "about": entry.about}))
        .collect();
    printer.print(&value, || {
        let rows = methods::all().map(|entry| [entry.name.to_string(), entry.about.to_string()]);
        format!(
            "{}\n\n`liebig methods NAME` lists the settings of one.",
            table(["method", "what it is"], rows)
        )
    })
}

fn one(entry: &methods::Entry, ipc: usize, printer: &Printer) -> Result<()> {
    let facts = Facts::example(ipc);
    let (settings, common) = (entry.settings(&facts), common_settings());
    let value = json!({
        "name": entry.name,
        "about": entry.about,
        "settings": settings,
        "common": common,
    });
    printer.print(&value, || {
        format!(
            "{}: {}\n\n{}\n\nSettings that every method has:\n\n{}\n\nDefaults are those for {ipc} samples per class of a \
             dataset of ten classes of colour images on a convnet.\nSet one with --set KEY=VALUE.",
            entry.name,
            entry.about,
            settings_text(&settings),
            settings_text(&common),
        )
    })
}
