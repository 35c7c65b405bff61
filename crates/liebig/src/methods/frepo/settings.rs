//! The settings of neural feature regression.

use liebig_data::SampleShape;
use liebig_nn::{Adam, Criterion, Lamb, Optimizer, Sgd};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objective::FeatureRegression;
use crate::augment::{Augmentation, Operation, Strategy};
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::init::{FromFile, Init};
use crate::labels::centred;
use crate::methods::{Descent, Distillation, Method, siamese};
use crate::protocol::{Loss, OptimizerChoice};
use crate::synthetic::{Group, LearntLabels, Synthetic};
use crate::unroll::{RateSchedule, Start, Unroll};
use crate::{Error, Facts, Task};

/// Settings of neural feature regression; the defaults are the published ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "yongchaoz/FRePo, script/distill.py; yolky/RFAD, yolky/RCIG"))]
pub struct Frepo {
    /// Number of visits to a network of the pool. Default 500000.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Number of updates of the set in a visit. Default 1.
    #[schemars(range(min = 1))]
    pub updates: usize,
    /// Number of real samples, of all classes together, whose features are computed in a visit. Default 1024.
    #[schemars(range(min = 1))]
    pub cached: usize,
    /// Number of these that an update predicts. Default 1024.
    #[schemars(range(min = 1))]
    pub batch_real: usize,
    /// How the synthetic samples are initialised. Default `real`.
    pub init: Init,
    /// Number of networks in the pool. Default 10.
    #[schemars(range(min = 1))]
    pub num_nn_state: usize,
    /// Age of a network, in steps of its training, beyond which it is replaced by a fresh one. Default 100.
    pub max_online_updates: u64,
    /// Number of steps that a network is trained on the set for after a visit. Default 1.
    pub online_updates: u64,
    /// Optimiser of the networks of the pool: `adam` or `sgd`. Default `adam`.
    pub online_optimizer: OnlineOptimizer,
    /// Loss of the networks of the pool: `mse` (squared error to the labels) or `ce` (cross-entropy with the classes).
    /// Default `mse`.
    pub online_loss: RegressionLoss,
    /// Learning rate of the networks of the pool. Default 3e-4.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub online_lr: f64,
    /// Momentum of the networks' SGD. Default 0.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub online_momentum: f64,
    /// Ridge on the kernel, relative to the mean of its diagonal. Default 1e-6.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub reg: f64,
    /// Loss of the predictions for real samples: `mse`, or `ce`: cross-entropy, with a learnt temperature. Default `mse`.
    pub loss: RegressionLoss,
    /// Whether the mirror images of the set enter the kernel as well. Default: for colour images of at most 10 classes or
    /// with one image per class, without digits.
    pub use_flip: bool,
    /// Whether labels are learnt. From a distilled set as the start, those that were made for squared error go on. Default
    /// true.
    pub learn_label: bool,
    /// Optimiser of the set: `lamb` or `adam`. Default `lamb`.
    pub optimizer: OuterOptimizer,
    /// Learning rate of the samples. Default 3e-4.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Learning rate of the labels. Default 3e-4.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_label: f64,
    /// Learning rate of the temperature's logarithm, by Adam. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_temperature: f64,
    /// What predictions are multiplied by at the start, before cross-entropy. Default 1.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub temperature: f64,
    /// First beta of the set's optimiser. Default 0.9.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub beta1: f64,
    /// Second beta of the set's optimiser. Default 0.999.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub beta2: f64,
    /// How the learning rates of the set fall over the iterations: `cosine` (to a tenth) or `none`. Default `cosine`.
    pub lr_decay: RateDecay,
    /// Decay of the moving average of samples and labels that is the result; 0 means the last ones. Default 0.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub ema_decay: f64,
    /// Steps of the evaluation's own training: by Adam on the squared error to the labels, with a learning rate of 3e-4 that
    /// rises for 500 steps and falls by a cosine to a hundredth. Default 1000, 2000 or 5000 for up to 10, up to 100 or more
    /// samples.
    #[schemars(range(min = 1))]
    pub num_online_eval_updates: usize,
    /// Number of parts that the set is divided into in that training; each step trains on the next part. Default: as few as
    /// have at most 500 samples each.
    #[schemars(range(min = 1))]
    pub eval_parts: usize,
    /// Augmentation of that training: `none`, or operations joined by `_`, of which each step draws one. Default
    /// `color_crop_cutout_flip_scale_rotate` (without `flip` for digits and Fashion-MNIST), or `none` for tables. The
    /// operations are those of DSA, which are a little stronger than the published ones.
    pub dsa_strategy: Augmentation,
}

