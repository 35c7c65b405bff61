//! The complete state of a method between two iterations.

use liebig_grad::Tensor;

use crate::Error;
use crate::run::{Array, Checkpoint, Error as RunError};

/// Named tensors and counts. Tensors are shared, not copied, until they are written.
#[derive(Clone, Debug, Default)]
pub struct State {
    tensors: Vec<(String, Tensor)>,
    counts: Vec<(String, u64)>,
}

impl State {
    /// Adds a tensor; names must be unique.
    pub fn insert(&mut self, name: impl Into<String>, tensor: &Tensor) {
        self.tensors.push((name.into(), tensor.detach()));
    }

    /// Adds a count; names must be unique.
    pub fn insert_count(&mut self, name: impl Into<String>, count: u64) {
        self.counts.push((name.into(), count));
    }

    /// Removes and returns a tensor of the given shape.
    ///
    /// # Errors
    /// [`crate::run::Error::OtherState`] if it is missing or has another shape.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, Error> {
        let place = self.tensors.iter().position(|(known, _)| known == name);
        let place = place.ok_or_else(|| other(name, "it is missing".into()))?;
        let (_, tensor) = self.tensors.swap_remove(place);
        if tensor.shape() != shape {
            let reason = format!("its shape is {:?}, expected {shape:?}", tensor.shape());
            return Err(other(name, reason));
        }
        Ok(tensor)
    }

    /// Removes and returns a count.
    ///
    /// # Errors
    /// [`crate::run::Error::OtherState`] if it is missing.
    pub fn take_count(&mut self, name: &str) -> Result<u64, Error> {
        let place = self.counts.iter().position(|(known, _)| known == name);
        let place = place.ok_or_else(|| other(name, "it is missing".into()))?;
        Ok(self.counts.swap_remove(place).1)
    }

    /// Copies the state to the host, as the checkpoint after `iteration` iterations.
    ///
    /// # Errors
    /// [`Error::Grad`] if the device fails.
    pub fn checkpoint(&self, iteration: u64) -> Result<Checkpoint, Error> {
        let array = |(name, tensor): &(String, Tensor)| {
            Ok(Array {
                name: name.clone(),
                shape: tensor.shape().to_vec(),
                values: tensor.to_vec()?,
            })
        };
        Ok(Checkpoint {
            iteration,
            arrays: self
                .tensors
                .iter()
                .map(array)
                .collect::<Result<_, Error>>()?,
            counts: self.counts.iter().cloned().collect(),
        })
    }

    /// The state of a checkpoint, on a device.
    ///
    /// # Errors
    /// [`Error::Grad`] if the number of an array's values does not match its shape.
    pub fn restored(checkpoint: Checkpoint, device: &liebig_grad::Device) -> Result<Self, Error> {
        let tensor = |array: Array| {
            let tensor = Tensor::from_vec(array.values, &array.shape, device)?;
            Ok((array.name, tensor))
        };
        Ok(Self {
            tensors: checkpoint
                .arrays
                .into_iter()
                .map(tensor)
                .collect::<Result<_, Error>>()?,
            counts: checkpoint.counts.into_iter().collect(),
        })
    }
}

fn other(name: &str, reason: String) -> Error {
    RunError::OtherState {
        name: name.into(),
        reason,
    }
    .into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_goes_in_comes_out_once() {
        let device = liebig_grad::cpu();
        let tensor = Tensor::from_vec(vec![1.5, -0.0], &[2, 1], &device).unwrap();
        let mut state = State::default();
        state.insert("images", &tensor);
        state.insert_count("steps", 7);
        let checkpoint = state.checkpoint(3).unwrap();
        assert_eq!(checkpoint.iteration, 3);
        let mut state = State::restored(checkpoint, &device).unwrap();
        let error = state.clone().take("images", &[1, 2]).unwrap_err();
        assert!(
            matches!(&error, Error::Run(RunError::OtherState { name, .. }) if name == "images"),
            "{error}"
        );
        let values = state.take("images", &[2, 1]).unwrap().to_vec().unwrap();
        assert_eq!(values.map_bits(), [1.5_f32.to_bits(), (-0.0_f32).to_bits()]);
        assert!(state.take("images", &[2, 1]).is_err());
        assert_eq!(state.take_count("steps").unwrap(), 7);
        assert!(state.take_count("steps").is_err());
    }

    trait Bits {
        fn map_bits(self) -> Vec<u32>;
    }

    impl Bits for Vec<f32> {
        fn map_bits(self) -> Vec<u32> {
            self.into_iter().map(f32::to_bits).collect()
        }
    }
}
