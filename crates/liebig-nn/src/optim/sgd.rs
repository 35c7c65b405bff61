//! Stochastic gradient descent.

use liebig_grad::Tensor;

use super::{OptimizerState, decayed};
use crate::Result;
use crate::check::check_pairs;

/// Stochastic gradient descent with momentum and weight decay, as in `torch.optim.SGD` without
/// dampening or Nesterov momentum: `d = g + decay w`, `v = momentum v + d` (`d` at the first step),
/// `w = w - lr v`.
#[derive(Clone, Debug)]
pub struct Sgd {
    /// Learning rate; may be changed between steps.
    pub lr: f64,
    /// Factor of the previous update `v` that is added to the next; default 0.
    pub momentum: f64,
    /// Factor of the weights that is added to the gradient; default 0.
    pub weight_decay: f64,
    steps: u64,
    buffers: Vec<Tensor>,
}

impl Sgd {
    /// Plain gradient descent.
    pub fn new(lr: f64) -> Self {
        Self {
            lr,
            momentum: 0.0,
            weight_decay: 0.0,
            steps: 0,
            buffers: Vec::new(),
        }
    }

    /// Sets the momentum.
    pub fn with_momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
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
        check_pairs("gradient", weights, gradient)?;
        let first = self.buffers.is_empty();
        if !first {
            check_pairs("momentum", weights, &self.buffers)?;
        }
        let mut buffers = Vec::new();
        let mut moved = Vec::with_capacity(weights.len());
        for (i, (weight, gradient)) in weights.iter().zip(gradient).enumerate() {
            let mut update = decayed(weight, gradient, self.weight_decay)?;
            if self.momentum != 0.0 {
                if !first {
                    update = self.buffers[i].mul_scalar(self.momentum)?.add(&update)?;
                }
                buffers.push(update.clone());
            }
            moved.push(weight.detach().sub(&update.mul_scalar(self.lr)?)?);
        }
        weights.clone_from_slice(&moved);
        self.buffers = buffers;
        self.steps += 1;
        Ok(())
    }

    /// What it remembers of past steps.
    pub fn state(&self) -> OptimizerState {
        OptimizerState {
            steps: self.steps,
            tensors: self.buffers.clone(),
        }
    }

    /// Continues from a remembered state. Whether it fits is checked at the next step.
    pub fn restore(&mut self, state: OptimizerState) {
        self.steps = state.steps;
        self.buffers = state.tensors;
    }

    /// Forgets all past steps. Settings stay.
    pub fn reset(&mut self) {
        (self.steps, self.buffers) = (0, Vec::new());
    }
}
