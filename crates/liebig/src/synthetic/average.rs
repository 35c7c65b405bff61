//! An exponential moving average of the samples or labels (Du et al., "Minimizing the Accumulated Trajectory Error", 2023).

use liebig_grad::Tensor;

use crate::{Error, State};

/// `average = decay * average + (1 - decay) * value` after each update.
pub struct Average {
    name: &'static str,
    decay: f64,
    value: Tensor,
}

impl Average {
    /// Starts with the current value; checkpoints hold the average by this name.
    #[must_use]
    pub fn new(name: &'static str, decay: f64, value: &Tensor) -> Self {
        let value = value.detach();
        Self { name, decay, value }
    }

    /// The current average.
    #[must_use]
    pub fn value(&self) -> &Tensor {
        &self.value
    }

    pub(super) fn update(&mut self, value: &Tensor) -> Result<(), Error> {
        let kept = self.value.mul_scalar(self.decay)?;
        self.value = kept.add(&value.mul_scalar(1.0 - self.decay)?)?;
        Ok(())
    }

    pub(super) fn save(&self, state: &mut State) {
        state.insert(self.name, &self.value);
    }

    pub(super) fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        let shape = self.value.shape().to_vec();
        self.value = state.take(self.name, &shape)?;
        Ok(())
    }
}
