//! Optimisers, with PyTorch's update rules (LAMB: optax's).

mod adam;
mod lamb;
mod optimizer;
mod sgd;

pub use adam::Adam;
pub use lamb::Lamb;
pub use optimizer::Optimizer;
pub use sgd::Sgd;

use liebig_grad::Tensor;

use crate::Result;

/// What an optimiser remembers between steps, for checkpoints.
#[derive(Clone, Debug, Default)]
pub struct OptimizerState {
    /// How many steps were taken.
    pub steps: u64,
    /// SGD's momentum buffers, or Adam's and LAMB's first moments of all parameters and then their second.
    pub tensors: Vec<Tensor>,
}

/// The gradient with `decay * weight` added (PyTorch's `weight_decay`), detached from any graph.
fn decayed(weight: &Tensor, gradient: &Tensor, decay: f64) -> Result<Tensor> {
    let gradient = gradient.detach();
    if decay == 0.0 {
        return Ok(gradient);
    }
    Ok(gradient.add(&weight.detach().mul_scalar(decay)?)?)
}
