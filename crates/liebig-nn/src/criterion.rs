//! What training minimises.

use liebig_grad::{Targets, Tensor};

use crate::Result;

/// A loss of logits and targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Criterion {
    /// The mean cross-entropy ([`Tensor::cross_entropy`]).
    #[default]
    CrossEntropy,
    /// The mean of half the squared distance between logits and targets ([`Tensor::squared_error`]).
    SquaredError,
}

impl Criterion {
    /// The mean loss of logits `[n, classes]`, of shape `[1]`.
    ///
    /// # Errors
    /// If logits and targets do not match.
    pub fn mean(self, logits: &Tensor, targets: &Targets) -> Result<Tensor> {
        Ok(match self {
            Self::CrossEntropy => logits.cross_entropy(targets)?,
            Self::SquaredError => logits.squared_error(targets)?,
        })
    }
}
