//! `liebig export`: a distilled set in the format of other programs.

use anyhow::Result;
use liebig::artefact::Artefact;
use liebig::artefact_path;
use liebig::export::{About, Error, Measured, export, find};
use liebig::session::Report;

use crate::args::ExportArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Voice;

pub fn run(arguments: &ExportArguments, printer: &Printer, voice: Voice) -> Result<ExitStatus> {
    let artefact = Artefact::read(&artefact_path(&arguments.path)).map_err(liebig::Error::from)?;
    let unknown = || liebig::Error::from(Error::Unknown(arguments.to.clone()));
    let format = find(&arguments.to).ok_or_else(unknown)?;
    let about = About {
        license: arguments.license.clone(),
        measured: measured(arguments, &artefact)?,
    };
    let exported = export(&artefact, format, &about, &arguments.folder)?;
    for loss in &exported.lost {
        voice.say(&format!("note: {loss}"));
    }
    printer.print(&exported, || {
        let files = exported.files.iter();
        let lines = files.map(|file| exported.path.join(file).display().to_string());
        lines.collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitStatus::Success)
}

/// The results of the run, if it is one and was evaluated.
fn measured(arguments: &ExportArguments, artefact: &Artefact) -> Result<Vec<Measured>> {
    let path = arguments.path.join("results.json");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let report: Report = serde_json::from_slice(&std::fs::read(path)?)?;
    Ok(Measured::of_run(&report, artefact.recipe.model.name()))
}
