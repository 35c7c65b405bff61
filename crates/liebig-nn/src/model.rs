//! What every network can do.

use liebig_grad::Tensor;

use crate::{BatchNorm, Parameter, Result};

/// Size of one sample. A table's row has one channel, height 1, and its features as width.
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
    /// Number of values; `usize::MAX` if there are more.
    pub fn numel(self) -> usize {
        let pixels = self.height.saturating_mul(self.width);
        pixels.saturating_mul(self.channels)
    }
}

/// `channels x height x width`.
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
    /// Its name, as in [`ModelChoice::NAMES`](crate::ModelChoice::NAMES).
    fn name(&self) -> &str;

    /// Its trainable parameters, in the order of PyTorch's `parameters()`.
    fn parameters(&self) -> &[Parameter];

    /// Running mean and variance of each batch normalisation, in order; empty without batch
    /// normalisation.
    fn statistics(&self) -> &[Parameter] {
        &[]
    }

    /// How many values the outputs of all layers hold together for one sample: what a forward pass
    /// keeps in memory for its gradient. The sample itself is not counted, layers that are one
    /// operation count as one, and `usize::MAX` stands for more.
    fn activations(&self) -> usize;

    /// The features `[n, d]` before the classifier, for samples `[n, channels, height, width]`.
    /// Feature maps are flattened channels last.
    ///
    /// # Errors
    /// If `weights` or `x` do not fit the model.
    fn features_with(&self, weights: &[Tensor], x: &Tensor, norm: BatchNorm) -> Result<Tensor>;

    /// The logits `[n, classes]` for features `[n, d]`.
    ///
    /// # Errors
    /// If `weights` or `features` do not fit the model.
    fn classify(&self, weights: &[Tensor], features: &Tensor) -> Result<Tensor>;

    /// [`features_with`](Self::features_with) in training mode: batch normalisation takes the batch's
    /// own statistics.
    ///
    /// # Errors
    /// As for [`features_with`](Self::features_with).
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

    /// Whether [`forward`](Self::forward) mixes the samples of a batch, so that a batch cannot be cut
    /// into shards.
    fn needs_whole_batch(&self) -> bool {
        !self.statistics().is_empty()
    }

    /// Number of trainable values.
    fn parameter_count(&self) -> usize {
        let sizes = self.parameters().iter().map(Parameter::numel);
        sizes.fold(0, usize::saturating_add)
    }
}
