//! `liebig distill`: settings, distillation, evaluation.

mod outcome;
mod settings;

use anyhow::Result;

use crate::ExitStatus;
use crate::args::DistillArguments;
use crate::printer::Printer;

pub fn run(arguments: &DistillArguments, printer: &Printer) -> Result<ExitStatus> {
    let layers = settings::layers(arguments)?;
    let selection = layers.select()?;
    let dataset = super::load(&selection.data)?;
    let resolved = layers.resolve(&liebig::config::Facts {
        shape: dataset.shape.into(),
    })?;
    if arguments.print_config {
        printer.print(&*resolved.config, || {
            resolved.config.to_toml().unwrap_or_default()
        })?;
        return Ok(ExitStatus::Success);
    }
    Ok(ExitStatus::Success)
}
