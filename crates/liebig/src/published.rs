//! Published results.

use serde::{Deserialize, Serialize};

/// A published test accuracy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Mean accuracy as a fraction.
    pub mean: f64,
    /// Standard deviation as a fraction, if it was given.
    pub std: Option<f64>,
    /// Accuracy of a network trained on the whole dataset, as a fraction, if it was given.
    pub whole: Option<f64>,
    /// The publication and table that the numbers are from.
    pub source: String,
}
