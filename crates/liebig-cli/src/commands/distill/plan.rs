//! `--dry-run`: what would be done, and what it would cost.

use std::path::Path;

use anyhow::Result;
use liebig::session::Estimate;
use liebig::{Dataset, Session};
use serde_json::json;

use crate::format::{bytes, duration};
use crate::printer::{Printer, table};

/// Prints the plan.
pub fn print(
    printer: &Printer,
    session: &Session<'_>,
    dataset: &Dataset,
    estimate: &Estimate,
    path: &Path,
) -> Result<()> {
    let resolved = session.resolved();
    let config = &resolved.config;
    let (classes, samples) = (dataset.class_names.len(), session.budget().total());
    let (name, iterations) = (config.method.name(), config.method.iterations());
    let value = json!({
        "method": name,
        "dataset": dataset.name,
        "ipc": config.general.ipc,
        "iterations": iterations,
        "preset": resolved.preset,
        "output": path,
        "samples": samples,
        "distill_seconds": estimate.distill_seconds,
        "evaluate_seconds": estimate.evaluate_seconds,
        "peak_rss_bytes": estimate.peak_rss_bytes,
        "memory_bytes": session.memory(),
        "memory_taken_bytes": session.memory_taken(),
        "config": **config,
    });
    printer.print(&value, || {
        let repeats = config.evaluation.repeats;
        let mut trained_on = vec!["the distilled set".to_string()];
        trained_on.extend(config.evaluation.baselines.iter().cloned());
        let rows = [
            ["dataset".into(), format!("{}, {} for training, {} for testing, {classes} classes, each {}", dataset.name, dataset.train.len(), dataset.test.len(), dataset.shape)],
            ["preset".into(), resolved.preset.clone().unwrap_or_else(|| "none".into())],
            ["method".into(), format!("{name}, {iterations} iterations")],
            ["result".into(), format!("{samples} samples, {} per class", per_class(session.budget()))],
            ["network".into(), options(&config.model)],
            ["evaluation".into(), format!("{repeats} fresh networks each on {}", trained_on.join(", "))],
            ["output".into(), path.display().to_string()],
            ["time".into(), format!("about {} to distil, {} to evaluate", duration(estimate.distill_seconds), duration(estimate.evaluate_seconds))],
            ["memory".into(), memory((session.memory(), session.memory_taken()), estimate.peak_rss_bytes)],
        ];
        format!("{}\n\nTime and memory were measured on this machine with a few steps; nothing was written.", table(["plan", ""], rows))
    })
}

/// `3`, or `2 to 5`.
fn per_class(budget: &liebig::Budget) -> String {
    let least = budget.counts().iter().copied().min().unwrap_or(0);
    if least == budget.largest() {
        return least.to_string();
    }
    format!("{least} to {}", budget.largest())
}

/// A network with its options: `convnet, width 128, depth 3, ...`.
pub fn options(model: &liebig::ModelChoice) -> String {
    let value = serde_json::to_value(model).unwrap_or_default();
    let options = value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| *key != "name");
    let mut parts = vec![model.name().to_string()];
    parts.extend(options.map(|(key, value)| match value.as_str() {
        Some(text) => format!("{key} {text}"),
        None => format!("{key} {value}"),
    }));
    parts.join(", ")
}

fn memory((needed, taken): (u64, u64), peak: Option<u64>) -> String {
    let measured = peak.map_or_else(String::new, |peak| {
        format!("; so far {}, with the dataset", bytes(peak))
    });
    let least = match taken > needed {
        true => format!(" ({} are enough)", bytes(needed)),
        false => String::new(),
    };
    format!(
        "at most about {} besides the dataset{least}{measured}",
        bytes(taken)
    )
}
