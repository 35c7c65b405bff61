//! Dataset condensation with differentiable Siamese augmentation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::config::{Error as ConfigError, EvaluationConfig};
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::{Distillation, Method, siamese};
use crate::{Error, Facts, Task};

/// Gradient matching, started from real samples and with Siamese augmentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Dsa(pub Settings);

impl Method for Dsa {
    const NAME: &'static str = "dsa";
    const ABOUT: &'static str =
        "gradient matching with Siamese augmentation (Zhao, Bilen, ICML 2021)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings {
            init: Init::Real,
            dsa_strategy: siamese::strategy(facts),
            ..Settings::published(facts)
        })
    }

    /// Networks are trained on the set with the default augmentation of its distillation.
    fn evaluation(facts: &Facts, evaluation: &mut EvaluationConfig) {
        evaluation.augmentation = siamese::strategy(facts);
    }

    fn iterations(&self) -> u64 {
        self.0.iterations
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
