//! `--dry-run`: what would be done, and what it would cost.

use std::path::Path;

use anyhow::Result;
use liebig::config::Resolved;
use liebig::estimate::Estimate;
use liebig_data::Dataset;
use serde_json::json;

use crate::format::{bytes, duration};
use crate::printer::{Printer, table};

/// Prints the plan.
pub fn print(
    printer: &Printer,
    resolved: &Resolved,
    dataset: &Dataset,
    estimate: &Estimate,
    path: &Path,
) -> Result<()> {
    let config = &resolved.config;
    let model = &config.model;
    let classes = dataset.class_names.len();
    let value = json!({
        "method": config.method.name(),
        "dataset": dataset.name,
        "ipc": config.ipc,
        "iterations": config.method.iterations(),
        "preset": resolved.preset,
        "output": path,
        "samples": classes * config.ipc,
        "distill_seconds": estimate.distill_seconds,
        "evaluate_seconds": estimate.evaluate_seconds,
        "peak_rss_bytes": estimate.peak_rss_bytes,
        "config": **config,
    });
    printer.print(&value, || {
        let repeats = config.evaluation.repeats;
        let rows = [
            ["dataset".into(), format!("{}, {} for training, {} for testing, {classes} classes, each {}", dataset.name, dataset.train.len(), dataset.test.len(), dataset.shape)],
            ["preset".into(), resolved.preset.clone().unwrap_or_else(|| "none".into())],
            ["method".into(), format!("{}, {} iterations", config.method.name(), config.method.iterations())],
            ["result".into(), format!("{} samples, {} per class", classes * config.ipc, config.ipc)],
            ["network".into(), format!("{}, width {}, depth {}", model.name, model.width, model.depth)],
            ["evaluation".into(), format!("{repeats} fresh networks on the distilled and {repeats} on random real samples")],
            ["output".into(), path.display().to_string()],
            ["time".into(), format!("about {} to distil, {} to evaluate", duration(estimate.distill_seconds), duration(estimate.evaluate_seconds))],
            ["memory".into(), estimate.peak_rss_bytes.map_or_else(|| "unknown".into(), |peak| format!("about {}", bytes(peak)))],
        ];
        format!("{}\n\nTime and memory were measured on this machine with a few steps; nothing was written.", table(["plan", ""], rows))
    })
}
