//! The settings of unrolled methods.

use std::path::PathBuf;

use liebig_grad::Keep;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::labels::{Freeze, LabelInit};
use super::models;
use crate::augment::Augmentation;
use crate::config::Error as ConfigError;
use crate::cost::Demand;
use crate::init::Init;
use crate::methods::inner_training;
use crate::protocol::{Loss, OptimizerChoice};
use crate::unroll::{RateSchedule, Start, Unroll};
use crate::{Budget, Facts, Poison};

/// The part of the memory that states and graphs of the unrolled steps may take, as a divisor.
pub(super) const KEPT: u64 = 2;

/// Settings of unrolled methods; the defaults are those of the publication of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-source" = "ssnl/dataset-distillation, ilia10000/dataset-distillation, fengyzpku/Simple_Dataset_Distillation"))]
pub struct Settings {
    /// Number of updates of the set, each with one batch of real samples. Default 23600 for dd and sldd (400 epochs of
    /// MNIST), 60000 for rat-bptt.
    #[schemars(range(min = 1))]
    pub iterations: u64,
    /// Number of real samples, of all classes together, in each update. Default 1024, or 5000 for rat-bptt.
    #[schemars(range(min = 1))]
    pub batch_real: usize,
    /// How the samples are initialised. Default `noise`.
    pub init: Init,
    /// Number of parts that the set is divided into; each step trains on the next part. 1 trains on all samples at every
    /// step. Default 1.
    #[schemars(range(min = 1))]
    pub distill_steps: usize,
    /// Number of passes over the parts: a network takes `distill_steps` times `distill_epochs` steps. Default 3 for dd and
    /// sldd, 200 for rat-bptt.
    #[schemars(range(min = 1))]
    pub distill_epochs: usize,
    /// The part of the updates, at the beginning, that `warmup_epochs` and `warmup_model` are for. Default 0.5.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub warmup: f64,
    /// Number of passes during the warm-up, if it is to be smaller; 0 means `distill_epochs`. Default 0.
    pub warmup_epochs: usize,
    /// Network of the warm-up with its options, such as `convnet:width=32`; without one, that of `model`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-range" = "NAME:OPTION=VALUE"))]
    pub warmup_model: Option<String>,
    /// Networks that take turns after the warm-up, joined by commas, such as `convnet:width=32,convnet:depth=2`; without
    /// any, that of `model`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-range" = "NAME:OPTION=VALUE,..."))]
    pub models: Option<String>,
    /// Learning rate of the network, or where its step sizes start. Default 0.02 for dd (0.001 for CIFAR-10), 0.01 for
    /// sldd, 0.001 for rat-bptt.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub distill_lr: f64,
    /// Which step sizes are learnt: `each` step's own, `one` for all steps, or `none`. Default `each`, or `none` for
    /// rat-bptt.
    pub learn_lr: StepSizeChoice,
    /// Optimiser of the network: `sgd` or `adam`. Default `sgd`, or `adam` for rat-bptt.
    pub inner_optimizer: Inner,
    /// Momentum of the network's SGD. Default 0.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum: f64,
    /// Weight decay of the network's training. Default 0.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
    /// Number of consecutive steps that are differentiated, at a place drawn for each update; 0 means all. Default 0, or 60
    /// for rat-bptt.
    pub window: usize,
    /// Networks: `unknown_init` (fresh ones for each update), `known_init` (the same ones at every update and in the
    /// evaluation) or `loaded` (trained before, in `nets`). Default `unknown_init`.
    pub train_nets_type: Networks,
    /// Folder of networks that were trained before (`liebig train` writes one), or the file of one: the set adapts them to
    /// the data. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-range" = "a folder or a .safetensors file"))]
    pub nets: Option<PathBuf>,
    /// Makes networks mistake one class for another, such as `3->8`: real samples of the first class are given the label of
    /// the second. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poison: Option<Poison>,
    /// Number of networks that the gradient of an update is averaged over. Default 1.
    #[schemars(range(min = 1))]
    pub sample_n_nets: usize,
    /// Number of networks in the pool of `known_init`. Default 1.
    #[schemars(range(min = 1))]
    pub n_nets: usize,
    /// Optimiser of the set: `adam` or `sgd`. Default `adam`.
    pub optimizer: Outer,
    /// Learning rate of the samples. Default 0.01, or 0.001 for rat-bptt.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_img: f64,
    /// Learning rate of the (raw) step sizes. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_lr: f64,
    /// Learning rate of the labels. Default 0.01.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lr_label: f64,
    /// Adam's first beta, or SGD's momentum, for the set. Default 0.5, or 0.9 for rat-bptt.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub beta1: f64,
    /// Adam's second beta for the set. Default 0.999.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub beta2: f64,
    /// How the learning rates of the set fall: `step` (times `decay_factor` every `decay_iterations`), `linear` (to 0 over
    /// the second half) or `none`. Default `step`, or `none` for rat-bptt.
    pub lr_decay: LrDecay,
    /// Iterations between two steps of the learning rates. Default 2360 (40 epochs of MNIST).
    #[schemars(range(min = 1))]
    pub decay_iterations: u64,
    /// The factor of a step of the learning rates. Default 0.5.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 1.0))]
    pub decay_factor: f64,
    /// Limit of the gradient's norm, as a multiple of its running mean; 0 means no limit. Default 0, or 2 for rat-bptt.
    #[schemars(range(min = 0.0))]
    pub clip_grad: f64,
    /// Decay of a moving average of the samples and learnt labels, which is then the result; 0 means none. Default 0.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub ema_decay: f64,
    /// Augmentation of the synthetic samples at each step: `none`, or what an evaluation may have, if it is differentiable:
    /// operations joined by `_` or `crop_scale_rotate`. The real samples stay as they are. Default `none`.
    pub dsa_strategy: Augmentation,
    /// What is not learnt: `labels`, `images` or `none`. Default `labels`, or `none` for sldd.
    pub freeze: Freeze,
    /// Number of samples of the whole set, which may be smaller than the number of classes if labels are learnt; 0 means
    /// `ipc` samples per class. Default 0.
    pub images: usize,
    /// How learnt labels are initialised: `one-hot`, `zeros`, `uniform`, `normal`, `smooth` (0.9 for the class, the rest
    /// shared) or `file` (those of the set that `init` names). Default `one-hot`.
    pub label_init: LabelInit,
    /// Whether learnt labels go through a softmax. Default false.
    pub label_softmax: bool,
}

