//! Trajectory matching: a network that starts where an expert was and trains on the set shall arrive where the expert was
//! some epochs later (Cazenavette et al., "Dataset Distillation by Matching Training Trajectories", CVPR 2022).
//!
//! Its descendants are settings of the same method: an average of the images and experts from sharpness-aware minimisation
//! (FTD, Du et al., CVPR 2023), an approximation of the gradient (TESLA, Cui et al., ICML 2023), and a window that grows,
//! learnt labels and a start from samples that an expert knows (DATM, Guo et al., ICLR 2024).

mod distance;
mod gradient;
mod objective;
mod settings;
mod start;

#[cfg(test)]
mod pytorch_tests;
#[cfg(test)]
mod tests;

pub use settings::{Approximation, MttDecay, MttLabels, Settings};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Distillation, Method, siamese};
use crate::config::{Error as ConfigError, EvaluationConfig};
use crate::cost::Demand;
use crate::{Budget, Error, Facts, Task};

/// Trajectory matching; its type holds the settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Mtt(pub Settings);

impl Method for Mtt {
    const NAME: &'static str = "mtt";
    const ABOUT: &'static str = "matching the training of experts (Cazenavette et al., CVPR 2022)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings::published(facts))
    }

    /// Networks are trained on the set with the augmentation of its distillation, at the learnt step size.
    fn evaluation(facts: &Facts, evaluation: &mut EvaluationConfig) {
        evaluation.augmentation = siamese::strategy(facts);
        evaluation.epochs = 1000;
    }

    fn iterations(&self) -> u64 {
        self.0.iterations
    }

    fn budget(&self, given: Budget) -> Budget {
        self.0.budget(given)
    }

    fn last_expert_epoch(&self) -> Option<usize> {
        Some(self.0.last_epoch())
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        self.0.check(facts)
    }

    fn memory(&self, demand: &Demand) -> u64 {
        self.0.memory(0, demand)
    }

    fn memory_within(&self, limit: u64, demand: &Demand) -> u64 {
        self.0.memory(limit, demand)
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        self.0.start(task)
    }
}
