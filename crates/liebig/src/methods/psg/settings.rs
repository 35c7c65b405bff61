//! The settings of private gradient matching.

use liebig_accountant::Accountant;
use liebig_nn::Sgd;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objective::PrivateGradients;
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::gradient_matching::Settings as GradientMatchingSettings;
use crate::methods::{Descent, Distance, Distillation, Method};
use crate::privacy::{self, Release, Target};
use crate::{Error, Facts, Task};

/// Settings of private gradient matching; the defaults are the published ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "DingfanChen/Private-Set"))]
pub struct Psg {
    /// ε of the whole distillation. Default 1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub epsilon: f64,
    /// δ of the whole distillation, well below one over the number of samples. Default 1e-5.
    #[schemars(range(min = 1e-10), extend("exclusiveMaximum" = 1.0))]
    pub delta: f64,
    /// How the steps are added up: `pld` (privacy loss distributions) or `rdp` (Rényi divergences, as published). Default
    /// `pld`.
    pub accountant: Accountant,
    /// Number of iterations, each with a fresh network. Default 1000; the published loop runs once more than it charges.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Number of real samples of all classes that enter an update in the mean. Default 256.
    #[schemars(range(min = 1))]
    pub batch_real: usize,
    /// The norm to which the gradient of a sample is shortened. Default 0.1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub clip: f64,
    /// Learning rate of the samples. Default 0.1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Momentum of the updates of the samples; not reset between iterations. Default 0.5.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum_img: f64,
    /// Learning rate for training the network on the samples. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_net: f64,
    /// Batch size of that training. Default 256.
    #[schemars(range(min = 1))]
    pub batch_train: usize,
    /// Number of times in each iteration that the samples are updated, with a training of the network in between. Default as
    /// for dc.
    #[schemars(range(min = 1))]
    pub outer_loops: usize,
    /// Updates of the samples in each of them. Default 10.
    #[schemars(range(min = 1))]
    pub image_steps: usize,
    /// Epochs for which the network is trained in between. Default as for dc.
    #[schemars(range(min = 1))]
    pub inner_epochs: usize,
    /// Distance between gradients, as for dc. Default `ours`.
    pub distance: Distance,
}

impl Psg {
    /// Updates of the samples, each of which sees the data once.
    fn updates(&self) -> u64 {
        self.iterations * (self.outer_loops * self.image_steps) as u64
    }
}

impl Method for Psg {
    const NAME: &'static str = "psg";
    const ABOUT: &'static str =
        "gradient matching with differential privacy (Chen, Kerkouche, Fritz, NeurIPS 2022)";

    fn defaults(facts: &Facts) -> Self {
        let dc = GradientMatchingSettings::published(facts);
        Self {
            epsilon: 1.0,
            delta: 1e-5,
            accountant: Accountant::Pld,
            iterations: 1000,
            batch_real: 256,
            clip: 0.1,
            lr_img: 0.1,
            momentum_img: 0.5,
            lr_net: 0.01,
            batch_train: 256,
            outer_loops: dc.outer_loops,
            image_steps: 10,
            inner_epochs: dc.inner_epochs,
            distance: Distance::Ours,
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        privacy::check(facts)?;
        if self.batch_real > facts.samples {
            return Err(ConfigError::OutOfRange {
                key: "method.batch_real".into(),
                value: self.batch_real.to_string(),
                rule: format!("must be at most {}, the number of samples", facts.samples),
            });
        }
        Ok(())
    }

    fn memory(&self, demand: &Demand) -> u64 {
        demand
            .learning(demand.samples)
            .saturating_add(demand.batch(self.batch_real))
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        let sgd = Sgd::new(self.lr_img).with_momentum(self.momentum_img);
        let set = Init::Noise.synthetic(Self::NAME, &task, sgd)?;
        let target = Target {
            epsilon: self.epsilon,
            delta: self.delta,
            accountant: self.accountant,
        };
        let rate = self.batch_real as f64 / task.train.len() as f64;
        let release = Release::new(target, self.clip, (rate, self.updates()), Vec::new())?;
        let objective = PrivateGradients::new(task, self.clone(), release);
        Ok(Box::new(Descent::new(
            task,
            objective,
            set,
            self.iterations,
        )))
    }
}