/// Which step sizes are learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepSizeChoice {
    /// One for each step.
    Each,
    /// One for all steps.
    One,
    /// None: the learning rate stays as it is.
    None,
}

/// The optimiser of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Inner {
    /// Stochastic gradient descent.
    Sgd,
    /// Adam with PyTorch's betas, 0.9 and 0.999.
    Adam,
}

/// The optimiser of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outer {
    /// Adam.
    Adam,
    /// Stochastic gradient descent with momentum.
    Sgd,
}

/// How learning rates fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LrDecay {
    /// By a factor, at intervals.
    Step,
    /// To 0 over the second half of the iterations.
    Linear,
    /// Not at all.
    None,
}

/// Which networks are trained on the set; the names are the publication's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Networks {
    /// Fresh ones for each update.
    UnknownInit,
    /// A pool of the same ones.
    KnownInit,
    /// A pool that was trained before.
    Loaded,
}

impl Settings {
    /// The settings of "Dataset Distillation".
    pub(super) fn published(facts: &Facts) -> Self {
        Self {
            iterations: 23_600,
            batch_real: 1024,
            init: Init::Noise,
            distill_steps: 1,
            distill_epochs: 3,
            warmup: 0.5,
            warmup_epochs: 0,
            warmup_model: None,
            models: None,
            distill_lr: match facts.dataset.as_str() {
                "cifar10" => 0.001,
                _ => 0.02,
            },
            learn_lr: StepSizeChoice::Each,
            inner_optimizer: Inner::Sgd,
            momentum: 0.0,
            weight_decay: 0.0,
            window: 0,
            train_nets_type: Networks::UnknownInit,
            nets: None,
            poison: None,
            sample_n_nets: 1,
            n_nets: 1,
            optimizer: Outer::Adam,
            lr_img: 0.01,
            lr_lr: 0.01,
            lr_label: 0.01,
            beta1: 0.5,
            beta2: 0.999,
            lr_decay: LrDecay::Step,
            decay_iterations: 2360,
            decay_factor: 0.5,
            clip_grad: 0.0,
            ema_decay: 0.0,
            dsa_strategy: Augmentation::None,
            freeze: Freeze::Labels,
            images: 0,
            label_init: LabelInit::OneHot,
            label_softmax: false,
        }
    }

    /// The number of steps that a network takes.
    pub(super) fn steps(&self) -> usize {
        self.distill_steps.saturating_mul(self.distill_epochs)
    }

    /// The number of updates of the warm-up; 0 if it does not differ from the rest.
    pub(super) fn warmup_updates(&self) -> u64 {
        match (self.warmup_epochs, &self.warmup_model) {
            (0, None) => 0,
            _ => (self.warmup * self.iterations as f64) as u64,
        }
    }

    /// The number of steps at an iteration.
    pub(super) fn steps_at(&self, iteration: u64) -> usize {
        match self.warmup_epochs {
            0 => self.steps(),
            _ if iteration >= self.warmup_updates() => self.steps(),
            passes => self.distill_steps.saturating_mul(passes),
        }
    }

