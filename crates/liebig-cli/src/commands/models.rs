//! `liebig models`: networks to distil on and to evaluate with.

use std::path::Path;

use anyhow::Result;
use liebig::config::model_settings;
use liebig::{Input, ModelChoice, model_spec, networks};
use liebig_data::stream;
use liebig_nn::{Model, initial_statistics, initialize};
use serde_json::json;

use super::settings_text;
use crate::args::ModelsArguments;
use crate::exit::ExitStatus;
use crate::printer::{Printer, table};

/// The size that defaults and counts are for: CIFAR-10's.
const INPUT: Input = Input {
    channels: 3,
    height: 32,
    width: 32,
};
const CLASSES: usize = 10;

pub fn run(arguments: &ModelsArguments, printer: &Printer) -> Result<ExitStatus> {
    match &arguments.name {
        None => list(printer)?,
        Some(name) if arguments.write.is_some() || arguments.check.is_some() => {
            let model = model_spec(name, INPUT)?.build(INPUT, CLASSES)?;
            if let Some(path) = &arguments.write {
                write(path, model.as_ref(), arguments.seed)?;
            }
            if let Some(path) = &arguments.check {
                check(path, name, model.as_ref(), printer)?;
            }
        }
        Some(name) => one(name, printer)?,
    }
    Ok(ExitStatus::Success)
}

/// Writes fresh weights.
fn write(path: &Path, model: &dyn Model, seed: u64) -> Result<()> {
    let device = super::device();
    let weights = initialize(model, &mut stream(seed, "models/write", 0), &device)?;
    let statistics = initial_statistics(model, &device)?;
    Ok(networks::write(path, model, &weights, &statistics)?)
}

/// Says what a file holds, or why it does not fit.
fn check(path: &Path, name: &str, model: &dyn Model, printer: &Printer) -> Result<()> {
    let network = networks::read(path, model, &super::device())?;
    let statistics = network.statistics.map(|statistics| statistics.len());
    let value = json!({
        "model": name,
        "parameters": model.parameter_count(),
        "weights": network.weights.len(),
        "statistics": statistics,
    });
    printer.print(&value, || {
        let statistics = match statistics {
            Some(0) => String::new(),
            Some(count) => format!(" and {count} running statistics"),
            None => ", without the running statistics of its batch normalisation".into(),
        };
        format!(
            "{name}: {} weights of {} parameters{statistics}",
            network.weights.len(),
            model.parameter_count()
        )
    })
}

fn parameters(name: &str) -> Result<usize, liebig::Error> {
    let model = ModelChoice::default_for(name, INPUT)?.build(INPUT, CLASSES)?;
    Ok(model.parameter_count())
}

fn list(printer: &Printer) -> Result<()> {
    let mut rows = Vec::new();
    for name in ModelChoice::NAMES {
        let about = ModelChoice::about(name).unwrap_or_default();
        rows.push((*name, about, parameters(name)?));
    }
    let value: Vec<_> = rows
        .iter()
        .map(|(name, about, count)| json!({"name": name, "about": about, "parameters": count}))
        .collect();
    printer.print(&value, || {
        let rows = rows
            .iter()
            .map(|(name, about, count)| [name.to_string(), count.to_string(), about.to_string()]);
        format!(
            "{}\n\nParameters are those for 3x32x32 images and 10 classes. `liebig models NAME` lists the options of one.",
            table(["network", "parameters", "what it is"], rows)
        )
    })
}

fn one(name: &str, printer: &Printer) -> Result<()> {
    let count = parameters(name)?;
    let about = ModelChoice::about(name).unwrap_or_default();
    let settings = model_settings(name, INPUT).unwrap_or_default();
    let value = json!({
        "name": name,
        "about": about,
        "parameters": count,
        "settings": settings,
    });
    printer.print(&value, || {
        let options = if settings.is_empty() {
            "It has no options.".into()
        } else {
            settings_text(&settings)
        };
        format!(
            "{name}: {about}\n\n{options}\n\n{count} parameters for 3x32x32 images and 10 classes with the defaults. Set an option with \
             --set KEY=VALUE."
        )
    })
}
