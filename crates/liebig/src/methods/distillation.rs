//! A running method.

use crate::privacy::Guarantee;
use crate::set::SmallSet;
use crate::{Error, State};

/// A running method. An iteration depends only on the state and the iteration's number, so that a run can be stopped
/// after any iteration and continued to the same result.
pub trait Distillation {
    /// How many iterations there are.
    fn iterations(&self) -> u64;

    /// Performs iteration `iteration`, counted from 0, and returns the losses before its updates.
    ///
    /// # Errors
    /// [`Error::Interrupted`] if the task's interrupt was set during the iteration; the state is then incomplete and must
    /// be restored. Otherwise any error of the network or the operations.
    fn step(&mut self, iteration: u64) -> Result<Losses, Error>;

    /// The kinds of iterations by the time that they take; empty if all take the same.
    fn phases(&self) -> Vec<Phase> {
        Vec::new()
    }

    /// Seconds that one iteration will take, measured on a part of one. The state does not change.
    ///
    /// # Errors
    /// As for [`Distillation::step`].
    fn estimate(&mut self) -> Result<f64, Error>;

    /// The current set.
    ///
    /// # Errors
    /// [`Error::Grad`].
    fn set(&self) -> Result<SmallSet, Error>;

    /// The differential privacy of the set after the last iteration, if the method guarantees any.
    fn guarantee(&self) -> Option<Guarantee> {
        None
    }

    /// Everything that the next iteration depends on. Cheap: tensors are shared, not copied.
    fn state(&self) -> State;

    /// Restores a state.
    ///
    /// # Errors
    /// [`crate::run::Error::OtherState`] if something is missing or has another shape.
    fn restore(&mut self, state: State) -> Result<(), Error>;
}

/// Iterations that take the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// One of them.
    pub example: u64,
    /// How many there are.
    pub iterations: u64,
}

impl Phase {
    /// The mean of one value for each phase, by their iterations; without phases, the plain mean.
    pub(crate) fn mean(phases: &[Self], values: &[f64]) -> f64 {
        let counts = phases.iter().map(|phase| phase.iterations as f64);
        let counts: Vec<f64> = counts
            .chain(std::iter::repeat(1.0))
            .take(values.len())
            .collect();
        let sum: f64 = counts.iter().zip(values).map(|(n, value)| n * value).sum();
        sum / counts.iter().sum::<f64>()
    }
}

/// The losses of one iteration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Losses {
    /// The loss that is minimised.
    pub total: f64,
    /// Its parts by name, if there are several.
    pub parts: Vec<(&'static str, f64)>,
}

impl From<f64> for Losses {
    fn from(total: f64) -> Self {
        let parts = Vec::new();
        Self { total, parts }
    }
}
