//! Several distillations of the same kind as one result.

use serde::{Deserialize, Serialize};

use super::EvaluationReport;
use super::score::{deviation, mean};

/// The results of one training set of several reports, by one network and protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    /// The network.
    pub model: String,
    /// The protocol.
    pub protocol: String,
    /// The training set.
    pub source: String,
    /// The number of distillations.
    pub distillations: usize,
    /// The number of networks, over all distillations.
    pub n: usize,
    /// Their mean accuracy.
    pub mean: f64,
    /// The population standard deviation over all networks of all distillations, as papers have it.
    pub std: f64,
    /// The population standard deviation of the distillations' means.
    pub std_of_distillations: f64,
}

/// Gathers what all reports have; networks, protocols and sources in the order of the first.
#[must_use]
pub fn gather(reports: &[EvaluationReport]) -> Vec<Gathered> {
    let Some(first) = reports.first() else {
        return Vec::new();
    };
    let mut gathered = Vec::new();
    for result in &first.results {
        for (source, _) in result.rows.iter() {
            let same = |report: &EvaluationReport| {
                let mut results = report.results.iter();
                let result = results.find(|other| {
                    (&other.model, &other.protocol) == (&result.model, &result.protocol)
                })?;
                Some(result.rows.get(source)?.accuracies.clone())
            };
            let Some(all) = reports.iter().map(same).collect::<Option<Vec<_>>>() else {
                continue;
            };
            let means: Vec<f64> = all.iter().map(|one| mean(one)).collect();
            let networks = all.concat();
            gathered.push(Gathered {
                model: result.model.clone(),
                protocol: result.protocol.clone(),
                source: source.into(),
                distillations: all.len(),
                n: networks.len(),
                mean: mean(&networks),
                std: deviation(&networks),
                std_of_distillations: deviation(&means),
            });
        }
    }
    gathered
}
