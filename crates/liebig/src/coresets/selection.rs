//! What every coreset is.

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Choice;
use crate::cost::Demand;
use crate::{Error, Task};

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
}
