//! Gradients of a loss with respect to everything that is learnt.

use liebig_grad::Tensor;

/// Gradients with respect to a synthetic set.
#[derive(Clone, Debug)]
pub struct Cotangents {
    /// With respect to the samples, `[n, C, H, W]`.
    pub samples: Tensor,
    /// With respect to learnt labels, `[n, classes]`.
    pub labels: Option<Tensor>,
    /// With respect to learnt step sizes (not their raw values), one for each.
    pub step_sizes: Option<Vec<f64>>,
}

impl From<Tensor> for Cotangents {
    fn from(samples: Tensor) -> Self {
        Self {
            samples,
            labels: None,
            step_sizes: None,
        }
    }
}
