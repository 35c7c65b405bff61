//! The results of a run: `results.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Session;
use crate::artefact::Artefact;
use crate::evaluate::Rows;
use crate::privacy::Guarantee;
use crate::run::RunFolder;
use crate::{Error, Published};

/// The results of a run, and their cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The method's name.
    pub method: String,
    /// The dataset's name.
    pub dataset: String,
    /// Samples per class.
    pub ipc: usize,
    /// Number of completed iterations.
    pub iterations: u64,
    /// The seed.
    pub seed: u64,
    /// The preset that was used.
    pub preset: Option<String>,
    /// Wall time of distillation and evaluation, in seconds.
    pub seconds: f64,
    /// Wall time of the distillation, in seconds.
    pub distill_seconds: f64,
    /// Peak memory of the process, in bytes, if the system reports it.
    pub peak_rss_bytes: Option<u64>,
    /// Bits per class that the set needs.
    pub bits_per_class: f64,
    /// The published result, if the preset names one.
    pub published: Option<Published>,
    /// The differential privacy of the set, if its method guarantees any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Guarantee>,
    /// The distilled set's file.
    pub artefact: PathBuf,
    /// Scores of the distilled set and of each baseline, under their names.
    #[serde(flatten)]
    pub rows: Rows,
}

impl Report {
    pub(super) fn new(
        session: &Session<'_>,
        folder: &RunFolder,
        artefact: &Artefact,
        distill_seconds: f64,
        rows: Rows,
    ) -> Self {
        let provenance = &artefact.provenance;
        Self {
            method: provenance.method.clone(),
            dataset: provenance.dataset.name.clone(),
            ipc: provenance.ipc,
            iterations: provenance.iterations,
            seed: provenance.seed,
            preset: session.resolved.preset.clone(),
            seconds: folder.manifest().seconds(),
            distill_seconds,
            peak_rss_bytes: folder.manifest().peak_rss_bytes(),
            bits_per_class: artefact.set.bits_per_class(),
            published: provenance.published.clone(),
            privacy: provenance.privacy.clone(),
            artefact: folder.artefact_path(),
            rows,
        }
    }

    /// Writes the report as JSON, atomically.
    ///
    /// # Errors
    /// [`Error::Run`] for an error of the file system.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::other);
        let text = text.map_err(crate::run::Error::Io)? + "\n";
        crate::atomic::write(path, text.as_bytes()).map_err(crate::run::Error::Io)?;
        Ok(())
    }
}
