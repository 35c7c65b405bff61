//! `liebig import`: sets that reference implementations wrote with `torch.save`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use liebig::artefact::Artefact;
use serde_json::json;

use crate::Host;
use crate::args::ImportArguments;
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::progress::Voice;

/// What is to be imported; the fields are those of `liebig import`.
#[derive(Clone, Debug)]
pub struct PtImport {
    /// The file with the images.
    pub path: PathBuf,
    /// The dataset, by name or path.
    pub data: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// The network of the recipe.
    pub model: Option<String>,
    /// The learnt step size.
    pub lr: Option<f64>,
    /// Which of several experiments.
    pub experiment: usize,
    /// The whitening of the dataset.
    pub zca: Option<String>,
}

/// Reads such a file; only Python can.
pub type Importer = dyn Fn(&PtImport) -> Result<Artefact> + Sync;

pub fn run(
    arguments: &ImportArguments,
    host: &Host<'_>,
    printer: &Printer,
    voice: Voice,
) -> Result<ExitStatus> {
    let Some(importer) = host.importer else {
        bail!(
            "{}: files that torch.save wrote are read by PyTorch, which this program does not have\nhint: install the Python package (`pip install .` in a clone) and torch; its command `liebig import` reads them",
            arguments.path.display()
        );
    };
    let artefact = importer(&PtImport {
        path: arguments.path.clone(),
        data: arguments.data.clone(),
        method: arguments.method.clone(),
        model: arguments.model.clone(),
        lr: arguments.lr,
        experiment: arguments.experiment,
        zca: arguments.zca.map(|zca| zca.to_string()),
    })?;
    artefact
        .write(&arguments.output)
        .map_err(liebig::Error::from)?;
    let provenance = &artefact.provenance;
    voice.say(&format!(
        "note: the set was given the recipe of {} on {} with the network {}",
        provenance.method,
        provenance.dataset.name,
        artefact.recipe.model.name()
    ));
    let value = json!({
        "artefact": arguments.output,
        "method": provenance.method,
        "dataset": provenance.dataset.name,
        "ipc": provenance.ipc,
        "samples": artefact.len(),
        "step_sizes": artefact.set.step_sizes,
        "recipe": artefact.recipe,
    });
    printer.print(&value, || arguments.output.display().to_string())?;
    Ok(ExitStatus::Success)
}
