//! Optimisers, with PyTorch's update rules.

mod adam;
mod sgd;

pub use adam::Adam;
pub use sgd::Sgd;

use liebig_grad::Tensor;

use crate::statistics::check_count;
use crate::{Error, Result};

/// What an optimiser remembers between steps, for checkpoints.
#[derive(Clone, Debug, Default)]
pub struct OptimizerState {
    /// Steps done.
    pub steps: u64,
    /// Its tensors: SGD's momentum buffers; Adam's first moments of all parameters, then the second.
    pub tensors: Vec<Tensor>,
}

/// Refuses lists of different lengths or shapes; broadcasting would hide a mistake.
pub(crate) fn check_pairs(what: &'static str, weights: &[Tensor], others: &[Tensor]) -> Result<()> {
    check_count(what, others, weights.len())?;
    for (weight, other) in weights.iter().zip(others) {
        if weight.shape() != other.shape() {
            return Err(Error::Shape {
                name: what.to_string(),
                found: other.shape().to_vec(),
                expected: weight.shape().to_vec(),
            });
        }
    }
    Ok(())
}

/// The gradient with `decay * weight` added (PyTorch's `weight_decay`), cut off from any graph.
fn decayed(weight: &Tensor, gradient: &Tensor, decay: f64) -> Result<Tensor> {
    let gradient = gradient.detach();
    if decay == 0.0 {
        return Ok(gradient);
    }
    Ok(gradient.add(&weight.detach().mul_scalar(decay)?)?)
}
