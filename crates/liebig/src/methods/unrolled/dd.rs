//! Dataset distillation: samples and step sizes.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;

use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::methods::{Distillation, Method};
use crate::unroll::Unroll;
use crate::{Budget, Error, Facts, Task};

/// Samples, and the step sizes of the training on them, learnt through that training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Dd(pub Settings);

impl Method for Dd {
    const NAME: &'static str = "dd";
    const ABOUT: &'static str = "through the whole training, with step sizes (Wang et al., 2018)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings::published(facts))
    }

    fn iterations(&self) -> u64 {
        self.0.iterations
    }

    fn budget(&self, given: Budget) -> Budget {
        self.0.budget(given)
    }

    fn unroll(&self, seed: u64) -> Option<Unroll> {
        Some(self.0.unroll(seed))
    }

    fn networks(&self) -> Option<&Path> {
        self.0.nets.as_deref()
    }

    fn attack(&self) -> Option<(&str, &str)> {
        self.0.attack()
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        self.0.check(facts)
    }

    fn memory(&self, demand: &Demand) -> u64 {
        self.0.memory(demand)
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        self.0.start(Self::NAME, task)
    }
}
