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

/// Removes the lines after `iteration`, which a resumed run writes again, and an incomplete last line; returns the others.
pub(super) fn truncate(path: &Path, iteration: u64) -> Result<Vec<Metric>, Error> {
    let text = match fs_err::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let complete = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let parsed =
        complete.filter_map(|line| Some((line, serde_json::from_str::<Metric>(line).ok()?)));
    let (lines, kept): (Vec<&str>, Vec<Metric>) = parsed
        .filter(|(_, metric)| metric.iteration <= iteration)
        .unzip();
    crate::atomic::write(path, lines.concat().as_bytes())?;
    Ok(kept)
}