/// The optimiser of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OuterOptimizer {
    /// LAMB.
    Lamb,
    /// Adam.
    Adam,
}

/// The optimiser of the networks of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnlineOptimizer {
    /// Adam with PyTorch's betas.
    Adam,
    /// Stochastic gradient descent.
    Sgd,
}

/// A loss of predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RegressionLoss {
    /// Half the squared error, summed over the classes.
    Mse,
    /// Cross-entropy with the classes.
    Ce,
}

/// How learning rates fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RateDecay {
    /// By half a cosine, to a tenth.
    Cosine,
    /// Not at all.
    None,
}

/// The most samples of a step of the own evaluation.
const EVAL_BATCH: usize = 500;
/// Its learning rate, and the steps that this rises for.
const EVAL_LR: f64 = 3e-4;
const EVAL_WARMUP: usize = 500;

/// The published operations for a dataset, as far as DSA has them.
fn augmentation(facts: &Facts) -> Augmentation {
    match (facts.shape, facts.dataset.as_str()) {
        (SampleShape::Image { .. }, "fashion-mnist") => {
            // As for digits.
            Augmentation::Dsa(Strategy::default_for("mnist"))
        }
        _ => siamese::strategy(facts),
    }
}

/// Whether mirror images belong to the kernel.
fn flips(facts: &Facts) -> bool {
    let colour = matches!(facts.shape, SampleShape::Image { channels: 3, .. });
    let few = facts.classes <= 10 || facts.ipc == 1;
    let mirrored = match augmentation(facts) {
        Augmentation::Dsa(strategy) => strategy.operations().contains(&Operation::Flip),
        _ => false,
    };
    colour && few && mirrored
}

impl Frepo {
    /// The optimiser of a fresh network of the pool.
    pub(super) fn online_optimizer(&self) -> Optimizer {
        match self.online_optimizer {
            OnlineOptimizer::Adam => Adam::new(self.online_lr).into(),
            OnlineOptimizer::Sgd => Sgd::new(self.online_lr)
                .with_momentum(self.online_momentum)
                .into(),
        }
    }

    /// What the networks of the pool minimise.
    pub(super) fn online_criterion(&self) -> Criterion {
        match self.online_loss {
            RegressionLoss::Mse => Criterion::SquaredError,
            RegressionLoss::Ce => Criterion::CrossEntropy,
        }
    }

    /// The set before the first iteration.
    pub(super) fn synthetic(&self, task: &Task<'_>) -> Result<Synthetic, Error> {
        let optimizer = |lr: f64| -> Optimizer {
            let (beta1, beta2) = (self.beta1, self.beta2);
            match self.optimizer {
                OuterOptimizer::Lamb => Lamb::new(lr).with_betas(beta1, beta2).into(),
                OuterOptimizer::Adam => Adam::new(lr).with_betas(beta1, beta2).into(),
            }
        };
        let tensor =
            |values, shape: &[usize]| liebig_grad::Tensor::from_vec(values, shape, task.device);
        let mut set = self
            .init
            .synthetic(Self::NAME, task, optimizer(self.lr_img))?;
        if self.learn_label {
            let (labels, classes) = (task.budget.labels(), task.train.classes());
            let mut values = centred(&labels, classes);
            if let Init::File(path) = &self.init {
                FromFile::read(path, task)?.regression_labels(&mut values);
            }
            let values = tensor(values, &[labels.len(), classes])?;
            let group = Group::new(&values, optimizer(self.lr_label));
            set = set.with_labels(LearntLabels::Values(group));
        }
        if self.loss == RegressionLoss::Ce {
            let logarithm = tensor(vec![self.temperature.ln() as f32], &[1])?;
            let group = Group::new(&logarithm, Adam::new(self.lr_temperature));
            set = set.with_temperature(group);
        }
        if self.ema_decay > 0.0 {
            set = set.with_average(self.ema_decay);
        }
        Ok(set)
    }
}

