//! The trait of every method, as a user selects it.

use std::any::Any;
use std::fmt::Debug;
use std::path::Path;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Distillation;
use crate::config::{Error as ConfigError, EvaluationConfig};
use crate::cost::Demand;
use crate::unroll::Unroll;
use crate::{Budget, Error, Facts, Poison, Task};

/// A method, represented by its settings: `liebig methods NAME` lists the doc comments, ranges and defaults of the
/// type's fields. Ranges that the JSON schema states are checked before [`check`](Self::check) is called.
pub trait Method:
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static
{
    /// Its name, such as `dc`.
    const NAME: &'static str;
    /// A description of one line, with the paper.
    const ABOUT: &'static str;

    /// The default settings; for a published method, those of the publication.
    fn defaults(facts: &Facts) -> Self;

    /// Changes the evaluation's defaults to those for the method's sets.
    fn evaluation(facts: &Facts, evaluation: &mut EvaluationConfig) {
        let _ = (facts, evaluation);
    }

    /// The number of iterations, each of which updates the set; 0 for a method that only needs its start.
    fn iterations(&self) -> u64;

    /// The number of samples of each class, from that which `ipc` and `budget` give.
    fn budget(&self, given: Budget) -> Budget {
        given
    }

    /// The training that the sets are made for, if it is not the common protocol; `seed` is that of the run.
    fn unroll(&self, seed: u64) -> Option<Unroll> {
        let _ = seed;
        None
    }

    /// The folder or file of networks that were trained before, if the method needs such.
    fn networks(&self) -> Option<&Path> {
        None
    }

    /// The last epoch of experts that the method reads, if it reads any.
    fn last_expert_epoch(&self) -> Option<usize> {
        None
    }

    /// The classes that networks are to mistake, if that is the aim.
    fn poison(&self) -> Option<&Poison> {
        None
    }

    /// Refuses settings that contradict each other or the data. Does not look at samples.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] and similar errors, with the key.
    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        let _ = facts;
        Ok(())
    }

    /// Bytes of memory that the distillation needs at least, besides the dataset.
    fn memory(&self, demand: &Demand) -> u64 {
        demand.learning(demand.largest_class)
    }

    /// Bytes that it takes if it may take `limit`: more than it needs, where that saves time.
    fn memory_within(&self, limit: u64, demand: &Demand) -> u64 {
        let _ = limit;
        self.memory(demand)
    }

    /// Starts the method: its state before the first iteration.
    ///
    /// # Errors
    /// Any error that the method finds in the data.
    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error>;
}

/// A [`Method`] of any type; implemented for every method.
pub trait AnyMethod: Debug + Send + Sync {
    /// [`Method::NAME`].
    fn name(&self) -> &'static str;
    /// [`Method::evaluation`].
    fn evaluation(&self, facts: &Facts, evaluation: &mut EvaluationConfig);
    /// [`Method::iterations`].
    fn iterations(&self) -> u64;
    /// [`Method::budget`].
    fn budget(&self, given: Budget) -> Budget;
    /// [`Method::unroll`].
    fn unroll(&self, seed: u64) -> Option<Unroll>;
    /// [`Method::networks`].
    fn networks(&self) -> Option<&Path>;
    /// [`Method::last_expert_epoch`].
    fn last_expert_epoch(&self) -> Option<usize>;
    /// [`Method::poison`].
    fn poison(&self) -> Option<&Poison>;
    /// [`Method::check`].
    ///
    /// # Errors
    /// As for the method of the same name in [`Method`].
    fn check(&self, facts: &Facts) -> Result<(), ConfigError>;
    /// [`Method::memory`].
    fn memory(&self, demand: &Demand) -> u64;
    /// [`Method::memory_within`].
    fn memory_within(&self, limit: u64, demand: &Demand) -> u64;
    /// [`Method::start`].
    ///
    /// # Errors
    /// As for the method of the same name in [`Method`].
    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error>;
    /// Its settings, to be serialised.
    fn settings(&self) -> &dyn erased_serde::Serialize;
    /// The JSON schema of its settings.
    fn schema(&self) -> Schema;
    /// Whether another method is of the same type and has the same settings.
    fn equals(&self, other: &dyn AnyMethod) -> bool;
    /// The method itself, for downcasting.
    fn as_any(&self) -> &dyn Any;
}

impl<M: Method> AnyMethod for M {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn evaluation(&self, facts: &Facts, evaluation: &mut EvaluationConfig) {
        <M as Method>::evaluation(facts, evaluation);
    }

    fn iterations(&self) -> u64 {
        Method::iterations(self)
    }

    fn budget(&self, given: Budget) -> Budget {
        Method::budget(self, given)
    }

    fn unroll(&self, seed: u64) -> Option<Unroll> {
        Method::unroll(self, seed)
    }

    fn networks(&self) -> Option<&Path> {
        Method::networks(self)
    }

    fn last_expert_epoch(&self) -> Option<usize> {
        Method::last_expert_epoch(self)
    }

    fn poison(&self) -> Option<&Poison> {
        Method::poison(self)
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        Method::check(self, facts)
    }

    fn memory(&self, demand: &Demand) -> u64 {
        Method::memory(self, demand)
    }

    fn memory_within(&self, limit: u64, demand: &Demand) -> u64 {
        Method::memory_within(self, limit, demand)
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        Method::start(self, task)
    }

    fn settings(&self) -> &dyn erased_serde::Serialize {
        self
    }

    fn schema(&self) -> Schema {
        schema_for!(M)
    }

    fn equals(&self, other: &dyn AnyMethod) -> bool {
        other.as_any().downcast_ref::<M>() == Some(self)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
