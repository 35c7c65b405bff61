//! `metrics.jsonl`: one line per iteration.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;

/// One line of the metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// Number of completed iterations, counted from 1.
    pub iteration: u64,
    /// The method's loss.
    pub loss: f64,
    /// Seconds since the run started, excluding the time between a stop and a resume.
    pub seconds: f64,
    /// The parts of the loss by name, if there are several.
    #[serde(flatten)]
    pub parts: BTreeMap<String, f64>,
}

/// Appends a line.
pub(super) fn append(path: &Path, metric: &Metric) -> Result<(), Error> {
    let mut line = serde_json::to_string(metric).map_err(std::io::Error::other)?;
    line.push('\n');
    let mut file = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?;
    Ok(file.write_all(line.as_bytes())?)
}

/// Removes the lines after `iteration`, which a resumed run writes again, and an incomplete last line.
pub(super) fn truncate(path: &Path, iteration: u64) -> Result<(), Error> {
    let text = match fs_err::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        text => text?,
    };
    let kept: String = text
        .split_inclusive('\n')
        .filter(|line| {
            line.ends_with('\n')
                && serde_json::from_str::<Metric>(line)
                    .is_ok_and(|metric| metric.iteration <= iteration)
        })
        .collect();
    Ok(crate::atomic::write(path, kept.as_bytes())?)
}
