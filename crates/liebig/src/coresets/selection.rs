//! What every coreset is.

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Choice;
use crate::cost::Demand;
use crate::{Error, Labels, Task};

/// A rule that chooses samples of each class. The type is its settings, like a [`Method`](crate::methods::Method)'s.
pub trait Selection:
    Clone
    + Debug
    + Default
    + PartialEq
    + Serialize
    + DeserializeOwned
    + JsonSchema
    + Send
    + Sync
    + 'static
{
    /// Its name, such as `k-center`.
    const NAME: &'static str;
    /// One line with the source.
    const ABOUT: &'static str;
    /// Whether another draw gives another choice, so that a baseline of several repeats is chosen anew for each.
    const VARIES: bool = false;
    /// Whether its default settings choose real samples, which are stored in fewer bits than others.
    const REAL: bool = true;

    /// Whether it makes labels of its own, so that without them its samples are another coreset's.
    const RELABELS: bool = false;

    /// Bytes of memory that choosing takes, besides the dataset, the set and the network's weights.
    fn memory(&self, demand: &Demand) -> u64 {
        let _ = demand;
        0
    }

    /// Chooses, for each class, as many samples as the task's budget says, or all if the class has fewer. Everything
    /// random comes from the task's seed and `draw`.
    ///
    /// # Errors
    /// [`Error::Interrupted`], and what a network that it trains fails with.
    fn select(&self, task: &Task<'_>, draw: u64) -> Result<Choice, Error>;

    /// The labels of what was chosen and filled up: by default, the class of each sample. `values` are the samples, row
    /// major, in the order of the classes.
    ///
    /// # Errors
    /// As for [`select`](Self::select).
    fn labels(&self, task: &Task<'_>, draw: u64, values: &[f32]) -> Result<Labels, Error> {
        let _ = (draw, values);
        Ok(Labels::Hard(task.budget.labels()))
    }
}
