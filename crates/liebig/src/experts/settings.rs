//! How the experts of a pool are trained.

use std::path::Path;

use liebig_data::Dataset;
use liebig_nn::{ModelChoice, Sharpness};
use serde::{Deserialize, Serialize};

use super::Error;
use crate::Facts;
use crate::artefact::DatasetId;
use crate::augment::Augmentation;
use crate::methods::siamese;

/// How experts are trained. The defaults are those of the publication: SGD without momentum on augmented batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpertSettings {
    /// The network.
    pub model: ModelChoice,
    /// Passes over the training split; the weights after each are kept, and those before the first.
    pub epochs: usize,
    /// Learning rate. Default 0.01.
    pub lr: f64,
    /// Momentum. Default 0.
    pub momentum: f64,
    /// Weight decay on all parameters. Default 0.
    pub weight_decay: f64,
    /// Samples per step. Default 256.
    pub batch_size: usize,
    /// Augmentation of each batch, with parameters for each sample. Default DSA with all operations, or none for tables.
    pub augmentation: Augmentation,
    /// The optimiser. Default plain SGD.
    pub optimizer: ExpertOptimizer,
    /// The seed of everything random.
    pub seed: u64,
}

/// The optimiser of experts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase", deny_unknown_fields)]
pub enum ExpertOptimizer {
    /// Plain SGD (MTT).
    Sgd,
    /// Sharpness-aware minimisation.
    Sam {
        /// [`Sharpness::rho`].
        rho: f64,
        /// [`Sharpness::adaptive`].
        adaptive: bool,
    },
    /// The same with a narrowed gap (FTD).
    Gsam {
        /// [`Sharpness::rho`].
        rho: f64,
        /// [`Sharpness::alpha`].
        alpha: f64,
        /// [`Sharpness::adaptive`].
        adaptive: bool,
    },
}

impl ExpertOptimizer {
    /// How the gradient is taken, if it is not the plain one.
    pub(super) fn sharpness(self) -> Option<Sharpness> {
        match self {
            Self::Sgd => None,
            Self::Sam { rho, adaptive } => Some(Sharpness {
                rho,
                alpha: 0.0,
                adaptive,
            }),
            Self::Gsam {
                rho,
                alpha,
                adaptive,
            } => Some(Sharpness {
                rho,
                alpha,
                adaptive,
            }),
        }
    }
}

impl ExpertSettings {
    /// The publication's settings for a network.
    #[must_use]
    pub fn published(model: ModelChoice, epochs: usize, augmentation: Augmentation) -> Self {
        Self {
            model,
            epochs,
            lr: 0.01,
            momentum: 0.0,
            weight_decay: 0.0,
            batch_size: 256,
            augmentation,
            optimizer: ExpertOptimizer::Sgd,
            seed: 0,
        }
    }
}

impl ExpertSettings {
    /// The augmentation for a dataset if none is named: DSA's strategy, or none for tables.
    #[must_use]
    pub fn usual_augmentation(facts: &Facts) -> Augmentation {
        siamese::strategy(facts)
    }
}

/// The content of `experts.json`: what a pool's experts have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolId {
    schema_version: u32,
    /// How they are trained.
    pub settings: ExpertSettings,
    /// On what.
    pub dataset: DatasetId,
    /// Hash of the space that they are trained in.
    pub space: String,
}

const VERSION: u32 = 1;

impl PoolId {
    /// That of experts for a dataset.
    #[must_use]
    pub fn new(settings: ExpertSettings, dataset: &Dataset) -> Self {
        Self {
            schema_version: VERSION,
            settings,
            dataset: DatasetId::from(dataset),
            space: dataset.space.hash(),
        }
    }

    /// A hash of it, in hex, that each expert has.
    #[must_use]
    pub fn hash(&self) -> String {
        let text = serde_json::to_string(&self.nameless()).unwrap_or_default();
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// The same without the dataset's name, which depends on where it lies.
    fn nameless(&self) -> Self {
        let mut id = self.clone();
        id.dataset.name = String::new();
        id
    }

    /// Refuses another pool, and names what differs.
    pub(super) fn expect(&self, expected: &Self, path: &Path) -> Result<(), Error> {
        let [found, expected] =
            [self, expected].map(|id| serde_json::to_value(id.nameless()).unwrap_or_default());
        match difference("", &found, &expected) {
            None => Ok(()),
            Some((key, found, expected)) => Err(Error::Other {
                path: path.into(),
                key: key.trim_start_matches(['.', '/']).replace("settings.", ""),
                found,
                expected,
            }),
        }
    }
}

/// The first key at which two values differ, and the values there.
fn difference(
    key: &str,
    found: &serde_json::Value,
    expected: &serde_json::Value,
) -> Option<(String, String, String)> {
    use serde_json::Value;
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let keys = found.keys().chain(expected.keys());
            keys.into_iter().find_map(|name| {
                let at = |map: &serde_json::Map<String, Value>| {
                    map.get(name).cloned().unwrap_or(Value::Null)
                };
                difference(&format!("{key}.{name}"), &at(found), &at(expected))
            })
        }
        (found, expected) if found == expected => None,
        (found, expected) => Some((key.into(), found.to_string(), expected.to_string())),
    }
}
