//! Dataset distillation through a random window of a long training.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::{Inner, LrDecay, StepSizeChoice};
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::methods::{Distillation, Method};
use crate::unroll::Unroll;
use crate::{Budget, Error, Facts, Task};

/// Samples learnt through a window of a long training by Adam, at a place drawn for each update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RatBptt(pub Settings);

impl Method for RatBptt {
    const NAME: &'static str = "rat-bptt";
    const ABOUT: &'static str =
        "through a random window of a long training (Feng, Vedantam, Kempe, ICLR 2024)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings {
            iterations: 60_000,
            batch_real: 5000,
            distill_epochs: 200,
            distill_lr: 0.001,
            learn_lr: StepSizeChoice::None,
            inner_optimizer: Inner::Adam,
            window: 60,
            lr_img: 0.001,
            lr_label: 0.001,
            beta1: 0.9,
            lr_decay: LrDecay::None,
            clip_grad: 2.0,
            ..Settings::published(facts)
        })
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
