//! The circumstances of a run: everything that may differ between two runs with the same result.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Error, Machine};
use crate::artefact::DatasetId;

/// The content of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of liebig.
    pub version: String,
    /// The preset that was used.
    pub preset: Option<String>,
    /// The seed; every random stream comes from it by name.
    pub seed: u64,
    /// The training set.
    pub dataset: DatasetId,
    /// The source that the data was read from.
    pub data_source: String,
    /// Every process that worked on the run, in order.
    pub attempts: Vec<Attempt>,
}

/// One process that worked on a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The start time, in RFC 3339 format.
    pub started: String,
    /// The program and its arguments.
    pub command_line: Vec<String>,
    /// The machine.
    pub machine: Machine,
    /// The device, such as `cpu`.
    pub device: String,
    /// Number of worker threads.
    pub threads: usize,
    /// The iteration at which it started.
    pub from_iteration: u64,
    /// The iteration that it reached, as of the last checkpoint.
    pub to_iteration: u64,
    /// Wall time until the last checkpoint or the end, in seconds.
    pub seconds: f64,
    /// Peak memory of the process, in bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Whether it reached the end of the run.
    pub finished: bool,
}

impl Manifest {
    /// Wall time of all attempts, in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.attempts.iter().map(|attempt| attempt.seconds).sum()
    }

    /// The largest peak memory of all attempts.
    #[must_use]
    pub fn peak_rss_bytes(&self) -> Option<u64> {
        self.attempts
            .iter()
            .filter_map(|attempt| attempt.peak_rss_bytes)
            .max()
    }

    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let text = fs_err::read_to_string(path)?;
        serde_json::from_str(&text).map_err(|error| Error::Damaged {
            path: path.into(),
            reason: error.to_string(),
        })
    }
}
