//! Adam (Kingma & Ba 2015).

use liebig_grad::Tensor;

use super::{OptimizerState, decayed};
use crate::Result;
use crate::check::{check_count, check_pairs};

/// Adam as in `torch.optim.Adam`: weight decay is added to the gradient, and moments are corrected for
/// their start at 0.
#[derive(Clone, Debug)]
pub struct Adam {
    /// Learning rate; may be changed between steps.
    pub lr: f64,
    /// Decay of the first and second moments; default 0.9 and 0.999.
    pub betas: (f64, f64),
    /// Added to the root of the second moment; default 1e-8.
    pub eps: f64,
    /// Factor of the weights that is added to the gradient; default 0.
    pub weight_decay: f64,
    steps: u64,
    first: Vec<Tensor>,
    second: Vec<Tensor>,
}

impl Adam {
    /// Adam with the default settings.
    pub fn new(lr: f64) -> Self {
        Self {
            lr,
            betas: (0.9, 0.999),
            eps: 1e-8,
            weight_decay: 0.0,
            steps: 0,
            first: Vec::new(),
            second: Vec::new(),
        }
    }

    /// Sets the decay of the first and second moments.
    pub fn with_betas(self, first: f64, second: f64) -> Self {
        let betas = (first, second);
        Self { betas, ..self }
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
        let updates = self.updates(weights, gradient, self.weight_decay)?;
        for (weight, update) in weights.iter_mut().zip(updates) {
            *weight = weight.detach().sub(&update)?;
        }
        Ok(())
    }

    /// What a step subtracts from the weights, of which `decay` is added to the gradient. Remembers the
    /// step; nothing changes if the gradient is refused.
    pub(super) fn updates(
        &mut self,
        weights: &[Tensor],
        gradient: &[Tensor],
        decay: f64,
    ) -> Result<Vec<Tensor>> {
        check_pairs("gradient", weights, gradient)?;
        if self.steps == 0 {
            self.first = weights.iter().map(Tensor::zeros_like).collect();
            self.second = self.first.clone();
        }
        check_pairs("first moments", weights, &self.first)?;
        check_pairs("second moments", weights, &self.second)?;
        let steps = self.steps + 1;
        let (beta1, beta2) = self.betas;
        let correction = |beta: f64| 1.0 - beta.powf(steps as f64);
        let size = self.lr / correction(beta1);
        let root = correction(beta2).sqrt();

        let mut updates = Vec::with_capacity(weights.len());
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        let moments = self.first.iter().zip(&self.second);
        for ((weight, gradient), (first, second)) in weights.iter().zip(gradient).zip(moments) {
            let gradient = decayed(weight, gradient, decay)?;
            let fresh = gradient.mul_scalar(1.0 - beta1)?;
            let first = first.mul_scalar(beta1)?.add(&fresh)?;
            let fresh = gradient.square()?.mul_scalar(1.0 - beta2)?;
            let second = second.mul_scalar(beta2)?.add(&fresh)?;
            let scale = second
                .sqrt()?
                .mul_scalar(1.0 / root)?
                .add_scalar(self.eps)?;
            updates.push(first.div(&scale)?.mul_scalar(size)?);
            firsts.push(first);
            seconds.push(second);
        }
        (self.first, self.second, self.steps) = (firsts, seconds, steps);
        Ok(updates)
    }

    /// What it remembers of past steps.
    pub fn state(&self) -> OptimizerState {
        OptimizerState {
            steps: self.steps,
            tensors: [&self.first[..], &self.second].concat(),
        }
    }

    /// Continues from a remembered state. Whether its shapes fit is checked at the next step.
    ///
    /// # Errors
    /// [`Error::Count`](crate::Error::Count) if there are not two tensors for every parameter.
    pub fn restore(&mut self, state: OptimizerState) -> Result<()> {
        let half = state.tensors.len() / 2;
        check_count("Adam's moments", &state.tensors, 2 * half)?;
        let (first, second) = state.tensors.split_at(half);
        (self.first, self.second) = (first.to_vec(), second.to_vec());
        self.steps = state.steps;
        Ok(())
    }

    /// Forgets all past steps. Settings stay.
    pub fn reset(&mut self) {
        (self.steps, self.first, self.second) = (0, Vec::new(), Vec::new());
    }
}
