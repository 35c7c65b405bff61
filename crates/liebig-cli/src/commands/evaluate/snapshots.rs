//! The sets that a run kept on its way, evaluated one after the other.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use liebig::evaluate::EvaluationReport;
use serde::{Deserialize, Serialize};

use super::lines;

/// The file in a run's folder that the accuracies are written to, a line for each set and source.
pub const FILE: &str = "accuracies.jsonl";

/// The accuracy of networks that were trained on the set after an iteration.
#[derive(Clone, Serialize, Deserialize)]
pub struct Accuracy {
    /// The iteration.
    pub iteration: u64,
    /// The network.
    pub model: String,
    /// The protocol.
    pub protocol: String,
    /// How they were trained on it.
    pub source: String,
    /// The number of networks.
    pub n: usize,
    /// Mean accuracy, a fraction.
    pub mean: f64,
    /// Population standard deviation.
    pub std: f64,
}

/// The sets in a run's folder by iteration.
pub fn of(run: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let folder = run.join("checkpoints");
    let entries = std::fs::read_dir(&folder);
    let entries = entries.with_context(|| {
        format!(
            "{}: there are no snapshots\nhint: give the folder of a run",
            folder.display()
        )
    })?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let number = name
            .strip_prefix("step_")
            .and_then(|name| name.strip_suffix(".safetensors"));
        if let Some(iteration) = number.and_then(|number| number.parse().ok()) {
            found.push((iteration, path));
        }
    }
    if found.is_empty() {
        bail!(
            "{}: there are no snapshots\nhint: give the folder of a run",
            folder.display()
        );
    }
    found.sort_unstable();
    Ok(found)
}

/// Writes the accuracies of the distilled sets into the run's folder, atomically.
pub fn write(run: &Path, reports: &[(u64, EvaluationReport)]) -> Result<()> {
    let mut accuracies = Vec::new();
    for (iteration, report) in reports {
        for result in &report.results {
            let distilled = result
                .rows
                .iter()
                .filter(|(source, _)| source.starts_with("distilled"));
            accuracies.extend(distilled.map(|(source, row)| Accuracy {
                iteration: *iteration,
                model: result.model.clone(),
                protocol: result.protocol.clone(),
                source: source.into(),
                n: row.n,
                mean: row.mean,
                std: row.std,
            }));
        }
    }
    lines::write(run, FILE, &accuracies)
}

/// The accuracies in a run's folder; none if they were not measured.
pub fn read(run: &Path) -> Result<Vec<Accuracy>> {
    lines::read(run, FILE)
}
