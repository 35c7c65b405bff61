//! The configuration of a run, resolved from layers: flag > assignment > file > preset > default.
//!
//! [`Layers`] collects settings and where they come from, [`Layers::resolve`] merges them into one [`Config`], and
//! [`Config::check`] turns that into a [`ValidConfig`], which a run requires.

pub(crate) mod check;
mod data;
mod defaults;
mod error;
mod image_size;
mod keys;
mod layers;
mod preset;
mod read;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::ValidConfig;
pub use data::DataConfig;
pub use error::Error;
pub use image_size::ImageSize;
pub use keys::{common_settings, model_settings};
pub use layers::{Layers, Selection};
pub use preset::{Preset, presets};

use liebig_nn::ModelChoice;

use crate::Published;
use crate::augment::Augmentation;
use crate::methods::MethodChoice;
use crate::task::Fill;

/// The resolved configuration of a run, as `--print-config` prints it and `config.toml` holds it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// The settings that are not in a table.
    #[serde(flatten)]
    pub general: General,
    /// The dataset.
    pub data: DataConfig,
    /// The method and its own settings.
    pub method: MethodChoice,
    /// The network that the set is distilled on and, by default, evaluated with.
    pub model: ModelChoice,
    /// The evaluation of the result.
    pub evaluation: EvaluationConfig,
}

/// The settings that are not in a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct General {
    /// Seed of all random numbers. Default 0.
    #[schemars(range(min = 0))]
    pub seed: u64,
    /// Number of distilled samples per class. Default 1.
    #[schemars(range(min = 1))]
    pub ipc: usize,
    /// Number of samples for individual classes, such as `cat=2,dog=5`. Default: `ipc` for every class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-range" = "CLASS=N,..."))]
    pub budget: Option<String>,
    /// How to fill up a class with fewer real samples than needed: `repeat` them, or add `noise`. Default `repeat`.
    pub fill: Fill,
}

/// The evaluation protocol; the defaults are those of DC, DSA and DM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "VICO-UoE/DatasetCondensation, utils.py"))]
pub struct EvaluationConfig {
    /// Number of fresh networks trained on the set and tested; 0 skips the evaluation. Default 5.
    #[schemars(range(min = 0, max = 1_048_576))]
    pub repeats: usize,
    /// Coresets to evaluate for comparison, `whole` for the whole training set, `all` for every small one that a result should
    /// stand beside. Default `["random"]`.
    pub baselines: Vec<String>,
    /// The protocol's number of epochs E; the loop runs E + 1 times. Default 300, or 1000 with an augmentation.
    #[schemars(range(min = 1))]
    pub epochs: usize,
    /// Initial learning rate; it is multiplied by 0.1 halfway. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr: f64,
    /// Momentum of SGD. Default 0.9.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum: f64,
    /// Weight decay on all parameters. Default 5e-4.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
    /// Number of samples per training step. Default 256.
    #[schemars(range(min = 1))]
    pub batch_size: usize,
    /// Augmentation of the training batches. Default: that of the method.
    pub augmentation: Augmentation,
}

/// A configuration with its preset and published result.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The checked configuration.
    pub config: ValidConfig,
    /// The preset that was used, such as `dc/mnist_ipc1`.
    pub preset: Option<String>,
    /// The published result, if the preset names one.
    pub published: Option<Published>,
}

impl From<ValidConfig> for Resolved {
    fn from(config: ValidConfig) -> Self {
        Self {
            config,
            preset: None,
            published: None,
        }
    }
}
