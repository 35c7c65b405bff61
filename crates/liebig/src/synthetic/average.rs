//! An exponential moving average of the samples (Du et al., "Minimizing the Accumulated Trajectory Error", 2023).

use liebig_grad::Tensor;

use crate::{Error, State};

/// `average = decay * average + (1 - decay) * samples` after each update.
pub struct Average {
    decay: f64,
    value: Tensor,
}

const NAME: &str = "average";

impl Average {
    /// Starts with the current samples.
    #[must_use]
    pub fn new(decay: f64, samples: &Tensor) -> Self {
        let value = samples.detach();
        Self { decay, value }
    }

    /// The current average.
    #[must_use]
    pub fn value(&self) -> &Tensor {
        &self.value
    }

    pub(super) fn update(&mut self, samples: &Tensor) -> Result<(), Error> {
        let kept = self.value.mul_scalar(self.decay)?;
        self.value = kept.add(&samples.mul_scalar(1.0 - self.decay)?)?;
        Ok(())
    }

    pub(super) fn save(&self, state: &mut State) {
        state.insert(NAME, &self.value);
    }

    pub(super) fn restore(&mut self, state: &mut State) -> Result<(), Error> {
        let shape = self.value.shape().to_vec();
        self.value = state.take(NAME, &shape)?;
        Ok(())
    }
}