impl Method for Frepo {
    const NAME: &'static str = "frepo";
    const ABOUT: &'static str =
        "ridge regression on features of a pool of networks (Zhou et al., NeurIPS 2022)";

    fn defaults(facts: &Facts) -> Self {
        let samples = facts.ipc.saturating_mul(facts.classes);
        Self {
            iterations: 500_000,
            updates: 1,
            cached: 1024,
            batch_real: 1024,
            init: Init::Real,
            num_nn_state: 10,
            max_online_updates: 100,
            online_updates: 1,
            online_optimizer: OnlineOptimizer::Adam,
            online_loss: RegressionLoss::Mse,
            online_lr: 3e-4,
            online_momentum: 0.0,
            reg: 1e-6,
            loss: RegressionLoss::Mse,
            use_flip: flips(facts),
            learn_label: true,
            optimizer: OuterOptimizer::Lamb,
            lr_img: 3e-4,
            lr_label: 3e-4,
            lr_temperature: 0.01,
            temperature: 1.0,
            beta1: 0.9,
            beta2: 0.999,
            lr_decay: RateDecay::Cosine,
            ema_decay: 0.0,
            num_online_eval_updates: match samples {
                0..=10 => 1000,
                11..=100 => 2000,
                _ => 5000,
            },
            eval_parts: samples.div_ceil(EVAL_BATCH).max(1),
            dsa_strategy: augmentation(facts),
        }
    }

    fn iterations(&self) -> u64 {
        self.iterations
    }

    /// Squared error to the labels of the set, as published.
    fn unroll(&self, _: u64) -> Option<Unroll> {
        Some(Unroll {
            optimizer: OptimizerChoice::Adam { weight_decay: 0.0 },
            lr: EVAL_LR,
            steps: self.num_online_eval_updates,
            parts: self.eval_parts,
            start: Start::Random,
            augmentation: self.dsa_strategy.clone(),
            loss: Loss::SquaredError,
            schedule: RateSchedule::WarmupCosine {
                warmup: EVAL_WARMUP,
                last: 0.01,
            },
        })
    }

    fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        let refuse = |key, value, rule| Err(ConfigError::of_method(key, value, rule));
        siamese::check("method.dsa_strategy", &self.dsa_strategy, facts.shape)?;
        if self.batch_real > self.cached {
            let rule = format!("but `method.cached` is {}", self.cached);
            return refuse("batch_real", self.batch_real.to_string(), rule);
        }
        if self.use_flip && matches!(facts.shape, SampleShape::Table { .. }) {
            return refuse(
                "use_flip",
                "true".into(),
                "but tables have no mirror images".into(),
            );
        }
        if self.online_momentum != 0.0 && self.online_optimizer == OnlineOptimizer::Adam {
            let rule = "but `method.online_optimizer` is adam, which has none";
            return refuse(
                "online_momentum",
                self.online_momentum.to_string(),
                rule.into(),
            );
        }
        Ok(())
    }

    /// The graphs of all samples, the features of real ones, and the networks of the pool with two buffers each.
    fn memory(&self, demand: &Demand) -> u64 {
        let shown = match self.use_flip {
            true => demand.samples.saturating_mul(2),
            false => demand.samples,
        };
        // Values of 4 bytes.
        let pool = [demand.parameters, self.num_nn_state]
            .iter()
            .fold(3 * 4, |bytes: u64, &count| {
                bytes.saturating_mul(count as u64)
            });
        demand
            .learning(shown.div_ceil(demand.threads.max(1)))
            .saturating_add(demand.batch(self.cached))
            .saturating_add(pool)
    }

    fn start<'a>(&self, task: Task<'a>) -> Result<Box<dyn Distillation + 'a>, Error> {
        let set = self.synthetic(&task)?;
        let objective = FeatureRegression::new(task, self.clone())?;
        Ok(Box::new(Descent::new(
            task,
            objective,
            set,
            self.iterations,
        )))
    }
}
