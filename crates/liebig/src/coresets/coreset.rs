//! A coreset as a method: done when it has started.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Selection, choice};
use crate::cost::Demand;
use crate::methods::{Distillation, Losses, Method};
use crate::set::SmallSet;
use crate::{Error, Facts, State, Task};

/// A selection as a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Coreset<S>(pub S);

impl<S: Selection> Method for Coreset<S> {
    const NAME: &'static str = S::NAME;
    const ABOUT: &'static str = S::ABOUT;

    fn defaults(_: &Facts) -> Self {
        Self(S::default())
    }

    fn iterations(&self) -> u64 {
        0
    }

    fn memory(&self, demand: &Demand) -> u64 {
        let set = demand.set().saturating_add(demand.weights());
        set.saturating_add(self.0.memory(demand))
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        // The first draw of the baseline, so that both are the same set.
        let set = choice::choose(&self.0, &task, 0)?;
        Ok(Box::new(Chosen { set }))
    }
}

/// A set that is as it is.
struct Chosen {
    set: SmallSet,
}

impl Distillation for Chosen {
    fn iterations(&self) -> u64 {
        0
    }

    fn step(&mut self, _: u64) -> Result<Losses, Error> {
        Ok(Losses::default())
    }

    fn estimate(&mut self) -> Result<f64, Error> {
        Ok(0.0)
    }

    fn set(&self) -> Result<SmallSet, Error> {
        Ok(self.set.clone())
    }

    fn state(&self) -> State {
        State::default()
    }

    fn restore(&mut self, _: State) -> Result<(), Error> {
        Ok(())
    }
}
