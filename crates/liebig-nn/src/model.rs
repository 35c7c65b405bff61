//! What every network can do.

use liebig_grad::Tensor;

use crate::{BatchNorm, Parameter, Result};

/// Size of one sample. Tables have one channel, height 1, and their features as width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Channels: 1 for grey, 3 for colour.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl Input {
    /// Number of values.
    pub fn numel(self) -> usize {
        self.channels * self.height * self.width
    }
}

impl std::fmt::Display for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// A classifier without its weights.
///
/// Weights are a list of tensors in the order and of the shapes of [`parameters`](Self::parameters);
/// [`initialize`](crate::initialize) makes a fresh one.
pub trait Model: Send + Sync {
    /// Its name in the registry.
    fn name(&self) -> &str;

    /// Its trainable parameters, in the order of PyTorch's `parameters()`.
    fn parameters(&self) -> &[Parameter];

    /// Running mean and variance of each batch normalisation, in order; none without.
    fn statistics(&self) -> &[Parameter] {
        &[]
    }

    /// The features `[n, d]` before the classifier, for samples `[n, channels, height, width]`.
    /// Feature maps are flattened channels last.
    ///
    /// # Errors
    /// Where `weights` or `x` do not fit the model.
    fn features_with(&self, weights: &[Tensor], x: &Tensor, norm: BatchNorm) -> Result<Tensor>;

    /// The logits `[n, classes]` for features `[n, d]`.
    ///
    /// # Errors
    /// Where `weights` or `features` do not fit the model.
    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor>;

    /// [`features_with`](Self::features_with), where batch normalisation takes the batch's own
    /// statistics (PyTorch's training mode).
    ///
    /// # Errors
    /// As there.
    fn features(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        self.features_with(weights, x, BatchNorm::Batch)
    }

    /// The logits `[n, classes]` for samples `[n, channels, height, width]`, in training mode.
    ///
    /// # Errors
    /// As for [`features_with`](Self::features_with).
    fn forward(&self, weights: &[Tensor], x: &Tensor) -> Result<Tensor> {
        self.classify(weights, &self.features(weights, x)?)
    }

    /// Whether [`forward`](Self::forward) mixes the samples of a batch, so that it cannot be cut into
    /// shards.
    fn needs_whole_batch(&self) -> bool {
        !self.statistics().is_empty()
    }

    /// Number of trainable values.
    fn parameter_count(&self) -> usize {
        self.parameters().iter().map(Parameter::numel).sum()
    }
}
