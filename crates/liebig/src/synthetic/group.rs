//! A tensor that is learnt, with the optimiser that updates it.

use liebig_grad::Tensor;
use liebig_nn::{Optimizer, OptimizerState};

use crate::{Error, State};

/// A learnt tensor and its optimiser.
pub struct Group {
    value: Tensor,
    optimizer: Optimizer,
    /// The learning rate that the optimiser came with.
    lr: f64,
}

impl Group {
    /// Starts with the given tensor.
    pub fn new(value: &Tensor, optimizer: impl Into<Optimizer>) -> Self {
        let optimizer = optimizer.into();
        Self {
            value: value.detach(),
            lr: optimizer.lr(),
            optimizer,
        }
    }

    /// The current tensor; a constant.
    #[must_use]
    pub fn value(&self) -> &Tensor {
        &self.value
    }

    /// Replaces the tensor by another of the same shape, such as one clamped to its bounds.
    pub fn set(&mut self, value: &Tensor) {
        self.value = value.detach();
    }

    /// Multiplies the learning rate that the optimiser came with.
    pub fn set_rate(&mut self, factor: f64) {
        self.optimizer.set_lr(factor * self.lr);
    }

    /// The optimiser, for example to change its learning rate.
    pub fn optimizer(&mut self) -> &mut Optimizer {
        &mut self.optimizer
    }

    /// One step against the gradient.
    ///
    /// # Errors
    /// [`Error::Network`] if the gradient has another shape.
    pub fn step(&mut self, gradient: &Tensor) -> Result<(), Error> {
        let value = std::slice::from_mut(&mut self.value);
        Ok(self.optimizer.step(value, std::slice::from_ref(gradient))?)
    }

    /// Saves value and optimiser under names that start with `name`.
    pub fn save(&self, name: &str, state: &mut State) {
        let OptimizerState { steps, tensors } = self.optimizer.state();
        state.insert(name, &self.value);
        state.insert_count(format!("{name}.steps"), steps);
        state.insert_count(format!("{name}.buffers"), tensors.len() as u64);
        for (index, tensor) in tensors.iter().enumerate() {
            state.insert(format!("{name}.buffer{index}"), tensor);
        }
    }

    /// Restores what [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`crate::run::Error::OtherState`] if something is missing or has another shape.
    pub fn restore(&mut self, name: &str, state: &mut State) -> Result<(), Error> {
        let shape = self.value.shape().to_vec();
        self.value = state.take(name, &shape)?;
        let steps = state.take_count(&format!("{name}.steps"))?;
        let buffers = state.take_count(&format!("{name}.buffers"))?;
        let buffer = |index| state.take(&format!("{name}.buffer{index}"), &shape);
        let tensors = (0..buffers).map(buffer).collect::<Result<_, _>>()?;
        Ok(self.optimizer.restore(OptimizerState { steps, tensors })?)
    }
}
