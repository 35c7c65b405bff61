//! The metadata of an artefact: what it holds, how to train on it, where it came from.

use serde::{Deserialize, Serialize};

/// The layout of the file that this version reads and writes.
pub const SCHEMA_VERSION: u32 = 1;

/// All metadata; JSON under the key `liebig` of the file's string map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The shape of one sample.
    pub shape: Shape,
    /// Names of the classes in label order.
    pub class_names: Vec<String>,
    /// Whether labels are class indices or scores.
    pub labels: LabelKind,
    /// How raw values became training values.
    pub normalization: Normalization,
    /// What was done after normalisation.
    pub whitening: Whitening,
    /// How a fresh network is trained on the set.
    pub recipe: Recipe,
    /// Where the set came from.
    pub provenance: Provenance,
}

/// The shape of one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Shape {
    /// An image, stored channel first.
    Image {
        /// 1 for grey, 3 for colour.
        channels: usize,
        /// Pixels from top to bottom.
        height: usize,
        /// Pixels from left to right.
        width: usize,
    },
    /// A row of a table.
    Table {
        /// Numeric columns.
        features: usize,
    },
}

impl Shape {
    /// Values per sample; saturates instead of overflowing.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a sample is never empty: every dimension is checked to be positive"
    )]
    pub fn len(&self) -> usize {
        match *self {
            Self::Image {
                channels,
                height,
                width,
            } => channels.saturating_mul(height).saturating_mul(width),
            Self::Table { features } => features,
        }
    }

    /// The dimensions of one sample: `[C, H, W]` or `[F]`.
    #[must_use]
    pub fn dims(&self) -> Vec<usize> {
        match *self {
            Self::Image {
                channels,
                height,
                width,
            } => vec![channels, height, width],
            Self::Table { features } => vec![features],
        }
    }

    /// Channels of an image, columns of a table: what normalisation is given for.
    #[must_use]
    pub fn channels(&self) -> usize {
        match *self {
            Self::Image { channels, .. } => channels,
            Self::Table { features } => features,
        }
    }
}

impl From<liebig_data::SampleShape> for Shape {
    fn from(shape: liebig_data::SampleShape) -> Self {
        match shape {
            liebig_data::SampleShape::Image {
                channels,
                height,
                width,
            } => Self::Image {
                channels,
                height,
                width,
            },
            liebig_data::SampleShape::Table { features } => Self::Table { features },
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Image {
                channels,
                height,
                width,
            } => write!(f, "{channels}x{height}x{width}"),
            Self::Table { features } => write!(f, "{features} features"),
        }
    }
}

/// Whether labels are class indices or scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LabelKind {
    /// `i64 [n]`, class indices.
    Hard,
    /// `f32 [n, classes]`, scores.
    Soft,
}

/// `training value = (raw value - mean) / std`, per channel or column; raw pixels are in [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalization {
    /// One mean per channel or column.
    pub mean: Vec<f32>,
    /// One positive standard deviation per channel or column.
    pub std: Vec<f32>,
}

impl From<&liebig_data::Normalization> for Normalization {
    fn from(normalization: &liebig_data::Normalization) -> Self {
        Self {
            mean: normalization.mean.clone(),
            std: normalization.std.clone(),
        }
    }
}

impl From<&Normalization> for liebig_data::Normalization {
    fn from(normalization: &Normalization) -> Self {
        Self {
            mean: normalization.mean.clone(),
            std: normalization.std.clone(),
            known: true,
        }
    }
}

/// What was done after normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Whitening {
    /// Nothing.
    None,
}

/// Training a fresh network on the set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The network.
    pub model: ModelSpec,
    /// The optimiser.
    pub optimizer: Optimizer,
    /// Learning rate at the start; a learnt one in the file replaces it.
    pub lr: f64,
    /// Momentum of the optimiser.
    pub momentum: f64,
    /// Weight decay on all parameters.
    pub weight_decay: f64,
    /// Samples per step; the last, smaller batch of an epoch is used too.
    pub batch_size: usize,
    /// Passes over the set. The published E = 300 is 301 passes.
    pub epochs: usize,
    /// Drops of the learning rate, in order.
    pub lr_drops: Vec<LrDrop>,
    /// What is done to training batches.
    pub augmentation: Augmentation,
}

/// One drop of the learning rate; the optimiser starts anew with it (its momentum is forgotten).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LrDrop {
    /// Passes done before the drop.
    pub after_epochs: usize,
    /// What the learning rate is multiplied by.
    pub factor: f64,
}

/// A network by name, with every option spelt out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// `convnet`, `mlp` or `lenet`.
    pub name: String,
    /// Channels of a convolution, units of a hidden layer.
    pub width: usize,
    /// Blocks of a ConvNet; other networks have a depth of their own.
    pub depth: usize,
    /// `instance`, `batch`, `layer`, `group` or `none`.
    pub norm: String,
    /// `relu`, `leaky_relu`, `sigmoid` or `swish`.
    pub activation: String,
    /// `avg`, `max` or `none`.
    pub pooling: String,
}

/// Optimisers of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Stochastic gradient descent, PyTorch's update rule.
    Sgd,
}

/// Augmentations of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Augmentation {
    /// The batch as it is.
    None,
    /// DC's own for MNIST: per image one of crop, scale, rotate.
    CropScaleRotate,
}

/// Where a set came from; nothing in it depends on time or machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The method's name, such as `dc`.
    pub method: String,
    /// Samples per class.
    pub ipc: usize,
    /// Updates of the set.
    pub iterations: u64,
    /// The seed of the run.
    pub seed: u64,
    /// The version of liebig.
    pub version: String,
    /// The training set.
    pub dataset: DatasetId,
    /// The resolved configuration without the place of the data.
    pub config: serde_json::Value,
    /// The published result for this method, dataset and IPC, where there is one.
    pub published: Option<Published>,
}

/// A dataset by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetId {
    /// Its name, such as `mnist`.
    pub name: String,
    /// Hash over all samples, labels and class names.
    pub hash: String,
}

/// A published test accuracy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Mean accuracy as a fraction.
    pub mean: f64,
    /// Standard deviation as a fraction, where it was given.
    pub std: Option<f64>,
    /// Accuracy of a network trained on the whole dataset, as a fraction, where it was given.
    pub whole: Option<f64>,
    /// Where the numbers stand.
    pub source: String,
}