    /// The training that the set is made for.
    pub(super) fn unroll(&self, seed: u64) -> Unroll {
        Unroll {
            optimizer: match self.inner_optimizer {
                Inner::Sgd => OptimizerChoice::Sgd {
                    momentum: self.momentum,
                    weight_decay: self.weight_decay,
                },
                Inner::Adam => OptimizerChoice::Adam {
                    weight_decay: self.weight_decay,
                },
            },
            lr: self.distill_lr,
            steps: self.steps(),
            parts: self.distill_steps,
            start: match self.train_nets_type {
                Networks::UnknownInit => Start::Random,
                Networks::KnownInit => Start::Fixed {
                    seed,
                    nets: self.n_nets as u64,
                },
                Networks::Loaded => Start::Loaded,
            },
            augmentation: self.dsa_strategy.clone(),
            loss: Loss::CrossEntropy,
            schedule: RateSchedule::Constant,
        }
    }

    pub(super) fn check(&self, facts: &Facts) -> Result<(), ConfigError> {
        let refuse = |key, value, rule| Err(ConfigError::of_method(key, value, rule));
        inner_training::check("method.dsa_strategy", &self.dsa_strategy, facts.shape)?;
        models::check(self, facts)?;
        if self.warmup_epochs > self.distill_epochs {
            let rule = format!("but `method.distill_epochs` is {}", self.distill_epochs);
            return refuse("warmup_epochs", self.warmup_epochs.to_string(), rule);
        }
        if self.window > self.steps_at(0) {
            let rule = format!("but a network takes {} steps", self.steps_at(0));
            return refuse("window", self.window.to_string(), rule);
        }
        if self.window > 0 && self.learn_lr == StepSizeChoice::Each {
            let rule = "but with a window, `method.learn_lr` must be `one` or `none`";
            return refuse("window", self.window.to_string(), rule.into());
        }
        if self.images > 0 && self.freeze == Freeze::Labels && self.images < facts.classes {
            let rule = format!(
                "but fixed labels need an image for each of {} classes; set `method.freeze` to `none`",
                facts.classes
            );
            return refuse("images", self.images.to_string(), rule);
        }
        let samples = match self.images {
            0 => facts.ipc.saturating_mul(facts.classes),
            images => images,
        };
        if (self.train_nets_type == Networks::Loaded) != self.nets.is_some() {
            let rule = "expected `loaded` together with `method.nets`, and only then";
            let value = serde_json::to_value(self.train_nets_type).unwrap_or_default();
            let value = value.as_str().unwrap_or_default().to_owned();
            return refuse("train_nets_type", value, rule.into());
        }
        if self.distill_steps > samples {
            let rule = format!("but the set has {samples} samples");
            return refuse("distill_steps", self.distill_steps.to_string(), rule);
        }
        if self.label_init == LabelInit::File && !matches!(self.init, Init::File(_)) {
            let rule = "but `method.init` does not name a distilled set";
            return refuse("label_init", "file".into(), rule.into());
        }
        if self.inner_optimizer == Inner::Adam && self.momentum != 0.0 {
            let rule = "but `method.inner_optimizer` is adam, which has none";
            return refuse("momentum", self.momentum.to_string(), rule.into());
        }
        if self.freeze == Freeze::Images && matches!(self.init, Init::Noise | Init::UnitNoise) {
            let rule =
                "but noise cannot be learnt from; set `method.init` to real samples or a file";
            return refuse("freeze", "images".into(), rule.into());
        }
        Ok(())
    }

    /// The number of samples of each class.
    pub(super) fn budget(&self, given: Budget) -> Budget {
        let classes = given.classes();
        match self.images {
            0 => given,
            images => Budget::new(
                (0..classes)
                    .map(|class| images / classes + usize::from(class < images % classes))
                    .collect(),
            ),
        }
    }

    /// The memory that is taken, if `limit` bytes are allowed: the states and graphs of the differentiated steps, beside the
    /// set and the real batch. The states alone, far enough apart, are needed with any limit.
    pub(super) fn memory(&self, limit: u64, demand: &Demand) -> u64 {
        let steps = match self.window {
            0 => self.steps(),
            window => window,
        };
        let buffers = self.unroll(0).rule().buffers_per_weight();
        let batch = demand.samples.div_ceil(self.distill_steps.max(1));
        let size = demand.unrolled(steps, buffers, batch);
        let keep = Keep::within(limit / KEPT, &size);
        [
            demand.set(),
            demand.weights(),
            demand.batch(self.batch_real),
        ]
        .into_iter()
        .fold(keep.peak_bytes(&size), u64::saturating_add)
    }
}
