//! What a run does, resolved from layers: flag > `--set` > file > preset > default.
//!
//! [`Layers`] collects what was said and where, [`Layers::resolve`] makes one [`Config`] of it, and [`Config::check`]
//! makes that a [`ValidConfig`], the only thing a run accepts.

pub(crate) mod check;
mod defaults;
mod error;
mod image_size;
mod keys;
mod layers;
mod preset;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use check::ValidConfig;
pub use defaults::Facts;
pub use error::Error;
pub use image_size::ImageSize;
pub use layers::{Layers, Selection};
pub use preset::{Preset, presets};

use crate::artefact::{Augmentation, ModelSpec, Published};
use crate::methods::MethodConfig;

/// The resolved configuration of a run; what `--print-config` prints and `config.toml` holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Seed of everything random. Default 0.
    pub seed: u64,
    /// Distilled samples per class. Default 1.
    pub ipc: usize,
    /// The dataset.
    pub data: DataConfig,
    /// The method and its own settings.
    pub method: MethodConfig,
    /// The network that the set is distilled on and, unless told otherwise, evaluated with.
    pub model: ModelSpec,
    /// The evaluation of the result.
    pub evaluation: EvaluationConfig,
}

/// Which dataset, and how it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// A name known to `liebig data list`, or a path. Default `strokes`.
    pub source: String,
    /// Images are resized to this size, `"32"` or `"32x48"` (height x width). Default: their own size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_size: Option<ImageSize>,
    /// Images are read as grey ones (true) or as colour ones (false). Default: as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grayscale: Option<bool>,
    /// The column of a table that holds the class. Default: found by its name or place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
}

/// The evaluation protocol; the defaults are those of DC, DSA and DM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvaluationConfig {
    /// Fresh networks trained on the set; 0 leaves the evaluation out. Default 5.
    pub repeats: usize,
    /// The protocol's E; the loop runs E + 1 times. Default 300, with an augmentation 1000.
    pub epochs: usize,
    /// Learning rate, multiplied by 0.1 halfway. Default 0.01.
    pub lr: f64,
    /// Momentum. Default 0.9.
    pub momentum: f64,
    /// Weight decay on all parameters. Default 5e-4.
    pub weight_decay: f64,
    /// Samples per step. Default 256.
    pub batch_size: usize,
    /// Augmentation of the training batches. Default `none`.
    pub augmentation: Augmentation,
}

/// A configuration and what its preset says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The checked configuration.
    pub config: ValidConfig,
    /// The preset that took part, such as `dc/mnist_ipc1`.
    pub preset: Option<String>,
    /// The published result, where the preset names one.
    pub published: Option<Published>,
}
