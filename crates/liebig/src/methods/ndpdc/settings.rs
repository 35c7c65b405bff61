//! The settings of private distribution matching.

use liebig_accountant::{Accountant, Charge, Mechanism};
use liebig_nn::Sgd;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objective::PrivateMatching;
use crate::augment::Augmentation;
use crate::config::{Error as ConfigError, EvaluationConfig};
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::{Descent, Distillation, Method, siamese};
use crate::privacy::{self, Release, Target};
use crate::{Error, Facts, Task};

/// Settings of private distribution matching; the defaults are the published ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "Zheng and Li, arXiv 2301.04393; humansensinglab/Dosser"))]
pub struct Ndpdc {
    /// ε of the whole distillation. Default 1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub epsilon: f64,
    /// δ of the whole distillation, well below one over the number of samples. Default 1e-5.
    #[schemars(range(min = 1e-10), extend("exclusiveMaximum" = 1.0))]
    pub delta: f64,
    /// How the steps are added up: `pld` (privacy loss distributions) or `rdp` (Rényi divergences). Default `pld`.
    pub accountant: Accountant,
    /// Number of updates of the samples. Default 10000.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Number of noisy sums, each with a network of its own; after the last, iterations use them again. Default: `iterations`.
    #[schemars(range(min = 1))]
    pub draws: u64,
    /// Number of real samples that enter a sum in the mean, per class. Default 50.
    #[schemars(range(min = 1))]
    pub batch_real: usize,
    /// The norm to which the features of a sample are shortened. Default 1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub clip: f64,
    /// Standard deviation of the noise on the number of samples of each class, which are released once. Default 100.
    #[schemars(range(min = 1.0))]
    pub count_noise: f64,
    /// Learning rate of the samples. Default 1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Momentum of the updates of the samples. Default 0.5.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum_img: f64,
    /// Decay of the moving average of the samples, which is the result. Default 0.99.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub average: f64,
    /// Siamese augmentation of real and synthetic samples, as for dm.
    pub dsa_strategy: Augmentation,
}

impl Method for Ndpdc {
    const NAME: &'static str = "ndpdc";
    const ABOUT: &'static str = "distribution matching with differential privacy (Zheng, Li, 2023)";

    fn defaults(facts: &Facts) -> Self {
        Self {
            epsilon: 1.0,
            delta: 1e-5,
            accountant: Accountant::Pld,
            iterations: 10_000,
            draws: 10_000,
            batch_real: 50,
            clip: 1.0,
            count_noise: 100.0,
            lr_img: 1.0,
            momentum_img: 0.5,
            average: 0.99,
            dsa_strategy: siamese::strategy(facts),
        }
    }

    /// As for dm.
    fn evaluation(facts: &Facts, evaluation: &mut EvaluationConfig) {
        evaluation.augmentation = siamese::strategy(facts);
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        privacy::check(facts)?;
        let expected = self.batch_real.saturating_mul(facts.classes);
        if expected > facts.samples {
            return Err(ConfigError::OutOfRange {
                key: "method.batch_real".into(),
                value: self.batch_real.to_string(),
                rule: format!(
                    "must be at most {}, as there are {} samples of {} classes",
                    facts.samples / facts.classes.max(1),
                    facts.samples,
                    facts.classes
                ),
            });
        }
        siamese::check("method.dsa_strategy", &self.dsa_strategy, facts.shape)
    }

    fn memory(&self, demand: &Demand) -> u64 {
        demand
            .learning(demand.largest_class)
            .saturating_add(demand.batch(2 * self.batch_real))
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        let sgd = Sgd::new(self.lr_img).with_momentum(self.momentum_img);
        let set = Init::Noise.synthetic(Self::NAME, &task, sgd)?;
        let set = set.with_average(self.average);
        let target = Target {
            epsilon: self.epsilon,
            delta: self.delta,
            accountant: self.accountant,
        };
        let expected = self.batch_real * task.train.classes();
        let rate = expected as f64 / task.train.len() as f64;
        // A record is in one class.
        let counts = Charge::new(Mechanism::new(1.0, self.count_noise)?, 1);
        let sums = self.draws.min(self.iterations);
        let release = Release::new(target, self.clip, (rate, sums), vec![counts])?;
        let objective = PrivateMatching::new(task, self.clone(), release);
        Ok(Box::new(Descent::new(
            task,
            objective,
            set,
            self.iterations,
        )))
    }
}
