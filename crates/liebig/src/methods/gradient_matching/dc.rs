//! Dataset condensation with gradient matching.

use liebig_data::SampleShape;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Settings;
use crate::augment::Augmentation;
use crate::config::{Error as ConfigError, EvaluationConfig};
use crate::cost::Demand;
use crate::methods::{Distillation, Method};
use crate::{Error, Facts, Task};

/// Gradient matching, started from noise and without augmentation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Dc(pub Settings);

impl Method for Dc {
    const NAME: &'static str = "dc";
    const ABOUT: &'static str = "gradient matching (Zhao, Mopuri, Bilen, ICLR 2021)";

    fn defaults(facts: &Facts) -> Self {
        Self(Settings::published(facts))
    }

    /// For MNIST, and for networks with batch normalisation, the published results use DC's own augmentations.
    fn evaluation(facts: &Facts, evaluation: &mut EvaluationConfig) {
        if let SampleShape::Image { .. } = facts.shape {
            evaluation.augmentation = match facts.dataset.as_str() {
                "mnist" => Augmentation::CropScaleRotate,
                _ if facts.batch_norm => Augmentation::CropNoise,
                _ => Augmentation::None,
            };
        }
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
