//! What every method is: a state that iterations improve.

use liebig_data::Dataset;
use liebig_grad::Device;
use liebig_nn::Model;

use crate::Error;
use crate::config::Config;
use crate::run::{Array, Checkpoint, Interrupt};
use crate::set::SmallSet;

/// What a method works on.
#[derive(Clone, Copy)]
pub struct Task<'a> {
    /// The dataset; methods look at its training split only.
    pub dataset: &'a Dataset,
    /// The network to distil on.
    pub model: &'a dyn Model,
    /// Samples per class.
    pub ipc: usize,
    /// The seed of every stream.
    pub seed: u64,
    /// Where it is computed.
    pub device: &'a Device,
    /// Looked at inside long iterations.
    pub interrupt: &'a Interrupt,
}

impl<'a> Task<'a> {
    /// What a configuration asks for.
    #[must_use]
    pub fn new(
        config: &Config,
        dataset: &'a Dataset,
        model: &'a dyn Model,
        device: &'a Device,
        interrupt: &'a Interrupt,
    ) -> Self {
        Self {
            dataset,
            model,
            ipc: config.ipc,
            seed: config.seed,
            device,
            interrupt,
        }
    }
}

/// A method at work. What an iteration does depends on the state and the iteration's number alone, so that a run can be
/// stopped after any iteration and continued to the same result.
pub trait Distiller {
    /// Does iteration `iteration`, counted from 0, and returns the loss before its updates.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the task's interrupt was set halfway; the state is then halfway too and must be
    /// restored. Otherwise what the network or the operations fail with.
    fn step(&mut self, iteration: u64) -> Result<f64, Error>;

    /// Seconds that one iteration will take, measured on a part of one; the state stays as it is.
    ///
    /// # Errors
    /// As [`Distiller::step`].
    fn estimate(&self) -> Result<f64, Error>;

    /// The set as it is now.
    ///
    /// # Errors
    /// [`Error::Grad`].
    fn set(&self) -> Result<SmallSet, Error>;

    /// Everything that the next iteration depends on.
    ///
    /// # Errors
    /// [`Error::Grad`].
    fn state(&self) -> Result<Vec<Array>, Error>;

    /// Goes back to a state.
    ///
    /// # Errors
    /// [`crate::run::Error::Damaged`] if an array is missing or has another shape.
    fn restore(&mut self, state: Checkpoint) -> Result<(), Error>;
}
