//! The settings of distribution matching.

use liebig_nn::Sgd;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objective::DistributionMatching;
use crate::augment::Augmentation;
use crate::config::{Error as ConfigError, EvaluationConfig};
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::{Descent, Distillation, Method, siamese};
use crate::{Error, Facts, Task};

/// Settings of distribution matching; the defaults are the published ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "VICO-UoE/DatasetCondensation, main_DM.py"))]
pub struct Dm {
    /// Number of updates of the samples, each with a fresh network. Default 20001: the published loop runs from 0 to 20000.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Number of real samples per class in each update. Default 256.
    #[schemars(range(min = 1))]
    pub batch_real: usize,
    /// How the synthetic samples are initialised. Default `real`.
    pub init: Init,
    /// Learning rate of the samples. Default 1, or 10 for 100 or more samples per class of at most 10 classes.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Momentum of the updates of the samples. Default 0.5.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum_img: f64,
    /// Siamese augmentation of real and synthetic samples: `none`, or operations joined by `_`. Default
    /// `color_crop_cutout_flip_scale_rotate` (without `flip` for digits), or `none` for tables.
    pub dsa_strategy: Augmentation,
}

impl Method for Dm {
    const NAME: &'static str = "dm";
    const ABOUT: &'static str = "distribution matching (Zhao, Bilen, WACV 2023)";

    fn defaults(facts: &Facts) -> Self {
        Self {
            iterations: 20_001,
            batch_real: 256,
            init: Init::Real,
            lr_img: if facts.ipc >= 100 && facts.classes <= 10 {
                10.0
            } else {
                1.0
            },
            momentum_img: 0.5,
            dsa_strategy: siamese::strategy(facts),
        }
    }

    /// Networks are trained on the set with the default augmentation of its distillation.
    fn evaluation(facts: &Facts, evaluation: &mut EvaluationConfig) {
        evaluation.augmentation = siamese::strategy(facts);
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        siamese::check("method.dsa_strategy", &self.dsa_strategy, facts.shape)
    }

    fn memory(&self, demand: &Demand) -> u64 {
        demand
            .learning(demand.largest_class)
            .saturating_add(demand.batch(self.batch_real))
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        let sgd = Sgd::new(self.lr_img).with_momentum(self.momentum_img);
        let set = self.init.synthetic(Self::NAME, &task, sgd)?;
        let objective = DistributionMatching::new(task, self.clone());
        Ok(Box::new(Descent::new(
            task,
            objective,
            set,
            self.iterations,
        )))
    }
}
