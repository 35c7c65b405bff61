//! LAMB (You et al., "Large Batch Optimization for Deep Learning", ICLR 2020).

use liebig_grad::Tensor;

use super::{Adam, OptimizerState};
use crate::Result;

/// Adam whose update of each tensor, with `weight_decay` times the tensor added, is scaled to the norm of
/// that tensor: `w = w - lr * |w| / |u| * u`. Where one of the norms is 0, the factor is 1 (as in optax,
/// which has no further bounds).
#[derive(Clone, Debug)]
pub struct Lamb {
    /// Learning rate; may be changed between steps.
    pub lr: f64,
    /// Factor of the weights that is added to the update; default 0.
    pub weight_decay: f64,
    adam: Adam,
}

/// Added to the root of the second moment.
const EPS: f64 = 1e-6;

impl Lamb {
    /// LAMB with betas 0.9 and 0.999, epsilon 1e-6 and no weight decay.
    pub fn new(lr: f64) -> Self {
        let mut adam = Adam::new(1.0);
        adam.eps = EPS;
        Self {
            lr,
            weight_decay: 0.0,
            adam,
        }
    }

    /// Sets the decay of the first and second moments.
    pub fn with_betas(self, first: f64, second: f64) -> Self {
        let adam = self.adam.with_betas(first, second);
        Self { adam, ..self }
    }

    /// Sets the weight decay, which applies to all parameters.
    pub fn with_weight_decay(self, weight_decay: f64) -> Self {
        Self {
            weight_decay,
            ..self
        }
    }

    /// Replaces the weights by better ones; these are constants.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) or [`Error::Shape`](crate::Error::Shape) if the gradient
    /// or a restored state does not fit these weights; they are then unchanged.
    pub fn step(&mut self, weights: &mut [Tensor], gradient: &[Tensor]) -> Result<()> {
        let updates = self.adam.updates(weights, gradient, 0.0)?;
        for (weight, update) in weights.iter_mut().zip(updates) {
            let old = weight.detach();
            let update = match self.weight_decay {
                0.0 => update,
                decay => update.add(&old.mul_scalar(decay)?)?,
            };
            let (of_weight, of_update) = (norm(&old)?, norm(&update)?);
            let trust = match of_weight > 0.0 && of_update > 0.0 {
                true => of_weight / of_update,
                false => 1.0,
            };
            *weight = old.sub(&update.mul_scalar(self.lr * trust)?)?;
        }
        Ok(())
    }

    /// What it remembers of past steps: Adam's moments.
    pub fn state(&self) -> OptimizerState {
        self.adam.state()
    }

    /// Continues from a remembered state. Whether its shapes fit is checked at the next step.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) if there are not two tensors for every parameter.
    pub fn restore(&mut self, state: OptimizerState) -> Result<()> {
        self.adam.restore(state)
    }

    /// Forgets all past steps. Settings stay.
    pub fn reset(&mut self) {
        self.adam.reset();
    }
}

fn norm(tensor: &Tensor) -> Result<f64> {
    Ok(tensor.square()?.sum()?.item()?.sqrt())
}
