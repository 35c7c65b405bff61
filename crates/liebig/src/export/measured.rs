//! Accuracies that are published with a set.

use serde::Serialize;

use crate::evaluate::{EvaluationReport, Row};
use crate::session::Report;

/// The accuracy of networks that were trained on a set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// What was trained on: `distilled`, or a baseline such as `random`.
    pub source: String,
    /// The network.
    pub model: String,
    /// How it was trained; `own` is the set's recipe.
    pub protocol: String,
    /// Mean test accuracy, a fraction.
    pub mean: f64,
    /// Population standard deviation.
    pub std: f64,
    /// The number of networks.
    pub n: usize,
    /// The seed of the evaluation.
    pub seed: u64,
}

impl Measured {
    /// The results of a run, whose network is `model`.
    #[must_use]
    pub fn of_run(report: &Report, model: &str) -> Vec<Self> {
        let rows = report.rows.iter();
        rows.map(|row| Self::of(row, model, "own", report.seed))
            .collect()
    }

    /// The results of an evaluation with this seed.
    #[must_use]
    pub fn of_evaluation(report: &EvaluationReport, seed: u64) -> Vec<Self> {
        let results = report.results.iter();
        results
            .flat_map(|result| {
                let rows = result.rows.iter();
                rows.map(|row| Self::of(row, &result.model, &result.protocol, seed))
            })
            .collect()
    }

    fn of((source, row): (&str, &Row), model: &str, protocol: &str, seed: u64) -> Self {
        Self {
            source: source.into(),
            model: model.into(),
            protocol: protocol.into(),
            mean: row.mean,
            std: row.std,
            n: row.n,
            seed,
        }
    }
}
