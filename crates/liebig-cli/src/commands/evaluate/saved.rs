//! Results of evaluations that are kept in the folder of a run, for its report.

use std::path::Path;

use anyhow::Result;
use liebig::evaluate::{EvaluationReport, Row};
use serde::{Deserialize, Serialize};

use super::lines;

/// The file in the run's folder, a line for each network, protocol and training set.
const FILE: &str = "evaluations.jsonl";

/// The networks of one kind that were trained on one set.
#[derive(Clone, Serialize, Deserialize)]
pub struct Saved {
    /// The network.
    pub model: String,
    /// The protocol; `own` is that of the set's recipe.
    pub protocol: String,
    /// Its number of epochs, if it was changed.
    pub epochs: Option<usize>,
    /// The training set.
    pub source: String,
    /// The seed of the networks.
    pub seed: u64,
    /// The scores.
    pub row: Row,
}

impl Saved {
    /// What there is one line for.
    fn key(&self) -> (&str, &str, Option<usize>, &str) {
        (&self.model, &self.protocol, self.epochs, &self.source)
    }
}

/// Adds results to those of a run; they take the place of earlier ones of the same networks, protocol and training set.
pub fn add(run: &Path, report: &EvaluationReport, seed: u64) -> Result<()> {
    let mut all = read(run)?;
    for result in &report.results {
        for (source, row) in result.rows.iter() {
            let saved = Saved {
                model: result.model.clone(),
                protocol: result.protocol.clone(),
                epochs: report.epochs,
                source: source.into(),
                seed,
                row: row.clone(),
            };
            match all.iter_mut().find(|known| known.key() == saved.key()) {
                Some(known) => *known = saved,
                None => all.push(saved),
            }
        }
    }
    lines::write(run, FILE, &all)
}

/// The results in a run's folder; none if nothing was saved.
pub fn read(run: &Path) -> Result<Vec<Saved>> {
    lines::read(run, FILE)
}
